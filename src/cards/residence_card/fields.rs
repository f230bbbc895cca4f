//! The fields of residence cards (spec residence 2.3, 2.4).

use crate::{lang::Bilingual, tlv::Tag, verify::CheckId};

use super::{codes, codes::Code, files::SIGNED};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// ASCII characters as they stand.
    Ascii,
    /// UTF-8, the unused tail zero (SPEC, SPEC2*); another encoding is a named second choice of the decoder.
    Text,
    /// `YYYYMMDD`.
    Date,
    /// 在留期間: `YYMM`, or `DDD` days; `0000` is indefinite.
    Period,
    /// A code whose table is public.
    Code(&'static [Code]),
    /// 国籍・地域: three letters, read as ISO 3166-1 alpha-3 (SPEC2*; the Agency's own table is not public).
    Region,
    /// A code whose table is not public.
    OpaqueCode,
    /// TIFF, one bit a pixel, ITU-T T.6; the tail zero.
    Tiff,
    /// JPEG 2000, colour; the tail zero.
    Jpeg2000,
    /// The signature (チェックコード).
    Signature,
    /// X.509 certificate; the tail zero.
    Certificate,
}

/// A field of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its tag: one byte, or one of [`super::files::TWO_BYTE_TAGS`].
    pub tag: Tag,
    /// Machine name.
    pub id: &'static str,
    /// Names for people.
    pub title: Bilingual,
    /// What it holds.
    pub content: Content,
    /// Bytes of its value, filler included.
    pub size: usize,
    /// The check that covers it, if one does.
    pub signed_by: Option<CheckId>,
}

const fn field(tag: u32, id: &'static str, ja: &'static str, en: &'static str, content: Content, size: usize) -> Field {
    Field { tag: Tag(tag), id, title: Bilingual::new(ja, en), content, size, signed_by: None }
}

const fn signed(field: Field) -> Field {
    Field { signed_by: SIGNED, ..field }
}

/// MF/EF01
pub const COMMON_FIELDS: &[Field] =
    &[field(0xC0, "version", "仕様のバージョン", "specification version", Content::Ascii, 4)];

/// MF/EF02, generation 1
pub const KIND_FIELDS_1: &[Field] = &[field(0xC1, "kind", "カード種別", "card kind", Content::Ascii, 1)];

/// MF/EF02, generation 2
pub const KIND_FIELDS_2: &[Field] = &[field(0xC1, "kind", "カード種別", "card kind", Content::Ascii, 2)];

/// DF1/EF01, generation 1
pub const FRONT_FIELDS: &[Field] =
    &[signed(field(0xD0, "front", "券面（表）", "front of the card", Content::Tiff, 7000))];

/// DF1/EF02, generation 1
pub const FACE_FIELDS_1: &[Field] = &[signed(field(0xD1, "photo", "顔写真", "face picture", Content::Jpeg2000, 3000))];

/// DF2/EF01, generation 1. `municipality` is a 全国地方公共団体コード with its check digit.
pub const ADDRESS_FIELDS: &[Field] = &[
    field(0xD2, "address_date", "住居地の届出（記載）年月日", "date of the address entry", Content::Date, 8),
    field(0xD3, "municipality", "市町村コード", "municipality code", Content::Ascii, 6),
    field(0xD4, "address", "住居地", "address", Content::Text, 320),
];

/// DF2/EF02, generation 1
pub const COMPREHENSIVE_FIELDS: &[Field] = &[field(
    0xD5,
    "comprehensive_permission",
    "資格外活動包括許可",
    "comprehensive permission for other activities",
    Content::Text,
    120,
)];

/// DF2/EF03, generation 1
pub const INDIVIDUAL_FIELDS: &[Field] = &[field(
    0xD6,
    "individual_permission",
    "資格外活動個別許可",
    "individual permission for other activities",
    Content::Text,
    120,
)];

/// DF2/EF04, generation 1
pub const RENEWAL_FIELDS_1: &[Field] =
    &[field(0xD7, "renewal", "在留期間等更新申請", "application for renewal", Content::Code(codes::RENEWAL), 1)];

/// DF3/EF01, generation 1
pub const SIGNATURE_FIELDS_1: &[Field] = &[
    field(0xDA, "signature", "チェックコード", "check code", Content::Signature, 256),
    field(0xDB, "certificate", "公開鍵証明書", "certificate", Content::Certificate, 1200),
];

/// DF1/EF01, generation 2
pub const NUMBER_FIELDS: &[Field] = &[field(0xC2, "card_number", "カード番号", "card number", Content::Ascii, 12)];

const EXPIRY: Field = signed(field(0xC5, "expiry", "有効期間の満了日", "expiry of the card", Content::Date, 8));
const BIRTH: Field = signed(field(0xC6, "birth_date", "生年月日", "birth date", Content::Date, 8));
const SEX: Field = signed(field(0xC7, "sex", "性別", "sex", Content::Code(codes::SEX), 1));
const REGION: Field = signed(field(0xC8, "nationality", "国籍・地域", "nationality or region", Content::Region, 3));
const STATUS: Field =
    signed(field(0xC9, "residence_status", "在留資格", "status of residence", Content::OpaqueCode, 10));
const PERIOD: Field = signed(field(0xCE, "period_of_stay", "在留期間", "period of stay", Content::Period, 4));

/// DF1/EF02 of a 在留カード, generation 2. The order of the tags is not confirmed: the decoder goes by tag.
pub const ENTRY_FIELDS_05: &[Field] = &[
    EXPIRY,
    BIRTH,
    SEX,
    REGION,
    STATUS,
    PERIOD,
    signed(field(0xCA, "permission_type", "許可の種類", "kind of permission", Content::OpaqueCode, 2)),
    signed(field(0xCB, "permission_date", "許可年月日", "date of the permission", Content::Date, 8)),
    signed(field(0xCC, "work", "就労制限の有無", "work restriction", Content::Code(codes::WORK), 1)),
    signed(field(0xCD, "stay_expiry", "在留期間の満了日", "expiry of the stay", Content::Date, 8)),
];

/// DF1/EF02 of a 特別永住者証明書, generation 2.
pub const ENTRY_FIELDS_06: &[Field] = &[EXPIRY, BIRTH, SEX, REGION, STATUS, PERIOD];

/// DF1/EF03, generation 2
pub const NAME_AND_FACE_FIELDS: &[Field] = &[
    signed(field(0xD0, "name", "氏名", "name", Content::Tiff, 2500)),
    signed(field(0xD1, "photo", "顔写真", "face picture", Content::Jpeg2000, 3000)),
];

/// DF1/EF04, generation 2
pub const ADDRESS_PICTURE_FIELDS: &[Field] = &[field(0xDFD1, "address", "住居地", "address", Content::Tiff, 2500)];

/// DF2/EF01 of a 在留カード, generation 2. One of the seven bytes of `comprehensive_permission` is used.
pub const PERMISSION_FIELDS: &[Field] = &[
    field(
        0xD5,
        "comprehensive_permission",
        "資格外活動包括許可",
        "comprehensive permission for other activities",
        Content::Code(codes::COMPREHENSIVE),
        7,
    ),
    field(
        0xD6,
        "comprehensive_expiry",
        "資格外活動包括許可の期限",
        "expiry of the comprehensive permission",
        Content::Date,
        8,
    ),
    field(
        0xD7,
        "individual_permission",
        "資格外活動個別許可",
        "individual permission for other activities",
        Content::Code(codes::INDIVIDUAL),
        1,
    ),
];

/// DF2/EF02 of a 在留カード, generation 2
pub const RENEWAL_FIELDS_2: &[Field] =
    &[field(0xD8, "renewal", "在留期間等更新申請", "application for renewal", Content::Code(codes::RENEWAL), 1)];

/// DF2/EF03 of a 在留カード, DF2/EF01 of a 特別永住者証明書, generation 2
pub const REMARK_FIELDS: &[Field] = &[
    field(0xD9, "remark", "出入国在留管理庁長官の付記", "remark of the Commissioner", Content::Code(codes::REMARK), 1),
    field(0xDE, "reserved", "予備", "reserved", Content::Text, 200),
];

/// DF3/EF01, generation 2. The certificate has 598 or 599 bytes; zeros behind the object fill the file.
pub const SIGNATURE_FIELDS_2: &[Field] = &[
    field(0xDC, "signature", "電子署名", "signature", Content::Signature, 96),
    field(0xDD, "certificate", "公開鍵証明書", "certificate", Content::Certificate, 598),
];
