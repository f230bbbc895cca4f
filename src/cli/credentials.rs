//! What a person enters: from a file, or at the terminal.

use std::collections::BTreeMap;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::residence_card::protocol::CardNumber,
    dump::Scope,
    privacy::Pin,
    text::{PrintedDate, PrintedDateError, japan_date},
};

/// The names that a credentials file may hold.
const NAMES: [&str; 10] = [
    "number-b",
    "birth",
    "expiry-year",
    "security-code",
    CARD_NUMBER,
    "pin1",
    "pin2",
    "licence-pin",
    "text-pin",
    AUTH_PIN,
];

/// The entry of a residence card.
pub const CARD_NUMBER: &str = "card-number";

/// 利用者証明用暗証番号
pub const AUTH_PIN: &str = "auth-pin";

/// 署名用パスワード
const SIGN_PASSWORD: &str = "sign-password";

/// The most bytes of a credentials file.
pub const MAX_FILE: usize = 4 * 1024;

/// The entries of a credentials file, by name. `Debug` shows names alone.
#[derive(Default)]
pub struct Entries(BTreeMap<String, Zeroizing<String>>);

impl std::fmt::Debug for Entries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// Why entries cannot be used. Holds nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A line is not `name = value`.
    #[error("line {line} is not `name = value`")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// A name that no credential has.
    #[error("line {line} has an unknown name")]
    UnknownName {
        /// The line, from 1.
        line: usize,
    },
    /// A name twice.
    #[error("line {line} repeats a name")]
    Repeated {
        /// The line, from 1.
        line: usize,
    },
    /// Larger than [`MAX_FILE`], or not UTF-8.
    #[error("not a credentials file")]
    NotText,
    /// An entry that this check needs is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The birth date.
    #[error(transparent)]
    Birth(#[from] PrintedDateError),
    /// Not four digits of a plausible year.
    #[error("the expiry year has four digits")]
    ExpiryYear,
    /// Not four digits.
    #[error("the security code has four digits")]
    SecurityCode,
    /// A PIN has four digits.
    #[error("a PIN has four digits")]
    Pin(&'static str),
    /// Not 6 to 16 of `A`–`Z` and `0`–`9`.
    #[error("a password has 6 to 16 capital letters and digits")]
    Password,
    /// Not 14 digits with a month and a day in their places.
    #[error("number B has 14 digits")]
    NumberB,
    /// Not two letters, eight digits and two letters.
    #[error("a card number has two letters, eight digits and two letters")]
    CardNumber,
}

impl Entries {
    /// Reads a credentials file: lines `name = value`, `#` comments, blank lines.
    ///
    /// # Errors
    /// [`EntryError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let text = std::str::from_utf8(bytes).map_err(|_| EntryError::NotText)?;
        if bytes.len() > MAX_FILE {
            return Err(EntryError::NotText);
        }
        let mut entries = BTreeMap::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let (name, value) = content.split_once('=').ok_or(EntryError::Line { line })?;
            let name = name.trim();
            if name != SIGN_PASSWORD && !NAMES.contains(&name) {
                return Err(EntryError::UnknownName { line });
            }
            if entries.insert(name.to_owned(), Zeroizing::new(value.trim().to_owned())).is_some() {
                return Err(EntryError::Repeated { line });
            }
        }
        Ok(Self(entries))
    }

    /// A PIN by its entry's name; `None` when it is not there.
    ///
    /// # Errors
    /// [`EntryError::Pin`] unless it has four digits.
    pub fn pin(&self, name: &'static str) -> Result<Option<Pin>, EntryError> {
        self.0.get(name).map(|text| licence_pin(name, text)).transpose()
    }

    /// 署名用パスワード; `None` when it is not there.
    ///
    /// # Errors
    /// [`EntryError::Password`] unless it has 6 to 16 characters, each of `A`–`Z` and `0`–`9`: the card compares bytes, and
    /// small letters are none of a password.
    pub fn sign_password(&self) -> Result<Option<Pin>, EntryError> {
        let Some(text) = self.0.get(SIGN_PASSWORD) else { return Ok(None) };
        let fits = (6..=16).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let password = Pin::new(text.as_bytes()).ok().filter(|_| fits);
        password.map(Some).ok_or(EntryError::Password)
    }

    /// The number of a residence card; `None` when it is not there.
    ///
    /// # Errors
    /// [`EntryError::CardNumber`] unless it has the form of one.
    pub fn card_number(&self) -> Result<Option<CardNumber>, EntryError> {
        self.0.get(CARD_NUMBER).map(|text| card_number(text)).transpose()
    }

    /// The credential that a check of a My Number Card presents.
    ///
    /// # Errors
    /// [`EntryError`] when an entry is missing or is not what is printed on a card.
    pub fn my_number(&self, scope: Scope) -> Result<Pin, EntryError> {
        let entry = |name: &'static str| self.0.get(name).ok_or(EntryError::Missing(name));
        if let Ok(number) = entry("number-b") {
            let digits = number_b(number)?;
            return pin(match scope {
                Scope::AGE => digits.get(..6).ok_or(EntryError::NumberB)?,
                _ => &digits,
            });
        }
        let birth = printed_date(entry("birth")?)?;
        match scope {
            Scope::AGE => birth_pin(birth),
            _ => {
                let year = entry("expiry-year")?;
                let code = entry("security-code")?;
                number_b_pin(birth, &expiry_year(year)?, &security_code(code)?)
            }
        }
    }
}

/// A birth date as it is printed, of somebody who may be alive today.
///
/// # Errors
/// [`EntryError::Birth`].
pub fn printed_date(text: &str) -> Result<PrintedDate, EntryError> {
    Ok(PrintedDate::parse(text, japan_date(Timestamp::now()))?)
}

/// 照合番号B from what is printed: the birth date's six digits, the expiry year, the security code (spec my-number 2.2).
///
/// # Errors
/// [`EntryError::NumberB`] never for checked parts.
pub fn number_b_pin(birth: PrintedDate, expiry_year: &str, security_code: &str) -> Result<Pin, EntryError> {
    let digits = Zeroizing::new(format!("{}{expiry_year}{security_code}", birth.digits()));
    pin(&digits)
}

/// 生年月日: the birth date's six digits.
///
/// # Errors
/// [`EntryError::NumberB`] never for a date.
pub fn birth_pin(birth: PrintedDate) -> Result<Pin, EntryError> {
    let digits = Zeroizing::new(birth.digits());
    pin(&digits)
}

/// Checks the number of a residence card as typed: two letters, eight digits, two letters.
///
/// # Errors
/// [`EntryError::CardNumber`].
pub fn card_number(text: &str) -> Result<CardNumber, EntryError> {
    text.parse().map_err(|_| EntryError::CardNumber)
}

/// Checks a PIN as typed: four digits.
///
/// # Errors
/// [`EntryError::Pin`] with the entry's name.
pub fn licence_pin(name: &'static str, text: &str) -> Result<Pin, EntryError> {
    let digits = four_digits(text).ok_or(EntryError::Pin(name))?;
    Pin::new(digits.as_bytes()).map_err(|_| EntryError::Pin(name))
}

/// Checks an expiry year as printed: four digits, 2016 (the first cards) to 2999.
///
/// # Errors
/// [`EntryError::ExpiryYear`].
pub fn expiry_year(text: &str) -> Result<Zeroizing<String>, EntryError> {
    let digits = four_digits(text).ok_or(EntryError::ExpiryYear)?;
    if ("2016"..="2999").contains(&digits.as_str()) { Ok(digits) } else { Err(EntryError::ExpiryYear) }
}

/// Checks a security code as printed: four digits.
///
/// # Errors
/// [`EntryError::SecurityCode`].
pub fn security_code(text: &str) -> Result<Zeroizing<String>, EntryError> {
    four_digits(text).ok_or(EntryError::SecurityCode)
}

fn four_digits(text: &str) -> Option<Zeroizing<String>> {
    let digits = half_width_digits(text)?;
    (digits.len() == 4).then_some(digits)
}

fn number_b(text: &str) -> Result<Zeroizing<String>, EntryError> {
    let digits = half_width_digits(text).filter(|digits| digits.len() == 14).ok_or(EntryError::NumberB)?;
    let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u8>().ok());
    let plausible = number(2..4).is_some_and(|month| (1..=12).contains(&month))
        && number(4..6).is_some_and(|day| (1..=31).contains(&day))
        && digits.get(6..10).is_some_and(|year| expiry_year(year).is_ok());
    if plausible { Ok(digits) } else { Err(EntryError::NumberB) }
}

/// The digits of a text in their ASCII form; `None` when it holds anything else.
fn half_width_digits(text: &str) -> Option<Zeroizing<String>> {
    let digits: Option<String> = text
        .trim()
        .chars()
        .map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0),
            _ => None,
        })
        .collect();
    digits.map(Zeroizing::new)
}

fn pin(digits: &str) -> Result<Pin, EntryError> {
    Pin::new(digits.as_bytes()).map_err(|_| EntryError::NumberB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(text: &str) -> Result<Pin, EntryError> {
        Entries::parse(text.as_bytes())?.my_number(Scope::FULL)
    }

    #[test]
    fn both_forms_give_number_b() {
        let parts = "# printed\nbirth = 昭和55年2月17日\nexpiry-year = ２０３５\n\nsecurity-code=2285\npin1 = 1234\n";
        assert_eq!(full(parts).unwrap().expose(), b"55021720352285");
        assert_eq!(full("number-b = 55021720352285").unwrap().expose(), b"55021720352285");
        let age = Entries::parse(b"birth = S55-02-17").unwrap().my_number(Scope::AGE).unwrap();
        assert_eq!(age.expose(), b"550217");
    }

    #[test]
    fn every_bad_entry_has_its_name() {
        assert_eq!(full("birth").unwrap_err(), EntryError::Line { line: 1 });
        assert_eq!(full("\nmy-number = 1").unwrap_err(), EntryError::UnknownName { line: 2 });
        assert_eq!(full("birth=S1-1-1\nbirth=S1-1-1").unwrap_err(), EntryError::Repeated { line: 2 });
        assert_eq!(full("").unwrap_err(), EntryError::Missing("birth"));
        assert_eq!(full("birth = S55-02-17").unwrap_err(), EntryError::Missing("expiry-year"));
        let bare = full("birth = 1980-02-17").unwrap_err();
        assert!(matches!(bare, EntryError::Birth(PrintedDateError::BareWestern(_))), "{bare:?}");
        for (text, error) in [
            ("55-02-17", PrintedDateError::Bare),
            ("R99-01-01", PrintedDateError::Future),
            ("western:2999-01-01", PrintedDateError::Future),
            ("western:0001-01-01", PrintedDateError::TooLongAgo),
        ] {
            assert_eq!(full(&format!("birth = {text}")).unwrap_err(), EntryError::Birth(error), "{text}");
        }
        let rest = |year: &str, code: &str| format!("birth=S55-2-17\nexpiry-year={year}\nsecurity-code={code}");
        assert_eq!(full(&rest("35", "2285")).unwrap_err(), EntryError::ExpiryYear);
        assert_eq!(full(&rest("1935", "2285")).unwrap_err(), EntryError::ExpiryYear);
        assert_eq!(full(&rest("2035", "228a")).unwrap_err(), EntryError::SecurityCode);
        for bad in ["5502172035228", "55137720352285", "55021710352285", "550217203522855"] {
            assert_eq!(full(&format!("number-b={bad}")).unwrap_err(), EntryError::NumberB, "{bad}");
        }
        assert_eq!(Entries::parse(&[0xFF]).unwrap_err(), EntryError::NotText);
        assert_eq!(Entries::parse(&[b'#'; MAX_FILE + 1]).unwrap_err(), EntryError::NotText);
    }

    #[test]
    fn a_card_number_in_the_forms_that_people_type() {
        let number = |text: &str| Entries::parse(text.as_bytes()).unwrap().card_number();
        assert_eq!(number("pin1 = 1234"), Ok(None));
        for text in ["AA12345678BB", "aa12345678bb", "ＡＡ１２３４５６７８ＢＢ", "AA 1234-5678 BB"] {
            let read = number(&format!("card-number = {text}")).unwrap().unwrap();
            assert_eq!(read.expose(), b"AA12345678BB", "{text}");
        }
        for text in ["AA1234567BB", "AA123456789BB", "A112345678BB", "AA12345678B", "", "ＡＡ１２３４５６７８Ｂあ"]
        {
            assert_eq!(number(&format!("card-number = {text}")), Err(EntryError::CardNumber), "{text}");
        }
    }

    #[test]
    fn debug_shows_names_alone() {
        let entries = Entries::parse(b"security-code = 2285").unwrap();
        assert_eq!(format!("{entries:?}"), "[\"security-code\"]");
    }
}
