//! A simulated card that answers in the shape of a recording: where the recorded card gave so many bytes and this status
//! word, so does this one, with its own bytes. Nothing that the recorded card said passes but lengths, status words and
//! where it fell silent.

use std::collections::VecDeque;

use crate::transport::{
    LinkKind, Recording, Transport, TransportError,
    recording::{LinkFailure, Step},
    replay::outline,
};

use super::SimulatedCard;

/// What is left of a recording's shape.
#[derive(Debug)]
pub struct Shape {
    steps: VecDeque<Step>,
    played: usize,
    /// What GET RESPONSE goes on with.
    pending: Vec<u8>,
    zeroed: Vec<usize>,
    link: LinkKind,
}

/// A recording whose shape the simulated card did not use to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("step {step} of the recording was never asked for")]
pub struct Unfit {
    /// The first step that is left, from 1.
    pub step: usize,
}

impl Shape {
    /// The shape of a recording, before its first step.
    pub fn new(recording: &Recording) -> Self {
        Self {
            steps: recording.steps.clone().into(),
            played: 0,
            pending: Vec::new(),
            zeroed: Vec::new(),
            link: recording.header.link(),
        }
    }

    /// A simulated card in this shape.
    pub fn on<'a>(&'a mut self, card: &'a mut SimulatedCard) -> Shaped<'a> {
        Shaped { shape: self, card }
    }

    /// The steps, from 1, of whose answers some bytes have no counterpart and are zeros.
    ///
    /// # Errors
    /// [`Unfit`] when steps are left.
    pub fn finish(self) -> Result<Vec<usize>, Unfit> {
        if self.steps.is_empty() { Ok(self.zeroed) } else { Err(Unfit { step: self.played.saturating_add(1) }) }
    }
}

/// [`Shape::on`] a card.
#[derive(Debug)]
pub struct Shaped<'a> {
    shape: &'a mut Shape,
    card: &'a mut SimulatedCard,
}

const GET_RESPONSE: u8 = 0xC0;

impl Transport for Shaped<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let shape = &mut *self.shape;
        let Some(step) = shape.steps.front() else {
            return Err(TransportError::RecordingEnded { steps: shape.played });
        };
        let number = shape.played.saturating_add(1);
        let recorded = step.command.head();
        if recorded.get(..4) != command.get(..4) || step.command.len() != command.len() {
            return Err(TransportError::Mismatch {
                step: number,
                expected: outline(recorded, step.command.len()),
                sent: outline(command, command.len()),
            });
        }
        let answer = step.answer.as_ref().map_err(|failure| *failure).map(|answer| {
            let status = answer.tail().last_chunk::<2>().copied().unwrap_or_default();
            (answer.len().saturating_sub(2), status)
        });
        shape.steps.pop_front();
        shape.played = number;
        let (length, status) = match answer {
            Ok(answer) => answer,
            Err(LinkFailure::Length) => return Err(TransportError::LengthUnsupported),
            Err(LinkFailure::Removed) => return Err(TransportError::Removed),
        };
        let fetched = command.get(1) == Some(&GET_RESPONSE) && !shape.pending.is_empty();
        if !fetched {
            // A command that the recorded card refused changes nothing here either.
            let executed = matches!(status, [0x90 | 0x61 | 0x62, _]);
            shape.pending = if executed { self.card.exchange(command)? } else { Vec::new() };
            shape.pending.truncate(shape.pending.len().saturating_sub(2));
        }
        let rest = shape.pending.split_off(length.min(shape.pending.len()));
        let mut bytes = std::mem::replace(&mut shape.pending, rest);
        if bytes.len() < length {
            shape.zeroed.push(number);
            bytes.resize(length, 0);
        }
        bytes.extend(status);
        Ok(bytes)
    }

    fn link(&self) -> LinkKind {
        self.shape.link
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::Recipe;

    fn shape(steps: &str) -> Shape {
        Shape::new(&Recording::parse(format!("taimen-recording 2\n{steps}").as_bytes()).unwrap())
    }

    fn card() -> SimulatedCard {
        let mut card = "licence".parse::<Recipe>().unwrap().card().unwrap();
        card.power_on();
        card
    }

    #[test]
    fn lengths_and_status_words_are_the_recordings_and_bytes_the_cards() {
        let mut shape = shape("> 00B08A0004\n< FFFF6282\n> 00B08A0004\n< 6103\n> 00C0000003\n< FFFFFF9000\n");
        let mut card = card();
        let mut shaped = shape.on(&mut card);
        assert_eq!(shaped.exchange(&[0x00, 0xB0, 0x8A, 0x00, 0x04]), Ok(vec![0x05, 0x01, 0x62, 0x82]));
        assert_eq!(shaped.exchange(&[0x00, 0xB0, 0x8A, 0x00, 0x04]), Ok(vec![0x61, 0x03]));
        assert_eq!(shaped.exchange(&[0x00, 0xC0, 0x00, 0x00, 0x03]), Ok(vec![0x05, 0x01, 0x01, 0x90, 0x00]));
        assert_eq!(shape.finish(), Ok(vec![]));
    }

    #[test]
    fn what_the_card_does_not_have_is_zeros_and_told() {
        let mut shape = shape("> 00B08A0004\n< FFFFFFFFFF9000\n> 00B08A0004\n! removed\n> 00B08A0004\n< 9000\n");
        let mut card = card();
        let mut shaped = shape.on(&mut card);
        let command = [0x00, 0xB0, 0x8A, 0x00, 0x04];
        assert_eq!(shaped.exchange(&command), Ok(vec![0x05, 0x01, 0x01, 0x00, 0x00, 0x90, 0x00]));
        assert_eq!(shaped.exchange(&command), Err(TransportError::Removed));
        assert!(matches!(shaped.exchange(&[0, 0xA4, 0, 0]), Err(TransportError::Mismatch { step: 3, .. })));
        assert_eq!(shape.zeroed, [1]);
        assert_eq!(shape.finish(), Err(Unfit { step: 3 }));
    }
}
