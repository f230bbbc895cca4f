//! What a My Number Card does that no table says: knowing the card again, the text application, challenges, the unsigned expiry.

use crate::{
    cards::{
        Findings, ReadError,
        model::{Card, CardSpec, CardState, LookContext, OwnAction, Probe, ReadContext, Recognition},
    },
    crypto::{sha256, sha256_digest_info},
    dump::{CHALLENGE_RANDOM, Challenge, ChallengeResponse, Dump, HexBytes, NotRead, Scope, challenge_message},
    iso7816::{CardError, CardSession, Command, FileReadError, PinOutcome, Response, Status},
    kind::CardKind,
    text::compact_date,
    tlv,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    files::{self, Application},
    spec,
};
use crate::cards::model::Found;

/// マイナンバーカード
pub(in crate::cards) struct MyNumberCard;

/// Offset and length of the slice of the face certificate that distinguishes one municipality's cards from another's: the
/// subject's id and the head of its key (spec my-number 5.4). Cards of one municipality share it, so a swap inside one
/// municipality is not noticed here; the other card's own code then refuses the entry.
const COMPARED: (u8, u16) = (26, 32);

impl Card for MyNumberCard {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// Leaves the face application selected.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let found = probe.selects(&files::FACE)?.is_some();
        Ok(if found { Recognition::Card(Found::plain(CardKind::MY_NUMBER)) } else { Recognition::No })
    }

    /// Only if a person will be asked: the counter, and the free certificate, so that the card can be known again.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let mut state = CardState::default();
        if !context.asking {
            return Ok(state);
        }
        let reference = reference(context.request.scope);
        let retry_counter = context.session.open_counter(reference.application.aid, reference.sfi)?;
        state.counters.push((reference, retry_counter));
        let file = files::FACE_CERTIFICATE;
        match context.session.read_tlv_file(file.sfi(), file.extent.bytes(), &mut |_, _| {}) {
            Ok(bytes) => state.files.push((files::FACE_CERTIFICATE.file.name, Ok(bytes))),
            Err(FileReadError::Card(error @ (CardError::Transport(_) | CardError::Endless))) => {
                return Err(error.into());
            }
            // It is read again, with its reason kept, when the card is opened for the reading.
            Err(_) => {}
        }
        Ok(state)
    }

    /// The counter must be what it was, and so must a slice of the certificate.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        let reference = reference(context.request.scope);
        let retry_counter = context.session.open_counter(reference.application.aid, reference.sfi)?;
        let same_counter = before.retry_counter(reference) == Some(retry_counter);
        let (offset, length) = COMPARED;
        let range = usize::from(offset)..usize::from(offset) + usize::from(length);
        let certificate = before.files.first().and_then(|(_, read)| read.as_ref().ok());
        let same_slice = match certificate.and_then(|certificate| certificate.get(range)) {
            None => true,
            Some(expected) => match context.session.read_slice(files::FACE_CERTIFICATE.sfi(), offset, length) {
                Ok(slice) => slice == expected,
                Err(FileReadError::Card(error @ (CardError::Transport(_) | CardError::Endless))) => {
                    return Err(error.into());
                }
                Err(_) => false,
            },
        };
        if same_counter && same_slice { Ok(before.clone()) } else { Err(ReadError::OtherCard) }
    }

    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        match action {
            spec::FACE_CERTIFICATE => match context.state.files.first().cloned() {
                Some((name, Ok(certificate))) => {
                    context.dump.keep(name, certificate);
                    Ok(())
                }
                _ => context.read(&files::FACE_CERTIFICATE.file),
            },
            spec::OPEN_TEXT => open_text(context),
            spec::FACE_CHALLENGE => challenge(context, files::FACE),
            spec::TEXT_CHALLENGE if context.is_closed(&files::TEXT).is_some() => Ok(()),
            spec::TEXT_CHALLENGE => challenge(context, files::TEXT),
            spec::DOMAIN_EXPIRY => domain_expiry(context),
            other => super::jpki_read::act(other, context),
        }
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check(dump, trust, basis))
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

/// The age record holds no expiry; the issuer security domain reports one, unsigned. Not every card does, so the record of the
/// common application is asked next (spec my-number 1.6, M).
fn domain_expiry(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let name = files::DOMAIN_EXPIRY;
    let told = match context.session.select(files::ISSUER_DOMAIN.aid) {
        Ok(true) => context.session.send(&Command::get_data(files::data_object::EXPIRY))?,
        Ok(false) | Err(CardError::Status(_)) => {
            context.dump.lacks(name, NotRead::NoApplication);
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    // The form of this unsigned value rests on one report; another form is not evidence of anything.
    if told.status.is_ok() && compact_date(&told.data).is_some() {
        context.dump.keep(name, told.data);
        return Ok(());
    }
    context.dump.lacks(name, NotRead::Status { status: told.status.to_string() });
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
