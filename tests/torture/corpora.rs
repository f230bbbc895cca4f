//! Every fuzz target over its seeds and its corpus: what fuzzing found once stays found, with the stable compiler and without a fuzzer.

// The programs of that package use the rest.
#[allow(dead_code)]
#[path = "../../fuzz/src/lib.rs"]
pub mod fuzz;

use std::{fs, path::Path};

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
