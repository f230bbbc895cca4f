//! A card on the first reader of the real PC/SC stack, whose memory the test sees.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use taimen::{
    cards::registry,
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::{Transport, pcsc as reader},
};

use crate::common::{
    pcscd::{Pcscd, wait_for},
    program::{Outcome, Program, argument},
    vicc::Vicc,
};

/// By name: a card that a developer left on another reader of the same machine must never be tried.
pub const ADDRESS: &str = "pcsc:Virtual PCD 00 00";

/// When the card leaves the reader by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaves {
    Never,
    /// Before it gets this command, counted from 1.
    Before(usize),
    /// It executes this command, and its answer is lost.
    After(usize),
}

/// A card on the first reader, until it is dropped.
pub struct Laid {
    _vicc: Vicc,
    pub card: Arc<Mutex<SimulatedCard>>,
    commands: Arc<Mutex<Vec<Vec<u8>>>>,
    leaves: Leaves,
}

impl Drop for Laid {
    fn drop(&mut self) {
        // pcscd learns from a lost answer at once that the card is gone, but looks for the next one only if it has missed this one
        // itself, which it looks for every 400 ms: no hand changes cards faster.
        if self.leaves != Leaves::Never {
            thread::sleep(Duration::from_millis(900));
        }
    }
}

/// Whether a command presents an entry; without data it asks for the counter.
pub fn presents(command: &[u8]) -> bool {
    matches!(command, [_, 0x20, _, _, _, _, ..])
}

impl Laid {
    pub fn on(pcscd: &Pcscd, recipe: &str, leaves: Leaves) -> Self {
        // pcscd looks for the card of before every 400 ms.
        let gone = || reader::readers().is_ok_and(|all| all.iter().all(|one| !one.card));
        assert!(wait_for(Duration::from_secs(30), gone).is_some(), "{recipe}, {leaves:?}: the card of before");
        let mut card = recipe.parse::<Recipe>().unwrap().card().unwrap();
        card.power_on();
        let (card, commands) = (Arc::new(Mutex::new(card)), Arc::new(Mutex::new(Vec::new())));
        let (answering, noting) = (Arc::clone(&card), Arc::clone(&commands));
        let vicc = Vicc::powered(pcscd.port(), move |command| {
            let mut card = answering.lock().unwrap();
            let Some(command) = command else {
                card.power_on();
                return Some(Vec::new());
            };
            let mut commands = noting.lock().unwrap();
            if leaves == Leaves::Before(commands.len() + 1) {
                return None;
            }
            commands.push(command.to_vec());
            let answer = card.exchange(command).unwrap_or_default();
            (leaves != Leaves::After(commands.len())).then_some(answer)
        });
        let there =
            || reader::readers().is_ok_and(|all| all.iter().any(|one| ADDRESS.ends_with(&one.name) && one.card));
        assert!(wait_for(Duration::from_secs(30), there).is_some(), "{recipe}, {leaves:?}: {:?}", vicc.events());
        Self { _vicc: vicc, card, commands, leaves }
    }

    /// What the card executed since this was asked last.
    pub fn take_commands(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.commands.lock().unwrap())
    }

    /// The counters of a kind's references.
    pub fn counters(&self, kind: CardKind) -> Vec<Option<u8>> {
        let references = registry::specs().filter(|spec| spec.kind == kind).flat_map(|spec| spec.references.iter());
        let mut card = self.card.lock().unwrap();
        references.map(|reference| card.retry_counter(reference)).collect()
    }

    /// Each entry that opens the card: its name and what is typed.
    pub fn entries(&self) -> Vec<(String, String)> {
        let card = self.card.lock().unwrap();
        let entries = card.credentials().into_iter().flat_map(|own| own.entries());
        entries.map(|(id, value)| (id.to_owned(), value.to_string())).collect()
    }

    /// They as a file for `--credentials`.
    pub fn credentials(&self, program: &Program) -> String {
        let text: String = self.entries().iter().map(|(id, value)| format!("{id} = {value}\n")).collect();
        argument(&program.home.write("credentials", text))
    }
}

/// The arguments of a check of this card.
pub fn check_arguments(credentials: &str) -> [&str; 10] {
    ["check", "--reader", ADDRESS, "--wait", "5", "--credentials", credentials, "--accept", "simulated", "--json"]
}

pub fn check(program: &Program, credentials: &str) -> Outcome {
    program.run(check_arguments(credentials))
}
