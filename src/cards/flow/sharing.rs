//! What is asked of a document whose holder decides what to share.

use std::sync::Arc;

use crate::crypto::ReaderKey;

/// The age that is asked for if nobody names another.
pub const DEFAULT_AGE: u8 = 20;

/// What is asked of a document whose holder decides what to share, beyond the scope.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sharing {
    /// Whether the sex is asked for.
    pub sex: bool,
    /// The age, below 100, of which the document is asked whether the holder has reached it.
    pub age: u8,
    /// Whether the holder is told that something will be kept.
    pub retained: bool,
    /// How the document was found without the reader: what a scanned code held. `None`: the reader finds out.
    pub found: Option<Arc<Vec<u8>>>,
    /// By what the reader says who it is.
    pub reader: Option<Arc<ReaderKey>>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self { sex: false, age: DEFAULT_AGE, retained: false, found: None, reader: None }
    }
}
