//! The genuine JPKI test card (crate `myna-card`, MIT): every value of the specification, every passive check.

#[path = "common/fixtures.rs"]
mod fixtures;

use fixtures::fixture;
use taimen::{
    cards::my_number::{self, CvCertificate, check, files},
    dump::{Answer, CHALLENGE_RANDOM, Challenge, Dump, HexBytes, Scope},
    kind::CardKind,
    trust::{Hierarchy, TrustStore},
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

const TIME: &str = "2026-11-22T03:00:00Z";

fn dump(scope: Scope) -> Dump {
    let mut dump = Dump::new(CardKind::MyNumber, scope, "fixtures", TIME.parse().unwrap());
    dump.keep(files::FACE_CERTIFICATE.name, fixture("surface-0004.bin"));
    match scope {
        Scope::Age => dump.keep(files::FACE_AGE.name, fixture("surface-0001.bin")),
        Scope::Full | Scope::Pin1 | Scope::WithoutPin => {
            dump.keep(files::FACE_DATA.name, fixture("surface-0002.bin"));
            dump.keep(files::TEXT_ATTRIBUTES.name, fixture("text-0002.bin"));
            dump.keep_private(files::TEXT_DIGESTS.name, fixture("text-0003.bin"));
            dump.keep(files::TEXT_CERTIFICATE.name, fixture("text-0004.bin"));
            dump.keep(files::TEXT_KEY.name, fixture("text-0007.bin"));
        }
    }
    for application in ["face", "text"] {
        let answer = Answer::Refused("6985".to_owned());
        let random = HexBytes(vec![7; CHALLENGE_RANDOM]);
        dump.challenged(application, Challenge { time: TIME.parse().unwrap(), random, answer });
    }
    dump
}

fn verdicts(dump: &Dump, trust: &TrustStore) -> (Overall, Vec<(CheckId, Verdict)>) {
    let findings = check(dump, trust, TIME.parse().unwrap());
    (findings.overall(), findings.checks.iter().map(|check| (check.id, check.verdict)).collect())
}

#[test]
fn with_the_test_hierarchy_every_passive_check_passes_and_the_chip_fails_honestly() {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Test);
    let (overall, verdicts) = verdicts(&dump(Scope::Full), &trust);
    assert_eq!(
        verdicts,
        [
            (CheckId::FaceCertificate, Verdict::Passed),
            (CheckId::FaceSignature, Verdict::Passed),
            (CheckId::ChipKey, Verdict::Failed(Reason::ChallengeRefused)),
            (CheckId::NotExpired, Verdict::Passed),
            (CheckId::TextCertificate, Verdict::Passed),
            (CheckId::TextSignature, Verdict::Passed),
            (CheckId::TextChipKey, Verdict::Failed(Reason::ChallengeRefused)),
            (CheckId::TextAgrees, Verdict::Passed),
            (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
        ]
    );
    assert_eq!(overall, Overall::Rejected);
}

#[test]
fn without_asking_for_the_test_hierarchy_the_card_is_rejected() {
    let trust = TrustStore::shipped().unwrap();
    let (overall, verdicts) = verdicts(&dump(Scope::Full), &trust);
    let depends = |id| Verdict::NotDone(Why::DependsOn(id));
    assert_eq!(
        verdicts,
        [
            (CheckId::FaceCertificate, Verdict::Failed(Reason::HierarchyNotAccepted)),
            (CheckId::FaceSignature, depends(CheckId::FaceCertificate)),
            (CheckId::ChipKey, depends(CheckId::FaceSignature)),
            (CheckId::NotExpired, Verdict::Passed),
            (CheckId::TextCertificate, Verdict::Failed(Reason::HierarchyNotAccepted)),
            (CheckId::TextSignature, depends(CheckId::TextCertificate)),
            (CheckId::TextChipKey, depends(CheckId::TextCertificate)),
            (CheckId::TextAgrees, depends(CheckId::FaceSignature)),
            (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
        ]
    );
    assert_eq!(overall, Overall::Rejected);
}

#[test]
fn the_age_record_verifies() {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Test);
    let findings = check(&dump(Scope::Age), &trust, TIME.parse().unwrap());
    assert_eq!(findings.verdict(CheckId::FaceCertificate), Some(Verdict::Passed));
    assert_eq!(findings.verdict(CheckId::AgeSignature), Some(Verdict::Passed));
    assert_eq!(findings.verdict(CheckId::ChipKey), Some(Verdict::Failed(Reason::ChallengeRefused)));
    assert_eq!(findings.verdict(CheckId::NotExpired), Some(Verdict::NotDone(Why::NotOnCard)));
    assert_eq!(findings.holder.age.map(|age| age.value), Some(46));
    assert!(findings.holder.birth_date.is_none() && findings.pictures.is_empty());
}

#[test]
fn a_synthetic_certificate_that_claims_a_production_id_fails() {
    let mut forged = dump(Scope::Full);
    forged.keep(files::FACE_CERTIFICATE.name, fixture("cv-certificate-synthetic.bin"));
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Test).accepting(Hierarchy::Simulated);
    let (overall, verdicts) = verdicts(&forged, &trust);
    assert_eq!(verdicts[0], (CheckId::FaceCertificate, Verdict::Failed(Reason::SignatureMismatch)));
    assert_eq!(overall, Overall::Rejected);
}

#[test]
fn every_tag_decodes_to_the_value_in_the_specification() {
    let bytes = fixture("surface-0002.bin");
    let face = my_number::face(&bytes).unwrap();
    assert!(face.offsets_agree);
    assert_eq!((face.birth.value, face.sex.value), (&b"19800217"[..], &b"1"[..]));
    let starts = [face.birth.at, face.sex.at, face.key.at, face.name.at, face.address.at];
    assert_eq!(starts, [26, 37, 41, 311, 485]);
    assert_eq!((face.photo.unwrap().at, face.signature.at), (830, 2689));
    assert_eq!((face.expiry.unwrap().at, face.code.unwrap().at), (2950, 2961));
    assert_eq!(face.expiry.unwrap().value, b"20350217");
    assert_eq!(face.name.raw.len() + face.address.raw.len(), 5 + 169 + 5 + 340);
    assert!(face.photo.unwrap().value.starts_with(&[0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]));
    assert!(face.name.value.starts_with(b"\x89PNG"));

    let bytes = fixture("text-0002.bin");
    let text = my_number::text(&bytes).unwrap();
    assert_eq!(std::str::from_utf8(text.name.value).unwrap(), "黒桐　幹也");
    assert_eq!(std::str::from_utf8(text.address.value).unwrap(), "東京都清瀬市観布子南１２－７－２０２");
    assert_eq!((text.birth.value, text.sex.value), (&b"19800217"[..], &b"1"[..]));

    for (name, issuer, subject, key) in [
        (
            "surface-0004.bin",
            "36303030303233080530303100000000",
            "31333232313231080530303000000000",
            "a7187f5aabedf74722b036875e699851af912de78fd0fef8e86d80b71e7667b5",
        ),
        (
            "text-0004.bin",
            "36303030303333080530303100000000",
            "31333232313331080530303000000000",
            "720061c7e871417db0315e4e68cc88c69f2abe696b36dd5c2223db1c8aa4b6a7",
        ),
    ] {
        let file = fixture(name);
        let certificate = CvCertificate::parse(&file).unwrap();
        assert_eq!(
            (hex::encode(certificate.issuer.0), hex::encode(certificate.subject.0)),
            (issuer.into(), subject.into())
        );
        assert_eq!(hex::encode(certificate.key.fingerprint()), key);
        assert_eq!((certificate.body.len(), certificate.signature.len()), (297, 256));
    }
}

#[test]
fn the_table_has_the_sizes_of_the_test_card() {
    for (file, fixture_name) in [
        (files::FACE_AGE, "surface-0001.bin"),
        (files::FACE_DATA, "surface-0002.bin"),
        (files::FACE_CERTIFICATE, "surface-0004.bin"),
        (files::TEXT_ATTRIBUTES, "text-0002.bin"),
        (files::TEXT_DIGESTS, "text-0003.bin"),
        (files::TEXT_CERTIFICATE, "text-0004.bin"),
        (files::TEXT_KEY, "text-0007.bin"),
    ] {
        assert_eq!(fixture(fixture_name).len(), file.test_card_size, "{}", file.name);
        assert!(file.test_card_size <= file.limit);
    }
}
