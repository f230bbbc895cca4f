//! How the errors of the layers below become the [`Problem`]s that people read.

use std::{io, path::Path};

use crate::{
    cards::{RecogniseError, my_number::ReadError},
    dump::DumpError,
    kind::CardKind,
    messages::Problem,
    simulator::{Faults, RecipeError, issue::IssueError},
    transport::{DrawError, TransportError, recording::RecordingError, replay::UnusedSteps},
    trust::{AddError, ManifestError},
};

use super::credentials::EntryError;

impl From<EntryError> for Problem {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::Line { line } | EntryError::UnknownName { line } | EntryError::Repeated { line } => {
                Self::BadCredentialLine { line }
            }
            EntryError::NotText => Self::BadCredentialsFile,
            EntryError::Missing(name) => Self::MissingCredential { name: name.to_owned() },
            EntryError::Birth(error) => Self::BadBirthDate(error),
            EntryError::ExpiryYear => Self::BadExpiryYear,
            EntryError::SecurityCode => Self::BadSecurityCode,
            EntryError::NumberB => Self::BadNumberB,
        }
    }
}

impl From<RecogniseError> for Problem {
    fn from(error: RecogniseError) -> Self {
        match error {
            RecogniseError::Unknown => Self::UnknownCard,
            RecogniseError::Card(error) => error.into(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Card(error) => error.into(),
            ReadError::Draw(error) => error.into(),
            ReadError::OtherCard => Self::DifferentCard,
            // Only a licence's reading ends so; the program does not read licences yet.
            ReadError::PinSetting { .. } | ReadError::Missing { .. } => Self::Internal { place: "licence" },
            ReadError::Refused { refusal, reference } => Self::refused(refusal, reference.title, CardKind::MyNumber),
            ReadError::Wrong { reference, left } => Self::CredentialWrong { credential: reference.title, left },
            ReadError::BlockedNow { reference } => {
                Self::CredentialBlocked { credential: reference.title, kind: CardKind::MyNumber }
            }
            // A recording that differs at VERIFY is no lost answer: nothing was sent to a card.
            ReadError::AnswerLost {
                error: error @ (TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }),
                ..
            } => error.into(),
            ReadError::AnswerLost { reference, .. } => Self::AnswerLost { credential: reference.title, left: None },
        }
    }
}

impl From<DrawError> for Problem {
    fn from(error: DrawError) -> Self {
        match error {
            DrawError::System | DrawError::TooMany => Self::NoRandomBytes,
            DrawError::Ended { draw } | DrawError::Length { draw, .. } => Self::RecordingDraw { draw },
        }
    }
}

impl From<UnusedSteps> for Problem {
    fn from(error: UnusedSteps) -> Self {
        Self::RecordingUnused { unused: error.unused, steps: error.steps }
    }
}

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
            let wrong = faults.find(|fault| fault.parse::<Faults>().is_err());
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
