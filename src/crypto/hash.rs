//! The hash functions that signatures are made with.

use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1, 20 bytes
    Sha1,
    /// SHA-224, 28 bytes
    Sha224,
    /// SHA-256, 32 bytes
    Sha256,
    /// SHA-384, 48 bytes
    Sha384,
    /// SHA-512, 64 bytes
    Sha512,
}

fn over<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}

impl Hash {
    /// The hash over the parts in order.
    pub fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Sha1 => over::<Sha1>(parts),
            Self::Sha224 => over::<Sha224>(parts),
            Self::Sha256 => over::<Sha256>(parts),
            Self::Sha384 => over::<Sha384>(parts),
            Self::Sha512 => over::<Sha512>(parts),
        }
    }

    /// Bytes of a value.
    pub fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The hash function whose values have so many bytes.
    pub fn of_length(bytes: usize) -> Option<Self> {
        [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|hash| hash.length() == bytes)
    }

    /// The DER bytes before a value in a DigestInfo (RFC 8017 9.2, note 1).
    pub(super) fn digest_info(self) -> &'static [u8] {
        match self {
            Self::Sha1 => &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14],
            Self::Sha224 => const { &sha2_digest_info(4, 28) },
            Self::Sha256 => const { &sha2_digest_info(1, 32) },
            Self::Sha384 => const { &sha2_digest_info(2, 48) },
            Self::Sha512 => const { &sha2_digest_info(3, 64) },
        }
    }
}

/// DigestInfo's start for a hash of the SHA-2 family: the last number of its identifier, the bytes of content.
pub(super) const fn sha2_digest_info(family: u8, content: u8) -> [u8; 19] {
    [
        0x30,
        0x11 + content,
        0x30,
        0x0D,
        0x06,
        0x09,
        0x60,
        0x86,
        0x48,
        0x01,
        0x65,
        0x03,
        0x04,
        0x02,
        family,
        0x05,
        0x00,
        0x04,
        content,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_is_the_published_one_and_has_its_length() {
        // FIPS 180-4, message "abc".
        for (hash, begin) in [
            (Hash::Sha1, "a9993e36"),
            (Hash::Sha224, "23097d22"),
            (Hash::Sha256, "ba7816bf"),
            (Hash::Sha384, "cb00753f"),
            (Hash::Sha512, "ddaf35a1"),
        ] {
            let value = hash.of(&[b"a", b"bc"]);
            assert!(hex::encode(&value).starts_with(begin), "{hash:?}");
            assert_eq!(value.len(), hash.length());
            let info = hash.digest_info();
            assert_eq!(usize::from(*info.last().unwrap()), hash.length());
            assert_eq!(usize::from(info[1]), info.len() - 2 + hash.length());
        }
    }
}
