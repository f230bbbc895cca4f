//! The switches of a simulated licence: every answer and form that no source settles (spec licence 8).

pub use crate::simulator::{BlockedQuery, PastEnd, VerifiedQuery};

/// How a category that is not held is written (spec licence 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotHeld {
    /// Era digit 4 and `000000`.
    Heisei,
    /// `0000000`
    Zero,
    /// Length 0.
    Empty,
}

/// How the photo stands in its field (spec licence 7.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoForm {
    /// JP2 boxes.
    Jp2,
    /// The bare codestream.
    Codestream,
    /// The bare codestream without its end marker.
    NoEnd,
}

/// How long the values of the signature file are (spec licence 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureForm {
    /// Every field at its maximum: texts with spaces behind, no filling.
    Maximum,
    /// Texts as long as they are, the rest filled.
    Short,
}

/// The switches of a simulated licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceProfile {
    /// The contactless ATR (C, A). No reader may decide by it.
    pub atr: Vec<u8>,
    /// Whether READ BINARY takes an extended Le (C2+); without, `6700`.
    pub extended_le: bool,
    /// A Le beyond the end of the file (spec licence 8.3; short: C, one source).
    pub past_end: PastEnd,
    /// Whether a wrong PIN answers `6300`; without, `63Cx` with the tries that are left.
    pub plain_mismatch: bool,
    /// Tries query of a blocked PIN (U).
    pub blocked_query: BlockedQuery,
    /// Tries query of a verified PIN (U).
    pub verified_query: VerifiedQuery,
    /// Whether SELECT of a DF answers `6283`: blocked, but selected.
    pub blocked_folders: bool,
    /// Specification version in MF/EF01, three digits.
    pub version: [u8; 3],
    /// A category that is not held.
    pub not_held: NotHeld,
    /// Whether the RFU dates of DF1/EF01 are written.
    pub spare_dates: bool,
    /// Whether unused slots of the change files are written with length 0.
    pub empty_slots: bool,
    /// 文字構成, the byte in front of an external character's picture (U).
    pub character_structure: u8,
    /// Whether an external character's picture fills its field, zeros behind.
    pub padded_externals: bool,
    /// How the photo stands in its field.
    pub photo: PhotoForm,
    /// How long the values of the signature file are.
    pub signature: SignatureForm,
    /// The byte that fills マイナ免許証's data file.
    pub guest_filler: u8,
    /// Whether マイナ免許証's PIN stays verified when another application is selected.
    pub guest_right_stays: bool,
}

const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8];

impl Default for LicenceProfile {
    fn default() -> Self {
        Self {
            atr: ATR.to_vec(),
            extended_le: true,
            past_end: PastEnd::Short,
            plain_mismatch: false,
            blocked_query: BlockedQuery::Blocked,
            verified_query: VerifiedQuery::Limit,
            blocked_folders: false,
            version: *b"010",
            not_held: NotHeld::Heisei,
            spare_dates: true,
            empty_slots: true,
            character_structure: 0,
            padded_externals: false,
            photo: PhotoForm::Jp2,
            signature: SignatureForm::Maximum,
            guest_filler: 0xFF,
            guest_right_stays: false,
        }
    }
}
