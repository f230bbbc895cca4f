//! What a phone sends: CBOR, responses, engagements, NDEF, chained commands, packets over the air.

use std::sync::OnceLock;

use taimen::{
    cards::mdoc::{
        cose,
        elements::{DocType, Purpose, Wanted},
        engagement::{self, Engagement},
        handover, ndef, nfc, response,
        session::{self, Message},
    },
    cbor::{self, Item, Value},
    crypto::NamedCurve,
    dump::{Dump, Scope},
    simulator::cards::mdoc::issuer::{CertificateOrder, Key, LIST_SIGNER, authorities, sign1},
    transport::ble::framing::{Assembler, packets},
    trust::{Vical, VicalContents},
};

use super::{
    dumps,
    input::{Input, is_one_in_sixteen},
    seeds::TIME,
};

pub fn cbor(data: &[u8]) {
    fn walk(item: &Item<'_>, whole: &[u8], depth: usize) {
        assert!(depth <= cbor::MAX_DEPTH + 1 && item.raw.len() <= whole.len());
        match &item.value {
            Value::Array(items) => items.iter().for_each(|item| walk(item, whole, depth + 1)),
            Value::Map(entries) => entries.iter().for_each(|(key, value)| {
                walk(key, whole, depth + 1);
                walk(value, whole, depth + 1);
            }),
            Value::Tag(_, item) => walk(item, whole, depth + 1),
            _ => {}
        }
        // Nothing is taken out of its place: an item alone says the same.
        assert_eq!(cbor::decode(item.raw).map(|again| again.raw.len()), Ok(item.raw.len()));
        if let Ok(inner) = item.embedded() {
            let _ = cbor::decode(inner);
        }
    }
    if let Ok(item) = cbor::decode(data) {
        assert_eq!(item.raw, data);
        walk(&item, data, 0);
    }
    let _ = (Message::parse(data).map(|message| message.encode()), session::established(data).is_ok());
}

/// What is asked of each document.
fn wanted(which: u8) -> Wanted {
    Wanted {
        doc_type: if which.is_multiple_of(2) { DocType::MyNumber } else { DocType::Licence },
        purposes: &[Purpose::Identity, Purpose::Sex, Purpose::Age],
        age: Some(20),
        retained: false,
    }
}

pub fn device_response(data: &[u8]) {
    // Of the other type there is nothing to find; one input in sixteen asks for it.
    let licence = data.windows(3).any(|window| window == b"mDL");
    let both = is_one_in_sixteen(data);
    for which in (0..2).filter(|which| both || (*which == 1) == licence) {
        let wanted = wanted(which);
        let time = TIME.parse().expect("a time");
        let mut dump = Dump::new(wanted.doc_type.kind(), Scope::FULL, "fuzz", time);
        let kept = response::keep(data, &wanted.items_request(), wanted.doc_type, &mut dump);
        assert!(kept.document || kept.shared == 0);
        assert!(dump.files_mut().all(|(name, _)| !name.contains("individual_number")));
        dumps::show(&dump, false);
    }
}

pub fn engagement(data: &[u8]) {
    if let Ok(engagement) = Engagement::parse(data) {
        assert!(data.ends_with(engagement.bytes) && engagement.bytes.len() == data.len());
        assert!(data.windows(engagement.key_bytes.len()).any(|window| window == engagement.key_bytes));
        let _ = engagement.nfc();
    }
    if let Ok(text) = core::str::from_utf8(data)
        && let Ok(scanned) = engagement::scanned(text)
    {
        assert!(Engagement::parse(&scanned).is_ok());
    }
}

pub fn ndef(data: &[u8]) {
    if let Ok(records) = ndef::parse(data) {
        let again = ndef::encode(&records);
        assert_eq!(ndef::parse(&again).as_ref(), Ok(&records));
    }
    if let Ok(select) = handover::Select::parse(data) {
        assert!(select.carriers.len() <= ndef::MAX_RECORDS);
        engagement(select.engagement);
    }
    let _ = (handover::offers_service(data), handover::status(data));
}

/// The signer of lists under the first simulated root.
fn list_signer() -> &'static (CertificateOrder, Vec<u8>) {
    static SIGNER: OnceLock<(CertificateOrder, Vec<u8>)> = OnceLock::new();
    SIGNER.get_or_init(|| {
        let [(_, root), _] = authorities();
        let key = Key::Curve(NamedCurve::P256, "fuzzed lists");
        let order = root.leaf("taimen simulated list signer", key, 9, root.validity, Some(LIST_SIGNER));
        let der = order.build().expect("a certificate");
        (order, der)
    })
}

fn signed_list(payload: &[u8]) -> Vec<u8> {
    let (order, der) = list_signer();
    let chain = cbor::map(&[(cbor::uint(33), cbor::bytes(der))]);
    sign1(order.key, &cose::protected(order.key.algorithm()), &chain, payload, true).expect("a known key")
}

/// A list of authorities as it comes, and what a signer of lists might sign.
pub fn vical(data: &[u8]) {
    let now = TIME.parse().expect("a time");
    let signed = Vical::read(data, dumps::accepting(), now).map(|list| list.contents);
    for contents in [signed, VicalContents::parse(data, now)].into_iter().flatten() {
        assert!(contents.listed.iter().all(|listed| !listed.doc_types.is_empty()));
    }
}

/// Four bytes say what both sides take, the rest is a message, and an object as a phone might send it.
pub fn envelope(data: &[u8]) {
    let mut input = Input(data);
    let sizes = nfc::Sizes { command: input.word() + 1, response: input.word() + 1 };
    let message = input.0;
    let object = nfc::wrap(message);
    assert_eq!(nfc::unwrap(&object), Some(message));
    let sent: usize = nfc::envelopes(&object, sizes).iter().map(|command| command.body().0.len()).sum();
    assert_eq!(sent, object.len());
    if let Some(inner) = nfc::unwrap(message) {
        assert_eq!(nfc::wrap(inner), message);
    }
    let _ = nfc::length(message);
}

/// Each packet after a byte with its length; and the whole as one message, cut into packets of that length.
pub fn bluetooth(data: &[u8]) {
    let mut input = Input(data);
    let mut assembler = Assembler::default();
    while !input.is_empty() {
        let length = usize::from(input.byte());
        let taken = assembler.push(input.bytes(length));
        assert!(!matches!(taken, Ok(Some(_)) | Err(_)) || !assembler.is_open());
    }
    let size = data.first().map_or(20, |size| usize::from(*size) + 2);
    let mut whole = None;
    let mut assembler = Assembler::default();
    for packet in packets(data, size) {
        assert!(whole.is_none() && packet.len() <= size);
        whole = assembler.push(&packet).expect("a packet of ours");
    }
    assert_eq!(whole.as_deref(), Some(data));
}

/// The QR code of ISO/IEC 18013-5 annex D.
const SCANNED: &str = "mdoc:owBjMS4wAYIB2BhYS6QBAiABIVggWojRgrzl9C76WZQ_MzWdLoqWj_KJ2T5fpES2JDQxZ_4iWCCxboz4WN3HaQQHumHUwzgjeoz8895qpnL8YKVXqjL8ZwKBgwIBowD0AfULUEXv73QrLEg3qaOw4dBaaRc";

pub fn engagements() -> Vec<Vec<u8>> {
    let bytes = engagement::scanned(SCANNED).expect("the standard's own");
    vec![SCANNED.as_bytes().to_vec(), bytes]
}

pub fn messages() -> Vec<Vec<u8>> {
    let requests = (0..2).map(|which| wanted(which).items_request());
    requests.chain([session::termination(), session::establishment(&[0xA0], &[1, 2])]).collect()
}

pub fn envelopes() -> Vec<Vec<u8>> {
    messages().into_iter().map(|message| [&[0, 254, 1, 0], &nfc::wrap(&message)[..]].concat()).collect()
}

pub fn packeted() -> Vec<Vec<u8>> {
    let counted = |packet: Vec<u8>| [&[u8::try_from(packet.len()).unwrap_or(0)], &packet[..]].concat();
    messages().into_iter().map(|message| packets(&message, 20).flat_map(counted).collect()).collect()
}

/// What such a list says, alone and signed.
pub fn vicals() -> Vec<Vec<u8>> {
    let (text, tdate) = (cbor::text, |at: &str| cbor::tagged(0, &cbor::text(at)));
    let of = |der: &Vec<u8>| {
        cbor::map(&[
            (text("certificate"), cbor::bytes(der)),
            (text("serialNumber"), cbor::tagged(2, &cbor::bytes(&[7]))),
            (text("ski"), cbor::bytes(&[1; 20])),
            (text("docType"), cbor::array(&[text("org.iso.18013.5.1.mDL")])),
        ])
    };
    let certificates: Vec<Vec<u8>> = authorities().iter().filter_map(|(_, order)| order.build().ok()).collect();
    let list = cbor::map(&[
        (text("version"), text("1.0")),
        (text("vicalProvider"), text("a seed")),
        (text("date"), tdate("2026-11-01T00:00:00Z")),
        (text("nextUpdate"), tdate("2026-12-24T00:00:00Z")),
        (text("certificateInfos"), cbor::array(&certificates.iter().map(of).collect::<Vec<_>>())),
    ]);
    vec![signed_list(&list), list]
}

/// Handover messages of every simulated phone, as its NDEF file holds them, and the one that asks a phone for a carrier.
pub fn ndefs() -> Vec<Vec<u8>> {
    let kept = super::seeds::honest().iter().filter_map(|dump| dump.file("ndef/handover-select").map(<[u8]>::to_vec));
    kept.chain([handover::service_select()]).collect()
}

/// DeviceResponses made again of what honest phones shared.
pub fn responses() -> Vec<Vec<u8>> {
    super::seeds::honest().iter().filter_map(again).collect()
}

fn again(dump: &Dump) -> Option<Vec<u8>> {
    let doc_type = DocType::of(dump.kind)?;
    let mut spaces: Vec<(&str, Vec<&[u8]>)> = Vec::new();
    for row in doc_type.elements() {
        let Some(item) = dump.file(row.name) else { continue };
        match spaces.iter_mut().find(|(space, _)| *space == row.own.namespace) {
            Some((_, items)) => items.push(item),
            None => spaces.push((row.own.namespace, vec![item])),
        }
    }
    let spaces: Vec<_> = spaces.iter().map(|(space, items)| (cbor::text(space), cbor::array(items))).collect();
    let record = |entries: &[(&str, Vec<u8>)]| {
        cbor::map(&entries.iter().map(|(key, value)| (cbor::text(key), value.clone())).collect::<Vec<_>>())
    };
    let signed = record(&[("nameSpaces", cbor::map(&spaces)), ("issuerAuth", dump.file("mdoc/issuer-auth")?.to_vec())]);
    let document = record(&[
        ("docType", cbor::text(doc_type.as_str())),
        ("issuerSigned", signed),
        ("deviceSigned", dump.file("mdoc/device-signed")?.to_vec()),
    ]);
    Some(record(&[("version", cbor::text("1.0")), ("documents", cbor::array(&[document])), ("status", cbor::uint(0))]))
}
