//! Bytes as text.

use base64::{Engine, engine::general_purpose::STANDARD};

/// Base64 (RFC 4648 4).
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads what [`base64`] writes.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
