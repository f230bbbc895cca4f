//! What a phone does that no table says: recognition by a handover record, engagement, and the one request of its session
//! (ISO/IEC 18013-5 8.2.2, 8.3.3.1.2).

use crate::{
    cards::{
        Findings, ReadError,
        model::{Card, CardSpec, CardState, Found, LookContext, OwnAction, Probe, ReadContext, Recognition},
    },
    cbor,
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, CardSession},
    kind::CardKind,
    transport::TransportError,
    trust::TrustStore,
    verify::Basis,
};

use super::{
    air::Air,
    device::DeviceSigned,
    elements::{
        Asked, DEVICE_SIGNED, DocType, ENGAGEMENT, HANDOVER_REQUEST, HANDOVER_SELECT, ISSUER_AUTH, MAC_KEY, MDOC, NDEF,
        READER_AUTH, REQUEST, TRANSCRIPT, Wanted,
    },
    engagement::{Engagement, scanned},
    entries::{PART, SCANNED},
    exchange::{Setback, exchange, failed, last_word},
    handover::{self, Offer, Select},
    mso::IssuerAuth,
    nfc::Sizes,
    response,
    share::{self, Answer, Opened, ShareError},
    spec::{self, own},
    tag::{POLLS, Tag},
    transcript::Handover,
};

/// スマホのマイナンバーカード・モバイル運転免許証
pub(in crate::cards) struct MobileDocument;

impl Card for MobileDocument {
    fn spec(&self) -> &'static CardSpec {
        &spec::SPEC
    }

    /// By a handover record: an NDEF application alone is any tag. A phone that shows a code offers its mdoc application at once, whatever
    /// its tag holds.
    fn recognise(&self, probe: &mut Probe<'_, '_>) -> Result<Recognition, CardError> {
        let kind = probe.named.filter(|named| DocType::of(*named).is_some()).unwrap_or(CardKind::MOBILE_MY_NUMBER);
        if probe.session.select_tag(NDEF.aid)?
            && let Some(tag) = Tag::read(probe.session)?
            && (Select::parse(&tag.message).is_ok() || handover::offers_service(&tag.message).is_some())
        {
            let file = [tag.container.as_slice(), &tag.message].concat();
            return Ok(Recognition::Card(Found { file, ..Found::plain(kind) }));
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
    /// How often the phone was engaged before.
    before: usize,
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
    let sizes = if context.session.step().is_extended() { engaged.sizes } else { Sizes::SHORT };
    keep_engaged(context, Engaged { sizes, ..engaged });
    Ok(())
}

fn keep_engaged(context: &mut ReadContext<'_, '_>, engaged: Engaged) {
    context.dump.keep(ENGAGEMENT.name, engaged.engagement.clone());
    for (file, message) in [(HANDOVER_SELECT, &engaged.select), (HANDOVER_REQUEST, &engaged.request)] {
        match message {
            Some(message) => context.dump.keep(file.name, message.clone()),
            None => context.dump.lacks(file.name, NotRead::NotUsed),
        }
    }
    context.own = Some(Box::new(engaged));
}

/// Engages the phone once more after its session was lost: it has a new key then. From now on only what every reader and every phone
/// takes, because its holder, who may have consented already, is asked again each time.
fn engage_again(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let lost = || ReadError::from(CardError::Transport(TransportError::LengthUnsupported));
    let before = match engaged(&mut context.own)? {
        lost if lost.sizes.extended() && lost.select.is_some() => lost.before,
        _ => return Err(lost()),
    };
    let tag = if context.session.select_tag(NDEF.aid)? { Tag::read(context.session)? } else { None };
    let again = by_nfc(context, &tag.ok_or_else(lost)?)?;
    keep_engaged(context, Engaged { sizes: Sizes::SHORT, before: before.saturating_add(1), ..again });
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
    Ok(Engaged { engagement, select: Some(message), request, sizes, before: 0, opened: None })
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
        let parts = keys.iter().filter_map(|entry| entry.strip_prefix(&[SCANNED]));
        let bytes: Vec<u8> = parts.flatten().copied().collect();
        (!bytes.is_empty()).then_some(bytes)
    });
    let found = context.request.sharing.found.as_ref().map(|found| found.to_vec());
    let engagement = recorded.or(found).ok_or_else(|| failed("the phone shows a code that was not scanned"))?;
    let parsed = Engagement::parse(&engagement).map_err(failed)?;
    parsed.nfc().ok_or(ReadError::WantsBluetooth)?;
    for part in engagement.chunks(PART) {
        context.nonces.session_key(&[&[SCANNED], part].concat());
    }
    // A code engages once: no session may be lost to a reader that does not pass what the phone takes.
    Ok(Engaged { engagement, select: None, request: None, sizes: Sizes::SHORT, before: 0, opened: None })
}

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
    let (mut opened, asked, answer) = loop {
        match ask(context, doc_type, &items) {
            Ok(answered) => break answered,
            Err(Setback::Failed(error)) => return Err(error),
            Err(Setback::TooLong | Setback::Lost) => engage_again(context)?,
        }
    };
    let answer = opened.answered(&answer);
    if opened.brought_number() {
        context.nonces.withdraw();
    }
    engaged(&mut context.own)?.opened = Some(opened);
    let Answer::Response(response) = answer? else { return Err(ReadError::NothingShared) };
    let kept = response::keep(&response, &asked, doc_type, &mut context.dump);
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

/// Opens a session, and sends the request: the session, the request as it was sent, and the phone's answer to it.
fn ask(
    context: &mut ReadContext<'_, '_>,
    doc_type: DocType,
    items: &[u8],
) -> Result<(Opened, Vec<u8>, Vec<u8>), Setback> {
    let engaged = engaged(&mut context.own)?;
    let (sizes, before, handover) = (engaged.sizes, engaged.before, engaged.handover());
    let parsed = Engagement::parse(&engaged.engagement).map_err(failed)?;
    let mut opened = match context.credentials.recorded_keys() {
        Some(keys) => Opened::recorded(&parsed, handover, &share::of_session(keys, before), context.nonces)?,
        None => Opened::fresh(&parsed, handover, context.nonces)?,
    };
    let sharing = &context.request.sharing;
    let (message, request) = opened.establish(items, sharing.reader.as_deref(), context.nonces)?;
    let asked = Asked::read(&request.items).map_err(failed)?;
    if before == 0 {
        let titles: Vec<_> = doc_type.elements().iter().filter(|row| asked.asks(row)).map(|row| row.title).collect();
        context.shares(&titles, sharing.retained, request.reader_auth.is_some());
    }
    context.dump.keep(TRANSCRIPT.name, opened.transcript.bytes().to_vec());
    context.dump.keep(REQUEST.name, cbor::embedded(&request.items));
    match request.reader_auth {
        Some(auth) => context.dump.keep(READER_AUTH.name, auth),
        None => context.dump.lacks(READER_AUTH.name, NotRead::NotUsed),
    }
    let (answer, sizes) = exchange(context, &message, sizes)?;
    self::engaged(&mut context.own)?.sizes = sizes;
    Ok((opened, request.items, answer))
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

/// Ends the session, unless the phone has, and gives whoever records what its recording may hold. Whether the phone is still there does
/// not matter any more.
fn end(context: &mut ReadContext<'_, '_>) -> Result<(), ReadError> {
    let engaged = engaged(&mut context.own)?;
    let sizes = engaged.sizes;
    let Some(mut opened) = engaged.opened.take() else { return Ok(()) };
    if !opened.is_over() {
        match last_word(context.session, sizes) {
            Err(CardError::Transport(
                error @ (TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }),
            )) => return Err(CardError::from(error).into()),
            // Nothing came.
            Ok(true) | Err(_) => {}
            Ok(false) => opened.distrust(),
        }
    }
    opened.release(context.nonces);
    Ok(())
}
