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
