//! From a reading, the profiles and what staff enter to a record. A draft is reviewed first, and is not a record.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};

use crate::{
    cards, compare,
    lang::{Lang, Words},
    profile::{ChipField, Document, Field, Method, Profile, Supplier, When, Who},
    text::japan_date,
};

use super::{
    entries::{
        Circumstances, Customer, Entries, Entry, EntryError, EntryProblem, FallbackChoice, HumanMatch, Reliance,
        content, line, may_be_personal_number,
    },
    facts::{Facts, FieldComparison, Reading, Said},
    parts::{Part, Shape, part, parts_of},
    record::{FallbackNote, NotAsked, ProfileRef, Record, Row, SCHEMA},
    value::{Content, MethodRef, Reason, Source, Value},
};

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
    presented_at: Option<Timestamp>,
    photo_purpose: Option<String>,
    accepted: BTreeSet<compare::Field>,
}

/// A line of the review: what the record will hold, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The name of the place.
    pub id: String,
    /// The law's number of the field.
    pub item: Option<u8>,
    /// What people call it.
    pub title: String,
    /// What stands there, or why nothing does.
    pub text: String,
    /// Where it is from; empty if nothing stands there.
    pub source: String,
    /// How it stands.
    pub state: State,
    /// What kind of entry it takes from staff; `None` if taimen fills it.
    pub shape: Option<Shape>,
}

/// How a line of the review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds something.
    Filled,
    /// The law asks for it, and it holds nothing.
    Blank,
    /// The law does not ask for it here.
    NotApplicable,
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

    /// Says which document was presented, by its id in the profile, if no chip says so.
    pub fn set_document(&mut self, document: Option<String>) {
        self.document = document;
    }

    /// Says when the document was presented, if no chip was read.
    pub fn set_presented_at(&mut self, time: Timestamp) {
        self.presented_at = Some(time);
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
        self.presented_at = entries.presented_at.or(self.presented_at);
        for (id, entry) in &entries.fields {
            errors.extend(self.enter(id, entry).err());
        }
        let purpose = entries.photo_purpose.or(self.photo_purpose.take());
        errors.extend(self.keep_photo(purpose.as_deref()).err());
        let mut plain =
            |field: &str, text: &mut String, checked: fn(&str) -> Result<String, EntryProblem>| match checked(text) {
                Ok(clean) => *text = clean,
                Err(problem) => errors.push(EntryError { field: field.to_owned(), problem }),
            };
        if let Some(mut found) = entries.human_match {
            plain("human_match.by", &mut found.by, checked);
            self.human_match = Some(found);
        }
        if let Some(mut choice) = entries.fallback {
            plain("fallback.reason", &mut choice.reason, checked);
            plain("fallback.chosen_by", &mut choice.chosen_by, checked);
            self.fallback = Some(choice);
        }
        if let Some(mut reliance) = entries.relied_on {
            plain("relied_on.operator", &mut reliance.operator, checked);
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

    /// Takes an entry of staff for one place, in place of an earlier one.
    ///
    /// # Errors
    /// [`EntryError`]; the earlier entry stays.
    pub fn enter(&mut self, id: &str, entry: &Entry) -> Result<(), EntryError> {
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
            // Nobody knows which document it is the number of.
            Some(part) if part.id == "document.number" && self.facts.is_none() && self.documents().next().is_none() => {
                let part = Part { digits: false, ..*part };
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

    fn methods(&self, part: &Part, entry: &Entry) -> Result<Content, EntryProblem> {
        let Entry::Text(given) = entry else { return Err(EntryProblem::Kind) };
        let given = given.trim();
        let company = part.id != "method";
        let found: Vec<MethodRef> = self
            .profiles
            .iter()
            .filter_map(|profile| {
                let fits =
                    |method: &&Method| is_offered(method, company) && (method.id == given || method.letter == given);
                Some(MethodRef::of(profile, profile.methods.iter().find(fits)?))
            })
            .collect();
        if found.is_empty() { Err(EntryProblem::Method) } else { Ok(Content::Methods(found)) }
    }

    /// The document that was presented, under each profile that has it.
    fn documents(&self) -> impl Iterator<Item = (&Profile, &Document)> {
        let read = self.facts.as_ref().map(|facts| facts.kind.as_str());
        let given = self.document.as_deref();
        self.profiles.iter().filter_map(move |profile| {
            // What the chip is, nobody's entry changes.
            let fits = |document: &&Document| read.is_none_or(|kind| document.kinds.iter().any(|known| known == kind));
            let named = given.and_then(|id| profile.document(id)).filter(fits);
            Some((profile, named.or_else(|| profile.document(read?))?))
        })
    }

    /// The methods that staff can choose from, under each profile: those that a counter can use with the document, or all that a
    /// counter can use if none is known.
    pub fn choices(&self, company: bool) -> Vec<(&Profile, Vec<&Method>)> {
        let of = |profile: &Profile| {
            let document =
                self.documents().find(|(of, _)| of.id == profile.id).map(|(_, document)| document.id.clone());
            move |method: &&Method| {
                is_offered(method, company)
                    && (method.documents.is_empty() || document.as_ref().is_none_or(|id| method.documents.contains(id)))
            }
        };
        self.profiles.iter().map(|profile| (profile, profile.methods.iter().filter(of(profile)).collect())).collect()
    }

    /// The method that follows from the document alone: the only one of the profile that names it.
    fn follows(&self) -> Vec<MethodRef> {
        let one = |(profile, document): (&Profile, &Document)| {
            let natural = |method: &&Method| method.who.contains(&Who::Natural);
            let mut named = profile
                .methods
                .iter()
                .filter(|method| is_offered(method, false) && method.documents.contains(&document.id))
                .filter(natural);
            let first = named.next()?;
            let alone = named.next().is_none() && (!method_needs_chip(first) || self.facts.is_some());
            alone.then(|| MethodRef::of(profile, first))
        };
        self.documents().filter_map(one).collect()
    }

    /// The methods that the record will name.
    fn method(&self) -> Vec<MethodRef> {
        match self.entered.get("method") {
            Some(Content::Methods(chosen)) => {
                let mut methods = self.follows();
                methods.retain(|method| chosen.iter().all(|chosen| chosen.profile != method.profile));
                methods.extend(chosen.iter().cloned());
                let order = |method: &MethodRef| self.profiles.iter().position(|profile| profile.id == method.profile);
                methods.sort_by_key(order);
                methods
            }
            _ => self.follows(),
        }
    }

    /// Every place of the record as it would be now.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let method = self.method();
        let mut push = |row: Row| {
            if rows.iter().all(|known| known.id != row.id) {
                rows.push(row);
            }
        };
        for field in self.profiles.iter().flat_map(|profile| &profile.fields) {
            let mut parts = parts_of(&field.id).peekable();
            if parts.peek().is_none() {
                push(self.row(field, None, &method));
            }
            for part in parts.filter(|part| self.has_part(part)) {
                push(self.row(field, Some(part), &method));
            }
            if field.id == "age" && self.circumstances.birth_date {
                push(self.row(field, part("birth_date"), &method));
            }
        }
        rows
    }

    /// Whether a field has a part in these circumstances.
    fn has_part(&self, part: &Part) -> bool {
        let company = self.circumstances.customer == Customer::Company;
        match part.id {
            "customer.birth_date" => !company,
            "customer.method" => company,
            "document.number" => self.is_numbered(),
            // Where a number identifies it nobody needs to enter who issued it.
            "document.issuer" => !self.is_numbered() || self.entered.contains_key(part.id),
            _ => true,
        }
    }

    fn row(&self, field: &Field, part: Option<&'static Part>, method: &[MethodRef]) -> Row {
        let id = part.map_or(field.id.as_str(), |part| part.id);
        let known = self.known(id, method);
        let value = match (self.entered.get(id), known) {
            (_, Some(Ok((value, source)))) if part.is_some_and(|part| part.shape == Shape::Method) => {
                Value::Filled { value, source, chip: None }
            }
            (Some(entered), known) => {
                let chip = known.and_then(Result::ok).map(|(value, _)| value).filter(|value| value != entered);
                Value::Filled { value: entered.clone(), source: Source::by(supplier(field)), chip }
            }
            (None, _) if !self.applies(field, id, method) => Value::NotApplicable { why: field.when.clone() },
            (None, Some(Ok((value, source)))) => Value::Filled { value, source, chip: None },
            (None, Some(Err(reason))) => Value::Blank { reason },
            (None, None) => Value::Blank { reason: reason(field) },
        };
        Row { id: id.to_owned(), item: field.item, value }
    }

    /// Whether the law asks for a field here.
    fn applies(&self, field: &Field, id: &str, method: &[MethodRef]) -> bool {
        let now = self.circumstances;
        let mailed = || {
            method.iter().any(|method| {
                let profile = self.profiles.iter().find(|profile| profile.id == method.profile);
                profile.and_then(|profile| profile.method(&method.id)).is_some_and(|method| method.mail)
            })
        };
        // A paper is needed if neither document nor chip holds the address.
        let needs_paper = || {
            let lacks = |(_, document): (&Profile, &Document)| {
                document.chip && !document.chip_fields.is_empty() && !document.chip_fields.contains(&ChipField::Address)
            };
            field.id == "address_document" && self.documents().any(lacks)
        };
        // One part of a field that somebody entered asks for the others.
        let used = || {
            let part_of = |entered: &String| part(entered).is_some_and(|part| part.field == field.id && part.id != id);
            self.entered.keys().any(part_of) || needs_paper()
        };
        field.when.iter().any(|when| match when {
            When::Always | When::Later => true,
            When::Mailed => mailed(),
            When::Company => now.customer == Customer::Company,
            When::Agent => now.is_represented(),
            When::HighRisk => now.high_risk,
            When::Pep => now.pep,
            When::ForeignVisitor => now.foreign_visitor,
            When::Sent => now.sent,
            When::Visit => now.visit,
            When::Used | When::Some => used(),
            When::Remote | When::Phone => false,
        })
    }

    /// What is known without staff.
    fn known(&self, id: &str, method: &[MethodRef]) -> Option<Said> {
        let tool = |content| Some(Ok((content, Source::by(Supplier::Tool))));
        let facts = self.facts.as_ref();
        let presented = facts.map(|facts| facts.evidence.read_at).or(self.presented_at);
        let represented = self.circumstances.is_represented();
        // The card is that of the person at the counter.
        let person = match id {
            "name" | "address" | "birth_date" => Some(id),
            _ if represented => id.strip_prefix("representative."),
            _ => id.strip_prefix("customer."),
        };
        let of_person = |facts: &Facts| match person {
            Some("name") => Some(facts.name.clone()),
            Some("address") => Some(facts.address.clone()),
            Some("birth_date") => Some(facts.birth_date.clone()),
            _ => None,
        };
        if let Some(said) = facts.and_then(of_person) {
            return Some(said);
        }
        match id {
            "presented_at" => match presented {
                Some(time) => tool(Content::Moment(time)),
                None => Some(Err(Reason::NotEntered)),
            },
            "checked_on" => match presented {
                Some(time) => tool(Content::Day(japan_date(time))),
                None => Some(Err(Reason::NotEntered)),
            },
            "transaction_on" => tool(Content::Day(self.transaction_on)),
            "method" if method.is_empty() => Some(Err(Reason::ChooseMethod)),
            "method" => {
                let by = if self.entered.contains_key("method") { Supplier::Staff } else { Supplier::Tool };
                Some(Ok((Content::Methods(method.to_vec()), Source::by(by))))
            }
            "document.name" => match self.documents().next() {
                Some((_, document)) => tool(Content::Text(document.name.ja.clone())),
                None => Some(Err(Reason::NotEntered)),
            },
            "document.number" => Some(facts?.number.clone()),
            "document.expiry" => Some(facts?.expiry.clone()),
            "age" => facts.map(|facts| self.age(facts)),
            _ => None,
        }
    }

    /// The age in whole years on the day of the transaction.
    fn age(&self, facts: &Facts) -> Said {
        match (&facts.birth_date, &facts.age) {
            (Ok((Content::Day(birth), source)), _) => {
                Ok((Content::Number(age_on(*birth, self.transaction_on)), source.clone()))
            }
            (_, Some((age, source))) => Ok((Content::Number(*age), source.clone())),
            (said, None) => Err(said.as_ref().err().copied().unwrap_or(Reason::NotOnChip)),
        }
    }

    /// The names of the places that the law asks for and that hold nothing.
    pub fn blanks(&self) -> Vec<String> {
        self.rows().into_iter().filter(|row| row.value.is_blank()).map(|row| row.id).collect()
    }

    /// What the record will hold, for a person to look over before it is saved.
    pub fn review(&self, lang: Lang) -> Vec<Review> {
        self.rows().into_iter().map(|row| review(&self.profiles, &row, lang)).collect()
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

/// Names that no profile can bring into a record.
pub(super) const NEVER: &[&str] =
    &["individual_number", "personal_number", "number_b", "security_code", "domicile", "sex", "copy", "pin"];

fn is_offered(method: &Method, company: bool) -> bool {
    let who = if company { Who::Company } else { Who::Natural };
    let visitor = !company && method.who.contains(&Who::ForeignVisitor);
    method.face_to_face && method.offered && (method.who.contains(&who) || visitor)
}

fn method_needs_chip(method: &Method) -> bool {
    method.chip_read
}

fn checked(text: &str) -> Result<String, EntryProblem> {
    let text = line(text)?;
    if may_be_personal_number(&text) { Err(EntryProblem::PersonalNumber) } else { Ok(text) }
}

/// Who an entry is from: the first of those who fill the field and are not the chip or taimen.
fn supplier(field: &Field) -> Supplier {
    let person = |by: &&Supplier| matches!(by, Supplier::Staff | Supplier::Customer | Supplier::BackOffice);
    field.from.iter().find(person).copied().unwrap_or(Supplier::Staff)
}

fn reason(field: &Field) -> Reason {
    let first = field.from.iter().find(|by| !matches!(by, Supplier::Chip | Supplier::Tool));
    match first {
        _ if field.when.contains(&When::Later) => Reason::Later,
        Some(Supplier::Customer) => Reason::NotAsked,
        Some(Supplier::BackOffice) => Reason::BackOffice,
        Some(_) => Reason::NotEntered,
        None if field.from.is_empty() => Reason::NotByTaimen,
        None => Reason::NotEntered,
    }
}

/// Whole years between two days.
pub(super) fn age_on(birth: Date, day: Date) -> u32 {
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    let years = i32::from(day.year()) - i32::from(birth.year()) - i32::from(!had_birthday);
    u32::try_from(years).unwrap_or(0)
}

/// One row in words, with the field's own name where the profile has one.
fn review(profiles: &[Profile], row: &Row, lang: Lang) -> Review {
    let known = part(&row.id);
    let field = known.map_or(row.id.as_str(), |part| part.field);
    let field = profiles.iter().flat_map(|profile| &profile.fields).find(|known| known.id == field);
    let mut line = described(row, lang);
    if let (true, Some(field)) = (known.is_none_or(|part| part.id == part.field), field) {
        field.name.get(lang).clone_into(&mut line.title);
    }
    line
}

/// One row in words without its profile; what a card or a keyboard wrote is not made harmless here.
pub(super) fn described(row: &Row, lang: Lang) -> Review {
    let known = part(&row.id);
    let title = known.map_or(row.id.as_str(), |part| part.title.get(lang)).to_owned();
    let (text, source, state) = match &row.value {
        Value::Filled { value, source, .. } => (value.plain(lang), source.words().get(lang).to_owned(), State::Filled),
        Value::Blank { reason } => (reason.words().get(lang).to_owned(), String::new(), State::Blank),
        Value::NotApplicable { why } => {
            let words: Vec<&str> = why.iter().map(|when| when.words().get(lang)).collect();
            (words.join(if lang == Lang::Ja { "、" } else { ", " }), String::new(), State::NotApplicable)
        }
    };
    let by_tool = BY_TOOL.contains(&row.id.as_str());
    let shape = (!by_tool).then(|| known.map_or(Shape::Text, |part| part.shape));
    Review { id: row.id.clone(), item: row.item, title, text, source, state, shape }
}
