//! The anchors of these tests.

use std::sync::OnceLock;

use taimen::trust::{Hierarchy, TrustStore};
#[cfg(feature = "simulator")]
use taimen::{
    simulator::certificate::CertificateOrder,
    trust::{Anchor, Material, Purpose},
};

/// The shipped anchors, the simulated hierarchy accepted: read once, because some tests judge thousands of times.
pub fn simulated_trust() -> TrustStore {
    static STORE: OnceLock<TrustStore> = OnceLock::new();
    STORE.get_or_init(|| TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)).clone()
}

#[cfg(feature = "simulator")]
/// An anchor of one certificate, as somebody would install it.
pub fn anchor(purpose: Purpose, hierarchy: Hierarchy, order: &CertificateOrder) -> Anchor {
    Anchor {
        purpose,
        hierarchy,
        name: order.subject.clone(),
        material: Material::Certificate(order.build().unwrap()),
        source: "a test".to_owned(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    }
}
