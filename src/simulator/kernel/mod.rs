//! What every simulated card has in common: commands taken apart, a file system with its security status, the card as a
//! transport with the troubles of its link, and faults as rows of tables.

pub(crate) mod apdu;
pub(crate) mod card;
pub(crate) mod chip;
mod contents;
pub(crate) mod fault;
mod link;

pub use card::{Credentials, SimulatedCard};
pub use contents::{BlockedQuery, PastEnd, VerifiedQuery};
pub use fault::{Expected, FaultError, FaultRow, Faults, LINK_FAULTS, faults_of};

use super::keys::NoSuchKey;
use crate::crypto::SignerError;

/// Why a card could not be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The pool lacks a key.
    #[error(transparent)]
    Key(#[from] NoSuchKey),
    /// A key does not sign.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A fault changes a byte that the card does not hold.
    #[error("the card has no such byte")]
    NoSuchByte,
    /// No simulated card is of this kind.
    #[error("no simulated card is of this kind")]
    NoSuchKind,
    /// A text, a PIN or a number of a hand-made holder does not fit the card.
    #[error("a hand-made holder's {0} does not fit the card")]
    Unfit(&'static str),
}
