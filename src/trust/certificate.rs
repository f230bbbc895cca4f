//! An X.509 certificate that a user installed as an anchor for signatures over data: what a check needs of it.

use jiff::Timestamp;
use x509_parser::{prelude::FromDer, prelude::X509Certificate, public_key};

use crate::crypto::{KeyError, PublicKey};

/// A signer's certificate. It is an anchor itself: whoever installed it vouches for it, and its own signature is not
/// verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerCertificate {
    /// 主体者鍵識別子 (RFC 5280 4.2.1.2); `None` where the certificate has none.
    pub subject_key_id: Option<Vec<u8>>,
    /// The key, or why it is none that cards use.
    pub key: Result<PublicKey, KeyError>,
    /// First second of validity.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
    /// Whether the key may sign data: keyUsage has digitalSignature or nonRepudiation, and it is no CA (RFC 5280 4.2.1.3, 4.2.1.9). A
    /// certificate without keyUsage says nothing and may not.
    pub signs_data: bool,
    /// The subject, for people.
    pub subject: String,
    /// The issuer, for people.
    pub issuer: String,
    /// The serial number in hex.
    pub serial: String,
}

/// Why bytes are no certificate that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not DER of one certificate.
    #[error("not a certificate in DER")]
    Der,
    /// An extension is broken or stands twice.
    #[error("a broken extension")]
    Extension,
    /// A day outside any calendar.
    #[error("an impossible validity")]
    Validity,
}

impl SignerCertificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let Ok(([], certificate)) = X509Certificate::from_der(der) else { return Err(CertificateError::Der) };
        let extensions = certificate.extensions_map().map_err(|_| CertificateError::Extension)?;
        let subject_key_id = extensions.values().find_map(|extension| match extension.parsed_extension() {
            x509_parser::extensions::ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        });
        let usage = certificate.key_usage().map_err(|_| CertificateError::Extension)?;
        let signs = usage.is_some_and(|usage| usage.value.digital_signature() || usage.value.non_repudiation());
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| CertificateError::Validity);
        Ok(Self {
            subject_key_id,
            key: rsa_key(&certificate),
            not_before: time(certificate.validity().not_before.timestamp())?,
            not_after: time(certificate.validity().not_after.timestamp())?,
            signs_data: signs && !certificate.is_ca(),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: hex::encode(certificate.raw_serial()),
        })
    }
}

fn rsa_key(certificate: &X509Certificate<'_>) -> Result<PublicKey, KeyError> {
    match certificate.public_key().parsed() {
        Ok(public_key::PublicKey::RSA(key)) => {
            // DER puts a zero in front of a number whose top bit is set.
            let modulus = key.modulus.strip_prefix(&[0x00]).unwrap_or(key.modulus);
            PublicKey::new(modulus, key.exponent)
        }
        _ => Err(KeyError::NotRsa),
    }
}
