//! The block ciphers and message authentication codes of residence cards: CBC from a zero IV over whole blocks, MACs of
//! eight bytes (spec residence 3.2, 3.3).

use aes::Aes128;
use cbc::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit, consts::U8,
};
use cmac::{Cmac, Mac};
use des::{Des, TdesEde2};
use sha1::{Digest, Sha1};

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

/// CBC from a zero IV over whole blocks, in place.
macro_rules! cbc {
    ($mode:ident<$cipher:ty>, $step:ident, $block:literal, $key:ident, $bytes:ident) => {{
        let mut cipher = cbc::$mode::<$cipher>::new($key.into(), &[0; $block].into());
        $bytes.as_chunks_mut::<$block>().0.iter_mut().for_each(|block| cipher.$step(block.into()));
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

    /// Encrypts whole blocks, CBC from a zero IV, without padding.
    ///
    /// # Errors
    /// [`NotWholeBlocks`].
    pub fn encrypt(self, key: &CipherKey, plain: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        let mut bytes = self.whole(plain)?;
        match self {
            Self::TripleDes => cbc!(Encryptor<TdesEde2>, encrypt_block, 8, key, bytes),
            Self::Aes128 => cbc!(Encryptor<Aes128>, encrypt_block, 16, key, bytes),
        }
        Ok(bytes)
    }

    /// Decrypts whole blocks, CBC from a zero IV, without padding.
    ///
    /// # Errors
    /// [`NotWholeBlocks`].
    pub fn decrypt(self, key: &CipherKey, encrypted: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        let mut bytes = self.whole(encrypted)?;
        match self {
            Self::TripleDes => cbc!(Decryptor<TdesEde2>, decrypt_block, 8, key, bytes),
            Self::Aes128 => cbc!(Decryptor<Aes128>, decrypt_block, 16, key, bytes),
        }
        Ok(bytes)
    }

    /// The message authentication code over a message of any length.
    pub fn mac(self, key: &CipherKey, message: &[u8]) -> [u8; MAC_LENGTH] {
        match self {
            Self::TripleDes => retail_mac(key, message),
            Self::Aes128 => {
                let mut mac = <Cmac<Aes128> as KeyInit>::new(key.into());
                mac.update(message);
                let code = mac.finalize().into_bytes();
                std::array::from_fn(|at| code.get(at).copied().unwrap_or_default())
            }
        }
    }

    fn whole(self, bytes: &[u8]) -> Result<Vec<u8>, NotWholeBlocks> {
        if bytes.len().is_multiple_of(self.block()) { Ok(bytes.to_vec()) } else { Err(NotWholeBlocks) }
    }
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
