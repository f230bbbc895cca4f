//! Every answer that is not known for sure, as a named switch: a reader must work with either.
//!
//! The facts stand in spec my-number section 8; a switch exists where the page marks a row \[derived\], or where sources
//! contradict each other.

use crate::iso7816::Status;

pub use crate::simulator::{BlockedQuery, VerifiedQuery};

/// The switches of a simulated card. The default is the most likely card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Whether the first command after power-on answers `6F00` (M on one card).
    pub wake_6f00: bool,
    /// Whether an extended Le on READ BINARY returns the whole rest of the file (M against a doubt); without, `6700`.
    pub extended_le: bool,
    /// Whether SELECT with the beginning of an AID selects the first application that fits (JICSAP); without, `6A82`.
    pub aid_prefix: bool,
    /// Tries query of a blocked reference (`63C0`: M for text reference 0012).
    pub blocked_query: BlockedQuery,
    /// Tries query of a verified reference (`9000`: M on some cards).
    pub verified_query: VerifiedQuery,
    /// Whether READ RECORD of all records answers them one after the other; without, `6A81`.
    pub all_records: bool,
    /// `80 2A` with an input of the wrong length: `6985` or `6700` (spec my-number 3.6, C: either).
    pub sign_length: Status,
    /// Whether GET DATA `5F51` answers while an application is selected, or while none is (spec my-number 2.7, M: differs
    /// from card to card).
    pub contact_atr_in_application: bool,
    /// Bytes `FF` behind the object of a transparent file, 0 to 512. Not behind 16 × `FF` files and JPKI `0006` and
    /// `0008`, which have none (M).
    pub filler: u16,
    /// Wrong entries until the face application's birth date blocks (U; 10 is likely).
    pub birth_date_limit: u8,
    /// The contactless ATR (spec my-number 1.5, D). No reader may decide by it.
    pub atr: Vec<u8>,
}

/// The contactless ATR that is listed first (spec my-number 1.5, D).
const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F];

/// The most filler that a profile may ask for.
pub const MAX_FILLER: u16 = 512;

impl Default for Profile {
    fn default() -> Self {
        Self {
            wake_6f00: false,
            extended_le: true,
            aid_prefix: true,
            blocked_query: BlockedQuery::NoTries,
            verified_query: VerifiedQuery::Ok,
            all_records: true,
            sign_length: Status::CONDITIONS,
            contact_atr_in_application: false,
            filler: 0,
            birth_date_limit: 10,
            atr: ATR.to_vec(),
        }
    }
}
