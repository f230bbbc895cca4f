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

/// How the photo is in its field (spec licence 7.5).
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
    /// Every field at its maximum: texts padded with spaces, no filling.
    Maximum,
    /// Texts as long as they are, the rest filled.
    Short,
}

crate::simulator::record! {
    /// The switches of a simulated licence.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LicenceProfile;
    atr: Vec<u8> = ATR.to_vec(), "The contactless ATR (C, A). No reader may decide by it.";
    extended_le: bool = true, "Whether READ BINARY takes an extended Le (C2+); without, `6700`.";
    past_end: PastEnd = PastEnd::Short, "A Le beyond the end of the file (spec licence 8.3; short: C, one source).";
    plain_mismatch: bool = false, "Whether a wrong PIN answers `6300`; without, `63Cx` with the tries that are left.";
    blocked_query: BlockedQuery = BlockedQuery::Blocked, "Tries query of a blocked PIN (U).";
    verified_query: VerifiedQuery = VerifiedQuery::Limit, "Tries query of a verified PIN (U).";
    blocked_folders: bool = false, "Whether SELECT of a DF answers `6283`: blocked, but selected.";
    version: [u8; 3] = *b"010", "Specification version in MF/EF01, three digits.";
    not_held: NotHeld = NotHeld::Heisei, "A category that is not held.";
    spare_dates: bool = true, "Whether the RFU dates of DF1/EF01 are written.";
    empty_slots: bool = true, "Whether unused slots of the change files are written with length 0.";
    padded_externals: bool = false, "Whether an external character's picture fills its field with zeros.";
    photo: PhotoForm = PhotoForm::Jp2, "How the photo is stored in its field.";
    signature: SignatureForm = SignatureForm::Maximum, "How long the values of the signature file are.";
    guest_filler: u8 = 0xFF, "The byte that fills マイナ免許証's data file.";
    guest_right_stays: bool = false, "Whether マイナ免許証's PIN stays verified when another application is selected.";
}

const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91, 0x81, 0xC1, 0x00, 0xD8];
