//! How a passport is opened and how its chip proves itself, as pure functions of both sides: BAC, PACE, secure messaging, chip
//! authentication, active authentication (ICAO Doc 9303-11 4, 6, 9; spec passport 3.2, 4, 5, 8, 9).
//!
//! A reader's protocol is a state machine: [`Bac`], [`Pace`] and [`ChipAuthentication`] return a command, take its answer, and return the
//! next command or what they established. The chip's half is beside it, for the simulated passport and for the tests. Both draw random
//! bytes before the first command, so that a recording draws the same ones again.

mod active;
mod bac;
mod channel;
mod chip;
mod infos;
mod pace;
mod pace_chip;
mod password;
mod suite;

pub use active::{ActiveScheme, active_length, verify_active};
pub use bac::{Bac, BacChip};
pub use channel::{Channel, ChipChannel, SecureFault};
pub use chip::{ChipAuthentication, ChipOption, answer_chip_authentication, verify_chip, verify_mapping};
pub use infos::{ActiveHash, ChipKeyInfo, ChipProtocol, InfosError, Mapping, PaceInfo, PaceOption, SecurityInfos};
pub use pace::{Established, MappingProof, Pace};
pub use pace_chip::{PaceAnswer, PaceChip};
pub use password::Password;
pub use suite::{SessionKeys, Suite};

use crate::{
    crypto::GroupError,
    iso7816::{Command, Status},
    text::errors,
};

errors! {
    /// Why a protocol established nothing. None of these leaves a session behind.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum AccessError {
        /// Another protocol may be tried.
        NotSupported(Status) = "the chip does not support the protocol ({0})",
        /// The chip's word for a password that does not fit.
        Refused(Status) = "the chip refused the proof of the password ({0})",
        /// Any other status word.
        Status(Status) = "the chip answered {0}",
        Form = "the chip's answer does not have the form of the protocol",
        Nonce = "the chip's encrypted nonce does not have 16 or 32 bytes",
        ZeroNonce = "the chip's nonce is zero",
        Key(GroupError) = "the chip's public key is refused: {0}",
        Mirrored = "the chip sent the reader's own public key back",
        NoMapping = "the mapped generator is the neutral element",
        /// The other side does not know the password, or somebody stands between.
        Token = "the chip's authentication token is wrong",
        Challenge = "the random numbers in the chip's answer are not those of this run",
        NoProof = "the chip's proof of chip authentication mapping does not have its form",
        Proof = "the chip's proof does not fit its key",
        Unsupported = "the algorithm or its parameters are not supported",
        Over = "the protocol has ended",
    }
}

impl AccessError {
    /// Whether the chip may be genuine all the same: taimen does not know the algorithm.
    pub fn is_unsupported(&self) -> bool {
        use crate::crypto::{CurveError, DhKeyError};
        matches!(
            self,
            Self::Unsupported
                | Self::Key(GroupError::Curve(CurveError::UnknownCurve | CurveError::KeyForm))
                | Self::Key(GroupError::Dh(DhKeyError::Modulus | DhKeyError::KeyForm))
        )
    }
}

impl From<GroupError> for AccessError {
    fn from(error: GroupError) -> Self {
        Self::Key(error)
    }
}

/// What a reader's protocol wants next.
#[derive(Debug)]
pub enum Next<T> {
    /// This command sent, and its answer.
    Send(Command),
    /// Nothing more: this is what was established.
    Done(T),
}

/// GENERAL AUTHENTICATE with dynamic authentication data (ISO/IEC 7816-4 11.5.5), extended if the data need it.
fn general_authenticate(last: bool, tag: u8, value: &[u8]) -> Command {
    use crate::{crypto::der, iso7816::Le};
    let inner = if value.is_empty() { Vec::new() } else { der::object(tag, value) };
    let data = der::object(DYNAMIC, &inner);
    let le = if data.len() > usize::from(u8::MAX) { Le::Extended } else { Le::Short(256) };
    Command::with_le([if last { 0x00 } else { 0x10 }, 0x86, 0x00, 0x00], &data, le)
}

/// Tag of dynamic authentication data.
const DYNAMIC: u8 = 0x7C;

/// The objects in dynamic authentication data: each tag and value.
fn dynamic(data: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    use crate::crypto::der;
    let mut rest = der::only(data, DYNAMIC)?;
    let mut objects = Vec::new();
    while !rest.is_empty() {
        let (tag, value, after) = der::any(rest)?;
        objects.push((tag, value));
        rest = after;
    }
    Some(objects)
}

/// The value of the only object with this tag in dynamic authentication data.
fn dynamic_value(data: &[u8], tag: u8) -> Option<&[u8]> {
    let objects = dynamic(data)?;
    let mut found = objects.iter().filter(|(known, _)| *known == tag);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(*value)
}

#[cfg(test)]
mod tests;
