//! What staff and the customer see of a [`Session`]: HTML fragments that a page's script puts into its document.
//!
//! A fragment is a `<header>` and a `<main>`. What the script does with it is told by attributes, so that no fragment holds
//! script or style: `data-view` names what is shown (another name: the focus goes to `data-focus`), `data-say` is read aloud,
//! `data-do` is what a button posts, `data-key` are the keys that press it, `data-picture` names a picture to fetch.

mod adding;
mod asking;
mod books;
mod checked;
mod customer;
mod form;
mod law;
mod record;
mod shell;
#[cfg(feature = "simulator")]
mod sim;
mod states;
mod words;

use maud::{Markup, html};
use serde_json::json;

use crate::{
    lang::{Bilingual, Lang},
    messages::Problem,
    report::visible,
    text::japan_time,
};

use super::{Checked, Session, State};

pub use customer::customer;
pub use shell::{Shell, customer_shell, staff_shell};
#[cfg(feature = "simulator")]
pub use sim::sim;

/// What staff see.
pub fn staff(session: &Session) -> Markup {
    let say = Say(session.lang());
    if session.handed_over() {
        return html! { (bar(session, say)) (states::handed(say)) };
    }
    html! {
        (bar(session, say))
        @match session.state() {
            State::Trouble(trouble) => (states::trouble(trouble, say)),
            State::Waiting => (states::waiting(session, say)),
            State::Reading(progress) => (states::reading(progress, say)),
            State::Asking(asking) => (asking::asking(session, asking, say)),
            State::Checked(checked) => (checked::checked(session, checked, say)),
            State::Failed(failure) => (states::failed(session, failure, say)),
            State::Record(drafting) => (record::record(session, drafting, say)),
            State::Recorded(saved) => (record::recorded(session, saved, say)),
            State::Books(books) => (books::books(session, books, say)),
            State::Ended => (states::ended(session, say)),
        }
    }
}

/// A picture of the reading that is shown, by the name in its `data-picture`, as PNG; `None` if no reading with such a picture is
/// shown, or if it does not decode.
pub fn picture(session: &Session, id: &str) -> Option<Vec<u8>> {
    match session.state() {
        State::Checked(checked) => report(checked, session.lang()).png(id),
        _ => None,
    }
}

/// The report of a reading, as the counter shows it: nothing that has to be asked for.
fn report(checked: &Checked, lang: Lang) -> crate::report::Report<'_> {
    let options = crate::report::Options { lang, ..Default::default() };
    crate::report::Report { findings: &checked.reading.findings, context: &checked.reading.context, options }
}

/// The language of a page.
#[derive(Debug, Clone, Copy)]
struct Say(Lang);

impl Say {
    fn say(self, text: Bilingual) -> &'static str {
        text.get(self.0)
    }

    /// `<main>` of a view. A title names what is shown and holds nothing of the card.
    fn main(self, view: &str, title: Bilingual, content: &Markup) -> Markup {
        html! {
            main #main tabindex="-1" lang=(self.0.as_str()) data-view=(view) data-title=(self.say(title)) { (content) }
        }
    }
}

/// What happened and what to do.
fn halves(problem: &Problem, lang: Lang) -> (String, String) {
    let message = problem.at_counter(lang);
    (visible(&message.what), visible(&message.todo))
}

/// The other language, and its name in it.
fn other(lang: Lang) -> (Lang, &'static str) {
    match lang {
        Lang::Ja => (Lang::En, "English"),
        Lang::En => (Lang::Ja, "日本語"),
    }
}

/// What a button posts.
fn action(name: &str) -> String {
    json!({ "action": name }).to_string()
}

/// The head of the staff page.
fn bar(session: &Session, say: Say) -> Markup {
    let (lang, name) = other(say.0);
    let sound = json!({ "action": "sound", "on": !session.sound() }).to_string();
    let language = json!({ "action": "language", "lang": lang.as_str() }).to_string();
    let may_end = matches!(
        session.state(),
        State::Reading(_) | State::Asking(_) | State::Checked(_) | State::Failed(_) | State::Recorded(_)
    );
    html! {
        header #bar .bar lang=(say.0.as_str()) {
            p.brand { b { "taimen" } " " span { (say.say(words::TITLE)) } }
            p.reader {
                @match session.reader() {
                    Some(reader) => { (say.say(words::READER)) ": " bdi { (visible(reader)) } }
                    None => (say.say(words::NO_READER)),
                }
            }
            div.tools role="group" aria-label=(say.say(words::TOOLS)) {
                button #open-customer type="button" data-open-customer { (say.say(words::OPEN_CUSTOMER)) }
                button #sound type="button" data-do=(sound) aria-pressed=(session.sound().to_string()) {
                    (say.say(words::SOUND)) span aria-hidden="true" { ": " (say.say(if session.sound() { words::ON } else { words::OFF })) }
                }
                button #language type="button" data-do=(language) lang=(lang.as_str()) { (name) }
                @if may_end && !session.handed_over() {
                    button #end .end type="button" data-do=(action("end")) data-key="Escape End" aria-keyshortcuts="Escape End" {
                        (say.say(words::END)) " " kbd { "Esc" }
                    }
                }
            }
        }
    }
}

/// That everything is wiped soon, unless somebody wants more time.
fn idle(session: &Session, say: Say) -> Markup {
    html! {
        @if let Some(at) = session.wipes_at() {
            @let wall = japan_time(at);
            section.idle data-say="assertive" {
                p { b { (say.say(words::IDLE)) } " " (say.say(words::IDLE_AT)) ": " (format!("{:02}:{:02}", wall.hour(), wall.minute())) }
                button #extend type="button" data-do=(action("extend")) { (say.say(words::EXTEND)) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
