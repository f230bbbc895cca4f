//! 運転免許証 and マイナ免許証: applications, files and references as tables.
//!
//! Reader, decoder, simulator and `docs/cards/` take every identifier and size from here, every tag from
//! [`super::fields`], and what the signatures cover from [`super::layout`]. Source of each fact: spec licence; the marks
//! in the doc lines are those of its section 0.1.

use crate::{
    cards::drivers_licence::tlv::{Rules, encoded_length},
    lang::Bilingual,
    verify::CheckId,
};

use super::spec;
pub use super::{fields::*, layout::*};
use crate::cards::model::{self, Extent, TableFile};
pub use crate::cards::model::{Access, Address, Application, Reference};

/// マイナ免許証, only on a My Number Card whose holder added it (M).
pub const MENKYO: Application = Application {
    name: "menkyo",
    title: Bilingual::new("マイナ免許証", "driver's licence application"),
    aid: &[0xA0, 0x00, 0x00, 0x02, 0x31, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
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

/// 暗証番号1: MF/IEF01. Three tries, kept for ever; a right entry puts them back (2.1, 3.2, C2+).
pub const PIN1: Reference = Reference {
    name: "mf/0001",
    id: "mf/pin1",
    application: MF,
    sfi: 0x01,
    title: Bilingual::new("暗証番号1", "PIN 1 (暗証番号1)"),
    limit: 3,
    credential: Some(&spec::PIN1),
    always_counted: true,
};

/// 暗証番号2: MF/IEF02 (2.1, 3.2, C2+).
pub const PIN2: Reference = Reference {
    name: "mf/0002",
    id: "mf/pin2",
    application: MF,
    sfi: 0x02,
    title: Bilingual::new("暗証番号2", "PIN 2 (暗証番号2)"),
    limit: 3,
    credential: Some(&spec::PIN2),
    always_counted: true,
};

/// The one PIN of a マイナ免許証: IEF 0006, ten tries (6.4, C; the specification's annex says 0002, which real cards
/// answer with 6A82).
pub const MENKYO_PIN: Reference = Reference {
    name: "menkyo/0006",
    id: "menkyo/pin",
    application: MENKYO,
    sfi: 0x06,
    title: Bilingual::new("マイナ免許証の暗証番号", "PIN of the licence application"),
    limit: 10,
    credential: Some(&spec::LICENCE_PIN),
    always_counted: true,
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

/// What a file's table says beyond where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// How its items are encoded.
    pub rules: Rules,
    /// Whether it holds 本籍, which is shown only when asked for.
    pub domicile: bool,
}

/// A file. Its size is that of every version of the card that is known, filler included. Whether a card from before v007,
/// without tag 33, has a smaller EF01 is not known (11 no. 10, U): a shorter file is read as it is.
pub type File = TableFile<Row>;

const fn file_of(
    name: &'static str,
    application: Application,
    address: Address,
    title: Bilingual,
    access: Access,
    size: usize,
    signed_by: Option<CheckId>,
) -> model::File {
    model::File { name, application, address, title, access, extent: Extent::Sized(size), signed_by, private: false }
}

const PLAIN: Row = Row { rules: Rules::Licence, domicile: false };
const DOMICILE_ROW: Row = Row { domicile: true, ..PLAIN };
const MENKYO_ROW: Row = Row { rules: Rules::Menkyo, ..PLAIN };

const ONE: Access = Access::AllOf(&[PIN1.sfi]);
const BOTH: Access = Access::AllOf(&[PIN1.sfi, PIN2.sfi]);
const GUEST: Access = Access::AllOf(&[MENKYO_PIN.sfi]);
const SIGNED: Option<CheckId> = Some(CheckId::LicenceSignature);

/// 共通データ要素. SELECT first: 2F01 and IEF 0001 share the short identifier 1 (2.1 note 1, C2+, A).
pub const COMMON_DATA: File = File {
    file: file_of(
        "mf/2F01",
        MF,
        Address::Select(0x2F01),
        Bilingual::new("共通データ要素", "common data"),
        Access::Free,
        17,
        None,
    ),
    own: PLAIN,
};

/// 暗証番号(PIN)設定 (C2+, A).
pub const PIN_SETTING: File = File {
    file: file_of(
        "mf/000A",
        MF,
        Address::Short(0x0A),
        Bilingual::new("暗証番号の設定", "PIN setting"),
        Access::Free,
        3,
        None,
    ),
    own: PLAIN,
};

const fn df1(
    name: &'static str,
    sfi: u8,
    title: Bilingual,
    access: Access,
    size: usize,
    signed_by: Option<CheckId>,
    own: Row,
) -> File {
    File { file: file_of(name, DF1, Address::Short(sfi), title, access, size, signed_by), own }
}

/// 記載事項(本籍除く) (C2+, A).
pub const DATA: File = df1(
    "df1/0001",
    0x01,
    Bilingual::new("記載事項（本籍を除く）", "licence data without the domicile"),
    ONE,
    880,
    SIGNED,
    PLAIN,
);

/// 記載事項(本籍) (C2+, A).
pub const DOMICILE: File =
    df1("df1/0002", 0x02, Bilingual::new("記載事項（本籍）", "registered domicile"), BOTH, 82, SIGNED, DOMICILE_ROW);

/// 外字 1, 2 (C, A).
pub const EXTERNAL: File = df1("df1/0003", 0x03, Bilingual::new("外字", "external characters"), ONE, 264, None, PLAIN);

/// 記載事項変更等(本籍除く) (C2+; the size has no check by arithmetic).
pub const CHANGES: File =
    df1("df1/0004", 0x04, Bilingual::new("記載事項変更等（本籍を除く）", "changes"), ONE, 640, None, PLAIN);

/// 記載事項変更(外字): external characters 3 to 7 (C, A).
pub const CHANGED_EXTERNAL: File = df1(
    "df1/0005",
    0x05,
    Bilingual::new("記載事項変更（外字）", "external characters of changes"),
    ONE,
    663,
    None,
    PLAIN,
);

/// 記載事項変更(本籍) (C2+; the size has no check by arithmetic).
pub const DOMICILE_CHANGES: File = df1(
    "df1/0006",
    0x06,
    Bilingual::new("記載事項変更（本籍）", "changes of the domicile"),
    BOTH,
    256,
    None,
    DOMICILE_ROW,
);

/// 電子署名 (C2+, A).
pub const SIGNATURE: File = df1("df1/0007", 0x07, Bilingual::new("電子署名", "signature"), ONE, 578, None, PLAIN);

/// 写真 (C2+, A).
pub const PHOTO: File = File {
    file: file_of("df2/0001", DF2, Address::Short(0x01), Bilingual::new("写真", "face picture"), BOTH, 2_005, SIGNED),
    own: Row { rules: Rules::LicencePhoto, ..PLAIN },
};

/// RFU of DF3, filled with FF; never read here (S).
pub const RESERVED: File = File {
    file: file_of("df3/0001", DF3, Address::Short(0x01), Bilingual::new("予備", "reserved"), ONE, 512, None),
    own: PLAIN,
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

/// The references of a 運転免許証 (2.1, C2+).
pub const REFERENCES: &[&Reference] = &[&PIN1, &PIN2];

/// The reference of the マイナ免許証 (6.4, C).
pub const MENKYO_REFERENCES: &[&Reference] = &[&MENKYO_PIN];

const fn menkyo(
    name: &'static str,
    sfi: u8,
    title: Bilingual,
    access: Access,
    size: usize,
    signed_by: Option<CheckId>,
) -> File {
    File { file: file_of(name, MENKYO, Address::Short(sfi), title, access, size, signed_by), own: MENKYO_ROW }
}

/// WEF01: PIN setting of the マイナ免許証 (6.4, C2+).
pub const MENKYO_SETTING: File =
    menkyo("menkyo/001A", 0x1A, Bilingual::new("暗証番号の設定", "PIN setting"), Access::Free, 3, None);

/// WEF02: 免許情報記録 and 運転経歴情報記録 with the photo (6.4, id C2+, size S, A). The short identifier follows from
/// the low five bits (I).
pub const MENKYO_DATA: File = menkyo(
    "menkyo/001B",
    0x1B,
    Bilingual::new("免許情報記録", "licence record"),
    GUEST,
    5_845,
    Some(CheckId::MenkyoSignature),
);

/// WEF03: signature (6.4, id C2+, size S, A; short identifier I).
pub const MENKYO_SIGNATURE: File =
    menkyo("menkyo/001C", 0x1C, Bilingual::new("電子署名", "signature"), GUEST, 584, None);

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
            assert_eq!((full_size(&file), file.extent.bytes()), (size, size), "{}", file.name);
        }
        // These hold fewer entries than they have tags for: the file's size is the limit (2.8, C2+).
        for (file, size) in [(CHANGES, 640), (DOMICILE_CHANGES, 256)] {
            assert_eq!(file.extent.bytes(), size, "{}", file.name);
            assert!(full_size(&file) > size, "{}", file.name);
        }
        let read: usize = FILES.iter().filter(|file| file.application != DF3).map(|file| file.extent.bytes()).sum();
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
                Address::Short(sfi) => assert_eq!(u16::from(sfi), file.id() & 0x1F, "{}", file.name),
                Address::Select(id) => assert_eq!((id, file.name), (file.id(), "mf/2F01")),
            }
        }
        assert_eq!(PinSetting::from_byte(2), None);
    }
}
