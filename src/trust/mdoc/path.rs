//! From a document signer to an IACA: one step, because no certificate may stand between them.

use jiff::{SignedDuration, Timestamp};

use crate::{
    text::errors,
    trust::{
        algorithm::Unsupported,
        anchor::{Anchor, Hierarchy, Purpose},
        certificate::Certificate,
        chain::Place,
        passport::extended_usage,
        store::TrustStore,
    },
};

use super::{DISTRIBUTION, DOCUMENT_SIGNER, EXTENDED_KEY_USAGE, ISSUER_NAMES, KEY_USAGE, UNDERSTOOD};

/// How long a document signer may be valid (annex B).
const SIGNER_DAYS: i64 = 457;

/// keyUsage with digitalSignature and nothing else, in DER.
const SIGNATURE_ONLY: &[u8] = &[0x03, 0x02, 0x07, 0x80];

errors! {
    /// Why a document signer's certificate does not count.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum IssuerError {
        NoAnchor = "no anchor names this issuer and its key",
        /// It names an IACA and its key, which did not make the signature.
        SignatureMismatch = "the signature was not made with the IACA's key",
        HierarchyNotAccepted = "the anchor's hierarchy was not accepted",
        IsAnchor = "the certificate is the IACA's own",
        NotACa = "the anchor is not a certification authority",
        /// What annex B prescribes and the certificate does not have.
        Profile(&'static str) = "the signer's certificate {0}",
        SignedOutside(Place) = "the document was signed outside the validity of the {0}",
        Unsupported(Unsupported) = "{0}",
        UnknownExtension(Place) = "the {0} has a critical extension that is not known",
        IssuerNewer = "the IACA is newer than the signer or the document",
        NotYetValid = "the signer's certificate is not valid yet",
        Expired(Place) = "the {0} has expired",
    }
}

impl IssuerError {
    /// The worse it is, the less a path with it is the one to report.
    fn rank(&self) -> u8 {
        match self {
            Self::Expired(_) | Self::NotYetValid | Self::UnknownExtension(_) => 1,
            Self::IssuerNewer => 2,
            Self::HierarchyNotAccepted => 4,
            Self::Unsupported(_) => 5,
            Self::SignatureMismatch => 6,
            Self::NoAnchor => 7,
            _ => 3,
        }
    }
}

/// What the search for a signer's IACA found.
#[derive(Debug, Clone)]
pub struct IssuerPath<'a> {
    /// `Ok`: the signer counts, as of the time.
    pub outcome: Result<(), IssuerError>,
    /// The anchor that the outcome speaks of, if there is one.
    pub anchor: Option<(&'a Anchor, &'a Certificate)>,
}

/// Looks for the IACA of a document signer among the anchors, and at everything that must hold between them: `signed` is when
/// the document was signed, `at` the time of the judgement.
pub fn issuer_path<'a>(
    signer: &Certificate,
    signed: Timestamp,
    trust: &'a TrustStore,
    at: Timestamp,
) -> IssuerPath<'a> {
    let mut best = IssuerPath { outcome: Err(IssuerError::NoAnchor), anchor: None };
    let rank = |path: &IssuerPath<'_>| path.outcome.as_ref().err().map_or(0, IssuerError::rank);
    for (anchor, issuer) in trust.certificates(Purpose::Mdoc) {
        let named = signer.is_named_issuer(issuer);
        // A name may be written in several ways, and an authority keeps its name over several keys: the signature decides.
        if !named && signer.issuer_name != issuer.subject_name {
            continue;
        }
        let outcome = if signer.identity() == issuer.identity() {
            Err(IssuerError::IsAnchor)
        } else {
            let held = issuer.verify_key().and_then(|key| signer.is_issued_with(&key, trust.memo()));
            match held {
                Ok(Some(_)) if !trust.accepts(anchor.hierarchy) => Err(IssuerError::HierarchyNotAccepted),
                Ok(Some(_)) => judge(signer, issuer, anchor.hierarchy, signed, at),
                Ok(None) if named => Err(IssuerError::SignatureMismatch),
                Err(error) if named => Err(IssuerError::Unsupported(error)),
                Ok(None) | Err(_) => continue,
            }
        };
        let candidate = IssuerPath { outcome, anchor: Some((anchor, issuer)) };
        if rank(&candidate) < rank(&best) {
            best = candidate;
        }
    }
    best
}

/// Everything but name, signature and hierarchy. What speaks against the document comes before what only leaves it open.
fn judge(
    signer: &Certificate,
    issuer: &Certificate,
    hierarchy: Hierarchy,
    signed: Timestamp,
    at: Timestamp,
) -> Result<(), IssuerError> {
    if issuer.authority.is_none() || issuer.usage.is_none_or(|usage| !usage.cert_sign) {
        return Err(IssuerError::NotACa);
    }
    if let Some(what) = deviation(signer, issuer, hierarchy) {
        return Err(IssuerError::Profile(what));
    }
    if signed < signer.not_before || signed > signer.not_after {
        return Err(IssuerError::SignedOutside(Place::Leaf));
    }
    if signed > issuer.not_after {
        return Err(IssuerError::SignedOutside(Place::Anchor));
    }
    for (place, certificate) in [(Place::Leaf, signer), (Place::Anchor, issuer)] {
        if certificate.unknown_critical_besides(&UNDERSTOOD) {
            return Err(IssuerError::UnknownExtension(place));
        }
    }
    // The document is younger than its signer's certificate, so this holds for it too.
    if signer.not_before < issuer.not_before {
        return Err(IssuerError::IssuerNewer);
    }
    if at < signer.not_before {
        return Err(IssuerError::NotYetValid);
    }
    for (place, certificate) in [(Place::Anchor, issuer), (Place::Leaf, signer)] {
        if at > certificate.not_after {
            return Err(IssuerError::Expired(place));
        }
    }
    Ok(())
}

/// What the profile of annex B prescribes and a signer's certificate does not have. How a distribution point is written is not
/// looked at: the standard's own example has a form that it forbids.
fn deviation(signer: &Certificate, issuer: &Certificate, hierarchy: Hierarchy) -> Option<&'static str> {
    let purposes = extended_usage(signer).unwrap_or_default();
    let state = issuer.subject_state();
    // A simulated phone has no clock, so its signer's certificate is good for years.
    let most = SignedDuration::from_hours(24 * SIGNER_DAYS);
    let too_long = hierarchy != Hierarchy::Simulated && signer.not_after.duration_since(signer.not_before) > most;
    let rules = [
        (signer.authority.is_none(), "is one of an authority"),
        (signer.extension("2.5.29.19").is_none(), "has basic constraints"),
        (signer.extension(KEY_USAGE) == Some(SIGNATURE_ONLY), "has another key usage than signing data"),
        (signer.is_critical(KEY_USAGE), "has a key usage that is not critical"),
        (purposes == [DOCUMENT_SIGNER], "is not one for signing documents"),
        (signer.is_critical(EXTENDED_KEY_USAGE), "has an extended key usage that is not critical"),
        (signer.subject_key_id.is_some(), "has no key identifier"),
        (signer.authority_key_id.is_some(), "names no key of its issuer"),
        (signer.extension(ISSUER_NAMES).is_some(), "names no way to reach its issuer"),
        (signer.extension(DISTRIBUTION).is_some(), "names no revocation list"),
        (signer.issuer_name == issuer.subject_name, "has another issuer's name"),
        (
            signer.subject_country().is_some() && signer.subject_country() == issuer.subject_country(),
            "is of another country than its IACA",
        ),
        (state.is_none() || signer.subject_state() == state, "is of another state or province than its IACA"),
        (!too_long, "is valid for longer than 457 days"),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, what)| what)
}
