//! `taimen records` and `taimen check --records`: what the program prints, how it ends, what it refuses before a card is touched.

use std::{
    fs,
    io::{Read, Write},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use taimen::{
    records::store::{KeyFile, Keys, Place, Store},
    simulator::Persona,
    transport::{Nonces, nonces::SystemNonces},
};
use uuid::Uuid;

use crate::common::{
    program::{Outcome, Program, assert_private, run},
    temp::TempDir,
};

/// A shop with a database and its key.
pub struct Shop {
    program: Program,
    folder: TempDir,
}

impl Shop {
    pub fn test() -> Self {
        Self::of(true)
    }

    fn of(test: bool) -> Self {
        let shop = Self { program: Program::new(), folder: TempDir::new() };
        for folder in ["data", "keys"] {
            fs::create_dir(shop.folder.file(folder)).unwrap();
        }
        let place = Place::parse(&shop.url()).unwrap();
        let id = Uuid::from_slice(&SystemNonces.draw(16).unwrap()).unwrap();
        let keys =
            Keys::create(KeyFile::new(id, &mut SystemNonces).unwrap(), &shop.folder.file("keys/shop.key"), &place);
        let now = "2026-11-27T00:00:00Z".parse().unwrap();
        Store::create(place, keys.unwrap(), test, now, Box::new(SystemNonces)).unwrap();
        shop.file(
            "staff.json",
            &json!({"fields": {
                "verifier": "架空 花", "recorder": "架空 花", "purpose": "生計費の決済", "occupation": "会社員",
                "transaction_kind": "口座開設", "other_confirmed_on": "2026-11-27", "document.issuer": "見本市",
            }}),
        );
        shop
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.folder.file("data/records.db").display())
    }

    fn file(&self, name: &str, content: &Value) {
        self.folder.write(name, content.to_string());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program.command(arguments);
        if arguments.first() == Some(&"check") && !arguments.contains(&"--records") {
            command.args(["--records", &self.url()]);
        }
        command
            .current_dir(self.folder.path())
            .env("TAIMEN_RECORDS", self.url())
            .env("TAIMEN_RECORDS_KEY", self.folder.file("keys/shop.key"));
        command
    }

    pub fn run(&self, arguments: &[&str], code: i32) -> Outcome {
        run(self.command(arguments)).expect(code)
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        self.run(&all, 0).json()
    }

    /// The record of a card that was just checked; its id.
    pub fn add(&self, card: &str, more: &[&str]) -> String {
        let reader = format!("sim:{card}");
        let mut arguments = vec!["check", "--reader", &reader, "--staff-file", "staff.json"];
        arguments.extend(more);
        self.json(&arguments)["record"]["id"].as_str().unwrap().to_owned()
    }

    /// A saved reading.
    fn save(&self, card: &str, dump: &str) {
        let reader = format!("sim:{card}");
        let mut command = self.program.command(["check", "--reader", &reader, "--save-dump", dump]);
        command.current_dir(self.folder.path());
        run(command).expect(0);
    }

    /// A recording of a reading, whatever its verdict is.
    fn record(&self, card: &str, recording: &str) {
        let reader = format!("sim:{card}");
        let mut command = self.program.command(["check", "--reader", &reader, "--record", recording]);
        run({
            command.current_dir(self.folder.path());
            command
        });
    }
}

fn person() -> Persona {
    Persona::from_seed(1)
}

#[test]
fn a_check_saves_its_record_and_says_so_after_the_commit() {
    let shop = Shop::test();
    let arguments = ["check", "--reader", "sim:my-number", "--staff-file", "staff.json"];
    let text = shop.run(&arguments, 0).stdout;
    assert!(text.contains("Record saved: no. 1 ("), "{text}");
    assert!(text.contains("open fields: account"), "{text}");
    let report = shop.json(&arguments);
    let schema = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!((&report["overall"], &report["record"]["seq"]), (&"authentic".into(), &2.into()));
    assert_eq!(report["record"]["open"], json!(["account"]));
    assert!(report["record"]["head"].as_str().unwrap().contains("\n2\n"), "{}", report["record"]["head"]);
    let record = shop.json(&["records", "show", report["record"]["id"].as_str().unwrap()]);
    assert_eq!(record["record"]["evidence"]["source"], "live");
    assert_eq!(record["record"]["profiles"][0]["id"], "hanshuhou-2025");
}

#[test]
fn a_card_that_is_not_authentic_makes_a_record_only_if_staff_want_one() {
    let shop = Shop::test();
    let arguments = ["check", "--reader", "sim:my-number?fault=expired", "--staff-file", "staff.json"];
    let refused = shop.run(&[&arguments[..], &["--json"]].concat(), 1);
    assert!(refused.json().get("record").is_none());
    let said =
        "taimen made no record, because the card is not authentic. --record-any makes one whatever the verdict is.";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    let mut any = arguments.to_vec();
    any.push("--record-any");
    let report = shop.json_of(&any, 1);
    let id = report["record"]["id"].as_str().unwrap();
    assert_eq!(shop.json(&["records", "show", id])["record"]["evidence"]["verdict"], "rejected");
}

impl Shop {
    fn json_of(&self, arguments: &[&str], code: i32) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        self.run(&all, code).json()
    }
}

#[test]
fn seven_says_that_an_authentic_card_has_no_record() {
    // A database of real records takes no simulated card. If the reader is one, that is known before it is read.
    let shop = Shop::of(false);
    let simulated = ["check", "--reader", "sim:my-number", "--staff-file", "staff.json"];
    assert_eq!(shop.json_of(&simulated, 2)["error"]["id"], "record-unreal");
    shop.record("my-number", "card.apdu");
    let replay = ["check", "--accept", "simulated", "--at", "recorded", "--staff-file", "staff.json", "--reader"];
    let arguments = [&replay[..], &["replay:card.apdu"]].concat();
    let outcome = shop.run(&arguments, 7);
    assert!(outcome.stdout.contains("SIMULATED CARD") && !outcome.stdout.contains("saved"), "{}", outcome.stdout);
    assert!(
        outcome.stderr.contains("The checks passed, but taimen did not save the record. This database takes no record"),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("records init --test"), "{}", outcome.stderr);
    let failure = shop.json_of(&arguments, 7);
    assert_eq!(failure["error"]["id"], "record-not-saved");
    assert_eq!((&failure["verdict"], &failure["report"]["overall"]), (&0.into(), &"authentic".into()));
    // It comes before 6, and never before what speaks against the card.
    shop.file("form.json", &json!({"name": "別名 太郎"}));
    shop.run(&[&arguments[..], &["--form", "form.json"]].concat(), 7);
    shop.record("my-number?fault=expired", "expired.apdu");
    shop.run(&[&replay[..], &["replay:expired.apdu", "--record-any"]].concat(), 1);
    // Nor does it take one whose issuer nobody knows, so that no hierarchy is found: its reader says what it is.
    shop.record("residence2?fault=unknown-ca", "unknown.apdu");
    let any = [&replay[..], &["replay:unknown.apdu", "--record-any"]].concat();
    assert!(shop.run(&any, 3).stderr.contains("This database takes no record of a simulated card"));
    let mut command = shop.program.command(["check", "--reader", "sim:my-number?fault=forged-production"]);
    command.args(["--save-dump", "forged.json"]).current_dir(shop.folder.path());
    run(command).expect(1);
    let add = ["records", "add", "--dump", "forged.json", "--at", "recorded", "--staff-file", "staff.json"];
    assert_eq!(shop.json_of(&add, 2)["error"]["id"], "record-unreal");
    assert_eq!(shop.json(&["records", "list"])["entries"], json!([]));
}

#[test]
fn what_is_wrong_with_record_or_database_is_said_before_a_card_is_touched() {
    let shop = Shop::test();
    let refused = |arguments: &[&str], id: &str| {
        let mut all = vec!["check", "--reader", "sim:my-number?fault=mute", "--json"];
        all.extend(arguments);
        let failure = shop.run(&all, 2).json();
        assert_eq!(failure["error"]["id"], id, "{failure}");
    };
    refused(&["--key", "keys/none.key"], "records-key-missing");
    refused(&["--records", "sqlite:data/none.db"], "records-no-database");
    refused(&["--record-profile", "hanshuhou-1999"], "unknown-profile");
    refused(&["--record-profile", "hanshuhou-2027"], "no-profile");
    shop.file("bad.json", &json!({"fields": {"purpose": "123456789018"}}));
    refused(&["--staff-file", "bad.json"], "record-entry");
    shop.file("bad.json", &json!({"hobby": 1}));
    refused(&["--staff-file", "bad.json"], "record-entries-key");
    shop.file("bad.json", &json!({"transaction_on": "2999-01-01"}));
    refused(&["--staff-file", "bad.json"], "record-entry");
    shop.file("bad.json", &json!({"fields": {"other_confirmed_on": "2999-01-01"}}));
    refused(&["--staff-file", "bad.json"], "record-entry");
    refused(&["--staff-file", "none.json"], "unreadable");
}

#[test]
fn records_are_listed_shown_found_and_added_to() {
    let shop = Shop::test();
    let id = shop.add("my-number", &[]);
    let other = shop.add("licence?seed=2", &["--record-profile", "hanshuhou", "--record-profile", "kobutsu"]);
    let list = shop.json(&["records", "list"]);
    let ids: Vec<&str> =
        list["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [&*other, &*id]);
    let page = shop.json(&["records", "list", "--limit", "1", "--after", &other]);
    assert_eq!(page["entries"][0]["id"], *id);
    assert_eq!(page["entries"][0]["open"], json!(["account"]));

    // Found by what a person types, however it is written.
    let name = person().name.replace('\u{3000}', " ");
    let found = |arguments: &[&str]| {
        let mut all = vec!["records", "find"];
        all.extend(arguments);
        shop.json(&all)["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&["--name", &name]), [&*id]);
    assert_eq!(found(&["--name", &name, "--birth-date", &person().birth.to_string()]), [&*id]);
    assert_eq!(
        shop.run(&["records", "find", "--name", "だれでもない", "--json"], 2).json()["error"]["id"],
        "record-not-found"
    );
    shop.run(&["records", "find"], 2);
    let mut typed = shop.command(&["records", "find", "--name", "-", "--json"]);
    let mut child = typed.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{name}\n").as_bytes()).unwrap();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    assert!(said.contains(&id), "{said}");

    // A blank is filled, an address changes, and the record can be found by the new facts.
    shop.file("account.json", &json!({"by": "架空 花", "why": "blank-filled", "fields": {"account": "普通 1234567"}}));
    shop.json(&["records", "amend", &id, "account.json"]);
    let moved = json!({"by": "架空 花", "why": "changed", "learned_from": "転居届", "fields": {"customer.address": "架空県架空市9-9"}});
    shop.file("moved.json", &moved);
    shop.json(&["records", "amend", &id, "moved.json"]);
    assert_eq!(found(&["--account", "普通1234567"]), [&*id]);
    let record = shop.json(&["records", "show", &id]);
    assert_eq!(record["open"], json!([]));
    assert_eq!(record["current"][0]["value"]["text"], "架空県架空市9-9");
    assert_ne!(record["record"]["fields"], Value::Null);
    let text = shop.run(&["records", "show", &id], 0).stdout;
    assert!(text.contains(&format!("{} → 架空県架空市9-9", person().address)), "{text}");
    assert!(text.contains("entered by staff, not authenticated"), "{text}");
    shop.file("bad.json", &json!({"by": "架空 花", "why": "changed", "fields": {"sex": "1"}}));
    assert_eq!(shop.run(&["records", "amend", &id, "bad.json", "--json"], 2).json()["error"]["id"], "record-entry");
}

#[test]
fn staff_accept_a_field_that_is_only_similar() {
    let shop = Shop::test();
    let name = person().name.replace('\u{3000}', "");
    let moved = format!("{} {}", name.chars().take(1).collect::<String>(), name.chars().skip(1).collect::<String>());
    shop.file("form.json", &json!({"name": moved, "birth_date": person().birth.to_string()}));
    shop.file("staff.json", &json!({"accepted": ["name", "birth_date"], "fields": {"document.number": "1"}}));
    let report =
        shop.json_of(&["check", "--reader", "sim:my-number", "--form", "form.json", "--staff-file", "staff.json"], 6);
    let record = shop.json(&["records", "show", report["record"]["id"].as_str().unwrap()]);
    let rows = record["record"]["comparison"].as_array().unwrap();
    let row = |field: &str| rows.iter().find(|row| row["field"] == field).unwrap();
    assert_eq!((&row("name")["class"], &row("name")["accepted"]), (&"similar".into(), &true.into()), "{report}");
    assert_eq!((&row("birth_date")["class"], row("birth_date").get("accepted")), (&"same".into(), None));
    // No number of this card is kept, whoever enters it.
    let ids: Vec<&str> =
        record["record"]["fields"].as_array().unwrap().iter().filter_map(|row| row["id"].as_str()).collect();
    assert!(!ids.contains(&"document.number") && !rows.is_empty(), "{ids:?}");
}

#[test]
fn years_count_from_the_end_that_was_recorded() {
    let shop = Shop::test();
    shop.file("staff.json", &json!({"transaction_on": "2026-01-10"}));
    let id = shop.add("my-number", &[]);
    let until = || shop.json(&["records", "show", &id])["retention"]["until"].clone();
    assert_eq!(until(), Value::Null);
    let report = |which: &str| shop.json(&["records", "report", which])["rows"].clone();
    assert_eq!(report("open")[0]["relation"], 1);
    let end = |date: &str, code: i32| {
        let arguments = ["records", "end", &id, "--date", date, "--by", "架空 花", "--json"];
        shop.run(&arguments, code).json()
    };
    assert_eq!(end("2999-01-01", 2)["error"]["id"], "record-end-day");
    assert_eq!(end("2026-01-09", 2)["error"]["id"], "record-end-day");
    end("2026-02-28", 0);
    assert_eq!(until(), "2033-02-28");
    assert_eq!(end("2026-03-01", 2)["error"]["id"], "record-relation");
    assert_eq!(report("open"), json!([]));
    let kept = &report("retention")[0];
    assert_eq!((&kept["until"], &kept["may_be_purged"]), (&"2033-02-28".into(), &false.into()));
    let later = shop.json(&["records", "report", "retention", "--date", "2033-03-01"]);
    assert_eq!(later["rows"][0]["may_be_purged"], true);
}

#[test]
fn reports_count_what_is_open_and_what_was_done_instead() {
    let shop = Shop::test();
    shop.add("my-number", &[]);
    shop.file(
        "paper.json",
        &json!({
            "document": "driving-record", "presented_at": "2026-11-27T10:00:00+09:00",
            "fallback": {"case": "no-chip", "row": "chipless-photo", "reason": "運転経歴証明書だけを持参", "chosen_by": "架空 花"},
            "fields": {"recorder": "架空 花", "customer.name": "架空 太郎"},
        }),
    );
    let saved = shop.json(&["records", "add", "--staff-file", "paper.json"]);
    assert!(saved["open"].as_array().unwrap().contains(&"customer.address".into()));
    let report = |which: &str| shop.json(&["records", "report", which])["rows"].clone();
    assert_eq!(report("blanks").as_array().unwrap().len(), 2);
    assert_eq!(
        report("fallbacks")[0],
        json!({"case": "no-chip", "row": "chipless-photo", "records": 1, "with_blanks": 1})
    );
    let staff = report("staff");
    assert_eq!(staff[0], json!({"recorder": "架空 花", "verdict": "authentic", "records": 1, "with_blanks": 1}));
    assert_eq!(staff[1]["verdict"], "no-chip");
    let text = shop.run(&["records", "report", "blanks"], 0).stdout;
    assert!(text.lines().count() == 3 && text.contains("OPEN FIELDS"), "{text}");
    // Nothing at all is no record.
    let failure = shop.run(&["records", "add", "--json"], 2).json();
    assert_eq!(failure["error"]["id"], "record-nothing-presented");
}

#[test]
fn a_draft_is_reviewed_and_not_saved() {
    let shop = Shop::test();
    shop.save("my-number", "card.json");
    let arguments = ["records", "add", "--dump", "card.json", "--accept", "simulated", "--review"];
    let text = shop.run(&arguments, 0).stdout;
    assert!(text.contains("nothing was saved") && text.contains("□ 23. "), "{text}");
    assert_eq!(shop.json(&["records", "list"])["entries"], json!([]));
}

#[test]
fn the_record_of_a_saved_reading_says_by_whose_word_it_was_judged() {
    let shop = Shop::test();
    shop.save("licence", "card.json");
    let arguments =
        ["records", "add", "--dump", "card.json", "--accept", "simulated", "--staff-file", "staff-of-licence.json"];
    shop.file("staff-of-licence.json", &json!({"fields": {"verifier": "架空 花"}}));
    let saved = |more: &[&str]| {
        let id = shop.json(&[&arguments[..], more].concat())["id"].as_str().unwrap().to_owned();
        shop.json(&["records", "show", &id])["record"]["evidence"].clone()
    };
    let said = |more: &[&str]| shop.run(&[&arguments[..], &["--review"], more].concat(), 0).stdout;
    let (unvouched, vouched) = (said(&[]), said(&["--at", "recorded"]));
    let of = |text: &str, id: &str| text.lines().find(|line| line.contains(id)).unwrap().to_owned();
    assert!(
        of(&unvouched, "(presented_at)").ends_with("[the reading's own word, nobody vouches for it]"),
        "{unvouched}"
    );
    assert!(of(&vouched, "(presented_at)").ends_with("[taimen]"), "{vouched}");
    let now = saved(&[]);
    assert_eq!((&now["source"], &now["basis"], &now["seal"]), (&"dump".into(), &"now".into(), &Value::Null));
    let vouched = saved(&["--at", "recorded"]);
    assert_eq!((&vouched["basis"], &vouched["dump_sha256"]), (&"operator".into(), &now["dump_sha256"]));
    // What never leaves a live check is missing from a saved reading, and the record says so.
    shop.save("my-number", "card.json");
    let saved = shop.json(&["records", "add", "--dump", "card.json", "--accept", "simulated"]);
    assert!(saved["open"].as_array().unwrap().contains(&"customer.name".into()), "{saved}");
}

#[test]
fn an_export_is_logged_and_no_spreadsheet_runs_what_is_in_it() {
    let shop = Shop::test();
    shop.file(
        "staff.json",
        &json!({"fields": {"purpose": "=HYPERLINK(\"http://example.com\")", "occupation": "@SUM(A1)"}}),
    );
    let id = shop.add("my-number", &[]);
    let export = |format: &str, out: &str| {
        shop.run(&["records", "export", "--format", format, "--out", out, "--by", "架空 花"], 0);
        assert_private(&shop.folder.file(out));
        fs::read_to_string(shop.folder.file(out)).unwrap()
    };
    let csv = export("csv", "all.csv");
    assert!(csv.starts_with("\u{FEFF}id,seq,"), "{csv}");
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://example.com\"\")\""), "{csv}");
    assert!(csv.contains("'@SUM(A1)"), "{csv}");
    let html = export("html", "all.html");
    assert!(html.contains(&person().name) && !html.contains("<script") && !html.contains("src="), "{html}");
    let json: Value = serde_json::from_str(&export("json", "all.json")).unwrap();
    assert_eq!(json["records"][0]["id"], *id);
    // What is there already stays.
    shop.run(&["records", "export", "--out", "all.json", "--by", "架空 花"], 2);
    let list = shop.json(&["records", "list", "--kind", "export"]);
    assert_eq!(list["entries"].as_array().unwrap().len(), 3);
    let note = shop.json(&["records", "show", list["entries"][0]["id"].as_str().unwrap()]);
    assert_eq!((&note["content"]["format"], &note["content"]["ids"]), (&"json".into(), &json!([id])));
}

impl Shop {
    /// An export of everything, as text.
    fn exported(&self, format: &str, more: &[&str]) -> String {
        let out = format!("{}.{format}", fs::read_dir(self.folder.path()).unwrap().count());
        let arguments = ["records", "export", "--format", format, "--out", &out, "--by", "架空 花"];
        self.run(&[&arguments[..], more].concat(), 0);
        fs::read_to_string(self.folder.file(&out)).unwrap()
    }

    /// The rows of an export for spreadsheets, by the names of their columns.
    fn sheet(&self, more: &[&str]) -> Vec<std::collections::BTreeMap<String, String>> {
        let text = self.exported("csv", more);
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
        reader.deserialize().map(Result::unwrap).collect()
    }
}

#[test]
fn whoever_reads_a_record_sees_what_the_chip_says_instead_of_staff() {
    let shop = Shop::test();
    let other = json!({"fields": {"customer.name": "別名 太郎", "verifier": "架空 花"}});
    shop.file("staff.json", &other);
    let id = shop.add("my-number", &[]);
    shop.save("licence", "card.json");
    let name = person().name;
    let says = format!("entered by staff, not authenticated; the chip says: {name}");
    let shown = shop.run(&["records", "show", &id], 0).stdout;
    assert!(shown.contains(&format!("別名 太郎  [{says}]")), "{shown}");
    let html = shop.exported("html", &[]);
    assert!(html.contains(&says), "{html}");
    let row = shop.sheet(&[]).remove(0);
    assert_eq!((&*row["customer.name"], &*row["entered_instead_of_chip"]), ("別名 太郎", "customer.name"));
    assert_eq!(row["amended"], "");
    let moved = json!({"by": "架空 花", "why": "changed", "fields": {"customer.address": "架空県架空市9-9"}});
    shop.file("moved.json", &moved);
    shop.json(&["records", "amend", &id, "moved.json"]);
    let row = shop.sheet(&[]).remove(0);
    assert_eq!((&*row["entered_instead_of_chip"], &*row["amended"]), ("customer.name", "customer.address"));
    let add = ["records", "add", "--dump", "card.json", "--accept", "simulated", "--at", "recorded", "--review"];
    let review = shop.run(&[&add[..], &["--staff-file", "staff.json"]].concat(), 0).stdout;
    assert!(review.contains("別名 太郎  [entered by staff, not authenticated; the chip says: "), "{review}");
}

#[test]
fn no_export_lets_a_simulated_card_pass_for_a_real_one() {
    let shop = Shop::test();
    let id = shop.add("my-number", &[]);
    let (card, database) = ("SIMULATED CARD, NOT A REAL DOCUMENT", "This is a test database");
    let shown = shop.run(&["records", "show", &id], 0).stdout;
    let html = shop.exported("html", &[]);
    for text in [&shown, &html] {
        assert!(text.contains(card) && text.contains(database), "{text}");
    }
    assert!(html.find(card) < html.find("<table>"), "{html}");
    // Nor what was recorded without any card.
    shop.file("nothing.json", &json!({"document": "licence", "presented_at": "2026-11-27T10:00:00+09:00"}));
    let saved = shop.json(&["records", "add", "--staff-file", "nothing.json"]);
    let chipless = saved["id"].as_str().unwrap();
    let shown = shop.run(&["records", "show", chipless], 0).stdout;
    assert!(!shown.contains(card) && shown.contains(database), "{shown}");
    let rows = shop.sheet(&[]);
    assert_eq!([&*rows[0]["unreal"], &*rows[1]["unreal"]], ["simulated", "test-database"]);
    assert_eq!(shop.json(&["records", "show", chipless])["test"], true);
    // A real database says nothing of the kind.
    let real = Shop::of(false);
    real.file("nothing.json", &json!({"document": "licence", "presented_at": "2026-11-27T10:00:00+09:00"}));
    let saved = real.json(&["records", "add", "--staff-file", "nothing.json"]);
    let id = saved["id"].as_str().unwrap();
    let texts = [real.run(&["records", "show", id], 0).stdout, real.exported("html", &[])];
    assert!(texts.iter().all(|text| !text.contains(database) && !text.contains("class=\"unreal\"")), "{texts:?}");
    assert_eq!(real.sheet(&[])[0]["unreal"], "");
    assert_eq!(real.json(&["records", "show", id])["test"], false);
}

#[test]
fn an_export_has_what_was_added_first_and_what_only_an_own_profile_has() {
    let shop = Shop::test();
    // A field that did not apply at first has no earlier content.
    let id = shop.add("my-number", &[]);
    let alias = json!({"by": "架空 花", "why": "blank-filled", "fields": {"alias.name": "別名", "account": "普通 1"}});
    shop.file("alias.json", &alias);
    shop.json(&["records", "amend", &id, "alias.json"]);
    let json: Value = serde_json::from_str(&shop.exported("json", &[])).unwrap();
    let current: Vec<&str> =
        json["records"][0]["current"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(current, ["account", "alias.name"]);
    let row = shop.sheet(&[]).remove(0);
    assert_eq!((&*row["alias.name"], &*row["amended"]), ("別名", "account alias.name"));

    let own = include_str!("../../profiles/kobutsu-2025.toml").replace("id = \"kobutsu-2025\"", "id = \"own\"");
    let own = own.replace("law = \"kobutsu\"", "law = \"own\"");
    let field = "\n[[field]]\nid = \"branch\"\nname.ja = \"店舗\"\nname.en = \"branch\"\narticle = \"-\"\nfrom = [\"staff\"]\n\
        when = [\"always\"]\nconfidence = \"inference\"\nunverified = true\nsource = [\"taimen\"]\n";
    shop.folder.write("own.toml", format!("{own}{field}"));
    shop.file("staff.json", &json!({"fields": {"branch": "=本店"}}));
    shop.add("licence?seed=2", &["--profile", "own.toml", "--record-profile", "own"]);
    let rows = shop.sheet(&["--profile", "own.toml"]);
    assert_eq!([&*rows[0]["branch"], &*rows[1]["branch"]], ["", "'=本店"]);
}

#[test]
fn the_log_of_an_export_says_which_records_and_of_which_period() {
    let shop = Shop::test();
    let ids: Vec<String> = (0..3).map(|_| shop.add("my-number", &[])).collect();
    shop.file("held.json", &json!({"by": "架空 花", "hold": "inquiry", "reason": "照会第1号"}));
    shop.json(&["records", "amend", &ids[2], "held.json"]);
    let later = shop.add("my-number", &[]);
    let export = |out: &str, more: &[&str]| {
        shop.run(&[&["records", "export", "--out", out, "--by", "架空 花"], more].concat(), 0);
        let list = shop.json(&["records", "list", "--kind", "export", "--limit", "1"]);
        shop.json(&["records", "show", list["entries"][0]["id"].as_str().unwrap()])["content"].clone()
    };
    let note = export("all.json", &["--since", "2000-01-01"]);
    assert_eq!((&note["records"], &note["entries"]), (&4.into(), &"1-5".into()));
    assert_eq!((&note["since"], &note["until"]), (&"2000-01-01".into(), &Value::Null));
    // Two by their ids, and the addition and the record between them are not among them.
    let note = export("two.json", &[&later, &ids[0], &ids[1]]);
    assert_eq!((&note["records"], &note["entries"]), (&3.into(), &"1-2,5".into()));
    // What would count for nothing is refused.
    for bound in ["--since", "--until"] {
        let arguments = ["records", "export", "--out", "none.json", "--by", "架空 花", bound, "2026-01-01", &later];
        let refused = shop.run(&arguments, 2);
        assert!(refused.stderr.contains(bound), "{}", refused.stderr);
        assert!(!shop.folder.file("none.json").exists());
    }
}

#[test]
fn a_database_is_no_destination_however_it_is_named() {
    let shop = Shop::test();
    let before = fs::read(shop.folder.file("data/records.db")).unwrap();
    for url in ["sqlite:data/records.db", "sqlite://data/records.db"] {
        let arguments = ["check", "--reader", "sim:my-number", "--records", url, "--save-dump", "data/records.db"];
        let refused = shop.run(&[&arguments[..], &["--json"]].concat(), 2);
        assert_eq!(refused.json()["error"]["id"], "same-file", "{url}");
    }
    assert_eq!(fs::read(shop.folder.file("data/records.db")).unwrap(), before);
}

#[test]
fn an_export_for_somebody_opens_for_nobody_else() {
    let shop = Shop::test();
    shop.add("my-number", &[]);
    let (right, wrong) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let to = right.to_public().to_string();
    shop.run(&["records", "export", "--to", &to, "--out", "for-them.age", "--by", "架空 花"], 0);
    let sealed = fs::read(shop.folder.file("for-them.age")).unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains(&person().name));
    let open = |identity: &age::x25519::Identity| age::decrypt(identity, &sealed);
    let text = String::from_utf8(open(&right).unwrap()).unwrap();
    assert!(text.contains(&person().name), "{text}");
    assert!(open(&wrong).is_err());
    let failure = shop.run(&["records", "export", "--to", "age1nobody", "--out", "x", "--by", "架空 花"], 2);
    assert!(failure.stderr.contains("public key of age"), "{}", failure.stderr);
}
