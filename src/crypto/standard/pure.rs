//! The back end in pure Rust, and the one parser of keys and signatures for both.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BoxedUint, Pkcs1v15Sign};

use super::{Curve, EcdsaForm, Hash, RsaNumbers};

pub fn rsa_pkcs1(key: RsaNumbers<'_>, hash: Hash, value: &[u8], signature: &[u8]) -> bool {
    let number = BoxedUint::from_be_slice_vartime;
    let scheme = Pkcs1v15Sign { hash_len: Some(value.len()), prefix: hash.digest_info().into() };
    rsa::PublicKey::new(number(key.modulus), number(key.exponent))
        .is_ok_and(|key| key.verify(scheme, value, signature).is_ok())
}

macro_rules! curves {
    ($($name:ident = $library:ident, $order:literal;)*) => {
        /// A key and a signature that are well formed.
        pub enum Parsed {
            $($name($library::ecdsa::VerifyingKey, $library::ecdsa::Signature),)*
        }

        impl Parsed {
            pub fn of(curve: Curve, point: &[u8], signature: &[u8], form: EcdsaForm) -> Option<Self> {
                match curve {
                    $(Curve::$name => {
                        let key = $library::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                        let signature = match form {
                            EcdsaForm::Fixed => $library::ecdsa::Signature::from_slice(signature),
                            EcdsaForm::Der => $library::ecdsa::Signature::from_der(signature),
                        };
                        Some(Self::$name(key, signature.ok()?))
                    })*
                }
            }

            /// The point, uncompressed.
            #[cfg(feature = "aws-lc")]
            pub fn point(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(key, _) => key.to_sec1_point(false).as_bytes().to_vec(),)*
                }
            }

            /// The signature in DER.
            #[cfg(feature = "aws-lc")]
            pub fn der(&self) -> Vec<u8> {
                match self {
                    $(Self::$name(_, signature) => signature.to_der().as_bytes().to_vec(),)*
                }
            }

            pub fn verify(&self, value: &[u8]) -> bool {
                match self {
                    $(Self::$name(key, signature) => {
                        // The library wants at least half the bytes of the order; zeros in front do not change the number.
                        let zeros = std::iter::repeat_n(0, usize::saturating_sub($order, value.len()));
                        let filled: Vec<u8> = zeros.chain(value.iter().copied()).collect();
                        key.verify_prehash(&filled, signature).is_ok()
                    })*
                }
            }
        }
    };
}

curves! {
    P256 = p256, 32;
    P384 = p384, 48;
    P521 = p521, 66;
}
