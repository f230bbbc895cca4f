//! Ed25519 (RFC 8032): the key that seals a saved dump.

use ed25519_dalek::{
    Signature, SigningKey, VerifyingKey,
    ed25519::signature::Signer,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, spki::der::pem::LineEnding},
};
use zeroize::Zeroizing;

use super::{Sha256Hash, SignatureError, sha256};

/// Bytes of the seed that a key is made from.
pub const SEAL_SEED: usize = 32;

/// Bytes of a public key.
pub const SEAL_PUBLIC_KEY: usize = 32;

/// Bytes of a signature.
pub const SEAL_SIGNATURE: usize = 64;

/// A private key that seals dumps.
#[derive(Clone)]
pub struct SealKey(SigningKey);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealKey(SHA-256 {})", hex::encode(self.public_key().fingerprint()))
    }
}

/// The file is not an Ed25519 private key in PKCS #8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS #8 PEM")]
pub struct NotASealKey;

impl SealKey {
    /// A key from 32 random bytes.
    pub fn from_seed(seed: &[u8; SEAL_SEED]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads a private key as `taimen seal-key` and `openssl genpkey -algorithm ed25519` write it (RFC 8410, PEM).
    ///
    /// # Errors
    /// [`NotASealKey`].
    pub fn from_pem(pem: &str) -> Result<Self, NotASealKey> {
        SigningKey::from_pkcs8_pem(pem).map(Self).map_err(|_| NotASealKey)
    }

    /// The private key as PEM.
    ///
    /// # Errors
    /// [`NotASealKey`] never in practice: the type is the library's.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, NotASealKey> {
        // Without the public half, as openssl writes it: version 1 of the structure is what every program reads.
        let bytes = ed25519_dalek::pkcs8::KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        bytes.to_pkcs8_pem(LineEnding::LF).map_err(|_| NotASealKey)
    }

    /// The public half.
    pub fn public_key(&self) -> SealPublicKey {
        SealPublicKey(self.0.verifying_key())
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; SEAL_SIGNATURE] {
        self.0.sign(message).to_bytes()
    }
}

/// The public key of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealPublicKey(VerifyingKey);

impl SealPublicKey {
    /// A key from its 32 bytes; `None` for bytes that are not a key, and for the weak ones under which a signature fits many
    /// messages.
    pub fn from_bytes(bytes: &[u8; SEAL_PUBLIC_KEY]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak()).map(Self)
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; SEAL_PUBLIC_KEY] {
        self.0.to_bytes()
    }

    /// SHA-256 of the 32 bytes: what people compare.
    pub fn fingerprint(&self) -> Sha256Hash {
        sha256(&[&self.to_bytes()])
    }

    /// Verifies a signature, by the strict rule: no second signature of the same message can be made from a first one.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, message: &[u8], signature: &[u8; SEAL_SIGNATURE]) -> Result<(), SignatureError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| SignatureError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032 7.1, test 2: seed, public key, message `72`, signature.
    const SEED: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    const PUBLIC: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn signs_and_verifies_the_published_example() {
        let key = SealKey::from_seed(&bytes(SEED));
        assert_eq!(key.public_key().to_bytes(), bytes::<32>(PUBLIC));
        assert_eq!(key.sign(&[0x72]), bytes::<64>(SIGNATURE));
        let public = SealPublicKey::from_bytes(&bytes(PUBLIC)).unwrap();
        assert_eq!(public.verify(&[0x72], &bytes(SIGNATURE)), Ok(()));
        assert_eq!(public.verify(&[0x73], &bytes(SIGNATURE)), Err(SignatureError));
        for bit in 0..512 {
            let mut harmed: [u8; 64] = bytes(SIGNATURE);
            harmed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(public.verify(&[0x72], &harmed), Err(SignatureError), "{bit}");
        }
    }

    #[test]
    fn a_key_is_read_back_from_its_file_and_weak_ones_are_none() {
        let key = SealKey::from_seed(&bytes(SEED));
        let pem = key.to_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(SealKey::from_pem(&pem).unwrap().public_key(), key.public_key());
        assert_eq!(SealKey::from_pem("-----BEGIN PRIVATE KEY-----\n").unwrap_err(), NotASealKey);
        // RFC 8410 10.3, as openssl writes it.
        let published = "-----BEGIN PRIVATE KEY-----\n\
                         MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        let read = SealKey::from_pem(published).unwrap();
        assert_eq!(read.to_pem().unwrap().as_str(), published);
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(SealPublicKey::from_bytes(&neutral).is_none());
        assert!(!format!("{key:?}").contains(&SEED[..8]));
    }
}
