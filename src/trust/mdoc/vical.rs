//! VICAL: IACA certificates of many authorities, put together and signed by a provider (ISO/IEC 18013-5 annex C).

use jiff::Timestamp;

use crate::{
    cbor::{self, CborError, Item},
    crypto::cose::{CoseError, Key, Signed},
    text::errors,
    trust::{
        anchor::Purpose,
        certificate::Certificate,
        passport::{Refused, extended_usage},
        store::TrustStore,
    },
};

use super::LIST_SIGNER;

/// The largest VICAL.
pub const MAX_VICAL: usize = 1024 * 1024;

errors! {
    /// Why a file is not a VICAL, or is not taken.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum VicalError {
        TooLarge = "the list is larger than {MAX_VICAL} bytes",
        Cose(#[from] CoseError) = "{0}",
        Cbor(#[from] CborError) = "{0}",
        Version = "the version of the list is not 1",
        Date = "a date is not written as it must be",
        Signer = "the list holds no certificate of its signer that can be read",
        Purpose = "the signer's certificate is not one for lists of IACAs",
        Validity = "the signer's certificate is not valid now",
        Outdated = "the list has expired",
        /// Directly, or over certificates in the list.
        NotVouched = "no installed certificate vouches for the signer of the list",
    }
}

/// A certificate of the list, and the document types that it may vouch for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// DER
    pub certificate: Vec<u8>,
    /// The docTypes.
    pub doc_types: Vec<String>,
}

/// What a list says, whoever signed it.
#[derive(Debug, Clone)]
pub struct Contents {
    /// When it was put together.
    pub date: Timestamp,
    /// Its certificates.
    pub listed: Vec<Listed>,
}

impl Contents {
    /// Reads what the signature of a list is over.
    ///
    /// # Errors
    /// [`VicalError`].
    pub fn parse(payload: &[u8], now: Timestamp) -> Result<Self, VicalError> {
        let list = cbor::decode(payload)?;
        if !list.get("version")?.text()?.starts_with("1.") {
            return Err(VicalError::Version);
        }
        list.get("vicalProvider")?.text()?;
        if list.find("nextUpdate")?.map(time).transpose()?.is_some_and(|next| next < now) {
            return Err(VicalError::Outdated);
        }
        let listed = list.get("certificateInfos")?.items()?.iter().map(listed).collect::<Result<_, _>>()?;
        Ok(Self { date: time(list.get("date")?)?, listed })
    }
}

/// A list whose own signature holds.
#[derive(Debug, Clone)]
pub struct Vical {
    /// What it says.
    pub contents: Contents,
    /// The subject of the signer's certificate.
    pub signer: String,
    /// The certificates that came with the signature, in DER: the signer's, then those above it.
    pub chain: Vec<Vec<u8>>,
    /// Whether an anchor vouches for the signer.
    pub vouched: bool,
}

impl Vical {
    /// Reads a list and verifies its signature by the signer's certificate, and that this is one for lists; then looks whether an anchor
    /// vouches for it, directly or over certificates in the list's own chain.
    ///
    /// # Errors
    /// [`VicalError`]: nothing of the list may be used.
    pub fn read(bytes: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Self, VicalError> {
        if bytes.len() > MAX_VICAL {
            return Err(VicalError::TooLarge);
        }
        let cose = Signed::sign1(&cbor::decode(bytes)?)?;
        let chain: Vec<Certificate> = cose.chain.iter().filter_map(|der| Certificate::parse(der).ok()).collect();
        let signer = chain.first().filter(|_| chain.len() == cose.chain.len()).ok_or(VicalError::Signer)?;
        let key = signer.verify_key().ok().and_then(Key::certified).ok_or(CoseError::UnsupportedKey)?;
        cose.verify(&key, None)?;
        let purposes = extended_usage(signer).unwrap_or_default();
        if purposes != [LIST_SIGNER] || signer.authority.is_some() || !signer.signs_data() {
            return Err(VicalError::Purpose);
        }
        if now < signer.not_before || now > signer.not_after {
            return Err(VicalError::Validity);
        }
        Ok(Self {
            contents: Contents::parse(cose.payload.ok_or(CoseError::Payload)?, now)?,
            signer: signer.subject.clone(),
            chain: cose.chain.iter().map(|der| der.to_vec()).collect(),
            vouched: vouched(signer, chain.get(1..).unwrap_or_default(), trust, now),
        })
    }
}

fn listed(item: &Item<'_>) -> Result<Listed, CborError> {
    let doc_types = item.get("docType")?.items()?.iter();
    let doc_types: Result<Vec<String>, CborError> = doc_types.map(|name| Ok(name.text()?.to_owned())).collect();
    let doc_types = doc_types?;
    // Without any it would vouch for every one.
    if doc_types.is_empty() {
        return Err(CborError::Missing);
    }
    Ok(Listed { certificate: item.get("certificate")?.bytes()?.to_vec(), doc_types })
}

fn time(item: &Item<'_>) -> Result<Timestamp, VicalError> {
    item.tagged(0)?.text()?.parse().map_err(|_| VicalError::Date)
}

/// Whether an anchor certified the signer, directly or over authorities of the chain, each of them valid now.
fn vouched(signer: &Certificate, chain: &[Certificate], trust: &TrustStore, now: Timestamp) -> bool {
    let issued = |leaf: &Certificate, issuer: &Certificate| {
        let may = issuer.authority.is_some() && issuer.usage.is_none_or(|usage| usage.cert_sign);
        let valid = now >= issuer.not_before && now <= issuer.not_after;
        may && valid
            && leaf.issuer_name == issuer.subject_name
            && issuer
                .verify_key()
                .is_ok_and(|key| leaf.is_issued_with(&key, trust.memo()).is_ok_and(|held| held.is_some()))
    };
    let anchored = |leaf: &Certificate| {
        let known = trust
            .certificates(Purpose::Mdoc)
            .filter(|(anchor, _)| trust.accepts(anchor.hierarchy) && !anchor.from_list);
        known.map(|(_, issuer)| issuer).any(|issuer| issued(leaf, issuer))
    };
    let mut leaf = signer;
    for next in chain {
        if anchored(leaf) {
            return true;
        }
        if !issued(leaf, next) {
            return false;
        }
        leaf = next;
    }
    anchored(leaf)
}

/// Looks at a certificate that is to become an anchor: as it can be used, or why it cannot.
///
/// # Errors
/// [`Refused`].
pub fn judge(der: &[u8], trust: &TrustStore) -> Result<Certificate, Refused> {
    let certificate = Certificate::parse(der).map_err(|_| Refused::Form)?;
    let key = certificate.verify_key().map_err(|_| Refused::Key)?;
    if Key::certified(key.clone()).is_none() || certificate.signature_algorithm().is_err() {
        return Err(Refused::Key);
    }
    if certificate.authority.is_none() || certificate.usage.is_none_or(|usage| !usage.cert_sign) {
        return Err(Refused::NotACa);
    }
    if certificate.subject_country().is_none() {
        return Err(Refused::NoCountry);
    }
    // An authority below another one would count without that one's signature being looked at.
    if !certificate.is_self_issued() {
        return Err(Refused::NotRoot);
    }
    let held = certificate.is_issued_with(&key, trust.memo()).is_ok_and(|held| held.is_some());
    if held { Ok(certificate) } else { Err(Refused::Signature) }
}
