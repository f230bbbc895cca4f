//! One input of a batch: read, judged, compared with what is expected.

use std::{
    fs,
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use clap::ArgMatches;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    batch::{Expectation, Line, Outcome, verdict},
    cards::read_recording,
    cli::{Settings, args::name, basis, files, problem, seal, trust, verify::Saved},
    dump::Dump,
    messages::{ExitCode, Problem},
    report::{Options, Report, Source},
    transport::recording::MAX_RECORDING,
    trust::{Hierarchy, TrustStore},
    verify::At,
};

use super::{
    expectations::Expectations,
    inputs::{Input, Item},
};

/// What holds for every input. The trust store is loaded once.
pub struct Judge {
    settings: Settings,
    store: TrustStore,
    accepted: Vec<Hierarchy>,
    at: Option<At>,
    /// One day for all inputs, however long the batch takes.
    now: Timestamp,
    sealed_by: Option<String>,
    options: Options,
    expectations: Expectations,
    /// Whether a line has the verdict in place of the report.
    verdicts_only: bool,
}

/// A line of a list: an input by its path, or a name and the input itself.
#[derive(Deserialize)]
struct Listed<'a> {
    input: Option<String>,
    #[serde(borrow)]
    dump: Option<&'a RawValue>,
    recording: Option<String>,
}

/// What became of an input, and what was expected.
type Found = (Result<Outcome, Problem>, Option<Expectation>);

impl Judge {
    /// What the options say.
    pub fn new(settings: &Settings, matches: &ArgMatches) -> Result<Self, Problem> {
        Ok(Self {
            settings: *settings,
            store: trust::store(settings, matches)?,
            accepted: trust::accepted(matches),
            at: matches.get_one::<At>(name::AT).copied(),
            now: Timestamp::now(),
            sealed_by: seal::wanted(matches),
            options: Options {
                lang: settings.lang,
                sex: matches.get_flag(name::SEX),
                age: false,
                domicile: matches.get_flag(name::DOMICILE),
            },
            expectations: match matches.get_one::<PathBuf>(name::EXPECT) {
                Some(folder) => Expectations::of(folder)?,
                None => Expectations::default(),
            },
            verdicts_only: matches.get_flag(name::VERDICTS_ONLY),
        })
    }

    /// What is said about an input. Nothing that one input does reaches another.
    pub fn line(&self, item: Item) -> Line {
        match item {
            Item::File(input) => self.said(input.path.to_string_lossy().into_owned(), || self.file(&input)),
            Item::Refused { input, problem } => self.said(input, || (Err(problem), None)),
            Item::Line { number, json } => {
                let nameless = || format!("-:{number}");
                let refused = || (Err(Problem::ListLine { line: number }), None);
                let Ok(listed) = serde_json::from_slice::<Listed<'_>>(&json) else {
                    return self.said(nameless(), refused);
                };
                let input = listed.input.clone().unwrap_or_else(nameless);
                self.said(input.clone(), || self.listed(&listed, &input).unwrap_or_else(refused))
            }
        }
    }

    /// The line as it is written.
    pub fn json(&self, line: &Line) -> String {
        if self.verdicts_only { line.verdict_json() } else { line.json() }
    }

    fn said(&self, input: String, work: impl FnOnce() -> Found) -> Line {
        // A fault of the program must not take the other inputs with it, nor leave a hole in the order.
        let done = catch_unwind(AssertUnwindSafe(work));
        let (outcome, expectation) = done.unwrap_or((Err(Problem::Internal { place: "batch" }), None));
        let outcome = outcome.unwrap_or_else(|problem| Outcome::Failed(problem.message(self.settings.lang)));
        // Under a demanded seal nobody's expectation makes up for it: what was not judged counts as what it is.
        let expectation = expectation.filter(|_| self.sealed_by.is_none() || matches!(outcome, Outcome::Judged { .. }));
        let expected = expectation.map(|expectation| expectation.compare(&outcome));
        Line { input, outcome, expected }
    }

    /// An input whose expectation cannot be read is not judged: nobody could say what its verdict counts.
    fn file(&self, input: &Input) -> Found {
        match self.expectations.take(input) {
            Ok(expectation) => {
                let wanted = !self.verdicts_only || expectation.is_some();
                (read(&input.path).and_then(|bytes| self.judge(&input.path, &bytes, wanted)), expectation)
            }
            Err(problem) => (Err(problem), None),
        }
    }

    /// A line for each expectation that no input had: what its owner waits for is not among the inputs.
    pub fn unused(&self) -> impl Iterator<Item = Line> {
        self.expectations.unused().map(|path| {
            let input = path.display().to_string();
            let problem = Problem::ExpectationUnused { path: input.clone() };
            self.said(input, || (Err(problem), None))
        })
    }

    /// `None` if a line says neither where its input is nor what, or says two things.
    fn listed(&self, listed: &Listed<'_>, name: &str) -> Option<Found> {
        let path = Path::new(name);
        let wanted = !self.verdicts_only;
        match (&listed.input, listed.dump, &listed.recording) {
            (Some(_), None, None) => Some(self.file(&Input::named(path))),
            (_, Some(dump), None) => Some((self.judge(path, dump.get().as_bytes(), wanted), None)),
            (_, None, Some(text)) => Some((self.judge(path, text.as_bytes(), wanted), None)),
            _ => None,
        }
    }

    /// Recordings and dumps are recognised by their content, not by their names. `wanted`: the report, not the verdict alone.
    fn judge(&self, path: &Path, bytes: &[u8], wanted: bool) -> Result<Outcome, Problem> {
        if problem::is_recording(bytes) {
            let recording = problem::parsed_recording(path, bytes)?;
            // What was never sealed is not what `--sealed-by` asks for.
            if self.sealed_by.is_some() {
                return Err(Problem::OtherSeal { path: path.display().to_string(), found: None });
            }
            let dump = read_recording(&recording)?;
            self.report(&dump, self.saved(Source::Replay, None), wanted)
        } else if problem::text(bytes).starts_with(b"{") {
            let dump = problem::parsed_dump(path, bytes)?;
            let sealed_by = seal::sealed_by(path, &dump, self.sealed_by.as_deref())?;
            self.report(&dump, self.saved(Source::Dump, sealed_by), wanted)
        } else {
            Err(Problem::NotAnInput { path: path.display().to_string() })
        }
    }

    fn saved(&self, source: Source, sealed_by: Option<String>) -> Saved {
        Saved { source, accepted: self.accepted.clone(), sealed_by }
    }

    fn report(&self, dump: &Dump, saved: Saved, wanted: bool) -> Result<Outcome, Problem> {
        // A recording never comes this far if a seal is demanded.
        let basis = basis::saved(dump.read_at, self.at, self.sealed_by.is_some(), self.now)?;
        let (findings, context) = saved.judge(dump, &self.store, basis)?;
        let options = Options { age: findings.holder.age.is_some(), ..self.options };
        let report = Report { findings: &findings, context: &context, options };
        let json = if wanted { report.json_line() } else { String::new() };
        let (overall, exit) = (findings.overall(), ExitCode::from(&findings));
        Ok(Outcome::Judged { overall, exit, verdict: verdict(&report), report: json })
    }
}

/// The bytes of an input, if it is a file that could be one.
fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    // Opening a pipe would wait for its other end, and a device has none.
    let found = fs::metadata(path).map_err(|error| problem::unreadable(path, &error))?;
    let shown = || path.display().to_string();
    if found.is_dir() {
        return Err(problem::unreadable(path, &ErrorKind::IsADirectory.into()));
    }
    if !found.is_file() {
        return Err(Problem::NotAFile { path: shown() });
    }
    let bytes = match found.len() {
        length if length > u64::try_from(MAX_RECORDING).unwrap_or(u64::MAX) => None,
        _ => Some(files::read_limited(path, MAX_RECORDING)?).filter(|bytes| bytes.len() <= MAX_RECORDING),
    };
    bytes.ok_or_else(|| Problem::InputTooLarge { path: shown() })
}
