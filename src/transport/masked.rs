//! Bytes of which some runs are not there: all that a recording knows of a secret is its length.

use crate::text::{errors, hex_bytes};
use std::fmt;

/// The longest command or answer: an extended APDU with 65,535 bytes of data (ISO/IEC 7816-3 12.1).
pub(crate) const MAX_APDU: usize = 65_544;

/// The longest single run of secret bytes.
pub(crate) const MAX_SECRET: usize = 65_536;

/// What a secret byte replays as.
const REPLAYED: u8 = 0x00;

/// A stretch of a command or an answer.
#[derive(Clone, PartialEq, Eq)]
enum Piece {
    Clear(Vec<u8>),
    Secret(usize),
}

/// Bytes with secret runs. `Debug` shows lengths only: the clear bytes of a card are personal data too.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Masked(Vec<Piece>);

impl Masked {
    /// No bytes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes without a secret.
    pub fn clear(bytes: &[u8]) -> Self {
        let mut masked = Self::new();
        masked.push_clear(bytes);
        masked
    }

    /// Appends bytes that stay readable.
    pub fn push_clear(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            _ if bytes.is_empty() => {}
            Some(Piece::Clear(last)) => last.extend_from_slice(bytes),
            _ => self.0.push(Piece::Clear(bytes.to_vec())),
        }
    }

    /// Appends a run of which only the length is known.
    pub fn push_secret(&mut self, length: usize) {
        match self.0.last_mut() {
            _ if length == 0 => {}
            Some(Piece::Secret(last)) => *last = last.saturating_add(length),
            _ => self.0.push(Piece::Secret(length)),
        }
    }

    /// The length in bytes, secret runs included.
    pub fn len(&self) -> usize {
        self.0.iter().map(Piece::len).fold(0, usize::saturating_add)
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of the bytes are secret.
    pub fn secret_len(&self) -> usize {
        let secret = |piece: &Piece| if let Piece::Secret(length) = piece { *length } else { 0 };
        self.0.iter().map(secret).fold(0, usize::saturating_add)
    }

    /// The bytes before the first secret run.
    pub fn head(&self) -> &[u8] {
        match self.0.first() {
            Some(Piece::Clear(bytes)) => bytes,
            _ => &[],
        }
    }

    /// The bytes after the last secret run.
    pub fn tail(&self) -> &[u8] {
        match self.0.last() {
            Some(Piece::Clear(bytes)) => bytes,
            _ => &[],
        }
    }

    /// Whether these bytes could be `bytes`: the same length, and the same wherever nothing is secret.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        for piece in &self.0 {
            let Some((here, behind)) = rest.split_at_checked(piece.len()) else {
                return false;
            };
            if matches!(piece, Piece::Clear(clear) if clear != here) {
                return false;
            }
            rest = behind;
        }
        rest.is_empty()
    }

    /// All bytes, the secret ones as zeros.
    pub fn with_zeros(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Clear(clear) => bytes.extend_from_slice(clear),
                Piece::Secret(length) => bytes.resize(bytes.len().saturating_add(*length), REPLAYED),
            }
        }
        bytes
    }

    /// As a recording writes them: upper-case hex, `<n secret bytes>` for a run.
    pub fn to_text(&self) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Clear(bytes) => hex::encode_upper(bytes),
                Piece::Secret(length) => format!("<{length} secret bytes>"),
            })
            .collect()
    }

    /// Reads [`Masked::to_text`]; spaces and tabs may be between hex digits, and the digits may be lower case.
    ///
    /// # Errors
    /// [`MaskedError`].
    pub fn parse(text: &str) -> Result<Self, MaskedError> {
        let mut masked = Self::new();
        let mut length = 0_usize;
        let mut rest = text;
        while !rest.is_empty() {
            let (hex_part, behind) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            let clear = parse_hex(hex_part)?;
            length += clear.len();
            masked.push_clear(&clear);
            rest = behind;
            if let Some(run) = rest.strip_prefix('<') {
                let (inside, behind) = run.split_once('>').ok_or(MaskedError::Run)?;
                let secret = parse_run(inside)?;
                length += secret;
                masked.push_secret(secret);
                rest = behind;
            }
            if length > MAX_APDU {
                return Err(MaskedError::TooLong);
            }
        }
        Ok(masked)
    }
}

/// Hex with spaces and tabs anywhere.
pub(super) fn parse_hex(text: &str) -> Result<Vec<u8>, MaskedError> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    if !digits.len().is_multiple_of(2) {
        return Err(MaskedError::OddHex);
    }
    hex_bytes(&digits).ok_or(MaskedError::Hex)
}

fn parse_run(inside: &str) -> Result<usize, MaskedError> {
    let digits = inside.strip_suffix(" secret bytes").ok_or(MaskedError::Run)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MaskedError::Run);
    }
    // Too many digits for a number are too many bytes as well.
    match digits.parse().unwrap_or(usize::MAX) {
        0 => Err(MaskedError::Run),
        length if length > MAX_SECRET => Err(MaskedError::SecretTooLong),
        length => Ok(length),
    }
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Clear(bytes) => bytes.len(),
            Self::Secret(length) => *length,
        }
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masked({} bytes, {} of them secret)", self.len(), self.secret_len())
    }
}

errors! {
    /// Why a text is not masked bytes.
    #[allow(rustdoc::invalid_html_tags)]
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum MaskedError {
        Hex = "this is not hex",
        OddHex = "a hex digit is missing: their number is odd",
        Run = "a secret run is written <n secret bytes>, with n of at least 1",
        SecretTooLong = "a secret run has more than {MAX_SECRET} bytes",
        TooLong = "more than {MAX_APDU} bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_compares_by_length_only() {
        let masked = Masked::parse("00 20 00 92 03 <3 secret bytes>").unwrap();
        assert!(masked.fits(&[0x00, 0x20, 0x00, 0x92, 3, 7, 8, 9]));
        assert!(!masked.fits(&[0x00, 0x20, 0x00, 0x92, 3, 7, 8]));
        assert!(!masked.fits(&[0x00, 0x20, 0x00, 0x92, 3, 7, 8, 9, 9]));
        assert!(!masked.fits(&[0x00, 0x20, 0x00, 0x93, 3, 7, 8, 9]));
        assert_eq!(masked.with_zeros(), [0x00, 0x20, 0x00, 0x92, 3, 0, 0, 0]);
        assert_eq!(format!("{masked:?}"), "Masked(8 bytes, 3 of them secret)");
    }

    #[test]
    fn neighbours_merge() {
        let masked = Masked::parse("AA<1 secret bytes><2 secret bytes>bb c C").unwrap();
        assert_eq!(masked.to_text(), "AA<3 secret bytes>BBCC");
        assert_eq!((masked.head(), masked.tail()), (&[0xAA][..], &[0xBB, 0xCC][..]));
    }

    #[test]
    fn limits() {
        assert_eq!(Masked::parse("<65537 secret bytes>"), Err(MaskedError::SecretTooLong));
        assert_eq!(Masked::parse("<99999999999999999999999 secret bytes>"), Err(MaskedError::SecretTooLong));
        assert_eq!(Masked::parse(&"<65536 secret bytes>".repeat(2)), Err(MaskedError::TooLong));
        for run in ["<0 secret bytes>", "<+1 secret bytes>", "<1 secret byte>", "<1 secret bytes", "<>"] {
            assert_eq!(Masked::parse(run), Err(MaskedError::Run), "{run}");
        }
    }
}
