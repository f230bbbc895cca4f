//! Readers and phones that do not pass a long command or answer: no message is sent twice in one session.

use std::collections::HashSet;

use crate::common::reading::judge;
use taimen::{
    cards::{FlowError, ReadError, Sharing, mdoc::elements::NDEF},
    iso7816::CardError,
    kind::CardKind,
    simulator::{
        SimulatedCard,
        cards::mdoc::{PhoneProfile, profile::Engaged},
    },
    transport::{Recording, Transport, TransportError},
    verify::Overall,
};

use super::mobile::{phone, recorded};

const KIND: CardKind = CardKind::MOBILE_MY_NUMBER;

/// What comes in place of an answer; the phone has got the command all the same.
type Loss = fn(&[u8], usize) -> Option<Result<Vec<u8>, TransportError>>;

struct Losing<'a> {
    card: &'a mut SimulatedCard,
    loss: Loss,
    /// Commands of the session so far.
    commands: usize,
    /// Data of each ENVELOPE.
    sent: Vec<Vec<u8>>,
    engaged: usize,
}

impl Transport for Losing<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        self.engaged += usize::from(command.get(5..12) == Some(NDEF.aid));
        if !matches!(command, [_, 0xC3 | 0xC0, ..]) {
            return Ok(answer);
        }
        if command[1] == 0xC3 {
            self.sent.push(command[5..].to_vec());
        }
        self.commands += 1;
        (self.loss)(command, self.commands).unwrap_or(Ok(answer))
    }
}

fn is_long(command: &[u8]) -> bool {
    command.len() > 5 && command[4] == 0
}

fn lost() -> Option<Result<Vec<u8>, TransportError>> {
    Some(Err(TransportError::LengthUnsupported))
}

#[test]
fn after_a_loss_the_phone_is_engaged_again_and_nothing_is_sent_twice() {
    let whole = PhoneProfile::default();
    let parts = PhoneProfile { command: 300, response: 1_024, ..PhoneProfile::default() };
    let cases: [(&str, PhoneProfile, Loss); 6] = [
        ("the whole answer", whole.clone(), |command, _| if is_long(command) { lost() } else { None }),
        ("a part of a chain", parts.clone(), |command, at| if at == 2 && is_long(command) { lost() } else { None }),
        ("a part of a chain is too long", parts.clone(), |_, at| (at == 2).then(|| Ok(vec![0x67, 0x00]))),
        (
            "a part of the answer",
            parts.clone(),
            |command, _| if command[1] == 0xC0 && is_long(command) { lost() } else { None },
        ),
        ("GET RESPONSE is too long", parts, |command, at| {
            (command[1] == 0xC0 && at < 8 && is_long(command)).then(|| Ok(vec![0x67, 0x00]))
        }),
        ("negotiated handover", PhoneProfile { engaged: Engaged::Negotiated, ..whole }, |command, _| {
            if is_long(command) { lost() } else { None }
        }),
    ];
    for (name, profile, loss) in cases {
        let mut card = phone(KIND, profile);
        let mut way = Losing { card: &mut card, loss, commands: 0, sent: Vec::new(), engaged: 0 };
        let (dump, recording, withdrawn) = recorded(&mut way, KIND, &Sharing::default());
        let (sent, engaged) = (way.sent, way.engaged);
        let dump = dump.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((judge(&dump).overall(), withdrawn), (Overall::Authentic, false), "{name}");
        // Recognised, and engaged once more.
        assert_eq!(engaged, 2, "{name}");
        assert_eq!(sent.iter().collect::<HashSet<_>>().len(), sent.len(), "{name}: the same part twice");
        let recording = Recording::parse(recording.to_text().as_bytes()).unwrap();
        let (mut live, mut played) = (dump, taimen::cards::read_recording(&recording).unwrap());
        (live.link, played.link) = Default::default();
        (live.reader, played.reader) = Default::default();
        assert_eq!(played.to_json(), live.to_json(), "{name}");
    }
}

#[test]
fn a_reader_that_loses_everything_ends_the_reading() {
    let mut card = phone(KIND, PhoneProfile::default());
    let mut way = Losing { card: &mut card, loss: |_, _| lost(), commands: 0, sent: Vec::new(), engaged: 0 };
    let (read, ..) = recorded(&mut way, KIND, &Sharing::default());
    let error = CardError::Transport(TransportError::LengthUnsupported);
    assert_eq!(read.map(|_| ()), Err(FlowError::Read(ReadError::Card(error))));
    assert_eq!(way.engaged, 2);
}

/// The phone itself refuses the first command for its length: it has taken nothing, and the session goes on.
#[test]
fn a_phone_that_takes_no_long_command_is_asked_once() {
    let refuses: Loss = |command, at| (at == 1 && is_long(command)).then(|| Ok(vec![0x67, 0x00]));
    // This phone takes nothing of what it is said to have refused.
    struct Deaf<'a>(Losing<'a>);
    impl Transport for Deaf<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if command[1] == 0xC3 && is_long(command) { Ok(vec![0x67, 0x00]) } else { self.0.exchange(command) }
        }
    }
    let mut card = phone(KIND, PhoneProfile::default());
    let mut way = Deaf(Losing { card: &mut card, loss: refuses, commands: 0, sent: Vec::new(), engaged: 0 });
    let (read, ..) = recorded(&mut way, KIND, &Sharing::default());
    assert_eq!(judge(&read.unwrap()).overall(), Overall::Authentic);
    assert_eq!(way.0.engaged, 1);
}
