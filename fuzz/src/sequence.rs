//! Any commands in any order against a simulated card: no panic, no protected byte without its PIN, no counter that grows.

use taimen::{cards::Reference, simulator::SimulatedCard, transport::Transport};

use super::{input::Input, seeds::one};

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let which = input.below(taimen::simulator::kinds().count());
    let Some(mut card) = one(which) else { return };
    let references = references(&card);
    let mut counters: Vec<Option<u8>> = references.iter().map(|reference| card.retry_counter(reference)).collect();
    let mut commands = 0;
    while !input.is_empty() && commands < 64 {
        commands += 1;
        let command = command(&mut input);
        // A right PIN fills the counter: nobody here knows one.
        let right = is_right(&card, &command);
        let answer = if input.byte() == 0 {
            card.warm_reset();
            None
        } else {
            card.exchange(&command).ok()
        };
        if let Some(answer) = answer {
            assert!(answer.len() >= 2 || answer.is_empty(), "an answer has a status");
        }
        for (reference, before) in references.iter().zip(&mut counters) {
            let now = card.retry_counter(reference);
            assert!(right || now <= *before, "a counter grew without its PIN");
            *before = now;
        }
    }
}

fn references(card: &SimulatedCard) -> Vec<Reference> {
    let kind = card.kind();
    taimen::cards::registry::specs()
        .filter(|spec| Some(spec.kind) == kind)
        .flat_map(|spec| spec.references.iter().copied().cloned())
        .collect()
}

/// Whether a command presents what the card takes: its PIN, or the default PIN of a licence whose holder set none.
fn is_right(card: &SimulatedCard, command: &[u8]) -> bool {
    let [_, 0x20, _, _, _, value @ ..] = command else { return false };
    let known: Vec<_> = card.credentials().into_iter().flat_map(|known| known.entries().collect::<Vec<_>>()).collect();
    known.iter().any(|(_, pin)| pin.as_bytes() == value) || (known.is_empty() && value == b"****")
}

/// A command that means something, or nothing.
fn command(input: &mut Input<'_>) -> Vec<u8> {
    const AIDS: [&[u8]; 7] = [
        b"\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01",
        b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08",
        b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x02",
        b"\xA0\x00\x00\x02\x31\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\xA0\x00\x00\x02\x31\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"\xA0\x00\x00\x02\x47\x10\x01",
        b"\xD3\x92\xF0\x00\x4F\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    ];
    match input.byte() % 8 {
        0 => {
            let aid = AIDS[input.below(AIDS.len())];
            let length = u8::try_from(aid.len()).unwrap_or(0);
            [&[0x00, 0xA4, 0x04, [0x00, 0x0C][input.below(2)], length], aid].concat()
        }
        1 => vec![0x00, 0xA4, 0x02, 0x0C, 0x02, input.byte(), input.byte()],
        2 => vec![0x00, 0xB0, input.byte(), input.byte(), input.byte()],
        3 => vec![0x00, 0xB0, input.byte(), input.byte(), 0x00, input.byte(), input.byte()],
        4 => {
            let (p2, length) = (input.byte(), input.below(17));
            let value = input.bytes(length);
            let head = [0x00, 0x20, 0x00, p2];
            if value.is_empty() {
                head.to_vec()
            } else {
                [&head[..], &[u8::try_from(value.len()).unwrap_or(0)], value].concat()
            }
        }
        5 => vec![0x00, 0x84, 0x00, 0x00, 0x08],
        6 => {
            let length = input.below(64);
            let value = input.bytes(length);
            [&[0x80, 0x2A, input.byte(), input.byte(), u8::try_from(value.len()).unwrap_or(0)], value, &[0]].concat()
        }
        _ => {
            let length = input.below(48);
            input.bytes(length).to_vec()
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    (0..16).map(|which| vec![which, 0, 0, 0, 1, 4, 0x81, 4, 0x31, 0x32, 0x33, 0x34, 1, 2, 0x81, 0, 0, 1]).collect()
}
