//! A connection from its first State to its last.

use std::time::Duration;

use super::{
    Channel, Gatt, Role,
    framing::{Assembler, packets},
};
use crate::transport::TransportError;

const START: u8 = 1;
const END: u8 = 2;

/// How long a packet may still be on its way when the end of the connection overtook it.
const DRAIN: Duration = Duration::from_millis(300);

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
        Ok(Self { gatt, incoming: Assembler::default(), ended: false })
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

    /// Waits for a message. The end may overtake packets, so what is on its way is taken first.
    ///
    /// # Errors
    /// [`TransportError::Removed`] when the connection broke, or packets came that make no message;
    /// [`TransportError::NoCard`] when nothing came in time.
    pub fn receive(&mut self, wait: Duration) -> Result<Received, TransportError> {
        loop {
            let packet = match self.gatt.receive(if self.ended { DRAIN } else { wait }) {
                Err(_) | Ok(None) if self.ended => return Ok(Received::End),
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
