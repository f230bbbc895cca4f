//! What the recording of a session with a phone can be decrypted with, whatever the phone sends and whenever the link breaks: nothing,
//! unless all that came was looked through and the 個人番号 was not in it.

use crate::common::reading::card;
use taimen::{
    cards::{
        FlowError, ReadError, Sharing,
        mdoc::{
            nfc,
            session::{self, Message},
        },
    },
    crypto::RowKey,
    kind::CardKind,
    simulator::{SimulatedCard, cards::mdoc::PhoneProfile},
    transport::{Recording, Transport, TransportError},
};

use super::mobile::{phone, recorded};

const KIND: CardKind = CardKind::MOBILE_MY_NUMBER;

/// What is done with an answer: its command, and which answer to an ENVELOPE or GET RESPONSE it is.
type Change = fn(&[u8], usize, Vec<u8>) -> Result<Vec<u8>, TransportError>;

/// A phone whose answers in the session are changed on their way.
struct Changed<'a> {
    card: &'a mut SimulatedCard,
    change: Change,
    answers: usize,
}

impl Transport for Changed<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        if !matches!(command, [_, 0xC3 | 0xC0, ..]) {
            return Ok(answer);
        }
        self.answers += 1;
        (self.change)(command, self.answers, answer)
    }
}

/// Whether a key in the header, at any place, opens the beginning of a response: as much of it as came, without its end. AES-GCM
/// encrypts by a key stream, and that of a message is what zeros become.
fn is_readable(recording: &Recording) -> bool {
    const BEGINNING: &[u8] = b"\x67version";
    let answers: Vec<&[u8]> =
        recording.steps.iter().filter_map(|step| Some(step.answer.as_ref().ok()?.head())).collect();
    let stream: Vec<u8> = answers.iter().flat_map(|answer| &answer[..answer.len() - 2]).copied().collect();
    let keys = recording.header.session_keys.iter().flat_map(|entry| entry.windows(32));
    keys.filter_map(RowKey::from_slice).any(|key| {
        (1..=2).any(|number| {
            let stream_of = key.seal(&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, number], &[], &[0; 9]);
            let sealed: Vec<u8> = BEGINNING.iter().zip(&stream_of[1..]).map(|(plain, mask)| plain ^ mask).collect();
            stream.windows(sealed.len()).any(|part| part == sealed)
        })
    })
}

/// Reads a phone whose answers are changed, and says whether the recording that is written, if one is, can be read.
fn outcome(recipe: &str, change: Change) -> (Option<FlowError>, bool) {
    let mut card = card(recipe);
    let mut changed = Changed { card: &mut card, change, answers: 0 };
    let (read, recording, withdrawn) = recorded(&mut changed, KIND, &Sharing::default());
    (read.err(), !withdrawn && is_readable(&recording))
}

/// An answer with another SessionData around the same ciphertext.
fn around(answer: &[u8], write: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some(message) = nfc::unwrap(&answer[..answer.len() - 2]) else { return answer.to_vec() };
    let Ok(Message { data: Some(data), .. }) = Message::parse(message) else { return answer.to_vec() };
    [&nfc::wrap(&write(data))[..], &[0x90, 0x00]].concat()
}

fn with_status<const STATUS: u64>(_: &[u8], _: usize, answer: Vec<u8>) -> Result<Vec<u8>, TransportError> {
    Ok(around(&answer, |data| Message { data: Some(data), status: Some(STATUS) }.encode()))
}

/// SessionData with one more entry.
fn with_entry(data: &[u8], name: &str, value: &[u8]) -> Vec<u8> {
    use taimen::cbor::{bytes, map, text};
    map(&[(text("data"), bytes(data)), (text(name), value.to_vec())])
}

const CHANGES: &[(&str, Change)] = &[
    ("nothing", |_, _, answer| Ok(answer)),
    ("data with status 10", with_status::<10>),
    ("data with status 11", with_status::<11>),
    ("data with status 20", with_status::<20>),
    ("data with another status", with_status::<99>),
    ("a status that is none", |_, _, answer| Ok(around(&answer, |data| with_entry(data, "status", &[0xF5])))),
    ("a status of null", |_, _, answer| Ok(around(&answer, |data| with_entry(data, "status", &[0xF6])))),
    ("bytes after it", |_, _, answer| {
        Ok(around(&answer, |data| [with_entry(data, "status", &[0x14]), vec![0]].concat()))
    }),
    ("another name for it", |_, _, answer| {
        Ok(around(&answer, |data| taimen::cbor::map(&[(taimen::cbor::text("date"), taimen::cbor::bytes(data))])))
    }),
    ("no object around it", |_, at, mut answer| {
        if at == 1 {
            answer[0] = 0x54;
        }
        Ok(answer)
    }),
    ("another status word", |_, at, mut answer| {
        if at == 1 {
            let end = answer.len() - 2;
            answer[end..].copy_from_slice(&[0x6F, 0x00]);
        }
        Ok(answer)
    }),
];

#[test]
fn no_recording_opens_a_session_in_which_the_number_came() {
    for (name, change) in CHANGES {
        let (_, readable) = outcome("mobile-my-number?fault=pushes-number", *change);
        assert!(!readable, "{name}");
    }
    // The search finds what is there.
    let (error, readable) = outcome("mobile-my-number", |_, _, answer| Ok(answer));
    assert_eq!((error, readable), (None, true));
}

/// A link that breaks at every answer of a session: what came is the beginning of a response, which decrypts without its end.
#[test]
fn no_recording_opens_a_response_that_broke_off() {
    let profile = PhoneProfile {
        response: 1_024,
        unasked: vec!["individual_number_unicode".to_owned()],
        ..PhoneProfile::default()
    };
    let whole = {
        let mut card = phone(KIND, profile.clone());
        let (read, recording, _) = recorded(&mut card, KIND, &Sharing::default());
        assert!(read.is_ok());
        recording.steps.len()
    };
    struct Torn<'a>(&'a mut SimulatedCard, usize);
    impl Transport for Torn<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            self.1 = self.1.checked_sub(1).ok_or(TransportError::Removed)?;
            self.0.exchange(command)
        }
    }
    for at in 0..whole {
        let mut card = phone(KIND, profile.clone());
        let (_, recording, withdrawn) = recorded(&mut Torn(&mut card, at), KIND, &Sharing::default());
        assert!(withdrawn || !is_readable(&recording), "{at} of {whole}");
    }
}

/// Of an honest phone the recording of a failed session is written, shows where it failed, and opens nothing.
#[test]
fn a_failed_session_is_recorded_without_the_key_of_what_came() {
    let cases: [(&str, Change, bool); 6] = [
        ("data with status 10", with_status::<10>, false),
        ("a status that is none", CHANGES[5].1, false),
        ("an object that is none", CHANGES[9].1, false),
        (
            "an answer to the end",
            |_, at, answer| Ok(if at == 2 { [&[0x53, 0x02, 1, 2][..], &[0x90, 0x00]].concat() } else { answer }),
            true,
        ),
        (
            "more than the end says",
            |_, at, answer| {
                let message = with_entry(&[7; 40], "status", &[0x14]);
                Ok(if at == 2 { [&nfc::wrap(&message)[..], &[0x90, 0x00]].concat() } else { answer })
            },
            true,
        ),
        ("an entry of its own", |_, _, answer| Ok(around(&answer, |data| with_entry(data, "x", &[0x40]))), true),
    ];
    for (name, change, shares) in cases {
        let mut card = card("mobile-my-number");
        let mut changed = Changed { card: &mut card, change, answers: 0 };
        let (read, recording, withdrawn) = recorded(&mut changed, KIND, &Sharing::default());
        assert_eq!((read.is_ok(), withdrawn, is_readable(&recording)), (shares, false, false), "{name}: {read:?}");
        let played = taimen::cards::read_recording(&Recording::parse(recording.to_text().as_bytes()).unwrap());
        assert!(matches!(played, Err(FlowError::Read(ReadError::Session { .. }))), "{name}: {played:?}");
    }
    // An answer that says nothing but that the session is over.
    let ended: Change = |_, at, answer| {
        Ok(if at == 2 { [&nfc::wrap(&session::termination())[..], &[0x90, 0x00]].concat() } else { answer })
    };
    assert_eq!(outcome("mobile-my-number", ended), (None, true));
    // The phone that leaves before it is told that the session is over has sent everything.
    let gone: Change = |_, at, answer| if at == 2 { Err(TransportError::Removed) } else { Ok(answer) };
    assert_eq!(outcome("mobile-my-number", gone), (None, true));
}
