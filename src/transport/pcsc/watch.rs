//! What happens at the readers: they come and go, and so do cards.

use std::time::Duration;

use ::pcsc::Context;

use super::{ReaderInfo, SlotState, TransportError, establish, slots, wait::for_change};

/// Something that happened at a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A reader is there.
    ReaderAdded(ReaderInfo),
    /// A reader is gone.
    ReaderRemoved(ReaderInfo),
    /// A card is there and answers.
    CardInserted(ReaderInfo),
    /// A card is there and does not answer: at the edge of the field, upside down, or of a kind that the reader does not
    /// speak to.
    CardMute(ReaderInfo),
    /// The card is gone.
    CardRemoved(ReaderInfo),
}

/// Watches all readers of the machine.
pub struct Watch {
    context: Context,
    known: Vec<SlotState>,
}

/// Ends a watch from another thread.
pub struct Stopper(Context);

impl Stopper {
    /// Ends the wait that goes on now, if one does.
    pub fn stop(&self) {
        // Where nothing waits there is nothing to end.
        let _ = self.0.cancel();
    }
}

impl Watch {
    /// Knows no reader yet, so that the first events are those that are there.
    ///
    /// # Errors
    /// [`TransportError::NoService`], [`TransportError::NotPermitted`] or [`TransportError::Reader`].
    pub fn start() -> Result<Self, TransportError> {
        Ok(Self { context: establish()?, known: Vec::new() })
    }

    /// For ending it from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper(self.context.clone())
    }

    /// What happened since the last call; waits up to `most` if that is nothing.
    ///
    /// # Errors
    /// [`TransportError::NoService`] when the service has stopped, else as [`Watch::start`].
    pub fn next(&mut self, most: Duration) -> Result<Vec<Event>, TransportError> {
        let now = self.look()?;
        let events = changes(&self.known, &now);
        self.known = now;
        if !events.is_empty() {
            return Ok(events);
        }
        for_change(&self.context, &self.known, most).or_else(|error| establish().map(drop).and(Err(error)))?;
        let now = self.look()?;
        let events = changes(&self.known, &now);
        self.known = now;
        Ok(events)
    }

    fn look(&mut self) -> Result<Vec<SlotState>, TransportError> {
        match slots(&self.context) {
            // A reader left between the two questions.
            Err(TransportError::NoReader) => Ok(Vec::new()),
            Ok(now) => Ok(now),
            Err(error) => {
                // Windows ends its service with the last reader; elsewhere this says that the service is gone.
                self.context = establish()?;
                if error == TransportError::NoService { Ok(Vec::new()) } else { Err(error) }
            }
        }
    }
}

/// What lies between two looks.
fn changes(before: &[SlotState], now: &[SlotState]) -> Vec<Event> {
    let find = |list: &[SlotState], name| list.iter().position(|slot| slot.name == name);
    let mut events = Vec::new();
    for slot in before {
        if find(now, slot.name.clone()).is_none() {
            if slot.is_present() {
                events.push(Event::CardRemoved(slot.info()));
            }
            events.push(Event::ReaderRemoved(slot.info()));
        }
    }
    for slot in now {
        let old = find(before, slot.name.clone()).and_then(|at| before.get(at));
        if old.is_none() {
            events.push(Event::ReaderAdded(slot.info()));
        }
        let (was, is) = (old.is_some_and(SlotState::is_present), slot.is_present());
        // A card that was changed between two looks shows in the service's count, or in its answer.
        let same =
            old.is_some_and(|old| old.count == slot.count && old.has_card() == slot.has_card() && old.atr == slot.atr);
        if was && !(is && same) {
            events.push(Event::CardRemoved(slot.info()));
        }
        if is && !(was && same) {
            events.push(if slot.has_card() { Event::CardInserted(slot.info()) } else { Event::CardMute(slot.info()) });
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use ::pcsc::State;

    use super::*;

    fn slot(name: &str, state: State, count: u32) -> SlotState {
        let atr = if state.contains(State::PRESENT) { vec![0x3B, 0x80] } else { Vec::new() };
        SlotState { name: std::ffi::CString::new(name).unwrap(), state, count, atr }
    }

    fn told(before: &[SlotState], now: &[SlotState]) -> Vec<String> {
        let line = |event: &Event| match event {
            Event::ReaderAdded(reader) => format!("+{}", reader.name),
            Event::ReaderRemoved(reader) => format!("-{}", reader.name),
            Event::CardInserted(reader) => format!("card on {}", reader.name),
            Event::CardMute(reader) => format!("mute on {}", reader.name),
            Event::CardRemoved(reader) => format!("card off {}", reader.name),
        };
        changes(before, now).iter().map(line).collect()
    }

    #[test]
    fn everything_that_lies_between_two_looks() {
        let (empty, card, mute) = (State::EMPTY, State::PRESENT, State::PRESENT | State::MUTE);
        assert_eq!(told(&[], &[slot("a", card, 1), slot("b", empty, 0)]), ["+a", "card on a", "+b"]);
        assert_eq!(told(&[slot("a", empty, 0)], &[slot("a", card, 1)]), ["card on a"]);
        assert_eq!(told(&[slot("a", card, 1)], &[slot("a", empty, 2)]), ["card off a"]);
        assert_eq!(told(&[slot("a", card, 1)], &[slot("a", card, 3)]), ["card off a", "card on a"], "changed quickly");
        assert_eq!(told(&[slot("a", card, 1)], &[slot("a", card | State::INUSE, 1)]), Vec::<String>::new());
        assert_eq!(told(&[slot("a", empty, 0)], &[slot("a", mute, 1)]), ["mute on a"]);
        assert_eq!(told(&[slot("a", mute, 1)], &[slot("a", card, 1)]), ["card off a", "card on a"]);
        assert_eq!(told(&[slot("a", card, 1), slot("b", empty, 0)], &[slot("b", empty, 0)]), ["card off a", "-a"]);
        assert_eq!(told(&[slot("a", empty, 0)], &[]), ["-a"]);
    }
}
