//! Why a document did not do, for what the law allows then.

use crate::{
    cards::{CredentialSpec, Who},
    messages::Problem,
    profile::Case,
    verify::Overall,
};

use super::{Reading, State};

/// Why a reading ended without a verdict.
pub(super) fn of_problem(problem: &Problem) -> Case {
    let of_customer = |credential: &CredentialSpec| credential.who == Who::Customer;
    match problem {
        Problem::CredentialBlocked { .. } | Problem::LastTry { .. } | Problem::NoCounter { .. } => Case::PinBlocked,
        Problem::PinForgotten { .. } => Case::PinForgotten,
        Problem::CredentialWrong { credential, .. } | Problem::UncountedWrong { credential, .. }
            if of_customer(credential) =>
        {
            Case::PinForgotten
        }
        _ => Case::ChipUnreadable,
    }
}

/// The case of a state. `cause`: why less of the card was read than it holds.
pub(super) fn of(state: &State, cause: Option<Case>) -> Option<Case> {
    match state {
        State::Failed(failure) => Some(of_problem(&failure.problem)),
        State::Checked(checked) => of_reading(&checked.reading, cause),
        _ => None,
    }
}

fn of_reading(reading: &Reading, cause: Option<Case>) -> Option<Case> {
    match reading.findings.overall() {
        Overall::Rejected => Some(Case::Rejected),
        Overall::Undetermined => Some(cause.unwrap_or(Case::Undetermined)),
        Overall::Authentic => reading.findings.picture("photo").is_none().then_some(Case::NoPhoto),
    }
}
