//! The application form, as staff typed, pasted or scanned it.

use std::collections::{BTreeMap, BTreeSet};

use crate::privacy::Private;

/// The fields of a form that are compared with the chip.
pub const FIELDS: [&str; 5] = ["name", "kana", "address", "birth_date", "sex"];

/// The most characters of a field.
pub const MAX_FIELD: usize = 512;

/// The application form: its fields, and those whose weak likeness staff accepted. `Debug` shows names alone.
#[derive(Debug, Default)]
pub struct Form {
    fields: BTreeMap<&'static str, Private<String>>,
    accepted: BTreeSet<&'static str>,
}

impl Form {
    /// A field's text, if it was filled in.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|text| text.expose().as_str())
    }

    /// Whether staff accept that the field is only similar.
    pub fn is_accepted(&self, name: &str) -> bool {
        self.accepted.contains(name)
    }

    /// Takes a field; an empty text removes it. A changed field must be accepted anew. A field that no form has, or a text that
    /// is too long, changes nothing.
    pub(super) fn set(&mut self, name: &str, text: &str) {
        let Some(name) = FIELDS.into_iter().find(|known| *known == name) else { return };
        let text = text.trim();
        if text.chars().count() > MAX_FIELD || self.field(name) == Some(text) {
            return;
        }
        self.accepted.remove(name);
        if text.is_empty() {
            self.fields.remove(name);
        } else {
            self.fields.insert(name, Private::new(text.to_owned()));
        }
    }

    /// Staff accept that a field is only similar.
    pub(super) fn accept(&mut self, name: &str) {
        self.accepted.extend(self.fields.keys().find(|known| **known == name));
    }
}
