//! `--form` and `taimen compare`: what the program prints, how it ends, what it refuses before a card is touched.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use taimen::simulator::Persona;

use crate::common::{
    program::{Program, run},
    temp::TempDir,
};

/// The first invented person as a form has it.
fn form() -> Value {
    let persona = Persona::from_seed(1);
    json!({ "name": persona.name, "address": persona.address, "birth_date": persona.birth.to_string() })
}

struct Counter {
    program: Program,
    folder: TempDir,
}

impl Counter {
    fn new() -> Self {
        Self { program: Program::new(), folder: TempDir::new() }
    }

    fn command(&self, arguments: &[&str], form: &Value) -> Command {
        self.folder.write("form.json", form.to_string());
        let mut command = self.program.command(arguments);
        command.current_dir(self.folder.path());
        command
    }

    /// `taimen check` with a form, and the class and rules of every field.
    fn check(&self, card: &str, form: &Value, code: i32) -> Value {
        let arguments = ["check", "--reader", card, "--form", "form.json", "--json"];
        let json = run(self.command(&arguments, form)).expect(code).json();
        let fields = json["form"].as_object().unwrap();
        let short = |field: &Value| json!([field["class"], field["rules"], field["compared_with"]]);
        fields.iter().map(|(name, field)| (name.clone(), short(field))).collect()
    }
}

#[test]
fn six_says_that_an_authentic_card_does_not_agree_with_the_form() {
    let counter = Counter::new();
    let agreeing = json!({
        "name": ["same", [], "signed-untied"], "address": ["same", [], "signed-untied"], "birth_date": ["same", [], "signed"],
    });
    assert_eq!(counter.check("sim:my-number", &form(), 0), agreeing);

    let mut spelled = form();
    spelled["name"] = form()["name"].as_str().unwrap().replace('\u{3000}', "").into();
    assert_eq!(counter.check("sim:my-number", &spelled, 0)["name"], json!(["same_after", ["space"], "signed-untied"]));

    let mut other = form();
    other["birth_date"] = "1936-11-16".into();
    assert_eq!(counter.check("sim:my-number", &other, 6)["birth_date"], json!(["different", [], "signed"]));
    let mut more = form();
    more["kana"] = "ミホン".into();
    assert_eq!(counter.check("sim:my-number", &more, 6)["kana"], json!(["not_comparable", [], null]));
    // A picture is for the eye.
    assert_eq!(counter.check("sim:residence2", &form(), 6)["name"], json!(["not_comparable", [], null]));
}

#[test]
fn every_other_code_stays_as_it_is() {
    let counter = Counter::new();
    let mut other = form();
    other["name"] = "別名".into();
    counter.check("sim:my-number?fault=expired", &other, 1);
    counter.check("sim:my-number?fault=expired", &form(), 1);
    counter.check("sim:my-number?fault=unknown-issuer", &other, 3);
    let arguments = ["check", "--reader", "sim:my-number?fault=blocked", "--form", "form.json"];
    run(counter.command(&arguments, &form())).expect(5);
}

#[test]
fn what_nobody_signed_is_similar_at_best() {
    let counter = Counter::new();
    let text = |name: &str| {
        let arguments = ["check", "--reader", "sim:licence-changed", "--json"];
        run(counter.command(&arguments, &form())).expect(0).json()["holder"]["current"][name].clone()
    };
    let mut changed = form();
    changed["address"] = text("address");
    changed["kana"] = text("name_kana");
    let found = counter.check("sim:licence-changed", &changed, 6);
    assert_eq!(found["address"], json!(["similar", ["unsigned"], "current"]));
    assert_eq!(found["kana"], json!(["similar", ["unsigned"], "current"]));
    assert_eq!(found["birth_date"], json!(["same", [], "signed"]));
    assert_eq!(found["name"][0], json!("similar"));
    // What is on the card as signed has changed since.
    let signed = json!({ "address": Persona::from_seed(1).address });
    let found = counter.check("sim:licence-changed", &signed, 6);
    assert_eq!(found["address"][0], json!("similar"));
    assert_eq!(found["address"][2], json!("superseded"));
}

#[test]
fn a_text_whose_signature_was_not_verified_is_similar_at_best() {
    let counter = Counter::new();
    run(counter.command(&["check", "--reader", "sim:my-number", "--save-dump", "dump.json"], &form())).expect(0);
    let arguments =
        ["verify", "dump.json", "--accept", "simulated", "--at", "recorded", "--form", "form.json", "--json"];
    let json = run(counter.command(&arguments, &form())).expect(6).json();
    for field in ["name", "address"] {
        assert_eq!(json["form"][field]["class"], "similar", "{field}");
        assert_eq!(json["form"][field]["compared_with"], "unconfirmed", "{field}");
    }
    assert_eq!(json["form"]["birth_date"]["class"], "same");
}

#[test]
fn the_sex_is_compared_and_never_shown() {
    let counter = Counter::new();
    for sex in ["男", "女"] {
        let form = json!({ "sex": sex });
        for options in [&["--json"][..], &["--details"], &[]] {
            let arguments =
                [&["check", "--reader", "sim:my-number", "--lang", "ja", "--form", "form.json"], options].concat();
            let outcome = run(counter.command(&arguments, &form));
            assert!([Some(0), Some(6)].contains(&outcome.code));
            assert!(!outcome.stdout.contains(['男', '女']), "{}", outcome.stdout);
            assert!(!outcome.stdout.contains("male"), "{}", outcome.stdout);
        }
    }
    let codes = ["男", "女"].map(|sex| {
        let arguments = ["check", "--reader", "sim:my-number", "--form", "form.json"];
        run(counter.command(&arguments, &json!({ "sex": sex }))).code
    });
    assert!(codes == [Some(0), Some(6)] || codes == [Some(6), Some(0)], "{codes:?}");
}

#[test]
fn both_spellings_stand_in_the_report_and_on_the_page() {
    let counter = Counter::new();
    let mut other = form();
    other["name"] = "見本<b>\u{202E}".into();
    let arguments = ["check", "--reader", "sim:my-number", "--form", "form.json", "--details", "--html", "page.html"];
    let outcome = run(counter.command(&arguments, &other)).expect(6);
    for line in ["The form against the chip:", "  × name        different", "      Form  見本[<b>[U+202E]]"] {
        assert!(outcome.stdout.contains(line), "{line}\n{}", outcome.stdout);
    }
    let page = std::fs::read_to_string(counter.folder.file("page.html")).unwrap();
    assert!(page.contains("見本<mark>&lt;b&gt;[U+202E]</mark>"));
    assert!(!page.contains("<b>\u{202E}"));
    let short = run(counter.command(&["check", "--reader", "sim:my-number", "--form", "form.json"], &other)).expect(6);
    assert!(short.stdout.lines().count() <= 23, "{}", short.stdout);
    assert!(short.stdout.contains("The form against the chip: ○ address, birth date"), "{}", short.stdout);
}

#[test]
fn a_form_is_refused_before_the_card_is_touched() {
    let counter = Counter::new();
    for (form, id) in [
        (json!({ "nam": "x" }), "form-malformed"),
        (json!({ "name": 1 }), "form-malformed"),
        (json!([]), "form-malformed"),
        (json!({}), "form-empty"),
        (json!({ "name": " " }), "form-value"),
        (json!({ "birth_date": "someday" }), "form-value"),
        (json!({ "name": "x".repeat(70_000) }), "form-too-large"),
    ] {
        // With a card that would refuse the credentials.
        let arguments = ["check", "--reader", "sim:my-number?fault=blocked", "--form", "form.json", "--json"];
        let outcome = run(counter.command(&arguments, &form)).expect(2);
        assert_eq!(outcome.json()["error"]["id"], id);
        assert!(!outcome.stderr.contains("someday"));
    }
    for arguments in [
        &["check", "--reader", "sim:my-number", "--form", "-", "--credentials", "-"][..],
        &["verify", "-", "--form", "-"],
        &["check", "--reader", "sim:my-number", "--form", "form.json", "--age"],
    ] {
        run(counter.command(arguments, &form())).expect(2);
    }
}

/// `taimen compare -` with some input: its lines and its exit code.
fn compare(input: &[u8]) -> (Vec<Value>, Option<i32>) {
    let program = Program::new();
    let mut child = program
        .command(["compare", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut standard_input = child.stdin.take().unwrap();
    standard_input.write_all(input).unwrap();
    drop(standard_input);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.code())
}

#[test]
fn lines_are_compared_in_order_and_a_bad_one_stops_nothing() {
    let line = |chip: &str, form: &str| json!({ "chip": { "name": chip }, "form": { "name": form } }).to_string();
    let same = line("髙橋", "高橋");
    let (lines, code) = compare(format!("{same}\n\n{same}").as_bytes());
    assert_eq!((lines.len(), code), (2, Some(0)));
    assert_eq!(lines[0]["name"]["rules"], json!(["kanji-joyo"]));
    let other = line("斎藤", "斉藤");
    let (lines, code) = compare(format!("{same}\n{other}\n").as_bytes());
    assert_eq!((lines[1]["name"]["class"].as_str(), code), (Some("different"), Some(6)));

    let long = "x".repeat(200_000);
    let bad = format!("{same}\n{{\"chip\":{{}}}}\n{long}\n{other}\n\u{FEFF}{same}\n");
    let (lines, code) = compare(&[bad.as_bytes(), b"\xFF\xFE\n", same.as_bytes()].concat());
    assert_eq!((lines.len(), code), (7, Some(2)));
    let errors: Vec<Value> = lines.iter().map(|line| json!([line["line"], line["error"]["id"]])).collect();
    assert_eq!(errors[1], json!([2, "form-malformed"]));
    assert_eq!(errors[2], json!([3, "form-too-large"]));
    assert_eq!(errors[5], json!([6, "form-malformed"]));
    assert_eq!([&lines[0], &lines[4], &lines[6]].map(|line| &line["name"]["class"]), ["same_after"; 3]);
    assert_eq!(lines[3]["name"]["class"], "different");
    assert_eq!(compare(b"\n\n"), (vec![], Some(2)));
}
