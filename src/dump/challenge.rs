//! The challenges of a reading and what the card made of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::whole_seconds;

use super::HexBytes;

/// A challenge and what the card made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// When it was made: the reader's time.
    pub time: Timestamp,
    /// 32 random bytes, used once.
    pub random: HexBytes,
    /// The card's answer, or the status word of its refusal.
    pub answer: ChallengeResponse,
}

/// The card's answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeResponse {
    /// A signature, to be verified.
    Signature(HexBytes),
    /// Refused with this status word, four hex digits.
    Refused(String),
}

impl ChallengeResponse {
    /// Whether the card accepted the challenge and answered it with nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Signature(answer) if answer.0.is_empty())
    }
}

/// Random bytes in a challenge.
#[doc(hidden)]
pub const CHALLENGE_RANDOM: usize = 32;

/// The label before every challenge, so that a signature over it cannot serve anything else.
const CHALLENGE_LABEL: &str = "taimen challenge 1";

impl Challenge {
    /// The bytes whose SHA-256 the card signs: label, time (RFC 3339, seconds) and random bytes, one a line.
    pub fn message(&self) -> Vec<u8> {
        challenge_message(self.time, &self.random.0)
    }
}

/// The bytes of a challenge made at `time` from `random`; see [`Challenge::message`].
pub(crate) fn challenge_message(time: Timestamp, random: &[u8]) -> Vec<u8> {
    let mut message = format!("{CHALLENGE_LABEL}\n{}\n", whole_seconds(time)).into_bytes();
    message.extend_from_slice(random);
    message
}
