//! One way to read any card: every simulated kind, the PIN rules, the question in the middle, recordings.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::reading::{self, TIME, card, look, nonces, request_for};
use jiff::Timestamp;
use taimen::{
    cards::{
        self, CredentialSpec, Credentials, EntryError, Event, FlowError, Looked, ReadError, RecogniseError, Request,
        Wanted,
        drivers_licence::{
            files::{MENKYO_PIN, PIN1, PIN2},
            spec as licence,
        },
        my_number::{
            files::{FACE_NUMBER_B, TEXT_NUMBER_B},
            spec as my_number,
        },
        never_recorded, passport, read_recording,
        residence_card::spec::CARD_NUMBER,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Refusal, RetryCounter},
    kind::CardKind,
    simulator::{SimulatedCard, kinds},
    transport::{
        Log, Recorder, Recording, Replay, Transport, TransportError,
        nonces::RecordedNonces,
        recording::{ExtraHeader, Header},
    },
    verify::Overall,
};

fn time() -> Timestamp {
    TIME.parse().unwrap()
}

fn read(card: &mut dyn Transport, request: &Request, known: &Credentials) -> Result<Dump, FlowError> {
    cards::read(card, request, known.shared(), &mut PinGate::new(false), &mut nonces(), &mut |_| {})
}

fn overall(dump: &Dump) -> Overall {
    reading::judge(dump).overall()
}

/// Counts the commands that present something: VERIFY with data, and MUTUAL AUTHENTICATE.
struct Watched<'a>(&'a mut SimulatedCard, usize);

impl Transport for Watched<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if matches!(command[1], 0x20 | 0x82) && command.len() > 5 {
            self.1 += 1;
        }
        self.0.exchange(command)
    }
}

#[test]
fn every_simulated_kind_is_read_the_same_way() {
    for known in kinds() {
        let mut card = card(known.name);
        let credentials = Credentials::from(&card);
        let (mut kinds, mut steps) = (Vec::new(), 0);
        let tell = &mut |event: Event<'_>| match event {
            Event::Recognised(found) => kinds.push(found.kind),
            Event::Step { .. } => steps += 1,
            _ => {}
        };
        let (gate, nonces) = (&mut PinGate::new(false), &mut nonces());
        let read = cards::read(&mut card, &request_for(known.kind), credentials, gate, nonces, tell);
        assert_eq!(kinds.len(), 1, "{}", known.name);
        if known.kind == CardKind::RESIDENCE_SPECIFIED {
            let read = read.map(|dump| dump.kind);
            assert_eq!(read, Ok(CardKind::MY_NUMBER), "it lives on a My Number Card, which is what is read of it");
            continue;
        }
        let dump = read.unwrap_or_else(|error| panic!("{}: {error}", known.name));
        let expected = match known.kind {
            CardKind::MY_NUMBER_NO_PHOTO => (CardKind::MY_NUMBER, Overall::Undetermined),
            // Nothing on the card says so beforehand.
            CardKind::RESIDENCE1_CHILD => (CardKind::RESIDENCE1, Overall::Undetermined),
            kind => (kind, Overall::Authentic),
        };
        assert_eq!((dump.kind, overall(&dump)), expected, "{}", known.name);
        assert!(steps > 3 && dump.link.exchanges > 0, "{}", known.name);
    }
}

/// Whether its holder decides what is shared: nobody is asked here, and its keys are new after every power-up.
fn is_shared(kind: CardKind) -> bool {
    taimen::cards::registry::specs().any(|spec| spec.kind == kind && spec.shared)
}

/// What was asked and answered in the middle gives the same files as one transaction.
#[test]
fn a_person_is_asked_between_two_transactions() {
    for known in kinds().filter(|known| known.kind != CardKind::RESIDENCE_SPECIFIED && !is_shared(known.kind)) {
        let mut one = card(known.name);
        let credentials = Credentials::from(&one);
        let request = request_for(known.kind);
        let at_once = read(&mut one, &request, &credentials).unwrap();
        let mut two = card(known.name);
        let mut watched = Watched(&mut two, 0);
        let looked = look(&mut watched, &request).unwrap();
        assert_eq!(watched.1, 0, "{}: looking presents nothing", known.name);
        let wanted = looked.wanted();
        let names: Vec<_> = wanted.iter().map(|wanted| wanted.credential).collect();
        let expected: &[&CredentialSpec] = match (known.name, known.kind) {
            ("licence-nopin", _) => &[],
            (_, CardKind::LICENCE) => &[&licence::PIN1, &licence::PIN2],
            (_, CardKind::MENKYO) => &[&licence::LICENCE_PIN],
            (_, CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO) => &[&my_number::NUMBER_B],
            (_, CardKind::PASSPORT) => &[&passport::spec::ZONE],
            _ => &[&CARD_NUMBER],
        };
        assert_eq!(names, expected, "{}", known.name);
        for Wanted { credential, counter, .. } in wanted {
            assert_eq!(counter.is_none(), credential.handshake);
        }
        two.power_off();
        two.power_on();
        let (gate, nonces) = (&mut PinGate::new(false), &mut nonces());
        let dump = looked.read(&mut two, time(), credentials, gate, nonces, &mut |_| {}).unwrap();
        assert!(dump.link.exchanges > at_once.link.exchanges, "{}: both transactions count", known.name);
        let (mut first, mut second) = (at_once.clone(), dump.clone());
        (first.link, second.link) = Default::default();
        assert_eq!(first.to_json(), second.to_json(), "{}", known.name);
    }
}

#[test]
fn another_card_after_the_question_is_noticed() {
    let mut first = card("my-number?seed=1");
    let looked = look(&mut first, &request_for(CardKind::MY_NUMBER)).unwrap();
    let mut other = card("licence");
    let known = Credentials::from(&first);
    let mut watched = Watched(&mut other, 0);
    let (gate, nonces) = (&mut PinGate::new(false), &mut nonces());
    let read = looked.read(&mut watched, time(), known, gate, nonces, &mut |_| {});
    assert!(read.is_err());
    assert_eq!(watched.1, 0, "nothing is presented to it");
}

#[test]
fn the_gate_and_the_counters_come_first() {
    let of = |recipe: &str| (card(recipe), reading::request());
    // A last try.
    let (mut last, asked) = of("my-number?fault=last-try");
    let known = Credentials::from(&last);
    let mut told = Vec::new();
    let tell = &mut |event: Event<'_>| {
        if let Event::Counter { retry_counter, .. } = event {
            told.push(retry_counter);
        }
    };
    let mut watched = Watched(&mut last, 0);
    let (gate, nonces) = (&mut PinGate::new(false), &mut reading::nonces());
    let refused = cards::read(&mut watched, &asked, known.shared(), gate, nonces, tell).unwrap_err();
    let expected = ReadError::Refused { refusal: Refusal::LastTry, reference: &FACE_NUMBER_B };
    assert_eq!((refused, watched.1), (FlowError::Read(expected), 0));
    assert_eq!(told, [RetryCounter::Left(1)]);
    let (gate, nonces) = (&mut PinGate::new(true), &mut reading::nonces());
    assert!(cards::read(&mut last, &asked, known, gate, nonces, &mut |_| {}).is_ok());
    // One VERIFY for each entry and reference, however often it is called.
    let (mut plain, _) = of("my-number");
    let known = Credentials::from(&card("my-number?seed=2"));
    let (gate, nonces) = (&mut PinGate::new(false), &mut reading::nonces());
    let wrong = cards::read(&mut plain, &asked, known.shared(), gate, nonces, &mut |_| {}).unwrap_err();
    assert_eq!(wrong, ReadError::Wrong { reference: &FACE_NUMBER_B, left: Some(9) }.into());
    let again = cards::read(&mut plain, &asked, known, gate, nonces, &mut |_| {}).unwrap_err();
    assert_eq!(again, ReadError::Refused { refusal: Refusal::AlreadyTried, reference: &FACE_NUMBER_B }.into());
    assert_eq!((plain.retry_counter(&FACE_NUMBER_B), plain.retry_counter(&TEXT_NUMBER_B)), (Some(9), Some(10)));
}

#[test]
fn the_second_transaction_needs_what_is_wanted_and_reads_at_its_own_time() {
    let later: Timestamp = "2026-11-23T04:05:06Z".parse().unwrap();
    let read_later = |looked: Looked, card: &mut dyn Transport, known: &Credentials| {
        looked.read(card, later, known.shared(), &mut PinGate::new(false), &mut nonces(), &mut |_| {})
    };
    // A last try: whoever asks is told before the person types.
    let looked = look(&mut card("my-number?fault=last-try"), &reading::request()).unwrap();
    let wanted = looked.wanted();
    let refused = ReadError::Refused { refusal: Refusal::LastTry, reference: &FACE_NUMBER_B };
    assert_eq!(looked.refusal(&wanted[0], &PinGate::new(false)), Err(refused));
    assert_eq!(looked.refusal(&wanted[0], &PinGate::new(true)), Ok(()));
    // Nothing was entered: the card is not touched.
    let mut plain = card("my-number");
    let looked = look(&mut plain, &reading::request()).unwrap();
    let mut watched = Watched(&mut plain, 0);
    let missing = read_later(*looked, &mut watched, &Credentials::default()).unwrap_err();
    assert!(matches!(missing, FlowError::Missing(..)), "{missing:?}");
    assert_eq!(watched.1, 0);
    // PIN 1 alone is enough.
    let mut licence = card("licence");
    let own = licence.credentials().unwrap().get("pin1").unwrap();
    let known = reading::entry("pin1", std::str::from_utf8(own.expose()).unwrap());
    let looked = look(&mut licence, &request_for(CardKind::LICENCE)).unwrap();
    licence.power_off();
    licence.power_on();
    let dump = read_later(*looked, &mut licence, &known).unwrap();
    assert_eq!((dump.scope, dump.read_at), (Scope::PIN1, later));
}

#[test]
fn a_setting_that_nobody_knows_names_the_pin_that_it_is_about() {
    let mut licence = card("licence?fault=pin-setting=02");
    let known = Credentials::from(&licence);
    let refused = read(&mut licence, &request_for(CardKind::LICENCE), &known).unwrap_err();
    assert_eq!(refused, ReadError::PinSetting { reference: &PIN1 }.into());
}

#[test]
fn a_missing_credential_spends_nothing() {
    let nothing = |name: &str| matches!(name, "licence-nopin" | "residence-specified");
    for known in kinds().filter(|known| !nothing(known.name) && !is_shared(known.kind)) {
        let mut card = card(known.name);
        let mut watched = Watched(&mut card, 0);
        let missing = read(&mut watched, &request_for(known.kind), &Credentials::default()).unwrap_err();
        assert!(matches!(missing, FlowError::Missing(..)), "{}: {missing:?}", known.name);
        assert_eq!(watched.1, 0, "{}", known.name);
    }
    // A licence with PIN 1 alone is read as far as that goes.
    let mut licence = card("licence");
    let own = licence.credentials().unwrap().get("pin1").unwrap();
    let known = reading::entry("pin1", std::str::from_utf8(own.expose()).unwrap());
    let dump = read(&mut licence, &request_for(CardKind::LICENCE), &known).unwrap();
    assert_eq!((dump.scope, overall(&dump)), (Scope::PIN1, Overall::Undetermined));
    assert_eq!((licence.retry_counter(&PIN1), licence.retry_counter(&PIN2)), (Some(3), Some(3)));
}

#[test]
fn what_belongs_to_another_card_is_refused_before_anything_is_presented() {
    let ask = |name: &str, request: Request| {
        let mut card = card(name);
        let known = Credentials::from(&card);
        let mut watched = Watched(&mut card, 0);
        let refused = read(&mut watched, &request, &known).unwrap_err();
        assert_eq!(watched.1, 0, "{name}");
        refused
    };
    let plain = || Request::new("test", time());
    let other = |asked, kind| FlowError::NotOfThisCard { asked, kind };
    for (name, request, expected) in [
        ("licence", plain().scope(Scope::AGE), other("age", CardKind::LICENCE)),
        ("residence1", plain().scope(Scope::WITHOUT_PIN), other("without-pin", CardKind::RESIDENCE1)),
        ("my-number", plain().scope(Scope::WITHOUT_PIN), other("without-pin", CardKind::MY_NUMBER)),
        ("menkyo", request_for(CardKind::MENKYO).scope(Scope::AGE), other("age", CardKind::MENKYO)),
        ("my-number", request_for(CardKind::MENKYO), FlowError::NoSuchApplication(CardKind::MENKYO)),
        ("licence", request_for(CardKind::MENKYO), FlowError::NoSuchApplication(CardKind::MENKYO)),
    ] {
        assert_eq!(ask(name, request), expected, "{name}");
    }
    assert_eq!(ask("residence2", plain().extra(true)), other("jpki", CardKind::RESIDENCE2));
    struct Nothing;
    impl Transport for Nothing {
        fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Ok(vec![0x6A, 0x82])
        }
    }
    let unknown = read(&mut Nothing, &plain(), &Credentials::default()).unwrap_err();
    assert_eq!(unknown, FlowError::Recognise(RecogniseError::Unknown));
}

#[test]
fn scopes_and_the_jpki_application() {
    let mut age = card("my-number");
    let known = Credentials::from(&age);
    let dump = read(&mut age, &Request::new("test", time()).scope(Scope::AGE), &known).unwrap();
    assert_eq!((dump.scope, overall(&dump)), (Scope::AGE, Overall::Authentic));
    let jpki = Request::new("test", time()).extra(true);
    let dump = read(&mut card("my-number"), &jpki, &known).unwrap();
    assert!(dump.extra);
    let mut menkyo = card("menkyo");
    let looked = request_for(CardKind::MENKYO).scope(Scope::WITHOUT_PIN);
    let dump = read(&mut menkyo, &looked, &Credentials::default()).unwrap();
    assert_eq!((dump.scope, overall(&dump)), (Scope::WITHOUT_PIN, Overall::Undetermined));
    assert_eq!(menkyo.retry_counter(&MENKYO_PIN), Some(10));
}

/// Records a reading, in one transaction or with a question in the middle.
fn record(name: &str, kind: CardKind, asking: bool, gate: &mut PinGate) -> (Recording, Result<Dump, FlowError>) {
    let mut card = card(name);
    let known = Credentials::from(&card);
    let extra = kind == CardKind::MY_NUMBER;
    let request = request_for(kind).extra(extra);
    let given = known.given(&[&my_number::AUTH_PIN, &my_number::SIGN_PASSWORD]);
    let mut nonces = RecordedNonces::new(reading::nonces());
    let mut log = Log::new(never_recorded()).without_times();
    let read = if asking {
        let looked = look(&mut Recorder::new(&mut card, &mut log), &request).unwrap();
        card.power_off();
        card.power_on();
        looked.read(&mut Recorder::new(&mut card, &mut log), time(), known, gate, &mut nonces, &mut |_| {})
    } else {
        cards::read(&mut Recorder::new(&mut card, &mut log), &request, known, gate, &mut nonces, &mut |_| {})
    };
    let header = Header {
        card: Some(kind.to_string()),
        reader: Some("test".to_owned()),
        scope: Some("full".to_owned()),
        jpki: extra.then_some(ExtraHeader { given }),
        network: false,
        time: Some(time()),
        random: nonces.drawn().to_vec(),
        session_keys: nonces.session_keys().map(<[u8]>::to_vec).collect(),
        older: false,
    };
    let text = log.into_recording(header).to_text();
    (Recording::parse(text.as_bytes()).unwrap(), read)
}

#[test]
fn a_recording_of_every_kind_gives_its_dump_again() {
    for known in kinds().filter(|known| known.kind != CardKind::RESIDENCE_SPECIFIED) {
        for asking in [false, true] {
            let (recording, read) = record(known.name, known.kind, asking, &mut PinGate::new(false));
            let mut then = read.unwrap();
            let mut now = read_recording(&recording).unwrap_or_else(|error| panic!("{}: {error}", known.name));
            assert_eq!(now.link.exchanges, then.link.exchanges, "{}", known.name);
            (then.link, now.link) = Default::default();
            assert_eq!(then.to_json(), now.to_json(), "{}, asking: {asking}", known.name);
        }
    }
}

#[test]
fn recordings_that_do_not_go_to_their_end() {
    // The last try was allowed then; nothing is spent now.
    let name = "my-number?fault=last-try";
    let (recording, read) = record(name, CardKind::MY_NUMBER, false, &mut PinGate::new(true));
    assert_eq!(read_recording(&recording).unwrap().file("face/0002"), read.unwrap().file("face/0002"));
    // It was refused then.
    let (recording, read) = record(name, CardKind::MY_NUMBER, false, &mut PinGate::new(false));
    assert_eq!(read_recording(&recording).unwrap_err(), read.unwrap_err());
    // One step too many, one too few, no time.
    let (recording, _) = record("licence", CardKind::LICENCE, false, &mut PinGate::new(false));
    let mut long = recording.clone();
    long.steps.push(long.steps[0].clone());
    assert!(matches!(read_recording(&long), Err(FlowError::Unused(_))));
    let mut short = recording.clone();
    short.steps.pop();
    assert!(matches!(read_recording(&short), Err(FlowError::Read(ReadError::Card(_)))));
    let mut timeless = recording;
    timeless.header.time = None;
    assert_eq!(read_recording(&timeless).unwrap_err(), FlowError::NoTime);
}

/// The official examples tell the handshake, so the number itself is needed.
#[test]
fn a_recording_that_tells_the_handshake_needs_the_number() {
    let text = include_bytes!("../../apdu-fixtures/residence2/official-handshake.apdu");
    let recording = Recording::parse(text).unwrap();
    assert_eq!(read_recording(&recording).unwrap_err(), FlowError::Missing(&CARD_NUMBER, vec!["card-number"]));
    let mut replay = Replay::new(recording);
    let known = Credentials::recorded(&replay).with("card-number", "AA12345678BB").unwrap();
    let mut nonces = replay.random();
    let request = Request::new("replay", replay.time().unwrap());
    let gate = &mut PinGate::new(false);
    let dump = cards::read(&mut replay, &request, known, gate, &mut nonces, &mut |_| {}).unwrap();
    assert_eq!(dump.kind, CardKind::RESIDENCE2);
    replay.finish().unwrap();
}

#[test]
fn a_value_of_another_form_is_refused_when_it_is_entered() {
    for (id, text) in [
        ("pin1", "12345"),
        ("auth-pin", "123"),
        ("auth-pin", "12a4"),
        ("sign-password", "abcdef"),
        ("sign-password", "ABC12"),
        ("number-b", "5502172035228"),
        ("card-number", "AA1234567BB"),
    ] {
        let refused = Credentials::default().with(id, text).unwrap_err();
        assert!(matches!(refused, EntryError::Form(entry) if entry.id == id), "{id}: {refused:?}");
    }
    assert!(matches!(Credentials::default().with("birth", "S55-13-17"), Err(EntryError::Date(..))));
    assert_eq!(Credentials::default().with("pin", "1234").unwrap_err(), EntryError::UnknownName { line: 0 });
    let jpki = Credentials::default().with("auth-pin", "1234").unwrap().with("sign-password", "ABC123").unwrap();
    assert!(jpki.has(&my_number::AUTH_PIN) && jpki.has(&my_number::SIGN_PASSWORD));
}
