//! Reads a card through the library, as the program does where nothing is asked.

use taimen::{
    cards::{
        Findings, RecogniseError,
        my_number::{Prepared, ReadError, Reading, check},
        recognise,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Session},
    kind::CardKind,
    privacy::Pin,
    simulator::{Recipe, SimulatedCard},
    transport::{LinkFigures, Metered, Transport, draws::ListedDraws},
};

/// How many random cases: few in every run, a hundred times as many with `scripts/test-long`.
pub fn cases(short: u32) -> proptest::prelude::ProptestConfig {
    let factor = if std::env::var_os("TAIMEN_LONG").is_some() { 100 } else { 1 };
    proptest::prelude::ProptestConfig { cases: short * factor, ..Default::default() }
}

/// The time of every reading in these tests.
pub const TIME: &str = "2026-11-22T03:00:00Z";

/// Why there is no dump.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    Recognise(RecogniseError),
    Read(ReadError),
}

/// Random bytes for both challenges; the system's need the feature `cli`.
pub fn draws() -> ListedDraws {
    ListedDraws::new(vec![vec![0x3C; 32], vec![0xA5; 32]])
}

/// A simulated card from its recipe.
pub fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap_or_else(|error| panic!("{recipe}: {error}")).card().expect("it is issued")
}

/// The value that a simulated card's print gives.
pub fn credential(card: &SimulatedCard, scope: Scope) -> Pin {
    let own = card.credentials().expect("a persona's card");
    match scope {
        Scope::AGE => own.birth_digits().unwrap(),
        _ => own.number_b().unwrap(),
    }
}

/// The reading itself, of a card that was recognised: in one transaction, or after a question that `prepared` prepared.
pub fn run<T: Transport>(
    session: &mut Session<T>,
    credential: &Pin,
    scope: Scope,
    prepared: Option<Prepared>,
    guests: Vec<CardKind>,
) -> Result<Dump, ReadError> {
    let reading = Reading {
        scope,
        credential,
        gate: &mut PinGate::new(false),
        prepared,
        draws: &mut draws(),
        time: TIME.parse().unwrap(),
        reader: "test".to_owned(),
        guests,
        jpki: None,
        private_withheld: false,
        counter: &mut |_, _| {},
        progress: &mut |_, _, _| {},
    };
    reading.run(session)
}

/// Recognises and reads in one transaction.
pub fn read(transport: impl Transport, credential: &Pin, scope: Scope) -> Result<(Dump, LinkFigures), Trouble> {
    let mut metered = Metered::new(transport);
    let mut session = Session::new(&mut metered);
    let recognised = recognise(&mut session).map_err(Trouble::Recognise)?;
    let dump = run(&mut session, credential, scope, None, recognised.guests).map_err(Trouble::Read)?;
    let figures = metered.figures();
    Ok((dump, figures))
}

/// Reads a simulated card with what is printed on it.
pub fn read_card(card: &mut SimulatedCard, scope: Scope) -> Result<(Dump, LinkFigures), Trouble> {
    let credential = credential(card, scope);
    read(card, &credential, scope)
}

pub use super::trust::simulated_trust;

/// Reads and checks.
pub fn findings(recipe: &str) -> Result<Findings, Trouble> {
    let (dump, _) = read_card(&mut card(recipe), Scope::FULL)?;
    Ok(check(&dump, &simulated_trust(), TIME.parse().unwrap()))
}
