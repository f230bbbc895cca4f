use super::*;

use Hierarchy::{Installed, Simulated};

fn signer() -> CertificateOrder {
    let signer = root(1).document_signer("taimen simulated document signer of a test", SIGNER, 9);
    CertificateOrder { validity: [begin(), end()], ..signer }
}

/// The outcome, and the serial number of the anchor that it speaks of.
fn path(
    signer: &CertificateOrder,
    anchors: &[(Hierarchy, CertificateOrder)],
    [signed, at]: [Timestamp; 2],
) -> (Result<(), IssuerError>, Option<String>) {
    let trust = store(Purpose::Mdoc, anchors);
    let found = issuer_path(&certificate(signer), signed, &trust, at);
    (found.outcome, found.anchor.map(|(_, issuer)| issuer.serial.clone()))
}

fn outcome(signer: &CertificateOrder, root: CertificateOrder, times: [Timestamp; 2]) -> Result<(), IssuerError> {
    path(signer, &[(Installed, root)], times).0
}

/// When the document was signed, and the time of the judgement.
fn times() -> [Timestamp; 2] {
    [time("2026-06-01T00:00:00Z"), now()]
}

#[test]
fn of_several_paths_the_best_is_reported() {
    let [whole, expired, newer] = [1, 2, 3].map(root);
    type Kind = (Hierarchy, CertificateOrder, fn(&IssuerError) -> bool);
    let kinds: [Kind; 6] = [
        (Installed, CertificateOrder { validity: [whole.validity[0], now() - SECOND], ..expired }, |error| {
            *error == IssuerError::Expired(Place::Anchor)
        }),
        (Installed, CertificateOrder { validity: [begin() + SECOND, whole.validity[1]], ..newer }, |error| {
            *error == IssuerError::IssuerNewer
        }),
        (Installed, CertificateOrder { authority: false, ..root(4) }, |error| *error == IssuerError::NotACa),
        (Simulated, root(5), |error| *error == IssuerError::HierarchyNotAccepted),
        (Installed, root_with(UNUSABLE, 6), |error| matches!(error, IssuerError::Unsupported(_))),
        (Installed, root_with(OTHER, 7), |error| *error == IssuerError::SignatureMismatch),
    ];
    for (place, (hierarchy, better, is_it)) in kinds.iter().enumerate() {
        let better = (*hierarchy, better.clone());
        let (alone, serial) = path(&signer(), std::slice::from_ref(&better), times());
        assert!(alone.as_ref().is_err_and(is_it), "{alone:?}");
        for (hierarchy, worse, _) in kinds.iter().skip(place + 1) {
            let worse = (*hierarchy, worse.clone());
            for both in [[better.clone(), worse.clone()], [worse, better.clone()]] {
                assert_eq!(path(&signer(), &both, times()), (alone.clone(), serial.clone()));
            }
        }
        let with_whole = [better, (Installed, whole.clone())];
        assert_eq!(path(&signer(), &with_whole, times()), (Ok(()), Some("01".to_owned())));
    }
}

#[test]
fn of_equal_paths_the_first_is_reported() {
    let both = [(Installed, root(1)), (Installed, root(2))];
    assert_eq!(path(&signer(), &both, times()), (Ok(()), Some("01".to_owned())));
}

#[test]
fn a_document_that_an_iaca_signed_itself_is_seen_under_whatever_else_has_its_key() {
    let both = [(Simulated, root(1)), (Simulated, root(2))];
    for (own, serial) in [(root(1), "01"), (root(2), "02")] {
        assert_eq!(path(&own, &both, times()), (Err(IssuerError::IsAnchor), Some(serial.to_owned())));
    }
}

#[test]
fn a_key_that_cannot_be_used_is_reported_only_of_the_issuer_that_is_named() {
    let unusable = root_with(UNUSABLE, 1);
    let found = outcome(&signer(), unusable.clone(), times());
    assert!(matches!(found, Err(IssuerError::Unsupported(_))), "{found:?}");
    let another = CertificateOrder { subject_key_id: Some(vec![9; 20]), ..unusable };
    assert_eq!(outcome(&signer(), another, times()), Err(IssuerError::NoAnchor));
}

#[test]
fn only_an_authority_that_may_sign_certificates_issues_documents() {
    use crate::simulator::certificate::usage::{CERT_SIGN, CRL_SIGN};
    for (authority, usage, expected) in [
        (true, Some(CERT_SIGN), Ok(())),
        (false, Some(CERT_SIGN), Err(IssuerError::NotACa)),
        (true, Some(CRL_SIGN), Err(IssuerError::NotACa)),
        (true, None, Err(IssuerError::NotACa)),
    ] {
        let root = CertificateOrder { authority, usage, ..root(1) };
        assert_eq!(outcome(&signer(), root, times()), expected, "{authority} {usage:?}");
    }
}

#[test]
fn every_period_counts_to_its_first_and_last_second() {
    let [from, to] = root(1).validity;
    let (first, last) = (begin(), end());
    let earlier = last - SignedDuration::from_hours(24);
    for (validity, times, expected) in [
        // The signer's.
        ([from, to], [first, first], Ok(())),
        ([from, to], [first - SECOND, now()], Err(IssuerError::SignedOutside(Place::Leaf))),
        ([from, to], [first, first - SECOND], Err(IssuerError::NotYetValid)),
        ([from, to], [last, last], Ok(())),
        ([from, to], [last + SECOND, last], Err(IssuerError::SignedOutside(Place::Leaf))),
        ([from, to], [last, last + SECOND], Err(IssuerError::Expired(Place::Leaf))),
        // The IACA's.
        ([first, to], times(), Ok(())),
        ([first + SECOND, to], times(), Err(IssuerError::IssuerNewer)),
        ([from, earlier], [earlier, earlier], Ok(())),
        ([from, earlier], [earlier + SECOND, earlier], Err(IssuerError::SignedOutside(Place::Anchor))),
        ([from, earlier], [earlier, earlier + SECOND], Err(IssuerError::Expired(Place::Anchor))),
    ] {
        let found = outcome(&signer(), CertificateOrder { validity, ..root(1) }, times);
        assert_eq!(found, expected, "{validity:?} {times:?}");
    }
}

#[test]
fn a_signer_is_valid_for_457_days_at_most() {
    let longest = begin() + SignedDuration::from_hours(457 * 24);
    let until = |last| outcome(&CertificateOrder { validity: [begin(), last], ..signer() }, root(1), times());
    assert_eq!(until(longest), Ok(()));
    assert_eq!(until(longest + SECOND), Err(IssuerError::Profile("is valid for longer than 457 days")));
}
