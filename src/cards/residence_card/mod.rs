//! 在留カード (residence card) and 特別永住者証明書 (special permanent resident certificate), both generations.

mod checks;
pub mod codes;
mod decode;
mod fields;
pub mod files;
pub mod protocol;
mod signature;

pub use checks::{FIRST_REQUIREMENT, SECOND_REQUIREMENT, check};
pub use decode::{DecodeError, DecodeErrorKind, Item, Period, Record, Value};
pub use signature::{ENTRIES_SIGNED, MAX_DER_SIGNATURE};
