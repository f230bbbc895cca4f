#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use proptest::prelude::*;

use super::{
    Adapter, Channel, Characteristic, Engaged, Gatt, Link, MAX_MESSAGE, PHONE_AID, Received, Role, Tunnel, WithRadio,
    framing::{Assembler, FramingError, packets},
    packet_size,
    tunnel::{unwrapped, wrapped},
};
use crate::transport::{Transport, TransportError};

const SOON: Duration = Duration::from_secs(5);

/// One end of a connection in this process.
struct Wire {
    packet: usize,
    to: Sender<(Channel, Vec<u8>)>,
    from: Receiver<(Channel, Vec<u8>)>,
}

fn wires(packet: usize) -> (Wire, Wire) {
    let ((to_left, from_right), (to_right, from_left)) = (channel(), channel());
    (Wire { packet, to: to_right, from: from_right }, Wire { packet, to: to_left, from: from_left })
}

impl Gatt for Wire {
    fn packet(&self) -> usize {
        self.packet
    }

    fn send(&mut self, channel: Channel, packet: &[u8]) -> Result<(), TransportError> {
        assert!(packet.len() <= self.packet);
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

/// A phone that answers each message with it backwards, and ends at an empty one.
fn phone(wire: Wire, own: Role) -> thread::JoinHandle<usize> {
    thread::spawn(move || {
        let mut link = Link::open(wire, own, SOON).unwrap();
        let mut answered = 0;
        loop {
            match link.receive(SOON).unwrap() {
                Received::End => return answered,
                Received::Message(message) if message.is_empty() => {
                    link.end();
                    return answered;
                }
                Received::Message(message) => {
                    link.send(&message.into_iter().rev().collect::<Vec<_>>()).unwrap();
                    answered += 1;
                }
            }
        }
    })
}

#[test]
fn packets_are_as_the_mtu_allows() {
    // (ATT_MTU, bytes of one packet)
    for (mtu, packet) in [(0, 20), (23, 20), (185, 182), (515, 512), (517, 512), (usize::MAX, 512)] {
        assert_eq!(packet_size(mtu), packet);
    }
    let sent: Vec<_> = packets(&[7; 25], 11).collect();
    assert_eq!(sent.iter().map(|packet| (packet[0], packet.len())).collect::<Vec<_>>(), [(1, 11), (1, 11), (0, 6)]);
    // Exactly full: no empty packet follows.
    assert_eq!(packets(&[7; 20], 11).map(|packet| (packet[0], packet.len())).collect::<Vec<_>>(), [(1, 11), (0, 11)]);
    assert_eq!(packets(&[], 11).collect::<Vec<_>>(), [[0]]);
}

#[test]
fn packets_that_make_no_message_are_refused() {
    for (packet, error) in [
        (&[][..], FramingError::Empty),
        (&[2, 1], FramingError::Head(2)),
        (&[0x53, 1], FramingError::Head(0x53)),
        (&[1], FramingError::NoProgress),
    ] {
        let mut assembler = Assembler::default();
        assert_eq!(assembler.push(&[1, 9]), Ok(None));
        assert_eq!(assembler.push(packet), Err(error));
        assert!(!assembler.is_open(), "what came before is forgotten");
        assert_eq!(assembler.push(&[0, 4]), Ok(Some(vec![4])));
    }
    // An endless message ends at the limit, to the byte.
    let mut assembler = Assembler::default();
    for _ in 0..MAX_MESSAGE / 511 {
        assert_eq!(assembler.push(&[1; 512]), Ok(None));
    }
    let rest = MAX_MESSAGE % 511;
    assert_eq!(assembler.push(&vec![0; rest + 2]), Err(FramingError::TooLong));
    assert_eq!(assembler.push(&vec![0; rest + 1]).map(|message| message.unwrap().len()), Ok(rest));
}

proptest! {
    #[test]
    fn a_message_survives_its_packets(message in proptest::collection::vec(any::<u8>(), 0..3000), packet in 2_usize..513) {
        let mut assembler = Assembler::default();
        let mut whole = None;
        for part in packets(&message, packet) {
            prop_assert!(part.len() <= packet && whole.is_none());
            whole = assembler.push(&part).unwrap();
        }
        prop_assert_eq!(whole, Some(message));
    }
}

#[test]
fn both_sides_may_serve() {
    for reader in [Role::Client, Role::Server] {
        let other = if reader == Role::Client { Role::Server } else { Role::Client };
        let (here, there) = wires(20);
        let served = phone(there, other);
        let mut link = Link::open(here, reader, SOON).unwrap();
        for length in [1_usize, 19, 20, 1000] {
            let message: Vec<u8> = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            link.send(&message).unwrap();
            let backwards = message.into_iter().rev().collect();
            assert_eq!(link.receive(SOON), Ok(Received::Message(backwards)));
        }
        link.end();
        assert_eq!(link.send(&[1]), Err(TransportError::Removed), "nothing goes out after the end");
        assert_eq!(served.join().unwrap(), 4);
    }
}

#[test]
fn data_before_the_start_are_refused() {
    let (here, mut there) = wires(20);
    there.send(Channel::Data, &[0, 1]).unwrap();
    assert_eq!(Link::open(here, Role::Server, SOON).err(), Some(TransportError::Removed));
    for state in [&[][..], &[0], &[2], &[1, 1]] {
        let (here, mut there) = wires(20);
        there.send(Channel::State, state).unwrap();
        assert_eq!(Link::open(here, Role::Server, SOON).err(), Some(TransportError::Removed), "{state:?}");
    }
    let (here, _there) = wires(20);
    let nobody = Link::open(here, Role::Server, Duration::from_millis(1)).err();
    assert_eq!(nobody, Some(TransportError::NoCard { seconds: 0 }));
}

#[test]
fn an_end_that_overtakes_loses_nothing() {
    let (here, mut there) = wires(20);
    let mut link = Link::open(here, Role::Client, SOON).unwrap();
    there.send(Channel::Data, &[1, 10]).unwrap();
    there.send(Channel::State, &[2]).unwrap();
    there.send(Channel::Data, &[0, 11]).unwrap();
    drop(there);
    assert_eq!(link.receive(SOON), Ok(Received::Message(vec![10, 11])));
    assert_eq!(link.receive(SOON), Ok(Received::End));
}

#[test]
fn a_connection_that_breaks_is_a_phone_that_was_taken_away() {
    let (here, mut there) = wires(20);
    let mut link = Link::open(here, Role::Client, SOON).unwrap();
    there.send(Channel::Data, &[1, 10]).unwrap();
    drop(there);
    assert_eq!(link.receive(SOON), Err(TransportError::Removed));
    // A second start, or a state that does not exist.
    for state in [&[1][..], &[3], &[2, 0]] {
        let (here, mut there) = wires(20);
        let mut link = Link::open(here, Role::Client, SOON).unwrap();
        there.send(Channel::State, state).unwrap();
        assert_eq!(link.receive(SOON), Err(TransportError::Removed), "{state:?}");
    }
}

/// A phone that sends one packet after another, each in time; what it was waited for.
struct Drip(std::rc::Rc<std::cell::RefCell<Vec<Duration>>>);

impl Gatt for Drip {
    fn packet(&self) -> usize {
        20
    }

    fn send(&mut self, _: Channel, _: &[u8]) -> Result<(), TransportError> {
        Ok(())
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<(Channel, Vec<u8>)>, TransportError> {
        let mut waited = self.0.borrow_mut();
        waited.push(wait);
        // The fourth does not come.
        Ok((waited.len() < 4).then(|| (Channel::Data, vec![1, 7])))
    }
}

#[test]
fn consent_may_take_long_and_a_message_that_has_begun_may_not() {
    let consent = Duration::from_secs(120);
    let waited = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let mut link = Link::open(Drip(std::rc::Rc::clone(&waited)), Role::Client, SOON).unwrap();
    let (gap, whole) = (link.pace.gap, link.pace.whole);
    assert!(gap < whole && gap < consent);
    assert_eq!(link.receive(consent), Err(TransportError::Removed));
    assert_eq!(*waited.borrow(), [consent, gap, gap, gap]);
    // No time is left for a second packet.
    waited.borrow_mut().clear();
    let mut link = Link::open(Drip(std::rc::Rc::clone(&waited)), Role::Client, SOON).unwrap();
    link.pace.whole = Duration::ZERO;
    assert_eq!(link.receive(consent), Err(TransportError::Removed));
    assert_eq!(*waited.borrow(), [consent]);
}

#[test]
fn the_services_have_the_uuids_of_the_standard() {
    let text = |role, characteristic: Characteristic| characteristic.uuid(role).map(hex::encode);
    let uuid = |first: &str| Some(format!("{first}a12348ce896b4c76973373e6"));
    assert_eq!(text(Role::Client, Characteristic::State), uuid("00000001"));
    assert_eq!(text(Role::Client, Characteristic::ServerToClient), uuid("00000003"));
    assert_eq!(text(Role::Client, Characteristic::Ident), None);
    assert_eq!(text(Role::Server, Characteristic::State), uuid("00000005"));
    assert_eq!(text(Role::Server, Characteristic::ClientToServer), uuid("00000006"));
    assert_eq!(text(Role::Server, Characteristic::Ident), uuid("00000008"));
}

/// Data objects of every length form.
#[test]
fn a_message_has_the_shortest_head() {
    for (length, head) in [(0, "5300"), (127, "537f"), (128, "538180"), (255, "5381ff"), (256, "53820100")] {
        let object = wrapped(&vec![1; length]);
        assert_eq!(hex::encode(&object[..object.len() - length]), head);
        assert_eq!(unwrapped(&object).map(<[u8]>::len), Some(length));
        assert_eq!(unwrapped(&[&object[..], &[0]].concat()), None);
        assert_eq!(unwrapped(&object[..object.len() - 1]), None);
    }
    assert_eq!(unwrapped(&wrapped(&vec![1; 70_000])).map(<[u8]>::len), Some(70_000));
}

struct Radio(Option<Wire>);

impl Adapter for Radio {
    fn connect(&mut self, _: &Engaged) -> Result<Box<dyn Gatt + Send>, TransportError> {
        self.0.take().map(|wire| Box::new(wire) as Box<dyn Gatt + Send>).ok_or(TransportError::NoReader)
    }
}

struct Nfc;

impl Transport for Nfc {
    fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(vec![0x12, 0x34])
    }
}

fn select() -> Vec<u8> {
    [&[0x00, 0xA4, 0x04, 0x00, 0x07][..], &PHONE_AID, &[0x00]].concat()
}

#[test]
fn commands_go_to_the_air_once_the_radio_is_open() {
    let (here, there) = wires(100);
    let served = phone(there, Role::Client);
    let mut way = WithRadio::new(Nfc, Radio(Some(here)));
    assert_eq!(way.exchange(&select()), Ok(vec![0x12, 0x34]));
    let engaged = Engaged { role: Role::Server, service: [1; 16], ident: [2; 16] };
    way.radio().unwrap().open(&engaged).unwrap();
    assert_eq!(way.exchange(&select()), Ok(vec![0x90, 0x00]));
    // Two commands of a chain, an answer in two parts.
    let message: Vec<u8> = (0..=255).chain(0..44).collect();
    let object = wrapped(&message);
    let (first, last) = object.split_at(200);
    let first = [&[0x10, 0xC3, 0, 0, 200][..], first].concat();
    let last = [&[0x00, 0xC3, 0, 0, u8::try_from(last.len()).unwrap()][..], last, &[0]].concat();
    assert_eq!(way.exchange(&first), Ok(vec![0x90, 0x00]));
    let part = way.exchange(&last).unwrap();
    assert_eq!(part[part.len() - 2..], [0x61, 48]);
    let rest = way.exchange(&[0x00, 0xC0, 0, 0, 48]).unwrap();
    assert_eq!(rest[rest.len() - 2..], [0x90, 0x00]);
    let answer = [&part[..256], &rest[..48]].concat();
    assert_eq!(unwrapped(&answer).unwrap(), message.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(way.exchange(&[0x00, 0xC0, 0, 0, 0]), Ok(vec![0x69, 0x85]), "nothing is left");
    // The end of the session is sent, ends the connection, and is not waited for.
    let end = [&[0x00, 0xC3, 0, 0, 11, 0x53, 9, 0xA1, 0x66][..], b"status", &[0x14, 0]].concat();
    assert_eq!(way.exchange(&end), Ok(vec![0x53, 0x00, 0x90, 0x00]));
    assert_eq!(way.exchange(&end), Ok(vec![0x69, 0x85]));
    assert_eq!(served.join().unwrap(), 2);
}

#[test]
fn a_phone_that_only_ends_the_connection_has_ended_the_session() {
    let (here, there) = wires(100);
    let served = phone(there, Role::Server);
    let mut tunnel = Tunnel::open(here, Role::Client).unwrap();
    let empty = [0x00, 0xC3, 0, 0, 0, 0, 2, 0x53, 0, 0, 0];
    let ended = [&[0x53, 9, 0xA1, 0x66][..], b"status", &[0x14, 0x90, 0x00]].concat();
    assert_eq!(tunnel.exchange(&empty), Ok(ended));
    assert_eq!(served.join().unwrap(), 0);
}

proptest! {
    #[test]
    fn any_command_has_an_answer(command in proptest::collection::vec(any::<u8>(), 0..40)) {
        let (here, mut there) = wires(100);
        let mut tunnel = Tunnel::open(here, Role::Client).unwrap();
        there.send(Channel::State, &[2]).unwrap();
        prop_assert!(tunnel.exchange(&command).unwrap().len() >= 2);
    }
}
