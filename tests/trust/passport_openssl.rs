//! The evidence of passports beside an independent implementation. Chains of every algorithm that taimen verifies, and their
//! security objects, are judged here and by `openssl verify` and `openssl cms -verify`; and OpenSSL makes chains and
//! messages of its own, which are judged here. Where the two differ, a row of the table in docs/trust.md says why.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use jiff::Timestamp;

use crate::common::{pem::certificate, temp::TempDir};
use taimen::{
    cards::passport::security_object::{LDS_SECURITY_OBJECT, SecurityObject},
    crypto::{Hash, NamedCurve, SignatureAlgorithm},
    simulator::{
        cards::passport::issuer::{CertificateOrder, Form, Key, MessageOrder, Name, hash_list, security_object_file},
        certificate::{last_second, midnight, usage},
    },
    trust::{Anchor, Certificate, Hierarchy, Material, Purpose, TrustStore, signer_path},
};

const HASHES: [Hash; 5] = [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512];

fn now() -> Timestamp {
    "2026-11-27T06:00:00Z".parse().unwrap()
}

fn openssl(arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new("openssl");
    command.args(arguments).current_dir(folder).output().expect("openssl is needed: sudo apt-get install openssl")
}

/// A chain and a security object, with the names of what is special about them.
struct Case {
    names: BTreeSet<String>,
    authority: CertificateOrder,
    signer: CertificateOrder,
    /// How the message is signed.
    algorithm: SignatureAlgorithm,
    form: Form,
    named_by_key: bool,
    at: Timestamp,
}

impl Case {
    fn new(authority: Key, signer: Key, algorithms: [SignatureAlgorithm; 2], explicit: bool) -> Self {
        let root = CertificateOrder::root(&Name::new("FR", "taimen simulated CSCA of a test"), authority, 1);
        let root = CertificateOrder { algorithm: algorithms[0], explicit, ..root };
        let leaf = root.signer("taimen simulated document signer of a test", signer, 2);
        let leaf = CertificateOrder { algorithm: algorithms[0], explicit, ..leaf };
        let mut names: BTreeSet<String> = algorithms.iter().map(|algorithm| format!("{algorithm:?}")).collect();
        for key in [authority, signer] {
            if let Key::Curve(curve, _) = key {
                names.insert(curve.to_string());
                names.extend(explicit.then(|| "explicit-parameters".to_owned()));
            }
        }
        let (form, at) = (Form::Der, now());
        Self { names, authority: root, signer: leaf, algorithm: algorithms[1], form, named_by_key: false, at }
    }

    fn message(&self) -> Vec<u8> {
        let list = hash_list(1, Hash::Sha256, &[(1, b"one"), (2, b"two")]);
        let mut order = MessageOrder::new(LDS_SECURITY_OBJECT, list, &self.signer).unwrap();
        (order.algorithm, order.hash) = (self.algorithm, self.algorithm.hash());
        (order.form, order.named_by_key) = (self.form, self.named_by_key);
        order.build().unwrap()
    }

    fn accepted_here(&self, message: &[u8]) -> bool {
        accepted(&self.authority.build().unwrap(), message, self.at)
    }

    fn accepted_by_openssl(&self, message: &[u8], folder: &TempDir) -> bool {
        folder.write("root.pem", certificate(&self.authority.build().unwrap()));
        folder.write("leaf.pem", certificate(&self.signer.build().unwrap()));
        folder.write("message.der", message);
        let (root, at) = (folder.file("root.pem"), self.at.as_second().to_string());
        let root = root.to_str().unwrap();
        let place = root.trim_end_matches("root.pem");
        let chain = openssl(
            &["verify", "-attime", &at, "-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "leaf.pem"],
            place.as_ref(),
        );
        let verify = ["cms", "-verify", "-inform", "DER", "-in", "message.der", "-binary", "-out", "content"];
        let further = ["-attime", &at, "-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "-purpose", "any"];
        let message = openssl(&[&verify[..], &further[..]].concat(), place.as_ref());
        chain.status.success() && message.status.success()
    }
}

fn accepted(authority: &[u8], message: &[u8], at: Timestamp) -> bool {
    let anchor = Anchor {
        purpose: Purpose::Passport,
        hierarchy: Hierarchy::Installed,
        name: "a test".to_owned(),
        material: Material::Certificate(authority.to_vec()),
        source: "a test".to_owned(),
        official: false,
        doc_types: Vec::new(),
        from_list: false,
    };
    let trust = TrustStore::shipped().unwrap().with(vec![anchor]);
    let Ok(object) = SecurityObject::parse(&security_object_file(message)) else { return false };
    object.verify().is_ok_and(|signed| signer_path(&signed[0].certificate, &[], &trust, at).outcome.is_ok())
}

/// Every algorithm, every curve with its name and written out, then each deviation for three kinds of keys.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let (root, leaf) = (Key::Rsa("csca-1"), Key::Rsa("document-signer-1"));
    for hash in HASHES {
        let pkcs1 = SignatureAlgorithm::RsaPkcs1(hash);
        cases.push(Case::new(root, leaf, [pkcs1, pkcs1], false));
        // The mask is made with the same hash, or as it is if nothing is stated.
        for mask in [hash, Hash::Sha1] {
            for salt in [0, 20, hash.length()] {
                let pss = SignatureAlgorithm::RsaPss { hash, mask, salt };
                cases.push(Case::new(root, leaf, [pss, pss], false));
            }
        }
    }
    for curve in NamedCurve::all() {
        let keys = (Key::Curve(curve, "csca of a test"), Key::Curve(curve, "signer of a test"));
        for hash in HASHES {
            let ecdsa = SignatureAlgorithm::Ecdsa(hash);
            cases.push(Case::new(keys.0, keys.1, [ecdsa, ecdsa], false));
        }
        let ecdsa = keys.0.algorithm();
        cases.push(Case::new(keys.0, keys.1, [ecdsa, ecdsa], true));
        // Two kinds of key in one chain.
        cases.push(Case::new(root, keys.1, [root.algorithm(), ecdsa], false));
        cases.push(Case::new(keys.0, leaf, [ecdsa, leaf.algorithm()], false));
    }
    for deviation in DEVIATIONS {
        for curve in [None, Some(NamedCurve::P256), Some(NamedCurve::BrainpoolP384)] {
            let mut case = match curve {
                None => Case::new(root, leaf, [root.algorithm(), leaf.algorithm()], false),
                Some(curve) => {
                    let keys = (Key::Curve(curve, "csca of a test"), Key::Curve(curve, "signer of a test"));
                    Case::new(keys.0, keys.1, [keys.0.algorithm(), keys.1.algorithm()], false)
                }
            };
            case.names.insert(deviation.name.to_owned());
            (deviation.apply)(&mut case);
            cases.push(case);
        }
    }
    cases
}

/// One way to deviate from an honest chain.
struct Deviation {
    name: &'static str,
    apply: fn(&mut Case),
}

const fn deviation(name: &'static str, apply: fn(&mut Case)) -> Deviation {
    Deviation { name, apply }
}

const DEVIATIONS: &[Deviation] = &[
    deviation("ber", |case| case.form = Form::Ber),
    deviation("named-by-key", |case| case.named_by_key = true),
    deviation("ber-named-by-key", |case| (case.form, case.named_by_key) = (Form::Ber, true)),
    deviation("signer-signed-by-another-key", |case| {
        case.signer.signer = match case.signer.signer {
            Key::Rsa(_) => Key::Rsa("impostor"),
            Key::Curve(curve, _) => Key::Curve(curve, "impostor"),
        };
    }),
    deviation("signer-of-another-issuer", |case| case.signer.issuer = Name::new("FR", "somebody else, simulated")),
    deviation("signer-names-another-key", |case| case.signer.authority_key_id = Some(vec![7; 20])),
    deviation("signer-names-no-key", |case| case.signer.authority_key_id = None),
    deviation("authority-without-key-identifier", |case| case.authority.subject_key_id = None),
    deviation("signer-expired", |case| case.signer.validity[1] = last_second(2026, 1, 31)),
    deviation("signer-not-yet-valid", |case| case.signer.validity[0] = midnight(2027, 1, 1)),
    deviation("authority-expired", |case| case.authority.validity[1] = last_second(2026, 1, 31)),
    deviation("authority-began-after-the-signer", |case| case.authority.validity[0] = midnight(2025, 9, 1)),
    deviation("authority-is-no-authority", |case| case.authority.authority = false),
    deviation("authority-may-not-sign-certificates", |case| case.authority.usage = Some(usage::CRL_SIGN)),
    deviation("authority-without-key-usage", |case| case.authority.usage = None),
    deviation("signer-may-not-sign-data", |case| case.signer.usage = Some(usage::KEY_ENCIPHERMENT)),
    deviation("signer-without-key-usage", |case| case.signer.usage = None),
    deviation("signer-is-an-authority", |case| case.signer.authority = true),
    deviation("signer-of-master-lists", |case| case.signer.extended = Some("2.23.136.1.1.3")),
    deviation("signer-of-another-use", |case| case.signer.extended = Some("1.2.3.4")),
];

/// What taimen and OpenSSL say of a chain with this name in it, and why.
fn ledger() -> BTreeMap<String, (bool, bool)> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/trust.md")).unwrap();
    let table = text.split("### Beside OpenSSL").nth(1).expect("the section");
    let table = table.split("\n#").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let says = |word: &str| match word {
        "accepts" => true,
        "refuses" => false,
        other => panic!("{other} is neither accepts nor refuses"),
    };
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, here, there, why] = cells[..] else { panic!("{row}") };
        assert!(why.len() > 20 && here != there, "{row}");
        (name.trim_matches('`').to_owned(), (says(here), says(there)))
    })
    .collect()
}

#[test]
fn openssl_says_the_same_of_every_chain_and_message() {
    let (folder, ledger) = (TempDir::new(), ledger());
    let (mut complaints, mut used) = (Vec::new(), BTreeSet::new());
    let (mut both, mut neither) = (0, 0);
    for case in cases() {
        let message = case.message();
        match (case.accepted_here(&message), case.accepted_by_openssl(&message, &folder)) {
            (true, true) => both += 1,
            (false, false) => neither += 1,
            difference => {
                let reasons: Vec<&String> =
                    case.names.iter().filter(|name| ledger.get(*name) == Some(&difference)).collect();
                if reasons.is_empty() {
                    complaints.push(format!("{:?}: here, OpenSSL {difference:?}", case.names));
                }
                used.extend(reasons.into_iter().cloned());
            }
        }
    }
    assert!(complaints.is_empty(), "{} differ:\n{}", complaints.len(), complaints.join("\n"));
    assert!(both > 120 && neither >= 15, "{both} accepted by both, {neither} by neither");
    let unused: Vec<&String> = ledger.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "no chain needs {unused:?}");
}

/// What OpenSSL makes: a name, options of the key, options of its signatures.
type Made = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const MADE: &[Made] = &[
    ("rsa-2048-pkcs1-sha256", &["RSA", "rsa_keygen_bits:2048"], &["-sha256"], &[]),
    ("rsa-3072-pkcs1-sha512", &["RSA", "rsa_keygen_bits:3072"], &["-sha512"], &[]),
    ("rsa-1024-pkcs1-sha1", &["RSA", "rsa_keygen_bits:1024"], &["-sha1"], &[]),
    ("rsa-2048-exponent-3", &["RSA", "rsa_keygen_bits:2048", "rsa_keygen_pubexp:3"], &["-sha224"], &[]),
    (
        "rsa-4096-pss-sha256",
        &["RSA", "rsa_keygen_bits:4096"],
        &["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"],
        &["-keyopt", "rsa_padding_mode:pss"],
    ),
    (
        "rsa-2048-pss-salt-20",
        &["RSA", "rsa_keygen_bits:2048"],
        &["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:20"],
        &["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"],
    ),
    ("p192", &["EC", "ec_paramgen_curve:P-192"], &["-sha256"], &[]),
    ("p224", &["EC", "ec_paramgen_curve:P-224"], &["-sha224"], &[]),
    ("p256", &["EC", "ec_paramgen_curve:P-256"], &["-sha1"], &[]),
    ("p384-explicit", &["EC", "ec_paramgen_curve:P-384", "ec_param_enc:explicit"], &["-sha384"], &[]),
    ("p521-explicit", &["EC", "ec_paramgen_curve:P-521", "ec_param_enc:explicit"], &["-sha512"], &[]),
    ("brainpool-256", &["EC", "ec_paramgen_curve:brainpoolP256r1"], &["-sha256"], &[]),
    ("brainpool-320", &["EC", "ec_paramgen_curve:brainpoolP320r1"], &["-sha384"], &[]),
    (
        "brainpool-384-explicit",
        &["EC", "ec_paramgen_curve:brainpoolP384r1", "ec_param_enc:explicit"],
        &["-sha384"],
        &[],
    ),
    (
        "brainpool-512-explicit",
        &["EC", "ec_paramgen_curve:brainpoolP512r1", "ec_param_enc:explicit"],
        &["-sha512"],
        &[],
    ),
];

#[test]
fn what_openssl_signs_holds_here_and_nothing_else_does() {
    let folder = TempDir::new();
    let place: PathBuf = folder.file("x").parent().unwrap().to_owned();
    folder.write("content", hash_list(0, Hash::Sha256, &[(1, b"one")]));
    folder.write(
        "extensions",
        "[root]\nbasicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n\
         [leaf]\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n[req]\ndistinguished_name=dn\n[dn]\n",
    );
    let run = |arguments: &[&str]| {
        let output = openssl(arguments, &place);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let mut made = Vec::new();
    for (name, key, signed, message) in MADE {
        let options: Vec<&str> = key[1..].iter().flat_map(|option| ["-pkeyopt", option]).collect();
        for role in ["root.key", "leaf.key"] {
            run(&[&["genpkey", "-algorithm", key[0], "-out", role][..], &options].concat());
        }
        let root = [
            "req",
            "-new",
            "-x509",
            "-config",
            "extensions",
            "-extensions",
            "root",
            "-key",
            "root.key",
            "-days",
            "9000",
        ];
        run(&[&root[..], signed, &["-subj", "/C=FR/O=taimen simulator/CN=CSCA by OpenSSL", "-out", "root.pem"]]
            .concat());
        let subject = "/C=FR/O=taimen simulator/CN=document signer by OpenSSL";
        run(&["req", "-new", "-config", "extensions", "-key", "leaf.key", "-subj", subject, "-out", "leaf.csr"]);
        let leaf = [
            "x509",
            "-req",
            "-in",
            "leaf.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-days",
            "8000",
            "-set_serial",
            "77",
        ];
        run(&[&leaf[..], signed, &["-extfile", "extensions", "-extensions", "leaf", "-out", "leaf.pem"]].concat());
        let content = ["cms", "-sign", "-binary", "-nodetach", "-in", "content", "-econtent_type", "2.23.136.1.1.1"];
        let by = [
            "-signer",
            "leaf.pem",
            "-inkey",
            "leaf.key",
            "-md",
            &signed[0][1..],
            "-outform",
            "DER",
            "-out",
            "message.der",
        ];
        run(&[&content[..], &by, message].concat());
        run(&["x509", "-in", "root.pem", "-outform", "DER", "-out", "root.der"]);
        let (root, message) = (fs::read(place.join("root.der")).unwrap(), fs::read(place.join("message.der")).unwrap());
        // OpenSSL's certificates begin now, whenever that is.
        let at = Certificate::parse(&root).unwrap().not_before + jiff::SignedDuration::from_hours(1);
        assert!(accepted(&root, &message, at), "{name}");
        let object = SecurityObject::parse(&security_object_file(&message)).unwrap();
        assert_eq!(object.agrees(1, b"one"), Some(true), "{name}");
        made.push((*name, root, message, at));
    }
    for (name, root, ..) in &made {
        for (other, _, message, at) in made.iter().filter(|(other, ..)| other != name) {
            assert!(!accepted(root, message, *at), "{other} under the authority of {name}");
        }
    }
}
