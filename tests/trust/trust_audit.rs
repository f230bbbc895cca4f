//! What an audit tells of anchors: validity, keys, names, and what could be mistaken for what.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jiff::Timestamp;
use taimen::trust::{
    Anchor, Concern, Hierarchy, Purpose, TrustStore, audit, days_left, import, not_installed, state, subject_and_key,
};

fn anchor(purpose: Purpose, hierarchy: Hierarchy, der: &[u8]) -> Anchor {
    Anchor {
        purpose,
        hierarchy,
        name: "an anchor".to_owned(),
        material: import(purpose, der).unwrap(),
        source: "a test".to_owned(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Concerns of one certificate, by id.
fn alone(der: &[u8], purpose: Purpose, at: &str) -> Vec<&'static str> {
    let anchors = [anchor(purpose, Hierarchy::Installed, der)];
    audit(&anchors, time(at)).iter().map(|finding| finding.concern.id()).collect()
}

const CA03: &[u8] = include_bytes!("../../certs/production/j-lis-jpki/authca03.cer");
const CA02: &[u8] = include_bytes!("../../certs/production/j-lis-jpki/authca02.cer");
const CA01: &[u8] = include_bytes!("../../certs/production/j-lis-jpki/authca01.cer");
const SIMULATED: &[u8] = include_bytes!("../../certs/simulated/taimen/licence-signer.der");

#[test]
fn the_end_is_told_ninety_days_before_and_after_and_the_beginning_too() {
    let licence = Purpose::DriversLicence;
    assert_eq!(alone(CA03, licence, "2023-07-16T01:01:03Z"), ["not-yet-valid"]);
    assert_eq!(alone(CA03, licence, "2023-07-16T01:01:04Z"), [""; 0]);
    // It ends on 2033-07-15 at 14:59:59.
    assert_eq!(alone(CA03, licence, "2033-04-15T14:59:59Z"), [""; 0]);
    assert_eq!(alone(CA03, licence, "2033-04-16T14:59:59Z"), ["expires-soon"]);
    assert_eq!(alone(CA03, licence, "2033-07-15T14:59:59Z"), ["expires-soon"]);
    assert_eq!(alone(CA03, licence, "2033-07-15T15:00:00Z"), ["expired"]);
    let days = |at| days_left(&anchor(licence, Hierarchy::Installed, CA03), time(at));
    assert_eq!(days("2033-07-14T14:59:59Z"), Some(1));
    assert_eq!([days("2033-07-15T14:59:59Z"), days("2033-07-15T15:00:00Z")], [Some(0), Some(-1)]);
    let anchors = [anchor(licence, Hierarchy::Installed, CA03)];
    let findings = audit(&anchors, time("2033-07-25T15:00:00Z"));
    assert_eq!(findings[0].concern, Concern::Expired { days: 10 });
}

#[test]
fn what_the_issuer_did_not_publish_is_told_where_it_published() {
    assert_eq!(alone(SIMULATED, Purpose::ResidenceCard, "2026-11-22T00:00:00Z"), ["not-published"]);
    assert_eq!(alone(SIMULATED, Purpose::DriversLicence, "2026-11-22T00:00:00Z"), [""; 0]);
}

#[test]
fn a_weak_key_and_a_weak_hash_are_told() {
    let weak = include_bytes!("../certificates/weak-ca.der");
    assert_eq!(alone(weak, Purpose::DriversLicence, "2030-01-01T00:00:00Z"), ["weak-key", "weak-hash"]);
    let ec = include_bytes!("../certificates/claims-zairyu-ca2.der");
    assert_eq!(alone(ec, Purpose::DriversLicence, "2030-01-01T00:00:00Z"), [""; 0]);
    let (subject, key) = subject_and_key(&anchor(Purpose::ResidenceCard, Hierarchy::Installed, ec));
    assert_eq!((subject.unwrap().ends_with("CN=ZairyuCard CA2"), key.as_str()), (true, "P-384"));
}

#[test]
fn pairs_are_told_once_and_only_within_a_purpose() {
    use Hierarchy::{Installed, Production, Test};
    let licence = Purpose::DriversLicence;
    let of = |rows: &[(Purpose, Hierarchy, &[u8])]| -> Vec<(String, usize)> {
        let anchors: Vec<Anchor> =
            rows.iter().map(|(purpose, hierarchy, der)| anchor(*purpose, *hierarchy, der)).collect();
        let findings = audit(&anchors, time("2024-01-01T00:00:00Z"));
        findings.iter().map(|finding| (finding.concern.id().to_owned(), finding.anchors.len())).collect()
    };
    let expect = |id: &str, count| vec![(id.to_owned(), count)];
    assert_eq!(of(&[(licence, Installed, CA02), (licence, Installed, CA02)]), expect("duplicate", 2));
    assert_eq!(
        of(&[(licence, Installed, CA01), (licence, Installed, CA02), (licence, Installed, CA03)]),
        expect("overlap", 3)
    );
    assert_eq!(of(&[(licence, Production, CA02), (licence, Test, CA03)]), expect("name-in-two-hierarchies", 2));
    assert_eq!(of(&[(licence, Installed, CA02), (Purpose::JpkiSignature, Test, CA03)]), []);
    let other = include_bytes!("../certificates/own-for-licence-signer-key.der");
    assert_eq!(of(&[(licence, Installed, SIMULATED)]), []);
    let simulated = [(licence, Hierarchy::Simulated, SIMULATED), (licence, Hierarchy::Simulated, SIMULATED)];
    assert_eq!(of(&simulated), [], "simulated ones are looked at for their names alone");
    let names = [(licence, Hierarchy::Simulated, CA02), (licence, Installed, CA02)];
    assert_eq!(of(&names), expect("name-in-two-hierarchies", 2));
    let same_key = of(&[(licence, Installed, SIMULATED), (licence, Installed, other)]);
    assert!(same_key.contains(&("same-key".to_owned(), 2)), "{same_key:?}");
}

#[test]
fn what_ships_is_known() {
    let store = TrustStore::shipped().unwrap();
    let findings = audit(store.anchors(), time("2026-11-22T00:00:00Z"));
    let told: Vec<String> = findings
        .iter()
        .map(|finding| {
            let names: Vec<&str> = finding.anchors.iter().map(|anchor| anchor.name.as_str()).collect();
            format!("{} {}", finding.concern.id(), names.join(" "))
        })
        .collect();
    assert_eq!(
        told,
        [
            "expired authca01",
            "expired signca01",
            "overlap authca02 authca03",
            "overlap signca02 signca03",
            "overlap authca-test-2019 authca-test-2023",
            "overlap signca-test-2019 signca-test-2024",
        ]
    );
}

#[test]
fn what_is_published_and_not_there_is_named() {
    let store = TrustStore::shipped().unwrap();
    let missing = |purpose, at: &str| -> Vec<&str> {
        not_installed(store.anchors(), purpose, time(at)).iter().map(|pin| pin.name).collect()
    };
    assert_eq!(
        missing(Purpose::ResidenceCard, "2026-11-22T00:00:00Z"),
        ["ZairyuCard CA 2018", "ZairyuCard CA 2021", "ZairyuCard CA 2024", "ZairyuCard CA2 2026"]
    );
    assert_eq!(missing(Purpose::ResidenceCard, "2020-01-01T00:00:00Z"), ["ZairyuCard CA 2015", "ZairyuCard CA 2018"]);
    for purpose in [Purpose::JpkiAuthentication, Purpose::JpkiSignature, Purpose::DriversLicence] {
        assert_eq!(missing(purpose, "2026-11-22T00:00:00Z"), [""; 0]);
    }
}

#[test]
fn the_state_is_told_where_anchors_are_those_of_states() {
    let japan = include_bytes!("../../certs/simulated/taimen/csca-1.der");
    let germany = include_bytes!("../../certs/simulated/taimen/csca-3.der");
    let key = include_bytes!("../../certs/simulated/taimen/7000023.json");
    let of = |purpose: Purpose, file: &[u8]| state(&anchor(purpose, Hierarchy::Installed, file));
    for purpose in [Purpose::Passport, Purpose::Mdoc] {
        assert_eq!(of(purpose, japan).as_deref(), Some("JP"));
        assert_eq!(of(purpose, germany).as_deref(), Some("DE"));
    }
    // Other anchors are Japan's all alike; a bare key bears no name.
    assert_eq!(of(Purpose::DriversLicence, japan), None);
    assert_eq!(of(Purpose::MyNumberCard, key), None);
}
