//! The examples that need no reader, run as modules of this test; `read_pcsc` needs one and is only compiled. And the
//! promises about the dependency tree.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{collections::BTreeSet, process::Command};

use jiff::Timestamp;
use taimen::{
    cards::{self, Credentials, Request},
    iso7816::PinGate,
    simulator::Recipe,
    transport::nonces::ListedNonces,
    trust::{Hierarchy, TrustStore},
    verify::{At, Overall},
};

#[path = "../../examples/check_simulated.rs"]
mod check_simulated;
#[path = "../../examples/own_transport.rs"]
mod own_transport;
#[path = "../../examples/replay_recording.rs"]
mod replay_recording;
#[path = "../../examples/test_with_fault.rs"]
mod test_with_fault;
#[path = "../../examples/verify_dump.rs"]
mod verify_dump;

fn time() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_saved_dump_is_verified() {
    let mut card = "residence2".parse::<Recipe>().unwrap().card().unwrap();
    let credentials = Credentials::from(&card);
    let mut nonces = ListedNonces::new(vec![vec![1; 8], vec![2; 16]]);
    let request = Request::new("test", time());
    let dump =
        cards::read(&mut card, &request, credentials, &mut PinGate::new(false), &mut nonces, &mut |_| {}).unwrap();
    let json = dump.to_json();
    for (trust, expected) in [
        (TrustStore::shipped().unwrap(), Overall::Rejected),
        (TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated), Overall::Authentic),
    ] {
        let mut out = Vec::new();
        assert_eq!(verify_dump::run(json.as_bytes(), &trust, Some(At::Recorded), &mut out).unwrap(), expected);
        let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&report["overall"], &report["card"]["kind"]), (&expected.as_str().into(), &"residence2".into()));
    }
    let damaged = verify_dump::run(b"{}", &TrustStore::shipped().unwrap(), None, &mut Vec::new()).unwrap_err();
    assert_eq!(damaged.to_string(), "the file is not a dump: line 1, column 2");
}

#[test]
fn every_simulated_kind_has_a_verdict() {
    let mut out = Vec::new();
    check_simulated::run(time(), &mut out).unwrap();
    let expected = "\
my-number            my-number           authentic     14 exchanges
my-number-no-photo   my-number           undetermined  14 exchanges
licence              licence             authentic     19 exchanges
licence-nopin        licence             authentic     17 exchanges
licence-changed      licence             authentic     19 exchanges
menkyo               menkyo              authentic     6 exchanges
residence1           residence1          authentic     15 exchanges
residence1-special   residence1-special  authentic     12 exchanges
residence1-child     residence1          undetermined  15 exchanges
residence2           residence2          authentic     16 exchanges
residence2-special   residence2-special  authentic     14 exchanges
residence-specified  my-number           authentic     15 exchanges
passport             passport            authentic     13 exchanges
passport-bac         passport            authentic     8 exchanges
passport-ca          passport            authentic     16 exchanges
passport-cam         passport            authentic     12 exchanges
passport-rsa         passport            authentic     10 exchanges
passport-dh          passport            authentic     14 exchanges
mobile-my-number     mobile-my-number    authentic     14 exchanges
mobile-licence       mobile-my-number    authentic     14 exchanges
";
    assert_eq!(text(out), expected);
}

#[test]
fn a_recording_plays_without_card_and_credentials() {
    let recording = replay_recording::record(time()).unwrap();
    assert!(recording.contains("secret bytes"), "the credential is masked");
    let mut out = Vec::new();
    replay_recording::play(recording.as_bytes(), &mut out).unwrap();
    assert_eq!(text(out), "my-number, read at 2026-11-22T03:00:00Z: authentic (14 steps)\n");
}

#[test]
fn a_reader_of_ones_own() {
    let mut out = Vec::new();
    own_transport::run(time(), &mut out).unwrap();
    let told = "a card: driver's licence\nPIN 1 (暗証番号1): Left(3)\nPIN 2 (暗証番号2): Left(3)\nauthentic\n";
    assert_eq!(text(out), told);
}

#[test]
fn faults_in_three_lines() {
    let mut out = Vec::new();
    test_with_fault::run(&mut out).unwrap();
    let said = "swapped-photo: rejected\nremoved-at=5: the card was removed\nlast-try: only one try is left\n";
    assert_eq!(text(out), said);
}

/// The packages of the dependency tree, each as `name v1.2.3` and once.
fn packages(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .args(features)
        .output()
        .expect("cargo tree runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let name_and_version = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    text(output.stdout).lines().filter(|line| !line.is_empty()).map(name_and_version).collect()
}

fn name(package: &str) -> &str {
    package.split(' ').next().unwrap_or_default()
}

/// What the library depends on without features, and with all of them, so that the first list is known to say something.
#[test]
fn a_pure_verifier_needs_no_system_library() {
    // Numbers and types of the kernel, in Rust; no library is linked for them.
    let kernel = ["linux-raw-sys", "windows-sys"];
    let linked = |package: &&String| {
        let name = name(package);
        name.starts_with("pcsc") || name.ends_with("-sys") && !kernel.contains(&name)
    };
    assert!(packages(&[]).iter().any(|package| name(package) == "pcsc-sys"));
    let pure = packages(&["--no-default-features"]);
    assert!(pure.iter().any(|package| name(package) == "rsa"), "{pure:?}");
    assert_eq!(pure.iter().filter(linked).collect::<Vec<_>>(), Vec::<&String>::new());
    for program in ["clap", "rpassword", "dirs"] {
        assert!(!pure.iter().any(|package| name(package) == program), "{program} belongs to the program alone");
    }
}

/// Two versions of one cryptographic package would be two answers to one question. Only what keeps and hands out records (age, sqlx,
/// keyring) and tests bring an older one (`deny.toml` says which and why), and no pre-release is named here.
#[test]
fn cryptography_is_of_one_generation() {
    let generation = "aes 0.9, aes-gcm 0.11, cbc 0.2, cipher 0.5, cmac 0.8, crypto-bigint 0.7, der 0.8, des 0.9, digest 0.11, \
                      ecdsa 0.17, ed25519-dalek 3, elliptic-curve 0.14, hkdf 0.13, hmac 0.13, p256 0.14, p384 0.14, p521 0.14, \
                      pkcs1 0.8, pkcs8 0.11, rsa 0.10, sha1 0.11, sha2 0.11, signature 3, spki 0.8";
    let direct = packages(&["--depth", "1"]);
    let whole = packages(&["--no-default-features", "--features", "aws-lc,cli,pcsc"]);
    for (wanted, generation) in generation.split(", ").filter_map(|line| line.split_once(' ')) {
        let of = |packages: &BTreeSet<String>| -> Vec<String> {
            packages.iter().filter(|package| name(package) == wanted).cloned().collect()
        };
        let found: BTreeSet<String> = of(&direct).into_iter().chain(of(&whole)).collect();
        let found: Vec<&String> = found.iter().collect();
        let [one] = found[..] else { panic!("{wanted}: {found:?}") };
        let version = one.trim_start_matches(wanted).trim_start_matches(" v");
        assert!(version.starts_with(&format!("{generation}.")) && !version.contains('-'), "{one}");
    }
}
