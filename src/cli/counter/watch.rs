//! The thread that watches PC/SC readers: they come and go, and so do cards, and the service itself.

use std::{collections::BTreeMap, sync::Arc, thread, time::Duration};

use clap::ArgMatches;

use crate::{
    counter::{Event, Trouble},
    messages::Problem,
    transport::{
        TransportError,
        pcsc::{self, ReaderInfo, Slot, Watch},
    },
};

use super::{super::doctor, desk::Desk, worker::Place};

/// How long one wait is, for platforms that do not tell of new readers.
const PIECE: Duration = Duration::from_secs(1);

/// When a service that is not there is asked again.
const AGAIN: Duration = Duration::from_secs(2);

/// What lies on the readers that count.
#[derive(Default)]
struct Readers {
    /// By name: the card that lies there.
    readers: BTreeMap<String, Option<Lying>>,
    cards: u64,
}

/// A card in a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lying {
    /// Which card since the program began.
    number: u64,
    /// It does not answer.
    mute: bool,
}

/// What that means for the counter.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scene {
    /// Nothing can be read.
    Trouble(TransportError),
    /// Two cards.
    TwoCards,
    /// A card that does not answer.
    Mute,
    /// This reader waits.
    Empty(String),
    /// This reader has a card.
    Card(String, u64),
}

/// Watches the readers whose name contains `part`, or all but those for security modules, until the program ends.
pub fn run(desk: &Arc<Desk>, part: Option<&str>, matches: &ArgMatches) {
    let part = part.map(str::to_uppercase);
    let counts = |reader: &ReaderInfo| match &part {
        Some(part) => reader.name.to_uppercase().contains(part),
        None => reader.slot != Slot::Sam,
    };
    let mut shown = None;
    loop {
        let trouble = match Watch::start() {
            Ok(watch) => follow(desk, watch, &counts, &mut shown, matches),
            Err(error) => error,
        };
        show(desk, Scene::Trouble(trouble), &mut shown, matches);
        thread::sleep(AGAIN);
    }
}

/// Follows what happens until the service fails.
fn follow(
    desk: &Arc<Desk>,
    mut watch: Watch,
    counts: &dyn Fn(&ReaderInfo) -> bool,
    shown: &mut Option<Scene>,
    matches: &ArgMatches,
) -> TransportError {
    let mut readers = Readers::default();
    let mut first = true;
    loop {
        let events = match watch.next(if first { Duration::ZERO } else { PIECE }) {
            Ok(events) => events,
            Err(error) => return error,
        };
        let news = !events.is_empty();
        for event in events {
            readers.take(event, counts);
        }
        if news || first {
            show(desk, readers.scene(), shown, matches);
        }
        first = false;
    }
}

impl Readers {
    fn take(&mut self, event: pcsc::Event, counts: &dyn Fn(&ReaderInfo) -> bool) {
        use pcsc::Event::{CardInserted, CardMute, CardRemoved, ReaderAdded, ReaderRemoved};
        let (ReaderAdded(reader)
        | ReaderRemoved(reader)
        | CardInserted(reader)
        | CardMute(reader)
        | CardRemoved(reader)) = &event;
        if !counts(reader) {
            return;
        }
        let name = reader.name.clone();
        match event {
            ReaderAdded(_) | CardRemoved(_) => {
                self.readers.insert(name, None);
            }
            ReaderRemoved(_) => {
                self.readers.remove(&name);
            }
            CardInserted(_) | CardMute(_) => {
                self.cards = self.cards.saturating_add(1);
                let mute = matches!(event, CardMute(_));
                self.readers.insert(name, Some(Lying { number: self.cards, mute }));
            }
        }
    }

    fn scene(&self) -> Scene {
        let mut cards = self.readers.iter().filter_map(|(name, card)| Some((name, (*card)?)));
        match (cards.next(), cards.next(), self.readers.keys().next()) {
            (Some(_), Some(_), _) => Scene::TwoCards,
            (Some((_, Lying { mute: true, .. })), None, _) => Scene::Mute,
            (Some((name, card)), None, _) => Scene::Card(name.clone(), card.number),
            (None, _, Some(name)) => Scene::Empty(name.clone()),
            (None, _, None) => Scene::Trouble(TransportError::NoReader),
        }
    }
}

/// Has the counter show another scene.
fn show(desk: &Arc<Desk>, scene: Scene, shown: &mut Option<Scene>, matches: &ArgMatches) {
    if shown.as_ref() == Some(&scene) {
        return;
    }
    let reader = |name: &str| Event::Reader(format!("pcsc:{name}"));
    match &scene {
        Scene::Empty(name) => {
            desk.lay(None);
            desk.apply(reader(name));
        }
        Scene::Card(name, _) => {
            desk.lay(None);
            desk.apply(reader(name));
            desk.lay(Some(Place::Reader(format!("pcsc:{name}"))));
        }
        Scene::TwoCards => trouble(desk, Problem::TwoCards, None),
        Scene::Mute => trouble(desk, Problem::MuteCard, None),
        Scene::Trouble(error) => trouble(desk, error.clone().into(), Some(matches)),
    }
    *shown = Some(scene);
}

/// Shows a trouble at once, and what the doctor knows of it as soon as it is found out.
fn trouble(desk: &Arc<Desk>, problem: Problem, matches: Option<&ArgMatches>) {
    desk.lay(None);
    let again = match &problem {
        Problem::Transport(error) => Some(error.clone()),
        _ => None,
    };
    desk.apply(Event::Trouble(Trouble { problem, findings: Vec::new() }));
    if let (Some(matches), Some(error)) = (matches, again) {
        desk.apply(Event::Trouble(Trouble { problem: error.into(), findings: doctor::problems(matches) }));
    }
}

#[cfg(test)]
mod tests {
    use super::{
        pcsc::Event::{CardInserted, CardMute, CardRemoved, ReaderAdded, ReaderRemoved},
        *,
    };

    fn reader(name: &str) -> ReaderInfo {
        ReaderInfo { name: name.to_owned(), card: true, mute: false, atr: vec![0x3B], slot: Slot::guess(name) }
    }

    #[test]
    fn what_lies_where() {
        let mut readers = Readers::default();
        let all = |reader: &ReaderInfo| reader.slot != Slot::Sam;
        let mut after = |event| {
            readers.take(event, &all);
            readers.scene()
        };
        let none = Scene::Trouble(TransportError::NoReader);
        assert_eq!(after(ReaderAdded(reader("Dual SAM 1"))), none);
        assert_eq!(after(ReaderAdded(reader("A"))), Scene::Empty("A".to_owned()));
        assert_eq!(after(CardInserted(reader("A"))), Scene::Card("A".to_owned(), 1));
        assert_eq!(after(ReaderAdded(reader("B"))), Scene::Card("A".to_owned(), 1));
        assert_eq!(after(CardInserted(reader("B"))), Scene::TwoCards);
        assert_eq!(after(CardRemoved(reader("A"))), Scene::Card("B".to_owned(), 2));
        // Lifted and laid down again between two looks: another card, as far as anybody knows.
        assert_eq!(after(CardRemoved(reader("B"))), Scene::Empty("A".to_owned()));
        assert_eq!(after(CardInserted(reader("B"))), Scene::Card("B".to_owned(), 3));
        assert_eq!(after(CardMute(reader("B"))), Scene::Mute);
        assert_eq!(after(ReaderRemoved(reader("B"))), Scene::Empty("A".to_owned()));
        assert_eq!(after(ReaderRemoved(reader("A"))), none);
    }
}
