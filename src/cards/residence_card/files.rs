//! 在留カード and 特別永住者証明書 of both generations: applications, files and fields as tables.
//!
//! Reader, decoder, simulator and `docs/cards/residence.md` take every identifier, tag and size from here. Source of each
//! fact: spec residence 2; generation 1 is SPEC throughout, generation 2 SPEC2* (one secondary source) throughout, unless
//! a doc line says otherwise.

use crate::{crypto::CardCipher, kind::CardKind, lang::Bilingual, tlv::Tag, verify::CheckId};

pub use super::fields::*;
use crate::cards::model::{self, Address, Extent, TableFile};
pub use crate::cards::model::{Access, Application};

/// 在留AP, only on a 特定在留カード (D).
pub const SPECIFIED: Application = Application {
    name: "residence",
    title: Bilingual::new("在留AP", "residence application"),
    aid: &[0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

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

/// The master file: current after power-up. `aid` holds its file identifier.
pub const MF: Application =
    Application { name: "mf", title: Bilingual::new("主ファイル", "master file"), aid: &[0x3F, 0x00] };

/// DF1: 券面情報
pub const DF1: Application = Application {
    name: "df1",
    title: Bilingual::new("券面情報", "card face"),
    aid: &[0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// DF2: 裏面追記等
pub const DF2: Application = Application {
    name: "df2",
    title: Bilingual::new("裏面の記載等", "entries of the back"),
    aid: &[0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// DF3: 電子署名
pub const DF3: Application = Application {
    name: "df3",
    title: Bilingual::new("電子署名", "electronic signature"),
    aid: &[0xD3, 0x92, 0xF0, 0x00, 0x4F, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

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

const fn file_of(
    (name, official, sfi): (&'static str, &'static str, u8),
    (application, access): (Application, Access),
    title: Bilingual,
    size: usize,
    fields: &'static [Field],
) -> File {
    let extent = match access {
        Access::Free => Extent::Sized(size),
        _ => Extent::Whole(size),
    };
    let address = Address::Short(sfi);
    let file = model::File { name, application, address, title, access, extent, signed_by: None, private: false };
    File { file, own: Contents { official, fields } }
}

/// 共通データ要素
pub const COMMON_DATA: File = file_of(
    ("mf/0B", "MF/EF01", 0x0B),
    (MF, Access::Free),
    Bilingual::new("共通データ要素", "common data"),
    6,
    COMMON_FIELDS,
);

/// カード種別 of generation 1.
pub const KIND_1: File = card_kind(3, KIND_FIELDS_1);

/// カード種別 of generation 2.
pub const KIND_2: File = card_kind(4, KIND_FIELDS_2);

const fn card_kind(size: usize, fields: &'static [Field]) -> File {
    let title = Bilingual::new("カード種別", "card kind");
    file_of(("mf/0A", "MF/EF02", 0x0A), (MF, Access::Free), title, size, fields)
}

const fn df1(
    name: &'static str,
    official: &'static str,
    sfi: u8,
    title: Bilingual,
    size: usize,
    fields: &'static [Field],
) -> File {
    file_of((name, official, sfi), (DF1, Access::Secured), title, size, fields)
}

const fn df2(
    name: &'static str,
    official: &'static str,
    sfi: u8,
    title: Bilingual,
    size: usize,
    fields: &'static [Field],
) -> File {
    file_of((name, official, sfi), (DF2, Access::Authenticated), title, size, fields)
}

const fn entries(size: usize, fields: &'static [Field]) -> File {
    df1("df1/03", "DF1/EF02", 0x03, Bilingual::new("券面記載事項", "entries of the face"), size, fields)
}

const fn remark(official: &'static str) -> File {
    df2("df2/03", official, 0x03, Bilingual::new("付記・予備", "remark and reserved"), 207, REMARK_FIELDS)
}

const fn signature(size: usize, fields: &'static [Field]) -> File {
    let title = Bilingual::new("電子署名", "electronic signature");
    file_of(("df3/02", "DF3/EF01", 0x02), (DF3, Access::Authenticated), title, size, fields)
}

/// 券面(表)イメージ
pub const FRONT: File =
    df1("df1/05", "DF1/EF01", 0x05, Bilingual::new("券面（表）の画像", "picture of the front"), 7004, FRONT_FIELDS);

/// 顔画像
pub const FACE_1: File = df1("df1/06", "DF1/EF02", 0x06, Bilingual::new("顔写真", "face picture"), 3004, FACE_FIELDS_1);

/// 住居地(裏面追記)
pub const ADDRESS: File = df2(
    "df2/01",
    "DF2/EF01",
    0x01,
    Bilingual::new("住居地（裏面追記）", "address entered on the back"),
    342,
    ADDRESS_FIELDS,
);

/// 資格外活動包括許可欄, on a 在留カード only.
pub const COMPREHENSIVE: File = df2(
    "df2/02",
    "DF2/EF02",
    0x02,
    Bilingual::new("資格外活動包括許可欄", "comprehensive work permission"),
    122,
    COMPREHENSIVE_FIELDS,
);

/// 資格外活動個別許可欄, on a 在留カード only.
pub const INDIVIDUAL: File = df2(
    "df2/03",
    "DF2/EF03",
    0x03,
    Bilingual::new("資格外活動個別許可欄", "individual work permission"),
    122,
    INDIVIDUAL_FIELDS,
);

/// 在留期間等更新申請欄, on a 在留カード only.
pub const RENEWAL_1: File = df2(
    "df2/04",
    "DF2/EF04",
    0x04,
    Bilingual::new("在留期間等更新申請欄", "application for renewal"),
    3,
    RENEWAL_FIELDS_1,
);

/// 電子署名 of generation 1.
pub const SIGNATURE_1: File = signature(1464, SIGNATURE_FIELDS_1);

/// 在留カード等番号
pub const NUMBER: File =
    df1("df1/01", "DF1/EF01", 0x01, Bilingual::new("カード番号", "card number"), 14, NUMBER_FIELDS);

/// 券面記載事項 of a 在留カード.
pub const ENTRIES_05: File = entries(73, ENTRY_FIELDS_05);

/// 券面記載事項 of a 特別永住者証明書.
pub const ENTRIES_06: File = entries(46, ENTRY_FIELDS_06);

/// 氏名画像・顔画像
pub const NAME_AND_FACE: File = df1(
    "df1/04",
    "DF1/EF03",
    0x04,
    Bilingual::new("氏名の画像・顔写真", "name picture and face picture"),
    5508,
    NAME_AND_FACE_FIELDS,
);

/// 住居地画像
pub const ADDRESS_PICTURE: File =
    df1("df1/06", "DF1/EF04", 0x06, Bilingual::new("住居地の画像", "address picture"), 2505, ADDRESS_PICTURE_FIELDS);

/// 資格外活動許可, on a 在留カード only.
pub const PERMISSIONS: File = df2(
    "df2/01",
    "DF2/EF01",
    0x01,
    Bilingual::new("資格外活動許可", "permission for other activities"),
    22,
    PERMISSION_FIELDS,
);

/// 在留期間等更新申請, on a 在留カード only.
pub const RENEWAL_2: File = df2(
    "df2/02",
    "DF2/EF02",
    0x02,
    Bilingual::new("在留期間等更新申請", "application for renewal"),
    3,
    RENEWAL_FIELDS_2,
);

/// 長官の付記・予備, on a 在留カード.
pub const REMARK_05: File = remark("DF2/EF03");

/// The same on a 特別永住者証明書, where it is called EF01; its short identifier is seen in code alone (CODE).
pub const REMARK_06: File = remark("DF2/EF01");

/// 電子署名 of generation 2.
pub const SIGNATURE_2: File = signature(704, SIGNATURE_FIELDS_2);

/// Every file of a 在留カード, generation 1, in reading order.
pub const FILES_1: &[File] =
    &[KIND_1, COMMON_DATA, FRONT, FACE_1, ADDRESS, COMPREHENSIVE, INDIVIDUAL, RENEWAL_1, SIGNATURE_1];

/// Every file of a 特別永住者証明書, generation 1.
pub const FILES_1_SPECIAL: &[File] = &[KIND_1, COMMON_DATA, FRONT, FACE_1, ADDRESS, SIGNATURE_1];

/// Every file of a 在留カード, generation 2.
pub const FILES_2: &[File] = &[
    KIND_2,
    COMMON_DATA,
    NUMBER,
    ENTRIES_05,
    NAME_AND_FACE,
    ADDRESS_PICTURE,
    PERMISSIONS,
    RENEWAL_2,
    REMARK_05,
    SIGNATURE_2,
];

/// Every file of a 特別永住者証明書, generation 2.
pub const FILES_2_SPECIAL: &[File] =
    &[KIND_2, COMMON_DATA, NUMBER, ENTRIES_06, NAME_AND_FACE, ADDRESS_PICTURE, REMARK_06, SIGNATURE_2];

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

/// Tags whose first byte alone does not tell their length: `DF D1` ends after two bytes, which BER forbids (CALC).
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
                // Behind the certificate of generation 2 stand 3 or 4 zero bytes.
                let filler = if *file == SIGNATURE_2 { 4 } else { 0 };
                assert_eq!(sum + filler, file.extent.bytes(), "{}", file.own.official);
                assert!(file.sfi() > 0 && file.sfi() < 31);
                assert_eq!(file.name, format!("{}/{:02X}", file.application.name, file.sfi()));
            }
        }
    }
}
