//! What a list and an audit report of an X.509 certificate. Nothing here decides about a card.

use jiff::Timestamp;
use x509_parser::{
    der_parser::asn1_rs::Tag, prelude::FromDer, prelude::X509Certificate, public_key, x509::AttributeTypeAndValue,
};

use crate::crypto::{CurveKey, EcPublicKey, NamedCurve, PublicKey};

use crate::tlv::der;

use super::{anchor::Material, certificate::time};

/// What an audit reads in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The subject, for people.
    pub subject: String,
    /// The first common name of the subject.
    pub common_name: Option<String>,
    /// The first organization of the subject.
    pub organization: Option<String>,
    /// The kind of its key.
    pub key: KeyKind,
    /// The key itself: the same for the same key, whatever certificate it is in.
    pub key_bytes: Vec<u8>,
    /// Whether its signature is made with MD5 or SHA-1.
    pub weak_hash: bool,
    /// First and last second of validity.
    pub validity: (Timestamp, Timestamp),
}

/// The kind of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
        /// The exponent is odd and at least 65537.
        good_exponent: bool,
    },
    /// An elliptic curve, by the object identifier of its name.
    Ec {
        /// `1.3.132.0.34` is P-384.
        curve: String,
    },
    /// Anything else, by the object identifier of its algorithm.
    Other(String),
}

/// The curves of FIPS 186-5 and of RFC 5639 that an authority may use, with their names.
const CURVES: [(&str, &str); 7] = [
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.9", "brainpoolP320r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
];

/// What stands for the curve of written-out domain parameters that are not those of a listed one.
const UNKNOWN_CURVE: &str = "?";

/// md5WithRSAEncryption, sha1WithRSAEncryption, ecdsa-with-SHA1.
const WEAK_SIGNATURES: [&str; 3] = ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];

impl KeyKind {
    /// Whether it is one of domain parameters that are not those of a listed curve.
    pub fn is_unknown_curve(&self) -> bool {
        matches!(self, Self::Ec { curve } if curve == UNKNOWN_CURVE)
    }

    /// Whether nobody should sign with such a key any more: RSA below 2048 bits or with an exponent below 65537, an
    /// unusual curve, or something unknown.
    pub fn is_weak(&self) -> bool {
        match self {
            Self::Rsa { bits, good_exponent } => *bits < 2048 || !good_exponent,
            Self::Ec { curve } => CURVES.iter().all(|(id, _)| id != curve),
            Self::Other(_) => true,
        }
    }
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa { bits, .. } => write!(f, "RSA-{bits}"),
            Self::Ec { curve } => {
                f.write_str(CURVES.iter().find(|(id, _)| id == curve).map_or(curve, |(_, name)| name))
            }
            Self::Other(algorithm) => f.write_str(algorithm),
        }
    }
}

impl Facts {
    /// Reads a certificate; `None` if it is not one in DER.
    pub fn of(der: &[u8]) -> Option<Self> {
        let Ok(([], certificate)) = X509Certificate::from_der(der) else { return None };
        let (key, key_bytes) = key(&certificate);
        let validity = certificate.validity();
        let signature = certificate.signature_algorithm.algorithm.to_id_string();
        Some(Self {
            subject: certificate.subject().to_string(),
            common_name: first(certificate.subject().iter_common_name()),
            organization: first(certificate.subject().iter_organization()),
            key,
            key_bytes,
            weak_hash: WEAK_SIGNATURES.contains(&signature.as_str()),
            validity: (time(validity.not_before), time(validity.not_after)),
        })
    }
}

fn first<'a>(mut values: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>) -> Option<String> {
    values.next().and_then(|value| value.as_str().ok()).map(str::to_owned)
}

fn key(certificate: &X509Certificate<'_>) -> (KeyKind, Vec<u8>) {
    let info = certificate.public_key();
    match info.parsed() {
        Ok(public_key::PublicKey::RSA(key)) => {
            let modulus = significant(key.modulus);
            let exponent = significant(key.exponent);
            let kind = KeyKind::Rsa { bits: bits(modulus), good_exponent: is_good(exponent) };
            (kind, rsa_bytes(modulus, exponent))
        }
        Ok(public_key::PublicKey::EC(point)) => {
            let parameters = info.algorithm.parameters.as_ref();
            let named = parameters.filter(|found| found.tag() == Tag::Oid).and_then(|found| found.as_oid().ok());
            // Parameters that are written out stand for the curve that they equal in every value.
            let written = || CurveKey::from_info(info.raw).ok().and_then(|key| identifier(key.curve()));
            let curve = named.map(|id| id.to_id_string()).or_else(written).unwrap_or_else(|| UNKNOWN_CURVE.to_owned());
            // One point has two encodings.
            let bytes = EcPublicKey::from_point(point.data()).map_or_else(|| point.data().to_vec(), |key| key.point());
            (KeyKind::Ec { curve }, bytes)
        }
        _ => (KeyKind::Other(info.algorithm.algorithm.to_id_string()), info.raw.to_vec()),
    }
}

/// A curve's object identifier with dots.
fn identifier(curve: NamedCurve) -> Option<String> {
    der::element(&[&[der::OBJECT_IDENTIFIER, u8::try_from(curve.oid().len()).ok()?], curve.oid()].concat())
        .and_then(|oid| der::dotted(&oid))
}

/// A number without the zeros before it.
fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn bits(modulus: &[u8]) -> usize {
    let top = modulus.first().map_or(0, |byte| byte.leading_zeros());
    modulus.len().saturating_mul(8).saturating_sub(usize::try_from(top).unwrap_or(0))
}

fn is_good(exponent: &[u8]) -> bool {
    exponent.last().is_some_and(|byte| byte & 1 == 1) && exponent.len() >= 3
}

fn rsa_bytes(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    [modulus, exponent].concat()
}

/// The key of an anchor, the same whether it is bare or in a certificate, however encoded.
pub fn key_bytes(material: &Material) -> Option<Vec<u8>> {
    match material {
        Material::CvKey(known) => Some(bare(&known.key)),
        Material::Certificate(der) => Facts::of(der).map(|facts| facts.key_bytes),
    }
}

fn bare(key: &PublicKey) -> Vec<u8> {
    rsa_bytes(significant(key.modulus()), significant(&key.exponent()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_and_weak_ones_known() {
        let rsa = |bits, good_exponent| KeyKind::Rsa { bits, good_exponent };
        let ec = |curve: &str| KeyKind::Ec { curve: curve.to_owned() };
        assert_eq!((rsa(2048, true).to_string(), rsa(2048, true).is_weak()), ("RSA-2048".to_owned(), false));
        assert_eq!((ec("1.3.132.0.34").to_string(), ec("1.3.132.0.34").is_weak()), ("P-384".to_owned(), false));
        for weak in [rsa(1024, true), rsa(2048, false), ec("1.3.132.0.10"), KeyKind::Other("1.3.101.112".to_owned())] {
            assert!(weak.is_weak() && !weak.is_unknown_curve(), "{weak}");
        }
        assert!(ec(UNKNOWN_CURVE).is_unknown_curve() && !ec("1.3.132.0.34").is_unknown_curve());
        for good in [&[1, 0, 1][..], &[1, 0, 3]] {
            assert!(is_good(good), "{good:?}");
        }
        for bad in [&[][..], &[3], &[1, 0, 2], &[1, 0, 0]] {
            assert!(!is_good(bad), "{bad:?}");
        }
        assert_eq!((bits(&[0x80, 0]), bits(&[0x01, 0]), bits(&[])), (16, 9, 0));
    }

    #[test]
    fn a_simulated_certificate_and_a_bare_key_tell_their_key() {
        let signer = include_bytes!("../../certs/simulated/taimen/licence-signer.der");
        let facts = Facts::of(signer).unwrap();
        assert_eq!((facts.key.to_string(), facts.weak_hash), ("RSA-2048".to_owned(), false));
        assert_eq!(facts.validity.0.to_string(), "2020-01-01T00:00:00Z");
        assert_eq!(facts.key_bytes.len(), 256 + 3);
        assert_eq!(Facts::of(&signer[1..]), None);
    }
}
