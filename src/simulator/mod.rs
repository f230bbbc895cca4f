//! Simulated cards: a function of state and command, faithful to what is known of the real ones.
//!
//! A card is made from a [`Recipe`] and is a [`Transport`](crate::transport::Transport); [`vpcd`] offers it to a PC/SC
//! service, and a [`script`] says which of them lie on which reader, and when. The people on the cards are invented
//! ([`Persona`]), the keys are the committed pool of the simulated hierarchy ([`keys`]), whose private halves are public.
//! What it does where nobody knows what the real card does is a [`Profile`]; what can be wrong with it is a table
//! ([`faults_of`]).
//!
//! Licences ([`licence`]), the licence application on a My Number Card, and residence cards ([`residence`]) have a state
//! machine, switches and faults of their own.
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
//! let number_b = card.credentials().ok_or("a card of a persona")?.number_b()?;
//! assert_eq!(card.exchange(select_application(FACE.aid).bytes())?, [0x90, 0x00]);
//! assert_eq!(card.exchange(Command::ask_tries(FACE_NUMBER_B.sfi).bytes())?, [0x63, 0xCA]);
//! assert_eq!(card.exchange(Command::verify(FACE_NUMBER_B.sfi, &number_b).bytes())?, [0x90, 0x00]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apdu;
mod card;
mod commands;
mod contents;
mod fault;
mod fault_row;
mod fault_table;
pub mod fit;
#[doc(hidden)]
pub mod font;
pub mod issue;
pub mod jpki;
mod jpki_fault;
pub mod keys;
pub mod licence;
mod link;
mod objects;
pub mod persona;
#[doc(hidden)]
pub mod picture;
mod prng;
pub mod profile;
mod recipe;
pub mod residence;
pub mod script;
mod shape;
mod state;
pub mod vpcd;

pub use card::{Credentials, SimulatedCard, UnknownFile};
pub use fault::{Fault, FaultError, Faults};
pub use fault_row::{Expected, FaultRow};
pub use fault_table::{FAULTS, faults_of};
pub use jpki_fault::{JPKI_FAULTS, JpkiFault};
pub use objects::ObjectFile;
pub use persona::Persona;
pub use prng::{SeededDraws, SplitMix64};
pub use profile::Profile;
pub use recipe::{KINDS, Recipe, RecipeError, SimKind, Variant};
pub use shape::{Shape, Shaped, Unfit};
