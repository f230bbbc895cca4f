use super::*;

use crate::simulator::{
    cards::passport::issuer::{self as passport, MessageOrder, list_of_certificates},
    certificate::{integer, sequence, tlv},
};

const NULL: &[u8] = &[0x05, 0x00];

#[test]
fn a_list_has_sixteen_megabytes_and_four_thousand_certificates_at_most() {
    let mut bytes = vec![0; 16 * 1024 * 1024];
    assert_eq!(MasterList::parse(&bytes).unwrap_err(), CmsError::Malformed.into());
    bytes.push(0);
    assert_eq!(MasterList::parse(&bytes).unwrap_err(), ListError::TooLarge);
    let listed = |count| parsed(list_of_certificates(&vec![NULL.to_vec(); count]));
    assert_eq!(listed(4_000), Ok(4_000));
    assert_eq!(listed(4_001), Err(ListError::TooManyCertificates));
}

/// How many certificates a message with this content lists.
fn parsed(content: Vec<u8>) -> Result<usize, ListError> {
    let message = MessageOrder::new(MASTER_LIST, content, &passport::Signer::Explicit.order()).unwrap();
    MasterList::parse(&message.build().unwrap()).map(|list| list.certificates.len())
}

#[test]
fn a_list_has_the_parts_of_its_one_version() {
    const SET: u8 = 0x31;
    const SEQUENCE: u8 = 0x30;
    let content = |version: u8, tag: u8| sequence(&[integer(&[version]), tlv(tag, NULL)]);
    assert_eq!(parsed(content(0, SET)), Ok(1));
    for (version, tag) in [(1, SET), (0, SEQUENCE), (1, SEQUENCE)] {
        assert_eq!(parsed(content(version, tag)), Err(ListError::Malformed), "{version} {tag:02X}");
    }
}

fn judged(orders: &[CertificateOrder], trust: &TrustStore) -> Vec<Result<(), Refused>> {
    let certificates: Vec<Vec<u8>> = orders.iter().map(|order| order.build().unwrap()).collect();
    judge(&certificates, trust).into_iter().map(|one| one.map(|_| ())).collect()
}

#[test]
fn neither_an_unknown_key_nor_an_unknown_algorithm_becomes_an_anchor() {
    let trust = TrustStore::shipped().unwrap();
    let by_unknown = CertificateOrder { signer: UNUSABLE, ..root(2) };
    let of_unknown = CertificateOrder { key: UNUSABLE, ..root(3) };
    let refused = Err(Refused::Key);
    assert_eq!(judged(&[root(1), by_unknown, of_unknown], &trust), [Ok(()), refused, refused]);
}

#[test]
fn japan_s_published_root_vouches_for_its_later_keys_over_any_number_of_links() {
    let japan = |name: &str, key: Key| CertificateOrder::root(&Name::new("JP", name), key, 1);
    let key = |name: &'static str| Key::Curve(NamedCurve::P256, name);
    let published = japan("taimen simulated CSCA, published", ISSUER);
    let issued = |one: CertificateOrder, by: &CertificateOrder| CertificateOrder {
        issuer: by.subject.clone(),
        signer: by.key,
        authority_key_id: by.subject_key_id.clone(),
        ..one
    };
    let second = issued(japan("taimen simulated CSCA, second", key("second")), &published);
    let third = issued(japan("taimen simulated CSCA, third", key("third")), &second);
    // It has the name of the root for its issuer's, and somebody else signed it.
    let false_one = issued(japan("taimen simulated CSCA, false", OTHER), &published);
    let false_one = CertificateOrder { signer: OTHER, authority_key_id: Some(vec![9; 20]), ..false_one };
    let later = [third, second, false_one];
    let trust = |official| {
        let anchor = Anchor { official, ..anchor(Purpose::Passport, Hierarchy::Installed, &published) };
        TrustStore::shipped().unwrap().with(vec![anchor])
    };
    let refused = Err(Refused::NotPinned);
    assert_eq!(judged(&later, &trust(true)), [Ok(()), Ok(()), refused]);
    assert_eq!(judged(&later, &trust(false)), [refused, refused, refused], "it was not published");
}
