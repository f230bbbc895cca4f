//! A card that leaves the reader of a real pcscd at an exchange, before it hears the command or after it executed it; and a
//! reader that hands out the answer of the command before. Exit codes, what was presented, and the counters in the card.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use taimen::{
    cards::registry,
    simulator::{self, Recipe, SimulatedCard},
    transport::Transport,
};

use crate::common::{
    pcscd::{Pcscd, wait_for},
    program::{Outcome, Program, argument},
    vicc::Vicc,
};

const ADDRESS: &str = "pcsc:Virtual PCD 00 00";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The card is gone before it hears the command.
    Gone,
    /// It executes the command and is gone before its answer is.
    Lost,
    /// The answer is that of the command before.
    Stale,
}

/// A card on the first reader, and what it was sent.
struct Torn {
    card: SimulatedCard,
    at: usize,
    trouble: Trouble,
    exchanges: usize,
    former: Vec<u8>,
    selected: Vec<u8>,
    presented: Vec<(Vec<u8>, u8)>,
    presenting: BTreeSet<usize>,
}

impl Torn {
    fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.exchanges += 1;
        let now = self.exchanges == self.at;
        match command {
            [_, 0xA4, 0x04, _, _, aid @ ..] => self.selected = aid.to_vec(),
            [_, 0x20, _, p2, _, _, ..] => {
                self.presented.push((self.selected.clone(), *p2));
                self.presenting.insert(self.exchanges);
            }
            _ => {}
        }
        if now && self.trouble == Trouble::Gone {
            return None;
        }
        let answer = self.card.exchange(command).ok()?;
        let former = std::mem::replace(&mut self.former, answer.clone());
        match self.trouble {
            Trouble::Lost if now => None,
            Trouble::Stale if now => Some(former),
            _ => Some(answer),
        }
    }

    fn counters(&mut self, kind: &str) -> Vec<Option<u8>> {
        let kind = kind.parse::<Recipe>().unwrap().kind();
        let references = registry::specs().filter(|spec| spec.kind == kind).flat_map(|spec| spec.references.iter());
        references.map(|reference| self.card.retry_counter(reference)).collect()
    }
}

/// `taimen check` of a card with a trouble.
fn check(pcscd: &Pcscd, program: &Program, kind: &str, at: usize, trouble: Trouble) -> (Outcome, Torn) {
    let mut card = kind.parse::<Recipe>().unwrap().card().unwrap();
    card.power_on();
    let text: String = card
        .credentials()
        .into_iter()
        .flat_map(|own| own.entries())
        .map(|(id, value)| format!("{id} = {}\n", *value))
        .collect();
    let credentials = argument(&program.home.write("credentials", text));
    let torn = Torn {
        card,
        at,
        trouble,
        exchanges: 0,
        former: vec![0x6F, 0],
        selected: Vec::new(),
        presented: Vec::new(),
        presenting: BTreeSet::new(),
    };
    let torn = Arc::new(Mutex::new(torn));
    let shared = Arc::clone(&torn);
    let vicc = Vicc::powered(pcscd.port(), move |command| {
        let mut torn = shared.lock().unwrap();
        if let Some(command) = command {
            return torn.answer(command);
        }
        torn.card.power_on();
        Some(Vec::new())
    });
    let there = |wanted: bool| {
        let readers = taimen::transport::pcsc::readers().unwrap_or_default();
        readers.iter().any(|reader| ADDRESS.ends_with(&reader.name) && reader.card == wanted)
    };
    assert!(wait_for(Duration::from_secs(30), || there(true)).is_some());
    let application = if kind == "menkyo" { &["--application", "menkyo"][..] } else { &[] };
    let common =
        ["check", "--reader", ADDRESS, "--wait", "5", "--credentials", &credentials, "--accept", "simulated", "--json"];
    let outcome = program.run([&common, application].concat());
    drop(vicc);
    assert!(wait_for(Duration::from_secs(30), || there(false)).is_some());
    let torn = Arc::try_unwrap(torn).unwrap_or_else(|_| panic!("the card is off the reader")).into_inner().unwrap();
    (outcome, torn)
}

#[test]
fn a_card_that_leaves_a_real_reader_at_any_exchange() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let is_long = std::env::var_os("TAIMEN_LONG").is_some();
    let kinds: Vec<_> = simulator::kinds().map(|kind| kind.name).collect();
    for kind in kinds.into_iter().filter(|kind| is_long || ["my-number", "licence"].contains(kind)) {
        let (outcome, mut whole) = check(&pcscd, &program, kind, 0, Trouble::Gone);
        let honest = outcome.code;
        let full = whole.counters(kind);
        for at in 1..=whole.exchanges {
            for (index, trouble) in [Trouble::Gone, Trouble::Lost, Trouble::Stale].into_iter().enumerate() {
                let presents = whole.presenting.contains(&at) && trouble != Trouble::Gone;
                if !is_long && !presents && (at + 7 * index) % 23 != 0 {
                    continue;
                }
                let what = format!("{kind}: {trouble:?} at exchange {at}");
                let (outcome, mut torn) = check(&pcscd, &program, kind, at, trouble);
                let once: BTreeSet<_> = torn.presented.iter().collect();
                assert_eq!(once.len(), torn.presented.len(), "{what}: nothing is presented twice");
                assert_eq!(torn.counters(kind), full, "{what}: no try is spent");
                let said = &outcome.stdout;
                if trouble == Trouble::Stale {
                    assert!(outcome.code == honest || outcome.code != Some(0), "{what}: {said}");
                    continue;
                }
                assert_eq!(outcome.code, Some(4), "{what}: {said}{}", outcome.stderr);
                let id = outcome.json()["error"]["id"].as_str().unwrap_or_default().to_owned();
                let expected = if whole.presenting.contains(&at) { "answer-lost" } else { "removed" };
                assert_eq!(id, expected, "{what}: {said}");
            }
        }
    }
}
