use super::*;

use crate::{
    simulator::certificate::{extension, octets, oid, sequence, tlv},
    tlv::der,
};

/// documentTypeList: 2.23.136.1.1.6.2.
const DOCUMENT_TYPES: &[u8] = &[0x67, 0x81, 0x08, 0x01, 0x01, 0x06, 0x02];

fn signer(more: Vec<Vec<u8>>) -> CertificateOrder {
    let signer = root(1).leaf("taimen simulated document signer of a test", SIGNER, 9, [begin(), end()], None);
    CertificateOrder { more, ..signer }
}

/// A signer that states document types, in a list whose two parts have these tags.
fn stating([version, set]: [u8; 2], types: &[&str]) -> Certificate {
    let types: Vec<Vec<u8>> = types.iter().map(|code| tlv(0x13, code.as_bytes())).collect();
    let list = sequence(&[tlv(version, &[0]), tlv(set, &types.concat())]);
    certificate(&signer(vec![sequence(&[oid(DOCUMENT_TYPES), octets(&list)])]))
}

#[test]
fn document_types_are_read_in_their_form_alone() {
    let types = |tags| document_types(&stating(tags, &["P", "ID"]));
    assert_eq!(types([der::INTEGER, der::SET]), Some(vec!["P".to_owned(), "ID".to_owned()]));
    for tags in [[der::OCTET_STRING, der::SET], [der::INTEGER, der::SEQUENCE], [der::OCTET_STRING, der::SEQUENCE]] {
        assert_eq!(types(tags), None, "{tags:02X?}");
    }
    assert_eq!(document_types(&certificate(&signer(Vec::new()))), None);
}

#[test]
fn one_letter_allows_every_type_that_begins_with_it_and_two_allow_one_type() {
    for (types, code, expected) in [
        (&["P"][..], "P<", true),
        (&["P"], "PP", true),
        (&["P"], "ID", false),
        (&["P<"], "PO", true),
        (&["PP"], "PP", true),
        (&["PP"], "PO", false),
        (&["PP"], "P<", false),
        (&["I", "PO"], "PO", true),
        (&["I", "PO"], "P<", false),
    ] {
        let stated = stating([der::INTEGER, der::SET], types);
        assert_eq!(allows_document(&stated, code), expected, "{types:?} {code}");
    }
    assert!(allows_document(&certificate(&signer(Vec::new())), "ID"), "a signer that states no types may sign any");
}

/// privateKeyUsagePeriod.
fn period(from: Timestamp, to: Timestamp) -> Vec<u8> {
    let bound = |tag, at: Timestamp| tlv(tag, at.strftime("%Y%m%d%H%M%SZ").to_string().as_bytes());
    extension(0x10, false, &sequence(&[bound(0x80, from), bound(0x81, to)]))
}

#[test]
fn a_signature_is_inside_of_a_period_to_its_first_and_last_second() {
    let day = SignedDuration::from_hours(24);
    let (first, last) = (begin() + day, end() - day);
    let signer = certificate(&signer(vec![period(first, last)]));
    let path = SignerPath {
        outcome: Err(SignerError::NoAnchor),
        anchor: None,
        links: Vec::new(),
        weak: Vec::new(),
        state: None,
    };
    let (validity, key) = (Outside::SignerValidity, Outside::SignerKeyPeriod);
    for (at, expected) in [
        (begin() - SECOND, &[validity, key][..]),
        (begin(), &[key]),
        (first - SECOND, &[key]),
        (first, &[]),
        (last, &[]),
        (last + SECOND, &[key]),
        (end(), &[key]),
        (end() + SECOND, &[validity, key]),
    ] {
        assert_eq!(periods(&signer, &path, Some(at)), expected, "{at}");
    }
    assert_eq!(periods(&signer, &path, None), []);
}

#[test]
fn whoever_certified_the_signer_did_so_inside_of_its_own_key_s_period() {
    let signer = certificate(&signer(Vec::new()));
    let issuer = |[from, to]: [Timestamp; 2]| CertificateOrder { more: vec![period(from, to)], ..root(1) };
    let [long_before, long_after] = root(1).validity;
    let anchored = |period, links: Vec<Certificate>| {
        let order = issuer(period);
        let (anchor, issuer) = (anchor(Purpose::Passport, Hierarchy::Installed, &order), certificate(&order));
        let anchor = Some((&anchor, &issuer));
        let path = SignerPath { outcome: Ok(()), anchor, links, weak: Vec::new(), state: None };
        periods(&signer, &path, None)
    };
    for (period, expected) in [
        ([begin(), long_after], &[][..]),
        ([begin() + SECOND, long_after], &[Outside::AuthorityKeyPeriod]),
        ([long_before, begin()], &[]),
        ([long_before, begin() - SECOND], &[Outside::AuthorityKeyPeriod]),
    ] {
        assert_eq!(anchored(period, Vec::new()), expected, "{period:?}");
        // A link's own period counts, not that of the anchor above it.
        let always = [long_before, long_after];
        assert_eq!(anchored(always, vec![certificate(&issuer(period))]), expected, "{period:?}");
    }
}
