//! The phone: a Type 4 Tag for engagement, the mdoc application for the session (spec mdoc 13).

use zeroize::Zeroizing;

use crate::{
    cards::mdoc::{
        cose,
        elements::{MDOC, NDEF, age},
        handover,
        ndef::{self, EXTERNAL, MIME, Record, WELL_KNOWN},
        nfc,
        session::{self, Message, Session, Side, status},
        transcript::{Handover, Transcript},
    },
    cbor::{self, Item},
    crypto::{CurveKey, CurveSigner, NamedCurve, Scalar},
    iso7816::Status,
    simulator::{
        SplitMix64,
        kernel::{
            apdu::Apdu,
            card::Own,
            chip::{Chip, OK, Reply, Response, sw},
        },
    },
};

use super::{
    issuer::{IssuedMdoc, Key, sign1},
    profile::{Consent, Engaged, Flood, PhoneProfile, Proof},
    write,
};

/// The capability container and the NDEF file.
const CONTAINER: u16 = 0xE103;
const MESSAGE: u16 = 0xE104;

/// The longest message of the NDEF file.
const NDEF_SIZE: u16 = 0x0802;

/// The most that READ BINARY and UPDATE BINARY carry.
const NDEF_STEP: u16 = 0x0400;

/// A made-up service.
const SERVICE: [u8; 16] = *b"taimen simulated";

/// What a phone remembers.
pub(super) struct Phone {
    profile: PhoneProfile,
    documents: Vec<IssuedMdoc>,
    random: SplitMix64,
    key: Scalar,
    application: Option<&'static [u8]>,
    file: u16,
    /// The NDEF file: length and message.
    ndef: Vec<u8>,
    /// Reads of the length that answer 0 before the next message is there.
    waits: u8,
    next: Vec<u8>,
    select: Vec<u8>,
    request: Option<Vec<u8>>,
    engaged: bool,
    session: Option<Session>,
    transcript: Option<Transcript>,
    ended: bool,
    /// Parts of a chained command.
    incoming: Vec<u8>,
    /// What GET RESPONSE gives.
    outgoing: Vec<u8>,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// An NDEF record of a carrier: id, format, kind, payload.
type Carrier<'a> = (&'a [u8], u8, &'a [u8], &'a [u8]);

/// The ephemeral key that a phone of this seed makes next.
fn ephemeral(random: &mut SplitMix64) -> Scalar {
    NamedCurve::P256.random_scalar(&random.bytes(NamedCurve::P256.random_length()))
}

fn stream(seed: u64) -> SplitMix64 {
    SplitMix64::new(seed ^ 0x7461_696D_656E_4D44)
}

fn public(key: &Scalar) -> CurveKey {
    CurveSigner::new(key.clone()).public_key()
}

/// The text of the QR code that a phone of this seed shows, if it is engaged so.
pub fn qr_text(seed: u64, profile: &PhoneProfile) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let engagement = engagement(&ephemeral(&mut stream(seed)), Some(profile));
    let mut text = "mdoc:".to_owned();
    for three in engagement.chunks(3) {
        let number = three.iter().chain([&0, &0]).take(3).fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        let digits = (0..=three.len()).map(|at| (number >> (18 - 6 * at)) & 0x3F);
        text.extend(digits.filter_map(|digit| ALPHABET.get(digit)).map(|digit| char::from(*digit)));
    }
    text
}

/// DeviceEngagement; with the ways to the phone if no NDEF record says them.
fn engagement(key: &Scalar, ways: Option<&PhoneProfile>) -> Vec<u8> {
    let key = cose::encode_key(&public(key)).unwrap_or_default();
    let security = write::array(&[write::uint(1), write::encoded(&key)]);
    let mut entries = vec![(write::uint(0), write::text("1.0")), (write::uint(1), security)];
    if let Some(profile) = ways {
        let number = |label: u64, value: usize| (write::uint(label), write::uint(value.try_into().unwrap_or(u64::MAX)));
        let way = |kind: u64, options: Vec<u8>| write::array(&[write::uint(kind), write::uint(1), options]);
        let mut ways = Vec::new();
        if profile.nfc {
            ways.push(way(1, write::map(&[number(0, profile.command), number(1, profile.response)])));
        }
        if profile.bluetooth {
            let options = [
                (write::uint(0), write::boolean(false)),
                (write::uint(1), write::boolean(true)),
                (write::uint(11), write::bytes(&SERVICE)),
            ];
            ways.push(way(2, write::map(&options)));
        }
        entries.push((write::uint(2), write::array(&ways)));
    }
    write::map(&entries)
}

impl Phone {
    pub fn new(profile: PhoneProfile, documents: Vec<IssuedMdoc>, seed: u64) -> Self {
        let mut random = stream(seed);
        let key = ephemeral(&mut random);
        Self::waiting(profile, documents, random, key)
    }

    /// A phone that nobody has spoken to yet.
    fn waiting(profile: PhoneProfile, documents: Vec<IssuedMdoc>, random: SplitMix64, key: Scalar) -> Self {
        Self {
            profile,
            documents,
            random,
            key,
            application: None,
            file: 0,
            ndef: Vec::new(),
            waits: 0,
            next: Vec::new(),
            select: Vec::new(),
            request: None,
            engaged: false,
            session: None,
            transcript: None,
            ended: false,
            incoming: Vec::new(),
            outgoing: Vec::new(),
        }
    }

    /// Handover Select: the carriers and the engagement.
    fn handover_select(&self) -> Vec<u8> {
        let engagement = engagement(&self.key, None);
        let size = |kind: u8, size: usize| {
            let [.., high, middle, low] = u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes();
            if high == 0 { vec![3, kind, middle, low] } else { vec![4, kind, high, middle, low] }
        };
        let sizes = [vec![0x01], size(1, self.profile.command), size(2, self.profile.response)].concat();
        let mut little = SERVICE;
        little.reverse();
        let service: &[u8] = if self.profile.engaged == Engaged::Negotiated { &[] } else { &little };
        let service = if service.is_empty() { Vec::new() } else { [&[0x11, 0x07], service].concat() };
        let bluetooth = [&[0x02, 0x1C, 0x01], service.as_slice()].concat();
        let mut carriers: Vec<Carrier<'_>> = Vec::new();
        if self.profile.bluetooth {
            carriers.push((b"0", MIME, b"application/vnd.bluetooth.le.oob", &bluetooth));
        }
        if self.profile.nfc {
            carriers.push((b"nfc", EXTERNAL, b"iso.org:18013:nfc", &sizes));
        }
        let alternatives: Vec<Vec<u8>> = carriers
            .iter()
            .map(|(id, ..)| {
                let length = u8::try_from(id.len()).unwrap_or_default();
                [&[0x01, length], *id, &[0x01, 0x04], b"mdoc"].concat()
            })
            .collect();
        let inner: Vec<Record<'_>> =
            alternatives.iter().map(|payload| Record { format: WELL_KNOWN, kind: b"ac", id: b"", payload }).collect();
        let inner = [&[0x15], ndef::encode(&inner).as_slice()].concat();
        let mut records = vec![Record { format: WELL_KNOWN, kind: b"Hs", id: b"", payload: &inner }];
        let of = |(id, format, kind, payload): &Carrier<'_>| (*format, kind.to_vec(), id.to_vec(), payload.to_vec());
        let owned: Vec<_> = carriers.iter().map(of).collect();
        for (format, kind, id, payload) in &owned {
            records.push(Record { format: *format, kind, id, payload });
        }
        let kind = b"iso.org:18013:deviceengagement";
        records.push(Record { format: EXTERNAL, kind, id: b"mdoc", payload: &engagement });
        ndef::encode(&records)
    }

    /// Each engagement begins a session of its own.
    fn forget_session(&mut self) {
        (self.session, self.transcript, self.ended) = (None, None, false);
        self.incoming.clear();
        self.outgoing.clear();
    }

    fn put_message(&mut self, message: &[u8]) {
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
        self.ndef = [&length[..], message].concat();
    }

    fn select(&mut self, apdu: &Apdu<'_>) -> Response {
        match (apdu.p1, apdu.data) {
            (0x04, aid) if aid == NDEF.aid && matches!(self.profile.engaged, Engaged::Static | Engaged::Negotiated) => {
                if self.application.is_some() {
                    self.key = ephemeral(&mut self.random);
                }
                (self.application, self.file, self.engaged, self.request) = (Some(NDEF.aid), 0, false, None);
                self.forget_session();
                self.select = self.handover_select();
                if self.profile.engaged == Engaged::Static {
                    let select = self.select.clone();
                    self.put_message(&select);
                } else {
                    let [high, low] = NDEF_SIZE.to_be_bytes();
                    let parameter = [&[0x10, 0x13], handover::SERVICE, &[0x00, 0x14, 0x0F, high, low]].concat();
                    let parameter = Record { format: WELL_KNOWN, kind: b"Tp", id: b"", payload: &parameter };
                    self.put_message(&ndef::encode(&[parameter]));
                }
                if self.profile.flood == Flood::Waiting {
                    self.ndef = vec![0, 0];
                }
                OK
            }
            (0x04, aid)
                if aid == MDOC.aid
                    && (self.profile.nfc || self.profile.air)
                    && (self.engaged || self.profile.engaged == Engaged::Qr) =>
            {
                self.application = Some(MDOC.aid);
                OK
            }
            (0x00, [high, low]) if self.application == Some(NDEF.aid) => {
                let id = u16::from_be_bytes([*high, *low]);
                if !matches!(id, CONTAINER | MESSAGE) {
                    return Err(Status::NOT_FOUND);
                }
                self.file = id;
                OK
            }
            _ => Err(Status::NOT_FOUND),
        }
    }

    fn read(&mut self, apdu: &Apdu<'_>) -> Response {
        let le = apdu.le.ok_or(Status::WRONG_LENGTH)?;
        let offset = usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]));
        let container = container(self.profile.engaged == Engaged::Negotiated);
        let file = match (self.application, self.file) {
            (Some(aid), CONTAINER) if aid == NDEF.aid => &container,
            (Some(aid), MESSAGE) if aid == NDEF.aid => {
                if self.waits > 0 && offset == 0 {
                    self.waits -= 1;
                    if self.waits == 0 {
                        let next = std::mem::take(&mut self.next);
                        self.put_message(&next);
                    }
                    return Ok(Reply { data: vec![0; le.min(2)], status: Status::OK });
                }
                self.engaged |= self.ndef.get(2..) == Some(self.select.as_slice());
                &self.ndef
            }
            _ => return Err(sw::NO_CURRENT_FILE),
        };
        let rest = file.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Status::PAST_END)?;
        Ok(Reply { data: rest.iter().take(le.min(NDEF_STEP.into())).copied().collect(), status: Status::OK })
    }

    /// What the reader writes: the selected service, then its Handover Request.
    fn update(&mut self, apdu: &Apdu<'_>) -> Response {
        if self.profile.engaged != Engaged::Negotiated || self.file != MESSAGE {
            return Err(Status(0x6985));
        }
        let offset = usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]));
        let end = offset.saturating_add(apdu.data.len());
        if end > usize::from(NDEF_SIZE) {
            return Err(Status::WRONG_LENGTH);
        }
        if self.incoming.len() < end {
            self.incoming.resize(end, 0);
        }
        if let Some(part) = self.incoming.get_mut(offset..end) {
            part.copy_from_slice(apdu.data);
        }
        let length = self.incoming.first_chunk::<2>().map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        if length == 0 || self.incoming.len() < length.saturating_add(2) {
            return OK;
        }
        let message = std::mem::take(&mut self.incoming).into_iter().skip(2).take(length).collect::<Vec<u8>>();
        if message == handover::service_select() {
            let status = Record { format: WELL_KNOWN, kind: b"Te", id: b"", payload: &[0] };
            self.put_message(&ndef::encode(&[status]));
        } else if ndef::parse(&message).is_ok_and(|records| records.iter().any(|record| record.is(WELL_KNOWN, "Hr"))) {
            (self.request, self.next, self.waits) =
                (Some(message), self.select.clone(), self.profile.slow_reads.max(1));
            self.ndef = vec![0, 0];
        } else {
            return Err(sw::WRONG_DATA);
        }
        OK
    }

    fn envelope(&mut self, apdu: &Apdu<'_>) -> Response {
        if self.application != Some(MDOC.aid) || self.ended {
            return Err(Status(0x6985));
        }
        if apdu.data.len() > self.profile.command {
            return Err(Status::WRONG_LENGTH);
        }
        self.incoming.extend_from_slice(apdu.data);
        let total = nfc::length(&self.incoming).ok_or(sw::WRONG_DATA)?;
        if (apdu.cla == 0x10) != (self.incoming.len() < total) {
            self.incoming.clear();
            return Err(sw::WRONG_DATA);
        }
        if apdu.cla == 0x10 {
            return OK;
        }
        let object = std::mem::take(&mut self.incoming);
        let message = nfc::unwrap(&object).ok_or(sw::WRONG_DATA)?;
        let answer = self.message(message);
        self.outgoing = match self.profile.flood {
            Flood::Large => [vec![0x53, 0x83, 0xFF, 0xFF, 0xFF], vec![0; 200]].concat(),
            _ => nfc::wrap(&answer),
        };
        self.part(apdu.le)
    }

    /// The next part of an answer.
    fn part(&mut self, le: Option<usize>) -> Response {
        if self.profile.flood == Flood::Endless {
            return Ok(Reply { data: vec![0; 256], status: Status(0x6100) });
        }
        if self.outgoing.is_empty() {
            return Err(Status(0x6985));
        }
        let le = le.ok_or(Status::WRONG_LENGTH)?.min(self.profile.response);
        let rest = self.outgoing.split_off(le.min(self.outgoing.len()));
        let data = std::mem::replace(&mut self.outgoing, rest);
        let status = match self.outgoing.len() {
            0 => Status::OK,
            left => Status(0x6100 | u16::from(u8::try_from(left).unwrap_or(0))),
        };
        Ok(Reply { data, status })
    }

    fn end(&mut self, code: Option<u64>) -> Vec<u8> {
        (self.session, self.ended) = (None, true);
        code.map_or_else(Vec::new, |code| Message { data: None, status: Some(code) }.encode())
    }

    /// Answers a session message.
    fn message(&mut self, bytes: &[u8]) -> Vec<u8> {
        let sealed = match self.session {
            None => {
                let Ok((key, data)) = session::established(bytes) else { return self.end(Some(status::DECODING)) };
                if self.establish(key).is_none() {
                    return self.end(Some(status::ENCRYPTION));
                }
                data.to_vec()
            }
            Some(_) => match Message::parse(bytes) {
                Ok(Message { data: Some(data), status: None }) => data.to_vec(),
                Ok(Message { status: Some(_), .. }) => return self.end(None),
                _ => return self.end(Some(status::DECODING)),
            },
        };
        let Some(session) = &mut self.session else { return self.end(Some(status::ENCRYPTION)) };
        let Ok(request) = session.open(&sealed) else { return self.end(Some(status::ENCRYPTION)) };
        if let Some(code) = self.profile.status {
            return self.end(Some(code));
        }
        if self.profile.consent == Consent::Ends {
            return self.end(Some(status::TERMINATION));
        }
        let Some(response) = self.respond(&request) else { return self.end(Some(status::DECODING)) };
        let response = self.profile.change.map_or(response.clone(), |change| change(response));
        let reuses = self.profile.reuses;
        let Some(session) = &mut self.session else { return self.end(Some(status::ENCRYPTION)) };
        if reuses {
            let _ = session.seal(&[]);
        }
        let Ok(mut sealed) = session.seal(&response) else { return self.end(Some(status::TERMINATION)) };
        if self.profile.wrong_tag
            && let Some(last) = sealed.last_mut()
        {
            *last ^= 0x01;
        }
        Message { data: Some(&sealed), status: None }.encode()
    }

    /// Agrees on the session's keys.
    fn establish(&mut self, reader_key_bytes: &[u8]) -> Option<()> {
        let key_bytes = cbor::decode(reader_key_bytes).ok()?.embedded().ok()?.to_vec();
        let key = cose::Key::read(&cbor::decode(&key_bytes).ok()?).ok()?;
        let (engagement, handover) = match self.profile.engaged {
            Engaged::Qr => (engagement(&self.key, Some(&self.profile)), Handover::Qr),
            _ => {
                (engagement(&self.key, None), Handover::Nfc { select: &self.select, request: self.request.as_deref() })
            }
        };
        let transcript = Transcript::new(&engagement, &key_bytes, handover);
        let agreed = cose::agreed(&self.key, key.ec()?)?;
        let (reader, phone) = transcript.session_keys(&agreed);
        (self.session, self.transcript) = (Some(Session::new(Side::Phone, reader, phone)), Some(transcript));
        Some(())
    }

    /// DeviceResponse; `None` for a request that cannot be read.
    fn respond(&self, request: &[u8]) -> Option<Vec<u8>> {
        let request = cbor::decode(request).ok()?;
        let mut documents = Vec::new();
        if self.profile.consent == Consent::Shares {
            for wanted in request.get("docRequests").ok()?.items().ok()? {
                let items = cbor::decode(wanted.get("itemsRequest").ok()?.embedded().ok()?).ok()?;
                let doc_type = items.get("docType").ok()?.text().ok()?;
                if let Some(document) = self.documents.iter().find(|document| document.doc_type == doc_type) {
                    documents.push(self.document(document, items.get("nameSpaces").ok()?)?);
                }
            }
        }
        let mut response = vec![("version", write::text("1.0"))];
        if !documents.is_empty() {
            response.push(("documents", write::array(&documents)));
        }
        response.push(("status", write::uint(0)));
        Some(write::record(&response))
    }

    fn document(&self, document: &IssuedMdoc, wanted: &Item<'_>) -> Option<Vec<u8>> {
        let mut spaces: Vec<(&str, Vec<Vec<u8>>)> = Vec::new();
        let mut add = |space: &'_ str, item: &[u8]| {
            // The name lives as long as the document.
            let known = document.items.iter().map(|(known, ..)| known.as_str()).find(|known| *known == space);
            let Some(space) = known else { return };
            match spaces.iter_mut().find(|(known, _)| *known == space) {
                Some((_, items)) => items.push(item.to_vec()),
                None => spaces.push((space, vec![item.to_vec()])),
            }
        };
        for (space, elements) in wanted.entries().ok()? {
            let space = space.text().ok()?;
            for (element, _) in elements.entries().ok()? {
                let element = element.text().ok()?;
                if self.profile.withheld.iter().any(|withheld| element.starts_with(withheld.as_str())) {
                    continue;
                }
                let found = document.items.iter().find(|(known, id, _)| known == space && id == element);
                if let Some((_, _, item)) = found.or_else(|| nearest(document, space, element)) {
                    add(space, item);
                }
            }
        }
        for element in &self.profile.unasked {
            if let Some((space, _, item)) = document.items.iter().find(|(_, id, _)| id == element) {
                add(space, item);
            }
        }
        let spaces: Vec<(&str, Vec<u8>)> =
            spaces.into_iter().map(|(space, items)| (space, write::array(&items))).collect();
        let issuer_signed =
            write::record(&[("nameSpaces", write::record(&spaces)), ("issuerAuth", document.issuer_auth.clone())]);
        Some(write::record(&[
            ("docType", write::text(&document.doc_type)),
            ("issuerSigned", issuer_signed),
            ("deviceSigned", self.device_signed(document)?),
        ]))
    }

    /// DeviceSigned: nothing of the phone's own, and the proof that the key of the MSO is here (ISO/IEC 18013-5 9.1.3).
    fn device_signed(&self, document: &IssuedMdoc) -> Option<Vec<u8>> {
        let transcript = self.transcript.as_ref()?;
        let outer = cbor::decode(transcript.bytes()).ok()?;
        let mut inner = outer.embedded().ok()?.to_vec();
        if self.profile.replayed
            && let Some(byte) = inner.get_mut(30)
        {
            *byte ^= 0x01;
        }
        let spaces = write::encoded(&write::map::<Vec<u8>, Vec<u8>>(&[]));
        let authentication = write::encoded(&write::array(&[
            write::text("DeviceAuthentication"),
            inner,
            write::text(&document.doc_type),
            spaces.clone(),
        ]));
        let key = if self.profile.other_key { Key::Curve(NamedCurve::P256, "another phone") } else { document.device };
        let empty = write::map::<Vec<u8>, Vec<u8>>(&[]);
        let signature = || {
            let protected = write::map(&[(write::uint(1), write::int(key.algorithm()))]);
            Some(("deviceSignature", sign1(key, &protected, &empty, &authentication, false).ok()?))
        };
        let mac = || {
            let protected = write::map(&[(write::uint(1), write::uint(5))]);
            let (_, parts) = crate::cards::mdoc::transcript::read(transcript.bytes())
                .map(|(inner, parts)| (inner, parts.reader_key.to_vec()))
                .ok()?;
            let reader = cose::Key::read(&cbor::decode(&parts).ok()?).ok()?;
            let agreed: Zeroizing<Vec<u8>> = cose::agreed(&key.scalar()?, reader.ec()?)?;
            let covered = write::array(&[
                write::text("MAC0"),
                write::bytes(&protected),
                write::bytes(&[]),
                write::bytes(&authentication),
            ]);
            let code = transcript.mac_key(&agreed).mac(&[&covered]);
            let mac0 = write::array(&[write::bytes(&protected), empty.clone(), write::null(), write::bytes(&code)]);
            Some(("deviceMac", mac0))
        };
        let proofs = match self.profile.proof {
            Proof::Signature => vec![signature()?],
            Proof::Mac => vec![mac()?],
            Proof::Both => vec![signature()?, mac()?],
            Proof::None => Vec::new(),
        };
        Some(write::record(&[("nameSpaces", spaces), ("deviceAuth", write::record(&proofs))]))
    }
}

/// The answer to an age of which the document says nothing: the nearest one that it has reached and is not below, or the nearest one
/// that it has not and is not above (ISO/IEC 18013-5 7.2.5).
fn nearest<'a>(document: &'a IssuedMdoc, space: &str, element: &str) -> Option<&'a (String, String, Vec<u8>)> {
    let wanted = age(element)?;
    let ages = || {
        let of = document.items.iter().filter(|(known, ..)| known == space);
        of.filter_map(|item| Some((age(&item.1)?, item.2.ends_with(&[0xF5]), item)))
    };
    let above = ages().filter(|(age, reached, _)| *reached && *age >= wanted).min_by_key(|(age, ..)| *age);
    let below = ages().filter(|(age, reached, _)| !*reached && *age <= wanted).max_by_key(|(age, ..)| *age);
    above.or(below).map(|(_, _, item)| item)
}

/// The capability container.
fn container(writable: bool) -> Vec<u8> {
    let [step_high, step_low] = NDEF_STEP.to_be_bytes();
    let [size_high, size_low] = NDEF_SIZE.to_be_bytes();
    let write = if writable { 0x00 } else { 0xFF };
    let limits = [0x00, 0x0F, 0x20, step_high, step_low, step_high, step_low];
    [&limits[..], &[0x04, 0x06, 0xE1, 0x04, size_high, size_low, 0x00, write]].concat()
}

impl Own for Phone {
    fn reset(&mut self) {
        // The keys are gone with the field, but for that of a code that is still shown.
        if self.profile.engaged != Engaged::Qr && self.application.is_some() {
            self.key = ephemeral(&mut self.random);
        }
        (self.application, self.request, self.file, self.waits, self.engaged) = (None, None, 0, 0, false);
        self.forget_session();
    }

    fn again(&self) -> Box<dyn Own> {
        let (profile, documents) = (self.profile.clone(), self.documents.clone());
        Box::new(Self::waiting(profile, documents, self.random.clone(), self.key.clone()))
    }

    fn execute(&mut self, chip: &mut Chip, command: &[u8]) -> Response {
        let Some(&[cla, ins, ..]) = command.first_chunk::<4>() else { return Err(Status::WRONG_LENGTH) };
        if !matches!((cla, ins), (0x00, _) | (0x10, 0xC3)) {
            return Err(sw::UNKNOWN_CLASS);
        }
        let apdu = Apdu::parse(command).ok_or(Status::WRONG_LENGTH)?;
        if apdu.extended && !chip.rules.extended {
            return Err(Status::WRONG_LENGTH);
        }
        match ins {
            0xA4 => self.select(&apdu),
            0xB0 if apdu.p1 & 0x80 == 0 => self.read(&apdu),
            0xD6 => self.update(&apdu),
            0xC3 => self.envelope(&apdu),
            0xC0 => self.part(apdu.le),
            0xB0 => Err(Status::NOT_FOUND),
            _ => Err(sw::UNKNOWN_INSTRUCTION),
        }
    }
}
