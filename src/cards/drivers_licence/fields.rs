//! 運転免許証 and マイナ免許証: every tag with its names, content, length and signature (spec licence 2.3 to 2.12, 6.4).

use crate::{lang::Bilingual, tlv::Tag, verify::CheckId};

use super::files::{
    CHANGED_EXTERNAL, CHANGES, COMMON_DATA, DATA, DOMICILE, DOMICILE_CHANGES, EXTERNAL, File, MENKYO_DATA,
    MENKYO_SETTING, MENKYO_SIGNATURE, PHOTO, PIN_SETTING, SIGNATURE,
};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// JIS X 0208, two bytes a character, no escape sequences, with external characters (7.1, 7.2).
    Text,
    /// JIS X 0201, one byte a character: digits, or names in letters.
    Latin,
    /// `EYYMMDD`, JIS X 0201, E the digit of the era; `000000` after any E: not held (2.5).
    Date,
    /// Two BCD digits: the year of the edition of JIS X 0208.
    Edition,
    /// Spec version (3 digits), issue and expiry day (packed BCD `YYYYMMDD`): tag 45 of MF/EF01 (2.3).
    CardDates,
    /// One byte of a PIN-setting file (2.4).
    PinSetting,
    /// 外字: one byte 文字構成, then a raster (2.7, 7.4). Tag's place in the table gives the slot.
    External,
    /// 追記の有無: one byte whose values are not public (2.8, U). Nothing rests on it.
    ChangeFlag,
    /// A change: edition (1), day (14, full-width), text, commission (10) (2.8, C2+).
    Change,
    /// A change of commission: edition (1), day (14), commission (10), no text (2.8, I).
    CommissionChange,
    /// One byte: 00 not held, else held. The values are not public (6.4, I).
    Held,
    /// One byte whose table is not public (6.4, U).
    Code,
    /// JPEG 2000, one component, in a JP2 container or as a raw codestream (7.5).
    Photo,
    /// RSA-2048 signature, 256 bytes.
    Signature,
    /// Bytes shown as hex.
    Binary,
    /// Reserved: kept as bytes.
    Reserved,
}

/// A field of a file, or a run of equal fields under consecutive tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The file's name.
    pub file: &'static str,
    /// Its tag, or the first of the run.
    pub tag: Tag,
    /// How many tags, one after the other.
    pub slots: u32,
    /// Machine name, for example `licence_number`.
    pub id: &'static str,
    /// Names for people.
    pub title: Bilingual,
    /// What it holds.
    pub content: Content,
    /// The most bytes of its value.
    pub max: usize,
    /// Whether a file without it is malformed; it may still be empty.
    pub required: bool,
    /// Whether it is shown only when asked for (本籍).
    pub masked: bool,
    /// The check that covers it, if one does.
    pub signed_by: Option<CheckId>,
}

impl Field {
    /// Its tags in order.
    pub fn tags(&self) -> impl Iterator<Item = Tag> + use<> {
        let first = self.tag.0;
        (first..first.saturating_add(self.slots)).map(Tag)
    }

    /// Which of its run a tag is, from 0.
    pub fn slot(&self, tag: Tag) -> Option<u32> {
        tag.0.checked_sub(self.tag.0).filter(|slot| *slot < self.slots)
    }
}

/// The fields of a file in stored order.
pub fn fields_of(file: &File) -> impl Iterator<Item = &'static Field> + use<> {
    let name = file.name;
    FIELDS.iter().filter(move |field| field.file == name)
}

/// The field of a file that has this tag.
pub fn field_of(file: &File, tag: Tag) -> Option<&'static Field> {
    fields_of(file).find(|field| field.slot(tag).is_some())
}

/// Bytes of a change entry before its text: edition and day (2.8, C2+).
pub const CHANGE_HEAD: usize = 15;

/// Bytes of a change entry after its text: five characters of the commission (2.8, C2+).
pub const CHANGE_TAIL: usize = 10;

/// The most text of a change entry. No source states it; 80 is the longest text of EF01 (I).
pub const CHANGE_TEXT: usize = 80;

/// The most bytes of a change entry.
const ENTRY: usize = CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL;

/// Bytes of a マイナ免許証's or a licence's date.
const DAY: usize = 7;

/// The most bytes of a line of text: address, condition, remark (2.5, S, A).
const LINE: usize = 80;

/// Bytes that say that a マイナ免許証's category is not held; every other byte: held. The values are not public: zero
/// in binary or as a digit is our reading (6.4, U).
pub const NOT_HELD: &[u8] = &[0x00, b'0'];

/// Tags of DF1/EF01 that one digest counts to the reserved ones as well (11 no. 9, U): kept silent.
const MORE_RESERVED: std::ops::RangeInclusive<u32> = 0x3B..=0x3F;

/// Whether a tag is one of those.
pub fn is_more_reserved(file: &File, tag: Tag) -> bool {
    file.name == DATA.file.name && MORE_RESERVED.contains(&tag.0)
}

/// Slots of external characters: 外字1 and 2 in EF03, 3 to 7 in EF05 (7.2, C2+; the tags of 3 to 7: I). Slot, file, tag.
pub const EXTERNAL_SLOTS: &[(u8, &str, Tag)] = &[
    (1, EXTERNAL.file.name, Tag(0x48)),
    (2, EXTERNAL.file.name, Tag(0x49)),
    (3, CHANGED_EXTERNAL.file.name, Tag(0xA1)),
    (4, CHANGED_EXTERNAL.file.name, Tag(0xA2)),
    (5, CHANGED_EXTERNAL.file.name, Tag(0xA3)),
    (6, CHANGED_EXTERNAL.file.name, Tag(0xA4)),
    (7, CHANGED_EXTERNAL.file.name, Tag(0xA5)),
];

/// The same for the マイナ免許証 (6.4, S; that the codes are those of the licence: I).
pub const MENKYO_EXTERNAL_SLOTS: &[(u8, &str, Tag)] = &[
    (1, MENKYO_DATA.file.name, Tag(0xCA)),
    (2, MENKYO_DATA.file.name, Tag(0xCB)),
    (3, MENKYO_DATA.file.name, Tag(0xD4)),
    (4, MENKYO_DATA.file.name, Tag(0xD5)),
    (5, MENKYO_DATA.file.name, Tag(0xD6)),
];

/// One row a field: tag (and how many tags in a row), machine name, names for people, what it holds and its most bytes.
/// A file without a `MUST` is malformed.
macro_rules! fields {
    ($($file:ident { $($required:ident $tag:literal $(* $slots:literal)? $id:literal $ja:literal $en:literal
       $content:ident($max:expr);)* })*) => {
        /// Every field, file by file in stored order.
        pub const FIELDS: &[Field] = &[$($(Field {
            file: $file.file.name,
            tag: Tag($tag),
            slots: 1 $(* $slots)?,
            id: $id,
            title: Bilingual::new($ja, $en),
            content: Content::$content,
            max: $max,
            required: $required,
            masked: $file.own.domicile,
            signed_by: $file.file.signed_by,
        },)*)*];
    };
}

const MUST: bool = true;
const MAY: bool = false;

fields! {
    COMMON_DATA {
        MUST 0x45 "card_issuer_data" "カード発行者データ" "card issuer data" CardDates(11);
        MAY  0x46 "pre_issue_data" "発行前データ" "pre-issue data" Binary(2);
    }
    PIN_SETTING {
        MUST 0x05 "pin_setting" "暗証番号の設定" "PIN setting" PinSetting(1);
    }
    // DF1/EF01: tags and names C2+, lengths S, A.
    DATA {
        MUST 0x11 "charset_year" "JIS X 0208制定年番号" "edition of JIS X 0208" Edition(1);
        MUST 0x12 "name" "氏名" "name" Text(72);
        MUST 0x13 "name_kana" "呼び名（カナ）" "name in kana" Text(32);
        MUST 0x14 "alias" "通称名" "alias" Text(32);
        MUST 0x15 "unified_name_kana" "統一氏名（カナ）" "unified name in kana" Text(16);
        MUST 0x16 "birth_date" "生年月日" "birth date" Date(DAY);
        MUST 0x17 "address" "住所" "address" Text(LINE);
        MUST 0x18 "issue_date" "交付年月日" "issued on" Date(DAY);
        MUST 0x19 "reference_number" "照会番号" "reference number" Latin(5);
        MUST 0x1A "colour_class" "免許証の色区分" "colour class" Text(6);
        MUST 0x1B "expiry_date" "有効期間の末日" "valid through" Date(DAY);
        MUST 0x1C "condition_1" "免許の条件1" "condition 1" Text(LINE);
        MUST 0x1D "condition_2" "免許の条件2" "condition 2" Text(LINE);
        MUST 0x1E "condition_3" "免許の条件3" "condition 3" Text(LINE);
        MUST 0x1F "condition_4" "免許の条件4" "condition 4" Text(LINE);
        MUST 0x20 "commission" "公安委員会名" "public safety commission" Text(24);
        MUST 0x21 "licence_number" "免許証の番号" "licence number" Latin(12);
        MUST 0x22 "date_motorcycle_smallspecial_moped"
             "免許の年月日（二・小・原）" "licensed on (motorcycles, small special, moped)" Date(DAY);
        MUST 0x23 "date_other" "免許の年月日（他）" "licensed on (other)" Date(DAY);
        MUST 0x24 "date_class2" "免許の年月日（二種）" "licensed on (second class)" Date(DAY);
        MUST 0x25 "cat_large" "免許の年月日（大型）" "licensed on (large)" Date(DAY);
        MUST 0x26 "cat_ordinary" "免許の年月日（普通）" "licensed on (ordinary)" Date(DAY);
        MUST 0x27 "cat_large_special" "免許の年月日（大特）" "licensed on (large special)" Date(DAY);
        MUST 0x28 "cat_large_motorcycle" "免許の年月日（大自二）" "licensed on (large motorcycle)" Date(DAY);
        MUST 0x29 "cat_ordinary_motorcycle" "免許の年月日（普自二）" "licensed on (ordinary motorcycle)" Date(DAY);
        MUST 0x2A "cat_small_special" "免許の年月日（小特）" "licensed on (small special)" Date(DAY);
        MUST 0x2B "cat_moped" "免許の年月日（原付）" "licensed on (moped)" Date(DAY);
        MUST 0x2C "cat_towing" "免許の年月日（け引）" "licensed on (towing)" Date(DAY);
        MUST 0x2D "cat_large_2" "免許の年月日（大二）" "licensed on (large, second class)" Date(DAY);
        MUST 0x2E "cat_ordinary_2" "免許の年月日（普二）" "licensed on (ordinary, second class)" Date(DAY);
        MUST 0x2F "cat_large_special_2" "免許の年月日（大特二）" "licensed on (large special, second class)" Date(DAY);
        MUST 0x30 "cat_towing_2" "免許の年月日（け引二）" "licensed on (towing, second class)" Date(DAY);
        MUST 0x31 "cat_medium" "免許の年月日（中型）" "licensed on (medium)" Date(DAY);
        MUST 0x32 "cat_medium_2" "免許の年月日（中二）" "licensed on (medium, second class)" Date(DAY);
        MAY  0x33 "cat_semi_medium" "免許の年月日（準中型）" "licensed on (semi-medium)" Date(DAY);
        // 34..3A is what fills the 880 bytes (A); a digest says ..3F (11 no. 9, U): unknown tags are kept and noted.
        MAY  0x34 * 7 "rfu" "予備" "reserved" Reserved(DAY);
    }
    DOMICILE {
        MUST 0x41 "domicile" "本籍" "registered domicile" Text(LINE);
    }
    EXTERNAL {
        MAY  0x48 * 2 "external" "外字" "external character" External(128);
    }
    // DF1/EF04: tags from one reader, layout from two (2.8, C2+).
    CHANGES {
        MAY  0x50 "changes_flag" "追記の有無" "entries added" ChangeFlag(1);
        MAY  0x51 * 15 "new_commission" "新住所地公安委員会名" "new commission" CommissionChange(CHANGE_HEAD + CHANGE_TAIL);
        MAY  0x60 * 8 "new_name" "新氏名" "new name" Change(ENTRY);
        MAY  0x68 * 8 "new_name_kana" "新呼び名（カナ）" "new name in kana" Change(ENTRY);
        MAY  0x70 * 8 "new_address" "新住所" "new address" Change(ENTRY);
        MAY  0x78 * 8 "new_condition" "新条件" "new condition" Change(ENTRY);
        MAY  0x80 * 8 "condition_removed" "条件解除" "condition removed" Change(ENTRY);
        MAY  0x88 * 8 "remark" "備考" "remark" Change(ENTRY);
        MAY  0x90 * 8 "spare" "予備" "spare" Change(ENTRY);
    }
    CHANGED_EXTERNAL {
        MAY  0xA0 "changes_flag" "追記の有無" "entries added" ChangeFlag(1);
        MAY  0xA1 * 5 "external" "外字" "external character" External(128);
    }
    DOMICILE_CHANGES {
        MAY  0xAA "changes_flag" "追記の有無" "entries added" ChangeFlag(1);
        MAY  0xAB * 5 "new_domicile" "新本籍" "new domicile" Change(ENTRY);
    }
    SIGNATURE {
        MUST 0xB1 "signature" "電子署名" "signature" Signature(256);
        MUST 0xB2 "signer_serial" "署名者証明書のシリアル番号" "serial number of the signer" Latin(16);
        MAY  0xB3 "rfu" "予備" "reserved" Reserved(48);
        MUST 0xB4 "signer_issuer" "発行者名" "issuer of the signer" Latin(80);
        MUST 0xB5 "signer_subject" "主体者名" "subject of the signer" Latin(130);
        MUST 0xB6 "signer_key_id" "主体者鍵識別子" "subject key identifier" Binary(32);
    }
    PHOTO {
        MUST 0x5F40 "photo" "写真" "face picture" Photo(2000);
    }
    // マイナ免許証 (6.4): tags and lengths S, the sum A.
    MENKYO_SETTING {
        MUST 0xC1 "pin_setting" "暗証番号の設定" "PIN setting" PinSetting(1);
    }
    MENKYO_DATA {
        MUST 0xC2 "record_date" "運転経歴情報の記録日" "record date" Date(DAY);
        MUST 0xC3 "driver_class" "運転者区分" "driver class" Code(1);
        MUST 0xC4 "colour_class" "色区分" "colour class" Text(6);
        MUST 0xC5 "expiry_date" "有効期間の末日" "valid through" Date(DAY);
        MAY  0xC6 "condition_1" "免許の条件1" "condition 1" Text(LINE);
        MAY  0xC7 "condition_2" "免許の条件2" "condition 2" Text(LINE);
        MAY  0xC8 "condition_3" "免許の条件3" "condition 3" Text(LINE);
        MAY  0xC9 "condition_4" "免許の条件4" "condition 4" Text(LINE);
        MAY  0xCA * 2 "external" "外字1・2" "external characters 1 and 2" External(256);
        MAY  0xCC "condition_5" "免許の条件5" "condition 5" Text(LINE);
        MAY  0xCD "condition_6" "免許の条件6" "condition 6" Text(LINE);
        MAY  0xCE "condition_7" "免許の条件7" "condition 7" Text(LINE);
        MAY  0xCF "condition_8" "免許の条件8" "condition 8" Text(LINE);
        MAY  0xD0 "condition_9" "免許の条件9" "condition 9" Text(LINE);
        MAY  0xD1 "condition_10" "免許の条件10" "condition 10" Text(LINE);
        MAY  0xD2 "condition_11" "免許の条件11" "condition 11" Text(LINE);
        MAY  0xD3 "condition_12" "免許の条件12" "condition 12" Text(LINE);
        MAY  0xD4 * 3 "external_more" "外字3～5" "external characters 3 to 5" External(256);
        MAY  0xD7 "remark_1" "備考1" "remark 1" Text(LINE);
        MAY  0xD8 "remark_2" "備考2" "remark 2" Text(LINE);
        MAY  0xD9 "remark_3" "備考3" "remark 3" Text(LINE);
        MAY  0xDA "remark_4" "備考4" "remark 4" Text(LINE);
        MAY  0xDB "remark_5" "備考5" "remark 5" Text(LINE);
        MAY  0xDC "remark_6" "備考6" "remark 6" Text(LINE);
        MAY  0xDD "remark_7" "備考7" "remark 7" Text(LINE);
        MAY  0xDE "remark_8" "備考8" "remark 8" Text(LINE);
        MAY  0xDF * 8 "spare" "予備" "spare" Text(LINE);
        MUST 0xE7 "licence_number" "免許情報記録の番号" "number of the licence record" Latin(12);
        MAY  0xE8 "history_number" "運転経歴情報記録の番号" "number of the driving record" Latin(12);
        MUST 0xE9 "date_motorcycle_smallspecial_moped"
             "免許の年月日（二・小・原）" "licensed on (motorcycles, small special, moped)" Date(DAY);
        MUST 0xEA "date_other" "免許の年月日（他）" "licensed on (other)" Date(DAY);
        MUST 0xEB "date_class2" "免許の年月日（二種）" "licensed on (second class)" Date(DAY);
        MUST 0xEC "cat_large" "大型" "large" Held(1);
        MUST 0xED "cat_ordinary" "普通" "ordinary" Held(1);
        MUST 0xEE "cat_large_special" "大特" "large special" Held(1);
        MUST 0xEF "cat_large_motorcycle" "大自二" "large motorcycle" Held(1);
        MUST 0xF0 "cat_ordinary_motorcycle" "普自二" "ordinary motorcycle" Held(1);
        MUST 0xF1 "cat_small_special" "小特" "small special" Held(1);
        MUST 0xF2 "cat_moped" "原付" "moped" Held(1);
        MUST 0xF3 "cat_towing" "け引" "towing" Held(1);
        MUST 0xF4 "cat_large_2" "大二" "large, second class" Held(1);
        MUST 0xF5 "cat_ordinary_2" "普二" "ordinary, second class" Held(1);
        MUST 0xF6 "cat_large_special_2" "大特二" "large special, second class" Held(1);
        MUST 0xF7 "cat_towing_2" "け引二" "towing, second class" Held(1);
        MUST 0xF8 "cat_medium" "中型" "medium" Held(1);
        MUST 0xF9 "cat_medium_2" "中二" "medium, second class" Held(1);
        MUST 0xFA "cat_semi_medium" "準中型" "semi-medium" Held(1);
        // FF is a real tag here.
        MAY  0xFB * 5 "rfu" "予備" "reserved" Reserved(DAY);
        // Two bytes each: 01 00 and so on (I, A).
        MAY  0x100 * 7 "rfu_more" "予備" "reserved" Reserved(DAY);
        MUST 0x107 "photo" "写真" "face picture" Photo(2000);
    }
    MENKYO_SIGNATURE {
        MUST 0x108 "signature" "電子署名" "signature" Signature(256);
        MUST 0x109 "signer_serial" "署名者証明書のシリアル番号" "serial number of the signer" Latin(16);
        MAY  0x10A "rfu" "予備" "reserved" Reserved(48);
        MUST 0x10B "signer_issuer" "発行者名" "issuer of the signer" Latin(80);
        MUST 0x10C "signer_subject" "主体者名" "subject of the signer" Latin(130);
        MUST 0x10D "signer_key_id" "主体者鍵識別子" "subject key identifier" Binary(32);
    }
}

/// Every field by machine name.
pub fn field_named(file: &File, id: &str) -> Option<&'static Field> {
    fields_of(file).find(|field| field.id == id)
}
