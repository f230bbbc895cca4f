//! The path from a certificate on a card to an anchor (RFC 5280 6, for issuers that certify signers directly).
//!
//! An issuer is never chosen by its age or by its name alone: several share a name, even name and serial number (spec
//! residence 5.3). Name, key identifier and signature together choose, among all anchors of a purpose, so that a
//! certificate of a hierarchy that was not accepted is called by that name and not "unknown".

use jiff::Timestamp;

use super::{
    anchor::{Anchor, Purpose},
    certificate::{Algorithm, Certificate, CertifiedKey},
    store::TrustStore,
};
use crate::text::{errors, named};

named! {
    /// One of the two certificates of a path.
    pub enum Place {
        /// The one on the card.
        Leaf = "certificate",
        /// Its issuer's.
        Anchor = "anchor",
    }
}

errors! {
    /// Why a certificate has no path to an anchor.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum PathError {
        /// No anchor has the issuer's name and the key that the certificate names.
        NoAnchor = "no anchor names this issuer and its key",
        SignatureMismatch = "the signature was not made with the issuer's key",
        /// The certificate names an issuer whose key is of another kind than its signature, or states two algorithms.
        WrongAlgorithm = "the signature's algorithm is not that of the issuer's key",
        /// The certificate names an issuer and its key and is signed with an algorithm of that kind of key, or of none that is
        /// known, which is not supported here: whether the signature holds is not known.
        UnsupportedAlgorithm = "the signature's algorithm is not supported",
        WrongKeyIdentifier = "the certificate names another key than the one that signed it",
        HierarchyNotAccepted = "the anchor's hierarchy was not accepted",
        NotACa = "the anchor is not a certification authority",
        /// keyUsage does not allow it: an anchor must be allowed to sign certificates if it says anything, a leaf data; and
        /// an authority signs no data.
        WrongKeyUsage(Place) = "the key usage of the {0} does not allow this",
        PathTooLong = "the anchor allows no authority below it",
        /// Cards are not known to use the leaf's kind of key: another size, exponent or curve. The issuer certified it all the same.
        UnsupportedKey = "the certificate's key is not supported",
        IssuerOver = "the anchor had expired when the certificate was issued",
        /// The anchor's validity began after the leaf's: an authority may be certified again with its key, so an older
        /// certificate of the same key may be the one.
        IssuerNewer = "the anchor is newer than the certificate",
        /// Critical, or ought to be (name and policy constraints), and not known here: what the issuer meant by it cannot be kept.
        UnknownExtension(Place) = "the {0} has a critical extension that is not known",
        NotYetValid = "the certificate is not valid yet",
        Expired(Place) = "the {0} has expired",
    }
}

/// What the search for an issuer found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued<'a> {
    /// `Ok`: the certificate counts, as of the time.
    pub outcome: Result<(), PathError>,
    /// The anchor that the outcome speaks of, if there is one.
    pub anchor: Option<(&'a Anchor, &'a Certificate)>,
}

/// Looks for the issuer of a certificate among the anchors of a purpose, and at everything that must hold between the
/// two, as of a time. Anchors that are not certificates, or whose key cards do not use, do not count.
pub fn issuer_of<'a>(leaf: &Certificate, purpose: Purpose, trust: &'a TrustStore, at: Timestamp) -> Issued<'a> {
    let known: Vec<Candidate<'a>> = trust
        .certificates(purpose)
        .filter_map(|(anchor, certificate)| Candidate::of(leaf, anchor, certificate))
        .filter(|candidate| candidate.certificate.subject_name == leaf.issuer_name)
        .collect();

    let fits = |candidate: &&Candidate<'_>| {
        candidate.naming != Naming::Other && leaf.is_signed_by(candidate.key, trust.memo())
    };
    let judged = known.iter().filter(fits).map(|candidate| (candidate, candidate.judge(leaf, trust, at)));
    // Accepted hierarchies come first, and one anchor that holds is enough: a CA may be certified again with its key.
    let best = judged.min_by_key(|(_, outcome)| match outcome {
        Ok(()) => 0,
        Err(PathError::HierarchyNotAccepted) => 4,
        Err(
            PathError::Expired(_) | PathError::NotYetValid | PathError::UnknownExtension(_) | PathError::UnsupportedKey,
        ) => 1,
        Err(PathError::IssuerNewer) => 2,
        Err(_) => 3,
    });
    if let Some((candidate, outcome)) = best {
        return candidate.found(outcome);
    }
    if let Some(other) = known.iter().find(|candidate| leaf.is_signed_by(candidate.key, trust.memo())) {
        return other.found(Err(PathError::WrongKeyIdentifier));
    }
    let named = || known.iter().filter(|candidate| candidate.naming == Naming::Same);
    if let Some(same) = named().find(|candidate| candidate.key.algorithm() == leaf.algorithm) {
        return same.found(Err(PathError::SignatureMismatch));
    }
    if let Algorithm::Unsupported(kind) = leaf.algorithm
        && let Some(same) = named().find(|candidate| kind.is_none_or(|kind| kind == candidate.key.kind()))
    {
        return same.found(Err(PathError::UnsupportedAlgorithm));
    }
    match named().next() {
        Some(same) => same.found(Err(PathError::WrongAlgorithm)),
        None => Issued { outcome: Err(PathError::NoAnchor), anchor: None },
    }
}

/// What a leaf's key identifier says about an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// It is the anchor's.
    Same,
    /// It is another key's.
    Other,
    /// One of the two has none.
    Silent,
}

struct Candidate<'a> {
    anchor: &'a Anchor,
    certificate: &'a Certificate,
    key: &'a CertifiedKey,
    naming: Naming,
}

impl<'a> Candidate<'a> {
    fn of(leaf: &Certificate, anchor: &'a Anchor, certificate: &'a Certificate) -> Option<Self> {
        let key = certificate.key.as_ref().ok()?;
        let naming = match (&leaf.authority_key_id, &certificate.subject_key_id) {
            (Some(named), Some(own)) if named == own => Naming::Same,
            (Some(_), Some(_)) => Naming::Other,
            _ => Naming::Silent,
        };
        Some(Self { anchor, certificate, key, naming })
    }

    fn found(&self, outcome: Result<(), PathError>) -> Issued<'a> {
        Issued { outcome, anchor: Some((self.anchor, self.certificate)) }
    }

    /// Everything but name and signature. What speaks against the card comes before what only leaves it open.
    fn judge(&self, leaf: &Certificate, trust: &TrustStore, at: Timestamp) -> Result<(), PathError> {
        let issuer = self.certificate;
        if !trust.accepts(self.anchor.hierarchy) {
            return Err(PathError::HierarchyNotAccepted);
        }
        let Some(authority) = issuer.authority else { return Err(PathError::NotACa) };
        if issuer.usage.is_some_and(|usage| !usage.cert_sign) {
            return Err(PathError::WrongKeyUsage(Place::Anchor));
        }
        if leaf.authority.is_some() {
            let none_below = authority.path_length == Some(0);
            return Err(if none_below { PathError::PathTooLong } else { PathError::WrongKeyUsage(Place::Leaf) });
        }
        if leaf.usage.is_some_and(|usage| !usage.digital_signature) {
            return Err(PathError::WrongKeyUsage(Place::Leaf));
        }
        if leaf.not_before > issuer.not_after {
            return Err(PathError::IssuerOver);
        }
        for (place, certificate) in [(Place::Leaf, leaf), (Place::Anchor, issuer)] {
            if certificate.unknown_critical.is_some() {
                return Err(PathError::UnknownExtension(place));
            }
        }
        if leaf.key.is_err() {
            return Err(PathError::UnsupportedKey);
        }
        if leaf.not_before < issuer.not_before {
            return Err(PathError::IssuerNewer);
        }
        if at < leaf.not_before {
            return Err(PathError::NotYetValid);
        }
        for (place, certificate) in [(Place::Anchor, issuer), (Place::Leaf, leaf)] {
            if at > certificate.not_after {
                return Err(PathError::Expired(place));
            }
        }
        Ok(())
    }
}
