//! The record: what staff fill in, what they look over, and that it is saved.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    counter::{Drafted, Drafting, Saved, Session, State, record::BY},
    lang::Bilingual,
    profile::Supplier,
    records::content::{Authority, Review, Row, Shape, State as Standing, Value, export},
    report::visible,
};

use super::{Say, action, halves, idle, law, words};

/// The button that makes a draft of what is shown; why there is none, if only a test database would take it.
pub(super) fn begin(session: &Session, say: Say) -> Markup {
    html! {
        @if session.may_record() && session.profile().is_some() {
            section.ways {
                div {
                    button #record type="button" data-do=(action("record")) data-key="F4" aria-keyshortcuts="F4" aria-describedby="record-how" {
                        (say.say(words::RECORD_MAKE)) " " kbd aria-hidden="true" { "F4" }
                    }
                    p #record-how { (say.say(words::RECORD_MAKE_HOW)) }
                }
            }
        } @else if session.needs_test_ledger() {
            p.how #no-record { (say.say(words::RECORD_UNREAL)) }
        }
    }
}

pub(super) fn record(session: &Session, drafting: &Drafting, say: Say) -> Markup {
    let content = html! {
        (idle(session, say))
        @if session.ledger().is_some_and(|ledger| ledger.test) { p.unreal { (say.say(words::RECORD_TEST)) } }
        @if let Some(problem) = &drafting.problem {
            @let (what, todo) = halves(problem, say.0);
            section.problem data-say="assertive" {
                h2 { span.sign aria-hidden="true" { "△" } (say.say(words::RECORD_NOT_SAVED)) }
                p.what { (what) }
                p { (todo) }
            }
        }
        @match drafting.stage {
            Drafted::Filling => (filling(session, drafting, say)),
            Drafted::Review => (review(session, drafting, say)),
            Drafted::Saving(_) => section.calm { h1 data-say="polite" { (say.say(words::RECORD_SAVING)) } },
        }
    };
    let (view, title) = match drafting.stage {
        Drafted::Filling => ("record", words::RECORD_MAKE),
        Drafted::Review => ("record-review", words::RECORD_REVIEW),
        Drafted::Saving(_) => ("record-saving", words::RECORD_SAVING),
    };
    say.main(view, title, &content)
}

/// Everything that staff can enter, and what is known already.
fn filling(session: &Session, drafting: &Drafting, say: Say) -> Markup {
    let lines = drafting.draft.review(say.0);
    let rows = drafting.draft.rows();
    let with: Vec<(&Review, &Row)> =
        lines.iter().filter_map(|line| Some((line, rows.iter().find(|row| row.id == line.id)?))).collect();
    let asked: Vec<_> = with.iter().filter(|(line, row)| is_asked(line, row)).collect();
    let known: Vec<&Review> = with
        .iter()
        .filter(|(line, row)| line.state == Standing::Filled && !is_asked(line, row))
        .map(|(line, _)| *line)
        .collect();
    let others: Vec<_> =
        with.iter().filter(|(line, _)| line.state == Standing::NotApplicable && is_typed(line)).collect();
    html! {
        h1 #record-title { (say.say(words::RECORD_MAKE)) }
        @if let Some(profile) = session.profile() {
            p.how { (visible(profile.record.get(say.0))) " - " (visible(profile.name.get(say.0))) " (" (visible(&profile.id)) ")"
                @if profile.unverified { span.mark { (say.say(words::LAW_UNVERIFIED)) } } }
        }
        div.recording {
            form data-action="record-fields" data-list="fields" data-extra=(json!({ "review": true }).to_string())
                aria-labelledby="record-title" autocomplete="off" novalidate {
                @if let Some(case) = drafting.case { (fallback(session, drafting, say.say(case.words()), say)) }
                (documents(drafting, say))
                @if drafting.by_field() == BY && (drafting.face.is_some() || drafting.case.is_some()) { (by(drafting, say)) }
                @for (index, (line, row)) in asked.iter().enumerate() { (field(drafting, line, row, index == 0, say)) }
                details #record-others {
                    summary { (say.say(words::RECORD_OTHERS)) }
                    fieldset.circumstances {
                        legend { (say.say(words::RECORD_CIRCUMSTANCES)) }
                        @for (name, title, on) in circumstances(drafting) {
                            label { input type="checkbox" name=(name) checked[on]; " " (say.say(title)) }
                        }
                        button #record-update type="submit" data-extra=(json!({ "review": false }).to_string()) { (say.say(words::RECORD_UPDATE)) }
                    }
                    @for (line, row) in others { (field(drafting, line, row, false, say)) }
                }
                p.how { (say.say(words::RECORD_BLANKS_HOW)) }
                button #to-review .main type="submit" { (say.say(words::RECORD_TO_REVIEW)) }
            }
            section.person {
                h2 { (say.say(words::RECORD_KNOWN)) }
                (table(&known, say))
            }
        }
        details #record-drop {
            summary { (say.say(words::RECORD_DROP)) }
            p { (say.say(words::RECORD_DROP_HOW)) }
            button #record-drop-yes .danger type="button" data-do=(action("end")) { (say.say(words::RECORD_DROP_YES)) }
        }
    }
}

/// Whether staff enter it: nothing stands there, or something that a person entered.
fn is_asked(line: &Review, row: &Row) -> bool {
    let by_person = |by: Supplier| matches!(by, Supplier::Staff | Supplier::Customer | Supplier::BackOffice);
    is_typed(line)
        && match &row.value {
            Value::Blank { .. } => true,
            Value::Filled { source, .. } => by_person(source.by),
            Value::NotApplicable { .. } => false,
        }
}

fn is_typed(line: &Review) -> bool {
    line.shape.is_some() && line.id != "document.name"
}

fn circumstances(drafting: &Drafting) -> [(&'static str, Bilingual, bool); 8] {
    let now = drafting.draft.circumstances();
    let company = now.customer == crate::records::content::Customer::Company;
    let single = now.relation == crate::records::content::Relation::Single;
    [
        ("company", words::RECORD_COMPANY, company),
        ("agent", words::RECORD_AGENT, now.agent),
        ("single", words::RECORD_SINGLE, single),
        ("high-risk", words::RECORD_HIGH_RISK, now.high_risk),
        ("pep", words::RECORD_PEP, now.pep),
        ("foreign-visitor", words::RECORD_VISITOR, now.foreign_visitor),
        ("sent", words::RECORD_SENT, now.sent),
        ("visit", words::RECORD_VISIT, now.visit),
    ]
}

fn field(drafting: &Drafting, line: &Review, row: &Row, first: bool, say: Say) -> Markup {
    let id = format!("record-{}", line.id);
    let value = row.value.content().map(|content| content.plain(say.0).replace('\n', "; ")).unwrap_or_default();
    let complaint = drafting.complaint(&line.id);
    let described = complaint.map(|_| format!("bad-{id}"));
    html! {
        div.field {
            label for=(id) { @if let Some(item) = line.item { span.item { (item) ". " } } (visible(&line.title)) }
            @match line.shape {
                Some(Shape::Method) => (methods(drafting, &line.id, &id, first, say)),
                Some(Shape::Authority) => select #(id) name=(line.id) {
                    option value="" {}
                    @let company = drafting.draft.circumstances().customer == crate::records::content::Customer::Company;
                    @for ground in Authority::all().filter(|ground| ground.is_for(company)) {
                        option value=(ground.as_str()) selected[value == say.say(ground.words(company))] { (say.say(ground.words(company))) }
                    }
                },
                shape => input #(id) type="text" name=(line.id) lang="ja" autocomplete="off" spellcheck="false" data-focus[first] value=(value)
                    placeholder=[hint(shape).map(|hint| say.say(hint))]
                    aria-invalid=[complaint.map(|_| "true")] aria-describedby=[described.as_deref()];
            }
            @if let Some(complaint) = complaint {
                @let [what, todo] = complaint.problem.words();
                p.bad #{ "bad-" (id) } data-say="assertive" { span aria-hidden="true" { "⚠ " } (say.say(what)) " " (say.say(todo)) }
            }
        }
    }
}

fn hint(shape: Option<Shape>) -> Option<Bilingual> {
    match shape? {
        Shape::Day => Some(words::RECORD_DAY),
        Shape::List => Some(words::RECORD_LIST),
        Shape::Goods => Some(words::RECORD_GOODS),
        _ => None,
    }
}

/// The methods that a counter can use with the document, each with its letter and words.
fn methods(drafting: &Drafting, field: &str, id: &str, first: bool, say: Say) -> Markup {
    let choices = drafting.draft.choices(field != "method");
    let chosen: Vec<String> = drafting.draft.rows().iter().find(|row| row.id == field).map(chosen).unwrap_or_default();
    html! {
        select #(id) name=(field) data-focus[first] {
            option value="" {}
            @for method in choices.iter().flat_map(|(_, methods)| methods) {
                option value=(method.id) selected[chosen.contains(&method.id)] {
                    (visible(&method.letter)) " - " (visible(method.text.get(say.0)))
                }
            }
        }
    }
}

fn chosen(row: &Row) -> Vec<String> {
    match row.value.content() {
        Some(crate::records::content::Content::Methods(methods)) => {
            methods.iter().map(|method| method.id.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// Which document was presented, where no chip says so.
fn documents(drafting: &Drafting, say: Say) -> Markup {
    let documents = drafting.draft.presentable();
    html! {
        @if !documents.is_empty() {
            div.field {
                label for="record-document" { (say.say(words::RECORD_DOCUMENT)) }
                select #record-document name="document" aria-describedby=[drafting.draft.is_photo_open().then_some("record-print")] {
                    option value="" {}
                    @for document in documents {
                        @let is = |id: &String| document.id == *id || document.kinds.contains(id);
                        option value=(document.id) selected[drafting.document.as_ref().is_some_and(is)] { (visible(document.name.get(say.0))) }
                    }
                }
                @if drafting.draft.is_photo_open() { p.how #record-print { (say.say(words::RECORD_PRINT)) } }
            }
        }
    }
}

/// What the law leaves, and which of it staff follow.
fn fallback(session: &Session, drafting: &Drafting, case: &str, say: Say) -> Markup {
    let kind = drafting.kind.map_or("", crate::kind::CardKind::as_str);
    let rows = match (session.profile(), drafting.case) {
        (Some(profile), Some(case)) => profile.fallbacks(kind, case),
        _ => Vec::new(),
    };
    html! {
        fieldset.fallback {
            legend { (say.say(words::LAW_CASE)) ": " (case) }
            label for="record-fallback" { (say.say(words::LAW)) }
            select #record-fallback name="fallback.row" {
                option value="" {}
                @for row in &rows {
                    option value=(row.id) selected[drafting.fallback.0.as_deref() == Some(row.id)] { (visible(row.text.get(say.0))) }
                }
            }
            label for="record-reason" { (say.say(words::RECORD_REASON)) }
            (own(drafting, "fallback.reason", "record-reason", &drafting.fallback.1, say))
        }
    }
}

/// Who compared the faces and chose the fallback, where the law's record has no field for anybody of staff.
fn by(drafting: &Drafting, say: Say) -> Markup {
    html! {
        div.field {
            label for="record-by" { (say.say(words::RECORD_BY)) }
            (own(drafting, BY, "record-by", &drafting.by, say))
        }
    }
}

/// A field of the form's own, with what is wrong with it.
fn own(drafting: &Drafting, name: &str, id: &str, value: &str, say: Say) -> Markup {
    let complaint = drafting.complaint(name);
    let described = complaint.map(|_| format!("bad-{id}"));
    html! {
        input #(id) type="text" name=(name) lang="ja" autocomplete="off" value=(value)
            aria-invalid=[complaint.map(|_| "true")] aria-describedby=[described.as_deref()];
        @if let Some(complaint) = complaint {
            @let [what, todo] = complaint.problem.words();
            p.bad #{ "bad-" (id) } data-say="assertive" { span aria-hidden="true" { "⚠ " } (say.say(what)) " " (say.say(todo)) }
        }
    }
}

/// What will be saved, to be looked over.
fn review(session: &Session, drafting: &Drafting, say: Say) -> Markup {
    let lines = drafting.draft.review(say.0);
    let shown: Vec<&Review> = lines.iter().filter(|line| line.state != Standing::NotApplicable).collect();
    let blanks = shown.iter().filter(|line| line.state == Standing::Blank).count();
    let decided = decided(drafting, say);
    html! {
        h1 #record-title data-say="polite" { (say.say(words::RECORD_REVIEW)) }
        p.found.(if blanks == 0 { "good" } else { "unsure" }) {
            span.sign aria-hidden="true" { (if blanks == 0 { "○" } else { "△" }) }
            (say.say(words::RECORD_OPEN)) ": " (blanks)
        }
        (table(&shown.into_iter().chain(&decided).collect::<Vec<_>>(), say))
        @if let Some(purpose) = drafting.draft.photo_purpose() {
            p { (say.say(words::RECORD_PHOTO)) ": " (visible(purpose)) }
        } @else {
            p.how { (say.say(words::RECORD_NO_PHOTO)) }
        }
        @if let Some(profile) = session.profile() { (law::under(profile, say)) }
        div.row {
            button #record-save .main type="button" data-do=(action("record-save")) data-focus data-key="F4" aria-keyshortcuts="F4" {
                (say.say(words::RECORD_SAVE)) " " kbd aria-hidden="true" { "F4" }
            }
            button #record-back type="button" data-do=(action("record-back")) { (say.say(words::RECORD_BACK)) }
        }
    }
}

/// What staff found and chose themselves, as lines of the review.
fn decided(drafting: &Drafting, say: Say) -> Vec<Review> {
    let record = drafting.draft.clone().finish();
    let line = |(title, text)| Review {
        id: String::new(),
        item: None,
        title,
        text,
        source: String::new(),
        chip: None,
        state: Standing::Filled,
        shape: None,
    };
    export::decided(&record, say.0).map(line).collect()
}

pub(super) fn table(lines: &[&Review], say: Say) -> Markup {
    html! {
        table.record {
            thead { tr { th scope="col" { (say.say(words::RECORD_ITEM)) } th scope="col" { (say.say(words::RECORD_VALUE)) } th scope="col" { (say.say(words::RECORD_SOURCE)) } } }
            tbody {
                @for line in lines {
                    tr.blank[line.state == Standing::Blank] {
                        th scope="row" { @if let Some(item) = line.item { (item) ". " } (visible(&line.title)) }
                        td lang="ja" {
                            @if line.state == Standing::Blank { b { span aria-hidden="true" { "△ " } (say.say(words::RECORD_BLANK)) } ": " }
                            (visible(&line.text))
                        }
                        td { (visible(&line.origin(say.0))) }
                    }
                }
            }
        }
    }
}

/// It is in the log.
pub(super) fn recorded(session: &Session, saved: &Saved, say: Say) -> Markup {
    let content = html! {
        section.calm {
            h1 data-say="assertive" { span aria-hidden="true" { "○ " } (say.say(words::RECORD_SAVED)) }
            p.lead { (say.say(words::RECORD_NUMBER)) ": " b { (saved.seq) } }
            p { code { (saved.id) } }
            @if saved.blanks > 0 { p { (say.say(words::RECORD_OPEN)) ": " b { (saved.blanks) } } p.how { (say.say(words::RECORD_OPEN_HOW)) } }
            @for warning in &saved.warnings {
                @let (what, todo) = halves(warning, say.0);
                section.problem { p.what { (what) } p { (todo) } }
            }
            button #record-next .main type="button" data-do=(action("end")) data-focus { (say.say(words::RECORD_NEXT)) }
        }
    };
    debug_assert!(matches!(session.state(), State::Recorded(_)));
    say.main("recorded", words::RECORD_SAVED, &content)
}
