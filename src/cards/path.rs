//! The check of a certificate that a card carries, up to an anchor: for every card that carries one in X.509.

use jiff::Timestamp;

use crate::{
    trust::{Certificate, CertificateError, CertifiedKey, Hierarchy, PathError, Place, Purpose, TrustStore, issuer_of},
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

/// The outcome of a certificate's check, and what the checks that rest on it take from it.
pub(in crate::cards) struct Certified {
    pub(in crate::cards) check: Check,
    /// The key in the certificate, whatever became of the check.
    pub(in crate::cards) key: Option<CertifiedKey>,
    /// The certificate itself, whatever became of the check: for a card that wants more of it.
    pub(in crate::cards) leaf: Option<Certificate>,
    /// The hierarchy of the anchor that the check speaks of.
    pub(in crate::cards) hierarchy: Option<Hierarchy>,
}

impl Certified {
    /// The check was not done, or ended before any key.
    pub(in crate::cards) fn without_key(check: Check) -> Self {
        Self { check, key: None, leaf: None, hierarchy: None }
    }
}

/// Checks the certificate in a card's field, filler included, as of a time.
pub(in crate::cards) fn certificate_check(
    id: CheckId,
    stored: &[u8],
    purpose: Purpose,
    trust: &TrustStore,
    at: Timestamp,
) -> Certified {
    let leaf = match Certificate::parse(stored) {
        Ok(leaf) => leaf,
        Err(error) => {
            let evidence = Evidence::new().with("detail", error.to_string());
            return Certified::without_key(match error {
                CertificateError::NotDer => Check::not_done(id, Why::CertificateNotDer, evidence),
                _ => Check::failed(id, Reason::Malformed, evidence),
            });
        }
    };
    let mut evidence = Evidence::new()
        .with("certificate_subject", leaf.subject.clone())
        .with("certificate_issuer", leaf.issuer.clone())
        .with("certificate_serial", leaf.serial.clone())
        .with("issuer_key_id", leaf.authority_key_id.as_deref().map(hex::encode).unwrap_or_default())
        .with("not_before", leaf.not_before.to_string())
        .with("not_after", leaf.not_after.to_string());
    let issued = issuer_of(&leaf, purpose, trust, at);
    if let Some((anchor, certificate)) = &issued.anchor {
        evidence = evidence
            .fact(Fact::Anchor(AnchorRef::from(*anchor)))
            .with("anchor_not_before", certificate.not_before.to_string())
            .with("anchor_not_after", certificate.not_after.to_string());
    }
    // Which of the two certificates it is about, if that is not plain.
    let (about, extension) = match issued.outcome {
        Err(PathError::WrongKeyUsage(place) | PathError::Expired(place)) => (Some(place), None),
        Err(PathError::UnknownExtension(Place::Leaf)) => (Some(Place::Leaf), leaf.unknown_critical.clone()),
        Err(PathError::UnknownExtension(Place::Anchor)) => {
            (Some(Place::Anchor), issued.anchor.as_ref().and_then(|(_, anchor)| anchor.unknown_critical.clone()))
        }
        _ => (None, None),
    };
    if let Some(place) = about {
        evidence = evidence.fact(Fact::About(place));
    }
    if let Some(extension) = extension {
        evidence = evidence.with("extension", extension);
    }
    if let (Err(PathError::UnsupportedKey), Err(error)) = (issued.outcome, &leaf.key) {
        evidence = evidence.with("detail", error.to_string());
    }
    Certified {
        check: Check { id, verdict: verdict(issued.outcome), evidence },
        key: leaf.key.as_ref().ok().cloned(),
        leaf: Some(leaf),
        hierarchy: issued.anchor.map(|(anchor, _)| anchor.hierarchy),
    }
}

fn verdict(outcome: Result<(), PathError>) -> Verdict {
    match outcome {
        Ok(()) => Verdict::Passed,
        Err(PathError::NoAnchor) => Verdict::NotDone(Why::NoAnchor),
        Err(PathError::Expired(_)) => Verdict::NotDone(Why::AnchorExpired),
        Err(PathError::NotYetValid) => Verdict::NotDone(Why::NotYetValid),
        Err(PathError::IssuerNewer) => Verdict::NotDone(Why::IssuerNewer),
        Err(PathError::UnsupportedAlgorithm) => Verdict::NotDone(Why::UnsupportedAlgorithm),
        Err(PathError::UnknownExtension(_)) => Verdict::NotDone(Why::UnknownExtension),
        Err(PathError::SignatureMismatch) => Verdict::Failed(Reason::SignatureMismatch),
        Err(PathError::WrongAlgorithm) => Verdict::Failed(Reason::WrongAlgorithm),
        Err(PathError::WrongKeyIdentifier) => Verdict::Failed(Reason::WrongKeyIdentifier),
        Err(PathError::HierarchyNotAccepted) => Verdict::Failed(Reason::HierarchyNotAccepted),
        Err(PathError::NotACa) => Verdict::Failed(Reason::NotACa),
        Err(PathError::WrongKeyUsage(_)) => Verdict::Failed(Reason::WrongKeyUsage),
        Err(PathError::PathTooLong) => Verdict::Failed(Reason::PathTooLong),
        Err(PathError::UnsupportedKey) => Verdict::NotDone(Why::UnsupportedKey),
        Err(PathError::IssuerOver) => Verdict::Failed(Reason::IssuerOver),
    }
}
