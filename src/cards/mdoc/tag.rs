//! A Type 4 Tag (NFC Forum Type 4 Tag 1.2): its container, and the message of its NDEF file.

use crate::iso7816::{CardError, CardSession, Command, Le};

use super::ndef;

/// The capability container.
const CONTAINER: u16 = 0xE103;

/// Bytes of the container as far as they count.
const CONTAINER_LENGTH: usize = 15;

/// How often a message that is not there yet is asked for: of any tag.
const FIRST_POLLS: usize = 10;

/// The same of a phone that has taken a request.
pub(super) const POLLS: usize = 100;

/// The NDEF file of a tag: what its container says, and the message in it.
pub(super) struct Tag {
    pub container: [u8; CONTAINER_LENGTH],
    pub message: Vec<u8>,
}

impl Tag {
    /// Reads the message of the selected application; `None` if the tag holds no message or is not an NDEF tag.
    pub fn read(session: &mut CardSession<'_>) -> Result<Option<Self>, CardError> {
        if !select_file(session, CONTAINER)? {
            return Ok(None);
        }
        let read = read_binary(session, 0, CONTAINER_LENGTH)?;
        let Some(container) = read.and_then(|bytes| bytes.first_chunk::<CONTAINER_LENGTH>().copied()) else {
            return Ok(None);
        };
        let mut tag = Self { container, message: Vec::new() };
        // Mapping version 2 or 3, and the control object of an NDEF file.
        let known = matches!(container, [_, _, 0x20..=0x3F, _, _, _, _, 0x04, 0x06, ..]);
        if !known || !select_file(session, tag.file())? {
            return Ok(None);
        }
        tag.message = match tag.next(session, FIRST_POLLS)? {
            Some(message) => message,
            None => return Ok(None),
        };
        Ok(Some(tag))
    }

    /// What was read of one.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (container, message) = bytes.split_first_chunk::<CONTAINER_LENGTH>()?;
        Some(Self { container: *container, message: message.to_vec() })
    }

    fn file(&self) -> u16 {
        let [.., high, low, _, _, _, _] = self.container;
        u16::from_be_bytes([high, low])
    }

    /// Bytes of one READ BINARY, and of one UPDATE BINARY.
    fn steps(&self) -> [usize; 2] {
        let [_, _, _, read_high, read_low, write_high, write_low, ..] = self.container;
        let step = |high, low, most: usize| usize::from(u16::from_be_bytes([high, low])).clamp(13, most);
        [step(read_high, read_low, 256), step(write_high, write_low, 255)]
    }

    /// The message that the file holds, once it holds one; `None` if it does not, or gives something else.
    pub fn next(&self, session: &mut CardSession<'_>, polls: usize) -> Result<Option<Vec<u8>>, CardError> {
        let [step, _] = self.steps();
        for _ in 0..polls {
            let length = match read_binary(session, 0, 2)?.as_deref() {
                Some([high, low]) => usize::from(u16::from_be_bytes([*high, *low])),
                _ => return Ok(None),
            };
            // Not yet.
            if length == 0 {
                continue;
            }
            if length > ndef::MAX_MESSAGE {
                return Ok(None);
            }
            let mut message = Vec::new();
            while message.len() < length {
                let wanted = step.min(length - message.len());
                match read_binary(session, 2 + message.len(), wanted)? {
                    Some(part) if !part.is_empty() && part.len() <= wanted => message.extend(part),
                    _ => return Ok(None),
                }
            }
            return Ok(Some(message));
        }
        Ok(None)
    }

    /// Writes a message; `false` if the phone refuses it.
    pub fn write(&self, session: &mut CardSession<'_>, message: &[u8]) -> Result<bool, CardError> {
        let [_, step] = self.steps();
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
        let whole = [&length[..], message].concat();
        if whole.len() <= step {
            return update_binary(session, 0, &whole);
        }
        if !update_binary(session, 0, &[0, 0])? {
            return Ok(false);
        }
        for (at, part) in message.chunks(step).enumerate() {
            if !update_binary(session, 2 + at * step, part)? {
                return Ok(false);
            }
        }
        update_binary(session, 0, &length)
    }
}

fn select_file(session: &mut CardSession<'_>, id: u16) -> Result<bool, CardError> {
    Ok(session.send(&Command::with_data([0x00, 0xA4, 0x00, 0x0C], &id.to_be_bytes(), false))?.status.is_ok())
}

fn read_binary(session: &mut CardSession<'_>, offset: usize, length: usize) -> Result<Option<Vec<u8>>, CardError> {
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    let le = Le::Short(u16::try_from(length).unwrap_or(256));
    let response = session.send(&Command::read_current(offset, le))?;
    Ok(response.status.is_ok().then_some(response.data))
}

fn update_binary(session: &mut CardSession<'_>, offset: usize, part: &[u8]) -> Result<bool, CardError> {
    let [high, low] = u16::try_from(offset).unwrap_or(u16::MAX).to_be_bytes();
    Ok(session.send(&Command::with_data([0x00, 0xD6, high, low], part, false))?.status.is_ok())
}
