//! The two languages of everything a person reads.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the program's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 日本語
    #[default]
    Ja,
    /// English
    En,
}

impl Lang {
    /// The name of the language: `ja` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(name: &str) -> Result<Self, UnknownLang> {
        match name {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            _ => Err(UnknownLang),
        }
    }
}

/// A language name other than `ja` and `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the languages are ja and en")]
pub struct UnknownLang;

/// One text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bilingual {
    /// 日本語
    pub ja: &'static str,
    /// English
    pub en: &'static str,
}

impl Bilingual {
    /// Pairs the two texts.
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The text in one language.
    pub const fn get(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

/// One text in both languages, made at run time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
}

impl Words {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

impl From<Bilingual> for Words {
    fn from(text: Bilingual) -> Self {
        Self { ja: text.ja.to_owned(), en: text.en.to_owned() }
    }
}

/// [`Words`] of two format strings, Japanese first; one with arguments is in parentheses with them. In a row of a table
/// the two are in brackets, and a name or an expression in parentheses is [`Words`] or a [`Bilingual`] already.
macro_rules! words {
    (@ ($($format:tt)+)) => { format!($($format)+) };
    (@ $format:tt) => { format!($format) };
    ([$ja:tt $en:tt]) => { $crate::lang::words! { $ja $en } };
    ($ja:tt $en:tt) => { $crate::lang::Words { ja: $crate::lang::words!(@ $ja), en: $crate::lang::words!(@ $en) } };
    ($words:ident) => { $crate::lang::Words::from($words) };
    (($words:expr)) => { $crate::lang::Words::from($words) };
}
pub(crate) use words;
