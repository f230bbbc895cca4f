//! What a card kind is: the name that reports, `sim:` addresses, dumps and fixtures share. Each card declares its own kinds
//! (`cards/<card>/spec.rs`); the registry of cards reads names back.

use std::fmt;

use crate::lang::Bilingual;

/// What kind of card, or of application on a card.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardKind {
    id: &'static str,
    name: Bilingual,
}

impl CardKind {
    /// A kind by its machine name and the name that people use.
    pub(crate) const fn new(id: &'static str, name: Bilingual) -> Self {
        Self { id, name }
    }

    /// The machine name, for example `my-number`.
    pub const fn as_str(self) -> &'static str {
        self.id
    }

    /// The name that people use.
    pub const fn name(self) -> Bilingual {
        self.name
    }
}

impl fmt::Debug for CardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardKind({})", self.id)
    }
}

impl fmt::Display for CardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// A name that is not a card kind's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no card kind has this name")]
pub struct UnknownKind;
