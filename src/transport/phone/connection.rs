//! The connection to a phone that answered as a card.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::MAX_ATR;
use crate::transport::vpcd::{GET_ATR, MAX_MESSAGE, POWER_ON, receive, send};

/// Only these two begin an answer to reset (ISO/IEC 7816-3 8.1).
pub(super) fn is_atr(bytes: &[u8]) -> bool {
    matches!(bytes, [0x3B | 0x3F, _, ..])
}

/// A phone that answered as a card once.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: TcpStream,
}

impl Connection {
    /// Switches the card on, and checks with its answer to reset that both sides are in step.
    pub(super) fn start(&self, until: Instant) -> io::Result<()> {
        self.event(POWER_ON, until)?;
        self.event(GET_ATR, until)?;
        let atr = self.answer(MAX_ATR, until)?;
        if !is_atr(&atr) {
            return Err(ErrorKind::InvalidData.into());
        }
        self.is_silent()
    }

    pub(super) fn exchange(&self, command: &[u8], until: Instant) -> io::Result<Vec<u8>> {
        self.is_silent()?;
        send(&mut self.timed(until), command)?;
        let answer = self.answer(MAX_MESSAGE, until)?;
        // Less than a status word means that the card left (spec field-needs 4.3).
        if answer.len() < 2 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
    }

    pub(super) fn event(&self, event: u8, until: Instant) -> io::Result<()> {
        send(&mut self.timed(until), &[event])
    }

    fn answer(&self, limit: usize, until: Instant) -> io::Result<Vec<u8>> {
        receive(&mut self.timed(until), limit)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    /// Nothing may come that was not asked for; the end of the connection shows here as well.
    pub(super) fn is_silent(&self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        let looked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match looked {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Err(ErrorKind::InvalidData.into()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn timed(&self, until: Instant) -> Timed<'_> {
        Timed { stream: &self.stream, until }
    }
}

/// A stream with one time for everything: a peer that sends a byte now and then does not prolong it.
struct Timed<'a> {
    stream: &'a TcpStream,
    until: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left.max(Duration::from_millis(1))) }
    }
}

/// Unix reports a time limit as `WouldBlock`.
pub(super) fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        // A peer that writes length and bytes apart waits 40 ms for the acknowledgement of the first otherwise (spec
        // field-needs 4.3). The kernel forgets this by itself; elsewhere the link is slow, not broken.
        #[cfg(target_os = "linux")]
        let _ = std::os::linux::net::TcpStreamExt::set_quickack(self.stream, true);
        self.stream.read(buffer).map_err(timed_out)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
