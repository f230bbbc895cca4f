//! What the card wants: staff's fields as printed, and how far the customer is.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    cards::{CredentialSpec, EntrySpec, Who, model::Form},
    counter::{Asked, Asking, Session},
    messages::{Problem, ui},
};

use super::{Say, action, halves, words};

pub(super) fn asking(session: &Session, asking: &Asking, say: Say) -> Markup {
    let staff = asked_of(asking, Who::Staff);
    let customer = asked_of(asking, Who::Customer);
    let staff_open = asking.open(Who::Staff).next().is_some();
    let content = html! {
        p.kind { (say.say(asking.kind.name())) }
        @if let Some(entry) = asking.ask_western() { (western(entry, say)) }
        @if !staff.is_empty() { (fields(asking, &staff, say)) }
        @if !customer.is_empty() { (of_customer(session, asking, &customer, !staff_open, say)) }
    };
    say.main("asking", words::ENTER_PRINTED, &content)
}

fn asked_of(asking: &Asking, who: Who) -> Vec<&Asked> {
    asking.wanted.iter().filter(|asked| asked.credential().who == who).collect()
}

/// Staff's part: one form for everything that is printed.
fn fields(asking: &Asking, staff: &[&Asked], say: Say) -> Markup {
    let entries: Vec<&EntrySpec> = each_once(staff);
    let first = entries.iter().position(|entry| !asking.is_entered(entry)).unwrap_or(0);
    let open = staff.iter().any(|asked| !asked.settled);
    html! {
        section.ask {
            h1 #ask-title data-say="assertive" { (say.say(words::ENTER_PRINTED)) }
            @for asked in staff { (tries(asked, say)) }
            @if open {
                form data-action="entries" data-list="entries" aria-labelledby="ask-title" autocomplete="off" novalidate {
                    @for (index, entry) in entries.iter().enumerate() { (field(asking, entry, index == first, say)) }
                    p.how { (say.say(words::ENTER_KEY)) }
                    button #read .main type="submit" { (say.say(words::READ_CARD)) }
                }
            } @else {
                p.given { span aria-hidden="true" { "✓ " } (say.say(words::GIVEN)) }
            }
        }
    }
}

/// The entries that credentials are made of, each once.
fn each_once(asked: &[&Asked]) -> Vec<&'static EntrySpec> {
    let mut entries: Vec<&'static EntrySpec> = Vec::new();
    for entry in asked.iter().filter(|asked| asked.refusal.is_none()).flat_map(|asked| asked.credential().asked()) {
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

fn field(asking: &Asking, entry: &EntrySpec, first: bool, say: Say) -> Markup {
    let complaint = asking.complaint(entry);
    let (label, rest) = label_of(entry, say);
    let id = entry.id;
    let described: Vec<String> = [rest.is_some().then(|| format!("how-{id}")), complaint.map(|_| format!("bad-{id}"))]
        .into_iter()
        .flatten()
        .collect();
    let (mode, capitals, wide) = match entry.form {
        Form::Digits(_) | Form::Checked(..) | Form::Year(..) => ("numeric", "off", false),
        Form::Password(..) | Form::Pattern(_) | Form::Read { .. } => ("text", "characters", true),
        Form::PrintedDate | Form::Day => ("text", "off", true),
    };
    html! {
        div.field #{ "field-" (id) } {
            label for={ "entry-" (id) } { (label) }
            @if let Some(rest) = rest { span.rest #{ "how-" (id) } { (rest) } }
            input #{ "entry-" (id) } .wide[wide] type="text" name=(id) inputmode=(mode) autocapitalize=(capitals) autocomplete="off"
                spellcheck="false" data-focus[first] aria-invalid=[complaint.map(|_| "true")]
                aria-describedby=[(!described.is_empty()).then(|| described.join(" "))];
            @if let Some(problem) = complaint { (bad(id, problem, say)) }
            @else if asking.is_entered(entry) { p.given { span aria-hidden="true" { "✓ " } (say.say(words::GIVEN)) } }
        }
    }
}

/// Why an entry was refused: nothing was sent to the card.
pub(super) fn bad(id: &str, complaint: &Problem, say: Say) -> Markup {
    let (what, todo) = halves(complaint, say.0);
    html! { p.bad #{ "bad-" (id) } data-say="assertive" { span aria-hidden="true" { "⚠ " } (what) " " (todo) } }
}

/// The name of an entry, and what else its prompt says: what stands in brackets or behind a comma.
fn label_of(entry: &EntrySpec, say: Say) -> (&'static str, Option<&'static str>) {
    let prompt = say.say(entry.prompt);
    let Some(at) = prompt.find(['（', '(', ',']) else { return (prompt, None) };
    let (name, rest) = (prompt.get(..at).unwrap_or(prompt), prompt.get(at..).unwrap_or_default());
    let rest = rest.trim_start_matches([',', ' ']);
    let inner = rest.strip_prefix(['（', '(']).and_then(|rest| rest.strip_suffix(['）', ')']));
    (name.trim_end(), Some(inner.unwrap_or(rest)))
}

/// Only the print says which it is, and a wrong guess would cost a try.
fn western(entry: &EntrySpec, say: Say) -> Markup {
    let yes = json!({ "action": "entries", "entries": [], "printed_western": true }).to_string();
    html! {
        fieldset.western #western tabindex="-1" data-ask {
            legend data-say="assertive" { (say.say(words::WESTERN)) }
            p { (say.say(words::WESTERN_WHY)) }
            button #western-yes type="button" data-do=(yes) { (say.say(words::WESTERN_YES)) }
            button #western-no type="button" data-go={ "entry-" (entry.id) } { (say.say(words::WESTERN_NO)) }
        }
    }
}

/// The customer's part, as far as staff may see it: whether something was entered, and the tries left.
fn of_customer(session: &Session, asking: &Asking, customer: &[&Asked], first: bool, say: Say) -> Markup {
    let open = asking.open(Who::Customer).next().is_some();
    html! {
        section.ask.of-customer {
            h1 data-say=[first.then_some("assertive")] { (say.say(words::CUSTOMER_ENTERS)) }
            p.lead { (say.say(words::CUSTOMER_HOW)) }
            ul.pins {
                @for asked in customer {
                    li {
                        b { (say.say(asked.credential().title)) } " "
                        span.state { (state_of(asking, asked, say)) }
                        @if asked.refusal.is_none() && !asked.settled { (tries(asked, say)) }
                    }
                }
            }
            @if open {
                div.row {
                    button #hand-over .main type="button" data-do=(action("hand-over")) data-key="F2" aria-keyshortcuts="F2"
                        data-focus[first && !session.handed_over()] { (say.say(words::HAND_OVER)) " " kbd { "F2" } }
                    button #open-customer-here type="button" data-open-customer { (say.say(words::OPEN_CUSTOMER)) }
                    button #forgotten type="button" data-do=(action("forgotten")) { (say.say(words::FORGOTTEN_STAFF)) }
                }
            }
        }
    }
}

fn state_of(asking: &Asking, asked: &Asked, say: Say) -> String {
    let credential: &CredentialSpec = asked.credential();
    match asked.refusal {
        Some(refusal) => {
            let (what, _) = halves(&Problem::refused(refusal, asked.credential()), say.0);
            format!("{}: {what}", say.say(words::NOT_ASKED))
        }
        None if credential.asked().all(|entry| asking.is_entered(entry)) => say.say(words::GIVEN).to_owned(),
        None if asked.settled => say.say(words::WITHOUT_IT).to_owned(),
        None => say.say(words::WAITS).to_owned(),
    }
}

/// The tries left, if something counts them.
fn tries(asked: &Asked, say: Say) -> Markup {
    html! {
        @if let Some((_, counter)) = asked.wanted.counter {
            p.tries { (ui::tries_left(say.0, asked.credential().title, counter)) }
        }
    }
}
