//! Bluetooth Low Energy as the second half of a phone's way: after the tap, or after a scanned engagement, the phone's data come
//! over GATT (ISO/IEC 18013-5 8.3.3.1.1).
//!
//! What is here is pure: the form of a message in packets ([`framing`]), the states of a connection ([`Link`]), and a
//! [`Tunnel`] that answers the commands of the NFC way (ISO/IEC 18013-5 8.3.3.1.2) with what came over the air. So a reading,
//! its recording and its replay are the same whichever way the data came. The radio is behind [`Gatt`] and [`Adapter`].
//!
//! Nothing of this was ever tried on a radio: tests run both sides in one process.

#[cfg(all(feature = "ble", target_os = "linux"))]
pub mod bluez;
pub mod framing;
mod link;
#[cfg(test)]
mod tests;
mod tunnel;

pub use link::{Link, Received};
pub use tunnel::{PHONE_AID, Tunnel, WithRadio};

use super::TransportError;
use std::time::Duration;

/// The longest message that is put together from packets, or taken apart into them.
pub const MAX_MESSAGE: usize = crate::cbor::MAX_BYTES;

/// The most bytes of one attribute value (Bluetooth Core, volume 3, part F 3.2.9).
pub const MAX_PACKET: usize = 512;

/// The smallest ATT_MTU that two devices may agree on.
pub const MIN_MTU: usize = 23;

/// What an ATT_MTU leaves for the value of one write or notification.
#[must_use]
pub fn packet_size(mtu: usize) -> usize {
    mtu.max(MIN_MTU).saturating_sub(3).min(MAX_PACKET)
}

/// Which side serves GATT. The engagement names the phone's part; this is the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The reader serves and the phone comes ("mdoc central client mode"): what an iPhone wants.
    Server,
    /// The phone serves and the reader comes ("mdoc peripheral server mode").
    Client,
}

/// What an engagement says about the connection to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engaged {
    /// Which part the reader plays.
    pub role: Role,
    /// The service, in the order of the engagement's CBOR (big-endian), not in that of an advertisement.
    pub service: [u8; 16],
    /// The value of Ident (ISO/IEC 18013-5 8.3.3.1.1.3), derived from the phone's key: a reader that serves proves with it that it
    /// saw the engagement.
    pub ident: [u8; 16],
}

/// The characteristics of the two services, by the last of the four bytes that begin their UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characteristic {
    /// Begins and ends a connection.
    State,
    /// Packets from the client to the server.
    ClientToServer,
    /// Packets from the server to the client.
    ServerToClient,
    /// What a reader that serves shows.
    Ident,
}

impl Characteristic {
    /// Its UUID, big-endian. A phone that serves has no Ident.
    #[must_use]
    pub fn uuid(self, reader: Role) -> Option<[u8; 16]> {
        let first = match (reader, self) {
            (Role::Server, Self::State) => 5,
            (Role::Server, Self::ClientToServer) => 6,
            (Role::Server, Self::ServerToClient) => 7,
            (Role::Server, Self::Ident) => 8,
            (Role::Client, Self::State) => 1,
            (Role::Client, Self::ClientToServer) => 2,
            (Role::Client, Self::ServerToClient) => 3,
            (Role::Client, Self::Ident) => return None,
        };
        Some([0, 0, 0, first, 0xA1, 0x23, 0x48, 0xCE, 0x89, 0x6B, 0x4C, 0x76, 0x97, 0x33, 0x73, 0xE6])
    }
}

/// Where a packet goes or comes from: the State characteristic, or the one of data in that direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// One byte: 1 begins, 2 ends.
    State,
    /// A packet of a message.
    Data,
}

/// One connection, as a Bluetooth stack offers it, to either side. The stack has agreed on an MTU, has found the characteristics,
/// has subscribed, and has compared Ident.
pub trait Gatt {
    /// The most bytes of one packet: [`packet_size`] of the agreed MTU.
    fn packet(&self) -> usize;

    /// Sends one packet.
    ///
    /// # Errors
    /// [`TransportError::Removed`] when the connection is gone.
    fn send(&mut self, channel: Channel, packet: &[u8]) -> Result<(), TransportError>;

    /// Waits for one packet, in the order in which they came; `None` when none came within the time.
    ///
    /// # Errors
    /// [`TransportError::Removed`] when the connection is gone and nothing is left of what it brought.
    fn receive(&mut self, wait: Duration) -> Result<Option<(Channel, Vec<u8>)>, TransportError>;
}

impl<G: Gatt + ?Sized> Gatt for Box<G> {
    fn packet(&self) -> usize {
        (**self).packet()
    }

    fn send(&mut self, channel: Channel, packet: &[u8]) -> Result<(), TransportError> {
        (**self).send(channel, packet)
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<(Channel, Vec<u8>)>, TransportError> {
        (**self).receive(wait)
    }
}

/// A Bluetooth adapter of this computer.
pub trait Adapter {
    /// Advertises or looks for the service, and waits until the phone is connected.
    ///
    /// # Errors
    /// [`TransportError`], when there is no adapter, no permission, or no phone in time.
    fn connect(&mut self, engaged: &Engaged) -> Result<Box<dyn Gatt + Send>, TransportError>;
}
