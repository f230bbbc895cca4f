//! One way to read any card: every simulated kind, the PIN rules, the question in the middle, recordings.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jiff::Timestamp;
use taimen::{
    cards::{
        self, BadCredential, Credential, Credentials, Event, NEVER_RECORDED, ReadAnyError, ReadError, RecogniseError,
        Request, Wanted,
        drivers_licence::files::{MENKYO_PIN, PIN1, PIN2},
        look_any,
        my_number::files::{FACE_NUMBER_B, TEXT_NUMBER_B},
        read_any, read_recording,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Refusal, Tries},
    kind::CardKind,
    privacy::Pin,
    simulator::{KINDS, Recipe, SimulatedCard},
    transport::{
        DrawError, Draws, Log, Recorder, Recording, Replay, Transport, TransportError,
        draws::RecordedDraws,
        recording::{Header, JpkiHeader},
    },
    trust::{Hierarchy, TrustStore},
    verify::{Basis, Overall},
};

fn time() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// As many bytes as are wanted, another value each time.
#[derive(Default)]
struct Counting(u8);

impl Draws for Counting {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, DrawError> {
        self.0 += 1;
        Ok(vec![self.0; bytes])
    }
}

fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap_or_else(|error| panic!("{recipe}: {error}")).card().unwrap()
}

fn request(kind: CardKind) -> Request {
    let request = Request::new("test", time());
    if kind == CardKind::MENKYO { request.application(kind) } else { request }
}

fn read(card: impl Transport, request: &Request, known: &Credentials) -> Result<Dump, ReadAnyError> {
    read_any(card, request, known, &mut PinGate::new(false), &mut Counting::default(), &mut |_| {})
}

fn overall(dump: &Dump) -> Overall {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
    cards::check(dump, &trust, Basis::Live(time())).unwrap().overall()
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
    for known in KINDS {
        let mut card = card(known.name);
        let credentials = Credentials::from(&card);
        let (mut kinds, mut steps) = (Vec::new(), 0);
        let tell = &mut |event: Event<'_>| match event {
            Event::Recognised(found) => kinds.push(found.kind),
            Event::Step { .. } => steps += 1,
            _ => {}
        };
        let (gate, draws) = (&mut PinGate::new(false), &mut Counting::default());
        let read = read_any(&mut card, &request(known.kind), &credentials, gate, draws, tell);
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

/// What was asked and answered in the middle gives the same files as one transaction.
#[test]
fn a_person_is_asked_between_two_transactions() {
    for known in KINDS.iter().filter(|known| known.kind != CardKind::RESIDENCE_SPECIFIED) {
        let mut one = card(known.name);
        let credentials = Credentials::from(&one);
        let request = request(known.kind);
        let at_once = read(&mut one, &request, &credentials).unwrap();
        let mut two = card(known.name);
        let mut watched = Watched(&mut two, 0);
        let looked = look_any(&mut watched, &request, &mut |_| {}).unwrap();
        assert_eq!(watched.1, 0, "{}: looking presents nothing", known.name);
        let wanted = looked.wanted();
        let names: Vec<_> = wanted.iter().map(|wanted| wanted.credential).collect();
        let expected: &[Credential] = match (known.name, known.kind) {
            ("licence-nopin", _) => &[],
            (_, CardKind::LICENCE) => &[Credential::Pin1, Credential::Pin2],
            (_, CardKind::MENKYO) => &[Credential::LicencePin],
            (_, CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO) => &[Credential::NumberB],
            _ => &[Credential::CardNumber],
        };
        assert_eq!(names, expected, "{}", known.name);
        for Wanted { credential, tries, .. } in wanted {
            assert_eq!(tries.is_none(), credential == Credential::CardNumber);
        }
        two.power_off();
        two.power_on();
        let (gate, draws) = (&mut PinGate::new(false), &mut Counting::default());
        let dump = looked.read(&mut two, time(), &credentials, gate, draws, &mut |_| {}).unwrap();
        assert!(dump.link.exchanges > at_once.link.exchanges, "{}: both transactions count", known.name);
        let (mut first, mut second) = (at_once.clone(), dump.clone());
        (first.link, second.link) = Default::default();
        assert_eq!(first.to_json(), second.to_json(), "{}", known.name);
    }
}

#[test]
fn another_card_after_the_question_is_noticed() {
    let mut first = card("my-number?seed=1");
    let looked = look_any(&mut first, &request(CardKind::MY_NUMBER), &mut |_| {}).unwrap();
    let mut other = card("licence");
    let known = Credentials::from(&first);
    let mut watched = Watched(&mut other, 0);
    let (gate, draws) = (&mut PinGate::new(false), &mut Counting::default());
    let read = looked.read(&mut watched, time(), &known, gate, draws, &mut |_| {});
    assert!(read.is_err());
    assert_eq!(watched.1, 0, "nothing is presented to it");
}

#[test]
fn the_gate_and_the_counters_come_first() {
    let of = |recipe: &str| (card(recipe), request("my-number".parse().unwrap()));
    // A last try.
    let (mut last, asked) = of("my-number?fault=last-try");
    let known = Credentials::from(&last);
    let mut told = Vec::new();
    let tell = &mut |event: Event<'_>| {
        if let Event::Counter { tries, .. } = event {
            told.push(tries);
        }
    };
    let mut watched = Watched(&mut last, 0);
    let (gate, draws) = (&mut PinGate::new(false), &mut Counting::default());
    let refused = read_any(&mut watched, &asked, &known, gate, draws, tell).unwrap_err();
    let expected = ReadError::Refused { refusal: Refusal::LastTry, reference: &FACE_NUMBER_B };
    assert_eq!((refused, watched.1), (ReadAnyError::Read(expected), 0));
    assert_eq!(told, [Tries::Left(1)]);
    let (gate, draws) = (&mut PinGate::new(true), &mut Counting::default());
    assert!(read_any(&mut last, &asked, &known, gate, draws, &mut |_| {}).is_ok());
    // One VERIFY for each entry and reference, however often it is called.
    let (mut plain, _) = of("my-number");
    let known = Credentials::from(&card("my-number?seed=2"));
    let (gate, draws) = (&mut PinGate::new(false), &mut Counting::default());
    let wrong = read_any(&mut plain, &asked, &known, gate, draws, &mut |_| {}).unwrap_err();
    assert_eq!(wrong, ReadError::Wrong { reference: &FACE_NUMBER_B, left: Some(9) }.into());
    let again = read_any(&mut plain, &asked, &known, gate, draws, &mut |_| {}).unwrap_err();
    assert_eq!(again, ReadError::Refused { refusal: Refusal::AlreadyTried, reference: &FACE_NUMBER_B }.into());
    assert_eq!((plain.tries(&FACE_NUMBER_B), plain.tries(&TEXT_NUMBER_B)), (Some(9), Some(10)));
}

#[test]
fn a_missing_credential_spends_nothing() {
    for known in KINDS.iter().filter(|known| !matches!(known.name, "licence-nopin" | "residence-specified")) {
        let mut card = card(known.name);
        let mut watched = Watched(&mut card, 0);
        let missing = read(&mut watched, &request(known.kind), &Credentials::default()).unwrap_err();
        assert!(matches!(missing, ReadAnyError::Missing(_)), "{}: {missing:?}", known.name);
        assert_eq!(watched.1, 0, "{}", known.name);
    }
    // A licence with PIN 1 alone is read as far as that goes.
    let mut licence = card("licence");
    let mut known = Credentials::from(&licence);
    known.pin2 = None;
    let dump = read(&mut licence, &request(CardKind::LICENCE), &known).unwrap();
    assert_eq!((dump.scope, overall(&dump)), (Scope::PIN1, Overall::Undetermined));
    assert_eq!((licence.tries(&PIN1), licence.tries(&PIN2)), (Some(3), Some(3)));
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
    let other = |asked, kind| ReadAnyError::NotOfThisCard { asked, kind };
    for (name, request, expected) in [
        ("licence", plain().scope(Scope::AGE), other("age", CardKind::LICENCE)),
        ("residence1", plain().scope(Scope::WITHOUT_PIN), other("without-pin", CardKind::RESIDENCE1)),
        ("my-number", plain().scope(Scope::WITHOUT_PIN), other("without-pin", CardKind::MY_NUMBER)),
        ("menkyo", request(CardKind::MENKYO).scope(Scope::AGE), other("age", CardKind::MENKYO)),
        ("my-number", request(CardKind::MENKYO), ReadAnyError::NoSuchApplication(CardKind::MENKYO)),
        ("licence", request(CardKind::MENKYO), ReadAnyError::NoSuchApplication(CardKind::MENKYO)),
    ] {
        assert_eq!(ask(name, request), expected, "{name}");
    }
    let mut jpki = plain();
    jpki.jpki = true;
    assert_eq!(ask("residence2", jpki), other("jpki", CardKind::RESIDENCE2));
    struct Nothing;
    impl Transport for Nothing {
        fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Ok(vec![0x6A, 0x82])
        }
    }
    let unknown = read(Nothing, &plain(), &Credentials::default()).unwrap_err();
    assert_eq!(unknown, ReadAnyError::Recognise(RecogniseError::Unknown));
}

#[test]
fn scopes_and_the_jpki_application() {
    let mut age = card("my-number");
    let known = Credentials::from(&age);
    let dump = read(&mut age, &Request::new("test", time()).scope(Scope::AGE), &known).unwrap();
    assert_eq!((dump.scope, overall(&dump)), (Scope::AGE, Overall::Authentic));
    let mut jpki = Request::new("test", time());
    jpki.jpki = true;
    let dump = read(&mut card("my-number"), &jpki, &known).unwrap();
    assert!(dump.jpki);
    let mut menkyo = card("menkyo");
    let looked = request(CardKind::MENKYO).scope(Scope::WITHOUT_PIN);
    let dump = read(&mut menkyo, &looked, &Credentials::default()).unwrap();
    assert_eq!((dump.scope, overall(&dump)), (Scope::WITHOUT_PIN, Overall::Undetermined));
    assert_eq!(menkyo.tries(&MENKYO_PIN), Some(10));
}

/// Records a reading, in one transaction or with a question in the middle.
fn record(name: &str, kind: CardKind, asking: bool, gate: &mut PinGate) -> (Recording, Result<Dump, ReadAnyError>) {
    let mut card = card(name);
    let known = Credentials::from(&card);
    let mut request = request(kind);
    request.jpki = kind == CardKind::MY_NUMBER;
    let mut draws = RecordedDraws::new(Counting::default());
    let mut log = Log::new(NEVER_RECORDED).without_times();
    let read = if asking {
        let looked = look_any(Recorder::new(&mut card, &mut log), &request, &mut |_| {}).unwrap();
        card.power_off();
        card.power_on();
        looked.read(Recorder::new(&mut card, &mut log), time(), &known, gate, &mut draws, &mut |_| {})
    } else {
        read_any(Recorder::new(&mut card, &mut log), &request, &known, gate, &mut draws, &mut |_| {})
    };
    let password = known.sign_password.as_ref().map(|password| u8::try_from(password.expose().len()).unwrap());
    let header = Header {
        card: Some(kind.to_string()),
        reader: Some("test".to_owned()),
        scope: Some("full".to_owned()),
        jpki: request.jpki.then_some(JpkiHeader { auth_pin: known.auth_pin.is_some(), sign_password: password }),
        time: Some(time()),
        random: draws.drawn().to_vec(),
        session_keys: draws.session_keys().map(<[u8]>::to_vec).collect(),
    };
    let text = log.into_recording(header).to_text();
    (Recording::parse(text.as_bytes()).unwrap(), read)
}

#[test]
fn a_recording_of_every_kind_gives_its_dump_again() {
    for known in KINDS.iter().filter(|known| known.kind != CardKind::RESIDENCE_SPECIFIED) {
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
    assert!(matches!(read_recording(&long), Err(ReadAnyError::Unused(_))));
    let mut short = recording.clone();
    short.steps.pop();
    assert!(matches!(read_recording(&short), Err(ReadAnyError::Read(ReadError::Card(_)))));
    let mut timeless = recording;
    timeless.header.time = None;
    assert_eq!(read_recording(&timeless).unwrap_err(), ReadAnyError::NoTime);
}

/// The official examples tell the handshake, so the number itself is needed.
#[test]
fn a_recording_that_tells_the_handshake_needs_the_number() {
    let text = include_bytes!("../../apdu-fixtures/residence2/official-handshake.apdu");
    let recording = Recording::parse(text).unwrap();
    assert_eq!(read_recording(&recording).unwrap_err(), ReadAnyError::Missing(Credential::CardNumber));
    let mut replay = Replay::new(recording);
    let mut known = Credentials::recorded(&replay);
    known.card_number = Credentials::residence("AA12345678BB").unwrap().card_number;
    let mut draws = replay.random();
    let request = Request::new("replay", replay.time().unwrap());
    let gate = &mut PinGate::new(false);
    let dump = read_any(&mut replay, &request, &known, gate, &mut draws, &mut |_| {}).unwrap();
    assert_eq!(dump.kind, CardKind::RESIDENCE2);
    replay.finish().unwrap();
}

#[test]
fn a_value_of_another_form_is_refused_before_the_card_sees_it() {
    let mut credentials = Credentials::default();
    credentials.pin1 = Pin::new(*b"12345").ok();
    let (mut card, mut exchanges) = (card("licence"), 0);
    let refused = read(Counted(&mut card, &mut exchanges), &request(CardKind::LICENCE), &credentials);
    assert!(
        matches!(refused, Err(ReadAnyError::Malformed(BadCredential(Credential::Pin1)))),
        "{:?}",
        refused.map(|dump| dump.kind)
    );
    assert_eq!(exchanges, 0);
    for (pin, password) in [(Some("123"), None), (None, Some("abcdef")), (None, Some("ABC12")), (Some("12a4"), None)] {
        assert!(Credentials::default().with_jpki(pin, password).is_err());
    }
    assert!(Credentials::default().with_jpki(Some("1234"), Some("ABC123")).is_ok());
}

/// Counts what reaches the card.
struct Counted<'a>(&'a mut SimulatedCard, &'a mut usize);

impl Transport for Counted<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        *self.1 += 1;
        self.0.exchange(command)
    }
}
