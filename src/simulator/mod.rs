//! Simulated cards: a function of state and command, faithful to what is known of the real ones.
//!
//! A card is made from a [`Recipe`] and is a [`Transport`](crate::transport::Transport). The people on the cards are invented,
//! the keys are a committed pool of the simulated hierarchy, whose private halves are public. What a card does if nobody
//! knows what the real one does is a profile in its own folder; what can be wrong with it is a table there.
//!
//! A simulated card shows that the program agrees with what is written about the card. It does not show that a real card
//! behaves so.
//!
//! A card in a test takes three lines:
//!
//! ```
//! use taimen::{simulator::Recipe, transport::Transport};
//!
//! let mut card = "licence?seed=7&fault=slow=1".parse::<Recipe>()?.card()?;
//! let setting = card.exchange(&[0x00, 0xB0, 0x8A, 0x00, 0x04])?;
//! assert!(setting.ends_with(&[0x90, 0x00]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[doc(hidden)]
pub mod cards;
#[doc(hidden)]
pub mod certificate;
#[doc(hidden)]
pub mod font;
mod kernel;
#[doc(hidden)]
pub mod keys;
#[doc(hidden)]
pub mod persona;
mod prng;
mod recipe;
#[doc(hidden)]
pub mod script;
mod shape;
#[doc(hidden)]
pub mod vpcd;

pub use cards::{SimKind, kinds};
pub use kernel::{FaultError, IssueError, SimulatedCard};
pub use prng::SeededNonces;
pub use recipe::{Recipe, RecipeError};
#[doc(hidden)]
pub use {
    kernel::{BlockedQuery, Credentials, Expected, FaultRow, Faults, LINK_FAULTS, PastEnd, VerifiedQuery, faults_of},
    persona::Persona,
    prng::SplitMix64,
    shape::{Shape, Shaped, Unfit},
};

/// A structure of public fields, a row each: type, default value if it has one, and its documentation.
macro_rules! record {
    ($(#[$attribute:meta])* $visible:vis struct $name:ident; $($field:ident: $kind:ty, $doc:literal;)*) => {
        $(#[$attribute])*
        $visible struct $name {
            $(#[doc = $doc] pub $field: $kind),*
        }
    };
    ($(#[$attribute:meta])* $visible:vis struct $name:ident; $($field:ident: $kind:ty = $default:expr, $doc:literal;)*) => {
        $crate::simulator::record! { $(#[$attribute])* $visible struct $name; $($field: $kind, $doc;)* }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }
    };
}

/// The pool's eight portraits of a card.
macro_rules! portraits {
    ($card:literal) => {
        portraits!($card: 0 1 2 3 4 5 6 7)
    };
    ($card:literal: $($number:literal)*) => {
        [$(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/simulator/pool/portraits/", $card, "-", $number, ".jp2"))),*]
    };
}

pub(crate) use {portraits, record};

/// One of a pool of eight.
pub(crate) fn pick(pool: &[&'static [u8]], number: u8) -> &'static [u8] {
    pool.get(usize::from(number) % pool.len().max(1)).copied().unwrap_or_default()
}
