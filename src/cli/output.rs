//! What the program prints: reports to standard output, failures in two halves to standard error.

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::ArgMatches;

use crate::{
    cards::Findings,
    image::{self, Format},
    messages::{ExitCode, Problem},
    report::{Colour, Context, Options, Report, visible},
};

use super::{Settings, args::name, files, problem::unwritable, terminal};

/// A report to every place that was asked for; returns the verdict's exit code. It is shown before the files are written,
/// so that the verdict stands there when one of them cannot be.
///
/// # Errors
/// [`Problem`].
pub fn report(
    settings: &Settings,
    matches: &ArgMatches,
    findings: &Findings,
    context: &Context,
) -> Result<ExitCode, Problem> {
    let options = Options { lang: settings.lang, sex: matches.get_flag(name::SEX), age: findings.holder.age.is_some() };
    let report = Report { findings, context, options };
    if matches.get_flag(name::JSON) {
        text(&report.json())?;
    } else {
        text(&report.text(Colour::Ansi))?;
        if io::stdout().is_terminal() {
            text(&report.photo(terminal::graphics()))?;
            // The report is longer than many windows: the verdict stands at its end once more.
            let headline = report.headline();
            text(&format!("{} {}\n", headline.symbol(), headline.words().get(settings.lang)))?;
        }
    }
    if let Some(path) = matches.get_one::<PathBuf>(name::HTML) {
        files::write_private(path, report.html().as_bytes())?;
    }
    if let Some(path) = matches.get_one::<PathBuf>(name::PHOTO) {
        let photo = findings.picture("photo").ok_or(Problem::NoPicture)?;
        let raster = image::decode(&photo.bytes, Format::from(photo.format)).map_err(|_| Problem::NoPicture)?;
        files::write_private(path, &raster.to_png().map_err(|_| Problem::NoPicture)?)?;
    }
    Ok(findings.overall().into())
}

/// A problem in its two halves; returns its exit code.
pub fn problem(settings: &Settings, problem: &Problem) -> ExitCode {
    complaint(settings, problem);
    problem.exit()
}

/// What happened and what to do, on standard error.
pub fn complaint(settings: &Settings, problem: &Problem) {
    let message = problem.message(settings.lang);
    let _ = writeln!(io::stderr(), "taimen: {}\n        {}", visible(&message.what), visible(&message.todo));
}

/// Text to standard output; colour codes go where a terminal shows them, and nowhere else.
///
/// # Errors
/// [`Problem::Unwritable`]; a reader that closed the pipe is no error.
pub fn text(text: &str) -> Result<(), Problem> {
    written(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// A JSON value on one line.
///
/// # Errors
/// As [`text`].
pub fn line(value: &serde_json::Value) -> Result<(), Problem> {
    text(&format!("{value}\n"))
}

/// Bytes as they are.
///
/// # Errors
/// As [`text`].
pub fn bytes(bytes: &[u8]) -> Result<(), Problem> {
    written(io::stdout().lock().write_all(bytes))
}

fn written(result: io::Result<()>) -> Result<(), Problem> {
    match result.and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(Path::new("-"), &error)),
        _ => Ok(()),
    }
}
