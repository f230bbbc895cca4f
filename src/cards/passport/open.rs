//! Opens a passport's chip: the choice of an access protocol, and the session that it brings (ICAO Doc 9303-11 4).

use crate::{
    cards::{
        ReadError,
        model::{Opening, ReadContext},
    },
    dump::{Challenge, ChallengeResponse, HexBytes, NotRead},
    iso7816::{
        CardError, CardSession, Command, FileReadError, ObjectForm, Response, SecureChannel, SecureReadError, Status,
        select_application,
    },
    kind::CardKind,
};

use super::{
    access::{self, AccessError, Bac, Channel, Next, Pace, Password, SessionKeys, Suite},
    card_access::select_master_file,
    files::{self, CARD_ACCESS},
    mrz::CAN_LENGTH,
    spec,
};

/// The open session.
pub(super) struct Opened {
    pub channel: Box<dyn SecureChannel>,
    pub form: ObjectForm,
    /// How often the chip was opened: always with the same right secret.
    times: usize,
    /// Whether the application is selected.
    pub selected: bool,
    /// Whether a file was read.
    pub has_read: bool,
}

pub(super) fn opened(own: &mut Option<Box<dyn std::any::Any>>) -> Result<&mut Opened, ReadError> {
    let opened = own.as_mut().and_then(|own| own.downcast_mut());
    opened.ok_or(ReadError::NotGiven { credential: &spec::ZONE })
}

/// Opens the chip: PACE if EF.CardAccess offers a form that is supported, else BAC. One attempt a run: a secret that was refused is not
/// tried in the other protocol.
pub(super) fn open(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    match context.credentials.opening(&spec::ZONE, 0) {
        Some(Opening::Value(value)) => {
            let zone = value.expose();
            let zone = if zone.len() == CAN_LENGTH { &[] } else { zone };
            context.dump.keep_private(files::TYPED, zone.to_vec());
        }
        _ => context.dump.lacks(files::TYPED, NotRead::NotStored),
    }
    let (mut channel, mut selected) = access_chip(context, 0)?;
    // EF.CardSecurity lies in the master file, and so before the application.
    if !selected && context.dump.challenge(files::MAPPING).is_none() {
        select(context, &mut *channel)?;
        selected = true;
    }
    // What was read in plain has shown whether extended APDUs pass.
    let extended = context.session.step().is_extended();
    let form = if extended { ObjectForm::default() } else { ObjectForm::short() };
    context.own = Some(Box::new(Opened { channel, form, times: 1, selected, has_read: false }));
    Ok(())
}

/// Opens it again after a doubt, with smaller commands. Whether one is left.
pub(super) fn reopen(context: &mut ReadContext<'_, '_>) -> Result<bool, ReadError> {
    match opened(&mut context.own)?.form.below() {
        Some(form) => reopen_as(context, form).map(|()| true),
        None => Ok(false),
    }
}

/// Opens it again, for commands of this form.
pub(super) fn reopen_as(context: &mut ReadContext<'_, '_>, form: ObjectForm) -> Result<(), ReadError> {
    let Opened { times, selected: was, has_read, .. } = *opened(&mut context.own)?;
    // What ended the session may have left the application selected.
    select_master_file(context.session)?;
    // A mapping proves a key to its own session, and nothing but a session ties that key to this document: another chip
    // may have made the proof before. One that was left out stays that.
    if context.dump.challenge(files::MAPPING).is_some_and(|challenge| !challenge.answer.is_nothing()) {
        context.dump.unchallenged(files::MAPPING);
        let detail = "the session of the mapping was left".to_owned();
        context.dump.lacks(files::MAPPING, NotRead::Unreadable { detail });
    }
    let (mut channel, mut selected) = access_chip(context, times)?;
    if was && !selected {
        select(context, &mut *channel)?;
        selected = true;
    }
    context.own = Some(Box::new(Opened { channel, form, times: times + 1, selected, has_read }));
    Ok(())
}

/// One command inside the session.
pub(super) fn secure(context: &mut ReadContext<'_, '_>, command: &Command) -> Result<Response, SecureReadError> {
    match opened(&mut context.own) {
        Ok(opened) => context.session.send_secure(command, &mut *opened.channel),
        Err(_) => Err(SecureReadError::Lost { detail: "there is no session".to_owned(), status: None }),
    }
}

pub(super) fn broken(detail: String) -> ReadError {
    ReadError::Handshake { detail }
}

/// What the chip is opened with.
enum Secret {
    Typed(Password),
    /// In a replay: the reference of what was typed then, and the session keys; none if the run failed.
    Recorded(u8, Option<SessionKeys>),
}

/// The secret of the given opening of this reading, from 0.
fn secret(context: &ReadContext<'_, '_>, times: usize) -> Result<Secret, ReadError> {
    let missing = || ReadError::NotGiven { credential: &spec::ZONE };
    match context.credentials.opening(&spec::ZONE, times).ok_or_else(missing)? {
        Opening::Value(value) => Ok(Secret::Typed(match value.expose() {
            digits if digits.len() == CAN_LENGTH => Password::access_number(digits),
            information => Password::zone(information),
        })),
        Opening::Recorded(key) => {
            let (reference, keys) = key.and_then(|key| key.split_first()).unwrap_or((&ZONE_REFERENCE, &[]));
            Ok(Secret::Recorded(*reference, SessionKeys::from_exposed(keys)))
        }
    }
}

/// Reference of the machine-readable zone in PACE.
const ZONE_REFERENCE: u8 = 0x01;

/// A recorded run that brought no keys did not succeed, although the chip said so.
fn succeeded(secret: &Secret) -> Result<(), ReadError> {
    match secret {
        Secret::Recorded(_, None) => Err(AccessError::Token.into()),
        _ => Ok(()),
    }
}

/// One run of an access protocol, and whether the application is selected after it.
fn access_chip(context: &mut ReadContext<'_, '_>, times: usize) -> Result<(Box<dyn SecureChannel>, bool), ReadError> {
    let secret = secret(context, times)?;
    let reference = match &secret {
        Secret::Typed(password) => password.reference(),
        Secret::Recorded(reference, _) => *reference,
    };
    let plain = context.state.files.iter().find(|(name, _)| *name == CARD_ACCESS.file.name);
    let infos = plain.and_then(|(_, read)| access::SecurityInfos::parse(read.as_ref().ok()?).ok());
    let option = infos.and_then(|infos| infos.preferred());
    let draw = &mut |count| Ok::<_, ReadError>(context.nonces.draw(count)?);
    let established = match (option, &secret) {
        (Some(option), Secret::Typed(password)) => Some(Pace::new(option, password, draw)?),
        (Some(option), Secret::Recorded(_, keys)) => {
            let keys = keys.clone().unwrap_or_else(|| option.info.suite.session(&[], 0));
            Some(Pace::recorded(option, keys, reference, draw)?)
        }
        (None, _) => None,
    };
    if let Some(mut pace) = established {
        let first = pace.begin();
        match run(context.session, first, |answer| pace.next(answer)) {
            Ok(established) => {
                succeeded(&secret)?;
                let channel = established.channel;
                keep_key(context, reference, &channel);
                if let Some(mapping) = established.mapping.filter(|_| times == 0) {
                    let (time, answer) = (context.dump.read_at, ChallengeResponse::Signature(HexBytes(mapping.proof)));
                    context.dump.challenged(files::MAPPING, Challenge { time, random: HexBytes(mapping.key), answer });
                }
                return Ok((Box::new(channel), false));
            }
            Err(Failure::Protocol(AccessError::NotSupported(status))) => {
                let answer = ChallengeResponse::Refused(status.to_string());
                let asked = Challenge { time: context.dump.read_at, random: HexBytes(Vec::new()), answer };
                context.dump.challenged(files::PACE, asked);
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    // BAC knows no card access number.
    if matches!(secret, Secret::Typed(Password::AccessNumber(_))) {
        return Err(ReadError::OtherEntry { credential: &spec::ZONE, entry: &spec::ACCESS_ENTRY });
    }
    // A chip without PACE selects its application in plain.
    if !context.session.select(files::EMRTD.aid)? {
        return Err(CardError::Status(Status::NOT_FOUND).into());
    }
    let draw = &mut |count| Ok::<_, ReadError>(context.nonces.draw(count)?);
    let mut bac = match &secret {
        Secret::Typed(password) => Bac::new(password, draw)?,
        Secret::Recorded(_, keys) => {
            Bac::recorded(keys.clone().unwrap_or_else(|| Suite::TripleDes.session(&[], 0)), draw)?
        }
    };
    let first = bac.begin();
    let channel = run(context.session, first, |answer| bac.next(answer))?;
    succeeded(&secret)?;
    keep_key(context, reference, &channel);
    Ok((Box::new(channel), true))
}

/// For a recording: the keys as the session begins.
fn keep_key(context: &mut ReadContext<'_, '_>, reference: u8, channel: &Channel) {
    let keys = zeroize::Zeroizing::new([&[reference], channel.keys().expose().as_slice()].concat());
    context.nonces.session_key(&keys);
}

/// Selects the application inside the session.
pub(super) fn select(context: &mut ReadContext<'_, '_>, channel: &mut dyn SecureChannel) -> Result<(), ReadError> {
    match context.session.send_secure(&select_application(files::EMRTD.aid), channel) {
        Ok(Response { status, .. }) if status.is_ok() => Ok(()),
        Ok(Response { status, .. }) => Err(CardError::Status(status).into()),
        Err(SecureReadError::Lost { detail, .. }) => Err(broken(detail)),
        Err(SecureReadError::Read(FileReadError::Card(error))) => Err(error.into()),
        Err(SecureReadError::Read(error)) => Err(broken(error.to_string())),
    }
}

/// Why a protocol established nothing.
enum Failure {
    Card(CardError),
    Protocol(AccessError),
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Card(error) => error.into(),
            Failure::Protocol(error) => error.into(),
        }
    }
}

impl From<AccessError> for ReadError {
    fn from(error: AccessError) -> Self {
        let (kind, credential) = (CardKind::PASSPORT, &spec::ZONE);
        match error {
            AccessError::Refused(Status::BLOCKED | Status::BLOCKED_ISO) => Self::UncountedBlocked { credential, kind },
            AccessError::Refused(status) => match status.retry_counter() {
                Some(0) => Self::UncountedBlocked { credential, kind },
                left => Self::UncountedRefused { credential, kind, left },
            },
            AccessError::NotSupported(status) | AccessError::Status(status) => CardError::Status(status).into(),
            error => broken(error.to_string()),
        }
    }
}

/// Sends what a protocol wants until it is done.
fn run<T>(
    session: &mut CardSession<'_>,
    first: Command,
    mut next: impl FnMut(&Response) -> Result<Next<T>, AccessError>,
) -> Result<T, Failure> {
    let mut command = first;
    loop {
        let answer = session.send(&command).map_err(Failure::Card)?;
        match next(&answer).map_err(Failure::Protocol)? {
            Next::Send(following) => command = following,
            Next::Done(done) => return Ok(done),
        }
    }
}
