//! What the program prints and writes, with every library asked to say all that it can: nothing that was entered, and whose card
//! it is only where that was asked for.

use std::{fs, process::Command};

use crate::common::{
    marks::{SEED, contains, found, is_short},
    program::{Outcome, Program, argument, run},
    reading::card,
};
use serde_json::json;
use taimen::{dump::Dump, simulator};

/// The program with every log level that its libraries know.
fn loud(program: &Program, arguments: &[&str]) -> Command {
    let mut command = program.command(arguments);
    command.current_dir(program.home.path()).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
    command
}

fn said(outcome: &Outcome) -> Vec<u8> {
    [outcome.stdout.as_bytes(), outcome.stderr.as_bytes()].concat()
}

/// Every file below the program's home.
fn files(program: &Program) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![program.home.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                all.push((path.display().to_string(), fs::read(path).unwrap()))
            }
        }
    }
    all
}

#[test]
fn nothing_that_was_entered_is_printed_or_written() {
    let (mut searched, mut pins) = (0, 0);
    for sim in simulator::kinds() {
        let program = Program::new();
        let recipe = format!("{}?seed={SEED}", sim.name);
        let reader = format!("sim:{recipe}");
        let check =
            ["check", "--reader", &reader, "--accept", "simulated", "--save-dump", "dump.json", "--html", "page.html"];
        let texts = run(loud(&program, &[&check[..], &["--details", "--record", "reading.apdu"]].concat()));
        let data = run(loud(&program, &[&check[..], &["--json"]].concat()));
        assert_eq!(texts.code, data.code, "{}: {}{}", sim.name, texts.stderr, data.stderr);
        let dump = Dump::from_json(&fs::read(program.home.file("dump.json")).unwrap());
        let chip: Vec<Vec<u8>> = dump.unwrap().files_mut().map(|(_, bytes)| bytes.clone()).collect();
        let simulated = card(&recipe);
        let entries = simulated.credentials().into_iter().flat_map(|own| own.entries());
        // What is printed may be on the chip and in the report too; a PIN is nowhere.
        let printed =
            |entry: &str| data.stdout.contains(entry) || chip.iter().any(|file| contains(file, entry.as_bytes()));
        let entered: Vec<String> =
            entries.map(|(_, value)| value.to_string()).filter(|entry| is_short(entry) || !printed(entry)).collect();
        let mut written = files(&program);
        assert!(written.len() >= 3, "{}", sim.name);
        written.extend([("the report".to_owned(), said(&texts)), ("the data".to_owned(), said(&data))]);
        for entry in &entered {
            for (place, bytes) in &written {
                let forms = found(entry, bytes);
                assert!(forms.is_empty(), "{}, {place}: {forms:?}", sim.name);
            }
            searched += 1;
            pins += usize::from(is_short(entry));
        }
    }
    assert!(searched >= 5 && pins == 9, "{searched} entries, {pins} PINs");
}

#[test]
fn whose_card_it_is_stands_only_where_that_was_asked_for() {
    let mut shown = 0;
    for sim in simulator::kinds() {
        let (program, name) = (Program::new(), sim.name);
        // Not the person that a scrubbed recording invents.
        let reader = format!("sim:{name}?seed={SEED}");
        let arguments =
            ["check", "--reader", &reader, "--json", "--save-dump", "dump.json", "--record", "reading.apdu"];
        let checked = run(loud(&program, &arguments));
        let report = checked.json();
        let holder = [&report["holder"]["name"], &report["holder"]["address"]];
        let holder = holder.into_iter().filter_map(|text| text.as_str());
        // As it is shown, and as a machine-readable zone has it.
        let holder: Vec<String> = holder.flat_map(|text| [text.to_owned(), text.replace(' ', "<<")]).collect();
        if holder.is_empty() {
            continue;
        }
        shown += 1;
        let dump = fs::read(program.home.file("dump.json")).unwrap();
        let shows = |bytes: &[u8]| holder.iter().flat_map(|text| found(text, bytes)).next();
        assert!(shows(&dump).is_some(), "{name}: the search finds what is there");

        // No simulated card takes the shape of these changes, and a phone's answers are encrypted: refused by name.
        let scrubs = !["licence-changed", "mobile-my-number", "mobile-licence"].contains(&name);
        let batch = [
            "batch",
            "dump.json",
            "--accept",
            "simulated",
            "--at",
            "recorded",
            "--verdicts-only",
            "--junit",
            "junit.xml",
        ];
        let silent: [(Option<i32>, &[&str]); 6] = [
            (Some(0), &["identify", "--reader", &reader, "--json"]),
            (Some(0), &["identify", "--reader", &reader]),
            (checked.code, &batch),
            (Some(0), &["recording", "show", "reading.apdu"]),
            (Some(if scrubs { 0 } else { 2 }), &["recording", "scrub", "reading.apdu", "scrubbed.apdu"]),
            (Some(0), &["explain", "revocation"]),
        ];
        for (code, arguments) in silent {
            let outcome = run(loud(&program, arguments));
            assert_eq!(outcome.code, code, "{name}: {arguments:?}: {}{}", outcome.stdout, outcome.stderr);
            assert_eq!(shows(&said(&outcome)), None, "{name}: {arguments:?}");
        }
        for file in if scrubs { &["junit.xml", "scrubbed.apdu"][..] } else { &["junit.xml"] } {
            assert_eq!(shows(&fs::read(program.home.file(file)).unwrap()), None, "{name}: {file}");
        }
        assert_eq!(program.home.file("scrubbed.apdu").exists(), scrubs, "{name}");
    }
    assert_eq!(shown, 17, "kinds that show a name or an address");
}

#[cfg(feature = "records")]
#[test]
fn a_database_of_records_shows_nobody() {
    let program = Program::new();
    for folder in ["data", "keys"] {
        fs::create_dir(program.home.file(folder)).unwrap();
    }
    let store = ["--records", "sqlite:data/records.db", "--key", "keys/shop.key"];
    run(loud(&program, &[&["records", "init", "--test"], &store[..]].concat())).expect(0);
    let fields = json!({"fields": {
        "verifier": "架空 花", "recorder": "架空 花", "purpose": "生計費の決済", "occupation": "会社員",
        "transaction_kind": "口座開設", "other_confirmed_on": "2026-11-27",
    }});
    let staff = argument(&program.home.write("staff.json", fields.to_string()));
    let check = ["check", "--reader", "sim:my-number", "--staff-file", &staff, "--json"];
    let outcome = run(loud(&program, &[&check[..], &store].concat())).expect(0);
    let report = outcome.json();
    let holder = ["name", "address"].map(|part| report["holder"][part].as_str().unwrap().to_owned());
    fs::remove_file(&staff).unwrap();
    let listed = run(loud(&program, &[&["records", "list"], &store[..]].concat())).expect(0);
    let mut written = files(&program);
    assert!(written.iter().any(|(path, bytes)| path.ends_with("records.db") && bytes.len() > 4096));
    written.extend([("stderr".to_owned(), outcome.stderr.into()), ("list".to_owned(), listed.stderr.into())]);
    for (place, bytes) in &written {
        for mark in holder.iter().map(String::as_str).chain(["架空 花", "生計費の決済"]) {
            let forms = found(mark, bytes);
            assert!(forms.is_empty(), "{place}: {forms:?}");
        }
    }
}
