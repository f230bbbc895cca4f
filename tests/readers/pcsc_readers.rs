//! `taimen readers`, `readers --watch` and `doctor` against the real pcscd with vpcd's virtual readers.
#![cfg(all(feature = "pcsc", feature = "cli", target_os = "linux"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use crate::common::{
    pcscd::{Pcscd, wait_for},
    program::{Outcome, Program, Running},
    vicc::Vicc,
};
use serde_json::{Value, json};
use taimen::{
    simulator::Recipe,
    transport::{Transport, pcsc},
};

const FIRST: &str = "Virtual PCD 00 00";
const SECOND: &str = "Virtual PCD 00 01";

/// How long something that must happen may take.
const SOON: Duration = Duration::from_secs(60);

fn answer(_: &[u8]) -> Vec<u8> {
    vec![0x6A, 0x82]
}

fn has_card(name: &str, there: bool) -> bool {
    let seen = || pcsc::readers().is_ok_and(|all| all.iter().any(|one| one.name == name && one.card == there));
    wait_for(SOON, seen).is_some()
}

#[test]
fn the_list_says_which_card_the_address_pcsc_takes() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let roles = || -> Vec<(String, String)> {
        let told = program.run(["readers", "--json"]).expect(0).json();
        let rows = told["readers"].as_array().unwrap().clone();
        let mine = rows.iter().filter(|row| row["name"].as_str().unwrap().starts_with("Virtual PCD"));
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        mine.map(|row| (text(row, "name"), text(row, "pcsc"))).collect()
    };
    let pair = |first: &str, second: &str| vec![(FIRST.into(), first.into()), (SECOND.into(), second.into())];
    let there = program.run(["readers"]).expect(0).stdout;
    if there.lines().count() > 2 {
        // A reader of the developer's own would change what is taken.
        return;
    }
    assert_eq!(roles(), pair("waits", "waits"));
    let second = Vicc::insert(pcscd.port() + 1, answer);
    assert!(has_card(SECOND, true));
    assert_eq!(roles(), pair("passes", "takes"));
    // The claim is true: that card is the one which the address takes, though of no known kind.
    let before = second.events().len();
    program.run(["identify", "--wait", "5"]).expect(4);
    assert!(second.events().len() > before);

    let _first = Vicc::insert(pcscd.port(), answer);
    assert!(has_card(FIRST, true));
    assert_eq!(roles(), pair("takes", "passes"));
    let text = program.run(["readers"]).expect(0).stdout;
    assert_eq!(text, format!("{FIRST} - card present [pcsc takes this card]\n{SECOND} - card present\n"));
}

/// `readers --watch --json`, its lines as they come.
struct Watching {
    child: Running,
    lines: Receiver<Value>,
}

impl Watching {
    fn start(program: &Program) -> Self {
        let mut command = program.command(["readers", "--watch", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines() {
                let row = serde_json::from_str(&line.unwrap()).expect("each line is JSON");
                if sender.send(row).is_err() {
                    return;
                }
            }
        });
        Self { child: Running(child), lines }
    }

    /// The next event of one of our readers, and its reader.
    fn next(&self) -> (String, String) {
        loop {
            let row = self.lines.recv_timeout(SOON).expect("something happens");
            assert_eq!(row["schema"], "taimen.reader-event/1");
            assert!(row["time"].as_str().unwrap().ends_with('Z'));
            let (event, reader) = (row["event"].as_str().unwrap(), row["reader"].as_str().unwrap_or_default());
            if event == "card-inserted" {
                assert_eq!(row["atr"], json!("3B80800101"));
            }
            if reader.is_empty() || reader.starts_with("Virtual PCD") {
                return (event.to_owned(), reader.to_owned());
            }
        }
    }

    fn sees(&self, event: &str, reader: &str) {
        assert_eq!(self.next(), (event.to_owned(), reader.to_owned()));
    }

    /// The exit code, once it has ended by itself.
    fn ends(mut self) -> Option<i32> {
        assert!(wait_for(SOON, || !matches!(self.child.0.try_wait(), Ok(None))).is_some(), "it goes on");
        self.child.0.wait().unwrap().code()
    }
}

#[test]
fn cards_come_and_go_until_ctrl_c() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let held = Vicc::insert(pcscd.port() + 1, answer);
    assert!(has_card(SECOND, true));
    let watching = Watching::start(&program);
    watching.sees("reader-added", FIRST);
    watching.sees("reader-added", SECOND);
    watching.sees("card-inserted", SECOND);
    for _ in 0..2 {
        let card = Vicc::insert(pcscd.port(), answer);
        watching.sees("card-inserted", FIRST);
        card.remove();
        watching.sees("card-removed", FIRST);
    }
    held.remove();
    watching.sees("card-removed", SECOND);
    let id = watching.child.0.id().to_string();
    assert!(Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().unwrap().success());
    assert!(watching.lines.recv_timeout(SOON).is_err(), "nothing more is printed");
    assert_eq!(watching.ends(), Some(0));
}

#[test]
fn the_service_stops_under_a_watch() {
    let mut pcscd = Pcscd::start();
    if !pcscd.is_own() {
        return;
    }
    let program = Program::new();
    let card = Vicc::insert(pcscd.port(), answer);
    assert!(has_card(FIRST, true));
    let watching = Watching::start(&program);
    watching.sees("reader-added", FIRST);
    watching.sees("card-inserted", FIRST);
    watching.sees("reader-added", SECOND);
    pcscd.stop();
    loop {
        let (event, _) = watching.next();
        if event == "service-stopped" {
            break;
        }
        assert!(["card-removed", "reader-removed"].contains(&event.as_str()), "{event}");
    }
    assert_eq!(watching.ends(), Some(2));
    drop(card);
}

#[test]
fn a_watch_that_nobody_reads_ends() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let mut command = program.command(["readers", "--watch"]);
    let mut child = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut line = String::new();
    {
        let mut output = BufReader::new(child.0.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
    }
    assert!(line.contains("reader there: "), "{line}");
    let _card = Vicc::insert(pcscd.port(), answer);
    assert!(wait_for(SOON, || !matches!(child.0.try_wait(), Ok(None))).is_some(), "it goes on");
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
}

/// The finding of a diagnosis with this name.
fn finding(outcome: &Outcome, id: &str) -> Option<Value> {
    let told = outcome.json();
    assert_eq!(told["schema"], "taimen.doctor/1");
    let findings = told["findings"].as_array().unwrap();
    for row in findings {
        for key in ["id", "severity", "tried", "what", "means"] {
            assert!(row[key].as_str().is_some_and(|text| !text.is_empty()), "{row}");
        }
    }
    findings.iter().find(|row| row["id"] == id).cloned()
}

/// A simulated card in the first slot, which writes down the instructions that it gets.
fn logging(port: u16, kind: &str) -> (Vicc, Arc<Mutex<Vec<u8>>>) {
    let mut card = kind.parse::<Recipe>().unwrap().card().unwrap();
    card.power_on();
    let log = Arc::new(Mutex::new(Vec::new()));
    let instructions = Arc::clone(&log);
    let card = Vicc::insert(port, move |command| {
        instructions.lock().unwrap().push(command[1]);
        card.exchange(command).unwrap_or_default()
    });
    assert!(has_card(FIRST, true));
    (card, log)
}

#[test]
fn the_doctor_measures_long_commands_and_uses_no_credential() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let own = program.run(["readers"]).expect(0).stdout.lines().count() == 2;
    if !own {
        // A reader of the developer's own may hold the card that is looked at.
        return;
    }
    let none = program.run(["doctor", "--json"]).expect(0);
    for id in ["service-running", "reader-virtual", "reader-several", "card-none", "long-not-measured", "trust-usable"]
    {
        assert!(finding(&none, id).is_some(), "{id}: {}", none.stdout);
    }
    assert_eq!(none.json()["usable"], true);

    for (kind, id, words) in [
        ("my-number", "long-passed", "an answer of 568 bytes"),
        ("my-number?fault=no-extended", "long-not-by-card", "refused (6700)"),
        ("my-number?fault=short-answers", "long-cut", "64 of 568 bytes"),
        ("licence", "long-command-passed", "it had "),
    ] {
        let (card, log) = logging(pcscd.port(), kind);
        let outcome = program.run(["doctor", "--json"]).expect(0);
        let found = finding(&outcome, id).unwrap_or_else(|| panic!("{kind}: {}", outcome.stdout));
        assert!(found["what"].as_str().unwrap().contains(words), "{found}");
        assert!(finding(&outcome, "card-known").is_some(), "{kind}");
        let instructions = log.lock().unwrap().clone();
        assert!(instructions.iter().all(|instruction| [0xA4, 0xB0].contains(instruction)), "{instructions:02X?}");
        assert!(instructions.len() >= 3);
        card.remove();
        assert!(has_card(FIRST, false));
    }

    let card = Vicc::insert(pcscd.port(), answer);
    assert!(has_card(FIRST, true));
    assert!(finding(&program.run(["doctor", "--json"]).expect(0), "card-unknown").is_some());
    let context = ::pcsc::Context::establish(::pcsc::Scope::User).unwrap();
    let held = context.connect(c"Virtual PCD 00 00", ::pcsc::ShareMode::Exclusive, ::pcsc::Protocols::ANY).unwrap();
    let busy = program.run(["doctor", "--json"]).expect(2);
    assert_eq!(finding(&busy, "card-busy").unwrap()["severity"], "problem");
    assert_eq!(busy.json()["usable"], false);
    drop(held);
    drop(card);
}

#[test]
fn the_doctor_without_a_service_and_with_damaged_anchors() {
    let program = Program::new();
    let folder = program.home.file("anchors");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("anchors.toml"), "[").unwrap();
    let folder = crate::common::program::argument(&folder);
    let mut command = program.command(["doctor", "--json", "--trust-dir", &folder]);
    command.env("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm").env("LC_ALL", "C");
    let outcome = crate::common::program::run(command).expect(2);
    for (id, severity) in [
        ("service-not-running", "problem"),
        ("service-other-socket", "note"),
        ("trust-broken", "problem"),
        ("terminal-none", "note"),
        ("terminal-not-utf8", "note"),
    ] {
        let found = finding(&outcome, id).unwrap_or_else(|| panic!("{id}: {}", outcome.stdout));
        assert_eq!(found["severity"], severity);
        assert!(found["todo"].is_string());
    }
    assert!(finding(&outcome, "reader-none").is_none(), "nobody knows without the service");

    for (lang, words) in
        [("en", ["× problem", "What to do: ", "No check can run"]), ("ja", ["× 問題", "対処: ", "実物のリーダー"])]
    {
        let mut command = program.command(["doctor", "--lang", lang]);
        command.env("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm");
        let text = crate::common::program::run(command).expect(2).stdout;
        for word in words {
            assert!(text.contains(word), "{text}");
        }
    }
}
