//! マイナンバーカード: applications, files, fields and credentials as tables.
//!
//! Reader, decoder, simulator and `docs/cards/my-number.md` take every identifier, tag and size from here. Source of
//! each fact: spec my-number sections 1.2 and 2 (marks in the doc lines).

use crate::{
    cards::model::{Address::Short, Extent, TableFile, application_rows, file_lists, file_rows, reference_rows},
    lang::Bilingual,
    tlv::Tag,
    verify::CheckId,
};

use super::spec;
pub use super::{jpki_files::*, other_files::*};
pub use crate::cards::model::{Access, Application, Reference};

application_rows! {
    // C; the last, which is current after a reset, M.
    FACE "face" "券面事項確認AP" "face application" [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
    TEXT "text" "券面事項入力補助AP" "text application" [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
    JPKI "jpki" "公的個人認証AP" "JPKI application" [0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01];
    COMMON "common" "共通カードAP" "common card application" [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00];
    RESIDENT "resident" "住基AP" "resident register application" [0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01];
    ISSUER_DOMAIN "isd" "発行者セキュリティドメイン" "issuer security domain" [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];
}

reference_rows! {
    // Six digits, era year. Its limit is not known; 10 is likely (U, I).
    FACE_BIRTH_DATE FACE "face/0011" "face/birth-date" 0x11 "生年月日" "birth date", 10, Some(&spec::BIRTH_DATE), false;
    // C.
    FACE_NUMBER_B FACE "face/0012" "face/number-b" 0x12 "照合番号B" "number B (照合番号B)", 10, Some(&spec::NUMBER_B), false;
    TEXT_NUMBER_B TEXT "text/0015" "text/number-b" 0x15 "照合番号B" "number B (照合番号B)", 10, Some(&spec::NUMBER_B), false;
    TEXT_PIN TEXT "text/0011" "text/pin" 0x11 "券面事項入力補助用暗証番号" "PIN", 3, None, false;
}

/// 照合番号A's references. 照合番号A is the 個人番号: nothing presents them, and simulated cards hold them blocked.
pub const NUMBER_A_SFIS: [(Application, u8); 2] = [(FACE, 0x13), (TEXT, 0x14)];

/// The tag of a file's one object, and what the public test card shows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object {
    /// The tag of the one object that it holds.
    pub tag: Tag,
    /// Bytes of the object on the public test card (V).
    pub test_card_size: usize,
}

/// A file that this program reads.
pub type File = TableFile<Object>;

/// Images vary, so this is a limit, not a size. No file of these applications is larger; real sizes of photos are not public (spec my-number 11, 4).
const FACE_LIMIT: usize = 0x7FFF;

/// The most bytes of a certificate; the test card's have up to 1,758.
const CERTIFICATE_LIMIT: usize = 4_096;

const fn object(tag: u32, test_card_size: usize) -> Object {
    Object { tag: Tag(tag), test_card_size }
}

const AGE: Option<CheckId> = Some(CheckId::AgeSignature);
const FACE_SIGNED: Option<CheckId> = Some(CheckId::FaceSignature);
const TEXT_SIGNED: Option<CheckId> = Some(CheckId::TextSignature);
const CHIP_KEY: Option<CheckId> = Some(CheckId::TextChipKey);

use Access::{AnyOf, Free};
use Extent::Object as Upto;

file_rows! {
    // M, V.
    FACE_AGE FACE "face/0001" "生年月日データ" "age record", Short(0x01), AnyOf(&[0x11]), Upto(2_048), AGE, object(0xFF10, 547);
    FACE_DATA FACE "face/0002" "券面データ" "face data", Short(0x02), AnyOf(&[0x12, 0x13]), Upto(FACE_LIMIT), FACE_SIGNED, object(0xFF20, 3_070);
    FACE_CERTIFICATE FACE "face/0004" "券面事項確認APの証明書" "certificate of the face application", Short(0x04), Free, Upto(2_048),
        Some(CheckId::FaceCertificate), object(0x7F21, 568);
    TEXT_ATTRIBUTES TEXT "text/0002" "基本4情報" "four attributes", Short(0x02), AnyOf(&[0x11, 0x15]), Upto(4_096), TEXT_SIGNED, object(0xFF20, 104);
    // 真正性確認情報: one digest is an unsalted hash of the 個人番号, so the file is private.
    TEXT_DIGESTS TEXT "text/0003" "真正性確認情報" "digests and signature", Short(0x03), AnyOf(&[0x11, 0x14, 0x15]), Upto(1_024), TEXT_SIGNED,
        object(0xFF30, 336), private = true;
    TEXT_CERTIFICATE TEXT "text/0004" "券面事項入力補助APの証明書" "certificate of the text application", Short(0x04), Free, Upto(2_048),
        Some(CheckId::TextCertificate), object(0x7F21, 568);
    TEXT_KEY TEXT "text/0007" "券面事項入力補助APの公開鍵" "signed key of the text application", Short(0x07), AnyOf(&[0x11, 0x14, 0x15]), Upto(2_048),
        CHIP_KEY, object(0xFF50, 536);
    // C. The certificates of the issuers that the card carries are shown, never trusted. 利用者証明用 is free on the plastic card.
    JPKI_SIGN_CERTIFICATE JPKI "jpki/0001" "署名用電子証明書" "certificate for digital signature", Short(0x01), AnyOf(&[0x1B]),
        Upto(CERTIFICATE_LIMIT), Some(CheckId::JpkiSignChain), object(0x30, 1_758);
    JPKI_SIGN_CA JPKI "jpki/0002" "カード内の署名用CA証明書" "CA certificate for digital signature on the card", Short(0x02), Free,
        Upto(CERTIFICATE_LIMIT), None, object(0x30, 1_318);
    JPKI_AUTH_CERTIFICATE JPKI "jpki/000A" "利用者証明用電子証明書" "certificate for user authentication", Short(0x0A), Free,
        Upto(CERTIFICATE_LIMIT), Some(CheckId::JpkiAuthChain), object(0x30, 1_590);
    JPKI_AUTH_CA JPKI "jpki/000B" "カード内の利用者証明用CA証明書" "CA certificate for user authentication on the card", Short(0x0B), Free,
        Upto(CERTIFICATE_LIMIT), None, object(0x30, 1_333);
    // As they are read: [`JPKI_TOKEN`] and [`JPKI_PRESENCE`], which hold no object.
    JPKI_TOKEN_FILE JPKI "jpki/0006" "JPKIトークン情報" "JPKI token information", Short(0x06), Free, Extent::Sized(160), None, object(0, 160);
    JPKI_PRESENCE_FILE JPKI "jpki/0008" "電子証明書の有無" "which JPKI certificates the card holds", Short(0x08), Free, Extent::Sized(3), None, object(0, 3);
}

file_lists! {
    /// Every file that this program reads as an object.
    FILES: FACE_AGE FACE_DATA FACE_CERTIFICATE TEXT_ATTRIBUTES TEXT_DIGESTS TEXT_CERTIFICATE TEXT_KEY
        JPKI_SIGN_CERTIFICATE JPKI_SIGN_CA JPKI_AUTH_CERTIFICATE JPKI_AUTH_CA;
    /// Every file that this program reads.
    READ_FILES PLAIN: FACE_AGE FACE_DATA FACE_CERTIFICATE TEXT_ATTRIBUTES TEXT_DIGESTS TEXT_CERTIFICATE TEXT_KEY
        JPKI_TOKEN_FILE JPKI_PRESENCE_FILE JPKI_SIGN_CERTIFICATE JPKI_SIGN_CA JPKI_AUTH_CERTIFICATE JPKI_AUTH_CA;
}

/// Files whose bytes may be in no recording: those with the 個人番号 or its hash. The bytes that stay readable are the
/// object's header.
pub const NEVER_RECORDED: &[crate::transport::NeverRecorded] =
    &[FACE.never_recorded(0x05, 0), TEXT.never_recorded(0x01, 0), TEXT.never_recorded(0x03, 5)];

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// `YYYYMMDD`, Gregorian, ASCII.
    Date,
    /// One ASCII digit of JIS X 0303.
    Sex,
    /// UTF-8 text, no byte order mark.
    Text,
    /// PNG, 1 bit.
    Png,
    /// JPEG 2000 in a JP2 container.
    Jp2,
    /// `90 03 010001 ‖ 91 82 0100 <modulus>`.
    PublicKey,
    /// 256 bytes.
    Signature,
    /// SHA-256.
    Digest,
    /// Big-endian u16 offsets from the first byte of the file.
    Offsets,
}

/// A field of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The file.
    pub file: &'static str,
    /// Its tag.
    pub tag: Tag,
    /// Names for people.
    pub title: Bilingual,
    /// What it holds.
    pub content: Content,
    /// The check that covers it, if one does.
    pub signed_by: Option<CheckId>,
}

/// One row a field: constant, file, tag, names for people, what it holds, the check that covers it.
macro_rules! fields {
    ($($name:ident $file:ident $tag:literal $ja:literal $en:literal, $content:ident, $signed_by:expr;)*) => {
        $(#[doc = $ja]
        pub const $name: Field = Field {
            file: $file.file.name,
            tag: Tag($tag),
            title: Bilingual::new($ja, $en),
            content: Content::$content,
            signed_by: $signed_by,
        };)*

        /// Every field, file by file in stored order.
        pub const FIELDS: &[Field] = &[$($name),*];
    };
}

fields! {
    AGE_BIRTH_DATE FACE_AGE 0xDF11 "生年月日" "birth date", Date, AGE;
    AGE_KEY FACE_AGE 0xDF12 "ICチップの公開鍵" "chip public key", PublicKey, AGE;
    AGE_SIGNATURE FACE_AGE 0xDF13 "電子署名" "signature", Signature, None;
    FACE_OFFSETS FACE_DATA 0xDF21 "オフセット表" "offsets", Offsets, None;
    FACE_BIRTH FACE_DATA 0xDF22 "生年月日" "birth date", Date, FACE_SIGNED;
    FACE_SEX FACE_DATA 0xDF23 "性別" "sex", Sex, FACE_SIGNED;
    FACE_KEY FACE_DATA 0xDF24 "ICチップの公開鍵" "chip public key", PublicKey, FACE_SIGNED;
    FACE_NAME FACE_DATA 0xDF25 "氏名（画像）" "name (picture)", Png, FACE_SIGNED;
    FACE_ADDRESS FACE_DATA 0xDF26 "住所（画像）" "address (picture)", Png, FACE_SIGNED;
    FACE_PHOTO FACE_DATA 0xDF27 "顔写真" "face picture", Jp2, FACE_SIGNED;
    FACE_SIGNATURE FACE_DATA 0xDF28 "電子署名" "signature", Signature, None;
    FACE_EXPIRY FACE_DATA 0xDF29 "有効期限" "expiry", Date, None;
    FACE_CODE FACE_DATA 0xDF2A "セキュリティコード（画像）" "security code (picture)", Png, None;
    TEXT_OFFSETS TEXT_ATTRIBUTES 0xDF21 "オフセット表" "offsets", Offsets, None;
    TEXT_NAME TEXT_ATTRIBUTES 0xDF22 "氏名" "name", Text, TEXT_SIGNED;
    TEXT_ADDRESS TEXT_ATTRIBUTES 0xDF23 "住所" "address", Text, TEXT_SIGNED;
    TEXT_BIRTH TEXT_ATTRIBUTES 0xDF24 "生年月日" "birth date", Date, TEXT_SIGNED;
    TEXT_SEX TEXT_ATTRIBUTES 0xDF25 "性別" "sex", Sex, TEXT_SIGNED;
    // Of the 個人番号 file, so it is treated as the number itself.
    DIGEST_NUMBER TEXT_DIGESTS 0xDF31 "個人番号ファイルのハッシュ値" "digest of the number file", Digest, TEXT_SIGNED;
    DIGEST_ATTRIBUTES TEXT_DIGESTS 0xDF32 "基本4情報のハッシュ値" "digest of the attributes", Digest, TEXT_SIGNED;
    DIGEST_SIGNATURE TEXT_DIGESTS 0xDF33 "電子署名" "signature", Signature, None;
    TEXT_CHIP_KEY TEXT_KEY 0xDF51 "ICチップの公開鍵" "chip public key", PublicKey, CHIP_KEY;
    TEXT_KEY_SIGNATURE TEXT_KEY 0xDF52 "電子署名" "signature", Signature, None;
}

/// The fields of a file that its offset table points at, in order (V).
pub fn offset_targets(file: &File) -> impl Iterator<Item = &'static Field> {
    let name = file.name;
    FIELDS.iter().filter(move |field| field.file == name && field.content != Content::Offsets)
}

/// Inside a public key object: the exponent (V).
pub const KEY_EXPONENT: Tag = Tag(0x90);
/// Inside a public key object: the modulus (V).
pub const KEY_MODULUS: Tag = Tag(0x91);
/// Card-verifiable certificate: the signed body (V).
pub const CV_BODY: Tag = Tag(0x5F4E);
/// Card-verifiable certificate: the signature over the body's value (V).
pub const CV_SIGNATURE: Tag = Tag(0x5F37);

/// GET DATA objects of the issuer security domain (M).
pub mod data_object {
    /// The card's expiry, eight ASCII digits, not signed.
    pub const EXPIRY: u16 = 0x00F2;
    /// The issuing municipality's code, five ASCII digits, not signed.
    pub const MUNICIPALITY: u16 = 0x00F0;
}

/// `80 2A 00 00`: the card signs a padded DigestInfo with the application's own key; no credential (M).
pub const SIGN: [u8; 4] = [0x80, 0x2A, 0x00, 0x00];

/// How a dump names the expiry that the issuer security domain reports ([`data_object::EXPIRY`]).
pub const DOMAIN_EXPIRY: &str = "isd/00F2";

/// Short EF identifier and number of the common application's card record: serial (15 digits), municipality (5), expiry
/// (8), none of it signed (M).
pub const CARD_RECORD: (u8, u8) = (0x01, 0x01);

/// Where the expiry is in that record's value.
pub const CARD_RECORD_EXPIRY: std::ops::Range<usize> = 20..28;
