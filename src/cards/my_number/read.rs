//! What a My Number Card does that no table says: knowing the card again, the text application, challenges, the unsigned expiry.

use crate::{
    cards::{
        Findings, ReadError, Request,
        model::{
            Card, CardSpec, CardState, CredentialSpec, Found, LookContext, OwnAction, Probe, ReadContext, Recognition,
            read_file,
        },
    },
    crypto::{sha256, sha256_digest_info},
    dump::{CHALLENGE_RANDOM, Challenge, ChallengeResponse, Dump, HexBytes, NotRead, Scope, challenge_message},
    iso7816::{CardError, CardSession, Command, FileReadError, PinOutcome, Response, Status},
    kind::CardKind,
    text::compact_date,
    tlv,
    trust::TrustStore,
    verify::{Basis, Verdict},
};

use super::{
    files::{self, Application},
    spec,
};

/// マイナンバーカード
pub(in crate::cards) struct MyNumberCard;

/// Offset and length of the slice by which a certificate is known again: the end of its key, and the first 32 bytes of the issuer's
/// signature, which no other certificate has (spec my-number 5.4). Cards of one municipality share it, so a swap inside one
/// municipality is not noticed here; the other card's own code then refuses the entry.
const COMPARED: (u8, u16) = (255, 89);

/// What was compared when [`Request::is_of_old`] recordings were made: the subject's id and the head of its key.
const COMPARED_OF_OLD: (u8, u16) = (26, 32);

impl Card for MyNumberCard {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// Leaves the face application selected. If the age alone is wanted, the expiry comes first: its domain is what is selected
    /// after a reset.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let expiry = if probe.scope == Scope::AGE { fresh_expiry(probe.session)? } else { None };
        if probe.selects(&files::FACE)?.is_none() {
            return Ok(Recognition::No);
        }
        let file = expiry.unwrap_or_default();
        Ok(Recognition::Card(Found { file, ..Found::plain(CardKind::MY_NUMBER) }))
    }

    /// The expiry that recognition read. If a person will be asked, also the counter and the free certificate: without both
    /// the card could not be known again.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let mut state = CardState::default();
        if !context.found.file.is_empty() {
            state.files.push((files::DOMAIN_EXPIRY, Ok(context.found.file.clone())));
        }
        if context.asking {
            let reference = reference(context.request.scope);
            let retry_counter = context.session.open_counter(reference.application.aid, reference.sfi)?;
            state.counters.push((reference, retry_counter));
            keep_certificate(context, &files::FACE_CERTIFICATE, &mut state)?;
        }
        Ok(state)
    }

    /// The other certificate: the issuer signed it, and the challenge ties its key to the chip.
    fn ahead(&self, context: &mut LookContext<'_, '_>, state: &mut CardState) -> Result<(), ReadError> {
        if context.request.scope == Scope::FULL && context.session.select(files::TEXT.aid)? {
            keep_certificate(context, &files::TEXT_CERTIFICATE, state)?;
        }
        Ok(())
    }

    /// The counter must be what it was, and so must a slice of the certificate. The expiry is this card's, whatever the first
    /// one's was.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        let mut again = before.clone();
        if before.file(files::DOMAIN_EXPIRY).is_some() {
            again.files.retain(|(name, _)| *name != files::DOMAIN_EXPIRY);
            if let Some(expiry) = fresh_expiry(context.session)? {
                again.files.push((files::DOMAIN_EXPIRY, Ok(expiry)));
            }
        }
        let reference = reference(context.request.scope);
        let retry_counter = context.session.open_counter(reference.application.aid, reference.sfi)?;
        let same_counter = before.retry_counter(reference) == Some(retry_counter);
        let same_slice = match before.file(files::FACE_CERTIFICATE.file.name) {
            None => true,
            Some(certificate) => is_same(context.session, context.request, &files::FACE_CERTIFICATE, certificate)?,
        };
        if same_counter && same_slice { Ok(again) } else { Err(ReadError::OtherCard) }
    }

    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        match action {
            // Looking again has compared it.
            spec::FACE_CERTIFICATE => certificate(context, &files::FACE_CERTIFICATE, false),
            spec::OPEN_TEXT => open_text(context),
            spec::FACE_CHALLENGE => {
                let certificate = &files::FACE_CERTIFICATE.file;
                // A certificate that is not this card's would make a forgery of it.
                let before =
                    context.dump.is_remembered(certificate.name) || context.state.file(certificate.name).is_some();
                if before && !super::checks::certificate_fits(&context.dump) {
                    context.read(certificate)?;
                }
                challenge(context, files::FACE)
            }
            spec::TEXT_CERTIFICATE => certificate(context, &files::TEXT_CERTIFICATE, true),
            spec::TEXT_CHALLENGE if context.is_closed(&files::TEXT).is_some() => Ok(()),
            spec::TEXT_CHALLENGE => challenge(context, files::TEXT),
            spec::DOMAIN_EXPIRY => domain_expiry(context),
            other => super::jpki_read::act(other, context),
        }
    }

    fn presents(&self, action: OwnAction) -> &'static [&'static CredentialSpec] {
        match action {
            spec::OPEN_TEXT => &[&spec::NUMBER_B],
            spec::JPKI_AUTH_KEY => &[&spec::AUTH_PIN, &spec::SIGN_PASSWORD],
            spec::JPKI_SIGN_CERTIFICATE => &[&spec::SIGN_PASSWORD],
            _ => &[],
        }
    }

    fn certificates<'a>(&self, dump: &'a Dump, findings: &Findings) -> Vec<(&'static str, &'a [u8])> {
        let passed =
            |file: &&files::File| file.signed_by.is_some_and(|id| findings.verdict(id) == Some(Verdict::Passed));
        let object = |file: &files::File| {
            let (object, _filler) = tlv::file(dump.file(file.file.name)?, file.own.tag).ok()?;
            Some((file.file.name, object.raw))
        };
        [&files::FACE_CERTIFICATE, &files::TEXT_CERTIFICATE].into_iter().filter(passed).filter_map(object).collect()
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check(dump, trust, basis))
    }
}

/// Reads a certificate of the selected application into what is known before a credential. One that cannot be read is read
/// again, with its reason kept, when the card is opened for the reading.
fn keep_certificate(
    context: &mut LookContext<'_, '_>,
    file: &files::File,
    state: &mut CardState,
) -> Result<(), ReadError> {
    let name = file.file.name;
    if let Some(bytes) = remembered(context.session, context.request, file)? {
        state.remembered.push(name);
        state.files.push((name, Ok(bytes)));
    } else if let Ok(bytes) = read_file(context.session, file, None, &mut |_, _| {})?
        && bytes.get(compared_range(context.request)).is_some()
    {
        state.files.push((name, Ok(bytes)));
    }
    Ok(())
}

/// The certificate that this process has met before, if the selected application shows its slice.
fn remembered(
    session: &mut CardSession<'_>,
    request: &Request,
    file: &files::File,
) -> Result<Option<Vec<u8>>, ReadError> {
    match &request.remembered {
        Some(remembered) if remembered.knows(file.file.name) => {
            let slice = compared(session, request, file)?;
            Ok(slice.and_then(|slice| remembered.find(file.file.name, compared_range(request), &slice)))
        }
        _ => Ok(None),
    }
}

fn reference(scope: Scope) -> &'static files::Reference {
    match scope {
        Scope::AGE => &files::FACE_BIRTH_DATE,
        _ => &files::FACE_NUMBER_B,
    }
}

/// Opens the text application with the same value, which the face application has just accepted. Whatever is in the way
/// leaves the text unread and the check of the face data untouched.
fn open_text(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let reference = &files::TEXT_NUMBER_B;
    let closed = NotRead::NotOpened { reason: "text_application_closed".to_owned() };
    let Some(value) = context.credentials.value(&spec::NUMBER_B) else { return Err(ReadError::Missing { reference }) };
    if context.select(&files::TEXT)?.is_err() {
        context.closed.retain(|(application, _)| *application != files::TEXT);
        context.closed.push((files::TEXT, closed));
        return Ok(());
    }
    let mut presented = false;
    let outcome = match context.session.ask_retry_counter(reference.sfi) {
        Ok(retry_counter) => {
            context.counted(reference, retry_counter);
            match context.gate.permit(files::TEXT.aid, reference.sfi, retry_counter) {
                Ok(permit) => {
                    presented = true;
                    context.session.verify(permit, &value)
                }
                Err(_) => {
                    context.closed.push((files::TEXT, closed));
                    return Ok(());
                }
            }
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(PinOutcome::Accepted) => Ok(()),
        Ok(PinOutcome::Wrong(_) | PinOutcome::Blocked) | Err(CardError::Status(_)) => {
            context.closed.push((files::TEXT, closed));
            Ok(())
        }
        Err(CardError::Transport(error)) if presented => Err(ReadError::AnswerLost { reference, error }),
        Err(error) => Err(error.into()),
    }
}

/// A certificate of the card: the one that was read before, if it is this card's (`compare`: nobody has looked yet), or one that
/// is remembered; else it is read.
fn certificate(context: &mut ReadContext<'_, '_>, file: &'static files::File, compare: bool) -> Result<(), ReadError> {
    let name = file.file.name;
    if context.is_closed(&file.application).is_some() {
        return context.read(&file.file);
    }
    if let Some(before) = context.state.file(name).map(<[u8]>::to_vec) {
        if !compare || is_same(context.session, context.request, file, &before)? {
            if context.state.remembered.contains(&name) {
                context.dump.keep_remembered(name, before);
            } else {
                context.dump.keep(name, before);
            }
            return Ok(());
        }
    } else if context.select(&file.application)?.is_ok()
        && let Some(known) = remembered(context.session, context.request, file)?
    {
        context.dump.keep_remembered(name, known);
        return Ok(());
    }
    context.read(&file.file)
}

/// Whether the selected application's certificate is this one, by what distinguishes certificates.
fn is_same(
    session: &mut CardSession<'_>,
    request: &Request,
    file: &files::File,
    certificate: &[u8],
) -> Result<bool, ReadError> {
    let Some(expected) = certificate.get(compared_range(request)) else { return Ok(false) };
    Ok(compared(session, request, file)?.is_some_and(|slice| slice == expected))
}

fn slice_of(request: &Request) -> (u8, u16) {
    if request.is_of_old() { COMPARED_OF_OLD } else { COMPARED }
}

fn compared_range(request: &Request) -> std::ops::Range<usize> {
    let (offset, length) = slice_of(request);
    usize::from(offset)..usize::from(offset) + usize::from(length)
}

/// What distinguishes the selected application's certificate; `None` if the card does not give it.
fn compared(
    session: &mut CardSession<'_>,
    request: &Request,
    file: &files::File,
) -> Result<Option<Vec<u8>>, ReadError> {
    let (offset, length) = slice_of(request);
    match session.read_slice(file.sfi(), offset, length) {
        Ok(slice) => Ok(Some(slice)),
        Err(FileReadError::Card(error @ (CardError::Transport(_) | CardError::Endless))) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// Asks the selected application's key to sign a fresh challenge.
fn challenge(context: &mut ReadContext<'_, '_>, application: Application) -> Result<(), ReadError> {
    challenge_with(context, application, |session, info| session.send(&Command::with_data(files::SIGN, info, true)))
}

/// A fresh challenge and the answer of `sign` to its padded digest.
pub(super) fn challenge_with(
    context: &mut ReadContext<'_, '_>,
    application: Application,
    sign: impl FnOnce(&mut CardSession<'_>, &[u8]) -> Result<Response, CardError>,
) -> Result<(), ReadError> {
    let random = context.nonces.draw(CHALLENGE_RANDOM)?;
    let time = context.dump.read_at;
    let info = sha256_digest_info(&sha256(&[&challenge_message(time, &random)]));
    let response = sign(context.session, &info)?;
    let answer = match response.status {
        Status::OK => ChallengeResponse::Signature(HexBytes(response.data)),
        status => ChallengeResponse::Refused(status.to_string()),
    };
    context.dump.challenged(application.name, Challenge { time, random: HexBytes(random), answer });
    Ok(())
}

/// The issuer security domain's expiry, while it is selected because nothing else was since the reset.
fn fresh_expiry(session: &mut CardSession<'_>) -> Result<Option<Vec<u8>>, CardError> {
    if !session.is_fresh() {
        return Ok(None);
    }
    let told = session.send(&Command::get_data(files::data_object::EXPIRY))?;
    Ok(Some(told.data).filter(|data| told.status.is_ok() && compact_date(data).is_some()))
}

/// The age record holds no expiry; the issuer security domain reports one, unsigned. Not every card does, so the record of the
/// common application is asked next (spec my-number 1.6, M).
fn domain_expiry(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let name = files::DOMAIN_EXPIRY;
    if let Some(expiry) = context.state.file(name).map(<[u8]>::to_vec) {
        context.dump.keep(name, expiry);
        return Ok(());
    }
    match context.session.select(files::ISSUER_DOMAIN.aid) {
        Ok(true) => {
            let told = context.session.send(&Command::get_data(files::data_object::EXPIRY))?;
            // The form of this unsigned value rests on one report; another form is not evidence of anything.
            if told.status.is_ok() && compact_date(&told.data).is_some() {
                context.dump.keep(name, told.data);
                return Ok(());
            }
            context.dump.lacks(name, NotRead::Status { status: told.status.to_string() });
        }
        Ok(false) | Err(CardError::Status(_)) => context.dump.lacks(name, NotRead::NoApplication),
        Err(error) => return Err(error.into()),
    }
    if let Some(digits) = common_record_expiry(context.session)? {
        context.dump.keep(name, digits);
    }
    Ok(())
}

/// The last eight digits of the common application's card record.
fn common_record_expiry(session: &mut CardSession<'_>) -> Result<Option<Vec<u8>>, ReadError> {
    match session.select(files::COMMON.aid) {
        Ok(true) => {}
        Ok(false) | Err(CardError::Status(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let response = session.send(&Command::read_record(files::CARD_RECORD.0, files::CARD_RECORD.1))?;
    if !response.status.is_ok() {
        return Ok(None);
    }
    let record = tlv::simple_record(&response.data).ok();
    let digits = record.as_ref().and_then(|record| record.value.get(files::CARD_RECORD_EXPIRY));
    Ok(digits.filter(|digits| compact_date(digits).is_some()).map(<[u8]>::to_vec))
}
