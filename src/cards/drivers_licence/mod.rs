//! 運転免許証 (driver's licence) and マイナ免許証 (the licence application on a My Number Card).

mod changes;
mod checks;
mod decode;
mod field;
pub mod fields;
pub mod files;
#[doc(hidden)]
pub mod layout;
mod menkyo_checks;
mod menkyo_read;
mod read;
mod signature;
mod spec;

pub use checks::{LICENCE_REQUIREMENT, check};
pub use decode::{CardDates, DecodeError, DecodeErrorKind, Entry, Item, Record, Value, check_digit_fits};
pub use menkyo_checks::{MENKYO_REQUIREMENT, check_menkyo};
pub use menkyo_read::{MENKYO_STEPS, MenkyoPrepared, MenkyoReading, menkyo_steps, prepare as prepare_menkyo};
pub use read::{Pins, Prepared, Progress, Reading, STEPS, Step, StepId, counted, prepare, steps};
pub use spec::KINDS;
