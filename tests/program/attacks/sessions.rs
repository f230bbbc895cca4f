//! Copies, replays and relays: what is wrong is not the data but who answers.

use taimen::{dump::ChallengeResponse, transport::Recording};

use super::bench::{Authentic, Bench, Judged, KINDS, LICENCE, MENKYO, MY_NUMBER, RESIDENCE, Rejected};
use crate::common::{program::argument, temp::TempDir};

#[test]
fn copied_data() {
    let bench = Bench::new();
    let copied = ["chip-key: failed(challenge_mismatch)", "text-chip-key: failed(challenge_mismatch)"];
    bench.live(&MY_NUMBER, "fault=cloned").expect(Rejected, &copied);
    let mute = ["chip-key: failed(challenge_refused)", "text-chip-key: failed(challenge_refused)"];
    bench.live(&MY_NUMBER, "fault=challenge-refused").expect(Rejected, &mute);
    // These chips answer no challenge: a complete copy passes, and the report says that it would.
    bench.live(&LICENCE, "").expect(Authentic, &[]).admits("It does not exclude a complete copy of the data");
    bench.live(&MENKYO, "").expect(Authentic, &[]).admits("no signature ties it to the holder");
    for kind in RESIDENCE {
        bench.live(kind, "").expect(Authentic, &[]).admits("It does not exclude a complete copy of the data");
    }
}

#[test]
fn stored_answer() {
    let stale = ["chip-key: failed(challenge_mismatch)", "text-chip-key: failed(challenge_mismatch)"];
    Bench::new().live(&MY_NUMBER, "fault=stale-challenge").expect(Rejected, &stale);
}

#[test]
fn replayed_session() {
    let bench = Bench::new();
    // Yesterday's reading, dated today: the chip signed the time.
    let mut dump = bench.dump(&MY_NUMBER, "");
    dump.read_at = "2026-11-22T02:59:59Z".parse().unwrap();
    let moved = ["chip-key: failed(challenge_mismatch)", "text-chip-key: failed(challenge_mismatch)"];
    bench.saved(&MY_NUMBER, &dump, &[]).expect(Rejected, &moved);
    for (_, challenge) in dump.challenges_mut() {
        challenge.time = "2026-11-22T02:59:59Z".parse().unwrap();
    }
    bench.saved(&MY_NUMBER, &dump, &[]).expect(Rejected, &moved);

    // The answer of another session, with or without its challenge.
    let mut dump = bench.dump(&MY_NUMBER, "");
    let other = bench.dump(&MY_NUMBER, "");
    for (name, challenge) in dump.challenges_mut() {
        challenge.answer = other.challenge(name).unwrap().answer.clone();
    }
    bench.saved(&MY_NUMBER, &dump, &[]).expect(Rejected, &moved);

    // An honest saved reading stays a saved reading: the report says when the card was there.
    for kind in KINDS {
        let judged = bench.saved(kind, &bench.dump(kind, ""), &[]).expect(Authentic, &[]);
        let report = judged.outcome.json();
        assert_eq!(report["source"], "dump");
        assert!(report["for_staff"].to_string().contains("presence-then"), "{}", kind.name);
    }
}

#[test]
fn other_cards_answer() {
    let bench = Bench::new();
    let mut dump = bench.dump(&MY_NUMBER, "seed=1");
    // Another genuine card of the attacker signs the very challenge: the same time and random bytes do not help, because
    // its key is not the one that the data names.
    let theirs = bench.dump(&MY_NUMBER, "seed=2");
    for (name, challenge) in dump.challenges_mut() {
        let other = theirs.challenge(name).unwrap();
        assert!(matches!(other.answer, ChallengeResponse::Signature(_)));
        *challenge = other.clone();
    }
    dump.read_at = theirs.read_at;
    let judged: Judged = bench.saved(&MY_NUMBER, &dump, &[]);
    judged.expect(Rejected, &["chip-key: failed(challenge_mismatch)", "text-chip-key: failed(challenge_mismatch)"]);
}

#[test]
fn relay() {
    // Not prevented: a chip far away answers as one on the reader does. The report has to say so.
    Bench::new()
        .live(&MY_NUMBER, "fault=slow=1")
        .expect(Authentic, &[])
        .admits("It does not exclude a relay to a genuine card elsewhere");
}

#[test]
fn file_that_changes() {
    // A card could show one content to the check and another to the screen, if anything were read twice.
    let (bench, folder) = (Bench::new(), TempDir::new());
    let path = argument(&folder.file("session.apdu"));
    for kind in KINDS {
        for query in ["", "?fault=no-extended"] {
            let address = format!("sim:{}{query}", kind.name);
            bench
                .run(&[&["check", "--reader", &address, "--json", "--record", &path], kind.options].concat())
                .expect(0);
            let recording = Recording::parse(&std::fs::read(&path).unwrap()).unwrap();
            let (mut place, mut read) = (Vec::new(), Vec::new());
            for step in &recording.steps {
                let command = step.command.head();
                let answered = step.answer.as_ref().is_ok_and(|answer| answer.len() > 2);
                match *command {
                    [_, 0xA4, ..] => place = command.to_vec(),
                    [cla, 0xB0, p1, p2, ..] => {
                        if p1 & 0x80 != 0 {
                            place.retain(|byte| *byte != 0);
                            place.extend([0, p1]);
                        }
                        let offset = if p1 & 0x80 == 0 { [p1, p2] } else { [0, p2] };
                        if answered {
                            read.push((place.clone(), cla, offset));
                        }
                    }
                    _ => {}
                }
            }
            let all = read.len();
            assert!(all > 1, "{address}");
            read.sort();
            read.dedup();
            assert_eq!(read.len(), all, "{address} reads something twice");
        }
    }
}

#[test]
fn expectation_beside_the_input() {
    let bench = Bench::new();
    let folder = TempDir::new();
    for kind in KINDS {
        // Nothing here was read from a card of an accepted issuer, so that each of them is rejected.
        let forged = bench.dump(kind, "").to_json();
        let input = folder.write(&format!("{}.json", kind.name), forged);
        folder.write(&format!("{}.expect.json", kind.name), "{\"exit\":1,\"overall\":\"rejected\"}");
        let outcome = bench.run(&["batch", &argument(&input)]).expect(1);
        assert!(outcome.stdout.contains("\"exit\":1,\"counts\":1") && outcome.stdout.contains("\"expect\":null"));
    }
    bench.run(&["batch", &argument(folder.path())]).expect(1);
    // Who runs the batch may name that folder.
    bench.run(&["batch", &argument(folder.path()), "--expect", &argument(folder.path())]).expect(0);
}
