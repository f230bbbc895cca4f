//! The machine-readable zone (ICAO Doc 9303-3 to -6): as data group 1 holds it, and as it is printed and typed.

use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::text::{check_digit, errors, zone_date};

/// The size of a document, by the lines of its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Three lines of 30: a card.
    Td1,
    /// Two lines of 36: a larger card.
    Td2,
    /// Two lines of 44: a book.
    Td3,
}

errors! {
    /// Why bytes are not a machine-readable zone. Holds nothing of them.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum MrzError {
        Length = "not 88, 72 or 90 characters",
        Alphabet = "characters other than A to Z, 0 to 9 and <",
    }
}

/// A machine-readable zone, its fields as written. `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    /// The size of the document.
    pub format: Format,
    text: Zeroizing<String>,
}

impl std::fmt::Debug for Mrz {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mrz({:?})", self.format)
    }
}

/// Which check digits are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wrong {
    /// That of the number, the birth date or the expiry.
    pub field: bool,
    /// That of the optional data or of all together, which issuers get wrong.
    pub overall: bool,
}

type Place = (usize, usize);

impl Mrz {
    /// Reads the value of data group 1, or the lines one after the other.
    ///
    /// # Errors
    /// [`MrzError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, MrzError> {
        let format = match bytes.len() {
            90 => Format::Td1,
            72 => Format::Td2,
            88 => Format::Td3,
            _ => return Err(MrzError::Length),
        };
        let fits = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'<';
        let text = std::str::from_utf8(bytes).ok().filter(|_| bytes.iter().all(fits)).ok_or(MrzError::Alphabet)?;
        Ok(Self { format, text: Zeroizing::new(text.to_owned()) })
    }

    fn at(&self, (start, end): Place) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn pick(&self, td1: Place, td2: Place, td3: Place) -> &str {
        self.at(match self.format {
            Format::Td1 => td1,
            Format::Td2 => td2,
            Format::Td3 => td3,
        })
    }

    /// The two letters of the kind of document, without filler.
    pub fn document(&self) -> &str {
        self.at((0, 2)).trim_end_matches('<')
    }

    /// The issuing state or organisation, without filler.
    pub fn issuer(&self) -> &str {
        self.at((2, 5)).trim_end_matches('<')
    }

    /// The nationality, without filler.
    pub fn nationality(&self) -> &str {
        self.pick((45, 48), (46, 49), (54, 57)).trim_end_matches('<')
    }

    /// `M`, `F` or `<`.
    pub fn sex(&self) -> &str {
        self.pick((37, 38), (56, 57), (64, 65))
    }

    /// Primary and secondary identifier, spaces for fillers.
    pub fn names(&self) -> (String, String) {
        let whole = self.pick((60, 90), (5, 36), (5, 44)).trim_end_matches('<');
        let (primary, secondary) = whole.split_once("<<").unwrap_or((whole, ""));
        let words = |part: &str| part.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        (words(primary), words(secondary))
    }

    /// Whether the names fill their field, so that something may be cut.
    pub fn names_may_be_cut(&self) -> bool {
        !self.pick((60, 90), (5, 36), (5, 44)).ends_with('<')
    }

    /// The document's number, without filler.
    pub fn number(&self) -> String {
        let (number, _) = self.long_number();
        number.trim_end_matches('<').to_owned()
    }

    /// The number as its check digit covers it, and that digit: a number of more than nine characters goes on in the optional
    /// data of a card (-5 4.2.2, -6 4.2.2).
    fn long_number(&self) -> (String, char) {
        let number = self.pick((5, 14), (36, 45), (44, 53));
        let digit = self.pick((14, 15), (45, 46), (53, 54)).chars().next().unwrap_or('<');
        let rest = self.pick((15, 30), (64, 71), (0, 0));
        if digit == '<' && self.format != Format::Td3 {
            let rest = rest.split('<').next().unwrap_or_default();
            if let Some((more, digit)) = rest.char_indices().next_back().map(|(at, digit)| (rest.get(..at), digit)) {
                return (format!("{number}{}", more.unwrap_or_default()), digit);
            }
        }
        (number.to_owned(), digit)
    }

    fn birth_field(&self) -> Place {
        match self.format {
            Format::Td1 => (30, 36),
            Format::Td2 => (49, 55),
            Format::Td3 => (57, 63),
        }
    }

    fn expiry_field(&self) -> Place {
        match self.format {
            Format::Td1 => (38, 44),
            Format::Td2 => (57, 63),
            Format::Td3 => (65, 71),
        }
    }

    /// The birth date as written: six digits, or fillers where it is not known.
    pub fn birth(&self) -> &str {
        self.at(self.birth_field())
    }

    /// The birth date: the latest year that is not after `today`. `None` if a part of it is not known.
    pub fn birth_date(&self, today: Date) -> Option<Date> {
        let in_century = |century| date(self.birth(), century);
        [2000, 1900].into_iter().filter_map(in_century).find(|date| *date <= today)
    }

    /// The expiry, in the years 2000 to 2099.
    pub fn expiry(&self) -> Option<Date> {
        date(self.at(self.expiry_field()), 2000)
    }

    /// What follows the expiry, for the issuer's own use; without filler.
    pub fn optional(&self) -> &str {
        self.pick((48, 59), (64, 71), (72, 86)).trim_end_matches('<')
    }

    /// Number, birth date and expiry, each with its check digit: what opens the chip (-11 9.7.2).
    pub fn information(&self) -> Zeroizing<String> {
        let (number, digit) = self.long_number();
        let behind = |(start, end): Place| self.at((start, end + 1));
        Zeroizing::new(format!("{number}{digit}{}{}", behind(self.birth_field()), behind(self.expiry_field())))
    }

    /// The check digits that are wrong.
    pub fn wrong(&self) -> Wrong {
        let right = |text: &str, digit: &str| check_digit(text).is_some_and(|known| digit == known.to_string());
        let (number, digit) = self.long_number();
        let single = |place: Place| right(self.at(place), self.at((place.1, place.1 + 1)));
        let field = !(right(&number, &digit.to_string()) && single(self.birth_field()) && single(self.expiry_field()));
        let composite = match self.format {
            Format::Td1 => [self.at((5, 30)), self.at((30, 37)), self.at((38, 45)), self.at((48, 59))].concat(),
            Format::Td2 => [self.at((36, 46)), self.at((49, 56)), self.at((57, 71))].concat(),
            Format::Td3 => [self.at((44, 54)), self.at((57, 64)), self.at((65, 87))].concat(),
        };
        let optional = match self.format {
            // An unused field may have `<` as its check digit (-4 4.2.2.2).
            Format::Td3 => {
                self.optional().is_empty() && self.at((86, 87)) == "<" || right(self.at((72, 86)), self.at((86, 87)))
            }
            _ => true,
        };
        Wrong { field, overall: !(optional && right(&composite, self.pick((59, 60), (71, 72), (87, 88)))) }
    }
}

/// `YYMMDD` in a century.
fn date(digits: &str, century: i16) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| {
        let part = digits.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i8>().ok())?
    };
    Date::new(century + i16::from(number(0..2)?), number(2..4)?, number(4..6)?).ok()
}

/// Digits of a card access number.
pub const CAN_LENGTH: usize = 6;

/// Reads what staff type or scan: the second line, every line, the three fields with spaces between, or the card access number. The
/// value is [`Mrz::information`], or the six digits. `None` if a check digit is wrong.
pub fn read_typed(text: &str) -> Option<Zeroizing<String>> {
    let capital = Zeroizing::new(text.to_ascii_uppercase());
    let words: Vec<&str> = capital.split_whitespace().collect();
    let joined = Zeroizing::new(words.concat());
    if joined.len() == CAN_LENGTH && joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(joined);
    }
    let lines = match joined.len() {
        72 | 88 | 90 => Some(joined.clone()),
        // The second line alone: what is in the first opens nothing.
        36 | 44 => Some(Zeroizing::new("<".repeat(joined.len()) + &joined)),
        _ => None,
    };
    if let Some(lines) = lines {
        let mrz = Mrz::parse(lines.as_bytes()).ok()?;
        return (!mrz.wrong().field).then(|| mrz.information());
    }
    let [number, birth, expiry] = words.as_slice() else { return None };
    let number = read_number(number)?;
    let day = |text: &str, century: bool| {
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | '/' | '.')).collect();
        let digits = if digits.len() == 8 { digits.get(2..)?.to_owned() } else { digits };
        (date(&digits, 2000).is_some() || century && date(&digits, 1900).is_some()).then_some(digits)
    };
    let fields = [number, Zeroizing::new(day(birth, true)?), Zeroizing::new(day(expiry, false)?)];
    fields.iter().try_fold(Zeroizing::new(String::with_capacity(32)), |mut whole, field| {
        whole.push_str(field);
        whole.push(check_digit(field)?);
        Some(whole)
    })
}

/// Reads a document's number: letters and digits, filled to nine characters.
pub fn read_number(text: &str) -> Option<Zeroizing<String>> {
    let kept: Zeroizing<String> = Zeroizing::new(
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{3000}')).map(|c| c.to_ascii_uppercase()).collect(),
    );
    let number = kept.trim_end_matches('<');
    let fits = (1..=22).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| Zeroizing::new(format!("{number:<<9}")))
}

/// Fields of a zone, for simulated ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields<'a> {
    /// Two characters, for example `P<`.
    pub document: &'a str,
    /// Three letters.
    pub issuer: &'a str,
    /// Primary identifier; `<` for spaces.
    pub primary: &'a str,
    /// Secondary identifier.
    pub secondary: &'a str,
    /// At most nine characters.
    pub number: &'a str,
    /// Three letters.
    pub nationality: &'a str,
    /// Birth date.
    pub birth: Date,
    /// `M`, `F` or `<`.
    pub sex: char,
    /// Expiry.
    pub expiry: Date,
}

impl Fields<'_> {
    /// The zone of a book, 88 characters.
    pub fn book(&self) -> String {
        let (names, [number, birth, expiry]) = (self.names(), self.digits());
        let first = format!("{}{:<<3}{names:<<39.39}", self.document, self.issuer);
        let optional = "<<<<<<<<<<<<<<0";
        let composite = with_digit(&[&*number, &*birth, &*expiry, optional].concat()).pop().unwrap_or('<');
        format!("{first}{number}{:<<3}{birth}{}{expiry}{optional}{composite}", self.nationality, self.sex)
    }

    /// The zone of a card (TD1), 90 characters.
    pub fn card(&self) -> String {
        let (names, [number, birth, expiry]) = (self.names(), self.digits());
        let (number, optional) = (format!("{number}{:<<15}", ""), "<".repeat(11));
        let composite = with_digit(&[&*number, &*birth, &*expiry, &*optional].concat()).pop().unwrap_or('<');
        let first = format!("{}{:<<3}{number}", self.document, self.issuer);
        format!("{first}{birth}{}{expiry}{:<<3}{optional}{composite}{names:<<30.30}", self.sex, self.nationality)
    }

    fn names(&self) -> String {
        format!("{}<<{}", self.primary, self.secondary)
    }

    /// Number, birth date and expiry, each with its check digit.
    fn digits(&self) -> [String; 3] {
        let number = format!("{:<<9.9}", self.number);
        [number, zone_date(self.birth), zone_date(self.expiry)].map(|field| with_digit(&field))
    }
}

/// A field and its check digit.
fn with_digit(field: &str) -> String {
    format!("{field}{}", check_digit(field).unwrap_or('<'))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The specimen of Doc 9303-4, appendix B.
    const SPECIMEN: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    #[test]
    fn the_specimen_is_read() {
        let mrz = Mrz::parse(SPECIMEN.as_bytes()).unwrap();
        assert_eq!((mrz.document(), mrz.issuer(), mrz.nationality(), mrz.sex()), ("P", "UTO", "UTO", "F"));
        assert_eq!(mrz.names(), ("ERIKSSON".to_owned(), "ANNA MARIA".to_owned()));
        assert_eq!((mrz.number().as_str(), mrz.optional()), ("L898902C3", "ZE184226B"));
        assert_eq!(
            (mrz.birth_date(date(2026, 11, 27)), mrz.expiry()),
            (Some(date(1974, 8, 12)), Some(date(2012, 4, 15)))
        );
        assert_eq!(mrz.wrong(), Wrong::default());
        assert_eq!(*mrz.information(), "L898902C3674081221204159");
        assert!(!mrz.names_may_be_cut());
    }

    #[test]
    fn cards_are_read_and_a_long_number_goes_on() {
        let td1 = "I<UTOD23145890<7349<<<<<<<<<<<3407127M9507122UTO<<<<<<<<<<<2STEVENSON<<PETER<JOHN<<<<<<<<<";
        let mrz = Mrz::parse(td1.as_bytes()).unwrap();
        assert_eq!(
            (mrz.format, mrz.number().as_str(), &**mrz.information()),
            (Format::Td1, "D23145890734", "D23145890734934071279507122")
        );
        assert!(!mrz.wrong().field);
        let td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6";
        let mrz = Mrz::parse(td2.as_bytes()).unwrap();
        assert_eq!((mrz.format, mrz.number().as_str(), mrz.wrong()), (Format::Td2, "D23145890", Wrong::default()));
    }

    #[test]
    fn every_changed_character_of_the_second_line_is_noticed_or_changes_no_check() {
        for at in 44..88 {
            let mut bytes = SPECIMEN.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
            let wrong = Mrz::parse(&bytes).unwrap().wrong();
            // Nationality and sex have no check digit.
            assert_eq!(wrong != Wrong::default(), !matches!(at, 54..=56 | 64), "{at}");
        }
    }

    #[test]
    fn what_staff_may_type_opens_the_same_chip() {
        let line = SPECIMEN.get(44..).unwrap();
        let expected = "L898902C3674081221204159";
        for typed in [
            line,
            &line.to_lowercase(),
            &format!("  {line}\n"),
            SPECIMEN,
            &SPECIMEN.replacen("<L8", "<\nL8", 1),
            "L898902C3 740812 120415",
            "l898902c3 1974-08-12 2012-04-15",
        ] {
            assert_eq!(read_typed(typed).as_deref().map(String::as_str), Some(expected), "{typed}");
        }
        assert_eq!(read_typed("123456").as_deref().map(String::as_str), Some("123456"));
        for bad in ["", "12345", "L898902C3 740812", "L898902C3 741312 120415", &line.replace("C3", "C4"), &line[1..]] {
            assert_eq!(read_typed(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_zone_that_was_written_is_read() {
        let fields = Fields {
            document: "P<",
            issuer: "UTO",
            primary: "TESTO",
            secondary: "ALPHA",
            number: "XS1234567",
            nationality: "UTO",
            birth: date(1980, 2, 17),
            sex: 'F',
            expiry: date(2035, 12, 31),
        };
        for (zone, format) in [(fields.book(), Format::Td3), (fields.card(), Format::Td1)] {
            let mrz = Mrz::parse(zone.as_bytes()).unwrap();
            assert_eq!(
                (mrz.format, mrz.wrong(), mrz.number().as_str(), mrz.expiry()),
                (format, Wrong::default(), "XS1234567", Some(date(2035, 12, 31)))
            );
            assert_eq!((mrz.nationality(), mrz.sex(), mrz.birth()), ("UTO", "F", "800217"));
            assert_eq!(mrz.names(), ("TESTO".to_owned(), "ALPHA".to_owned()));
        }
        let zone = fields.book();
        assert_eq!(Mrz::parse(b"P<"), Err(MrzError::Length));
        assert_eq!(Mrz::parse(zone.to_lowercase().as_bytes()), Err(MrzError::Alphabet));
    }
}
