//! What the host executes, in instructions: they do not drift as times do. valgrind counts them in this program itself.

use std::{hint::black_box, process::Command};

use taimen::{cards, transport::Recording};

use crate::{
    common::{
        program::{Program, argument},
        reading::judge,
    },
    markdown, peers,
    split::{fresh_trust, saved, verdict},
};

/// The argument that makes this program do one task some times.
pub const MODE: &str = "--count";

const TASKS: [(&str, &str); 7] = [
    ("dump my-number", "a My Number dump to its verdict"),
    ("dump licence", "a licence's"),
    ("dump residence1", "that of a residence card of generation 1"),
    ("dump residence2", "that of generation 2"),
    ("recording residence1", "a recording of generation 1, played and judged"),
    ("face taimen", "reading and verifying a My Number face, card's own work left out"),
    ("face myna-card", "the same by the crate myna-card"),
];

/// Does a task so many times.
pub fn run(task: &str, rounds: u32) {
    match task.split_once(' ').unwrap() {
        ("dump", recipe) => {
            let saved = saved(recipe);
            (0..rounds).for_each(|_| drop(black_box(verdict(&saved, &fresh_trust()))));
        }
        ("recording", recipe) => {
            let program = Program::new();
            let file = program.home.file("card.apdu");
            let reader = format!("sim:{recipe}");
            program.run(["check", "--json", "--reader", &reader, "--record", &argument(&file)]).expect(0);
            let bytes = std::fs::read(file).unwrap();
            for _ in 0..rounds {
                let recording = Recording::parse(&bytes).unwrap();
                drop(black_box(judge(&cards::read_recording(&recording).unwrap())));
            }
        }
        ("face", "taimen") => peers::taimen_face(rounds),
        (_, _) => peers::other_face(rounds),
    }
}

/// Instructions of one round of a task: what eleven take beyond one, by ten.
pub fn instructions(task: &str) -> Option<u64> {
    let [one, eleven] = ["1", "11"].map(|rounds| {
        let program = std::env::current_exe().ok()?;
        callgrind(Command::new("valgrind").arg("--tool=callgrind").arg(OUT).arg(program).args([MODE, task, rounds]))
    });
    Some((eleven? - one?) / 10)
}

const OUT: &str = "--callgrind-out-file=/dev/null";

fn callgrind(command: &mut Command) -> Option<u64> {
    let output = command.env("LC_ALL", "C").output().ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

/// Instructions of the program from its start to its end, the judging of an input left out.
fn start_up() -> Option<u64> {
    let program = Program::new();
    let dump = program.home.write("card.json", saved("my-number"));
    let run = |inputs: usize| {
        let mut command = Command::new("valgrind");
        command.args([
            "--tool=callgrind",
            OUT,
            env!("CARGO_BIN_EXE_taimen"),
            "batch",
            "--verdicts-only",
            "--jobs",
            "1",
        ]);
        command.args(["--accept", "simulated", "--at", "recorded"]).env("HOME", program.home.path());
        callgrind(command.args(vec![&dump; inputs]))
    };
    let (one, eleven) = (run(1)?, run(11)?);
    Some(one - (eleven - one) / 10)
}

pub fn table() -> String {
    let million = |count: Option<u64>| {
        count.map_or_else(|| "no valgrind".to_owned(), |count| format!("{:.2}", count as f64 / 1e6))
    };
    let mut rows: Vec<Vec<String>> =
        TASKS.iter().map(|(task, text)| vec![(*text).to_owned(), million(instructions(task))]).collect();
    rows.push(vec!["start-up of the program, nothing judged".to_owned(), million(start_up())]);
    markdown(&["work of the host", "million instructions"], &rows)
}
