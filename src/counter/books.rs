//! A look at the records that are kept: the newest, those that a text finds, one of them.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    messages::Problem,
    records::content::{View, lookup::Lookup},
};

use super::{Added, Adding, Effect, Run, Session, State};

/// What is looked up.
#[derive(Debug)]
pub enum Query {
    /// The newest records.
    Recent,
    /// Those that a text finds.
    Find(Lookup, Zeroizing<String>),
    /// One, by its id.
    One(String),
}

/// What was found.
#[derive(Debug)]
pub enum Answer {
    /// Records, the newest first.
    Rows(Vec<BookRow>),
    /// One record as it stands now.
    One {
        /// Its id.
        id: String,
        /// What it holds.
        view: Box<View>,
    },
}

/// A record in a list: nothing of the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookRow {
    /// Its number in the log.
    pub seq: u64,
    /// Its id.
    pub id: String,
    /// When it was saved.
    pub at: Timestamp,
    /// How many places are open in it; `None` if its content was purged.
    pub open: Option<usize>,
}

/// The records as the page shows them.
#[derive(Debug, Default)]
pub struct Books {
    /// What is being looked up.
    pub busy: Option<Run>,
    /// What was found last.
    pub answer: Option<Answer>,
    /// Why nothing was found out.
    pub problem: Option<Problem>,
    /// What is being added to the record that is shown.
    pub adding: Option<Adding>,
    /// What was added last.
    pub added: Option<Added>,
}

impl Session {
    /// Whether staff may look at records now: nobody's card is read or shown.
    pub fn may_look(&self) -> bool {
        self.ledger.is_some()
            && matches!(self.state, State::Waiting | State::Ended | State::Recorded(_) | State::Books(_))
    }

    pub(super) fn look(&mut self, query: Query) -> Vec<Effect> {
        if !self.may_look() || matches!(&self.state, State::Books(books) if books.is_saving()) {
            return Vec::new();
        }
        let run = self.next_run();
        let effects = match &mut self.state {
            State::Books(books) => {
                (books.busy, books.adding, books.added) = (Some(run), None, None);
                vec![Effect::Changed]
            }
            _ => self.wipe(State::Books(Box::new(Books { busy: Some(run), ..Books::default() }))),
        };
        self.last_input = self.now;
        effects.into_iter().chain([Effect::Look(run, query)]).collect()
    }

    pub(super) fn looked(&mut self, run: Run, found: Result<Answer, Problem>) -> Vec<Effect> {
        let State::Books(books) = &mut self.state else { return Vec::new() };
        if books.busy != Some(run) {
            return Vec::new();
        }
        books.busy = None;
        (books.answer, books.problem) = match found {
            Ok(answer) => (Some(answer), None),
            Err(problem) => (None, Some(problem)),
        };
        vec![Effect::Changed]
    }
}
