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
    compare::Comparison,
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
    fn write(self, findings: &Findings, report: &Report<'_>, json: bool) -> Result<(), Problem> {
        if let Some(page) = self.page {
            files::write(&page, report.html().as_bytes())?;
            if !json {
                text(&report.page_saved(&page.path().to_string_lossy()))?;
            }
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

/// A record that was saved: what is said of it in words, and as JSON.
pub struct Saved {
    /// In words, with a newline.
    pub text: String,
    /// As JSON.
    pub json: serde_json::Value,
}

/// A report as JSON with the record that was saved.
fn with_record(report: String, saved: Option<Saved>) -> String {
    match (saved, report.trim_end().strip_suffix('}')) {
        (Some(saved), Some(open)) => json_escaped(&format!("{},\n  \"record\": {}\n}}\n", open.trim_end(), saved.json)),
        _ => report,
    }
}

/// How a run ends if something after the verdict failed: a failure never hides that a card is not authentic.
fn after(verdict: ExitCode, problem: &Problem) -> ExitCode {
    match (verdict, problem.exit()) {
        (ExitCode::Authentic | ExitCode::Mismatch, ExitCode::NotSaved) => ExitCode::NotSaved,
        (ExitCode::Authentic, exit) => exit,
        (verdict, _) => verdict,
    }
}

/// A report to every place that was asked for; returns the verdict's exit code. It is shown before the files are written
/// (those of the report, then `further` ones), so that the verdict is there when one of them cannot be. As JSON it is
/// one document, which has the failure too, so the files come first.
pub fn report(
    settings: &Settings,
    matches: &ArgMatches,
    findings: &Findings,
    context: &Context,
    destinations: Destinations,
    further: impl FnOnce() -> Result<Option<Saved>, Problem>,
) -> Result<ExitCode, Problem> {
    let options = Options {
        lang: settings.lang,
        sex: matches.get_flag(name::SEX),
        age: findings.holder.age.is_some(),
        domicile: matches.get_flag(name::DOMICILE),
    };
    let report = Report { findings, context, options };
    let agrees = context.form.as_ref().is_none_or(Comparison::agrees);
    let verdict = match ExitCode::from(findings) {
        ExitCode::Authentic if !agrees => ExitCode::Mismatch,
        verdict => verdict,
    };
    let json = matches.get_flag(name::JSON);
    let files = || destinations.write(findings, &report, json).and_then(|()| further());
    if json {
        let problem = match files() {
            Ok(saved) => return text(&with_record(report.json(), saved)).map(|()| verdict),
            Err(problem) => problem,
        };
        let exit = after(verdict, &problem);
        complaint(settings, &problem);
        text(&(failure(settings, &problem, exit, Some((verdict, &report.json_line()))) + "\n"))?;
        return Ok(exit);
    } else {
        let details = matches.get_flag(name::DETAILS);
        text(&if details { report.details(Colour::Ansi) } else { report.text(Colour::Ansi) })?;
        if details && io::stdout().is_terminal() {
            // A picture that no signature covers is nobody's face.
            if confirmed(findings, "photo").is_some() {
                text(&report.photo(terminal::graphics()))?;
            }
            text(&report.text_pictures(terminal::graphics()))?;
            text(&report.external_characters(terminal::graphics()))?;
            // The report is longer than many windows: the verdict is at its end once more.
            let headline = report.headline();
            text(&format!("{} {}\n", headline.symbol(), headline.words().get(settings.lang)))?;
        }
    }
    match files() {
        Err(problem) => {
            complaint(settings, &problem);
            Ok(after(verdict, &problem))
        }
        Ok(Some(saved)) => text(&saved.text).map(|()| verdict),
        Ok(None) => Ok(verdict),
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

/// A failure as one line of JSON, without a newline; after a verdict with its exit code and the report.
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
pub fn text(text: &str) -> Result<(), Problem> {
    written(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// A JSON value on one line.
pub fn line(value: &serde_json::Value) -> Result<(), Problem> {
    text(&format!("{}\n", json_escaped(&value.to_string())))
}

/// Bytes as they are.
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
    use jsonschema::Registry;
    use serde_json::{Value, json};

    use super::*;
    use crate::{cards, lang::Lang, report::Source, transport::Recording, trust::TrustStore, verify::Basis};

    #[test]
    fn a_failure_follows_its_schema() {
        let parse = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
        let report = parse(include_str!("../../docs/report.schema.json"));
        let registry = Registry::new().add(report["$id"].as_str().unwrap(), report.clone()).unwrap().prepare().unwrap();
        let schema = parse(include_str!("../../docs/error.schema.json"));
        let schema = jsonschema::options().with_registry(&registry).build(&schema).unwrap();
        let settings = Settings { lang: Lang::En, json: true };
        let failed = parse(&failure(&settings, &Problem::UnknownCard, ExitCode::Card, None));
        schema.validate(&failed).unwrap();
        assert_eq!(failed, json!({ "schema": ERROR_SCHEMA, "error": failed["error"], "exit": 4 }));

        let recording = Recording::parse(include_bytes!("../../apdu-fixtures/my-number/genuine.apdu")).unwrap();
        let dump = cards::read_recording(&recording).unwrap();
        let findings = cards::check(&dump, &TrustStore::shipped().unwrap(), Basis::Live(dump.read_at)).unwrap();
        let context = Context::of(&dump, Source::Live);
        let line = Report { findings: &findings, context: &context, options: Options::default() }.json_line();
        let verdict = ExitCode::from(&findings);
        let failed = failure(&settings, &Problem::NoPicture, verdict, Some((verdict, &line)));
        assert!(!failed.contains('\n'));
        schema.validate(&parse(&failed)).unwrap();
        assert_eq!(parse(&failed)["report"], parse(&line));
    }
}
