//! A counter that keeps records: what a phone's holder is told, and which readers a database of real records refuses.

use std::fs;

use serde_json::json;

use crate::common::{
    program::{Program, argument},
    temp::TempDir,
    web::{Counter, Shop, html, name},
};

/// A database that was just made, and its key, as options.
fn books(program: &Program, folder: &TempDir, kind: &[&str]) -> Vec<String> {
    for folder in ["data", "keys"].map(|name| folder.file(name)) {
        fs::create_dir(folder).unwrap();
    }
    let url = format!("sqlite:{}", argument(&folder.file("data/records.db")));
    let options = ["--records".to_owned(), url, "--key".to_owned(), argument(&folder.file("keys/shop.key"))];
    let arguments: Vec<&str> = options.iter().map(String::as_str).collect();
    program.run([&["records", "init"], kind, &arguments].concat()).expect(0);
    options.to_vec()
}

/// What both pages say while a phone's holder is asked.
fn told(options: &[&str]) -> Vec<String> {
    let counter = Counter::start(&[&["--reader", "sim:", "--lang", "en"], options].concat());
    let mut shop = Shop::open(&counter);
    // Slow, so that no view is skipped.
    shop.staff.sim(&json!({"place": "mobile-my-number?fault=slow=200"}));
    shop.shown.until(|view| name(view) == "checked");
    shop.pad.drain();
    let views = shop.shown.seen.iter().chain(&shop.pad.seen);
    let shares = views.map(|view| html(view).to_owned()).filter(|view| view.contains("id=\"shared\""));
    shares.collect()
}

#[test]
fn a_simulated_reader_and_real_records_do_not_go_together() {
    let (program, folder) = (Program::new(), TempDir::new());
    let books = books(&program, &folder, &[]);
    let books: Vec<&str> = books.iter().map(String::as_str).collect();
    for reader in ["sim:", "sim:licence"] {
        let refused = program.run([&["counter", "--open", "--reader", reader], &books[..]].concat()).expect(2);
        assert!(refused.stderr.contains("takes no record of a simulated card"), "{}", refused.stderr);
        assert!(refused.stdout.is_empty(), "nothing is served");
    }
}

#[test]
fn a_phone_is_told_whether_what_it_shares_will_be_kept() {
    let (program, folder) = (Program::new(), TempDir::new());
    let books = books(&program, &folder, &["--test"]);
    let books: Vec<&str> = books.iter().map(String::as_str).collect();
    let both = |pages: &[String]| pages.iter().any(|page| page.contains("Look at your phone")) && pages.len() > 1;
    let kept = told(&books);
    assert!(both(&kept) && kept.iter().all(|page| page.contains("that it will be kept")), "{kept:?}");
    let not_kept = told(&[]);
    assert!(both(&not_kept) && not_kept.iter().all(|page| page.contains("that it will not be kept")), "{not_kept:?}");
}
