//! 運転免許証 and マイナ免許証: applications, files and references as tables.
//!
//! Reader, decoder, simulator and `docs/cards/` take every identifier and size from here, every tag from
//! [`super::fields`], and what the signatures cover from [`super::layout`]. Source of each fact: spec licence; the marks
//! in the doc lines are those of its section 0.1.

use crate::{
    lang::Bilingual,
    tlv::licence::{Rules, encoded_length},
    verify::CheckId,
};

pub use super::{fields::*, layout::*};
pub use crate::cards::{
    my_number::files::LICENCE_GUEST as MENKYO,
    table::{Application, Reference},
};

/// The master file. Selected by `00 A4 00 00`, not by name; `aid` holds its file identifier (2.1, C2+).
pub const MF: Application =
    Application { name: "mf", title: Bilingual::new("主ファイル", "master file"), aid: &[0x3F, 0x00] };

/// DF1: 記載事項 (2.1, C2+).
pub const DF1: Application = Application {
    name: "df1",
    title: Bilingual::new("記載事項", "licence data"),
    aid: &[0xA0, 0x00, 0x00, 0x02, 0x31, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// DF2: 写真 (2.1, C2+).
pub const DF2: Application = Application {
    name: "df2",
    title: Bilingual::new("写真", "face picture"),
    aid: &[0xA0, 0x00, 0x00, 0x02, 0x31, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// DF3: reserved, under the identifier of ISO/IEC 18013-2; never read here (2.1, C2+).
pub const DF3: Application = Application {
    name: "df3",
    title: Bilingual::new("予備", "reserved"),
    aid: &[0xA0, 0x00, 0x00, 0x02, 0x48, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// What opens a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing is needed.
    Free,
    /// Every one of these references, by short EF identifier, must be verified.
    AllOf(&'static [u8]),
    /// It is never readable.
    Never,
}

/// 暗証番号1: MF/IEF01. Three tries, kept for ever; a right entry puts them back (2.1, 3.2, C2+).
pub const PIN1: Reference = Reference {
    application: MF,
    sfi: 0x01,
    title: Bilingual::new("暗証番号1", "PIN 1 (暗証番号1)"),
    limit: 3,
    printed: false,
};

/// 暗証番号2: MF/IEF02 (2.1, 3.2, C2+).
pub const PIN2: Reference = Reference {
    application: MF,
    sfi: 0x02,
    title: Bilingual::new("暗証番号2", "PIN 2 (暗証番号2)"),
    limit: 3,
    printed: false,
};

/// The one PIN of a マイナ免許証: IEF 0006, ten tries (6.4, C; the specification's annex says 0002, which real cards
/// answer with 6A82).
pub const MENKYO_PIN: Reference = Reference {
    application: MENKYO,
    sfi: 0x06,
    title: Bilingual::new("マイナ免許証の暗証番号", "PIN of the licence application"),
    limit: 10,
    printed: false,
};

/// Digits of every PIN here (3.2, 6.4, C2+).
pub const PIN_LENGTH: usize = 4;

/// デフォルト暗証番号 (DPIN) `****`: what every PIN holds when the holder set none (6.2, C2+; マイナ免許証 6.4, C, S).
pub const DEFAULT_PIN: [u8; PIN_LENGTH] = [0x2A; PIN_LENGTH];

/// What the third byte of a PIN-setting file says (2.4, C2+).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinSetting {
    /// 00: the PINs hold [`DEFAULT_PIN`], which must still be presented.
    NotSet,
    /// 01: the holder set them.
    Set,
}

impl PinSetting {
    /// Reads the byte; `None` for a value that no table has. Then no PIN may be tried.
    pub fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x00 => Some(Self::NotSet),
            0x01 => Some(Self::Set),
            _ => None,
        }
    }

    /// The byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::NotSet => 0x00,
            Self::Set => 0x01,
        }
    }
}

/// How a file is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// READ BINARY by the low five bits of its identifier.
    Short(u8),
    /// SELECT by its identifier first: 2F01 and IEF 0001 share the short identifier 1 (2.1 note 1, C2+).
    Select(u16),
}

/// A file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its name in dumps and reports: application and file identifier.
    pub name: &'static str,
    /// Its application.
    pub application: Application,
    /// EF identifier.
    pub id: u16,
    /// How it is read.
    pub address: Address,
    /// Names for people.
    pub title: Bilingual,
    /// What opens it.
    pub access: Access,
    /// Its size in bytes, filler included, on every version of the card that is known. Whether a card from before v007,
    /// without tag 33, has a smaller EF01 is not known (11 no. 10, U): a shorter file is read as it is.
    pub size: usize,
    /// How its items are encoded.
    pub rules: Rules,
    /// The check that covers it, if one does.
    pub signed_by: Option<CheckId>,
    /// Whether it holds 本籍, which is shown only when asked for.
    pub domicile: bool,
}

const ONE: Access = Access::AllOf(&[PIN1.sfi]);
const BOTH: Access = Access::AllOf(&[PIN1.sfi, PIN2.sfi]);
const GUEST: Access = Access::AllOf(&[MENKYO_PIN.sfi]);
const SIGNED: Option<CheckId> = Some(CheckId::LicenceSignature);

/// 共通データ要素 (C2+, A).
pub const COMMON_DATA: File = File {
    name: "mf/2F01",
    application: MF,
    id: 0x2F01,
    address: Address::Select(0x2F01),
    title: Bilingual::new("共通データ要素", "common data"),
    access: Access::Free,
    size: 17,
    rules: Rules::Licence,
    signed_by: None,
    domicile: false,
};

/// 暗証番号(PIN)設定 (C2+, A).
pub const PIN_SETTING: File = File {
    name: "mf/000A",
    id: 0x000A,
    address: Address::Short(0x0A),
    title: Bilingual::new("暗証番号の設定", "PIN setting"),
    size: 3,
    ..COMMON_DATA
};

const fn df1(name: &'static str, id: u8, title: Bilingual, access: Access, size: usize) -> File {
    File {
        name,
        application: DF1,
        id: u16_of(id),
        address: Address::Short(id),
        title,
        access,
        size,
        rules: Rules::Licence,
        signed_by: None,
        domicile: false,
    }
}

const fn u16_of(byte: u8) -> u16 {
    u16::from_be_bytes([0, byte])
}

/// 記載事項(本籍除く) (C2+, A).
pub const DATA: File = File {
    signed_by: SIGNED,
    ..df1("df1/0001", 0x01, Bilingual::new("記載事項（本籍を除く）", "licence data without the domicile"), ONE, 880)
};

/// 記載事項(本籍) (C2+, A).
pub const DOMICILE: File = File {
    signed_by: SIGNED,
    domicile: true,
    ..df1("df1/0002", 0x02, Bilingual::new("記載事項（本籍）", "registered domicile"), BOTH, 82)
};

/// 外字 1, 2 (C, A).
pub const EXTERNAL: File = df1("df1/0003", 0x03, Bilingual::new("外字", "external characters"), ONE, 264);

/// 記載事項変更等(本籍除く) (C2+; the size has no check by arithmetic).
pub const CHANGES: File = df1("df1/0004", 0x04, Bilingual::new("記載事項変更等（本籍を除く）", "changes"), ONE, 640);

/// 記載事項変更(外字): external characters 3 to 7 (C, A).
pub const CHANGED_EXTERNAL: File =
    df1("df1/0005", 0x05, Bilingual::new("記載事項変更（外字）", "external characters of changes"), ONE, 663);

/// 記載事項変更(本籍) (C2+; the size has no check by arithmetic).
pub const DOMICILE_CHANGES: File = File {
    domicile: true,
    ..df1("df1/0006", 0x06, Bilingual::new("記載事項変更（本籍）", "changes of the domicile"), BOTH, 256)
};

/// 電子署名 (C2+, A).
pub const SIGNATURE: File = df1("df1/0007", 0x07, Bilingual::new("電子署名", "signature"), ONE, 578);

/// 写真 (C2+, A).
pub const PHOTO: File = File {
    name: "df2/0001",
    application: DF2,
    title: Bilingual::new("写真", "face picture"),
    access: BOTH,
    size: 2_005,
    rules: Rules::LicencePhoto,
    ..DATA
};

/// RFU of DF3, filled with FF; never read here (S).
pub const RESERVED: File = File {
    name: "df3/0001",
    application: DF3,
    title: Bilingual::new("予備", "reserved"),
    access: ONE,
    size: 512,
    signed_by: None,
    ..DATA
};

/// Every file of a 運転免許証 that can be read, in reading order.
pub const FILES: &[File] = &[
    COMMON_DATA,
    PIN_SETTING,
    DATA,
    DOMICILE,
    EXTERNAL,
    CHANGES,
    CHANGED_EXTERNAL,
    DOMICILE_CHANGES,
    SIGNATURE,
    PHOTO,
    RESERVED,
];

/// IEFs: no file is ever read from them. Name, identifier, reference (2.1, C2+).
pub const REFERENCES: &[(&str, u16, Reference)] = &[("mf/0001", 0x0001, PIN1), ("mf/0002", 0x0002, PIN2)];

/// The IEF of the マイナ免許証 (6.4, C).
pub const MENKYO_REFERENCES: &[(&str, u16, Reference)] = &[("menkyo/0006", 0x0006, MENKYO_PIN)];

/// WEF01: PIN setting of the マイナ免許証 (6.4, C2+).
pub const MENKYO_SETTING: File = File {
    name: "menkyo/001A",
    application: MENKYO,
    id: 0x001A,
    address: Address::Short(0x1A),
    title: Bilingual::new("暗証番号の設定", "PIN setting"),
    access: Access::Free,
    size: 3,
    rules: Rules::Menkyo,
    signed_by: None,
    domicile: false,
};

/// WEF02: 免許情報記録 and 運転経歴情報記録 with the photo (6.4, id C2+, size S, A). The short identifier follows from
/// the low five bits (I).
pub const MENKYO_DATA: File = File {
    name: "menkyo/001B",
    id: 0x001B,
    address: Address::Short(0x1B),
    title: Bilingual::new("免許情報記録", "licence record"),
    access: GUEST,
    size: 5_845,
    signed_by: Some(CheckId::MenkyoSignature),
    ..MENKYO_SETTING
};

/// WEF03: signature (6.4, id C2+, size S, A; short identifier I).
pub const MENKYO_SIGNATURE: File = File {
    name: "menkyo/001C",
    id: 0x001C,
    address: Address::Short(0x1C),
    title: Bilingual::new("電子署名", "signature"),
    access: GUEST,
    size: 584,
    ..MENKYO_SETTING
};

/// Every file of a マイナ免許証, in reading order.
pub const MENKYO_FILES: &[File] = &[MENKYO_SETTING, MENKYO_DATA, MENKYO_SIGNATURE];

/// The file of this name, of either card.
pub fn file(name: &str) -> Option<&'static File> {
    FILES.iter().chain(MENKYO_FILES).find(|file| file.name == name)
}

/// Bytes that a file's fields take at their maximum lengths: where every field has its full length, that is the file.
pub fn full_size(file: &File) -> usize {
    fields_of(file).map(|field| field.tags().map(|tag| encoded_length(tag, field.max)).sum::<usize>()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_the_sum_of_its_fields() {
        let sizes = [
            (COMMON_DATA, 17),
            (PIN_SETTING, 3),
            (DATA, 880),
            (DOMICILE, 82),
            (EXTERNAL, 264),
            (CHANGED_EXTERNAL, 663),
            (SIGNATURE, 578),
            (PHOTO, 2_005),
            (MENKYO_SETTING, 3),
            (MENKYO_DATA, 5_845),
            (MENKYO_SIGNATURE, 584),
        ];
        for (file, size) in sizes {
            assert_eq!((full_size(&file), file.size), (size, size), "{}", file.name);
        }
        // These hold fewer entries than they have tags for: the file's size is the limit (2.8, C2+).
        for (file, size) in [(CHANGES, 640), (DOMICILE_CHANGES, 256)] {
            assert_eq!(file.size, size, "{}", file.name);
            assert!(full_size(&file) > size, "{}", file.name);
        }
        let read: usize = FILES.iter().filter(|file| file.application != DF3).map(|file| file.size).sum();
        assert_eq!(read, 5_388, "spec 3.4");
    }

    #[test]
    fn tags_of_a_file_are_unique_and_in_stored_order() {
        for file in FILES.iter().chain(MENKYO_FILES) {
            let tags: Vec<_> = fields_of(file).flat_map(Field::tags).collect();
            assert!(tags.is_sorted_by(|a, b| a < b), "{}", file.name);
        }
        let mut ids: Vec<_> = FIELDS.iter().map(|field| (field.file, field.id)).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "no machine name twice in a file");
        assert!(FIELDS.iter().all(|field| super::file(field.file).is_some()));
    }

    #[test]
    fn short_identifiers_are_the_low_five_bits() {
        for file in FILES.iter().chain(MENKYO_FILES) {
            match file.address {
                Address::Short(sfi) => assert_eq!(u16::from(sfi), file.id & 0x1F, "{}", file.name),
                Address::Select(id) => assert_eq!((id, file.name), (file.id, "mf/2F01")),
            }
        }
        assert_eq!(PinSetting::from_byte(2), None);
    }
}
