//! What staff add to a record: a field's new content, an end, a returning customer, another operator's check.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    counter::{Adding, Adds, Session},
    lang::Bilingual,
    records::content::{KnownBy, Relation, RelianceKind, Shape, View, Why, part},
    report::visible,
    text::japan_date,
};

use super::{Say, halves, words};

/// A button for each kind of addition.
pub(super) fn begin(view: &View, say: Say) -> Markup {
    let open = view.open().next().is_some();
    html! {
        section.kinds aria-labelledby="adds-title" {
            h3 #adds-title { (say.say(words::ADD)) }
            div.row {
                @for adds in Adds::all().filter(|adds| *adds != Adds::End || open) {
                    button #{ "add-" (adds.as_str()) } type="button" data-do=(order(Some(adds))) { (say.say(title(adds))) }
                }
            }
            p.how { (say.say(words::ADD_HOW)) }
        }
    }
}

fn order(adds: Option<Adds>) -> String {
    json!({ "action": "books-add", "adds": adds.map(Adds::as_str) }).to_string()
}

fn title(adds: Adds) -> Bilingual {
    match adds {
        Adds::Field => words::ADD_FIELD,
        Adds::End => words::ADD_END,
        Adds::Recheck => words::ADD_RECHECK,
        Adds::Reliance => words::ADD_RELIANCE,
    }
}

/// The form of one kind of addition.
pub(super) fn form(session: &Session, adding: &Adding, view: &View, say: Say) -> Markup {
    if adding.busy.is_some() {
        return html! { section.calm { h3 data-say="polite" { (say.say(words::RECORD_SAVING)) } } };
    }
    let form = Form { adding, say };
    html! {
        @if let Some(problem) = &adding.problem {
            @let (what, todo) = halves(problem, say.0);
            section.problem data-say="assertive" {
                h3 { span.sign aria-hidden="true" { "△" } (say.say(words::RECORD_NOT_SAVED)) }
                p.what { (what) }
                p { (todo) }
            }
        }
        h3 #add-title { (say.say(title(adding.adds))) }
        form.recording data-action="books-amend" data-list="fields" aria-labelledby="add-title" autocomplete="off" novalidate {
            @match adding.adds {
                Adds::Field => {
                    (form.select("field", words::ADD_WHICH, &fields(view, say)))
                    (form.input("value", words::ADD_VALUE, None, ""))
                    (form.select("why", words::ADD_WHY, &Why::all().map(|why| (why.as_str(), say.say(why.words()).to_owned())).collect::<Vec<_>>()))
                    (form.input("learned_from", words::ADD_LEARNED, None, ""))
                }
                Adds::End => {
                    (form.select("relation", words::ADD_RELATION, &open(view, say)))
                    (form.input("on", words::ADD_ENDED, Some(words::RECORD_DAY), &today(session)))
                }
                Adds::Recheck => {
                    (form.input("on", words::ADD_ON, Some(words::RECORD_DAY), &today(session)))
                    (form.select("how", words::ADD_KNOWN, &KnownBy::all().map(|how| (how.as_str(), say.say(how.words()).to_owned())).collect::<Vec<_>>()))
                    (form.lasts())
                }
                Adds::Reliance => {
                    (form.select("kind", words::ADD_WHOSE, &RelianceKind::all().map(|kind| (kind.as_str(), say.say(kind.words()).to_owned())).collect::<Vec<_>>()))
                    (form.input("operator", words::ADD_OPERATOR, None, ""))
                    (form.input("agreement", words::ADD_AGREEMENT, None, ""))
                    (form.input("on", words::ADD_CONFIRMED, Some(words::ADD_MOMENT), ""))
                    (form.lasts())
                }
            }
            (form.input("by", words::ADD_BY, None, session.recorder()))
            @if let Some(complaint) = form.elsewhere() {
                @let [what, todo] = complaint.problem.words();
                p.bad data-say="assertive" { span aria-hidden="true" { "⚠ " } (say.say(what)) " " (say.say(todo)) }
            }
            div.row {
                button #add-save .main type="submit" { (say.say(words::ADD_SAVE)) }
                button #add-cancel type="button" data-do=(order(None)) { (say.say(words::ADD_CANCEL)) }
            }
        }
    }
}

/// The places that take a line of text, a day or a number; what is open comes first.
fn fields(view: &View, say: Say) -> Vec<(&str, String)> {
    let typed = |id: &str| {
        let shape = part(id).map_or(Shape::Text, |part| part.shape);
        !matches!(shape, Shape::Moment | Shape::Method | Shape::Authority)
    };
    let title = |id: &str| part(id).map_or_else(|| id.to_owned(), |part| say.say(part.title).to_owned());
    let blank: Vec<&str> = view.blanks().collect();
    let standing = view.fields.iter().map(|current| current.row.id.as_str()).filter(|id| !blank.contains(id));
    let later = view.record.not_applicable.iter().flat_map(|group| group.fields.keys()).map(String::as_str);
    let later = later.filter(|id| view.fields.iter().all(|current| current.row.id != *id));
    let open = blank.iter().map(|id| (*id, format!("△ {}", visible(&title(id)))));
    let others = standing.chain(later).map(|id| (id, visible(&title(id))));
    open.chain(others).filter(|(id, _)| typed(id)).collect()
}

fn open(view: &View, say: Say) -> Vec<(String, String)> {
    let since = |relation: &crate::records::content::RelationState| {
        format!("{} ({} {})", relation.number, say.say(words::ADD_SINCE), relation.began_on)
    };
    view.open().map(|relation| (relation.number.to_string(), since(relation))).collect()
}

fn today(session: &Session) -> String {
    japan_date(session.time()).to_string()
}

struct Form<'a> {
    adding: &'a Adding,
    say: Say,
}

impl Form<'_> {
    /// What was refused and has no field of its own in this form.
    fn elsewhere(&self) -> Option<&crate::records::content::EntryError> {
        const SHOWN: [&str; 8] = ["value", "learned_from", "relation", "on", "operator", "agreement", "by", "field"];
        self.adding.complaint.as_ref().filter(|error| !SHOWN.contains(&error.field.as_str()))
    }

    fn bad(&self, name: &str) -> Option<(String, String)> {
        let error = self.adding.complaint.as_ref().filter(|error| error.field == name)?;
        let [what, todo] = error.problem.words();
        Some((format!("bad-add-{name}"), format!("{} {}", self.say.say(what), self.say.say(todo))))
    }

    fn label(&self, name: &str, title: Bilingual, control: &Markup) -> Markup {
        html! {
            div.field {
                label for={ "add-in-" (name) } { (self.say.say(title)) }
                (control)
                @if let Some((id, text)) = self.bad(name) {
                    p.bad #(id) data-say="assertive" { span aria-hidden="true" { "⚠ " } (text) }
                }
            }
        }
    }

    fn input(&self, name: &str, title: Bilingual, hint: Option<Bilingual>, value: &str) -> Markup {
        let bad = self.bad(name);
        let control = html! {
            input #{ "add-in-" (name) } type="text" name=(name) lang="ja" autocomplete="off" spellcheck="false" value=(value)
                placeholder=[hint.map(|hint| self.say.say(hint))] data-focus[matches!(name, "on" | "operator")]
                aria-invalid=[bad.as_ref().map(|_| "true")] aria-describedby=[bad.as_ref().map(|(id, _)| id.as_str())];
        };
        self.label(name, title, &control)
    }

    fn select<I: AsRef<str>>(&self, name: &str, title: Bilingual, options: &[(I, String)]) -> Markup {
        let bad = self.bad(name);
        let control = html! {
            select #{ "add-in-" (name) } name=(name) data-focus[name == "field"]
                aria-invalid=[bad.as_ref().map(|_| "true")] aria-describedby=[bad.as_ref().map(|(id, _)| id.as_str())] {
                @for (value, text) in options { option value=(value.as_ref()) { (text) } }
            }
        };
        self.label(name, title, &control)
    }

    /// How long the relation lasts that begins with it.
    fn lasts(&self) -> Markup {
        let words = |relation| {
            self.say.say(if relation == Relation::Single { words::RECORD_SINGLE } else { words::ADD_CONTINUING })
        };
        let options: Vec<_> = Relation::all().map(|relation| (relation.as_str(), words(relation).to_owned())).collect();
        self.select("lasts", words::ADD_LASTS, &options)
    }
}
