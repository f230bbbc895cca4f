//! Every place of the record as it would be now: what is known without staff, what the law asks for here.

use jiff::{Timestamp, civil::Date};

use crate::{
    profile::{ChipField, Document, Field, Profile, Supplier, When},
    text::japan_date,
};

use super::{
    super::{
        entered::Customer,
        facts::{Facts, Said},
        parts::{Part, Shape, part, parts_of},
        record::Row,
        value::{Content, MethodRef, Reason, Source, Value},
    },
    Draft,
};

impl Draft {
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
                // What staff named themselves is not the chip's word.
                let is_chips = |(value, source): &(Content, Source)| source.by != Supplier::Staff && value != entered;
                let chip = known.and_then(Result::ok).filter(|said| self.facts.is_some() && is_chips(said));
                let chip = chip.map(|(value, _)| value);
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
        let facts = self.facts.as_ref();
        let presented = self.presented();
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
                Some((time, source)) => Some(Ok((Content::Moment(time), source))),
                None => Some(Err(Reason::NotEntered)),
            },
            "checked_on" => match presented {
                Some((time, source)) => Some(Ok((Content::Day(japan_date(time)), source))),
                None => Some(Err(Reason::NotEntered)),
            },
            "transaction_on" => {
                let source = match presented {
                    _ if self.day_entered => Source::by(Supplier::Staff),
                    Some((time, source)) if japan_date(time) == self.transaction_on => source,
                    _ => Source::by(Supplier::Tool),
                };
                Some(Ok((Content::Day(self.transaction_on), source)))
            }
            "method" if method.is_empty() => Some(Err(Reason::ChooseMethod)),
            "method" => {
                let by = if self.entered.contains_key("method") { Supplier::Staff } else { Supplier::Tool };
                Some(Ok((Content::Methods(method.to_vec()), Source::by(by))))
            }
            "document.name" => match self.documents().next() {
                Some((_, document)) => {
                    let by = if self.is_named(document) { Supplier::Staff } else { Supplier::Tool };
                    Some(Ok((Content::Text(document.name.ja.clone()), Source::by(by))))
                }
                None => Some(Err(Reason::NotEntered)),
            },
            "document.number" => Some(facts?.number.clone()),
            "document.expiry" => Some(facts?.expiry.clone()),
            "age" => facts.map(|facts| self.age(facts)),
            _ => None,
        }
    }

    /// When the document was presented, and by whose word: that of a saved reading counts for no more than its file.
    fn presented(&self) -> Option<(Timestamp, Source)> {
        match &self.facts {
            Some(facts) => Some((facts.evidence.read_at, facts.time_from())),
            None => self.presented_at.map(|(time, by)| (time, Source::by(by))),
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
fn age_on(birth: Date, day: Date) -> u32 {
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    let years = i32::from(day.year()) - i32::from(birth.year()) - i32::from(!had_birthday);
    u32::try_from(years).unwrap_or(0)
}
