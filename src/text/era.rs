//! 元号: the Japanese eras, and the birth date as it is printed on a card.

use std::fmt;

use jiff::civil::Date;

use super::errors;

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

/// The most years between a birth and today: nobody has been known to live for 123.
const MAX_AGE: i16 = 130;

/// Era, letter, name, first day (spec my-number 2.2). The first, partial year is year 1. A name is shortened to its first
/// character.
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
    /// Six zeros after any era digit: the category is not held (2.5).
    None,
}

errors! {
    /// Why seven bytes are not such a date.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum EraDateError {
        Form = "not seven digits",
        Era = "no era has this digit",
        NoSuchDay = "this day does not exist",
    }
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

errors! {
    /// Why a text is not a birth date as printed. `Debug` and `Display` show nothing of it.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum PrintedDateError {
        /// A day with a Western year that does not say that it is printed so: it is the payload, for a caller that finds that out by
        /// looking at the card.
        BareWestern(PrintedDate) = "a Western year: write western:1980-02-17 if it is printed so, else the era (S55-02-17)",
        Bare = "write the date as it is printed: with its era (S55-02-17, 昭和55年2月17日), or western:1980-02-17",
        Form = "not a date as printed on a card",
        NoSuchDay = "this day does not exist",
        NotInEra = "this day is not in this era",
        Future = "this day is still to come",
        TooLongAgo = "this day is longer ago than anybody has lived",
    }
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

impl PrintedDate {
    /// Reads a birth date as people write it down from a card: `S55-02-17`, `S55.2.17`, `S550217`, `昭55.2.17`,
    /// `昭和55年2月17日`, `令和元年5月1日`; with a Western year `western:1980-02-17` or `西暦1980年2月17日`. Full-width digits,
    /// letters and separators, and 生 after it, are taken too.
    ///
    /// `today` is the day in Japan: nobody was born later, nor more than 130 years before.
    ///
    /// # Errors
    /// [`PrintedDateError`].
    pub fn parse(text: &str, today: Date) -> Result<Self, PrintedDateError> {
        match Self::read(text) {
            Ok(printed) => printed.lived(today),
            Err(PrintedDateError::BareWestern(western)) => {
                western.lived(today).and_then(|western| Err(PrintedDateError::BareWestern(western)))
            }
            Err(error) => Err(error),
        }
    }

    /// The same for a caller that does not know what day it is; [`PrintedDate::lived`] has to follow.
    ///
    /// # Errors
    /// [`PrintedDateError`], but for a day that nobody alive can be born on.
    pub fn read(text: &str) -> Result<Self, PrintedDateError> {
        let text: String = text.chars().map(half_width).collect();
        let text = text.trim().trim_end_matches("生まれ").trim_end_matches('生').trim_end();
        if let Some(western) = ["western:", "西暦"].iter().find_map(|name| text.strip_prefix(name)) {
            let [year, month, day] = numbers(western, 4)?;
            Ok(Self::western(civil(year, month, day)?))
        } else if let Some((era, rest)) = with_era_name(text) {
            let first = rest.strip_prefix('元').map(|rest| format!("1{rest}"));
            let [year, month, day] = numbers(first.as_deref().unwrap_or(rest), 2)?;
            if !(1..=99).contains(&year) {
                return Err(PrintedDateError::Form);
            }
            let date = civil(era.first_year() + year - 1, month, day)?;
            match era_year(date) {
                Some((found, _)) if found == era => Ok(Self { date, form: Form::Era(era) }),
                _ => Err(PrintedDateError::NotInEra),
            }
        } else {
            let Ok([year, month, day]) = numbers(text, 4) else {
                let bare = numbers(text, 2).is_ok();
                return Err(if bare { PrintedDateError::Bare } else { PrintedDateError::Form });
            };
            if year < 1000 {
                return Err(PrintedDateError::Bare);
            }
            Err(PrintedDateError::BareWestern(Self::western(civil(year, month, day)?)))
        }
    }

    /// The date, if somebody who is alive today can be born on it.
    ///
    /// # Errors
    /// [`PrintedDateError::Future`], [`PrintedDateError::TooLongAgo`].
    pub fn lived(self, today: Date) -> Result<Self, PrintedDateError> {
        if self.date > today {
            Err(PrintedDateError::Future)
        } else if today.year() - self.date.year() > MAX_AGE {
            Err(PrintedDateError::TooLongAgo)
        } else {
            Ok(self)
        }
    }
}

/// The era before a date, by its name, the first character of that, or its letter; and what is after it.
fn with_era_name(text: &str) -> Option<(Era, &str)> {
    ERAS.iter().find_map(|(era, letter, name, _)| {
        let rest = text.strip_prefix(*name).or_else(|| {
            let mut chars = text.chars();
            let first = chars.next()?;
            (first.eq_ignore_ascii_case(letter) || name.starts_with(first)).then_some(chars.as_str())
        })?;
        Some((*era, rest.trim_start()))
    })
}

fn civil(year: i16, month: i16, day: i16) -> Result<Date, PrintedDateError> {
    let part = |number| i8::try_from(number).map_err(|_| PrintedDateError::NoSuchDay);
    Date::new(year, part(month)?, part(day)?).map_err(|_| PrintedDateError::NoSuchDay)
}

/// Year, month and day: between the separators that people use, or as digits without any, so many of them the year's.
fn numbers(text: &str, year_digits: usize) -> Result<[i16; 3], PrintedDateError> {
    let number = |part: &str| {
        let part = part.trim();
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i16>().ok().filter(|_| digits).ok_or(PrintedDateError::Form)
    };
    let text = text.trim().trim_end_matches('日');
    let compact = text.len() == year_digits + 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if compact {
        let (year, rest) = text.split_at(year_digits);
        let (month, day) = rest.split_at(2);
        vec![year, month, day]
    } else {
        text.split(['-', '.', '/', '年', '月']).collect()
    };
    let [year, month, day] = parts[..] else { return Err(PrintedDateError::Form) };
    Ok([number(year)?, number(month)?, number(day)?])
}

/// Full-width digits, letters and separators as their ASCII forms; the dashes that stand for a hyphen.
fn half_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0x2010..=0x2015 | 0x2212 | 0x30FC => '-',
        0x3002 | 0x30FB => '.',
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

    const TODAY: Date = date(2026, 11, 27);

    fn parse(text: &str) -> Result<PrintedDate, PrintedDateError> {
        PrintedDate::parse(text, TODAY)
    }

    #[test]
    fn what_cards_and_people_write_gives_the_digits_of_number_b() {
        let written = [
            (
                "S55-02-17 s55.2.17 S55/2/17 S550217 昭55.2.17 昭和55年2月17日 昭和５５年２月１７日 Ｓ５５－０２－１７",
                "550217",
            ),
            ("昭和55年2月17日生 昭和55年2月17日生まれ 昭55・2・17 Ｓ55ー2ー17 昭和550217", "550217"),
            ("S420525 昭42.5.25 昭和42年5月25日", "420525"),
            ("S64-01-07 昭和64年1月7日", "640107"),
            ("H1-01-08 平成元年1月8日 平元.1.8 H元.1.8", "010108"),
            ("平成元年5月1日 H010501", "010501"),
            ("H31-04-30 平成31年4月30日", "310430"),
            ("令和元年5月1日 R1.5.1 令1-5-1", "010501"),
            ("R8-11-27 令和8年11月27日", "081127"),
            ("T15-12-24 大正15年12月24日", "151224"),
            ("western:1980-02-17 western:1980.2.17 western:19800217 西暦1980年2月17日 西暦1980-02-17", "800217"),
            ("western:2019-05-01 西暦２０１９年５月１日", "190501"),
        ];
        for (texts, digits) in written {
            for text in texts.split(' ') {
                assert_eq!(parse(text).map(PrintedDate::digits), Ok(digits.to_owned()), "{text}");
            }
        }
        assert_eq!(parse(" 昭和 42年 5月 25日\u{3000}").map(PrintedDate::digits), Ok("420525".to_owned()));
    }

    #[test]
    fn a_bare_western_year_is_a_question_and_holds_its_answer() {
        for text in ["1967-05-25", "1967.5.25", "19670525", "1967年5月25日", "１９６７年５月２５日生"] {
            let Err(PrintedDateError::BareWestern(western)) = parse(text) else { panic!("{text}") };
            assert_eq!((western.date(), western.digits().as_str()), (date(1967, 5, 25), "670525"));
            assert_eq!(format!("{:?}", PrintedDateError::BareWestern(western)), "BareWestern(PrintedDate(..))");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        use PrintedDateError::{Bare, Form, Future, NoSuchDay, NotInEra, TooLongAgo};
        let refused = [
            (Bare, "55-02-17 550217 80年2月17日"),
            (
                Form,
                "S0-02-17 western:80-2 S55-02 S55-02-99999 S55-+2-17 S55021 S5502177 Q55-02-17 昭和 昭和55 1980-02 平成元年 x",
            ),
            (NoSuchDay, "S55-02-30 S55-13-01 S55-00-10 S55-02-00 western:1981-02-29 1981-02-29 S559999"),
            // The eras end and begin in the middle of a year.
            (NotInEra, "S64-01-08 H1-01-07 H31-05-01 R1-04-30 T15-12-25 S1-12-24 平成元年1月7日"),
            (Future, "R30-01-01 R8-11-28 western:2026-11-28 western:2067-01-01 2067-01-01 西暦2027年1月1日"),
            (TooLongAgo, "western:0001-01-01 western:1867-01-01 M28-12-31 1895-12-31"),
        ];
        for (error, texts) in refused {
            for text in texts.split(' ') {
                assert_eq!(parse(text), Err(error), "{text}");
            }
        }
        assert_eq!(parse(""), Err(Form));
        assert!(parse("M29-01-01").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_a_day_or_a_named_problem(text in "\\PC{0,16}|[SHR昭平令西暦western:]{0,8}[0-9０-９元年月日./-]{0,12}") {
            if let Ok(printed) = parse(&text) {
                proptest::prop_assert!(printed.date() <= TODAY && printed.digits().len() == 6);
            }
        }
    }

    #[test]
    fn debug_does_not_show_the_date() {
        assert_eq!(format!("{:?}", parse("S55-02-17").unwrap()), "PrintedDate(..)");
    }
}
