//! A connection from its first State to its last.

use std::time::{Duration, Instant};

use super::{
    Channel, Gatt, Role,
    framing::{Assembler, packets},
};
use crate::transport::TransportError;

const START: u8 = 1;
const END: u8 = 2;

/// How long a packet may still be on its way when the end of the connection overtook it.
const DRAIN: Duration = Duration::from_millis(300);

/// How long packets of a message, once it has begun, may keep the reader waiting: for the next one, and for all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub gap: Duration,
    pub whole: Duration,
}

/// The longest message takes some two minutes at 10 kB a second.
const PACE: Pace = Pace { gap: Duration::from_secs(10), whole: Duration::from_secs(180) };

/// What came over a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A whole message.
    Message(Vec<u8>),
    /// The other side has ended the connection.
    End,
}

/// One side of a connection.
#[derive(Debug)]
pub struct Link<G> {
    gatt: G,
    incoming: Assembler,
    ended: bool,
    pub(super) pace: Pace,
}

impl<G: Gatt> Link<G> {
    /// Begins: a client says so, a server waits until it is said. `own` is the part of this side.
    ///
    /// # Errors
    /// [`TransportError::Removed`] when the connection broke or something else than the beginning came first,
    /// [`TransportError::NoCard`] when nothing came in time.
    pub fn open(mut gatt: G, own: Role, wait: Duration) -> Result<Self, TransportError> {
        match own {
            Role::Client => gatt.send(Channel::State, &[START])?,
            Role::Server => match gatt.receive(wait)? {
                Some((Channel::State, state)) if state == [START] => {}
                Some(_) => return Err(TransportError::Removed),
                None => return Err(TransportError::NoCard { seconds: wait.as_secs() }),
            },
        }
        Ok(Self { gatt, incoming: Assembler::default(), ended: false, pace: PACE })
    }

    /// Sends a message in packets.
    ///
    /// # Errors
    /// [`TransportError::Removed`] after the end, or when the connection broke.
    pub fn send(&mut self, message: &[u8]) -> Result<(), TransportError> {
        if self.ended {
            return Err(TransportError::Removed);
        }
        for packet in packets(message, self.gatt.packet()) {
            self.gatt.send(Channel::Data, &packet)?;
        }
        Ok(())
    }

    /// Waits for a message: `wait` is for its first packet. The end may overtake packets, so what is on its way is taken first.
    ///
    /// # Errors
    /// [`TransportError::Removed`] when the connection broke, packets came that make no message, or a message stopped or took too
    /// long; [`TransportError::NoCard`] when nothing came in time.
    pub fn receive(&mut self, wait: Duration) -> Result<Received, TransportError> {
        let mut begun: Option<Instant> = None;
        loop {
            let left = begun.map(|begun| self.pace.whole.saturating_sub(begun.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(TransportError::Removed);
            }
            let patience = match left {
                _ if self.ended => DRAIN,
                Some(left) => self.pace.gap.min(left),
                None => wait,
            };
            let received = self.gatt.receive(patience);
            begun = begun.or_else(|| Some(Instant::now()));
            let packet = match received {
                Err(_) | Ok(None) if self.ended => return Ok(Received::End),
                Ok(None) if left.is_some() => return Err(TransportError::Removed),
                Ok(None) => return Err(TransportError::NoCard { seconds: wait.as_secs() }),
                Ok(Some(packet)) => packet,
                Err(error) => return Err(error),
            };
            match packet {
                (Channel::State, state) if state == [END] => self.ended = true,
                (Channel::State, _) => return Err(TransportError::Removed),
                (Channel::Data, packet) => match self.incoming.push(&packet) {
                    Ok(Some(message)) => return Ok(Received::Message(message)),
                    Ok(None) => {}
                    Err(_) => return Err(TransportError::Removed),
                },
            }
        }
    }

    /// Ends the connection. That it is gone already does not matter.
    pub fn end(&mut self) {
        if !self.ended {
            let _ = self.gatt.send(Channel::State, &[END]);
            self.ended = true;
        }
    }
}
