//! What the program prints: reports to standard output, failures in two halves to standard error.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use clap::ArgMatches;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    cards::{Findings, Picture},
    destination::Destination,
    image::{self, Format},
    messages::{ExitCode, Message, Problem},
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
/// (those of the report, then `further` ones), so that the verdict stands there when one of them cannot be. As JSON it is
/// one document, which has the failure too, so the files come first.
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
    let verdict = ExitCode::from(findings.overall());
    let files = || destinations.write(findings, &report).and_then(|()| further());
    if matches.get_flag(name::JSON) {
        let Err(problem) = files() else { return text(&report.json()).map(|()| verdict) };
        let exit = if verdict == ExitCode::Authentic { problem.exit() } else { verdict };
        complaint(settings, &problem);
        text(&(failure(settings, &problem, exit, Some((verdict, &report.json_line()))) + "\n"))?;
        return Ok(exit);
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
    match files() {
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

/// A problem in its two halves, and with `--json` as an object on standard output; returns its exit code.
pub fn problem(settings: &Settings, problem: &Problem) -> ExitCode {
    complaint(settings, problem);
    let exit = problem.exit();
    if settings.json {
        // Where standard output itself is what cannot be written, standard error has said so.
        let _ = text(&(failure(settings, problem, exit, None) + "\n"));
    }
    exit
}

/// The schema name of a failure, described by `docs/error.schema.json`.
const ERROR_SCHEMA: &str = "taimen.error/1";

/// A failure as JSON.
#[derive(Serialize)]
struct Failure<'a> {
    schema: &'static str,
    error: Message,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a RawValue>,
}

/// A failure as one line of JSON, without a newline; behind a verdict with its exit code and the report.
fn failure(settings: &Settings, problem: &Problem, exit: ExitCode, judged: Option<(ExitCode, &str)>) -> String {
    let failure = Failure {
        schema: ERROR_SCHEMA,
        error: problem.message(settings.lang),
        exit: exit.code(),
        verdict: judged.map(|(verdict, _)| verdict.code()),
        report: judged.and_then(|(_, report)| serde_json::from_str(report).ok()),
    };
    json_escaped(&serde_json::to_string(&failure).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        lang::Lang,
        report::{samples, schema_tests::errors},
    };

    #[test]
    fn a_failure_follows_its_schema() {
        let schema: Value = serde_json::from_str(include_str!("../../docs/error.schema.json")).unwrap();
        let report = |name: &str| -> Value { serde_json::from_str(name).unwrap() };
        let settings = Settings { lang: Lang::En, json: true };
        let failed = failure(&settings, &Problem::UnknownCard, ExitCode::Card, None);
        let value = report(&failed);
        assert_eq!(errors(&schema, &schema, &value, ""), Vec::<String>::new());
        assert_eq!(value, json!({ "schema": ERROR_SCHEMA, "error": value["error"], "exit": 4 }));
        for (_, findings, context) in samples::all() {
            let line = samples::report(&findings, &context, samples::JA).json_line();
            let verdict = ExitCode::from(findings.overall());
            let failed = failure(&settings, &Problem::NoPicture, verdict, Some((verdict, &line)));
            assert!(!failed.contains('\n'));
            let value = report(&failed);
            assert_eq!(errors(&schema, &schema, &value, ""), Vec::<String>::new());
            assert_eq!(value["report"], report(&line));
        }
    }
}
