//! How the errors of a reading become the [`Problem`]s that people read.

use crate::{
    cards::{EntryError, FlowError, ReadError, RecogniseError, Reference},
    transport::{NonceError, TransportError, replay::UnusedSteps},
};

use super::Problem;

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
            ReadError::PinSetting { reference } => {
                about(reference, |credential| Self::PinSettingUnknown { credential })
            }
            ReadError::Missing { reference } => {
                about(reference, |credential| Self::MissingCredential { name: credential.id.to_owned() })
            }
            ReadError::NotGiven { credential } => Self::MissingCredential { name: credential.id.to_owned() },
            ReadError::Refused { refusal, reference } => {
                about(reference, |credential| Self::refused(refusal, credential))
            }
            ReadError::Wrong { reference, left } => {
                about(reference, |credential| Self::CredentialWrong { credential, left })
            }
            ReadError::BlockedNow { reference } => {
                about(reference, |credential| Self::CredentialBlocked { credential })
            }
            ReadError::UncountedRefused { credential, kind, left } => Self::UncountedWrong { credential, kind, left },
            ReadError::OtherEntry { credential, entry } => Self::EntryNotTaken { credential, entry },
            ReadError::UncountedBlocked { credential, .. } => Self::CredentialBlocked { credential },
            ReadError::Handshake { .. } => Self::CardHandshake,
            ReadError::NothingShared => Self::NothingShared,
            ReadError::WantsBluetooth => Self::WantsBluetooth,
            ReadError::Session { detail } => Self::DeviceSession { detail },
            // A recording that differs at VERIFY is not a lost answer: nothing was sent to a card.
            ReadError::AnswerLost {
                error: error @ (TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }),
                ..
            } => error.into(),
            ReadError::AnswerLost { reference, .. } => {
                about(reference, |credential| Self::AnswerLost { credential, left: None })
            }
        }
    }
}

/// A problem with what opens a reference. Nothing presents a reference without a credential.
fn about(
    reference: &'static Reference,
    problem: impl FnOnce(&'static crate::cards::CredentialSpec) -> Problem,
) -> Problem {
    reference.credential.map_or(Problem::Internal { place: "messages/reading" }, problem)
}

impl From<NonceError> for Problem {
    fn from(error: NonceError) -> Self {
        match error {
            NonceError::System | NonceError::TooMany => Self::NoRandomBytes,
            NonceError::Ended(draw) | NonceError::Length { draw, .. } => Self::RecordingDraw { draw },
        }
    }
}

impl From<UnusedSteps> for Problem {
    fn from(error: UnusedSteps) -> Self {
        Self::RecordingUnused { unused: error.unused, steps: error.steps }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Recognise(error) => error.into(),
            FlowError::Read(error) => error.into(),
            FlowError::NotReadable(kind) => Self::UnsupportedKind(kind),
            FlowError::NoSuchApplication(kind) => Self::NoSuchApplication(kind),
            FlowError::NotOfThisCard { asked, kind } => Self::OtherCardsOption { option: asked, kind },
            FlowError::Missing(_, entries) => {
                Self::MissingCredential { name: entries.first().copied().unwrap_or_default().to_owned() }
            }
            FlowError::Entry(error) => error.into(),
            FlowError::NoTime => Self::Recording { path: "replay".to_owned(), line: 1 },
            FlowError::Unused(error) => error.into(),
        }
    }
}

impl From<EntryError> for Problem {
    fn from(error: EntryError) -> Self {
        match error {
            EntryError::Line { line } | EntryError::Repeated { line } => Self::BadCredentialLine { line },
            EntryError::UnknownName { line } => Self::UnknownCredential { line },
            EntryError::NotText => Self::BadCredentialsFile,
            EntryError::Form(entry) => Self::BadEntry(entry),
            EntryError::Date(_, error) => Self::BadBirthDate(error),
        }
    }
}
