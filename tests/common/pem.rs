//! Certificates as text.

use ed25519_dalek::pkcs8::spki::der::pem::{LineEnding, encode_string};

/// RFC 7468.
pub fn certificate(der: &[u8]) -> String {
    encode_string("CERTIFICATE", LineEnding::LF, der).unwrap()
}
