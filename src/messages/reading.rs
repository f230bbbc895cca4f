//! How the errors of a reading become the [`Problem`]s that people read.

use crate::{
    cards::{
        BadCredential, ReadAnyError, ReadError, RecogniseError, Reference, drivers_licence::files,
        my_number::files as my_number,
    },
    kind::CardKind,
    lang::Bilingual,
    transport::{DrawError, TransportError, replay::UnusedSteps},
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

impl From<ReadAnyError> for Problem {
    fn from(error: ReadAnyError) -> Self {
        match error {
            ReadAnyError::Recognise(error) => error.into(),
            ReadAnyError::Read(error) => error.into(),
            ReadAnyError::NotReadable(kind) => Self::UnsupportedKind(kind),
            ReadAnyError::NoSuchApplication(kind) => Self::NoSuchApplication(kind),
            ReadAnyError::NotOfThisCard { asked, kind } => Self::OtherCardsOption { option: asked, kind },
            ReadAnyError::Missing(credential) => Self::MissingCredential { name: credential.as_str().to_owned() },
            ReadAnyError::Malformed(BadCredential(what)) => Self::BadPin { credential: what.title() },
            ReadAnyError::NoTime => Self::Recording { path: "replay".to_owned(), line: 1 },
            ReadAnyError::Unused(error) => error.into(),
        }
    }
}

/// Whose credential it is: that decides where it is unblocked.
fn kind_of(reference: &Reference) -> CardKind {
    match entry_of(reference) {
        "pin1" | "pin2" => CardKind::LICENCE,
        "licence-pin" => CardKind::MENKYO,
        _ => CardKind::MY_NUMBER,
    }
}

/// The name of a reference's line in a credentials file.
fn entry_of(reference: &Reference) -> &'static str {
    ENTRIES.iter().find(|(_, of)| *of == reference).map_or("number-b", |(name, _)| name)
}

/// The title of the credential of a line in a credentials file.
#[cfg(feature = "cli")]
pub fn credential_title(entry: &str) -> Option<crate::lang::Bilingual> {
    ENTRIES.iter().find(|(name, _)| *name == entry).map(|(_, reference)| reference.title)
}

/// The entries that open one reference each, and which.
const ENTRIES: [(&str, &Reference); 5] = [
    ("pin1", &files::PIN1),
    ("pin2", &files::PIN2),
    ("licence-pin", &files::MENKYO_PIN),
    ("auth-pin", &my_number::JPKI_AUTHENTICATION_PIN),
    ("sign-password", &my_number::JPKI_SIGNING_PASSWORD),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cards::Credential,
        iso7816::Refusal,
        lang::Lang,
        messages::{ExitCode, Platform},
    };

    #[test]
    fn what_ends_a_reading_has_words_and_an_exit_code() {
        let read = |refusal| ReadError::Refused { refusal, reference: &files::PIN1 }.into();
        for (error, id, exit) in [
            (RecogniseError::Unknown.into(), "unknown-card", ExitCode::Card),
            (ReadAnyError::NotReadable(CardKind::RESIDENCE_SPECIFIED), "unsupported-kind", ExitCode::Card),
            (ReadAnyError::NoSuchApplication(CardKind::MENKYO), "no-such-application", ExitCode::Card),
            (
                ReadAnyError::NotOfThisCard { asked: "age", kind: CardKind::LICENCE },
                "other-cards-option",
                ExitCode::Usage,
            ),
            (ReadAnyError::Missing(Credential::CardNumber), "missing-credential", ExitCode::Usage),
            (read(Refusal::LastTry), "last-try", ExitCode::Credential),
        ] {
            let problem = Problem::from(error);
            for lang in [Lang::Ja, Lang::En] {
                let message = problem.message_on(lang, Platform::Linux);
                assert_eq!((message.id, message.exit), (id, exit), "{problem:?}");
            }
        }
    }
}
