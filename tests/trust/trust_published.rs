//! Adding certificates for purposes whose issuers published fingerprints: only those count as theirs.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::io::{Cursor, Write};

use crate::common::{pem::certificate, temp::TempDir};
use taimen::trust::{AddError, Hierarchy, ImportError, ManifestError, Purpose, TrustStore, add, load_directory};
use zip::{ZipWriter, write::SimpleFileOptions};

const CLAIMS_CA: &[u8] = include_bytes!("../certificates/claims-zairyu-ca.der");
const CLAIMS_CA2: &[u8] = include_bytes!("../certificates/claims-zairyu-ca2.der");
const CLAIMS_TEST: &[u8] = include_bytes!("../certificates/claims-jpki-test.der");
const OTHER: &[u8] = include_bytes!("../certificates/own-for-impostor-key.der");

fn now() -> jiff::Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn what_bears_the_issuers_name_and_is_not_published_needs_insisting_and_stays_unofficial() {
    for (der, purpose, bears) in [
        (CLAIMS_CA, Purpose::ResidenceCard, true),
        (CLAIMS_CA2, Purpose::ResidenceCard, true),
        (OTHER, Purpose::ResidenceCard, false),
        (CLAIMS_TEST, Purpose::JpkiSignature, true),
        (OTHER, Purpose::JpkiAuthentication, false),
    ] {
        let folder = TempDir::new();
        let trust = folder.file("trust");
        let file = folder.write("some.crt", der);
        match add(&trust, purpose, &file, false, now()) {
            Err(AddError::NotPinned { purpose: of, sha256, claims }) => {
                assert_eq!((of, claims), (purpose, bears));
                assert_eq!(sha256, hex::encode(taimen::crypto::sha256(&[der])));
            }
            other => panic!("{other:?}"),
        }
        assert!(!trust.exists(), "nothing was made");
        let added = add(&trust, purpose, &file, true, now()).unwrap();
        assert!(!added.official && added.source.contains("some.crt") && added.source.contains("not published"));
        assert_eq!(load_directory(&trust).unwrap(), [added]);
    }
}

#[test]
fn every_form_of_a_file_gives_the_same_anchor() {
    let forms: [(&str, Vec<u8>); 4] = [
        ("ca.der", CLAIMS_CA2.to_vec()),
        ("ca.pem", certificate(CLAIMS_CA2).into_bytes()),
        ("001460777.zip", zip(&[("notes.txt", b"hello"), ("ca/ec_cacert.crt", CLAIMS_CA2)])),
        ("packed.zip", zip(&[("ec_cacert.cer", certificate(CLAIMS_CA2).as_bytes())])),
    ];
    for (name, bytes) in forms {
        let folder = TempDir::new();
        let trust = folder.file("trust");
        let added = add(&trust, Purpose::ResidenceCard, &folder.write(name, bytes), true, now()).unwrap();
        assert_eq!(added.material, taimen::trust::Material::Certificate(CLAIMS_CA2.to_vec()), "{name}");
        assert_eq!(added.source.contains("ec_cacert"), name.ends_with("zip"), "{}", added.source);
        assert!(added.name.contains("CN=ZairyuCard CA2"), "{}", added.name);
        assert_eq!(added.hierarchy, Hierarchy::Installed);
    }
}

#[test]
fn archives_that_are_no_publication_are_refused_and_nothing_is_made() {
    let folder = TempDir::new();
    let trust = folder.file("trust");
    let import =
        |name: &str, bytes: Vec<u8>| match add(&trust, Purpose::ResidenceCard, &folder.write(name, bytes), true, now())
        {
            Err(AddError::Import(error)) => error,
            other => panic!("{name}: {other:?}"),
        };
    let two = [certificate(CLAIMS_CA), certificate(CLAIMS_CA2)].concat();
    let bomb = zip(&[("a.crt", &vec![0; 40 * 1024 * 1024])]);
    assert!(bomb.len() < 64 * 1024);
    for (name, bytes, error) in [
        ("empty.zip", zip(&[]), ImportError::NotOneCertificate(0)),
        ("two.zip", zip(&[("a.crt", CLAIMS_CA), ("b.crt", CLAIMS_CA2)]), ImportError::NotOneCertificate(2)),
        ("text.zip", zip(&[("a.crt", b"hello")]), ImportError::NotCertificate),
        ("cut.zip", zip(&[("a.crt", CLAIMS_CA)])[..200].to_vec(), ImportError::BadArchive),
        ("bomb.zip", bomb, ImportError::TooLarge),
        ("huge.crt", vec![0x30; 1024 * 1024], ImportError::TooLarge),
        ("two.pem", two.into_bytes(), ImportError::NotCertificate),
        ("trailing.der", [CLAIMS_CA, b"x"].concat(), ImportError::NotCertificate),
        ("empty.crt", Vec::new(), ImportError::NotCertificate),
    ] {
        assert_eq!(import(name, bytes), error, "{name}");
    }
    let key = folder.write("key.zip", zip(&[("5000023.json", b"{}")]));
    let refused = add(&trust, Purpose::MyNumberCard, &key, true, now());
    assert!(matches!(refused, Err(AddError::Import(ImportError::NotCvKey))), "keys come in no zip: {refused:?}");
    assert!(!trust.exists(), "nothing was made");
}

#[test]
fn a_manifest_that_calls_another_file_published_or_pins_another_hash_takes_its_folder_with_it() {
    let folder = TempDir::new();
    let row = |sha256: &str, official: bool| {
        format!(
            "[[anchor]]\npurpose = 'residence-card'\nname = 'ZairyuCard CA 2024'\nfile = 'x.der'\nsha256 = '{sha256}'\n\
             source = 'x'\nofficial = {official}\n"
        )
    };
    folder.write("x.der", CLAIMS_CA);
    let own = hex::encode(taimen::crypto::sha256(&[CLAIMS_CA]));
    folder.write("anchors.toml", row(&own, false));
    assert_eq!(load_directory(folder.path()).unwrap().len(), 1);
    folder.write("anchors.toml", row(&own, true));
    assert!(matches!(load_directory(folder.path()), Err(ManifestError::NotPublished(..))));
    // The published fingerprint of the CA of 2024, and another certificate of that name under it.
    let published = "bf854466ed9abf61f559c39bf8790546f8acdab99b51fd2330563669ce4a71b2";
    for official in [true, false] {
        folder.write("anchors.toml", row(published, official));
        assert!(matches!(load_directory(folder.path()), Err(ManifestError::PinMismatch(..))));
    }
}

#[test]
fn a_certificate_that_calls_itself_a_test_one_stays_test() {
    let folder = TempDir::new();
    let trust = folder.file("trust");
    let root = folder.write("root.cer", CLAIMS_TEST);
    let added = add(&trust, Purpose::JpkiSignature, &root, true, now()).unwrap();
    assert_eq!((added.hierarchy, added.official), (Hierarchy::Test, false));
    assert!(!TrustStore::shipped().unwrap().with(vec![added]).accepts(Hierarchy::Test));
}
