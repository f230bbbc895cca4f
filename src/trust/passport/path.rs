//! From a signer to an anchor: name or key identifier find an issuer, the signature decides (spec passport 7.2, 7.3).

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    crypto::{Sha256Hash, SignatureAlgorithm, VerifyKey, Weakness},
    text::errors,
    trust::{
        algorithm::Unsupported,
        anchor::{Anchor, Purpose},
        certificate::Certificate,
        chain::Place,
        cms::{Cms, Signed},
        store::TrustStore,
    },
};

use super::{
    DEVIATION_LIST_SIGNER, MASTER_LIST_SIGNER,
    extensions::{EXTENDED_KEY_USAGE, UNDERSTOOD, extended_usage},
};

/// The most link certificates between a signer and an anchor.
const MAX_LINKS: usize = 8;

/// The most links that are gone through for a signer, of all paths: whoever makes a document may put any number into it.
const MAX_VISITED: usize = 32;

/// The most links that are asked whether they signed: one name can stand in a whole master list.
const MAX_TRIED: usize = 1024;

errors! {
    /// Why a signer has no path to an anchor, or one that does not count.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum SignerError {
        /// Says nothing about the document: the CSCA is not installed.
        NoAnchor = "no CSCA is installed that certified this signer",
        /// An anchor has the name and the key identifier that the signer states, and its key did not make the signature.
        SignatureMismatch = "the signature was not made with the CSCA's key",
        HierarchyNotAccepted = "the anchor's hierarchy was not accepted",
        NotACa = "the issuer is not a certification authority",
        WrongKeyUsage(Place) = "the key usage of the {0} does not allow this",
        /// The signer of a list of certificates or of deviations, or none of lists where one is needed.
        WrongPurpose = "the certificate's extended key usage does not allow this",
        /// Documents' signers have no such extension (ICAO Doc 9303-12); one that is not critical may be an issuer's mistake.
        OtherPurpose = "the certificate's extended key usage names another use",
        /// Says nothing about the document.
        Unsupported(Unsupported) = "{0}",
        UnknownExtension(Place) = "the {0} has a critical extension that is not known",
        IssuerOver = "the CSCA had expired when the signer was certified",
        IssuerNewer = "the CSCA is newer than the signer",
        NotYetValid = "the signer's certificate is not valid yet",
        Expired(Place) = "the {0} has expired",
    }
}

impl SignerError {
    /// The worse it is, the less a path with it is the one to report.
    fn rank(&self) -> u8 {
        match self {
            Self::Expired(_) | Self::NotYetValid | Self::UnknownExtension(_) | Self::OtherPurpose => 1,
            Self::IssuerNewer => 2,
            Self::HierarchyNotAccepted => 4,
            Self::Unsupported(_) => 5,
            Self::SignatureMismatch => 6,
            Self::NoAnchor => 7,
            _ => 3,
        }
    }
}

/// What the search for a signer's authority found.
#[derive(Debug, Clone)]
pub struct SignerPath<'a> {
    /// `Ok`: the signer counts, as of the time.
    pub outcome: Result<(), SignerError>,
    /// The anchor that the outcome speaks of, if there is one.
    pub anchor: Option<(&'a Anchor, &'a Certificate)>,
    /// Link certificates between the signer and the anchor, the signer's own issuer first.
    pub links: Vec<Certificate>,
    /// What is too weak in the signer's key and in the signatures up to the anchor.
    pub weak: Vec<Weakness>,
    /// The state of the signer in two capitals: its issuer's country. It is that of the anchor too if there is a path.
    pub state: Option<String>,
}

impl SignerPath<'_> {
    /// The certificate of whoever certified the signer.
    pub fn issuer(&self) -> Option<&Certificate> {
        self.links.first().or(self.anchor.map(|(_, certificate)| certificate))
    }

    fn rank(&self) -> u8 {
        self.outcome.as_ref().err().map_or(0, SignerError::rank)
    }
}

/// Looks for the authority of a document signer among the anchors of passports, and at everything that must hold between
/// them as of a time. `others` are certificates from the document itself, which may be links.
pub fn signer_path<'a>(
    signer: &Certificate,
    others: &[Certificate],
    trust: &'a TrustStore,
    at: Timestamp,
) -> SignerPath<'a> {
    let may_sign = match extended_usage(signer) {
        None => Ok(()),
        Some(usage) => {
            let of_lists = |usage: &String| usage == MASTER_LIST_SIGNER || usage == DEVIATION_LIST_SIGNER;
            let wrong = signer.is_critical(EXTENDED_KEY_USAGE) || usage.iter().any(of_lists);
            Err(if wrong { SignerError::WrongPurpose } else { SignerError::OtherPurpose })
        }
    };
    path(signer, Search { others, trust, at, of_list: false }, may_sign)
}

/// Whether a certificate is one for whoever signs master lists.
pub(super) fn signs_lists(signer: &Certificate) -> bool {
    let usage = extended_usage(signer).unwrap_or_default();
    usage.iter().any(|usage| usage == MASTER_LIST_SIGNER) && !is_barred(signer)
}

/// Whether a certificate says that its key signs no data.
fn is_barred(signer: &Certificate) -> bool {
    signer.authority.is_some() || signer.usage.is_some_and(|usage| !usage.digital_signature)
}

/// The same for whoever signed a master list: its certificate must name that use.
pub fn list_signer_path<'a>(
    signer: &Certificate,
    others: &[Certificate],
    trust: &'a TrustStore,
    at: Timestamp,
) -> SignerPath<'a> {
    let may_sign = signs_lists(signer).then_some(()).ok_or(SignerError::WrongPurpose);
    path(signer, Search { others, trust, at, of_list: true }, may_sign)
}

/// Of the signers of a message, the first one whose certificate counts; else the first one at all. The message's other
/// certificates may be links.
pub fn message_signer<'a>(
    message: &Cms,
    signed: Vec<Signed>,
    trust: &'a TrustStore,
    at: Timestamp,
) -> Option<(Signed, SignerPath<'a>)> {
    let others: Vec<Certificate> = message.certificates.iter().filter_map(|der| Certificate::parse(der).ok()).collect();
    first_that_counts(signed, |signer| signer_path(signer, &others, trust, at))
}

/// The same with another way to look for the authority.
pub(super) fn first_that_counts<'a>(
    signed: Vec<Signed>,
    path: impl Fn(&Certificate) -> SignerPath<'a>,
) -> Option<(Signed, SignerPath<'a>)> {
    let judged = signed.into_iter().map(|signed| {
        let path = path(&signed.certificate);
        (signed, path)
    });
    judged.min_by_key(|(_, path)| path.outcome.is_err())
}

fn path<'a>(signer: &Certificate, search: Search<'_, 'a>, may_sign: Result<(), SignerError>) -> SignerPath<'a> {
    let mut found = search.climb(signer, 0, &mut Spent::default());
    found.state = signer.issuer_country();
    let own = move || -> Result<VerifyKey, SignerError> {
        may_sign?;
        if is_barred(signer) {
            return Err(SignerError::WrongKeyUsage(Place::Leaf));
        }
        signer.verify_key().map_err(SignerError::Unsupported)
    };
    match own() {
        Ok(key) => found.weak.extend(key.weakness()),
        // What nobody vouches for stays that, whatever is wrong with it.
        Err(error) if found.rank() < SignerError::HierarchyNotAccepted.rank() => found.outcome = Err(error),
        Err(_) => {}
    }
    if let Some((_, anchor)) = found.anchor
        && found.outcome.is_ok()
        && anchor.subject_country() != found.state
    {
        found.outcome = Err(SignerError::SignatureMismatch);
    }
    found.weak.sort();
    found.weak.dedup();
    found
}

/// What a search has taken of its limits.
#[derive(Default)]
struct Spent {
    visited: BTreeSet<Sha256Hash>,
    /// How many links were asked whether they signed.
    tried: usize,
}

impl Spent {
    fn is_over(&self) -> bool {
        self.visited.len() >= MAX_VISITED || self.tried >= MAX_TRIED
    }
}

struct Search<'s, 'a> {
    others: &'s [Certificate],
    trust: &'a TrustStore,
    at: Timestamp,
    /// Whether it is the signer of a list: whoever came in a list vouches for no other.
    of_list: bool,
}

/// What a certificate says about a possible issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// Key identifier and name.
    Same,
    /// One of the two: issuers change their names, write them in several ways, and keep one name over several keys.
    Part,
}

fn naming(leaf: &Certificate, issuer: &Certificate) -> Option<Naming> {
    let name = leaf.issuer_name == issuer.subject_name;
    let key = match (&leaf.authority_key_id, &issuer.subject_key_id) {
        (Some(named), Some(own)) => Some(named == own),
        _ => None,
    };
    match (name, key) {
        (true, Some(true)) => Some(Naming::Same),
        (true, Some(false) | None) | (false, Some(true)) => Some(Naming::Part),
        (false, Some(false) | None) => None,
    }
}

impl<'a> Search<'_, 'a> {
    fn none(&self, error: SignerError) -> SignerPath<'a> {
        SignerPath { outcome: Err(error), anchor: None, links: Vec::new(), weak: Vec::new(), state: None }
    }

    /// The best path from a certificate upwards, which so many links have led to. Links may run in circles: none is gone through
    /// twice.
    fn climb(&self, leaf: &Certificate, depth: usize, spent: &mut Spent) -> SignerPath<'a> {
        let is_signer = depth == 0;
        let mut best = self.none(SignerError::NoAnchor);
        let named = self.trust.certificates(Purpose::Passport);
        let named = named.filter(|(anchor, _)| !(self.of_list && anchor.from_list));
        let mut named: Vec<_> =
            named.filter_map(|(anchor, issuer)| Some((naming(leaf, issuer)?, anchor, issuer))).collect();
        // Whatever has the key comes first: the search ends with the first path that holds.
        named.sort_by_key(|(naming, ..)| *naming);
        for (naming, anchor, issuer) in named {
            let found = |outcome, weak| SignerPath {
                outcome,
                anchor: Some((anchor, issuer)),
                links: Vec::new(),
                weak,
                state: None,
            };
            let candidate = match self.signed(leaf, issuer) {
                Ok(Some((algorithm, key))) => {
                    let accepted = self.trust.accepts(anchor.hierarchy);
                    let outcome = if accepted {
                        self.judge(leaf, issuer, is_signer)
                    } else {
                        Err(SignerError::HierarchyNotAccepted)
                    };
                    found(outcome, key.weaknesses(algorithm).collect())
                }
                Ok(None) if naming == Naming::Same => found(Err(SignerError::SignatureMismatch), Vec::new()),
                Err(error) if naming == Naming::Same => found(Err(SignerError::Unsupported(error)), Vec::new()),
                Ok(None) | Err(_) => continue,
            };
            if candidate.rank() < best.rank() {
                best = candidate;
            }
            if best.outcome.is_ok() {
                return best;
            }
        }
        if depth >= MAX_LINKS {
            return best;
        }
        for link in self.others {
            let issues = naming(leaf, link).is_some() && link.authority.is_some();
            if !issues || spent.is_over() || spent.visited.contains(&link.identity()) {
                continue;
            }
            spent.tried += 1;
            let Ok(Some((algorithm, key))) = self.signed(leaf, link) else { continue };
            spent.visited.insert(link.identity());
            let mut candidate = self.climb(link, depth + 1, spent);
            if candidate.outcome.is_ok() {
                candidate.outcome = self.judge(leaf, link, is_signer);
            }
            candidate.links.insert(0, link.clone());
            candidate.weak.extend(key.weaknesses(algorithm));
            if candidate.rank() < best.rank() {
                best = candidate;
            }
        }
        best
    }

    fn signed(
        &self,
        leaf: &Certificate,
        issuer: &Certificate,
    ) -> Result<Option<(SignatureAlgorithm, VerifyKey)>, Unsupported> {
        let key = issuer.verify_key()?;
        Ok(leaf.is_issued_with(&key, self.trust.memo())?.map(|algorithm| (algorithm, key)))
    }

    /// Everything but name, signature and hierarchy. What speaks against the document comes before what only leaves it open.
    fn judge(&self, leaf: &Certificate, issuer: &Certificate, is_signer: bool) -> Result<(), SignerError> {
        if issuer.authority.is_none() {
            return Err(SignerError::NotACa);
        }
        if issuer.usage.is_some_and(|usage| !usage.cert_sign) {
            return Err(SignerError::WrongKeyUsage(Place::Anchor));
        }
        if leaf.not_before > issuer.not_after {
            return Err(SignerError::IssuerOver);
        }
        for (place, certificate) in [(Place::Leaf, leaf), (Place::Anchor, issuer)] {
            if certificate.unknown_critical_besides(&UNDERSTOOD) {
                return Err(SignerError::UnknownExtension(place));
            }
        }
        if leaf.not_before < issuer.not_before {
            return Err(SignerError::IssuerNewer);
        }
        if self.at < leaf.not_before {
            return Err(SignerError::NotYetValid);
        }
        if self.at > issuer.not_after {
            return Err(SignerError::Expired(Place::Anchor));
        }
        // A link whose own time is over was judged as an issuer.
        if is_signer && self.at > leaf.not_after {
            return Err(SignerError::Expired(Place::Leaf));
        }
        Ok(())
    }
}
