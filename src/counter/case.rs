//! Why a document did not do, for what the law allows then.

use crate::{
    cards::{CredentialSpec, Who},
    messages::Problem,
    verify::Overall,
};

use super::{Reading, State};

/// Why a document alone does not do. What the law allows instead depends on it and on the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Case {
    /// The chip was not read.
    Unreadable,
    /// What opens the chip is blocked, or its last try is not to be spent.
    PinBlocked,
    /// The customer does not know the PIN: forgotten, or the card refused what was entered.
    PinForgotten,
    /// The chip shows no photo to compare the face with.
    NoPhoto,
    /// Neither authentic nor rejected.
    Undetermined,
    /// Rejected.
    Rejected,
}

impl Case {
    /// The machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::PinBlocked => "pin-blocked",
            Self::PinForgotten => "pin-forgotten",
            Self::NoPhoto => "no-photo",
            Self::Undetermined => "undetermined",
            Self::Rejected => "rejected",
        }
    }

    /// Why a reading ended without a verdict.
    pub(super) fn of_problem(problem: &Problem) -> Self {
        let of_customer = |credential: &CredentialSpec| credential.who == Who::Customer;
        match problem {
            Problem::CredentialBlocked { .. } | Problem::LastTry { .. } | Problem::NoCounter { .. } => Self::PinBlocked,
            Problem::PinForgotten { .. } => Self::PinForgotten,
            Problem::CredentialWrong { credential, .. } | Problem::UncountedWrong { credential, .. }
                if of_customer(credential) =>
            {
                Self::PinForgotten
            }
            _ => Self::Unreadable,
        }
    }

    /// The case of a state. `cause`: why less of the card was read than it holds.
    pub(super) fn of(state: &State, cause: Option<Self>) -> Option<Self> {
        match state {
            State::Failed(failure) => Some(Self::of_problem(&failure.problem)),
            State::Checked(checked) => Self::of_reading(&checked.reading, cause),
            _ => None,
        }
    }

    fn of_reading(reading: &Reading, cause: Option<Self>) -> Option<Self> {
        match reading.findings.overall() {
            Overall::Rejected => Some(Self::Rejected),
            Overall::Undetermined => Some(cause.unwrap_or(Self::Undetermined)),
            Overall::Authentic => reading.findings.picture("photo").is_none().then_some(Self::NoPhoto),
        }
    }
}
