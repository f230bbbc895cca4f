//! CBOR (RFC 8949) as phones send it: a strict, borrowing decoder with limits, and a small writer.
//!
//! Every item keeps the bytes it came in, because hashes and signatures cover those and never an encoding made again.
//! Refused at any depth: indefinite lengths, repeated keys, keys that are neither numbers nor text, and bytes that are left over.

mod item;
mod write;

pub use item::{CborError, Item, Value, decode};
pub use write::{array, boolean, bytes, embedded, int, map, null, tagged, text, uint};

/// Nesting of one encoded item.
pub const MAX_DEPTH: usize = 16;

/// Entries of one array or map.
pub const MAX_ENTRIES: usize = 4096;

/// Items of one message, at all depths.
pub const MAX_ITEMS: usize = 32_768;

/// Bytes of a text.
pub const MAX_TEXT: usize = 64 * 1024;

/// Bytes of a byte string: a portrait, or an encoded item that holds one.
pub const MAX_BYTES: usize = 1024 * 1024;

/// The tag of a byte string that holds an encoded item (RFC 8949 3.4.5.1).
pub const EMBEDDED: u64 = 24;
