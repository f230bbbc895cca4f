//! Which card lies there.

use crate::{
    dump::Scope,
    iso7816::{CardError, CardSession},
    kind::CardKind,
};

use super::super::{
    model::{Card, Found, Probe, Recognition},
    registry,
};

/// What was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognised {
    /// The card's kind.
    pub kind: CardKind,
    /// Other applications on the same chip, as far as anybody has looked for them: [`identify`](super::identify()) does, and
    /// [`start`](super::start) does while a person is asked. On the way to a verdict nothing does.
    pub guests: Vec<CardKind>,
    pub(super) found: Found,
    /// Whether they were looked for.
    complete: bool,
    /// The free file, if it was read.
    free: Option<Vec<u8>>,
}

impl Recognised {
    /// What the chip holds beside the application that is read.
    pub(super) fn beside(self, read: CardKind) -> Vec<CardKind> {
        std::iter::once(self.kind).chain(self.guests).filter(|kind| *kind != read).collect()
    }

    /// Looks for other applications, if nobody has: for those that the registry asks for before this card.
    pub(super) fn look_for_guests(&mut self, session: &mut CardSession<'_>, scope: Scope) -> Result<(), CardError> {
        if self.complete {
            return Ok(());
        }
        let mut probe = Probe { session, scope, named: None, free: self.free.clone() };
        let before = registry::CARDS.iter().take_while(|card| !is_of(**card, self.kind));
        for card in before.filter(|card| is_guest(**card)) {
            match card.recognise(&mut probe)? {
                Recognition::Guest(found) if !self.guests.contains(&found.kind) => self.guests.push(found.kind),
                _ => {}
            }
        }
        self.complete = true;
        Ok(())
    }
}

/// How a card is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With the applications that it carries for others.
    Whole,
    /// On the shortest way to the card itself. This kind is asked for first.
    Short(Option<CardKind>),
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

/// Recognises a card that was just powered on. Which card is found does not depend on the manner, unless it answers as two of
/// them.
///
/// # Errors
/// [`RecogniseError`].
pub(crate) fn recognise(
    session: &mut CardSession<'_>,
    scope: Scope,
    manner: Manner,
) -> Result<Recognised, RecogniseError> {
    let mut probe = Probe::new(session, scope);
    if let Manner::Short(named) = manner {
        probe.named = named;
    }
    let first = match manner {
        Manner::Short(Some(kind)) => registry::CARDS.iter().find(|card| is_of(**card, kind)),
        Manner::Whole | Manner::Short(None) => None,
    };
    let named = |found: &Found| manner == Manner::Short(Some(found.kind));
    let rest = || registry::CARDS.iter().filter(|card| first.is_none_or(|first| !is_same(**card, *first)));
    let cards: Vec<_> = match manner {
        Manner::Whole => rest().collect(),
        // A guest may be all that is wanted.
        Manner::Short(_) => {
            let own = rest().filter(|card| !is_guest(**card));
            first.into_iter().chain(own).chain(rest().filter(|card| is_guest(**card))).collect()
        }
    };
    let mut guests: Vec<Found> = Vec::new();
    for card in cards {
        let found = match card.recognise(&mut probe)? {
            Recognition::No => continue,
            Recognition::Unknown => return Err(RecogniseError::Unknown),
            Recognition::Guest(found) if !named(&found) => {
                if guests.iter().all(|known| known.kind != found.kind) {
                    guests.push(found);
                }
                continue;
            }
            Recognition::Guest(found) | Recognition::Card(found) => found,
        };
        let guests = guests.into_iter().map(|guest| guest.kind).collect();
        let (complete, free) = (manner == Manner::Whole, probe.free);
        return Ok(Recognised { kind: found.kind, guests, found, complete, free });
    }
    // A guest that is a separate card elsewhere, on a card that is otherwise not known.
    let alone = guests.iter().position(|guest| registry::stands_alone(guest.kind)).ok_or(RecogniseError::Unknown)?;
    let found = guests.remove(alone);
    let guests = guests.into_iter().map(|guest| guest.kind).collect();
    Ok(Recognised { kind: found.kind, guests, found, complete: true, free: None })
}

fn is_of(card: &dyn Card, kind: CardKind) -> bool {
    card.spec().kinds.iter().any(|spec| spec.kind == kind)
}

/// Whether a card is found only as an application on another one.
fn is_guest(card: &dyn Card) -> bool {
    card.spec().kinds.iter().all(|kind| kind.guest)
}

fn is_same(one: &dyn Card, other: &dyn Card) -> bool {
    std::ptr::eq(one.spec(), other.spec())
}
