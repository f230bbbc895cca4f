//! Values that must not reach a log, an error or a file.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

/// A value whose `Debug` says nothing and whose memory is wiped when it goes.
///
/// It has no `Display` and no `serde` implementation on purpose: to get the value out one writes [`Private::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Private<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Private<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself. Each caller answers for where it goes.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(..)")
    }
}

/// The bytes of one credential (暗証番号, 照合番号B, 生年月日) as they go to the card.
#[derive(PartialEq, Eq)]
pub struct Pin(Zeroizing<Vec<u8>>);

/// The longest reference data that a VERIFY carries (JICSAP V1.1 6.4.9).
pub const MAX_PIN_LENGTH: usize = 16;

/// The longest credential of any card: what is printed in a line of a machine-readable zone.
pub const MAX_CREDENTIAL_LENGTH: usize = 48;

impl Pin {
    /// A credential of 1 to 48 bytes; one for VERIFY has at most 16, which its form sees to.
    ///
    /// # Errors
    /// [`PinLength`] for another length; the error does not hold the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, PinLength> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() || bytes.len() > MAX_CREDENTIAL_LENGTH {
            return Err(PinLength);
        }
        Ok(Self(bytes))
    }

    /// The bytes, for the command that presents them and for nothing else.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({} bytes)", self.0.len())
    }
}

/// A credential must have 1 to 48 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a credential has 1 to {MAX_CREDENTIAL_LENGTH} bytes")]
pub struct PinLength;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_a_secret() {
        assert_eq!(format!("{:?}", Private::new(b"4711".to_vec())), "Private(..)");
        assert_eq!(format!("{:?}", Pin::new(*b"4711").unwrap()), "Pin(4 bytes)");
    }

    #[test]
    fn length_is_bounded() {
        assert_eq!(Pin::new(vec![]).unwrap_err(), PinLength);
        assert_eq!(Pin::new(vec![0x30; 49]).unwrap_err(), PinLength);
        assert_eq!(Pin::new(vec![0x30; 48]).unwrap().expose().len(), 48);
    }
}
