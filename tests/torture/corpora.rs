//! Every fuzz target over its seeds and its corpus: what fuzzing found once stays found, with the stable compiler and without a fuzzer.

// The programs of that package use the rest.
#[allow(dead_code)]
#[path = "../../fuzz/src/lib.rs"]
pub mod fuzz;

use std::{fs, path::Path};

use taimen::{
    cards::{self, Credentials, Request, registry},
    iso7816::PinGate,
    simulator::{self, Recipe, SeededNonces, SimulatedCard},
    transport::{LinkFigures, Transport},
};

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn every_target_takes_its_seeds_and_corpus() {
    for target in fuzz::TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} has no seed", target.name);
        assert!(fuzz::find(target.name).is_some_and(|found| found.longest == target.longest));
        // What a fuzzer cuts off says nothing.
        assert!(!target.structured || seeds.iter().all(|seed| seed.len() <= target.longest), "{}", target.name);
        for input in seeds.into_iter().chain(corpus(target.name)) {
            (target.run)(&input);
        }
        (target.run)(&[]);
    }
}

#[test]
fn honest_cards_are_read_in_every_kind() {
    assert_eq!(fuzz::honest_kinds(), taimen::simulator::kinds().count());
}

#[test]
fn another_card_like_it_answers_as_the_first_with_its_counters_and_no_session() {
    for kind in simulator::kinds() {
        let issued = Recipe::of(kind, 7).card().unwrap();
        let mut read = issued.again();
        let request = Request::new("test", fuzz::TIME.parse().unwrap());
        let request = if registry::is_guest(kind.kind) { request.application(kind.kind) } else { request };
        let dump = |card: &mut SimulatedCard| {
            let (mut gate, mut nonces) = (PinGate::new(false), SeededNonces::new(7));
            let entered = Credentials::from(&*card);
            let mut dump = cards::read(card, &request, entered, &mut gate, &mut nonces, &mut |_| {}).unwrap();
            // How long it took.
            dump.link = LinkFigures::default();
            dump.to_json()
        };
        let first = dump(&mut read);
        assert!(dump(&mut issued.again()) == first, "{}", kind.name);
        let mut again = read.again();
        let spec = registry::specs().find(|spec| spec.kind == kind.kind);
        for reference in spec.into_iter().flat_map(|spec| spec.references) {
            read.set_retry_counter(reference, 1);
            assert_eq!(read.again().retry_counter(reference), read.retry_counter(reference), "{}", kind.name);
            // A reference that was verified answers 9000.
            let aid = reference.application.aid;
            let _ = again.exchange(&[&[0x00, 0xA4, 0x04, 0x0C, u8::try_from(aid.len()).unwrap()], aid].concat());
            let query = again.exchange(&[0x00, 0x20, 0x00, 0x80 | reference.sfi]).unwrap();
            assert_ne!(query, [0x90, 0x00], "{}", kind.name);
        }
    }
}
