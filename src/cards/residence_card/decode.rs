//! From a file's bytes to its fields, driven by the tables. Nothing here decides whether anything is authentic.
//!
//! What is odd is reported by name and position, and the rest is decoded all the same: [`Record::problems`].

use jiff::civil::Date;

use crate::{
    cards::residence_card::tlv as residence,
    text::{compact_date, utf8_or_shift_jis},
    tlv::{Object, Tag, TlvErrorKind},
};

use super::{
    codes::Code,
    files::{self, Content, Field, File},
};

/// Something odd in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{file}, byte {at}: {kind}")]
pub struct DecodeError {
    /// The file.
    pub file: &'static str,
    /// Offset from the start of the file.
    pub at: usize,
    /// What is odd.
    pub kind: DecodeErrorKind,
}

/// What can be odd in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Its structure.
    #[error("{0}")]
    Tlv(TlvErrorKind),
    /// Nothing but zeros, although every card of this kind has content.
    #[error("the file holds nothing but zeros")]
    Blank,
    /// The file has more bytes than its table row.
    #[error("{found} bytes instead of {size}")]
    FileSize {
        /// Bytes of the table row.
        size: usize,
        /// Bytes that were read.
        found: usize,
    },
    /// A tag that the file's table does not have.
    #[error("tag {0} is not known")]
    Unknown(Tag),
    /// A field that every card of this kind has is absent.
    #[error("tag {0} is missing")]
    Missing(Tag),
    /// The fields are in another order than in the table.
    #[error("tag {0} is out of order")]
    Order(Tag),
    /// A value of another size than its field.
    #[error("tag {tag} has {found} bytes instead of {size}")]
    Size {
        /// The field.
        tag: Tag,
        /// Bytes of the table row.
        size: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// A field that is never empty is.
    #[error("tag {0} is empty")]
    Empty(Tag),
    /// Text in the second choice of encoding (7.1).
    #[error("tag {0} is not UTF-8, so taimen read it as Shift_JIS")]
    SecondEncoding(Tag),
    /// Eight digits that are not a day.
    #[error("tag {0} does not hold a day")]
    NoSuchDay(Tag),
    /// A code that the field's table does not have.
    #[error("tag {0} holds a code that is not known")]
    UnknownCode(Tag),
    /// 在留期間 in neither of its two forms.
    #[error("tag {0} does not hold a period in a known form")]
    Period(Tag),
    /// A value that does not have the form of its table row at all.
    #[error("tag {tag} does not hold {content}")]
    Form {
        /// The field.
        tag: Tag,
        /// What it should hold.
        content: &'static str,
    },
}

/// 在留期間
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// 無期限
    Indefinite,
    /// `YYMM`
    YearsMonths {
        /// Years.
        years: u16,
        /// Months, 0 to 11.
        months: u16,
    },
    /// `DDD`
    Days(u16),
}

impl Period {
    /// Reads CE. The forms are `YYMM` and `DDD`, `0000` is indefinite; how the two differ in four bytes is not stated
    /// (spec residence 7.1, SPEC2*). The choice here: four digits are years and months, unless the months are 12 or more;
    /// three digits and one zero byte or space are days. Anything else is shown as it is.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0_u16, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u16::from(digit - b'0')))
        };
        match *bytes {
            [a, b, c, filler @ (0x00 | b' ')] if filler != c => {
                number(&[a, b, c]).filter(|days| *days > 0).map(Self::Days)
            }
            [a, b, c, d] => match (number(&[a, b])?, number(&[c, d])?) {
                (0, 0) => Some(Self::Indefinite),
                (years, months @ 0..=11) => Some(Self::YearsMonths { years, months }),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A decoded value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Empty or nothing but zeros: none.
    None,
    /// Text, or characters as they are.
    Text(String),
    /// A day.
    Day(Date),
    /// 在留期間
    Period(Period),
    /// A code of the field's table.
    Code(&'static Code),
    /// A code whose table is not public, or none that is known; shown as it is.
    Opaque(String),
    /// 国籍・地域: three letters.
    Region(String),
    /// A picture, a signature or a certificate: the bytes are in the item.
    Bytes,
    /// Not what its table row says.
    Broken,
}

/// One field of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// Its table row.
    pub field: &'static Field,
    /// The bytes: what a signature covers.
    pub object: Object<'a>,
    /// What they say.
    pub value: Value,
}

/// A decoded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which file.
    pub file: &'static File,
    /// Its known fields, in stored order, each once.
    pub items: Vec<Item<'a>>,
    /// Nothing but zeros.
    pub blank: bool,
    /// What is odd, in no particular order.
    pub problems: Vec<DecodeError>,
}

/// Files that may hold nothing but zeros: a permission that was withdrawn (SPEC), a back without an address (INF).
const MAY_BE_BLANK: &[File] = &[files::ADDRESS, files::COMPREHENSIVE, files::INDIVIDUAL, files::PERMISSIONS];

/// Fields that may be empty: what is written later, or not at all \[derived\].
const MAY_BE_EMPTY: &[&str] = &[
    "address_date",
    "municipality",
    "address",
    "comprehensive_permission",
    "comprehensive_expiry",
    "individual_permission",
    "stay_expiry",
    "reserved",
];

/// A certificate of generation 2 has up to so many bytes more than its table row, with fewer zeros after it (2.4).
const CERTIFICATE_SLACK: usize = 4;

impl<'a> Record<'a> {
    /// Decodes a file by its tables. Never fails as a whole.
    pub fn decode(file: &'static File, bytes: &'a [u8]) -> Self {
        let wide: Vec<Tag> =
            files::TWO_BYTE_TAGS.iter().copied().filter(|tag| field_of(file, *tag).is_some()).collect();
        let read = residence::objects(bytes, &wide);
        let mut record =
            Self { file, items: Vec::new(), blank: bytes.iter().all(|byte| *byte == 0), problems: Vec::new() };
        for fault in read.faults {
            record.problem(fault.at, DecodeErrorKind::Tlv(fault.kind));
        }
        if bytes.len() > file.extent.bytes() {
            record.problem(
                file.extent.bytes(),
                DecodeErrorKind::FileSize { size: file.extent.bytes(), found: bytes.len() },
            );
        }
        if record.blank {
            if !MAY_BE_BLANK.contains(file) {
                record.problem(0, DecodeErrorKind::Blank);
            }
            return record;
        }
        for object in read.objects {
            let Some(field) = field_of(file, object.tag) else {
                record.problem(object.at, DecodeErrorKind::Unknown(object.tag));
                continue;
            };
            record.size(field, &object);
            let (value, odd) = value_of(field, object.value);
            if let Some(odd) = odd {
                record.problem(object.at, odd);
            }
            record.items.push(Item { field, object, value });
        }
        record.order();
        record
    }

    fn problem(&mut self, at: usize, kind: DecodeErrorKind) {
        self.problems.push(DecodeError { file: self.file.name, at, kind });
    }

    fn size(&mut self, field: &Field, object: &Object<'_>) {
        let found = object.value.len();
        let fits = match field.content {
            // What is empty as a whole says so elsewhere; a certificate's size varies with its signature (2.4).
            Content::Signature | Content::Certificate | Content::Jpeg2000 if found == 0 => true,
            Content::Certificate => found <= field.size + CERTIFICATE_SLACK,
            _ => found == field.size,
        };
        if !fits {
            self.problem(object.at, DecodeErrorKind::Size { tag: field.tag, size: field.size, found });
        }
    }

    fn order(&mut self) {
        let place = |item: &Item<'_>| self.file.own.fields.iter().position(|field| field.tag == item.field.tag);
        let places: Vec<_> = self.items.iter().map(place).collect();
        let late =
            self.items.iter().zip(places.iter().zip(places.iter().skip(1))).find(|(_, (first, second))| first > second);
        if let Some((item, _)) = late {
            let (at, tag) = (item.object.at, item.field.tag);
            self.problem(at, DecodeErrorKind::Order(tag));
        }
        for field in self.file.own.fields {
            if !self.items.iter().any(|item| item.field.tag == field.tag) {
                self.problem(0, DecodeErrorKind::Missing(field.tag));
            }
        }
    }

    /// Whether the file holds the fields of its table, each once, each of its size, in the table's order, and then zeros.
    /// Only then does a signature over the values alone cover which value belongs to which field.
    pub fn is_exact(&self) -> bool {
        let stored = self.items.iter().map(|item| (item.field.tag, item.object.value.len()));
        let table = self.file.own.fields.iter().map(|field| (field.tag, field.size));
        let structural = |problem: &DecodeError| {
            matches!(
                problem.kind,
                DecodeErrorKind::Tlv(_) | DecodeErrorKind::Unknown(_) | DecodeErrorKind::FileSize { .. }
            )
        };
        stored.eq(table) && !self.problems.iter().any(structural)
    }

    /// Whether its structure can be read to the end, whatever it holds.
    pub fn is_readable(&self) -> bool {
        !self.blank && !self.problems.iter().any(|problem| matches!(problem.kind, DecodeErrorKind::Tlv(_)))
    }

    /// A field by its machine name.
    pub fn get(&self, id: &str) -> Option<&Item<'a>> {
        self.items.iter().find(|item| item.field.id == id)
    }

    /// The value of a field.
    pub fn value(&self, id: &str) -> Option<&Value> {
        self.get(id).map(|item| &item.value)
    }

    /// The raw bytes of a field.
    pub fn bytes(&self, id: &str) -> Option<&'a [u8]> {
        self.get(id).map(|item| item.object.value)
    }

    /// A date field that holds a day.
    pub fn day(&self, id: &str) -> Option<Date> {
        match self.value(id)? {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }
}

fn field_of(file: &File, tag: Tag) -> Option<&'static Field> {
    file.own.fields.iter().find(|field| field.tag == tag)
}

/// What a value says, and what is odd about it.
fn value_of(field: &Field, bytes: &[u8]) -> (Value, Option<DecodeErrorKind>) {
    let tag = field.tag;
    let content = match field.content {
        Content::Tiff | Content::Jpeg2000 | Content::Signature | Content::Certificate => return blob(field, bytes),
        _ if bytes.iter().all(|byte| *byte == 0) => {
            let odd = (!MAY_BE_EMPTY.contains(&field.id)).then_some(DecodeErrorKind::Empty(tag));
            return (Value::None, odd);
        }
        content => content,
    };
    let form = |content| (Value::Broken, Some(DecodeErrorKind::Form { tag, content }));
    // Shown as it is, with a warning, if it is at least made of characters.
    let as_it_stands = |odd| plain(bytes).map(|text| (Value::Opaque(text), Some(odd)));
    match content {
        Content::Text => match utf8_or_shift_jis(bytes) {
            Some(read) => (Value::Text(read.text), read.second_choice.then_some(DecodeErrorKind::SecondEncoding(tag))),
            None => form("text"),
        },
        Content::Ascii => plain(bytes).map_or_else(|| form("characters"), |text| (Value::Text(text), None)),
        Content::Date => match compact_date(bytes) {
            Some(day) => (Value::Day(day), None),
            None => as_it_stands(DecodeErrorKind::NoSuchDay(tag)).unwrap_or_else(|| form("date")),
        },
        Content::Period => match Period::read(bytes) {
            Some(period) => (Value::Period(period), None),
            None => as_it_stands(DecodeErrorKind::Period(tag)).unwrap_or_else(|| form("period")),
        },
        Content::Code(table) => match table.iter().find(|code| without_filler(bytes) == [code.byte]) {
            Some(code) => (Value::Code(code), None),
            None => as_it_stands(DecodeErrorKind::UnknownCode(tag)).unwrap_or_else(|| form("code")),
        },
        Content::Region => match plain(bytes).filter(|text| text.bytes().all(|letter| letter.is_ascii_uppercase())) {
            Some(letters) if letters.len() == 3 => (Value::Region(letters), None),
            _ => as_it_stands(DecodeErrorKind::UnknownCode(tag)).unwrap_or_else(|| form("code")),
        },
        Content::OpaqueCode => plain(bytes).map_or_else(|| form("code"), |code| (Value::Opaque(code), None)),
        Content::Tiff | Content::Jpeg2000 | Content::Signature | Content::Certificate => blob(field, bytes),
    }
}

fn blob(field: &Field, bytes: &[u8]) -> (Value, Option<DecodeErrorKind>) {
    if bytes.iter().any(|byte| *byte != 0) {
        return (Value::Bytes, None);
    }
    // `DA 00 DB 00` and `D1 00` are how a card for a child says "none" (6.2); zeros of full length are odd.
    let odd = !bytes.is_empty() && !MAY_BE_EMPTY.contains(&field.id);
    (Value::None, odd.then_some(DecodeErrorKind::Empty(field.tag)))
}

/// The bytes before the zeros that fill a field.
fn without_filler(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

/// Printable ASCII before the filler.
fn plain(bytes: &[u8]) -> Option<String> {
    let text = without_filler(bytes);
    let printable = text.iter().all(|byte| matches!(byte, 0x20..=0x7E));
    printable.then(|| text.iter().copied().map(char::from).collect())
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
