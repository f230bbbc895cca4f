//! `taimen check --jpki`: what is presented to the JPKI application. It comes from a credentials file, a simulated card
//! or a recording; nobody is ever asked for it on the terminal.

use clap::ArgMatches;

use crate::{cards::my_number::JpkiEntries, messages::Problem, privacy::Pin, transport::recording::JpkiHeader};

use super::{
    args::name,
    credentials::{AUTH_PIN, Entries},
    reader::{Link, Source},
};

/// The JPKI application is asked for, with what was given for it.
pub struct Jpki {
    auth_pin: Option<Pin>,
    sign_password: Option<Pin>,
}

impl Jpki {
    /// What the option and the entries say, and where a card is replayed, what its recording says; `None` where the
    /// application is not asked for.
    ///
    /// # Errors
    /// [`Problem`] for an entry that has no form of a PIN or a password.
    pub fn wanted(link: &Link, matches: &ArgMatches, entries: Option<&Entries>) -> Result<Option<Self>, Problem> {
        let asked = matches.get_flag(name::JPKI);
        let jpki = match (link.source(), entries) {
            (Source::Replay(_), _) => Self::recorded(link),
            (_, Some(entries)) if asked => {
                Some(Self { auth_pin: entries.pin(AUTH_PIN)?, sign_password: entries.sign_password()? })
            }
            (Source::Sim(card), None) if asked => {
                let own = card.credentials();
                Some(Self {
                    auth_pin: own.and_then(|own| own.auth_pin()).cloned(),
                    sign_password: own.and_then(|own| own.sign_password()).cloned(),
                })
            }
            (_, None) if asked => Some(Self { auth_pin: None, sign_password: None }),
            _ => None,
        };
        Ok(jpki)
    }

    /// What a recording says: as many zeros as were given then. `None` for anything but a recording.
    pub fn recorded(link: &Link) -> Option<Self> {
        let Source::Replay(replay) = link.source() else { return None };
        let zeros = |length: u8| Pin::new(vec![b'0'; usize::from(length)]).ok();
        replay.header().jpki.map(|header| Self {
            auth_pin: header.auth_pin.then(|| zeros(4)).flatten(),
            sign_password: header.sign_password.and_then(zeros),
        })
    }

    /// For the reading.
    pub fn entries(&self) -> JpkiEntries<'_> {
        JpkiEntries { auth_pin: self.auth_pin.as_ref(), sign_password: self.sign_password.as_ref() }
    }

    /// For the header of a recording: what was given, never what it is.
    pub fn header(&self) -> JpkiHeader {
        JpkiHeader {
            auth_pin: self.auth_pin.is_some(),
            sign_password: self.sign_password.as_ref().and_then(|password| u8::try_from(password.expose().len()).ok()),
        }
    }
}
