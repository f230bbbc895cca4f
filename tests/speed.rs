//! What a check costs the host, as ratios of one run: absolute times drift on shared machines.

#[path = "common/reading.rs"]
mod reading;

use std::time::{Duration, Instant};

use reading::{TIME, card, read_card, simulated_trust};
use taimen::{
    cards::my_number::{CvCertificate, check, files},
    crypto::PublicKey,
    dump::{Answer, Dump, Scope},
    report::{Context, Options, Report, Source},
    verify::Overall,
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

/// The signature checks of a full check, and nothing else: as many RSA verifications as it does, keys parsed before.
fn signature_checks(dump: &Dump) -> impl Fn() {
    let file = dump.file(files::FACE_CERTIFICATE.name).unwrap().to_vec();
    let Answer::Signature(answer) = &dump.challenge("face").unwrap().answer else { panic!("an honest card answers") };
    let (message, answer) = (dump.challenge("face").unwrap().message(), answer.0.clone());
    move || {
        let certificate = CvCertificate::parse(&file).unwrap();
        let key: &PublicKey = &certificate.key;
        // Two certificates, the face data, the digests, the text key, two challenges. A signature that does not fit
        // costs as much as one that does.
        for _ in 0..7 {
            let _ = std::hint::black_box(key.verify_sha256(&[&message], &answer));
        }
    }
}

#[test]
fn a_check_costs_at_most_three_times_its_signature_checks() {
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let trust = simulated_trust();
    let at = TIME.parse().unwrap();
    let context = Context::of(&dump, Source::Live);
    let whole = || {
        let findings = check(&dump, &trust, at);
        assert_eq!(findings.overall(), Overall::Authentic);
        std::hint::black_box(Report { findings: &findings, context: &context, options: Options::default() }.json());
    };
    let signatures = signature_checks(&dump);
    let (mut least, mut spent) = (f64::MAX, (Duration::ZERO, Duration::ZERO));
    // Alternating, so that both sides meet the same neighbours on a shared machine.
    for _ in 0..5 {
        let base = fastest(20, &signatures);
        let all = fastest(20, whole);
        let ratio = all.as_secs_f64() / base.as_secs_f64();
        if ratio < least {
            (least, spent) = (ratio, (base, all));
        }
    }
    println!("check and JSON report: {least:.2} times its signature checks ({:?} and {:?})", spent.1, spent.0);
    assert!(least <= 3.0, "{least:.2} times: {:?} against {:?}", spent.1, spent.0);
}

/// A saved reading, verified under a store that has met its issuer before, as those of a batch are.
#[test]
fn verifying_a_dump_costs_little_more_than_its_signature_checks() {
    let (dump, _) = read_card(&mut card("my-number"), Scope::FULL).unwrap();
    let saved = dump.to_json();
    let at = TIME.parse().unwrap();
    let trust = simulated_trust();
    let whole = || {
        let dump = Dump::from_json(saved.as_bytes()).unwrap();
        let findings = check(&dump, &trust, at);
        assert_eq!(findings.overall(), Overall::Authentic);
        std::hint::black_box(findings);
    };
    let signatures = signature_checks(&dump);
    let mut least = f64::MAX;
    for _ in 0..5 {
        // Live there is one more: the text's signature, whose digests are never saved.
        let base = fastest(20, &signatures).mul_f64(6.0 / 7.0);
        least = least.min(fastest(20, whole).as_secs_f64() / base.as_secs_f64());
    }
    println!("a saved reading: {least:.2} times its signature checks");
    // Reading JSON is ten times slower without optimisation; `scripts/test-long` runs this with it.
    let most = if cfg!(debug_assertions) { 4.0 } else { 1.3 };
    assert!(least <= most, "{least:.2} times");
}
