//! The states without a person on the page: trouble, waiting, reading, failed, ended, handed over.

use maud::{Markup, PreEscaped, html};
use serde_json::json;

use crate::{
    cards::registry,
    counter::{Failure, Progress, Session, Shares, Trouble},
    doctor::{Finding, Severity},
    kind::CardKind,
    report::visible,
};

use super::{Say, action, books, halves, idle, law, record, words};

/// A card above a reader.
const PLACE: PreEscaped<&str> = PreEscaped(
    r#"<svg class="place" viewBox="0 0 320 220" aria-hidden="true" focusable="false"><rect class="reader" x="40" y="120" width="240" height="84" rx="14"/><path class="waves" d="M132 176a40 40 0 0 1 56 0M144 162a23 23 0 0 1 32 0"/><g class="card"><rect x="84" y="22" width="152" height="92" rx="9"/><rect class="face" x="98" y="44" width="34" height="44" rx="4"/><path class="lines" d="M146 50h72M146 66h56M146 82h64"/></g><path class="arrow" d="M160 118v34m-13-12 13 14 13-14"/></svg>"#,
);

pub(super) fn waiting(session: &Session, say: Say) -> Markup {
    let kinds: Vec<&str> =
        registry::specs().filter(|spec| !spec.scopes.is_empty()).map(|spec| say.say(spec.kind.name())).collect();
    let content = html! {
        @if let Some(notice) = session.notice() {
            @let (what, todo) = halves(notice, say.0);
            section.problem data-say="assertive" {
                h2 { (say.say(words::LAST_TIME)) }
                p.what { (what) }
                p { (todo) }
            }
        }
        section.calm {
            (PLACE)
            h1 data-say="polite" { (say.say(words::WAITING)) }
            p.lead { (say.say(words::WAITING_HOW)) }
        }
        section.kinds {
            h2 #kinds { (say.say(words::READABLE)) }
            ul aria-labelledby="kinds" { @for kind in &kinds { li { (kind) } } }
        }
        (books::begin(session, say))
    };
    say.main("waiting", words::WAITING, &content)
}

pub(super) fn trouble(trouble: &Trouble, say: Say) -> Markup {
    let (what, todo) = halves(&trouble.problem, say.0);
    let matters = |finding: &&Finding| finding.severity == Severity::Problem;
    let content = html! {
        section.problem data-say="assertive" {
            h1 { (say.say(words::TROUBLE)) }
            p.what { (what) }
            h2 { (say.say(words::TO_DO)) }
            p.lead { (todo) }
            p { (say.say(words::HEALS)) }
        }
        @if trouble.findings.iter().any(|finding| matters(&finding)) {
            section.doctor {
                h2 { (say.say(words::FOUND_BY_DOCTOR)) }
                ul {
                    @for finding in trouble.findings.iter().filter(matters) {
                        li {
                            @if let Some(about) = &finding.about { bdi { (visible(about)) } ": " }
                            b { (visible(finding.what.get(say.0))) } " " (visible(finding.means.get(say.0)))
                            @if let Some(todo) = &finding.todo { " " (visible(todo.get(say.0))) }
                        }
                    }
                }
            }
        }
    };
    say.main("trouble", words::TROUBLE, &content)
}

pub(super) fn reading(progress: &Progress, say: Say) -> Markup {
    let step = progress.step.map_or(words::CONNECTING, |(title, ..)| title);
    let share = progress.step.map(|(_, done, total)| (done, total));
    let content = html! {
        section.calm.reading {
            h1 { (say.say(words::READING)) }
            @if let Some(kind) = progress.kind { p.kind { (say.say(kind.name())) } }
            (bar(share, say.say(step), say))
            @if let Some(shares) = &progress.shares {
                h2 { (say.say(words::SHARED)) }
                (shared(shares, say))
                @if !shares.named { p.hint { (say.say(words::SHARED_UNNAMED)) } }
            }
            p.step { (say.say(words::READING_NOW)) ": " b data-say="polite" { (say.say(step)) } }
            p.lead { (say.say(words::DO_NOT_MOVE)) }
            @match progress.hints {
                0 => {}
                1 => p.hint data-say="polite" { (say.say(words::HINT_POSITION)) },
                _ => p.hint data-say="polite" { (say.say(words::HINT_AGAIN)) },
            }
        }
    };
    say.main("reading", words::READING, &content)
}

/// What the holder is asked to share, and what she is told of it.
pub(super) fn shared(shares: &Shares, say: Say) -> Markup {
    html! {
        ul #shared aria-label=(say.say(words::SHARED)) { @for title in &shares.asked { li { (say.say(*title)) } } }
        p { (say.say(if shares.retained { words::SHARED_KEPT } else { words::SHARED_NOT_KEPT })) }
    }
}

/// How much of a file came; no share where nobody knows its size.
pub(super) fn bar(share: Option<(usize, usize)>, label: &str, say: Say) -> Markup {
    html! {
        @match share {
            Some((done, total)) if total > 0 => {
                progress #progress max=(total) value=(done.min(total)) aria-label=(label) {}
                p.share { (percent(done, total)) " %" }
            }
            _ => progress #progress aria-label=(label) { (say.say(words::READING)) },
        }
    }
}

fn percent(done: usize, total: usize) -> usize {
    done.min(total).saturating_mul(100) / total.max(1)
}

pub(super) fn failed(session: &Session, failure: &Failure, say: Say) -> Markup {
    let (what, todo) = halves(&failure.problem, say.0);
    let content = html! {
        (idle(session, say))
        section.problem data-say="assertive" {
            h1 { span.sign aria-hidden="true" { "△" } (say.say(words::FAILED)) }
            @if let Some(kind) = failure.kind { p.kind { (say.say(kind.name())) } }
            p.what { (what) }
            h2 { (say.say(words::TO_DO)) }
            p.lead { (todo) }
        }
        (ways_on(session, say, true))
        (record::begin(session, say))
        (law::fallbacks(session, say))
    };
    say.main("failed", words::FAILED, &content)
}

/// What can be done with the card that still lies there. `first`: whether one of them is what to do next.
pub(super) fn ways_on(session: &Session, say: Say, first: bool) -> Markup {
    let of_guest = |kind: CardKind| json!({ "action": "again", "application": kind.as_str() }).to_string();
    // The same application again.
    let same = session.kind().filter(|kind| session.guests().contains(kind)).map(CardKind::as_str);
    let again = json!({ "action": "again", "application": same }).to_string();
    let last_try = json!({ "action": "again", "application": same, "allow_last_try": true }).to_string();
    // Without the last try another reading comes to the same.
    let first = first && session.last_try().is_none();
    html! {
        @if session.may_read_again() {
            section.ways {
                div {
                    button #again .main[first] type="button" data-do=(again) data-focus[first] aria-describedby="again-how" {
                        (say.say(words::AGAIN))
                    }
                    p #again-how { (say.say(words::AGAIN_HOW)) }
                }
                @if session.last_try().is_some() {
                    details #last-try {
                        summary { (say.say(words::LAST_TRY)) }
                        p { (say.say(words::LAST_TRY_HOW)) }
                        button #last-try-yes .danger type="button" data-do=(last_try) { (say.say(words::LAST_TRY_YES)) }
                    }
                }
                @if session.may_read_without_pin() {
                    div {
                        button #without-pin type="button" data-do=(action("without-pin")) aria-describedby="without-pin-how" {
                            (say.say(words::WITHOUT_PIN))
                        }
                        p #without-pin-how { (say.say(words::WITHOUT_PIN_HOW)) }
                    }
                }
                @for kind in session.applications().filter(|kind| Some(*kind) != session.kind()) {
                    div {
                        button #{ "guest-" (kind.as_str()) } type="button" data-do=(of_guest(kind)) {
                            (say.say(words::READ_GUEST)) ": " (say.say(kind.name()))
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn ended(session: &Session, say: Say) -> Markup {
    let content = html! {
        section.calm {
            h1 data-say="polite" { (say.say(words::ENDED)) }
            p.lead { (say.say(words::ENDED_HOW)) }
        }
        (ways_on(session, say, false))
    };
    say.main("ended", words::ENDED, &content)
}

/// The window is the customer's: the script shows the customer's page in its place.
pub(super) fn handed(say: Say) -> Markup {
    let content = html! {
        section.calm data-handed {
            h1 { (say.say(words::HANDED)) }
            button #take-back type="button" data-do=(action("take-back")) data-key="Escape" aria-keyshortcuts="Escape" {
                (say.say(words::TAKE_BACK)) " " kbd { "Esc" }
            }
        }
    };
    say.main("handed", words::HANDED, &content)
}
