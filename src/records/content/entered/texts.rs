//! Texts, days and numbers as staff write them, and what must not be among them.

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::{self, TimeZone},
};
use unicode_normalization::UnicodeNormalization as _;

use crate::text::{PrintedDate, PrintedDateError, is_hyphen};

use super::{
    super::{
        parts::{Authority, Part, Shape},
        value::{Content, Goods},
    },
    Entry, EntryProblem, MAX_LINE, MAX_LINES,
};

/// One line of text without what is not shown, trimmed.
pub(in crate::records::content) fn line(text: &str) -> Result<String, EntryProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(EntryProblem::Blank);
    }
    if text.chars().count() > MAX_LINE {
        return Err(EntryProblem::TooLong);
    }
    if text.chars().any(is_hidden) {
        return Err(EntryProblem::Control);
    }
    Ok(text.to_owned())
}

/// The same, without a number that must not be stored.
pub(in crate::records::content) fn clean(text: &str) -> Result<String, EntryProblem> {
    let text = line(text)?;
    if has_digits(&text, has_check_digit) {
        return Err(EntryProblem::PersonalNumber);
    }
    if has_digits(&text, is_number_b) { Err(EntryProblem::NumberB) } else { Ok(text) }
}

fn is_hidden(c: char) -> bool {
    use unicode_general_category::{GeneralCategory as Is, get_general_category};
    // Variation selectors are marks and belong to names.
    matches!(
        get_general_category(c),
        Is::Control | Is::Format | Is::LineSeparator | Is::ParagraphSeparator | Is::PrivateUse | Is::Unassigned
    )
}

/// A day as people write it.
///
/// # Errors
/// [`EntryProblem::Day`].
pub fn day(text: &str) -> Result<Date, EntryProblem> {
    match PrintedDate::read(text.trim()) {
        Ok(printed) => Ok(printed.date()),
        Err(PrintedDateError::BareWestern(western)) => Ok(western.date()),
        Err(_) => text.trim().parse().map_err(|_| EntryProblem::Day),
    }
}

/// A day and a time of day in Japan as people write them: `2026-11-27 10:30`.
///
/// # Errors
/// [`EntryProblem::Moment`].
pub fn moment(text: &str) -> Result<Timestamp, EntryProblem> {
    let (on, at) = text.trim().rsplit_once(char::is_whitespace).ok_or(EntryProblem::Moment)?;
    let (on, at): (Date, Time) = (day(on)?, at.nfkc().collect::<String>().parse().map_err(|_| EntryProblem::Moment)?);
    let japan = TimeZone::fixed(tz::offset(9));
    on.to_datetime(at).to_zoned(japan).map(|zoned| zoned.timestamp()).map_err(|_| EntryProblem::Moment)
}

/// The content of an entry, for every shape but a method, which depends on the profile.
pub(in crate::records::content) fn content(
    part: Option<&Part>,
    entry: &Entry,
    company: bool,
) -> Result<Content, EntryProblem> {
    let shape = part.map_or(Shape::Text, |part| part.shape);
    let digits = part.is_some_and(|part| part.digits);
    let checked = |text: &str| -> Result<String, EntryProblem> { if digits { line(text) } else { clean(text) } };
    match (shape, entry) {
        (Shape::Text | Shape::Staff, Entry::Text(text)) => checked(text).map(Content::Text),
        (Shape::Day, Entry::Text(text)) => day(text).map(Content::Day),
        (Shape::Number, Entry::Number(number)) => Ok(Content::Number(*number)),
        (Shape::Number, Entry::Text(text)) => number(text).map(Content::Number),
        (Shape::List, Entry::Text(text)) => list(text.lines(), &checked).map(Content::List),
        (Shape::List, Entry::List(texts)) => list(texts.iter().map(String::as_str), &checked).map(Content::List),
        (Shape::Goods, Entry::Goods(goods)) => {
            self::goods(goods.iter().map(|goods| Some((goods.name.as_str(), goods.quantity.as_str()))), &checked)
        }
        (Shape::Goods, Entry::Text(text)) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            self::goods(lines.map(|line| SIGNS.iter().find_map(|sign| line.rsplit_once(*sign))), &checked)
        }
        (Shape::Authority, Entry::Text(text)) => {
            let id = text.trim().parse::<Authority>().map_err(|_| EntryProblem::Authority)?;
            let of = if id.is_for(company) { Ok(id) } else { Err(EntryProblem::Authority) };
            of.map(|id| Content::Authority { id, text: id.words(company).into() })
        }
        (Shape::Moment, _) => Err(EntryProblem::ByTool),
        _ => Err(EntryProblem::Kind),
    }
}

/// What stands between an article and its quantity, if they are written as lines.
const SIGNS: &[char] = &['×', '✕', '*', '\t'];

fn number(text: &str) -> Result<u32, EntryProblem> {
    let digits: Option<String> = text.trim().chars().map(|c| char::from_digit(to_half(c).to_digit(10)?, 10)).collect();
    digits.and_then(|digits| digits.parse().ok()).ok_or(EntryProblem::Number)
}

fn list<'a>(
    lines: impl Iterator<Item = &'a str>,
    checked: &impl Fn(&str) -> Result<String, EntryProblem>,
) -> Result<Vec<String>, EntryProblem> {
    let lines: Vec<String> = lines.filter(|line| !line.trim().is_empty()).map(checked).collect::<Result<_, _>>()?;
    match lines.len() {
        0 => Err(EntryProblem::Blank),
        1..=MAX_LINES => Ok(lines),
        _ => Err(EntryProblem::TooMany),
    }
}

fn goods<'a>(
    goods: impl Iterator<Item = Option<(&'a str, &'a str)>>,
    checked: &impl Fn(&str) -> Result<String, EntryProblem>,
) -> Result<Content, EntryProblem> {
    let one = |pair: Option<(&str, &str)>| -> Result<Goods, EntryProblem> {
        let (name, quantity) = pair.ok_or(EntryProblem::Goods)?;
        Ok(Goods { name: checked(name)?, quantity: checked(quantity)? })
    };
    let goods: Vec<Goods> = goods.map(one).collect::<Result<_, _>>()?;
    match goods.len() {
        0 => Err(EntryProblem::Blank),
        1..=MAX_LINES => Ok(Content::Goods(goods)),
        _ => Err(EntryProblem::TooMany),
    }
}

fn to_half(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        c => c,
    }
}

/// Whether a text has a number of a kind: in one piece, within a longer one, or in pieces with signs or spaces between. One number in
/// eleven of other kinds has the check digit of a My Number, so places that hold such numbers are not asked.
fn has_digits(text: &str, is_number: fn(&[u32]) -> bool) -> bool {
    // Runs of pieces: signs part pieces, anything else parts runs.
    let mut runs: Vec<Vec<Vec<u32>>> = vec![vec![Vec::new()]];
    for c in text.nfkc() {
        let Some(run) = runs.last_mut() else { return false };
        match (c.to_digit(10), run.last_mut()) {
            (Some(digit), Some(piece)) => piece.push(digit),
            (None, Some(piece)) if c.is_whitespace() || is_sign(c) => {
                if !piece.is_empty() {
                    run.push(Vec::new());
                }
            }
            _ => runs.push(vec![Vec::new()]),
        }
    }
    let within = |piece: &Vec<u32>| [PERSONAL, NUMBER_B].iter().any(|length| piece.windows(*length).any(is_number));
    let joined = |run: &Vec<Vec<u32>>| {
        (0..run.len()).any(|from| {
            (from..run.len()).any(|to| run.get(from..=to).is_some_and(|pieces| is_number(&pieces.concat())))
        })
    };
    runs.iter().any(|run| run.iter().any(within) || run.len() <= MAX_LINES && joined(run))
}

/// The digits of a My Number.
const PERSONAL: usize = 12;

/// The digits of a 照合番号B: birth date (6), year of expiry (4), security code (4).
const NUMBER_B: usize = 14;

/// Fourteen digits that begin with a day and a year in which a card can expire.
fn is_number_b(digits: &[u32]) -> bool {
    let number =
        |from: usize, to: usize| digits.get(from..to).map(|part| part.iter().fold(0, |all, digit| all * 10 + digit));
    let within = |from: usize, to: usize, range: std::ops::RangeInclusive<u32>| {
        number(from, to).is_some_and(|number| range.contains(&number))
    };
    digits.len() == NUMBER_B && within(2, 4, 1..=12) && within(4, 6, 1..=31) && within(6, 10, 2016..=2069)
}

/// What people write between the digits of a number.
fn is_sign(c: char) -> bool {
    is_hyphen(c) || matches!(c, '・' | '·' | '.' | '/' | ',' | '_' | '~' | '〜')
}

/// 総務省令 of the number: the sum of each digit by its weight, from the lowest of the eleven, modulo eleven.
fn has_check_digit(digits: &[u32]) -> bool {
    let Some((check, rest)) = digits.split_last().filter(|_| digits.len() == PERSONAL) else { return false };
    let weight = |place: u32| if place <= 6 { place + 1 } else { place - 5 };
    let sum: u32 = rest.iter().rev().zip(1..).map(|(digit, place)| digit * weight(place)).sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    *check == expected
}
