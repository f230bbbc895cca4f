//! What else a My Number Card holds: files that are not objects, and files, keys and references that this program neither
//! reads nor presents. The simulator answers for them. Source of each fact: spec my-number sections 1.6 and 2.

use crate::{cards::model::reference_rows, tlv::Tag};

use super::files::{Access, Application, COMMON, FACE, JPKI, RESIDENT, TEXT};

/// A file that cards hold and this program does not read as an object of its table; the simulator answers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherFile {
    /// Its application.
    pub application: Application,
    /// Short EF identifier.
    pub sfi: u8,
    /// What opens it; nothing opens what holds the 個人番号.
    pub access: Access,
    /// The tag of its object, if it holds one.
    pub tag: Option<Tag>,
    /// Bytes of the object on the public test card, or of the file if it holds none.
    pub test_card_size: usize,
}

macro_rules! other_files {
    ($($(#[$doc:meta])* $name:ident $app:ident $sfi:literal, $access:expr, $tag:expr, $size:literal;)*) => {
        $($(#[$doc])* pub const $name: OtherFile =
            OtherFile { application: $app, sfi: $sfi, access: $access, tag: $tag, test_card_size: $size };)*

        /// Every file that the reader does not read, or does not read as an object: [`JPKI_TOKEN`] and [`JPKI_PRESENCE`] with
        /// `--jpki`, [`COMMON_CARD`] with `--age`.
        pub const OTHER_FILES: &[OtherFile] = &[$($name),*];
    };
}

const TEXT_ACCESS: Access = Access::AnyOf(&[0x11, 0x14, 0x15]);

other_files! {
    /// AP基本情報 of the face application (M, V).
    FACE_BASICS FACE 0x03, Access::Free, Some(basics::FACE), 320;
    /// 個人番号 as a picture. There is no code for it: nothing opens it here.
    FACE_NUMBER FACE 0x05, Access::AnyOf(&[]), Some(Tag(0xFF40)), 686;
    /// 16 × `FF`, purpose unknown (M).
    FACE_FILLER FACE 0x06, Access::AnyOf(&[0x12, 0x13]), None, 16;
    /// 個人番号 as text. There is no code for it: nothing opens it here.
    TEXT_NUMBER TEXT 0x01, Access::AnyOf(&[]), Some(Tag(0xFF10)), 17;
    /// AP基本情報 of the text application (V).
    TEXT_BASICS TEXT 0x05, Access::Free, Some(basics::TEXT), 164;
    /// The RSA key for session keys, unsigned (V).
    TEXT_SESSION_KEY TEXT 0x06, TEXT_ACCESS, Some(basics::SESSION_KEY), 269;
    /// 16 × `FF`, purpose and access unknown (M, U).
    TEXT_FILLER TEXT 0x08, TEXT_ACCESS, None, 16;
    /// Token information of JPKI: a label that says what answers, no object, exactly so many bytes (M).
    JPKI_TOKEN JPKI 0x06, Access::Free, None, 160;
    /// Which certificates JPKI holds: three bytes, no object (M).
    JPKI_PRESENCE JPKI 0x08, Access::Free, None, 3;
    /// カード情報: a record file; record 1 is serial, municipality and expiry (C, M).
    COMMON_CARD COMMON 0x01, Access::Free, None, 30;
    /// A record file with one key reference, equal to the resident register application's (M).
    COMMON_REFERENCE COMMON 0x02, Access::Free, None, 18;
    /// A record file with one key reference (M).
    RESIDENT_REFERENCE RESIDENT 0x02, Access::Free, None, 18;
}

/// Signing key of the face application: its short EF identifier (M).
pub const FACE_SIGNING_KEY: u8 = 0x1A;
/// Signing key of the text application (M).
pub const TEXT_SIGNING_KEY: u8 = 0x13;
/// Key for INTERNAL AUTHENTICATE of the common card application, usable with no credential (M).
pub const COMMON_KEY: u8 = 0x19;

reference_rows! {
    // Blocked on every card that was looked at (M).
    TEXT_UNKNOWN TEXT "text/0012" "text/unknown" 0x12 "用途不明" "unknown", 0, None, false;
    // M; the common card application's has its own counter.
    RESIDENT_PIN RESIDENT "resident/001C" "resident/pin" 0x1C "住民基本台帳用暗証番号" "resident register PIN", 3, None, false;
    COMMON_PIN COMMON "common/001C" "common/pin" 0x1C "住民基本台帳用暗証番号" "resident register PIN", 3, None, false;
}

/// Tags inside [`FACE_BASICS`] and [`TEXT_BASICS`]; none of their contents is signed (V).
pub mod basics {
    use crate::tlv::Tag;

    /// The object of [`super::FACE_BASICS`].
    pub const FACE: Tag = Tag(0xFF30);
    /// The object of [`super::TEXT_BASICS`].
    pub const TEXT: Tag = Tag(0xFF40);
    /// The object of [`super::TEXT_SESSION_KEY`].
    pub const SESSION_KEY: Tag = Tag(0xA1);
    /// Face: specification version, support of extended lengths, vendor.
    pub const FACE_VERSION: Tag = Tag(0xDF31);
    /// Face: a key id, purpose unknown.
    pub const FACE_KEY_ID: Tag = Tag(0xDF32);
    /// Face: one byte of version.
    pub const FACE_REVISION: Tag = Tag(0xDF33);
    /// Face: the municipality's code, five ASCII digits.
    pub const FACE_MUNICIPALITY: Tag = Tag(0xDF34);
    /// Face: a key id and 256 opaque bytes.
    pub const FACE_OPAQUE: Tag = Tag(0xDF35);
    /// Text: the same as [`FACE_VERSION`].
    pub const TEXT_VERSION: Tag = Tag(0xDF41);
    /// Text: a key id, purpose unknown.
    pub const TEXT_KEY_ID: Tag = Tag(0xDF42);
    /// Text: 32 opaque bytes and 96 bytes of filler.
    pub const TEXT_OPAQUE: Tag = Tag(0xDF43);
}

/// Further GET DATA objects (M).
pub mod other_data_object {
    /// The card's number, ASCII.
    pub const CARD_NUMBER: u16 = 0x0045;
    /// The contact interface's ATR without its first byte.
    pub const CONTACT_ATR: u16 = 0x5F51;
}
