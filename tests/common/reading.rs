//! Reads a card through the library, as the program does where nothing is asked.

use taimen::{
    cards::{
        Findings, RecogniseError,
        my_number::{ReadError, Reading, check},
        recognise,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Session},
    privacy::Pin,
    simulator::{Recipe, SimulatedCard},
    transport::{LinkFigures, Metered, Transport, draws::SystemDraws},
    trust::{Hierarchy, TrustStore},
};

/// The time of every reading in these tests.
pub const TIME: &str = "2026-11-22T03:00:00Z";

/// Why there is no dump.
#[derive(Debug, PartialEq, Eq)]
#[allow(dead_code)]
pub enum Trouble {
    Recognise(RecogniseError),
    Read(ReadError),
}

/// A simulated card from its recipe.
pub fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap_or_else(|error| panic!("{recipe}: {error}")).card().expect("it is issued")
}

/// The value that a simulated card's print gives.
pub fn credential(card: &SimulatedCard, scope: Scope) -> Pin {
    let own = card.credentials().expect("a persona's card");
    match scope {
        Scope::Full | Scope::Pin1 | Scope::WithoutPin => own.number_b().unwrap(),
        Scope::Age => own.birth_digits().unwrap(),
    }
}

/// Recognises and reads in one transaction.
pub fn read(transport: impl Transport, credential: &Pin, scope: Scope) -> Result<(Dump, LinkFigures), Trouble> {
    let mut metered = Metered::new(transport);
    let mut session = Session::new(&mut metered);
    let recognised = recognise(&mut session).map_err(Trouble::Recognise)?;
    let reading = Reading {
        scope,
        credential,
        gate: &mut PinGate::new(false),
        prepared: None,
        draws: &mut SystemDraws,
        time: TIME.parse().unwrap(),
        reader: "test".to_owned(),
        guests: recognised.guests,
        private_withheld: false,
        progress: &mut |_, _, _| {},
    };
    let dump = reading.run(&mut session).map_err(Trouble::Read)?;
    let figures = metered.figures();
    Ok((dump, figures))
}

/// Reads a simulated card with what is printed on it.
pub fn read_card(card: &mut SimulatedCard, scope: Scope) -> Result<(Dump, LinkFigures), Trouble> {
    let credential = credential(card, scope);
    read(card, &credential, scope)
}

/// The shipped anchors, the simulated hierarchy accepted.
pub fn simulated_trust() -> TrustStore {
    TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)
}

/// Reads and checks.
#[allow(dead_code)]
pub fn findings(recipe: &str) -> Result<Findings, Trouble> {
    let (dump, _) = read_card(&mut card(recipe), Scope::Full)?;
    Ok(check(&dump, &simulated_trust(), TIME.parse().unwrap()))
}
