//! Every answer that is not known for sure, as a named switch: a reader must work with either.
//!
//! The facts stand in spec my-number section 8; a switch exists where the page marks a row \[derived\], or where sources
//! contradict each other.

use super::{licence::LicenceProfile, residence::ResidenceProfile};

/// What the card does with an extended Le on READ BINARY (spec my-number 8.3: M against a doubt).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtendedLe {
    /// Returns the whole rest of the file.
    WholeRest,
    /// `6700`
    WrongLength,
}

/// What SELECT with the beginning of an AID does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AidPrefix {
    /// Selects the first application that fits (JICSAP).
    First,
    /// `6A82`
    NotFound,
}

/// What the tries query of a blocked reference answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockedQuery {
    /// `63C0` (M for text reference 0012)
    NoTries,
    /// `6984`
    Blocked,
}

/// What the tries query of a verified reference answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifiedQuery {
    /// `9000` (M on some cards)
    Ok,
    /// `63Cx` with the limit
    Limit,
}

/// What READ RECORD of all records answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllRecords {
    /// The records, one after the other.
    Data,
    /// `6A81`
    NotSupported,
}

/// What `80 2A` answers to an input of the wrong length (spec my-number 3.6, C: either).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignLength {
    /// `6985`
    Conditions,
    /// `6700`
    WrongLength,
}

/// Where GET DATA `5F51` answers (spec my-number 2.7, M: differs from card to card).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactAtr {
    /// While no application is selected.
    NoApplication,
    /// While one is.
    Application,
}

/// The switches of a simulated card. The default is the most likely card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Whether the first command after power-on answers `6F00` (M on one card).
    pub wake_6f00: bool,
    /// Extended Le on READ BINARY.
    pub extended_le: ExtendedLe,
    /// SELECT by the beginning of an AID.
    pub aid_prefix: AidPrefix,
    /// Tries query of a blocked reference.
    pub blocked_query: BlockedQuery,
    /// Tries query of a verified reference.
    pub verified_query: VerifiedQuery,
    /// READ RECORD of all records.
    pub all_records: AllRecords,
    /// `80 2A` with an input of the wrong length.
    pub sign_length: SignLength,
    /// GET DATA of the contact ATR.
    pub contact_atr: ContactAtr,
    /// Bytes `FF` behind the object of a transparent file, 0 to 512. Not behind 16 × `FF` files and JPKI `0006` and
    /// `0008`, which have none (M).
    pub filler: u16,
    /// Wrong entries until the face application's birth date blocks (U; 10 is likely).
    pub birth_date_limit: u8,
    /// The contactless ATR (spec my-number 1.5, D). No reader may decide by it.
    pub atr: Vec<u8>,
    /// The switches of a licence, and of a マイナ免許証 on a My Number Card.
    pub licence: LicenceProfile,
    /// The switches of a residence card.
    pub residence: ResidenceProfile,
}

/// The contactless ATR that is listed first (spec my-number 1.5, D).
const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x05, 0xE0, 0xB3, 0x81, 0xA1, 0x00, 0x7F];

/// The most filler that a profile may ask for.
pub const MAX_FILLER: u16 = 512;

impl Default for Profile {
    fn default() -> Self {
        Self {
            wake_6f00: false,
            extended_le: ExtendedLe::WholeRest,
            aid_prefix: AidPrefix::First,
            blocked_query: BlockedQuery::NoTries,
            verified_query: VerifiedQuery::Ok,
            all_records: AllRecords::Data,
            sign_length: SignLength::Conditions,
            contact_atr: ContactAtr::NoApplication,
            filler: 0,
            birth_date_limit: 10,
            atr: ATR.to_vec(),
            licence: LicenceProfile::default(),
            residence: ResidenceProfile::default(),
        }
    }
}
