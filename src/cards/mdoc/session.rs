//! Session encryption between reader and phone (ISO/IEC 18013-5 9.1.1): AES-256-GCM, one key a direction, one counter a message, and
//! the messages around it.

use crate::{
    cbor::{self, CborError, Item},
    crypto::{ROW_NONCE, RowKey},
    text::errors,
};

/// The longest message, in bytes: what it carries is one byte string. A portrait is the most of it.
pub const MAX_MESSAGE: usize = cbor::MAX_BYTES;

/// Status codes of a session (ISO/IEC 18013-5 table 20).
pub mod status {
    /// The other side could not decrypt.
    pub const ENCRYPTION: u64 = 10;
    /// The other side could not decode what it decrypted.
    pub const DECODING: u64 = 11;
    /// The session is over.
    pub const TERMINATION: u64 = 20;
}

errors! {
    /// Why a message was not taken, or not made. The session is over then.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum SessionError {
        Cbor(CborError) = "the message is malformed: {0}",
        TooLong = "the message is longer than {MAX_MESSAGE} bytes",
        Decryption = "the message does not decrypt: it was changed, repeated or is of another session",
        Over = "the session is over",
    }
}

impl From<CborError> for SessionError {
    fn from(error: CborError) -> Self {
        Self::Cbor(error)
    }
}

/// Which side of a session this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The reader.
    Reader,
    /// The phone.
    Phone,
}

/// The last byte of the identifier in the nonces of the reader's messages, and of the phone's.
const IDENTIFIERS: [u8; 2] = [0, 1];

/// One direction: its key, and the number of the last message.
struct Direction {
    key: RowKey,
    identifier: u8,
    count: u32,
}

impl Direction {
    /// The nonce of the next message; `None` if there is no further number. No number comes twice.
    fn next(&mut self) -> Option<[u8; ROW_NONCE]> {
        self.count = self.count.checked_add(1)?;
        let [a, b, c, d] = self.count.to_be_bytes();
        Some([0, 0, 0, 0, 0, 0, 0, self.identifier, a, b, c, d])
    }
}

/// A session after both sides have agreed on keys. Its keys are gone after the first error and after [`Session::end`].
pub struct Session(Option<Open>);

struct Open {
    send: Direction,
    /// Unknown in a recording that must not open what the phone sent.
    receive: Option<Direction>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts =
            self.0.as_ref().map(|open| (open.send.count, open.receive.as_ref().map_or(0, |receive| receive.count)));
        f.debug_tuple("Session").field(&counts).finish()
    }
}

impl Session {
    /// A session that begins with these keys: those of the reader's messages (SKReader) and of the phone's (SKDevice). A reader that does
    /// not have the second opens nothing.
    pub fn new(side: Side, reader: RowKey, phone: impl Into<Option<RowKey>>) -> Self {
        let [of_reader, of_phone] = IDENTIFIERS;
        let reader = Direction { key: reader, identifier: of_reader, count: 0 };
        let phone = phone.into().map(|key| Direction { key, identifier: of_phone, count: 0 });
        Self(match (side, phone) {
            (Side::Reader, receive) => Some(Open { send: reader, receive }),
            (Side::Phone, Some(send)) => Some(Open { send, receive: Some(reader) }),
            (Side::Phone, None) => None,
        })
    }

    /// Encrypts the next message.
    ///
    /// # Errors
    /// [`SessionError::TooLong`], [`SessionError::Over`].
    pub fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>, SessionError> {
        let open = self.0.as_mut().ok_or(SessionError::Over)?;
        if plain.len() > MAX_MESSAGE {
            return Err(SessionError::TooLong);
        }
        match open.send.next() {
            Some(nonce) => Ok(open.send.key.seal(&nonce, &[], plain)),
            None => {
                self.end();
                Err(SessionError::Over)
            }
        }
    }

    /// Decrypts the other side's next message.
    ///
    /// # Errors
    /// [`SessionError`]; the session is over then.
    pub fn open(&mut self, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, SessionError> {
        let open = self.0.as_mut().ok_or(SessionError::Over)?;
        let next = open.receive.as_mut().and_then(|receive| Some((receive.next()?, &receive.key)));
        let opened = match next {
            Some((nonce, key)) => key.open(&nonce, &[], sealed).map_err(|_| SessionError::Decryption),
            None => Err(SessionError::Over),
        };
        if opened.is_err() {
            self.end();
        }
        opened
    }

    /// Forgets the keys.
    pub fn end(&mut self) {
        self.0 = None;
    }

    /// Whether the keys are gone.
    pub fn is_over(&self) -> bool {
        self.0.is_none()
    }
}

/// SessionData, or what SessionEstablishment has beside the reader's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The encrypted message.
    pub data: Option<&'a [u8]>,
    /// The status code.
    pub status: Option<u64>,
}

impl<'a> Message<'a> {
    /// Reads SessionData.
    ///
    /// # Errors
    /// [`SessionError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, SessionError> {
        if bytes.len() > MAX_MESSAGE {
            return Err(SessionError::TooLong);
        }
        let item = cbor::decode(bytes)?;
        let data = item.optional("data")?.map(|data| data.bytes()).transpose()?;
        let status = item.optional("status")?.map(|status| status.uint()).transpose()?;
        Ok(Self { data, status })
    }

    /// SessionData.
    pub fn encode(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        entries.extend(self.data.map(|data| (cbor::text("data"), cbor::bytes(data))));
        entries.extend(self.status.map(|status| (cbor::text("status"), cbor::uint(status))));
        cbor::map(&entries)
    }
}

/// Whether SessionData holds something beside what [`Message`] has of it.
pub fn says_more(bytes: &[u8]) -> bool {
    let known = |name: &str| matches!(name, "data" | "status");
    let all_known = |entries: &[(Item<'_>, Item<'_>)]| entries.iter().all(|(name, _)| name.text().is_ok_and(known));
    !cbor::decode(bytes).is_ok_and(|item| item.entries().is_ok_and(all_known))
}

/// The end of a session: `{"status": 20}`.
pub fn termination() -> Vec<u8> {
    Message { data: None, status: Some(status::TERMINATION) }.encode()
}

/// SessionEstablishment: the reader's first message. `key` is EReaderKeyBytes, tag 24 included.
pub fn establishment(key: &[u8], data: &[u8]) -> Vec<u8> {
    cbor::map(&[(cbor::text("eReaderKey"), key.to_vec()), (cbor::text("data"), cbor::bytes(data))])
}

/// The parts of SessionEstablishment: EReaderKeyBytes as they came, and the encrypted message.
///
/// # Errors
/// [`SessionError`].
pub fn established(bytes: &[u8]) -> Result<(&[u8], &[u8]), SessionError> {
    if bytes.len() > MAX_MESSAGE {
        return Err(SessionError::TooLong);
    }
    let item = cbor::decode(bytes)?;
    let key = item.get("eReaderKey")?;
    key.embedded()?;
    Ok((key.raw, item.get("data")?.bytes()?))
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
