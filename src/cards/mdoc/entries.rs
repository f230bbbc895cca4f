//! What a recording's header holds of a session with a phone: entries, each after a byte that says what it is (docs/recording.md).

/// The key of the reader's messages, and the reader's public key.
pub const READER: u8 = 1;
/// A part of the request.
pub const REQUEST: u8 = 2;
/// The key of the phone's code.
pub const MAC: u8 = 3;
/// A part of the engagement that was scanned.
pub const SCANNED: u8 = 4;
/// That there was a radio, and which Bluetooth service the reader offered.
pub const AIR: u8 = 5;
/// The key of the phone's messages. A recording holds it only if everything that the phone sent was looked through.
pub const PHONE: u8 = 6;

/// The most bytes of what is kept in parts that one entry holds.
pub const PART: usize = 500;
