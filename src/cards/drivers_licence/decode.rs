//! From a file's bytes to its fields, driven by the tables. Nothing here decides whether anything is authentic.
//!
//! A malformed field is reported by name and position, and the rest is decoded all the same: [`Record::problems`].

use jiff::civil::Date;

use crate::{
    cards::drivers_licence::tlv as licence,
    text::{
        Edition, EraDateError, EraDigitDate, JisError, JisErrorKind, JisText, compact_date, from_era_digits,
        full_width_digits, jis_x0201,
    },
    tlv::{Object, Tag, TlvErrorKind},
};

use super::files::{self, Content, Field, File, PinSetting};

/// The most problems of one file that are named.
const MAX_PROBLEMS: usize = 64;

/// Something wrong in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{file}, byte {at}: {kind}")]
pub struct DecodeError {
    /// The file.
    pub file: &'static str,
    /// Offset from the start of the file.
    pub at: usize,
    /// What is wrong.
    pub kind: DecodeErrorKind,
}

/// What can be wrong in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Its structure.
    #[error("{0}")]
    Tlv(TlvErrorKind),
    /// A tag that the file's table does not have.
    #[error("tag {0} is not known")]
    Unknown(Tag),
    /// A field that every card of this kind has is absent.
    #[error("tag {0} is missing")]
    Missing(Tag),
    /// A value longer than its field may be.
    #[error("tag {tag} has more than {max} bytes")]
    TooLong {
        /// The field.
        tag: Tag,
        /// The most bytes of its table row.
        max: usize,
    },
    /// A text is malformed.
    #[error("tag {tag}: {kind}")]
    Text {
        /// The field.
        tag: Tag,
        /// What is wrong with it.
        kind: JisErrorKind,
    },
    /// A date is malformed.
    #[error("tag {tag}: {error}")]
    Date {
        /// The field.
        tag: Tag,
        /// What is wrong with it.
        error: EraDateError,
    },
    /// A value does not have the form of its table row.
    #[error("tag {tag} does not hold {content:?}")]
    Form {
        /// The field.
        tag: Tag,
        /// What it should hold.
        content: Content,
    },
}

impl DecodeErrorKind {
    /// Whether it leaves the file's structure in doubt, and not just one value: what is displayed then may not be all
    /// that a signature covers. A field out of its order is odd but clear.
    fn structural(self) -> bool {
        match self {
            Self::Tlv(kind) => !matches!(kind, TlvErrorKind::OutOfOrder(_)),
            Self::Unknown(_) | Self::Missing(_) => true,
            Self::TooLong { .. } | Self::Text { .. } | Self::Date { .. } | Self::Form { .. } => false,
        }
    }
}

/// What tag 45 of MF/EF01 says (2.3). None of it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardDates {
    /// 仕様書バージョン番号, for example `009`.
    pub version: String,
    /// 交付年月日
    pub issued: Option<Date>,
    /// 有効期間の末日
    pub expires: Option<Date>,
}

/// A change entry (2.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The edition of JIS X 0208 that it was written under.
    pub edition: Edition,
    /// When; `None` if the digits are not a day.
    pub date: Option<Date>,
    /// The new value; empty for a change of commission.
    pub text: JisText,
    /// The commission whose seal it bears, or the new commission.
    pub commission: JisText,
}

/// A decoded value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The field is there and empty.
    Empty,
    /// JIS X 0208 text.
    Text(JisText),
    /// JIS X 0201 text.
    Latin(String),
    /// A day.
    Day(Date),
    /// A category that is not held.
    NotHeld,
    /// A category that is held, without a day (マイナ免許証).
    Held,
    /// The edition of JIS X 0208.
    Edition(Edition),
    /// Version, issue and expiry day.
    CardDates(CardDates),
    /// Whether PINs were set.
    PinSetting(PinSetting),
    /// A change entry.
    Change(Entry),
    /// 文字構成 and raster of an external character.
    External {
        /// The first byte.
        structure: u8,
        /// The rest.
        raster: Vec<u8>,
    },
    /// Bytes as stored: picture, signature, key identifier, codes, reserved fields.
    Bytes(Vec<u8>),
    /// Not what its table row says; the raw bytes are in the item, the problem in [`Record::problems`].
    Broken,
}

/// One item of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// Its table row.
    pub field: &'static Field,
    /// Which of the row's tags, from 0.
    pub slot: u32,
    /// The bytes.
    pub object: Object<'a>,
    /// What they say.
    pub value: Value,
}

/// A decoded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// Which file.
    pub file: &'static File,
    /// Its known items, in stored order.
    pub items: Vec<Item<'a>>,
    /// Bytes before the filler.
    pub end: usize,
    /// What is wrong, in no particular order; of very much, only a part.
    pub problems: Vec<DecodeError>,
}

impl<'a> Record<'a> {
    /// Decodes a file by its tables. Never fails as a whole.
    pub fn decode(file: &'static File, bytes: &'a [u8]) -> Self {
        let read = licence::items(bytes, file.own.rules);
        let problem = |at, kind| DecodeError { file: file.name, at, kind };
        let mut problems: Vec<DecodeError> =
            read.faults.iter().map(|fault| problem(fault.at, DecodeErrorKind::Tlv(fault.kind))).collect();
        let fields: Vec<&Field> = files::fields_of(file).collect();
        let mut items: Vec<Item<'a>> = Vec::with_capacity(read.objects.len());
        for object in read.objects {
            let Some((field, slot)) = fields.iter().find_map(|field| Some((*field, field.slot(object.tag)?))) else {
                if !files::is_more_reserved(file, object.tag) {
                    problems.push(problem(object.at, DecodeErrorKind::Unknown(object.tag)));
                }
                continue;
            };
            if object.value.len() > field.max {
                problems.push(problem(object.at, DecodeErrorKind::TooLong { tag: object.tag, max: field.max }));
            }
            let mut faults = Faults { object, found: Vec::new() };
            let value = value_of(field.content, &object, &mut faults).unwrap_or(Value::Broken);
            problems.extend(faults.found.into_iter().map(|(at, kind)| problem(at, kind)));
            items.push(Item { field, slot, object, value });
        }
        for field in fields.iter().filter(|field| field.required) {
            // No two rows of a file have a tag in common.
            if !items.iter().any(|item| item.field.tag == field.tag) {
                problems.push(problem(0, DecodeErrorKind::Missing(field.tag)));
            }
        }
        if problems.len() > MAX_PROBLEMS {
            // Those that leave the structure in doubt decide whether the file is sound.
            problems.sort_by_key(|problem| !problem.kind.structural());
            problems.truncate(MAX_PROBLEMS);
        }
        Self { file, items, end: read.end, problems }
    }

    /// Whether the structure is beyond doubt: every item whole, known and there once, every required one there. Only
    /// then does a signature over the file cover what is displayed of it, and nothing else could be in it.
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.structural())
    }

    /// The item of a row with one tag, or the first of a run.
    pub fn get(&self, id: &str) -> Option<&Item<'a>> {
        self.items.iter().find(|item| item.field.id == id)
    }

    /// The value of a field.
    pub fn value(&self, id: &str) -> Option<&Value> {
        self.get(id).map(|item| &item.value)
    }

    /// A text field that is not empty.
    pub fn text(&self, id: &str) -> Option<&JisText> {
        match self.value(id)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A field of digits or letters that is not empty.
    pub fn latin(&self, id: &str) -> Option<&str> {
        match self.value(id)? {
            Value::Latin(text) => Some(text),
            _ => None,
        }
    }

    /// A date field that holds a day.
    pub fn day(&self, id: &str) -> Option<Date> {
        match self.value(id)? {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }

    /// The raw bytes of a field.
    pub fn bytes(&self, id: &str) -> Option<&'a [u8]> {
        self.get(id).map(|item| item.object.value)
    }

    /// The change entries of the file.
    pub fn changes(&self) -> impl Iterator<Item = (&Item<'a>, &Entry)> {
        self.items.iter().filter_map(|item| match &item.value {
            Value::Change(entry) => Some((item, entry)),
            _ => None,
        })
    }
}

/// Faults inside one value, reported at their place in the file.
struct Faults<'a> {
    object: Object<'a>,
    found: Vec<(usize, DecodeErrorKind)>,
}

impl Faults<'_> {
    /// Where the value starts in the file.
    fn start(&self) -> usize {
        self.object.at + self.object.raw.len() - self.object.value.len()
    }

    fn text(&mut self, offset: usize, error: Option<JisError>) {
        if let Some(JisError { at, kind }) = error {
            self.found.push((self.start() + offset + at, DecodeErrorKind::Text { tag: self.object.tag, kind }));
        }
    }

    fn date(&mut self, offset: usize, error: EraDateError) {
        self.found.push((self.start() + offset, DecodeErrorKind::Date { tag: self.object.tag, error }));
    }

    fn form(&mut self, content: Content) {
        self.found.push((self.start(), DecodeErrorKind::Form { tag: self.object.tag, content }));
    }
}

/// Decodes one value; `None`: it is not what it should be, and the fault was told.
fn value_of(content: Content, object: &Object<'_>, faults: &mut Faults<'_>) -> Option<Value> {
    let bytes = object.value;
    if bytes.is_empty() {
        return Some(Value::Empty);
    }
    let decoded = match content {
        Content::Text => {
            let (text, error) = JisText::decode(bytes);
            faults.text(0, error);
            return Some(Value::Text(text));
        }
        Content::Latin => match jis_x0201(bytes) {
            Ok(text) => Some(Value::Latin(text)),
            Err(error) => {
                faults.text(0, Some(error));
                return None;
            }
        },
        Content::Date => match from_era_digits(bytes) {
            Ok(EraDigitDate::Day(day)) => Some(Value::Day(day)),
            Ok(EraDigitDate::None) => Some(Value::NotHeld),
            Err(error) => {
                faults.date(0, error);
                return None;
            }
        },
        Content::Edition => match bytes {
            [edition] => Some(Edition(*edition)).filter(|edition| edition.year().is_some()).map(Value::Edition),
            _ => None,
        },
        Content::CardDates => card_dates(bytes).map(Value::CardDates),
        Content::PinSetting => match bytes {
            [setting] => PinSetting::from_byte(*setting).map(Value::PinSetting),
            _ => None,
        },
        Content::Held => match bytes {
            [flag] if files::NOT_HELD.contains(flag) => Some(Value::NotHeld),
            [_] => Some(Value::Held),
            _ => None,
        },
        Content::External => bytes
            .split_first()
            .map(|(structure, raster)| Value::External { structure: *structure, raster: raster.to_vec() }),
        Content::Change | Content::CommissionChange => {
            let entry = change(bytes, faults);
            entry.filter(|entry| content == Content::Change || entry.text.is_empty()).map(Value::Change)
        }
        Content::ChangeFlag
        | Content::Code
        | Content::Photo
        | Content::Signature
        | Content::Binary
        | Content::Reserved => Some(Value::Bytes(bytes.to_vec())),
    };
    if decoded.is_none() {
        faults.form(content);
    }
    decoded
}

/// Version, issue and expiry day: three digits and twice packed BCD, century included (2.3).
fn card_dates(bytes: &[u8]) -> Option<CardDates> {
    let &[v1, v2, v3, i1, i2, i3, i4, e1, e2, e3, e4] = bytes else { return None };
    let version = jis_x0201(&[v1, v2, v3]).ok()?;
    let day = |bcd: [u8; 4]| compact_date(hex::encode(bcd).as_bytes());
    Some(CardDates { version, issued: day([i1, i2, i3, i4]), expires: day([e1, e2, e3, e4]) })
}

/// Edition (1), day (14), text, commission (10) (2.8, C2+).
fn change(bytes: &[u8], faults: &mut Faults<'_>) -> Option<Entry> {
    let (head, rest) = bytes.split_at_checked(files::CHANGE_HEAD)?;
    let (edition, digits) = head.split_first()?;
    let (text, commission) = rest.split_at_checked(rest.len().checked_sub(files::CHANGE_TAIL)?)?;
    let date = match full_width_digits(digits) {
        Ok(digits) => match from_era_digits(&digits) {
            Ok(EraDigitDate::Day(day)) => Some(day),
            Ok(EraDigitDate::None) => {
                faults.date(1, EraDateError::NoSuchDay);
                None
            }
            Err(error) => {
                faults.date(1, error);
                None
            }
        },
        Err(error) => {
            faults.text(1, Some(error));
            None
        }
    };
    let (text, error) = JisText::decode(text);
    faults.text(files::CHANGE_HEAD, error);
    let (commission, error) = JisText::decode(commission);
    faults.text(bytes.len() - files::CHANGE_TAIL, error);
    Some(Entry { edition: Edition(*edition), date, text, commission })
}

/// Whether a licence number's eleventh digit fits its first ten: weights 5 4 3 2 7 6 5 4 3 2, eleven less the rest of
/// the sum by eleven, 10 → 0, 11 → 1 (2.11, D, C). `None` for another form than twelve digits. Pages disagree on
/// invented examples, so a misfit is a warning and nothing more.
pub fn check_digit_fits(number: &str) -> Option<bool> {
    const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let digits: Vec<u32> = number.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    if digits.len() != 12 {
        return None;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let expected = match 11 - sum % 11 {
        10 => 0,
        11 => 1,
        other => other,
    };
    Some(digits.get(10) == Some(&expected))
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
