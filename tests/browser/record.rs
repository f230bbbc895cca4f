//! The record at the counter, in a browser and in a real database: made, looked over, saved, found again; and what is not saved.

use std::{collections::BTreeMap, fs, process::Stdio};

use serde_json::Value;
use sqlx::{Connection, Executor, SqliteConnection};

use super::{
    desk::VIEW,
    driver::{Browser, Look, browse},
};
use crate::common::{
    program::{Program, Running, run},
    temp::TempDir,
    web::{Counter, Shop},
};

const ENTER: &str = "\u{E007}";
const F4: &str = "\u{E034}";

/// A test database and its key.
struct Books {
    folder: TempDir,
}

impl Books {
    fn new(program: &Program, kind: &[&str]) -> Self {
        let books = Self { folder: TempDir::new() };
        for folder in ["data", "keys"] {
            fs::create_dir(books.folder.file(folder)).unwrap();
        }
        let (url, key) = (books.url(), books.key());
        let mut command = program.command(["records", "init"]);
        command.args(kind).args(["--records", &url, "--key", &key]);
        let made = run(command);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        books
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.folder.file("data/records.db").display())
    }

    fn key(&self) -> String {
        self.folder.file("keys/shop.key").display().to_string()
    }

    fn records(&self, program: &Program, command: &[&str]) -> (Option<i32>, Value) {
        let (url, key) = (self.url(), self.key());
        let mut all = program.command(["records"]);
        all.args(command).args(["--json", "--records", &url, "--key", &key]);
        let done = run(all);
        (done.code, serde_json::from_str(&done.stdout).unwrap_or(Value::Null))
    }
}

async fn read(browser: &Browser, recipe: &str) {
    browser.sees("waiting").await;
    browser.place(recipe).await;
    let printed = browser.printed().await;
    browser.answer(&printed).await;
    assert_eq!(browser.view().await, "checked", "{}", browser.text("#main").await);
}

async fn fill(browser: &Browser, field: &str, text: &str) {
    browser.script(&format!("document.getElementById('record-{field}').value = {}", serde_json::json!(text))).await;
}

#[test]
fn a_record_is_made_looked_over_saved_and_found_again() {
    let program = Program::new();
    let books = Books::new(&program, &["--test"]);
    let (url, key) = (books.url(), books.key());
    let counter = Counter::start(&["--reader", "sim:", "--lang", "ja", "--records", &url, "--key", &key]);
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        read(browser, "licence?seed=7").await;
        // The PIN's last key was a moment ago.
        browser.rests().await;
        browser.keys("1").await;
        browser.until("the comparison", "document.querySelector('#face-matches[aria-pressed=true]')").await;
        browser.keys(F4).await;
        browser.sees("record").await;
        assert!(!browser.has("img").await, "the picture went");
        browser.picture("record-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        // The card is given back; the draft stays.
        browser.lift().await;
        browser.sees("record").await;
        fill(browser, "purpose", "123456789018").await;
        fill(browser, "verifier", "架空 係員").await;
        browser.script("document.getElementById('to-review').click()").await;
        browser.until("the complaint", "document.querySelector('#bad-record-purpose')").await;
        browser.sees("record").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        for (field, text) in [("purpose", "生計費の決済"), ("occupation", "会社員"), ("recorder", "架空 係員")]
        {
            fill(browser, field, text).await;
        }
        browser.script("document.getElementById('to-review').click()").await;
        browser.sees("record-review").await;
        let shown = browser.text("#main").await;
        assert!(shown.contains("生計費の決済") && shown.contains("未記入"), "{shown}");
        assert!(shown.contains("一致 · 架空 係員"), "{shown}");
        browser.picture("record-review-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        let (_, none) = books.records(&program, &["list"]);
        assert_eq!(none["entries"].as_array().map(Vec::len), Some(0), "nothing is saved before");
        browser.keys(ENTER).await;
        browser.sees("recorded").await;
        let saved = browser.text("#main").await;
        assert!(saved.contains("保存しました"), "{saved}");
        browser.picture("recorded-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        browser.keys(ENTER).await;
        browser.sees("waiting").await;
        let left = browser.script("return document.documentElement.outerHTML").await;
        assert!(!left.as_str().unwrap().contains("生計費"));
        // It is found by the name that it was made of.
        let (_, list) = books.records(&program, &["list"]);
        let id = list["entries"][0]["id"].as_str().unwrap().to_owned();
        let (_, record) = books.records(&program, &["show", &id]);
        let text = record.to_string();
        assert!(text.contains("生計費の決済") && text.contains("\"matches\""), "{text}");
        browser.script("document.getElementById('books').click()").await;
        browser.sees("books").await;
        browser.until("the list", "document.querySelector('#main table button')").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        browser.script("document.querySelector('#main table button').click()").await;
        browser.until("the record", "document.querySelector('#main').innerText.includes('生計費の決済')").await;
        browser.picture("books-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        // What is open is filled in, and the customer has moved: both by the page.
        browser.script("document.getElementById('add-field').click()").await;
        browser.sees("books-field").await;
        browser.picture("books-field-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        let type_in = async |name: &str, text: &str| {
            browser
                .script(&format!("document.getElementById('add-in-{name}').value = {}", serde_json::json!(text)))
                .await;
        };
        for (name, text) in [("field", "customer.address"), ("value", "123456789018"), ("learned_from", "転居届")] {
            type_in(name, text).await;
        }
        browser.script("document.getElementById('add-save').click()").await;
        browser.until("the complaint", "document.querySelector('#bad-add-value')").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        // What was typed elsewhere is still there.
        let learned = browser.script("return document.getElementById('add-in-learned_from').value").await;
        assert_eq!(learned, "転居届");
        type_in("value", "架空県架空市9-9").await;
        browser.script("document.getElementById('add-save').click()").await;
        browser.sees("books").await;
        browser.until("the addition", "document.querySelector('#main').innerText.includes('追記しました')").await;
        browser.until("the new address", "document.querySelector('#main').innerText.includes('架空県架空市9-9')").await;
        browser.picture("books-added-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        let (_, record) = books.records(&program, &["show", &id]);
        assert_eq!(record["current"][0]["value"]["text"], "架空県架空市9-9", "{record}");
        // The contract ends.
        browser.script("document.getElementById('add-end').click()").await;
        browser.sees("books-end").await;
        browser.picture("books-end-ja").await;
        assert_eq!(browser.violations().await, Vec::<String>::new());
        browser.script("document.getElementById('add-save').click()").await;
        browser.until("the end", "!document.querySelector('#add-end') && document.querySelector('#add-recheck')").await;
        let (_, record) = books.records(&program, &["show", &id]);
        assert!(record["retention"]["until"].is_string(), "{record}");
        // A card ends the look.
        browser.place("licence?seed=8").await;
        browser.until("the next customer", "!document.querySelector('#main').innerText.includes('生計費の決済')").await;
    });
    let mut command = program.command(["records", "verify"]);
    command.args(["--records", &url, "--key", &key]);
    let verified = run(command);
    assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
}

#[test]
fn what_the_database_does_not_take_is_not_called_saved() {
    let program = Program::new();
    let books = Books::new(&program, &["--test"]);
    let (url, key) = (books.url(), books.key());
    let counter = Counter::start(&["--reader", "sim:", "--lang", "en", "--records", &url, "--key", &key]);
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        read(browser, "licence?seed=7").await;
        browser.keys(F4).await;
        browser.sees("record").await;
        browser.script("document.getElementById('to-review').click()").await;
        browser.sees("record-review").await;
        // Another program holds the database.
        let file = books.folder.file("data/records.db");
        let mut other = SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        other.execute("BEGIN EXCLUSIVE").await.unwrap();
        browser.keys(ENTER).await;
        let refused = "document.querySelector('[data-view=record-review] .problem, [data-view=recorded]')";
        for _ in 0..3 {
            if browser.script(&format!("return Boolean({refused})")).await == true {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        }
        let shown = browser.text("#main").await;
        assert!(shown.contains("It is not saved"), "{shown}");
        browser.picture("record-not-saved-en").await;
        // Once it is free the same draft is saved.
        other.execute("ROLLBACK").await.unwrap();
        browser.keys(ENTER).await;
        browser.sees("recorded").await;
        let (_, list) = books.records(&program, &["list"]);
        assert_eq!(list["entries"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn a_simulated_card_makes_no_record_in_a_database_for_real_ones() {
    let program = Program::new();
    let books = Books::new(&program, &[]);
    let (url, key) = (books.url(), books.key());
    let panel = Counter::at("sim:");
    let printed: BTreeMap<String, String> = Shop::open(&panel).place("licence?seed=7").into_iter().collect();
    // A simulated reader is refused at the start: the card comes as if it were a phone's.
    let phone = ["--reader", "phone:127.0.0.1:0", "--accept", "simulated"];
    let counter = Counter::start(&[&phone[..], &["--lang", "en", "--records", &url, "--key", &key]].concat());
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        browser.sees("waiting").await;
        let waiting = browser.text("body").await;
        let address = waiting.split("phone:").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
        let mut command = Program::new().command(["simulate", "licence?seed=7", "--vpcd", address]);
        let card = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        browser.until("a card", &format!("{VIEW} && {VIEW} !== 'waiting'")).await;
        browser.answer(&printed).await;
        assert_eq!(browser.view().await, "checked", "{}", browser.text("#main").await);
        assert!(browser.has("#no-record").await && !browser.has("#record").await);
        drop(card);
        browser.sees("waiting").await;
    });
}
