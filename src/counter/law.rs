//! The law that the counter works under, and what it leaves if a document does not do.

use jiff::Timestamp;

use crate::{
    kind::CardKind,
    profile::{Fallback, Profile, Profiles},
};

use super::Session;

/// The law that a counter works under: its name, and the profiles among which the day of the transaction chooses.
#[derive(Clone)]
pub struct Law {
    name: String,
    profiles: Profiles,
}

impl std::fmt::Debug for Law {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Law({})", self.name)
    }
}

impl Law {
    /// A law by the name that its profiles have in common.
    pub fn new(name: impl Into<String>, profiles: Profiles) -> Self {
        Self { name: name.into(), profiles }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The profile for a transaction at a time; `None` if none covers its day in Japan.
    pub fn at(&self, now: Timestamp) -> Option<&Profile> {
        self.profiles.at(&self.name, now)
    }
}

impl Session {
    /// The law that the counter works under.
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The law's profile for a transaction at the time of the last event; `None` if none covers its day in Japan.
    pub fn profile(&self) -> Option<&Profile> {
        self.law.at(self.now)
    }

    /// What the law leaves for the document that lies there, if it alone does not do ([`Session::case`]). Nothing of it changes a
    /// verdict.
    pub fn fallbacks(&self) -> Vec<Fallback<'_>> {
        match (self.profile(), self.case()) {
            // If the chip did not say what it is, every row of the case is listed.
            (Some(profile), Some(case)) => profile.fallbacks(self.kind().map_or("", CardKind::as_str), case),
            _ => Vec::new(),
        }
    }
}
