//! Active authentication: the chip signs the reader's challenge (ICAO Doc 9303-11 6.1; spec passport 8).

use std::fmt;

use crate::crypto::{CurveError, CurveKey, EcdsaForm, GroupError, Hash, NamedCurve, RsaKey, der, verify_iso9796};

use super::{AccessError, ActiveHash};

/// rsaEncryption, 1.2.840.113549.1.1.1
const RSA: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

/// The hashes of active authentication (BSI TR-03111 5.2.1).
const HASHES: [Hash; 5] = [Hash::Sha256, Hash::Sha384, Hash::Sha512, Hash::Sha224, Hash::Sha1];

/// How a chip answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActiveScheme {
    /// ISO/IEC 9796-2, scheme 1.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
        /// The hash that the trailer names.
        hash: Hash,
    },
    /// ECDSA.
    Curve {
        /// The curve.
        curve: NamedCurve,
        /// The hash.
        hash: Hash,
        /// Whether no signed data name a hash that is known, so that it is the one that fits.
        tried: bool,
    },
}

impl fmt::Display for ActiveScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits, hash } => write!(f, "RSA-{bits} (ISO/IEC 9796-2), {hash}"),
            Self::Curve { curve, hash, tried } => {
                write!(f, "ECDSA, {curve}, {hash}{}", if *tried { " (the one that fits: none is named)" } else { "" })
            }
        }
    }
}

/// Verifies the answer to a challenge with the key of data group 15 (SubjectPublicKeyInfo in DER). `named` is what data group
/// 14 says for a key of a curve. If it names no hash that is known, each one is tried: whichever fits, the key signed this challenge.
///
/// # Errors
/// `AccessError::Proof` if it does not fit; `AccessError::Unsupported` or `AccessError::Key` for a key or an algorithm that is not known.
pub fn verify_active(
    key: &[u8],
    named: ActiveHash,
    challenge: &[u8],
    answer: &[u8],
) -> Result<ActiveScheme, AccessError> {
    match CurveKey::from_info(key) {
        Ok(key) => verify_curve(&key, named, challenge, answer),
        Err(CurveError::KeyForm) => {
            let key = rsa_key(key).ok_or(AccessError::Unsupported)?;
            let hash = verify_iso9796(&key, challenge, answer).map_err(|_| AccessError::Proof)?;
            Ok(ActiveScheme::Rsa { bits: key.bits(), hash })
        }
        Err(error) => Err(AccessError::Key(GroupError::Curve(error))),
    }
}

/// Bytes of an answer that an RSA key makes.
pub fn active_length(key: &[u8]) -> Option<usize> {
    rsa_key(key).map(|key| key.bits().div_ceil(8))
}

fn verify_curve(
    key: &CurveKey,
    named: ActiveHash,
    challenge: &[u8],
    answer: &[u8],
) -> Result<ActiveScheme, AccessError> {
    // Plain is the standard's form; some chips answer in DER.
    let forms = [EcdsaForm::Fixed, EcdsaForm::Der];
    let fits = |hash: &Hash| {
        let value = hash.of(&[challenge]);
        forms.into_iter().any(|form| key.verify(&value, answer, form).is_ok())
    };
    let found = match named {
        ActiveHash::Named(hash) => Some(hash).filter(fits),
        ActiveHash::Unnamed | ActiveHash::Unknown => HASHES.into_iter().find(fits),
    };
    match found {
        Some(hash) => {
            let tried = !matches!(named, ActiveHash::Named(_));
            Ok(ActiveScheme::Curve { curve: key.curve(), hash, tried })
        }
        None if named == ActiveHash::Unknown => Err(AccessError::Unsupported),
        None => Err(AccessError::Proof),
    }
}

/// An RSA key of a SubjectPublicKeyInfo.
fn rsa_key(info: &[u8]) -> Option<RsaKey> {
    let (algorithm, key) = der::take(der::only(info, der::SEQUENCE)?, der::SEQUENCE)?;
    let (kind, _) = der::take(algorithm, der::OID)?;
    let (0, key) = der::only(key, der::BIT_STRING)?.split_first()? else { return None };
    let (modulus, exponent) = der::unsigned(der::only(key, der::SEQUENCE)?)?;
    let (exponent, rest) = der::unsigned(exponent)?;
    (kind == RSA && rest.is_empty()).then(|| RsaKey::new(modulus, exponent))?
}
