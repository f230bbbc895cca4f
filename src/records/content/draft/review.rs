//! A draft and a record in words, for a person to look over.

use crate::{lang::Lang, profile::Profile};

use super::{
    super::{
        parts::{Shape, part},
        record::Row,
        value::{Value, said_instead},
    },
    BY_TOOL, Draft,
};

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
    /// What the chip says instead, if staff entered something else.
    pub chip: Option<String>,
    /// How it stands.
    pub state: State,
    /// What kind of entry it takes from staff; `None` if taimen fills it.
    pub shape: Option<Shape>,
}

impl Review {
    /// Where it is from, and what the chip says instead. Text of the chip is not made harmless here.
    pub fn origin(&self, lang: Lang) -> String {
        let both = [Some(&self.source).filter(|source| !source.is_empty()), self.chip.as_ref()];
        let both: Vec<&str> = both.into_iter().flatten().map(String::as_str).collect();
        both.join(if lang == Lang::Ja { "。" } else { "; " })
    }
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
    /// What the record will hold, for a person to look over before it is saved.
    pub fn review(&self, lang: Lang) -> Vec<Review> {
        self.rows().into_iter().map(|row| review(&self.profiles, &row, lang)).collect()
    }
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
pub(in crate::records::content) fn described(row: &Row, lang: Lang) -> Review {
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
    let chip = row.value.chip().map(|chip| said_instead(chip, lang));
    Review { id: row.id.clone(), item: row.item, title, text, source, chip, state, shape }
}
