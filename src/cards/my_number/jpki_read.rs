//! Reading the JPKI application, after everything else and only where it was asked for (`--jpki`).
//!
//! What is free is always read. The PIN for user authentication opens one use of the authentication key, for our own
//! challenge; the password for digital signature opens the signing certificate. No signature is ever made with the
//! signing key, and no credential is presented that would open nothing.

use crate::{
    crypto::{sha256, sha256_digest_info},
    dump::{Answer, CHALLENGE_RANDOM, Challenge, Dump, HexBytes, NotRead, challenge_message},
    iso7816::{CardError, Command, FileReadError, ReadFrom, Refusal, Response, Session, Status, Tries, select_file},
    lang::Bilingual,
    privacy::Pin,
    transport::Transport,
};

use super::{
    files::{self, JpkiPresence, JpkiToken, OtherFile, Presence, Reference},
    read::{FULL, ReadError, Reading, Step, StepId, reads, select, step},
};
use crate::cards::read_error::present;

/// What a person gave for the JPKI application. Nothing is asked for that is not here.
#[derive(Debug, Clone, Copy, Default)]
pub struct JpkiEntries<'a> {
    /// 利用者証明用暗証番号
    pub auth_pin: Option<&'a Pin>,
    /// 署名用パスワード
    pub sign_password: Option<&'a Pin>,
}

const AUTH_PIN: Option<Reference> = Some(files::JPKI_AUTHENTICATION_PIN);
const SIGN_PASSWORD: Option<Reference> = Some(files::JPKI_SIGNING_PASSWORD);
const TOKEN: Bilingual = Bilingual::new("トークン情報", "token information");
const PRESENCE: Bilingual = Bilingual::new("電子証明書の有無", "which certificates there are");
const CHALLENGE: Bilingual = Bilingual::new("利用者証明用の鍵に問いかけています", "challenging the authentication key");

/// Every step in order. A step that needs a credential is skipped when that was not given or would open nothing.
pub const JPKI_STEPS: &[Step] = &[
    step(StepId::JpkiToken, TOKEN, None, None, 2, FULL),
    step(StepId::JpkiPresence, PRESENCE, None, None, 1, FULL),
    reads(StepId::JpkiAuthCertificate, files::JPKI_AUTH_CERTIFICATE, None, FULL),
    reads(StepId::JpkiAuthCa, files::JPKI_AUTH_CA, None, FULL),
    reads(StepId::JpkiSignCa, files::JPKI_SIGN_CA, None, FULL),
    step(StepId::JpkiAuthKey, CHALLENGE, AUTH_PIN, None, 3, FULL),
    step(
        StepId::JpkiSignCertificate,
        files::JPKI_SIGN_CERTIFICATE.title,
        SIGN_PASSWORD,
        Some(files::JPKI_SIGN_CERTIFICATE),
        3,
        FULL,
    ),
];

/// The steps for what was given, on a card that holds both certificates.
pub fn jpki_steps(entries: JpkiEntries<'_>) -> impl Iterator<Item = &'static Step> {
    JPKI_STEPS.iter().filter(move |step| match step.needs {
        AUTH_PIN => entries.auth_pin.is_some(),
        SIGN_PASSWORD => entries.sign_password.is_some(),
        _ => true,
    })
}

/// The status words of a card that does not take a key by its short EF identifier: bad P1-P2, no such key. Nothing was
/// signed then, so the classic form may follow; after any other refusal it may not.
const FORM_REFUSED: [Status; 2] = [Status(0x6A86), Status::NO_DATA];

/// A credential that may be presented, and what its counter said.
struct Counted<'a> {
    reference: &'static Reference,
    tries: Tries,
    value: &'a Pin,
}

impl Reading<'_> {
    pub(super) fn read_jpki<T: Transport>(
        &mut self,
        session: &mut Session<T>,
        entries: JpkiEntries<'_>,
        dump: &mut Dump,
    ) -> Result<(), ReadError> {
        dump.jpki = true;
        let mut counted = (None, None);
        for step in JPKI_STEPS {
            match step.id {
                StepId::JpkiToken => {
                    (self.progress)(step, 0, 0);
                    if let Some(why) = enter(session)? {
                        for name in NAMES {
                            dump.lacks(name, why.clone());
                        }
                        return Ok(());
                    }
                    read_plain(session, &files::JPKI_TOKEN, files::JPKI_TOKEN_NAME, dump)?;
                }
                StepId::JpkiPresence => {
                    (self.progress)(step, 0, 0);
                    read_plain(session, &files::JPKI_PRESENCE, files::JPKI_PRESENCE_NAME, dump)?;
                }
                StepId::JpkiAuthKey => {
                    // Both counters are seen before anything is presented: a try spent on one credential is wasted when
                    // the other one ends the reading.
                    counted = self.counters(session, entries, dump)?;
                    if let Some(credential) = counted.0.take() {
                        (self.progress)(step, 0, 0);
                        self.present(session, credential)?;
                        self.challenge_key(session, dump)?;
                    }
                }
                StepId::JpkiSignCertificate => {
                    if let Some(credential) = counted.1.take() {
                        (self.progress)(step, 0, 0);
                        self.present(session, credential)?;
                        self.read_file(session, step, dump)?;
                    }
                }
                _ => {
                    (self.progress)(step, 0, 0);
                    self.read_file(session, step, dump)?;
                    if step.id == StepId::JpkiAuthCertificate {
                        absent_as_told(dump);
                    }
                }
            }
        }
        Ok(())
    }

    /// The credentials that may be presented. For the others the dump says what is in their way.
    fn counters<'a, T: Transport>(
        &mut self,
        session: &mut Session<T>,
        entries: JpkiEntries<'a>,
        dump: &mut Dump,
    ) -> Result<(Option<Counted<'a>>, Option<Counted<'a>>), ReadError> {
        let auth = self.count(
            session,
            &files::JPKI_AUTHENTICATION_PIN,
            auth_obstacle(entries, dump),
            files::JPKI_AUTH_KEY_NAME,
            dump,
        )?;
        let sign = self.count(
            session,
            &files::JPKI_SIGNING_PASSWORD,
            sign_obstacle(entries, dump),
            files::JPKI_SIGN_CERTIFICATE.name,
            dump,
        )?;
        for credential in auth.iter().chain(&sign) {
            let reference = credential.reference;
            (self.counter)(reference, credential.tries);
            may_try(credential.tries)
                .and_then(|()| self.gate.look(credential.tries))
                .map_err(|refusal| ReadError::Refused { refusal, reference })?;
        }
        Ok((auth, sign))
    }

    fn count<'a, T: Transport>(
        &mut self,
        session: &mut Session<T>,
        reference: &'static Reference,
        value: Result<&'a Pin, NotRead>,
        name: &str,
        dump: &mut Dump,
    ) -> Result<Option<Counted<'a>>, ReadError> {
        let value = match value {
            Ok(value) => value,
            Err(why) => {
                dump.lacks(name, why);
                return Ok(None);
            }
        };
        match counter(session, reference) {
            Ok(tries) => Ok(Some(Counted { reference, tries, value })),
            // No answer of a counter: a card that was issued without PINs, perhaps. Nothing is presented.
            Err(ReadError::Card(CardError::Status(status))) => {
                dump.lacks(name, NotRead::Status { status: status.to_string() });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn present<T: Transport>(&mut self, session: &mut Session<T>, credential: Counted<'_>) -> Result<(), ReadError> {
        present(session, self.gate, credential.reference, credential.tries, credential.value)
    }

    /// Asks the authentication key to sign a fresh challenge.
    fn challenge_key<T: Transport>(&mut self, session: &mut Session<T>, dump: &mut Dump) -> Result<(), ReadError> {
        let random = self.draws.draw(CHALLENGE_RANDOM)?;
        let info = sha256_digest_info(&sha256(&[&challenge_message(dump.read_at, &random)]));
        let response = sign(session, &info)?;
        let answer = match response.status {
            Status::OK => Answer::Signature(HexBytes(response.data)),
            status => Answer::Refused(status.to_string()),
        };
        dump.challenged(files::JPKI.name, Challenge { time: dump.read_at, random: HexBytes(random), answer });
        Ok(())
    }
}

/// How a dump names everything that this application may yield.
const NAMES: [&str; 7] = [
    files::JPKI_TOKEN_NAME,
    files::JPKI_PRESENCE_NAME,
    files::JPKI_AUTH_CERTIFICATE.name,
    files::JPKI_AUTH_CA.name,
    files::JPKI_SIGN_CA.name,
    files::JPKI_SIGN_CERTIFICATE.name,
    files::JPKI_AUTH_KEY_NAME,
];

/// Selects the application; says why not.
fn enter<T: Transport>(session: &mut Session<T>) -> Result<Option<NotRead>, ReadError> {
    match session.select(files::JPKI.aid) {
        Ok(true) => Ok(None),
        Ok(false) => Ok(Some(NotRead::NoApplication)),
        Err(CardError::Status(status)) => Ok(Some(NotRead::Status { status: status.to_string() })),
        Err(error) => Err(error.into()),
    }
}

/// Reads a free file that is no object.
fn read_plain<T: Transport>(
    session: &mut Session<T>,
    file: &OtherFile,
    name: &str,
    dump: &mut Dump,
) -> Result<(), ReadError> {
    match session.read_sized_file(ReadFrom::Short(file.sfi), file.test_card_size, &mut |_, _| {}) {
        Ok(bytes) => dump.keep(name, bytes),
        Err(FileReadError::Card(CardError::Status(status))) => {
            dump.lacks(name, NotRead::Status { status: status.to_string() });
        }
        Err(FileReadError::Card(error)) => return Err(error.into()),
        Err(malformed) => dump.lacks(name, NotRead::Malformed { detail: malformed.to_string() }),
    }
    Ok(())
}

/// A certificate that is not there where the card says that it holds none: no trouble of the reading.
fn absent_as_told(dump: &mut Dump) {
    let name = files::JPKI_AUTH_CERTIFICATE.name;
    let told = dump.file(files::JPKI_PRESENCE_NAME).map(|file| JpkiPresence::of(file).authentication);
    if dump.file(name).is_none() && told == Some(Presence::Absent) {
        dump.lacks(name, NotRead::NotOnCard);
    }
}

fn not_opened(reason: &str) -> NotRead {
    NotRead::NotOpened { reason: reason.to_owned() }
}

fn token(dump: &Dump) -> JpkiToken {
    dump.file(files::JPKI_TOKEN_NAME).map_or(JpkiToken::Unknown, JpkiToken::of)
}

/// The PIN, unless it would prove nothing: without the certificate there is no key to compare with, and another token
/// than the card has other rules (spec my-number 10).
fn auth_obstacle<'a>(entries: JpkiEntries<'a>, dump: &Dump) -> Result<&'a Pin, NotRead> {
    let pin = entries.auth_pin.ok_or_else(|| not_opened("no_credential"))?;
    if token(dump) != JpkiToken::Card {
        return Err(not_opened("other_token"));
    }
    dump.file(files::JPKI_AUTH_CERTIFICATE.name).map(|_| pin).ok_or_else(|| not_opened("no_certificate"))
}

/// The password, unless it would open nothing: children have no signing certificate, and the card says so.
fn sign_obstacle<'a>(entries: JpkiEntries<'a>, dump: &Dump) -> Result<&'a Pin, NotRead> {
    let presence = dump.file(files::JPKI_PRESENCE_NAME).map(|file| JpkiPresence::of(file).signature);
    if presence == Some(Presence::Absent) {
        return Err(NotRead::NotOnCard);
    }
    let password = entries.sign_password.ok_or_else(|| not_opened("no_credential"))?;
    if token(dump) != JpkiToken::Card {
        return Err(not_opened("other_token"));
    }
    if presence == Some(Presence::Present) { Ok(password) } else { Err(not_opened("presence_unknown")) }
}

/// Both references have a counter; one that tells none is not to be tried.
fn may_try(tries: Tries) -> Result<(), Refusal> {
    if tries == Tries::NoCounter { Err(Refusal::CounterUnknown) } else { Ok(()) }
}

/// Asks a counter of the selected application. Another program may have left the reference verified: leaving the
/// application clears that (spec my-number 8.2, M).
fn counter<T: Transport>(session: &mut Session<T>, reference: &Reference) -> Result<Tries, ReadError> {
    let tries = session.ask_tries(reference.sfi)?;
    if tries != Tries::AlreadyVerified {
        return Ok(tries);
    }
    // Where the way back fails, another application is selected, whose references are none of ours.
    let lost = |error| match error {
        ReadError::Card(CardError::Status(_)) => ReadError::OtherCard,
        error => error,
    };
    select(session, files::ISSUER_DOMAIN).map_err(lost)?;
    select(session, reference.application).map_err(lost)?;
    Ok(session.ask_tries(reference.sfi)?)
}

/// A signature of the authentication key, in the classic form where the card does not know the short one.
fn sign<T: Transport>(session: &mut Session<T>, info: &[u8]) -> Result<Response, ReadError> {
    let response = session.send(&Command::with_data(files::JPKI_SIGN, info, true))?;
    if !FORM_REFUSED.contains(&response.status) {
        return Ok(response);
    }
    let selected = session.send(&select_file(u16::from(files::JPKI_AUTH_KEY)))?;
    if !selected.status.is_ok() {
        return Ok(selected);
    }
    Ok(session.send(&Command::with_data(files::JPKI_SIGN_SELECTED, info, true))?)
}
