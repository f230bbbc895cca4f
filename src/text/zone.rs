//! What a machine-readable zone (ICAO Doc 9303-3 4.9) writes its values with.

use jiff::civil::Date;

/// The check digit of characters of a machine-readable zone: weights 7 3 1, digits as they are, `A` is 10, `<` is 0. `None` for any
/// other character.
pub fn check_digit(text: &str) -> Option<char> {
    let value = |character: char| match character {
        '<' => Some(0),
        '0'..='9' | 'A'..='Z' => character.to_digit(36),
        _ => None,
    };
    let sum = text
        .chars()
        .zip([7, 3, 1].into_iter().cycle())
        .try_fold(0_u32, |sum, (character, weight)| Some((sum + value(character)? * weight) % 10));
    char::from_digit(sum?, 10)
}

/// A day as `YYMMDD`.
pub fn zone_date(date: Date) -> String {
    format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_the_worked_examples() {
        for (text, digit) in
            [("L898902C<", '3'), ("690806", '1'), ("940623", '6'), ("D23145890734", '9'), ("TZ0029384", '2')]
        {
            assert_eq!(check_digit(text), Some(digit), "{text}");
        }
        assert_eq!((check_digit("a"), check_digit("")), (None, Some('0')));
        assert_eq!(zone_date(Date::constant(2035, 4, 10)), "350410");
    }
}
