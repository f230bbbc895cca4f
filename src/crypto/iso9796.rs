//! Signatures that give back a part of their message: ISO/IEC 9796-2:2010, digital signature scheme 1, partial recovery. Chips of
//! passports answer challenges with them (ICAO Doc 9303-11 6.1).

use crypto_bigint::modular::BoxedMontyForm;
use rsa::{
    PrivateKey,
    pkcs1::DecodeRsaPrivateKey,
    traits::{PrivateKeyParts, PublicKeyParts},
};

use super::{Hash, RsaKey, SignatureError, SignerError};

/// First byte of a block with partial recovery and no padding in between.
const HEADER: u8 = 0x6A;

/// Last byte of a block whose trailer is one byte: SHA-1, implicitly.
const IMPLICIT: u8 = 0xBC;

/// Last byte of a block whose trailer names the hash function.
const EXPLICIT: u8 = 0xCC;

/// How a block says which hash it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trailer {
    /// One byte, SHA-1.
    Implicit,
    /// Two bytes that name the hash (ISO/IEC 10118-3).
    Explicit(Hash),
}

impl Trailer {
    fn hash(self) -> Hash {
        match self {
            Self::Implicit => Hash::Sha1,
            Self::Explicit(hash) => hash,
        }
    }

    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Implicit => vec![IMPLICIT],
            Self::Explicit(hash) => {
                NAMES.iter().find(|(known, _)| *known == hash).map_or(vec![], |(_, name)| vec![*name, EXPLICIT])
            }
        }
    }
}

const NAMES: [(Hash, u8); 5] =
    [(Hash::Sha1, 0x33), (Hash::Sha224, 0x38), (Hash::Sha256, 0x34), (Hash::Sha384, 0x36), (Hash::Sha512, 0x35)];

/// Verifies a signature over a recoverable part, which is in the signature, and the rest of the message. Returns the hash that
/// the signature was made with.
///
/// # Errors
/// [`SignatureError`] for another header or trailer, a hash that does not fit, or a signature that is not a number of this key.
pub fn verify_iso9796(key: &RsaKey, rest: &[u8], signature: &[u8]) -> Result<Hash, SignatureError> {
    let opened = key.opened(signature).ok_or(SignatureError)?;
    let block = if opened.last().is_some_and(|last| last & 0x0F == 0x0C) {
        opened
    } else {
        // The signer may have given n - s, whose power is n - F (ISO/IEC 9796-2 B.6).
        difference(&key.modulus(), &opened)
    };
    // The block of a modulus whose bits are not a whole number of bytes starts with zeros.
    let block = block.get(block.iter().take_while(|byte| **byte == 0).count()..).unwrap_or_default();
    let (block, trailer) = match block.split_last().ok_or(SignatureError)? {
        (&IMPLICIT, block) => (block, Trailer::Implicit),
        (&EXPLICIT, block) => {
            let (name, block) = block.split_last().ok_or(SignatureError)?;
            let hash = NAMES.iter().find(|(_, known)| known == name).ok_or(SignatureError)?.0;
            (block, Trailer::Explicit(hash))
        }
        _ => return Err(SignatureError),
    };
    let hash = trailer.hash();
    let [HEADER, body @ ..] = block else { return Err(SignatureError) };
    let at = body.len().checked_sub(hash.length()).ok_or(SignatureError)?;
    let (recovered, digest) = body.split_at_checked(at).ok_or(SignatureError)?;
    if hash.of(&[recovered, rest]) == digest { Ok(hash) } else { Err(SignatureError) }
}

/// left - right for numbers of one length, left being larger.
fn difference(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut bytes: Vec<u8> = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .map(|(left, right)| {
            let (first, under) = left.overflowing_sub(*right);
            let (second, again) = first.overflowing_sub(borrow);
            borrow = u8::from(under || again);
            second
        })
        .collect();
    bytes.reverse();
    bytes
}

/// An RSA private key of a simulated chip.
#[derive(Clone)]
pub struct Iso9796Signer(PrivateKey);

impl std::fmt::Debug for Iso9796Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Iso9796Signer(..)")
    }
}

impl Iso9796Signer {
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
    /// [`SignerError::Key`] when it is outside of what is verified.
    pub fn public_key(&self) -> Result<RsaKey, SignerError> {
        RsaKey::new(&self.0.n_bytes(), &self.0.e_bytes()).ok_or(SignerError::Key)
    }

    /// Signs a message: `filler` gives the part that the signature returns, as many of its bytes as fit.
    ///
    /// # Errors
    /// [`SignerError::Input`] if the filler is too short, or the hash too long for the key.
    pub fn sign(&self, filler: &[u8], rest: &[u8], trailer: Trailer) -> Result<Vec<u8>, SignerError> {
        let (hash, end) = (trailer.hash(), trailer.bytes());
        let room = self.0.size().checked_sub(1 + hash.length() + end.len()).ok_or(SignerError::Input)?;
        let recovered = filler.get(..room).ok_or(SignerError::Input)?;
        let block = [&[HEADER], recovered, &hash.of(&[recovered, rest]), &end].concat();
        let number =
            rsa::BoxedUint::from_be_slice(&block, self.0.n().bits_precision()).map_err(|_| SignerError::Input)?;
        let signed = BoxedMontyForm::new(number, self.0.n_params()).pow(self.0.d()).retrieve();
        let bytes = signed.to_be_bytes();
        Ok(bytes.get(bytes.len().saturating_sub(self.0.size())..).unwrap_or_default().to_vec())
    }
}
