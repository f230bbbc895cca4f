//! The records that are kept.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    counter::{Answer, BookRow, Books, Session},
    records::content::{Review, View, export, lookup::Lookup},
    report::visible,
    text::japan_time,
};

use super::{Say, action, adding, halves, idle, record, words};

/// The button that opens them.
pub(super) fn begin(session: &Session, say: Say) -> Markup {
    html! {
        @if session.may_look() {
            section.kinds { button #books type="button" data-do=(action("books")) { (say.say(words::BOOKS)) } }
        }
    }
}

pub(super) fn books(session: &Session, books: &Books, say: Say) -> Markup {
    let content = html! {
        (idle(session, say))
        @if session.ledger().is_some_and(|ledger| ledger.test) { p.unreal { (say.say(words::RECORD_TEST)) } }
        h1 #books-title data-say="polite" { (say.say(words::BOOKS)) }
        form.find data-action="books-find" data-list="fields" aria-labelledby="books-title" autocomplete="off" novalidate {
            select #books-by name="by" aria-label=(say.say(words::BOOKS_BY)) {
                @for by in Lookup::all() { option value=(by.as_str()) { (say.say(by.title())) } }
            }
            input #books-text type="text" name="text" lang="ja" autocomplete="off" spellcheck="false" data-focus[books.adding.is_none()]
                aria-label=(say.say(words::BOOKS_TEXT));
            button type="submit" .main { (say.say(words::BOOKS_FIND)) }
        }
        div.row {
            button #books-recent type="button" data-do=(action("books")) { (say.say(words::BOOKS_RECENT)) }
            button #books-close type="button" data-do=(action("end")) { (say.say(words::CLOSE)) }
        }
        @if let Some(problem) = &books.problem {
            @let (what, todo) = halves(problem, say.0);
            section.problem data-say="assertive" { p.what { (what) } p { (todo) } }
        }
        @match &books.answer {
            _ if books.busy.is_some() => p { (say.say(words::BOOKS_BUSY)) },
            Some(Answer::Rows(rows)) => (list(rows, say)),
            Some(Answer::One { view, .. }) => (one(session, books, view, say)),
            None => {}
        }
    };
    // Another view for each form: what was typed into one is not taken for the other's.
    let view = match books.adding.as_ref().map(|adding| adding.adds) {
        None => "books".to_owned(),
        Some(adds) => format!("books-{adds}"),
    };
    say.main(&view, words::BOOKS, &content)
}

fn list(rows: &[BookRow], say: Say) -> Markup {
    html! {
        @if rows.is_empty() { p data-say="polite" { (say.say(words::BOOKS_NONE)) } }
        @else {
            table.record {
                thead { tr {
                    th scope="col" { (say.say(words::RECORD_NUMBER)) } th scope="col" { (say.say(words::BOOKS_AT)) }
                    th scope="col" { (say.say(words::RECORD_OPEN)) } th scope="col" { (say.say(words::BOOKS_SHOW)) }
                } }
                tbody { @for row in rows { tr {
                    td { (row.seq) }
                    td { (japan_time(row.at).strftime("%Y-%m-%d %H:%M").to_string()) }
                    td { @match row.open { Some(open) => (open), None => (say.say(words::BOOKS_PURGED)) } }
                    td { @if row.open.is_some() {
                        @let open = json!({ "action": "books-one", "id": row.id }).to_string();
                        button type="button" data-do=(open) { (say.say(words::BOOKS_SHOW)) span.unseen { " " (row.seq) } }
                    } }
                } } }
            }
        }
    }
}

fn one(session: &Session, books: &Books, view: &View, say: Say) -> Markup {
    let lines = export::lines(view, say.0);
    let shown: Vec<&Review> = lines.iter().collect();
    html! {
        h2 data-say="polite" { (say.say(words::RECORD_NUMBER)) ": " (view.seq) " - " (japan_time(view.at).strftime("%Y-%m-%d %H:%M").to_string()) }
        @if let Some(added) = &books.added {
            p.found.good data-say="assertive" { span.sign aria-hidden="true" { "○" } (say.say(words::ADDED)) ": " (added.seq) }
            @for warning in &added.warnings {
                @let (what, todo) = halves(warning, say.0);
                section.problem { p.what { (what) } p { (todo) } }
            }
        }
        @match &books.adding {
            Some(adding) => (adding::form(session, adding, view, say)),
            None => (adding::begin(view, say)),
        }
        (record::table(&shown, say))
        h2 { (say.say(words::BOOKS_HISTORY)) }
        ul { @for (title, text) in export::history(view, say.0) { li { b { (visible(&title)) } ": " (visible(&text)) } } }
    }
}
