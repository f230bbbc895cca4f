//! The application form beside the card, and what came of their comparison.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    compare::{Class, Field, FieldResult},
    counter::{Checked, Session},
    report::{Pieces, Tone},
};

use super::{Say, asking::bad, words};

/// The form's fields, to type, paste or scan, and what came of each.
pub(super) fn form(session: &Session, checked: &Checked, pieces: &Pieces<'_>, say: Say) -> Markup {
    html! {
        section.form {
            h2 #form-title { (say.say(words::FORM)) }
            form data-action="form" data-list="fields" aria-labelledby="form-title" autocomplete="off" novalidate {
                @for field in Field::all() { (input(session, field, say)) }
                p.how { (say.say(words::FORM_HOW)) }
                button #compare type="submit" { (say.say(words::FORM_COMPARE)) }
            }
            @if checked.comparison().is_some() {
                div #form-result tabindex="-1" role="group" aria-label=(say.say(words::FORM_RESULT)) {
                    (pieces.form_table(
                        |id| named(id).and_then(|field| session.form().get(field)).map(str::to_owned),
                        |id| named(id).map(|field| accept(checked, field, say)).unwrap_or_default(),
                    ))
                }
            }
        }
    }
}

fn named(id: &str) -> Option<Field> {
    Field::all().find(|field| field.as_str() == id)
}

fn input(session: &Session, field: Field, say: Say) -> Markup {
    let complaint = session.form_complaint(field);
    let name = format!("form-{field}");
    html! {
        div.field #{ "form-field-" (field) } {
            label for=(name) { (say.say(field.title())) }
            input #(name) type="text" name=(field) lang="ja" autocomplete="off" spellcheck="false"
                value=(session.form().get(field).unwrap_or_default())
                aria-invalid=[complaint.as_ref().map(|_| "true")]
                aria-describedby=[complaint.as_ref().map(|_| format!("bad-{name}"))];
            @if let Some(problem) = &complaint { (bad(&name, problem, say)) }
        }
    }
}

/// Staff's own word about a field that is only similar. Its class stays as it is.
fn accept(checked: &Checked, field: Field, say: Say) -> Markup {
    let class = checked.comparison().and_then(|comparison| comparison.field(field)).map(|result| result.class);
    let accepted = checked.is_accepted(field);
    let action = json!({ "action": "accept-similar", "field": field.as_str() }).to_string();
    html! {
        @if class == Some(Class::Similar) {
            @if accepted { p.given { span aria-hidden="true" { "✓ " } (say.say(words::FORM_ACCEPTED)) } }
            button #{ "accept-" (field) } type="button" data-do=(action) aria-pressed=(accepted.to_string()) {
                (say.say(words::FORM_ACCEPT)) ": " (say.say(field.title()))
            }
            @if accepted { p.how { (say.say(words::FORM_ACCEPTED_HOW)) } }
        }
    }
}

/// What came of the form, under the verdict: a green verdict alone never stands over a form that differs. What agrees says nothing
/// beside a card that was rejected.
pub(super) fn found(session: &Session, checked: &Checked, verdict: Tone, say: Say) -> Markup {
    let results: Vec<&FieldResult> = checked.comparison().into_iter().flat_map(|all| all.fields()).collect();
    let accepted = |result: &&&FieldResult| checked.is_accepted(result.field);
    let of = |class: Class| results.iter().filter(move |result| result.class == class);
    let fields = |of: Vec<&&FieldResult>| -> Vec<Field> { of.into_iter().map(|result| result.field).collect() };
    let refused = Field::all().filter(|field| session.form_complaint(*field).is_some()).collect();
    let groups: [(_, Vec<Field>); 6] = [
        (Class::Different.word(), fields(of(Class::Different).collect())),
        (Class::Similar.word(), fields(of(Class::Similar).filter(|result| !accepted(result)).collect())),
        (Class::NotComparable.word(), fields(of(Class::NotComparable).collect())),
        (words::FORM_NOT_COMPARED, refused),
        (words::FORM_ACCEPTED, fields(of(Class::Similar).filter(accepted).collect())),
        (words::FORM_AGREEING, fields(results.iter().filter(|result| result.class.agrees()).collect())),
    ];
    let [different, similar, by_eye, not_compared, by_staff, agreeing] = &groups;
    let open = [similar, by_eye, not_compared, by_staff].iter().any(|(_, fields)| !fields.is_empty());
    let (class, sign) = match (different.1.is_empty(), open) {
        (false, _) => ("bad", Tone::Bad.symbol()),
        (true, true) => ("unsure", Tone::Unsure.symbol()),
        (true, false) => ("good", Tone::Good.symbol()),
    };
    let all = class == "good";
    let shown = if all { !agreeing.1.is_empty() && verdict != Tone::Bad } else { true };
    html! {
        @if shown {
            p #form-found .found.(class) data-say="polite" {
                span.sign aria-hidden="true" { (sign) }
                span {
                    (say.say(words::FORM_FOUND)) ": "
                    @if all { (say.say(words::FORM_AGREES)) }
                    @else {
                        @for (index, (word, fields)) in groups.iter().filter(|(_, fields)| !fields.is_empty()).enumerate() {
                            @if index > 0 { " / " }
                            (say.say(*word)) " ("
                            @for (index, field) in fields.iter().enumerate() {
                                @if index > 0 { ", " }
                                (say.say(field.title()))
                            }
                            ")"
                        }
                    }
                }
            }
        }
    }
}
