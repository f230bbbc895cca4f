//! The card-verifiable certificate of a 券面 application (spec my-number 5.4, V): `7F21 { 5F4E body, 5F37 signature }`.

use super::files;
use crate::{
    crypto::{KeyError, PublicKey},
    tlv::{self, Object, TlvError},
    trust::KeyId,
};

/// Bytes of a key identifier.
const KEY_ID_LENGTH: usize = 16;

/// A parsed certificate. Nothing of it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvCertificate<'a> {
    /// 証明者鍵ID: whose signature it claims.
    pub issuer: KeyId,
    /// 被証明者鍵ID: whom it certifies.
    pub subject: KeyId,
    /// The certified key. Of another kind than is known here, it hides neither the issuer nor the signature.
    pub key: Result<PublicKey, CertificateError>,
    /// The bytes that the signature covers: 297 with a key that is known.
    pub body: &'a [u8],
    /// The signature, 256 bytes.
    pub signature: &'a [u8],
}

/// Why bytes are not a card-verifiable certificate, or no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The structure is broken.
    #[error(transparent)]
    Tlv(#[from] TlvError),
    /// The body is too short for two key identifiers.
    #[error("the body is too short")]
    Short,
    /// The key is not RSA-2048 with exponent 65537.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Something is beside exponent and modulus.
    #[error("the key holds further objects")]
    ExtraObjects,
}

impl<'a> CvCertificate<'a> {
    /// Reads a certificate file; filler after the object is ignored.
    ///
    /// # Errors
    /// [`CertificateError`] for everything but the key.
    pub fn parse(file: &'a [u8]) -> Result<Self, CertificateError> {
        let (outer, _filler) = tlv::file(file, files::FACE_CERTIFICATE.own.tag)?;
        let body = outer.child(files::CV_BODY)?;
        let signature = outer.child(files::CV_SIGNATURE)?.value;
        let (issuer, rest) = key_id(body.value)?;
        let (subject, key) = key_id(rest)?;
        let at = body.at + body.raw.len() - key.len();
        Ok(Self { issuer, subject, key: public_key(key, at), body: body.value, signature })
    }
}

fn key_id(bytes: &[u8]) -> Result<(KeyId, &[u8]), CertificateError> {
    let (id, rest) = bytes.split_first_chunk::<KEY_ID_LENGTH>().ok_or(CertificateError::Short)?;
    Ok((KeyId(*id), rest))
}

/// Reads `90 03 010001 ‖ 91 82 0100 <modulus>`, which is at offset `at` of its file.
///
/// # Errors
/// [`CertificateError`] for another structure or another kind of key.
pub fn public_key(bytes: &[u8], at: usize) -> Result<PublicKey, CertificateError> {
    let (exponent, rest) = tlv::object(bytes, at)?;
    let (modulus, rest) = tlv::object(rest, at + exponent.raw.len())?;
    if exponent.tag != files::KEY_EXPONENT || modulus.tag != files::KEY_MODULUS || !rest.is_empty() {
        return Err(CertificateError::ExtraObjects);
    }
    Ok(PublicKey::new(modulus.value, exponent.value)?)
}

/// Reads the public key that is the value of an object.
///
/// # Errors
/// As [`public_key`].
pub fn key_of(object: &Object<'_>) -> Result<PublicKey, CertificateError> {
    public_key(object.value, object.at + object.raw.len() - object.value.len())
}
