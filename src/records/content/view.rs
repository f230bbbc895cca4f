//! A record with everything that was added to it: the current view is folded from the history, and the history stays.

use jiff::{Timestamp, civil::Date};

use crate::text::japan_date;

use super::{
    amend::{Amendment, Change, Hold, KnownBy, SCHEMA as AMENDMENT, Why},
    entered::{EntryProblem, Relation, Reliance},
    record::{NotARecord, Record, Row, SCHEMA as RECORD},
    value::{Source, Value},
};
use crate::profile::Supplier;

/// What a sealed payload holds, as far as it belongs to a record's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The first record.
    Record(Box<Record>),
    /// An addition.
    Amendment(Box<Amendment>),
}

impl Payload {
    /// Reads a payload back.
    ///
    /// # Errors
    /// [`NotARecord`]: another schema, or damaged.
    pub fn from_json(json: &[u8]) -> Result<Self, NotARecord> {
        #[derive(serde::Deserialize)]
        struct Head {
            schema: String,
        }
        let head: Head = serde_json::from_slice(json).map_err(|_| NotARecord)?;
        match head.schema.as_str() {
            RECORD => Ok(Self::Record(Box::new(Record::from_json(json)?))),
            AMENDMENT => {
                serde_json::from_slice(json).map(|found| Self::Amendment(Box::new(found))).map_err(|_| NotARecord)
            }
            _ => Err(NotARecord),
        }
    }
}

/// One entry of the log that belongs to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged<P = Payload> {
    /// Its number in the log.
    pub seq: u64,
    /// When it was saved.
    pub at: Timestamp,
    /// What it holds.
    pub payload: P,
}

/// A record as it stands now, with what stood there before.
#[derive(Debug, Clone)]
pub struct View {
    /// The first record, as it was saved.
    pub record: Record,
    /// Its number in the log.
    pub seq: u64,
    /// When it was saved.
    pub at: Timestamp,
    /// Every place as it stands now.
    pub fields: Vec<Current>,
    /// The relations that rest on the check, in the order in which they began.
    pub relations: Vec<RelationState>,
    /// The further transactions of a returning customer.
    pub rechecks: Vec<(u64, Date, KnownBy)>,
    /// The checks of other operators that were relied on later.
    pub reliances: Vec<(u64, Reliance)>,
    /// What keeps the record whatever the law's years say.
    pub holds: Vec<(u64, Hold, String)>,
    /// Every addition, in the order of the log.
    pub additions: Vec<Logged<Amendment>>,
}

/// A place as it stands now.
#[derive(Debug, Clone)]
pub struct Current {
    /// What stands there.
    pub row: Row,
    /// What stood there before, the oldest first, each with the number of the entry that put something else in its place.
    pub earlier: Vec<Earlier>,
}

/// What stood in a place before.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// What.
    pub value: Value,
    /// The entry that put something else in its place.
    pub until: u64,
    /// Why.
    pub why: Why,
}

/// A relation with the customer that rests on the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelationState {
    /// Counted from 1.
    pub number: u32,
    /// The day on which it began.
    pub began_on: Date,
    /// The day on which it ended; `None`: it goes on.
    pub ended_on: Option<Date>,
}

impl View {
    /// Folds a history: the first record, then what was added, in the order of the log.
    ///
    /// # Errors
    /// [`NotARecord`] if it does not begin with a record.
    pub fn fold(history: impl IntoIterator<Item = Logged>) -> Result<Self, NotARecord> {
        let mut history = history.into_iter();
        let Some(Logged { seq, at, payload: Payload::Record(record) }) = history.next() else { return Err(NotARecord) };
        let fields = record.fields.iter().map(|row| Current { row: row.clone(), earlier: Vec::new() }).collect();
        let mut view = Self {
            seq,
            at,
            fields,
            relations: Vec::new(),
            rechecks: Vec::new(),
            reliances: Vec::new(),
            holds: Vec::new(),
            additions: Vec::new(),
            record: *record,
        };
        view.begin(view.record.transaction_on, view.record.circumstances.relation);
        for Logged { seq, at, payload } in history {
            // A second record is not a part of this history.
            let Payload::Amendment(amendment) = payload else { return Err(NotARecord) };
            view.add(seq, at, &amendment);
            view.additions.push(Logged { seq, at, payload: *amendment });
        }
        Ok(view)
    }

    fn begin(&mut self, on: Date, relation: Relation) {
        let number = u32::try_from(self.relations.len()).unwrap_or(u32::MAX).saturating_add(1);
        let ended_on = (relation == Relation::Single).then_some(on);
        self.relations.push(RelationState { number, began_on: on, ended_on });
    }

    fn add(&mut self, seq: u64, at: Timestamp, amendment: &Amendment) {
        let relation_of = |relations: &mut Vec<RelationState>, number: u32, ended_on: Option<Date>| {
            if let Some(found) = relations.iter_mut().find(|relation| relation.number == number) {
                found.ended_on = ended_on.max(ended_on.and(found.ended_on));
            }
        };
        match &amendment.change {
            Change::Fields { why, fields, .. } => {
                for amended in fields {
                    let source = Source { by: Supplier::Staff, standing: None, signed_by: None };
                    let place = self.fields.iter().find(|current| current.row.id == amended.id);
                    // What staff overruled once stays in sight.
                    let chip = place.and_then(|place| place.row.value.chip()).filter(|chip| **chip != amended.value);
                    let value = Value::Filled { value: amended.value.clone(), source, chip: chip.cloned() };
                    match self.fields.iter_mut().find(|current| current.row.id == amended.id) {
                        Some(current) => {
                            let value = std::mem::replace(&mut current.row.value, value);
                            current.earlier.push(Earlier { value, until: seq, why: *why });
                        }
                        None => {
                            let item = self.record.not_asked(&amended.id).flatten();
                            let row = Row { id: amended.id.clone(), item, value };
                            self.fields.push(Current { row, earlier: Vec::new() });
                        }
                    }
                }
            }
            Change::Recheck { on, how, relation } => {
                self.rechecks.push((seq, *on, *how));
                self.begin(*on, *relation);
            }
            Change::Reliance { reliance, relation } => {
                self.reliances.push((seq, reliance.clone()));
                self.begin(japan_date(at), *relation);
            }
            Change::RelationEnd { relation, ended_on } => relation_of(&mut self.relations, *relation, Some(*ended_on)),
            Change::Reopen { relation, .. } => relation_of(&mut self.relations, *relation, None),
            Change::Hold { hold, reason } => self.holds.push((seq, *hold, reason.clone())),
            // One release ends one hold, the oldest of its kind.
            Change::Release { hold, .. } => {
                if let Some(at) = self.holds.iter().position(|(_, held, _)| held == hold) {
                    self.holds.remove(at);
                }
            }
        }
    }

    /// The names of the places that the law asks for and that hold nothing.
    pub fn blanks(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|current| current.row.value.is_blank()).map(|current| current.row.id.as_str())
    }

    /// The end of a relation on a day; without a number, of the only one that goes on.
    ///
    /// # Errors
    /// [`EntryProblem::NoRelation`], [`EntryProblem::End`].
    pub fn end(&self, relation: Option<u32>, ended_on: Date, today: Date) -> Result<Change, EntryProblem> {
        let mut open = self.open().filter(|known| relation.is_none_or(|number| number == known.number));
        let (Some(found), None) = (open.next(), open.next()) else { return Err(EntryProblem::NoRelation) };
        if ended_on > today || ended_on < found.began_on {
            return Err(EntryProblem::End);
        }
        Ok(Change::RelationEnd { relation: found.number, ended_on })
    }

    /// The relations that go on.
    pub fn open(&self) -> impl Iterator<Item = &RelationState> {
        self.relations.iter().filter(|relation| relation.ended_on.is_none())
    }
}
