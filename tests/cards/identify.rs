//! What is found out of a card without a credential: its counters, its guests, whether long commands pass; and what is refused
//! before a credential is presented.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::unwrap_used)]

use crate::common::reading::{card, look, nonces, read, request};
use taimen::{
    cards::{self, Credentials, FlowError, flow::read_long},
    kind::CardKind,
    transport::{Transport, TransportError},
};

#[test]
fn every_counter_is_told_once_and_none_of_an_extra_application() {
    let my_number = ["face/0012", "face/0011", "text/0015", "text/0011"];
    for (name, kind, expected) in [
        ("my-number", CardKind::MY_NUMBER, my_number.to_vec()),
        ("menkyo", CardKind::MY_NUMBER, [&my_number[..], &["menkyo/0006"]].concat()),
        ("licence", CardKind::LICENCE, vec!["mf/0001", "mf/0002"]),
        ("residence1", CardKind::RESIDENCE1, vec![]),
    ] {
        let found = cards::identify(&mut card(name), &request(), &mut nonces()).unwrap();
        let told: Vec<_> = found.counters.iter().map(|(reference, _)| reference.name).collect();
        assert_eq!((found.recognised.kind, told), (kind, expected), "{name}");
        assert!(found.counters.iter().all(|(_, counter)| counter.is_some()), "{name}: {:?}", found.counters);
    }
}

/// The file of a long read: the first object that everybody may read in an application, else the free file.
#[test]
fn a_long_command_asks_for_an_object_that_is_free() {
    for (name, kind, object, begin) in [
        ("my-number", CardKind::MY_NUMBER, true, Some(&[0x7F, 0x21][..])),
        ("licence", CardKind::LICENCE, false, Some(&[0x05, 0x01])),
        ("residence1", CardKind::RESIDENCE1, false, Some(&[0xC1, 0x01])),
        // What a passport shows freely is in its master file, and it has no free file: the card's refusal is the answer.
        ("passport", CardKind::PASSPORT, false, None),
    ] {
        let long = read_long(&mut card(name)).unwrap();
        assert_eq!((long.kind, long.object), (kind, object), "{name}");
        let data = long.response.ok().map(|response| response.data).filter(|data| !data.is_empty());
        assert_eq!(data.is_some(), begin.is_some(), "{name}: {data:02X?}");
        assert!(data.unwrap_or_default().starts_with(begin.unwrap_or_default()), "{name}");
    }
}

/// A My Number Card whose free file says that it is a specified residence card.
struct Specified<T>(T);

impl<T: Transport> Transport for Specified<T> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match command {
            [0x00, 0xB0, 0x8A, ..] => Ok(vec![0xC1, 0x02, b'0', b'7', 0x90, 0x00]),
            _ => self.0.exchange(command),
        }
    }
}

#[test]
fn a_guest_that_was_met_on_the_way_is_not_found_again() {
    let looked = look(&mut Specified(card("my-number")), &request()).unwrap();
    assert_eq!(looked.recognised().guests, [CardKind::RESIDENCE_SPECIFIED]);
    let looked = look(&mut Specified(card("menkyo")), &request()).unwrap();
    assert_eq!(looked.recognised().guests, [CardKind::RESIDENCE_SPECIFIED, CardKind::MENKYO]);
}

#[test]
fn a_picture_is_asked_of_the_cards_that_have_it_alone() {
    let mut request = request();
    request.picture = Some("front");
    for (name, kind, has) in [
        ("residence1", CardKind::RESIDENCE1, true),
        ("residence1-special", CardKind::RESIDENCE1_SPECIAL, true),
        ("residence2", CardKind::RESIDENCE2, false),
        ("licence", CardKind::LICENCE, false),
    ] {
        let mut card = card(name);
        let known = Credentials::from(&card);
        let read = read(&mut card, &request, &known).map(|(dump, _)| dump.kind);
        let refused = FlowError::NotOfThisCard { asked: "front", kind };
        assert_eq!(read, if has { Ok(kind) } else { Err(refused) }, "{name}");
    }
}
