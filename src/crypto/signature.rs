//! One way to verify what any issuer of passports signs: a key, an algorithm, the data, the signature.

use super::{Curve, CurveKey, EcdsaForm, Hash, NamedCurve, RsaKey, Sha256Hash, SignatureError, sha256, verify_ecdsa};

/// A public key that verifies signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyKey {
    /// RSA, 1024 to 8192 bits.
    Rsa(RsaKey),
    /// A listed elliptic curve.
    Ec(CurveKey),
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5
    RsaPkcs1(Hash),
    /// RSASSA-PSS
    RsaPss {
        /// The hash of the data.
        hash: Hash,
        /// The hash of the mask generation function MGF1.
        mask: Hash,
        /// Bytes of salt.
        salt: usize,
    },
    /// ECDSA, the signature as a SEQUENCE of two INTEGER (RFC 3279 2.2.3).
    Ecdsa(Hash),
}

impl SignatureAlgorithm {
    /// The hash of the data.
    pub fn hash(self) -> Hash {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss { hash, .. } | Self::Ecdsa(hash) => hash,
        }
    }
}

impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RsaPkcs1(hash) => write!(f, "RSA PKCS #1 v1.5, {hash}"),
            Self::RsaPss { hash, mask, salt } if hash == mask => write!(f, "RSA-PSS, {hash}, salt {salt}"),
            Self::RsaPss { hash, mask, salt } => write!(f, "RSA-PSS, {hash}, MGF1 {mask}, salt {salt}"),
            Self::Ecdsa(hash) => write!(f, "ECDSA, {hash}"),
        }
    }
}

/// What is too weak for a passport of today (spec passport 7.3): its signature counts, and the report says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weakness {
    /// A signature over a SHA-1 value.
    Sha1,
    /// RSA below 2048 bits.
    ShortRsa(usize),
    /// A curve below 224 bits.
    ShortCurve(usize),
}

impl std::fmt::Display for Weakness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sha1 => f.write_str("SHA-1"),
            Self::ShortRsa(bits) => write!(f, "RSA-{bits}"),
            Self::ShortCurve(bits) => write!(f, "EC-{bits}"),
        }
    }
}

impl VerifyKey {
    /// Verifies a signature over the parts in order.
    ///
    /// # Errors
    /// [`SignatureError`] if it does not fit, or the algorithm is of another kind of key.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        parts: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        match (self, algorithm) {
            (Self::Rsa(key), SignatureAlgorithm::RsaPkcs1(hash)) => key.verify_pkcs1(hash, parts, signature),
            (Self::Rsa(key), SignatureAlgorithm::RsaPss { hash, mask, salt }) => {
                key.verify_pss(hash, mask, salt, parts, signature)
            }
            (Self::Ec(key), SignatureAlgorithm::Ecdsa(hash)) => {
                let (value, form) = (hash.of(parts), EcdsaForm::Der);
                let curve = match key.curve() {
                    NamedCurve::P256 => Curve::P256,
                    NamedCurve::P384 => Curve::P384,
                    NamedCurve::P521 => Curve::P521,
                    _ => return key.verify(&value, signature, form),
                };
                let holds = verify_ecdsa(curve, &key.encoded(), hash, &value, signature, form);
                if holds { Ok(()) } else { Err(SignatureError) }
            }
            (Self::Rsa(_) | Self::Ec(_), _) => Err(SignatureError),
        }
    }

    /// SHA-256 of the modulus, or of the uncompressed point.
    pub fn fingerprint(&self) -> Sha256Hash {
        match self {
            Self::Rsa(key) => key.fingerprint(),
            Self::Ec(key) => sha256(&[&key.encoded()]),
        }
    }

    /// SHA-256 of everything that decides what the key verifies: both numbers of RSA, or the curve and the point.
    pub(crate) fn identity(&self) -> Sha256Hash {
        match self {
            Self::Rsa(key) => sha256(&[b"rsa", &key.fingerprint(), &key.exponent()]),
            Self::Ec(key) => sha256(&[key.curve().to_string().as_bytes(), &key.encoded()]),
        }
    }

    /// What is too weak in a signature that this key made with this algorithm.
    pub fn weaknesses(&self, algorithm: SignatureAlgorithm) -> impl Iterator<Item = Weakness> {
        let hash = (algorithm.hash() == Hash::Sha1).then_some(Weakness::Sha1);
        hash.into_iter().chain(self.weakness())
    }

    /// What is too weak in the key itself.
    pub fn weakness(&self) -> Option<Weakness> {
        match self {
            Self::Rsa(key) => (key.bits() < 2048).then(|| Weakness::ShortRsa(key.bits())),
            Self::Ec(key) => {
                let bits = key.curve().order_bits();
                (bits < 224).then_some(Weakness::ShortCurve(bits))
            }
        }
    }
}

impl std::fmt::Display for VerifyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa(key) => write!(f, "RSA-{}", key.bits()),
            Self::Ec(key) => write!(f, "{}", key.curve()),
        }
    }
}
