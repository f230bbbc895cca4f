//! `taimen recording check FILE…`: whether this version says the same to the card as the recording does.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::json;

use crate::{
    cards::Credentials,
    lang::Bilingual,
    messages::{ExitCode, Problem},
    report::visible,
    transport::TransportError,
};

use super::super::{
    Settings,
    args::name,
    output,
    reading::{self, Played},
};

/// A recording that plays back to its end.
struct Fits {
    steps: usize,
    /// The trouble in which the reading ended then, and ended again.
    ended: Option<Problem>,
}

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let entries = reading::entries(matches)?.unwrap_or_default();
    let json = matches.get_flag(name::JSON);
    let mut worst = ExitCode::Authentic;
    for path in matches.get_many::<PathBuf>(name::FILE).into_iter().flatten() {
        let outcome = one(path, &entries);
        if let Err(problem) = &outcome {
            worst = worst.worse(problem.exit());
        }
        if json { line(settings, path, &outcome)? } else { words(settings, path, &outcome)? }
    }
    Ok(worst)
}

fn one(path: &Path, entries: &Credentials) -> Result<Fits, Problem> {
    let recording = super::read(path)?;
    let steps = recording.steps.len();
    let Played { read, rest } = reading::play(&recording, entries);
    match read {
        Err(problem) if differs(&problem) => Err(problem),
        read => rest.map(|()| Fits { steps, ended: read.err() }),
    }
}

/// Whether a problem is one of playing back, and not what the recorded reading ended with.
pub(super) fn differs(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Transport(TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. })
            | Problem::RecordingDraw { .. }
            | Problem::RecordingUnused { .. }
            | Problem::MissingCredential { .. }
            | Problem::OtherCardsOption { .. }
            | Problem::NoSuchApplication(_)
            | Problem::Internal { .. }
    )
}

fn words(settings: &Settings, path: &Path, outcome: &Result<Fits, Problem>) -> Result<(), Problem> {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(settings.lang);
    let name = visible(&path.display().to_string());
    let said = match outcome {
        Ok(Fits { steps, ended: None }) => {
            format!("○ {name}  {steps}{}", t("ステップ、記録どおり", " steps, as recorded"))
        }
        Ok(Fits { steps, ended: Some(problem) }) => format!(
            "○ {name}  {steps}{} {}",
            t("ステップ、記録どおり。結末も同じ：", " steps, as recorded, and the same end:"),
            problem.message(settings.lang).what
        ),
        Err(problem) => {
            let message = problem.message(settings.lang);
            format!("× {name}  {}\n  {}", message.what, message.todo)
        }
    };
    output::text(&format!("{said}\n"))
}

fn line(settings: &Settings, path: &Path, outcome: &Result<Fits, Problem>) -> Result<(), Problem> {
    let (fits, steps, problem) = match outcome {
        Ok(fits) => (true, Some(fits.steps), fits.ended.as_ref()),
        Err(problem) => (false, None, Some(problem)),
    };
    output::line(&json!({
        "recording": path.display().to_string(),
        "as_recorded": fits,
        "steps": steps,
        "problem": problem.map(|problem| problem.message(settings.lang)),
    }))
}
