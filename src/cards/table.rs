//! What every card's tables have in common: applications and references.

use crate::lang::Bilingual;

/// An application on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    /// Name in file names and dumps.
    pub name: &'static str,
    /// Names for people.
    pub title: Bilingual,
    /// The application identifier, always sent whole.
    pub aid: &'static [u8],
}

/// A reference (a credential that the card compares), by its short EF identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Its application.
    pub application: Application,
    /// Low five bits of the file identifier.
    pub sfi: u8,
    /// Names for people.
    pub title: Bilingual,
    /// Wrong entries until it is blocked.
    pub limit: u8,
    /// Whether it stands on the card; else only the holder knows it.
    pub printed: bool,
}
