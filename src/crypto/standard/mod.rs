//! The signatures that standards name, by one of two back ends: AWS-LC (feature `aws-lc`) or pure Rust.
//!
//! Everything that could differ between two libraries is decided before either is asked: which keys count, and how a
//! signature is written down. What is left is arithmetic. Combinations that AWS-LC does not offer are pure Rust always.

#[cfg(feature = "aws-lc")]
mod aws;
mod pure;
#[cfg(test)]
mod tests;

use super::Hash;

/// The smallest and the largest modulus, in bits.
pub const MODULUS_BITS: std::ops::RangeInclusive<usize> = 1024..=8192;

/// The numbers of an RSA public key, big-endian, without leading zeros.
#[derive(Debug, Clone, Copy)]
pub struct RsaNumbers<'a> {
    /// n
    pub modulus: &'a [u8],
    /// e
    pub exponent: &'a [u8],
}

impl RsaNumbers<'_> {
    /// Bits of the modulus; 0 if it is written with leading zeros.
    pub fn bits(&self) -> usize {
        let first = self.modulus.first().filter(|first| **first != 0);
        let zeros = |first: &u8| usize::try_from(first.leading_zeros()).unwrap_or_default();
        first.map_or(0, |first| (self.modulus.len() * 8).saturating_sub(zeros(first)))
    }

    /// An odd modulus of an allowed size, an odd exponent of 2 to 33 bits.
    fn is_sound(&self) -> bool {
        let exponent = self
            .exponent
            .iter()
            .try_fold(0_u64, |value, byte| value.checked_mul(256).and_then(|value| value.checked_add((*byte).into())));
        let small = exponent.is_some_and(|exponent| exponent & 1 == 1 && exponent > 2 && exponent < 1 << 33);
        let canonical = self.exponent.first().is_some_and(|first| *first != 0);
        MODULUS_BITS.contains(&self.bits())
            && self.modulus.last().is_some_and(|last| last & 1 == 1)
            && small
            && canonical
    }
}

/// Whether an RSA signature, PKCS #1 v1.5 with a DigestInfo, is one of this hash value (RFC 8017 8.2.2). Every byte of
/// the encoded block counts.
pub fn verify_rsa_pkcs1(key: RsaNumbers<'_>, hash: Hash, value: &[u8], signature: &[u8]) -> bool {
    if !key.is_sound() || value.len() != hash.length() || signature.len() != key.modulus.len() {
        return false;
    }
    #[cfg(feature = "aws-lc")]
    if let Some(holds) = aws::rsa_pkcs1(key, hash, value, signature) {
        // In builds for tests every signature of every card and file is one more comparison of the two.
        debug_assert_eq!(holds, pure::rsa_pkcs1(key, hash, value, signature));
        return holds;
    }
    pure::rsa_pkcs1(key, hash, value, signature)
}

/// The curves that both back ends know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// P-256
    P256,
    /// P-384
    P384,
    /// P-521
    P521,
}

/// How an ECDSA signature is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EcdsaForm {
    /// r and s, each with the bytes of the curve's order.
    Fixed,
    /// SEQUENCE of two INTEGER (RFC 3279 2.2.3), as in certificates.
    Der,
}

/// Whether an ECDSA signature, written in exactly this form, is one of this hash value (FIPS 186-5 6.4.2). The key is a
/// point (SEC 1 2.3.3, uncompressed or compressed); r and s must be between zero and the order.
pub fn verify_ecdsa(curve: Curve, point: &[u8], hash: Hash, value: &[u8], signature: &[u8], form: EcdsaForm) -> bool {
    if value.len() != hash.length() {
        return false;
    }
    let Some(parsed) = pure::Parsed::of(curve, point, signature, form) else { return false };
    #[cfg(feature = "aws-lc")]
    if let Some(holds) = aws::ecdsa(curve, &parsed.point(), hash, value, &parsed.der()) {
        debug_assert_eq!(holds, parsed.verify(value));
        return holds;
    }
    parsed.verify(value)
}
