//! What opens a card, for a program that does not care which card it is.

use zeroize::Zeroizing;

use crate::{
    crypto::CipherKey,
    lang::Bilingual,
    privacy::Pin,
    text::PrintedDate,
    transport::{Replay, recording::JpkiHeader},
};

use super::{
    drivers_licence::files::{MENKYO_PIN, PIN_LENGTH, PIN1, PIN2},
    my_number::{
        JpkiEntries,
        files::{FACE_BIRTH_DATE, FACE_NUMBER_B, JPKI_AUTHENTICATION_PIN, JPKI_SIGNING_PASSWORD},
    },
    residence_card::{
        Opening,
        protocol::{CardNumber, NotACardNumber},
    },
};

/// MUTUAL AUTHENTICATE, whose data tell whether a recording needs the card number.
const HANDSHAKE: u8 = 0x82;

/// Digits of a number B and of the birth date in front of it (spec my-number 2.2).
const NUMBER_B_LENGTH: usize = 14;
const BIRTH_LENGTH: usize = 6;

/// Characters of a 署名用パスワード (spec my-number 2.1).
const PASSWORD_LENGTHS: std::ops::RangeInclusive<usize> = 6..=16;

/// The years of expiry that a card can bear: the first cards came in 2016.
const EXPIRY_YEARS: std::ops::RangeInclusive<u16> = 2016..=2999;

/// What a person typed or showed, for any card. What the card at hand does not need is never sent to it.
///
/// A value in the wrong form would cost a try: constructors check it, and a reading does once more before it sends anything,
/// because the members are public. `Debug` shows lengths alone.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Credentials {
    /// 照合番号B of a My Number Card: 14 digits.
    pub number_b: Option<Pin>,
    /// 生年月日 of a My Number Card as it compares it, six digits: for [`Scope::AGE`](crate::dump::Scope::AGE).
    pub birth_date: Option<Pin>,
    /// 暗証番号1 of a licence: four digits.
    pub pin1: Option<Pin>,
    /// 暗証番号2 of a licence: four digits. Without it neither photo nor 本籍 is read, and the signature stays unchecked.
    pub pin2: Option<Pin>,
    /// 暗証番号 of a マイナ免許証: four digits.
    pub licence_pin: Option<Pin>,
    /// 在留カード等番号
    pub card_number: Option<CardNumber>,
    /// 利用者証明用暗証番号 of a My Number Card: four digits, only for [`Request::jpki`](super::Request::jpki).
    pub auth_pin: Option<Pin>,
    /// 署名用パスワード of a My Number Card, only for [`Request::jpki`](super::Request::jpki).
    pub sign_password: Option<Pin>,
    recorded: Option<Recorded>,
}

/// Set where a recording stands in the place of the card.
#[derive(Clone)]
struct Recorded {
    /// Whether the recording tells the handshake, so that the number itself is needed.
    handshake: bool,
    /// The session key that came of a handshake that is not told.
    key: Option<Zeroizing<CipherKey>>,
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorded(..)")
    }
}

impl Credentials {
    /// What is printed on the front of a My Number Card: birth date, year of expiry, security code.
    ///
    /// # Errors
    /// [`BadCredential`] for a year before 2016 and for a code that has not four digits.
    pub fn my_number(birth: PrintedDate, expiry_year: u16, security_code: &str) -> Result<Self, BadCredential> {
        let bad = BadCredential(Credential::NumberB);
        if !EXPIRY_YEARS.contains(&expiry_year) || !is_digits(security_code, 4) {
            return Err(bad);
        }
        let birth = Zeroizing::new(birth.digits());
        let digits = Zeroizing::new(format!("{}{expiry_year}{security_code}", *birth));
        Ok(Self { number_b: Some(Pin::new(digits.as_bytes()).map_err(|_| bad)?), ..Self::birth_date_digits(&birth)? })
    }

    /// The birth date of a My Number Card alone, as it is printed: for [`Scope::AGE`](crate::dump::Scope::AGE).
    ///
    /// # Errors
    /// Never: six digits fit.
    pub fn birth_date(birth: PrintedDate) -> Result<Self, BadCredential> {
        Self::birth_date_digits(&Zeroizing::new(birth.digits()))
    }

    fn birth_date_digits(digits: &str) -> Result<Self, BadCredential> {
        let pin = Pin::new(digits.as_bytes()).map_err(|_| BadCredential(Credential::BirthDate))?;
        Ok(Self { birth_date: Some(pin), ..Self::default() })
    }

    /// 暗証番号1 of a licence, and 暗証番号2 where the holder gave it.
    ///
    /// # Errors
    /// [`BadCredential`] unless each has four digits.
    pub fn licence(pin1: &str, pin2: Option<&str>) -> Result<Self, BadCredential> {
        Ok(Self {
            pin1: Some(four_digits(pin1, Credential::Pin1)?),
            pin2: pin2.map(|pin2| four_digits(pin2, Credential::Pin2)).transpose()?,
            ..Self::default()
        })
    }

    /// 暗証番号 of a マイナ免許証.
    ///
    /// # Errors
    /// [`BadCredential`] unless it has four digits.
    pub fn menkyo(pin: &str) -> Result<Self, BadCredential> {
        Ok(Self { licence_pin: Some(four_digits(pin, Credential::LicencePin)?), ..Self::default() })
    }

    /// The number that is printed on a residence card, in any form that people type.
    ///
    /// # Errors
    /// [`BadCredential`] unless it has two letters, eight digits and two letters.
    pub fn residence(number: &str) -> Result<Self, BadCredential> {
        let number = number.parse().map_err(|NotACardNumber| BadCredential(Credential::CardNumber))?;
        Ok(Self { card_number: Some(number), ..Self::default() })
    }

    /// What a recording is opened with: as many zeros as were sent then, and the session key in its header. A recording
    /// that tells the handshake of a residence card needs the number as well.
    pub fn recorded(replay: &Replay) -> Self {
        let zeros = |length: usize| Pin::new(vec![b'0'; length]).ok();
        let header = replay.header();
        let jpki = header.jpki.unwrap_or(JpkiHeader { auth_pin: false, sign_password: None });
        let key = header.session_keys.first().and_then(|key| key.as_slice().try_into().ok()).map(Zeroizing::new);
        Self {
            number_b: zeros(NUMBER_B_LENGTH),
            birth_date: zeros(BIRTH_LENGTH),
            pin1: zeros(PIN_LENGTH),
            pin2: zeros(PIN_LENGTH),
            licence_pin: zeros(PIN_LENGTH),
            card_number: None,
            auth_pin: jpki.auth_pin.then(|| zeros(4)).flatten(),
            sign_password: jpki.sign_password.and_then(|length| zeros(length.into())),
            recorded: Some(Recorded { handshake: replay.tells(HANDSHAKE), key }),
        }
    }

    /// What opens the JPKI application of a My Number Card, beside [`Credentials::my_number`]: 利用者証明用暗証番号 (four
    /// digits) and 署名用パスワード (6 to 16 capital letters and digits).
    ///
    /// # Errors
    /// [`BadCredential`].
    pub fn with_jpki(self, auth_pin: Option<&str>, sign_password: Option<&str>) -> Result<Self, BadCredential> {
        let pin = |text: Option<&str>, what| {
            text.map(|text| Pin::new(text.as_bytes()).map_err(|_| BadCredential(what))).transpose()
        };
        let all = Self {
            auth_pin: pin(auth_pin, Credential::AuthPin)?,
            sign_password: pin(sign_password, Credential::SignPassword)?,
            ..self
        };
        all.check_form()?;
        Ok(all)
    }

    /// Whether every value has the form that its card compares. What replays a recording is as long as what was sent then.
    pub(super) fn check_form(&self) -> Result<(), BadCredential> {
        if self.is_recorded() {
            return Ok(());
        }
        let digits = |length| move |bytes: &[u8]| bytes.len() == length && bytes.iter().all(u8::is_ascii_digit);
        let password = |bytes: &[u8]| {
            PASSWORD_LENGTHS.contains(&bytes.len())
                && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        };
        let four = digits(PIN_LENGTH);
        let fits = |pin: &Option<Pin>, form: &dyn Fn(&[u8]) -> bool| pin.as_ref().is_none_or(|pin| form(pin.expose()));
        for (fits, what) in [
            (fits(&self.number_b, &digits(NUMBER_B_LENGTH)), Credential::NumberB),
            (fits(&self.birth_date, &digits(BIRTH_LENGTH)), Credential::BirthDate),
            (fits(&self.pin1, &four), Credential::Pin1),
            (fits(&self.pin2, &four), Credential::Pin2),
            (fits(&self.licence_pin, &four), Credential::LicencePin),
            (fits(&self.auth_pin, &four), Credential::AuthPin),
            (fits(&self.sign_password, &password), Credential::SignPassword),
        ] {
            if !fits {
                return Err(BadCredential(what));
            }
        }
        Ok(())
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    pub(super) fn jpki(&self) -> JpkiEntries<'_> {
        JpkiEntries { auth_pin: self.auth_pin.as_ref(), sign_password: self.sign_password.as_ref() }
    }

    /// What opens a residence card.
    pub(super) fn opening(&self) -> Option<Opening<'_>> {
        match (&self.card_number, &self.recorded) {
            (Some(number), _) => Some(Opening::Number(number)),
            (None, Some(recorded)) if !recorded.handshake => Some(Opening::Recorded(recorded.key.as_deref())),
            (None, _) => None,
        }
    }
}

/// A credential that a card may want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// [`Credentials::number_b`]: printed.
    NumberB,
    /// [`Credentials::birth_date`]: printed.
    BirthDate,
    /// [`Credentials::pin1`]: the holder knows it.
    Pin1,
    /// [`Credentials::pin2`]: the holder knows it.
    Pin2,
    /// [`Credentials::licence_pin`]: the holder knows it.
    LicencePin,
    /// [`Credentials::card_number`]: printed.
    CardNumber,
    /// [`Credentials::auth_pin`]: the holder knows it.
    AuthPin,
    /// [`Credentials::sign_password`]: the holder knows it.
    SignPassword,
}

impl Credential {
    /// The machine name, which is also its line in a credentials file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NumberB => "number-b",
            Self::BirthDate => "birth",
            Self::Pin1 => "pin1",
            Self::Pin2 => "pin2",
            Self::LicencePin => "licence-pin",
            Self::CardNumber => "card-number",
            Self::AuthPin => "auth-pin",
            Self::SignPassword => "sign-password",
        }
    }

    /// The name that people use.
    pub fn title(self) -> Bilingual {
        match self {
            Self::NumberB => FACE_NUMBER_B.title,
            Self::BirthDate => FACE_BIRTH_DATE.title,
            Self::Pin1 => PIN1.title,
            Self::Pin2 => PIN2.title,
            Self::LicencePin => MENKYO_PIN.title,
            Self::CardNumber => Bilingual::new("在留カード等番号", "card number"),
            Self::AuthPin => JPKI_AUTHENTICATION_PIN.title,
            Self::SignPassword => JPKI_SIGNING_PASSWORD.title,
        }
    }

    /// Whether it stands on the card; else only the holder knows it.
    pub fn printed(self) -> bool {
        matches!(self, Self::NumberB | Self::BirthDate | Self::CardNumber)
    }
}

/// A value has another form than the card compares. Holds nothing of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: the value has another form than the card compares", .0.as_str())]
pub struct BadCredential(pub Credential);

fn four_digits(text: &str, what: Credential) -> Result<Pin, BadCredential> {
    if !is_digits(text, PIN_LENGTH) {
        return Err(BadCredential(what));
    }
    Pin::new(text.as_bytes()).map_err(|_| BadCredential(what))
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_form_is_refused_before_any_card_sees_it() {
        let birth = PrintedDate::parse("S55-02-17", jiff::civil::date(2026, 11, 27)).unwrap();
        let known = Credentials::my_number(birth, 2035, "2285").unwrap();
        assert_eq!(known.number_b.unwrap().expose(), b"55021720352285");
        assert_eq!(known.birth_date.unwrap().expose(), b"550217");
        let number_b = |year, code| Credentials::my_number(birth, year, code).unwrap_err();
        for (year, code) in [(35, "2285"), (2015, "2285"), (2035, "228"), (2035, "228a"), (2035, "２２８５")] {
            assert_eq!(number_b(year, code), BadCredential(Credential::NumberB), "{year} {code}");
        }
        assert_eq!(Credentials::licence("123", None).unwrap_err(), BadCredential(Credential::Pin1));
        assert_eq!(Credentials::licence("1234", Some("12345")).unwrap_err(), BadCredential(Credential::Pin2));
        assert_eq!(Credentials::menkyo("").unwrap_err(), BadCredential(Credential::LicencePin));
        assert_eq!(Credentials::residence("AA1234").unwrap_err().to_string().split(':').next(), Some("card-number"));
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", Credentials::licence("4711", Some("0815")).unwrap());
        assert!(!shown.contains("4711") && !shown.contains("0815"), "{shown}");
    }
}
