//! The cards that can be simulated: one line a card, whose folder holds all that is its own.

use crate::{dump::Dump, kind::CardKind, lang::Bilingual};

use super::{FaultRow, IssueError, Recipe, SimulatedCard};

pub mod drivers_licence;
pub mod mdoc;
pub mod my_number;
pub mod passport;
pub mod residence_card;

/// Every simulated card.
const TWINS: &[&Twin] =
    &[&my_number::TWIN, &drivers_licence::TWIN, &residence_card::TWIN, &passport::TWIN, &mdoc::TWIN];

/// The simulated twin of a card.
pub(crate) struct Twin {
    /// The kinds that it comes in.
    kinds: &'static [SimKind],
    /// What a simulated card with the same shape as a read one is made from; `None` for another card's dump.
    like: fn(&Dump, u64) -> Option<Like>,
}

/// A recipe and whether its face picture had to be cut, or the name of the file whose size no simulated card has.
pub type Like = Result<(Recipe, bool), &'static str>;

/// A card that can be simulated.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SimKind {
    /// Its name in a reader's address.
    pub name: &'static str,
    /// Its kind, which may be simulated under several names.
    pub kind: CardKind,
    /// A line for `--help`.
    pub what: Bilingual,
    pub(crate) faults: &'static [&'static [FaultRow]],
    pub(crate) make: fn(&Recipe) -> Result<SimulatedCard, IssueError>,
}

/// Simulated kinds, one a line: name, kind, what it is in both languages, tables of faults, how it is made.
macro_rules! sim_kinds {
    ($($name:literal, $kind:ident, $ja:literal, $en:literal, $faults:expr, $make:expr;)*) => {
        &[$($crate::simulator::SimKind {
            name: $name,
            kind: $crate::kind::CardKind::$kind,
            what: $crate::lang::Bilingual::new($ja, $en),
            faults: $faults,
            make: $make,
        }),*]
    };
}

pub(crate) use sim_kinds;

/// The cards that can be simulated.
pub fn kinds() -> impl Iterator<Item = &'static SimKind> {
    TWINS.iter().flat_map(|twin| twin.kinds)
}

/// What a simulated card with the same shape as a read one is made from.
pub fn like(dump: &Dump, seed: u64) -> Like {
    TWINS.iter().find_map(|twin| (twin.like)(dump, seed)).unwrap_or_else(|| Ok((Recipe::new(dump.kind, seed), false)))
}
