//! The record at the counter: from a reading to what is saved, in virtual time.

use super::{
    tests::{Counter, END, FORM},
    *,
};
use crate::{
    compare::Field,
    messages::{Problem, StoreError},
    profile::Case,
    records::content::{EntryProblem, Face, Logged, Payload, Record, Value, View},
    verify::Overall,
};

const RECORD: &str = r#"{"action":"record"}"#;
const BACK: &str = r#"{"action":"record-back"}"#;
const SAVE: &str = r#"{"action":"record-save"}"#;
const STAFF: &str = r#"{"action":"record-fields","review":true,"fields":[["verifier","架空 係員"],["recorder","架空 係員"],
    ["purpose","生計費の決済"],["occupation","会社員"],["transaction_kind","口座開設"],["fallback.reason","暗証番号を忘れた"]]}"#;

fn ledger(test: bool) -> Ledger {
    Ledger { place: "sqlite:books".to_owned(), test, photo_purpose: None }
}

/// A counter that keeps records, with a card that was read.
fn read(recipe: &str) -> Counter {
    let mut counter = Counter::new();
    counter.session.keep_in(ledger(true));
    counter.place(recipe);
    counter.enter_all();
    counter
}

fn draft(counter: &Counter) -> &Drafting {
    let State::Record(drafting) = counter.session.state() else { panic!("{:?}", counter.session.state()) };
    drafting
}

fn record(counter: &Counter) -> Record {
    draft(counter).draft.clone().finish()
}

fn saved(record: &Record) -> Result<Saved, Problem> {
    Ok(Saved { id: "one".to_owned(), seq: 7, warnings: Vec::new(), blanks: record.blanks().count() })
}

fn full(_: &Record) -> Result<Saved, Problem> {
    Err(StoreError::DiskFull { place: "sqlite:books".to_owned() }.into())
}

#[test]
fn a_reading_becomes_a_record_that_is_saved_after_it_was_looked_over() {
    let mut counter = read("my-number?seed=7");
    counter.staff(FORM);
    counter.staff(r#"{"action":"match","found":"matches"}"#);
    counter.staff(RECORD);
    assert!(page::picture(&counter.session, "photo").is_none(), "no picture outlives the reading");
    assert!(record(&counter).human_match.is_none(), "nobody is named who compared");
    // Nothing is saved that nobody looked over.
    counter.staff(SAVE);
    assert_eq!(draft(&counter).stage, Drafted::Filling);
    counter.staff(STAFF);
    assert_eq!((draft(&counter).stage, draft(&counter).complaints.len()), (Drafted::Review, 0));
    let made = record(&counter);
    assert_eq!(made.verdict(), Some(Overall::Authentic));
    let human = made.human_match.as_ref().unwrap();
    assert_eq!((human.found, human.by.as_str()), (Face::Matches, "架空 係員"));
    assert!(made.evidence.as_ref().unwrap().dump_sha256.is_some() && made.photo.is_none() && made.fallback.is_none());
    assert!(made.comparison.iter().all(|row| row.field != Field::Sex.as_str()));
    assert!(made.comparison.iter().any(|row| row.field == "name"));
    assert!(matches!(made.field("purpose"), Some(Value::Filled { .. })));
    counter.keeper = Some(saved);
    counter.staff(SAVE);
    let State::Recorded(done) = counter.session.state() else { panic!("{:?}", counter.session.state()) };
    assert_eq!((done.seq, done.id.as_str()), (7, "one"));
    assert!(!format!("{:?}", counter.session).contains("生計費"), "nothing of it is left");
    counter.staff(END);
    assert!(matches!(counter.session.state(), State::Ended));
}

#[test]
fn the_draft_outlives_the_card_and_the_next_card_waits() {
    let mut counter = read("licence?seed=7");
    counter.remove();
    assert_eq!(draft(&counter).kind.map(crate::kind::CardKind::as_str), Some("licence"));
    counter.place("my-number?seed=8");
    assert!(matches!(counter.session.state(), State::Record(_)), "nobody mixes two customers");
    counter.staff(END);
    assert!(matches!(counter.session.state(), State::Ended));
    // The names of staff stay for the next customer, nothing else does.
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.staff(STAFF);
    counter.staff(BACK);
    counter.staff(END);
    counter.remove();
    counter.place("licence?seed=8");
    counter.enter_all();
    counter.staff(RECORD);
    let made = record(&counter);
    assert!(made.content("verifier").is_some() && made.content("purpose").is_none());
}

#[test]
fn a_draft_that_nobody_touches_is_dropped_after_a_warning() {
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.wait(13 * 60 + 1);
    assert!(counter.session.wipes_at().is_some());
    counter.staff(r#"{"action":"extend"}"#);
    counter.wait(14 * 60);
    assert!(matches!(counter.session.state(), State::Record(_)));
    counter.wait(61);
    assert!(matches!(counter.session.state(), State::Ended));
}

#[test]
fn what_is_not_saved_is_not_called_saved_and_can_be_saved_again() {
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.staff(STAFF);
    counter.keeper = Some(full);
    counter.staff(SAVE);
    let drafting = draft(&counter);
    assert_eq!(drafting.stage, Drafted::Review);
    let id = drafting.problem.as_ref().unwrap().message(crate::lang::Lang::En).id;
    assert!(id.contains("full"), "{id}");
    counter.keeper = Some(saved);
    counter.staff(SAVE);
    assert!(matches!(counter.session.state(), State::Recorded(_)));
}

#[test]
fn while_it_is_saved_nobody_can_drop_it_and_an_old_answer_counts_for_nothing() {
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.staff(STAFF);
    counter.staff(SAVE);
    let Drafted::Saving(run) = draft(&counter).stage else { panic!() };
    counter.staff(END);
    counter.wait(3600);
    counter.tell(Event::Kept(Run(run.0 - 1), saved(&record(&counter))));
    assert_eq!(draft(&counter).stage, Drafted::Saving(run));
    counter.tell(Event::Kept(run, saved(&record(&counter))));
    assert!(matches!(counter.session.state(), State::Recorded(_)));
}

#[test]
fn a_simulated_card_makes_no_record_outside_a_test_database() {
    let mut counter = Counter::new();
    counter.session.keep_in(ledger(false));
    counter.place("licence?seed=7");
    counter.enter_all();
    assert!(!counter.session.may_record() && counter.session.needs_test_ledger());
    counter.staff(RECORD);
    assert!(matches!(counter.session.state(), State::Checked(_)));
    counter.remove();
    assert!(matches!(counter.session.state(), State::Waiting), "without a record everything goes as before");
}

#[test]
fn a_card_that_was_not_read_leaves_a_record_of_what_was_done_instead() {
    let mut counter = Counter::new();
    counter.session.keep_in(ledger(true));
    counter.place("licence?seed=7");
    counter.staff(r#"{"action":"forgotten"}"#);
    assert!(matches!(counter.session.state(), State::Failed(_)));
    counter.staff(RECORD);
    assert_eq!(draft(&counter).case, Some(Case::PinForgotten));
    counter.staff(STAFF);
    let made = record(&counter);
    assert!(made.evidence.is_none() && made.presented_at().is_some());
    let fallback = made.fallback.as_ref().unwrap();
    assert_eq!((fallback.choice.case, fallback.choice.reason.as_str()), (Case::PinForgotten, "暗証番号を忘れた"));
    assert!(made.content("document.name").is_some() && made.field("customer.name").unwrap().is_blank());
}

/// A card whose issuer nobody knows has no hierarchy at all.
#[test]
fn a_simulated_card_that_passes_no_check_makes_none_either() {
    for recipe in ["residence2?fault=unknown-ca", "my-number?fault=forged-production"] {
        let mut counter = Counter::new();
        counter.session.keep_in(ledger(false));
        counter.place(recipe);
        counter.enter_all();
        let State::Checked(checked) = counter.session.state() else { panic!("{:?}", counter.session.state()) };
        assert_eq!(checked.reading.findings.hierarchy, None, "{recipe}");
        assert!(!counter.session.may_record() && counter.session.needs_test_ledger(), "{recipe}");
        counter.staff(RECORD);
        assert!(matches!(counter.session.state(), State::Checked(_)), "{recipe}");
    }
    // Nor does a simulated reader where nothing was read, though a real one does.
    for (reader, may) in [("sim:", false), ("sim:licence", false), ("pcsc:0", true)] {
        let mut counter = Counter::new();
        counter.session.keep_in(ledger(false));
        counter.tell(Event::Reader(reader.to_owned()));
        counter.place("licence?seed=7");
        counter.staff(r#"{"action":"forgotten"}"#);
        assert!(matches!(counter.session.state(), State::Failed(_)));
        assert_eq!((counter.session.may_record(), counter.session.needs_test_ledger()), (may, !may), "{reader}");
        counter.staff(RECORD);
        assert_eq!(matches!(counter.session.state(), State::Record(_)), may, "{reader}");
    }
}

fn complaints(counter: &Counter) -> Vec<(&str, EntryProblem)> {
    draft(counter).complaints.iter().map(|error| (error.field.as_str(), error.problem)).collect()
}

/// The one who recorded is named, and the one who checked is not.
#[test]
fn whoever_is_named_compared_and_chose() {
    let mut counter = read("licence?seed=7");
    counter.staff(r#"{"action":"match","found":"does-not-match"}"#);
    counter.staff(RECORD);
    counter.staff(r#"{"action":"record-fields","review":true,"fields":[["verifier",""],["recorder","架空 花"]]}"#);
    assert_eq!(draft(&counter).stage, Drafted::Review);
    let found = record(&counter).human_match.unwrap();
    assert_eq!((found.found, found.by.as_str()), (Face::DoesNotMatch, "架空 花"));
    let shown = page::staff(&counter.session).into_string();
    assert!(shown.contains("不一致 · 架空 花"), "{shown}");
}

#[test]
fn what_was_found_and_chosen_is_never_dropped_for_want_of_a_name() {
    const REASON: &str = "機器の故障";
    let fields = |named: &str| {
        format!(r#"{{"action":"record-fields","review":true,"fields":[["fallback.reason","{REASON}"],{named}]}}"#)
    };
    // 古物 has no field for anybody of staff.
    for (law, field) in [("hanshuhou", "verifier"), ("keitaihou", "verifier"), ("kobutsu", "by")] {
        let mut counter = Counter::under(law);
        counter.session.keep_in(ledger(true));
        counter.place("my-number?fault=swapped-photo");
        counter.enter_all();
        counter.staff(r#"{"action":"match","found":"does-not-match"}"#);
        counter.staff(RECORD);
        counter.staff(&fields(r#"["verifier",""],["recorder",""],["by",""]"#));
        assert_eq!(draft(&counter).stage, Drafted::Filling, "{law}");
        assert_eq!(complaints(&counter), [(field, EntryProblem::Nobody)], "{law}");
        let shown = page::staff(&counter.session).into_string();
        assert!(shown.contains(&format!("bad-record-{field}")), "{law}: {shown}");
        counter.staff(&fields(&format!(r#"["{field}","架空 花"]"#)));
        assert_eq!((draft(&counter).stage, complaints(&counter)), (Drafted::Review, Vec::new()), "{law}");
        let made = record(&counter);
        assert_eq!(made.human_match.as_ref().unwrap().by, "架空 花", "{law}");
        let choice = &made.fallback.as_ref().unwrap().choice;
        assert_eq!((choice.reason.as_str(), choice.chosen_by.as_str()), (REASON, "架空 花"), "{law}");
        let shown = page::staff(&counter.session).into_string();
        assert!(shown.contains("不一致 · 架空 花") && shown.contains(&format!("{REASON} · 架空 花")), "{law}: {shown}");
    }
}

#[test]
fn a_way_without_a_reason_is_not_dropped_and_the_name_stays_for_the_next_customer() {
    let mut counter = Counter::under("kobutsu");
    counter.session.keep_in(ledger(true));
    counter.place("licence?seed=7");
    counter.staff(r#"{"action":"forgotten"}"#);
    counter.staff(RECORD);
    counter.staff(
        r#"{"action":"record-fields","review":true,"fields":[["fallback.row","presented-without-chip"],["by","123456789018"]]}"#,
    );
    let reason = ("fallback.reason", EntryProblem::Blank);
    assert_eq!(complaints(&counter), [("by", EntryProblem::PersonalNumber), reason]);
    counter.staff(r#"{"action":"record-fields","review":true,"fields":[["by","架空 花"]]}"#);
    assert_eq!(complaints(&counter), [reason]);
    counter.staff(r#"{"action":"record-fields","review":true,"fields":[["fallback.reason","失念"]]}"#);
    assert_eq!(draft(&counter).stage, Drafted::Review);
    assert_eq!(record(&counter).fallback.unwrap().choice.row.as_deref(), Some("presented-without-chip"));
    counter.staff(END);
    counter.remove();
    counter.place("licence?seed=8");
    counter.staff(r#"{"action":"forgotten"}"#);
    counter.staff(RECORD);
    assert_eq!(draft(&counter).by, "架空 花");
}

#[test]
fn a_card_without_a_photo_is_no_document_with_one() {
    let mut counter = read("residence2?fault=infant");
    assert_eq!(counter.session.case(), Some(Case::NoPhoto));
    counter.staff(RECORD);
    assert!(record(&counter).field("method").unwrap().is_blank());
    let shown = page::staff(&counter.session).into_string();
    for offered in ["residence-no-photo", "ro", "ha", "ni", "i"] {
        assert!(shown.contains(&format!("option value=\"{offered}\"")), "{offered}: {shown}");
    }
    counter.staff(
        r#"{"action":"record-fields","review":false,"fields":[["document","residence-no-photo"],["method","ro"]]}"#,
    );
    let shown = page::staff(&counter.session).into_string();
    assert!(shown.contains("option value=\"ro\" selected") && !shown.contains("option value=\"i\""), "{shown}");
    assert!(shown.contains("option value=\"residence-no-photo\" selected"), "{shown}");
    // One that shows its photo leaves nothing open.
    let mut counter = read("residence2?seed=7");
    counter.staff(RECORD);
    assert!(!page::staff(&counter.session).into_string().contains("record-document"));
}

#[test]
fn what_must_not_be_stored_is_refused_where_it_is_typed() {
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.staff(r#"{"action":"record-fields","review":true,"fields":[["purpose","123456789018"],["sex","女"],["occupation","会社員"]]}"#);
    let drafting = draft(&counter);
    assert_eq!(drafting.stage, Drafted::Filling);
    assert!(drafting.complaint("purpose").is_some());
    assert!(record(&counter).content("occupation").is_some() && record(&counter).content("purpose").is_none());
    for lang in [crate::lang::Lang::Ja, crate::lang::Lang::En] {
        counter.staff(&format!(r#"{{"action":"language","lang":"{}"}}"#, lang.as_str()));
        let shown = page::staff(&counter.session).into_string();
        assert!(shown.contains("bad-record-purpose") && !shown.contains("123456789018"));
    }
}

/// Which document it is decides which number may be kept of it, whatever the order of the fields is.
#[test]
fn the_number_of_another_document_does_not_stay() {
    let mut counter = Counter::new();
    counter.session.keep_in(ledger(true));
    counter.place("licence?seed=7");
    counter.staff(r#"{"action":"forgotten"}"#);
    counter.staff(RECORD);
    let enter = |counter: &mut Counter, document: &str| {
        counter.staff(&format!(
            r#"{{"action":"record-fields","review":false,"fields":[["document.number","123456789018"],["document","{document}"]]}}"#
        ));
    };
    enter(&mut counter, "licence");
    assert!(record(&counter).content("document.number").is_some() && complaints(&counter).is_empty());
    enter(&mut counter, "resident-copy");
    assert_eq!(complaints(&counter), [("document.number", EntryProblem::PersonalNumber)]);
    assert!(record(&counter).content("document.number").is_none());
}

#[test]
fn what_the_chip_says_instead_of_staff_is_on_the_page() {
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    let State::Record(drafting) = counter.session.state() else { panic!() };
    let name = record(&counter).content("customer.name").unwrap().plain(crate::lang::Lang::Ja);
    assert!(drafting.draft.blanks().contains(&"verifier".to_owned()));
    counter.staff(&STAFF.replace("[\"purpose\"", "[\"customer.name\",\"別名 太郎\"],[\"purpose\""));
    assert_eq!(draft(&counter).stage, Drafted::Review);
    let both = |shown: &str| shown.contains("別名 太郎") && shown.contains(&format!("ICチップの値: {name}"));
    let shown = page::staff(&counter.session).into_string();
    assert!(both(&shown), "{shown}");
    let made = record(&counter);
    counter.staff(END);
    counter.remove();
    counter.staff(r#"{"action":"books-one","id":"one"}"#);
    show(&mut counter, made);
    let shown = page::staff(&counter.session).into_string();
    assert!(both(&shown), "{shown}");
}

/// A counter that shows a record of a licence, with its draft saved a moment ago.
fn looking() -> Counter {
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.staff(STAFF);
    let made = record(&counter);
    counter.staff(END);
    counter.remove();
    counter.staff(r#"{"action":"books-one","id":"one"}"#);
    show(&mut counter, made);
    counter
}

fn books(counter: &Counter) -> &Books {
    let State::Books(books) = counter.session.state() else { panic!("{:?}", counter.session.state()) };
    books
}

fn show(counter: &mut Counter, record: Record) {
    let first = Logged { seq: 1, at: counter.now, payload: Payload::Record(Box::new(record)) };
    let view = Box::new(View::fold([first]).unwrap());
    let run = books(counter).busy.unwrap();
    counter.tell(Event::Looked(run, Ok(Answer::One { id: "one".to_owned(), view })));
}

fn add(counter: &mut Counter, adds: &str, fields: &str) {
    counter.staff(&format!(r#"{{"action":"books-add","adds":"{adds}"}}"#));
    counter.staff(&format!(r#"{{"action":"books-amend","fields":{fields}}}"#));
}

fn amended(counter: &Counter) -> Run {
    books(counter).adding.as_ref().and_then(|adding| adding.busy).expect("it is being saved")
}

#[test]
fn what_staff_add_is_called_added_after_the_commit_and_shown_anew() {
    let mut counter = looking();
    add(
        &mut counter,
        "field",
        r#"[["field","customer.address"],["value","架空県架空市9-9"],["why","changed"],["learned_from","転居届"],["by","架空 花"]]"#,
    );
    let run = amended(&counter);
    assert_eq!(counter.log.iter().filter(|effect| *effect == "amend").count(), 1);
    assert!(page::staff(&counter.session).into_string().contains("保存しています"));
    // Nobody can drop it now, no second one begins, and an old answer counts for nothing.
    for action in [END, r#"{"action":"books"}"#, r#"{"action":"books-add","adds":"end"}"#] {
        counter.staff(action);
    }
    counter.wait(3600);
    counter.tell(Event::Amended(Run(run.0 - 1), Ok(Added { seq: 9, warnings: Vec::new() })));
    assert_eq!(amended(&counter), run);
    counter.tell(Event::Amended(run, Ok(Added { seq: 2, warnings: Vec::new() })));
    assert!(books(&counter).adding.is_none() && books(&counter).busy.is_some());
    assert_eq!(counter.log.iter().rev().find(|effect| *effect == "look").map(String::as_str), Some("look"));
    assert_eq!(counter.session.recorder(), "架空 花");
}

#[test]
fn what_is_not_added_is_not_called_added_and_the_form_stays() {
    let mut counter = looking();
    add(&mut counter, "end", r#"[["relation","1"],["on","2026-11-22"],["by","架空 花"]]"#);
    let run = amended(&counter);
    let full = StoreError::DiskFull { place: "sqlite:books".to_owned() };
    counter.tell(Event::Amended(run, Err(full.into())));
    let adding = books(&counter).adding.as_ref().unwrap();
    assert!(adding.busy.is_none() && adding.problem.is_some() && books(&counter).added.is_none());
    let shown = page::staff(&counter.session).into_string();
    assert!(shown.contains("保存されていません") && shown.contains("add-in-on"), "{shown}");
}

#[test]
fn an_addition_that_is_refused_says_so_beside_its_field() {
    for (adds, fields, field, problem) in [
        (
            "field",
            r#"[["field","purpose"],["value","123456789018"],["why","changed"],["by","花"]]"#,
            "value",
            EntryProblem::PersonalNumber,
        ),
        (
            "field",
            r#"[["field","sex"],["value","女"],["why","changed"],["by","花"]]"#,
            "value",
            EntryProblem::Forbidden,
        ),
        ("field", r#"[["field","purpose"],["value","給与"],["why","changed"],["by",""]]"#, "by", EntryProblem::Blank),
        ("end", r#"[["relation","1"],["on","2026-11-21"],["by","花"]]"#, "on", EntryProblem::End),
        ("end", r#"[["relation","2"],["on","2026-11-22"],["by","花"]]"#, "relation", EntryProblem::NoRelation),
        (
            "recheck",
            r#"[["on","2026-11-23"],["how","known"],["lasts","single"],["by","花"]]"#,
            "on",
            EntryProblem::Future,
        ),
        ("recheck", r#"[["on","いつか"],["how","known"],["lasts","single"],["by","花"]]"#, "on", EntryProblem::Day),
        (
            "reliance",
            r#"[["kind","own-earlier"],["operator","架空銀行"],["agreement","第1号"],["on","2026-11-22"],["lasts","single"],["by","花"]]"#,
            "on",
            EntryProblem::Moment,
        ),
        (
            "reliance",
            r#"[["kind","own-earlier"],["operator",""],["agreement","第1号"],["on","2026-11-22 10:30"],["lasts","single"],["by","花"]]"#,
            "operator",
            EntryProblem::Blank,
        ),
    ] {
        let mut counter = looking();
        add(&mut counter, adds, fields);
        let adding = books(&counter).adding.as_ref().unwrap();
        let complaint = adding.complaint.as_ref().map(|error| (error.field.as_str(), error.problem));
        assert_eq!((complaint, adding.busy), (Some((field, problem)), None), "{adds} {fields}");
        let shown = page::staff(&counter.session).into_string();
        assert!(shown.contains(&format!("bad-add-{field}")) && !shown.contains("123456789018"), "{adds} {fields}");
    }
}

#[test]
fn each_kind_of_addition_is_made() {
    for (adds, fields) in [
        (
            "field",
            r#"[["field","phone_numbers"],["value","03-0000-0000; 03-0000-0001"],["why","blank-filled"],["by","花"]]"#,
        ),
        ("end", r#"[["relation",""],["on","令和8年11月22日"],["by","花"]]"#),
        ("recheck", r#"[["on","2026-11-22"],["how","shown"],["lasts","continuing"],["by","花"]]"#),
        (
            "reliance",
            r#"[["kind","account-transfer"],["operator","架空銀行"],["agreement","第1号"],["on","2026-11-22 10:30"],["lasts","single"],["by","花"]]"#,
        ),
    ] {
        let mut counter = looking();
        let fields = if adds == "field" { fields.replace("phone_numbers", "account") } else { fields.to_owned() };
        add(&mut counter, adds, &fields);
        amended(&counter);
    }
}

#[test]
fn a_card_waits_while_something_is_added() {
    let mut counter = looking();
    counter.staff(r#"{"action":"books-add","adds":"recheck"}"#);
    counter.place("my-number?seed=8");
    assert!(books(&counter).adding.is_some(), "what is typed is not lost");
    counter.staff(r#"{"action":"books-add","adds":null}"#);
    assert!(books(&counter).adding.is_none());
    counter.staff(END);
    assert!(matches!(counter.session.state(), State::Ended));
}

/// Saved and added, and two things are not as they should be.
#[test]
fn every_warning_of_a_saved_entry_is_shown() {
    let warnings = || -> Vec<Problem> {
        let (at, before) = ("2026-11-22T00:00:00Z".parse().unwrap(), "2026-11-25T00:00:00Z".parse().unwrap());
        vec![
            StoreError::ReadOnly { place: "shop.key.head".to_owned() }.into(),
            StoreError::ClockBack { at, before }.into(),
        ]
    };
    let says_both = |counter: &Counter| {
        let shown = page::staff(&counter.session).into_string();
        assert!(shown.contains("shop.key.head") && shown.contains("2026-11-25T00:00:00Z"), "{shown}");
        assert_eq!(shown.matches("section class=\"problem\"").count(), 2, "{shown}");
    };
    let mut counter = read("licence?seed=7");
    counter.staff(RECORD);
    counter.staff(STAFF);
    counter.staff(SAVE);
    let Drafted::Saving(run) = draft(&counter).stage else { panic!("{:?}", draft(&counter).stage) };
    let kept = Saved { id: "one".to_owned(), seq: 7, warnings: warnings(), blanks: 0 };
    counter.tell(Event::Kept(run, Ok(kept)));
    says_both(&counter);

    let mut counter = looking();
    let Some(Answer::One { view, .. }) = &books(&counter).answer else { panic!() };
    let made = view.record.clone();
    add(&mut counter, "end", r#"[["relation","1"],["on","2026-11-22"],["by","架空 花"]]"#);
    let run = amended(&counter);
    counter.tell(Event::Amended(run, Ok(Added { seq: 2, warnings: warnings() })));
    show(&mut counter, made);
    says_both(&counter);
}
