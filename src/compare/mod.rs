//! The application form against the chip: is this the same name, address, birth date and sex?
//!
//! A pure function of a [`Form`] and of what a card said ([`Findings`], or a [`Chip`] from elsewhere). Nothing is corrected and
//! nothing is silently accepted: a field whose two spellings are not the same code points is `same_after` named rules, or
//! `similar` and a person must look, or `different`. `docs/compare.md` explains the classes and every rule.

mod address;
mod aligned;
mod building;
mod chip;
mod date;
mod engine;
mod form;
mod kanji;
mod rule;
mod spelling;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{cards::Findings, lang::Bilingual, text::named};

pub use aligned::Segment;
pub use chip::{Chip, Standing};
pub use form::{Form, FormError, FormFault, FormProblem, MAX_FORM, MAX_TEXT, compare_line};
pub use rule::{Rule, Strength};

named! {
    /// A field that a form and a chip have in common.
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Field {
        /// 氏名
        Name = "name",
        /// フリガナ
        Kana = "kana",
        /// 住所
        Address = "address",
        /// 生年月日
        BirthDate = "birth_date",
        /// 性別: compared, never shown.
        Sex = "sex",
    }
}

impl Field {
    /// What people call it.
    pub fn title(self) -> Bilingual {
        match self {
            Self::Name => Bilingual::new("氏名", "name"),
            Self::Kana => Bilingual::new("フリガナ", "kana"),
            Self::Address => Bilingual::new("住所", "address"),
            Self::BirthDate => Bilingual::new("生年月日", "birth date"),
            Self::Sex => Bilingual::new("性別", "sex"),
        }
    }
}

named! {
    /// How the form's field and the chip's stand to each other, the better one first.
    pub enum Class {
        /// Equal code points; nothing was normalised.
        Same = "same",
        /// Equal after strong rules, each of which is named.
        SameAfter = "same_after",
        /// Equal only by a weak rule: a person must look and decide.
        Similar = "similar",
        /// Anything else.
        Different = "different",
        /// There is no text to compare with: a picture, or nothing.
        NotComparable = "not_comparable",
    }
}

impl Class {
    /// Whether nobody needs to look at the field again.
    pub fn agrees(self) -> bool {
        matches!(self, Self::Same | Self::SameAfter)
    }

    /// The word that staff read.
    pub fn word(self) -> Bilingual {
        match self {
            Self::Same => Bilingual::new("一致", "same"),
            Self::SameAfter => Bilingual::new("一致（表記ゆれ）", "same, spelled otherwise"),
            Self::Similar => Bilingual::new("要確認", "similar, look and decide"),
            Self::Different => Bilingual::new("不一致", "different"),
            Self::NotComparable => Bilingual::new("目視で確認", "not comparable, look yourself"),
        }
    }
}

named! {
    /// Why a field has no text to compare with.
    pub enum Incomparable {
        /// The card holds the field as a picture alone: compare by eye.
        Picture = "picture",
        /// The card does not hold the field, or it was not read.
        NotRead = "not-read",
        /// Most of its characters exist as pictures alone (外字), or are marks in their place.
        Gaiji = "gaiji",
        /// A day or a sex in a form that nobody described.
        Unreadable = "unreadable",
        /// Longer than [`MAX_TEXT`] characters.
        TooLong = "too-long",
    }
}

impl Incomparable {
    /// What people read.
    pub fn text(self) -> Bilingual {
        match self {
            Self::Picture => Bilingual::new("画像だけ", "a picture only"),
            Self::NotRead => Bilingual::new("チップの記載なし・未読", "not on the chip, or not read"),
            Self::Gaiji => Bilingual::new("外字が多い", "mostly external characters"),
            Self::Unreadable => Bilingual::new("読めない形", "in an unknown form"),
            Self::TooLong => Bilingual::new("長すぎる", "too long"),
        }
    }
}

/// What became of one field of the form.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldResult {
    /// Which field.
    #[serde(skip)]
    pub field: Field,
    /// How the two stand to each other.
    pub class: Class,
    /// The smallest set of rules that makes them equal, in the order of application; empty unless `same_after` or `similar`.
    pub rules: Vec<Rule>,
    /// Which of the chip's values was compared, by who vouches for it; `None` if there was none.
    #[serde(rename = "compared_with")]
    pub standing: Option<Standing>,
    /// Why there is nothing to compare, of a `not_comparable` field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Incomparable>,
    /// The id of the picture ([`crate::cards::Picture`]) to look at, if the card has the field as a picture alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<&'static str>,
    /// Both spellings side by side, from the first character to the last; empty if they are the same, if there is nothing to
    /// compare, and always for the sex.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
}

impl FieldResult {
    fn none(field: Field, reason: Incomparable) -> Self {
        Self {
            field,
            class: Class::NotComparable,
            rules: Vec::new(),
            standing: None,
            reason: Some(reason),
            picture: None,
            segments: Vec::new(),
        }
    }
}

impl std::fmt::Debug for FieldResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FieldResult({}: {} {:?} {:?})", self.field, self.class, self.rules, self.standing)
    }
}

/// What became of every field that the form has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    results: Vec<FieldResult>,
}

impl Comparison {
    /// The fields of the form, in the order of [`Field::all`]; those that the form leaves out are not there.
    pub fn fields(&self) -> impl Iterator<Item = &FieldResult> {
        self.results.iter()
    }

    /// One field; `None` if the form leaves it out.
    pub fn field(&self, field: Field) -> Option<&FieldResult> {
        self.results.iter().find(|result| result.field == field)
    }

    /// Whether every field of the form is `same` or `same_after`. A form without a field agrees with every chip.
    pub fn agrees(&self) -> bool {
        self.fields().all(|result| result.class.agrees())
    }
}

// As JSON each is its machine name.
macro_rules! by_name {
    ($($Type:ident)*) => {
        $(impl Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        })*
    };
}
by_name! { Field Class Incomparable Rule Standing }

impl Serialize for Comparison {
    /// An object with a key for each field of the form.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields().map(|result| (result.field, result)))
    }
}

/// Compares a form with what checking a card found.
pub fn compare(form: &Form, findings: &Findings) -> Comparison {
    compare_chip(form, &Chip::from(findings))
}

/// Compares a form with a chip's values from elsewhere.
pub fn compare_chip(form: &Form, chip: &Chip) -> Comparison {
    let results =
        Field::all().filter_map(|field| Some(engine::field(field, form.get(field)?, chip.of(field)))).collect();
    Comparison { results }
}
