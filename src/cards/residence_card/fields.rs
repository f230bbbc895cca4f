//! The fields of residence cards (spec residence 2.3, 2.4).

use crate::{lang::Bilingual, tlv::Tag, verify::CheckId};

use super::{codes, codes::Code, files::SIGNED};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// ASCII characters as they are.
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

/// One row a field: tag, machine name, names for people, what it holds, bytes, the check that covers it.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident { $($tag:literal $id:literal $ja:literal $en:literal, $content:expr, $size:literal, $signed_by:expr;)* })*) => {$(
        $(#[$doc])*
        pub const $name: &[Field] = &[$(Field {
            tag: Tag($tag),
            id: $id,
            title: Bilingual::new($ja, $en),
            content: $content,
            size: $size,
            signed_by: $signed_by,
        }),*];
    )*};
}

use Content::{Ascii, Certificate, Code as Coded, Date, Jpeg2000, OpaqueCode, Period, Region, Signature, Text, Tiff};

fields! {
    /// MF/EF01
    COMMON_FIELDS { 0xC0 "version" "仕様のバージョン" "specification version", Ascii, 4, None; }
    /// MF/EF02, generation 1
    KIND_FIELDS_1 { 0xC1 "kind" "カード種別" "card kind", Ascii, 1, None; }
    /// MF/EF02, generation 2
    KIND_FIELDS_2 { 0xC1 "kind" "カード種別" "card kind", Ascii, 2, None; }
    /// DF1/EF01, generation 1
    FRONT_FIELDS { 0xD0 "front" "券面（表）" "front of the card", Tiff, 7000, SIGNED; }
    /// DF1/EF02, generation 1
    FACE_FIELDS_1 { 0xD1 "photo" "顔写真" "face picture", Jpeg2000, 3000, SIGNED; }
    /// DF2/EF01, generation 1. `municipality` is a 全国地方公共団体コード with its check digit.
    ADDRESS_FIELDS {
        0xD2 "address_date" "住居地の届出（記載）年月日" "date of the address entry", Date, 8, None;
        0xD3 "municipality" "市町村コード" "municipality code", Ascii, 6, None;
        0xD4 "address" "住居地" "address", Text, 320, None;
    }
    /// DF2/EF02, generation 1
    COMPREHENSIVE_FIELDS {
        0xD5 "comprehensive_permission" "資格外活動包括許可" "comprehensive permission for other activities", Text, 120, None;
    }
    /// DF2/EF03, generation 1
    INDIVIDUAL_FIELDS {
        0xD6 "individual_permission" "資格外活動個別許可" "individual permission for other activities", Text, 120, None;
    }
    /// DF2/EF04, generation 1
    RENEWAL_FIELDS_1 { 0xD7 "renewal" "在留期間等更新申請" "application for renewal", Coded(codes::RENEWAL), 1, None; }
    /// DF3/EF01, generation 1
    SIGNATURE_FIELDS_1 {
        0xDA "signature" "チェックコード" "check code", Signature, 256, None;
        0xDB "certificate" "公開鍵証明書" "certificate", Certificate, 1200, None;
    }
    /// DF1/EF01, generation 2
    NUMBER_FIELDS { 0xC2 "card_number" "カード番号" "card number", Ascii, 12, None; }
    /// DF1/EF02 of a 在留カード, generation 2. The order of the tags is not confirmed: the decoder goes by tag.
    ENTRY_FIELDS_05 {
        0xC5 "expiry" "有効期間の満了日" "expiry of the card", Date, 8, SIGNED;
        0xC6 "birth_date" "生年月日" "birth date", Date, 8, SIGNED;
        0xC7 "sex" "性別" "sex", Coded(codes::SEX), 1, SIGNED;
        0xC8 "nationality" "国籍・地域" "nationality or region", Region, 3, SIGNED;
        0xC9 "residence_status" "在留資格" "status of residence", OpaqueCode, 10, SIGNED;
        0xCE "period_of_stay" "在留期間" "period of stay", Period, 4, SIGNED;
        0xCA "permission_type" "許可の種類" "kind of permission", OpaqueCode, 2, SIGNED;
        0xCB "permission_date" "許可年月日" "date of the permission", Date, 8, SIGNED;
        0xCC "work" "就労制限の有無" "work restriction", Coded(codes::WORK), 1, SIGNED;
        0xCD "stay_expiry" "在留期間の満了日" "expiry of the stay", Date, 8, SIGNED;
    }
    /// DF1/EF03, generation 2
    NAME_AND_FACE_FIELDS {
        0xD0 "name" "氏名" "name", Tiff, 2500, SIGNED;
        0xD1 "photo" "顔写真" "face picture", Jpeg2000, 3000, SIGNED;
    }
    /// DF1/EF04, generation 2
    ADDRESS_PICTURE_FIELDS { 0xDFD1 "address" "住居地" "address", Tiff, 2500, None; }
    /// DF2/EF01 of a 在留カード, generation 2. One of the seven bytes of `comprehensive_permission` is used.
    PERMISSION_FIELDS {
        0xD5 "comprehensive_permission" "資格外活動包括許可" "comprehensive permission for other activities", Coded(codes::COMPREHENSIVE), 7, None;
        0xD6 "comprehensive_expiry" "資格外活動包括許可の期限" "expiry of the comprehensive permission", Date, 8, None;
        0xD7 "individual_permission" "資格外活動個別許可" "individual permission for other activities", Coded(codes::INDIVIDUAL), 1, None;
    }
    /// DF2/EF02 of a 在留カード, generation 2
    RENEWAL_FIELDS_2 { 0xD8 "renewal" "在留期間等更新申請" "application for renewal", Coded(codes::RENEWAL), 1, None; }
    /// DF2/EF03 of a 在留カード, DF2/EF01 of a 特別永住者証明書, generation 2
    REMARK_FIELDS {
        0xD9 "remark" "出入国在留管理庁長官の付記" "remark of the Commissioner", Coded(codes::REMARK), 1, None;
        0xDE "reserved" "予備" "reserved", Text, 200, None;
    }
    /// DF3/EF01, generation 2. The certificate has 598 or 599 bytes; zeros after the object fill the file.
    SIGNATURE_FIELDS_2 {
        0xDC "signature" "電子署名" "signature", Signature, 96, None;
        0xDD "certificate" "公開鍵証明書" "certificate", Certificate, 598, None;
    }
}

/// DF1/EF02 of a 特別永住者証明書, generation 2: the first of the same.
pub const ENTRY_FIELDS_06: &[Field] = ENTRY_FIELDS_05.split_at(6).0;
