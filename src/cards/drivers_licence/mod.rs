//! 運転免許証 (driver's licence) and マイナ免許証 (the licence application on a My Number Card).

mod changes;
mod checks;
mod decode;
pub mod fields;
pub mod files;
#[doc(hidden)]
pub mod layout;
mod menkyo_checks;
mod read;
mod signature;
pub mod spec;
pub mod tlv;

pub use checks::{LICENCE_REQUIREMENT, check};
pub use decode::{CardDates, DecodeError, DecodeErrorKind, Entry, Item, Record, Value, check_digit_fits};
pub use menkyo_checks::{MENKYO_REQUIREMENT, check_menkyo};
pub(in crate::cards) use read::{DriversLicence, LicenceApplication};
pub use spec::{MENKYO_STEPS, STEPS};
