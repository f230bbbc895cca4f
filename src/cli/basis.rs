//! `--at`: as of when a reading is judged, and by whose word.

use jiff::Timestamp;

use crate::{
    messages::Problem,
    verify::{At, Basis},
};

/// The word of `--at` that makes the reading's own time count.
pub const RECORDED: &str = "recorded";

/// The basis of a saved reading; `sealed` if its seal was demanded and holds.
pub fn saved(read_at: Timestamp, at: Option<At>, sealed: bool, now: Timestamp) -> Result<Basis, Problem> {
    Basis::saved(read_at, at, sealed, now).map_err(|_| Problem::ReadInFuture { read_at })
}

/// Reads what `--at` takes: a time, or [`RECORDED`].
pub fn at(text: &str) -> Result<At, jiff::Error> {
    if text == RECORDED { Ok(At::Recorded) } else { text.parse().map(At::Time) }
}
