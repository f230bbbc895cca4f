//! A card on the first reader of the real PC/SC stack, whose memory the test sees.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{self, Sender},
    },
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

/// What goes wrong at the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Nothing,
    /// The card leaves before it gets this command, counted from 1.
    LeavesBefore(usize),
    /// It executes this command and leaves: the answer is lost.
    LeavesAfter(usize),
    /// It takes seconds for this command.
    Slow(usize),
    /// It executes this command and never answers.
    Mute(usize),
}

/// A card on the first reader, until it is dropped.
pub struct Laid {
    /// Ends a mute card's wait, so it goes before the card does.
    _silence: Sender<()>,
    _vicc: Vicc,
    pub card: Arc<Mutex<SimulatedCard>>,
    commands: Arc<Mutex<Vec<Vec<u8>>>>,
    trouble: Trouble,
}

impl Drop for Laid {
    fn drop(&mut self) {
        // pcscd learns from a lost answer at once that the card is gone, but looks for the next one only if it has missed this one
        // itself, which it looks for every 400 ms: no hand changes cards faster.
        if !matches!(self.trouble, Trouble::Nothing | Trouble::Slow(_)) {
            thread::sleep(GONE);
        }
    }
}

/// How long pcscd needs to miss a card that left by itself.
const GONE: Duration = Duration::from_millis(900);

/// Longer than any of the program's own limits at the reader, and than pcscd's pauses.
const SLOW: Duration = Duration::from_secs(4);

/// Whether a command presents an entry; without data it asks for the counter.
pub fn presents(command: &[u8]) -> bool {
    matches!(command, [_, 0x20, _, _, _, _, ..])
}

impl Laid {
    pub fn on(pcscd: &Pcscd, recipe: &str, trouble: Trouble) -> Self {
        // pcscd looks for the card of before every 400 ms.
        let gone = || reader::readers().is_ok_and(|all| all.iter().all(|one| !one.card));
        assert!(wait_for(Duration::from_secs(30), gone).is_some(), "{recipe}, {trouble:?}: the card of before");
        let mut card = recipe.parse::<Recipe>().unwrap().card().unwrap();
        card.power_on();
        let (card, commands) = (Arc::new(Mutex::new(card)), Arc::new(Mutex::new(Vec::new())));
        let (answering, noting) = (Arc::clone(&card), Arc::clone(&commands));
        let (silence, ends) = mpsc::channel();
        let vicc = Vicc::powered(pcscd.port(), move |command| {
            let Some(command) = command else {
                answering.lock().unwrap().power_on();
                return Some(Vec::new());
            };
            let number = {
                let mut commands = noting.lock().unwrap();
                if trouble == Trouble::LeavesBefore(commands.len() + 1) {
                    return None;
                }
                commands.push(command.to_vec());
                commands.len()
            };
            let answer = answering.lock().unwrap().exchange(command).unwrap_or_default();
            match trouble {
                Trouble::LeavesAfter(at) if at == number => return None,
                Trouble::Slow(at) if at == number => thread::sleep(SLOW),
                Trouble::Mute(at) if at == number => return ends.recv().ok().map(|()| answer),
                _ => {}
            }
            Some(answer)
        });
        let there =
            || reader::readers().is_ok_and(|all| all.iter().any(|one| ADDRESS.ends_with(&one.name) && one.card));
        assert!(wait_for(Duration::from_secs(30), there).is_some(), "{recipe}, {trouble:?}: {:?}", vicc.events());
        Self { _silence: silence, _vicc: vicc, card, commands, trouble }
    }

    /// How many commands the card executed since they were taken last.
    pub fn executed(&self) -> usize {
        self.commands.lock().unwrap().len()
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
        credentials_file(program, &self.entries())
    }
}

/// Entries as a file for `--credentials`.
pub fn credentials_file(program: &Program, entries: &[(String, String)]) -> String {
    let text: String = entries.iter().map(|(id, value)| format!("{id} = {value}\n")).collect();
    argument(&program.home.write("credentials", text))
}

/// The arguments of a check of this card.
pub fn check_arguments(credentials: &str) -> [&str; 10] {
    ["check", "--reader", ADDRESS, "--wait", "5", "--credentials", credentials, "--accept", "simulated", "--json"]
}

pub fn check(program: &Program, credentials: &str) -> Outcome {
    check_with(program, credentials, &[])
}

/// The same with more arguments.
pub fn check_with(program: &Program, credentials: &str, more: &[&str]) -> Outcome {
    program.run([&check_arguments(credentials), more].concat())
}
