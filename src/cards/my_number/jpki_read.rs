//! Reading the JPKI application, after everything else and only if it was asked for (`--jpki`).
//!
//! What is free is always read. The PIN for user authentication opens one use of the authentication key, for our own
//! challenge; the password for digital signature opens the signing certificate. No signature is ever made with the
//! signing key, and no credential is presented that would open nothing.

use crate::{
    cards::{
        ReadError,
        model::{CredentialSpec, OwnAction, ReadContext, allowed},
    },
    dump::{Dump, NotRead},
    iso7816::{CardError, CardSession, Command, Response, RetryCounter, Status, select_file},
    privacy::Pin,
    tlv,
};

use super::{
    files::{self, JpkiPresence, JpkiToken, Presence, Reference},
    read::challenge_with,
    spec,
};

/// The status words of a card that does not take a key by its short EF identifier: bad P1-P2, no such key. Nothing was
/// signed then, so the classic form may follow; after any other refusal it may not.
const FORM_REFUSED: [Status; 2] = [Status(0x6A86), Status::NO_DATA];

pub(super) fn act(action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    match action {
        spec::JPKI_AUTH_CERTIFICATE => {
            context.read(&files::JPKI_AUTH_CERTIFICATE.file)?;
            absent_as_told(&mut context.dump);
            // Nobody trusts what a card says of its issuer.
            if context.request.is_of_old() {
                context.read(&files::JPKI_AUTH_CA.file)?;
                context.read(&files::JPKI_SIGN_CA.file)?;
            }
            Ok(())
        }
        _ if context.is_closed(&files::JPKI).is_some() => {
            let name = if action == spec::JPKI_AUTH_KEY {
                files::JPKI_AUTH_KEY_NAME
            } else {
                files::JPKI_SIGN_CERTIFICATE.file.name
            };
            if let Some(why) = context.is_closed(&files::JPKI).cloned() {
                context.dump.lacks(name, why);
            }
            Ok(())
        }
        spec::JPKI_AUTH_KEY => {
            // Both counters are seen before anything is presented: a try spent on one credential is wasted if the other one
            // ends the reading.
            let (auth, sign) = (&files::JPKI_AUTHENTICATION_PIN, &files::JPKI_SIGNING_PASSWORD);
            let obstacle = auth_obstacle(context);
            let pin = count(context, auth, obstacle, files::JPKI_AUTH_KEY_NAME)?;
            let obstacle = sign_obstacle(context);
            let password = count(context, sign, obstacle, files::JPKI_SIGN_CERTIFICATE.file.name)?;
            for (reference, counted) in [(auth, &pin), (sign, &password)] {
                if let Some((retry_counter, _)) = counted {
                    context.counted(reference, *retry_counter);
                    allowed(context.gate, reference, *retry_counter)?;
                }
            }
            if let Some((retry_counter, _)) = password {
                context.state.counters.push((sign, retry_counter));
            }
            if let Some((retry_counter, pin)) = pin {
                context.verify(auth, retry_counter, &pin)?;
                challenge_with(context, files::JPKI, sign_with_key)?;
            }
            Ok(())
        }
        _ => {
            let reference = &files::JPKI_SIGNING_PASSWORD;
            let password = context.credentials.value(&spec::SIGN_PASSWORD);
            if let (Some(retry_counter), Some(password)) = (context.state.retry_counter(reference), password) {
                context.verify(reference, retry_counter, &password)?;
                context.read(&files::JPKI_SIGN_CERTIFICATE.file)?;
            }
            Ok(())
        }
    }
}

/// The counter of a credential that may be presented. For another one the dump says what is in its way.
fn count(
    context: &mut ReadContext<'_, '_>,
    reference: &'static Reference,
    value: Result<Pin, NotRead>,
    name: &str,
) -> Result<Option<(RetryCounter, Pin)>, ReadError> {
    let value = match value {
        Ok(value) => value,
        Err(why) => {
            context.dump.lacks(name, why);
            return Ok(None);
        }
    };
    match counter(context.session, reference) {
        Ok(retry_counter) => Ok(Some((retry_counter, value))),
        // An answer that is not a counter: a card that was issued without PINs, perhaps. Nothing is presented.
        Err(ReadError::Card(CardError::Status(status))) => {
            context.dump.lacks(name, NotRead::Status { status: status.to_string() });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A certificate that is not there, or filler in its place, if the card says that it holds none: that is not a trouble of the
/// reading.
fn absent_as_told(dump: &mut Dump) {
    let files::File { file, own } = files::JPKI_AUTH_CERTIFICATE;
    let name = file.name;
    let told = dump.file(files::JPKI_PRESENCE_FILE.name).map(|file| JpkiPresence::of(file).authentication);
    let begun = dump.file(name).is_some_and(|bytes| tlv::header(bytes, 0).is_ok_and(|header| header.tag == own.tag));
    if !begun && told == Some(Presence::Absent) {
        dump.lacks(name, NotRead::NotOnCard);
    }
}

fn not_opened(reason: &str) -> NotRead {
    NotRead::NotOpened { reason: reason.to_owned() }
}

fn given(context: &ReadContext<'_, '_>, credential: &'static CredentialSpec) -> Result<Pin, NotRead> {
    let value = context.credentials.value(credential).ok_or_else(|| not_opened("no_credential"))?;
    let token = context.dump.file(files::JPKI_TOKEN_FILE.name).map_or(JpkiToken::Unknown, JpkiToken::of);
    // Another token than the card has other rules (spec my-number 10).
    if token == JpkiToken::Card { Ok(value) } else { Err(not_opened("other_token")) }
}

/// The PIN, unless it would prove nothing: without the certificate there is no key to compare with.
fn auth_obstacle(context: &ReadContext<'_, '_>) -> Result<Pin, NotRead> {
    let pin = given(context, &spec::AUTH_PIN)?;
    let certificate = context.dump.file(files::JPKI_AUTH_CERTIFICATE.file.name);
    certificate.map(|_| pin).ok_or_else(|| not_opened("no_certificate"))
}

/// The password, unless it would open nothing: children have no signing certificate, and the card says so.
fn sign_obstacle(context: &ReadContext<'_, '_>) -> Result<Pin, NotRead> {
    let presence = context.dump.file(files::JPKI_PRESENCE_FILE.name).map(|file| JpkiPresence::of(file).signature);
    if presence == Some(Presence::Absent) {
        return Err(NotRead::NotOnCard);
    }
    let password = given(context, &spec::SIGN_PASSWORD)?;
    if presence == Some(Presence::Present) { Ok(password) } else { Err(not_opened("presence_unknown")) }
}

/// Asks a counter of the selected application.
fn counter(session: &mut CardSession<'_>, reference: &Reference) -> Result<RetryCounter, ReadError> {
    match session.ask_retry_counter(reference.sfi)? {
        // If the way back fails, another application is selected, whose references are not ours.
        RetryCounter::AlreadyVerified => {
            session.reopen_counter(reference.application.aid, reference.sfi).map_err(|error| match error {
                CardError::Status(_) => ReadError::OtherCard,
                error => error.into(),
            })
        }
        retry_counter => Ok(retry_counter),
    }
}

/// A signature of the authentication key, in the classic form if the card does not know the short one.
fn sign_with_key(session: &mut CardSession<'_>, info: &[u8]) -> Result<Response, CardError> {
    let response = session.send(&Command::with_data(files::JPKI_SIGN, info, true))?;
    if !FORM_REFUSED.contains(&response.status) {
        return Ok(response);
    }
    let selected = session.send(&select_file(u16::from(files::JPKI_AUTH_KEY)))?;
    if !selected.status.is_ok() {
        return Ok(selected);
    }
    session.send(&Command::with_data(files::JPKI_SIGN_SELECTED, info, true))
}
