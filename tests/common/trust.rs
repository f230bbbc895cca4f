//! The anchors of these tests.

use std::sync::OnceLock;

use taimen::trust::{Hierarchy, TrustStore};

/// The shipped anchors, the simulated hierarchy accepted: read once, because some tests judge thousands of times.
pub fn simulated_trust() -> TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)).clone()
}
