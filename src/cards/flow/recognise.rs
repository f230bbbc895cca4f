//! Which card lies there.

use crate::{
    iso7816::{CardError, CardSession},
    kind::CardKind,
};

use super::super::{
    model::{Found, Probe, Recognition},
    registry,
};

/// What was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognised {
    /// The card's kind.
    pub kind: CardKind,
    /// Other applications on the same chip.
    pub guests: Vec<CardKind>,
    pub(super) found: Found,
}

impl Recognised {
    /// What the chip holds beside the application that is read.
    pub(super) fn beside(self, read: CardKind) -> Vec<CardKind> {
        std::iter::once(self.kind).chain(self.guests).filter(|kind| *kind != read).collect()
    }
}

/// Why no card was recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecogniseError {
    /// The card is not one of the known kinds.
    #[error("the card is not of a known kind")]
    Unknown,
    /// The link broke.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// Recognises a card that was just powered on.
///
/// # Errors
/// [`RecogniseError`].
pub(crate) fn recognise(session: &mut CardSession<'_>) -> Result<Recognised, RecogniseError> {
    let mut probe = Probe::new(session)?;
    let mut guests: Vec<Found> = Vec::new();
    for card in registry::CARDS {
        match card.recognise(&mut probe)? {
            Recognition::No => {}
            Recognition::Guest(found) if guests.iter().any(|known| known.kind == found.kind) => {}
            Recognition::Guest(found) => guests.push(found),
            Recognition::Card(found) => {
                let guests = guests.into_iter().map(|guest| guest.kind).collect();
                return Ok(Recognised { kind: found.kind, guests, found });
            }
            Recognition::Unknown => return Err(RecogniseError::Unknown),
        }
    }
    // A guest that is a separate card elsewhere, on a card that is otherwise not known.
    let alone = guests.iter().position(|guest| registry::stands_alone(guest.kind)).ok_or(RecogniseError::Unknown)?;
    let found = guests.remove(alone);
    Ok(Recognised { kind: found.kind, guests: guests.into_iter().map(|guest| guest.kind).collect(), found })
}
