//! What staff enter to add something to a record, as a file has it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use crate::text::japan_date;

use super::{
    amend::{Amended, Amendment, Change, Hold, KnownBy, Why},
    draft::COMING,
    entered::{BadEntries, Entry, EntryError, EntryProblem, Relation, Reliance, parsed},
    value::Content,
    view::View,
};

/// An addition as a file has it: one of `fields`, `recheck`, `reliance`, `hold` and `release`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// Who adds it: entered, not authenticated.
    pub by: String,
    /// When the operator learned of it; none: today in Japan.
    #[serde(default)]
    pub known_on: Option<Date>,
    /// Why fields have new contents.
    #[serde(default)]
    pub why: Option<Why>,
    /// From whom the operator has it, and which document or chip showed it.
    #[serde(default)]
    pub learned_from: Option<String>,
    /// Field to new content.
    #[serde(default)]
    pub fields: BTreeMap<String, Entry>,
    /// A returning customer.
    #[serde(default)]
    pub recheck: Option<Recheck>,
    /// Another operator's check.
    #[serde(default)]
    pub reliance: Option<Reliance>,
    /// How long the relation lasts that begins with it.
    #[serde(default)]
    pub relation: Option<Relation>,
    /// What the record is held for.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// What it is not held for any more.
    #[serde(default)]
    pub release: Option<Hold>,
    /// The relation whose end was recorded by mistake.
    #[serde(default)]
    pub reopen: Option<u32>,
    /// Why it is held, released or reopened.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A returning customer (規則第16条).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recheck {
    /// The day of the transaction.
    pub on: Date,
    /// How the customer was recognised.
    pub how: KnownBy,
    /// How long the relation lasts.
    #[serde(default)]
    pub relation: Option<Relation>,
}

impl Addition {
    /// Reads a file, JSON or TOML.
    ///
    /// # Errors
    /// [`BadEntries`].
    pub fn parse(text: &str) -> Result<Self, BadEntries> {
        parsed(text)
    }

    /// The addition to a record, on a day in Japan.
    ///
    /// # Errors
    /// [`EntryError`]: a field or text that is refused; nothing to add, or more than one thing.
    pub fn to(self, view: &View, today: Date) -> Result<Amendment, EntryError> {
        let error = |field: &str, problem| EntryError { field: field.to_owned(), problem };
        let in_recheck = self.recheck.as_ref().and_then(|recheck| recheck.relation);
        let begins = self.recheck.is_some() || self.reliance.is_some();
        if self.relation.is_some() && (in_recheck.is_some() || !begins) {
            return Err(error("relation", EntryProblem::Relation));
        }
        let relation = self.relation.or(in_recheck).unwrap_or_default();
        let days = [
            ("known_on", self.known_on),
            ("recheck.on", self.recheck.as_ref().map(|recheck| recheck.on)),
            ("reliance.confirmed_at", self.reliance.as_ref().map(|reliance| japan_date(reliance.confirmed_at))),
        ];
        if let Some((field, _)) = days.iter().find(|(_, day)| day.is_some_and(|day| day > today)) {
            return Err(error(field, EntryProblem::Future));
        }
        let mut changes = Vec::new();
        if !self.fields.is_empty() {
            let fields = view.amended(&self.fields)?;
            let later = |amended: &&Amended| matches!(amended.value, Content::Day(day) if day > today && !COMING.contains(&amended.id.as_str()));
            if let Some(later) = fields.iter().find(later) {
                return Err(error(&later.id, EntryProblem::Future));
            }
            let why = self.why.ok_or_else(|| error("why", EntryProblem::Blank))?;
            changes.push(Change::Fields { why, fields, learned_from: self.learned_from });
        }
        if let Some(Recheck { on, how, .. }) = self.recheck {
            changes.push(Change::Recheck { on, how, relation });
        }
        if let Some(reliance) = self.reliance {
            changes.push(Change::Reliance { reliance, relation });
        }
        let reason = || self.reason.clone().unwrap_or_default();
        changes.extend(self.hold.map(|hold| Change::Hold { hold, reason: reason() }));
        changes.extend(self.release.map(|hold| Change::Release { hold, reason: reason() }));
        changes.extend(self.reopen.map(|relation| Change::Reopen { relation, reason: reason() }));
        let mut changes = changes.into_iter();
        match (changes.next(), changes.next()) {
            (Some(change), None) => Amendment::new(&self.by, self.known_on.unwrap_or(today), change),
            (None, _) => Err(error("fields", EntryProblem::Blank)),
            (Some(_), Some(_)) => Err(error("fields", EntryProblem::TooMany)),
        }
    }
}
