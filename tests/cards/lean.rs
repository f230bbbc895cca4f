//! Reading less: what a reading that infers filler takes of the link, what proves it, and what happens if nothing does.

use std::sync::Arc;

use crate::common::reading::{card, judge, read, read_card, request_for, simulated_trust};
use taimen::{
    cards::{Credentials, Request},
    dump::{Dump, NotRead, Scope},
    kind::CardKind,
    simulator::SimulatedCard,
    transport::{LinkFigures, Transport, TransportError},
    trust::TrustStore,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

fn inferring(kind: CardKind) -> Request {
    request_for(kind).inferring(Arc::new(simulated_trust()))
}

fn lean(card: &mut SimulatedCard) -> (Dump, LinkFigures) {
    let known = Credentials::from(&*card);
    let kind = card.kind().unwrap();
    read(card, &inferring(kind), &known).unwrap()
}

/// Exchanges and bytes received.
fn cost(recipe: &str) -> (u64, u64) {
    let (dump, figures) = lean(&mut card(recipe));
    assert_eq!(judge(&dump).overall(), Overall::Authentic, "{recipe}");
    (figures.exchanges, figures.bytes_received)
}

#[test]
fn print_costs() {
    for recipe in ["licence", "licence-changed", "menkyo", "residence1", "residence1-special", "residence1-child", "residence2", "residence2-special", "my-number"] {
        for fault in ["", "?fault=no-extended"] {
            for seed in 1..6 {
                let recipe = format!("{recipe}{fault}{}seed={seed}", if fault.is_empty() { "?" } else { "&" });
                let (dump, figures) = lean(&mut card(&recipe));
                let (_, whole) = read_card(&mut card(&recipe), Scope::FULL).unwrap();
                let inferred: Vec<_> = dump.inferences().map(|(name, inferred)| (name.to_owned(), dump.file(name).unwrap().len(), inferred.length)).collect();
                println!("{recipe}: {} {} whole {} {} {:?} {inferred:?}", figures.exchanges, figures.bytes_received, whole.exchanges, whole.bytes_received, judge(&dump).overall());
            }
        }
    }
}
