//! From a reading, the profiles and what staff enter to a record. A draft is reviewed first, and is not a record.

mod methods;
mod review;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use crate::{
    cards, compare,
    lang::Words,
    profile::{Field, Profile, Supplier},
    text::japan_date,
};

use super::{
    entered::{
        Circumstances, Customer, Entries, Entry, EntryError, EntryProblem, FallbackChoice, HumanMatch, Reliance, clean,
        content, line,
    },
    facts::{Facts, FieldComparison, Reading},
    parts::{Shape, of_number, part, parts_of},
    record::{FallbackNote, NotAsked, ProfileRef, Record, SCHEMA},
    value::Content,
};

pub(super) use review::described;
pub use review::{Review, State};

/// A record in the making.
#[derive(Debug, Clone)]
pub struct Draft {
    profiles: Vec<Profile>,
    transaction_on: Date,
    facts: Option<Facts>,
    circumstances: Circumstances,
    entered: BTreeMap<String, Content>,
    human_match: Option<HumanMatch>,
    fallback: Option<FallbackChoice>,
    relied_on: Option<Reliance>,
    document: Option<String>,
    /// When the document was presented, and who says so.
    presented_at: Option<(Timestamp, Supplier)>,
    /// Whether staff entered the day of the transaction.
    day_entered: bool,
    photo_purpose: Option<String>,
    accepted: BTreeSet<compare::Field>,
}

impl Draft {
    /// A draft of a record under these profiles, the first one first: those that the transaction's day in Japan falls under.
    pub fn new<'a>(transaction_on: Date, profiles: impl IntoIterator<Item = &'a Profile>) -> Self {
        Self {
            profiles: profiles.into_iter().cloned().collect(),
            transaction_on,
            facts: None,
            circumstances: Circumstances::default(),
            entered: BTreeMap::new(),
            human_match: None,
            fallback: None,
            relied_on: None,
            document: None,
            presented_at: None,
            day_entered: false,
            photo_purpose: None,
            accepted: BTreeSet::new(),
        }
    }

    /// With what a reading found. Whatever the verdict is, the record states it.
    #[must_use]
    pub fn with_reading(mut self, reading: &Reading<'_>) -> Self {
        self.facts = Some(Facts::of(reading));
        self
    }

    /// The day of the transaction.
    pub fn transaction_on(&self) -> Date {
        self.transaction_on
    }

    /// What kind of customer and transaction it is.
    pub fn circumstances(&self) -> Circumstances {
        self.circumstances
    }

    /// Says what kind of customer and transaction it is.
    pub fn set_circumstances(&mut self, circumstances: Circumstances) {
        self.circumstances = circumstances;
    }

    /// Takes the human comparison, or takes it back.
    pub fn set_human_match(&mut self, found: Option<HumanMatch>) {
        self.human_match = found;
    }

    /// Takes the fallback that staff chose, or takes it back.
    pub fn set_fallback(&mut self, choice: Option<FallbackChoice>) {
        self.fallback = choice;
    }

    /// Says which document was presented, by its id in the profile, if no chip says so. A number that was entered for another one, and
    /// that may not be kept of this one, goes.
    pub fn set_document(&mut self, document: Option<String>) {
        self.document = document;
        let _ = self.look_at_number();
    }

    /// A number that may not be kept of the document as it is named now goes.
    fn look_at_number(&mut self) -> Result<(), EntryError> {
        let id = "document.number";
        let Some(Content::Text(number)) = self.entered.get(id) else { return Ok(()) };
        let again = self.content(id, &Entry::Text(number.clone()));
        again.map(|_| ()).map_err(|problem| {
            self.clear(id);
            EntryError { field: id.to_owned(), problem }
        })
    }

    /// Says when the document was presented, if no chip was read: the clock's word, not that of staff.
    pub fn set_presented_at(&mut self, time: Timestamp) {
        self.presented_at = Some((time, Supplier::Tool));
    }

    /// Forgets the photo unless it is kept for a purpose.
    pub fn forget_photo(&mut self) {
        if let (None, Some(facts)) = (&self.photo_purpose, &mut self.facts) {
            facts.photo = None;
        }
    }

    /// Keeps the photo for a purpose in the operator's words, or does not keep it.
    ///
    /// # Errors
    /// [`EntryProblem`] of the purpose.
    pub fn keep_photo(&mut self, purpose: Option<&str>) -> Result<(), EntryError> {
        let field = || "photo_purpose".to_owned();
        self.photo_purpose = purpose.map(line).transpose().map_err(|problem| EntryError { field: field(), problem })?;
        Ok(())
    }

    /// For what the photo is kept; `None` if the record will have none.
    pub fn photo_purpose(&self) -> Option<&str> {
        let photo = self.facts.as_ref().and_then(|facts| facts.photo.as_ref());
        self.photo_purpose.as_deref().filter(|_| photo.is_some())
    }

    /// What is said to have happened on a day that is still to come.
    pub fn still_to_come(&self, today: Date) -> Vec<EntryError> {
        let day = |time: Timestamp| japan_date(time);
        let entered = self.entered.iter().filter_map(|(id, content)| match content {
            Content::Day(day) if !COMING.contains(&id.as_str()) => Some((id.as_str(), *day)),
            _ => None,
        });
        let known = [
            Some(("transaction_on", self.transaction_on)),
            self.presented_at.map(|(time, _)| ("presented_at", day(time))),
            self.human_match.as_ref().map(|found| ("human_match.at", day(found.at))),
            self.relied_on.as_ref().map(|reliance| ("relied_on.confirmed_at", day(reliance.confirmed_at))),
        ];
        let later = entered.chain(known.into_iter().flatten()).filter(|(_, day)| *day > today);
        later.map(|(id, _)| EntryError { field: id.to_owned(), problem: EntryProblem::Future }).collect()
    }

    /// Takes every entry of a file.
    ///
    /// # Errors
    /// Every [`EntryError`], never none; the entries that are good are taken all the same.
    pub fn take(&mut self, entries: Entries) -> Result<(), Vec<EntryError>> {
        let mut errors = Vec::new();
        self.circumstances = entries.circumstances;
        let known = |id: &String| self.profiles.iter().any(|profile| profile.document(id).is_some());
        match entries.document {
            Some(document) if !known(&document) => {
                errors.push(EntryError { field: "document".to_owned(), problem: EntryProblem::Unknown });
            }
            Some(document) => self.document = Some(document),
            None => {}
        }
        self.presented_at = entries.presented_at.map(|time| (time, Supplier::Staff)).or(self.presented_at);
        self.day_entered |= entries.transaction_on == Some(self.transaction_on);
        for (id, entry) in &entries.fields {
            errors.extend(self.put(id, entry).err());
        }
        // An earlier one, of a document that is another one now.
        errors.extend(self.look_at_number().err());
        let purpose = entries.photo_purpose.or(self.photo_purpose.take());
        errors.extend(self.keep_photo(purpose.as_deref()).err());
        let mut plain =
            |field: &str, text: &mut String, checked: fn(&str) -> Result<String, EntryProblem>| match checked(text) {
                Ok(clean) => *text = clean,
                Err(problem) => errors.push(EntryError { field: field.to_owned(), problem }),
            };
        if let Some(mut found) = entries.human_match {
            plain("human_match.by", &mut found.by, clean);
            self.human_match = Some(found);
        }
        if let Some(mut choice) = entries.fallback {
            plain("fallback.reason", &mut choice.reason, clean);
            plain("fallback.chosen_by", &mut choice.chosen_by, clean);
            self.fallback = Some(choice);
        }
        if let Some(mut reliance) = entries.relied_on {
            plain("relied_on.operator", &mut reliance.operator, clean);
            // An agreement may have a long number.
            plain("relied_on.agreement", &mut reliance.agreement, line);
            self.relied_on = Some(reliance);
        }
        let mut rows = self.profiles.iter().flat_map(|profile| &profile.fallback_rows);
        let chosen = self.fallback.as_ref().and_then(|choice| choice.row.as_ref());
        if chosen.is_some_and(|row| rows.all(|known| known.id != *row)) {
            errors.push(EntryError { field: "fallback.row".to_owned(), problem: EntryProblem::Unknown });
            self.fallback = None;
        }
        for name in &entries.accepted {
            match name.parse() {
                Ok(field) => self.accept(field, true),
                Err(_) => errors.push(EntryError { field: "accepted".to_owned(), problem: EntryProblem::Unknown }),
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Staff accept that a field of the form is only similar to the chip's, or take it back. It changes nothing of another field.
    pub fn accept(&mut self, field: compare::Field, accepted: bool) {
        if accepted {
            self.accepted.insert(field);
        } else {
            self.accepted.remove(&field);
        }
    }

    /// Takes an entry of staff for one place, in place of an earlier one. A number of the document that may not be kept under the name
    /// that is entered for it goes.
    ///
    /// # Errors
    /// [`EntryError`]; the earlier entry stays.
    pub fn enter(&mut self, id: &str, entry: &Entry) -> Result<(), EntryError> {
        self.put(id, entry)?;
        if id == "document.name" {
            let _ = self.look_at_number();
        }
        Ok(())
    }

    fn put(&mut self, id: &str, entry: &Entry) -> Result<(), EntryError> {
        let content = self.content(id, entry).map_err(|problem| {
            // A name that nobody knows could be anything, so it is not repeated.
            let field = if problem == EntryProblem::Unknown { "fields" } else { id };
            EntryError { field: field.to_owned(), problem }
        })?;
        self.entered.insert(id.to_owned(), content);
        Ok(())
    }

    /// Takes an entry back.
    pub fn clear(&mut self, id: &str) {
        self.entered.remove(id);
    }

    fn content(&self, id: &str, entry: &Entry) -> Result<Content, EntryProblem> {
        let known = part(id);
        let field = self.field(known.map_or(id, |part| part.field));
        if self.profiles.iter().any(|profile| profile.forbidden.iter().any(|row| row.id == id)) || NEVER.contains(&id) {
            return Err(EntryProblem::Forbidden);
        }
        let wanted = known.is_some_and(|part| part.id == "birth_date") && self.circumstances.birth_date;
        let Some(field) = field.or_else(|| self.field("age").filter(|_| wanted)) else {
            return Err(EntryProblem::Unknown);
        };
        match known {
            Some(part) if part.shape == Shape::Method => return self.methods(part, entry),
            Some(part) if BY_TOOL.contains(&part.id) => return Err(EntryProblem::ByTool),
            Some(part) if part.id == "document.number" && !self.is_numbered() => return Err(EntryProblem::NoNumber),
            Some(part) if part.id == "document.number" => {
                let part = of_number(part, self.document());
                return content(Some(&part), entry, self.circumstances.customer == Customer::Company);
            }
            // Parts of a field are entered by their own names.
            None if parts_of(&field.id).next().is_some() => return Err(EntryProblem::Unknown),
            _ => {}
        }
        content(known, entry, self.circumstances.customer == Customer::Company)
    }

    /// Whether a number of the document may be kept.
    fn is_numbered(&self) -> bool {
        self.facts.as_ref().is_none_or(|facts| facts.numbered)
            && self.documents().all(|(_, document)| {
                // A document that taimen reads says so itself.
                let kinds = || document.kinds.iter().filter_map(|kind| kind.parse().ok());
                kinds().all(|kind| cards::number(kind).is_none_or(|item| item.is_some()))
            })
    }

    fn field(&self, id: &str) -> Option<&Field> {
        self.profiles.iter().flat_map(|profile| &profile.fields).find(|field| field.id == id)
    }

    /// The record. What is open stays open, by name.
    pub fn finish(self) -> Record {
        let (fields, not_applicable) = NotAsked::split(self.rows());
        let text = |choice: &FallbackChoice| -> Option<Words> {
            let rows = self.profiles.iter().flat_map(|profile| &profile.fallback_rows);
            rows.into_iter().find(|row| Some(&row.id) == choice.row.as_ref()).map(|row| row.text.clone())
        };
        let fallback = self.fallback.clone().map(|choice| FallbackNote { text: text(&choice), choice });
        let profiles = self.profiles.iter().map(ProfileRef::of).collect();
        let document = self.document().filter(|_| self.facts.is_none()).map(str::to_owned);
        let (mut evidence, mut comparison, mut unsigned_changes, mut photo) =
            (None, Vec::<FieldComparison>::new(), None, None);
        if let Some(facts) = self.facts {
            photo = facts.photo.zip(self.photo_purpose).map(|(mut photo, purpose)| {
                photo.purpose = purpose;
                photo
            });
            (evidence, comparison, unsigned_changes) = (Some(facts.evidence), facts.comparison, facts.unsigned_changes);
            for row in &mut comparison {
                let accepted = self.accepted.iter().any(|field| field.as_str() == row.field);
                row.accepted = accepted && row.class == compare::Class::Similar.as_str();
            }
        }
        Record {
            schema: SCHEMA.to_owned(),
            tool: concat!("taimen ", env!("CARGO_PKG_VERSION")).to_owned(),
            transaction_on: self.transaction_on,
            profiles,
            circumstances: self.circumstances,
            fields,
            not_applicable,
            document,
            evidence,
            comparison,
            human_match: self.human_match,
            unsigned_changes,
            fallback,
            relied_on: self.relied_on,
            photo,
        }
    }
}

/// What taimen alone fills.
const BY_TOOL: &[&str] = &["presented_at", "checked_on", "transaction_on"];

/// Days that may be still to come.
pub(super) const COMING: &[&str] = &["document.expiry"];

/// Names that no profile can bring into a record.
pub(super) const NEVER: &[&str] =
    &["individual_number", "personal_number", "number_b", "security_code", "domicile", "sex", "copy", "pin"];
