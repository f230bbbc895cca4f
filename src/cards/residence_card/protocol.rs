//! Number authentication and secure messaging of residence cards, as pure functions: what the reader computes and what
//! the card computes (spec residence 3.1 to 3.3; generation 1 SPEC, generation 2 SPEC2*; both worked examples below).
//!
//! There is no message authentication inside a session and no counter: secure messaging is encryption alone. Anybody who sits
//! on the link can change or replay what is read; only the card's signature speaks for the data.

use std::{fmt, str::FromStr};

use zeroize::Zeroizing;

use crate::{
    crypto::{CardCipher, CipherKey, MAC_LENGTH, sha1_key},
    privacy::Private,
};

/// Characters of a card number: two letters, eight digits, two letters.
pub const NUMBER_LENGTH: usize = 12;

/// Bytes of a challenge of either side.
pub const RANDOM_LENGTH: usize = 8;

/// Bytes of key material of either side.
pub const MATERIAL_LENGTH: usize = 16;

/// Bytes of the encrypted half of MUTUAL AUTHENTICATE.
const CRYPTOGRAM_LENGTH: usize = 2 * RANDOM_LENGTH + MATERIAL_LENGTH;

/// Data bytes of MUTUAL AUTHENTICATE, command and answer alike: cryptogram and MAC.
pub const AUTHENTICATE_LENGTH: usize = CRYPTOGRAM_LENGTH + MAC_LENGTH;

/// Data bytes of VERIFY: the object of one padded, encrypted number.
pub const VERIFY_LENGTH: usize = 3 + NUMBER_BLOCK;

const NUMBER_BLOCK: usize = 16;

/// Padding indicator of an encrypted object: ISO/IEC 7816-4 padding, `80 00…`.
const PADDED: u8 = 0x01;

/// Tag of an encrypted object (ISO/IEC 7816-4 10.2.3).
const ENCRYPTED: u8 = 0x86;

/// 在留カード等番号: what is printed at the top right and opens the card. Not a PIN, but it belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(Private<Vec<u8>>);

/// The text is not a card number: two letters, eight digits, two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card number has two letters, eight digits and two letters")]
pub struct NotACardNumber;

impl FromStr for CardNumber {
    type Err = NotACardNumber;

    /// Reads the number as people type it: letters of either case, full-width forms, spaces and hyphens between.
    fn from_str(text: &str) -> Result<Self, NotACardNumber> {
        let mut number = Zeroizing::new(Vec::with_capacity(NUMBER_LENGTH));
        for character in text.chars() {
            let character = match u32::from(character) {
                // Full-width forms stand 0xFEE0 above ASCII.
                wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(character),
                _ => character,
            };
            match character {
                ' ' | '-' | '\u{3000}' | '\u{2010}' | '\u{2212}' | '\t' | '\r' | '\n' => {}
                _ if character.is_ascii_alphanumeric() && number.len() < NUMBER_LENGTH => {
                    number.push(u8::try_from(character.to_ascii_uppercase()).map_err(|_| NotACardNumber)?);
                }
                _ => return Err(NotACardNumber),
            }
        }
        let fits = |at: usize, byte: &u8| match at {
            0 | 1 | 10 | 11 => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit(),
        };
        if number.len() == NUMBER_LENGTH && number.iter().enumerate().all(|(at, byte)| fits(at, byte)) {
            Ok(Self(Private::new(number.to_vec())))
        } else {
            Err(NotACardNumber)
        }
    }
}

impl TryFrom<&crate::privacy::Pin> for CardNumber {
    type Error = NotACardNumber;

    fn try_from(value: &crate::privacy::Pin) -> Result<Self, NotACardNumber> {
        std::str::from_utf8(value.expose()).map_err(|_| NotACardNumber)?.parse()
    }
}

impl CardNumber {
    /// The twelve characters. Each caller answers for where they go.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// The key of the handshake: encryption and MAC alike.
    pub fn key(&self) -> Zeroizing<CipherKey> {
        Zeroizing::new(sha1_key(&[self.expose()]))
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardNumber(..)")
    }
}

/// Why the other side's half of the handshake was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// Not 40 bytes.
    #[error("the answer does not have {AUTHENTICATE_LENGTH} bytes")]
    Length,
    /// The MAC does not fit: another number, or another generation.
    #[error("the message authentication code is wrong")]
    Mac,
    /// The challenges inside are not those of this handshake.
    #[error("the challenges are not those of this handshake")]
    Challenge,
}

/// What the reader brings into a handshake.
pub struct Initiator {
    /// The card's cipher.
    pub cipher: CardCipher,
    /// [`CardNumber::key`].
    pub key: Zeroizing<CipherKey>,
    /// RND.IFD
    pub random: [u8; RANDOM_LENGTH],
    /// K.IFD
    pub material: Zeroizing<[u8; MATERIAL_LENGTH]>,
}

impl Initiator {
    /// Data of MUTUAL AUTHENTICATE: E_IFD and M_IFD.
    pub fn data(&self, card_random: &[u8; RANDOM_LENGTH]) -> Vec<u8> {
        cryptogram(self.cipher, &self.key, [&self.random, card_random], &self.material)
    }

    /// Checks the card's answer and derives the session key.
    ///
    /// # Errors
    /// [`HandshakeError`].
    pub fn finish(&self, card_random: &[u8; RANDOM_LENGTH], answer: &[u8]) -> Result<SessionKey, HandshakeError> {
        let theirs = open(self.cipher, &self.key, [card_random, &self.random], answer)?;
        Ok(SessionKey::derive(self.cipher, &self.material, &theirs))
    }
}

/// What the card brings into a handshake.
pub struct Responder {
    /// The card's cipher.
    pub cipher: CardCipher,
    /// [`CardNumber::key`].
    pub key: Zeroizing<CipherKey>,
    /// RND.ICC
    pub random: [u8; RANDOM_LENGTH],
    /// K.ICC
    pub material: Zeroizing<[u8; MATERIAL_LENGTH]>,
}

impl Responder {
    /// Checks the reader's data; answers with E_ICC and M_ICC and derives the session key.
    ///
    /// # Errors
    /// [`HandshakeError`].
    pub fn answer(&self, data: &[u8]) -> Result<(Vec<u8>, SessionKey), HandshakeError> {
        let plain = decrypt(self.cipher, &self.key, data)?;
        // RND.IFD may be anything; RND.ICC must be ours.
        let (reader_random, rest) = plain.split_first_chunk::<RANDOM_LENGTH>().ok_or(HandshakeError::Length)?;
        let theirs = rest.strip_prefix(&self.random[..]).ok_or(HandshakeError::Challenge)?;
        let theirs = theirs.try_into().map(Zeroizing::new).map_err(|_| HandshakeError::Length)?;
        let answer = cryptogram(self.cipher, &self.key, [&self.random, reader_random], &self.material);
        Ok((answer, SessionKey::derive(self.cipher, &theirs, &self.material)))
    }
}

fn cryptogram(
    cipher: CardCipher,
    key: &CipherKey,
    randoms: [&[u8; RANDOM_LENGTH]; 2],
    material: &[u8; MATERIAL_LENGTH],
) -> Vec<u8> {
    let [first, second] = randoms;
    let plain = Zeroizing::new([&first[..], second, material].concat());
    // 32 bytes are whole blocks of both ciphers.
    let mut data = cipher.encrypt(key, &plain).unwrap_or_default();
    let mac = cipher.mac(key, &data);
    data.extend(mac);
    data
}

fn decrypt(cipher: CardCipher, key: &CipherKey, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, HandshakeError> {
    let (encrypted, mac) = data
        .split_last_chunk::<MAC_LENGTH>()
        .filter(|_| data.len() == AUTHENTICATE_LENGTH)
        .ok_or(HandshakeError::Length)?;
    if cipher.mac(key, encrypted) != *mac {
        return Err(HandshakeError::Mac);
    }
    cipher.decrypt(key, encrypted).map(Zeroizing::new).map_err(|_| HandshakeError::Length)
}

/// The other side's key material, once MAC and both challenges are seen to fit.
fn open(
    cipher: CardCipher,
    key: &CipherKey,
    randoms: [&[u8; RANDOM_LENGTH]; 2],
    data: &[u8],
) -> Result<Zeroizing<[u8; MATERIAL_LENGTH]>, HandshakeError> {
    let plain = decrypt(cipher, key, data)?;
    let [first, second] = randoms;
    let rest = plain.strip_prefix(&first[..]).and_then(|rest| rest.strip_prefix(&second[..]));
    let material = rest.ok_or(HandshakeError::Challenge)?;
    material.try_into().map(Zeroizing::new).map_err(|_| HandshakeError::Length)
}

/// KSenc: what the rest of the session is encrypted with.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey {
    cipher: CardCipher,
    key: Zeroizing<CipherKey>,
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey({:?})", self.cipher)
    }
}

/// Why an object of secure messaging was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecureError {
    /// Not one object `86`, or its length is not that of the bytes that came.
    #[error("the answer is not one encrypted object")]
    Object,
    /// The object is cut: fewer bytes came than it announces. A reader with a small buffer does this.
    #[error("the answer has {got} of {announced} bytes")]
    Cut {
        /// Bytes that came.
        got: usize,
        /// Bytes that the header announces.
        announced: usize,
    },
    /// Another padding than `80 00…`, or no whole blocks.
    #[error("the padding does not fit the session key")]
    Padding,
}

impl SessionKey {
    /// A key that is known from elsewhere: that of a recording.
    pub fn new(cipher: CardCipher, key: CipherKey) -> Self {
        Self { cipher, key: Zeroizing::new(key) }
    }

    /// The 16 bytes, for a recording.
    pub fn expose(&self) -> &CipherKey {
        &self.key
    }

    fn derive(cipher: CardCipher, reader: &[u8; MATERIAL_LENGTH], card: &[u8; MATERIAL_LENGTH]) -> Self {
        let mixed: Zeroizing<Vec<u8>> =
            Zeroizing::new(reader.iter().zip(card).map(|(ours, theirs)| ours ^ theirs).collect());
        Self::new(cipher, sha1_key(&[&mixed, &[0, 0, 0, 1]]))
    }

    /// Data of VERIFY, 19 bytes.
    pub fn verify_data(&self, number: &CardNumber) -> Vec<u8> {
        let mut block = Zeroizing::new(number.expose().to_vec());
        block.push(0x80);
        block.resize(NUMBER_BLOCK, 0x00);
        self.object(&block)
    }

    /// What a card does with the data of VERIFY.
    ///
    /// # Errors
    /// [`SecureError`] for data of another form.
    pub fn opens(&self, number: &CardNumber, data: &[u8]) -> Result<bool, SecureError> {
        Ok(self.open(data)? == number.expose())
    }

    /// Pads and encrypts a file's bytes, or a part of them, as one object `86`: what a card answers to READ BINARY.
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let mut padded = plain.to_vec();
        padded.push(0x80);
        padded.resize(padded.len().next_multiple_of(self.cipher.block()), 0x00);
        self.object(&padded)
    }

    /// Bytes of [`SessionKey::seal`]'s object for so many bytes (spec residence 3.5).
    pub fn sealed_length(cipher: CardCipher, plain: usize) -> usize {
        let value = 1 + cipher.block() * (plain / cipher.block() + 1);
        let header = match value {
            ..=0x7F => 2,
            0x80..=0xFF => 3,
            _ => 4,
        };
        header + value
    }

    /// Decrypts one object `86` and removes the padding.
    ///
    /// # Errors
    /// [`SecureError`].
    pub fn open(&self, object: &[u8]) -> Result<Vec<u8>, SecureError> {
        let rest = object.strip_prefix(&[ENCRYPTED]).ok_or(SecureError::Object)?;
        let (announced, value) = match rest {
            [length @ ..=0x7F, value @ ..] => (usize::from(*length), value),
            [0x81, length, value @ ..] => (usize::from(*length), value),
            [0x82, high, low, value @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), value),
            _ => return Err(SecureError::Object),
        };
        if value.len() < announced {
            return Err(SecureError::Cut { got: value.len(), announced });
        }
        let encrypted =
            value.strip_prefix(&[PADDED]).filter(|_| value.len() == announced).ok_or(SecureError::Object)?;
        let mut plain = self.cipher.decrypt(&self.key, encrypted).map_err(|_| SecureError::Padding)?;
        let zeros = plain.iter().rev().take_while(|byte| **byte == 0x00).count();
        let end = plain.len().saturating_sub(zeros + 1);
        if zeros >= self.cipher.block() || plain.get(end) != Some(&0x80) {
            return Err(SecureError::Padding);
        }
        plain.truncate(end);
        Ok(plain)
    }

    fn object(&self, blocks: &[u8]) -> Vec<u8> {
        let encrypted = self.cipher.encrypt(&self.key, blocks).unwrap_or_default();
        let length = encrypted.len() + 1;
        let mut object = vec![ENCRYPTED];
        match u8::try_from(length) {
            Ok(short @ ..=0x7F) => object.push(short),
            Ok(long) => object.extend([0x81, long]),
            // A file has at most 32 KiB.
            Err(_) => {
                object.push(0x82);
                object.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
            }
        }
        object.push(PADDED);
        object.extend(encrypted);
        object
    }
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;
