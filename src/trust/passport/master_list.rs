//! Master lists: the CSCA certificates of many states, put together and signed by one (ICAO Doc 9303-12 9; spec passport 7.5).
//!
//! Whoever installs a list lets each state speak for itself: the state of a signer is compared with that of the document.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    crypto::sha256,
    text::errors,
    tlv::der,
    trust::{
        anchor::{Hierarchy, Purpose},
        certificate::Certificate,
        cms::{Cms, CmsError, Signed},
        pins,
        store::TrustStore,
    },
};

use super::{
    MASTER_LIST, SignerError, list_signer_path,
    path::{first_that_counts, signs_lists},
};

/// The largest master list (spec passport 14).
pub const MAX_FILE: usize = 16 * 1024 * 1024;

/// The most certificates in one.
pub const MAX_CERTIFICATES: usize = 4_000;

/// The state whose roots are pinned here.
const PINNED_STATE: &str = "JP";

errors! {
    /// Why a file is not a master list, or is not taken.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ListError {
        TooLarge = "the list is larger than {MAX_FILE} bytes",
        Cms(#[from] CmsError) = "{0}",
        Malformed = "the signed content is not a list of certificates",
        TooManyCertificates = "the list has more than {MAX_CERTIFICATES} certificates",
        /// Whatever was said on the command line: the certificate is for something else.
        Purpose = "the signer's certificate is not one for master lists",
        /// No installed CSCA certified the signer, or the path to it does not count.
        Signer(SignerError) = "the signer of the list: {0}",
    }
}

errors! {
    /// Why a certificate is not taken as an anchor.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Refused {
        Form = "it is not in the strict form that checks read",
        /// Neither RSA of 1024 to 8192 bits nor a listed curve, or a signature algorithm that is not known.
        Key = "its key or signature algorithm is not supported",
        NotACa = "it is not the certificate of a certification authority",
        NotRoot = "it is not a root: somebody else issued it",
        NoCountry = "it names no country",
        /// Its own, or that of an issuer which is there.
        Signature = "its signature does not hold",
        /// It bears Japan's name, is not one of the pinned roots, and none of those certified its key.
        NotPinned = "it bears Japan's name, and Japan's known roots do not vouch for it",
    }
}

/// A master list. Parsing verifies nothing.
#[derive(Debug, Clone)]
pub struct MasterList {
    /// The certificates, as they are in the list.
    pub certificates: Vec<Vec<u8>>,
    message: Cms,
}

impl MasterList {
    /// Reads a list.
    ///
    /// # Errors
    /// [`ListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        if bytes.len() > MAX_FILE {
            return Err(ListError::TooLarge);
        }
        let message = Cms::parse(bytes)?;
        if message.content_type != MASTER_LIST {
            return Err(CmsError::ContentType(message.content_type).into());
        }
        let certificates = content(&message.content).ok_or(ListError::Malformed)??;
        Ok(Self { certificates, message })
    }

    /// Every certificate in the file: those of the list, and those beside it.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().chain(&self.message.certificates).map(Vec::as_slice)
    }

    /// Verifies the list's signature and that its signer may sign lists; then looks for the signer's CSCA among the anchors,
    /// with links from the list itself. `Ok` with an error inside: everything holds but that.
    ///
    /// # Errors
    /// [`ListError`]: nothing of the list may be used.
    pub fn verify(&self, trust: &TrustStore, at: Timestamp) -> Result<(Signed, Result<(), SignerError>), ListError> {
        let mut signed = self.message.verify(MASTER_LIST)?;
        signed.retain(|signed| signs_lists(&signed.certificate));
        if signed.is_empty() {
            return Err(ListError::Purpose);
        }
        let others = self.message.certificates.iter().chain(&self.certificates);
        let others: Vec<Certificate> = others.filter_map(|der| Certificate::parse(der).ok()).collect();
        let first = first_that_counts(signed, |signer| list_signer_path(signer, &others, trust, at));
        let (signed, path) = first.ok_or(CmsError::NoSigner)?;
        Ok((signed, path.outcome))
    }
}

/// `SEQUENCE { INTEGER 0, SET OF Certificate }`
fn content(bytes: &[u8]) -> Option<Result<Vec<Vec<u8>>, ListError>> {
    let parts = der::children(der::only(bytes, der::SEQUENCE)?.content)?;
    let [version, set] = parts.as_slice() else { return None };
    if der::small(version) != Some(0) || set.tag != der::SET {
        return None;
    }
    // Counted before one is copied: bytes of a list may be millions of tiny elements.
    let listed = der::children(set.content)?;
    if listed.len() > MAX_CERTIFICATES {
        return Some(Err(ListError::TooManyCertificates));
    }
    Some(Ok(listed.iter().map(|certificate| certificate.raw.to_vec()).collect()))
}

/// Looks at certificates that are to become anchors, one beside the other: each as it can be used, or why it cannot.
pub fn judge(certificates: &[Vec<u8>], trust: &TrustStore) -> Vec<Result<Certificate, Refused>> {
    let mut judged: Vec<Result<Certificate, Refused>> = certificates.iter().map(|der| usable(der)).collect();
    let pairs = certificates.iter().zip(&judged).filter_map(|(der, one)| Some((der.as_slice(), one.clone().ok()?)));
    let new: Vec<(&[u8], Certificate)> = pairs.collect();
    let known = || trust.certificates(Purpose::Passport);
    for one in &mut judged {
        let Ok(certificate) = one else { continue };
        let issuers = known()
            .map(|(_, issuer)| issuer)
            .chain(new.iter().map(|(_, issuer)| issuer))
            .filter(|issuer| certificate.is_named_issuer(issuer));
        // A link whose issuer is nowhere stays: the audit says so.
        let held: Vec<bool> = issuers.map(|issuer| is_signed(certificate, issuer, trust)).collect();
        if !held.is_empty() && !held.contains(&true) {
            *one = Err(Refused::Signature);
        }
    }
    let vouched = vouched(&new, trust);
    let claims = |certificate: &Certificate| certificate.subject_country().as_deref() == Some(PINNED_STATE);
    for one in &mut judged {
        if one.as_ref().is_ok_and(|certificate| claims(certificate) && !vouched.contains(&key_of(certificate))) {
            *one = Err(Refused::NotPinned);
        }
    }
    judged
}

fn usable(der: &[u8]) -> Result<Certificate, Refused> {
    let certificate = Certificate::parse(der).map_err(|_| Refused::Form)?;
    if certificate.verify_key().is_err() || certificate.signature_algorithm().is_err() {
        return Err(Refused::Key);
    }
    if certificate.authority.is_none() || certificate.usage.is_some_and(|usage| !usage.cert_sign) {
        return Err(Refused::NotACa);
    }
    if certificate.subject_country().is_none() {
        return Err(Refused::NoCountry);
    }
    Ok(certificate)
}

fn is_signed(certificate: &Certificate, issuer: &Certificate, trust: &TrustStore) -> bool {
    let key = issuer.verify_key();
    key.is_ok_and(|key| certificate.is_issued_with(&key, trust.memo()).is_ok_and(|held| held.is_some()))
}

fn key_of(certificate: &Certificate) -> Option<[u8; 32]> {
    certificate.verify_key().ok().map(|key| key.fingerprint())
}

/// The keys that Japan's pinned roots vouch for, directly or over links, and those of simulated anchors: these stay what they
/// are and need no pin. Simulated keys vouch for no others, because anybody may sign with them.
fn vouched(new: &[(&[u8], Certificate)], trust: &TrustStore) -> BTreeSet<Option<[u8; 32]>> {
    let known = trust.certificates(Purpose::Passport);
    let (simulated, known): (Vec<_>, Vec<_>) = known.partition(|(anchor, _)| anchor.hierarchy == Hierarchy::Simulated);
    let published = known.into_iter().filter(|(anchor, _)| anchor.official);
    let mut issuers: Vec<&Certificate> = published.map(|(_, issuer)| issuer).collect();
    let pinned = |der: &[u8]| pins::find(Purpose::Passport, &hex::encode(sha256(&[der]))).is_some();
    issuers.extend(new.iter().filter(|(der, _)| pinned(der)).map(|(_, certificate)| certificate));
    let simulated = simulated.into_iter().map(|(_, certificate)| certificate);
    let mut keys: BTreeSet<_> = issuers.iter().copied().chain(simulated).map(key_of).collect();
    let japan = |certificate: &&Certificate| certificate.subject_country().as_deref() == Some(PINNED_STATE);
    let links: Vec<&Certificate> = new.iter().map(|(_, certificate)| certificate).filter(japan).collect();
    // Each round takes in at least one, or is the last.
    loop {
        let next = links.iter().find(|link| {
            !keys.contains(&key_of(link))
                && issuers
                    .iter()
                    .any(|issuer| link.issuer_name == issuer.subject_name && is_signed(link, issuer, trust))
        });
        let Some(next) = next else { break };
        keys.insert(key_of(next));
        issuers.push(next);
    }
    keys.remove(&None);
    keys
}
