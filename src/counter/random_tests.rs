//! Sessions under random sequences of events: what must hold whatever comes.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use zeroize::Zeroizing;

use super::{tests::*, *};
use crate::{
    cards::{CredentialSpec, Wanted, Who, registry},
    compare::Field,
    iso7816::Refusal,
    kind::CardKind,
    lang::{Bilingual, Lang},
    messages::Problem,
    transport::TransportError,
};

/// One event of many, as adapters and people may send them in any order.
#[derive(Debug, Clone)]
enum Any {
    Placed,
    Removed,
    Trouble,
    Reader,
    Wait(i64),
    Staff(&'static str),
    Customer(&'static str),
    Pin(&'static str, &'static str),
    Entry(&'static str, &'static str, bool),
    /// What a reading of the run so many before the last one tells: a number chooses what.
    Told(u64, u8),
}

const STAFF: &[&str] = &[
    AGAIN,
    INSIST,
    WITHOUT_PIN,
    FORGOTTEN,
    HAND_OVER,
    TAKE_BACK,
    EXTEND,
    END,
    FORM,
    r#"{"action":"again","application":"menkyo"}"#,
    r#"{"action":"match","found":"cannot-tell"}"#,
    r#"{"action":"accept-similar","field":"name"}"#,
    r#"{"action":"form","fields":[["name","模擬　花子 4711"],["birth_date","4711"]]}"#,
    r#"{"action":"language","lang":"en"}"#,
    r#"{"action":"entries","entries":[],"printed_western":true}"#,
];

/// What people enter in these sequences, and what a chip says: none of it may stay.
const SECRETS: [&str; 4] = ["4711", "1980-02-17", "2035", "花子"];

fn any_event() -> impl Strategy<Value = Any> {
    let entries = ["birth", "expiry-year", "security-code", "number-b", "pin1", "pin2", "card-number", "luck", ""];
    let values = ["4711", "S55-02-17", "1980-02-17", "2035", "", "花子", "S5502172035471x"];
    let of = |texts: &'static [&'static str]| proptest::sample::select(texts);
    let (entry, value) = (proptest::sample::select(entries.to_vec()), proptest::sample::select(values.to_vec()));
    prop_oneof![
        2 => Just(Any::Placed),
        1 => Just(Any::Removed),
        1 => Just(Any::Trouble),
        1 => Just(Any::Reader),
        2 => prop_oneof![-10..20_i64, 700..1000_i64].prop_map(Any::Wait),
        6 => of(STAFF).prop_map(Any::Staff),
        2 => of(&[FORGOTTEN, r#"{"action":"language","lang":"en"}"#]).prop_map(Any::Customer),
        4 => (entry.clone(), value.clone()).prop_map(|(entry, value)| Any::Pin(entry, value)),
        4 => (entry, value, any::<bool>()).prop_map(|(entry, value, western)| Any::Entry(entry, value, western)),
        9 => (0..3_u64, any::<u8>()).prop_map(|(back, what)| Any::Told(back.saturating_sub(1), what)),
    ]
}

/// What the sequences know of a reading that went well, made once.
fn reading() -> Reading {
    static READING: std::sync::OnceLock<Checked> = std::sync::OnceLock::new();
    let checked = READING.get_or_init(|| {
        let mut counter = Counter::with("my-number?seed=7");
        counter.enter_all();
        match counter.session.state {
            State::Checked(checked) => *checked,
            other => panic!("{other:?}"),
        }
    });
    Reading {
        findings: checked.reading.findings.clone(),
        context: checked.reading.context.clone(),
        mark: checked.reading.mark.clone(),
    }
}

fn told(what: u8) -> Told {
    let kinds: Vec<CardKind> = CardKind::all().collect();
    let kind = kinds[usize::from(what) % kinds.len()];
    let all: Vec<_> = registry::credentials().collect();
    let one = all[usize::from(what) % all.len()];
    match what % 9 {
        0 => Told::Recognised { kind, guests: vec![CardKind::MENKYO] },
        1 => Told::Step { title: Bilingual::new("写真", "photo"), done: what.into(), total: 0 },
        2 => Told::Checked(Box::new(reading())),
        3 => Told::Failed(Problem::UnknownCard),
        4 => Told::Failed(Problem::LastTry { credential: one }),
        5 => {
            let refusals = [None, Some(Refusal::Blocked), Some(Refusal::LastTry), None];
            let refusal = refusals[usize::from(what >> 3) % refusals.len()];
            Told::Asks(Question { kind, wanted: vec![(Wanted { credential: one, counter: None }, refusal)] })
        }
        8 => Told::Shares(Shares { asked: vec![Bilingual::new("氏名", "name")], retained: false, named: true }),
        _ => {
            let spec = registry::specs().nth(usize::from(what >> 3) % registry::specs().count()).unwrap();
            let credentials = spec.scopes.first().map(|scope| scope.credentials).unwrap_or_default();
            let wanted = credentials.iter().map(|credential| (Wanted { credential, counter: None }, None));
            Told::Asks(Question { kind: spec.kind, wanted: wanted.collect() })
        }
    }
}

/// What must hold of the effects, whatever came.
#[derive(Default)]
struct Law {
    /// A reading was started, and neither removed, in trouble nor asked for again since.
    started: bool,
    /// Each run that asked and has not been read on, with what it needs and what it must not present.
    asked: Vec<(Run, Vec<&'static CredentialSpec>, Vec<&'static CredentialSpec>)>,
}

impl Law {
    fn asks(&mut self, run: Run, question: &Question) {
        let of = |refused| {
            let wanted = question.wanted.iter().filter(move |(_, refusal)| refusal.is_some() == refused);
            wanted.map(|(wanted, _)| wanted.credential)
        };
        self.asked.push((run, of(false).filter(|credential| !credential.optional).collect(), of(true).collect()));
    }

    fn holds(&mut self, event: &Any, effects: &[Effect], session: &Session) -> Result<(), TestCaseError> {
        let again = matches!(event, Any::Staff(json) if json.contains("again") || *json == WITHOUT_PIN);
        if matches!(event, Any::Removed | Any::Trouble) || again {
            self.started = false;
        }
        for effect in effects {
            match effect {
                Effect::Start { .. } => {
                    prop_assert!(!self.started, "two starts: {event:?}");
                    self.started = true;
                }
                Effect::Read(run, entered) => {
                    let asked = self.asked.iter().position(|(asked, ..)| asked == run);
                    let Some(asked) = asked else { return Err(TestCaseError::fail("a reading without a question")) };
                    let (_, needed, refused) = self.asked.swap_remove(asked);
                    prop_assert!(needed.iter().all(|credential| entered.has(credential)));
                    prop_assert!(!refused.iter().any(|credential| entered.has(credential)));
                }
                _ => {}
            }
        }
        let wiped = effects.iter().any(|effect| matches!(effect, Effect::Wiped));
        let state = name(session);
        if wiped || ["Waiting", "Ended", "Trouble"].contains(&state) {
            let shown = format!("{session:?} {:?}", session.customer());
            for secret in SECRETS {
                prop_assert!(!shown.contains(secret), "{shown}");
            }
            prop_assert!(!session.handed_over() && session.wipes_at().is_none());
        }
        if ["Waiting", "Ended", "Trouble"].contains(&state) {
            prop_assert!(session.form().get(Field::Name).is_none() && session.kind().is_none());
        }
        // What was entered lives in the question alone.
        prop_assert!(state == "Asking" || !session.handed_over());
        Ok(())
    }
}

/// What is open to whom.
fn open(session: &Session, who: Who) -> Vec<&'static str> {
    match session.state() {
        State::Asking(asking) => asking.open(who).map(|asked| asked.credential().id).collect(),
        _ => Vec::new(),
    }
}

fn name(session: &Session) -> &'static str {
    match session.state() {
        State::Trouble(_) => "Trouble",
        State::Waiting => "Waiting",
        State::Reading(_) => "Reading",
        State::Asking(_) => "Asking",
        State::Checked(_) => "Checked",
        State::Failed(_) => "Failed",
        State::Record(_) => "Record",
        State::Recorded(_) => "Recorded",
        State::Books(_) => "Books",
        State::Ended => "Ended",
    }
}

/// Read once: each sequence begins with a session of its own.
fn known_law() -> super::Law {
    static LAW: std::sync::OnceLock<super::Law> = std::sync::OnceLock::new();
    LAW.get_or_init(law).clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("TAIMEN_LONG").is_some() { 20_000 } else { 200 }, ..Default::default() })]

    #[test]
    fn whatever_comes_the_session_keeps_its_laws(events in proptest::collection::vec(any_event(), 1..60)) {
        let mut session = Session::new(Lang::Ja, known_law());
        let mut now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut law = Law::default();
        for any in events {
            let event = match &any {
                Any::Placed => Event::Placed,
                Any::Removed => Event::Removed,
                Any::Trouble => Event::Trouble(Trouble {
                    problem: Problem::Transport(TransportError::NoReader),
                    findings: Vec::new(),
                }),
                Any::Reader => Event::Reader("reader".to_owned()),
                Any::Wait(seconds) => {
                    now += SignedDuration::from_secs(*seconds);
                    Event::Tick
                }
                Any::Staff(json) => Event::Staff(serde_json::from_str(json).unwrap()),
                Any::Customer(json) => Event::Customer(serde_json::from_str(json).unwrap()),
                Any::Pin(entry, value) => {
                    let value = Zeroizing::new((*value).to_owned());
                    Event::Customer(CustomerAction::Entry { entry: (*entry).to_owned(), value })
                }
                Any::Entry(entry, value, western) => staff_entries(&[(entry, value)], *western),
                Any::Told(back, what) => {
                    let run = Run(session.last_run.0.saturating_sub(*back));
                    Event::Reading(run, told(*what))
                }
            };
            let before = name(&session);
            let (of_customer, of_staff) = (open(&session, Who::Customer), open(&session, Who::Staff));
            if let Event::Reading(run, Told::Asks(question)) = &event
                && session.attempt.run == Some(*run)
                && before == "Reading"
            {
                law.asks(*run, question);
            }
            let effects = session.apply(event, now);
            if name(&session) == "Asking" && before == "Asking" {
                match any {
                    Any::Pin(..) => prop_assert_eq!(open(&session, Who::Staff), of_staff),
                    Any::Entry(..) => prop_assert_eq!(open(&session, Who::Customer), of_customer),
                    _ => {}
                }
            }
            law.holds(&any, &effects, &session)?;
        }
    }
}
