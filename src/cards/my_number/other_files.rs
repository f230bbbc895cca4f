//! What else a My Number Card holds: files that are no objects, and files, keys and references that this program neither
//! reads nor presents. The simulator answers for them. Source of each fact: spec my-number sections 1.6 and 2.

use crate::{lang::Bilingual, tlv::Tag};

use super::files::{Access, Application, COMMON, FACE, JPKI_PRESENCE, JPKI_TOKEN, RESIDENT, Reference, TEXT};

/// A file that cards hold and this program does not read as an object of its table; the simulator answers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherFile {
    /// Its application.
    pub application: Application,
    /// Short EF identifier.
    pub sfi: u8,
    /// What opens it; nothing opens what holds the 個人番号.
    pub access: Access,
    /// The tag of its object, where it holds one.
    pub tag: Option<Tag>,
    /// Bytes of the object on the public test card, or of the file where it holds none.
    pub test_card_size: usize,
}

impl OtherFile {
    pub(super) const fn new(
        application: Application,
        sfi: u8,
        access: Access,
        tag: Option<Tag>,
        test_card_size: usize,
    ) -> Self {
        Self { application, sfi, access, tag, test_card_size }
    }
}

/// AP基本情報 of the face application (M, V).
pub const FACE_BASICS: OtherFile = OtherFile::new(FACE, 0x03, Access::Free, Some(basics::FACE), 320);
/// 16 × `FF`, purpose unknown (M).
pub const FACE_FILLER: OtherFile = OtherFile::new(FACE, 0x06, Access::AnyOf(&[0x12, 0x13]), None, 16);
/// 個人番号 as a picture. There is no code for it: nothing opens it here.
pub const FACE_NUMBER: OtherFile = OtherFile::new(FACE, 0x05, Access::AnyOf(&[]), Some(Tag(0xFF40)), 686);
/// 個人番号 as text. There is no code for it: nothing opens it here.
pub const TEXT_NUMBER: OtherFile = OtherFile::new(TEXT, 0x01, Access::AnyOf(&[]), Some(Tag(0xFF10)), 17);
/// AP基本情報 of the text application (V).
pub const TEXT_BASICS: OtherFile = OtherFile::new(TEXT, 0x05, Access::Free, Some(basics::TEXT), 164);
/// The RSA key for session keys, unsigned (V).
pub const TEXT_SESSION_KEY: OtherFile =
    OtherFile::new(TEXT, 0x06, Access::AnyOf(&[0x11, 0x14, 0x15]), Some(basics::SESSION_KEY), 269);
/// 16 × `FF`, purpose and access unknown (M, U).
pub const TEXT_FILLER: OtherFile = OtherFile::new(TEXT, 0x08, Access::AnyOf(&[0x11, 0x14, 0x15]), None, 16);
/// カード情報: a record file; record 1 is serial, municipality and expiry (C, M).
pub const COMMON_CARD: OtherFile = OtherFile::new(COMMON, 0x01, Access::Free, None, 30);
/// A record file with one key reference, equal to the resident register application's (M).
pub const COMMON_REFERENCE: OtherFile = OtherFile::new(COMMON, 0x02, Access::Free, None, 18);
/// A record file with one key reference (M).
pub const RESIDENT_REFERENCE: OtherFile = OtherFile::new(RESIDENT, 0x02, Access::Free, None, 18);

/// Every file that the reader does not read, or does not read as an object: [`JPKI_TOKEN`] and [`JPKI_PRESENCE`] with
/// `--jpki`, [`COMMON_CARD`] with `--age`.
pub const OTHER_FILES: &[OtherFile] = &[
    FACE_BASICS,
    FACE_NUMBER,
    FACE_FILLER,
    TEXT_NUMBER,
    TEXT_BASICS,
    TEXT_SESSION_KEY,
    TEXT_FILLER,
    JPKI_TOKEN,
    JPKI_PRESENCE,
    COMMON_CARD,
    COMMON_REFERENCE,
    RESIDENT_REFERENCE,
];

/// Signing key of the face application: its short EF identifier (M).
pub const FACE_SIGNING_KEY: u8 = 0x1A;
/// Signing key of the text application (M).
pub const TEXT_SIGNING_KEY: u8 = 0x13;
/// Key for INTERNAL AUTHENTICATE of the common card application, usable with no credential (M).
pub const COMMON_KEY: u8 = 0x19;

/// Text reference 0012: blocked on every card that was looked at (M).
pub const TEXT_UNKNOWN: Reference = Reference {
    name: "text/0012",
    id: "text/unknown",
    application: TEXT,
    sfi: 0x12,
    title: Bilingual::new("用途不明", "unknown"),
    limit: 0,
    credential: None,
    always_counted: false,
};
/// 住民基本台帳用暗証番号 in the resident register application (M).
pub const RESIDENT_PIN: Reference = Reference {
    name: "resident/001C",
    id: "resident/pin",
    application: RESIDENT,
    sfi: 0x1C,
    title: Bilingual::new("住民基本台帳用暗証番号", "resident register PIN"),
    limit: 3,
    credential: None,
    always_counted: false,
};
/// 住民基本台帳用暗証番号 in the common card application, with its own counter (M).
pub const COMMON_PIN: Reference =
    Reference { name: "common/001C", id: "common/pin", application: COMMON, ..RESIDENT_PIN };

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
