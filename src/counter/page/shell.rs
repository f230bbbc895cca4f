//! The documents in which the pages live: style, script, and no data of anybody.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    crypto::sha256,
    lang::{Bilingual, Lang},
    report::base64,
};

use super::words;

const STYLE: &str = include_str!("counter.css");
const SCRIPT: &str = include_str!("counter.js");

/// A document, and the Content-Security-Policy under which its own style and script run, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// The document.
    pub html: String,
    /// The value of the header `Content-Security-Policy`.
    pub csp: String,
}

/// The staff page's document, in the language of the shop.
pub fn staff_shell(lang: Lang) -> Shell {
    shell("staff", lang, words::TITLE)
}

/// The customer's page's document, in the language of the shop.
pub fn customer_shell(lang: Lang) -> Shell {
    shell("customer", lang, words::CUSTOMER_TITLE)
}

/// What the script shows by itself, by name: what happened and what to do.
const OWN: [(&str, Bilingual, Bilingual); 4] = [
    ("lost", words::LOST, words::LOST_HOW),
    ("refused", words::REFUSED, words::REFUSED_HOW),
    ("blocked", words::BLOCKED_WINDOW, words::BLOCKED_WINDOW_HOW),
    ("unsent", words::NOT_SENT, words::NOT_SENT_HOW),
];

fn shell(role: &str, lang: Lang, title: Bilingual) -> Shell {
    let html = html! {
        (DOCTYPE)
        html lang=(lang.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title.get(lang)) " - taimen" }
                style { (PreEscaped(STYLE)) }
            }
            body data-role=(role) {
                div #view { (own("starting", lang, words::STARTING, words::STARTING_HOW)) }
                div #notice role="alert" {}
                p #polite .unseen role="status" aria-live="polite" {}
                p #assertive .unseen role="status" aria-live="assertive" {}
                @if role == "staff" {
                    dialog #tablet aria-labelledby="tablet-title" {}
                    @for lang in [Lang::Ja, Lang::En] { template #{ "tablet-" (lang.as_str()) } { (tablet(lang)) } }
                }
                @for (name, what, how) in OWN {
                    @for lang in [Lang::Ja, Lang::En] {
                        template #{ (name) "-" (lang.as_str()) } { (own(name, lang, what, how)) }
                    }
                }
                noscript { p { (words::NO_SCRIPT.get(lang)) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Shell { html: html.into_string(), csp: policy() }
}

/// A view of the script's own.
fn own(name: &str, lang: Lang, what: Bilingual, how: Bilingual) -> Markup {
    html! {
        main #main tabindex="-1" lang=(lang.as_str()) data-view=(name) data-title=(what.get(lang)) {
            section.calm { h1 data-say="assertive" { (what.get(lang)) } p.lead { (how.get(lang)) } }
        }
    }
}

/// The code that a customer's tablet reads; the script puts it in.
fn tablet(lang: Lang) -> Markup {
    html! {
        h2 #tablet-title { (words::TABLET.get(lang)) }
        p { (words::TABLET_HOW.get(lang)) }
        div.code data-code {}
        p.address data-address {}
        div.row {
            button #tablet-close .main type="button" data-close { (words::CLOSE.get(lang)) }
            button #tablet-here type="button" data-here { (words::OPEN_HERE.get(lang)) }
        }
    }
}

fn policy() -> String {
    let source = |text: &str| format!("'sha256-{}'", base64::encode(&sha256(&[text.as_bytes()])));
    format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src blob:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        source(SCRIPT),
        source(STYLE)
    )
}
