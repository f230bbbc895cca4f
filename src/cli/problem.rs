//! How the errors of the layers below become the [`Problem`]s that people read.

use std::{io, path::Path};

use crate::{
    dump::{Dump, DumpError},
    messages::Problem,
    simulator::{IssueError, Recipe, RecipeError, kinds},
    transport::{
        Recording,
        recording::{Problem as LineProblem, RecordingError},
    },
    trust::{AddError, ManifestError, RemoveError},
};

impl From<ManifestError> for Problem {
    fn from(error: ManifestError) -> Self {
        Self::TrustFolder(error)
    }
}

impl From<AddError> for Problem {
    fn from(error: AddError) -> Self {
        Self::TrustAdd(error)
    }
}

impl From<RemoveError> for Problem {
    fn from(error: RemoveError) -> Self {
        Self::TrustRemove(error)
    }
}

impl From<IssueError> for Problem {
    fn from(_: IssueError) -> Self {
        Self::Internal { place: "simulator" }
    }
}

/// A simulated card's address that names none.
pub fn recipe(address: &str, error: &RecipeError) -> Problem {
    let (kind, options) = address.split_once('?').unwrap_or((address, ""));
    let options = options.split('&').filter(|option| !option.is_empty());
    match error {
        RecipeError::Kind => {
            let kinds: Vec<&str> = kinds().map(|kind| kind.name).collect();
            Problem::UnknownSimKind { given: kind.to_owned(), meant: near(kind, kinds.iter().copied()), kinds }
        }
        RecipeError::Fault(_) => {
            let mut faults = options.filter_map(|option| option.strip_prefix("fault=")).flat_map(|all| all.split(','));
            let wrong = faults.find(|fault| format!("{kind}?fault={fault}").parse::<Recipe>().is_err());
            Problem::UnknownSimFault(wrong.unwrap_or(address).to_owned())
        }
        RecipeError::Option => {
            let name = |option: &str| option.split('=').next().unwrap_or_default().to_owned();
            let given = options.map(name).find(|name| !OPTIONS.contains(&name.as_str())).unwrap_or_default();
            Problem::UnknownSimOption { meant: near(&given, OPTIONS.into_iter()), given }
        }
        RecipeError::Seed(_) => Problem::BadSimSeed,
    }
}

/// What follows `?` in the address of a simulated card.
const OPTIONS: [&str; 2] = ["fault", "seed"];

/// The name that was probably meant.
fn near(given: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let alike = names.map(|name| (strsim::damerau_levenshtein(given, name), name));
    alike.min_by_key(|(steps, _)| *steps).filter(|(steps, _)| *steps <= 2).map(|(_, name)| name)
}

/// The recording in some bytes.
pub fn parsed_recording(path: &Path, bytes: &[u8]) -> Result<Recording, Problem> {
    Recording::parse(bytes).map_err(|error| {
        if let (RecordingError::Line { .. }, Err(empty)) = (&error, filled(path, bytes)) {
            return empty;
        }
        let path = path.display().to_string();
        match error {
            RecordingError::Line { problem: LineProblem::OtherVersion, .. } => Problem::RecordingVersion { path },
            RecordingError::Line { problem: LineProblem::NotARecording, .. } if text(bytes).starts_with(b"{") => {
                Problem::DumpGiven { path }
            }
            RecordingError::Line { line, .. } => Problem::Recording { path, line },
            RecordingError::TooLarge => Problem::Recording { path, line: 1 },
        }
    })
}

/// The dump in some bytes.
pub fn parsed_dump(path: &Path, bytes: &[u8]) -> Result<Dump, Problem> {
    Dump::from_json(bytes).map_err(|error| {
        if let (DumpError::Malformed { .. }, Err(empty)) = (&error, filled(path, bytes)) {
            return empty;
        }
        let path = path.display().to_string();
        match error {
            _ if is_recording(bytes) => Problem::RecordingGiven { path },
            error => Problem::Dump { path, error },
        }
    })
}

/// Refuses a file without anything in it.
pub fn filled(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    if text(bytes).is_empty() { Err(Problem::Empty { path: path.display().to_string() }) } else { Ok(()) }
}

/// Whether some bytes begin as a recording does.
pub fn is_recording(bytes: &[u8]) -> bool {
    text(bytes).starts_with(b"taimen-recording")
}

/// Without what editors put in front.
pub fn text(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

/// A file that cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::Unreadable { path: path.display().to_string(), error: error.kind() }
}

/// A file that cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::Unwritable { path: path.display().to_string(), error: error.kind() }
}
