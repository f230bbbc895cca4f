//! What a reading shows, counts and leaves out, and what is inferred of a file.

use std::sync::Arc;

use super::{Access, DataEnd, Extent, File, Trim, engine::why_not, infer::filled};
use crate::{
    cards::{
        self, Credentials, Event, FlowError, ReadError, Request,
        drivers_licence::{STEPS, files::PIN1},
    },
    dump::{Dump, NotRead, Scope},
    iso7816::{FileReadError, PinGate},
    kind::CardKind,
    simulator::{Recipe, SeededNonces, SimulatedCard, cards::drivers_licence::LicenceProfile},
    transport::{Transport, TransportError},
    trust::{Hierarchy, TrustStore},
};

fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap().card().unwrap()
}

fn request() -> Request {
    Request::new("test", "2026-11-22T03:00:00Z".parse().unwrap())
}

fn read(
    transport: &mut dyn Transport,
    request: &Request,
    known: Credentials,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Dump, FlowError> {
    cards::read(transport, request, known, &mut PinGate::new(true), &mut SeededNonces::new(1), tell)
}

/// What the card's place answers after these commands; `None`: the card itself.
type Instead<'a> = &'a dyn Fn(&[Vec<u8>]) -> Option<Vec<u8>>;

/// Sees the commands, and answers some in the card's place.
struct Spy<'a> {
    card: SimulatedCard,
    commands: Vec<Vec<u8>>,
    instead: Instead<'a>,
}

impl Transport for Spy<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands.push(command.to_vec());
        let answer = self.card.exchange(command)?;
        Ok((self.instead)(&self.commands).unwrap_or(answer))
    }
}

#[test]
fn every_step_is_shown_in_order() {
    let mut card = card("licence");
    let known = Credentials::from(&card);
    let mut shown = Vec::new();
    let tell = &mut |event: Event<'_>| {
        if let Event::Step { title, .. } = event {
            shown.push(title);
        }
    };
    read(&mut card, &request(), known, tell).unwrap();
    let mut expected: Vec<_> = STEPS.iter().map(|step| step.title).collect();
    expected.dedup();
    shown.dedup();
    assert_eq!(shown, expected);
}

#[test]
fn the_holder_of_a_phone_is_told_what_will_be_asked_for() {
    let mut card = Recipe::new(CardKind::MOBILE_LICENCE, 1).card().unwrap();
    let known = Credentials::from(&card);
    let mut asked = Vec::new();
    let tell = &mut |event: Event<'_>| {
        if let Event::Shares { asked: titles, .. } = event {
            asked.push(titles.to_vec());
        }
    };
    read(&mut card, &request(), known, tell).unwrap();
    assert!(matches!(asked.as_slice(), [titles] if !titles.is_empty()), "{asked:?}");
}

#[test]
fn files_that_a_scope_leaves_out_are_noted() {
    for (scope, reason, left_out, held) in [
        (Scope::PIN1, "without_pin2", &["df1/0002", "df2/0001"][..], &["df1/0001"][..]),
        (Scope::WITHOUT_PIN, "without_pin", &["df1/0001", "df2/0001"], &[]),
    ] {
        let mut card = card("licence");
        let known = Credentials::from(&card);
        let dump = read(&mut card, &request().scope(scope), known, &mut |_| {}).unwrap();
        for file in left_out {
            assert_eq!(
                dump.not_read(file),
                Some(&NotRead::NotOpened { reason: reason.to_owned() }),
                "{scope:?} {file}"
            );
        }
        for file in held {
            assert!(dump.file(file).is_some() && dump.not_read(file).is_none(), "{scope:?} {file}");
        }
    }
}

/// A card that answers a wrong PIN with `6300`, and so many tries before it.
fn wrong(tries: u8, instead: Instead<'_>) -> ReadError {
    let recipe = "licence".parse::<Recipe>().unwrap().adjust(|p: &mut LicenceProfile| p.plain_mismatch = true);
    let mut card = recipe.card().unwrap();
    card.set_retry_counter(&PIN1, tries);
    let own = Credentials::from(&card);
    let right = card.credentials().unwrap().get("pin1").unwrap().expose() == b"1111";
    let known = own.with("pin1", if right { "2222" } else { "1111" }).unwrap();
    let mut spy = Spy { card, commands: Vec::new(), instead };
    match read(&mut spy, &request(), known, &mut |_| {}) {
        Err(FlowError::Read(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn after_an_answer_without_a_count_the_card_is_asked_for_it() {
    let card_alone = &|_: &[Vec<u8>]| None;
    let left = |error| matches!(error, ReadError::Wrong { left, reference } if reference == &PIN1 && left == Some(2));
    assert!(left(wrong(3, card_alone)));
    assert!(matches!(wrong(1, card_alone), ReadError::BlockedNow { reference } if reference == &PIN1));
    // The card's word counts, not what it said before.
    let is_verify = |command: &Vec<u8>| command.starts_with(&[0x00, 0x20, 0x00, 0x81]) && command.len() > 5;
    let says = |status: [u8; 2]| {
        move |commands: &[Vec<u8>]| match commands {
            [.., before, last] if is_verify(before) && last.len() == 4 => Some(status.to_vec()),
            _ => None,
        }
    };
    assert!(matches!(wrong(3, &says([0x63, 0xC1])), ReadError::Wrong { left: Some(1), .. }));
    assert!(matches!(wrong(3, &says([0x63, 0xC0])), ReadError::BlockedNow { .. }));
    assert!(matches!(wrong(3, &says([0x69, 0x84])), ReadError::BlockedNow { .. }));
    // What says nothing leaves what was known.
    assert!(left(wrong(3, &says([0x6D, 0x00]))));
}

#[test]
fn an_answer_without_content_is_no_fault_of_a_file_behind_authentication() {
    let reads = || {
        [
            (FileReadError::Unopened { detail: "not opened".to_owned() }, true),
            (FileReadError::Truncated { got: 0, announced: 8 }, true),
            (FileReadError::Truncated { got: 1, announced: 8 }, false),
        ]
    };
    for access in [Access::Authenticated, Access::Secured, Access::Free, Access::Never] {
        let file = File { access, ..File::PLAIN };
        let behind = matches!(access, Access::Authenticated | Access::Secured);
        for (error, silent) in reads() {
            let detail = error.to_string();
            let expected =
                if behind && silent { NotRead::Unreadable { detail } } else { NotRead::Malformed { detail } };
            assert_eq!(why_not(Err(error), &file).unwrap(), Err(expected), "{access:?}");
        }
    }
}

#[test]
fn only_a_claim_that_a_reading_makes_is_followed() {
    const TRIM: Trim = Trim {
        first: 1,
        step: 0,
        end: |bytes| if bytes.len() < 2 { DataEnd::Unknown } else { DataEnd::At(0x20) },
        proof: None,
    };
    let file = File { trim: Some(&TRIM), extent: Extent::Sized(4), ..File::PLAIN };
    let followed = |held: &[u8], length, filler| {
        let mut dump = Dump::new(CardKind::LICENCE, Scope::FULL, "a test", "2026-11-22T03:00:00Z".parse().unwrap());
        dump.infer("a file", length, filler);
        filled(&file, held, dump.inferred("a file").unwrap())
    };
    assert_eq!(followed(b"ab", 4, 0x20), Some(b"ab  ".to_vec()));
    assert_eq!(followed(b"abc", 4, 0x20), Some(b"abc ".to_vec()));
    for (held, length, filler) in [
        (&b"ab"[..], 5, 0x20),
        (b"ab", 3, 0x20),
        (b"abcd", 4, 0x20),
        (b"abcde", 4, 0x20),
        (b"ab", 4, 0),
        (b"a", 4, 0x20),
    ] {
        assert_eq!(followed(held, length, filler), None, "{held:?} {length} {filler}");
    }
}

#[test]
fn a_file_of_which_nothing_was_read_is_read_from_its_start_at_once() {
    let card = card("licence?fault=swapped-photo");
    let known = Credentials::from(&card);
    let trust = Arc::new(TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated));
    let mut spy = Spy { card, commands: Vec::new(), instead: &|_| None };
    let dump = read(&mut spy, &request().inferring(trust), known, &mut |_| {}).unwrap();
    assert!(dump.file("df1/0003").is_some(), "the signature proves nothing, so it was read after all");
    let reads: Vec<_> = spy.commands.iter().filter(|command| command.starts_with(&[0x00, 0xB0, 0x83, 0x00])).collect();
    assert_eq!(reads.len(), 1, "{reads:02X?}");
    assert!(**reads[0] != [0x00, 0xB0, 0x83, 0x00, 0x01], "not one byte first: {reads:02X?}");
}
