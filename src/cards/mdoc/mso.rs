//! IssuerAuth and the mobile security object in it (ISO/IEC 18013-5 9.1.2.4).

use jiff::Timestamp;

use crate::{
    cbor::{self, CborError, Item},
    crypto::Hash,
    text::errors,
};

use super::cose::{CoseError, Key, Signed};

errors! {
    /// Why an IssuerAuth is not taken.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum MsoError {
        Cose(#[from] CoseError) = "{0}",
        Cbor(#[from] CborError) = "{0}",
        Version = "the version of the signed object is not 1",
        DigestAlgorithm = "the digests are of another algorithm than SHA-256, SHA-384 and SHA-512",
        DigestLength = "a digest of another length than its algorithm's",
        Time = "a time is not written as it must be",
        Order = "validFrom is before signed, or validUntil not after validFrom",
        DeviceKey(CoseError) = "the device key: {0}",
    }
}

impl MsoError {
    /// Whether another program might be able to judge it.
    pub fn is_unsupported(&self) -> bool {
        *self == Self::DigestAlgorithm
    }
}

/// A namespace, and each number in it with its digest.
pub type Digests<'a> = (&'a str, Vec<(u64, &'a [u8])>);

/// What an issuer signed.
#[derive(Debug, Clone)]
pub struct Mso<'a> {
    /// The hash of the digests.
    pub hash: Hash,
    /// Of each namespace, each number with its digest.
    pub digests: Vec<Digests<'a>>,
    /// The key that answers for the device.
    pub device_key: Result<Key, CoseError>,
    /// docType
    pub doc_type: &'a str,
    /// When it was signed.
    pub signed: Timestamp,
    /// The first second of its validity.
    pub valid_from: Timestamp,
    /// The last.
    pub valid_until: Timestamp,
    /// When the issuer expects to sign it anew, if the object says so.
    pub expected_update: Option<Timestamp>,
    /// Whether it names a list that says whether it was revoked.
    pub has_status: bool,
}

/// An IssuerAuth: the signature, and what it covers. Reading verifies nothing.
#[derive(Debug, Clone)]
pub struct IssuerAuth<'a> {
    /// The signature.
    pub cose: Signed<'a>,
    /// What it covers, or why that cannot be read: the signature may hold all the same.
    pub mso: Result<Mso<'a>, MsoError>,
}

impl<'a> IssuerAuth<'a> {
    /// Reads an IssuerAuth.
    ///
    /// # Errors
    /// [`MsoError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, MsoError> {
        let cose = Signed::sign1(&cbor::decode(bytes)?)?;
        let mso = Mso::read(cose.payload.ok_or(CoseError::Payload)?);
        Ok(Self { cose, mso })
    }
}

impl<'a> Mso<'a> {
    /// Reads MobileSecurityObjectBytes.
    ///
    /// # Errors
    /// [`MsoError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, MsoError> {
        let mso = cbor::decode(cbor::decode(bytes)?.embedded()?)?;
        if !mso.get("version")?.text()?.starts_with("1.") {
            return Err(MsoError::Version);
        }
        let hash = match mso.get("digestAlgorithm")?.text()? {
            "SHA-256" => Hash::Sha256,
            "SHA-384" => Hash::Sha384,
            "SHA-512" => Hash::Sha512,
            _ => return Err(MsoError::DigestAlgorithm),
        };
        let validity = mso.get("validityInfo")?;
        let [signed, valid_from, valid_until] =
            [time(validity.get("signed")?)?, time(validity.get("validFrom")?)?, time(validity.get("validUntil")?)?];
        if valid_from < signed || valid_until <= valid_from {
            return Err(MsoError::Order);
        }
        let device = mso.get("deviceKeyInfo")?.get("deviceKey")?;
        let device_key = match Key::read(device) {
            Err(error) if !error.is_unsupported() => return Err(MsoError::DeviceKey(error)),
            read => read,
        };
        Ok(Self {
            hash,
            digests: digests(mso.get("valueDigests")?, hash)?,
            device_key,
            doc_type: mso.get("docType")?.text()?,
            signed,
            valid_from,
            valid_until,
            expected_update: validity.optional("expectedUpdate")?.map(time).transpose()?,
            has_status: mso.optional("status")?.is_some(),
        })
    }

    /// The digest of a number in a namespace.
    pub fn digest(&self, namespace: &str, id: u64) -> Option<&'a [u8]> {
        let (_, digests) = self.digests.iter().find(|(space, _)| *space == namespace)?;
        digests.iter().find(|(number, _)| *number == id).map(|(_, digest)| *digest)
    }
}

fn digests<'a>(item: &Item<'a>, hash: Hash) -> Result<Vec<Digests<'a>>, MsoError> {
    let mut spaces = Vec::new();
    for (space, entries) in item.entries()? {
        let entries = entries.entries()?;
        let mut digests = Vec::with_capacity(entries.len());
        for (number, digest) in entries {
            let digest = digest.bytes()?;
            if digest.len() != hash.length() {
                return Err(MsoError::DigestLength);
            }
            digests.push((number.uint()?, digest));
        }
        spaces.push((space.text()?, digests));
    }
    Ok(spaces)
}

/// tdate: RFC 3339 in UTC. The standard wants no fraction of a second; issuers have written some.
fn time(item: &Item<'_>) -> Result<Timestamp, MsoError> {
    let text = item.tagged(0)?.text()?;
    let (seconds, fraction) =
        text.strip_suffix('Z').and_then(|text| text.split_at_checked(19)).ok_or(MsoError::Time)?;
    let digits = fraction.strip_prefix('.').unwrap_or("0");
    let plain = seconds.as_bytes().get(10) == Some(&b'T')
        && (fraction.is_empty() || fraction.starts_with('.'))
        && (1..=9).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    if plain { text.parse().map_err(|_| MsoError::Time) } else { Err(MsoError::Time) }
}

#[cfg(all(test, feature = "simulator"))]
#[path = "mso_tests.rs"]
mod tests;
