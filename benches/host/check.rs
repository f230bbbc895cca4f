//! What a check costs beside its signature checks.

use std::time::{Duration, Instant};

use taimen::{
    cards::my_number,
    dump::{Dump, Scope},
    report::{Context, Options, Report, Source},
    verify::{Basis, Overall},
};

use crate::{
    Figure,
    Limit::AtMost,
    common::reading::{TIME, card, read_card, simulated_trust},
    signatures,
};

/// The fastest of several runs: what the work costs when nothing else disturbs it.
fn fastest(runs: usize, mut work: impl FnMut()) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap()
}

/// How many times the signature checks the whole costs: the least of several rounds, which alternate so that both sides
/// meet the same neighbours on a shared machine.
pub fn times(base: impl Fn(), whole: impl Fn()) -> f64 {
    let rounds = (0..5).map(|_| {
        let base = fastest(20, &base);
        fastest(20, &whole).as_secs_f64() / base.as_secs_f64()
    });
    rounds.fold(f64::MAX, f64::min)
}

/// A live check and its JSON report. Its seven signature checks: two certificates, the face data, the digests, the text
/// key, two challenges.
pub fn check() -> Vec<Figure> {
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let trust = simulated_trust();
    let at = Basis::Live(TIME.parse().unwrap());
    let context = Context::of(&dump, Source::Live);
    let whole = || {
        let findings = my_number::check(&dump, &trust, at);
        assert_eq!(findings.overall(), Overall::Authentic);
        std::hint::black_box(Report { findings: &findings, context: &context, options: Options::default() }.json());
    };
    let signatures = signatures::checks(&dump);
    vec![Figure::new(
        "a check and its JSON report, in its 7 signature checks",
        times(|| signatures(7), whole),
        AtMost(8.0),
    )]
}

/// A saved reading, verified under a store that has met its issuer before, as those of a batch are. Live there is one
/// signature check more: the text's, whose digests are never saved.
pub fn verify() -> Vec<Figure> {
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let saved = dump.to_json();
    let at = Basis::Live(TIME.parse().unwrap());
    let trust = simulated_trust();
    let whole = || {
        let dump = Dump::from_json(saved.as_bytes()).unwrap();
        let findings = my_number::check(&dump, &trust, at);
        assert_eq!(findings.overall(), Overall::Authentic);
        std::hint::black_box(findings);
    };
    let signatures = signatures::checks(&dump);
    vec![Figure::new("a saved reading, in its 6 signature checks", times(|| signatures(6), whole), AtMost(2.5))]
}
