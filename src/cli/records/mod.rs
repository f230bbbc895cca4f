//! `taimen records`: the confirmation record.

pub mod add;
mod amend;
pub mod database;
mod export;
mod report;
mod show;
pub mod views;

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date, tz};

use crate::messages::{ExitCode, Problem};

use super::Settings;

pub use add::recorder;

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("add", matches)) => add::run(settings, matches),
        Some(("list", matches)) => show::list(settings, matches),
        Some(("show", matches)) => show::show(settings, matches),
        Some(("find", matches)) => show::find(settings, matches),
        Some(("amend", matches)) => amend::amend(settings, matches),
        Some(("end", matches)) => amend::end(settings, matches),
        Some(("export", matches)) => export::run(settings, matches),
        Some(("report", matches)) => report::run(settings, matches),
        _ => Ok(ExitCode::Usage),
    }
}

/// The beginning of a day in Japan.
fn midnight(day: Date) -> Option<Timestamp> {
    let zone = tz::TimeZone::fixed(tz::Offset::constant(9));
    day.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}
