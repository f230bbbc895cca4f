//! The signer of simulated cards and simulated issuers. No key of a real issuer can get here: keys come from the
//! committed pool of the simulated hierarchy.

use rsa::{Pkcs1v15Sign, PrivateKey, pkcs1::DecodeRsaPrivateKey, traits::PublicKeyParts};

use super::{PublicKey, sha256, sha256_digest_info, triple_sha256_digest_info};
use crate::text::errors;

/// An RSA-2048 private key.
#[derive(Clone)]
pub struct Signer(pub(super) PrivateKey);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

errors! {
    /// The key did not parse, or the input is too long to be padded.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum SignerError {
        Key = "not a PKCS #1 RSA-2048 private key",
        /// More than 245 bytes to sign, or none.
        Input = "the input does not fit into the padded block",
    }
}

impl Signer {
    /// Reads an RSAPrivateKey (RFC 8017 A.1.2) in DER.
    ///
    /// # Errors
    /// [`SignerError::Key`] when it is not one.
    pub fn from_pkcs1_der(der: &[u8]) -> Result<Self, SignerError> {
        PrivateKey::from_pkcs1_der(der).map(Self).map_err(|_| SignerError::Key)
    }

    /// The public half.
    ///
    /// # Errors
    /// [`SignerError::Key`] when it is not RSA-2048 with exponent 65537.
    pub fn public_key(&self) -> Result<PublicKey, SignerError> {
        PublicKey::new(&self.0.n_bytes(), &self.0.e_bytes()).map_err(|_| SignerError::Key)
    }

    /// Signs bytes that are padded as they are (type 1): the My Number Card's `80 2A 00`.
    ///
    /// # Errors
    /// [`SignerError::Input`] for no bytes or more than 245.
    pub fn sign_padded(&self, block: &[u8]) -> Result<Vec<u8>, SignerError> {
        if block.is_empty() {
            return Err(SignerError::Input);
        }
        self.0.sign(Pkcs1v15Sign::new_unprefixed(), block).map_err(|_| SignerError::Input)
    }

    /// A standard SHA-256 signature over the parts in order.
    ///
    /// # Errors
    /// Never for RSA-2048; the type is that of [`Signer::sign_padded`].
    pub fn sign_sha256(&self, parts: &[&[u8]]) -> Result<Vec<u8>, SignerError> {
        self.sign_padded(&sha256_digest_info(&sha256(parts)))
    }

    /// A My Number face signature over its three groups' hashes.
    ///
    /// # Errors
    /// Never for RSA-2048; the type is that of [`Signer::sign_padded`].
    pub fn sign_triple_sha256(&self, groups: &[super::Sha256Hash; 3]) -> Result<Vec<u8>, SignerError> {
        self.sign_padded(&triple_sha256_digest_info(groups))
    }
}
