//! 運転免許証 and マイナ免許証: every tag with its names, content, length and signature (spec licence 2.3 to 2.12, 6.4).

use crate::{lang::Bilingual, tlv::Tag};

pub use super::field::{Content, Field};
use super::{
    field::{field, required, slots},
    files::{self, File},
};

/// The fields of a file in stored order.
pub fn fields_of(file: &File) -> impl Iterator<Item = &'static Field> + use<> {
    let name = file.name;
    FIELDS.iter().filter(move |field| field.file == name)
}

/// The field of a file that has this tag.
pub fn field_of(file: &File, tag: Tag) -> Option<&'static Field> {
    fields_of(file).find(|field| field.slot(tag).is_some())
}

const fn names(ja: &'static str, en: &'static str) -> Bilingual {
    Bilingual::new(ja, en)
}

use Content::{
    Binary, Change, ChangeFlag, Code, CommissionChange, Date, Edition, External, Held, Latin, Photo, Reserved,
    Signature, Text,
};
use files::{
    CHANGED_EXTERNAL, CHANGES, COMMON_DATA, DATA, DOMICILE, DOMICILE_CHANGES, EXTERNAL, MENKYO_DATA, MENKYO_SETTING,
    MENKYO_SIGNATURE, PHOTO, PIN_SETTING, SIGNATURE,
};

/// Bytes of a change entry in front of its text: edition and day (2.8, C2+).
pub const CHANGE_HEAD: usize = 15;

/// Bytes of a change entry behind its text: five characters of the commission (2.8, C2+).
pub const CHANGE_TAIL: usize = 10;

/// The most text of a change entry. No source states it; 80 is the longest text of EF01 (I).
pub const CHANGE_TEXT: usize = 80;

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

/// Every field, file by file in stored order.
pub const FIELDS: &[Field] = &[
    required(field(
        COMMON_DATA,
        0x45,
        "card_issuer_data",
        names("カード発行者データ", "card issuer data"),
        Content::CardDates,
        11,
    )),
    field(COMMON_DATA, 0x46, "pre_issue_data", names("発行前データ", "pre-issue data"), Binary, 2),
    required(field(PIN_SETTING, 0x05, "pin_setting", names("暗証番号の設定", "PIN setting"), Content::PinSetting, 1)),
    // DF1/EF01: tags and names C2+, lengths S, A.
    required(field(DATA, 0x11, "charset_year", names("JIS X 0208制定年番号", "edition of JIS X 0208"), Edition, 1)),
    required(field(DATA, 0x12, "name", names("氏名", "name"), Text, 72)),
    required(field(DATA, 0x13, "name_kana", names("呼び名（カナ）", "name in kana"), Text, 32)),
    required(field(DATA, 0x14, "alias", names("通称名", "alias"), Text, 32)),
    required(field(DATA, 0x15, "unified_name_kana", names("統一氏名（カナ）", "unified name in kana"), Text, 16)),
    required(field(DATA, 0x16, "birth_date", names("生年月日", "birth date"), Date, DAY)),
    required(field(DATA, 0x17, "address", names("住所", "address"), Text, LINE)),
    required(field(DATA, 0x18, "issue_date", names("交付年月日", "issued on"), Date, DAY)),
    required(field(DATA, 0x19, "reference_number", names("照会番号", "reference number"), Latin, 5)),
    required(field(DATA, 0x1A, "colour_class", names("免許証の色区分", "colour class"), Text, 6)),
    required(field(DATA, 0x1B, "expiry_date", names("有効期間の末日", "valid through"), Date, DAY)),
    required(field(DATA, 0x1C, "condition_1", names("免許の条件1", "condition 1"), Text, LINE)),
    required(field(DATA, 0x1D, "condition_2", names("免許の条件2", "condition 2"), Text, LINE)),
    required(field(DATA, 0x1E, "condition_3", names("免許の条件3", "condition 3"), Text, LINE)),
    required(field(DATA, 0x1F, "condition_4", names("免許の条件4", "condition 4"), Text, LINE)),
    required(field(DATA, 0x20, "commission", names("公安委員会名", "public safety commission"), Text, 24)),
    required(field(DATA, 0x21, "licence_number", names("免許証の番号", "licence number"), Latin, 12)),
    required(field(
        DATA,
        0x22,
        "date_motorcycle_smallspecial_moped",
        names("免許の年月日（二・小・原）", "licensed on (motorcycles, small special, moped)"),
        Date,
        DAY,
    )),
    required(field(DATA, 0x23, "date_other", names("免許の年月日（他）", "licensed on (other)"), Date, DAY)),
    required(field(DATA, 0x24, "date_class2", names("免許の年月日（二種）", "licensed on (second class)"), Date, DAY)),
    required(field(DATA, 0x25, "cat_large", names("免許の年月日（大型）", "licensed on (large)"), Date, DAY)),
    required(field(DATA, 0x26, "cat_ordinary", names("免許の年月日（普通）", "licensed on (ordinary)"), Date, DAY)),
    required(field(
        DATA,
        0x27,
        "cat_large_special",
        names("免許の年月日（大特）", "licensed on (large special)"),
        Date,
        DAY,
    )),
    required(field(
        DATA,
        0x28,
        "cat_large_motorcycle",
        names("免許の年月日（大自二）", "licensed on (large motorcycle)"),
        Date,
        DAY,
    )),
    required(field(
        DATA,
        0x29,
        "cat_ordinary_motorcycle",
        names("免許の年月日（普自二）", "licensed on (ordinary motorcycle)"),
        Date,
        DAY,
    )),
    required(field(
        DATA,
        0x2A,
        "cat_small_special",
        names("免許の年月日（小特）", "licensed on (small special)"),
        Date,
        DAY,
    )),
    required(field(DATA, 0x2B, "cat_moped", names("免許の年月日（原付）", "licensed on (moped)"), Date, DAY)),
    required(field(DATA, 0x2C, "cat_towing", names("免許の年月日（け引）", "licensed on (towing)"), Date, DAY)),
    required(field(
        DATA,
        0x2D,
        "cat_large_2",
        names("免許の年月日（大二）", "licensed on (large, second class)"),
        Date,
        DAY,
    )),
    required(field(
        DATA,
        0x2E,
        "cat_ordinary_2",
        names("免許の年月日（普二）", "licensed on (ordinary, second class)"),
        Date,
        DAY,
    )),
    required(field(
        DATA,
        0x2F,
        "cat_large_special_2",
        names("免許の年月日（大特二）", "licensed on (large special, second class)"),
        Date,
        DAY,
    )),
    required(field(
        DATA,
        0x30,
        "cat_towing_2",
        names("免許の年月日（け引二）", "licensed on (towing, second class)"),
        Date,
        DAY,
    )),
    required(field(DATA, 0x31, "cat_medium", names("免許の年月日（中型）", "licensed on (medium)"), Date, DAY)),
    required(field(
        DATA,
        0x32,
        "cat_medium_2",
        names("免許の年月日（中二）", "licensed on (medium, second class)"),
        Date,
        DAY,
    )),
    field(DATA, 0x33, "cat_semi_medium", names("免許の年月日（準中型）", "licensed on (semi-medium)"), Date, DAY),
    // 34..3A is what fills the 880 bytes (A); a digest says ..3F (11 no. 9, U): unknown tags are kept and noted.
    slots(field(DATA, 0x34, "rfu", names("予備", "reserved"), Reserved, DAY), 7),
    required(field(DOMICILE, 0x41, "domicile", names("本籍", "registered domicile"), Text, LINE)),
    slots(field(EXTERNAL, 0x48, "external", names("外字", "external character"), External, 128), 2),
    // DF1/EF04: tags from one reader, layout from two (2.8, C2+).
    field(CHANGES, 0x50, "changes_flag", names("追記の有無", "entries added"), ChangeFlag, 1),
    slots(
        field(
            CHANGES,
            0x51,
            "new_commission",
            names("新住所地公安委員会名", "new commission"),
            CommissionChange,
            CHANGE_HEAD + CHANGE_TAIL,
        ),
        15,
    ),
    slots(
        field(CHANGES, 0x60, "new_name", names("新氏名", "new name"), Change, CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL),
        8,
    ),
    slots(
        field(
            CHANGES,
            0x68,
            "new_name_kana",
            names("新呼び名（カナ）", "new name in kana"),
            Change,
            CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL,
        ),
        8,
    ),
    slots(
        field(
            CHANGES,
            0x70,
            "new_address",
            names("新住所", "new address"),
            Change,
            CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL,
        ),
        8,
    ),
    slots(
        field(
            CHANGES,
            0x78,
            "new_condition",
            names("新条件", "new condition"),
            Change,
            CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL,
        ),
        8,
    ),
    slots(
        field(
            CHANGES,
            0x80,
            "condition_removed",
            names("条件解除", "condition removed"),
            Change,
            CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL,
        ),
        8,
    ),
    slots(field(CHANGES, 0x88, "remark", names("備考", "remark"), Change, CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL), 8),
    slots(field(CHANGES, 0x90, "spare", names("予備", "spare"), Change, CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL), 8),
    field(CHANGED_EXTERNAL, 0xA0, "changes_flag", names("追記の有無", "entries added"), ChangeFlag, 1),
    slots(field(CHANGED_EXTERNAL, 0xA1, "external", names("外字", "external character"), External, 128), 5),
    field(DOMICILE_CHANGES, 0xAA, "changes_flag", names("追記の有無", "entries added"), ChangeFlag, 1),
    slots(
        field(
            DOMICILE_CHANGES,
            0xAB,
            "new_domicile",
            names("新本籍", "new domicile"),
            Change,
            CHANGE_HEAD + CHANGE_TEXT + CHANGE_TAIL,
        ),
        5,
    ),
    required(field(SIGNATURE, 0xB1, "signature", names("電子署名", "signature"), Signature, 256)),
    required(field(
        SIGNATURE,
        0xB2,
        "signer_serial",
        names("署名者証明書のシリアル番号", "serial number of the signer"),
        Latin,
        16,
    )),
    field(SIGNATURE, 0xB3, "rfu", names("予備", "reserved"), Reserved, 48),
    required(field(SIGNATURE, 0xB4, "signer_issuer", names("発行者名", "issuer of the signer"), Latin, 80)),
    required(field(SIGNATURE, 0xB5, "signer_subject", names("主体者名", "subject of the signer"), Latin, 130)),
    required(field(SIGNATURE, 0xB6, "signer_key_id", names("主体者鍵識別子", "subject key identifier"), Binary, 32)),
    required(field(PHOTO, 0x5F40, "photo", names("写真", "face picture"), Photo, 2000)),
    // マイナ免許証 (6.4): tags and lengths S, the sum A.
    required(field(
        MENKYO_SETTING,
        0xC1,
        "pin_setting",
        names("暗証番号の設定", "PIN setting"),
        Content::PinSetting,
        1,
    )),
    required(field(MENKYO_DATA, 0xC2, "record_date", names("運転経歴情報の記録日", "record date"), Date, DAY)),
    required(field(MENKYO_DATA, 0xC3, "driver_class", names("運転者区分", "driver class"), Code, 1)),
    required(field(MENKYO_DATA, 0xC4, "colour_class", names("色区分", "colour class"), Text, 6)),
    required(field(MENKYO_DATA, 0xC5, "expiry_date", names("有効期間の末日", "valid through"), Date, DAY)),
    field(MENKYO_DATA, 0xC6, "condition_1", names("免許の条件1", "condition 1"), Text, LINE),
    field(MENKYO_DATA, 0xC7, "condition_2", names("免許の条件2", "condition 2"), Text, LINE),
    field(MENKYO_DATA, 0xC8, "condition_3", names("免許の条件3", "condition 3"), Text, LINE),
    field(MENKYO_DATA, 0xC9, "condition_4", names("免許の条件4", "condition 4"), Text, LINE),
    slots(field(MENKYO_DATA, 0xCA, "external", names("外字1・2", "external characters 1 and 2"), External, 256), 2),
    field(MENKYO_DATA, 0xCC, "condition_5", names("免許の条件5", "condition 5"), Text, LINE),
    field(MENKYO_DATA, 0xCD, "condition_6", names("免許の条件6", "condition 6"), Text, LINE),
    field(MENKYO_DATA, 0xCE, "condition_7", names("免許の条件7", "condition 7"), Text, LINE),
    field(MENKYO_DATA, 0xCF, "condition_8", names("免許の条件8", "condition 8"), Text, LINE),
    field(MENKYO_DATA, 0xD0, "condition_9", names("免許の条件9", "condition 9"), Text, LINE),
    field(MENKYO_DATA, 0xD1, "condition_10", names("免許の条件10", "condition 10"), Text, LINE),
    field(MENKYO_DATA, 0xD2, "condition_11", names("免許の条件11", "condition 11"), Text, LINE),
    field(MENKYO_DATA, 0xD3, "condition_12", names("免許の条件12", "condition 12"), Text, LINE),
    slots(field(MENKYO_DATA, 0xD4, "external_more", names("外字3～5", "external characters 3 to 5"), External, 256), 3),
    field(MENKYO_DATA, 0xD7, "remark_1", names("備考1", "remark 1"), Text, LINE),
    field(MENKYO_DATA, 0xD8, "remark_2", names("備考2", "remark 2"), Text, LINE),
    field(MENKYO_DATA, 0xD9, "remark_3", names("備考3", "remark 3"), Text, LINE),
    field(MENKYO_DATA, 0xDA, "remark_4", names("備考4", "remark 4"), Text, LINE),
    field(MENKYO_DATA, 0xDB, "remark_5", names("備考5", "remark 5"), Text, LINE),
    field(MENKYO_DATA, 0xDC, "remark_6", names("備考6", "remark 6"), Text, LINE),
    field(MENKYO_DATA, 0xDD, "remark_7", names("備考7", "remark 7"), Text, LINE),
    field(MENKYO_DATA, 0xDE, "remark_8", names("備考8", "remark 8"), Text, LINE),
    slots(field(MENKYO_DATA, 0xDF, "spare", names("予備", "spare"), Text, LINE), 8),
    required(field(
        MENKYO_DATA,
        0xE7,
        "licence_number",
        names("免許情報記録の番号", "number of the licence record"),
        Latin,
        12,
    )),
    field(
        MENKYO_DATA,
        0xE8,
        "history_number",
        names("運転経歴情報記録の番号", "number of the driving record"),
        Latin,
        12,
    ),
    required(field(
        MENKYO_DATA,
        0xE9,
        "date_motorcycle_smallspecial_moped",
        names("免許の年月日（二・小・原）", "licensed on (motorcycles, small special, moped)"),
        Date,
        DAY,
    )),
    required(field(MENKYO_DATA, 0xEA, "date_other", names("免許の年月日（他）", "licensed on (other)"), Date, DAY)),
    required(field(
        MENKYO_DATA,
        0xEB,
        "date_class2",
        names("免許の年月日（二種）", "licensed on (second class)"),
        Date,
        DAY,
    )),
    required(field(MENKYO_DATA, 0xEC, "cat_large", names("大型", "large"), Held, 1)),
    required(field(MENKYO_DATA, 0xED, "cat_ordinary", names("普通", "ordinary"), Held, 1)),
    required(field(MENKYO_DATA, 0xEE, "cat_large_special", names("大特", "large special"), Held, 1)),
    required(field(MENKYO_DATA, 0xEF, "cat_large_motorcycle", names("大自二", "large motorcycle"), Held, 1)),
    required(field(MENKYO_DATA, 0xF0, "cat_ordinary_motorcycle", names("普自二", "ordinary motorcycle"), Held, 1)),
    required(field(MENKYO_DATA, 0xF1, "cat_small_special", names("小特", "small special"), Held, 1)),
    required(field(MENKYO_DATA, 0xF2, "cat_moped", names("原付", "moped"), Held, 1)),
    required(field(MENKYO_DATA, 0xF3, "cat_towing", names("け引", "towing"), Held, 1)),
    required(field(MENKYO_DATA, 0xF4, "cat_large_2", names("大二", "large, second class"), Held, 1)),
    required(field(MENKYO_DATA, 0xF5, "cat_ordinary_2", names("普二", "ordinary, second class"), Held, 1)),
    required(field(MENKYO_DATA, 0xF6, "cat_large_special_2", names("大特二", "large special, second class"), Held, 1)),
    required(field(MENKYO_DATA, 0xF7, "cat_towing_2", names("け引二", "towing, second class"), Held, 1)),
    required(field(MENKYO_DATA, 0xF8, "cat_medium", names("中型", "medium"), Held, 1)),
    required(field(MENKYO_DATA, 0xF9, "cat_medium_2", names("中二", "medium, second class"), Held, 1)),
    required(field(MENKYO_DATA, 0xFA, "cat_semi_medium", names("準中型", "semi-medium"), Held, 1)),
    // FF is a real tag here.
    slots(field(MENKYO_DATA, 0xFB, "rfu", names("予備", "reserved"), Reserved, DAY), 5),
    // Two bytes each: 01 00 and so on (I, A).
    slots(field(MENKYO_DATA, 0x100, "rfu_more", names("予備", "reserved"), Reserved, DAY), 7),
    required(field(MENKYO_DATA, 0x107, "photo", names("写真", "face picture"), Photo, 2000)),
    required(field(MENKYO_SIGNATURE, 0x108, "signature", names("電子署名", "signature"), Signature, 256)),
    required(field(
        MENKYO_SIGNATURE,
        0x109,
        "signer_serial",
        names("署名者証明書のシリアル番号", "serial number of the signer"),
        Latin,
        16,
    )),
    field(MENKYO_SIGNATURE, 0x10A, "rfu", names("予備", "reserved"), Reserved, 48),
    required(field(MENKYO_SIGNATURE, 0x10B, "signer_issuer", names("発行者名", "issuer of the signer"), Latin, 80)),
    required(field(MENKYO_SIGNATURE, 0x10C, "signer_subject", names("主体者名", "subject of the signer"), Latin, 130)),
    required(field(
        MENKYO_SIGNATURE,
        0x10D,
        "signer_key_id",
        names("主体者鍵識別子", "subject key identifier"),
        Binary,
        32,
    )),
];

/// Every field by machine name.
pub fn field_named(file: &File, id: &str) -> Option<&'static Field> {
    fields_of(file).find(|field| field.id == id)
}
