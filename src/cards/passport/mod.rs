//! 旅券: electronic passports of every state (ICAO Doc 9303).

// The chip's side is the simulator's, and some names are the tests' alone.
#[allow(dead_code, unused_imports)]
pub(crate) mod access;
mod card_access;
mod checks;
mod chip;
pub mod details;
pub mod face;
pub mod files;
mod mapping;
pub mod mrz;
mod open;
mod proofs;
mod read;
pub mod security_object;
mod show;
mod signer;
pub mod spec;
mod tree;

#[doc(hidden)]
pub use access::{ActiveHash, SecurityInfos, verify_active};
pub use checks::{PLAIN, TYPED, TYPED_WITH_KEY, WITH_KEY, check};
pub use mrz::{Format, Mrz, MrzError};
pub(in crate::cards) use read::Passport;
pub use spec::STEPS;
