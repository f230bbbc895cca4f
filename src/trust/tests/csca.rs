use super::*;

use crate::simulator::certificate::{extension, oid, sequence, usage::KEY_ENCIPHERMENT};
use Hierarchy::{Installed, Simulated};

fn signer() -> CertificateOrder {
    root(1).leaf("taimen simulated document signer of a test", SIGNER, 9, [begin(), end()], None)
}

/// The outcome, and the serial number of the anchor that it speaks of.
fn path(
    signer: &CertificateOrder,
    anchors: &[(Hierarchy, CertificateOrder)],
    at: Timestamp,
) -> (Result<(), SignerError>, Option<String>) {
    let trust = store(Purpose::Passport, anchors);
    let found = signer_path(&certificate(signer), &[], &trust, at);
    (found.outcome, found.anchor.map(|(_, issuer)| issuer.serial.clone()))
}

fn outcome(signer: &CertificateOrder, root: CertificateOrder, at: Timestamp) -> Result<(), SignerError> {
    path(signer, &[(Installed, root)], at).0
}

fn expired(serial: u8) -> CertificateOrder {
    CertificateOrder { validity: [root(serial).validity[0], now() - SECOND], ..root(serial) }
}

#[test]
fn of_several_paths_the_best_is_reported() {
    let whole = root(1);
    let newer = CertificateOrder { validity: [begin() + SECOND, whole.validity[1]], ..root(3) };
    type Kind = (Hierarchy, CertificateOrder, fn(&SignerError) -> bool);
    let kinds: [Kind; 6] = [
        (Installed, expired(2), |error| *error == SignerError::Expired(Place::Anchor)),
        (Installed, newer, |error| *error == SignerError::IssuerNewer),
        (Installed, CertificateOrder { authority: false, ..root(4) }, |error| *error == SignerError::NotACa),
        (Simulated, root(5), |error| *error == SignerError::HierarchyNotAccepted),
        (Installed, root_with(UNUSABLE, 6), |error| matches!(error, SignerError::Unsupported(_))),
        (Installed, root_with(OTHER, 7), |error| *error == SignerError::SignatureMismatch),
    ];
    for (place, (hierarchy, better, is_it)) in kinds.iter().enumerate() {
        let better = (*hierarchy, better.clone());
        let (alone, serial) = path(&signer(), std::slice::from_ref(&better), now());
        assert!(alone.as_ref().is_err_and(is_it), "{alone:?}");
        for (hierarchy, worse, _) in kinds.iter().skip(place + 1) {
            let worse = (*hierarchy, worse.clone());
            for both in [[better.clone(), worse.clone()], [worse, better.clone()]] {
                assert_eq!(path(&signer(), &both, now()), (alone.clone(), serial.clone()));
            }
        }
        let with_whole = [better, (Installed, whole.clone())];
        assert_eq!(path(&signer(), &with_whole, now()), (Ok(()), Some("01".to_owned())));
    }
}

#[test]
fn of_equal_paths_that_of_the_issuer_which_the_signer_names_in_full_is_reported() {
    let by_name = CertificateOrder { subject_key_id: None, ..expired(2) };
    let both = [(Installed, by_name), (Installed, expired(3))];
    assert_eq!(path(&signer(), &both, now()), (Err(SignerError::Expired(Place::Anchor)), Some("03".to_owned())));
}

#[test]
fn name_or_key_identifier_finds_an_issuer_and_both_name_it() {
    let another = Name::new("FR", "taimen simulated authority of another name");
    let renamed = CertificateOrder { subject: another, ..root(1) };
    let other_id = |order| CertificateOrder { subject_key_id: Some(vec![9; 20]), ..order };
    assert_eq!(outcome(&signer(), renamed.clone(), now()), Ok(()));
    assert_eq!(outcome(&signer(), other_id(root(1)), now()), Ok(()));
    assert_eq!(outcome(&signer(), other_id(renamed), now()), Err(SignerError::NoAnchor), "neither");
    // What has one of the two and did not sign, or cannot be asked, is another authority.
    assert_eq!(outcome(&signer(), root_with(OTHER, 1), now()), Err(SignerError::SignatureMismatch));
    assert_eq!(outcome(&signer(), other_id(root_with(OTHER, 1)), now()), Err(SignerError::NoAnchor));
    let found = outcome(&signer(), root_with(UNUSABLE, 1), now());
    assert!(matches!(found, Err(SignerError::Unsupported(_))), "{found:?}");
    assert_eq!(outcome(&signer(), other_id(root_with(UNUSABLE, 1)), now()), Err(SignerError::NoAnchor));
}

#[test]
fn what_is_wrong_with_a_signer_is_said_if_somebody_vouches_for_it() {
    let wrong = CertificateOrder { usage: Some(KEY_ENCIPHERMENT), ..signer() };
    let own = Err(SignerError::WrongKeyUsage(Place::Leaf));
    let no_authority = CertificateOrder { authority: false, ..root(1) };
    for (hierarchy, issuer, expected) in [
        (Installed, root(1), own.clone()),
        (Installed, expired(1), own.clone()),
        (Installed, no_authority, own),
        (Simulated, root(1), Err(SignerError::HierarchyNotAccepted)),
        (Installed, root_with(OTHER, 1), Err(SignerError::SignatureMismatch)),
    ] {
        assert_eq!(path(&wrong, &[(hierarchy, issuer)], now()).0, expected);
    }
    assert_eq!(path(&wrong, &[], now()).0, Err(SignerError::NoAnchor));
}

#[test]
fn a_signer_of_lists_signs_no_documents_even_if_its_certificate_does_not_insist() {
    for (last, expected) in
        [(0x03, SignerError::WrongPurpose), (0x08, SignerError::WrongPurpose), (0x0D, SignerError::OtherPurpose)]
    {
        let purpose = sequence(&[oid(&[0x67, 0x81, 0x08, 0x01, 0x01, last])]);
        let signer = CertificateOrder { more: vec![extension(0x25, false, &purpose)], ..signer() };
        assert_eq!(outcome(&signer, root(1), now()), Err(expected), "2.23.136.1.1.{last}");
    }
}

#[test]
fn every_period_counts_to_its_first_and_last_second() {
    let [from, to] = root(1).validity;
    let (first, last) = (begin(), end());
    let earlier = last - SignedDuration::from_hours(24);
    for (validity, at, expected) in [
        // The signer's.
        ([from, to], first, Ok(())),
        ([from, to], first - SECOND, Err(SignerError::NotYetValid)),
        ([from, to], last, Ok(())),
        ([from, to], last + SECOND, Err(SignerError::Expired(Place::Leaf))),
        // The CSCA's.
        ([first, to], now(), Ok(())),
        ([first + SECOND, to], now(), Err(SignerError::IssuerNewer)),
        ([from, earlier], earlier, Ok(())),
        ([from, earlier], earlier + SECOND, Err(SignerError::Expired(Place::Anchor))),
        ([from, first], first, Ok(())),
        ([from, first - SECOND], first, Err(SignerError::IssuerOver)),
    ] {
        let found = outcome(&signer(), CertificateOrder { validity, ..root(1) }, at);
        assert_eq!(found, expected, "{validity:?} {at}");
    }
}
