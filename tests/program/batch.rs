//! `taimen batch`: order, expectations, bad inputs of every kind, Ctrl-C, closed pipes, lists, JUnit.
#![cfg(all(feature = "cli", unix))]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
    },
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::common::{
    program::{Outcome, Program, Running, argument, run},
    temp::TempDir,
};
use serde_json::{Value, json};
use taimen::transport::Recording;

/// A program and a folder `in` with inputs, the working folder of every run.
struct Batch {
    program: Program,
    folder: TempDir,
}

impl Batch {
    fn new() -> Self {
        let batch = Self { program: Program::new(), folder: TempDir::new() };
        for name in ["in", "expect"] {
            fs::create_dir(batch.folder.file(name)).unwrap();
        }
        batch
    }

    /// A check of a simulated card, for what it writes.
    fn make(&self, reader: &str, more: &[&str], code: i32) {
        let outcome = run(self.command(&[&["check", "--json", "--reader", reader], more].concat()));
        outcome.expect(code);
    }

    /// Some inputs: authentic, and quick to judge but for `full`.
    fn inputs(&self) {
        self.make("sim:my-number", &["--save-dump", "in/full.json", "--record", "in/full.apdu"], 0);
        self.make("sim:my-number", &["--age", "--save-dump", "in/age.json", "--record", "in/age.apdu"], 0);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program.command(arguments);
        command.current_dir(self.folder.path());
        command
    }

    /// A batch that accepts simulated cards.
    fn run(&self, arguments: &[&str]) -> Outcome {
        run(self.batch(arguments))
    }

    fn batch(&self, arguments: &[&str]) -> Command {
        // The inputs are the test's own.
        let at = if arguments.contains(&"--at") { &[][..] } else { &["--at", "recorded"] };
        self.command(&[&["batch", "--accept", "simulated", "--json"], at, arguments].concat())
    }

    /// A batch with a list on standard input.
    fn list(&self, list: impl AsRef<[u8]>, arguments: &[&str]) -> Outcome {
        let list = self.folder.write("list", list);
        let mut command = self.batch(&[&["-"], arguments].concat());
        command.stdin(fs::File::open(list).unwrap());
        run(command)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        self.folder.write(&format!("in/{name}"), content);
    }

    /// An expectation in the folder `expect`.
    fn expect(&self, name: &str, content: &str) {
        self.folder.write(&format!("expect/{name}.expect.json"), content);
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.file("in").join(name)).unwrap()
    }
}

fn lines(outcome: &Outcome) -> Vec<Value> {
    assert!(outcome.stdout.is_empty() || outcome.stdout.ends_with('\n'));
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn summary(outcome: &Outcome) -> Value {
    serde_json::from_str(outcome.stderr.lines().last().expect("a summary")).unwrap()
}

fn column(outcome: &Outcome, pointer: &str) -> Vec<Value> {
    lines(outcome).into_iter().map(|line| line.pointer(pointer).unwrap().clone()).collect()
}

#[test]
fn lines_come_in_the_order_of_the_inputs_whatever_the_number_of_jobs() {
    let batch = Batch::new();
    batch.inputs();
    batch.write("no.apdu", "nothing");
    let names = ["in/full.json", "in/no.apdu", "in/absent", "in/age.json", "in/full.apdu", "in/no.apdu"];
    let list: Vec<&str> = names.into_iter().cycle().take(60).collect();
    for jobs in ["1", "2", "7", "64"] {
        let outcome = batch.list(list.join("\n"), &["--jobs", jobs]).expect(2);
        assert_eq!(column(&outcome, "/input"), list, "{jobs} jobs");
        assert_eq!(summary(&outcome)["counts"], json!({ "0": 30, "1": 0, "2": 30, "3": 0, "4": 0, "5": 0, "6": 0 }));
    }
}

#[test]
fn a_line_says_what_verify_and_check_say() {
    let batch = Batch::new();
    batch.inputs();
    let outcome = batch.run(&["in/full.json", "in/full.apdu", "--sex", "--at", "recorded"]).expect(0);
    let same = ["--accept", "simulated", "--json", "--sex", "--at", "recorded"];
    let verified = run(batch.command(&[&["verify", "in/full.json"], &same[..]].concat())).expect(0).json();
    let replayed = ["check", "--reader", "replay:in/full.apdu"];
    let mut replayed = run(batch.command(&[&replayed[..], &same[..]].concat())).expect(0).json();
    let lines = lines(&outcome);
    assert_eq!(lines[0]["report"], verified);
    assert_eq!(lines[0]["report"]["source"], "dump");
    for figure in ["card_ms", "host_ms"] {
        replayed["link"][figure] = 0.into();
        assert_eq!(lines[1]["report"]["link"][figure], 0, "nobody waited for a card, and every run says the same");
    }
    assert_eq!(lines[1]["report"], replayed);
    assert_eq!(lines[1]["report"]["source"], "replay");
    assert_eq!((&lines[1]["error"], &lines[1]["expect"]), (&Value::Null, &Value::Null));

    // Without the option a simulated card does not count, and neither sex nor domicile is told.
    let outcome = run(batch.command(&["batch", "in/full.json", "--json"])).expect(1);
    assert_eq!(column(&outcome, "/report/headline"), ["simulated-not-accepted"]);
    assert!(!outcome.stdout.contains("\"sex\":\""), "{}", outcome.stdout);
}

#[test]
fn a_verdict_line_is_short_and_holds_nothing_that_the_card_says() {
    let batch = Batch::new();
    batch.inputs();
    batch.make("sim:my-number?fault=cloned", &["--save-dump", "in/copied.json"], 1);
    batch.write("no.apdu", "nothing");
    batch.expect("age", r#"{ "exit": 0, "checks": [{ "id": "age-signature", "verdict": "passed" }] }"#);
    let outcome = batch.run(&["in", "--expect", "expect", "--verdicts-only"]).expect(2);
    let whole = batch.run(&["in", "--expect", "expect"]).expect(2);
    for line in outcome.stdout.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        assert!(line.len() < 300 + value["input"].as_str().unwrap().len(), "{line}");
    }
    for pointer in ["/input", "/exit", "/counts"] {
        assert_eq!(column(&outcome, pointer), column(&whole, pointer));
    }
    let (lines, whole) = (lines(&outcome), lines(&whole));
    for (short, long) in lines.iter().zip(&whole) {
        assert_eq!(short["schema"], "taimen.batch-verdict/1");
        let said = |name: &str| (short["verdict"].get(name).cloned(), long["report"].get(name).cloned());
        for (short, long) in [said("overall"), said("headline")] {
            assert_eq!(short, long);
        }
        assert_eq!(short["error"], long.pointer("/error/id").cloned().unwrap_or_default());
        assert_eq!(short["expect"], long.pointer("/expect/result").cloned().unwrap_or_default());
    }
    let copied = lines.iter().find(|line| line["input"] == "in/copied.json").unwrap();
    assert_eq!(
        copied["verdict"],
        json!({ "kind": "my-number", "overall": "rejected", "headline": "simulated-copied", "failed": ["chip-key", "text-chip-key"] })
    );
    let birth = whole.iter().find_map(|line| line.pointer("/report/holder/birth_date")?.as_str()).unwrap();
    assert!(!outcome.stdout.contains(birth), "{}", outcome.stdout);
    // The same of a list, and the output of one batch is a list for the next.
    let again = batch.list(&outcome.stdout, &["--verdicts-only"]).expect(2);
    assert_eq!(column(&again, "/exit"), column(&outcome, "/exit"));
}

#[test]
fn exit_zero_says_that_every_input_was_judged() {
    let batch = Batch::new();
    batch.inputs();
    batch.make("sim:my-number?fault=cloned", &["--save-dump", "in/copied.json"], 1);
    batch.run(&["in"]).expect(1);
    let outcome = batch.run(&["in", "--exit-zero"]).expect(0);
    assert_eq!(summary(&outcome)["exit"], 0);
    assert_eq!(summary(&outcome)["overall"]["rejected"], 1);
    batch.expect("full", r#"{ "exit": 1 }"#);
    batch.run(&["in", "--exit-zero", "--expect", "expect"]).expect(0);
    // Of an engine's many lists some are empty.
    batch.list("", &["--exit-zero"]).expect(0);
    // An expectation that no input had, an unreadable input: neither is a verdict.
    batch.expect("absent", r#"{ "exit": 1 }"#);
    batch.run(&["in", "--exit-zero", "--expect", "expect"]).expect(2);
    batch.run(&["in", "in/absent.json", "--exit-zero"]).expect(2);
}

#[test]
fn folders_are_walked_in_the_order_of_names_and_other_files_left_alone() {
    let batch = Batch::new();
    batch.inputs();
    let dump = batch.read("age.json");
    fs::create_dir_all(batch.folder.file("in/b/deep")).unwrap();
    fs::create_dir_all(batch.folder.file("in/b.json")).unwrap();
    for name in ["b/2.json", "b/10.json", "b/deep/x.json", "b.json/y.json", "z.apdu.txt", "b/readme.md", "B.json"] {
        batch.write(name, &dump);
    }
    symlink("age.json", batch.folder.file("in/link.json")).unwrap();
    symlink("age.json", batch.folder.file("in/other-link")).unwrap();
    symlink("nowhere", batch.folder.file("in/gone")).unwrap();
    symlink("..", batch.folder.file("in/b/deep/up")).unwrap();
    batch.write("age.expect.json", "{\"overall\":\"authentic\"}");
    let outcome = batch.run(&["in", "in/b/2.json"]).expect(2);
    assert_eq!(
        column(&outcome, "/input"),
        [
            "in/B.json",
            "in/age.apdu",
            "in/age.json",
            "in/b/10.json",
            "in/b/2.json",
            "in/b/deep/up",
            "in/b/deep/x.json",
            "in/b.json/y.json",
            "in/full.apdu",
            "in/full.json",
            "in/link.json",
            "in/b/2.json",
        ]
    );
    let loops: Vec<Value> = lines(&outcome).into_iter().filter(|line| line["exit"] == 2).collect();
    assert_eq!(loops.len(), 1);
    assert_eq!(loops[0]["error"]["id"], "folder-loop");

    // As deep as a person would go, and no deeper than the limit.
    let deep = |depth: usize| vec!["d"; depth].join("/");
    for depth in [63, 64] {
        fs::create_dir_all(batch.folder.file("deep").join(deep(depth))).unwrap();
        fs::write(batch.folder.file("deep").join(deep(depth)).join("x.json"), &dump).unwrap();
    }
    let outcome = batch.run(&["deep"]).expect(2);
    assert_eq!(column(&outcome, "/exit"), [2, 0]);
    assert_eq!(column(&outcome, "/input"), [format!("deep/{}", deep(64)), format!("deep/{}/x.json", deep(63))]);
}

/// Every kind of bad input has a name of its own, counts as told, and stops nothing.
#[test]
fn every_bad_input_is_named_and_stops_nothing() {
    let batch = Batch::new();
    batch.inputs();
    let (recording, dump) = (batch.read("full.apdu"), batch.read("full.json"));
    let mut cut = Recording::parse(recording.as_bytes()).unwrap();
    cut.steps.pop();
    batch.write("ended.apdu", cut.to_text());
    batch.write("unused.apdu", format!("{recording}\n> 00B0000000\n< 9000\n"));
    batch.write(
        "mismatch.apdu",
        recording.replacen("> 00A4040C0AD3921000310001010402", "> 00A4040C0AD3921000310001010499", 1),
    );
    batch.write("no-line.apdu", "taimen-recording 2\nthis is no line\n");
    batch.write("version.apdu", "taimen-recording 9\n");
    batch.write(
        "drawless.apdu",
        recording.lines().filter(|line| !line.starts_with("random")).collect::<Vec<_>>().join("\n"),
    );
    batch.write("cut.json", &dump[..300]);
    batch.write("other.json", dump.replace("taimen.dump/1", "taimen.dump/9"));
    batch.write("report.json", "{\"schema\":\"taimen.report/1\"}");
    batch.write("deep.json", "{\"a\":".repeat(100_000));
    batch.write("large.json", format!("{{{}", " ".repeat(4 * 1024 * 1024)));
    batch.write("empty.apdu", "");
    batch.write("bytes.apdu", [0xFF, 0xFE, 0x00]);
    batch.write("text.json", "hello");
    fs::File::create(batch.folder.file("in/huge.apdu")).unwrap().set_len(1 << 40).unwrap();
    let mut pipe = Command::new("mkfifo");
    pipe.arg(batch.folder.file("in/pipe.apdu"));
    run(pipe).expect(0);
    let _socket = std::os::unix::net::UnixListener::bind(batch.folder.file("in/s.apdu")).ok();
    let bad = [
        ("in/absent.apdu", "unreadable", 2),
        ("in/full.json/x.apdu", "unreadable", 2),
        ("in/ended.apdu", "replay-ended", 4),
        ("in/unused.apdu", "recording-unused", 4),
        ("in/mismatch.apdu", "replay-mismatch", 4),
        ("in/no-line.apdu", "recording", 2),
        ("in/version.apdu", "recording-other-version", 2),
        ("in/drawless.apdu", "recording-draw", 4),
        ("in/cut.json", "dump-malformed", 2),
        ("in/other.json", "dump-other-schema", 2),
        ("in/report.json", "dump-other-schema", 2),
        ("in/deep.json", "dump-malformed", 2),
        ("in/large.json", "dump-too-large", 2),
        ("in/empty.apdu", "not-an-input", 2),
        ("in/bytes.apdu", "not-an-input", 2),
        ("in/text.json", "not-an-input", 2),
        ("in/huge.apdu", "input-too-large", 2),
        ("/dev/zero", "not-a-file", 2),
        ("in/pipe.apdu", "not-a-file", 2),
    ];
    for (input, id, exit) in bad {
        let outcome = batch.run(&[input, "in/full.json"]).expect(exit);
        let [bad, good] = &lines(&outcome)[..] else { panic!("two lines: {}", outcome.stdout) };
        assert_eq!((&bad["input"], &bad["error"]["id"], &bad["report"]), (&json!(input), &json!(id), &Value::Null));
        assert_eq!((&bad["exit"], &bad["counts"], &good["counts"]), (&json!(exit), &json!(exit), &json!(0)), "{input}");
        assert!(
            bad["error"]["message"].as_str().unwrap().len() > 10 && bad["error"]["remedy"].as_str().unwrap().len() > 10
        );
        assert_eq!(summary(&outcome)["not_judged"], 1);
    }
    let everything: Vec<&str> = bad.iter().map(|(input, ..)| *input).chain(["in/full.json"]).collect();
    let outcome = batch.run(&everything).expect(4);
    assert_eq!(column(&outcome, "/input"), everything);
    // A socket cannot be made if the path is too long for one.
    if batch.folder.file("in/s.apdu").exists() {
        assert_eq!(column(&batch.run(&["in/s.apdu"]).expect(2), "/error/id"), ["not-a-file"]);
    }
}

#[test]
fn the_exit_code_is_the_worst_in_the_order_5_4_2_1_3_0() {
    let batch = Batch::new();
    batch.inputs();
    batch.make("sim:my-number?fault=swapped-photo", &["--record", "in/1.apdu"], 1);
    batch.write("2.apdu", "");
    batch.make("sim:licence", &["--without-pin", "--record", "in/3.apdu"], 3);
    batch.make("sim:my-number?fault=removed-at=5", &["--record", "in/4.apdu"], 4);
    batch.make("sim:my-number?fault=blocked", &["--record", "in/5.apdu"], 5);
    let names = ["in/5.apdu", "in/4.apdu", "in/2.apdu", "in/1.apdu", "in/3.apdu", "in/full.apdu"];
    for (from, code) in [5, 4, 2, 1, 3, 0].into_iter().enumerate() {
        let outcome = batch.run(&names[from..]).expect(code);
        assert_eq!(column(&outcome, "/counts").len(), 6 - from);
        assert_eq!(summary(&outcome)["exit"], code);
        let mut backwards = names[from..].to_vec();
        backwards.reverse();
        batch.run(&backwards).expect(code);
    }
}

#[test]
fn an_expectation_makes_an_input_a_test() {
    let batch = Batch::new();
    batch.inputs();
    batch.make("sim:my-number?fault=cloned", &["--save-dump", "in/cloned.json"], 1);
    batch.make("sim:my-number?fault=removed-at=5", &["--record", "in/removed.apdu"], 4);
    let run = |expectations: &[(&str, Value)]| {
        for (name, expected) in expectations {
            batch.expect(name, &expected.to_string());
        }
        batch.run(&["in/full.json", "in/cloned.json", "in/removed.apdu", "--expect", "expect"])
    };
    let met = [
        ("full", json!({ "overall": "authentic", "hierarchy": "simulated", "accepted_hierarchies": ["simulated"] })),
        (
            "cloned",
            json!({ "exit": 1, "headline": "simulated-copied", "checks": [{ "id": "chip-key", "verdict": "failed" }] }),
        ),
        ("removed", json!({ "exit": 4, "error": { "id": "removed" } })),
    ];
    let outcome = run(&met).expect(0);
    assert_eq!(column(&outcome, "/exit"), [0, 1, 4]);
    assert_eq!(column(&outcome, "/counts"), [0, 0, 0]);
    assert_eq!(column(&outcome, "/expect"), vec![json!({ "result": "met", "differs": [] }); 3]);
    assert_eq!(summary(&outcome)["expectations"], json!({ "met": 3, "failed": 0 }));

    let name = json!({ "holder": { "name": "誰か 別人" }, "overal": "authentic" });
    let failed = [("full", name), ("removed", json!({ "overall": "authentic", "exit": 4 }))];
    let outcome = run(&failed).expect(1);
    assert_eq!(column(&outcome, "/counts"), [1, 0, 1]);
    let differs = column(&outcome, "/expect/differs");
    assert_eq!(differs, [json!(["/holder/name", "/overal"]), json!([]), json!(["/overall"])]);
    assert!(!outcome.stdout.contains("別人"), "an expected value is personal data too");
    assert_eq!(summary(&outcome)["expectations"], json!({ "met": 1, "failed": 2 }));
}

/// By its place below a named folder, by its place below the folder of expectations, or by its name.
#[test]
fn an_expectation_is_found_by_the_place_of_its_input() {
    let batch = Batch::new();
    batch.make("sim:my-number?fault=cloned", &["--age", "--save-dump", "in/a.json"], 1);
    let dump = batch.read("a.json");
    fs::create_dir_all(batch.folder.file("in/deep/er")).unwrap();
    batch.write("deep/er/a.json", &dump);
    batch.expect("a", "{\"exit\":1}");
    let outcome = batch.run(&["in", "--expect", "expect"]).expect(1);
    assert_eq!(column(&outcome, "/counts"), [0, 1]);
    fs::create_dir_all(batch.folder.file("expect/deep/er")).unwrap();
    batch.expect("deep/er/a", "{\"overall\":\"rejected\"}");
    batch.run(&["in", "--expect", "expect"]).expect(0);
    batch.list("in/a.json\n{\"input\":\"in/deep/er/a.json\"}", &["--expect", "expect"]).expect(2);

    // The inputs' own folder, because its owner names it; files that are named themselves too.
    batch.write("a.expect.json", "{\"exit\":1}");
    batch.write("deep/er/a.expect.json", "{\"exit\":1}");
    for inputs in [&["in"][..], &["in/a.json", "in/deep"], &["./in/deep/er/../../a.json", "in/deep/er/a.json"]] {
        let outcome = batch.run(&[inputs, &["--expect", "in"]].concat()).expect(0);
        assert_eq!(column(&outcome, "/counts"), [0, 0], "{inputs:?}");
    }
    // Without the option what is there does not count.
    let outcome = batch.run(&["in"]).expect(1);
    assert_eq!(column(&outcome, "/expect"), [Value::Null, Value::Null]);
}

#[test]
fn an_expectation_without_an_input_is_an_error() {
    let batch = Batch::new();
    batch.inputs();
    fs::create_dir_all(batch.folder.file("expect/deep")).unwrap();
    for name in ["age", "b", "a", "deep/full"] {
        batch.expect(name, "{\"exit\":0}");
    }
    let outcome = batch.run(&["in/age.json", "--expect", "expect", "--junit", "report.xml"]).expect(2);
    let unused = ["expect/a.expect.json", "expect/b.expect.json", "expect/deep/full.expect.json"];
    assert_eq!(column(&outcome, "/input")[1..], unused);
    assert!(lines(&outcome)[1..].iter().all(|line| line["error"]["id"] == "expectation-unused" && line["counts"] == 2));
    assert_eq!(well_formed(&fs::read_to_string(batch.folder.file("report.xml")).unwrap()), 4);
    for nowhere in ["absent", "in/age.json"] {
        let outcome = batch.run(&["in", "--expect", nowhere]).expect(2);
        assert!(outcome.stderr.contains("cannot be read"), "{}", outcome.stderr);
    }
}

/// Nothing outside the folder is read, and what asserts nothing makes no input pass.
#[test]
fn an_expectation_that_cannot_be_used_makes_its_input_an_error() {
    let batch = Batch::new();
    batch.make("sim:my-number?fault=cloned", &["--age", "--save-dump", "in/a.json"], 1);
    batch.folder.write("outside.expect.json", "{\"exit\":1}");
    fs::create_dir(batch.folder.file("linked")).unwrap();
    batch.folder.write("linked/a.expect.json", "{\"exit\":1}");
    let count = |id: &str| {
        let outcome = batch.run(&["in/a.json", "--expect", "expect"]).expect(2);
        assert_eq!(column(&outcome, "/error/id"), [id]);
    };
    for nothing in ["{}", "{\"holder\":{}}", "{\"error\":null}", "{\"checks\":[{\"id\":\"chip-key\"}]}"] {
        batch.expect("a", nothing);
        count("expectation-empty");
    }
    batch.expect("a", &" ".repeat(1024 * 1024 + 1));
    count("expectation-empty");
    batch.expect("a", "{\"overall\":");
    count("expectation-malformed");
    for target in ["../outside.expect.json", "/dev/zero", "nowhere"] {
        fs::remove_file(batch.folder.file("expect/a.expect.json")).unwrap();
        symlink(target, batch.folder.file("expect/a.expect.json")).unwrap();
        count("not-a-file");
    }
    // A linked folder is not looked into, and a name leads nowhere.
    fs::remove_file(batch.folder.file("expect/a.expect.json")).unwrap();
    symlink("../linked", batch.folder.file("expect/in")).unwrap();
    for input in ["in/a.json", "in", "expect/../in/a.json"] {
        assert_eq!(column(&batch.run(&[input, "--expect", "expect"]).expect(1), "/counts"), [1]);
    }
}

#[test]
fn an_expectation_never_makes_up_for_a_seal() {
    let batch = Batch::new();
    batch.inputs();
    let key = run(batch.command(&["seal-key", "seal.pem", "--json"])).expect(0).json();
    let fingerprint = key["sha256"].as_str().unwrap();
    batch.make("sim:my-number?fault=cloned", &["--save-dump", "in/sealed.json", "--seal", "seal.pem"], 1);
    batch.expect("sealed", "{\"overall\":\"rejected\"}");
    batch.expect("full", "{\"exit\":2,\"error\":{\"id\":\"no-seal\"}}");
    let names = ["in/sealed.json", "in/full.json", "--expect", "expect"];
    let outcome = batch.run(&[&names[..], &["--sealed-by", fingerprint]].concat()).expect(2);
    assert_eq!(column(&outcome, "/counts"), [0, 2]);
    assert_eq!(column(&outcome, "/expect")[1], Value::Null);
}

#[test]
fn the_summary_names_what_did_not_pass() {
    let batch = Batch::new();
    batch.inputs();
    batch.make("sim:my-number?fault=cloned", &["--save-dump", "in/cloned.json"], 1);
    batch.expect("full", "{\"exit\":1}");
    let inputs = ["in/age.json", "in/cloned.json", "in/full.json", "in/ab\u{1B}sent"];
    let told = |more: &[&str]| {
        let vouched = ["batch", "--accept", "simulated", "--at", "recorded"];
        let arguments = [&vouched[..], &inputs[..], &["--expect", "expect"], more].concat();
        run(batch.command(&arguments)).expect(2).stderr
    };
    let en = told(&["--lang", "en"]);
    for line in ["1  in/cloned.json: rejected", "1  in/full.json: not as expected", "2  in/ab[U+001B]sent: unreadable"]
    {
        assert!(en.contains(&format!("          {line}\n")), "{en}");
    }
    assert!(!en.contains("age.json") && !en.contains("more"), "{en}");
    assert!(told(&["--lang", "ja"]).contains("合格しなかった入力:\n          1  in/cloned.json: 不合格\n"));

    let list = batch.folder.write("many", vec!["absent"; 25].join("\n"));
    let mut many = batch.command(&["batch", "-", "--lang", "en"]);
    many.stdin(fs::File::open(list).unwrap());
    let told = run(many).expect(2).stderr;
    assert_eq!(told.matches("2  absent: unreadable").count(), 20);
    assert!(told.contains("          and 5 more"), "{told}");
}

#[test]
fn a_recording_tells_whether_the_last_try_was_allowed() {
    let batch = Batch::new();
    let reader = "sim:my-number?fault=last-try";
    batch.make(reader, &["--allow-last-try", "--record", "in/allowed.apdu"], 0);
    batch.make(reader, &["--record", "in/refused.apdu"], 5);
    let outcome = batch.run(&["in"]).expect(5);
    assert_eq!(column(&outcome, "/exit"), [0, 5]);
    assert_eq!(lines(&outcome)[1]["error"]["id"], "last-try");
}

#[test]
fn nobody_is_asked_for_what_a_recording_does_not_hold() {
    let batch = Batch::new();
    batch.make("sim:residence1", &["--record", "in/card.apdu"], 0);
    // One that tells the handshake needs the card's number, which no recording holds.
    let told = batch.read("card.apdu").replacen(
        "> 0082000028<40 secret bytes>00",
        &format!("> 0082000028{}00", "00".repeat(40)),
        1,
    );
    batch.write("told.apdu", told);
    let outcome = batch.run(&["in"]).expect(2);
    assert_eq!(column(&outcome, "/exit"), [0, 2]);
    assert_eq!(lines(&outcome)[1]["error"]["id"], "missing-credential");
    assert_eq!(outcome.stderr.lines().count(), 1, "the summary alone: {}", outcome.stderr);
}

#[test]
fn a_list_has_paths_objects_and_the_inputs_themselves() {
    let batch = Batch::new();
    batch.inputs();
    let (recording, dump) = (batch.read("age.apdu"), batch.read("age.json"));
    let dump: Value = serde_json::from_str(&dump).unwrap();
    let list = [
        "in/age.json".to_owned(),
        json!({ "input": "in/age.apdu", "note": "ignored" }).to_string(),
        json!({ "input": "by name", "dump": dump }).to_string(),
        json!({ "recording": recording }).to_string(),
        String::new(),
        json!({ "input": "both", "dump": dump, "recording": recording }).to_string(),
        json!({ "note": "nothing" }).to_string(),
        "{broken".to_owned(),
        json!({ "input": "bad", "dump": { "schema": "taimen.dump/1" } }).to_string(),
        json!({ "input": "in" }).to_string(),
        "in/b".to_owned(),
    ];
    let outcome = batch.list(list.join("\n"), &[]).expect(2);
    let inputs = ["in/age.json", "in/age.apdu", "by name", "-:4", "both", "-:7", "-:8", "bad", "in", "in/b"];
    assert_eq!(column(&outcome, "/input"), inputs);
    assert_eq!(column(&outcome, "/counts"), [0, 0, 0, 0, 2, 2, 2, 2, 2, 2]);
    let ids: Vec<Value> = lines(&outcome).into_iter().skip(4).map(|line| line["error"]["id"].clone()).collect();
    assert_eq!(ids, ["list-line", "list-line", "list-line", "dump-malformed", "unreadable", "unreadable"]);

    // The output is a list too.
    let first: String = outcome.stdout.lines().take(2).map(|line| format!("{line}\n")).collect();
    let again = batch.list(&first, &[]).expect(0);
    assert_eq!(column(&again, "/input"), ["in/age.json", "in/age.apdu"]);

    // Names that are not UTF-8, and folders, in a list.
    let odd = std::ffi::OsStr::from_bytes(b"in/odd-\xFF.json");
    fs::write(batch.folder.path().join(odd), serde_json::to_string(&dump).unwrap()).unwrap();
    let outcome = batch.list(b"in/odd-\xFF.json\nin\r\n", &[]).expect(0);
    assert_eq!(column(&outcome, "/input")[0], "in/odd-\u{FFFD}.json");
    assert_eq!(lines(&outcome).len(), 6);
}

#[test]
fn a_gate_that_looked_at_nothing_does_not_stand_open() {
    let batch = Batch::new();
    batch.write("x.expect.json", "{}");
    for arguments in [&["in"][..], &["in/x.expect.json"], &["-"]] {
        let outcome = batch.run(arguments).expect(2);
        assert_eq!(column(&outcome, "/error/id"), ["no-inputs"]);
        assert!(outcome.stderr.contains("There is nothing to judge."));
        assert_eq!(summary(&outcome)["inputs"], 0);
    }
}

#[test]
fn only_what_the_named_key_sealed_is_judged() {
    let batch = Batch::new();
    batch.inputs();
    let key = run(batch.command(&["seal-key", "seal.pem", "--json"])).expect(0).json();
    batch.make("sim:my-number", &["--save-dump", "in/sealed.json", "--seal", "seal.pem"], 0);
    let broken = batch.read("sealed.json").replacen("\"exchanges\": 14", "\"exchanges\": 13", 1);
    batch.write("broken.json", broken);
    let names = ["in/sealed.json", "in/full.json", "in/full.apdu", "in/broken.json"];
    let fingerprint = key["sha256"].as_str().unwrap();
    let outcome = batch.run(&[&names[..], &["--sealed-by", fingerprint]].concat()).expect(2);
    assert_eq!(column(&outcome, "/counts"), [0, 2, 2, 2]);
    assert_eq!(lines(&outcome)[0]["report"]["sealed_by"], fingerprint);
    let ids: Vec<Value> = lines(&outcome).into_iter().skip(1).map(|line| line["error"]["id"].clone()).collect();
    assert_eq!(ids, ["no-seal", "no-seal", "seal-broken"]);
}

/// A batch whose standard input stays open.
struct Open {
    child: Running,
    out: BufReader<std::process::ChildStdout>,
}

impl Open {
    fn new(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child: Running(child), out }
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.child.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    fn interrupt(&self) {
        interrupt(&self.child.0);
    }

    /// Exit code, the rest of standard output, standard error.
    fn end(mut self) -> (i32, String, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        let mut told = String::new();
        self.child.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (self.child.0.wait().unwrap().code().unwrap(), rest, told)
    }
}

fn interrupt(child: &Child) {
    let mut kill = Command::new("sh");
    kill.args(["-c", &format!("kill -INT {}", child.id())]);
    run(kill).expect(0);
}

#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    let batch = Batch::new();
    batch.inputs();
    let mut open = Open::new(batch.batch(&["-"]));
    for _ in 0..3 {
        for input in ["in/age.json", "absent"] {
            open.tell(input);
            let line: Value = serde_json::from_str(&open.hear()).unwrap();
            assert_eq!(line["input"], input);
        }
    }
    drop(open.child.0.stdin.take());
    let (code, rest, told) = open.end();
    assert_eq!((code, rest.as_str()), (2, ""));
    assert!(told.contains("\"inputs\":6"), "{told}");
}

#[test]
fn control_c_ends_a_batch_that_waits_and_what_is_done_is_written() {
    let batch = Batch::new();
    batch.inputs();
    let mut open = Open::new(batch.batch(&["-", "--junit", "report.xml"]));
    open.tell("in/age.json");
    assert!(open.hear().ends_with("}\n"));
    open.interrupt();
    let (code, rest, told) = open.end();
    assert_eq!((code, rest.as_str()), (130, ""), "{told}");
    let summary: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["interrupted"], &summary["inputs"], &summary["exit"]), (&json!(true), &json!(1), &json!(130)));
    let report = fs::read_to_string(batch.folder.file("report.xml")).unwrap();
    assert_eq!(well_formed(&report), 2);
    assert!(report.contains("name=\"(interrupted)\"><error") && report.contains("tests=\"2\""), "{report}");
}

#[test]
fn control_c_in_the_middle_leaves_whole_lines_in_order() {
    let batch = Batch::new();
    batch.inputs();
    let list = vec!["in/age.json"; 100_000].join("\n");
    let list = batch.folder.write("long", list);
    let mut command = batch.command(&["batch", "-", "--accept", "simulated", "--at", "recorded", "--lang", "ja"]);
    command.stdin(fs::File::open(list).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().unwrap());
    let mut out = BufReader::new(child.0.stdout.take().unwrap());
    let mut first = String::new();
    out.read_line(&mut first).unwrap();
    interrupt(&child.0);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    let mut told = String::new();
    child.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    assert!(rest.is_empty() || rest.ends_with('\n'));
    let seen = 1 + rest.lines().count();
    assert!(rest.lines().all(|line| serde_json::from_str::<Value>(line).unwrap()["counts"] == 0));
    assert!(seen < 100_000 && told.contains(&format!("{seen}件、終了コード130（中断しました")), "{seen}: {told}");
}

#[test]
fn a_closed_pipe_ends_a_batch_quietly() {
    let batch = Batch::new();
    batch.inputs();
    let list = batch.folder.write("long", vec!["in/age.json"; 100_000].join("\n"));
    let mut command = batch.batch(&["-", "--junit", "report.xml"]);
    command.stdin(fs::File::open(list).unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().unwrap());
    let mut out = BufReader::new(child.0.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let mut told = String::new();
    child.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((child.0.wait().unwrap().code(), told.as_str()), (Some(0), ""));
    let report = fs::read_to_string(batch.folder.file("report.xml")).unwrap();
    assert!(well_formed(&report) < 100_000 && report.contains("(interrupted)"));
}

/// Counts the test cases of an XML file whose tags are balanced and whose attributes are quoted.
fn well_formed(xml: &str) -> usize {
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    assert!(rest.chars().all(|c| c == '\n' || !c.is_control()), "a character that XML does not have");
    let (mut open, mut cases) = (Vec::new(), 0);
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'));
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        cases += usize::from(name == "testcase");
        for value in tag.split('"').skip(1).step_by(2) {
            for (at, _) in value.match_indices('&') {
                let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"];
                assert!(entities.iter().any(|entity| value[at..].starts_with(entity)), "{value}");
            }
        }
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    cases
}

#[test]
fn junit_has_a_case_for_each_input_and_nothing_personal() {
    let batch = Batch::new();
    batch.inputs();
    let dump = batch.read("full.json");
    batch.make("sim:licence", &["--save-dump", "in/licence.json"], 0);
    batch.write("a\"><&'\u{1B}\n.json", &dump);
    batch.write("expected.json", &dump);
    batch.expect("expected", "{\"holder\":{\"name\":\"誰か 別人\"}}");
    batch.write("none.json", "");
    let outcome = batch.run(&["in", "--expect", "expect", "--junit", "report.xml"]).expect(2);
    let report = fs::read_to_string(batch.folder.file("report.xml")).unwrap();
    let all = lines(&outcome);
    assert_eq!(well_formed(&report), all.len());
    // A CI system often reads it under another account.
    assert_eq!(fs::metadata(batch.folder.file("report.xml")).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(all.len(), 8);
    for attribute in ["tests=\"8\"", "failures=\"1\"", "errors=\"1\""] {
        assert!(report.contains(attribute), "{report}");
    }
    assert!(report.contains("type=\"expectation\" message=\"not as expected: /holder/name\""), "{report}");
    for line in all {
        for personal in ["name", "address", "birth_date"] {
            let value = line["report"]["holder"][personal].as_str();
            assert!(value.is_none_or(|value| !report.contains(value)), "{personal}");
        }
        for item in line["report"]["items"].as_array().into_iter().flatten() {
            let value = item["value"].as_str().filter(|value| value.len() > 4);
            assert!(value.is_none_or(|value| !report.contains(value)), "{item}");
        }
    }
    assert!(!report.contains("別人"));

    // A shorter report over a longer one, and places where none can be.
    batch.run(&["in/full.json", "--junit", "report.xml"]).expect(0);
    assert_eq!(well_formed(&fs::read_to_string(batch.folder.file("report.xml")).unwrap()), 1);
    for (nowhere, said) in [
        ("none/report.xml", "cannot be written"),
        ("-", "cannot be written"),
        ("in", "is not a regular file"),
        ("/dev/null", "is not a regular file"),
    ] {
        let outcome = batch.run(&["in/full.json", "--junit", nowhere]).expect(2);
        assert_eq!(column(&outcome, "/schema"), ["taimen.error/1"], "nothing was judged");
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    if Path::new("/dev/full").exists() {
        let mut full = batch.batch(&["in/full.json"]);
        full.stdout(fs::File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
        let output = full.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
    }
}

/// The first example of the page, word for word.
#[test]
fn the_example_for_xargs_works_as_it_stands() {
    let batch = Batch::new();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/batch.md")).unwrap();
    let example = page.lines().map(str::trim).find(|line| line.starts_with("find ") && line.contains("| xargs "));
    let example = example.expect("the page has the example");
    batch.make("sim:my-number", &["--age", "--record", "age.apdu"], 0);
    batch.make("sim:my-number", &["--record", "full.apdu"], 0);
    fs::create_dir(batch.folder.file("fixtures")).unwrap();
    let mut wanted = Vec::new();
    for number in 0..120 {
        let (from, name) = (["age.apdu", "full.apdu"][number % 2], format!("fixtures/{number} it's.apdu"));
        fs::copy(batch.folder.file(from), batch.folder.file(&name)).unwrap();
        wanted.push(name);
    }
    let folder = Path::new(env!("CARGO_BIN_EXE_taimen")).parent().unwrap();
    let path = format!("{}:{}", argument(folder), std::env::var("PATH").unwrap());
    let home = batch.program.home.path();
    let mut shell = Command::new("sh");
    shell.args(["-c", example]).current_dir(batch.folder.path()).stdin(Stdio::null());
    shell.env("PATH", path).env("HOME", home).env("XDG_DATA_HOME", home).env("TAIMEN_LANG", "en");
    let outcome = run(shell).expect(0);
    assert_eq!(outcome.stderr.matches("taimen: 50 inputs, exit code 0").count(), 2, "{}", outcome.stderr);
    let report = fs::read_to_string(batch.folder.file("report.jsonl")).unwrap();
    let mut seen: Vec<String> = report
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["input"].as_str().unwrap().to_owned())
        .collect();
    seen.sort();
    wanted.sort();
    assert_eq!(seen, wanted);
}
