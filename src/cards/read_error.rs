//! Why a reading ended without a dump: the same for every card.

use crate::{
    iso7816::{CardError, Refusal},
    kind::CardKind,
    transport::{NonceError, TransportError},
};

use super::model::{CredentialSpec, EntrySpec, Reference};

/// Why a reading ended without a dump.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The link broke or the card refused what every card answers.
    #[error(transparent)]
    Card(#[from] CardError),
    /// There are no random bytes for a challenge.
    #[error(transparent)]
    Draw(#[from] NonceError),
    /// The card that was recognised is not there any more; another one may be.
    #[error("this is not the card that was recognised")]
    OtherCard,
    /// The byte that says whether PINs were set has a value that no table has: no PIN may be tried.
    #[error("the PIN setting on the card is not known")]
    PinSetting {
        /// Which credential would have been presented.
        reference: &'static Reference,
    },
    /// The scope needs a credential that was not given; nothing was sent.
    #[error("a credential is missing")]
    Missing {
        /// Which credential.
        reference: &'static Reference,
    },
    /// The gate let no VERIFY through; nothing was sent.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// Which credential.
        reference: &'static Reference,
    },
    /// The card refused the credential. Nothing is repeated.
    #[error("the card refused the credential")]
    Wrong {
        /// Which credential.
        reference: &'static Reference,
        /// Tries left; `None` if the card keeps no counter.
        left: Option<u8>,
    },
    /// This attempt blocked the credential.
    #[error("the credential is blocked now")]
    BlockedNow {
        /// Which credential.
        reference: &'static Reference,
    },
    /// The scope needs a credential that no reference compares, and it was not given; nothing was sent.
    #[error("a credential is missing")]
    NotGiven {
        /// Which credential.
        credential: &'static CredentialSpec,
    },
    /// The card does not open with what was entered, whatever its value: it takes another entry of the credential.
    #[error("the card takes another entry")]
    OtherEntry {
        /// Which credential.
        credential: &'static CredentialSpec,
        /// What was entered.
        entry: &'static EntrySpec,
    },
    /// The card says that a credential without a counter does not fit (`63xx`): it was typed wrong, or the card does not speak
    /// the protocol of its kind. Nothing is repeated.
    #[error("the card refused the credential")]
    UncountedRefused {
        /// Which credential.
        credential: &'static CredentialSpec,
        /// What the card says it is.
        kind: CardKind,
        /// Tries left, if the card names them (`63Cx`) against all that is known.
        left: Option<u8>,
    },
    /// The card says that a credential without a counter is blocked (`6983`, `6984`, `63C0`), though none is known to block.
    #[error("the card reports that the credential is blocked")]
    UncountedBlocked {
        /// Which credential.
        credential: &'static CredentialSpec,
        /// What the card says it is.
        kind: CardKind,
    },
    /// The card's half of a mutual authentication is not right: it does not know the credential, or its answer was changed.
    #[error("the card's half of the mutual authentication is wrong: {detail}")]
    Handshake {
        /// What is wrong with it.
        detail: String,
    },
    /// The holder shared nothing: declined, or has no such document. It speaks neither for a document nor against one.
    #[error("the holder shared nothing")]
    NothingShared,
    /// The holder's device offers no way that this program has, only Bluetooth.
    #[error("the device wants Bluetooth")]
    WantsBluetooth,
    /// The session with the holder's device failed: engagement, agreement on keys, or a message that does not decrypt.
    #[error("the session with the device failed: {detail}")]
    Session {
        /// What is wrong.
        detail: String,
    },
    /// The answer to VERIFY was lost: a try may be spent. The counter must be asked before anything else.
    #[error("the card's answer to the credential was lost")]
    AnswerLost {
        /// Which credential.
        reference: &'static Reference,
        /// What broke.
        error: TransportError,
    },
}
