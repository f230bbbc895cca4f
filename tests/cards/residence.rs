//! Residence cards, from the simulated card to the dump: every file, every form of reading, every way to fail.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::reading::{self, RESIDENCE_KINDS as KINDS, card, look, nonces, read_drawing, read_looked, request};
use proptest::prelude::*;
use taimen::{
    cards::{
        Credentials, FlowError, ReadError, RecogniseError,
        residence_card::{
            files::{self, File, Generation},
            protocol::{HandshakeError, SessionKey},
            spec::{CARD_NUMBER, SPEC},
        },
    },
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, Status},
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::{LinkFigures, Transport, TransportError, nonces::RecordedNonces},
};

/// A simulated card with some of its switches turned.
fn with(
    recipe: &str,
    turn: impl FnOnce(&mut taimen::simulator::cards::residence_card::ResidenceProfile),
) -> SimulatedCard {
    let mut recipe: Recipe = recipe.parse().unwrap();
    recipe = recipe.adjust(turn);
    recipe.card().unwrap()
}

/// The files of the kind that recognition names, those of a child's card like an adult's.
fn files_of(recipe: &str) -> &'static [File] {
    files::files_of(recipe.split('?').next().unwrap().parse().unwrap())
}

fn stored(card: &mut SimulatedCard, file: &File) -> Vec<u8> {
    card.file_mut(file.name).unwrap_or_else(|| panic!("{}", file.name)).clone()
}

fn read_card(card: &mut SimulatedCard) -> Result<(Dump, LinkFigures), FlowError> {
    reading::read_card(card, Scope::FULL)
}

fn read(card: &mut dyn Transport, known: &Credentials) -> Result<(Dump, LinkFigures), FlowError> {
    reading::read(card, &request(), known)
}

fn transport(error: TransportError) -> FlowError {
    FlowError::Read(ReadError::Card(CardError::Transport(error)))
}

#[test]
fn every_kind_is_read_whole_in_the_exchanges_that_its_steps_tell() {
    for recipe in KINDS {
        let mut card = card(recipe);
        let (dump, figures) = read_card(&mut card).unwrap();
        assert_eq!(dump.missing().count(), 0, "{recipe}: {:?}", dump.missing().collect::<Vec<_>>());
        for file in files_of(recipe) {
            assert!(dump.file(file.name) == Some(&stored(&mut card, file)[..]), "{recipe} {}", file.name);
        }
        let told: u64 = SPEC
            .kinds
            .iter()
            .find(|spec| spec.kind == dump.kind)
            .unwrap()
            .steps
            .iter()
            .map(|step| step.exchanges)
            .sum();
        assert_eq!(figures.exchanges, 1 + told, "{recipe}");
        let expected = if recipe == "residence1-child" { CardKind::RESIDENCE1 } else { recipe.parse().unwrap() };
        assert_eq!(dump.kind, expected, "a child's card says nothing of it before it is read");
    }
}

/// A command and what came of it.
type Said = (Vec<u8>, Result<Vec<u8>, TransportError>);

/// Commands and answers of a session, as they went over the link.
struct Spy<T> {
    inner: T,
    said: Vec<Said>,
}

impl<T: Transport> Spy<T> {
    fn on(inner: T) -> Self {
        Self { inner, said: Vec::new() }
    }
}

impl<T: Transport> Transport for Spy<T> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.inner.exchange(command);
        self.said.push((command.to_vec(), answer.clone()));
        answer
    }
}

/// A reader with a limit: it passes no extended commands, or no answers above so many bytes, which it cuts or refuses.
struct Limited<'a>(&'a mut SimulatedCard, Limits);

#[derive(Clone, Copy)]
struct Limits {
    extended: bool,
    buffer: usize,
    cuts: bool,
}

const SHORT: Limits = Limits { extended: false, buffer: 258, cuts: false };
const NONE: Limits = Limits { extended: true, buffer: 65_538, cuts: false };

impl Transport for Limited<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let Limits { extended, buffer, cuts } = self.1;
        if !extended && matches!(command, [_, _, _, _, 0, _, _, ..]) {
            return Err(TransportError::LengthUnsupported);
        }
        let mut answer = self.0.exchange(command)?;
        if answer.len() > buffer {
            if !cuts {
                return Err(TransportError::LengthUnsupported);
            }
            let status = answer.split_off(answer.len() - 2);
            answer.truncate(buffer - 2);
            answer.extend(status);
        }
        Ok(answer)
    }
}

/// Asserts that every byte of every file came once, each file's in order; returns how many file bytes came.
fn each_byte_once(said: &[Said], key: &SessionKey) -> usize {
    let (mut at, mut total) = (0, 0);
    for (command, answer) in said {
        let (Ok(answer), [class, 0xB0, p1, p2, ..]) = (answer, &command[..]) else { continue };
        let (data, status) = answer.split_at(answer.len() - 2);
        if status != [0x90, 0x00] || data.is_empty() {
            continue;
        }
        // One that was cut is not a byte of a file yet.
        let Ok(plain) = (if *class == 0x08 { key.open(data) } else { Ok(data.to_vec()) }) else { continue };
        let offset = if p1 & 0x80 != 0 { 0 } else { usize::from(u16::from_be_bytes([*p1, *p2])) };
        assert!(offset == 0 || offset == at, "{command:02X?} at {at}");
        at = offset + plain.len();
        total += plain.len();
    }
    total
}

/// Reads through a reader and a card; the files must be those of the card. Returns the figures and the session.
fn through(mut simulated: SimulatedCard, recipe: &str, limits: Limits) -> Result<(LinkFigures, Vec<Said>), FlowError> {
    let expected: Vec<(&str, Vec<u8>)> =
        files_of(recipe).iter().map(|file| (file.name, stored(&mut simulated, file))).collect();
    let known = Credentials::from(&simulated);
    let mut spy = Spy::on(Limited(&mut simulated, limits));
    let mut nonces = RecordedNonces::new(nonces());
    let (dump, figures) = read_drawing(&mut spy, &request(), &known, &mut nonces)?;
    for (name, bytes) in &expected {
        assert!(dump.file(name) == Some(&bytes[..]), "{recipe} {name}");
    }
    let cipher = Generation::of(dump.kind).unwrap().cipher();
    let key = SessionKey::new(cipher, nonces.session_keys().next().unwrap().try_into().unwrap());
    let total: usize = expected.iter().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(each_byte_once(&spy.said, &key), total, "{recipe}");
    Ok((figures, spy.said))
}

#[test]
fn short_apdus_alone_bring_every_byte_once() {
    for recipe in KINDS {
        let simulated = with(recipe, |profile| profile.short_secure_read = true);
        let (figures, said) = through(simulated, recipe, SHORT).unwrap();
        let files = files_of(recipe);
        let pieces = |size: usize, piece: usize| u64::try_from(size.div_ceil(piece)).unwrap();
        let secure: u64 = files
            .iter()
            .filter(|file| file.application == files::DF1)
            .map(|file| pieces(file.extent.bytes(), 224))
            .sum();
        let plain: u64 = files
            .iter()
            .filter(|file| file.application != files::DF1)
            .map(|file| pieces(file.extent.bytes(), 256))
            .sum();
        // Challenge, handshake, VERIFY, three applications; few attempts in extended form, for the whole session: a plain one and
        // one or two secure ones.
        let refused = said.iter().filter(|(_, answer)| answer.is_err()).count();
        assert!((2..=3).contains(&refused), "{recipe}: {refused}");
        assert_eq!(figures.exchanges, secure + plain + 6 + u64::try_from(refused).unwrap(), "{recipe}");
        assert!(said.iter().all(|(command, answer)| answer.is_err() || command.len() < 49), "{recipe}");
    }
    // A card that refuses extended APDUs itself.
    for recipe in ["residence1", "residence2"] {
        let simulated = with(recipe, |profile| (profile.short_secure_read, profile.extended) = (true, false));
        through(simulated, recipe, NONE).unwrap();
    }
}

#[test]
fn small_buffers_are_found_out_once() {
    // What 15 exchanges become: pieces of 1,024 or 224 bytes of the pictures, and what was lost until that was known.
    for (buffer, cuts, pictures, rest) in
        [(1_693, true, 7 + 3 + 1, 0), (1_693, false, 32 + 14 + 1, 0), (256, true, 32 + 14 + 2, 1 + 5)]
    {
        let limits = Limits { extended: true, buffer, cuts };
        let (figures, _) = through(card("residence1"), "residence1", limits).unwrap();
        assert_eq!(figures.exchanges, 15 - 2 + pictures + rest, "{buffer} {cuts}");
    }
    // The card's own short answers.
    for most in [100, 150, 200, 250] {
        let recipe = format!("residence1?fault=short-answers={most}");
        let mut simulated = with(&recipe, |profile| profile.short_secure_read = true);
        let (dump, _) = read_card(&mut simulated).unwrap();
        assert_eq!(dump.missing().count(), 0, "{recipe}");
        assert!(dump.file("df1/05") == Some(&stored(&mut simulated, &files::FRONT)[..]), "{recipe}");
    }
}

#[test]
fn answers_in_pieces_and_exact_lengths_do_not_break_secure_messaging() {
    for fault in ["get-response", "exact-length"] {
        for recipe in KINDS {
            let recipe = format!("{recipe}?fault={fault}");
            let mut simulated = card(&recipe);
            let (dump, _) = read_card(&mut simulated).unwrap_or_else(|error| panic!("{recipe}: {error:?}"));
            assert_eq!(dump.missing().count(), 0, "{recipe}: {:?}", dump.missing().collect::<Vec<_>>());
            for file in files_of(&recipe) {
                assert!(dump.file(file.name) == Some(&stored(&mut simulated, file)[..]), "{recipe} {}", file.name);
            }
        }
    }
}

#[test]
fn a_cold_card_is_asked_once_more() {
    for recipe in KINDS {
        let mut simulated = card(recipe);
        let (whole, figures) = read_card(&mut simulated).unwrap();
        simulated.power_off();
        simulated.power_on();
        let known = Credentials::from(&simulated);
        let mut cold = StatusAt { card: &mut simulated, at: 1, status: [0x6F, 0x00], exchanges: 0 };
        let (dump, again) = read(&mut cold, &known).unwrap();
        assert_eq!(again.exchanges, figures.exchanges + 1, "{recipe}");
        assert_eq!(dump.to_json(), whole.to_json(), "{recipe}");
    }
}

#[test]
fn a_reader_without_extended_apdus_and_a_card_without_short_ones_have_nothing_in_common() {
    for recipe in ["residence1", "residence2"] {
        let read = through(card(recipe), recipe, SHORT);
        assert_eq!(read.unwrap_err(), transport(TransportError::LengthUnsupported), "{recipe}");
    }
    // The whole-file form alone is enough.
    for recipe in KINDS {
        let simulated = with(recipe, |profile| profile.explicit_extended = false);
        let (_, said) = through(simulated, recipe, NONE).unwrap();
        assert!(said.iter().all(|(_, answer)| answer.as_ref().unwrap().ends_with(&[0x90, 0x00])), "{recipe}");
    }
}

/// The number does not fit, and the card names no count.
fn is_refusal(trouble: &FlowError) -> bool {
    matches!(trouble, FlowError::Read(ReadError::UncountedRefused { left: None, .. }))
}

#[test]
fn a_wrong_number_is_presented_once_and_costs_nothing() {
    for recipe in KINDS {
        let mut simulated = card(recipe);
        let wrong = reading::entry("card-number", "ZZ00000000ZZ");
        let mut spy = Spy::on(&mut simulated);
        let error = read(&mut spy, &wrong).unwrap_err();
        assert!(is_refusal(&error), "{recipe}: {error:?}");
        let instructions: Vec<u8> = spy.said.iter().map(|(command, _)| command[1]).collect();
        assert_eq!(instructions, [0xB0, 0xB0, 0x84, 0x82], "{recipe}: one attempt, and nothing behind it");
        simulated.power_off();
        simulated.power_on();
        assert!(read_card(&mut simulated).is_ok(), "{recipe}: there is no counter");
    }
}

#[test]
fn a_card_that_names_the_other_generation_refuses_the_handshake() {
    for (recipe, named) in [("residence2", &b"\xC1\x011"[..]), ("residence1", b"\xC1\x0205")] {
        let mut simulated = card(recipe);
        *simulated.file_mut(files::KIND_1.name).unwrap() = named.to_vec();
        assert!(is_refusal(&read_card(&mut simulated).unwrap_err()), "{recipe}");
    }
}

#[test]
fn a_card_that_leaves_at_any_exchange_ends_the_reading_with_that() {
    for recipe in KINDS {
        let (_, figures) = read_card(&mut card(recipe)).unwrap();
        for at in 1..=figures.exchanges {
            for fault in ["removed-at", "one-byte-at"] {
                let recipe = format!("{recipe}?fault={fault}={at}");
                let broken = CardError::Transport(TransportError::Removed);
                let expected = match at {
                    1 => FlowError::Recognise(RecogniseError::Card(broken)),
                    _ => FlowError::Read(ReadError::Card(broken)),
                };
                assert_eq!(read_card(&mut card(&recipe)).unwrap_err(), expected, "{recipe}");
            }
        }
    }
}

#[test]
fn a_status_word_at_any_exchange_ends_the_reading_or_is_told() {
    for recipe in KINDS {
        let (whole, figures) = read_card(&mut card(recipe)).unwrap();
        let files = files_of(recipe).len();
        let mut mended = 0;
        for at in 2..=figures.exchanges {
            let mut simulated = card(recipe);
            let known = Credentials::from(&simulated);
            let mut at_once = StatusAt { card: &mut simulated, at, status: [0x69, 0x85], exchanges: 0 };
            let read = read(&mut at_once, &known);
            if (3..=5).contains(&at) {
                let expected = FlowError::Read(ReadError::Card(CardError::Status(Status(0x6985))));
                assert_eq!(read.unwrap_err(), expected, "{recipe} {at}");
                continue;
            }
            let (dump, _) = read.unwrap();
            let missing: Vec<_> = dump.missing().collect();
            mended += usize::from(missing.is_empty());
            assert!(missing.len() < files, "{recipe} {at}");
            for (name, why) in missing {
                assert_eq!(why, &NotRead::Status { status: "6985".to_owned() }, "{recipe} {at} {name}");
            }
            let rest = files_of(recipe).iter().filter(|file| dump.not_read(file.name).is_none());
            for file in rest {
                assert_eq!(dump.file(file.name), whole.file(file.name), "{recipe} {at} {}", file.name);
            }
        }
        assert_eq!(mended, 1, "{recipe}: the first extended command is repeated as a short one");
    }
}

/// Answers a status word instead of the card, once.
struct StatusAt<'a> {
    card: &'a mut SimulatedCard,
    at: u64,
    status: [u8; 2],
    exchanges: u64,
}

impl Transport for StatusAt<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchanges += 1;
        if self.exchanges == self.at { Ok(self.status.to_vec()) } else { self.card.exchange(command) }
    }
}

#[test]
fn blocked_applications_are_named_and_the_rest_is_there() {
    let mut simulated = with("residence1", |profile| profile.blocked_folders = true);
    let (dump, figures) = read_card(&mut simulated).unwrap();
    for file in files_of("residence1").iter().filter(|file| file.application != files::MF) {
        assert_eq!(dump.not_read(file.name), Some(&NotRead::Status { status: "6283".to_owned() }), "{}", file.name);
    }
    assert!(dump.file("mf/0A").is_some() && dump.file("mf/0B").is_some());
    assert_eq!(figures.exchanges, 2 + 3 + 3, "each application is asked for once");
}

#[test]
fn a_card_that_does_not_know_its_number_is_noticed_by_its_answer() {
    /// Changes one bit of the card's half of the handshake.
    struct Forger<'a>(&'a mut SimulatedCard, usize);
    impl Transport for Forger<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            let mut answer = self.0.exchange(command)?;
            if command[1] == 0x82 {
                answer[self.1] ^= 0x10;
            }
            Ok(answer)
        }
    }
    for recipe in ["residence1", "residence2"] {
        for at in [0, 8, 31, 32, 39] {
            let mut simulated = card(recipe);
            let known = Credentials::from(&simulated);
            let read = read(&mut Forger(&mut simulated, at), &known);
            let mac = FlowError::Read(ReadError::Handshake { detail: HandshakeError::Mac.to_string() });
            assert_eq!(read.unwrap_err(), mac, "{recipe} {at}");
        }
    }
}

#[test]
fn another_card_after_the_question_is_noticed_where_it_can_be() {
    let swap = |first: &str, second: &str| {
        let mut first = card(first);
        let known = Credentials::from(&first);
        let looked = look(&mut first, &request()).unwrap();
        let mut second = card(second);
        let mut spy = Spy::on(&mut second);
        let read = read_looked(*looked, &mut spy, &known).map(|(dump, _)| dump.missing().count());
        (read, spy.said.iter().filter(|(command, _)| command[1] == 0x82).count())
    };
    assert_eq!(swap("residence1", "residence1"), (Ok(0), 1));
    for other in ["residence2", "residence1-special", "my-number", "licence"] {
        assert_eq!(
            swap("residence1", other),
            (Err(ReadError::OtherCard.into()), 0),
            "{other}: nothing was presented to it"
        );
    }
    // Cards of one kind tell nothing by which they could be told apart: the number does it, at no cost.
    assert_eq!(
        swap("residence1", "residence1?seed=9"),
        (
            Err(ReadError::UncountedRefused { credential: &CARD_NUMBER, kind: CardKind::RESIDENCE1, left: None }.into()),
            1
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..Default::default() })]

    #[test]
    fn any_limits_of_reader_and_card_end_in_the_files_or_in_one_word(
        recipe in prop::sample::select(&KINDS[..]),
        extended in any::<bool>(),
        short in any::<bool>(),
        explicit in any::<bool>(),
        buffer in 2_usize..8_000,
    ) {
        let mut simulated =
            with(recipe, |profile| (profile.short_secure_read, profile.explicit_extended) = (short, explicit));
        let known = Credentials::from(&simulated);
        let expected: Vec<(&str, Vec<u8>)> =
            files_of(recipe).iter().map(|file| (file.name, stored(&mut simulated, file))).collect();
        let mut limited = Limited(&mut simulated, Limits { extended, buffer, cuts: false });
        match read(&mut limited, &known) {
            Ok((dump, _)) => {
                for (name, bytes) in expected {
                    match dump.file(name) {
                        Some(read) => prop_assert_eq!(read, &bytes[..], "{}", name),
                        None => prop_assert!(dump.not_read(name).is_some()),
                    }
                }
            }
            Err(FlowError::Recognise(RecogniseError::Card(CardError::Transport(error)))) => {
                prop_assert_eq!(error, TransportError::LengthUnsupported);
            }
            Err(error) => prop_assert_eq!(error, transport(TransportError::LengthUnsupported)),
        }
    }
}
