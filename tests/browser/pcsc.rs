//! The whole flow on the real PC/SC stack: browser, program, pcscd and card are processes of their own.

use std::{collections::BTreeMap, process::Stdio};

use taimen::simulator::kinds;

use super::{
    desk::VIEW,
    driver::{Look, browse},
};
use crate::common::{
    pcscd::Pcscd,
    program::{Program, Running},
    web::{Counter, Shop},
};

/// Lays a card on vpcd's first reader; it leaves when it is dropped.
fn lay(pcscd: &Pcscd, card: &str) -> Running {
    let vpcd = format!("127.0.0.1:{}", pcscd.port());
    let mut command = Program::new().command(["simulate", card, "--vpcd", &vpcd]);
    Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

#[test]
fn every_card_on_a_real_reader() {
    // What is printed on each card, as a simulated reader's panel says.
    let panel = Counter::at("sim:");
    let mut shop = Shop::open(&panel);
    let printed: Vec<(&str, BTreeMap<String, String>)> = kinds()
        .map(|kind| {
            let printed = shop.place(kind.name).into_iter().collect();
            shop.remove();
            (kind.name, printed)
        })
        .collect();

    let pcscd = Pcscd::start();
    let counter = Counter::start(&["--reader", "pcsc:Virtual PCD", "--accept", "simulated", "--lang", "ja"]);
    browse(Look::default(), async |browser| {
        browser.enter(&counter).await;
        for (kind, printed) in &printed {
            browser.sees("waiting").await;
            let card = lay(&pcscd, kind);
            browser.until("a card", &format!("{VIEW} && {VIEW} !== 'waiting'")).await;
            browser.answer(printed).await;
            assert_eq!(browser.view().await, "checked", "{kind}: {}", browser.text("#main").await);
            let verdict = browser.text("#main .verdict h1").await;
            // A card that nobody signed names no issuer, so it is not known as a simulated one.
            let unsigned = verdict == "真正かどうか判定できません";
            assert!(verdict.starts_with("模擬カード") || unsigned, "{kind}: {verdict}");
            drop(card);
        }
        browser.sees("waiting").await;
    });
}
