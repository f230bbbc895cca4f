//! What the host executes, in instructions: they do not drift as times do. valgrind counts them in this program itself.

use std::{hint::black_box, process::Command};

use taimen::{cards, transport::Recording};

use crate::{
    bare::Ours,
    common::{
        program::{Program, argument},
        reading::judge,
    },
    markdown, peers,
    split::{fresh_trust, saved, verdict},
};

/// The argument that makes this program do one task some times.
pub const MODE: &str = "--count";

/// Each with the standard RSA signatures, other RSA blocks and P-384 signatures in it.
const TASKS: [(&str, [u32; 3], &str); 10] = [
    ("check my-number", [6, 1, 0], "a check of a My Number Card and its JSON report, the card's own work left out"),
    ("dump my-number", [5, 1, 0], "a My Number dump to its verdict"),
    ("known my-number", [3, 1, 0], "the same, its issuers met before"),
    ("dump licence", [0, 1, 0], "a licence's dump"),
    ("dump residence1", [2, 0, 0], "that of a residence card of generation 1"),
    ("known residence1", [1, 0, 0], "the same, its issuer met before"),
    ("dump residence2", [0, 0, 2], "that of generation 2"),
    ("known residence2", [0, 0, 1], "the same, its issuer met before"),
    ("recording residence1", [2, 0, 0], "a recording of generation 1, played and judged"),
    ("face taimen", [2, 1, 0], "reading and verifying a My Number face alone, the card's own work left out"),
];

/// Does a task so many times.
pub fn run(task: &str, rounds: u32) {
    match task.split_once(' ').unwrap() {
        ("dump", recipe) => {
            let saved = saved(recipe);
            (0..rounds).for_each(|_| drop(black_box(verdict(&saved, &fresh_trust()))));
        }
        ("known", recipe) => {
            let (saved, trust) = (saved(recipe), fresh_trust());
            (0..=rounds).for_each(|_| drop(black_box(verdict(&saved, &trust))));
        }
        ("check", _) => peers::check(rounds),
        ("bare", operation) => {
            let ours = Ours::new();
            (0..rounds).for_each(|_| match operation {
                "rsa" => ours.rsa(),
                "block" => ours.block(),
                _ => ours.p384(),
            });
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

/// Instructions of the program with these arguments.
fn program(arguments: &[&str]) -> Option<u64> {
    let mut command = Command::new("valgrind");
    callgrind(command.args(["--tool=callgrind", OUT, env!("CARGO_BIN_EXE_taimen")]).args(arguments))
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
    let bare = ["bare rsa", "bare block", "bare p384"].map(instructions);
    let mut rows = Vec::new();
    for (task, signatures, text) in TASKS {
        let whole = instructions(task);
        let alone: Option<u64> = bare.iter().zip(signatures).map(|(one, times)| Some((*one)? * u64::from(times))).sum();
        let ratio = whole.zip(alone).map(|(whole, alone)| format!("{:.2}", whole as f64 / alone as f64));
        let [rsa, block, p384] = signatures;
        let signatures = format!("{rsa} / {block} / {p384}");
        rows.push(vec![text.to_owned(), signatures, million(whole), million(alone), ratio.unwrap_or_default()]);
    }
    for (text, count) in
        [("`taimen --version`", program(&["--version"])), ("start-up of the program, nothing judged", start_up())]
    {
        rows.push(vec![text.to_owned(), String::new(), million(count), String::new(), String::new()]);
    }
    let head = [
        "work of the host",
        "signatures: RSA / other RSA / P-384",
        "million instructions",
        "of these signatures alone",
        "ratio",
    ];
    markdown(&head, &rows)
}
