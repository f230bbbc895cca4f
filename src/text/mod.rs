//! Text and dates as the cards and the counter write them.

mod era;
mod time;

pub use era::{Era, PrintedDate, PrintedDateError, era_year};
pub use time::{compact_date, japan_date, japan_time, whole_seconds};
