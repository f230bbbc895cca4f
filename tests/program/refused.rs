//! What a command line asks for and cannot have: it is refused before a card is touched, and the message names the way out.

use std::fs;

use serde_json::json;

use crate::common::{
    program::{Outcome, Program, run},
    temp::TempDir,
};

/// A program, and a folder where it runs with a recording, a dump and files that are wrong.
struct Desk {
    program: Program,
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { program: Program::new(), folder: TempDir::new() };
        for (name, content) in [
            ("empty", ""),
            ("form.json", "{\"name\":\"架空 太郎\"}"),
            ("cut.json", "{\"name\""),
            ("text.pem", "not a certificate\n"),
            ("names.txt", "birth = S11-11-15\nshoe-size = 27\n"),
            ("bare-wait.txt", "insert 1 my-number\nwait\n"),
            ("staff.json", "{}"),
            ("k", ""),
        ] {
            desk.folder.write(name, content);
        }
        desk
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.program.command(arguments);
        command.current_dir(self.folder.path());
        run(command)
    }

    /// Every command is refused with exit code 2, with this id and these words.
    fn refuses(&self, cases: &[(&[&str], &str, &str)]) {
        for (arguments, id, words) in cases {
            let refused = self.run(&[arguments, &["--json"][..]].concat());
            assert!(said(&refused).contains(words), "{arguments:?}: {}", refused.stderr);
            let refused = refused.expect(2).json();
            assert_eq!(refused["error"]["id"], *id, "{arguments:?}: {refused}");
        }
    }

    /// The same of commands without `--json`.
    fn says(&self, cases: &[(&[&str], &str)]) {
        for (arguments, words) in cases {
            let refused = self.run(arguments).expect(2);
            assert!(said(&refused).contains(words), "{arguments:?}: {}", refused.stderr);
        }
    }
}

/// Both halves of what was said, on one line.
fn said(outcome: &Outcome) -> String {
    outcome.stderr.replace("\n        ", " ")
}

#[test]
fn a_value_that_an_option_does_not_take_is_answered_with_those_that_it_takes() {
    let desk = Desk::new();
    let fingerprint = "It takes: 64 characters 0-9 and a-f (as taimen seal-key prints them).";
    let purpose = "--with-photo has no purpose. Write what the photo is kept for.";
    desk.says(&[
        (&["check", "--request", "age", "--age-over", "200"], "It takes: 1 - 99."),
        (&["check", "--request", "age", "--age-over", "abc"], "It takes: 1 - 99."),
        (&["check", "--at", "9999-12-31T23:59:59Z"], "or is out of range"),
        (&["check", "--records", "sqlite:r.db", "--with-photo", ""], purpose),
        (&["check", "--records", "sqlite:r.db", "--with-photo", " "], purpose),
        (&["verify", "form.json", "--sealed-by", "zz"], fingerprint),
        (&["trust", "add", "--purpose", "passport", "--pin", "zz", "text.pem"], "It takes: 64 characters 0-9 and a-f."),
        (&["counter", "--port", "70000"], "It takes: 0 - 65535."),
        (&["counter", "--customer-address", "foo"], "It takes: IP:PORT."),
        (&["recording", "make", "my-number", "--seed", "foo"], "It takes: 0 - 18446744073709551615."),
        (&["simulate", "my-number", "--seed", "foo"], "It takes: 0 - 18446744073709551615."),
        (&["records", "list", "--records", "sqlite:r.db", "--limit", "0"], "It takes: 1 - 1000."),
        (&["records", "list", "--records", "sqlite:r.db", "--since", "foo"], "It takes: YYYY-MM-DD."),
        (&["simulate", "my-number", "--vpcd", "foo"], "--vpcd <HOST:PORT> does not take 'foo'."),
        (&["simulate", "my-number", "--vpcd", "localhost:99999"], "It takes: HOST:PORT, port 1 - 65535."),
        (&["simulate", "my-number", "--vpcd", "localhost:0"], "It takes: HOST:PORT, port 1 - 65535."),
        // What trust judges is no reading, which could be vouched for.
        (&["trust", "check", "--at", "recorded"], "Write it like 2026-11-22T10:00:00+09:00.\n"),
        (&["trust", "list", "--at", "foo"], "Write it like 2026-11-22T10:00:00+09:00.\n"),
        (&["simulate", "--script", "bare-wait.txt"], "line 2: wait needs a time, such as 2, 2s or 1500ms."),
    ]);
    let japanese = desk.run(&["verify", "form.json", "--sealed-by", "zz", "--lang", "ja"]).expect(2).stderr;
    assert!(japanese.contains("指定できるもの：0〜9とa〜fの64文字（taimen seal-key が表示する指紋）"), "{japanese}");
}

#[test]
fn options_that_do_nothing_are_refused() {
    let desk = Desk::new();
    for option in [
        &["--staff-file", "staff.json"][..],
        &["--record-any"],
        &["--with-photo", "照合"],
        &["--record-profile", "hanshuhou"],
        &["--key", "k"],
        &["--keyring"],
        &["--profile", "own.toml"],
    ] {
        let arguments = [&["check", "--reader", "sim:my-number"], option].concat();
        desk.refuses(&[(&arguments, "usage-missing", "This is missing: --records <URL>.")]);
    }
    // The environment says where the key is, whether or not it is used.
    let mut command = desk.program.command(["check", "--reader", "sim:my-number"]);
    command.env("TAIMEN_RECORDS_KEY", desk.folder.file("k"));
    run(command).expect(0);
    desk.refuses(&[
        (&["check", "--reader", "sim:my-number", "--age", "--photo", "p.png"], "usage-conflict", "--age"),
        (&["check", "--reader", "sim:my-number", "--age", "--front", "p.png"], "usage-conflict", "--age"),
        (&["check", "--age-over", "20"], "usage-missing", "--request <identity|age>"),
        (&["check", "--age-over", "20", "--request", "identity"], "usage-conflict", "--request identity"),
        (&["check", "--form", "-", "--credentials", "-"], "usage-conflict", "taimen check --help shows how"),
        (
            &["check", "--reader", "sim:my-number", "--front", "p.png"],
            "other-cards-option",
            "--front does not apply to this kind of card (My Number Card)",
        ),
        (&["check", "--reader", "sim:residence2", "--front", "p.png"], "other-cards-option", "--front does not apply"),
    ]);
    assert!(!desk.folder.file("p.png").exists());
    desk.run(&["check", "--reader", "sim:residence1", "--front", "p.png"]).expect(0);

    desk.run(&["check", "--reader", "sim:licence", "--record", "card.apdu"]).expect(0);
    for option in ["--age", "--without-pin"] {
        let arguments = ["check", "--reader", "replay:card.apdu", "--accept", "simulated", option];
        desk.refuses(&[(&arguments, "recorded-scope", &format!("Run this again without {option}."))]);
    }
}

#[test]
fn a_key_is_in_a_file_or_in_the_key_store_and_never_in_both() {
    let desk = Desk::new();
    let refused = ["records", "init", "--records", "sqlite:r.db", "--key", "new.key", "--keyring"];
    desk.refuses(&[
        (&refused, "usage-conflict", "--key and --keyring cannot be used together."),
        (&["records", "list", "--records", "sqlite:r.db", "--key", "k", "--keyring"], "usage-conflict", "--keyring"),
        (&["check", "--records", "sqlite:r.db", "--key", "k", "--keyring"], "usage-conflict", "--keyring"),
    ]);
    // With the option, the file of the environment does not count: the database is looked for first.
    let mut command = desk.program.command(["records", "list", "--records", "sqlite:r.db", "--keyring", "--json"]);
    command.current_dir(desk.folder.path()).env("TAIMEN_RECORDS_KEY", "absent.key");
    assert_eq!(run(command).expect(2).json()["error"]["id"], "records-no-database");
    for file in ["new.key", "r.db", "absent.key"] {
        assert!(!desk.folder.file(file).exists(), "{file}");
    }
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_named_for_what_it_is() {
    let desk = Desk::new();
    desk.refuses(&[
        (&["verify", "empty"], "empty-file", "empty is empty."),
        (&["check", "--reader", "replay:empty"], "empty-file", "empty is empty."),
        (&["records", "add", "--records", "sqlite:r.db", "--staff-file", "empty"], "empty-file", "empty is empty."),
        (
            &["check", "--reader", "sim:my-number", "--form", "cut.json"],
            "form-malformed",
            "cut.json, line 1, column 7: this is not a form in JSON.",
        ),
        (
            &["check", "--reader", "sim:my-number", "--credentials", "names.txt"],
            "unknown-credential",
            "Line 2 of the credentials has a name that taimen does not know. taimen check --help lists the names.",
        ),
        (
            &["check", "--reader", "sim:licence?fault=cloned"],
            "unknown-sim-fault",
            "does not have the fault 'cloned', or the fault does not take this value.",
        ),
        (&["records", "verify", "--records", "sqlite:."], "records-not-ours", "not a folder"),
        (
            &["records", "find", "--records", "sqlite:r.db", "--birth-date", "foo"],
            "record-search-day",
            "'--birth-date' is not a day. Write it like 1980-02-17 or S55-02-17.",
        ),
        (&["records", "find", "--records", "sqlite:r.db"], "record-search", "Nothing to look for was given."),
        (&["records", "find", "--records", "sqlite:r.db", "--birth-date", ""], "record-search", "Nothing to look for"),
    ]);
    let neither = "neither a certificate (DER or PEM) nor a signed list of certificates.";
    for purpose in ["passport", "mdoc"] {
        for file in ["text.pem", "empty"] {
            desk.says(&[(&["trust", "add", "--purpose", purpose, "--trust-dir", "trust", file], neither)]);
        }
    }
    // A form alone is half of a pair.
    let outcome = desk.run(&["compare", "form.json"]).expect(2);
    let error = &outcome.json()["error"];
    assert!(error["message"].as_str().unwrap().ends_with("this is not a pair of chip and form in JSON."), "{error}");
    assert!(
        error["remedy"].as_str().unwrap().starts_with("Write {\"chip\":{...},\"form\":{...}} on each line."),
        "{error}"
    );
}

/// Staff read what is wrong, and nothing of what they wrote.
#[test]
fn entries_of_a_record_are_refused_by_their_key() {
    let desk = Desk::new();
    for (content, id, words) in [
        (json!({"hobby": 1}), "record-entries-key", "line 1: 'hobby' is not a key here."),
        (json!({"fields": {"hobby": "将棋"}}), "record-entry", "this is not a field of the record."),
        (json!({"transaction_on": "2999-01-01"}), "record-entry", "transaction_on: this is in the future."),
        (json!({"human_match": {}}), "record-entries-missing", "is missing."),
        (json!({"fallback": {"case": "架空"}}), "record-entries-value", "line 1: this key does not take that value."),
    ] {
        fs::write(desk.folder.file("bad.json"), content.to_string()).unwrap();
        let arguments = ["records", "add", "--records", "sqlite:r.db", "--staff-file", "bad.json"];
        desk.refuses(&[(&arguments, id, words)]);
        let japanese = desk.run(&[&arguments[..], &["--lang", "ja"]].concat()).expect(2).stderr;
        assert!(!japanese.contains("架空") && !japanese.contains("将棋"), "{japanese}");
    }
}

/// A card that the verdict refuses only because nobody asked for test cards says how to try it.
#[test]
fn a_simulated_card_says_how_to_try_it() {
    let desk = Desk::new();
    desk.run(&["check", "--reader", "sim:passport", "--save-dump", "card.json", "--html", "page.html"]).expect(0);
    let refused = desk.run(&["verify", "card.json", "--at", "recorded", "--html", "page.html"]).expect(1).stdout;
    let refused = refused.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(refused.contains("run this again with --accept simulated (or --accept test)"), "{refused}");
    assert!(!refused.contains("Install the state's CSCA"), "{refused}");
    // A page is for whoever is handed it.
    let page = fs::read_to_string(desk.folder.file("page.html")).unwrap();
    assert!(page.contains("Never accept one in a real check.") && !page.contains("--accept"), "{page}");
}
