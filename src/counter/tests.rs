//! Sessions against simulated cards, in virtual time: the rig does what the reader thread would do.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::*;
use crate::{
    cards::{
        self, Ask, CredentialSpec, Credentials, EntrySpec, Looked, Outcome, ReadError, Request, Wanted, Who, registry,
    },
    compare::Field,
    iso7816::{PinGate, Refusal, RetryCounter},
    kind::CardKind,
    lang::{Bilingual, Lang},
    messages::Problem,
    profile::{Case, Profiles},
    report::{Context, Source},
    simulator::{Recipe, SeededNonces, SimulatedCard, kinds},
    transport::TransportError,
    trust::{Hierarchy, TrustStore},
    verify::{Basis, Evidence, Overall},
};

/// What comes of saving a record.
type Keep = fn(&crate::records::content::Record) -> Result<Saved, Problem>;

/// A counter: the session, a clock, and the card that lies there.
pub(super) struct Counter {
    pub(super) session: Session,
    pub(super) now: Timestamp,
    card: Option<SimulatedCard>,
    /// What is saved comes of it.
    pub(super) keeper: Option<Keep>,
    looked: Option<(Run, Looked, PinGate)>,
    nonces: SeededNonces,
    trust: TrustStore,
    /// What the adapters were told to do, in order.
    pub(super) log: Vec<String>,
}

impl Counter {
    pub(super) fn new() -> Self {
        Self::under("hanshuhou")
    }

    /// One that works under another law.
    pub(super) fn under(law: &str) -> Self {
        let mut counter = Self {
            session: Session::new(Lang::Ja, named(law)),
            now: "2026-11-22T03:00:00Z".parse().unwrap(),
            card: None,
            keeper: None,
            looked: None,
            nonces: SeededNonces::new(1),
            trust: TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated),
            log: Vec::new(),
        };
        counter.tell(Event::Reader("reader".to_owned()));
        counter
    }

    /// One with a card that was just placed.
    pub(super) fn with(recipe: &str) -> Self {
        let mut counter = Self::new();
        counter.place(recipe);
        counter
    }

    pub(super) fn place(&mut self, recipe: &str) {
        self.card = Some(recipe.parse::<Recipe>().unwrap().card().unwrap());
        self.tell(Event::Placed);
    }

    pub(super) fn remove(&mut self) {
        self.card = None;
        self.tell(Event::Removed);
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.tell(Event::Tick);
    }

    pub(super) fn staff(&mut self, json: &str) {
        self.tell(Event::Staff(serde_json::from_str(json).unwrap()));
    }

    pub(super) fn customer(&mut self, json: &str) {
        self.tell(Event::Customer(serde_json::from_str(json).unwrap()));
    }

    pub(super) fn pin(&mut self, entry: &str, value: &str) {
        let value = Zeroizing::new(value.to_owned());
        self.tell(Event::Customer(CustomerAction::Entry { entry: entry.to_owned(), value }));
    }

    /// Everything that opens the card, as its holder and staff would enter it.
    pub(super) fn enter_all(&mut self) {
        let known: Vec<_> = self.card.as_ref().and_then(|card| card.credentials()).unwrap().entries().collect();
        for (id, value) in known {
            let of_customer = registry::credentials()
                .any(|credential| credential.who == Who::Customer && credential.asked().any(|entry| entry.id == id));
            if of_customer {
                self.pin(id, &value);
            } else {
                self.tell(staff_entries(&[(id, &value)], false));
            }
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let effects = self.session.apply(event, self.now);
            self.log.extend(effects.iter().map(short));
            // The reader thread forgets first.
            if effects.iter().any(|effect| matches!(effect, Effect::Forget)) {
                self.looked = None;
            }
            for effect in effects {
                events.extend(self.act(effect));
            }
        }
    }

    /// What the reader thread does, and tells.
    fn act(&mut self, effect: Effect) -> Vec<Event> {
        if let Effect::Save(run, record) = &effect {
            return self.keeper.map(|keep| Event::Kept(*run, keep(record))).into_iter().collect();
        }
        let mut told = Vec::new();
        let mut tell = |event: cards::Event<'_>| match event {
            cards::Event::Recognised(found) => {
                told.push(Told::Recognised { kind: found.kind, guests: found.guests.clone() });
            }
            cards::Event::Step { title, done, total } => told.push(Told::Step { title, done, total }),
            cards::Event::Asks { looked, gate } => {
                let wanted = looked.wanted().into_iter().map(|wanted| (wanted, refusal(looked, &wanted, gate)));
                told.push(Told::Asks(Question { kind: looked.kind(), wanted: wanted.collect() }));
            }
            cards::Event::Guests(found) => told.push(Told::Guests(found.guests.clone())),
            cards::Event::Shares { asked, retained, named } => {
                told.push(Told::Shares(Shares { asked: asked.to_vec(), retained, named }));
            }
            cards::Event::Counter { .. } => {}
        };
        let Some(card) = &mut self.card else { return Vec::new() };
        card.power_off();
        card.power_on();
        let (run, outcome) = match effect {
            Effect::Start { run, scope, application, last_try } => {
                let mut request = Request::new("sim:card", self.now).scope(scope).ask(Ask::IfMissing);
                request.application = application;
                let mut gate = last_try.map_or_else(PinGate::default, CredentialSpec::last_try);
                let outcome =
                    cards::start(card, &request, Credentials::default(), &mut gate, &mut self.nonces, &mut tell);
                let outcome = outcome.map(|outcome| match outcome {
                    Outcome::Done(dump) => Ok(dump),
                    Outcome::Ask(looked) => Err((looked, gate)),
                });
                (run, outcome)
            }
            Effect::Read(run, entered) => {
                let (of, looked, mut gate) = self.looked.take().expect("a card was looked at");
                assert_eq!(of, run);
                let read = looked.read(card, self.now, entered, &mut gate, &mut self.nonces, &mut tell);
                (run, read.map(|dump| Ok(Box::new(dump))))
            }
            _ => return Vec::new(),
        };
        match outcome {
            Err(error) => told.push(Told::Failed(error.into())),
            // It was asked for already.
            Ok(Err((looked, gate))) => self.looked = Some((run, *looked, gate)),
            Ok(Ok(dump)) => {
                let findings = cards::check(&dump, &self.trust, Basis::Live(dump.read_at)).unwrap();
                let context = Context::of(&dump, Source::Live).accepting(Hierarchy::Simulated);
                let mark = crate::records::content::DumpMark::of(&dump);
                told.push(Told::Checked(Box::new(Reading { findings, context, mark })));
            }
        }
        told.into_iter().map(|told| Event::Reading(run, told)).collect()
    }

    /// The effects since the last call, without those that only say that the pages change.
    fn effects(&mut self) -> Vec<String> {
        let mut log = std::mem::take(&mut self.log);
        log.retain(|effect| effect != "changed");
        log
    }

    fn asking(&self) -> &Asking {
        let State::Asking(asking) = self.session.state() else { panic!("{:?}", self.session.state()) };
        asking
    }

    fn checked(&self) -> &Checked {
        let State::Checked(checked) = self.session.state() else { panic!("{:?}", self.session.state()) };
        checked
    }

    /// The id of the problem that is shown.
    fn failed(&self) -> &'static str {
        let State::Failed(failure) = self.session.state() else { panic!("{:?}", self.session.state()) };
        failure.problem.at_counter(Lang::En).id
    }

    fn pad(&self) -> Pad<'_> {
        let Stage::Pad(pad) = self.session.customer().stage else { panic!("{:?}", self.session.customer()) };
        pad
    }
}

fn refusal(looked: &Looked, wanted: &Wanted, gate: &PinGate) -> Option<Refusal> {
    match looked.refusal(wanted, gate) {
        Err(ReadError::Refused { refusal, .. }) => Some(refusal),
        other => other.map(|()| None).unwrap(),
    }
}

fn short(effect: &Effect) -> String {
    match effect {
        Effect::Start { scope, application, last_try, .. } => {
            let application = application.map(|kind| format!(" of {kind}")).unwrap_or_default();
            format!("start {}{application}{}", scope.as_str(), if last_try.is_some() { " to the last" } else { "" })
        }
        Effect::Read(_, entered) => format!("read {entered:?}"),
        Effect::Forget => "forget".to_owned(),
        Effect::Changed => "changed".to_owned(),
        Effect::Sound(sound) => format!("sound {sound:?}"),
        Effect::Wiped => "wiped".to_owned(),
        Effect::Save(_, record) => format!("save {}", record.blanks().count()),
        Effect::Look(..) => "look".to_owned(),
        Effect::Amend(..) => "amend".to_owned(),
    }
}

pub(super) fn staff_entries(entries: &[(&str, &str)], printed_western: bool) -> Event {
    let owned = entries.iter().map(|(id, text)| ((*id).to_owned(), Zeroizing::new((*text).to_owned())));
    Event::Staff(StaffAction::Entries { entries: owned.collect(), printed_western })
}

fn entry(id: &str) -> &'static EntrySpec {
    registry::entry(id).unwrap()
}

/// The law that the counters of these tests work under.
pub(super) fn law() -> Law {
    named("hanshuhou")
}

fn named(law: &str) -> Law {
    Law::new(law, Profiles::shipped().unwrap())
}

pub(super) const AGAIN: &str = r#"{"action":"again"}"#;
pub(super) const INSIST: &str = r#"{"action":"again","allow_last_try":true}"#;
pub(super) const WITHOUT_PIN: &str = r#"{"action":"without-pin"}"#;
pub(super) const FORGOTTEN: &str = r#"{"action":"forgotten"}"#;
pub(super) const HAND_OVER: &str = r#"{"action":"hand-over"}"#;
pub(super) const TAKE_BACK: &str = r#"{"action":"take-back"}"#;
pub(super) const EXTEND: &str = r#"{"action":"extend"}"#;
pub(super) const END: &str = r#"{"action":"end"}"#;
pub(super) const FORM: &str = r#"{"action":"form","fields":[["name","模擬 花子"],["sex","女"]]}"#;

#[test]
fn every_simulated_card_is_read_from_placing_to_wiping() {
    for known in kinds() {
        let mut counter = Counter::with(known.name);
        assert!(counter.log.contains(&"start full".to_owned()), "{}", known.name);
        if known.kind == CardKind::MENKYO {
            assert_eq!(counter.session.guests(), [CardKind::MENKYO]);
            assert!(counter.session.applications().eq([CardKind::MENKYO]));
            counter.staff(r#"{"action":"again","application":"menkyo"}"#);
        }
        if let State::Asking(_) = counter.session.state() {
            assert_eq!(counter.session.kind(), Some(counter.asking().kind));
            counter.enter_all();
        }
        // A kind that is recognised only stands on another card, which is read.
        let unread = registry::find(known.kind).is_some_and(|(_, spec)| spec.scopes.is_empty());
        assert!(!unread || counter.session.guests() == [known.kind], "{}", known.name);
        assert!(!unread || counter.session.applications().next().is_none(), "{}", known.name);
        let findings = &counter.checked().reading.findings;
        assert_eq!(counter.session.kind(), Some(findings.kind), "{}", known.name);
        assert_ne!(findings.overall(), Overall::Rejected, "{}", known.name);
        // Nobody was issued a simulated card.
        assert_eq!(counter.effects().last().map(String::as_str), Some("sound Unsure"), "{}", known.name);
        counter.effects();
        counter.remove();
        assert_eq!(counter.effects(), ["wiped", "forget"]);
        assert!(matches!(counter.session.state(), State::Waiting));
        assert!(counter.session.notice().is_none() && counter.session.kind().is_none());
    }
}

#[test]
fn staff_fill_in_what_is_printed_and_a_bad_entry_sends_nothing() {
    let mut counter = Counter::with("my-number?seed=7");
    assert_eq!(counter.effects(), ["forget", "start full", "sound Ask"]);
    assert!(matches!(counter.session.customer().stage, Stage::Staff));
    counter.tell(staff_entries(&[("birth", "S55-02-17"), ("expiry-year", "35"), ("security-code", "１２３４")], false));
    let asking = counter.asking();
    let problem = asking.complaint(entry("expiry-year")).unwrap();
    assert_eq!(problem.at_counter(Lang::Ja).id, "bad-expiry-year");
    assert!(asking.is_entered(entry("birth")) && asking.is_entered(entry("security-code")));
    assert!(!asking.is_entered(entry("expiry-year")));
    assert_eq!(counter.effects(), Vec::<String>::new());
    counter.tell(staff_entries(&[("expiry-year", "2035")], false));
    let effects = counter.effects();
    assert_eq!(effects.first().unwrap(), r#"read ["birth", "expiry-year", "security-code"]"#);
    // Those of somebody else: the card counts it, and the next try needs fresh entries.
    assert_eq!(counter.failed(), "credential-wrong");
    assert_eq!(counter.session.case(), Some(Case::ChipUnreadable));
    counter.staff(AGAIN);
    assert_eq!(counter.effects(), ["forget", "start full", "sound Ask"]);
    assert!(!counter.asking().is_entered(entry("birth")));
    let tries = counter.asking().wanted[0].wanted.counter.unwrap().1;
    assert_eq!(tries, RetryCounter::Left(9));
    counter.enter_all();
    assert_eq!(counter.checked().reading.findings.overall(), Overall::Authentic);
}

#[test]
fn a_bare_western_year_is_asked_about_before_anything_is_sent() {
    let mut counter = Counter::with("my-number?seed=7");
    let three = [("birth", "1980-02-17"), ("expiry-year", "2035"), ("security-code", "1234")];
    counter.tell(staff_entries(&three, false));
    assert_eq!(counter.asking().ask_western(), Some(entry("birth")));
    assert!(counter.asking().complaint(entry("birth")).is_none());
    // No: the era is printed.
    counter.tell(staff_entries(&[("birth", "S55-02")], false));
    assert_eq!(counter.asking().ask_western(), None);
    assert_eq!(counter.asking().complaint(entry("birth")).unwrap().message(Lang::En).id, "birth-date-form");
    // A day that nobody alive can be born on is no question.
    counter.tell(staff_entries(&[("birth", "2080-02-17")], true));
    assert_eq!(counter.asking().complaint(entry("birth")).unwrap().message(Lang::En).id, "birth-date-future");
    counter.effects();
    counter.tell(staff_entries(&[("birth", "1980-02-17")], false));
    assert_eq!(counter.effects(), Vec::<String>::new());
    // Yes: the date need not be typed again.
    counter.tell(staff_entries(&[], true));
    assert_eq!(counter.effects().first().unwrap(), r#"read ["birth", "expiry-year", "security-code"]"#);
}

#[test]
fn the_customer_enters_pins_on_the_pad_and_nobody_elses() {
    let mut counter = Counter::with("licence?seed=7");
    let pad = counter.pad();
    assert_eq!((pad.entry.id, pad.place, pad.tries), ("pin1", (1, 2), Some(RetryCounter::Left(3))));
    counter.effects();
    // Staff cannot enter a PIN, the customer nothing that staff are asked for.
    counter.tell(staff_entries(&[("pin1", "1234")], false));
    counter.pin("birth", "S55-02-17");
    assert!(!counter.asking().is_entered(entry("pin1")));
    counter.pin("pin1", "12a4");
    assert_eq!(counter.pad().complaint.unwrap().message(Lang::Ja).id, "bad-pin");
    assert_eq!(counter.effects(), Vec::<String>::new());
    counter.enter_all();
    assert_eq!(counter.effects().first().unwrap(), r#"read ["pin1", "pin2"]"#);
    assert_eq!(counter.checked().reading.findings.overall(), Overall::Authentic);
    assert_eq!(counter.session.case(), None);
    assert!(matches!(counter.session.customer().stage, Stage::Over));
    let mut counter = Counter::with("my-number");
    counter.pin("birth", "S55-02-17");
    assert!(!counter.asking().is_entered(entry("birth")));
}

#[test]
fn a_forgotten_pin_leaves_out_what_it_opens_or_ends_with_a_way_on() {
    let mut counter = Counter::with("licence?seed=7");
    let value = counter.card.as_ref().unwrap().credentials().unwrap().get("pin1").unwrap().expose().to_vec();
    counter.pin("pin1", std::str::from_utf8(&value).unwrap());
    assert_eq!((counter.pad().entry.id, counter.pad().place), ("pin2", (2, 2)));
    counter.effects();
    counter.customer(FORGOTTEN);
    assert_eq!(counter.effects().first().unwrap(), r#"read ["pin1"]"#);
    assert!(counter.checked().reading.findings.picture("photo").is_none());
    assert_eq!(counter.session.case(), Some(Case::PinForgotten));

    // What was shown goes; the form is of the same customer.
    counter.staff(FORM);
    counter.effects();
    counter.staff(AGAIN);
    assert_eq!(counter.effects(), ["wiped", "forget", "start full", "sound Ask"]);
    assert_eq!(counter.session.form().get(Field::Name), Some("模擬 花子"));
    counter.staff(FORGOTTEN);
    assert_eq!(counter.failed(), "pin-forgotten");
    assert_eq!(counter.session.case(), Some(Case::PinForgotten));
    assert_eq!(counter.effects(), ["forget", "sound Unsure"]);
    assert!(counter.session.may_read_without_pin());
    counter.staff(WITHOUT_PIN);
    assert_eq!(counter.effects()[..2], ["forget", "start without-pin"]);
    assert_eq!(counter.session.case(), Some(Case::PinForgotten), "{:?}", counter.checked());
    assert!(!counter.session.may_read_without_pin());
    // Nothing of the customer's is asked for: there is nothing to forget.
    let mut counter = Counter::with("my-number");
    counter.customer(FORGOTTEN);
    counter.staff(WITHOUT_PIN);
    assert!(counter.asking().open(Who::Staff).next().is_some() && !counter.session.may_read_without_pin());
}

#[test]
fn nobody_is_asked_for_what_is_blocked_and_the_last_try_is_a_decision() {
    let mut counter = Counter::with("licence?fault=blocked-pin1");
    assert_eq!(counter.failed(), "credential-blocked");
    assert_eq!((counter.session.case(), counter.session.last_try()), (Some(Case::PinBlocked), None));
    counter.effects();
    counter.staff(INSIST);
    assert_eq!(counter.effects()[..2], ["forget", "start full"]);

    let mut counter = Counter::with("my-number?fault=last-try");
    assert_eq!(counter.failed(), "last-try");
    assert_eq!(counter.session.last_try().unwrap().id, "number-b");
    counter.effects();
    counter.staff(INSIST);
    assert_eq!(counter.effects(), ["forget", "start full to the last", "sound Ask"]);
    assert_eq!(counter.asking().wanted[0].wanted.counter.unwrap().1, RetryCounter::Left(1));
    counter.enter_all();
    assert_eq!(counter.checked().reading.findings.overall(), Overall::Authentic);

    // The customer's consent is to one credential's last try, and opens no other's.
    let mut counter = Counter::with("licence?fault=last-try-pin1,last-try-pin2");
    assert_eq!((counter.failed(), counter.session.last_try().unwrap().id), ("last-try", "pin1"));
    counter.staff(INSIST);
    assert_eq!(counter.pad().place, (1, 1), "PIN 2 is not asked for");
    counter.enter_all();
    assert_eq!(counter.session.last_try().unwrap().id, "pin2");
    assert!(counter.checked().reading.findings.picture("photo").is_none());

    // What the reading can do without is left out, and staff may still decide.
    for (recipe, last_try) in [("licence?fault=blocked-pin2", None), ("licence?fault=last-try-pin2", Some("pin2"))] {
        let mut counter = Counter::with(recipe);
        assert_eq!(counter.pad().place, (1, 1), "{recipe}");
        counter.enter_all();
        assert!(counter.checked().reading.findings.picture("photo").is_none());
        assert_eq!(counter.session.case(), Some(Case::PinBlocked));
        assert_eq!(counter.session.last_try().map(|credential| credential.id), last_try);
    }
}

#[test]
fn a_wrong_pin_costs_one_try_and_is_never_sent_again_by_itself() {
    let mut counter = Counter::with("licence?fault=wrong-pin1");
    counter.enter_all();
    assert_eq!((counter.failed(), counter.session.case()), ("credential-wrong", Some(Case::PinForgotten)));
    counter.effects();
    counter.wait(60);
    assert_eq!(counter.effects(), Vec::<String>::new());
    counter.staff(AGAIN);
    assert_eq!(counter.pad().tries, Some(RetryCounter::Left(2)));
    assert!(!counter.asking().is_entered(entry("pin1")));
}

#[test]
fn a_card_that_goes_takes_everything_with_it() {
    for recipe in ["licence?seed=7", "my-number?seed=7"] {
        let mut counter = Counter::with(recipe);
        counter.staff(FORM);
        counter.customer(r#"{"action":"language","lang":"en"}"#);
        counter.pin("pin1", "4711");
        counter.tell(staff_entries(&[("security-code", "4711")], false));
        counter.effects();
        counter.remove();
        assert_eq!(counter.effects(), ["wiped", "forget"], "{recipe}");
        assert!(matches!(counter.session.state(), State::Waiting));
        assert_eq!(counter.session.form().get(Field::Name), None);
        // The same customer tries again; the next one is greeted in the language of the shop.
        assert_eq!(counter.session.customer_lang(), Lang::En);
        counter.place(recipe);
        assert!(!counter.asking().is_entered(entry("pin1")) && !counter.asking().is_entered(entry("security-code")));
        counter.enter_all();
        counter.staff(FORM);
        counter.remove();
        assert_eq!(counter.session.customer_lang(), Lang::Ja);
        let shown = format!("{:?} {:?}", counter.session, counter.session.customer());
        assert!(!shown.contains("花子") && !shown.contains("4711"), "{shown}");
    }
}

#[test]
fn what_comes_of_a_reading_too_late_is_dropped() {
    let mut session = Session::new(Lang::Ja, law());
    let now = Timestamp::UNIX_EPOCH;
    let run = |effects: Vec<Effect>| {
        let mut runs = effects.into_iter().filter_map(|effect| match effect {
            Effect::Start { run, .. } => Some(run),
            _ => None,
        });
        runs.next().unwrap()
    };
    let first = run(session.apply(Event::Placed, now));
    let _ = session.apply(Event::Removed, now);
    let second = run(session.apply(Event::Placed, now));
    assert_ne!(first, second);
    let late = Event::Reading(first, Told::Failed(Problem::Transport(TransportError::Removed)));
    assert!(session.apply(late, now).is_empty());
    assert!(matches!(session.state(), State::Reading(_)));
    let kind = CardKind::all().next().unwrap();
    let _ = session.apply(Event::Reading(second, Told::Recognised { kind, guests: Vec::new() }), now);
    assert_eq!(session.kind(), Some(kind));
    // A reading that has ended says nothing more.
    let _ = session.apply(Event::Reading(second, Told::Failed(Problem::UnknownCard)), now);
    assert!(session.apply(Event::Reading(second, Told::Failed(Problem::DifferentCard)), now).is_empty());
}

#[test]
fn a_removal_in_the_middle_leaves_a_notice_until_the_next_card() {
    let mut counter = Counter::with("my-number?fault=removed-at=9");
    counter.enter_all();
    assert_eq!(counter.failed(), "removed");
    counter.remove();
    let notice = counter.session.notice().unwrap();
    assert_eq!(notice.at_counter(Lang::En).id, "removed");
    counter.place("my-number");
    assert!(counter.session.notice().is_none());
    // Of anything else nothing stays.
    counter.remove();
    assert!(counter.session.notice().is_none());
}

#[test]
fn trouble_wipes_and_heals_by_itself() {
    let trouble = |error| Event::Trouble(Trouble { problem: Problem::Transport(error), findings: Vec::new() });
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    counter.effects();
    counter.tell(trouble(TransportError::NoService));
    assert_eq!(counter.effects(), ["wiped", "forget"]);
    counter.tell(trouble(TransportError::NoReader));
    counter.tell(Event::Removed);
    let State::Trouble(shown) = counter.session.state() else { panic!() };
    assert_eq!(shown.problem.at_counter(Lang::Ja).id, "no-reader");
    assert_eq!((counter.session.reader(), counter.session.may_read_again()), (None, false));
    counter.effects();
    counter.staff(AGAIN);
    counter.staff(END);
    assert!(matches!(counter.session.state(), State::Trouble(_)));
    counter.tell(Event::Reader("another".to_owned()));
    assert!(matches!(counter.session.state(), State::Waiting));
    counter.effects();
    counter.place("my-number?seed=7");
    assert_eq!(counter.effects(), ["forget", "start full", "sound Ask"]);
}

#[test]
fn a_card_that_nobody_saw_come_is_not_shown_with_the_last_ones_data() {
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    counter.effects();
    counter.place("my-number?seed=8");
    assert_eq!(counter.effects(), ["wiped", "forget"]);
    assert!(matches!(counter.session.state(), State::Ended) && counter.session.may_read_again());
    counter.staff(AGAIN);
    assert_eq!(counter.effects(), ["forget", "start full", "sound Ask"]);
}

#[test]
fn hints_follow_a_silent_card() {
    let mut session = Session::new(Lang::Ja, law());
    let start: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let at = |seconds| start + SignedDuration::from_secs(seconds);
    let effects = session.apply(Event::Placed, start);
    let run = effects.iter().find_map(|effect| if let Effect::Start { run, .. } = effect { Some(*run) } else { None });
    let hints = |session: &Session| match session.state() {
        State::Reading(progress) => progress.hints,
        other => panic!("{other:?}"),
    };
    for (seconds, due, changed) in [(1, 0, 0), (3, 1, 1), (4, 1, 0), (8, 2, 1), (9, 2, 0), (2, 2, 0)] {
        assert_eq!(session.apply(Event::Tick, at(seconds)).len(), changed, "{seconds}");
        assert_eq!(hints(&session), due, "{seconds}");
    }
    let title = Bilingual::new("顔写真", "photo");
    let _ = session.apply(Event::Reading(run.unwrap(), Told::Step { title, done: 300, total: 1200 }), at(10));
    assert_eq!(hints(&session), 0);
    assert!(matches!(session.customer().stage, Stage::Reading(300, 1200)));
    assert!(session.apply(Event::Tick, at(12)).is_empty());
}

#[test]
fn idle_data_are_wiped_after_a_warning_unless_somebody_does_something() {
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    counter.effects();
    counter.wait(12 * 60);
    assert!(counter.session.wipes_at().is_none());
    counter.wait(60);
    assert_eq!(counter.session.wipes_at(), Some(counter.now + IDLE_WARNING));
    counter.staff(EXTEND);
    assert!(counter.session.wipes_at().is_none() && counter.log.last().unwrap() == "changed");
    counter.wait(14 * 60);
    assert!(counter.session.wipes_at().is_some());
    counter.effects();
    counter.wait(60);
    assert_eq!(counter.effects(), ["wiped", "forget"]);
    assert!(matches!(counter.session.state(), State::Ended));
    // A question is data too; and a computer that slept asks nobody.
    counter.staff(AGAIN);
    counter.tell(staff_entries(&[("security-code", "4711")], false));
    counter.wait(8 * 3600);
    assert!(matches!(counter.session.state(), State::Ended));
    // A clock that is set back does not keep anything longer.
    counter.staff(AGAIN);
    counter.wait(-3600);
    counter.wait(15 * 60);
    assert!(matches!(counter.session.state(), State::Ended));
}

#[test]
fn after_the_end_nothing_is_read_until_the_card_goes() {
    let mut counter = Counter::with("my-number?seed=7");
    counter.enter_all();
    counter.effects();
    counter.staff(END);
    assert_eq!(counter.effects(), ["wiped", "forget"]);
    assert!(matches!(counter.session.state(), State::Ended));
    counter.wait(30);
    assert_eq!(counter.effects(), Vec::<String>::new());
    counter.remove();
    assert!(matches!(counter.session.state(), State::Waiting));
    // The end in the middle of a reading: what comes of it is dropped.
    let run = counter.session.last_run;
    counter.place("my-number?seed=8");
    counter.staff(END);
    counter.effects();
    counter.tell(Event::Reading(run, Told::Failed(Problem::UnknownCard)));
    counter.tell(Event::Reading(counter.session.last_run, Told::Failed(Problem::UnknownCard)));
    assert_eq!(counter.effects(), Vec::<String>::new());
}

#[test]
fn one_window_serves_both_when_it_is_handed_over() {
    let mut counter = Counter::with("licence?seed=7");
    counter.staff(HAND_OVER);
    assert!(counter.session.handed_over());
    counter.effects();
    for action in [AGAIN, WITHOUT_PIN, FORM, HAND_OVER, r#"{"action":"match","found":"matches"}"#] {
        counter.staff(action);
        assert!(counter.effects().is_empty() && matches!(counter.session.state(), State::Asking(_)), "{action}");
    }
    assert_eq!(counter.session.form().get(Field::Name), None);
    counter.staff(TAKE_BACK);
    assert!(!counter.session.handed_over());
    counter.staff(HAND_OVER);
    counter.enter_all();
    assert!(!counter.session.handed_over());
    counter.staff(HAND_OVER);
    assert!(!counter.session.handed_over(), "nothing is asked of the customer");
    let mut counter = Counter::with("my-number");
    counter.staff(HAND_OVER);
    assert!(!counter.session.handed_over());
}

#[test]
fn sounds_follow_the_headline_and_can_be_off() {
    let sound = |recipe: &str| {
        let mut counter = Counter::with(recipe);
        counter.enter_all();
        counter.effects().pop().unwrap()
    };
    assert_eq!(sound("my-number?fault=swapped-photo"), "sound Bad");
    assert_eq!(sound("my-number"), "sound Unsure");
    let mut counter = Counter::with("my-number?seed=7");
    counter.staff(r#"{"action":"sound","on":false}"#);
    counter.effects();
    counter.enter_all();
    assert!(counter.effects().iter().all(|effect| !effect.starts_with("sound")));
    // As if an issuer of real cards had signed it.
    let mut session = Session::new(Lang::En, law());
    let effects = session.apply(Event::Placed, counter.now);
    let run = effects.iter().find_map(|effect| if let Effect::Start { run, .. } = effect { Some(*run) } else { None });
    let Checked { reading, .. } = counter.checked();
    let mut findings = reading.findings.clone();
    findings.hierarchy = Some(Hierarchy::Production);
    findings.checks.iter_mut().for_each(|check| check.evidence = Evidence::new());
    let context = Context { reader: "reader".to_owned(), ..reading.context.clone() };
    let mark = crate::records::content::DumpMark { sha256: String::new(), seal: None };
    let told = Told::Checked(Box::new(Reading { findings, context, mark }));
    let effects = session.apply(Event::Reading(run.unwrap(), told), counter.now);
    assert_eq!(short(effects.last().unwrap()), "sound Good");
    assert_eq!(session.case(), None);
}

#[test]
fn each_case_has_its_name() {
    let case = |recipe: &str| {
        let mut counter = Counter::with(recipe);
        counter.enter_all();
        counter.session.case().map(Case::as_str)
    };
    for (recipe, expected) in [
        ("my-number", None),
        // Its data cannot be told from a layout that nobody knows.
        ("my-number-no-photo", Some("undetermined")),
        ("my-number?fault=swapped-photo", Some("rejected")),
        ("licence?fault=blocked-folders", Some("undetermined")),
        ("licence?fault=wrong-pin1", Some("pin-forgotten")),
        ("my-number?fault=removed-at=9", Some("chip-unreadable")),
    ] {
        assert_eq!(case(recipe), expected, "{recipe}");
    }
    let mut counter = Counter::with("my-number");
    counter.enter_all();
    let State::Checked(checked) = &mut counter.session.state else { panic!() };
    checked.reading.findings.pictures.retain(|picture| picture.id != "photo");
    assert_eq!(counter.session.case().map(Case::as_str), Some("no-photo"));
}

#[test]
fn each_language_is_switched_by_its_page() {
    let mut counter = Counter::new();
    counter.staff(r#"{"action":"language","lang":"en"}"#);
    assert_eq!((counter.session.lang(), counter.session.customer_lang()), (Lang::En, Lang::Ja));
    counter.customer(r#"{"action":"language","lang":"en"}"#);
    assert_eq!(counter.session.customer().lang, Lang::En);
}

/// It stands where the customer, and whoever is behind the customer, can read it.
#[test]
fn the_customers_page_knows_nothing_of_the_card() {
    for recipe in ["my-number?seed=7", "licence?seed=7", "residence2?seed=7"] {
        let mut counter = Counter::with(recipe);
        let mut views = vec![format!("{:?}", counter.session.customer())];
        counter.enter_all();
        let findings = counter.checked().reading.findings.clone();
        views.push(format!("{:?}", counter.session.customer()));
        let title = Bilingual::new("氏名", "name");
        let step = Some((title, 1, 2));
        let progress = Progress { kind: Some(findings.kind), step, shares: None, since: counter.now, hints: 2 };
        counter.session.state = State::Reading(progress);
        views.push(format!("{:?}", counter.session.customer()));
        counter.session.state = State::Failed(Failure { kind: Some(findings.kind), problem: Problem::UnknownCard });
        views.push(format!("{:?}", counter.session.customer()));
        let name = findings.holder.name.map(|name| name.value.text).unwrap_or_default();
        for view in views {
            assert!(!view.contains(findings.kind.as_str()), "{view}");
            assert!(name.is_empty() || !view.contains(&name), "{view}");
            assert!(!view.contains("Unknown") && !view.contains("氏名"), "{view}");
        }
    }
}

/// Staff and the holder see the same list, and nobody is told to move a phone on which somebody reads.
#[test]
fn what_a_phone_is_asked_for_is_on_both_pages() {
    let (mut session, now) = (Counter::new().session, Counter::new().now);
    let _ = session.apply(Event::Removed, now);
    let effects = session.apply(Event::Placed, now);
    let run = effects.iter().find_map(|effect| if let Effect::Start { run, .. } = effect { Some(*run) } else { None });
    let asked = vec![Bilingual::new("氏名", "name"), Bilingual::new("顔写真", "face picture")];
    let shares = Shares { asked, retained: true, named: false };
    let effects = session.apply(Event::Reading(run.unwrap(), Told::Shares(shares.clone())), now);
    assert!(matches!(effects[..], [Effect::Changed, Effect::Sound(Sound::Ask)]));
    let later = now + SignedDuration::from_secs(60);
    assert!(session.apply(Event::Tick, later).is_empty(), "no hint about the position");
    assert!(matches!(session.customer().stage, Stage::Consent(shown) if *shown == shares));
    let (staff, customer) = (page::staff(&session).into_string(), page::customer(&session).into_string());
    for page in [&staff, &customer] {
        assert!(page.contains("氏名") && page.contains("顔写真") && page.contains("保存すると伝えています"), "{page}");
    }
    assert!(staff.contains("読取側の証明書") && !customer.contains("証明書"));
    // What comes of it goes on as ever.
    let title = Bilingual::new("同意", "consent");
    let _ = session.apply(Event::Reading(run.unwrap(), Told::Step { title, done: 1, total: 0 }), later);
    assert!(matches!(session.customer().stage, Stage::Consent(_)));
    let _ = session.apply(Event::Reading(run.unwrap(), Told::Failed(Problem::UnknownCard)), later);
    assert!(matches!(session.customer().stage, Stage::Over));
}

/// Else an action of one page could fill in what the other one is asked for.
#[test]
fn no_entry_is_both_staffs_and_the_customers() {
    let entries = |who| {
        let of = registry::credentials().filter(move |credential| credential.who == who);
        of.flat_map(|credential| credential.ways.iter().copied().flatten()).map(|part| part.entry.id)
    };
    for id in entries(Who::Customer) {
        assert!(entries(Who::Staff).all(|other| other != id), "{id}");
    }
}

#[test]
fn unknown_actions_are_refused() {
    for json in [
        r#"{"action":"open-the-till"}"#,
        r#"{"action":"entries","entries":[],"more":1}"#,
        r#"{"action":"again","application":"visa"}"#,
        r#"{"action":"match","found":"maybe"}"#,
    ] {
        assert!(serde_json::from_str::<StaffAction>(json).is_err(), "{json}");
    }
    assert!(serde_json::from_str::<CustomerAction>(r#"{"action":"end"}"#).is_err());
}

#[test]
fn the_page_of_the_counter_has_every_state_case_and_effect() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/counter.md")).unwrap();
    let cases =
        [Case::ChipUnreadable, Case::PinBlocked, Case::PinForgotten, Case::NoPhoto, Case::Undetermined, Case::Rejected];
    let states = ["Trouble", "Waiting", "Reading", "Asking", "Checked", "Failed", "Ended"];
    let effects = ["Start", "Read", "Forget", "Changed", "Sound", "Wiped"];
    for name in cases.map(Case::as_str).into_iter().chain(states).chain(effects) {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
    let minutes = |duration: SignedDuration| format!("{} minutes", duration.as_mins());
    assert!(page.contains(&minutes(IDLE)) && page.contains(&minutes(IDLE_WARNING)));
}
