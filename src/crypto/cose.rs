//! COSE (RFC 9052, RFC 9053) as far as mdocs use it: keys, COSE_Sign1, COSE_Mac0.

use zeroize::Zeroizing;

use crate::{
    cbor::{self, CborError, Item, Value},
    text::errors,
};

use super::{CurveKey, EcdsaForm, Hash, NamedCurve, RowKey, Scalar, SealPublicKey, VerifyKey};

/// Certificates of one chain.
pub const MAX_CHAIN: usize = 5;

/// Bytes of one certificate.
pub const MAX_CERTIFICATE: usize = 16 * 1024;

/// Header labels and key parameters (RFC 9052 3.1, 7.1; RFC 9360 2).
const ALGORITHM: i64 = 1;
const CRITICAL: i64 = 2;
const X5CHAIN: i64 = 33;
const KEY_TYPE: i64 = 1;
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;

/// The tags that may stand before each (RFC 9052 2).
pub(crate) const SIGN1_TAG: u64 = 18;
const MAC0_TAG: u64 = 17;

errors! {
    /// Why a key or a signed structure is not taken.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum CoseError {
        Cbor(#[from] CborError) = "{0}",
        Algorithm = "the protected header does not name an algorithm, or names one that is not of the key",
        UnsupportedAlgorithm(i64) = "algorithm {0} is not supported",
        UnsupportedKey = "a kind of key that is not supported",
        Key = "the key is malformed, or not on its curve",
        Header = "a header that must not be there, or that the reader must understand",
        Chain = "the certificates are not one to five byte strings",
        Payload = "a payload where none may be, or none where one must be",
        Length = "a signature or code of another length",
        Mismatch = "the signature or code does not fit",
    }
}

impl CoseError {
    /// Whether another program might be able to judge it.
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::UnsupportedAlgorithm(_) | Self::UnsupportedKey)
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A point of a curve with two coordinates.
    Ec(CurveKey),
    /// Ed25519
    Ed25519(SealPublicKey),
}

/// The curves with two coordinates and their numbers (IANA, COSE Elliptic Curves).
const CURVES: &[(i64, NamedCurve)] = &[
    (1, NamedCurve::P256),
    (2, NamedCurve::P384),
    (3, NamedCurve::P521),
    (256, NamedCurve::BrainpoolP256),
    (257, NamedCurve::BrainpoolP320),
    (258, NamedCurve::BrainpoolP384),
    (259, NamedCurve::BrainpoolP512),
];

const ED25519: i64 = 6;

impl Key {
    /// A key from a COSE_Key. Both coordinates must be there, in the length of the field.
    ///
    /// # Errors
    /// [`CoseError`].
    pub fn read(item: &Item<'_>) -> Result<Self, CoseError> {
        let curve = item.get_number(CURVE)?.int()?;
        match item.get_number(KEY_TYPE)?.int()? {
            // OKP
            1 if curve == ED25519 => {
                let x = item.get_number(X)?.bytes()?.try_into().map_err(|_| CoseError::Key)?;
                SealPublicKey::from_bytes(x).map(Self::Ed25519).ok_or(CoseError::Key)
            }
            // EC2
            2 => {
                let known = CURVES.iter().find(|(number, _)| *number == curve);
                let (_, curve) = known.ok_or(CoseError::UnsupportedKey)?;
                let x = item.get_number(X)?.bytes()?;
                let y = match item.get_number(Y)?.value {
                    Value::Bytes(y) => y,
                    // A sign alone (RFC 9053 7.1.1): mdocs have both coordinates.
                    Value::Bool(_) => return Err(CoseError::UnsupportedKey),
                    _ => return Err(CoseError::Key),
                };
                if x.len() != curve.field_length() || y.len() != x.len() {
                    return Err(CoseError::Key);
                }
                let point = [&[4], x, y].concat();
                CurveKey::new(*curve, &point).map(Self::Ec).map_err(|_| CoseError::Key)
            }
            _ => Err(CoseError::UnsupportedKey),
        }
    }

    /// The key of a certificate, if mdocs are signed with such a key.
    pub fn certified(key: VerifyKey) -> Option<Self> {
        match key {
            VerifyKey::Ec(key) => Some(Self::Ec(key)),
            VerifyKey::Rsa(_) => None,
        }
    }

    /// The key if it is one of a curve with two coordinates.
    pub fn ec(&self) -> Option<&CurveKey> {
        match self {
            Self::Ec(key) => Some(key),
            Self::Ed25519(_) => None,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ec(key) => write!(f, "{}", key.curve()),
            Self::Ed25519(_) => f.write_str("Ed25519"),
        }
    }
}

/// A COSE_Key of a curve key; `None` for a curve that COSE has no number for.
pub fn encode_key(key: &CurveKey) -> Option<Vec<u8>> {
    let (number, _) = CURVES.iter().find(|(_, curve)| *curve == key.curve())?;
    let (x, y) = key.point().coordinates()?;
    Some(cbor::map(&[
        (cbor::int(KEY_TYPE), cbor::int(2)),
        (cbor::int(CURVE), cbor::int(*number)),
        (cbor::int(X), cbor::bytes(&x)),
        (cbor::int(Y), cbor::bytes(&y)),
    ]))
}

/// What two keys of one curve agree on: the x coordinate in the field's length. `None` for two curves.
pub fn agreed(private: &Scalar, public: &CurveKey) -> Option<Zeroizing<Vec<u8>>> {
    if private.curve() != public.curve() {
        return None;
    }
    public.point().times(private).coordinates().map(|(x, _)| Zeroizing::new(x))
}

/// How a signature is made (RFC 9053 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with SHA-256
    Es256,
    /// ECDSA with SHA-384
    Es384,
    /// ECDSA with SHA-512
    Es512,
    /// Ed25519
    EdDsa,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Es256, Self::Es384, Self::Es512, Self::EdDsa];

    /// The number in headers.
    pub fn number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::EdDsa => -8,
        }
    }

    /// The one that belongs to a key (ISO/IEC 18013-5 9.1.2.4).
    pub fn of(key: &Key) -> Option<Self> {
        match key {
            Key::Ed25519(_) => Some(Self::EdDsa),
            Key::Ec(key) => match key.curve() {
                NamedCurve::P256 | NamedCurve::BrainpoolP256 => Some(Self::Es256),
                NamedCurve::P384 | NamedCurve::BrainpoolP320 | NamedCurve::BrainpoolP384 => Some(Self::Es384),
                NamedCurve::P521 | NamedCurve::BrainpoolP512 => Some(Self::Es512),
                _ => None,
            },
        }
    }

    /// The hash of what is signed; Ed25519 has its own inside.
    pub fn hash(self) -> Option<Hash> {
        match self {
            Self::Es256 => Some(Hash::Sha256),
            Self::Es384 => Some(Hash::Sha384),
            Self::Es512 => Some(Hash::Sha512),
            Self::EdDsa => None,
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        })
    }
}

/// HMAC with SHA-256 and a code of 32 bytes (RFC 9053 3.1).
pub const HMAC_256: i64 = 5;

/// A COSE_Sign1 or COSE_Mac0: both have four parts.
#[derive(Debug, Clone)]
pub struct Signed<'a> {
    /// The protected header, as it came.
    pub protected: &'a [u8],
    /// The algorithm that it names.
    pub algorithm: i64,
    /// The certificates of either header, the signer's first; empty if there are none.
    pub chain: Vec<&'a [u8]>,
    /// The payload, if it is here and not elsewhere.
    pub payload: Option<&'a [u8]>,
    /// The signature or code.
    pub signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// A COSE_Sign1.
    ///
    /// # Errors
    /// [`CoseError`].
    pub fn sign1(item: &Item<'a>) -> Result<Self, CoseError> {
        Self::read(item.tagged(SIGN1_TAG).unwrap_or(item))
    }

    /// A COSE_Mac0.
    ///
    /// # Errors
    /// [`CoseError`].
    pub fn mac0(item: &Item<'a>) -> Result<Self, CoseError> {
        Self::read(item.tagged(MAC0_TAG).unwrap_or(item))
    }

    fn read(item: &Item<'a>) -> Result<Self, CoseError> {
        let [protected, unprotected, payload, signature] = item.items()? else {
            return Err(CborError::Type.into());
        };
        let protected = protected.bytes()?;
        let header = cbor::decode(protected).map_err(|_| CoseError::Algorithm)?;
        if header.find_number(CRITICAL)?.is_some() {
            return Err(CoseError::Header);
        }
        let algorithm =
            header.find_number(ALGORITHM)?.ok_or(CoseError::Algorithm)?.int().map_err(|_| CoseError::Algorithm)?;
        // One label in both headers (RFC 9052 3): whoever reads the other one is deceived.
        if unprotected.find_number(ALGORITHM)?.is_some() || unprotected.find_number(CRITICAL)?.is_some() {
            return Err(CoseError::Header);
        }
        // Either header may hold the certificates (RFC 9360 2).
        let certificates = match (header.find_number(X5CHAIN)?, unprotected.find_number(X5CHAIN)?) {
            (Some(_), Some(_)) => return Err(CoseError::Header),
            (protected, unprotected) => protected.or(unprotected).map_or(Ok(Vec::new()), chain)?,
        };
        Ok(Self {
            protected,
            algorithm,
            chain: certificates,
            payload: match payload.value {
                Value::Null => None,
                _ => Some(payload.bytes()?),
            },
            signature: signature.bytes()?,
        })
    }

    /// Verifies the signature by a key; `detached` is what it covers if the payload is elsewhere.
    ///
    /// # Errors
    /// [`CoseError`].
    pub fn verify(&self, key: &Key, detached: Option<&[u8]>) -> Result<Algorithm, CoseError> {
        let algorithm = Algorithm::ALL.into_iter().find(|known| known.number() == self.algorithm);
        let algorithm = algorithm.ok_or(CoseError::UnsupportedAlgorithm(self.algorithm))?;
        if Algorithm::of(key) != Some(algorithm) {
            return Err(CoseError::Algorithm);
        }
        let message = covered("Signature1", self.protected, self.content(detached)?);
        let outcome = match (key, algorithm.hash()) {
            (Key::Ec(key), Some(hash)) => {
                if self.signature.len() != 2 * key.curve().order_length() {
                    return Err(CoseError::Length);
                }
                key.verify(&hash.of(&[&message]), self.signature, EcdsaForm::Fixed)
            }
            (Key::Ed25519(key), _) => {
                let signature = self.signature.try_into().map_err(|_| CoseError::Length)?;
                key.verify(&message, signature)
            }
            (Key::Ec(_), None) => return Err(CoseError::Algorithm),
        };
        outcome.map(|()| algorithm).map_err(|_| CoseError::Mismatch)
    }

    /// Verifies the code by a key.
    ///
    /// # Errors
    /// [`CoseError`].
    pub fn verify_code(&self, key: &RowKey, detached: &[u8]) -> Result<(), CoseError> {
        if self.algorithm != HMAC_256 {
            return Err(CoseError::Algorithm);
        }
        let message = covered("MAC0", self.protected, self.content(Some(detached))?);
        if self.signature.len() != 32 {
            return Err(CoseError::Length);
        }
        if key.checks(&[&message], self.signature) { Ok(()) } else { Err(CoseError::Mismatch) }
    }

    fn content<'b>(&self, detached: Option<&'b [u8]>) -> Result<&'b [u8], CoseError>
    where
        'a: 'b,
    {
        match (self.payload, detached) {
            (Some(payload), None) => Ok(payload),
            (None, Some(detached)) => Ok(detached),
            _ => Err(CoseError::Payload),
        }
    }
}

fn chain<'a>(item: &Item<'a>) -> Result<Vec<&'a [u8]>, CoseError> {
    let certificates: Result<Vec<&[u8]>, CborError> = match &item.value {
        Value::Array(items) => items.iter().map(Item::bytes).collect(),
        _ => item.bytes().map(|certificate| vec![certificate]),
    };
    let certificates = certificates.map_err(|_| CoseError::Chain)?;
    // An empty list says no more than none: whoever needs a certificate misses it.
    let fits =
        certificates.len() <= MAX_CHAIN && certificates.iter().all(|certificate| certificate.len() <= MAX_CERTIFICATE);
    if fits { Ok(certificates) } else { Err(CoseError::Chain) }
}

/// What a signature or code covers (RFC 9052 4.4, 6.3), without external data.
pub fn covered(context: &str, protected: &[u8], payload: &[u8]) -> Vec<u8> {
    cbor::array(&[cbor::text(context), cbor::bytes(protected), cbor::bytes(&[]), cbor::bytes(payload)])
}

/// A protected header that names an algorithm and nothing else.
pub fn protected(algorithm: i64) -> Vec<u8> {
    cbor::map(&[(cbor::int(ALGORITHM), cbor::int(algorithm))])
}

/// A COSE_Sign1 or COSE_Mac0 from its parts; no certificates, no label.
pub fn encode(protected: &[u8], chain: &[&[u8]], payload: Option<&[u8]>, signature: &[u8]) -> Vec<u8> {
    let certificates = match chain {
        [] => None,
        [one] => Some(cbor::bytes(one)),
        many => Some(cbor::array(&many.iter().map(|certificate| cbor::bytes(certificate)).collect::<Vec<_>>())),
    };
    let header: Vec<_> = certificates.into_iter().map(|chain| (cbor::int(X5CHAIN), chain)).collect();
    cbor::array(&[
        cbor::bytes(protected),
        cbor::map(&header),
        payload.map_or_else(cbor::null, cbor::bytes),
        cbor::bytes(signature),
    ])
}
