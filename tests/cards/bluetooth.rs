//! A phone that is tapped and then goes on over the air: reader and phone in one process, the radio between them a pair of channels.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use crate::common::reading::{TIME, judge, nonces, request};
use taimen::{
    cards::{self, Credentials, FlowError, ReadError, mdoc::nfc},
    dump::Dump,
    iso7816::PinGate,
    kind::CardKind,
    simulator::{
        Recipe, SimulatedCard,
        cards::mdoc::{
            PhoneProfile,
            profile::{Consent, Engaged as Handover},
        },
    },
    transport::{
        Log, Recorder, Recording, Transport, TransportError,
        ble::{Adapter, Channel, Engaged, Gatt, Link, PHONE_AID, Received, Role, WithRadio},
        nonces::RecordedNonces,
        recording::Header,
    },
    verify::Overall,
};

const SOON: Duration = Duration::from_secs(20);
const KIND: CardKind = CardKind::MOBILE_MY_NUMBER;

/// One end of a connection.
struct Wire {
    to: Sender<(Channel, Vec<u8>)>,
    from: Receiver<(Channel, Vec<u8>)>,
}

impl Gatt for Wire {
    fn packet(&self) -> usize {
        182
    }

    fn send(&mut self, channel: Channel, packet: &[u8]) -> Result<(), TransportError> {
        assert!(packet.len() <= self.packet());
        self.to.send((channel, packet.to_vec())).map_err(|_| TransportError::Removed)
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<(Channel, Vec<u8>)>, TransportError> {
        match self.from.recv_timeout(wait) {
            Ok(packet) => Ok(Some(packet)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(TransportError::Removed),
        }
    }
}

type Shared = Arc<Mutex<SimulatedCard>>;

/// The phone's NFC.
struct Tap(Shared);

impl Transport for Tap {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.lock().unwrap().exchange(command)
    }
}

/// The phone's Bluetooth: hands each message to its mdoc application, and ends when the phone does.
fn serve(phone: &Shared, wire: Wire, own: Role) {
    let mut link = Link::open(wire, own, SOON).unwrap();
    let exchange = |command: &[u8]| phone.lock().unwrap().exchange(command).unwrap();
    let select = [&[0x00, 0xA4, 0x04, 0x00, 0x07][..], &PHONE_AID, &[0x00]].concat();
    assert_eq!(exchange(&select), [0x90, 0x00]);
    while let Ok(Received::Message(message)) = link.receive(SOON) {
        let object = nfc::wrap(&message);
        let length = u16::try_from(object.len()).unwrap().to_be_bytes();
        let answer = exchange(&[&[0x00, 0xC3, 0x00, 0x00, 0x00], &length[..], &object, &[0x00, 0x00]].concat());
        let (object, status) = answer.split_at(answer.len() - 2);
        match nfc::unwrap(object) {
            Some(message) if status == [0x90, 0x00] && !message.is_empty() => link.send(message).unwrap(),
            _ => break,
        }
    }
    link.end();
}

/// The computer's radio, beside the phone.
struct Air {
    phone: Shared,
    connected: Arc<Mutex<Vec<Engaged>>>,
}

impl Adapter for Air {
    fn connect(&mut self, engaged: &Engaged) -> Result<Box<dyn Gatt + Send>, TransportError> {
        self.connected.lock().unwrap().push(engaged.clone());
        let ((to_phone, at_phone), (to_reader, at_reader)) = (channel(), channel());
        let wire = Wire { to: to_reader, from: at_phone };
        let own = if engaged.role == Role::Server { Role::Client } else { Role::Server };
        let phone = Arc::clone(&self.phone);
        thread::spawn(move || serve(&phone, wire, own));
        Ok(Box::new(Wire { to: to_phone, from: at_reader }))
    }
}

fn profile(engaged: Handover) -> PhoneProfile {
    PhoneProfile { engaged, nfc: false, air: true, ..PhoneProfile::default() }
}

/// A reading over the air, its recording, and how often the radio was asked to connect.
fn read(profile: PhoneProfile) -> (Result<Dump, FlowError>, Recording, Vec<Engaged>) {
    let phone = Arc::new(Mutex::new(Recipe::new(KIND, 3).with(profile).card().unwrap()));
    let connected = Arc::new(Mutex::new(Vec::new()));
    let adapter = Air { phone: Arc::clone(&phone), connected: Arc::clone(&connected) };
    let mut way = WithRadio::new(Tap(phone), adapter);
    let mut log = Log::new(cards::never_recorded()).without_times();
    let (mut gate, mut nonces) = (PinGate::default(), RecordedNonces::new(nonces()));
    let request = request().application(KIND);
    let dump = cards::read(
        &mut Recorder::new(&mut way, &mut log),
        &request,
        Credentials::default(),
        &mut gate,
        &mut nonces,
        &mut |_| {},
    );
    let header = Header {
        card: Some(KIND.as_str().to_owned()),
        time: Some(TIME.parse().unwrap()),
        scope: Some("full".to_owned()),
        random: nonces.drawn().to_vec(),
        session_keys: nonces.session_keys().map(<[u8]>::to_vec).collect(),
        ..Header::default()
    };
    let connected = connected.lock().unwrap().clone();
    (dump, log.into_recording(header), connected)
}

#[test]
fn a_phone_that_offers_bluetooth_alone_is_read_over_the_air() {
    for engaged in [Handover::Static, Handover::Negotiated] {
        let (dump, recording, connected) = read(profile(engaged));
        let dump = dump.unwrap();
        assert_eq!(judge(&dump).overall(), Overall::Authentic, "{engaged:?}");
        // The phone is the central, as an iPhone is.
        assert_eq!(connected.len(), 1);
        assert_eq!(connected[0].role, Role::Server);
        // It is recorded and replayed like any other reading, without a radio.
        let text = recording.to_text();
        let again = Recording::parse(text.as_bytes()).unwrap();
        let (mut live, mut played) = (dump, cards::read_recording(&again).unwrap());
        (live.link, played.link) = Default::default();
        (live.reader, played.reader) = Default::default();
        assert_eq!(played.to_json(), live.to_json());
    }
}

#[test]
fn who_declines_over_the_air_has_shared_nothing() {
    for consent in [Consent::Ends, Consent::Nothing] {
        let (dump, ..) = read(PhoneProfile { consent, ..profile(Handover::Static) });
        assert_eq!(dump.err(), Some(FlowError::Read(ReadError::NothingShared)));
    }
}

#[test]
fn without_a_radio_the_phone_wants_bluetooth() {
    let mut card = Recipe::new(KIND, 3).with(profile(Handover::Static)).card().unwrap();
    let read = crate::common::reading::read(&mut card, &request().application(KIND), &Credentials::default());
    assert_eq!(read.err(), Some(FlowError::Read(ReadError::WantsBluetooth)));
}
