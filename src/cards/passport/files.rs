//! Applications and files of an electronic passport (ICAO Doc 9303-10).

use crate::{
    cards::model::{Access, Address::Short, Extent::Object, TableFile, application_rows, file_lists, file_rows},
    tlv::Tag,
    verify::CheckId,
};

pub use crate::cards::model::Application;

application_rows! {
    // Current after power-up on most chips: its file identifier.
    MF "mf" "主ファイル" "master file" [0x3F, 0x00];
    EMRTD "emrtd" "旅券AP" "eMRTD application" [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
}

/// What a file's table says beyond where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// The file's name in Doc 9303.
    pub official: &'static str,
    /// The tag of its one object.
    pub tag: Tag,
    /// The number of its data group; 0 for other files.
    pub group: u8,
}

/// A file.
pub type File = TableFile<Contents>;

const fn row(official: &'static str, tag: u32, group: u8) -> Contents {
    Contents { official, tag: Tag(tag), group }
}

use Access::{Free, Secured};

const HASHED: Option<CheckId> = Some(CheckId::DataGroups);

// The limits are those of spec passport 14.
file_rows! {
    CARD_ACCESS MF "mf/1C" "アクセス情報" "access information", Short(0x1C), Free, Object(4 * 1024), None, row("EF.CardAccess", 0x31, 0);
    CARD_SECURITY MF "mf/1D" "署名付きアクセス情報" "signed access information", Short(0x1D), Secured, Object(64 * 1024), None, row("EF.CardSecurity", 0x30, 0);
    SOD EMRTD "emrtd/1D" "電子署名" "document security object", Short(0x1D), Secured, Object(64 * 1024), Some(CheckId::DocumentSignature), row("EF.SOD", 0x77, 0);
    DG1 EMRTD "emrtd/01" "機械読取領域" "machine-readable zone", Short(0x01), Secured, Object(512), HASHED, row("EF.DG1", 0x61, 1);
    DG2 EMRTD "emrtd/02" "顔写真" "face picture", Short(0x02), Secured, Object(256 * 1024), HASHED, row("EF.DG2", 0x75, 2);
    DG11 EMRTD "emrtd/0B" "所持人の詳細" "personal details", Short(0x0B), Secured, Object(64 * 1024), Some(CheckId::DetailsSigned), row("EF.DG11", 0x6B, 11);
    DG12 EMRTD "emrtd/0C" "旅券の詳細" "document details", Short(0x0C), Secured, Object(64 * 1024), Some(CheckId::DetailsSigned), row("EF.DG12", 0x6C, 12);
    DG14 EMRTD "emrtd/0E" "ICチップの鍵（CA）と方式" "security options", Short(0x0E), Secured, Object(16 * 1024), HASHED, row("EF.DG14", 0x6E, 14);
    DG15 EMRTD "emrtd/0F" "ICチップの鍵（AA）" "active authentication key", Short(0x0F), Secured, Object(16 * 1024), HASHED, row("EF.DG15", 0x6F, 15);
}

file_lists! {
    /// Every file that a reading may yield, in reading order.
    FILES PLAIN: CARD_ACCESS CARD_SECURITY DG1 SOD DG14 DG15 DG2 DG11 DG12;
}

/// Names in dumps of what is not a file: the challenge of active authentication, and the evidence of the two others.
pub const ACTIVE: &str = "emrtd";
/// The chip's first answer under the keys of chip authentication, and the reader's ephemeral private key in place of the random bytes.
pub const CHIP_AUTHENTICATION: &str = "emrtd/chip-authentication";
/// What the chip proved by chip authentication mapping, nothing if it left its proof out, and its mapping key in place of the random
/// bytes.
pub const MAPPING: &str = "mf/chip-authentication-mapping";
/// Kept if the chip refused the form of PACE that it offers, so that BAC was used: the status word, without random bytes.
pub const PACE: &str = "mf/pace";
/// What staff typed of the zone, as the chip compared it; empty if they typed the access number. It never leaves the memory of a live
/// check.
pub const TYPED: &str = "emrtd/typed";
