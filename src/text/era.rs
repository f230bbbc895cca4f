//! 元号: the Japanese eras, and the birth date as it is printed on a card.

use std::{fmt, str::FromStr};

use jiff::civil::Date;

/// An era of the Japanese calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Era {
    /// 明治
    Meiji,
    /// 大正
    Taisho,
    /// 昭和
    Showa,
    /// 平成
    Heisei,
    /// 令和
    Reiwa,
}

/// Era, letter, name, first day (spec my-number 2.2). The first, partial year is year 1.
type Row = (Era, char, &'static str, (i16, i8, i8));
const ERAS: [Row; 5] = [
    (Era::Meiji, 'M', "明治", (1868, 1, 25)),
    (Era::Taisho, 'T', "大正", (1912, 7, 30)),
    (Era::Showa, 'S', "昭和", (1926, 12, 25)),
    (Era::Heisei, 'H', "平成", (1989, 1, 8)),
    (Era::Reiwa, 'R', "令和", (2019, 5, 1)),
];

impl Era {
    /// The name, for example 昭和.
    pub fn name(self) -> &'static str {
        ERAS.iter().find(|(era, ..)| *era == self).map_or("", |(_, _, name, _)| name)
    }

    fn first_year(self) -> i16 {
        ERAS.iter().find(|(era, ..)| *era == self).map_or(0, |(.., (year, ..))| *year)
    }
}

/// The era and the year in it of a day; `None` before Meiji.
pub fn era_year(date: Date) -> Option<(Era, i16)> {
    let day = (date.year(), date.month(), date.day());
    let (era, ..) = ERAS.iter().rev().find(|(.., first)| day >= *first)?;
    Some((*era, date.year() - era.first_year() + 1))
}

/// A date of a driver's licence: a digit for the era, then year, month and day of two digits (spec licence 2.2, C2+).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EraDigitDate {
    /// A day.
    Day(Date),
    /// Six zeros behind whatever era digit: the category is not held (2.5).
    None,
}

/// Why seven bytes are no such date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EraDateError {
    /// Not seven ASCII digits.
    #[error("not seven digits")]
    Form,
    /// An era digit other than 1 to 5.
    #[error("no era has this digit")]
    Era,
    /// The day does not exist.
    #[error("this day does not exist")]
    NoSuchDay,
}

/// Reads `EYYMMDD`, seven ASCII digits: 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和.
///
/// A year beyond the end of its era is read on (平成35年 is 2023): licences issued before the era ended carry such expiry
/// days.
///
/// # Errors
/// [`EraDateError`].
pub fn from_era_digits(digits: &[u8]) -> Result<EraDigitDate, EraDateError> {
    let &[era, y1, y2, m1, m2, d1, d2] = digits else { return Err(EraDateError::Form) };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(EraDateError::Form);
    }
    if [y1, y2, m1, m2, d1, d2] == [b'0'; 6] {
        return Ok(EraDigitDate::None);
    }
    let two = |high: u8, low: u8| i16::from(high - b'0') * 10 + i16::from(low - b'0');
    let at = usize::from(era - b'0').checked_sub(1).ok_or(EraDateError::Era)?;
    let (.., (first_year, ..)) = ERAS.get(at).ok_or(EraDateError::Era)?;
    let year = two(y1, y2);
    if year == 0 {
        return Err(EraDateError::NoSuchDay);
    }
    let date = civil(first_year + year - 1, two(m1, m2), two(d1, d2)).map_err(|_| EraDateError::NoSuchDay)?;
    Ok(EraDigitDate::Day(date))
}

/// The seven digits of a day, for simulated cards; `None` before Meiji or beyond year 99.
pub fn to_era_digits(date: Date) -> Option<[u8; 7]> {
    let (era, year) = era_year(date)?;
    let at = ERAS.iter().position(|(known, ..)| *known == era)? + 1;
    let text = format!("{at}{year:02}{:02}{:02}", date.month(), date.day());
    text.into_bytes().try_into().ok()
}

/// A birth date as it is printed on the card: with its era, or Western.
///
/// 照合番号B takes the two year digits *as printed*. Nobody has confirmed whether a foreign resident's card wants the
/// era year or the Western one (spec my-number 2.2, U), and a wrong guess costs one of ten tries: so the form of the
/// print decides ([`PrintedDate::digits`]), and no second form is ever tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PrintedDate {
    date: Date,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Era(Era),
    Western,
}

impl fmt::Debug for PrintedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrintedDate(..)")
    }
}

/// Why a text is no birth date as printed. Holds nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrintedDateError {
    /// A bare ISO date: it does not say which form is printed.
    #[error("write the date as it is printed: with its era (S55-02-17, 昭和55年2月17日), or western:1980-02-17")]
    Bare,
    /// No form that is printed on cards.
    #[error("not a date as printed on a card")]
    Form,
    /// The day does not exist.
    #[error("this day does not exist")]
    NoSuchDay,
    /// The day is not in the era that was given.
    #[error("this day is not in this era")]
    NotInEra,
}

impl PrintedDate {
    /// A date that is printed with its era; `None` before Meiji.
    pub fn with_era(date: Date) -> Option<Self> {
        era_year(date).map(|(era, _)| Self { date, form: Form::Era(era) })
    }

    /// A date that is printed with a Western year.
    pub fn western(date: Date) -> Self {
        Self { date, form: Form::Western }
    }

    /// The day.
    pub fn date(self) -> Date {
        self.date
    }

    /// `YYMMDD` as the card compares it: the year digits as printed (spec my-number 2.2).
    pub fn digits(self) -> String {
        let year = match self.form {
            Form::Era(era) => self.date.year() - era.first_year() + 1,
            Form::Western => self.date.year() % 100,
        };
        format!("{year:02}{:02}{:02}", self.date.month(), self.date.day())
    }
}

impl FromStr for PrintedDate {
    type Err = PrintedDateError;

    /// Reads `S55-02-17`, `S55.2.17`, `昭和55年2月17日`, `令和元年5月1日` or `western:1980-02-17`; full-width digits too.
    fn from_str(text: &str) -> Result<Self, PrintedDateError> {
        let text: String = text.trim().chars().map(half_width).collect();
        if let Some(western) = text.strip_prefix("western:") {
            let [year, month, day] = numbers(western)?;
            let date = civil(year, month, day)?;
            return Ok(Self::western(date));
        }
        let era = ERAS.iter().find_map(|(era, letter, name, _)| {
            let rest = text.strip_prefix(*name).or_else(|| {
                let mut chars = text.chars();
                let first = chars.next()?;
                first.eq_ignore_ascii_case(letter).then_some(chars.as_str())
            })?;
            Some((*era, rest))
        });
        let Some((era, rest)) = era else {
            let bare = text.starts_with(|first: char| first.is_ascii_digit()) && numbers(&text).is_ok();
            return Err(if bare { PrintedDateError::Bare } else { PrintedDateError::Form });
        };
        let [year, month, day] = numbers(&rest.replacen("元年", "1年", 1))?;
        if !(1..=99).contains(&year) {
            return Err(PrintedDateError::Form);
        }
        let date = civil(era.first_year() + year - 1, month, day)?;
        match era_year(date) {
            Some((found, _)) if found == era => Ok(Self { date, form: Form::Era(era) }),
            _ => Err(PrintedDateError::NotInEra),
        }
    }
}

fn civil(year: i16, month: i16, day: i16) -> Result<Date, PrintedDateError> {
    let part = |number| i8::try_from(number).map_err(|_| PrintedDateError::NoSuchDay);
    Date::new(year, part(month)?, part(day)?).map_err(|_| PrintedDateError::NoSuchDay)
}

/// Three numbers between the separators that people use.
fn numbers(text: &str) -> Result<[i16; 3], PrintedDateError> {
    let parts: Vec<i16> = text
        .trim_end_matches('日')
        .split(['-', '.', '/', '年', '月'])
        .map(|part| part.trim().parse().map_err(|_| PrintedDateError::Form))
        .collect::<Result<_, _>>()?;
    let parts: [i16; 3] = parts.try_into().map_err(|_| PrintedDateError::Form)?;
    if parts.iter().any(|part| *part < 0) { Err(PrintedDateError::Form) } else { Ok(parts) }
}

/// Full-width digits, letters and separators as their ASCII forms.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn era_boundaries() {
        assert_eq!(era_year(date(1989, 1, 7)), Some((Era::Showa, 64)));
        assert_eq!(era_year(date(1989, 1, 8)), Some((Era::Heisei, 1)));
        assert_eq!(era_year(date(2019, 4, 30)), Some((Era::Heisei, 31)));
        assert_eq!(era_year(date(2019, 5, 1)), Some((Era::Reiwa, 1)));
        assert_eq!(era_year(date(1868, 1, 24)), None);
    }

    #[test]
    fn era_digits_of_licences() {
        let day = |digits: &[u8]| from_era_digits(digits);
        assert_eq!(day(b"3550217"), Ok(EraDigitDate::Day(date(1980, 2, 17))));
        assert_eq!(day(b"5100501"), Ok(EraDigitDate::Day(date(2028, 5, 1))));
        assert_eq!(day(b"4350101"), Ok(EraDigitDate::Day(date(2023, 1, 1))), "beyond the end of Heisei");
        assert_eq!(day(b"4000000"), Ok(EraDigitDate::None));
        assert_eq!(day(b"0000000"), Ok(EraDigitDate::None));
        assert_eq!(day(b"0010101"), Err(EraDateError::Era));
        assert_eq!(day(b"6010101"), Err(EraDateError::Era));
        assert_eq!(day(b"4000101"), Err(EraDateError::NoSuchDay));
        assert_eq!(day(b"4010230"), Err(EraDateError::NoSuchDay));
        assert_eq!(day(b"401013"), Err(EraDateError::Form));
        assert_eq!(day(b"40101A1"), Err(EraDateError::Form));
        for day in [date(1980, 2, 17), date(2019, 4, 30), date(2019, 5, 1), date(1911, 1, 1)] {
            assert_eq!(from_era_digits(&to_era_digits(day).unwrap()), Ok(EraDigitDate::Day(day)));
        }
    }

    #[test]
    fn printed_forms_give_the_digits_of_number_b() {
        for text in ["S55-02-17", "s55.2.17", "昭和55年2月17日", " 昭和５５年２月１７日 ", "Ｓ５５－０２－１７"]
        {
            assert_eq!(text.parse::<PrintedDate>().unwrap().digits(), "550217", "{text}");
        }
        assert_eq!("令和元年5月1日".parse::<PrintedDate>().unwrap().digits(), "010501");
        assert_eq!("western:1980-02-17".parse::<PrintedDate>().unwrap().digits(), "800217");
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        let error = |text: &str| text.parse::<PrintedDate>().unwrap_err();
        assert_eq!(error("1980-02-17"), PrintedDateError::Bare);
        assert_eq!(error("1980年2月17日"), PrintedDateError::Bare);
        assert_eq!(error("S64-01-08"), PrintedDateError::NotInEra);
        assert_eq!(error("H1-01-07"), PrintedDateError::NotInEra);
        assert_eq!(error("S55-02-30"), PrintedDateError::NoSuchDay);
        assert_eq!(error("S0-02-17"), PrintedDateError::Form);
        assert_eq!(error("550217"), PrintedDateError::Form);
        assert_eq!(error("western:80-2"), PrintedDateError::Form);
        assert_eq!(error(""), PrintedDateError::Form);
        assert_eq!(error("S55-02-99999"), PrintedDateError::Form);
    }

    #[test]
    fn debug_does_not_show_the_date() {
        assert_eq!(format!("{:?}", "S55-02-17".parse::<PrintedDate>().unwrap()), "PrintedDate(..)");
    }
}
