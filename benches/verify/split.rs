//! A saved dump of each kind: what its reading, hashes, signatures, the rest of the check and the report take.

use std::{hint::black_box, sync::Barrier, thread, time::Instant};

use taimen::{
    batch, cards,
    crypto::sha256,
    dump::{Dump, Scope},
    report::{Context, Options, Report, Source},
    trust::TrustStore,
    verify::{Basis, Overall},
};

use crate::{
    bare::{self, seconds},
    common::reading::{TIME, card, read_card, simulated_trust},
    markdown,
};

/// A kind of card, and the signatures that its dump has, those of its issuers included: standard RSA, other RSA blocks, P-384.
pub struct Kind {
    pub recipe: &'static str,
    pub signatures: [u32; 3],
}

pub const KINDS: [Kind; 4] = [
    Kind { recipe: "my-number", signatures: [5, 1, 0] },
    Kind { recipe: "licence", signatures: [0, 1, 0] },
    Kind { recipe: "residence1", signatures: [2, 0, 0] },
    Kind { recipe: "residence2", signatures: [0, 0, 2] },
];

/// The dump of a simulated card as it is saved.
pub fn saved(recipe: &str) -> Vec<u8> {
    read_card(&mut card(recipe), Scope::FULL).unwrap().0.to_json().into_bytes()
}

/// What a batch does with a dump: read, judge, say the verdict.
pub fn verdict(saved: &[u8], trust: &TrustStore) -> String {
    let dump = Dump::from_json(saved).unwrap();
    let findings = cards::check(&dump, trust, Basis::Live(TIME.parse().unwrap())).unwrap();
    assert_eq!(findings.overall(), Overall::Authentic);
    let context = Context::of(&dump, Source::Dump);
    batch::verdict(&Report { findings: &findings, context: &context, options: Options::default() })
}

/// A store that has met no issuer: nothing is remembered.
pub fn fresh_trust() -> TrustStore {
    TrustStore::shipped().unwrap().accepting(taimen::trust::Hierarchy::Simulated)
}

pub fn table() -> String {
    let ours = bare::Ours::new().rates();
    let openssl = bare::openssl(1, false);
    let micros = |seconds: f64| format!("{:.1}", seconds * 1e6);
    let mut rows = Vec::new();
    for Kind { recipe, signatures: [rsa, block, p384] } in KINDS {
        let saved = saved(recipe);
        let dump = Dump::from_json(&saved).unwrap();
        let trust = simulated_trust();
        let basis = Basis::Live(TIME.parse().unwrap());
        let findings = cards::check(&dump, &trust, basis).unwrap();
        let context = Context::of(&dump, Source::Dump);
        let report = Report { findings: &findings, context: &context, options: Options::default() };
        let mut files = dump.clone();
        let bytes: Vec<Vec<u8>> = files.files_mut().map(|(_, bytes)| bytes.clone()).collect();

        let of = |rates: bare::Rates| {
            f64::from(rsa) * rates.rsa + f64::from(block) * rates.block + f64::from(p384) * rates.p384
        };
        let parse = seconds(|| drop(black_box(Dump::from_json(&saved))));
        let hash = seconds(|| bytes.iter().for_each(|file| assert_ne!(black_box(sha256(&[file])), [0; 32])));
        let check = seconds(|| drop(black_box(cards::check(&dump, &fresh_trust(), basis))));
        let known = seconds(|| drop(black_box(cards::check(&dump, &trust, basis))));
        let report = seconds(|| drop(black_box(report.json_line())));
        let whole = seconds(|| drop(black_box(verdict(&saved, &fresh_trust()))));
        let again = seconds(|| drop(black_box(verdict(&saved, &trust))));
        let bare = openssl
            .map(|(rsa_seconds, p384_seconds)| f64::from(rsa + block) * rsa_seconds + f64::from(p384) * p384_seconds);
        let rate = |whole: f64| bare.map_or_else(|| "-".to_owned(), |bare| format!("{:.2}", bare / whole));
        rows.push(vec![
            recipe.to_owned(),
            format!("{rsa} / {block} / {p384}"),
            micros(parse),
            micros(hash),
            micros(of(ours)),
            micros((check - of(ours) - hash).max(0.0)),
            micros(known),
            micros(report),
            micros(whole),
            rate(whole),
            rate(again),
        ]);
    }
    let head = [
        "dump of",
        "signatures: RSA / other RSA / P-384",
        "parse µs",
        "hash µs",
        "signatures µs",
        "rest of the check µs",
        "check, issuer known µs",
        "JSON report µs",
        "verdict from the file's bytes µs",
        "rate, of openssl's for its signatures",
        "the same, issuer known",
    ];
    let one = |name: &str, seconds: f64| format!("{name} {:.1} µs", seconds * 1e6);
    let mut text = format!(
        "one signature: {}, {}, {}",
        one("RSA-2048", ours.rsa),
        one("another RSA-2048 block", ours.block),
        one("P-384", ours.p384)
    );
    match openssl {
        Some((rsa, p384)) => {
            text += &format!("; openssl speed: {}, {}\n\n", one("rsa2048", rsa), one("ecdsap384", p384))
        }
        None => text += "; openssl is not here\n\n",
    }
    text + &markdown(&head, &rows)
}

/// What a second core brings, beside what it brings to `openssl speed -multi 2`.
pub fn cores() -> String {
    let saved = saved("my-number");
    let trust = simulated_trust();
    let rate = |threads: usize| {
        const ROUNDS: usize = 3_000;
        let barrier = Barrier::new(threads);
        let took = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let start = Instant::now();
                        (0..ROUNDS).for_each(|_| drop(black_box(verdict(&saved, &trust))));
                        start.elapsed().as_secs_f64()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).fold(0.0, f64::max)
        });
        (threads * ROUNDS) as f64 / took
    };
    // Pairs, because both depend on what else runs at the moment.
    let mut gains: Vec<(f64, f64)> = (0..7)
        .map(|_| {
            let ours = rate(2) / rate(1);
            let theirs = bare::openssl(1, true).zip(bare::openssl(2, true)).map(|((one, _), (two, _))| one / two);
            (ours, theirs.unwrap_or(f64::NAN))
        })
        .collect();
    gains.sort_by(|(ours, theirs), (other, others)| (ours / theirs).total_cmp(&(other / others)));
    let (ours, theirs) = gains[gains.len() / 2];
    let all: Vec<String> = gains.iter().map(|(ours, theirs)| format!("{:.2}", ours / theirs)).collect();
    format!(
        "the gain of a second core for My Number dumps: {ours:.2}; of openssl speed -multi 2 beside it {theirs:.2}: {:.2} of it (all rounds: {})\n",
        ours / theirs,
        all.join(" ")
    )
}
