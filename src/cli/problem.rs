//! How the errors of the layers below become the [`Problem`]s that people read.

use std::{io, path::Path};

use crate::{
    cards::{ReadError, RecogniseError, Reference, drivers_licence::files, my_number::files as my_number},
    dump::DumpError,
    kind::CardKind,
    lang::Bilingual,
    messages::Problem,
    simulator::{Recipe, RecipeError, issue::IssueError},
    transport::{DrawError, TransportError, recording::RecordingError, replay::UnusedSteps},
    trust::{AddError, ManifestError, RemoveError},
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
            EntryError::CardNumber => Self::BadCardNumber,
            EntryError::Password => Self::BadPassword { credential: my_number::JPKI_SIGNING_PASSWORD.title },
            EntryError::Pin(name) => Self::BadPin { credential: pin_title(name) },
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
            ReadError::PinSetting { reference } => Self::PinSettingUnknown { credential: reference.title },
            ReadError::Missing { reference } => Self::MissingCredential { name: entry_of(reference).to_owned() },
            ReadError::Refused { refusal, reference } => Self::refused(refusal, reference.title, kind_of(reference)),
            ReadError::Wrong { reference, left } => {
                Self::CredentialWrong { credential: reference.title, left, printed: reference.printed }
            }
            ReadError::BlockedNow { reference } => {
                Self::CredentialBlocked { credential: reference.title, kind: kind_of(reference) }
            }
            ReadError::NumberRefused { kind, left } => Self::CardNumberWrong { kind, left },
            ReadError::NumberBlocked { kind } => {
                let credential = Bilingual::new("カード番号の照合", "card number");
                Self::CredentialBlocked { credential, kind }
            }
            ReadError::Handshake(_) => Self::CardHandshake,
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

/// Whose credential it is: that decides where it is unblocked.
fn kind_of(reference: &Reference) -> CardKind {
    match entry_of(reference) {
        "pin1" | "pin2" => CardKind::Licence,
        "licence-pin" => CardKind::Menkyo,
        _ => CardKind::MyNumber,
    }
}

/// The name of a reference's line in a credentials file.
fn entry_of(reference: &Reference) -> &'static str {
    ENTRIES.iter().find(|(_, of)| *of == reference).map_or("number-b", |(name, _)| name)
}

fn pin_title(entry: &str) -> Bilingual {
    let title = ENTRIES.iter().find(|(name, _)| *name == entry).map(|(_, reference)| reference.title);
    title.unwrap_or(Bilingual::new("暗証番号", "PIN"))
}

/// The entries that open one reference each, and which.
const ENTRIES: [(&str, &Reference); 5] = [
    ("pin1", &files::PIN1),
    ("pin2", &files::PIN2),
    ("licence-pin", &files::MENKYO_PIN),
    ("auth-pin", &my_number::JPKI_AUTHENTICATION_PIN),
    ("sign-password", &my_number::JPKI_SIGNING_PASSWORD),
];

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
