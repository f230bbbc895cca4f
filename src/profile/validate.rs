//! What a file must hold beyond its shape.

use std::collections::BTreeSet;

use crate::{cards::registry, lang::Words};

use super::{Case, Confidence, Profile, ProfileError, error::RowName};

/// A document that names a kind of card which this program does not read: a slip, or a card of a later version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKindNote {
    /// The document's id.
    pub document: String,
    /// The kind that it names.
    pub kind: String,
}

impl Profile {
    /// Kinds that no card of this program has.
    pub fn unknown_kinds(&self) -> Vec<UnknownKindNote> {
        let named = self.documents.iter().flat_map(|document| document.kinds.iter().map(move |kind| (document, kind)));
        named
            .filter(|(_, kind)| !registry::specs().any(|spec| spec.kind.as_str() == *kind))
            .map(|(document, kind)| UnknownKindNote { document: document.id.clone(), kind: kind.clone() })
            .collect()
    }

    /// Everything that is wrong with it.
    pub(super) fn faults(&self) -> Vec<ProfileError> {
        let mut faults = Vec::new();
        self.head(&mut faults);
        self.each_row(&mut faults);
        self.references(&mut faults);
        self.items(&mut faults);
        if faults.is_empty() {
            self.ways_out(&mut faults);
        }
        faults
    }

    fn head(&self, faults: &mut Vec<ProfileError>) {
        let words =
            [("name", &self.name), ("law_title", &self.law_title), ("record", &self.record), ("note", &self.note)];
        let empty = words.into_iter().filter(|(_, words)| is_empty(words)).map(|(key, _)| key);
        let names = [("id", &self.id), ("law", &self.law), ("law_id", &self.law_id), ("revision", &self.revision)];
        let unnamed = names.into_iter().filter(|(_, name)| name.trim().is_empty()).map(|(key, _)| key);
        faults.extend(unnamed.chain(empty).map(|key| ProfileError::Empty { row: RowName::head(), key }));
        if self.valid_until.is_some_and(|last| last < self.valid_from) {
            faults.push(ProfileError::Dates);
        }
        for source in self.sources.iter().filter(|source| is_empty(&source.title)) {
            faults.push(ProfileError::Empty { row: RowName::new("source", &source.id), key: "title" });
        }
        let zero = self.retentions.iter().filter(|retention| retention.years == 0);
        faults.extend(zero.map(|retention| ProfileError::Years { row: RowName::new("retention", &retention.id) }));
    }

    /// What holds for every row, whatever its table.
    fn each_row(&self, faults: &mut Vec<ProfileError>) {
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        let sources = self.sources.iter().map(|source| ("source", source.id.as_str()));
        let rows = self.rows();
        for (table, id) in sources.chain(rows.iter().map(|row| (row.table, row.id))) {
            let row = || RowName::new(table, id);
            if id.trim().is_empty() {
                faults.push(ProfileError::Empty { row: row(), key: "id" });
            } else if !seen.insert((table, id)) {
                faults.push(ProfileError::SameId { row: row() });
            }
        }
        for any in &rows {
            let row = || RowName::new(any.table, any.id);
            let empty = any.texts.iter().filter(|(_, words)| is_empty(words));
            faults.extend(empty.map(|(key, _)| ProfileError::Empty { row: row(), key }));
            if any.sources.is_empty() {
                faults.push(ProfileError::NoSource { row: row() });
            }
            let missing = any.sources.iter().filter(|id| self.source(id).is_none());
            faults.extend(missing.map(|id| ProfileError::NoSuchRow { row: row(), key: "source", name: id.clone() }));
            let is_text = |source: &&super::Source| source.read && source.confidence == Confidence::Text;
            let read = any.sources.iter().filter_map(|id| self.source(id)).any(|source| is_text(&source));
            match any.confidence {
                Confidence::Text if any.unverified => faults.push(ProfileError::Marked { row: row() }),
                Confidence::Text if !read => faults.push(ProfileError::NotRead { row: row() }),
                Confidence::Text | Confidence::Primary => {}
                _ if any.unverified => {}
                _ => faults.push(ProfileError::Unmarked { row: row() }),
            }
        }
    }

    /// Names of other rows, and of kinds.
    fn references(&self, faults: &mut Vec<ProfileError>) {
        let mut check = |row: RowName, key: &'static str, names: &[String], is_there: &dyn Fn(&str) -> bool| {
            for name in names.iter().filter(|name| !is_there(name)) {
                faults.push(ProfileError::NoSuchRow { row: row.clone(), key, name: name.clone() });
            }
        };
        let is_document = |id: &str| self.documents.iter().any(|document| document.id == id);
        for method in &self.methods {
            check(RowName::new("method", &method.id), "documents", &method.documents, &is_document);
        }
        for fallback in &self.fallback_rows {
            let row = RowName::new("fallback", &fallback.id);
            check(row.clone(), "documents", &fallback.documents, &is_document);
            check(row, "methods", &fallback.methods, &|id| self.method(id).is_some());
        }
        let mut kinds = BTreeSet::new();
        for document in &self.documents {
            for kind in document.kinds.iter().filter(|kind| !kinds.insert(kind.as_str())) {
                faults.push(ProfileError::SameKind { row: RowName::new("document", &document.id), kind: kind.clone() });
            }
        }
        let mut empty = |table: &str, id: &str, key: &'static str, is_empty: bool| {
            if is_empty {
                faults.push(ProfileError::Empty { row: RowName::new(table, id), key });
            }
        };
        for method in &self.methods {
            empty("method", &method.id, "letter", method.letter.trim().is_empty());
            empty("method", &method.id, "who", method.who.is_empty());
        }
        self.fields.iter().for_each(|field| empty("field", &field.id, "when", field.when.is_empty()));
        self.fallback_rows.iter().for_each(|row| empty("fallback", &row.id, "cases", row.cases.is_empty()));
    }

    /// The items that the law numbers, each once.
    fn items(&self, faults: &mut Vec<ProfileError>) {
        let last = self.items.unwrap_or(0);
        let mut seen = BTreeSet::new();
        for field in &self.fields {
            let Some(item) = field.item else { continue };
            let row = || RowName::new("field", &field.id);
            if item == 0 || item > last {
                faults.push(ProfileError::NotAnItem { row: row(), item });
            } else if !seen.insert(item) {
                faults.push(ProfileError::SameItem { row: row(), item });
            }
        }
        faults.extend((1..=last).filter(|item| !seen.contains(item)).map(|item| ProfileError::NoItem { item }));
    }

    /// Whatever card lies there and whatever went wrong: staff find at least one row.
    fn ways_out(&self, faults: &mut Vec<ProfileError>) {
        for document in self.documents.iter().filter(|document| !document.kinds.is_empty()) {
            let stuck = Case::all().filter(|case| self.fallbacks(&document.id, *case).is_empty());
            faults.extend(stuck.map(|case| ProfileError::NoWayOut { document: document.id.clone(), case }));
        }
    }
}

fn is_empty(words: &Words) -> bool {
    words.ja.trim().is_empty() || words.en.trim().is_empty()
}
