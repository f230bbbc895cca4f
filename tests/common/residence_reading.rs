//! Reads a simulated residence card through the library.

use taimen::{
    cards::{
        self, Findings, ReadError, RecogniseError, recognise,
        residence_card::{Opening, Reading, prepare, protocol::CardNumber},
    },
    dump::Dump,
    iso7816::Session,
    simulator::{Recipe, SimulatedCard},
    transport::{Draws, LinkFigures, Metered, Transport, draws::ListedDraws},
};

/// The time of every reading in these tests.
pub const TIME: &str = "2026-11-22T03:00:00Z";

/// Every simulated kind that is read.
pub const KINDS: [&str; 5] =
    ["residence1", "residence1-special", "residence1-child", "residence2", "residence2-special"];

/// Why there is no dump.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    Recognise(RecogniseError),
    Read(ReadError),
}

/// RND.IFD and K.IFD of both official worked examples (spec residence 9.1).
pub fn draws() -> ListedDraws {
    ListedDraws::new(vec![vec![0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88], (0x40..0x50).collect()])
}

/// A simulated card from its recipe.
pub fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap_or_else(|error| panic!("{recipe}: {error}")).card().expect("it is issued")
}

/// What is printed on a simulated card.
pub fn number(card: &SimulatedCard) -> CardNumber {
    card.credentials().and_then(|own| own.card_number()).expect("a residence card").clone()
}

/// Recognises and reads in one transaction.
pub fn read(
    transport: impl Transport,
    opening: Opening<'_>,
    draws: &mut dyn Draws,
) -> Result<(Dump, LinkFigures), Trouble> {
    let mut metered = Metered::new(transport);
    let mut session = Session::new(&mut metered);
    let found = recognise(&mut session).map_err(Trouble::Recognise)?;
    let prepared = prepare(&mut session, found.kind, &found.kind_file).map_err(Trouble::Read)?;
    let reading = Reading {
        opening,
        prepared,
        released: false,
        draws,
        time: TIME.parse().unwrap(),
        reader: "test".to_owned(),
        progress: &mut |_, _, _| {},
    };
    let dump = reading.run(&mut session).map_err(Trouble::Read)?;
    Ok((dump, metered.figures()))
}

/// Reads a simulated card with its own number.
pub fn read_card(card: &mut SimulatedCard) -> Result<(Dump, LinkFigures), Trouble> {
    let number = number(card);
    read(card, Opening::Number(&number), &mut draws())
}

pub use super::trust::simulated_trust;

/// Reads and checks.
pub fn findings(recipe: &str) -> Result<Findings, Trouble> {
    let (dump, _) = read_card(&mut card(recipe))?;
    Ok(cards::check(&dump, &simulated_trust(), TIME.parse().unwrap()).expect("a kind that is checked"))
}
