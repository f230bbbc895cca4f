//! 在留カード and 特別永住者証明書 of both generations: applications, files and fields as tables.
//!
//! Reader, decoder, simulator and `docs/cards/residence.md` take every identifier, tag and size from here. Source of each
//! fact: spec residence 2; generation 1 is SPEC throughout, generation 2 SPEC2* (one secondary source) throughout, unless
//! a doc line says otherwise.

use crate::{
    cards::model::{Address::Short, DataEnd, Extent, TableFile, Trim, application_rows, file_lists, file_rows},
    crypto::CardCipher,
    image,
    kind::CardKind,
    tlv::Tag,
    verify::CheckId,
};

pub use super::fields::*;
pub use crate::cards::model::{Access, Application};

application_rows! {
    // Only on a 特定在留カード (D).
    SPECIFIED "residence" "在留AP" "residence application" [0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // Current after power-up: its file identifier.
    MF "mf" "主ファイル" "master file" [0x3F, 0x00];
    DF1 "df1" "券面情報" "card face" [0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    DF2 "df2" "裏面の記載等" "entries of the back" [0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    DF3 "df3" "電子署名" "electronic signature" [0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}

/// Which generation: it decides cipher, signature and layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// Triple DES, pictures, RSA.
    First,
    /// AES, coded text, ECDSA.
    Second,
}

impl Generation {
    /// The generation of a kind; `None` for kinds that are read in no or in another way.
    pub fn of(kind: CardKind) -> Option<Self> {
        match kind {
            CardKind::RESIDENCE1 | CardKind::RESIDENCE1_SPECIAL | CardKind::RESIDENCE1_CHILD => Some(Self::First),
            CardKind::RESIDENCE2 | CardKind::RESIDENCE2_SPECIAL => Some(Self::Second),
            _ => None,
        }
    }

    /// The cipher of number authentication and secure messaging.
    pub fn cipher(self) -> CardCipher {
        match self {
            Self::First => CardCipher::TripleDes,
            Self::Second => CardCipher::Aes128,
        }
    }
}

/// What a file's table says beyond where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// The file's name in the specification.
    pub official: &'static str,
    /// Its fields, in the order of the file.
    pub fields: &'static [Field],
}

/// A file. An EF's number in the specification is not its short identifier (DF1/EF01 has 05 in generation 1), so files
/// are named after the identifier that goes over the wire. Its size includes filler.
pub type File = TableFile<Contents>;

impl File {
    /// One field by its machine name.
    pub fn field(&self, id: &str) -> Option<&'static Field> {
        self.own.fields.iter().find(|field| field.id == id)
    }
}

const fn row(official: &'static str, fields: &'static [Field]) -> Contents {
    Contents { official, fields }
}

/// The front is 7,000 bytes, mostly zeros; the picture's directory says how many are not.
const TRIM_FRONT: Trim =
    Trim { first: 256, step: 0, end: |bytes| picture_end(bytes, &[0xD0]), proof: Some(CheckId::CardSignature) };
/// Nothing signs it, and few addresses need more.
const TRIM_ADDRESS: Trim = Trim { first: 1_000, step: 0, end: |bytes| picture_end(bytes, &[0xDF, 0xD1]), proof: None };

/// Where a TIFF picture ends that is the one object of a file; zeros fill the rest (2.3, 2.4).
fn picture_end(bytes: &[u8], tag: &[u8]) -> DataEnd {
    let Some([0x82, high, low, picture @ ..]) = bytes.strip_prefix(tag) else { return DataEnd::Unknown };
    let header = bytes.len() - picture.len();
    match image::tiff_extent(picture) {
        Ok(end) | Err(Some(end)) if end > usize::from(u16::from_be_bytes([*high, *low])) => DataEnd::Unknown,
        Ok(end) => match picture.get(end..) {
            Some(filler) if filler.iter().all(|byte| *byte == 0) => DataEnd::At(0),
            Some(_) => DataEnd::Unknown,
            None => DataEnd::Beyond(header + end),
        },
        Err(Some(least)) => DataEnd::Beyond(header + least),
        Err(None) => DataEnd::Unknown,
    }
}

use Access::{Authenticated as Auth, Free, Secured};
use Extent::{Sized, Whole};

file_rows! {
    COMMON_DATA MF "mf/0B" "共通データ要素" "common data", Short(0x0B), Free, Sized(6), None, row("MF/EF01", COMMON_FIELDS);
    KIND_1 MF "mf/0A" "カード種別" "card kind", Short(0x0A), Free, Sized(3), None, row("MF/EF02", KIND_FIELDS_1);
    KIND_2 MF "mf/0A" "カード種別" "card kind", Short(0x0A), Free, Sized(4), None, row("MF/EF02", KIND_FIELDS_2);
    // Generation 1. The permissions and the renewal are on a 在留カード only.
    FRONT DF1 "df1/05" "券面（表）の画像" "picture of the front", Short(0x05), Secured, Whole(7004), None, row("DF1/EF01", FRONT_FIELDS), trim = &TRIM_FRONT;
    FACE_1 DF1 "df1/06" "顔写真" "face picture", Short(0x06), Secured, Whole(3004), None, row("DF1/EF02", FACE_FIELDS_1);
    ADDRESS DF2 "df2/01" "住居地（裏面追記）" "address entered on the back", Short(0x01), Auth, Whole(342), None, row("DF2/EF01", ADDRESS_FIELDS);
    COMPREHENSIVE DF2 "df2/02" "資格外活動包括許可欄" "comprehensive work permission", Short(0x02), Auth, Whole(122), None,
        row("DF2/EF02", COMPREHENSIVE_FIELDS);
    INDIVIDUAL DF2 "df2/03" "資格外活動個別許可欄" "individual work permission", Short(0x03), Auth, Whole(122), None, row("DF2/EF03", INDIVIDUAL_FIELDS);
    RENEWAL_1 DF2 "df2/04" "在留期間等更新申請欄" "application for renewal", Short(0x04), Auth, Whole(3), None, row("DF2/EF04", RENEWAL_FIELDS_1);
    SIGNATURE_1 DF3 "df3/02" "電子署名" "electronic signature", Short(0x02), Auth, Whole(1464), None, row("DF3/EF01", SIGNATURE_FIELDS_1);
    // Generation 2; the same. The entries and the remark differ by kind: the last one's short identifier on a 特別永住者証明書 is
    // seen only in code (CODE).
    NUMBER DF1 "df1/01" "カード番号" "card number", Short(0x01), Secured, Whole(14), None, row("DF1/EF01", NUMBER_FIELDS);
    ENTRIES_05 DF1 "df1/03" "券面記載事項" "entries of the face", Short(0x03), Secured, Whole(73), None, row("DF1/EF02", ENTRY_FIELDS_05);
    ENTRIES_06 DF1 "df1/03" "券面記載事項" "entries of the face", Short(0x03), Secured, Whole(46), None, row("DF1/EF02", ENTRY_FIELDS_06);
    NAME_AND_FACE DF1 "df1/04" "氏名の画像・顔写真" "name picture and face picture", Short(0x04), Secured, Whole(5508), None,
        row("DF1/EF03", NAME_AND_FACE_FIELDS);
    ADDRESS_PICTURE DF1 "df1/06" "住居地の画像" "address picture", Short(0x06), Secured, Whole(2505), None, row("DF1/EF04", ADDRESS_PICTURE_FIELDS),
        trim = &TRIM_ADDRESS;
    PERMISSIONS DF2 "df2/01" "資格外活動許可" "permission for other activities", Short(0x01), Auth, Whole(22), None, row("DF2/EF01", PERMISSION_FIELDS);
    RENEWAL_2 DF2 "df2/02" "在留期間等更新申請" "application for renewal", Short(0x02), Auth, Whole(3), None, row("DF2/EF02", RENEWAL_FIELDS_2);
    REMARK_05 DF2 "df2/03" "付記・予備" "remark and reserved", Short(0x03), Auth, Whole(207), None, row("DF2/EF03", REMARK_FIELDS);
    REMARK_06 DF2 "df2/03" "付記・予備" "remark and reserved", Short(0x03), Auth, Whole(207), None, row("DF2/EF01", REMARK_FIELDS);
    SIGNATURE_2 DF3 "df3/02" "電子署名" "electronic signature", Short(0x02), Auth, Whole(704), None, row("DF3/EF01", SIGNATURE_FIELDS_2);
}

file_lists! {
    /// Every file of a 在留カード, generation 1, in reading order.
    FILES_1 PLAIN_1: KIND_1 COMMON_DATA FRONT FACE_1 ADDRESS COMPREHENSIVE INDIVIDUAL RENEWAL_1 SIGNATURE_1;
    /// Every file of a 特別永住者証明書, generation 1.
    FILES_1_SPECIAL PLAIN_1_SPECIAL: KIND_1 COMMON_DATA FRONT FACE_1 ADDRESS SIGNATURE_1;
    /// Every file of a 在留カード, generation 2.
    FILES_2 PLAIN_2: KIND_2 COMMON_DATA NUMBER ENTRIES_05 NAME_AND_FACE ADDRESS_PICTURE PERMISSIONS RENEWAL_2 REMARK_05 SIGNATURE_2;
    /// Every file of a 特別永住者証明書, generation 2.
    FILES_2_SPECIAL PLAIN_2_SPECIAL: KIND_2 COMMON_DATA NUMBER ENTRIES_06 NAME_AND_FACE ADDRESS_PICTURE REMARK_06 SIGNATURE_2;
}

/// Tag C1 of MF/EF02: the kind, one or two ASCII digits (spec residence 1.1; SPEC, from 05 on SPEC2*).
pub const KINDS: &[(&[u8], CardKind)] = &[
    (b"1", CardKind::RESIDENCE1),
    (b"2", CardKind::RESIDENCE1_SPECIAL),
    (b"05", CardKind::RESIDENCE2),
    (b"06", CardKind::RESIDENCE2_SPECIAL),
    (b"07", CardKind::RESIDENCE_SPECIFIED),
    (b"08", CardKind::RESIDENCE_SPECIFIED),
];

/// The files of a kind in reading order; none for kinds that are not read.
pub fn files_of(kind: CardKind) -> &'static [File] {
    match kind {
        CardKind::RESIDENCE1 | CardKind::RESIDENCE1_CHILD => FILES_1,
        CardKind::RESIDENCE1_SPECIAL => FILES_1_SPECIAL,
        CardKind::RESIDENCE2 => FILES_2,
        CardKind::RESIDENCE2_SPECIAL => FILES_2_SPECIAL,
        _ => &[],
    }
}

/// The check that covers what the issuer signed.
pub(super) const SIGNED: Option<CheckId> = Some(CheckId::CardSignature);

/// Tags whose first byte alone does not show their length: `DF D1` ends after two bytes, which BER forbids (CALC).
pub const TWO_BYTE_TAGS: &[Tag] = &[Tag(0xDFD1)];

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a field's header, as the card writes it.
    fn header(field: &Field) -> usize {
        let tag = if TWO_BYTE_TAGS.contains(&field.tag) { 2 } else { 1 };
        // DE is coded with a length that is not minimal: `DE 82 00 C8`.
        let length = if field.size > 0xFF || field.id == "reserved" { 3 } else { 1 + usize::from(field.size > 0x7F) };
        tag + length
    }

    #[test]
    fn sizes_are_the_sums_of_their_fields() {
        for files in [FILES_1, FILES_1_SPECIAL, FILES_2, FILES_2_SPECIAL] {
            for file in files {
                let sum: usize = file.own.fields.iter().map(|field| header(field) + field.size).sum();
                // 3 or 4 zero bytes follow the certificate of generation 2.
                let filler = if *file == SIGNATURE_2 { 4 } else { 0 };
                assert_eq!(sum + filler, file.extent.bytes(), "{}", file.own.official);
                assert!(file.sfi() > 0 && file.sfi() < 31);
                assert_eq!(file.name, format!("{}/{:02X}", file.application.name, file.sfi()));
            }
        }
    }
}
