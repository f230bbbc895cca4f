//! When what was entered is wiped: with the last exchange that presents it, not with the last of the reading.

use std::sync::{Arc, Weak};

use crate::{
    cards::{self, Request, registry},
    dump::Scope,
    simulator::{self, Recipe, SimulatedCard},
    transport::{NonceError, Nonces, Transport, TransportError},
};

use super::*;

struct Watched<'a> {
    card: &'a mut SimulatedCard,
    /// The entries that open the card itself.
    entries: Vec<Weak<EntryValue>>,
    exchanges: usize,
    /// The last exchange at which an entry was in memory.
    held: usize,
    /// Which exchanges presented something.
    presenting: Vec<usize>,
}

impl Transport for Watched<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchanges += 1;
        if self.entries.iter().any(|entry| entry.strong_count() > 0) {
            self.held = self.exchanges;
        }
        if matches!(command, [_, 0x20, _, _, _, _, ..]) {
            self.presenting.push(self.exchanges);
        }
        self.card.exchange(command)
    }
}

struct Ones;

impl Nonces for Ones {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        Ok(vec![1; bytes])
    }
}

#[test]
fn an_entry_is_wiped_with_the_last_exchange_that_presents_it() {
    let mut seen = 0;
    for sim in simulator::kinds() {
        let spec = registry::specs().find(|spec| spec.kind == sim.kind).unwrap();
        let own: Vec<&str> = spec
            .scope(Scope::FULL)
            .into_iter()
            .flat_map(|scope| scope.credentials.iter())
            .flat_map(|credential| credential.ways.iter().copied().flatten())
            .map(|part| part.entry.id)
            .collect();
        for extra in [false, spec.extra.is_some()] {
            let mut card = sim.name.parse::<Recipe>().unwrap().card().unwrap();
            let known = Credentials::from(&card);
            let of_card = known.entries.iter().filter(|(id, _)| own.contains(id));
            let entries = of_card.map(|(_, value)| Arc::downgrade(value)).collect();
            let mut watched = Watched { card: &mut card, entries, exchanges: 0, held: 0, presenting: Vec::new() };
            let request = Request::new("test", "2026-11-22T03:00:00Z".parse().unwrap()).extra(extra);
            let request = if registry::is_guest(sim.kind) { request.application(sim.kind) } else { request };
            let gate = &mut PinGate::new(false);
            cards::read(&mut watched, &request, known, gate, &mut Ones, &mut |_| {}).unwrap();
            let Watched { exchanges, held, presenting, entries, .. } = watched;
            if entries.is_empty() {
                continue;
            }
            let what =
                format!("{}{}: {held} of {exchanges}, {presenting:?}", sim.name, if extra { ", all" } else { "" });
            match presenting.as_slice() {
                // A handshake, which a passport may have to repeat after any of its steps.
                [] => {}
                // What opens the other application comes after it.
                [.., _, _] if extra => assert!(presenting.iter().rev().skip(1).any(|one| *one == held), "{what}"),
                [.., last] => {
                    assert_eq!(held, *last, "{what}");
                    assert!(exchanges > held, "{what}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen >= 8, "{seen} kinds present something");
}
