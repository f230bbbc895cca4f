//! What the reader's events do to a session.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    cards::CredentialSpec,
    compare::Form,
    dump::Scope,
    iso7816::Refusal,
    kind::CardKind,
    messages::Problem,
    profile::Case,
    report::{Options, Report, Tone},
    transport::TransportError,
};

use super::{
    Asking, Checked, Drafted, Effect, Failure, Progress, Question, Reading, Run, Session, Sound, State, Told, Trouble,
    case,
    session::{Attempt, HINTS, IDLE, IDLE_WARNING},
};

impl Session {
    pub(super) fn reader_found(&mut self, name: String) -> Vec<Effect> {
        let healed = matches!(self.state, State::Trouble(_));
        if healed {
            self.state = State::Waiting;
        }
        self.behind = None;
        let known = self.reader.as_deref() == Some(&*name);
        self.reader = Some(name);
        if healed || !known { vec![Effect::Changed] } else { Vec::new() }
    }

    pub(super) fn trouble(&mut self, trouble: Trouble) -> Vec<Effect> {
        (self.reader, self.card_there) = (None, false);
        match &mut self.state {
            State::Trouble(known) => {
                *known = trouble;
                vec![Effect::Changed]
            }
            // A record needs no reader.
            State::Record(_) | State::Recorded(_) | State::Books(_) => {
                self.behind = Some(trouble);
                vec![Effect::Changed]
            }
            _ => self.wipe(State::Trouble(trouble)),
        }
    }

    pub(super) fn placed(&mut self, now: Timestamp) -> Vec<Effect> {
        let adds = matches!(&self.state, State::Books(books) if books.is_adding());
        if adds || matches!(self.state, State::Record(_)) {
            // One customer after the other: it is read once the record is saved or dropped.
            self.card_there = true;
            return vec![Effect::Changed];
        }
        if self.card_there {
            // Nobody saw the other one go: what is shown may not be of the card that lies there now.
            return self.wipe(State::Ended);
        }
        self.card_there = true;
        self.notice = None;
        self.start(Attempt::default(), None, now)
    }

    pub(super) fn removed(&mut self) -> Vec<Effect> {
        self.card_there = false;
        if matches!(self.state, State::Checked(_)) {
            let begun = self.begin_record();
            if !begun.is_empty() {
                self.customer_lang = self.home;
                return begun;
            }
        }
        if matches!(self.state, State::Record(_) | State::Recorded(_) | State::Books(_)) {
            return vec![Effect::Changed];
        }
        let notice = match std::mem::replace(&mut self.state, State::Waiting) {
            State::Trouble(trouble) => {
                self.state = State::Trouble(trouble);
                return self.forget_customer();
            }
            State::Reading(_) => Some(Problem::Transport(TransportError::Removed)),
            // Else nobody would see that a try may be spent.
            State::Failed(Failure { problem, .. }) if is_of_removal(&problem) => Some(problem),
            State::Checked(_) | State::Ended => {
                self.customer_lang = self.home;
                None
            }
            _ => None,
        };
        let effects = self.wipe(State::Waiting);
        self.notice = notice;
        effects
    }

    /// Everything of this customer goes; the session goes on in another state.
    pub(super) fn wipe(&mut self, next: State) -> Vec<Effect> {
        self.state = next;
        self.forget_customer()
    }

    fn forget_customer(&mut self) -> Vec<Effect> {
        self.attempt = Attempt::default();
        (self.form, self.refused) = (Form::default(), Vec::new());
        self.handed_over = false;
        (self.wipes_at, self.notice) = (None, None);
        vec![Effect::Wiped, Effect::Forget, Effect::Changed]
    }

    /// A reading of the card that lies there. Whatever was entered for another one is gone.
    pub(super) fn start(
        &mut self,
        attempt: Attempt,
        last_try: Option<&'static CredentialSpec>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let run = self.next_run();
        let scope = if attempt.without_pin { Scope::WITHOUT_PIN } else { Scope::FULL };
        let application = attempt.application;
        self.attempt = Attempt { run: Some(run), ..attempt };
        (self.handed_over, self.wipes_at) = (false, None);
        let before = std::mem::replace(&mut self.state, State::Reading(Progress::new(None, now)));
        // The form stays: it is of the same customer, and nobody should type it twice.
        let wiped = matches!(before, State::Checked(_)).then_some(Effect::Wiped);
        let start = [Effect::Forget, Effect::Start { run, scope, application, last_try }, Effect::Changed];
        wiped.into_iter().chain(start).collect()
    }

    pub(super) fn told(&mut self, told: Told, now: Timestamp) -> Vec<Effect> {
        match (told, &mut self.state) {
            (Told::Recognised { kind, guests }, State::Reading(progress)) => {
                let guest = self.attempt.application.filter(|application| guests.contains(application));
                *progress = Progress::new(Some(kind), now);
                self.attempt.kind = Some(guest.unwrap_or(kind));
                // A reading of the same card that did not look for them knows no better.
                if !guests.is_empty() {
                    self.attempt.guests = guests;
                }
                vec![Effect::Changed]
            }
            (Told::Guests(guests), State::Asking(_) | State::Reading(_)) => {
                self.attempt.guests = guests;
                vec![Effect::Changed]
            }
            (Told::Step { title, done, total }, State::Reading(progress)) => {
                let (kind, shares) = (progress.kind, progress.shares.take());
                *progress = Progress { step: Some((title, done, total)), shares, ..Progress::new(kind, now) };
                vec![Effect::Changed]
            }
            (Told::Shares(shares), State::Reading(progress)) => {
                progress.shares = Some(shares);
                vec![Effect::Changed].into_iter().chain(self.play(Sound::Ask)).collect()
            }
            (Told::Asks(question), State::Reading(_)) => self.asks(question, now),
            (Told::Checked(reading), State::Reading(_)) => self.checked(*reading, now),
            (Told::Failed(problem), State::Reading(_) | State::Asking(_)) => self.fail(problem, now),
            _ => Vec::new(),
        }
    }

    fn asks(&mut self, question: Question, now: Timestamp) -> Vec<Effect> {
        self.attempt.kind = Some(question.kind);
        let asking = match Asking::new(question) {
            Ok(asking) => asking,
            Err((refusal, credential)) => return self.fail(Problem::refused(refusal, credential), now),
        };
        let refused = asking.wanted.iter().find_map(|asked| Some((asked.refusal?, asked.credential())));
        if let Some((refusal, credential)) = refused {
            self.attempt.cause = Some(Case::PinBlocked);
            let may_insist = matches!(refusal, Refusal::LastTry | Refusal::NoCounter);
            self.attempt.last_try = may_insist.then_some(credential);
        }
        let asks = !asking.is_settled();
        self.state = State::Asking(Box::new(asking));
        self.last_input = now;
        let sound = self.play(Sound::Ask).filter(|_| asks);
        self.go_on(now).into_iter().chain(sound).collect()
    }

    /// Reads on if nothing is open any more; the pages change in any case.
    pub(super) fn go_on(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = vec![Effect::Changed];
        let settled = matches!(&self.state, State::Asking(asking) if asking.is_settled());
        if !settled {
            return effects;
        }
        let reading = State::Reading(Progress::new(self.attempt.kind, now));
        if let (State::Asking(asking), Some(run)) = (std::mem::replace(&mut self.state, reading), self.attempt.run) {
            effects.push(Effect::Read(run, asking.into_entered()));
        }
        effects
    }

    fn checked(&mut self, reading: Reading, now: Timestamp) -> Vec<Effect> {
        let report = Report { findings: &reading.findings, context: &reading.context, options: Options::default() };
        let sound = match report.headline().tone() {
            Tone::Good => Sound::Good,
            Tone::Bad => Sound::Bad,
            Tone::Unsure => Sound::Unsure,
        };
        self.attempt.kind = Some(reading.findings.kind);
        let mut checked = Checked { reading, face: None, face_at: None, accepted: BTreeSet::new() };
        checked.compare(&self.form);
        self.state = State::Checked(Box::new(checked));
        self.over(sound, now)
    }

    pub(super) fn fail(&mut self, problem: Problem, now: Timestamp) -> Vec<Effect> {
        if let Problem::LastTry { credential } | Problem::NoCounter { credential } = problem {
            self.attempt.last_try = Some(credential);
        }
        if let case @ (Case::PinBlocked | Case::PinForgotten) = case::of_problem(&problem) {
            self.attempt.cause = Some(case);
        }
        self.state = State::Failed(Failure { kind: self.attempt.kind, problem });
        self.over(Sound::Unsure, now)
    }

    /// The run is over: nothing that comes of it later counts.
    fn over(&mut self, sound: Sound, now: Timestamp) -> Vec<Effect> {
        self.attempt.run = None;
        self.handed_over = false;
        self.last_input = now;
        [Effect::Forget, Effect::Changed].into_iter().chain(self.play(sound)).collect()
    }

    pub(super) fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        match &mut self.state {
            // A person reads and decides: silence says nothing about where the device lies.
            State::Reading(Progress { shares: Some(_), .. }) => Vec::new(),
            State::Reading(progress) => {
                let silent = now.duration_since(progress.since);
                let due = HINTS.iter().filter(|after| silent >= **after).count();
                let due = u8::try_from(due).unwrap_or(u8::MAX).max(progress.hints);
                if due == progress.hints {
                    return Vec::new();
                }
                progress.hints = due;
                vec![Effect::Changed]
            }
            State::Record(drafting) if matches!(drafting.stage, Drafted::Saving(_)) => Vec::new(),
            State::Books(books) if books.is_saving() => Vec::new(),
            State::Asking(_) | State::Checked(_) | State::Failed(_) | State::Record(_) | State::Books(_) => {
                self.idle(now)
            }
            State::Trouble(_) | State::Waiting | State::Recorded(_) | State::Ended => Vec::new(),
        }
    }

    fn idle(&mut self, now: Timestamp) -> Vec<Effect> {
        // A clock that was set back must not keep the data longer.
        self.last_input = self.last_input.min(now);
        let idle = now.duration_since(self.last_input);
        if idle >= IDLE {
            self.end()
        } else if idle >= IDLE - IDLE_WARNING && self.wipes_at.is_none() {
            self.wipes_at = self.last_input.checked_add(IDLE).ok();
            vec![Effect::Changed]
        } else {
            Vec::new()
        }
    }

    /// The end of this customer. A card that still lies there is not read again by itself.
    pub(super) fn end(&mut self) -> Vec<Effect> {
        self.customer_lang = self.home;
        match self.state {
            State::Trouble(_) | State::Waiting => self.forget_customer(),
            _ => {
                let next = match self.behind.take() {
                    Some(trouble) => State::Trouble(trouble),
                    None if self.card_there => State::Ended,
                    None => State::Waiting,
                };
                self.wipe(next)
            }
        }
    }

    /// A name for what an adapter is to do next.
    pub(super) fn next_run(&mut self) -> Run {
        self.last_run = Run(self.last_run.0.wrapping_add(1));
        self.last_run
    }

    pub(super) fn play(&self, sound: Sound) -> Option<Effect> {
        self.sound.then_some(Effect::Sound(sound))
    }
}

impl Progress {
    fn new(kind: Option<CardKind>, since: Timestamp) -> Self {
        Self { kind, step: None, shares: None, since, hints: 0 }
    }
}

/// Whether a reading ended because the card was taken away, as far as is known.
fn is_of_removal(problem: &Problem) -> bool {
    matches!(problem, Problem::Transport(TransportError::Removed) | Problem::AnswerLost { .. })
}
