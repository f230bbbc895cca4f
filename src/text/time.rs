//! Days and times: the counter's day is Japan's, a card's dates are eight digits.

use jiff::{Timestamp, Zoned, civil::Date, tz};

/// Asia/Tokyo: UTC+9, no daylight saving time since 1951, so no time zone database is needed.
const JAPAN: tz::Offset = tz::Offset::constant(9);

/// A time without its fraction of a second, so that what is written reads back as the same time.
pub fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// The time in Japan.
pub fn japan_time(time: Timestamp) -> Zoned {
    time.to_zoned(tz::TimeZone::fixed(JAPAN))
}

/// The day in Japan.
pub fn japan_date(time: Timestamp) -> Date {
    japan_time(time).date()
}

/// Reads `YYYYMMDD`, eight ASCII digits, Gregorian: the form of every date on the cards. `None` for anything else,
/// impossible days included.
pub fn compact_date(digits: &[u8]) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| -> Option<i16> {
        digits
            .get(range)?
            .iter()
            .try_fold(0_i16, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0')))
    };
    if digits.len() != 8 {
        return None;
    }
    let (month, day) = (i8::try_from(number(4..6)?).ok()?, i8::try_from(number(6..8)?).ok()?);
    Date::new(number(0..4)?, month, day).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_day_changes_at_midnight_in_japan() {
        assert_eq!(japan_date("2026-11-22T14:59:59Z".parse().unwrap()), date(2026, 11, 22));
        assert_eq!(japan_date("2026-11-22T15:00:00Z".parse().unwrap()), date(2026, 11, 23));
    }

    #[test]
    fn eight_digits_or_nothing() {
        assert_eq!(compact_date(b"19800217"), Some(date(1980, 2, 17)));
        for bad in [&b"19800230"[..], b"1980021", b"198002170", b"1980-2-1", b"", b"\xFF9800217"] {
            assert_eq!(compact_date(bad), None, "{bad:?}");
        }
    }
}
