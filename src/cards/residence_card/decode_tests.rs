use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::cards::residence_card::codes;

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

/// What is odd, without its place.
fn odd(record: &Record<'_>) -> Vec<DecodeErrorKind> {
    record.problems.iter().map(|problem| problem.kind).collect()
}

/// A file of one field.
fn one(tag: &str, value: &[u8]) -> Vec<u8> {
    [hex(tag), vec![u8::try_from(value.len()).unwrap()], value.to_vec()].concat()
}

fn entry(id: &str, value: &[u8]) -> (Value, Option<DecodeErrorKind>) {
    value_of(files::ENTRIES_05.field(id).unwrap(), value)
}

#[test]
fn the_back_of_the_first_generation() {
    let mut address = "東京都千代田区見本町１丁目".as_bytes().to_vec();
    address.resize(320, 0);
    let bytes = [one("D2", b"20240401"), one("D3", b"131016"), hex("D4 82 01 40"), address].concat();
    let record = Record::decode(&files::ADDRESS, &bytes);
    assert!(record.is_exact() && record.is_readable() && !record.blank);
    assert_eq!(odd(&record), []);
    assert_eq!(record.day("address_date"), Some(date(2024, 4, 1)));
    assert_eq!(record.value("municipality"), Some(&Value::Text("131016".to_owned())));
    assert_eq!(record.value("address"), Some(&Value::Text("東京都千代田区見本町１丁目".to_owned())));
    assert_eq!(record.bytes("address").unwrap().len(), 320, "filler included: a signature would cover it");
}

#[test]
fn text_in_another_encoding_is_read_and_told() {
    let shift_jis = [0x93, 0x8C, 0x8B, 0x9E];
    let bytes = [hex("D5 78"), shift_jis.to_vec(), vec![0; 116]].concat();
    let record = Record::decode(&files::COMPREHENSIVE, &bytes);
    assert_eq!(record.value("comprehensive_permission"), Some(&Value::Text("東京".to_owned())));
    assert_eq!(odd(&record), [DecodeErrorKind::SecondEncoding(Tag(0xD5))]);
    let bytes = [hex("D5 78 FF FF"), vec![0; 118]].concat();
    let record = Record::decode(&files::COMPREHENSIVE, &bytes);
    assert_eq!(record.value("comprehensive_permission"), Some(&Value::Broken));
    assert_eq!(odd(&record), [DecodeErrorKind::Form { tag: Tag(0xD5), content: "text" }]);
}

#[test]
fn files_of_zeros() {
    for file in [&files::ADDRESS, &files::COMPREHENSIVE, &files::INDIVIDUAL, &files::PERMISSIONS] {
        let zeros = vec![0; file.extent.bytes()];
        let record = Record::decode(file, &zeros);
        assert!(record.blank && record.items.is_empty() && !record.is_readable() && !record.is_exact());
        assert_eq!(odd(&record), [], "{} may be blank", file.own.official);
    }
    for file in
        [&files::FRONT, &files::FACE_1, &files::SIGNATURE_1, &files::ENTRIES_05, &files::NUMBER, &files::RENEWAL_1]
    {
        for length in [0, file.extent.bytes()] {
            let zeros = vec![0; length];
            assert_eq!(odd(&Record::decode(file, &zeros)), [DecodeErrorKind::Blank], "{}", file.own.official);
        }
    }
}

#[test]
fn what_a_childs_card_holds_in_place_of_photo_and_signature() {
    let both = [hex("DA 00 DB 00"), vec![0; 1460]].concat();
    let record = Record::decode(&files::SIGNATURE_1, &both);
    assert!(record.is_readable() && odd(&record).is_empty());
    assert_eq!((record.bytes("signature"), record.bytes("certificate")), (Some(&[][..]), Some(&[][..])));
    let one = [hex("DA 00"), vec![0; 1462]].concat();
    assert_eq!(odd(&Record::decode(&files::SIGNATURE_1, &one)), [DecodeErrorKind::Missing(Tag(0xDB))]);
    let face = [hex("D1 00"), vec![0; 3002]].concat();
    let record = Record::decode(&files::FACE_1, &face);
    assert_eq!((odd(&record), record.value("photo")), (vec![], Some(&Value::None)));
    assert!(!record.is_exact());
}

#[test]
fn the_tag_that_breaks_the_rules_of_ber() {
    let bytes = [hex("DF D1 82 09 C4 49 49"), vec![0; 2498]].concat();
    let record = Record::decode(&files::ADDRESS_PICTURE, &bytes);
    assert!(record.is_exact() && odd(&record).is_empty());
    assert_eq!((record.value("address"), record.bytes("address").unwrap().len()), (Some(&Value::Bytes), 2500));
    // In other files the two bytes are a tag and a length.
    assert_eq!(
        odd(&Record::decode(&files::NUMBER, &hex("DF D1 00")))[0],
        DecodeErrorKind::Tlv(TlvErrorKind::LengthForm)
    );
}

#[test]
fn structure_is_told_by_name_and_the_rest_is_still_shown() {
    let number = one("C2", b"ZZ00000000ZZ");
    let record = |bytes: &[u8]| {
        let record = Record::decode(&files::NUMBER, bytes);
        (odd(&record), record.is_exact(), record.value("card_number").is_some())
    };
    assert_eq!(record(&number), (vec![], true, true));
    let long = [hex("C2 81 0C"), number[2..].to_vec()].concat();
    assert_eq!(record(&long), (vec![DecodeErrorKind::FileSize { size: 14, found: 15 }], false, true));
    let twice = [number.clone(), number.clone()].concat();
    let duplicate = DecodeErrorKind::Tlv(TlvErrorKind::Duplicate(Tag(0xC2)));
    assert_eq!(record(&twice), (vec![duplicate, DecodeErrorKind::FileSize { size: 14, found: 28 }], false, true));
    let short = one("C2", b"ZZ00000000Z");
    let size = DecodeErrorKind::Size { tag: Tag(0xC2), size: 12, found: 11 };
    assert_eq!(record(&short), (vec![size], false, true));
    let other = one("C3", b"ZZ00000000ZZ");
    let unknown = vec![DecodeErrorKind::Unknown(Tag(0xC3)), DecodeErrorKind::Missing(Tag(0xC2))];
    assert_eq!(record(&other), (unknown, false, false));
    let cut = &number[..13];
    let missing = vec![DecodeErrorKind::Tlv(TlvErrorKind::PastEnd), DecodeErrorKind::Missing(Tag(0xC2))];
    assert_eq!(record(cut), (missing, false, false));

    let reversed = [one("D7", b"0"), one("D6", b"20270101"), one("D5", b"1\0\0\0\0\0\0")].concat();
    let record = Record::decode(&files::PERMISSIONS, &reversed);
    assert_eq!(odd(&record), [DecodeErrorKind::Order(Tag(0xD7))]);
    assert!(record.is_readable() && !record.is_exact());
    assert_eq!(record.day("comprehensive_expiry"), Some(date(2027, 1, 1)));
    assert_eq!(record.problems[0].to_string(), "df2/01, byte 0: tag D7 is out of order");
}

#[test]
fn certificates_vary_in_size_and_nothing_else_does() {
    let file = |certificate: usize| {
        let length = u16::try_from(certificate).unwrap().to_be_bytes();
        let mut bytes = [hex("DC 60"), vec![1; 96], hex("DD 82"), length.to_vec(), vec![1; certificate]].concat();
        bytes.resize(bytes.len().max(704), 0);
        odd(&Record::decode(&files::SIGNATURE_2, &bytes))
    };
    assert_eq!([file(590), file(598), file(599), file(602)], [vec![], vec![], vec![], vec![]]);
    assert!(file(603).contains(&DecodeErrorKind::Size { tag: Tag(0xDD), size: 598, found: 603 }));
}

#[test]
fn codes() {
    let work = |value: &[u8]| entry("work", value);
    assert_eq!(work(b"1"), (Value::Code(&codes::WORK[0]), None));
    assert_eq!(work(b"3"), (Value::Opaque("3".to_owned()), Some(DecodeErrorKind::UnknownCode(Tag(0xCC)))));
    assert_eq!(work(&[0]), (Value::None, Some(DecodeErrorKind::Empty(Tag(0xCC)))));
    assert_eq!(work(&[0xFF]).0, Value::Broken);
    // One of seven bytes is used.
    let comprehensive = files::PERMISSIONS.field("comprehensive_permission").unwrap();
    assert_eq!(value_of(comprehensive, b"2\0\0\0\0\0\0"), (Value::Code(&codes::COMPREHENSIVE[2]), None));
    assert_eq!(entry("nationality", b"UTO"), (Value::Region("UTO".to_owned()), None));
    assert_eq!(entry("nationality", b"uto").0, Value::Opaque("uto".to_owned()));
    assert_eq!(entry("residence_status", b"9900000001"), (Value::Opaque("9900000001".to_owned()), None));
    assert_eq!(entry("residence_status", b"99\0\x01").0, Value::Broken);
}

#[test]
fn days() {
    assert_eq!(entry("birth_date", b"19951224"), (Value::Day(date(1995, 12, 24)), None));
    let unknown_day = entry("birth_date", b"19950000");
    assert_eq!(unknown_day, (Value::Opaque("19950000".to_owned()), Some(DecodeErrorKind::NoSuchDay(Tag(0xC6)))));
    assert_eq!(entry("birth_date", &[0; 8]), (Value::None, Some(DecodeErrorKind::Empty(Tag(0xC6)))));
    assert_eq!(entry("stay_expiry", &[0; 8]), (Value::None, None), "a stay may have no end");
    assert_eq!(entry("birth_date", &[0xFF; 8]).0, Value::Broken);
}

#[test]
fn periods_of_stay() {
    let years_months = |years, months| Some(Period::YearsMonths { years, months });
    assert_eq!(Period::read(b"0000"), Some(Period::Indefinite));
    assert_eq!(Period::read(b"0500"), years_months(5, 0));
    assert_eq!(Period::read(b"0103"), years_months(1, 3));
    assert_eq!(Period::read(b"0006"), years_months(0, 6));
    assert_eq!(Period::read(b"090 "), Some(Period::Days(90)));
    assert_eq!(Period::read(b"090\0"), Some(Period::Days(90)));
    for other in [&b"0012"[..], b"0090", b"000 ", b" 090", b"09  ", b"D090", b"90", b"", b"00000"] {
        assert_eq!(Period::read(other), None, "{other:?}");
    }
    assert_eq!(
        entry("period_of_stay", b"0090"),
        (Value::Opaque("0090".to_owned()), Some(DecodeErrorKind::Period(Tag(0xCE))))
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for file in files::FILES_1.iter().chain(files::FILES_2).chain(files::FILES_2_SPECIAL) {
            let record = Record::decode(file, &bytes);
            prop_assert!(!record.is_exact() || (record.is_readable() && bytes.len() <= file.extent.bytes()));
        }
    }

    #[test]
    fn no_value_panics(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
        for file in files::FILES_1.iter().chain(files::FILES_2) {
            for field in file.own.fields {
                value_of(field, &bytes);
            }
        }
    }
}
