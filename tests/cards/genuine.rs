//! The genuine JPKI test card (crate `myna-card`, MIT): every value of the specification, every passive check.

use crate::common::fixtures::fixture;
use taimen::{
    cards::{
        ItemValue,
        my_number::{self, CvCertificate, check, files, jpki},
    },
    dump::{CHALLENGE_RANDOM, Challenge, ChallengeResponse, Dump, HexBytes, Scope},
    kind::CardKind,
    trust::{Hierarchy, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

const TIME: &str = "2026-11-22T03:00:00Z";

fn dump(scope: Scope) -> Dump {
    let mut dump = Dump::new(CardKind::MY_NUMBER, scope, "fixtures", TIME.parse().unwrap());
    dump.keep(files::FACE_CERTIFICATE.name, fixture("surface-0004.bin"));
    match scope {
        Scope::AGE => dump.keep(files::FACE_AGE.name, fixture("surface-0001.bin")),
        _ => {
            dump.keep(files::FACE_DATA.name, fixture("surface-0002.bin"));
            dump.keep(files::TEXT_ATTRIBUTES.name, fixture("text-0002.bin"));
            dump.keep_private(files::TEXT_DIGESTS.name, fixture("text-0003.bin"));
            dump.keep(files::TEXT_CERTIFICATE.name, fixture("text-0004.bin"));
            dump.keep(files::TEXT_KEY.name, fixture("text-0007.bin"));
        }
    }
    for application in ["face", "text"] {
        let answer = ChallengeResponse::Refused("6985".to_owned());
        let random = HexBytes(vec![7; CHALLENGE_RANDOM]);
        dump.challenged(application, Challenge { time: TIME.parse().unwrap(), random, answer });
    }
    dump
}

fn verdicts(dump: &Dump, trust: &TrustStore) -> (Overall, Vec<(CheckId, Verdict)>) {
    let findings = check(dump, trust, Basis::Live(TIME.parse().unwrap()));
    (findings.overall(), findings.checks.iter().map(|check| (check.id, check.verdict)).collect())
}

#[test]
fn with_the_test_hierarchy_every_passive_check_passes_and_the_chip_fails_honestly() {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Test);
    let (overall, verdicts) = verdicts(&dump(Scope::FULL), &trust);
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
    let (overall, verdicts) = verdicts(&dump(Scope::FULL), &trust);
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
    let findings = check(&dump(Scope::AGE), &trust, Basis::Live(TIME.parse().unwrap()));
    assert_eq!(findings.verdict(CheckId::FaceCertificate), Some(Verdict::Passed));
    assert_eq!(findings.verdict(CheckId::AgeSignature), Some(Verdict::Passed));
    assert_eq!(findings.verdict(CheckId::ChipKey), Some(Verdict::Failed(Reason::ChallengeRefused)));
    assert_eq!(findings.verdict(CheckId::NotExpired), Some(Verdict::NotDone(Why::NotOnCard)));
    assert_eq!(findings.holder.age.map(|age| age.value), Some(46));
    assert!(findings.holder.birth_date.is_none() && findings.pictures.is_empty());
}

#[test]
fn a_synthetic_certificate_that_claims_a_production_id_fails() {
    let mut forged = dump(Scope::FULL);
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
        assert_eq!(hex::encode(certificate.key.unwrap().fingerprint()), key);
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
        assert_eq!(fixture(fixture_name).len(), file.own.test_card_size, "{}", file.name);
        assert!(file.own.test_card_size <= file.extent.bytes());
    }
}

const JPKI_CHECKS: [CheckId; 4] =
    [CheckId::JpkiAuthChain, CheckId::JpkiAuthKey, CheckId::JpkiSignChain, CheckId::JpkiAgrees];

/// The test card's JPKI certificates beside its other files; its token and presence as the specification has them.
fn jpki_dump() -> Dump {
    let mut dump = dump(Scope::FULL);
    dump.extra = true;
    dump.keep(files::JPKI_TOKEN_FILE.name, format!("{:<160}", "JPKIAPICCTOKEN2").into_bytes());
    dump.keep(files::JPKI_PRESENCE_FILE.name, vec![0x8F, 0x8F, 0x00]);
    dump.keep(files::JPKI_AUTH_CERTIFICATE.name, fixture("jpki-auth-cert.der"));
    dump.keep(files::JPKI_AUTH_CA.name, fixture("jpki-auth-ca-cert.der"));
    dump.keep(files::JPKI_SIGN_CERTIFICATE.name, fixture("jpki-sign-cert.der"));
    dump.keep(files::JPKI_SIGN_CA.name, fixture("jpki-sign-ca-cert.der"));
    dump
}

#[test]
fn the_jpki_certificates_verify_under_the_test_hierarchy() {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Test);
    let findings = check(&jpki_dump(), &trust, Basis::Live(TIME.parse().unwrap()));
    assert_eq!(
        JPKI_CHECKS.map(|id| findings.verdict(id).unwrap()),
        [Verdict::Passed, Verdict::NotDone(Why::NotRead), Verdict::Passed, Verdict::Passed]
    );
    for (id, policy) in
        [(CheckId::JpkiAuthChain, "1.2.392.200149.8.5.1.0.30"), (CheckId::JpkiSignChain, "1.2.392.200149.8.5.1.0.20")]
    {
        let evidence = &findings.check(id).unwrap().evidence;
        assert_eq!(evidence.shown("policy").as_deref(), Some(policy));
        assert_eq!(evidence.shown("anchor_hierarchy").as_deref(), Some("test"));
    }
    let agrees = &findings.check(CheckId::JpkiAgrees).unwrap().evidence;
    // The card's private keys are not public, so its text application's key could not answer: the text is not confirmed.
    for (item, likeness) in
        [("birth_date", "same"), ("sex", "same"), ("name", "not_compared"), ("address", "not_compared")]
    {
        assert_eq!(agrees.shown(item).as_deref(), Some(likeness), "{item}");
    }
    let item = |id: &str| &findings.items.iter().find(|item| item.id == id).unwrap().value;
    assert_eq!(item("jpki_name"), &ItemValue::Text("黒桐　幹也".into()));
    assert_eq!(item("jpki_address"), &ItemValue::Text("東京都清瀬市観布子南１２－７－２０２".into()));
    assert_eq!(item("jpki_birth_date"), &ItemValue::Date("1980-02-17".parse().unwrap()));
    // What the card carries of its issuers is the file that also ships as a test anchor; nothing rests on the card's.
    let fingerprint = "5a0e7d690c718fadebc7fb6eff66a6dd623458debc1aa6fb1778bfe157cbeb25";
    assert_eq!(item("jpki_auth_ca"), &ItemValue::Text(fingerprint.into()));
    let anchor = findings.check(CheckId::JpkiAuthChain).unwrap().evidence.shown("anchor_sha256");
    assert_eq!(anchor.as_deref(), Some(fingerprint), "chosen among two roots of one name");
}

#[test]
fn the_jpki_certificates_are_rejected_where_the_test_hierarchy_was_not_accepted() {
    for trust in [TrustStore::shipped().unwrap(), TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)] {
        let findings = check(&jpki_dump(), &trust, Basis::Live(TIME.parse().unwrap()));
        let not_accepted = Verdict::Failed(Reason::HierarchyNotAccepted);
        assert_eq!(
            JPKI_CHECKS.map(|id| findings.verdict(id).unwrap()),
            [
                not_accepted,
                Verdict::NotDone(Why::DependsOn(CheckId::JpkiAuthChain)),
                not_accepted,
                Verdict::NotDone(Why::DependsOn(CheckId::JpkiSignChain)),
            ]
        );
        assert!(findings.items.iter().all(|item| item.id != "jpki_name"));
    }
}

#[test]
fn a_jpki_certificate_in_the_other_s_place_and_after_its_end() {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Test);
    let mut swapped = jpki_dump();
    swapped.keep(files::JPKI_AUTH_CERTIFICATE.name, fixture("jpki-sign-cert.der"));
    let findings = check(&swapped, &trust, Basis::Live(TIME.parse().unwrap()));
    assert_eq!(findings.verdict(CheckId::JpkiAuthChain), Some(Verdict::NotDone(Why::NoAnchor)));
    // Both end on the holder's fifth birthday after their issue, 23:59:59 in Japan.
    for (at, verdict) in [
        ("2030-02-17T14:59:59Z", Verdict::Passed),
        ("2030-02-17T15:00:00Z", Verdict::Failed(Reason::Expired)),
        ("2025-01-01T00:00:00Z", Verdict::NotDone(Why::NotYetValid)),
    ] {
        let findings = check(&jpki_dump(), &trust, Basis::Live(at.parse().unwrap()));
        assert_eq!(findings.verdict(CheckId::JpkiSignChain), Some(verdict), "{at}");
    }
}

#[test]
fn the_holder_of_the_signing_certificate_is_the_specification_s() {
    let certificate = taimen::trust::Certificate::parse(&fixture("jpki-sign-cert.der")).unwrap();
    let holder = jpki::holder(&certificate).unwrap();
    assert_eq!(holder.name.text, "黒桐　幹也");
    assert_eq!(holder.name.substitutes, [false; 5]);
    assert_eq!(holder.sex.as_str(), "male");
    assert_eq!((holder.era, holder.birth), (taimen::text::Era::Showa, "1980-02-17".parse().unwrap()));
    assert_eq!(holder.address.text, "東京都清瀬市観布子南１２－７－２０２");
    assert_eq!(holder.address.substitutes, [false; 18]);
    let text = fixture("text-0002.bin");
    let text = my_number::text(&text).unwrap();
    let written = |object: &taimen::tlv::Object<'_>| String::from_utf8(object.value.to_vec()).unwrap();
    assert_eq!(holder.name.compare(&written(&text.name)), jpki::Likeness::Same);
    assert_eq!(holder.address.compare(&written(&text.address)), jpki::Likeness::Same);
    let names = |file: &str| {
        let certificate = taimen::trust::Certificate::parse(&fixture(file)).unwrap();
        (jpki::is_for_client_authentication(&certificate), jpki::holder(&certificate).is_ok())
    };
    assert_eq!(names("jpki-auth-cert.der"), (true, false), "it names nobody");
    assert_eq!(names("jpki-sign-cert.der"), (false, true));
}
