//! The simulated reader: its panel on the staff page places and removes cards.

use axum::http::StatusCode;
use serde::Deserialize;

use crate::{
    cards::{
        CredentialSpec, EntrySpec,
        model::{EntryValue, Form},
        registry,
    },
    messages::{Problem, ServerRefusal},
    simulator::SimulatedCard,
};

use super::{
    super::reader::{Link, simulated},
    desk::Printed,
    door::Role,
    guard::{Posted, Refused, Staff},
};

/// What the panel posts: one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    place: Option<String>,
    #[serde(default)]
    remove: bool,
}

/// Places a card, in the place of another that lies there; or removes it.
pub async fn place(Staff(site): Staff, Posted(wish): Posted<Wish>) -> Result<StatusCode, Refused> {
    let refused = |problem: Problem| site.refused(Role::Staff, &problem);
    match wish {
        Wish { place: Some(card), remove: false } => {
            let made = tokio::task::spawn_blocking(move || make(&card)).await;
            let card = made.map_err(|_| Problem::Internal { place: "simulator" }).flatten().map_err(refused)?;
            site.desk.simulate(Some(card));
        }
        Wish { place: None, remove: true } => site.desk.simulate(None),
        _ => return Err(refused(Problem::Server(ServerRefusal::Request))),
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A card by its address without `sim:`, and what is to be typed for it.
pub fn make(address: &str) -> Result<(Link, Printed), Problem> {
    let card = simulated(address)?;
    let printed = printed(&card);
    Ok((Link::laid_down(card, format!("sim:{address}")), printed))
}

/// What a person types for a card: the entries that the counter asks for, made of those that the card compares.
fn printed(card: &SimulatedCard) -> Printed {
    let own = card.credentials().into_iter().flat_map(|own| own.entries());
    let asked = registry::credentials().filter(|credential| !registry::is_extra(credential));
    let asked: Vec<&CredentialSpec> = asked.collect();
    let mut printed = Printed::new();
    for (id, value) in own {
        let whole = |credential: &&CredentialSpec| {
            credential.ways.iter().any(|way| matches!(way, [part] if part.entry.id == id && part.take.is_none()))
        };
        let Some(credential) = asked.iter().copied().find(whole) else { continue };
        let mut rest = value.as_str();
        for entry in credential.asked() {
            let (own, behind) = rest.split_at_checked(length(entry).unwrap_or(rest.len())).unwrap_or((rest, ""));
            printed.push((entry, typed(entry, own)));
            rest = behind;
        }
    }
    printed
}

/// How long the value of an entry is; `None`: whatever is left.
fn length(entry: &EntrySpec) -> Option<usize> {
    match entry.form {
        Form::Digits(length) | Form::Checked(length, _) => Some(length),
        Form::Year(..) => Some(4),
        Form::PrintedDate => Some(6),
        Form::Password(..) | Form::Pattern(_) | Form::Read { .. } | Form::Day => None,
    }
}

/// A value as it is typed: a date needs the letter of its era, and a card compares its digits alone.
fn typed(entry: &'static EntrySpec, value: &str) -> String {
    let fits = |text: &String| matches!(entry.parse(text), Ok(EntryValue::Date(date)) if date.digits() == value);
    match entry.form {
        Form::PrintedDate => {
            let mut eras = ["S", "H", "R", "T", "M"].into_iter().map(|era| format!("{era}{value}"));
            eras.find(fits).unwrap_or_default()
        }
        _ => value.to_owned(),
    }
}
