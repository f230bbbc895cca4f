//! Bytes in JSON.

use serde::{Deserialize, Serialize, de::Visitor};

use crate::text::hex_bytes;

/// Bytes that serde writes and reads as hex.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HexBytes(pub Vec<u8>);

impl std::fmt::Debug for HexBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HexBytes({} bytes)", self.0.len())
    }
}

impl Serialize for HexBytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

/// Reads hex where it stands, without a copy of the text.
struct Digits;

impl Visitor<'_> for Digits {
    type Value = HexBytes;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("hex")
    }

    fn visit_str<E: serde::de::Error>(self, digits: &str) -> Result<HexBytes, E> {
        hex_bytes(digits.as_bytes()).map(HexBytes).ok_or_else(|| E::custom("not hex"))
    }
}
