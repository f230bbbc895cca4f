//! What the program prints: reports to standard output, failures in two halves to standard error.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use clap::ArgMatches;

use crate::{
    cards::{Findings, Picture},
    destination::Destination,
    image::{self, Format},
    messages::{ExitCode, Problem},
    report::{Colour, Context, Options, Report, json_escaped, visible},
    verify::Verdict,
};

use super::{Settings, args::name, files, problem::unwritable, terminal};

/// The files that a report can be written to.
pub struct Destinations {
    page: Option<Destination>,
    /// The option's picture, and what is said if there is none.
    pictures: Vec<(Destination, &'static str, Problem)>,
}

impl Destinations {
    /// What the options name, each found to be one that can be written.
    ///
    /// # Errors
    /// [`Problem::Unwritable`], [`Problem::UnfitDestination`].
    pub fn of(matches: &ArgMatches) -> Result<Self, Problem> {
        let page = files::destination(matches, name::HTML)?;
        let mut pictures = Vec::new();
        for (option, id, none) in [(name::PHOTO, "photo", Problem::NoPicture), (name::FRONT, "front", Problem::NoFront)]
        {
            pictures.extend(files::destination(matches, option)?.map(|destination| (destination, id, none)));
        }
        Ok(Self { page, pictures })
    }

    /// Writes them.
    fn write(self, findings: &Findings, report: &Report<'_>) -> Result<(), Problem> {
        if let Some(page) = self.page {
            files::write(&page, report.html().as_bytes())?;
        }
        for (destination, id, none) in self.pictures {
            let png = confirmed(findings, id).and_then(|picture| {
                image::decode(&picture.bytes, Format::from(picture.format)).and_then(|raster| raster.to_png()).ok()
            });
            files::write(&destination, &png.ok_or(none)?)?;
        }
        Ok(())
    }
}

/// A report to every place that was asked for; returns the verdict's exit code. It is shown before the files are written
/// (those of the report, then `further` ones), so that the verdict stands there when one of them cannot be.
///
/// # Errors
/// [`Problem`].
pub fn report(
    settings: &Settings,
    matches: &ArgMatches,
    findings: &Findings,
    context: &Context,
    destinations: Destinations,
    further: impl FnOnce() -> Result<(), Problem>,
) -> Result<ExitCode, Problem> {
    let options = Options {
        lang: settings.lang,
        sex: matches.get_flag(name::SEX),
        age: findings.holder.age.is_some(),
        domicile: matches.get_flag(name::DOMICILE),
    };
    let report = Report { findings, context, options };
    if matches.get_flag(name::JSON) {
        text(&report.json())?;
    } else {
        text(&report.text(Colour::Ansi))?;
        if io::stdout().is_terminal() {
            // A picture that no signature covers is nobody's face.
            if confirmed(findings, "photo").is_some() {
                text(&report.photo(terminal::graphics()))?;
            }
            text(&report.text_pictures(terminal::graphics()))?;
            text(&report.external_characters(terminal::graphics()))?;
            // The report is longer than many windows: the verdict stands at its end once more.
            let headline = report.headline();
            text(&format!("{} {}\n", headline.symbol(), headline.words().get(settings.lang)))?;
        }
    }
    let verdict = ExitCode::from(findings.overall());
    match destinations.write(findings, &report).and_then(|()| further()) {
        Err(problem) if verdict == ExitCode::Authentic => Err(problem),
        // A file that was not written never hides that a card is not authentic.
        Err(problem) => {
            complaint(settings, &problem);
            Ok(verdict)
        }
        Ok(()) => Ok(verdict),
    }
}

/// A picture, if the check that covers it passed.
fn confirmed<'a>(findings: &'a Findings, id: &str) -> Option<&'a Picture> {
    let picture = findings.picture(id)?;
    let covered = picture.signed_by.and_then(|id| findings.verdict(id)) == Some(Verdict::Passed);
    covered.then_some(picture)
}

/// A problem in its two halves; returns its exit code.
pub fn problem(settings: &Settings, problem: &Problem) -> ExitCode {
    complaint(settings, problem);
    problem.exit()
}

/// A remark on standard error.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "taimen: {}", visible(text));
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
    text(&format!("{}\n", json_escaped(&value.to_string())))
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
