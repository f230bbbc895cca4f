//! Keys and algorithms as certificates and signed messages name them (RFC 3279, RFC 4055, RFC 5758; spec passport 6.2).

use crate::{
    crypto::{CurveError, CurveKey, Hash, RsaKey, SignatureAlgorithm, VerifyKey},
    text::errors,
    tlv::der::{self, Element},
};

errors! {
    /// A key or algorithm that taimen does not verify with. It says nothing about the document.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Unsupported {
        Algorithm(String) = "the signature algorithm {0} is not supported",
        Hash(String) = "the hash {0} is not supported",
        Key(String) = "keys of the kind {0} are not supported",
        /// Outside of 1024 to 8192 bits, an even modulus, or an exponent that is even or has more than 33 bits.
        RsaKey = "the RSA key is not one that is used",
        /// The domain parameters are not those of a listed curve in every value, or the point is not on it.
        Curve = "the curve is not a known one",
        Malformed = "the key or algorithm is not written as it should be",
        /// A certificate states two algorithms: inside and outside of what is signed.
        Differing = "the certificate states two signature algorithms",
    }
}

const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const MGF1: &str = "1.2.840.113549.1.1.8";
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";

const HASHES: [(Hash, &str); 5] = [
    (Hash::Sha1, "1.3.14.3.2.26"),
    (Hash::Sha224, "2.16.840.1.101.3.4.2.4"),
    (Hash::Sha256, "2.16.840.1.101.3.4.2.1"),
    (Hash::Sha384, "2.16.840.1.101.3.4.2.2"),
    (Hash::Sha512, "2.16.840.1.101.3.4.2.3"),
];

/// An AlgorithmIdentifier: its identifier with dots, its parameters.
fn identifier(bytes: &[u8]) -> Option<(String, Option<Element<'_>>)> {
    let parts = der::children(der::only(bytes, der::SEQUENCE)?.content)?;
    match parts.as_slice() {
        [oid] => Some((der::dotted(oid)?, None)),
        [oid, parameters] => Some((der::dotted(oid)?, Some(*parameters))),
        _ => None,
    }
}

/// Where an algorithm has no parameters, NULL may be written all the same (RFC 4055 2.1; issuers do so for ECDSA too).
fn none_or_null(parameters: Option<&Element<'_>>) -> Result<(), Unsupported> {
    if parameters.is_none_or(|found| found.raw == [0x05, 0x00]) { Ok(()) } else { Err(Unsupported::Malformed) }
}

/// A hash as an AlgorithmIdentifier.
///
/// # Errors
/// [`Unsupported`].
pub fn hash_algorithm(bytes: &[u8]) -> Result<Hash, Unsupported> {
    let (oid, parameters) = identifier(bytes).ok_or(Unsupported::Malformed)?;
    none_or_null(parameters.as_ref())?;
    HASHES.iter().find(|(_, known)| *known == oid).map(|(hash, _)| *hash).ok_or(Unsupported::Hash(oid))
}

/// A signature algorithm that names its hash, as certificates have it.
///
/// # Errors
/// [`Unsupported`].
pub fn signature_algorithm(bytes: &[u8]) -> Result<SignatureAlgorithm, Unsupported> {
    let (oid, parameters) = identifier(bytes).ok_or(Unsupported::Malformed)?;
    if oid != RSA_PSS {
        none_or_null(parameters.as_ref())?;
    }
    Ok(match oid.as_str() {
        "1.2.840.113549.1.1.5" => SignatureAlgorithm::RsaPkcs1(Hash::Sha1),
        "1.2.840.113549.1.1.14" => SignatureAlgorithm::RsaPkcs1(Hash::Sha224),
        "1.2.840.113549.1.1.11" => SignatureAlgorithm::RsaPkcs1(Hash::Sha256),
        "1.2.840.113549.1.1.12" => SignatureAlgorithm::RsaPkcs1(Hash::Sha384),
        "1.2.840.113549.1.1.13" => SignatureAlgorithm::RsaPkcs1(Hash::Sha512),
        RSA_PSS => return pss(parameters.as_ref()),
        "1.2.840.10045.4.1" => SignatureAlgorithm::Ecdsa(Hash::Sha1),
        "1.2.840.10045.4.3.1" => SignatureAlgorithm::Ecdsa(Hash::Sha224),
        "1.2.840.10045.4.3.2" => SignatureAlgorithm::Ecdsa(Hash::Sha256),
        "1.2.840.10045.4.3.3" => SignatureAlgorithm::Ecdsa(Hash::Sha384),
        "1.2.840.10045.4.3.4" => SignatureAlgorithm::Ecdsa(Hash::Sha512),
        _ => return Err(Unsupported::Algorithm(oid)),
    })
}

/// The algorithms that a SignerInfo can mean: the one that it states, and the same with its digestAlgorithm. Several issuers
/// state only the kind of key, or SHA-1 where they hashed with another (spec passport 6.2). The signature must hold with one.
///
/// # Errors
/// [`Unsupported`].
pub fn signer_algorithms(bytes: &[u8], digest: Hash) -> Result<Vec<SignatureAlgorithm>, Unsupported> {
    let (oid, _) = identifier(bytes).ok_or(Unsupported::Malformed)?;
    Ok(match oid.as_str() {
        RSA_ENCRYPTION => vec![SignatureAlgorithm::RsaPkcs1(digest)],
        EC_PUBLIC_KEY => vec![SignatureAlgorithm::Ecdsa(digest)],
        _ => match signature_algorithm(bytes)? {
            stated @ SignatureAlgorithm::Ecdsa(hash) if hash != digest => {
                vec![stated, SignatureAlgorithm::Ecdsa(digest)]
            }
            stated => vec![stated],
        },
    })
}

/// RSASSA-PSS-params (RFC 4055 3.1): what is left out is SHA-1, MGF1 with SHA-1, 20 bytes of salt.
fn pss(parameters: Option<&Element<'_>>) -> Result<SignatureAlgorithm, Unsupported> {
    let malformed = Unsupported::Malformed;
    let (mut hash, mut mask, mut salt) = (Hash::Sha1, Hash::Sha1, 20_usize);
    let parts = match parameters {
        None => Vec::new(),
        Some(found) if found.tag == der::SEQUENCE => der::children(found.content).ok_or(malformed.clone())?,
        Some(_) => return Err(malformed),
    };
    if !parts.is_sorted_by(|one, next| one.tag < next.tag) {
        return Err(malformed);
    }
    for part in parts {
        match part.tag {
            0xA0 => hash = hash_algorithm(part.content)?,
            0xA1 => {
                let (oid, inner) = identifier(part.content).ok_or(malformed.clone())?;
                if oid != MGF1 {
                    return Err(Unsupported::Algorithm(oid));
                }
                mask = hash_algorithm(inner.ok_or(malformed.clone())?.raw)?;
            }
            0xA2 => {
                let length = der::only(part.content, der::INTEGER).and_then(|length| der::small(&length));
                salt = length.and_then(|length| usize::try_from(length).ok()).ok_or(malformed.clone())?;
            }
            // The trailer field has one value.
            0xA3 if der::only(part.content, der::INTEGER).and_then(|field| der::small(&field)) == Some(1) => {}
            _ => return Err(malformed),
        }
    }
    Ok(SignatureAlgorithm::RsaPss { hash, mask, salt })
}

/// A SubjectPublicKeyInfo (RFC 5280 4.1).
///
/// # Errors
/// [`Unsupported`].
pub fn public_key(info: &[u8]) -> Result<VerifyKey, Unsupported> {
    let parts = der::only(info, der::SEQUENCE).and_then(|info| der::children(info.content));
    let Some([algorithm, bits]) = parts.as_deref() else { return Err(Unsupported::Malformed) };
    let (oid, _) = identifier(algorithm.raw).ok_or(Unsupported::Malformed)?;
    let Some((0, key)) = bits.content.split_first().filter(|_| bits.tag == der::BIT_STRING) else {
        return Err(Unsupported::Malformed);
    };
    match oid.as_str() {
        RSA_ENCRYPTION | RSA_PSS => {
            let numbers = der::only(key, der::SEQUENCE).and_then(|key| der::children(key.content));
            let Some([modulus, exponent]) = numbers.as_deref() else { return Err(Unsupported::Malformed) };
            if (modulus.tag, exponent.tag) != (der::INTEGER, der::INTEGER) {
                return Err(Unsupported::Malformed);
            }
            RsaKey::new(modulus.content, exponent.content).map(VerifyKey::Rsa).ok_or(Unsupported::RsaKey)
        }
        _ => CurveKey::from_info(info).map(VerifyKey::Ec).map_err(|error| match error {
            CurveError::KeyForm => Unsupported::Key(oid),
            _ => Unsupported::Curve,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA1_ID: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
    const SHA256_ID: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const EC_KEY_ID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    const ECDSA_SHA1_ID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];
    const ECDSA_SHA256_ID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
    const NULL: &[u8] = &[0x05, 0x00];

    /// An object of less than 128 bytes.
    fn object(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()][..], content].concat()
    }

    /// An AlgorithmIdentifier.
    fn algorithm(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
        object(der::SEQUENCE, &[&object(der::OBJECT_IDENTIFIER, oid)[..], parameters].concat())
    }

    /// One of an identifier of PKCS #1, by its last number.
    fn pkcs1(last: u8, parameters: &[u8]) -> Vec<u8> {
        algorithm(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, last], parameters)
    }

    #[test]
    fn an_algorithm_has_no_parameters_or_null() {
        let with = |parameters: &[u8]| {
            let hash = hash_algorithm(&algorithm(SHA256_ID, parameters));
            (hash, signature_algorithm(&algorithm(ECDSA_SHA256_ID, parameters)))
        };
        for parameters in [&[][..], NULL] {
            assert_eq!(with(parameters), (Ok(Hash::Sha256), Ok(SignatureAlgorithm::Ecdsa(Hash::Sha256))));
        }
        for parameters in [&[0x04, 0x00][..], &[0x30, 0x00], &[0x02, 0x01, 0x00]] {
            let malformed = (Err(Unsupported::Malformed), Err(Unsupported::Malformed));
            assert_eq!(with(parameters), malformed, "{parameters:02X?}");
        }
    }

    #[test]
    fn a_signer_means_what_it_states_or_the_same_with_its_hash() {
        let ecdsa = SignatureAlgorithm::Ecdsa;
        for (stated, digest, meant) in [
            (algorithm(EC_KEY_ID, &[]), Hash::Sha384, vec![ecdsa(Hash::Sha384)]),
            (pkcs1(1, NULL), Hash::Sha384, vec![SignatureAlgorithm::RsaPkcs1(Hash::Sha384)]),
            (algorithm(ECDSA_SHA1_ID, &[]), Hash::Sha256, vec![ecdsa(Hash::Sha1), ecdsa(Hash::Sha256)]),
            (algorithm(ECDSA_SHA256_ID, &[]), Hash::Sha256, vec![ecdsa(Hash::Sha256)]),
        ] {
            assert_eq!(signer_algorithms(&stated, digest), Ok(meant), "{stated:02X?} {digest:?}");
        }
    }

    #[test]
    fn parameters_of_pss_are_a_sequence_in_order_without_repetition() {
        let sha256 = algorithm(SHA256_ID, &[]);
        let hash = object(0xA0, &sha256);
        let mask = object(0xA1, &pkcs1(8, &sha256));
        let salt = object(0xA2, &[0x02, 0x01, 0x20]);
        let trailer = |value: u8| object(0xA3, &[0x02, 0x01, value]);
        let read = |parts: &[&[u8]]| signature_algorithm(&pkcs1(10, &object(der::SEQUENCE, &parts.concat())));
        let pss = |hash: Hash, mask: Hash, salt: usize| -> Result<SignatureAlgorithm, Unsupported> {
            Ok(SignatureAlgorithm::RsaPss { hash, mask, salt })
        };

        assert_eq!(read(&[]), pss(Hash::Sha1, Hash::Sha1, 20));
        assert_eq!(read(&[&object(0xA0, &algorithm(SHA1_ID, NULL))]), pss(Hash::Sha1, Hash::Sha1, 20));
        assert_eq!(read(&[&hash, &mask, &salt]), pss(Hash::Sha256, Hash::Sha256, 32));
        assert_eq!(read(&[&hash, &mask, &salt, &trailer(1)]), pss(Hash::Sha256, Hash::Sha256, 32));

        let malformed = Err(Unsupported::Malformed);
        assert_eq!(read(&[&hash, &mask, &salt, &trailer(2)]), malformed, "another trailer field");
        assert_eq!(read(&[&hash, &mask, &salt, &object(0xA4, &[0x02, 0x01, 0x01])]), malformed, "an unknown field");
        assert_eq!(read(&[&hash, &hash]), malformed, "one twice");
        assert_eq!(read(&[&mask, &hash]), malformed, "out of order");
        // NULL would stand for SHA-1 if it were read as a sequence of nothing.
        for parameters in [NULL.to_vec(), object(der::SET, &hash)] {
            assert_eq!(signature_algorithm(&pkcs1(10, &parameters)), malformed, "{parameters:02X?}");
        }
    }

    #[test]
    fn a_key_of_another_kind_and_one_on_an_unknown_curve_are_told_apart() {
        let info = |algorithm: &[u8], key: &[u8]| {
            let bits = object(der::BIT_STRING, &[&[0_u8][..], key].concat());
            object(der::SEQUENCE, &[algorithm, &bits].concat())
        };
        // Ed25519 (RFC 8410).
        let edwards = info(&algorithm(&[0x2B, 0x65, 0x70], &[]), &[7; 32]);
        assert_eq!(public_key(&edwards), Err(Unsupported::Key("1.3.101.112".to_owned())));
        // Nobody's curve, 1.2.3.4.
        let named = object(der::OBJECT_IDENTIFIER, &[0x2A, 0x03, 0x04]);
        let unknown = info(&algorithm(EC_KEY_ID, &named), &[&[0x04_u8][..], &[7; 64]].concat());
        assert_eq!(public_key(&unknown), Err(Unsupported::Curve));
    }
}
