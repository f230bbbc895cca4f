//! What is read while a person types, and what follows the last key: counts, never times. Cards that are swapped or torn away
//! in between, and recordings from before.

use crate::common::{
    faults::is_removed,
    reading::{self, card, judge, look, printed, read, read_card, read_looked, request, request_for},
};
use taimen::{
    cards::{
        self, Ask, Credentials, Event, FlowError, Outcome, ReadError, Request,
        drivers_licence::files as licence,
        my_number::files::{self, FACE_CERTIFICATE, FACE_NUMBER_B, TEXT},
        read_recording,
    },
    dump::{Dump, Scope},
    iso7816::PinGate,
    kind::CardKind,
    lang::Lang,
    report::{Colour, Context, Options, Report, Source},
    simulator::{Expected, LINK_FAULTS, SimulatedCard},
    transport::{LinkFigures, Recording, Transport, TransportError},
    verify::{CheckId, Overall, Reason, Verdict},
};

/// A transport that keeps what was sent.
struct Spy<'a>(&'a mut SimulatedCard, Vec<String>);

impl Transport for Spy<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1.push(hex::encode_upper(command));
        self.0.exchange(command)
    }
}

impl Spy<'_> {
    /// Commands that present something.
    fn presented(&self) -> usize {
        self.1.iter().filter(|command| matches!(&command[2..4], "20" | "82") && command.len() > 10).count()
    }
}

fn asked(recipe: &str, request: &Request) -> (Dump, LinkFigures) {
    let mut simulated = card(recipe);
    let known = Credentials::from(&simulated);
    let looked = look(&mut simulated, request).unwrap();
    simulated.power_off();
    simulated.power_on();
    read_looked(*looked, &mut simulated, &known).unwrap()
}

#[test]
fn every_flow_takes_so_many_exchanges_after_the_last_key() {
    let age = |kind| request_for(kind).scope(Scope::AGE);
    // After the last key, and in all: with extended APDUs, and without.
    let expected = [
        ("my-number", request(), (14, 22), (35, 48)),
        ("my-number", age(CardKind::MY_NUMBER), (7, 13), (9, 18)),
        ("licence", request(), (16, 22), (34, 40)),
        ("menkyo", request_for(CardKind::MENKYO), (6, 9), (31, 34)),
        ("residence1", request(), (15, 17), (68, 70)),
        ("residence1-special", request(), (12, 14), (65, 67)),
        ("residence2", request(), (16, 18), (55, 57)),
        ("residence2-special", request(), (14, 16), (53, 55)),
    ];
    let measured = expected.clone().map(|(recipe, request, ..)| {
        let counts = ["", "?fault=no-extended"].map(|fault| {
            let (dump, figures) = asked(&format!("{recipe}{fault}"), &request);
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{recipe}{fault}");
            let bytes = figures.after_entry_bytes.unwrap();
            assert!(bytes > 0 && bytes < figures.bytes_sent + figures.bytes_received, "{recipe}{fault}");
            (figures.after_entry_exchanges.unwrap(), figures.exchanges)
        });
        let mut simulated = card(recipe);
        let known = Credentials::from(&simulated);
        let (_, at_once) = read(&mut simulated, &request, &known).unwrap();
        assert_eq!(at_once.after_entry_exchanges, None, "{recipe}: nobody was asked");
        (recipe, request.scope, counts[0], counts[1])
    });
    assert_eq!(measured, expected.map(|(recipe, request, long, short)| (recipe, request.scope, long, short)));
}

/// Whatever link there is, the card is known again after the question.
#[test]
fn every_trouble_of_the_link_leaves_the_verdict_after_the_last_key() {
    let age = || request().scope(Scope::AGE);
    let cards = [
        ("my-number", request()),
        ("my-number", age()),
        ("my-number", request().extra(true)),
        ("licence", request()),
        ("menkyo", request_for(CardKind::MENKYO)),
        ("residence1", request()),
        ("residence2", request()),
    ];
    let harmless = LINK_FAULTS.iter().filter(|row| row.expected == Expected::Verdict(Overall::Authentic));
    let faults: Vec<&str> = harmless.map(|row| row.example).chain(["short-answers=84", "short-answers=30"]).collect();
    assert!(faults.len() > 5, "{faults:?}");
    for (recipe, request) in cards {
        for fault in &faults {
            let (dump, _) = asked(&format!("{recipe}?fault={fault}"), &request);
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{recipe} {fault}");
        }
    }
}

/// A reader that passes answers of up to so many bytes, and says so as readers do.
struct Narrow(SimulatedCard, usize, Result<Vec<u8>, TransportError>);

impl Transport for Narrow {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let le = match command {
            [_, 0xB0, _, _, 0, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            [_, 0xB0, _, _, le] => usize::from(*le),
            _ => return self.0.exchange(command),
        };
        if le == 0 || le > self.1 { self.2.clone() } else { self.0.exchange(command) }
    }
}

#[test]
fn a_narrow_reader_knows_the_card_again_after_the_last_key() {
    for refusal in [Ok(vec![0x67, 0x00]), Err(TransportError::LengthUnsupported)] {
        for scope in [Scope::FULL, Scope::AGE] {
            let mut narrow = Narrow(card("my-number"), 84, refusal.clone());
            let known = printed(&narrow.0);
            let looked = look(&mut narrow, &request().scope(scope)).unwrap();
            let (dump, _) = read_looked(*looked, &mut narrow, &known).unwrap();
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{refusal:?} {scope:?}");
        }
    }
}

#[test]
fn a_face_check_takes_six_exchanges_after_the_last_key() {
    let mut simulated = card("my-number");
    let known = printed(&simulated);
    let looked = look(&mut simulated, &request()).unwrap();
    simulated.power_off();
    simulated.power_on();
    let mut spy = Spy(&mut simulated, Vec::new());
    read_looked(*looked, &mut spy, &known).unwrap();
    let text = spy.1.iter().position(|command| command.ends_with(&hex::encode_upper(TEXT.aid))).unwrap();
    let outline: Vec<&str> = spy.1[..text].iter().map(|command| &command[..10.min(command.len())]).collect();
    let face = ["00A4040C0A", "00200092", "00B084FF59", "002000920E", "00B0820000", "802A000033"];
    assert_eq!(
        outline, face,
        "the application, its counter, a slice of the certificate, VERIFY, the face data, the challenge"
    );
    assert!(spy.1.contains(&"00B084FF59".to_owned()) && !spy.1.iter().any(|command| command.starts_with("00B0840000")));
}

#[test]
fn a_report_says_what_followed_the_last_key() {
    let (mut dump, figures) = asked("my-number", &request());
    dump.link = LinkFigures { after_entry_ms: Some(321), ..figures };
    let findings = judge(&dump);
    let context = Context::of(&dump, Source::Live);
    let said = |lang| {
        let options = Options { lang, ..Options::default() };
        let report = Report { findings: &findings, context: &context, options };
        (report.json_line(), report.details(Colour::Plain))
    };
    let (json, text) = said(Lang::En);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let bytes = figures.after_entry_bytes.unwrap();
    for (key, value) in [("after_entry_exchanges", 14), ("after_entry_bytes", bytes), ("after_entry_ms", 321)] {
        assert_eq!(json["link"][key], value, "{key}");
    }
    let line = format!("(from the last key to the verdict: 14 exchanges, {bytes} bytes, 321 ms)");
    assert!(text.contains(&line), "{text}");
    let line = format!("（入力が終わってから判定まで: 14往復・{bytes}バイト・321ミリ秒）");
    assert!(said(Lang::Ja).1.contains(&line));
    // Nobody was asked: nothing is said.
    let (mut dump, figures) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    dump.link = figures;
    let context = Context::of(&dump, Source::Live);
    let report = Report { findings: &findings, context: &context, options: Options::default() };
    assert!(!report.json_line().contains("after_entry"));
}

#[test]
fn the_question_comes_before_what_is_read_meanwhile() {
    let mut simulated = card("menkyo");
    let mut events = Vec::new();
    let mut spy = Spy(&mut simulated, Vec::new());
    let tell = &mut |event: Event<'_>| match event {
        Event::Recognised(found) => events.push(format!("{} {:?}", found.kind, found.guests.len())),
        Event::Asks { looked, gate } => {
            let wanted = looked.wanted();
            assert!(wanted.iter().all(|wanted| looked.refusal(wanted, gate).is_ok()));
            events.push(format!("asks {}", wanted[0].credential.id));
        }
        Event::Guests(found) => events.push(format!("guests {}", found.guests[0])),
        _ => {}
    };
    let (gate, request) = (&mut PinGate::new(false), request().ask(Ask::IfMissing));
    let outcome = cards::start(&mut spy, &request, Credentials::default(), gate, &mut reading::nonces(), tell).unwrap();
    assert_eq!(events, ["my-number 0", "asks number-b", "guests menkyo"]);
    let Outcome::Ask(looked) = outcome else { panic!("somebody is asked") };
    assert_eq!(looked.recognised().guests, [CardKind::MENKYO]);
    assert_eq!(spy.presented(), 0);
    assert_eq!(spy.1.len(), 8, "recognition 2, counter and certificate; then the other certificate 2, guests 2");
}

#[test]
fn who_has_everything_is_asked_nothing_whatever_the_request_says() {
    for name in ["my-number", "licence"] {
        let read_as = |ask: Ask| {
            let mut simulated = card(name);
            let (known, request) = (Credentials::from(&simulated), request().ask(ask));
            let mut spy = Spy(&mut simulated, Vec::new());
            let gate = &mut PinGate::new(false);
            let outcome = if ask == Ask::IfMissing {
                cards::start(&mut spy, &request, known, gate, &mut reading::nonces(), &mut |_| {}).unwrap()
            } else {
                let dump = cards::read(&mut spy, &request, known, gate, &mut reading::nonces(), &mut |_| {}).unwrap();
                Outcome::Done(Box::new(dump))
            };
            let Outcome::Done(dump) = outcome else { panic!("{name}: nothing is missing") };
            (dump.kind.as_str(), spy.1)
        };
        let never = read_as(Ask::Never);
        assert_eq!(read_as(Ask::IfMissing), never, "a look that prepares a question takes more commands");
        assert_eq!(read_as(Ask::Always), never, "cards::read has nobody to ask");
    }
}

#[test]
fn guests_are_looked_for_while_a_person_types_and_not_on_the_way_to_a_verdict() {
    let mut simulated = card("menkyo");
    let known = printed(&simulated);
    let mut spy = Spy(&mut simulated, Vec::new());
    let (dump, _) = read(&mut spy, &request(), &known).unwrap();
    assert!(dump.guests.is_empty());
    assert!(!spy.1.iter().any(|command| command.ends_with(&hex::encode_upper(licence::MENKYO.aid))));
    let (dump, _) = {
        let looked = look(&mut simulated, &request()).unwrap();
        read_looked(*looked, &mut simulated, &known).unwrap()
    };
    assert_eq!((dump.kind, &dump.guests[..]), (CardKind::MY_NUMBER, &[CardKind::MENKYO][..]));
    assert_eq!(reading::recognised(&mut simulated).guests, [CardKind::MENKYO]);
}

#[test]
fn one_cards_unsigned_day_never_judges_another() {
    let (valid, expired) = ("my-number?seed=1", "my-number?seed=1&fault=expired");
    let not_expired = |first: &str, second: &str| {
        let looked = look(&mut card(first), &request().scope(Scope::AGE)).unwrap();
        let mut second = card(second);
        let known = printed(&second);
        let (dump, _) = read_looked(*looked, &mut second, &known).unwrap();
        judge(&dump).verdict(CheckId::NotExpired).unwrap()
    };
    assert_eq!(not_expired(valid, valid), Verdict::Passed);
    assert_eq!(not_expired(valid, expired), Verdict::Failed(Reason::Expired));
    assert_eq!(not_expired(expired, valid), Verdict::Passed);
    // A licence's day distinguishes it, so another one is noticed; nothing is presented to it.
    let looked = look(&mut card("licence?seed=1"), &request()).unwrap();
    let mut second = card("licence?seed=1&fault=expired");
    let known = Credentials::from(&second);
    let mut spy = Spy(&mut second, Vec::new());
    assert_eq!(read_looked(*looked, &mut spy, &known).unwrap_err(), FlowError::Read(ReadError::OtherCard));
    assert_eq!(spy.presented(), 0);
}

/// Cards of one municipality share the certificates. What was read of one is right for the other, and the rest is its own.
#[test]
fn a_card_of_the_same_municipality_is_read_as_itself() {
    let slice = |recipe: &str| {
        let (dump, _) = read_card(&mut card(recipe), Scope::FULL).unwrap();
        dump.file(FACE_CERTIFICATE.name).unwrap()[255..344].to_vec()
    };
    let first = "my-number?seed=1";
    let of_first = slice(first);
    let second = (2..200).map(|seed| format!("my-number?seed={seed}")).find(|second| slice(second) == of_first);
    let second = second.expect("two personas live in one municipality");
    let read_second = |known: &Credentials, other: &mut dyn Transport| {
        let looked = look(&mut card(first), &request()).unwrap();
        read_looked(*looked, other, known)
    };
    let mut other = card(&second);
    let (dump, _) = read_second(&printed(&other), &mut other).unwrap();
    let findings = judge(&dump);
    assert_eq!(findings.overall(), Overall::Authentic);
    let own = judge(&read_card(&mut card(&second), Scope::FULL).unwrap().0);
    assert!(findings.holder.name.is_some());
    assert_eq!(findings.holder.name.map(|name| name.value), own.holder.name.map(|name| name.value));
    // The first one's entry is refused, which costs one try, and nothing is presented twice.
    let mut other = card(&second);
    let mut spy = Spy(&mut other, Vec::new());
    let refused = read_second(&printed(&card(first)), &mut spy).unwrap_err();
    assert_eq!(refused, ReadError::Wrong { reference: &FACE_NUMBER_B, left: Some(9) }.into());
    assert_eq!(spy.presented(), 1);
}

#[test]
fn a_card_that_is_lifted_off_while_the_person_types_is_read_all_the_same() {
    for scope in [Scope::FULL, Scope::AGE] {
        let request = request().scope(scope);
        let known = printed(&card("my-number"));
        let all = {
            let mut whole = card("my-number");
            let mut spy = Spy(&mut whole, Vec::new());
            look(&mut spy, &request).unwrap();
            spy.1.len()
        };
        for at in 1..=all {
            for fault in ["removed-at", "one-byte-at"] {
                let looked = match look(&mut card(&format!("my-number?fault={fault}={at}")), &request) {
                    // Without counter and certificate nobody is asked.
                    Err(trouble) => {
                        assert!(at <= 4 && is_removed(&trouble), "{fault}={at}: {trouble:?}");
                        continue;
                    }
                    Ok(looked) => looked,
                };
                assert!(at > 4, "{fault}={at}");
                let mut back = card("my-number");
                let (dump, figures) = read_looked(*looked, &mut back, &known).unwrap();
                assert_eq!(judge(&dump).overall(), Overall::Authentic, "{fault}={at}");
                let after = if scope == Scope::AGE { 7 } else { 14 };
                assert_eq!(figures.after_entry_exchanges, Some(after), "{fault}={at}");
            }
        }
    }
}

#[test]
fn a_tear_after_the_last_key_ends_the_reading_and_presents_once() {
    for (recipe, kind, scope) in [
        ("my-number", CardKind::MY_NUMBER, Scope::FULL),
        ("my-number", CardKind::MY_NUMBER, Scope::AGE),
        ("licence", CardKind::LICENCE, Scope::FULL),
        ("menkyo", CardKind::MENKYO, Scope::FULL),
        ("residence2", CardKind::RESIDENCE2, Scope::FULL),
    ] {
        let request = request_for(kind).scope(scope);
        let (_, figures) = asked(recipe, &request);
        for at in 1..=figures.after_entry_exchanges.unwrap() {
            let looked = look(&mut card(recipe), &request).unwrap();
            let mut torn = card(&format!("{recipe}?fault=removed-at={at}"));
            let known = Credentials::from(&torn);
            let mut spy = Spy(&mut torn, Vec::new());
            let trouble = read_looked(*looked, &mut spy, &known).unwrap_err();
            assert!(is_removed(&trouble), "{recipe} {at}: {trouble:?}");
            for reference in spy.1.iter().filter(|sent| &sent[2..4] == "20" && sent.len() > 10) {
                let same = spy.1.iter().filter(|sent| sent[..8] == reference[..8] && sent.len() > 10).count();
                assert!(same <= 2, "{recipe} {at}: each application's reference once");
            }
        }
    }
}

/// Recordings of the time when guests came before the card, the expiry last, and the card's own words about its issuer were
/// read.
#[test]
fn recordings_that_looked_for_guests_first_still_play() {
    let recording = |text: &str| Recording::parse(text.as_bytes()).unwrap();
    let checked = |text: &str, exchanges: u64| {
        let dump = read_recording(&recording(text)).unwrap();
        assert_eq!(dump.link.exchanges, exchanges);
        let basis = taimen::verify::Basis::Operator(dump.read_at);
        let findings = cards::check(&dump, &reading::simulated_trust(), basis).unwrap();
        assert_eq!(findings.overall(), Overall::Authentic);
        dump
    };
    let full = checked(include_str!("../recordings/guests-first/my-number.apdu"), 17);
    let asked = checked(include_str!("../recordings/guests-first/my-number-asked.apdu"), 20);
    assert_eq!(full.file(FACE_CERTIFICATE.name), asked.file(FACE_CERTIFICATE.name));
    assert_eq!(asked.link.after_entry_exchanges, Some(14));
    let age = checked(include_str!("../recordings/guests-first/age.apdu"), 11);
    assert!(age.file(files::DOMAIN_EXPIRY).is_some());
    let jpki = checked(include_str!("../recordings/guests-first/jpki.apdu"), 29);
    assert!(jpki.file("jpki/0002").is_some() && jpki.file("jpki/000B").is_some());
    let menkyo = checked(include_str!("../recordings/guests-first/menkyo.apdu"), 10);
    assert_eq!((menkyo.kind, &menkyo.guests[..]), (CardKind::MENKYO, &[CardKind::MY_NUMBER][..]));
}
