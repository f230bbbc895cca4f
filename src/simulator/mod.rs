//! Simulated cards: a function of state and command, faithful to what is known of the real ones.
//!
//! A card is made from a [`Recipe`] and is a [`Transport`](crate::transport::Transport); [`vpcd`] offers it to a PC/SC
//! service, and a [`script`] says which of them lie on which reader, and when. The people on the cards are invented
//! ([`Persona`]), the keys are the committed pool of the simulated hierarchy ([`keys`]), whose private halves are public.
//! What a card does if nobody knows what the real one does is a profile in its own folder ([`cards`]); what can be
//! wrong with it is a table ([`faults_of`]).
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
//!
//! And one that a reader opens with what is printed on it:
//!
//! ```
//! use taimen::{
//!     iso7816::{Command, select_application},
//!     cards::my_number::files::{FACE, FACE_NUMBER_B},
//!     simulator::Recipe,
//!     transport::Transport,
//! };
//!
//! let mut card = "my-number?seed=7&fault=swapped-photo".parse::<Recipe>()?.card()?;
//! let number_b = card.credentials().and_then(|own| own.get("number-b")).ok_or("a card of a persona")?.clone();
//! assert_eq!(card.exchange(select_application(FACE.aid).bytes())?, [0x90, 0x00]);
//! assert_eq!(card.exchange(Command::ask_tries(FACE_NUMBER_B.sfi).bytes())?, [0x63, 0xCA]);
//! assert_eq!(card.exchange(Command::verify(FACE_NUMBER_B.sfi, &number_b).bytes())?, [0x90, 0x00]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cards;
pub mod certificate;
#[doc(hidden)]
pub mod font;
mod kernel;
pub mod keys;
pub mod persona;
mod prng;
mod recipe;
pub mod script;
mod shape;
pub mod vpcd;

pub(crate) use cards::like;
pub use cards::{SimKind, kinds};
pub use kernel::{
    BlockedQuery, Credentials, Expected, FaultError, FaultRow, Faults, IssueError, LINK_FAULTS, PastEnd, SimulatedCard,
    VerifiedQuery, faults_of,
};
pub use persona::Persona;
pub use prng::{SeededNonces, SplitMix64};
pub use recipe::{Recipe, RecipeError};
pub use shape::{Shape, Shaped, Unfit};

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
