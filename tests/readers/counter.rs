//! The counter on the real PC/SC stack: cards, readers and the service come and go, and the program goes on.

use std::{process::Stdio, time::Duration};

use serde_json::json;
use taimen::simulator::{Persona, Recipe};

use super::laid::{Laid, Trouble};
use crate::common::{
    marks::{self, SEED, memory},
    pcscd::{Pcscd, wait_for},
    program::{Program, Running},
    web::{Counter, Shop, html, name},
};

/// The virtual readers: a card that a developer left on another reader of the same machine must never be tried.
const ADDRESS: &str = "pcsc:Virtual PCD";

/// A card whose entries are asked for as they are.
const CARD: &str = "licence";

/// Lays a card on vpcd's first reader, or on the one behind it; it leaves when it is dropped.
fn lay(pcscd: &Pcscd, card: &str, reader: u16) -> Running {
    let vpcd = format!("127.0.0.1:{}", pcscd.port() + reader);
    let mut command = Program::new().command(["simulate", card, "--vpcd", &vpcd]);
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

fn known(card: &str) -> Vec<(String, String)> {
    let card = card.parse::<Recipe>().unwrap().card().unwrap();
    let own = card.credentials().into_iter().flat_map(|own| own.entries());
    own.map(|(id, value)| (id.to_owned(), value.to_string())).collect()
}

#[test]
fn cards_readers_and_the_service_come_and_go() {
    let mut pcscd = Pcscd::start();
    let counter = Counter::start(&["--reader", ADDRESS, "--accept", "simulated"]);
    let mut shop = Shop::open(&counter);
    shop.shown.named(&["waiting"]);

    // Placed, read, removed.
    shop.anew();
    let card = lay(&pcscd, CARD, 0);
    assert_eq!(name(&shop.read(&known(CARD))), "checked");
    shop.anew();
    drop(card);
    let waiting = shop.shown.named(&["waiting"]);
    assert_eq!(waiting["pictures"], json!([]));

    // Removed while somebody is asked; another card in its place is another customer.
    shop.anew();
    let card = lay(&pcscd, CARD, 0);
    assert_eq!(name(&shop.read(&[])), "asking");
    drop(card);
    shop.shown.named(&["waiting"]);
    shop.anew();
    let other = format!("{CARD}?seed=2");
    let card = lay(&pcscd, &other, 0);
    assert_eq!(name(&shop.read(&known(&other))), "checked");

    // A second card on another reader: nothing is read until one of them is gone, then that one anew.
    let second = lay(&pcscd, CARD, 1);
    let trouble = shop.shown.named(&["trouble"]);
    assert!(html(&trouble).contains("More than one card lies on the readers"), "{trouble}");
    drop(card);
    shop.anew();
    assert_eq!(name(&shop.read(&known(CARD))), "checked");

    // The service stops and starts again.
    if pcscd.is_own() {
        pcscd.stop();
        let trouble = shop.shown.named(&["trouble"]);
        assert!(html(&trouble).contains("smart card service"), "{trouble}");
        drop(second);
        pcscd.run();
        shop.shown.named(&["waiting"]);
        shop.anew();
        let card = lay(&pcscd, CARD, 0);
        assert_eq!(name(&shop.read(&known(CARD))), "checked");
        drop(card);
        shop.shown.named(&["waiting"]);
    }
    drop(shop);
    assert_eq!(counter.interrupt(), Some(0));
}

#[test]
fn a_counter_whose_card_never_answers_ends_with_ctrl_c() {
    let pcscd = Pcscd::start();
    let counter = Counter::start(&["--reader", ADDRESS, "--accept", "simulated"]);
    let mut shop = Shop::open(&counter);
    shop.shown.named(&["waiting"]);
    shop.anew();
    let laid = Laid::on(&pcscd, "licence", Trouble::Mute(2));
    assert!(wait_for(Duration::from_secs(60), || laid.executed() == 2).is_some(), "the counter asks the card");
    drop(shop);
    assert_eq!(counter.interrupt(), Some(0));
    assert_eq!(laid.executed(), 2);
}

/// Where a text or bytes stand in the memory of a process that may be written, and in which form.
fn found(process: u32, mark: &Mark) -> Vec<String> {
    let all = memory(process).into_iter();
    let found =
        all.flat_map(|(line, bytes)| mark.within(&bytes).into_iter().map(move |form| format!("{line}: {form}")));
    found.collect()
}

/// What is looked for.
#[derive(Debug)]
enum Mark {
    Text(String),
    Picture(Vec<u8>),
}

impl Mark {
    fn within(&self, bytes: &[u8]) -> Vec<&'static str> {
        match self {
            Self::Text(text) => marks::found(text, bytes),
            Self::Picture(part) => {
                if marks::contains(bytes, part) {
                    vec!["PNG"]
                } else {
                    Vec::new()
                }
            }
        }
    }
}

#[test]
fn nothing_of_the_customer_stays_in_memory() {
    let pcscd = Pcscd::start();
    let counter = Counter::start(&["--reader", ADDRESS, "--accept", "simulated"]);
    let mut shop = Shop::open(&counter);
    let recipe = format!("{CARD}?seed={SEED}");
    let known = known(&recipe);
    let persona = Persona::from_seed(SEED);
    // As the card holds it, as the page shows it, and as the pad sent it: in every form.
    let pins = known.iter().map(|(_, pin)| pin.clone());
    let mut marks: Vec<Mark> = pins.chain([persona.name, persona.address]).map(Mark::Text).collect();

    shop.shown.named(&["waiting"]);
    shop.anew();
    let card = lay(&pcscd, &recipe, 0);
    let view = shop.read(&known);
    assert_eq!(name(&view), "checked");
    let version = view["version"].as_u64().unwrap();
    let photo = shop.staff.request("GET", &format!("/staff/picture/{version}/photo")).send().body;
    let shown = found(counter.id(), &marks[known.len()]);
    let picture = Mark::Picture(photo[photo.len() / 2..][..48].to_vec());
    assert!(!shown.is_empty() && !found(counter.id(), &picture).is_empty(), "the search finds what is shown");
    marks.push(picture);
    shop.anew();
    drop(card);
    shop.shown.named(&["waiting"]);
    // What was under way when the card left is over soon.
    for mark in &marks {
        let left = wait_for(Duration::from_secs(5), || found(counter.id(), mark).is_empty());
        assert!(left.is_some(), "{mark:?}: {:#?}", found(counter.id(), mark));
    }
}
