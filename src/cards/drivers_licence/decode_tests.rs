//! The worked vectors of spec licence 9, and what no bytes may do.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::cards::drivers_licence::tlv::{FILLER, encode, fill};

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

/// Spec licence 9.2; synthetic.
pub(in crate::cards::drivers_licence) const DATA_ITEMS: &str = "
110190 120a3b6e3833212142404f3a 130e2537253125732121253f256d2526 1400 150c253725312573253f256d2526
160734303230343031 171e456c357e455440694265454436683262242c34582332215d2331215d2332
180735303530343031 19053132333435 1a044d254e49 1b0735313030353031 1c06346336404579 1d00 1e00 1f00
2010456c357e455438783042305130773271 210c333039303132333435363230
220734303030303030 230734323230343031 240734303030303030
250734303030303030 260734303030303030 270734303030303030 280734303030303030 290734303030303030
2a0734303030303030 2b0734303030303030 2c0734303030303030 2d0734303030303030 2e0734303030303030
2f0734303030303030 300734303030303030 310734323230343031 320734303030303030 330734303030303030";

fn plain(record: &Record<'_>, id: &str) -> String {
    record.text(id).unwrap().plain()
}

#[test]
fn master_file_vectors() {
    let file = bytes("450b303039202304012028050146020000");
    let common = Record::decode(&files::COMMON_DATA, &file);
    assert_eq!((common.problems.as_slice(), common.end), (&[][..], 17));
    let Some(Value::CardDates(dates)) = common.value("card_issuer_data") else { panic!() };
    assert_eq!(dates.version, "009");
    assert_eq!((dates.issued, dates.expires), (Some(date(2023, 4, 1)), Some(date(2028, 5, 1))));
    for (file, setting) in [("050100", Some(PinSetting::NotSet)), ("050101", Some(PinSetting::Set)), ("050102", None)] {
        let file = bytes(file);
        let record = Record::decode(&files::PIN_SETTING, &file);
        assert_eq!(record.value("pin_setting").cloned(), Some(setting.map_or(Value::Broken, Value::PinSetting)));
    }
}

#[test]
fn data_vector() {
    let items = bytes(DATA_ITEMS);
    assert_eq!(items.len(), 327);
    let file = fill(items, files::DATA.extent.bytes(), FILLER).unwrap();
    let record = Record::decode(&files::DATA, &file);
    assert_eq!((record.problems.as_slice(), record.end), (&[][..], 327));
    assert!(record.is_sound());
    assert_eq!(plain(&record, "name"), "試験　太郎");
    assert_eq!(plain(&record, "address"), "東京都千代田区霞が関２−１−２");
    assert_eq!(plain(&record, "colour_class"), "優良");
    assert_eq!(plain(&record, "condition_1"), "眼鏡等");
    assert_eq!(plain(&record, "commission"), "東京都公安委員会");
    assert_eq!(record.value("alias"), Some(&Value::Empty));
    assert_eq!(record.latin("licence_number"), Some("309012345620"));
    assert_eq!(record.day("birth_date"), Some(date(1990, 4, 1)));
    assert_eq!(record.day("issue_date"), Some(date(2023, 4, 1)));
    assert_eq!(record.day("expiry_date"), Some(date(2028, 5, 1)));
    assert_eq!(record.day("date_other"), Some(date(2010, 4, 1)));
    assert_eq!(record.day("cat_medium"), Some(date(2010, 4, 1)));
    assert_eq!(record.value("cat_large"), Some(&Value::NotHeld));
    assert_eq!(check_digit_fits("309012345620"), Some(true));
    assert_eq!(check_digit_fits("309012345610"), Some(false));
    assert_eq!(check_digit_fits("30901234562"), None);
}

/// The draft's typing fault: reported with its place, and the rest decoded.
#[test]
fn negative_vector() {
    let file = bytes(&DATA_ITEMS.replace("1c06346336404579", "1c06463364045791"));
    let record = Record::decode(&files::DATA, &file);
    let at = record.get("condition_1").unwrap().object.at + 2 + 2;
    let kind = DecodeErrorKind::Text { tag: Tag(0x1C), kind: JisErrorKind::Byte };
    assert_eq!(record.problems, [DecodeError { file: "df1/0001", at, kind }]);
    assert!(plain(&record, "condition_1").ends_with("〔64045791〕"));
    assert_eq!(plain(&record, "commission"), "東京都公安委員会");
    assert!(record.is_sound(), "one value, not the structure");
}

#[test]
fn structural_faults_are_not_sound() {
    let cut = bytes(&DATA_ITEMS.replace("330734303030303030", "3382ffff"));
    let record = Record::decode(&files::DATA, &cut);
    assert!(!record.is_sound());
    assert_eq!(record.problems[0].kind, DecodeErrorKind::Tlv(TlvErrorKind::PastEnd));
    assert_eq!(plain(&record, "name"), "試験　太郎", "what stands in front is kept");
    let foreign = bytes(&format!("{DATA_ITEMS} 4100"));
    assert_eq!(Record::decode(&files::DATA, &foreign).problems[0].kind, DecodeErrorKind::Unknown(Tag(0x41)));
    let reserved = bytes(&format!("{DATA_ITEMS} 3400 3a00 3b00 3f00"));
    assert!(Record::decode(&files::DATA, &reserved).is_sound());
    let nothing = Record::decode(&files::DOMICILE, &[0xFF; 82]);
    assert_eq!(nothing.problems[0].kind, DecodeErrorKind::Missing(Tag(0x41)));
}

#[test]
fn cards_before_v007_have_no_tag_33() {
    let file = bytes(&DATA_ITEMS.replace("330734303030303030", ""));
    let record = Record::decode(&files::DATA, &file);
    assert!(record.problems.is_empty() && record.get("cat_semi_medium").is_none());
}

fn entry(day: &str, text: &str, commission: &str) -> Vec<u8> {
    let wide = |text: &str| JisText::plain_text(text).encode().unwrap();
    let day: String = day.chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap()).collect();
    [vec![0x90], wide(&day), wide(text), wide(commission)].concat()
}

#[test]
fn changes_with_all_fifteen_commissions() {
    let mut items = encode(Tag(0x50), &[0x11]);
    for tag in 0x51..=0x5F {
        items.extend(encode(Tag(tag), &entry("5010501", "", "大阪府公安")));
    }
    items.extend(encode(Tag(0x70), &entry("5020310", "大阪府大阪市北区１−２", "大阪府公安")));
    let file = fill(items, files::CHANGES.extent.bytes(), FILLER).unwrap();
    let record = Record::decode(&files::CHANGES, &file);
    assert!(record.problems.is_empty(), "{:?}", record.problems);
    let changes: Vec<_> = record.changes().collect();
    assert_eq!(changes.len(), 16);
    assert_eq!((changes[14].0.field.id, changes[14].0.slot), ("new_commission", 14), "5F is one byte here");
    assert_eq!(changes[15].1.date, Some(date(2020, 3, 10)));
    assert_eq!(changes[15].1.text.plain(), "大阪府大阪市北区１−２");
    assert_eq!(changes[15].1.commission.plain(), "大阪府公安");
}

#[test]
fn a_broken_change_is_told_and_its_text_kept() {
    let mut value = entry("5020310", "新しい名", "大阪府公安");
    value[1] = 0x24;
    let file = encode(Tag(0x60), &value);
    let record = Record::decode(&files::CHANGES, &file);
    let kind = DecodeErrorKind::Text { tag: Tag(0x60), kind: JisErrorKind::Digits };
    assert_eq!(record.problems, [DecodeError { file: "df1/0004", at: 3, kind }]);
    let (_, change) = record.changes().next().unwrap();
    assert_eq!((change.date, change.text.plain().as_str()), (None, "新しい名"));
    let short = encode(Tag(0x60), &[0; 24]);
    let kind = DecodeErrorKind::Form { tag: Tag(0x60), content: Content::Change };
    assert_eq!(Record::decode(&files::CHANGES, &short).problems[0].kind, kind);
}

#[test]
fn external_characters_and_photo() {
    let file = [encode(Tag(0x48), &[0x01, 0xAA, 0xBB]), encode(Tag(0x49), &[])].concat();
    let record = Record::decode(&files::EXTERNAL, &file);
    assert_eq!(record.items[0].value, Value::External { structure: 0x01, raster: vec![0xAA, 0xBB] });
    assert_eq!((record.items[1].slot, &record.items[1].value), (1, &Value::Empty));
    let file = fill(encode(Tag(0x5F40), &[0x42; 200]), 2_005, FILLER).unwrap();
    assert_eq!(Record::decode(&files::PHOTO, &file).bytes("photo").unwrap().len(), 200);
}

#[test]
fn a_menkyo_record_at_full_length() {
    let mut file = Vec::new();
    for field in files::fields_of(&files::MENKYO_DATA) {
        for tag in field.tags() {
            let value = match field.content {
                Content::Text => JisText::plain_text(&"字".repeat(field.max / 2)).encode().unwrap(),
                Content::Date => b"5061122".to_vec(),
                Content::Latin => vec![b'1'; field.max],
                _ => vec![1; field.max],
            };
            file.extend(encode(tag, &value));
        }
    }
    assert_eq!(file.len(), 5_845);
    let record = Record::decode(&files::MENKYO_DATA, &file);
    assert!(record.problems.is_empty(), "{:?}", record.problems);
    assert_eq!(record.end, 5_845);
    assert!(record.items.iter().any(|item| item.object.tag == Tag(0xFF)), "FF is a real tag");
    assert_eq!(record.value("cat_ordinary"), Some(&Value::Held));
    assert_eq!(record.bytes("photo").unwrap().len(), 2_000);
}

proptest! {
    #[test]
    fn no_bytes_panic(file in proptest::collection::vec(any::<u8>(), 0..900)) {
        for table in files::FILES.iter().chain(files::MENKYO_FILES) {
            let record = Record::decode(table, &file);
            let _ = record.is_sound();
            prop_assert!(record.problems.iter().all(|problem| problem.at <= file.len() && !problem.to_string().is_empty()));
        }
    }

    /// Tags of the tables with any value: nothing of it panics either.
    #[test]
    fn no_values_panic(values in proptest::collection::vec((0x10_u32..0xB8, proptest::collection::vec(any::<u8>(), 0..60)), 0..40)) {
        let file: Vec<u8> = values.iter().flat_map(|(tag, value)| encode(Tag(*tag), value)).collect();
        for table in files::FILES {
            let _ = Record::decode(table, &file);
        }
    }
}

#[test]
fn a_crafted_file_has_only_so_many_problems_and_stays_unsound() {
    let crafted = [&[0x00; 800_000][..], &[0x11]].concat();
    for file in [&files::DATA, &files::PHOTO] {
        let record = Record::decode(file, &crafted);
        assert!(record.problems.len() <= MAX_PROBLEMS && !record.is_sound(), "{}", file.name);
    }
    let unknown: Vec<u8> = (0x50..0xB0).flat_map(|tag| [tag, 0x00]).collect();
    let record = Record::decode(&files::DATA, &unknown);
    assert_eq!((record.problems.len(), record.is_sound()), (MAX_PROBLEMS, false));
}
