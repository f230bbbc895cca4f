//! Which fields of a file are shown as facts.

use super::*;
use crate::{cards::drivers_licence::tlv::encode, tlv::Tag};

/// The items of a file that holds one field.
fn shown(file: &'static File, tag: u32, value: &[u8]) -> Vec<(&'static str, ItemValue)> {
    let bytes = encode(Tag(tag), value);
    let record = Record::decode(file, &bytes);
    assert_eq!(record.items.len(), 1, "{} {tag:X}", file.name);
    record_items(&record).map(|item| (item.id, item.value)).collect()
}

#[test]
fn a_code_is_shown_and_bytes_without_a_meaning_are_not() {
    let class = ItemValue::Code { code: "4A".to_owned(), remark: remarks::NOT_PUBLIC };
    for (file, tag, value, expected) in [
        (&files::MENKYO_DATA, 0xC3, &[0x4A][..], Some(("driver_class", class))),
        (&files::MENKYO_DATA, 0xFB, b"5050401", None),
        (&files::DATA, 0x34, b"5050401", None),
        (&files::CHANGES, 0x50, b"1", None),
        (&files::SIGNATURE, 0xB3, b"reserved", None),
        (&files::SIGNATURE, 0xB6, &[0x4A; 20], None),
        // What is there and empty is no fact either.
        (&files::MENKYO_DATA, 0xC3, b"", None),
        (&files::DATA, 0x14, b"", None),
    ] {
        assert_eq!(shown(file, tag, value), expected.into_iter().collect::<Vec<_>>(), "{} {tag:X}", file.name);
    }
}

#[test]
fn the_pin_setting_is_shown_if_it_is_one_of_the_two() {
    for (file, tag) in [(&files::PIN_SETTING, 0x05), (&files::MENKYO_SETTING, 0xC1)] {
        assert_eq!(shown(file, tag, &[0x00]), [("pin_setting", PIN_NOT_SET)]);
        assert_eq!(shown(file, tag, &[0x01]), [("pin_setting", PIN_SET)]);
        assert_eq!(shown(file, tag, &[0x02]), []);
    }
}
