//! 運転免許証 and マイナ免許証: applications, files and references as tables.
//!
//! Reader, decoder, simulator and `docs/cards/` take every identifier and size from here, every tag from
//! [`super::fields`], and what the signatures cover from [`super::layout`]. Source of each fact: spec licence; the marks
//! in the doc lines are those of its section 0.1.

use std::ops::RangeInclusive;

use crate::{
    cards::{
        drivers_licence::tlv::{Rules, data_end},
        model::{Extent, TableFile, Trim, application_rows, file_lists, file_rows, reference_rows},
    },
    dump::Dump,
    verify::CheckId,
};

use super::spec;
pub use super::{fields::*, layout::*};
pub use crate::cards::model::{Access, Address, Application, Reference};

application_rows! {
    // Only on a My Number Card whose holder added it (M).
    MENKYO "menkyo" "マイナ免許証" "driver's licence application" [0xA0, 0x00, 0x00, 0x02, 0x31, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // Selected by `00 A4 00 00`, not by name: its file identifier (2.1, C2+).
    MF "mf" "主ファイル" "master file" [0x3F, 0x00];
    // 2.1, C2+. DF3 is under the identifier of ISO/IEC 18013-2 and is never read.
    DF1 "df1" "記載事項" "licence data" [0xA0, 0x00, 0x00, 0x02, 0x31, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    DF2 "df2" "写真" "face picture" [0xA0, 0x00, 0x00, 0x02, 0x31, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    DF3 "df3" "予備" "reserved" [0xA0, 0x00, 0x00, 0x02, 0x48, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}

reference_rows! {
    // Three tries, kept for ever; a right entry puts them back (2.1, 3.2, C2+).
    PIN1 MF "mf/0001" "mf/pin1" 0x01 "暗証番号1" "PIN 1 (暗証番号1)", 3, Some(&spec::PIN1), true;
    PIN2 MF "mf/0002" "mf/pin2" 0x02 "暗証番号2" "PIN 2 (暗証番号2)", 3, Some(&spec::PIN2), true;
    // 6.4, C; the specification's annex says 0002, which real cards answer with 6A82.
    MENKYO_PIN MENKYO "menkyo/0006" "menkyo/pin" 0x06 "マイナ免許証の暗証番号" "PIN of the licence application", 10, Some(&spec::LICENCE_PIN), true;
}

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

const PLAIN: Row = Row { rules: Rules::Licence, domicile: false };
const DOMICILE_ROW: Row = Row { domicile: true, ..PLAIN };
const PHOTO_ROW: Row = Row { rules: Rules::LicencePhoto, ..PLAIN };
const GUEST: Row = Row { rules: Rules::Menkyo, ..PLAIN };

const ONE: Access = Access::AllOf(&[PIN1.sfi]);
const BOTH: Access = Access::AllOf(&[PIN1.sfi, PIN2.sfi]);
const GUEST_PIN: Access = Access::AllOf(&[MENKYO_PIN.sfi]);
const SIGNED: Option<CheckId> = Some(CheckId::LicenceSignature);
const GUEST_SIGNED: Option<CheckId> = Some(CheckId::MenkyoSignature);

// What is read of a file before its filler. A usual EF01 has 330 to 450 bytes of items, a photo 1,100 to 1,500; EF04 with nothing but
// empty slots 145, EF06 13; an external character 132. The flags of EF04 and EF06 are not asked (2.8, U): an entry may be in any slot.
const TRIM_DATA: Trim = Trim { first: 480, step: 160, end: |bytes| data_end(bytes, Rules::Licence), proof: SIGNED };
const TRIM_PHOTO: Trim =
    Trim { first: 1_600, step: 0, end: |bytes| data_end(bytes, Rules::LicencePhoto), proof: SIGNED };
const TRIM_CHANGES: Trim = Trim { first: 146, proof: None, ..TRIM_DATA };
const TRIM_FEW: Trim = Trim { first: 16, ..TRIM_CHANGES };
const TRIM_EXTERNAL: Trim = Trim { first: 140, ..TRIM_CHANGES };
const TRIM_MENKYO: Trim =
    Trim { first: 1_920, step: 160, end: |bytes| data_end(bytes, Rules::Menkyo), proof: GUEST_SIGNED };

use Access::Free;
use Address::{Assumed, Select, Short};
use Extent::Sized as Bytes;

file_rows! {
    // SELECT first: 2F01 and IEF 0001 share the short identifier 1 (2.1 note 1, C2+, A).
    COMMON_DATA MF "mf/2F01" "共通データ要素" "common data", Select(0x2F01), Free, Bytes(17), None, PLAIN;
    PIN_SETTING MF "mf/000A" "暗証番号の設定" "PIN setting", Short(0x0A), Free, Bytes(3), None, PLAIN;
    // C2+, A; external characters C, A. The sizes of both files of changes have no check by arithmetic.
    DATA DF1 "df1/0001" "記載事項（本籍を除く）" "licence data without the domicile", Short(0x01), ONE, Bytes(880), SIGNED, PLAIN, trim = &TRIM_DATA;
    DOMICILE DF1 "df1/0002" "記載事項（本籍）" "registered domicile", Short(0x02), BOTH, Bytes(82), SIGNED, DOMICILE_ROW;
    EXTERNAL DF1 "df1/0003" "外字" "external characters", Short(0x03), ONE, Bytes(264), None, PLAIN, trim = &TRIM_EXTERNAL;
    CHANGES DF1 "df1/0004" "記載事項変更等（本籍を除く）" "changes", Short(0x04), ONE, Bytes(640), None, PLAIN, trim = &TRIM_CHANGES;
    CHANGED_EXTERNAL DF1 "df1/0005" "記載事項変更（外字）" "external characters of changes", Short(0x05), ONE, Bytes(663), None, PLAIN, trim = &TRIM_EXTERNAL;
    DOMICILE_CHANGES DF1 "df1/0006" "記載事項変更（本籍）" "changes of the domicile", Short(0x06), BOTH, Bytes(256), None, DOMICILE_ROW, trim = &TRIM_FEW;
    SIGNATURE DF1 "df1/0007" "電子署名" "signature", Short(0x07), ONE, Bytes(578), None, PLAIN;
    PHOTO DF2 "df2/0001" "写真" "face picture", Short(0x01), BOTH, Bytes(2_005), SIGNED, PHOTO_ROW, trim = &TRIM_PHOTO;
    // Filled with FF; never read here (S).
    RESERVED DF3 "df3/0001" "予備" "reserved", Short(0x01), ONE, Bytes(512), None, PLAIN;
    // マイナ免許証, WEF01 to WEF03 (6.4): identifiers C2+, sizes S, A; the short identifiers follow from the low five bits (I).
    MENKYO_SETTING MENKYO "menkyo/001A" "暗証番号の設定" "PIN setting", Short(0x1A), Free, Bytes(3), None, GUEST;
    MENKYO_DATA MENKYO "menkyo/001B" "免許情報記録" "licence record", Assumed(0x1B), GUEST_PIN, Bytes(5_845), GUEST_SIGNED, GUEST, trim = &TRIM_MENKYO;
    MENKYO_SIGNATURE MENKYO "menkyo/001C" "電子署名" "signature", Assumed(0x1C), GUEST_PIN, Bytes(584), None, GUEST;
}

file_lists! {
    /// Every file of a 運転免許証 that can be read, in reading order.
    FILES LICENCE_FILES: COMMON_DATA PIN_SETTING DATA DOMICILE EXTERNAL CHANGES CHANGED_EXTERNAL DOMICILE_CHANGES SIGNATURE PHOTO RESERVED;
    /// Every file of a マイナ免許証, in reading order.
    MENKYO_FILES GUEST_FILES: MENKYO_SETTING MENKYO_DATA MENKYO_SIGNATURE;
}

/// The references of a 運転免許証 (2.1, C2+).
pub const REFERENCES: &[&Reference] = &[&PIN1, &PIN2];

/// The slots that any text here refers to (7.2): `FFF1` to `FFF7`. Bytes that look like a mark and are none cost one more read.
fn refers(dump: &Dump, slots: RangeInclusive<u8>) -> bool {
    let texts = [&DATA, &DOMICILE, &CHANGES, &DOMICILE_CHANGES].into_iter().filter_map(|file| dump.file(file.name));
    let mark = |pair: &[u8]| matches!(pair, [0xFF, low] if slots.contains(low));
    texts.flat_map(|bytes| bytes.windows(2)).any(mark)
}

/// Whether a text refers to an external character that the licence was issued with.
pub(super) fn uses_external(dump: &Dump) -> bool {
    refers(dump, 0xF1..=0xF2)
}

/// Whether a text refers to an external character that was added.
pub(super) fn uses_changed_external(dump: &Dump) -> bool {
    refers(dump, 0xF3..=0xF7)
}

/// The file of this name, of either card.
pub fn file(name: &str) -> Option<&'static File> {
    FILES.iter().chain(MENKYO_FILES).find(|file| file.name == name)
}

#[cfg(test)]
mod tests {
    use super::{super::tlv::encoded_length, *};

    /// Bytes that a file's fields take at their maximum lengths: if every field has its full length, that is the file.
    fn full_size(file: &File) -> usize {
        fields_of(file).map(|field| field.tags().map(|tag| encoded_length(tag, field.max)).sum::<usize>()).sum()
    }

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
                Address::Short(sfi) | Address::Assumed(sfi) => {
                    assert_eq!(u16::from(sfi), file.id() & 0x1F, "{}", file.name)
                }
                Address::Select(id) => assert_eq!((id, file.name), (file.id(), "mf/2F01")),
            }
        }
        assert_eq!(PinSetting::from_byte(2), None);
    }
}
