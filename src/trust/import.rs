//! Reads what `trust add` takes: a CV CA key as JSON, or an X.509 certificate in DER or PEM.

use serde::Deserialize;
use x509_parser::{pem::parse_x509_pem, prelude::FromDer, prelude::X509Certificate};

use super::anchor::{CvCaKey, KeyId, Material, Purpose};
use crate::crypto::{KeyError, PublicKey};

/// The largest anchor file.
pub const MAX_FILE: usize = 64 * 1024;

/// Why a file is no anchor for this purpose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// More than 64 KiB.
    #[error("the file is larger than {MAX_FILE} bytes")]
    TooLarge,
    /// Not a JSON object of issuer_key_id, modulus and exponent.
    #[error("a key for this purpose is a JSON object with issuer_key_id, modulus and exponent, all in hex")]
    NotCvKey,
    /// The numbers are not a key that cards have.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Neither DER nor PEM of one certificate.
    #[error("the file is not an X.509 certificate in DER or PEM")]
    NotCertificate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CvKeyFile {
    issuer_key_id: String,
    modulus: String,
    exponent: String,
}

/// Reads an anchor file for a purpose.
///
/// # Errors
/// [`ImportError`].
pub fn import(purpose: Purpose, bytes: &[u8]) -> Result<Material, ImportError> {
    if bytes.len() > MAX_FILE {
        return Err(ImportError::TooLarge);
    }
    if purpose == Purpose::MyNumberCard { cv_key(bytes) } else { certificate(bytes) }
}

fn cv_key(bytes: &[u8]) -> Result<Material, ImportError> {
    let file: CvKeyFile = serde_json::from_slice(bytes).map_err(|_| ImportError::NotCvKey)?;
    let decode = |text: &str| hex::decode(text).map_err(|_| ImportError::NotCvKey);
    let id = decode(&file.issuer_key_id)?.try_into().map_err(|_| ImportError::NotCvKey)?;
    let key = PublicKey::new(&decode(&file.modulus)?, &decode(&file.exponent)?)?;
    Ok(Material::CvKey(CvCaKey { id: KeyId(id), key }))
}

fn certificate(bytes: &[u8]) -> Result<Material, ImportError> {
    let der = match parse_x509_pem(bytes) {
        Ok((_, pem)) if pem.label == "CERTIFICATE" => pem.contents,
        _ => bytes.to_vec(),
    };
    match X509Certificate::from_der(&der) {
        Ok(([], _)) => Ok(Material::Certificate(der)),
        _ => Err(ImportError::NotCertificate),
    }
}

/// The subject of a certificate, for people.
pub fn subject(der: &[u8]) -> Option<String> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate.subject().to_string())
}

/// First and last second of a certificate's validity, as Unix seconds.
pub fn validity(der: &[u8]) -> Option<(i64, i64)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    Some((validity.not_before.timestamp(), validity.not_after.timestamp()))
}
