//! The pages of every state, with simulated cards of every kind.

use std::collections::BTreeSet;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::{self, Ask, CardText, Credentials, Looked, Outcome, ReadError, Request, Signed, Who},
    counter::{
        CustomerAction, Effect, Event, FaceMatch, Question, Reading, Run, Session, StaffAction, State, Told, Trouble,
    },
    iso7816::PinGate,
    lang::Lang,
    messages::Problem,
    report::{Context, Source},
    simulator::{Recipe, SeededNonces, kinds},
    transport::TransportError,
    trust::{Hierarchy, TrustStore},
    verify::Basis,
};

use super::{customer, customer_shell, picture, staff, staff_shell};

/// A counter with a simulated card on its reader.
pub(super) struct Counter {
    pub(super) session: Session,
    recipe: Recipe,
    looked: Option<(Run, Box<Looked>, PinGate)>,
    nonces: SeededNonces,
    /// Real cards are judged so, to see their colours.
    pub(super) as_real: bool,
}

impl Counter {
    pub(super) fn new(place: &str, lang: Lang) -> Self {
        let mut session = Session::new(lang);
        let _ = session.apply(Event::Reader("Invented Reader 00 00".to_owned()), now());
        let recipe = place.parse().unwrap();
        Self { session, recipe, looked: None, nonces: SeededNonces::new(7), as_real: false }
    }

    pub(super) fn place(&mut self) {
        self.apply(Event::Placed);
    }

    pub(super) fn act(&mut self, action: StaffAction) {
        self.apply(Event::Staff(action));
    }

    pub(super) fn apply(&mut self, event: Event) {
        let mut effects: std::collections::VecDeque<Effect> = self.session.apply(event, now()).into();
        while let Some(effect) = effects.pop_front() {
            let (run, told) = match effect {
                Effect::Start { run, scope, application, allow_last_try } => {
                    let mut request = Request::new("sim:counter", now()).scope(scope).ask(Ask::IfMissing);
                    request.application = application;
                    (run, self.start(run, &request, PinGate::new(allow_last_try)))
                }
                Effect::Read(run, credentials) => (run, self.read(credentials)),
                Effect::Forget => {
                    self.looked = None;
                    continue;
                }
                Effect::Changed | Effect::Sound(_) | Effect::Wiped => continue,
            };
            let told = told.unwrap_or_else(Told::Failed);
            effects.extend(self.session.apply(Event::Reading(run, told), now()));
        }
    }

    fn start(&mut self, run: Run, request: &Request, mut gate: PinGate) -> Result<Told, Problem> {
        let mut card = self.recipe.card().unwrap();
        let session = &mut self.session;
        let tell = &mut |event: cards::Event<'_>| {
            if let cards::Event::Recognised(found) = event {
                let told = Told::Recognised { kind: found.kind, guests: found.guests.clone() };
                let _ = session.apply(Event::Reading(run, told), now());
            }
        };
        match cards::start(&mut card, request, Credentials::default(), &mut gate, &mut self.nonces, tell)? {
            Outcome::Done(dump) => Ok(self.checked(&dump)),
            Outcome::Ask(looked) => {
                let wanted = looked.wanted().into_iter().map(|wanted| {
                    let refusal = match looked.refusal(&wanted, &gate) {
                        Err(ReadError::Refused { refusal, .. }) => Some(refusal),
                        _ => None,
                    };
                    (wanted, refusal)
                });
                let question = Question { kind: looked.kind(), wanted: wanted.collect() };
                self.looked = Some((run, looked, gate));
                Ok(Told::Asks(question))
            }
        }
    }

    fn read(&mut self, credentials: Credentials) -> Result<Told, Problem> {
        let (_, looked, mut gate) = self.looked.take().unwrap();
        let mut card = self.recipe.card().unwrap();
        let dump = looked.read(&mut card, now(), credentials, &mut gate, &mut self.nonces, &mut |_| {})?;
        Ok(self.checked(&dump))
    }

    fn checked(&self, dump: &crate::dump::Dump) -> Told {
        let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
        let mut findings = cards::check(dump, &trust, Basis::Live(now())).unwrap();
        let mut context = Context::of(dump, Source::Live).accepting(Hierarchy::Simulated);
        if self.as_real {
            context.reader = "Invented Reader 00 00".to_owned();
            findings.hierarchy = Some(Hierarchy::Production);
            for check in &mut findings.checks {
                check.evidence = crate::verify::Evidence::new();
            }
        }
        Told::Checked(Box::new(Reading { findings, context }))
    }

    /// Everything that is asked for is entered by whom it concerns.
    pub(super) fn answer(&mut self) {
        // A kind that is an application on another card is read by name.
        let kind = self.recipe.kind();
        if self.session.kind() != Some(kind) && self.session.guests().contains(&kind) {
            self.act(StaffAction::Again { allow_last_try: false, application: Some(kind) });
        }
        let card = self.recipe.card().unwrap();
        let known: Vec<(String, Zeroizing<String>)> = card
            .credentials()
            .into_iter()
            .flat_map(|own| own.entries())
            .map(|(id, text)| (id.to_owned(), text))
            .collect();
        let open = |session: &Session, who: Who| -> Vec<(String, Zeroizing<String>)> {
            let State::Asking(asking) = session.state() else { return Vec::new() };
            let ways = asking.open(who).flat_map(|asked| asked.credential().ways.iter().copied().flatten());
            let ids: Vec<&str> = ways.map(|part| part.entry.id).collect();
            known.iter().filter(|(id, _)| ids.contains(&id.as_str())).cloned().collect()
        };
        let entries = open(&self.session, Who::Staff);
        if !entries.is_empty() {
            self.act(StaffAction::Entries { entries, printed_western: false });
        }
        while let Some((entry, value)) = open(&self.session, Who::Customer).into_iter().next() {
            self.apply(Event::Customer(CustomerAction::Entry { entry, value }));
        }
    }
}

pub(super) fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}
