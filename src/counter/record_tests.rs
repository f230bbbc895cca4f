//! The record at the counter: from a reading to what is saved, in virtual time.

use super::{
    tests::{Counter, END, FORM},
    *,
};
use crate::{
    compare::Field,
    messages::{Problem, StoreError},
    profile::Case,
    records::content::{Face, Record, Value},
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
    Ok(Saved { id: "one".to_owned(), seq: 7, warning: None, blanks: record.blanks().count() })
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
