//! Birth dates: the same day, however it is written.

use jiff::civil::Date;

use crate::text::{PrintedDate, PrintedDateError};

/// A day as people write it, and whether it is written with an era.
pub(super) fn read(text: &str) -> Option<(Date, bool)> {
    match PrintedDate::read(text) {
        Ok(printed) => Some((printed.date(), printed != PrintedDate::western(printed.date()))),
        Err(PrintedDateError::BareWestern(western)) => Some((western.date(), false)),
        Err(_) => None,
    }
}
