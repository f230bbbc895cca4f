//! Who connects, until the first answers as a card.

use std::{
    io::{self, ErrorKind, Read},
    net::{IpAddr, TcpStream},
    time::Instant,
};

use crate::transport::vpcd::{GET_ATR, POWER_ON, send};

use super::{
    MAX_ATR,
    connection::{Connection, is_atr, timed_out},
};

/// How many are greeted at once. A phone answers in milliseconds: when more come, who has said nothing for longest is left.
pub(super) const MAX_GREETED: usize = 32;

/// How many of them from one address, so that one machine cannot push the others out.
const MAX_GREETED_OF_ONE: usize = 4;

/// Those who connected and have not answered as a card yet, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Guests(Vec<Guest>);

/// Somebody who was asked for an answer to reset.
#[derive(Debug)]
struct Guest {
    stream: TcpStream,
    from: IpAddr,
    until: Instant,
    /// What the guest has said: the length of a message, then the message.
    said: Vec<u8>,
}

impl Guests {
    /// Powers up a guest's card and asks the guest for the answer to reset. To make room, it drops the oldest guest of the same
    /// address if that address has its share, else the oldest of all.
    pub(super) fn welcome(&mut self, stream: TcpStream, from: IpAddr, until: Instant) {
        let same = self.0.iter().filter(|guest| guest.from == from).count();
        let leaves = if same >= MAX_GREETED_OF_ONE {
            self.0.iter().position(|guest| guest.from == from)
        } else {
            (self.0.len() >= MAX_GREETED).then_some(0)
        };
        if let Some(leaves) = leaves {
            self.0.remove(leaves);
        }
        // A new connection takes three bytes twice without waiting; who does not is left.
        let asked = stream.set_nonblocking(true).and_then(|()| {
            // Messages are written whole; a link without that option is slow, not broken.
            let _ = stream.set_nodelay(true);
            send(&mut &stream, &[POWER_ON])?;
            send(&mut &stream, &[GET_ATR])
        });
        if asked.is_ok() {
            self.0.push(Guest { stream, from, until, said: Vec::new() });
        }
    }

    /// The first who has answered as a card; else why one of them is left.
    pub(super) fn look(&mut self) -> Option<io::Result<(Connection, IpAddr)>> {
        let mut failed = None;
        let mut at = 0;
        while let Some(guest) = self.0.get_mut(at) {
            match guest.hear() {
                Ok(false) => at = at.saturating_add(1),
                Ok(true) => {
                    let Guest { stream, from, .. } = self.0.remove(at);
                    let phone = Connection { stream };
                    match phone.is_silent() {
                        Ok(()) => return Some(Ok((phone, from))),
                        Err(error) => failed = Some(Err(error)),
                    }
                }
                Err(error) => {
                    self.0.remove(at);
                    failed = Some(Err(error));
                }
            }
        }
        failed
    }
}

impl Guest {
    /// Takes what has come, without waiting: whether it is a whole answer to reset by now.
    fn hear(&mut self) -> io::Result<bool> {
        loop {
            let wanted = match self.said.as_slice() {
                [high, low, message @ ..] => {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    if length > MAX_ATR || (message.len() == length && !is_atr(message)) {
                        return Err(ErrorKind::InvalidData.into());
                    }
                    length.saturating_sub(message.len())
                }
                begun => 2_usize.saturating_sub(begun.len()),
            };
            if wanted == 0 {
                return Ok(true);
            }
            let mut bytes = [0; MAX_ATR];
            match (&self.stream).read(bytes.get_mut(..wanted).unwrap_or_default()) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.said.extend(bytes.iter().take(count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < self.until => return Ok(false),
                Err(error) => return Err(timed_out(error)),
            }
        }
    }
}
