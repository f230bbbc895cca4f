//! What the customer wrote.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

use super::{Chip, Comparison, Field, compare_chip, date, engine};
use crate::{lang::Bilingual, privacy::Private, text::errors};

/// The longest value, in characters.
pub const MAX_TEXT: usize = 300;

/// The largest form as JSON, and the longest line of `taimen compare`, in bytes.
pub const MAX_FORM: usize = 64 * 1024;

errors! {
    /// What is wrong with a value of a form.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum FormProblem {
        Blank = "nothing is written there",
        TooLong = "longer than 300 characters",
        Date = "not a day as people write one",
        Sex = "not a sex as people write one",
    }
}

impl FormProblem {
    /// What people read.
    pub fn text(self) -> Bilingual {
        match self {
            Self::Blank => Bilingual::new("空です", "it is blank"),
            Self::TooLong => Bilingual::new("300文字を超えています", "it is longer than 300 characters"),
            Self::Date => Bilingual::new("日付として読めません", "it is not a day"),
            Self::Sex => Bilingual::new("性別として読めません", "it is not a sex"),
        }
    }
}

/// A value of a form that cannot be compared. Holds nothing of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct FormError {
    /// Which field.
    pub field: Field,
    /// What is wrong.
    pub problem: FormProblem,
}

errors! {
    /// Why some bytes are no form. Holds nothing of them.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum FormFault {
        TooLarge = "too large",
        /// Not JSON, a key that is not a field, or a value that is not a text. Both count from 1.
        #[allow(missing_docs)]
        Malformed { line: usize, column: usize } = "line {line}, column {column}: not a form",
        Value(#[from] FormError) = "{0}",
        Empty = "a form without a field",
    }
}

impl From<serde_json::Error> for FormFault {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed { line: error.line().max(1), column: error.column().max(1) }
    }
}

/// What the customer wrote, each field optional. Its values are wiped when it goes, and `Debug` shows none.
///
/// As JSON: `{"name":…,"kana":…,"address":…,"birth_date":…,"sex":…}`, every value a text; another key is refused.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "Values")]
pub struct Form {
    values: Vec<(Field, Private<String>)>,
}

impl Form {
    /// Adds a field, in place of an earlier value.
    ///
    /// # Errors
    /// [`FormError`] if it cannot be compared with anything.
    pub fn with(mut self, field: Field, value: impl Into<String>) -> Result<Self, FormError> {
        let value = Private::new(value.into());
        let text = value.expose();
        let problem = if text.trim().is_empty() {
            Some(FormProblem::Blank)
        } else if text.chars().count() > MAX_TEXT {
            Some(FormProblem::TooLong)
        } else {
            match field {
                Field::BirthDate if date::read(text).is_none() => Some(FormProblem::Date),
                Field::Sex if engine::sex(text).is_none() => Some(FormProblem::Sex),
                _ => None,
            }
        };
        if let Some(problem) = problem {
            return Err(FormError { field, problem });
        }
        self.values.retain(|(known, _)| *known != field);
        self.values.push((field, value));
        Ok(self)
    }

    /// Reads a form with at least one field from JSON.
    ///
    /// # Errors
    /// [`FormFault`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, FormFault> {
        Self::of(serde_json::from_slice(limited(bytes)?)?)
    }

    fn of(values: Values) -> Result<Self, FormFault> {
        let form = Self::try_from(values)?;
        if form.values.is_empty() { Err(FormFault::Empty) } else { Ok(form) }
    }

    /// What stands in a field.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == field).map(|(_, value)| value.expose().as_str())
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// The texts of a form or a chip, each field once.
pub(super) struct Values(pub(super) Vec<(Field, String)>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Values, M::Error> {
                let mut values: Vec<(Field, Option<String>)> = Vec::new();
                while let Some((field, value)) = map.next_entry()? {
                    if values.iter().any(|(known, _)| *known == field) {
                        return Err(M::Error::custom("a field that is there twice"));
                    }
                    values.push((field, value));
                }
                Ok(Values(values.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl TryFrom<Values> for Form {
    type Error = FormError;

    fn try_from(values: Values) -> Result<Self, FormError> {
        values.0.into_iter().try_fold(Self::default(), |form, (field, value)| form.with(field, value))
    }
}

fn limited(bytes: &[u8]) -> Result<&[u8], FormFault> {
    match bytes.trim_ascii_start() {
        _ if bytes.len() > MAX_FORM => Err(FormFault::TooLarge),
        [b'{', ..] => Ok(bytes),
        _ => Err(FormFault::Malformed { line: 1, column: 1 }),
    }
}

/// A chip's values and a form, as a line of `taimen compare` has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    chip: Chip,
    form: Values,
}

/// Compares what a line of JSON holds: `{"chip":{…},"form":{…}}`, each with the keys of a [`Form`].
///
/// # Errors
/// [`FormFault`].
pub fn compare_line(bytes: &[u8]) -> Result<Comparison, FormFault> {
    let Line { chip, form } = serde_json::from_slice(limited(bytes)?)?;
    Ok(compare_chip(&Form::of(form)?, &chip))
}
