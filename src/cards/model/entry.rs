//! What a person types: its form, and how it is read.

use zeroize::Zeroizing;

use crate::{lang::Bilingual, text::PrintedDate};

use super::EntryError;

/// One thing that a person types, for example a birth date. A credential is made of one or several.
pub struct EntrySpec {
    /// The machine name, which is also its line in a credentials file.
    pub id: &'static str,
    /// The name that people use.
    pub title: Bilingual,
    /// The question on the terminal and on a page.
    pub prompt: Bilingual,
    /// What the value looks like.
    pub form: Form,
    /// The id of the message about a value of another form.
    pub bad: &'static str,
    /// How to write it, for that message.
    pub hint: Bilingual,
}

impl PartialEq for EntrySpec {
    /// Names are unique, which a test of the registry keeps.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for EntrySpec {}

/// A value that was entered.
pub enum EntryValue {
    /// As a card compares it.
    Text(Zeroizing<String>),
    /// A day; a card compares its six digits.
    Date(PrintedDate),
    /// A day with a Western year that is not said to be printed so: what is made as in a machine-readable zone takes it, and
    /// nothing else does.
    ZoneDate(PrintedDate),
}

/// The form of an entry.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// So many digits, full-width ones too.
    Digits(usize),
    /// Digits of this length that a function finds plausible.
    Checked(usize, fn(&str) -> bool),
    /// A Western year of four digits in this range.
    Year(u16, u16),
    /// Capital letters and digits, so many at least and at most. Small letters are refused: the card compares bytes.
    Password(usize, usize),
    /// A birth date as printed; its value is the six digits that a card compares.
    PrintedDate,
    /// `A` for a letter of either case, `0` for a digit; spaces, hyphens and full-width forms are accepted.
    Pattern(&'static str),
    /// A Western day; its value is `YYMMDD`.
    Day,
    /// Whatever a function reads, which also makes the value of it. Full-width forms are already made half-width.
    Read {
        /// What is written, for the pages about the cards.
        like: &'static str,
        /// Reads it.
        read: fn(&str) -> Option<Zeroizing<String>>,
    },
}

impl std::fmt::Debug for EntrySpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EntrySpec({})", self.id)
    }
}

impl EntrySpec {
    /// Reads what was typed; the value is as a card compares it.
    ///
    /// # Errors
    /// [`EntryError::Form`], [`EntryError::Date`]; neither holds anything of the text.
    pub fn parse(&'static self, text: &str) -> Result<EntryValue, EntryError> {
        if let Form::PrintedDate = self.form {
            return match PrintedDate::read(text.trim()) {
                Ok(date) => Ok(EntryValue::Date(date)),
                Err(error) => Err(EntryError::Date(self, error)),
            };
        }
        self.text(text).map(EntryValue::Text)
    }

    fn text(&'static self, text: &str) -> Result<Zeroizing<String>, EntryError> {
        let bad = EntryError::Form(self);
        let digits = |length: usize| digits(text).filter(|digits| digits.len() == length).ok_or(bad);
        match self.form {
            Form::Digits(length) => digits(length),
            Form::Checked(length, plausible) => {
                digits(length).and_then(|it| if plausible(&it) { Ok(it) } else { Err(bad) })
            }
            Form::Year(first, last) => {
                let year = digits(4)?;
                let fits = year.parse().is_ok_and(|year: u16| (first..=last).contains(&year));
                if fits { Ok(year) } else { Err(bad) }
            }
            Form::Password(shortest, longest) => {
                let text = text.trim();
                let fits = (shortest..=longest).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
                if fits { Ok(Zeroizing::new(text.to_owned())) } else { Err(bad) }
            }
            Form::PrintedDate => Err(bad),
            Form::Pattern(pattern) => pattern_of(text, pattern).ok_or(bad),
            Form::Day => day_of(text).ok_or(bad),
            Form::Read { read, .. } => {
                let text: Zeroizing<String> = Zeroizing::new(text.chars().map(half_width).collect());
                read(text.trim()).ok_or(bad)
            }
        }
    }
}

/// A full-width form of ASCII stands 0xFEE0 above it.
fn half_width(character: char) -> char {
    match u32::from(character) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(character),
        _ => character,
    }
}

fn digits(text: &str) -> Option<Zeroizing<String>> {
    let digits = text.trim().chars().map(half_width).map(|c| c.is_ascii_digit().then_some(c));
    digits.collect::<Option<String>>().map(Zeroizing::new)
}

/// Months as documents print them.
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// `20351231`, `351231`, with the separators that people use between the parts, or `31 DEC 2035`.
fn day_of(text: &str) -> Option<Zeroizing<String>> {
    let text: Zeroizing<String> =
        Zeroizing::new(text.trim().chars().map(half_width).map(|c| c.to_ascii_uppercase()).collect());
    let mut parts: Vec<Zeroizing<String>> = Vec::new();
    let mut before = None;
    for character in text.chars() {
        let class = (character.is_ascii_digit(), character.is_ascii_uppercase());
        if !class.0 && !class.1 && !matches!(character, ' ' | '-' | '/' | '.' | '年' | '月' | '日' | '\u{3000}') {
            return None;
        }
        match parts.last_mut() {
            Some(part) if before == Some(class) && class != (false, false) => part.push(character),
            _ if class != (false, false) => parts.push(Zeroizing::new(character.to_string())),
            _ => {}
        }
        before = Some(class);
    }
    let number = |part: &str| part.parse::<i16>().ok();
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => (number(whole.get(..4)?)?, number(whole.get(4..6)?)?, number(whole.get(6..)?)?),
        [whole] if whole.len() == 6 => (number(whole.get(..2)?)?, number(whole.get(2..4)?)?, number(whole.get(4..)?)?),
        [year, month, day] if year.len() == 4 && number(month).is_some() => {
            (number(year)?, number(month)?, number(day)?)
        }
        [day, month, year] => {
            let at = MONTHS.iter().position(|name| *name == month.as_str())?;
            (number(year)?, i16::try_from(at + 1).ok()?, number(day)?)
        }
        _ => return None,
    };
    let date = jiff::civil::Date::new(
        if year < 100 { 2000 + year } else { year },
        month.try_into().ok()?,
        day.try_into().ok()?,
    );
    let date = date.ok()?;
    Some(Zeroizing::new(format!("{:02}{:02}{:02}", date.year() % 100, date.month(), date.day())))
}

fn pattern_of(text: &str, pattern: &str) -> Option<Zeroizing<String>> {
    let mut value = Zeroizing::new(String::with_capacity(pattern.len()));
    let mut expected = pattern.chars();
    for character in text.chars().map(half_width) {
        if matches!(character, ' ' | '-' | '\u{3000}' | '\u{2010}' | '\u{2212}' | '\t' | '\r' | '\n') {
            continue;
        }
        let fits = match expected.next()? {
            'A' => character.is_ascii_alphabetic(),
            _ => character.is_ascii_digit(),
        };
        if !fits {
            return None;
        }
        value.push(character.to_ascii_uppercase());
    }
    expected.next().is_none().then_some(value)
}
