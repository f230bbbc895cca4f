//! What a passport does that no table says: the choice of an access protocol, everything under secure messaging, and the proofs that
//! the chip holds its key (ICAO Doc 9303-11).

use crate::{
    cards::{
        Findings, ReadError,
        model::{
            Card, CardSpec, CardState, Entry, Found, LookContext, Opening, OwnAction, Probe, ReadContext, Recognition,
            read_file,
        },
    },
    dump::{CHALLENGE_RANDOM, Challenge, ChallengeResponse, Dump, HexBytes, NotRead},
    iso7816::{
        CardError, CardSession, Command, FileReadError, Le, ObjectForm, ReadFrom, Response, SecureChannel,
        SecureReadError, Status, select_application, select_file,
    },
    kind::CardKind,
    tlv,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    access::{self, AccessError, Bac, Channel, ChipAuthentication, Next, Pace, Password, SessionKeys, Suite},
    chip::{Options, active_challenge, signed_infos},
    files::{self, CARD_ACCESS, CARD_SECURITY, DG1, DG2, DG11, DG12, DG14, DG15, File, SOD},
    mrz::CAN_LENGTH,
    security_object::SecurityObject,
    spec::{self, own},
};

/// 旅券
pub(in crate::cards) struct Passport;

/// File identifier of EF.CardAccess, for a chip that does not take its short one.
const CARD_ACCESS_ID: u16 = 0x011C;

/// The first byte of a set of SecurityInfos.
const SET: u8 = 0x31;

impl Card for Passport {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// By its application; by EF.CardAccess if that opens only after PACE.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        if probe.selects(&files::EMRTD)?.is_some() {
            return Ok(Recognition::Card(Found::plain(CardKind::PASSPORT)));
        }
        let found = match card_access(probe.session) {
            Ok(Ok(bytes)) => Options::offers_pace(&bytes),
            Ok(Err(_)) => false,
            Err(ReadError::Card(error)) => return Err(error),
            Err(_) => false,
        };
        Ok(if found { Recognition::Card(Found::plain(CardKind::PASSPORT)) } else { Recognition::No })
    }

    /// EF.CardAccess, which says how the chip may be opened and is the same for all of a model.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        let read = card_access(context.session)?;
        let files = vec![(CARD_ACCESS.file.name, read)];
        Ok(CardState { files, entry: Entry::Typed, ..CardState::default() })
    }

    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        match action {
            own::OPEN => open(context),
            own::READ_CARD_SECURITY => card_security(context),
            own::READ_DG1 => group(context, &DG1),
            own::READ_SOD => group(context, &SOD),
            own::READ_DG14 => listed(context, &DG14),
            own::READ_DG15 => listed(context, &DG15),
            own::CHIP_AUTHENTICATION => chip_authentication(context),
            own::ACTIVE_AUTHENTICATION => active_authentication(context),
            own::READ_DG2 => group(context, &DG2),
            own::READ_DG11 => listed(context, &DG11),
            own::READ_DG12 => listed(context, &DG12),
            _ => Ok(()),
        }
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        Some(super::check(dump, trust, basis))
    }
}

/// EF.CardAccess of the master file, or why it is not there.
fn card_access(session: &mut CardSession<'_>) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    // A chip may refuse to select the master file and read it all the same.
    match session.select_master_file() {
        Ok(()) | Err(CardError::Status(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let read = match read_file(session, &CARD_ACCESS, None, &mut |_, _| {})? {
        Err(NotRead::Status { status }) => match session.send(&select_file(CARD_ACCESS_ID))?.status {
            Status::OK => session
                .read_sized_file(ReadFrom::Current, CARD_ACCESS.extent.bytes(), &mut |_, _| {})
                .map_err(|error| match error {
                    FileReadError::Card(CardError::Status(status)) => NotRead::Status { status: status.to_string() },
                    error => NotRead::Unreadable { detail: error.to_string() },
                }),
            _ => Err(NotRead::Status { status }),
        },
        read => read,
    };
    Ok(read.and_then(|mut bytes| match tlv::header(&bytes, 0) {
        Ok(header) if bytes.first() == Some(&SET) && header.total() <= bytes.len() => {
            bytes.truncate(header.total());
            Ok(bytes)
        }
        _ => Err(NotRead::Malformed { detail: "not a set of SecurityInfos".to_owned() }),
    }))
}

/// The open session.
struct Opened {
    channel: Box<dyn SecureChannel>,
    form: ObjectForm,
    /// How often the chip was opened: always with the same right secret.
    times: usize,
    /// Whether the application is selected.
    selected: bool,
}

fn opened(own: &mut Option<Box<dyn std::any::Any>>) -> Result<&mut Opened, ReadError> {
    let opened = own.as_mut().and_then(|own| own.downcast_mut());
    opened.ok_or(ReadError::NotGiven { credential: &spec::ZONE })
}

/// Opens the chip: PACE if EF.CardAccess offers a form that is supported, else BAC. One attempt a run: a secret that was refused is not
/// tried in the other protocol.
fn open(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    match context.credentials.opening(&spec::ZONE, 0) {
        Some(Opening::Value(value)) => context.dump.keep_private(files::TYPED, value.expose().to_vec()),
        _ => context.dump.lacks(files::TYPED, NotRead::NotStored),
    }
    let (mut channel, mut selected) = access_chip(context, 0)?;
    // EF.CardSecurity lies in the master file, and so before the application.
    if !selected && context.dump.challenge(files::MAPPING).is_none() {
        select(context, &mut *channel)?;
        selected = true;
    }
    context.own = Some(Box::new(Opened { channel, form: ObjectForm::default(), times: 1, selected }));
    Ok(())
}

/// Opens it again after a doubt, with smaller commands. Whether one is left.
fn reopen(context: &mut ReadContext<'_, '_>) -> Result<bool, ReadError> {
    let Opened { times, form, selected: was, .. } = *opened(&mut context.own)?;
    let Some(form) = form.below() else { return Ok(false) };
    // What ended the session may have left the application selected.
    match context.session.select_master_file() {
        Ok(()) | Err(CardError::Status(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let (mut channel, mut selected) = access_chip(context, times)?;
    if was && !selected {
        select(context, &mut *channel)?;
        selected = true;
    }
    context.own = Some(Box::new(Opened { channel, form, times: times + 1, selected }));
    Ok(true)
}

/// One command inside the session.
fn secure(context: &mut ReadContext<'_, '_>, command: &Command) -> Result<Response, SecureReadError> {
    match opened(&mut context.own) {
        Ok(opened) => context.session.send_secure(command, &mut *opened.channel),
        Err(_) => Err(SecureReadError::Lost { detail: "there is no session".to_owned(), status: None }),
    }
}

fn broken(detail: String) -> ReadError {
    ReadError::Handshake { detail }
}

/// Reads a file of the application into the dump, or the reason why it is not there.
fn group(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<(), ReadError> {
    loop {
        let read = read_object(context, file);
        match read {
            Ok(bytes) => {
                context.dump.keep(file.name, bytes);
                return Ok(());
            }
            Err(SecureReadError::Lost { detail, .. }) => {
                if !reopen(context)? {
                    return Err(broken(detail));
                }
            }
            Err(SecureReadError::Read(FileReadError::Card(CardError::Status(status)))) => {
                context.dump.lacks(file.name, NotRead::Status { status: status.to_string() });
                return Ok(());
            }
            Err(SecureReadError::Read(FileReadError::Card(error))) => return Err(error.into()),
            Err(SecureReadError::Read(malformed)) => {
                context.dump.lacks(file.name, NotRead::Malformed { detail: malformed.to_string() });
                return Ok(());
            }
        }
    }
}

fn read_object(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<Vec<u8>, SecureReadError> {
    context.with_progress(|session, own, progress| match opened(own) {
        Ok(Opened { channel, form, .. }) => {
            let address = (file.sfi(), file.own.tag);
            session.read_secure_object(address, file.extent.bytes(), *form, &mut **channel, progress)
        }
        Err(_) => Err(SecureReadError::Lost { detail: "there is no session".to_owned(), status: None }),
    })
}

/// The security object as it was read. Whether its signature holds is not asked here: it only says what to read.
fn sod(context: &ReadContext<'_, '_>) -> Option<SecurityObject> {
    SecurityObject::parse(context.dump.file(SOD.name)?).ok()
}

/// Reads a data group if the security object lists it; EF.COM is never asked.
fn listed(context: &mut ReadContext<'_, '_>, file: &'static File) -> Result<(), ReadError> {
    match sod(context) {
        Some(sod) if sod.lists(file.own.group.into()) => group(context, file),
        Some(_) => {
            context.dump.lacks(file.name, NotRead::NotOnCard);
            Ok(())
        }
        None => Ok(()),
    }
}

/// INTERNAL AUTHENTICATE with a challenge of this reading, if the security object lists the key.
fn active_authentication(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    if context.dump.file(DG15.name).is_none() {
        return Ok(());
    }
    let random = context.nonces.draw(CHALLENGE_RANDOM)?;
    let time = context.dump.read_at;
    let challenge = active_challenge(time, &random);
    let answer = loop {
        // A signature of more than 1,500 bits does not fit a short answer under secure messaging.
        let le = if opened(&mut context.own)?.form.is_extended() { Le::Extended } else { Le::Short(256) };
        match secure(context, &Command::with_le([0x00, 0x88, 0x00, 0x00], &challenge, le)) {
            // The link, not the chip: it is asked again.
            Err(SecureReadError::Lost { status: None, detail }) => {
                if !reopen(context)? {
                    return Err(broken(detail));
                }
            }
            answer => break answered(context, answer)?,
        }
    };
    context.dump.challenged(files::ACTIVE, Challenge { time, random: HexBytes(random), answer });
    Ok(())
}

/// What a proof's command brought; a session that it ended is opened again.
fn answered(
    context: &mut ReadContext<'_, '_>,
    answer: Result<Response, SecureReadError>,
) -> Result<ChallengeResponse, ReadError> {
    match answer {
        Ok(Response { data, status }) if status.is_ok() => Ok(ChallengeResponse::Signature(HexBytes(data))),
        Ok(Response { status, .. }) => Ok(ChallengeResponse::Refused(status.to_string())),
        Err(SecureReadError::Lost { detail, status }) => {
            if !reopen(context)? {
                return Err(broken(detail));
            }
            Ok(ChallengeResponse::Refused(status.map_or_else(|| "0000".to_owned(), |status| status.to_string())))
        }
        Err(SecureReadError::Read(FileReadError::Card(error))) => Err(error.into()),
        Err(SecureReadError::Read(error)) => Err(broken(error.to_string())),
    }
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
                if let Some(mapping) = established.mapping {
                    let (time, answer) = (context.dump.read_at, ChallengeResponse::Signature(HexBytes(mapping.proof)));
                    context.dump.challenged(files::MAPPING, Challenge { time, random: HexBytes(mapping.key), answer });
                }
                return Ok((Box::new(channel), false));
            }
            Err(Failure::Protocol(AccessError::NotSupported(_))) => {}
            Err(failure) => return Err(failure.into()),
        }
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
fn select(context: &mut ReadContext<'_, '_>, channel: &mut dyn SecureChannel) -> Result<(), ReadError> {
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

/// EF.CardSecurity, if the chip used the mapping that it vouches for; then the application is selected.
fn card_security(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    if context.dump.challenge(files::MAPPING).is_none() {
        return Ok(());
    }
    group(context, &CARD_SECURITY)?;
    let selected = context.with_progress(|session, own, _| {
        let opened = opened(own)
            .map_err(|_| SecureReadError::Lost { detail: "there is no session".to_owned(), status: None })?;
        let answer = session.send_secure(&select_application(files::EMRTD.aid), &mut *opened.channel)?;
        opened.selected = answer.status.is_ok();
        Ok::<_, SecureReadError>(answer.status)
    });
    match selected {
        Ok(status) if status.is_ok() => Ok(()),
        Ok(status) => Err(CardError::Status(status).into()),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// Chip authentication, if the signed data offer it in a form that is supported; then the chip answers once under the new keys.
fn chip_authentication(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let infos = context.dump.file(DG14.name).and_then(signed_infos);
    let Some(option) = infos.and_then(|infos| infos.chip_authentication()) else { return Ok(()) };
    loop {
        let draw = &mut |count| Ok::<_, ReadError>(context.nonces.draw(count)?);
        let mut protocol = ChipAuthentication::new(option.clone(), draw)?;
        let private = protocol.random().to_vec();
        let Some(answer) = agree(context, &mut protocol)? else { continue };
        let challenge = Challenge { time: context.dump.read_at, random: HexBytes(private), answer };
        context.dump.challenged(files::CHIP_AUTHENTICATION, challenge);
        return Ok(());
    }
}

/// One run of chip authentication. `None` if the link broke the session, which is open again in a smaller form.
fn agree(
    context: &mut ReadContext<'_, '_>,
    protocol: &mut ChipAuthentication,
) -> Result<Option<ChallengeResponse>, ReadError> {
    let mut command = protocol.begin();
    loop {
        let answer = match secure(context, &command) {
            Ok(answer) => answer,
            Err(SecureReadError::Lost { status: None, detail }) => {
                return if reopen(context)? { Ok(None) } else { Err(broken(detail)) };
            }
            Err(error) => return answered(context, Err(error)).map(Some),
        };
        match protocol.next(&answer) {
            Ok(Next::Send(following)) => command = following,
            Ok(Next::Done(channel)) => return first_answer(context, channel),
            Err(AccessError::Status(status) | AccessError::Refused(status) | AccessError::NotSupported(status)) => {
                return Ok(Some(ChallengeResponse::Refused(status.to_string())));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// The chip's first answer under the new keys, as it came: a byte of data group 1.
fn first_answer(
    context: &mut ReadContext<'_, '_>,
    mut channel: Channel,
) -> Result<Option<ChallengeResponse>, ReadError> {
    let command = Command::read_sfi(DG1.sfi(), 0, Le::Short(1));
    let wrapped = channel.wrap(&command, 0).map_err(|error| broken(error.to_string()))?;
    let response = context.session.send(&wrapped)?;
    let raw = response.data.clone();
    if channel.unwrap(response).is_ok() {
        opened(&mut context.own)?.channel = Box::new(channel);
        return Ok(Some(ChallengeResponse::Signature(HexBytes(raw))));
    }
    // A chip without the key ends the session in plain; anything else may be the link, which a smaller form shows.
    let again = reopen(context)?;
    Ok(if raw.is_empty() || !again { Some(ChallengeResponse::Signature(HexBytes(raw))) } else { None })
}
