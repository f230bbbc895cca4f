//! Why a reading ended without a dump, and the one place that presents a credential: the same for every card.

use crate::{
    iso7816::{CardError, PinGate, PinOutcome, Refusal, Session, Tries},
    kind::CardKind,
    privacy::Pin,
    transport::{DrawError, Transport, TransportError},
};

use super::{residence_card::protocol::HandshakeError, table::Reference};

/// Why a reading ended without a dump.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The link broke or the card refused what every card answers.
    #[error(transparent)]
    Card(#[from] CardError),
    /// There are no random bytes for a challenge.
    #[error(transparent)]
    Draw(#[from] DrawError),
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
        /// Tries left; `None` where the card keeps no counter.
        left: Option<u8>,
    },
    /// This attempt blocked the credential.
    #[error("the credential is blocked now")]
    BlockedNow {
        /// Which credential.
        reference: &'static Reference,
    },
    /// The card says that the number does not fit (`63xx`): it was typed wrong, or the card does not speak the protocol of
    /// its kind. Nothing is repeated.
    #[error("the card refused the number")]
    NumberRefused {
        /// What the card says it is: only of the first generation is it published that nothing counts.
        kind: CardKind,
        /// Tries left, where the card names them (`63Cx`) against all that is known.
        left: Option<u8>,
    },
    /// The card says that its number is blocked (`6983`, `6984`, `63C0`), though none is known to block.
    #[error("the card says that its number is blocked")]
    NumberBlocked {
        /// What the card says it is.
        kind: CardKind,
    },
    /// The card's half of the number authentication is not right: it does not know the number, or its answer was changed.
    #[error("the card's half of the number authentication is not right: {0}")]
    Handshake(#[from] HandshakeError),
    /// The answer to VERIFY was lost: a try may be spent. The counter must be asked before anything else.
    #[error("the card's answer to the credential was lost")]
    AnswerLost {
        /// Which credential.
        reference: &'static Reference,
        /// What broke.
        error: TransportError,
    },
}

/// Presents a credential once, if the gate lets it through; `tries` is what its counter said just now.
///
/// # Errors
/// [`ReadError::Refused`], [`ReadError::Wrong`], [`ReadError::BlockedNow`], [`ReadError::AnswerLost`],
/// [`ReadError::Card`].
pub(super) fn present<T: Transport>(
    session: &mut Session<T>,
    gate: &mut PinGate,
    reference: &'static Reference,
    tries: Tries,
    credential: &Pin,
) -> Result<(), ReadError> {
    let permit = gate
        .permit(reference.application.aid, reference.sfi, tries)
        .map_err(|refusal| ReadError::Refused { refusal, reference })?;
    match session.verify(permit, credential) {
        Ok(PinOutcome::Accepted) => Ok(()),
        Ok(PinOutcome::Wrong(None)) => Err(match tries {
            Tries::Left(before) => uncounted(session, reference, before),
            _ => ReadError::Wrong { reference, left: None },
        }),
        Ok(PinOutcome::Wrong(left)) => Err(ReadError::Wrong { reference, left }),
        Ok(PinOutcome::Blocked) => Err(ReadError::BlockedNow { reference }),
        Err(CardError::Transport(error)) => Err(ReadError::AnswerLost { reference, error }),
        Err(error) => Err(error.into()),
    }
}

/// Wrong, and the answer (`6300`) names no count, though the reference has a counter: the card is asked for it, which
/// costs no try.
fn uncounted<T: Transport>(session: &mut Session<T>, reference: &'static Reference, before: u8) -> ReadError {
    match session.ask_tries(reference.sfi) {
        Ok(Tries::Blocked | Tries::Left(0)) => ReadError::BlockedNow { reference },
        Ok(Tries::Left(left)) => ReadError::Wrong { reference, left: Some(left) },
        _ => ReadError::Wrong { reference, left: Some(before.saturating_sub(1)) },
    }
}
