//! Every answer that is not known for sure, as a named switch: a reader must work with either.
//!
//! The facts are in spec my-number section 8; a switch exists if the page marks a row \[derived\], or if sources
//! contradict each other.

use crate::iso7816::Status;

pub use crate::simulator::{BlockedQuery, VerifiedQuery};

crate::simulator::record! {
    /// The switches of a simulated card. The default is the most likely card.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Profile;
    wake_6f00: bool = false, "Whether the first command after power-on answers `6F00` (M on one card).";
    extended_le: bool = true, "Whether an extended Le on READ BINARY returns the whole rest of the file (M against a doubt); without, `6700`.";
    aid_prefix: bool = true, "Whether SELECT with the beginning of an AID selects the first application that fits (JICSAP); without, `6A82`.";
    blocked_query: BlockedQuery = BlockedQuery::NoTries, "Tries query of a blocked reference (`63C0`: M for text reference 0012).";
    verified_query: VerifiedQuery = VerifiedQuery::Ok, "Tries query of a verified reference (`9000`: M on some cards).";
    all_records: bool = true, "Whether READ RECORD of all records answers them one after the other; without, `6A81`.";
    sign_length: Status = Status::CONDITIONS, "`80 2A` with an input of the wrong length: `6985` or `6700` (spec my-number 3.6, C: either).";
    contact_atr_in_application: bool = false,
        "Whether GET DATA `5F51` answers while an application is selected, or while none is (spec my-number 2.7, M: differs from card to card).";
    filler: u16 = 0,
        "Bytes `FF` after the object of a transparent file, 0 to 512. Not after 16 × `FF` files and JPKI `0006` and `0008`, which have none (M).";
    birth_date_limit: u8 = 10, "Wrong entries until the face application's birth date blocks (U; 10 is likely).";
    atr: Vec<u8> = ATR.to_vec(), "The contactless ATR (spec my-number 1.5, D). No reader may decide by it.";
}

/// The contactless ATR that is listed first (spec my-number 1.5, D).
const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F];

/// The most filler that a profile may ask for.
pub(crate) const MAX_FILLER: u16 = 512;
