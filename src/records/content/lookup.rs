//! By what a record is found: normalised texts, of which the store keeps keyed hashes alone.

use unicode_normalization::UnicodeNormalization as _;

use crate::{lang::Bilingual, text::named};

use super::{amend::Amended, entered::day, record::Record, value::Content};

named! {
    /// By what a record is found.
    pub enum Lookup {
        /// A name: the customer's, or that of who acts for the customer.
        Name = "name",
        /// A birth date.
        Birth = "birth-date",
        /// The number of a document.
        Document = "document",
        /// An account number or the like.
        Account = "account",
        /// A phone number.
        Phone = "phone",
    }
}

impl Lookup {
    /// What people call it.
    pub fn title(self) -> Bilingual {
        match self {
            Self::Name => Bilingual::new("氏名・名称", "name"),
            Self::Birth => Bilingual::new("生年月日", "birth date"),
            Self::Document => Bilingual::new("書類の記号番号", "document number"),
            Self::Account => Bilingual::new("口座番号など", "account"),
            Self::Phone => Bilingual::new("電話番号", "phone number"),
        }
    }

    /// The text as it is looked up: width, spaces, kana, hyphens and capitals make no difference. `None` if nothing is left of it, or if
    /// it is not a day.
    pub fn normalised(self, text: &str) -> Option<String> {
        if self == Self::Birth {
            return day(text).ok().map(|day| day.to_string());
        }
        let kept = |c: &char| match self {
            Self::Phone => c.is_ascii_digit() || *c == '+',
            Self::Name => !c.is_whitespace() && !is_selector(*c),
            _ => c.is_alphanumeric(),
        };
        let normal: String = text.nfkc().map(katakana).flat_map(char::to_uppercase).filter(kept).collect();
        (!normal.is_empty()).then_some(normal)
    }

    fn of(id: &str) -> Option<Self> {
        match id {
            "name" | "customer.name" | "representative.name" | "alias.name" => Some(Self::Name),
            "birth_date" | "customer.birth_date" | "representative.birth_date" => Some(Self::Birth),
            "document.number" => Some(Self::Document),
            "account" => Some(Self::Account),
            "phone_numbers" => Some(Self::Phone),
            _ => None,
        }
    }
}

/// Hiragana as katakana.
fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        c => c,
    }
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// By what a record is found.
pub fn of_record(record: &Record) -> Vec<(Lookup, String)> {
    let rows = record.fields.iter().filter_map(|row| Some((row.id.as_str(), row.value.content()?)));
    let unsigned = record.unsigned_changes.as_ref().and_then(|changes| changes.name.as_deref());
    let current = unsigned.and_then(|name| Some((Lookup::Name, Lookup::Name.normalised(name)?)));
    unique(rows.flat_map(|(id, content)| of_content(id, content)).chain(current))
}

/// By what an addition lets its record be found.
pub fn of_amended(amended: &[Amended]) -> Vec<(Lookup, String)> {
    unique(amended.iter().flat_map(|amended| of_content(&amended.id, &amended.value)))
}

fn of_content(id: &str, content: &Content) -> Vec<(Lookup, String)> {
    let Some(lookup) = Lookup::of(id) else { return Vec::new() };
    let texts = match content {
        Content::Text(text) => vec![text.clone()],
        Content::Day(day) => vec![day.to_string()],
        Content::List(texts) => texts.clone(),
        _ => Vec::new(),
    };
    texts.iter().filter_map(|text| Some((lookup, lookup.normalised(text)?))).collect()
}

fn unique(found: impl Iterator<Item = (Lookup, String)>) -> Vec<(Lookup, String)> {
    let mut found: Vec<(Lookup, String)> = found.collect();
    found.sort();
    found.dedup();
    found
}
