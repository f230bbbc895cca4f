//! What a phone does that no table says: recognition by a handover record, engagement, and the one request of its session
//! (ISO/IEC 18013-5 8.2.2, 8.3.3.1.2).

use crate::{
    cards::{
        Findings, ReadError,
        model::{Card, CardSpec, CardState, Found, LookContext, OwnAction, Probe, ReadContext, Recognition},
    },
    cbor,
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, CardSession, Command, Le, Status},
    kind::CardKind,
    transport::TransportError,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    air::{AIR, Air},
    device::DeviceSigned,
    elements::{
        Asked, DEVICE_SIGNED, DocType, ENGAGEMENT, HANDOVER_REQUEST, HANDOVER_SELECT, ISSUER_AUTH, MAC_KEY, MDOC, NDEF,
        READER_AUTH, REQUEST, TRANSCRIPT, Wanted,
    },
    engagement::{Engagement, scanned},
    handover::{self, Offer, Select},
    mso::IssuerAuth,
    ndef,
    nfc::{self, Sizes},
    response, session,
    share::{Answer, Opened, ShareError},
    spec::{self, own},
    transcript::Handover,
};

/// スマホのマイナンバーカード・モバイル運転免許証
pub(in crate::cards) struct MobileDocument;

/// The capability container.
const CONTAINER: u16 = 0xE103;

/// Bytes of the container as far as they count.
const CONTAINER_LENGTH: usize = 15;

/// How often a message that is not there yet is asked for: of any tag, and of a phone that has taken a request.
const FIRST_POLLS: usize = 10;
const POLLS: usize = 100;

impl Card for MobileDocument {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// By a handover record: an NDEF application alone is any tag. A phone that shows a code offers its mdoc application at once.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let kind = probe.named.filter(|named| DocType::of(*named).is_some()).unwrap_or(CardKind::MOBILE_MY_NUMBER);
        if probe.session.select_tag(NDEF.aid)? {
            let Some(tag) = Tag::read(probe.session)? else { return Ok(Recognition::No) };
            let hands_over = Select::parse(&tag.message).is_ok() || handover::offers_service(&tag.message).is_some();
            let file = [tag.container.as_slice(), &tag.message].concat();
            return Ok(if hands_over { Recognition::Card(Found { kind, file }) } else { Recognition::No });
        }
        let found = probe.session.select_tag(MDOC.aid)?;
        Ok(if found { Recognition::Card(Found::plain(kind)) } else { Recognition::No })
    }

    /// What recognition brought: nothing may be asked of a phone before its holder is.
    fn look(&self, context: &mut LookContext<'_, '_>) -> Result<CardState, ReadError> {
        Ok(CardState { own: context.found.file.clone(), ..CardState::default() })
    }

    /// A phone has a new key after every power-up: it is engaged again. Nothing that it shows without its holder says which one it is.
    fn look_again(&self, context: &mut LookContext<'_, '_>, before: &CardState) -> Result<CardState, ReadError> {
        if before.own.is_empty() {
            return if context.session.select_tag(MDOC.aid)? { Ok(before.clone()) } else { Err(ReadError::OtherCard) };
        }
        let tag = if context.session.select_tag(NDEF.aid)? { Tag::read(context.session)? } else { None };
        let tag = tag.filter(|tag| before.own.starts_with(&tag.container)).ok_or(ReadError::OtherCard)?;
        Ok(CardState { own: [tag.container.as_slice(), &tag.message].concat(), ..before.clone() })
    }

    fn scanned(&self, text: &str) -> Option<Vec<u8>> {
        scanned(text).ok()
    }

    fn act(&self, action: OwnAction, context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
        match action {
            own::ENGAGE => engage(context),
            own::SHARE => share(context),
            own::END => end(context),
            _ => Ok(()),
        }
    }

    fn check(&self, dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
        super::check(dump, trust, basis)
    }
}

/// The NDEF file of a tag: what its container says, and the message in it.
struct Tag {
    container: [u8; CONTAINER_LENGTH],
    message: Vec<u8>,
}

impl Tag {
    /// Reads the message of the selected application; `None` if the tag holds no message or is not an NDEF tag.
    fn read(session: &mut CardSession<'_>) -> Result<Option<Self>, CardError> {
        if !select_file(session, CONTAINER)? {
            return Ok(None);
        }
        let read = read_binary(session, 0, CONTAINER_LENGTH)?;
        let Some(container) = read.and_then(|bytes| bytes.first_chunk::<CONTAINER_LENGTH>().copied()) else {
            return Ok(None);
        };
        let mut tag = Self { container, message: Vec::new() };
        // Mapping version 2 or 3, and the control object of an NDEF file.
        let known = matches!(container, [_, _, 0x20..=0x3F, _, _, _, _, 0x04, 0x06, ..]);
        if !known || !select_file(session, tag.file())? {
            return Ok(None);
        }
        tag.message = match tag.next(session, FIRST_POLLS)? {
            Some(message) => message,
            None => return Ok(None),
        };
        Ok(Some(tag))
    }

    /// What was read of one.
    fn of(bytes: &[u8]) -> Option<Self> {
        let (container, message) = bytes.split_first_chunk::<CONTAINER_LENGTH>()?;
        Some(Self { container: *container, message: message.to_vec() })
    }

    fn file(&self) -> u16 {
        let [.., high, low, _, _, _, _] = self.container;
        u16::from_be_bytes([high, low])
    }

    /// Bytes of one READ BINARY, and of one UPDATE BINARY.
    fn steps(&self) -> [usize; 2] {
        let [_, _, _, read_high, read_low, write_high, write_low, ..] = self.container;
        let step = |high, low, most: usize| usize::from(u16::from_be_bytes([high, low])).clamp(13, most);
        [step(read_high, read_low, 256), step(write_high, write_low, 255)]
    }

    /// The message that the file holds, once it holds one; `None` if it does not, or gives something else.
    fn next(&self, session: &mut CardSession<'_>, polls: usize) -> Result<Option<Vec<u8>>, CardError> {
        let [step, _] = self.steps();
        for _ in 0..polls {
            let length = match read_binary(session, 0, 2)?.as_deref() {
                Some([high, low]) => usize::from(u16::from_be_bytes([*high, *low])),
                _ => return Ok(None),
            };
            // Not yet.
            if length == 0 {
                continue;
            }
            if length > ndef::MAX_MESSAGE {
                return Ok(None);
            }
            let mut message = Vec::new();
            while message.len() < length {
                let wanted = step.min(length - message.len());
                match read_binary(session, 2 + message.len(), wanted)? {
                    Some(part) if !part.is_empty() && part.len() <= wanted => message.extend(part),
                    _ => return Ok(None),
                }
            }
            return Ok(Some(message));
        }
        Ok(None)
    }

    /// Writes a message; `false` if the phone refuses it.
    fn write(&self, session: &mut CardSession<'_>, message: &[u8]) -> Result<bool, CardError> {
        let [_, step] = self.steps();
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
        let whole = [&length[..], message].concat();
        if whole.len() <= step {
            return update_binary(session, 0, &whole);
        }
        if !update_binary(session, 0, &[0, 0])? {
            return Ok(false);
        }
        for (at, part) in message.chunks(step).enumerate() {
            if !update_binary(session, 2 + at * step, part)? {
                return Ok(false);
            }
        }
        update_binary(session, 0, &length)
    }
}

fn select_file(session: &mut CardSession<'_>, id: u16) -> Result<bool, CardError> {
    Ok(session.send(&Command::with_data([0x00, 0xA4, 0x00, 0x0C], &id.to_be_bytes(), false))?.status.is_ok())
}

fn read_binary(session: &mut CardSession<'_>, offset: usize, length: usize) -> Result<Option<Vec<u8>>, CardError> {
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    let le = Le::Short(u16::try_from(length).unwrap_or(256));
    let response = session.send(&Command::read_current(offset, le))?;
    Ok(response.status.is_ok().then_some(response.data))
}

fn update_binary(session: &mut CardSession<'_>, offset: usize, part: &[u8]) -> Result<bool, CardError> {
    let [high, low] = u16::try_from(offset).unwrap_or(u16::MAX).to_be_bytes();
    Ok(session.send(&Command::with_data([0x00, 0xD6, high, low], part, false))?.status.is_ok())
}

fn failed(detail: impl ToString) -> ReadError {
    ReadError::Session { detail: detail.to_string() }
}

impl From<ShareError> for ReadError {
    fn from(error: ShareError) -> Self {
        match error {
            ShareError::Nonce(error) => Self::Draw(error),
            error => failed(error),
        }
    }
}

/// A phone that was engaged, and what of the session is known by then.
struct Engaged {
    engagement: Vec<u8>,
    select: Option<Vec<u8>>,
    request: Option<Vec<u8>>,
    sizes: Sizes,
    opened: Option<Opened>,
}

impl Engaged {
    fn handover(&self) -> Handover<'_> {
        match &self.select {
            Some(select) => Handover::Nfc { select, request: self.request.as_deref() },
            None => Handover::Qr,
        }
    }
}

fn engaged(own: &mut Option<Box<dyn std::any::Any>>) -> Result<&mut Engaged, ReadError> {
    own.as_mut().and_then(|own| own.downcast_mut()).ok_or_else(|| failed("there is no session"))
}

/// Finds out how the phone is reached, and opens its mdoc application.
fn engage(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let tag = Tag::of(&context.state.own);
    let engaged = match tag {
        Some(tag) => by_nfc(context, &tag)?,
        None => by_code(context)?,
    };
    context.dump.keep(ENGAGEMENT.name, engaged.engagement.clone());
    for (file, message) in [(HANDOVER_SELECT, &engaged.select), (HANDOVER_REQUEST, &engaged.request)] {
        match message {
            Some(message) => context.dump.keep(file.name, message.clone()),
            None => context.dump.lacks(file.name, NotRead::NotUsed),
        }
    }
    context.own = Some(Box::new(engaged));
    Ok(())
}

fn by_nfc(context: &mut ReadContext<'_, '_>, tag: &Tag) -> Result<Engaged, ReadError> {
    let mut air = None;
    let (message, request) = if Select::parse(&tag.message).is_ok() {
        (tag.message.clone(), None)
    } else {
        air = Air::of(context)?;
        // An iPhone takes no other way, and is offered no other.
        let offer = air.as_ref().map_or(Offer::Nfc, |air| Offer::BluetoothPeripheral(air.service));
        let (message, request) = negotiate(context.session, tag, offer)?;
        (message, Some(request))
    };
    let select = Select::parse(&message).map_err(failed)?;
    let engagement = Engagement::parse(select.engagement).map_err(failed)?;
    let sizes = match (select.nfc(), air) {
        (Some((command, response)), _) => Sizes { command, response },
        (None, Some(air)) => air.open(context, &select, &engagement)?,
        (None, None) => Air::of(context)?.ok_or(ReadError::WantsBluetooth)?.open(context, &select, &engagement)?,
    };
    if !context.session.select_tag(MDOC.aid)? {
        return Err(failed("the phone does not open its mdoc application"));
    }
    let engagement = select.engagement.to_vec();
    Ok(Engaged { engagement, select: Some(message), request, sizes, opened: None })
}

/// Negotiated handover: the service is selected, the reader says what it has, the phone chooses.
fn negotiate(session: &mut CardSession<'_>, tag: &Tag, offer: Offer) -> Result<(Vec<u8>, Vec<u8>), ReadError> {
    let request = handover::request(&[offer]);
    let most = handover::offers_service(&tag.message).unwrap_or_default();
    if request.len() > most || !tag.write(session, &handover::service_select())? {
        return Err(failed("the phone does not take a handover request"));
    }
    let status = tag.next(session, POLLS)?.and_then(|message| handover::status(&message));
    if status != Some(0) {
        return Err(failed("the phone refused its handover service"));
    }
    // A phone that has no way in common answers nothing, or says so in one of several ways.
    if !tag.write(session, &request)? {
        return Err(ReadError::WantsBluetooth);
    }
    let message = tag.next(session, POLLS)?.ok_or(ReadError::WantsBluetooth)?;
    Ok((message, request))
}

/// The phone was found by the code that it shows; its mdoc application is selected.
fn by_code(context: &mut ReadContext<'_, '_>) -> Result<Engaged, ReadError> {
    let recorded = context.credentials.recorded_keys().and_then(|keys| {
        let parts = keys.iter().filter_map(|entry| entry.strip_prefix(&[CODE]));
        let bytes: Vec<u8> = parts.flatten().copied().collect();
        (!bytes.is_empty()).then_some(bytes)
    });
    let found = context.request.sharing.found.as_ref().map(|found| found.to_vec());
    let engagement = recorded.or(found).ok_or_else(|| failed("the phone shows a code that was not scanned"))?;
    let parsed = Engagement::parse(&engagement).map_err(failed)?;
    let (command, response) = parsed.nfc().ok_or(ReadError::WantsBluetooth)?;
    for part in engagement.chunks(500) {
        context.nonces.session_key(&[&[CODE], part].concat());
    }
    Ok(Engaged { engagement, select: None, request: None, sizes: Sizes { command, response }, opened: None })
}

/// What begins an entry of a recording that is a part of a scanned engagement.
const CODE: u8 = 4;

/// The one request: shown, sent, answered by whatever the holder shares.
fn share(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let doc_type = DocType::of(context.kind.kind).ok_or_else(|| failed("no document of this kind"))?;
    let (scope, sharing) = (context.request.scope, &context.request.sharing);
    let wanted = Wanted {
        doc_type,
        purposes: spec::purposes(scope, sharing.sex),
        age: (scope == Scope::AGE).then_some(sharing.age),
        retained: sharing.retained,
    };
    let items = wanted.items_request();
    let (engagement, sizes) = {
        let engaged = engaged(&mut context.own)?;
        (engaged.engagement.clone(), engaged.sizes)
    };
    let parsed = Engagement::parse(&engagement).map_err(failed)?;
    let mut opened = {
        let handover = engaged(&mut context.own)?.handover();
        match context.credentials.recorded_keys() {
            Some(keys) => {
                let keys: Vec<_> =
                    keys.iter().filter(|entry| !matches!(entry.first(), Some(&CODE | &AIR))).cloned().collect();
                Opened::recorded(&parsed, handover, &keys, context.nonces)?
            }
            None => Opened::fresh(&parsed, handover, context.nonces)?,
        }
    };
    let (message, request) = opened.establish(&items, sharing.reader.as_deref(), context.nonces)?;
    let asked = Asked::read(&request.items).map_err(failed)?;
    let titles: Vec<_> = doc_type.elements().iter().filter(|row| asked.asks(row)).map(|row| row.title).collect();
    context.shares(&titles, sharing.retained, request.reader_auth.is_some());
    context.dump.keep(TRANSCRIPT.name, opened.transcript.bytes().to_vec());
    context.dump.keep(REQUEST.name, cbor::embedded(&request.items));
    match request.reader_auth {
        Some(auth) => context.dump.keep(READER_AUTH.name, auth),
        None => context.dump.lacks(READER_AUTH.name, NotRead::NotUsed),
    }
    let answer = exchange(context, &message, sizes)?;
    let answer = opened.answered(&answer);
    engaged(&mut context.own)?.opened = Some(opened);
    let Answer::Response(response) = answer? else { return Err(ReadError::NothingShared) };
    let kept = response::keep(&response, &request.items, doc_type, &mut context.dump);
    if kept.number {
        context.nonces.withdraw();
    }
    if kept.status != 0 && !kept.document {
        end(context)?;
        return Err(failed(format_args!("the phone answered with status {}", kept.status)));
    }
    if kept.error.is_none() && (!kept.document || kept.shared == 0) {
        end(context)?;
        return Err(ReadError::NothingShared);
    }
    keep_mac_key(context)
}

/// For a code instead of a signature: the key that verifies it, which this reader could have made the code with.
fn keep_mac_key(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let is_mac = context.dump.file(DEVICE_SIGNED.name).and_then(|bytes| DeviceSigned::read(bytes).ok());
    let device =
        context.dump.file(ISSUER_AUTH.name).and_then(|bytes| IssuerAuth::read(bytes).ok()?.mso.ok()?.device_key.ok());
    let key = match (is_mac.is_some_and(|signed| signed.is_mac()), device) {
        (true, Some(device)) => {
            let opened = engaged(&mut context.own)?.opened.as_ref();
            opened.and_then(|opened| opened.mac_key(&device, context.nonces))
        }
        _ => None,
    };
    match key {
        Some(key) => context.dump.keep(MAC_KEY.name, key.as_bytes().to_vec()),
        None => context.dump.lacks(MAC_KEY.name, NotRead::NotUsed),
    }
    Ok(())
}

/// Sends a session message and returns the answer's, in the largest commands that work.
fn exchange(context: &mut ReadContext<'_, '_>, message: &[u8], sizes: Sizes) -> Result<Vec<u8>, ReadError> {
    let object = nfc::wrap(message);
    let extended = context.session.step().is_extended();
    let mut rung = Some(if extended { sizes } else { Sizes::SHORT });
    while let Some(sizes) = rung {
        match send(context, &object, sizes) {
            // Neither side has taken anything of it.
            Err(CardError::Transport(TransportError::LengthUnsupported) | CardError::Status(Status::WRONG_LENGTH)) => {
                rung = sizes.below();
            }
            Err(CardError::Status(status)) => return Err(failed(format_args!("the phone answered {status}"))),
            Err(error) => return Err(error.into()),
            Ok(answer) => {
                engaged(&mut context.own)?.sizes = sizes;
                let message = nfc::unwrap(&answer).ok_or_else(|| failed("the phone's answer is not a message"))?;
                return Ok(message.to_vec());
            }
        }
    }
    Err(CardError::Transport(TransportError::LengthUnsupported).into())
}

fn send(context: &mut ReadContext<'_, '_>, object: &[u8], sizes: Sizes) -> Result<Vec<u8>, CardError> {
    let commands = nfc::envelopes(object, sizes);
    let Some((last, first)) = commands.split_last() else { return Ok(Vec::new()) };
    for command in first {
        context.session.call(command)?;
    }
    context.with_progress(|session, _, progress| {
        let most = session::MAX_MESSAGE.saturating_add(8);
        let response = session.send_parts(last, sizes.le(), most, &mut |done| progress(done, 0))?;
        if response.status.is_ok() { Ok(response.data) } else { Err(CardError::Status(response.status)) }
    })
}

/// Ends the session, unless the phone has. Whether the phone is still there does not matter any more.
fn end(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let engaged = engaged(&mut context.own)?;
    if engaged.opened.as_ref().is_none_or(Opened::is_over) {
        return Ok(());
    }
    let (object, sizes) = (nfc::wrap(&session::termination()), engaged.sizes);
    engaged.opened = None;
    match send(context, &object, sizes) {
        Err(CardError::Transport(
            error @ (TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }),
        )) => Err(CardError::from(error).into()),
        _ => Ok(()),
    }
}
