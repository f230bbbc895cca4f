//! What searches for an issuer decide at their limits and of several issuers, and what lists of issuers are taken.

mod csca;
mod csca_links;
mod extensions;
mod iaca;
mod master_list;
mod vical;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    crypto::NamedCurve,
    simulator::cards::mdoc::issuer::{CertificateOrder, Key, Name},
};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The key of most issuers here.
const ISSUER: Key = Key::Curve(NamedCurve::P256, "an issuer of a test");
const SIGNER: Key = Key::Curve(NamedCurve::P256, "a signer of a test");
const OTHER: Key = Key::Curve(NamedCurve::P256, "somebody else");
/// taimen verifies no certificate with such a key.
const UNUSABLE: Key = Key::Ed25519("an issuer of a test");

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The first second of every signer here.
fn begin() -> Timestamp {
    time("2026-02-01T00:00:00Z")
}

/// Its last one.
fn end() -> Timestamp {
    time("2027-01-31T23:59:59Z")
}

fn now() -> Timestamp {
    time("2026-11-27T06:00:00Z")
}

fn root(serial: u8) -> CertificateOrder {
    CertificateOrder::root(&Name::new("FR", "taimen simulated authority of a test"), ISSUER, serial)
}

/// A root that has the name and states the key identifier of [`ISSUER`], and has another key.
fn root_with(key: Key, serial: u8) -> CertificateOrder {
    CertificateOrder { key, signer: key, ..root(serial) }
}

fn certificate(order: &CertificateOrder) -> Certificate {
    Certificate::parse(&order.build().unwrap()).unwrap()
}

fn anchor(purpose: Purpose, hierarchy: Hierarchy, order: &CertificateOrder) -> Anchor {
    Anchor {
        purpose,
        hierarchy,
        name: order.subject.common.clone(),
        material: Material::Certificate(order.build().unwrap()),
        source: String::new(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    }
}

/// A store of these besides what ships.
fn store(purpose: Purpose, anchors: &[(Hierarchy, CertificateOrder)]) -> TrustStore {
    let anchors = anchors.iter().map(|(hierarchy, order)| anchor(purpose, *hierarchy, order)).collect();
    TrustStore::shipped().unwrap().with(anchors)
}

fn installed(purpose: Purpose, order: &CertificateOrder) -> TrustStore {
    store(purpose, &[(Hierarchy::Installed, order.clone())])
}
