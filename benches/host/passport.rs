//! What the checks of a passport cost beside the bare operations on its keys.

use std::hint::black_box;

use taimen::{
    cards,
    crypto::{Group, Hash, NamedCurve, SignatureAlgorithm},
    dump::Scope,
    simulator::cards::passport::issuer::{Key, Signer},
    trust::Certificate,
    verify::{Basis, Overall},
};

use crate::{
    Figure,
    Limit::AtMost,
    check::times,
    common::reading::{TIME, card, read_card, simulated_trust},
};

/// One verification with a key of a curve, parsed before.
fn verification(certificate: &[u8], key: Key) -> impl Fn() + use<> {
    let algorithm = SignatureAlgorithm::Ecdsa(Hash::Sha256);
    let signature = key.sign(algorithm, b"data").unwrap();
    let key = Certificate::parse(certificate).unwrap().verify_key().unwrap();
    move || key.verify(algorithm, &[b"data"], black_box(&signature)).unwrap()
}

/// All checks of a live reading, whose issuer was met before: with active authentication two signatures are verified, with chip
/// authentication one, and one key is agreed on.
pub fn checks() -> Vec<Figure> {
    let at = Basis::Live(TIME.parse().unwrap());
    let trust = simulated_trust();
    let measured = |kind: &str, base: &dyn Fn()| {
        let (dump, _) = read_card(&mut card(kind), Scope::FULL).unwrap();
        let whole = || {
            let findings = cards::check(&dump, &trust, at).unwrap();
            assert_eq!(findings.overall(), Overall::Authentic);
            black_box(findings);
        };
        whole();
        times(base, whole)
    };
    let certificate = |signer: Signer| signer.order().build().unwrap();
    let p256 = verification(&certificate(Signer::Explicit), Key::Curve(NamedCurve::P256, "document-signer-2"));
    let brainpool =
        verification(&certificate(Signer::Brainpool), Key::Curve(NamedCurve::BrainpoolP256, "document-signer-3"));
    let group = Group::Curve(NamedCurve::BrainpoolP256);
    let (point, secret) = (group.generator(), group.random_exponent(&[0x35; 40]));
    let agreement = || {
        black_box(point.raised(&secret).shared());
    };
    vec![
        Figure::new(
            "all checks of a passport on P-256, in its 2 signature checks",
            measured("passport", &|| {
                p256();
                p256();
            }),
            AtMost(2.0),
        ),
        Figure::new(
            "all checks of a passport on brainpool, in its signature check and key agreement",
            measured("passport-ca", &|| {
                brainpool();
                agreement();
            }),
            AtMost(2.0),
        ),
    ]
}
