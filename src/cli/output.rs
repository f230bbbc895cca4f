//! What the program prints: reports to standard output, failures in two halves to standard error.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use clap::ArgMatches;

use crate::{
    cards::Findings,
    image::{self, Format},
    report::{Colour, Context, Options, Report},
    verify::Overall,
};

use super::{Settings, args::name, failure::Failure, files, terminal};

/// A report to every place that was asked for; returns the verdict's exit code.
///
/// # Errors
/// [`Failure`].
pub fn report(
    settings: &Settings,
    matches: &ArgMatches,
    findings: &Findings,
    context: &Context,
) -> Result<Exit, Failure> {
    let options = Options {
        lang: settings.lang,
        sex: matches.get_flag(name::SEX),
        age: findings.holder.age.is_some(),
    };
    let report = Report { findings, context, options };
    if let Some(path) = matches.get_one::<PathBuf>(name::HTML) {
        files::write_private(path, report.html().as_bytes())?;
    }
    if let Some(path) = matches.get_one::<PathBuf>(name::PHOTO) {
        let photo = findings.picture("photo").ok_or(Failure::NoPhoto)?;
        let raster = image::decode(&photo.bytes, Format::from(photo.format)).map_err(|_| Failure::NoPhoto)?;
        files::write_private(path, &raster.to_png())?;
    }
    if matches.get_flag(name::JSON) {
        text(&report.json())?;
    } else {
        text(&report.text(Colour::Ansi))?;
        if io::stdout().is_terminal() {
            text(&terminal::photo(findings))?;
        }
    }
    Ok(match findings.overall() {
        Overall::Authentic => Exit::AUTHENTIC,
        Overall::Rejected => Exit::REJECTED,
        Overall::Undetermined => Exit::UNDETERMINED,
    })
}

/// What the process returns.
pub use exit::Exit;

/// Exit codes by name.
mod exit {
    use crate::messages::ExitCode;
    /// Placeholder until messages arrive.
    pub type Exit = ExitCode;
}
