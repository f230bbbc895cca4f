//! What the law allows if the document does not do. It is read, and nothing of it can be pressed.

use maud::{Markup, html};

use crate::{
    counter::Session,
    lang::Words,
    profile::{Fallback, Method, Profile, Source},
    report::visible,
};

use super::{Say, words};

/// What the law leaves for the document that lies there, if it alone does not do.
pub(super) fn fallbacks(session: &Session, say: Say) -> Markup {
    html! {
        @if let Some(case) = session.case() {
            section.law aria-labelledby="law-title" {
                h2 #law-title { (say.say(words::LAW)) }
                p { (say.say(words::LAW_CASE)) ": " b { (say.say(case.words())) } }
                @match session.profile() {
                    Some(profile) => (of(profile, &session.fallbacks(), say)),
                    None => {
                        p { b { (say.say(words::LAW_NONE)) } " (" (visible(session.law().name())) ")" }
                        p { (say.say(words::LAW_NONE_HOW)) }
                    }
                }
            }
        }
    }
}

/// What a profile leaves, and which profile it is.
pub(super) fn of(profile: &Profile, fallbacks: &[Fallback<'_>], say: Say) -> Markup {
    html! {
        @if fallbacks.is_empty() { p { (say.say(words::LAW_NO_ROW)) } }
        ol { @for fallback in fallbacks { li { (row(fallback, say)) } } }
        (under(profile, say))
    }
}

/// Which profile it is, and what it does not replace.
pub(super) fn under(profile: &Profile, say: Say) -> Markup {
    html! {
        p.how {
            (say.say(words::LAW_UNDER)) ": " (text(&profile.name, say)) " (" (visible(&profile.id)) ", "
            (say.say(words::LAW_REVISION)) " " (visible(&profile.revision)) ")" (mark(profile.unverified, say))
        }
        p.how { (text(&profile.note, say)) }
        p.how { b { (say.say(words::LAW_NO_ADVICE)) } }
    }
}

fn row(fallback: &Fallback<'_>, say: Say) -> Markup {
    let documents: Vec<String> = fallback.documents.iter().map(|document| text(&document.name, say)).collect();
    html! {
        p { (text(fallback.text, say)) (mark(fallback.unverified, say)) }
        @if !fallback.methods.is_empty() { ul { @for each in &fallback.methods { li { (method(each, say)) } } } }
        @if !documents.is_empty() { p.how { (say.say(words::LAW_DOCUMENTS)) ": " (documents.join(" / ")) } }
        p.how {
            (say.say(words::LAW_SOURCES)) ": "
            @for (index, each) in fallback.sources.iter().enumerate() { @if index > 0 { " / " } (source(each, say)) }
            " (" (say.say(fallback.confidence.words())) ")"
        }
    }
}

/// A method by the letter that the law gives it.
fn method(method: &Method, say: Say) -> Markup {
    html! {
        (say.say(words::LAW_METHOD)) " " b lang="ja" { (visible(&method.letter)) }
        " (" span lang="ja" { (visible(&method.article)) } "): " (text(&method.text, say)) (mark(method.unverified, say))
    }
}

fn source(source: &Source, say: Say) -> Markup {
    let read = if source.read { words::LAW_READ } else { words::LAW_UNREAD };
    html! { (text(&source.title, say)) " [" (say.say(read)) ", " (source.read_on.to_string()) "]" }
}

/// That the text behind it was not read.
fn mark(unverified: bool, say: Say) -> Markup {
    html! { @if unverified { span.mark { (say.say(words::LAW_UNVERIFIED)) } } }
}

fn text(words: &Words, say: Say) -> String {
    visible(words.get(say.0))
}
