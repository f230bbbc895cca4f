//! Reads a simulated licence, or the licence application of a simulated My Number Card, through the library.

use taimen::{
    cards::{
        self, Findings, ReadError, RecogniseError,
        drivers_licence::{self, MenkyoReading, Pins, Reading},
        recognise,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Session},
    kind::CardKind,
    simulator::{Credentials, Recipe, SimulatedCard},
    transport::{LinkFigures, Metered, Transport},
};

use super::trust::simulated_trust;

/// The time of every reading in these tests.
pub const TIME: &str = "2026-11-22T03:00:00Z";

/// Why there is no dump.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    Recognise(RecogniseError),
    Read(ReadError),
}

/// A simulated card from its recipe.
pub fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap_or_else(|error| panic!("{recipe}: {error}")).card().expect("it is issued")
}

/// Reads a card with its own credentials; the licence application where it has one.
pub fn read_card(card: &mut SimulatedCard, scope: Scope) -> Result<(Dump, LinkFigures), Trouble> {
    let own = card.credentials().expect("a persona's card").clone();
    read_on(card, &own, scope)
}

/// The same through any transport.
pub fn read_on(transport: impl Transport, own: &Credentials, scope: Scope) -> Result<(Dump, LinkFigures), Trouble> {
    let mut metered = Metered::new(transport);
    let mut session = Session::new(&mut metered);
    let recognised = recognise(&mut session).map_err(Trouble::Recognise)?;
    let mut gate = PinGate::new(false);
    let time = TIME.parse().unwrap();
    let dump = if recognised.kind == CardKind::LICENCE {
        let prepared = drivers_licence::prepare(&mut session, &recognised.licence).map_err(Trouble::Read)?;
        let reading = Reading {
            scope,
            pins: Pins { pin1: own.pin1(), pin2: own.pin2() },
            gate: &mut gate,
            prepared,
            released: false,
            time,
            reader: "test".to_owned(),
            progress: &mut |_, _, _| {},
        };
        reading.run(&mut session)
    } else {
        let prepared = drivers_licence::prepare_menkyo(&mut session).map_err(Trouble::Read)?;
        let reading = MenkyoReading {
            scope,
            pin: own.licence_pin(),
            gate: &mut gate,
            prepared,
            released: false,
            time,
            reader: "test".to_owned(),
            progress: &mut |_, _, _| {},
        };
        reading.run(&mut session)
    };
    let dump = dump.map_err(Trouble::Read)?;
    let figures = metered.figures();
    Ok((dump, figures))
}

/// Reads everything and checks, the simulated hierarchy accepted.
pub fn findings(recipe: &str) -> Result<Findings, Trouble> {
    let (dump, _) = read_card(&mut card(recipe), Scope::FULL)?;
    Ok(cards::check(&dump, &simulated_trust(), TIME.parse().unwrap()).expect("a kind that is checked"))
}
