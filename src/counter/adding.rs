//! What staff add to a record that they look at. Nothing is overwritten: each addition is an entry of its own.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    messages::Problem,
    records::content::{
        self, Addition, Amendment, Entry, EntryError, EntryProblem, Recheck, Reliance, Shape, View, part,
    },
    text::{japan_date, named},
};

use super::{Answer, Books, Effect, Query, Run, Session, Sound, State};

named! {
    /// What is added.
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Adds {
        /// A new content of a field: it changed, was blank, or was wrong.
        Field = "field",
        /// The end of a relation.
        End = "end",
        /// A returning customer.
        Recheck = "recheck",
        /// Another operator's check.
        Reliance = "reliance",
    }
}

/// An addition in the making.
#[derive(Debug)]
pub struct Adding {
    /// What is added.
    pub adds: Adds,
    /// What was refused of the last entries.
    pub complaint: Option<EntryError>,
    /// It is being saved.
    pub busy: Option<Run>,
    /// Why it was not saved.
    pub problem: Option<Problem>,
}

/// An addition that is in the log.
#[derive(Debug)]
pub struct Added {
    /// Its number in the log.
    pub seq: u64,
    /// What is not as it should be although it is saved.
    pub warnings: Vec<Problem>,
}

/// What was typed, by the names of the form.
struct Typed<'a>(&'a [(String, Zeroizing<String>)]);

impl Typed<'_> {
    fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(id, _)| id == name);
        found.map(|(_, text)| text.trim().to_owned()).unwrap_or_default()
    }

    fn choice<T: std::str::FromStr>(&self, name: &str) -> Result<T, EntryError> {
        self.text(name).parse().map_err(|_| refused(name, EntryProblem::Blank))
    }

    fn day(&self, name: &str) -> Result<Date, EntryError> {
        content::day(&self.text(name)).map_err(|problem| refused(name, problem))
    }

    /// The addition that it makes to a record.
    fn addition(&self, adds: Adds, view: &View, today: Date) -> Result<Amendment, EntryError> {
        let mut addition = Addition { by: self.text("by"), ..Addition::default() };
        match adds {
            Adds::Field => {
                let (id, text) = (self.text("field"), self.text("value"));
                let lines = part(&id).is_some_and(|part| matches!(part.shape, Shape::List | Shape::Goods));
                let text = if lines { text.replace([';', '；'], "\n") } else { text };
                addition.why = Some(self.choice("why")?);
                addition.learned_from = Some(self.text("learned_from")).filter(|text| !text.is_empty());
                addition.fields = BTreeMap::from([(id.clone(), Entry::Text(text))]);
                // Under the field of the form where it stands.
                let name = |error: EntryError| if error.field == id { refused("value", error.problem) } else { error };
                return addition.to(view, today).map_err(name);
            }
            Adds::End => {
                let end = view.end(self.text("relation").parse().ok(), self.day("on")?, today).map_err(|problem| {
                    refused(if problem == EntryProblem::End { "on" } else { "relation" }, problem)
                })?;
                return Amendment::new(&addition.by, today, end);
            }
            Adds::Recheck => {
                let (on, how) = (self.day("on")?, self.choice("how")?);
                addition.recheck = Some(Recheck { on, how, relation: None });
            }
            Adds::Reliance => {
                let at = content::moment(&self.text("on")).map_err(|problem| refused("on", problem))?;
                addition.reliance = Some(Reliance {
                    kind: self.choice("kind")?,
                    operator: self.text("operator"),
                    agreement: self.text("agreement"),
                    confirmed_at: at,
                });
            }
        }
        addition.relation = Some(self.choice("lasts")?);
        // The names that files of additions have.
        let name = |error: EntryError| match error.field.as_str() {
            "recheck.on" | "reliance.confirmed_at" => refused("on", error.problem),
            "relied_on.operator" => refused("operator", error.problem),
            "relied_on.agreement" => refused("agreement", error.problem),
            _ => error,
        };
        addition.to(view, today).map_err(name)
    }
}

fn refused(field: &str, problem: EntryProblem) -> EntryError {
    EntryError { field: field.to_owned(), problem }
}

impl Books {
    /// Whether something is being added: a card that is placed waits, so that nothing typed is lost.
    pub(super) fn is_adding(&self) -> bool {
        self.adding.is_some()
    }

    /// Whether an addition is being saved: nobody can drop it then.
    pub(super) fn is_saving(&self) -> bool {
        self.adding.as_ref().is_some_and(|adding| adding.busy.is_some())
    }
}

impl Session {
    /// The name that staff entered last for who records.
    pub fn recorder(&self) -> &str {
        let [_, recorder, _] = &self.staff_names;
        recorder
    }

    /// Staff want to add something to the record that is shown, or nothing after all.
    pub(super) fn add(&mut self, adds: Option<Adds>) -> Vec<Effect> {
        let State::Books(books) = &mut self.state else { return Vec::new() };
        if books.is_saving() || books.busy.is_some() || !matches!(books.answer, Some(Answer::One { .. })) {
            return Vec::new();
        }
        let begun = |adds| Adding { adds, complaint: None, busy: None, problem: None };
        (books.adding, books.added) = (adds.map(begun), None);
        vec![Effect::Changed]
    }

    /// What staff typed is added.
    pub(super) fn amend(&mut self, fields: &[(String, Zeroizing<String>)]) -> Vec<Effect> {
        let (run, today) = (self.next_run(), japan_date(self.now));
        let State::Books(books) = &mut self.state else { return Vec::new() };
        let (Some(Answer::One { id, view }), Some(adding)) = (&books.answer, &mut books.adding) else {
            return Vec::new();
        };
        if adding.busy.is_some() {
            return Vec::new();
        }
        (adding.complaint, adding.problem) = (None, None);
        match Typed(fields).addition(adding.adds, view, today) {
            Ok(amendment) => {
                adding.busy = Some(run);
                let [_, recorder, _] = &mut self.staff_names;
                recorder.clone_from(&amendment.by);
                vec![Effect::Amend(run, id.clone(), Box::new(amendment)), Effect::Changed]
            }
            Err(error) => {
                adding.complaint = Some(error);
                vec![Effect::Changed]
            }
        }
    }

    /// What came of adding. Only a commit says that it is added; the record is shown anew then.
    pub(super) fn amended(&mut self, run: Run, added: Result<Added, Problem>) -> Vec<Effect> {
        let next = self.next_run();
        let State::Books(books) = &mut self.state else { return Vec::new() };
        let Some(adding) = books.adding.as_mut().filter(|adding| adding.busy == Some(run)) else { return Vec::new() };
        let (effect, sound) = match added {
            Ok(added) => {
                let Some(Answer::One { id, .. }) = &books.answer else { return Vec::new() };
                let look = Effect::Look(next, Query::One(id.clone()));
                let sound = if added.warnings.is_empty() { Sound::Good } else { Sound::Unsure };
                (books.adding, books.added, books.busy) = (None, Some(added), Some(next));
                (Some(look), sound)
            }
            Err(problem) => {
                (adding.busy, adding.problem) = (None, Some(problem));
                (None, Sound::Unsure)
            }
        };
        [Effect::Changed].into_iter().chain(effect).chain(self.play(sound)).collect()
    }
}
