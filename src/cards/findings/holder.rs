//! The person on the card, in values that name the check that covers each.

use jiff::civil::Date;

use crate::{lang::Bilingual, text::JisText, verify::CheckId};

/// A value and the check that covers it. `None`: no signature covers it.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed<T> {
    /// The value.
    pub value: T,
    /// The check that covers it; whether that check passed is in [`Findings::checks`](super::Findings::checks).
    pub signed_by: Option<CheckId>,
}

impl<T> std::fmt::Debug for Signed<T> {
    /// The value is personal: it does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signed(.., {:?})", self.signed_by)
    }
}

impl<T> Signed<T> {
    /// A value and what covers it.
    pub fn new(value: T, signed_by: Option<CheckId>) -> Self {
        Self { value, signed_by }
    }
}

/// Text from a card, for people: what only a picture shows is marked.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CardText {
    /// The text; [`crate::text::MARK`] stands for each character that only a picture shows.
    pub text: String,
    /// Where those marks stand: index of the character in the text, slot of the picture
    /// ([`ExternalCharacter::slot`]). A mark that is not listed is missing on the card itself, or is the character 〓.
    pub external: Vec<(usize, u8)>,
}

impl std::ops::Deref for CardText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<String> for CardText {
    fn from(text: String) -> Self {
        Self { text, external: Vec::new() }
    }
}

impl From<&str> for CardText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&JisText> for CardText {
    fn from(text: &JisText) -> Self {
        Self { text: text.plain(), external: text.external().collect() }
    }
}

impl std::fmt::Debug for CardText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CardText({} bytes)", self.text.len())
    }
}

/// 外字: a character that the card holds as a picture, because JIS X 0208 lacks it. No signature covers it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExternalCharacter {
    /// Which one, from 1.
    pub slot: u8,
    /// The file that holds it, for example `df1/0003`.
    pub file: &'static str,
    /// 文字構成, whose values are not public (spec licence 7.4, U).
    pub structure: u8,
    /// The raster as stored: ITU-T T.6, about 50 × 50 dots, most significant bit first, 0 white (S, I).
    pub raster: Vec<u8>,
}

impl std::fmt::Debug for ExternalCharacter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExternalCharacter({}, {} bytes)", self.slot, self.raster.len())
    }
}

/// Where a document's changes lead: the values after all of them. No signature covers them, and they never replace the
/// signed ones. `None`: not changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Current {
    /// 氏名
    pub name: Option<CardText>,
    /// 呼び名（カナ）
    pub name_kana: Option<CardText>,
    /// 住所
    pub address: Option<CardText>,
    /// 公安委員会名 of the new address
    pub commission: Option<CardText>,
    /// 免許の条件: the signed ones, less those removed, and the added ones.
    pub conditions: Option<Vec<CardText>>,
    /// 本籍: shown only when asked for.
    pub domicile: Option<CardText>,
}

/// One entry that was added after the document was issued. No signature covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Machine name of what changed, for example `new_address`.
    pub id: &'static str,
    /// What changed.
    pub title: Bilingual,
    /// Which slot of its kind on the card, from 1.
    pub slot: u32,
    /// When; `None` if the card's digits are not a day.
    pub date: Option<Date>,
    /// The commission whose seal it bears.
    pub commission: CardText,
    /// The new value; empty for a change of commission.
    pub value: CardText,
    /// Whether it is shown only when asked for (本籍).
    pub masked: bool,
}

/// 性別: the digits of JIS X 0303, and one of residence cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// `1` 男
    Male,
    /// `2` 女
    Female,
    /// `9` 適用不能
    NotApplicable,
    /// `0` 不明
    Unknown,
    /// `3` 記載なし・不詳, which only residence cards have; JIS X 0303 does not know it.
    Unspecified,
}

impl Sex {
    /// Reads a digit of JIS X 0303.
    pub fn from_digit(digit: u8) -> Option<Self> {
        match digit {
            b'1' => Some(Self::Male),
            b'2' => Some(Self::Female),
            b'9' => Some(Self::NotApplicable),
            b'0' => Some(Self::Unknown),
            _ => None,
        }
    }

    /// The machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::NotApplicable => "not-applicable",
            Self::Unknown => "unknown",
            Self::Unspecified => "unspecified",
        }
    }

    /// What people read.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Male => Bilingual::new("男", "male"),
            Self::Female => Bilingual::new("女", "female"),
            Self::NotApplicable => Bilingual::new("適用不能", "not applicable"),
            Self::Unknown => Bilingual::new("不明", "unknown"),
            Self::Unspecified => Bilingual::new("記載なし・不詳", "unspecified or unknown"),
        }
    }
}

/// The person, as far as text goes; pictures are in [`Findings::pictures`](super::Findings::pictures).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Holder {
    /// 氏名
    pub name: Option<Signed<CardText>>,
    /// 住所
    pub address: Option<Signed<CardText>>,
    /// 生年月日
    pub birth_date: Option<Signed<Date>>,
    /// 性別: a report shows it only when asked for.
    pub sex: Option<Signed<Sex>>,
    /// Age in whole years on the day of the check, Japan time: only for `--age`, which shows nothing else.
    pub age: Option<Signed<i16>>,
    /// Text that a signature covers which could not be verified: anybody may have written it. `None`: there is none.
    pub unconfirmed: Option<Unconfirmed>,
    /// Unsigned values after changes; `None` if nothing was changed.
    pub current: Option<Current>,
}

/// Text for which nobody vouches: its signature was not verified. It is never in the [`Holder`] itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Unconfirmed {
    /// 氏名
    pub name: Option<CardText>,
    /// 住所
    pub address: Option<CardText>,
}
