//! What the customer sees: a pad, the tries left, progress. Nothing of the card.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    cards::model::Form,
    counter::{Pad, Session, Shares, Stage},
    lang::Lang,
    messages::ui,
};

use super::{Say, action, asking, other, states, words};

/// What the customer sees.
pub fn customer(session: &Session) -> Markup {
    let view = session.customer();
    let say = Say(view.lang);
    html! {
        (bar(session.handed_over(), say))
        @match view.stage {
            Stage::Waiting | Stage::Staff => (calm("waiting", words::PAD_WAITING, words::PAD_WAITING_HOW, say)),
            Stage::Reading(done, total) => (reading(done, total, say)),
            Stage::Consent(shares) => (consent(shares, say)),
            Stage::Pad(pad) => (entry(&pad, say)),
            Stage::Over => (calm("over", words::PAD_OVER, words::PAD_OVER_HOW, say)),
        }
    }
}

/// The head of the page: the language, and the way back for staff whose window it is.
fn bar(handed_over: bool, say: Say) -> Markup {
    let (lang, name) = other(say.0);
    let language = json!({ "action": "language", "lang": lang.as_str() }).to_string();
    html! {
        header #bar .bar lang=(say.0.as_str()) {
            p.brand { (say.say(words::CUSTOMER_TITLE)) }
            div.tools role="group" aria-label=(say.say(words::PAD_LANGUAGE)) {
                button #language type="button" data-do=(language) lang=(lang.as_str()) { (name) }
                @if handed_over {
                    button #take-back .of-staff type="button" data-do=(action("take-back")) data-as="staff" data-key="Escape"
                        aria-keyshortcuts="Escape" { (say.say(words::TAKE_BACK)) " " kbd { "Esc" } }
                }
            }
        }
    }
}

fn calm(view: &str, what: crate::lang::Bilingual, how: crate::lang::Bilingual, say: Say) -> Markup {
    let content = html! {
        section.calm { h1 data-say="polite" { (say.say(what)) } p.lead { (say.say(how)) } }
    };
    say.main(view, words::CUSTOMER_TITLE, &content)
}

fn reading(done: usize, total: usize, say: Say) -> Markup {
    let content = html! {
        section.calm.reading {
            h1 data-say="polite" { (say.say(words::PAD_READING)) }
            (states::bar(Some((done, total)), say.say(words::PAD_READING), say))
            p.lead { (say.say(words::DO_NOT_MOVE)) }
        }
    };
    say.main("reading", words::CUSTOMER_TITLE, &content)
}

/// The customer decides on her own device. Who lets her decide here would ask twice.
fn consent(shares: &Shares, say: Say) -> Markup {
    let content = html! {
        section.calm.consent {
            h1 data-say="polite" { (say.say(words::PAD_CONSENT)) }
            p.lead { (say.say(words::PAD_CONSENT_HOW)) }
            (states::shared(shares, say))
        }
    };
    say.main("consent", words::CUSTOMER_TITLE, &content)
}

/// The keys of the pad, row by row; the last row is delete, zero, enter.
const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

fn entry(pad: &Pad<'_>, say: Say) -> Markup {
    let entry = pad.entry;
    let id = entry.id;
    let digits = match entry.form {
        Form::Digits(length) | Form::Checked(length, _) => Some(length),
        Form::Year(..) => Some(4),
        Form::Password(..) | Form::PrintedDate | Form::Pattern(_) | Form::Day | Form::Read { .. } => None,
    };
    let described: Vec<String> = [
        Some("pad-how".to_owned()),
        pad.tries.map(|_| "pad-tries".to_owned()),
        pad.complaint.map(|_| format!("bad-{id}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (place, count) = pad.place;
    let content = html! {
        section.pad-page {
            @if count > 1 { p.which { (place) " / " (count) } }
            h1 #pad-title data-say="assertive" { (say.say(entry.title)) }
            @if let Some(tries) = pad.tries {
                p.tries #pad-tries { (ui::tries_left(say.0, pad.credential.title, tries)) }
            }
            form data-entry=(id) autocomplete="off" novalidate {
                label #pad-how for="pin" { (how(digits, say)) }
                input #pin type="password" maxlength=[digits] inputmode=(if digits.is_some() { "none" } else { "text" })
                    autocapitalize="characters" autocomplete="one-time-code" spellcheck="false" data-focus
                    aria-labelledby="pad-title" aria-describedby=(described.join(" "))
                    aria-invalid=[pad.complaint.map(|_| "true")];
                @if let Some(problem) = pad.complaint { (asking::bad(id, problem, say)) }
                @if digits.is_some() { (keys(say)) }
                @else { button #pad-enter .main type="submit" { (say.say(words::PAD_ENTER)) } }
            }
            button #forgotten .quiet type="button" data-do=(action("forgotten")) { (say.say(words::PAD_FORGOTTEN)) }
        }
    };
    say.main(&format!("pad-{id}"), words::CUSTOMER_TITLE, &content)
}

fn how(digits: Option<usize>, say: Say) -> String {
    match (digits, say.0) {
        (None, _) => say.say(words::PAD_LETTERS).to_owned(),
        (Some(digits), Lang::Ja) => format!("{digits}桁の数字を入れて「決定」を押してください。係員には見えません。"),
        (Some(digits), Lang::En) => format!("Enter {digits} digits, then press Enter. The staff cannot see them."),
    }
}

/// The pad. One stop of the tab key; the arrow keys move in it.
fn keys(say: Say) -> Markup {
    html! {
        div.pad role="group" aria-label=(say.say(words::PAD_KEYS)) data-grid="3" {
            @for digit in DIGITS {
                button #{ "key-" (digit) } type="button" data-digit=(digit) tabindex=(if digit == "1" { "0" } else { "-1" }) { (digit) }
            }
            button #key-delete type="button" data-delete tabindex="-1" aria-label=(say.say(words::PAD_DELETE)) { "⌫" }
            button #key-0 type="button" data-digit="0" tabindex="-1" { "0" }
            button #pad-enter .main type="submit" tabindex="-1" { (say.say(words::PAD_ENTER)) }
        }
    }
}
