//! What is added to a record later. Nothing that was recorded is overwritten: each addition refers to the first record.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{lang::Bilingual, text::named};

use super::{
    draft::NEVER,
    entered::{Customer, Entry, EntryError, EntryProblem, Relation, Reliance, clean, content, line},
    parts::{Shape, document_called, of_number, part, parts_of},
    record::Record,
    value::{Content, Value},
    view::View,
};

/// The schema name of an addition.
pub const SCHEMA: &str = "taimen.amendment/1";

/// An addition to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// The name of the schema.
    pub schema: String,
    /// Who adds it: entered, not authenticated.
    pub by: String,
    /// When the operator learned of it, a day in Japan.
    pub known_on: Date,
    /// What is added.
    #[serde(flatten)]
    pub change: Change,
}

/// What is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Change {
    /// New contents of fields. The old ones stay in the history.
    Fields {
        /// Why.
        why: Why,
        /// Which, and what.
        fields: Vec<Amended>,
        /// From whom the operator has it, and which document or chip showed it.
        learned_from: Option<String>,
    },
    /// A returning customer (規則第16条): a further transaction on the strength of this check.
    Recheck {
        /// The day of the transaction.
        on: Date,
        /// How the customer was recognised.
        how: KnownBy,
        /// How long the further relation lasts.
        relation: Relation,
    },
    /// Another operator's check, on which a further transaction rests (依拠, 規則第13条).
    Reliance {
        /// Whose check.
        reliance: Reliance,
        /// How long the relation lasts that rests on it.
        relation: Relation,
    },
    /// A relation with the customer has ended.
    RelationEnd {
        /// Which, counted from 1 in the order in which they began.
        relation: u32,
        /// On which day.
        ended_on: Date,
    },
    /// An end was recorded by mistake: the relation goes on.
    Reopen {
        /// Which.
        relation: u32,
        /// Why.
        reason: String,
    },
    /// The record must be kept whatever the law's years say.
    Hold {
        /// For what.
        hold: Hold,
        /// Why: a case's number.
        reason: String,
    },
    /// That is over.
    Release {
        /// What is over.
        hold: Hold,
        /// Why.
        reason: String,
    },
}

named! {
    /// Why a field has a new content.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Why {
        /// The customer's fact changed (規則第20条第3項).
        Changed = "changed",
        /// A field that was open is filled.
        BlankFilled = "blank-filled",
        /// It was recorded wrongly.
        Correction = "correction",
    }
}

impl Why {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Changed => Bilingual::new("変更", "changed"),
            Self::BlankFilled => Bilingual::new("空欄の記入", "blank filled"),
            Self::Correction => Bilingual::new("訂正", "correction"),
        }
    }
}

named! {
    /// How a returning customer was recognised.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum KnownBy {
        /// A passbook or the like was shown.
        Shown = "shown",
        /// The customer stated what only the customer knows.
        Stated = "stated",
        /// Staff know the customer.
        Known = "known",
    }
}

impl KnownBy {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Shown => Bilingual::new("通帳などの提示", "a passbook or the like was shown"),
            Self::Stated => {
                Bilingual::new("本人しか知り得ない事項の申告", "the customer stated what only the customer knows")
            }
            Self::Known => Bilingual::new("面識がある", "staff know the customer"),
        }
    }
}

named! {
    /// For what a record is held.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Hold {
        /// An inquiry of an authority is open.
        Inquiry = "inquiry",
        /// A legal hold: litigation and the like.
        Legal = "legal",
    }
}

impl Hold {
    /// What people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Inquiry => Bilingual::new("照会中", "an inquiry is open"),
            Self::Legal => Bilingual::new("訴訟などのための保全", "legal hold"),
        }
    }
}

/// A field's new content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amended {
    /// The place.
    pub id: String,
    /// What stands there now.
    pub value: Content,
}

impl Amendment {
    /// An addition; `by` is entered, not authenticated.
    ///
    /// # Errors
    /// [`EntryError`] of a text in it.
    pub fn new(by: &str, known_on: Date, mut change: Change) -> Result<Self, EntryError> {
        let checked = |field: &str, text: Result<String, EntryProblem>| {
            text.map_err(|problem| EntryError { field: field.to_owned(), problem })
        };
        let of = |field: &str, text: &str| checked(field, clean(text));
        match &mut change {
            Change::Fields { learned_from: Some(text), .. } => *text = of("learned_from", text)?,
            Change::Reopen { reason, .. } | Change::Hold { reason, .. } | Change::Release { reason, .. } => {
                *reason = of("reason", reason)?;
            }
            Change::Reliance { reliance, .. } => {
                reliance.operator = of("relied_on.operator", &reliance.operator)?;
                // An agreement may have a long number.
                reliance.agreement = checked("relied_on.agreement", line(&reliance.agreement))?;
            }
            _ => {}
        }
        Ok(Self { schema: SCHEMA.to_owned(), by: of("by", by)?, known_on, change })
    }

    /// The addition as JSON on one line: the payload that is sealed.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Record {
    /// Reads a new content for a place of this record: a place that the record does not have is refused.
    ///
    /// # Errors
    /// [`EntryError`].
    pub fn amended(&self, id: &str, entry: &Entry) -> Result<Amended, EntryError> {
        self.amended_of(id, entry, self.document())
    }

    /// The document that was presented, by its id; `None` if it is not known, or if staff gave it a name of another one.
    fn document(&self) -> Option<&str> {
        if self.field(NAME).and_then(Value::chip).is_some() {
            return None;
        }
        let known = self.evidence.as_ref().map(|evidence| &evidence.kind).or(self.document.as_ref());
        known.map(String::as_str).or_else(|| match self.content(NAME) {
            Some(Content::Text(name)) => document_called(name),
            _ => None,
        })
    }

    fn amended_of(&self, id: &str, entry: &Entry, document: Option<&str>) -> Result<Amended, EntryError> {
        let error = |problem| EntryError { field: id.to_owned(), problem };
        if NEVER.contains(&id) {
            return Err(error(EntryProblem::Forbidden));
        }
        let known = part(id);
        // A field that did not apply at first can apply later: the person in charge of a company, a second paper.
        let is_there = |id: &str| self.field(id).is_some() || self.not_asked(id).is_some();
        let has = is_there(id) || known.is_some_and(|part| parts_of(part.field).any(|of| is_there(of.id)));
        if !has {
            return Err(EntryError { field: "fields".to_owned(), problem: EntryProblem::Unknown });
        }
        match known.map(|part| part.shape) {
            Some(Shape::Moment | Shape::Method) => return Err(error(EntryProblem::ByTool)),
            _ if id == "document.number" && !is_there(id) => return Err(error(EntryProblem::NoNumber)),
            _ => {}
        }
        let company = self.circumstances.customer == Customer::Company;
        let number = known.filter(|part| part.id == "document.number");
        let number = number.map(|part| of_number(part, document));
        let value = content(number.as_ref().or(known), entry, company).map_err(error)?;
        Ok(Amended { id: id.to_owned(), value })
    }
}

/// What the document is called: staff can enter any name.
const NAME: &str = "document.name";

impl View {
    /// Reads new contents for places of the record, all together: which number may be kept depends on the document.
    ///
    /// # Errors
    /// [`EntryError`].
    pub(super) fn amended(&self, entries: &BTreeMap<String, Entry>) -> Result<Vec<Amended>, EntryError> {
        let record = &self.record;
        let same = |name: Option<&Content>| name == record.content(NAME);
        let now = self.fields.iter().find(|current| current.row.id == NAME).and_then(|found| found.row.value.content());
        let new = entries.get(NAME).map(|entry| record.amended(NAME, entry)).transpose()?;
        // A document under another name is another one, and nobody knows which numbers it has.
        let document = record.document().filter(|_| same(now) && new.is_none_or(|new| same(Some(&new.value))));
        entries.iter().map(|(id, entry)| record.amended_of(id, entry, document)).collect()
    }
}
