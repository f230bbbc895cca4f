//! The messages of vpcd's protocol, which both ends share: [`super::phone`] drives a card with them, the simulator's
//! `vpcd` module answers them.
//!
//! Each message is a length of two bytes, big-endian, and so many bytes. A message of one byte from the reader's side is
//! an event: 0 power off, 1 power on, 2 reset, 4 "send the ATR"; anything else is a command APDU. Events but the last
//! have no answer (vsmartcard, `virtualsmartcard/doc/api.txt`).

use std::io::{self, ErrorKind, Read, Write};

/// The card is switched off.
pub const POWER_OFF: u8 = 0;
/// The card is switched on, or reset cold.
pub const POWER_ON: u8 = 1;
/// The card is reset warm.
pub const RESET: u8 = 2;
/// The card's answer to reset is asked for.
pub const GET_ATR: u8 = 4;

/// The longest message, in bytes: its length has two bytes.
pub const MAX_MESSAGE: usize = 65_535;

/// Reads one message of at most `limit` bytes; `None` when the peer closed the connection before it.
///
/// # Errors
/// `UnexpectedEof` when the connection ends inside the message, `InvalidData` when it announces more than `limit`, else
/// what the stream says.
pub fn receive(stream: &mut impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    let [first, second] = &mut length;
    loop {
        match stream.read(std::slice::from_mut(first)) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    stream.read_exact(std::slice::from_mut(second))?;
    let length = usize::from(u16::from_be_bytes(length));
    if length > limit {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Sends one message, length and bytes in one write: a peer that acknowledges late would wait in between.
///
/// # Errors
/// `InvalidInput` for more than [`MAX_MESSAGE`] bytes, else what the stream says.
pub fn send(stream: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
    let mut whole = zeroize::Zeroizing::new(Vec::with_capacity(message.len() + 2));
    whole.extend(length.to_be_bytes());
    whole.extend(message);
    stream.write_all(&whole)?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives so many bytes a read, and an interruption before each.
    struct Pieces<'a> {
        bytes: &'a [u8],
        size: usize,
        interrupted: bool,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            let size = self.size.min(buffer.len()).min(self.bytes.len());
            let (now, later) = self.bytes.split_at(size);
            buffer[..size].copy_from_slice(now);
            self.bytes = later;
            Ok(size)
        }
    }

    fn pieces(bytes: &[u8], size: usize) -> Pieces<'_> {
        Pieces { bytes, size, interrupted: false }
    }

    proptest! {
        #[test]
        fn what_was_sent_comes_back(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 0..8), size in 1_usize..700) {
            let mut wire = Vec::new();
            for message in &messages {
                send(&mut wire, message).unwrap();
            }
            let mut stream = pieces(&wire, size);
            for message in &messages {
                let back = receive(&mut stream, MAX_MESSAGE).unwrap();
                prop_assert_eq!(back.as_ref(), Some(message));
            }
            prop_assert_eq!(receive(&mut stream, MAX_MESSAGE).unwrap(), None);
        }

        #[test]
        fn whatever_comes_is_a_message_an_end_or_an_error(wire in prop::collection::vec(any::<u8>(), 0..300), limit in 0_usize..200, size in 1_usize..16) {
            let mut stream = pieces(&wire, size);
            let mut taken = 0;
            loop {
                match receive(&mut stream, limit) {
                    Ok(Some(message)) => {
                        prop_assert!(message.len() <= limit);
                        taken += 2 + message.len();
                        prop_assert_eq!(&message, &wire[taken - message.len()..taken]);
                    }
                    Ok(None) => {
                        prop_assert_eq!(taken, wire.len());
                        break;
                    }
                    Err(error) => {
                        let announced = wire.get(taken..taken + 2).map(|two| usize::from(two[0]) << 8 | usize::from(two[1]));
                        match error.kind() {
                            ErrorKind::InvalidData => prop_assert!(announced.unwrap() > limit),
                            ErrorKind::UnexpectedEof => {
                                prop_assert!(announced.is_none_or(|length| wire.len() < taken + 2 + length));
                            }
                            other => prop_assert!(false, "{other}"),
                        }
                        break;
                    }
                }
            }
        }
    }

    #[test]
    fn the_longest_message_and_one_beyond() {
        let mut wire = Vec::new();
        send(&mut wire, &vec![0xA5; MAX_MESSAGE]).unwrap();
        assert_eq!(wire.len(), 65_537);
        assert_eq!(receive(&mut wire.as_slice(), MAX_MESSAGE).unwrap().unwrap().len(), MAX_MESSAGE);
        let error = send(&mut wire, &vec![0; MAX_MESSAGE + 1]).unwrap_err();
        assert_eq!((error.kind(), wire.len()), (ErrorKind::InvalidInput, 65_537), "nothing of it was sent");
    }
}
