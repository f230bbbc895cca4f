//! Why a file is not in a dump.

use serde::{Deserialize, Serialize};

/// Why a file is not in the dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why", try_from = "Entry")]
#[non_exhaustive]
pub enum NotRead {
    /// It is never stored.
    NotStored,
    /// It is never read over a network.
    NotOverNetwork,
    /// The card answered this status word.
    Status {
        /// Four hex digits.
        status: String,
    },
    /// Its structure is broken, so its end is unknown.
    Malformed {
        /// What is wrong, and where.
        detail: String,
    },
    /// No answer could be made out: it was empty, or secure messaging did not open it. Nothing of the file was seen, so this
    /// speaks neither for the card nor against it.
    Unreadable {
        /// What is wrong with the answer.
        detail: String,
    },
    /// Its application is not on the card.
    NoApplication,
    /// The card says that it does not hold it.
    NotOnCard,
    /// Nothing that was read refers to it.
    NotUsed,
    /// The holder, or what holds the document, did not share it.
    NotShared,
    /// The credential that opens it was not presented: the gate refused, or the card did.
    NotOpened {
        /// The machine name of the reason.
        reason: String,
    },
}

/// An entry of `not_read` as it is written. serde itself would let any member pass beside a reason that has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    why: String,
    status: Option<String>,
    detail: Option<String>,
    reason: Option<String>,
}

impl TryFrom<Entry> for NotRead {
    type Error = &'static str;

    fn try_from(entry: Entry) -> Result<Self, Self::Error> {
        let Entry { why, status, detail, reason } = entry;
        match (why.as_str(), status, detail, reason) {
            ("not_stored", None, None, None) => Ok(Self::NotStored),
            ("not_shared", None, None, None) => Ok(Self::NotShared),
            ("not_over_network", None, None, None) => Ok(Self::NotOverNetwork),
            ("status", Some(status), None, None) => Ok(Self::Status { status }),
            ("malformed", None, Some(detail), None) => Ok(Self::Malformed { detail }),
            ("unreadable", None, Some(detail), None) => Ok(Self::Unreadable { detail }),
            ("no_application", None, None, None) => Ok(Self::NoApplication),
            ("not_on_card", None, None, None) => Ok(Self::NotOnCard),
            ("not_used", None, None, None) => Ok(Self::NotUsed),
            ("not_opened", None, None, Some(reason)) => Ok(Self::NotOpened { reason }),
            _ => Err("not a reason"),
        }
    }
}
