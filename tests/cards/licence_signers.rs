//! Several installed certificates with the key identifier that a licence names: which one counts.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use crate::common::{
    reading::{TIME, card, read_card},
    trust::anchor,
};
use jiff::Timestamp;
use taimen::{
    cards::{check, drivers_licence::files},
    dump::{Dump, Scope},
    simulator::certificate::{CertificateOrder, PoolKey, midnight, usage},
    trust::{Hierarchy, Purpose, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

/// No shipped certificate has it. The identifier is the last of the signature file, which nothing signs.
const KEY_ID: [u8; 32] = [0x77; 32];

const OWN: PoolKey = PoolKey::Rsa("licence-signer");
const OTHER: PoolKey = PoolKey::Rsa("menkyo-signer");

/// Key, first and last second of a certificate.
type Certificate = (PoolKey, Timestamp, Timestamp);

fn licence() -> Dump {
    let (mut dump, _) = read_card(&mut card("licence"), Scope::FULL).unwrap();
    let (_, file) = dump.files_mut().find(|(name, _)| *name == files::SIGNATURE.name).unwrap();
    let at = file.len() - KEY_ID.len();
    file[at..].copy_from_slice(&KEY_ID);
    dump
}

/// An accepted anchor of this name.
fn installed(name: &str, (key, from, to): Certificate) -> taimen::trust::Anchor {
    let mut order = CertificateOrder::authority(key, name, 1, from, to);
    (order.constraints, order.key_usage) = (None, Some(usage::DIGITAL_SIGNATURE));
    order.subject_key_id = Some(KEY_ID.to_vec());
    anchor(Purpose::DriversLicence, Hierarchy::Installed, &order)
}

/// A key identifier is only a name, and a renewed certificate may have the key of the old one. The reading is of 2026-11-22, the
/// licence was issued in the years before.
#[test]
fn of_certificates_with_one_identifier_the_signers_own_that_was_and_is_valid_counts() {
    let dump = licence();
    let (long_ago, lately, ended, end) =
        (midnight(2015, 1, 1), midnight(2026, 11, 20), midnight(2026, 11, 21), midnight(2099, 1, 1));
    let passed = (Verdict::Passed, Verdict::Passed, Overall::Authentic);
    let depends = Verdict::NotDone(Why::DependsOn(CheckId::LicenceSigner));
    let good = (OWN, long_ago, end);
    for (name, wrong, right, (signer, signature, overall)) in [
        ("another key", (OTHER, long_ago, end), good, passed),
        ("valid at issue and no more", (OWN, long_ago, ended), good, passed),
        ("valid now and not at issue", (OWN, lately, end), good, passed),
        (
            "another key that is valid, the own that is not any more",
            (OTHER, long_ago, end),
            (OWN, long_ago, ended),
            (Verdict::NotDone(Why::AnchorExpired), depends, Overall::Undetermined),
        ),
        (
            "another key that was valid at issue, the own that was not",
            (OTHER, long_ago, end),
            (OWN, lately, end),
            (Verdict::Failed(Reason::NotValidAtIssue), depends, Overall::Rejected),
        ),
        (
            "two other keys",
            (OTHER, lately, end),
            (OTHER, long_ago, end),
            (Verdict::Failed(Reason::NotValidAtIssue), depends, Overall::Rejected),
        ),
    ] {
        let (wrong_first, right_first) = (
            vec![installed("wrong", wrong), installed("right", right)],
            vec![installed("right", right), installed("wrong", wrong)],
        );
        // If neither is the signer's, the first is named.
        let orders = if right.0 == OWN { vec![wrong_first, right_first] } else { vec![wrong_first] };
        for anchors in orders {
            let first = anchors[0].name.clone();
            let trust = TrustStore::shipped().unwrap().with(anchors);
            let found = check(&dump, &trust, Basis::Live(TIME.parse().unwrap())).unwrap();
            let chosen = found.check(CheckId::LicenceSigner).unwrap().evidence.anchor().unwrap().name.clone();
            assert_eq!(chosen, if right.0 == OWN { "right" } else { "wrong" }, "{name}, {first} first");
            let verdict = |id| found.verdict(id).unwrap();
            assert_eq!(
                (verdict(CheckId::LicenceSigner), verdict(CheckId::LicenceSignature), found.overall()),
                (signer, signature, overall),
                "{name}, {first} first"
            );
            assert_eq!(verdict(CheckId::NotExpired), Verdict::Passed, "{name}");
            assert_eq!(verdict(CheckId::NoUnsignedChanges), Verdict::Passed, "{name}");
        }
    }
}
