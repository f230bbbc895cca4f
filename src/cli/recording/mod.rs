//! `taimen recording show|make|check|scrub`.

mod check;
mod make;
mod scrub;
mod show;

use std::path::Path;

use clap::ArgMatches;
use jiff::Timestamp;

use crate::{
    messages::{ExitCode, Problem},
    transport::{Recording, recording::MAX_RECORDING},
};

use super::{Settings, files, problem};

/// The reader's time in every recording that is made or scrubbed: 2026-11-22T03:00:00Z.
const MADE_AT: Timestamp = Timestamp::constant(1_795_316_400, 0);

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("show", matches)) => show::run(settings, matches),
        Some(("make", matches)) => make::run(settings, matches),
        Some(("check", matches)) => check::run(settings, matches),
        Some(("scrub", matches)) => scrub::run(settings, matches),
        _ => Ok(ExitCode::Usage),
    }
}

/// The recording in a file.
fn read(path: &Path) -> Result<Recording, Problem> {
    problem::parsed_recording(path, &files::read_limited(path, MAX_RECORDING)?)
}
