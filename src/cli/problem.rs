//! How the errors of the layers below become the [`Problem`]s that people read.

use std::{io, path::Path};

use crate::{
    dump::DumpError,
    messages::Problem,
    simulator::{Recipe, RecipeError, issue::IssueError},
    transport::recording::RecordingError,
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
    match error {
        RecipeError::Kind => Problem::UnknownSimKind(kind.to_owned()),
        RecipeError::Fault(_) => {
            let mut faults =
                options.split('&').filter_map(|option| option.strip_prefix("fault=")).flat_map(|all| all.split(','));
            let wrong = faults.find(|fault| format!("{kind}?fault={fault}").parse::<Recipe>().is_err());
            Problem::UnknownSimFault(wrong.unwrap_or(options).to_owned())
        }
        RecipeError::Option | RecipeError::Seed(_) => Problem::BadReaderAddress(format!("sim:{address}")),
    }
}

/// A file that is no recording.
pub fn recording(path: &Path, error: RecordingError) -> Problem {
    let line = match error {
        RecordingError::TooLarge => 1,
        RecordingError::Line { line, .. } => line,
    };
    Problem::Recording { path: path.display().to_string(), line }
}

/// A file that is no dump.
pub fn dump(path: &Path, error: DumpError) -> Problem {
    Problem::Dump { path: path.display().to_string(), error }
}

/// A file that cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::Unreadable { path: path.display().to_string(), error: error.kind() }
}

/// A file that cannot be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::Unwritable { path: path.display().to_string(), error: error.kind() }
}
