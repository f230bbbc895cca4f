//! The record as it is kept: `taimen.record/1`, described by `docs/record.schema.json`.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    lang::Words,
    profile::{Profile, Start, When},
    trust::Hierarchy,
    verify::Overall,
};

use super::{
    entered::{Circumstances, FallbackChoice, HumanMatch, Reliance},
    facts::{Evidence, FieldComparison, Photo, UnsignedChanges},
    value::{Content, Value},
};

/// The schema name of a record.
pub const SCHEMA: &str = "taimen.record/1";

/// A record: facts alone. Whether they suffice is for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which program made it, with its version.
    pub tool: String,
    /// The day of the transaction in Japan: it chose the profiles.
    pub transaction_on: Date,
    /// The profiles that the record serves, the first one first.
    pub profiles: Vec<ProfileRef>,
    /// What kind of customer and transaction it was.
    pub circumstances: Circumstances,
    /// The fields that the law asks for here, in the order of the profiles: filled or blank.
    pub fields: Vec<Row>,
    /// Those that it does not ask for here, by the cases in which it would.
    pub not_applicable: Vec<NotAsked>,
    /// The document that staff named, by its id in the profile, if no chip was read and they gave it no other name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What the chip proved; null if none was read.
    pub evidence: Option<Evidence>,
    /// What the fields of the application form were to the chip's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparison: Vec<FieldComparison>,
    /// The human comparison of photo and face; null: not compared.
    pub human_match: Option<HumanMatch>,
    /// What was added to the card after issue, without a signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsigned_changes: Option<UnsignedChanges>,
    /// What was done because the chip alone did not do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<FallbackNote>,
    /// The other operator on whose check this one rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relied_on: Option<Reliance>,
    /// The photo, if the operator keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
}

/// A profile as a record names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileRef {
    /// Its id.
    pub id: String,
    /// The law: what the profiles of its periods have in common.
    pub law: String,
    /// What people call it.
    pub name: Words,
    /// What the law calls its record.
    pub record: Words,
    /// The revision of the law's text that it follows.
    pub revision: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// Whether the text that it follows as a whole was not read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// How long it wants the record kept, as of now: a later profile never shortens it.
    pub retention: Vec<Kept>,
}

/// A rule of a profile on how long a record is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Where the law says so.
    pub article: String,
    /// How many years.
    pub years: u8,
    /// From when they count.
    pub start: Start,
}

impl ProfileRef {
    pub(super) fn of(profile: &Profile) -> Self {
        let kept =
            |row: &crate::profile::Retention| Kept { article: row.article.clone(), years: row.years, start: row.start };
        Self {
            id: profile.id.clone(),
            law: profile.law.clone(),
            name: profile.name.clone(),
            record: profile.record.clone(),
            revision: profile.revision.clone(),
            sha256: profile.sha256().to_owned(),
            unverified: profile.unverified,
            retention: profile.retentions.iter().map(kept).collect(),
        }
    }
}

/// One place of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name: the profile's field, or the field with a dot and a part of it.
    pub id: String,
    /// The law's number of the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u8>,
    /// What stands there.
    #[serde(flatten)]
    pub value: Value,
}

/// Fields that the law does not ask for here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAsked {
    /// When it would ask for them.
    pub why: Vec<When>,
    /// Their names, each with the law's number.
    pub fields: BTreeMap<String, Option<u8>>,
}

impl NotAsked {
    /// The rows that do not apply, taken out of the others.
    pub(super) fn split(rows: Vec<Row>) -> (Vec<Row>, Vec<Self>) {
        let mut asked = Vec::new();
        let mut not_asked: BTreeMap<Vec<When>, BTreeMap<String, Option<u8>>> = BTreeMap::new();
        for row in rows {
            match row.value {
                Value::NotApplicable { why } => {
                    not_asked.entry(why).or_default().insert(row.id, row.item);
                }
                _ => asked.push(row),
            }
        }
        (asked, not_asked.into_iter().map(|(why, fields)| Self { why, fields }).collect())
    }
}

/// The fallback that staff followed, with the words of the profile's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FallbackNote {
    /// What staff entered.
    pub choice: FallbackChoice,
    /// What the profile's row says; null if they followed none.
    pub text: Option<Words>,
}

impl Record {
    /// Reads a record back.
    ///
    /// # Errors
    /// [`NotARecord`]: it is another schema, or not whole.
    pub fn from_json(json: &[u8]) -> Result<Self, NotARecord> {
        let record: Self = serde_json::from_slice(json).map_err(|_| NotARecord)?;
        if record.schema == SCHEMA { Ok(record) } else { Err(NotARecord) }
    }

    /// The record as JSON on one line: the payload that is sealed.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The names of the fields that the law asks for and that hold nothing.
    pub fn blanks(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|row| row.value.is_blank()).map(|row| row.id.as_str())
    }

    /// A place by its name.
    pub fn field(&self, id: &str) -> Option<&Value> {
        self.fields.iter().find(|row| row.id == id).map(|row| &row.value)
    }

    /// The law's number of a field that it does not ask for here; `None` if there is no such field.
    pub(super) fn not_asked(&self, id: &str) -> Option<Option<u8>> {
        self.not_applicable.iter().find_map(|group| group.fields.get(id).copied())
    }

    /// What stands in a place.
    pub fn content(&self, id: &str) -> Option<&Content> {
        self.field(id).and_then(Value::content)
    }

    /// Test or simulated, if the card is one that nobody was issued: only a test database takes its record.
    pub fn unreal(&self) -> Option<Hierarchy> {
        self.evidence.as_ref()?.unreal
    }

    /// The verdict; `None` if no chip was read.
    pub fn verdict(&self) -> Option<Overall> {
        self.evidence.as_ref().map(|evidence| evidence.verdict)
    }

    /// When the document was presented.
    pub fn presented_at(&self) -> Option<Timestamp> {
        match self.content("presented_at") {
            Some(Content::Moment(time)) => Some(*time),
            _ => self.evidence.as_ref().map(|evidence| evidence.read_at),
        }
    }
}

/// Bytes that are not a record of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a record of this version")]
pub struct NotARecord;
