//! Any commands in any order against a simulated card: no panic, no protected byte without its PIN, no counter that grows.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashSet},
    rc::Rc,
    sync::OnceLock,
};

use taimen::{
    cards::{
        Reference,
        model::{Access, KindSpec},
        registry,
    },
    simulator::{self, SimulatedCard},
    transport::Transport,
};

use super::{input::Input, seeds::one};

/// So many bytes of a protected file are no coincidence.
const WINDOW: usize = 16;

/// What stands in a card's protected files and in no free one.
type Protected = HashSet<[u8; WINDOW]>;

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let which = input.below(simulator::kinds().count());
    let Some(mut card) = one(which) else { return };
    let (references, protected) = (references(), protected(which));
    let mut counters: Vec<Option<u8>> = references.iter().map(|reference| card.retry_counter(reference)).collect();
    let (mut commands, mut opened) = (0, false);
    while !input.is_empty() && commands < 64 {
        commands += 1;
        let command = command(&mut input);
        // A right PIN fills the counter and opens files: nobody here knows one.
        let right = is_right(&card, &command);
        opened |= right;
        let answer = if input.byte() == 0 {
            card.warm_reset();
            None
        } else {
            card.exchange(&command).ok()
        };
        if let Some(answer) = answer {
            assert!(answer.len() >= 2 || answer.is_empty(), "an answer has a status");
            assert!(opened || !holds(&protected, &answer), "a protected byte without its PIN");
        }
        for (reference, before) in references.iter().zip(&mut counters) {
            let now = card.retry_counter(reference);
            assert!(right || now <= *before, "a counter grew without its PIN");
            *before = now;
        }
    }
}

/// Every reference that any card has: one card may hold another's application.
fn references() -> Vec<&'static Reference> {
    let mut seen = BTreeSet::new();
    let all = registry::specs().flat_map(|spec| spec.references.iter().copied());
    all.filter(|reference| seen.insert((reference.application.aid, reference.sfi))).collect()
}

fn windows(bytes: &[u8]) -> impl Iterator<Item = [u8; WINDOW]> {
    bytes.windows(WINDOW).filter_map(|window| window.try_into().ok())
}

fn holds(protected: &Protected, answer: &[u8]) -> bool {
    windows(answer).any(|window| protected.contains(&window))
}

/// What the card of this place protects. It is looked up once: an answer takes less time than that.
fn protected(which: usize) -> Rc<Protected> {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<usize, Rc<Protected>>> = const { RefCell::new(BTreeMap::new()) };
    }
    let find = || {
        let Some(mut card) = one(which) else { return Rc::default() };
        let (mut protected, mut free) = (Protected::new(), Protected::new());
        // One card may hold another's application.
        for file in registry::specs().flat_map(|spec| spec.files) {
            let bytes = card.file_mut(file.name).map(|bytes| bytes.as_slice()).unwrap_or_default();
            let set = if file.access == Access::Free { &mut free } else { &mut protected };
            // One byte repeated is filler.
            set.extend(windows(bytes).filter(|window| window.iter().any(|byte| byte != &window[0])));
        }
        protected.retain(|window| !free.contains(window));
        Rc::new(protected)
    };
    KNOWN.with_borrow_mut(|known| Rc::clone(known.entry(which).or_insert_with(find)))
}

/// Whether a command presents what the card takes: its PIN, or the default PIN of a licence whose holder set none.
fn is_right(card: &SimulatedCard, command: &[u8]) -> bool {
    let [_, 0x20, _, _, _, value @ ..] = command else { return false };
    let known: Vec<_> = card.credentials().into_iter().flat_map(|known| known.entries().collect::<Vec<_>>()).collect();
    known.iter().any(|(_, pin)| pin.as_bytes() == value) || (known.is_empty() && value == b"****")
}

/// Every application of any card.
fn aids() -> &'static [&'static [u8]] {
    static AIDS: OnceLock<Vec<&'static [u8]>> = OnceLock::new();
    AIDS.get_or_init(|| {
        let of = |spec: &'static KindSpec| {
            let files = spec.files.iter().map(|file| &file.application);
            files
                .chain(spec.references.iter().map(|reference| &reference.application))
                .chain(spec.applications.iter().copied())
        };
        let all: BTreeSet<_> =
            registry::specs().flat_map(of).filter(|one| !one.is_master_file()).map(|one| one.aid).collect();
        all.into_iter().filter(|aid| !aid.is_empty()).collect()
    })
}

/// A command that means something, or nothing.
fn command(input: &mut Input<'_>) -> Vec<u8> {
    match input.byte() % 8 {
        0 => {
            let aid = aids()[input.below(aids().len())];
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

/// What follows a command and lets it be sent; 0 would reset the card in its place.
const SENT: u8 = 1;

/// A wrong PIN and a file; and every short identifier of every application, without a PIN.
pub fn seeds() -> Vec<Vec<u8>> {
    let kinds = 0..u8::try_from(simulator::kinds().count()).unwrap_or(u8::MAX);
    let applications = 0..u8::try_from(aids().len()).unwrap_or(u8::MAX);
    let wrong = |which| vec![which, 0, 0, 0, SENT, 4, 0x81, 4, 0x31, 0x32, 0x33, 0x34, SENT, 2, 0x81, 0, 0, SENT];
    let reads: Vec<u8> = (0x81..=0x9E).flat_map(|file| [2, file, 0, 0, SENT]).collect();
    let walk = |which: u8, aid| [&[which, 0, aid, 1, SENT], &reads[..]].concat();
    let walks = kinds.clone().flat_map(|which| applications.clone().map(move |aid| (which, aid)));
    kinds.map(wrong).chain(walks.map(|(which, aid)| walk(which, aid))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_with_a_protected_file_is_watched_for_its_bytes() {
        for (which, kind) in simulator::kinds().enumerate() {
            let (protected, mut card) = (protected(which), one(which).unwrap());
            let mut watched = 0;
            for file in registry::specs().flat_map(|spec| spec.files) {
                let Some(bytes) = card.file_mut(file.name) else { continue };
                let found = holds(&protected, bytes);
                assert!(!(found && file.access == Access::Free), "{}: {}", kind.name, file.name);
                watched += usize::from(found);
            }
            // A phone has no file that a command reads.
            let is_phone = registry::specs().any(|spec| spec.kind == kind.kind && spec.shared);
            assert_eq!(watched > 0, !is_phone, "{}", kind.name);
        }
    }
}
