//! マイナンバーカード: applications, files, fields and credentials as tables.
//!
//! Reader, decoder, simulator and `docs/cards/my-number.md` take every identifier, tag and size from here. Source of
//! each fact: spec my-number sections 1.2 and 2 (marks in the doc lines).

use crate::{lang::Bilingual, tlv::Tag, verify::CheckId};

use super::spec;
pub use crate::cards::model::{Access, Application, Reference};
use crate::cards::model::{Address, Extent, TableFile};

pub use super::{jpki_files::*, other_files::*};

/// 券面事項確認AP (C).
pub const FACE: Application = Application {
    name: "face",
    title: Bilingual::new("券面事項確認AP", "face application"),
    aid: &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02],
};

/// 券面事項入力補助AP (C).
pub const TEXT: Application = Application {
    name: "text",
    title: Bilingual::new("券面事項入力補助AP", "text application"),
    aid: &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08],
};

/// 公的個人認証AP (C).
pub const JPKI: Application = Application {
    name: "jpki",
    title: Bilingual::new("公的個人認証AP", "JPKI application"),
    aid: &[0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01],
};

/// 共通カードAP (C).
pub const COMMON: Application = Application {
    name: "common",
    title: Bilingual::new("共通カードAP", "common card application"),
    aid: &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00],
};

/// 住基AP (C).
pub const RESIDENT: Application = Application {
    name: "resident",
    title: Bilingual::new("住基AP", "resident register application"),
    aid: &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01],
};

/// The GlobalPlatform issuer security domain: what is current after a reset (M).
pub const ISSUER_DOMAIN: Application = Application {
    name: "isd",
    title: Bilingual::new("発行者セキュリティドメイン", "issuer security domain"),
    aid: &[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00],
};

/// 生年月日 (six digits, era year) of the face application. Its limit is not known; 10 is likely (U, I).
pub const FACE_BIRTH_DATE: Reference = Reference {
    name: "face/0011",
    id: "face/birth-date",
    application: FACE,
    sfi: 0x11,
    title: Bilingual::new("生年月日", "birth date"),
    limit: 10,
    credential: Some(&spec::BIRTH_DATE),
    always_counted: false,
};

/// 照合番号B of the face application (C).
pub const FACE_NUMBER_B: Reference = Reference {
    name: "face/0012",
    id: "face/number-b",
    application: FACE,
    sfi: 0x12,
    title: Bilingual::new("照合番号B", "number B (照合番号B)"),
    limit: 10,
    credential: Some(&spec::NUMBER_B),
    always_counted: false,
};

/// 照合番号B of the text application (C).
pub const TEXT_NUMBER_B: Reference = Reference {
    name: "text/0015",
    id: "text/number-b",
    application: TEXT,
    sfi: 0x15,
    title: Bilingual::new("照合番号B", "number B (照合番号B)"),
    limit: 10,
    credential: Some(&spec::NUMBER_B),
    always_counted: false,
};

/// 券面事項入力補助用暗証番号 (C).
pub const TEXT_PIN: Reference = Reference {
    name: "text/0011",
    id: "text/pin",
    application: TEXT,
    sfi: 0x11,
    title: Bilingual::new("券面事項入力補助用暗証番号", "PIN"),
    limit: 3,
    credential: None,
    always_counted: false,
};

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

/// 年齢確認データ (M, V).
pub const FACE_AGE: File = File {
    file: crate::cards::model::File {
        name: "face/0001",
        application: FACE,
        address: Address::Short(0x01),
        title: Bilingual::new("生年月日データ", "age record"),
        access: Access::AnyOf(&[0x11]),
        extent: Extent::Object(2_048),
        signed_by: Some(CheckId::AgeSignature),
        private: false,
    },
    own: Object { tag: Tag(0xFF10), test_card_size: 547 },
};

/// 券面データ (M, V).
pub const FACE_DATA: File = File {
    file: crate::cards::model::File {
        name: "face/0002",
        application: FACE,
        address: Address::Short(0x02),
        title: Bilingual::new("券面データ", "face data"),
        access: Access::AnyOf(&[0x12, 0x13]),
        extent: Extent::Object(FACE_LIMIT),
        signed_by: Some(CheckId::FaceSignature),
        private: false,
    },
    own: Object { tag: Tag(0xFF20), test_card_size: 3_070 },
};

/// 券面事項確認APの証明書 (M, V).
pub const FACE_CERTIFICATE: File = File {
    file: crate::cards::model::File {
        name: "face/0004",
        application: FACE,
        address: Address::Short(0x04),
        title: Bilingual::new("券面事項確認APの証明書", "certificate of the face application"),
        access: Access::Free,
        extent: Extent::Object(2_048),
        signed_by: Some(CheckId::FaceCertificate),
        private: false,
    },
    own: Object { tag: Tag(0x7F21), test_card_size: 568 },
};

/// 基本4情報 (M, V).
pub const TEXT_ATTRIBUTES: File = File {
    file: crate::cards::model::File {
        name: "text/0002",
        application: TEXT,
        address: Address::Short(0x02),
        title: Bilingual::new("基本4情報", "four attributes"),
        access: Access::AnyOf(&[0x11, 0x15]),
        extent: Extent::Object(4_096),
        signed_by: Some(CheckId::TextSignature),
        private: false,
    },
    own: Object { tag: Tag(0xFF20), test_card_size: 104 },
};

/// 真正性確認情報: digests and their signature. One digest is an unsalted hash of the 個人番号, so the file is private
/// (M, V).
pub const TEXT_DIGESTS: File = File {
    file: crate::cards::model::File {
        name: "text/0003",
        application: TEXT,
        address: Address::Short(0x03),
        title: Bilingual::new("真正性確認情報", "digests and signature"),
        access: Access::AnyOf(&[0x11, 0x14, 0x15]),
        extent: Extent::Object(1_024),
        signed_by: Some(CheckId::TextSignature),
        private: true,
    },
    own: Object { tag: Tag(0xFF30), test_card_size: 336 },
};

/// 券面事項入力補助APの証明書 (M, V).
pub const TEXT_CERTIFICATE: File = File {
    file: crate::cards::model::File {
        name: "text/0004",
        application: TEXT,
        address: Address::Short(0x04),
        title: Bilingual::new("券面事項入力補助APの証明書", "certificate of the text application"),
        access: Access::Free,
        extent: Extent::Object(2_048),
        signed_by: Some(CheckId::TextCertificate),
        private: false,
    },
    own: Object { tag: Tag(0x7F21), test_card_size: 568 },
};

/// 券面事項入力補助APの公開鍵 (M, V).
pub const TEXT_KEY: File = File {
    file: crate::cards::model::File {
        name: "text/0007",
        application: TEXT,
        address: Address::Short(0x07),
        title: Bilingual::new("券面事項入力補助APの公開鍵", "signed key of the text application"),
        access: Access::AnyOf(&[0x11, 0x14, 0x15]),
        extent: Extent::Object(2_048),
        signed_by: Some(CheckId::TextChipKey),
        private: false,
    },
    own: Object { tag: Tag(0xFF50), test_card_size: 536 },
};

/// Every file that this program reads.
pub const FILES: &[File] = &[
    FACE_AGE,
    FACE_DATA,
    FACE_CERTIFICATE,
    TEXT_ATTRIBUTES,
    TEXT_DIGESTS,
    TEXT_CERTIFICATE,
    TEXT_KEY,
    JPKI_SIGN_CERTIFICATE,
    JPKI_SIGN_CA,
    JPKI_AUTH_CERTIFICATE,
    JPKI_AUTH_CA,
];

/// Files whose bytes may stand in no recording: those with the 個人番号 or its hash. The bytes that stay readable are the
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

macro_rules! field {
    ($file:expr, $tag:literal, $ja:literal, $en:literal, $content:ident, $signed_by:expr) => {
        Field {
            file: $file.file.name,
            tag: Tag($tag),
            title: Bilingual::new($ja, $en),
            content: Content::$content,
            signed_by: $signed_by,
        }
    };
}

const AGE: Option<CheckId> = Some(CheckId::AgeSignature);
const FACE_SIGNED: Option<CheckId> = Some(CheckId::FaceSignature);
const TEXT_SIGNED: Option<CheckId> = Some(CheckId::TextSignature);

/// DF11
pub const AGE_BIRTH_DATE: Field = field!(FACE_AGE, 0xDF11, "生年月日", "birth date", Date, AGE);
/// DF12
pub const AGE_KEY: Field = field!(FACE_AGE, 0xDF12, "ICチップの公開鍵", "chip public key", PublicKey, AGE);
/// DF13
pub const AGE_SIGNATURE: Field = field!(FACE_AGE, 0xDF13, "電子署名", "signature", Signature, None);

/// DF21
pub const FACE_OFFSETS: Field = field!(FACE_DATA, 0xDF21, "オフセット表", "offsets", Offsets, None);
/// DF22
pub const FACE_BIRTH: Field = field!(FACE_DATA, 0xDF22, "生年月日", "birth date", Date, FACE_SIGNED);
/// DF23
pub const FACE_SEX: Field = field!(FACE_DATA, 0xDF23, "性別", "sex", Sex, FACE_SIGNED);
/// DF24
pub const FACE_KEY: Field = field!(FACE_DATA, 0xDF24, "ICチップの公開鍵", "chip public key", PublicKey, FACE_SIGNED);
/// DF25
pub const FACE_NAME: Field = field!(FACE_DATA, 0xDF25, "氏名（画像）", "name (picture)", Png, FACE_SIGNED);
/// DF26
pub const FACE_ADDRESS: Field = field!(FACE_DATA, 0xDF26, "住所（画像）", "address (picture)", Png, FACE_SIGNED);
/// DF27
pub const FACE_PHOTO: Field = field!(FACE_DATA, 0xDF27, "顔写真", "face picture", Jp2, FACE_SIGNED);
/// DF28
pub const FACE_SIGNATURE: Field = field!(FACE_DATA, 0xDF28, "電子署名", "signature", Signature, None);
/// DF29
pub const FACE_EXPIRY: Field = field!(FACE_DATA, 0xDF29, "有効期限", "expiry", Date, None);
/// DF2A
pub const FACE_CODE: Field =
    field!(FACE_DATA, 0xDF2A, "セキュリティコード（画像）", "security code (picture)", Png, None);

/// DF21
pub const TEXT_OFFSETS: Field = field!(TEXT_ATTRIBUTES, 0xDF21, "オフセット表", "offsets", Offsets, None);
/// DF22
pub const TEXT_NAME: Field = field!(TEXT_ATTRIBUTES, 0xDF22, "氏名", "name", Text, TEXT_SIGNED);
/// DF23
pub const TEXT_ADDRESS: Field = field!(TEXT_ATTRIBUTES, 0xDF23, "住所", "address", Text, TEXT_SIGNED);
/// DF24
pub const TEXT_BIRTH: Field = field!(TEXT_ATTRIBUTES, 0xDF24, "生年月日", "birth date", Date, TEXT_SIGNED);
/// DF25
pub const TEXT_SEX: Field = field!(TEXT_ATTRIBUTES, 0xDF25, "性別", "sex", Sex, TEXT_SIGNED);
/// DF31: of the 個人番号 file, so it is treated as the number itself.
pub const DIGEST_NUMBER: Field =
    field!(TEXT_DIGESTS, 0xDF31, "個人番号ファイルのハッシュ値", "digest of the number file", Digest, TEXT_SIGNED);
/// DF32
pub const DIGEST_ATTRIBUTES: Field =
    field!(TEXT_DIGESTS, 0xDF32, "基本4情報のハッシュ値", "digest of the attributes", Digest, TEXT_SIGNED);
/// DF33
pub const DIGEST_SIGNATURE: Field = field!(TEXT_DIGESTS, 0xDF33, "電子署名", "signature", Signature, None);
/// DF51
pub const TEXT_CHIP_KEY: Field =
    field!(TEXT_KEY, 0xDF51, "ICチップの公開鍵", "chip public key", PublicKey, Some(CheckId::TextChipKey));
/// DF52
pub const TEXT_KEY_SIGNATURE: Field = field!(TEXT_KEY, 0xDF52, "電子署名", "signature", Signature, None);

/// Every field, file by file in stored order.
pub const FIELDS: &[Field] = &[
    AGE_BIRTH_DATE,
    AGE_KEY,
    AGE_SIGNATURE,
    FACE_OFFSETS,
    FACE_BIRTH,
    FACE_SEX,
    FACE_KEY,
    FACE_NAME,
    FACE_ADDRESS,
    FACE_PHOTO,
    FACE_SIGNATURE,
    FACE_EXPIRY,
    FACE_CODE,
    TEXT_OFFSETS,
    TEXT_NAME,
    TEXT_ADDRESS,
    TEXT_BIRTH,
    TEXT_SEX,
    DIGEST_NUMBER,
    DIGEST_ATTRIBUTES,
    DIGEST_SIGNATURE,
    TEXT_CHIP_KEY,
    TEXT_KEY_SIGNATURE,
];

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

/// How a dump names the expiry that the issuer security domain tells ([`data_object::EXPIRY`]).
pub const DOMAIN_EXPIRY: &str = "isd/00F2";

/// Short EF identifier and number of the common application's card record: serial (15 digits), municipality (5), expiry
/// (8), none of it signed (M).
pub const CARD_RECORD: (u8, u8) = (0x01, 0x01);

/// Where the expiry stands in that record's value.
pub const CARD_RECORD_EXPIRY: std::ops::Range<usize> = 20..28;
