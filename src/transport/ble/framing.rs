//! Messages in packets (ISO/IEC 18013-5 8.3.3.1.1.6): one byte, 1 if more follow and 0 if not, then a part of the message.
//! No length is sent, so a message ends only with a packet that says so.

use super::MAX_MESSAGE;
use crate::text::errors;

const MORE: u8 = 1;
const LAST: u8 = 0;

errors! {
    /// Packets that make no message.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum FramingError {
        Empty = "a packet without a byte",
        Head(u8) = "a packet begins with {0:#04x}",
        NoProgress = "a packet that is not the last carries nothing",
        TooLong = "the message is longer than a message may be",
    }
}

/// The packets of a message, each of at most `packet` bytes. An empty message is one packet.
pub fn packets(message: &[u8], packet: usize) -> impl Iterator<Item = Vec<u8>> {
    let part = packet.saturating_sub(1).max(1);
    let count = message.len().div_ceil(part).max(1);
    (0..count).map(move |number| {
        let from = number.saturating_mul(part).min(message.len());
        let until = from.saturating_add(part).min(message.len());
        let head = if number.saturating_add(1) == count { LAST } else { MORE };
        [&[head], message.get(from..until).unwrap_or_default()].concat()
    })
}

/// Puts packets together.
#[derive(Debug, Default)]
pub struct Assembler {
    parts: Vec<u8>,
}

impl Assembler {
    /// Whether a message has begun and is not complete.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Takes one packet, and gives the message that it completes.
    ///
    /// # Errors
    /// [`FramingError`]. What came before is forgotten then.
    pub fn push(&mut self, packet: &[u8]) -> Result<Option<Vec<u8>>, FramingError> {
        let taken = self.take(packet);
        if taken.is_err() {
            self.parts = Vec::new();
        }
        taken
    }

    fn take(&mut self, packet: &[u8]) -> Result<Option<Vec<u8>>, FramingError> {
        let (head, part) = packet.split_first().ok_or(FramingError::Empty)?;
        if self.parts.len().saturating_add(part.len()) > MAX_MESSAGE {
            return Err(FramingError::TooLong);
        }
        match *head {
            MORE if part.is_empty() => Err(FramingError::NoProgress),
            MORE => {
                self.parts.extend_from_slice(part);
                Ok(None)
            }
            LAST => {
                self.parts.extend_from_slice(part);
                Ok(Some(std::mem::take(&mut self.parts)))
            }
            other => Err(FramingError::Head(other)),
        }
    }
}
