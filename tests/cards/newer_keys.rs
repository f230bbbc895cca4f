//! Keys of kinds that this version does not know, in certificates and data that the right issuer signed: not verified, and never called
//! forged.

use crate::common::reading::{card, judge, read_card};
use taimen::{
    cards::my_number::{CvCertificate, files},
    dump::{Dump, Scope},
    simulator::keys,
    tlv::{Tag, encode},
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

const UNSUPPORTED: Option<Verdict> = Some(Verdict::NotDone(Why::UnsupportedKey));

/// Keys as cards store them: RSA-3072, and a point on a curve.
fn others() -> [Vec<u8>; 2] {
    let rsa = [encode(files::KEY_EXPONENT, &[1, 0, 1]), encode(files::KEY_MODULUS, &[0xC5; 384])].concat();
    [rsa, encode(Tag(0x86), &[0x04; 97])]
}

fn dump(scope: Scope) -> Dump {
    read_card(&mut card("my-number"), scope).unwrap().0
}

fn certificate(body: &[u8], signature: &[u8]) -> Vec<u8> {
    let content = [encode(files::CV_BODY, body), encode(files::CV_SIGNATURE, signature)].concat();
    encode(files::FACE_CERTIFICATE.own.tag, &content)
}

#[test]
fn a_certified_key_of_another_kind_is_not_verified_and_not_called_forged() {
    let honest = dump(Scope::FULL);
    let own = honest.file(files::FACE_CERTIFICATE.name).unwrap().to_vec();
    let ids = CvCertificate::parse(&own).unwrap().body[..32].to_vec();
    let ca = keys::signer("my-number-ca-face").unwrap();
    let judged = |body: &[u8], signature: &[u8]| {
        let mut changed = honest.clone();
        changed.keep(files::FACE_CERTIFICATE.name, certificate(body, signature));
        judge(&changed)
    };
    for key in others() {
        let body = [&ids[..], &key].concat();
        let signed = judged(&body, &ca.sign_sha256(&[&body]).unwrap());
        assert_eq!(signed.verdict(CheckId::FaceCertificate), UNSUPPORTED);
        assert_eq!(signed.overall(), Overall::Undetermined, "{:?}", signed.checks);
        // Whoever signs with another key is no newer generation.
        let forger = keys::signer("impostor").unwrap();
        let forged = judged(&body, &forger.sign_sha256(&[&body]).unwrap());
        let mismatch = Some(Verdict::Failed(Reason::SignatureMismatch));
        assert_eq!((forged.verdict(CheckId::FaceCertificate), forged.overall()), (mismatch, Overall::Rejected));
        // An issuer that no anchor names is unknown, whatever it certified.
        let mut unknown = body.clone();
        unknown[..7].copy_from_slice(b"7000923");
        let unknown = judged(&unknown, &[0x55; 256]);
        let no_anchor = Some(Verdict::NotDone(Why::NoAnchor));
        assert_eq!((unknown.verdict(CheckId::FaceCertificate), unknown.overall()), (no_anchor, Overall::Undetermined));
    }
}

#[test]
fn a_chip_key_of_another_kind_is_not_challenged() {
    let honest = dump(Scope::AGE);
    let municipality = keys::signer("my-number-municipality-face").unwrap();
    let birth = encode(files::AGE_BIRTH_DATE.tag, b"19800217");
    for key in others() {
        let key = encode(files::AGE_KEY.tag, &key);
        let signature = municipality.sign_sha256(&[&birth, &key]).unwrap();
        let record = [&birth[..], &key, &encode(files::AGE_SIGNATURE.tag, &signature)].concat();
        let mut changed = honest.clone();
        changed.keep(files::FACE_AGE.name, encode(files::FACE_AGE.own.tag, &record));
        let findings = judge(&changed);
        assert_eq!(findings.verdict(CheckId::AgeSignature), Some(Verdict::Passed));
        assert_eq!(findings.verdict(CheckId::ChipKey), UNSUPPORTED);
        assert_eq!(findings.overall(), Overall::Undetermined);
    }
}

/// Nothing signs the day: bytes that are no day say no more than none.
#[test]
fn an_expiry_that_is_no_day_is_not_a_forgery() {
    let honest = dump(Scope::FULL);
    let file = honest.file(files::FACE_DATA.name).unwrap();
    let at = file.windows(3).position(|window| window == [0xDF, 0x29, 0x08]).unwrap() + 3;
    for (day, why) in [(*b"99999999", Why::LayoutUnknown), (*b"        ", Why::LayoutUnknown)] {
        let mut changed = honest.clone();
        let mut bytes = file.to_vec();
        bytes[at..at + 8].copy_from_slice(&day);
        changed.keep(files::FACE_DATA.name, bytes);
        let findings = judge(&changed);
        assert_eq!(findings.verdict(CheckId::NotExpired), Some(Verdict::NotDone(why)));
        assert_eq!(findings.overall(), Overall::Undetermined);
    }
    // No bytes at all: the container is eight bytes shorter.
    let mut bytes = file.to_vec();
    bytes.drain(at..at + 8);
    bytes[at - 1] = 0;
    let length = u16::from_be_bytes([bytes[3], bytes[4]]) - 8;
    bytes[3..5].copy_from_slice(&length.to_be_bytes());
    let mut changed = honest.clone();
    changed.keep(files::FACE_DATA.name, bytes);
    assert_eq!(judge(&changed).verdict(CheckId::NotExpired), Some(Verdict::NotDone(Why::NotOnCard)));
}
