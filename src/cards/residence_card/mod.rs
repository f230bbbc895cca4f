//! 在留カード (residence card) and 特別永住者証明書 (special permanent resident certificate), both generations.

mod checks;
pub mod codes;
mod decode;
mod fields;
pub mod files;
#[doc(hidden)]
pub mod protocol;
mod read;
mod signature;
pub mod spec;
pub mod tlv;

pub use checks::{FIRST_REQUIREMENT, SECOND_REQUIREMENT, check};
pub use decode::{DecodeError, DecodeErrorKind, Item, Period, Record, Value};
pub use protocol::{CardNumber, NotACardNumber};
pub(in crate::cards) use read::{ResidenceCard, SpecifiedResidenceCard};
pub use signature::{ENTRIES_SIGNED, MAX_DER_SIGNATURE};
pub use spec::{STEPS_1, STEPS_1_SPECIAL, STEPS_2, STEPS_2_SPECIAL};

#[cfg(all(test, feature = "simulator"))]
mod checks_tests;
