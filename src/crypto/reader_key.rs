//! The key by which a reader says who it is, and its certificates: ECDSA over P-256 or P-384.

use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::pkcs8::DecodePrivateKey as _;
use x509_parser::{pem::Pem, prelude::FromDer, prelude::X509Certificate};
use zeroize::Zeroizing;

use super::Hash;

/// The most certificates of a reader.
const MAX_CHAIN: usize = 5;

/// The file is not a private key on P-256 or P-384 with the certificate of that key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a private key on P-256 or P-384 with its certificates, in PEM")]
pub struct NotAReaderKey;

/// A reader's key and its certificates, its own first.
#[derive(Clone)]
pub struct ReaderKey {
    key: Signing,
    chain: Vec<Vec<u8>>,
}

#[derive(Clone)]
enum Signing {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

impl std::fmt::Debug for ReaderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReaderKey({} certificates)", self.chain.len())
    }
}

impl Signing {
    fn from_der(label: &str, der: &[u8]) -> Option<Self> {
        match label {
            "PRIVATE KEY" => (p256::SecretKey::from_pkcs8_der(der).map(|key| Self::P256(key.into())))
                .or_else(|_| p384::SecretKey::from_pkcs8_der(der).map(|key| Self::P384(key.into())))
                .ok(),
            "EC PRIVATE KEY" => (p256::SecretKey::from_sec1_der(der).map(|key| Self::P256(key.into())))
                .or_else(|_| p384::SecretKey::from_sec1_der(der).map(|key| Self::P384(key.into())))
                .ok(),
            _ => None,
        }
    }

    fn point(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }
}

impl ReaderKey {
    /// Reads one private key (PKCS #8 or RFC 5915) and its certificates from a PEM file, whatever their order but for the key's own, which
    /// comes before those above it.
    ///
    /// # Errors
    /// [`NotAReaderKey`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, NotAReaderKey> {
        let (mut key, mut chain) = (None, Vec::new());
        for block in Pem::iter_from_buffer(pem).take(MAX_CHAIN + 2) {
            let block = block.map_err(|_| NotAReaderKey)?;
            let contents = Zeroizing::new(block.contents);
            match block.label.as_str() {
                "CERTIFICATE" if chain.len() < MAX_CHAIN => chain.push(contents.to_vec()),
                // Which curve follows, in files of openssl ecparam.
                "EC PARAMETERS" => {}
                label if key.is_none() => key = Some(Signing::from_der(label, &contents).ok_or(NotAReaderKey)?),
                _ => return Err(NotAReaderKey),
            }
        }
        let key = key.ok_or(NotAReaderKey)?;
        let first = chain.first().ok_or(NotAReaderKey)?;
        let (_, certificate) = X509Certificate::from_der(first).map_err(|_| NotAReaderKey)?;
        let own = certificate.public_key().subject_public_key.data.as_ref() == key.point();
        if own { Ok(Self { key, chain }) } else { Err(NotAReaderKey) }
    }

    /// Its certificates in DER, its own first.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(Vec::as_slice)
    }

    /// The hash that it signs.
    pub fn hash(&self) -> Hash {
        match self.key {
            Signing::P256(_) => Hash::Sha256,
            Signing::P384(_) => Hash::Sha384,
        }
    }

    /// A signature, r and s in the length of the curve, the same for the same message (RFC 6979); empty in no case that can be found.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let hash = self.hash().of(&[message]);
        let signed = match &self.key {
            Signing::P256(key) => {
                key.sign_prehash(&hash).map(|signature: p256::ecdsa::Signature| signature.to_bytes().to_vec())
            }
            Signing::P384(key) => {
                key.sign_prehash(&hash).map(|signature: p384::ecdsa::Signature| signature.to_bytes().to_vec())
            }
        };
        signed.unwrap_or_default()
    }
}
