//! Text and dates as the cards and the counter write them.

mod encoded;
mod era;
mod hex;
#[cfg(feature = "compare")]
mod hyphen;
mod jis;
mod named;
mod time;
mod zone;

pub use encoded::{Encoded, utf8_or_shift_jis};
pub use era::{
    Era, EraDateError, EraDigitDate, PrintedDate, PrintedDateError, era_year, from_era_digits, to_era_digits,
};
pub(crate) use hex::hex_bytes;
#[cfg(feature = "compare")]
pub(crate) use hyphen::is_hyphen;
pub use jis::{Edition, JisError, JisErrorKind, JisText, MARK, Piece, full_width_digits, jis_x0201};
pub use named::UnknownName;
pub(crate) use named::{errors, named};
pub use time::{compact_date, japan_date, japan_time, whole_seconds};
pub use zone::{check_digit, zone_date};
