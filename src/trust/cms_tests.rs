use super::*;
use crate::simulator::{
    cards::passport::issuer::{MessageOrder, Signer},
    certificate::tlv,
};

const NULL: [u8; 2] = [0x05, 0x00];

fn order() -> MessageOrder {
    MessageOrder::new("1.2.3.4", b"content".to_vec(), &Signer::Explicit.order()).unwrap()
}

fn parsed(message: &[u8]) -> Result<(), CmsError> {
    Cms::parse(message).map(|_| ())
}

#[test]
fn zeros_may_be_after_a_message_and_nothing_else() {
    let message = order().build().unwrap();
    let with = |rest: &[u8]| parsed(&[&message[..], rest].concat());
    assert_eq!((with(&[]), with(&[0]), with(&[0; 100])), (Ok(()), Ok(()), Ok(())));
    for rest in [&[1][..], &[0, 0, 1], &[1, 0, 0], &NULL] {
        assert_eq!(with(rest), Err(CmsError::Malformed), "{rest:?}");
    }
}

#[test]
fn nothing_more_is_in_any_part_of_a_message() {
    let message = order().build().unwrap();
    let parts = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let whole = der::element(bytes).unwrap();
        der::children(whole.content).unwrap().iter().map(|part| part.raw.to_vec()).collect()
    };
    let sequence = |parts: &[Vec<u8>]| der::sequence(&parts.concat());
    // ContentInfo, SignedData, EncapsulatedContentInfo, SignerInfo, and how that names its certificate.
    let info = parts(&message);
    let data = parts(&parts(&info[1])[0]);
    let content = parts(&data[2]);
    let signer = parts(&parts(&data[4])[0]);
    let named = parts(&signer[1]);
    let around = |data: &[Vec<u8>]| sequence(&[info[0].clone(), tlv(0xA0, &sequence(data))]);
    let with = |at: usize, part: Vec<u8>| {
        let mut data = data.clone();
        data[at] = part;
        around(&data)
    };
    let of_signer = |signer: &[Vec<u8>]| with(4, tlv(der::SET, &sequence(signer)));
    let of_name = |named: &[Vec<u8>]| {
        let mut signer = signer.clone();
        signer[1] = sequence(named);
        of_signer(&signer)
    };
    let more = |parts: &[Vec<u8>]| [parts, &[NULL.to_vec()]].concat();

    assert_eq!(of_name(&named), message, "taken apart and put together it is the same");
    assert_eq!(with(2, sequence(&content)), message);
    assert_eq!(parsed(&message), Ok(()));
    for (what, longer) in [
        ("ContentInfo", sequence(&more(&info))),
        ("SignedData", around(&more(&data))),
        ("EncapsulatedContentInfo", with(2, sequence(&more(&content)))),
        ("SignerInfo", of_signer(&more(&signer))),
        ("IssuerAndSerialNumber", of_name(&more(&named))),
    ] {
        assert_eq!(parsed(&longer), Err(CmsError::Malformed), "{what}");
    }
}

#[test]
fn as_many_certificates_and_signers_as_there_may_be_are_read() {
    let certificate = order().certificates.remove(0);
    let certificates = |count: usize| {
        let message = MessageOrder { certificates: vec![certificate.clone(); count], ..order() };
        Cms::parse(&message.build().unwrap()).map(|read| read.certificates.len())
    };
    assert_eq!(certificates(MAX_CERTIFICATES), Ok(MAX_CERTIFICATES));
    assert_eq!(certificates(MAX_CERTIFICATES + 1), Err(CmsError::TooManyCertificates));
    let signers = |count: usize| {
        let message = MessageOrder { others: vec![order(); count - 1], ..order() };
        Cms::parse(&message.build().unwrap()).map(|read| read.signers.len())
    };
    assert_eq!(signers(MAX_SIGNERS), Ok(MAX_SIGNERS));
    assert_eq!(signers(MAX_SIGNERS + 1), Err(CmsError::TooManySigners));
}

#[test]
fn both_forms_of_time_are_read_in_utc_with_seconds() {
    let read = |tag: u8, text: &str| {
        let encoded = tlv(tag, text.as_bytes());
        time(&der::element(&encoded).unwrap()).map(|at| at.to_string())
    };
    for (tag, text, expected) in [
        (0x17, "260401000000Z", "2026-04-01T00:00:00Z"),
        (0x17, "491231235959Z", "2049-12-31T23:59:59Z"),
        (0x17, "500101000000Z", "1950-01-01T00:00:00Z"),
        (0x18, "20260401000000Z", "2026-04-01T00:00:00Z"),
        (0x18, "20500101000000Z", "2050-01-01T00:00:00Z"),
    ] {
        assert_eq!(read(tag, text).as_deref(), Some(expected), "{tag:02X} {text}");
    }
    for (tag, text) in [
        // Each in the other's type; without seconds; of no such day; without Z.
        (0x17, "20260401000000Z"),
        (0x18, "260401000000Z"),
        (0x17, "2604010000Z"),
        (0x18, "202604010000Z"),
        (0x18, "20260431000000Z"),
        (0x18, "20260401000000"),
    ] {
        assert_eq!(read(tag, text), None, "{tag:02X} {text}");
    }
}

#[test]
fn what_taimen_cannot_judge_says_nothing_against_a_document() {
    assert!(CmsError::Unsupported(Unsupported::Curve).is_unsupported());
    assert!(CmsError::from(Unsupported::Hash("1.2.3.4".to_owned())).is_unsupported());
    for against in
        [CmsError::Malformed, CmsError::NoSigner, CmsError::NoCertificate, CmsError::Digest, CmsError::Signature]
    {
        assert!(!against.is_unsupported(), "{against}");
    }
}
