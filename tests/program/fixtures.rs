//! The recordings under `apdu-fixtures`: made again byte for byte, and judged as the expectations in the same folders say.
//! `TAIMEN_FIXTURES=write cargo test --test fixtures` writes them again (look at the difference).
#![cfg(all(feature = "cli", unix))]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    thread,
};

use crate::common::program::{Program, argument};
use serde_json::{Map, Value, json};
use taimen::simulator::{
    FaultRow, LINK_FAULTS,
    cards::{
        drivers_licence::{LICENCE_FAULTS, MENKYO_FAULTS},
        mdoc::PHONE_FAULTS,
        my_number::{FAULTS, JPKI_FAULTS},
        passport::PASSPORT_FAULTS,
        residence_card::{RESIDENCE_CHILD_FAULTS, RESIDENCE_FAULTS, RESIDENCE1_FAULTS, RESIDENCE2_FAULTS},
    },
    kinds,
};

/// The most bytes that the folder may have.
const MAX_FOLDER: u64 = 5 * 1024 * 1024;

/// A recording and how it is made.
struct Fixture {
    folder: &'static str,
    name: String,
    arguments: Vec<String>,
    /// The exit code that the fault's table wants.
    exit: Option<u8>,
}

impl Fixture {
    fn new(kind: &'static str, name: &str, options: &[&str]) -> Self {
        let arguments = [&[kind], options].concat().into_iter().map(str::to_owned).collect();
        Self { folder: kind, name: name.to_owned(), arguments, exit: None }
    }

    fn path(&self) -> PathBuf {
        root().join(self.folder).join(format!("{}.apdu", self.name))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures")
}

fn is_written() -> bool {
    std::env::var_os("TAIMEN_FIXTURES").is_some_and(|value| value == "write")
}

/// Every card, every way to read one, and every fault once for each table that has it.
fn fixtures() -> Vec<Fixture> {
    let mut all: Vec<Fixture> =
        kinds().map(|kind| Fixture::new(kind.name, "genuine", application(kind.name))).collect();
    all.extend([
        Fixture::new("my-number", "age", &["--age"]),
        Fixture::new("my-number", "last-try-allowed", &["--fault", "last-try", "--allow-last-try"]),
        Fixture::new("my-number", "tries-unknown-allowed", &["--fault", "tries-unknown", "--allow-last-try"]),
        Fixture::new("my-number", "seed-2", &["--seed", "2"]),
        Fixture::new("my-number", "jpki", &["--jpki"]),
        Fixture::new("licence", "without-pin", &["--without-pin"]),
        Fixture::new("licence", "short-answers", &["--fault", "short-answers"]),
        Fixture::new("menkyo", "without-pin", &["--without-pin", "--application", "menkyo"]),
        Fixture::new("menkyo", "my-number", &[]),
        Fixture::new("residence1", "no-extended", &["--fault", "no-extended"]),
        Fixture::new("passport", "no-extended", &["--fault", "no-extended"]),
        Fixture::new("mobile-my-number", "age", &["--age"]),
    ]);
    // Every fault would be too much for the folder: each of these takes another way.
    for row in PHONE_FAULTS.iter().filter(|row| PHONES.contains(&row.name)) {
        let options = ["--fault", row.example];
        all.push(Fixture {
            exit: Some(row.expected.exit_code()),
            ..Fixture::new("mobile-my-number", row.name, &options)
        });
    }
    let tables: [(&str, &[&[FaultRow]]); 7] = [
        ("my-number", &[FAULTS, LINK_FAULTS]),
        ("licence", &[LICENCE_FAULTS]),
        ("menkyo", &[MENKYO_FAULTS]),
        ("residence1", &[RESIDENCE1_FAULTS, RESIDENCE_FAULTS]),
        ("residence1-child", &[RESIDENCE_CHILD_FAULTS]),
        ("residence2", &[RESIDENCE2_FAULTS]),
        ("passport", &[PASSPORT_FAULTS]),
    ];
    for (kind, tables) in tables {
        for row in tables.iter().copied().flatten() {
            let options = [&["--fault", row.example], application(kind)].concat();
            // What was typed is in no recording, so nothing is compared with it.
            let exit = (row.name != "other-print").then(|| row.expected.exit_code());
            all.push(Fixture { exit, ..Fixture::new(kind, row.name, &options) });
        }
    }
    for row in JPKI_FAULTS {
        let options = ["--jpki", "--fault", row.example];
        all.push(Fixture { exit: Some(row.expected.exit_code()), ..Fixture::new("my-number", row.name, &options) });
    }
    all
}

/// The faults of phones of which there is a recording.
const PHONES: [&str; 8] = [
    "unknown-iaca",
    "foreign-device-key",
    "mac",
    "declined",
    "declined-empty",
    "negotiated",
    "bluetooth-only",
    "session-error",
];

fn application(kind: &str) -> &'static [&'static str] {
    match kind {
        "menkyo" => &["--application", "menkyo"],
        "mobile-licence" => &["--application", "mobile-licence"],
        _ => &[],
    }
}

/// What `taimen recording make` writes, two at a time.
fn made(fixtures: &[Fixture]) -> Vec<String> {
    let make = |fixture: &Fixture| {
        let arguments = ["recording", "make"].into_iter().chain(fixture.arguments.iter().map(String::as_str));
        Program::new().run(arguments).expect(0).stdout
    };
    thread::scope(|scope| {
        let halves = fixtures.chunks(fixtures.len().div_ceil(2));
        let running: Vec<_> =
            halves.map(|half| scope.spawn(move || half.iter().map(make).collect::<Vec<_>>())).collect();
        running.into_iter().flat_map(|half| half.join().unwrap()).collect()
    })
}

/// The part of a batch's line that an expectation holds.
fn expectation(line: &Value) -> Value {
    let report = &line["report"];
    if report.is_null() {
        return json!({ "exit": line["exit"], "error": { "id": line["error"]["id"] } });
    }
    let checks: Vec<Value> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| {
            let of = ["id", "verdict", "reason"].map(|key| (key.to_owned(), check[key].clone()));
            Value::Object(Map::from_iter(of))
        })
        .collect();
    json!({
        "exit": line["exit"],
        "overall": report["overall"],
        "hierarchy": report["hierarchy"],
        "card": { "kind": report["card"]["kind"] },
        "checks": checks,
    })
}

/// The folder's inputs as a batch judges them, each with its path.
fn judged(folder: &Path, expect: &[&str]) -> Vec<(PathBuf, Value)> {
    let folder = argument(folder);
    let outcome =
        Program::new().run([&["batch", "--accept", "simulated", "--at", "recorded", &folder], expect].concat());
    let lines = outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    // Windows writes the last separator in its own way.
    let path = |line: &Value| PathBuf::from(line["input"].as_str().unwrap().replace('\\', "/"));
    lines.map(|line| (path(&line), line)).collect()
}

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

#[test]
fn the_program_makes_them_byte_for_byte_and_judges_them_as_expected() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 40);
    let texts = made(&fixtures);
    for (fixture, text) in fixtures.iter().zip(&texts) {
        if is_written() {
            fs::create_dir_all(fixture.path().parent().unwrap()).unwrap();
            fs::write(fixture.path(), text).unwrap();
        }
        let shipped = fs::read_to_string(fixture.path()).unwrap_or_default();
        assert!(shipped == *text, "{} is not what this version makes", fixture.path().display());
    }
    let mut seen = BTreeSet::new();
    for folder in folders() {
        for (path, line) in judged(&folder, &[]) {
            let beside = path.with_extension("expect.json");
            let expected = serde_json::to_string_pretty(&expectation(&line)).unwrap() + "\n";
            if is_written() {
                fs::write(&beside, &expected).unwrap();
            }
            let shipped = fs::read_to_string(&beside).unwrap_or_default();
            assert_eq!(shipped, expected, "{}", beside.display());
            if let Some(exit) = fixtures.iter().find(|fixture| fixture.path() == path).and_then(|fixture| fixture.exit)
            {
                assert_eq!(line["exit"], exit, "{}", path.display());
            }
            seen.insert(path);
        }
    }
    let listed: BTreeSet<_> = fixtures.iter().map(Fixture::path).collect();
    assert_eq!(listed.len(), fixtures.len(), "no name twice");
    let official = ["residence1", "residence2"].map(|kind| root().join(kind).join("official-handshake.apdu"));
    let all: BTreeSet<_> = listed.into_iter().chain(official).collect();
    assert_eq!(seen, all, "no recording that nobody makes");
}

#[test]
fn a_batch_over_them_meets_every_expectation() {
    for folder in folders() {
        for (path, line) in judged(&folder, &["--expect", &argument(&folder)]) {
            assert_eq!(line["expect"]["result"], "met", "{}: {}", path.display(), line["expect"]);
            assert_eq!(line["counts"], 0, "{}", path.display());
        }
    }
}

#[test]
fn the_program_plays_them_back_and_a_changed_one_not() {
    let program = Program::new();
    for folder in folders() {
        let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files
            .filter(|path| path.extension().is_some_and(|extension| extension == "apdu"))
            .filter(|path| !path.ends_with("official-handshake.apdu"))
            .map(|path| argument(&path))
            .collect();
        let arguments = ["recording", "check"].map(str::to_owned).into_iter().chain(files);
        program.run(arguments).expect(0);
    }
    let official = root().join("residence1/official-handshake");
    let recording = argument(&official.with_extension("apdu"));
    program.run(["recording", "check", &recording]).expect(2);
    let entries = argument(&official.with_extension("credentials"));
    program.run(["recording", "check", "--credentials", &entries, &recording]).expect(0);

    let genuine = fs::read_to_string(root().join("licence/genuine.apdu")).unwrap();
    let changed = program.home.write("changed.apdu", genuine.replacen("> 00B08A0004", "> 00B08A0005", 1));
    let said = program.run(["recording", "check", &argument(&changed)]).expect(4).stdout;
    assert!(
        said.contains("Step 1: the recording has 00B08A00, 5 bytes, the program sent 00B08A00, 5 bytes."),
        "{said}"
    );
}

#[test]
fn the_folder_stays_small() {
    fn size(folder: &Path) -> u64 {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| if path.is_dir() { size(&path) } else { fs::metadata(&path).unwrap().len() }).sum()
    }
    let bytes = size(&root());
    assert!(bytes < MAX_FOLDER, "{bytes} bytes");
}
