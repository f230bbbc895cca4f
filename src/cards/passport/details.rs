//! Data groups 11 and 12: details of the person and of the document (ICAO Doc 9303-10 4.7.11, 4.7.12).

use jiff::civil::Date;

use crate::{
    lang::Bilingual,
    text::compact_date,
    tlv::{Tag, TlvError},
};

use super::{
    files::File,
    tree::{inside, whole},
};

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// UTF-8; `<` separates.
    Text,
    /// Eight digits, or the same in four bytes of two digits each.
    Day,
}

/// An element that a report shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// Its tag.
    pub tag: Tag,
    /// Machine name.
    pub id: &'static str,
    /// Names for people.
    pub title: Bilingual,
    /// What it holds.
    pub form: Form,
}

macro_rules! elements {
    ($($(#[$doc:meta])* $name:ident { $($tag:literal $id:literal $ja:literal $en:literal $form:ident;)* })*) => {$(
        $(#[$doc])*
        pub const $name: &[Element] = &[$(Element { tag: Tag($tag), id: $id, title: Bilingual::new($ja, $en), form: Form::$form }),*];
    )*};
}

elements! {
    /// What is shown of data group 11. Telephone, profession, custody and other papers are nobody's business at a counter.
    PERSON {
        0x5F0E "name_national" "自国の文字による氏名" "name in national characters" Text;
        0x5F2B "birth_date_full" "生年月日（詳細欄）" "birth date (details)" Day;
        0x5F11 "birth_place" "出生地" "place of birth" Text;
        0x5F42 "address_details" "住所（詳細欄）" "address (details)" Text;
    }
    /// What is shown of data group 12.
    DOCUMENT {
        0x5F19 "authority" "発行官庁" "issuing authority" Text;
        0x5F26 "issue_date" "発行年月日" "date of issue" Day;
        0x5F1B "remark" "追記" "endorsements and observations" Text;
    }
}

/// A value of an element.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, `<` as a space.
    Text(String),
    /// A day.
    Day(Date),
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value(..)")
    }
}

/// The elements of a file that are shown, in the order of the table, and how many others it holds that could not be read.
///
/// # Errors
/// [`TlvError`].
pub fn details(
    file: &File,
    bytes: &[u8],
    table: &'static [Element],
) -> Result<Vec<(&'static Element, Option<Value>)>, TlvError> {
    let parts = inside(&whole(bytes, file.own.tag)?)?;
    let found = |element: &'static Element| {
        let part = parts.iter().find(|part| part.tag == element.tag)?;
        (!part.value.is_empty()).then(|| (element, value(element.form, part.value)))
    };
    Ok(table.iter().filter_map(found).collect())
}

fn value(form: Form, bytes: &[u8]) -> Option<Value> {
    match form {
        Form::Text => {
            let text = std::str::from_utf8(bytes).ok()?;
            let words: Vec<&str> = text.split('<').filter(|word| !word.is_empty()).collect();
            Some(Value::Text(words.join(" ")))
        }
        Form::Day => {
            let digits = if bytes.len() == 4 { hex::encode(bytes).into_bytes() } else { bytes.to_vec() };
            compact_date(&digits).map(Value::Day)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::cards::passport::files::{DG11, DG12};

    fn file(tag: u8, parts: &[(&[u8], &[u8])]) -> Vec<u8> {
        let object = |tag: &[u8], value: &[u8]| [tag, &[u8::try_from(value.len()).unwrap()], value].concat();
        let body: Vec<u8> = parts.iter().flat_map(|(tag, value)| object(tag, value)).collect();
        object(&[tag], &body)
    }

    #[test]
    fn elements_are_read_in_either_form_of_a_day() {
        let bytes = file(
            0x6B,
            &[
                (&[0x5C], &[0x5F, 0x0E]),
                (&[0x5F, 0x0E], "見本<<太郎".as_bytes()),
                (&[0x5F, 0x2B], &[0x19, 0x80, 0x02, 0x17]),
            ],
        );
        let read = details(&DG11, &bytes, PERSON).unwrap();
        let values: Vec<_> = read.into_iter().map(|(element, value)| (element.id, value.unwrap())).collect();
        assert!(
            values
                == [
                    ("name_national", Value::Text("見本 太郎".to_owned())),
                    ("birth_date_full", Value::Day(date(1980, 2, 17)))
                ]
        );
        let bytes = file(0x6C, &[(&[0x5F, 0x26], b"20250401"), (&[0x5F, 0x19], &[0xFF])]);
        let read = details(&DG12, &bytes, DOCUMENT).unwrap();
        assert!(read[0].1.is_none() && read[1].1 == Some(Value::Day(date(2025, 4, 1))), "not UTF-8 is told, not shown");
        assert!(details(&DG12, &bytes[..5], DOCUMENT).is_err() && details(&DG11, &bytes, PERSON).is_err());
    }
}
