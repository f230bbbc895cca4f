//! What staff enter. Names of staff are entered, not authenticated.

mod choices;
mod problem;
mod texts;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use crate::messages::EntriesFault;

use super::value::Goods;

pub use choices::{Circumstances, Customer, Face, FallbackChoice, HumanMatch, Relation, Reliance, RelianceKind};
pub use problem::{EntryError, EntryProblem};
pub(super) use texts::{clean, content, line};
pub use texts::{day, moment};

/// The longest line, in characters.
pub const MAX_LINE: usize = 300;
/// The most lines of a list, and the most articles of goods.
pub const MAX_LINES: usize = 50;
/// The largest file of entries, in bytes.
pub const MAX_ENTRIES: usize = 64 * 1024;

/// A value as a file of entries has it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// One line, or lines of a list.
    Text(String),
    /// A whole number.
    Number(u32),
    /// A list.
    List(Vec<String>),
    /// Goods.
    Goods(Vec<Goods>),
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(..)")
    }
}

/// Everything that staff enter for one record, as a file of entries has it. What is not named keeps its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Entries {
    /// What kind of customer and transaction it is.
    pub circumstances: Circumstances,
    /// The day of the transaction in Japan; none: the day of the reading.
    pub transaction_on: Option<Date>,
    /// Field to value.
    pub fields: BTreeMap<String, Entry>,
    /// The human comparison of photo and face.
    pub human_match: Option<HumanMatch>,
    /// Fields of the application form that staff accept although they are only similar.
    pub accepted: Vec<String>,
    /// Why the chip alone did not do, and what was done instead.
    pub fallback: Option<FallbackChoice>,
    /// The other operator on whose check this one rests.
    pub relied_on: Option<Reliance>,
    /// The document, if no chip was read: its id in the profile.
    pub document: Option<String>,
    /// When the document was presented, if no chip was read.
    pub presented_at: Option<Timestamp>,
    /// For what the photo is kept; none: it is not kept.
    pub photo_purpose: Option<String>,
}

impl Entries {
    /// Reads a file of entries, JSON or TOML. Holds nothing of the file: the line of what is wrong.
    ///
    /// # Errors
    /// The line, counted from 1, and the key if one is to blame.
    pub fn parse(text: &str) -> Result<Self, BadEntries> {
        parsed(text)
    }
}

/// Reads JSON, or else TOML.
pub(super) fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, BadEntries> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text)
            .map_err(|error| BadEntries { line: error.line().max(1), fault: fault(&error.to_string()) });
    }
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).unwrap_or(text).matches('\n').count().saturating_add(1);
        BadEntries { line, fault: fault(error.message()) }
    })
}

/// A file of entries that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: not entries of a record")]
pub struct BadEntries {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub fault: EntriesFault,
}

/// What serde's sentence is about.
fn fault(said: &str) -> EntriesFault {
    let mut quoted = said.split('`').skip(1).step_by(2).map(str::to_owned);
    let known = |key: Option<String>| key.filter(|key| key.len() <= 40);
    let fault = if said.starts_with("unknown field") {
        known(quoted.next()).map(EntriesFault::Unknown)
    } else if said.starts_with("missing field") {
        known(quoted.next()).map(EntriesFault::Missing)
    } else if let Some((_, expected)) =
        said.strip_prefix("unknown variant").and_then(|said| said.rsplit_once("`, expected "))
    {
        // What was written may hold the same signs.
        Some(EntriesFault::Value(expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()))
    } else {
        None
    };
    fault.unwrap_or(EntriesFault::Form)
}
