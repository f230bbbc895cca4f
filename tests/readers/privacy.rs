//! What is left in the memory of `taimen check` once the card was read: while the reader powers it down, the process is searched. The card is another process's, so that only what was given can be found.

use std::{
    io::Read,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

use taimen::{
    simulator::{Recipe, SimulatedCard},
    transport::{Transport, pcsc as reader},
};

use crate::common::{
    marks::{contains, forms, memory},
    pcscd::{Pcscd, wait_for},
    program::{Program, Running, argument},
    vicc::Vicc,
};

const ADDRESS: &str = "pcsc:Virtual PCD 00 00";

fn made(kind: &str) -> SimulatedCard {
    let mut card = kind.parse::<Recipe>().unwrap().card().unwrap();
    card.power_on();
    card
}

/// A card that says when it is powered down after so many exchanges, and waits then.
fn lay(
    pcscd: &Pcscd,
    kind: &str,
    held: usize,
    asked: std::sync::mpsc::Sender<()>,
    go: Receiver<()>,
) -> (Vicc, Arc<Mutex<usize>>) {
    let mut card = made(kind);
    let exchanges = Arc::new(Mutex::new(0));
    let counting = Arc::clone(&exchanges);
    let vicc = Vicc::powered(pcscd.port(), move |command| {
        let Some(command) = command else {
            card.power_on();
            if held != 0 && *counting.lock().unwrap() == held {
                let _ = asked.send(());
                let _ = go.recv_timeout(Duration::from_secs(120));
            }
            return Some(Vec::new());
        };
        *counting.lock().unwrap() += 1;
        Some(card.exchange(command).unwrap_or_default())
    });
    let there = || reader::readers().is_ok_and(|all| all.iter().any(|one| ADDRESS.ends_with(&one.name) && one.card));
    assert!(wait_for(Duration::from_secs(30), there).is_some());
    (vicc, exchanges)
}

fn command(program: &Program, credentials: &str) -> Command {
    let mut command = program.command([
        "check",
        "--reader",
        ADDRESS,
        "--wait",
        "5",
        "--credentials",
        credentials,
        "--accept",
        "simulated",
        "--json",
    ]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn what_was_entered_is_gone_from_memory_once_the_card_was_read() {
    let pcscd = Pcscd::start();
    for kind in ["my-number", "passport", "residence2"] {
        let program = Program::new();
        let own = made(kind);
        let entries: Vec<(String, String)> = own
            .credentials()
            .into_iter()
            .flat_map(|own| own.entries())
            .map(|(id, value)| (id.to_owned(), value.to_string()))
            .collect();
        let text: String = entries.iter().map(|(id, value)| format!("{id} = {value}\n")).collect();
        let credentials = argument(&program.home.write("credentials", text));

        // How many exchanges there are.
        let (vicc, count) = {
            let (asked, _) = channel();
            let (_, go) = channel();
            lay(&pcscd, kind, 0, asked, go)
        };
        let mut child = Running(command(&program, &credentials).spawn().unwrap());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        child.0.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        child.0.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(child.0.wait().unwrap().code(), Some(0), "{kind}: {stdout}{stderr}");
        let last = *count.lock().unwrap();
        drop(vicc);
        let gone = || reader::readers().is_ok_and(|all| all.iter().all(|one| !one.card));
        assert!(wait_for(Duration::from_secs(30), gone).is_some());

        let (asked, was_asked) = channel();
        let (proceed, go) = channel();
        let (_vicc, _) = lay(&pcscd, kind, last, asked, go);
        let mut child = Running(command(&program, &credentials).spawn().unwrap());
        was_asked.recv_timeout(Duration::from_secs(60)).expect("it is powered down");
        let process = child.0.id();
        let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        let none: Vec<_> = core.split_whitespace().filter(|word| *word == "0").collect();
        assert_eq!(none.len(), 2, "it leaves no core file: {core}");

        let all = memory(process);
        let reader_name = ADDRESS.strip_prefix("pcsc:").unwrap();
        assert!(all.iter().any(|(_, bytes)| contains(bytes, reader_name.as_bytes())), "the search finds what is there");
        for (id, value) in entries.iter().filter(|(_, value)| value.len() >= 6) {
            // The value as the file writes it, and as anything else would hold it.
            for (form, bytes) in forms(value) {
                for (line, memory) in all.iter().filter(|(_, memory)| contains(memory, &bytes)) {
                    let at = memory.windows(bytes.len()).position(|window| window == bytes);
                    let around = at.map(|at| &memory[at.saturating_sub(48)..(at + bytes.len() + 32).min(memory.len())]);
                    let around = around.map(String::from_utf8_lossy);
                    assert!(around.is_none(), "{kind}: {id} as {form} in {line}: {around:?}");
                }
            }
        }
        proceed.send(()).unwrap();
        let mut rest = String::new();
        child.0.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(child.0.wait().unwrap().code(), Some(0), "{kind}");
        drop(_vicc);
        assert!(wait_for(Duration::from_secs(30), gone).is_some());
    }
}
