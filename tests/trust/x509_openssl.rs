//! The rules of the X.509 path beside an independent implementation: several hundred chains, each judged here and by
//! `openssl verify`. The two must say the same, or a line of `tests/certificates/openssl-exceptions.txt` says why not.
#![cfg(unix)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use crate::common::{pem::certificate, temp::TempDir};
use jiff::Timestamp;
use taimen::{
    simulator::{
        SplitMix64,
        certificate::{
            Algorithm, BasicConstraints, CertificateOrder, OuterForm, PoolKey, last_second, midnight, usage,
        },
    },
    trust::{Anchor, Certificate, Hierarchy, Material, Purpose, TrustStore, issuer_of},
};

/// How many chains with several deviations are drawn, besides the honest ones and those with one deviation each.
const DRAWN: usize = 400;

/// One way to deviate from an honest chain.
struct Deviation {
    name: &'static str,
    /// Changes authority, leaf or the time of judging.
    apply: fn(&mut CertificateOrder, &mut CertificateOrder, &mut Timestamp),
}

const fn deviation(
    name: &'static str,
    apply: fn(&mut CertificateOrder, &mut CertificateOrder, &mut Timestamp),
) -> Deviation {
    Deviation { name, apply }
}

/// A key of the other kind of issuer; and one of the same kind that is not the issuer's.
fn impostor(like: PoolKey) -> PoolKey {
    match like {
        PoolKey::Rsa(_) => PoolKey::Rsa("impostor"),
        PoolKey::Ec(_) => PoolKey::Ec("impostor2"),
    }
}

/// An extension: its identifier, whether it is critical, its value.
pub fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let object = |tag: u8, value: &[u8]| [&[tag, u8::try_from(value.len()).unwrap()], value].concat();
    let critical = if critical { object(0x01, &[0xFF]) } else { Vec::new() };
    object(0x30, &[object(0x06, oid), critical, object(0x04, value)].concat())
}

/// 1.3.6.1.4.1.55738.999.1: nobody's.
pub const UNKNOWN: &[u8] = &[0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xB3, 0x3A, 0x87, 0x67, 0x01];
pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x24];
const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1D, 0x36];
const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x0E];
/// clientAuth alone.
const CLIENT_AUTH: &[u8] = &[0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// Subtrees with one country, permitted (`A0`) or excluded (`A1`).
fn country(tag: u8, country: &[u8; 2]) -> Vec<u8> {
    let head = [
        0x30, 0x15, tag, 0x13, 0x30, 0x11, 0xA4, 0x0F, 0x30, 0x0D, 0x31, 0x0B, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06,
    ];
    [&head[..], &[0x13, 0x02], country].concat()
}

const DEVIATIONS: &[Deviation] = &[
    // After the cases of x509-limbo, made anew: that suite is in no registry.
    deviation("leaf-with-an-unknown-critical-extension", |_, leaf, _| {
        leaf.more.push(extension(UNKNOWN, true, &[5, 0]))
    }),
    deviation("leaf-with-an-unknown-extension", |_, leaf, _| leaf.more.push(extension(UNKNOWN, false, &[5, 0]))),
    deviation("authority-with-an-unknown-critical-extension", |authority, _, _| {
        authority.more.push(extension(UNKNOWN, true, &[5, 0]));
    }),
    deviation("authority-with-an-unknown-extension", |authority, _, _| {
        authority.more.push(extension(UNKNOWN, false, &[5, 0]));
    }),
    deviation("leaf-with-an-unknown-extension-twice", |_, leaf, _| {
        leaf.more.extend([extension(UNKNOWN, false, &[5, 0]), extension(UNKNOWN, false, &[5, 0])]);
    }),
    deviation("leaf-with-a-second-key-identifier", |_, leaf, _| {
        leaf.more.push(extension(SUBJECT_KEY_IDENTIFIER, false, &[4, 2, 7, 7]));
    }),
    deviation("leaf-for-clients-alone", |_, leaf, _| leaf.more.push(extension(EXTENDED_KEY_USAGE, false, CLIENT_AUTH))),
    deviation("leaf-for-clients-alone-critical", |_, leaf, _| {
        leaf.more.push(extension(EXTENDED_KEY_USAGE, true, CLIENT_AUTH));
    }),
    deviation("authority-for-clients-alone-critical", |authority, _, _| {
        authority.more.push(extension(EXTENDED_KEY_USAGE, true, CLIENT_AUTH));
    }),
    deviation("authority-for-another-country", |authority, _, _| {
        authority.more.push(extension(NAME_CONSTRAINTS, true, &country(0xA0, b"XX")));
    }),
    deviation("authority-for-this-country", |authority, _, _| {
        authority.more.push(extension(NAME_CONSTRAINTS, true, &country(0xA0, b"JP")));
    }),
    deviation("authority-not-for-this-country", |authority, _, _| {
        authority.more.push(extension(NAME_CONSTRAINTS, true, &country(0xA1, b"JP")));
    }),
    deviation("authority-for-another-country-not-critical", |authority, _, _| {
        authority.more.push(extension(NAME_CONSTRAINTS, false, &country(0xA0, b"XX")));
    }),
    deviation("authority-for-this-country-not-critical", |authority, _, _| {
        authority.more.push(extension(NAME_CONSTRAINTS, false, &country(0xA0, b"JP")));
    }),
    deviation("authority-wants-policies-not-critical", |authority, _, _| {
        authority.more.push(extension(POLICY_CONSTRAINTS, false, &[0x30, 0x03, 0x80, 0x01, 0x00]));
    }),
    deviation("authority-inhibits-any-policy-not-critical", |authority, _, _| {
        authority.more.push(extension(INHIBIT_ANY_POLICY, false, &[0x02, 0x01, 0x00]));
    }),
    deviation("authority-wants-policies", |authority, _, _| {
        authority.more.push(extension(POLICY_CONSTRAINTS, true, &[0x30, 0x03, 0x80, 0x01, 0x00]));
    }),
    deviation("authority-inhibits-any-policy", |authority, _, _| {
        authority.more.push(extension(INHIBIT_ANY_POLICY, true, &[0x02, 0x01, 0x00]));
    }),
    deviation("leaf-with-serial-zero", |_, leaf, _| leaf.serial = vec![0]),
    deviation("leaf-with-a-serial-of-21-bytes", |_, leaf, _| leaf.serial = vec![0x11; 21]),
    deviation("authority-with-serial-zero", |authority, _, _| authority.serial = vec![0]),
    deviation("leaf-with-an-empty-key-usage", |_, leaf, _| leaf.key_usage = Some(0)),
    deviation("authority-with-an-empty-key-usage", |authority, _, _| authority.key_usage = Some(0)),
    deviation("leaf-valid-backwards", |_, leaf, _| leaf.not_after = midnight(2024, 1, 1)),
    deviation("authority-of-the-far-future", |authority, _, _| authority.not_after = last_second(2099, 12, 31)),
    deviation("leaf-of-the-authoritys-name", |authority, leaf, _| leaf.subject = authority.subject.clone()),
    deviation("leaf-of-the-authoritys-key", |authority, leaf, _| leaf.key = authority.key),
    deviation("leaf-signed-by-another-key", |_, leaf, _| leaf.signer = impostor(leaf.signer)),
    deviation("leaf-of-another-issuer", |_, leaf, _| leaf.issuer = "somebody else, simulated".to_owned()),
    deviation("leaf-names-another-key", |_, leaf, _| leaf.authority_key_id = Some(vec![7; 20])),
    deviation("leaf-names-no-key", |_, leaf, _| leaf.authority_key_id = None),
    deviation("leaf-without-own-key-identifier", |_, leaf, _| leaf.subject_key_id = None),
    deviation("authority-without-key-identifier", |authority, _, _| authority.subject_key_id = None),
    deviation("leaf-expired", |_, leaf, _| leaf.not_after = last_second(2026, 1, 31)),
    deviation("leaf-not-yet-valid", |_, leaf, _| leaf.not_before = midnight(2027, 1, 1)),
    deviation("authority-expired", |authority, _, _| authority.not_after = last_second(2026, 1, 31)),
    deviation("authority-began-after-the-leaf", |authority, _, _| authority.not_before = midnight(2025, 9, 1)),
    deviation("judged-on-the-last-second", |_, leaf, at| *at = leaf.not_after),
    deviation("judged-a-second-later", |_, leaf, at| *at = leaf.not_after + jiff::SignedDuration::from_secs(1)),
    deviation("judged-on-the-first-second", |_, leaf, at| *at = leaf.not_before),
    deviation("authority-is-no-authority", |authority, _, _| {
        authority.constraints = Some(BasicConstraints { ca: false, path_length: None });
    }),
    deviation("authority-without-constraints", |authority, _, _| authority.constraints = None),
    deviation("authority-without-path-length", |authority, _, _| {
        authority.constraints = Some(BasicConstraints { ca: true, path_length: None });
    }),
    deviation("authority-may-not-sign-certificates", |authority, _, _| authority.key_usage = Some(usage::CRL_SIGN)),
    deviation("authority-without-key-usage", |authority, _, _| authority.key_usage = None),
    deviation("leaf-may-not-sign-data", |_, leaf, _| leaf.key_usage = Some(usage::KEY_ENCIPHERMENT)),
    deviation("leaf-without-key-usage", |_, leaf, _| leaf.key_usage = None),
    deviation("leaf-is-an-authority", |_, leaf, _| {
        leaf.constraints = Some(BasicConstraints { ca: true, path_length: None });
    }),
    deviation("leaf-says-it-is-none", |_, leaf, _| {
        leaf.constraints = Some(BasicConstraints { ca: false, path_length: None });
    }),
    deviation("leaf-states-sha1", |_, leaf, _| leaf.algorithm = Algorithm::RsaSha1),
    deviation("leaf-states-sha384", |_, leaf, _| leaf.algorithm = Algorithm::EcdsaSha384),
    deviation("leaf-states-two-algorithms", |_, leaf, _| {
        leaf.outer_algorithm = Some(match leaf.algorithm {
            Algorithm::RsaSha256 => Algorithm::RsaSha1,
            _ => Algorithm::EcdsaSha384,
        });
    }),
    deviation("leaf-states-the-other-kind", |_, leaf, _| {
        leaf.algorithm = match leaf.signer {
            PoolKey::Rsa(_) => Algorithm::EcdsaSha256,
            PoolKey::Ec(_) => Algorithm::RsaSha256,
        };
    }),
    deviation("leaf-of-indefinite-length", |_, leaf, _| leaf.form = OuterForm::Indefinite),
    deviation("leaf-of-a-long-length", |_, leaf, _| leaf.form = OuterForm::LongLength),
];

/// One line of the exceptions: a deviation, what is said here, what OpenSSL says, why.
struct Exception {
    here: bool,
    openssl: bool,
}

fn exceptions() -> BTreeMap<String, Exception> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/openssl-exceptions.txt"));
    let says = |word: &str| match word {
        "accepts" => true,
        "refuses" => false,
        other => panic!("{other} is neither accepts nor refuses"),
    };
    let mut found = BTreeMap::new();
    for line in text.unwrap().lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        let [name, here, openssl, why] = parts[..] else { panic!("{line}") };
        assert!(why.len() > 20, "{line}");
        let exception = Exception { here: says(here), openssl: says(openssl) };
        assert_ne!(exception.here, exception.openssl, "{line}");
        assert!(found.insert(name.to_owned(), exception).is_none(), "{name} twice");
    }
    found
}

/// A chain with the names of its deviations.
struct Chain {
    deviations: BTreeSet<&'static str>,
    authority: Vec<u8>,
    leaf: Vec<u8>,
    at: Timestamp,
}

fn chain(kind: usize, chosen: &[&Deviation]) -> Chain {
    let (ca, signer) = [
        (PoolKey::Rsa("zairyu-ca"), PoolKey::Rsa("zairyu-signer")),
        (PoolKey::Ec("zairyu-ca2"), PoolKey::Ec("zairyu-signer2")),
        // An RSA authority over a P-384 leaf, and the other way round.
        (PoolKey::Rsa("zairyu-ca"), PoolKey::Ec("zairyu-signer2")),
        (PoolKey::Ec("zairyu-ca2"), PoolKey::Rsa("zairyu-signer")),
    ][kind % 4];
    let name = "taimen simulated test authority";
    let mut authority = CertificateOrder::authority(ca, name, 1, midnight(2020, 1, 1), last_second(2039, 12, 31));
    let mut leaf = CertificateOrder::leaf(signer, "signer of a test", ca, name);
    (leaf.not_before, leaf.not_after) = (midnight(2025, 4, 1), last_second(2035, 3, 31));
    let mut at = "2026-11-22T03:00:00Z".parse().unwrap();
    for deviation in chosen {
        (deviation.apply)(&mut authority, &mut leaf, &mut at);
    }
    Chain {
        deviations: chosen.iter().map(|deviation| deviation.name).collect(),
        authority: authority.build().unwrap(),
        leaf: leaf.build().unwrap(),
        at,
    }
}

/// Honest chains, each deviation alone for each kind of key, and drawn combinations of two and three.
fn chains() -> Vec<Chain> {
    let mut chains: Vec<Chain> = (0..4).map(|kind| chain(kind, &[])).collect();
    for deviation in DEVIATIONS {
        chains.extend((0..4).map(|kind| chain(kind, &[deviation])));
    }
    let mut random = SplitMix64::new(20_261_122);
    let mut draw = |below: usize| usize::try_from(random.next_u64() % u64::try_from(below).unwrap()).unwrap();
    for _ in 0..DRAWN {
        let (kind, count) = (draw(4), 2 + draw(2));
        let chosen: BTreeSet<usize> = (0..count).map(|_| draw(DEVIATIONS.len())).collect();
        let chosen: Vec<&Deviation> = chosen.into_iter().map(|index| &DEVIATIONS[index]).collect();
        chains.push(chain(kind, &chosen));
    }
    chains
}

fn accepted_here(chain: &Chain) -> bool {
    let anchor = Anchor {
        purpose: Purpose::ResidenceCard,
        hierarchy: Hierarchy::Installed,
        name: "a test".to_owned(),
        material: Material::Certificate(chain.authority.clone()),
        source: "a test".to_owned(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    };
    let trust = TrustStore::shipped().unwrap().with(vec![anchor]);
    Certificate::parse(&chain.leaf)
        .is_ok_and(|leaf| issuer_of(&leaf, Purpose::ResidenceCard, &trust, chain.at).outcome.is_ok())
}

fn accepted_by_openssl(chain: &Chain, folder: &TempDir) -> bool {
    let (authority, leaf) = (pem(folder, "authority", &chain.authority), pem(folder, "leaf", &chain.leaf));
    let output = Command::new("openssl")
        .args(["verify", "-attime", &chain.at.as_second().to_string(), "-no-CApath", "-no-CAstore", "-CAfile"])
        .args([authority, leaf])
        .output()
        .expect("openssl is needed: sudo apt-get install openssl");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.success(), told.trim_end().ends_with(": OK"), "{told}");
    output.status.success()
}

fn pem(folder: &TempDir, name: &str, der: &[u8]) -> std::path::PathBuf {
    folder.write(&format!("{name}.pem"), certificate(der))
}

#[test]
fn openssl_says_the_same_of_every_chain() {
    let (folder, exceptions) = (TempDir::new(), exceptions());
    for name in exceptions.keys() {
        assert!(DEVIATIONS.iter().any(|deviation| deviation.name == name), "{name} is no deviation");
    }
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    let (mut both, mut neither) = (0, 0);
    for chain in chains() {
        let (here, there) = (accepted_here(&chain), accepted_by_openssl(&chain, &folder));
        match (here, there) {
            (true, true) => both += 1,
            (false, false) => neither += 1,
            _ => {
                // A difference needs a deviation whose exception speaks of this very difference.
                let reasons: Vec<&&str> = chain
                    .deviations
                    .iter()
                    .filter(|name| exceptions.get(**name).is_some_and(|one| (one.here, one.openssl) == (here, there)))
                    .collect();
                used.extend(reasons.iter().map(|name| (**name).to_owned()));
                if reasons.is_empty() {
                    complaints.push(format!("{:?}: here {here}, openssl {there}", chain.deviations));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{} differ:\n{}", complaints.len(), complaints.join("\n"));
    assert!(both > 20 && neither > 150, "{both} accepted by both, {neither} by neither");
    let unused: Vec<&String> = exceptions.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "no chain needs {unused:?}");
}
