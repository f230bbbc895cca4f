use super::*;

use crate::{
    cbor::{self, CborError, text},
    crypto::cose,
    simulator::{
        cards::{
            mdoc::issuer::{LIST_SIGNER, sign1},
            passport::issuer as passport,
        },
        certificate::usage::{CERT_SIGN, CRL_SIGN},
    },
    trust::mdoc,
};

/// The list of a signer that [`ISSUER`] certified.
fn list(next_update: Option<Timestamp>) -> Vec<u8> {
    let signer = root(1).leaf("taimen simulated signer of lists", SIGNER, 9, [begin(), end()], Some(LIST_SIGNER));
    let date = |at: Timestamp| cbor::tagged(0, &text(&at.to_string()));
    let mut entries = vec![
        (text("version"), text("1.0")),
        (text("vicalProvider"), text("a test")),
        (text("date"), date(begin())),
        (text("certificateInfos"), cbor::array::<Vec<u8>>(&[])),
    ];
    entries.extend(next_update.map(|next| (text("nextUpdate"), date(next))));
    let chain = cbor::map(&[(cbor::uint(33), cbor::bytes(&signer.build().unwrap()))]);
    sign1(SIGNER, &cose::protected(SIGNER.algorithm()), &chain, &cbor::map(&entries), true).unwrap()
}

fn read(bytes: &[u8], root: &CertificateOrder, at: Timestamp) -> Result<bool, VicalError> {
    Vical::read(bytes, &installed(Purpose::Mdoc, root), at).map(|list| list.vouched)
}

#[test]
fn a_list_and_its_signer_count_to_their_last_second() {
    let next = now();
    assert_eq!(read(&list(Some(next)), &root(1), next), Ok(true));
    assert_eq!(read(&list(Some(next)), &root(1), next + SECOND), Err(VicalError::Outdated));
    for (at, expected) in [
        (begin() - SECOND, Err(VicalError::Validity)),
        (begin(), Ok(true)),
        (end(), Ok(true)),
        (end() + SECOND, Err(VicalError::Validity)),
    ] {
        assert_eq!(read(&list(None), &root(1), at), expected, "{at}");
    }
}

#[test]
fn a_list_has_a_megabyte_at_most() {
    let mut bytes = vec![0; 1024 * 1024];
    assert_eq!(read(&bytes, &root(1), now()), Err(CborError::Trailing.into()));
    bytes.push(0);
    assert_eq!(read(&bytes, &root(1), now()), Err(VicalError::TooLarge));
}

#[test]
fn only_a_valid_authority_that_certified_it_vouches_for_the_signer_of_a_list() {
    let [from, to] = root(1).validity;
    let with = |validity| CertificateOrder { validity, ..root(1) };
    let another = Name::new("FR", "taimen simulated authority of another name");
    for (what, issuer, expected) in [
        ("an authority", root(1), true),
        ("one that states no key usage", CertificateOrder { usage: None, ..root(1) }, true),
        ("none", CertificateOrder { authority: false, ..root(1) }, false),
        ("one that signs no certificates", CertificateOrder { usage: Some(CRL_SIGN), ..root(1) }, false),
        ("in its first second", with([now(), to]), true),
        ("not yet valid", with([now() + SECOND, to]), false),
        ("in its last second", with([from, now()]), true),
        ("expired", with([from, now() - SECOND]), false),
        ("another name", CertificateOrder { subject: another, ..root(1) }, false),
        ("another key", root_with(OTHER, 1), false),
    ] {
        assert_eq!(read(&list(None), &issuer, now()), Ok(expected), "{what}");
    }
}

#[test]
fn what_cannot_vouch_for_documents_becomes_no_anchor() {
    let trust = TrustStore::shipped().unwrap();
    let judged = |der: Vec<u8>| mdoc::judge(&der, &trust).map(|_| ());
    let order = |change: fn(&mut CertificateOrder)| {
        let mut order = root(1);
        change(&mut order);
        judged(order.build().unwrap())
    };
    assert_eq!(order(|_| {}), Ok(()));
    assert_eq!(order(|root| root.usage = Some(CERT_SIGN)), Ok(()));
    assert_eq!(order(|root| root.signer = UNUSABLE), Err(Refused::Key), "its signature's algorithm");
    let [(_, rsa), ..] = passport::authorities();
    assert_eq!(judged(rsa.build().unwrap()), Err(Refused::Key), "documents on phones are not signed with RSA");
    assert_eq!(order(|root| root.authority = false), Err(Refused::NotACa));
    assert_eq!(order(|root| root.usage = Some(CRL_SIGN)), Err(Refused::NotACa));
    assert_eq!(order(|root| root.usage = None), Err(Refused::NotACa));
}
