//! The back end AWS-LC. `None`: it does not offer this combination.

use aws_lc_rs::{
    digest::{self, Digest},
    rsa::PublicKeyComponents,
    signature::{self as offered, EcdsaVerificationAlgorithm, ParsedPublicKey, RsaParameters},
};

use super::{Curve, Hash, RsaNumbers};

/// The sizes of moduli that all its parameters take, in bits.
const SIZES: std::ops::RangeInclusive<usize> = 2048..=8192;

/// 65537: what nearly every key has.
const EXPONENT: [u8; 3] = [1, 0, 1];

pub fn rsa_pkcs1(key: RsaNumbers<'_>, hash: Hash, value: &[u8], signature: &[u8]) -> Option<bool> {
    let parameters: &'static RsaParameters = match hash {
        Hash::Sha1 => &offered::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &offered::RSA_PKCS1_2048_8192_SHA256,
        Hash::Sha384 => &offered::RSA_PKCS1_2048_8192_SHA384,
        Hash::Sha512 => &offered::RSA_PKCS1_2048_8192_SHA512,
        Hash::Sha224 => return None,
    };
    if !SIZES.contains(&key.bits()) || key.exponent != EXPONENT {
        return None;
    }
    let key = PublicKeyComponents { n: key.modulus, e: key.exponent };
    let key = key.to_parsed_public_key(parameters).ok()?;
    Some(key.verify_digest_sig(&digest(hash, value)?, signature).is_ok())
}

/// The point is uncompressed, the signature in DER.
pub fn ecdsa(curve: Curve, point: &[u8], hash: Hash, value: &[u8], signature: &[u8]) -> Option<bool> {
    let algorithm: &'static EcdsaVerificationAlgorithm = match (curve, hash) {
        (Curve::P256, Hash::Sha1) => &offered::ECDSA_P256_SHA1_ASN1,
        (Curve::P256, Hash::Sha256) => &offered::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Hash::Sha384) => &offered::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Hash::Sha512) => &offered::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Hash::Sha256) => &offered::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Hash::Sha384) => &offered::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Hash::Sha512) => &offered::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Hash::Sha1) => &offered::ECDSA_P521_SHA1_ASN1,
        (Curve::P521, Hash::Sha224) => &offered::ECDSA_P521_SHA224_ASN1,
        (Curve::P521, Hash::Sha256) => &offered::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Hash::Sha384) => &offered::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Hash::Sha512) => &offered::ECDSA_P521_SHA512_ASN1,
        (Curve::P256, Hash::Sha224) | (Curve::P384, Hash::Sha1 | Hash::Sha224) => return None,
    };
    let key = ParsedPublicKey::new(algorithm, point).ok()?;
    Some(key.verify_digest_sig(&digest(hash, value)?, signature).is_ok())
}

fn digest(hash: Hash, value: &[u8]) -> Option<Digest> {
    let algorithm = match hash {
        Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha224 => &digest::SHA224,
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    Digest::import_less_safe(value, algorithm).ok()
}
