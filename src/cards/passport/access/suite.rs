//! Ciphers, key derivation, and the keys of a session (ICAO Doc 9303-11 9.7).

use zeroize::Zeroizing;

use crate::crypto::{Hash, KeyedCipher};

/// A cipher of secure messaging with its key derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Suite {
    /// Two-key triple DES, CBC and retail MAC.
    TripleDes,
    /// AES-128, CBC and CMAC.
    Aes128,
    /// AES-192, CBC and CMAC.
    Aes192,
    /// AES-256, CBC and CMAC.
    Aes256,
}

impl std::fmt::Display for Suite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TripleDes => "3DES",
            Self::Aes128 => "AES-128",
            Self::Aes192 => "AES-192",
            Self::Aes256 => "AES-256",
        })
    }
}

/// Counter of the key derivation: encryption.
const ENCRYPTION: u8 = 1;
/// Authentication.
const AUTHENTICATION: u8 = 2;
/// The key of a password.
const PASSWORD: u8 = 3;

impl Suite {
    /// The last number of a protocol's object identifier.
    pub fn number(self) -> u8 {
        match self {
            Self::TripleDes => 1,
            Self::Aes128 => 2,
            Self::Aes192 => 3,
            Self::Aes256 => 4,
        }
    }

    /// The suite with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::TripleDes, Self::Aes128, Self::Aes192, Self::Aes256].into_iter().find(|suite| suite.number() == number)
    }

    /// Bytes of a key.
    pub fn key_length(self) -> usize {
        match self {
            Self::TripleDes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Bytes of the nonce of PACE: whole blocks, no fewer than the key has.
    pub fn nonce_length(self) -> usize {
        self.key_length().next_multiple_of(16)
    }

    /// The cipher under the first bytes; missing ones are zero, which no caller lets happen.
    pub fn keyed(self, bytes: &[u8]) -> KeyedCipher {
        fn cut<const N: usize>(bytes: &[u8]) -> Zeroizing<[u8; N]> {
            Zeroizing::new(std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default()))
        }
        match self {
            Self::TripleDes => KeyedCipher::TripleDes(cut(bytes)),
            Self::Aes128 => KeyedCipher::Aes128(cut(bytes)),
            Self::Aes192 => KeyedCipher::Aes192(cut(bytes)),
            Self::Aes256 => KeyedCipher::Aes256(cut(bytes)),
        }
    }

    fn derive(self, secret: &[u8], counter: u8) -> KeyedCipher {
        let hash = match self {
            Self::TripleDes | Self::Aes128 => Hash::Sha1,
            Self::Aes192 | Self::Aes256 => Hash::Sha256,
        };
        let mut key = Zeroizing::new(hash.of(&[secret, &[0, 0, 0, counter]]));
        if self == Self::TripleDes {
            // Odd parity: the cipher ignores it, the published values have it.
            key.iter_mut().for_each(|byte| *byte = *byte & 0xFE | u8::from((*byte & 0xFE).count_ones() % 2 == 0));
        }
        self.keyed(&key)
    }

    /// The key of a password.
    pub fn password_key(self, secret: &[u8]) -> KeyedCipher {
        self.derive(secret, PASSWORD)
    }

    /// The keys of a session from a shared secret, its counter at the start.
    pub fn session(self, secret: &[u8], counter: u128) -> SessionKeys {
        SessionKeys {
            suite: self,
            encryption: self.derive(secret, ENCRYPTION),
            authentication: self.derive(secret, AUTHENTICATION),
            counter,
        }
    }
}

/// KSenc, KSmac and the send sequence counter.
#[derive(Clone)]
pub struct SessionKeys {
    suite: Suite,
    pub(super) encryption: KeyedCipher,
    pub(super) authentication: KeyedCipher,
    counter: u128,
}

impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionKeys({})", self.suite)
    }
}

/// Bytes of the counter in a recorded key.
const COUNTER: usize = 16;

impl SessionKeys {
    /// The suite.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Suite, both keys and the counter as bytes, for a recording.
    pub fn expose(&self) -> Zeroizing<Vec<u8>> {
        let counter = self.counter.to_be_bytes();
        let parts = [&[self.suite.number()], self.encryption.expose(), self.authentication.expose(), &counter];
        Zeroizing::new(parts.concat())
    }

    /// The keys that [`SessionKeys::expose`] gave.
    pub fn from_exposed(bytes: &[u8]) -> Option<Self> {
        let (number, rest) = bytes.split_first()?;
        let suite = Suite::from_number(*number)?;
        let (keys, counter) = rest.split_last_chunk::<COUNTER>()?;
        let (encryption, authentication) = keys.split_at_checked(suite.key_length())?;
        (authentication.len() == suite.key_length()).then(|| Self {
            suite,
            encryption: suite.keyed(encryption),
            authentication: suite.keyed(authentication),
            counter: u128::from_be_bytes(*counter),
        })
    }

    /// One more message, of either side.
    pub(super) fn advance(&mut self) {
        self.counter = self.counter.wrapping_add(1);
    }

    /// The counter as a block.
    fn block(&self) -> Vec<u8> {
        let bytes = self.counter.to_be_bytes();
        bytes.get(COUNTER.saturating_sub(self.encryption.block())..).unwrap_or_default().to_vec()
    }

    /// The code over the header of a command, if it is one, and data objects.
    pub(super) fn code(&self, header: Option<[u8; 4]>, objects: &[u8]) -> [u8; 8] {
        let block = self.encryption.block();
        let mut message = self.block();
        if let Some(header) = header {
            message.extend(header);
            if !objects.is_empty() {
                pad(&mut message, block);
            }
        }
        message.extend(objects);
        // The retail MAC pads by itself.
        if self.suite != Suite::TripleDes {
            pad(&mut message, block);
        }
        self.authentication.mac(&message)
    }

    /// The code over an authentication token's input, which is not padded for CMAC.
    pub(super) fn token(&self, input: &[u8]) -> [u8; 8] {
        self.authentication.mac(input)
    }

    /// Encrypts data of the message with this counter.
    pub(super) fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let mut padded = Zeroizing::new(plain.to_vec());
        pad(&mut padded, self.encryption.block());
        self.encryption.encrypt(&self.vector(), &padded).unwrap_or_default()
    }

    /// Decrypts data of the message with this counter; `None` for broken blocks or padding.
    pub(super) fn decrypt(&self, encrypted: &[u8]) -> Option<Vec<u8>> {
        unpadded(self.encryption.decrypt(&self.vector(), encrypted).ok()?, self.encryption.block())
    }

    /// The IV: zero for triple DES, the encrypted counter for AES.
    fn vector(&self) -> Vec<u8> {
        match self.suite {
            Suite::TripleDes => Vec::new(),
            _ => self.encryption.encrypt(&[], &self.block()).unwrap_or_default(),
        }
    }
}

/// ISO/IEC 9797-1 padding method 2.
pub(super) fn pad(bytes: &mut Vec<u8>, block: usize) {
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(block), 0x00);
}

/// What was padded.
pub(super) fn unpadded(mut bytes: Vec<u8>, block: usize) -> Option<Vec<u8>> {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0x00).count();
    let end = bytes.len().checked_sub(zeros + 1)?;
    if zeros >= block || bytes.get(end) != Some(&0x80) {
        return None;
    }
    bytes.truncate(end);
    Some(bytes)
}
