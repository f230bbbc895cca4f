//! What is printed in the passport and opens its chip.

use zeroize::Zeroizing;

use crate::{
    crypto::{Hash, KeyedCipher},
    privacy::Private,
};

use super::Suite;

/// The secret from the machine-readable zone, or the card access number.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// Number, birth and expiry with their check digits, as printed.
    Zone(Private<Vec<u8>>),
    /// The card access number's digits.
    AccessNumber(Private<Vec<u8>>),
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Bytes of the seed of BAC.
const SEED: usize = 16;

impl Password {
    /// From number, birth and expiry, each with its check digit: 24 characters for a number of nine.
    pub fn zone(information: &[u8]) -> Self {
        Self::Zone(Private::new(information.to_vec()))
    }

    /// From the digits of a card access number.
    pub fn access_number(digits: &[u8]) -> Self {
        Self::AccessNumber(Private::new(digits.to_vec()))
    }

    /// Its reference in MSE:Set AT of PACE.
    pub fn reference(&self) -> u8 {
        match self {
            Self::Zone(_) => 0x01,
            Self::AccessNumber(_) => 0x02,
        }
    }

    /// Kπ: the key of PACE's nonce.
    pub fn nonce_key(&self, suite: Suite) -> KeyedCipher {
        match self {
            Self::Zone(information) => suite.password_key(&Zeroizing::new(Hash::Sha1.of(&[information.expose()]))),
            Self::AccessNumber(digits) => suite.password_key(digits.expose()),
        }
    }

    /// Kseed of BAC, which knows no card access number.
    pub fn seed(&self) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Zone(information) => {
                let mut seed = Zeroizing::new(Hash::Sha1.of(&[information.expose()]));
                seed.truncate(SEED);
                Some(seed)
            }
            Self::AccessNumber(_) => None,
        }
    }
}
