//! What staff and the customer do to a session.

use jiff::Timestamp;

use crate::{cards::Who, messages::Problem, profile::Case, text::japan_date};

use super::{
    CustomerAction, Drafted, Effect, Query, Session, StaffAction, State,
    asking::Forgotten,
    session::{Attempt, shows_without_pin},
};

impl Session {
    /// Somebody did something: what is shown is not idle.
    pub(super) fn touched(&mut self, now: Timestamp, act: impl FnOnce(&mut Self) -> Vec<Effect>) -> Vec<Effect> {
        self.last_input = now;
        let warned = self.wipes_at.take().is_some();
        let mut effects = act(self);
        if warned && !effects.iter().any(|effect| matches!(effect, Effect::Changed)) {
            effects.push(Effect::Changed);
        }
        effects
    }

    pub(super) fn staff(&mut self, action: StaffAction, now: Timestamp) -> Vec<Effect> {
        // The customer sits at this window: a scanner or a slip of the hand must not fill staff's fields or start anything.
        let at_the_pad = matches!(
            action,
            StaffAction::TakeBack
                | StaffAction::Forgotten
                | StaffAction::Extend
                | StaffAction::End
                | StaffAction::Language { .. }
                | StaffAction::Sound { .. }
        );
        if self.handed_over && !at_the_pad {
            return Vec::new();
        }
        match action {
            StaffAction::Entries { entries, printed_western } => {
                let State::Asking(asking) = &mut self.state else { return Vec::new() };
                let taken = asking.staff(&entries, printed_western, japan_date(now));
                if taken { self.go_on(now) } else { Vec::new() }
            }
            StaffAction::Again { .. } | StaffAction::WithoutPin if !self.may_read_again() => Vec::new(),
            StaffAction::Again { allow_last_try, application } => {
                let application = application.filter(|wanted| self.applications().any(|known| known == *wanted));
                // An insistence without a refusal in front of it is nobody's decision about this card.
                let same = application == self.attempt.application;
                let last_try = self.attempt.last_try.filter(|_| allow_last_try && same);
                let guests = self.attempt.guests.clone();
                self.start(Attempt { application, guests, ..Attempt::default() }, last_try, now)
            }
            StaffAction::WithoutPin if !self.may_read_without_pin() => Vec::new(),
            StaffAction::WithoutPin => {
                let Attempt { application, cause, guests, .. } = std::mem::take(&mut self.attempt);
                let attempt = Attempt { application, cause, guests, without_pin: true, ..Attempt::default() };
                self.start(attempt, None, now)
            }
            StaffAction::Forgotten => self.forgotten(now),
            StaffAction::Match { found } => match &mut self.state {
                State::Checked(checked) => {
                    (checked.face, checked.face_at) = (Some(found), Some(now));
                    vec![Effect::Changed]
                }
                _ => Vec::new(),
            },
            StaffAction::Form { fields } => match self.state {
                State::Reading(_) | State::Asking(_) | State::Checked(_) | State::Failed(_) => {
                    self.enter_form(&fields);
                    vec![Effect::Changed]
                }
                _ => Vec::new(),
            },
            StaffAction::AcceptSimilar { field } => match &mut self.state {
                State::Checked(checked) => {
                    checked.accept(field);
                    vec![Effect::Changed]
                }
                _ => Vec::new(),
            },
            StaffAction::Record => self.begin_record(),
            StaffAction::RecordFields { fields, review } => self.record_fields(&fields, review),
            StaffAction::Books => self.look(Query::Recent),
            StaffAction::BooksFind { fields } => {
                let of = |name: &str| fields.iter().find(|(id, _)| id == name).map(|(_, text)| text);
                let by = of("by").and_then(|by| by.parse().ok());
                match by.zip(of("text")) {
                    Some((by, text)) => self.look(Query::Find(by, text.clone())),
                    None => Vec::new(),
                }
            }
            StaffAction::BooksOne { id } => self.look(Query::One(id)),
            StaffAction::BooksAdd { adds } => self.add(adds),
            StaffAction::BooksAmend { fields } => self.amend(&fields),
            StaffAction::RecordBack => self.record_back(),
            StaffAction::RecordSave => self.record_save(),
            // While it is being saved nobody can say that it was not.
            StaffAction::End if matches!(&self.state, State::Record(draft) if matches!(draft.stage, Drafted::Saving(_))) => {
                Vec::new()
            }
            StaffAction::End if matches!(&self.state, State::Books(books) if books.is_saving()) => Vec::new(),
            StaffAction::HandOver => match &self.state {
                State::Asking(asking) if asking.open(Who::Customer).next().is_some() => {
                    self.handed_over = true;
                    vec![Effect::Changed]
                }
                _ => Vec::new(),
            },
            StaffAction::TakeBack => {
                self.handed_over = false;
                vec![Effect::Changed]
            }
            StaffAction::Language { lang } => {
                self.lang = lang;
                vec![Effect::Changed]
            }
            StaffAction::Sound { on } => {
                self.sound = on;
                vec![Effect::Changed]
            }
            StaffAction::Extend => Vec::new(),
            StaffAction::End => self.end(),
        }
    }

    pub(super) fn customer_did(&mut self, action: CustomerAction, now: Timestamp) -> Vec<Effect> {
        match action {
            CustomerAction::Entry { entry, value } => {
                let State::Asking(asking) = &mut self.state else { return Vec::new() };
                let taken = asking.customer(&entry, &value, japan_date(now));
                if taken { self.after_the_pad(now) } else { Vec::new() }
            }
            CustomerAction::Forgotten => self.forgotten(now),
            CustomerAction::Language { lang } => {
                self.customer_lang = lang;
                vec![Effect::Changed]
            }
        }
    }

    fn forgotten(&mut self, now: Timestamp) -> Vec<Effect> {
        let State::Asking(asking) = &mut self.state else { return Vec::new() };
        let kind = asking.kind;
        match asking.forgotten() {
            Forgotten::Nothing => Vec::new(),
            Forgotten::LeftOut => {
                self.attempt.cause.get_or_insert(Case::PinForgotten);
                self.after_the_pad(now)
            }
            Forgotten::Needed(credential) => {
                let without_pin = shows_without_pin(kind);
                self.fail(Problem::PinForgotten { credential, without_pin }, now)
            }
        }
    }

    /// The window goes back to staff once the customer has nothing more to enter.
    fn after_the_pad(&mut self, now: Timestamp) -> Vec<Effect> {
        let open = matches!(&self.state, State::Asking(asking) if asking.open(Who::Customer).next().is_some());
        self.handed_over &= open;
        self.go_on(now)
    }
}
