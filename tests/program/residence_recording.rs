//! Recordings of residence cards by the real program: what they hold, what they never hold, and that they play back, failed
//! sessions too.
#![cfg(all(feature = "cli", unix))]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{fs, path::Path};

use crate::common::program::{Outcome, Program, argument, assert_private};
use crate::common::reading::{self, RESIDENCE_KINDS as KINDS, TIME, card};
use taimen::{
    cards::{self, Ask, Credentials, residence_card::protocol::CardNumber, start},
    iso7816::PinGate,
    simulator::SimulatedCard,
    transport::{
        Log, Recorder, Recording,
        nonces::RecordedNonces,
        recording::{Header, LinkFailure},
    },
};

fn number(card: &SimulatedCard) -> CardNumber {
    let number = card.credentials().and_then(|own| own.get("card-number")).expect("a residence card");
    std::str::from_utf8(number.expose()).unwrap().parse().unwrap()
}

/// `taimen check --json` of a reader, with what else is given.
fn check(program: &Program, reader: &str, more: &[&str]) -> Outcome {
    let at = if reader.starts_with("replay:") { &["--at", "recorded"][..] } else { &[] };
    program.run([&["check", "--json", "--accept", "simulated", "--reader", reader], at, more].concat())
}

fn recording(path: &Path) -> Recording {
    Recording::parse(&fs::read(path).unwrap()).unwrap()
}

/// Base 64 without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let digit = |chunk: &[u8]| chunk.iter().fold(0, |value, bit| value << 1 | usize::from(*bit)) << (6 - chunk.len());
    bits.chunks(6).map(|chunk| char::from(DIGITS[digit(chunk)])).collect()
}

/// A number in every form in which it could be in a file.
fn forms(number: &CardNumber) -> Vec<String> {
    let bytes = number.expose();
    let mut forms = vec![
        String::from_utf8(bytes.to_vec()).unwrap().to_lowercase(),
        String::from_utf8(bytes[2..10].to_vec()).unwrap(),
        hex::encode(bytes),
        // What the handshake is made with is as good as the number.
        hex::encode(*number.key()),
    ];
    for lead in 0..3 {
        // The digits that do not depend on what is in front or behind.
        let text = base64(&[&vec![0; lead], bytes].concat());
        let first = (lead * 8).div_ceil(6);
        forms.push(text[first..(lead + bytes.len()) * 8 / 6].to_lowercase());
    }
    forms
}

fn holds_no_number(path: &Path, number: &CardNumber) {
    let file = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&file).to_lowercase();
    for form in forms(number) {
        assert!(!text.contains(&form), "{} holds {form}", path.display());
    }
    for line in text.lines().filter_map(|line| line.get(2..)) {
        for run in line.split(['<', '>', ' ', ';']) {
            let bytes = hex::decode(run).unwrap_or_default();
            assert!(!bytes.windows(12).any(|window| window == number.expose()), "{}", path.display());
        }
    }
}

#[test]
fn a_number_is_found_in_every_form() {
    let number: CardNumber = "ZZ12345678ZZ".parse().unwrap();
    for text in
        ["x ZZ12345678ZZ", "x 5a5a31323334353637385A5A", "x WloxMjM0NTY3OFpa", "< 00005A5A31323334353637385A5A9000"]
    {
        let folder = crate::common::temp::TempDir::new();
        let path = folder.write("file", text);
        let found = std::panic::catch_unwind(|| holds_no_number(&path, &number));
        assert!(found.is_err(), "{text}");
    }
}

#[test]
fn a_recording_tells_no_number_and_no_half_of_the_handshake() {
    let program = Program::new();
    for kind in KINDS {
        let path = program.home.file(&format!("{kind}.apdu"));
        let file = argument(&path);
        check(&program, &format!("sim:{kind}"), &["--record", &file]);
        assert_private(&path);
        let recorded = recording(&path);
        assert_eq!(recorded.header.random.iter().map(Vec::len).collect::<Vec<_>>(), [8, 16], "{kind}");
        assert_eq!(recorded.header.session_keys.iter().map(Vec::len).collect::<Vec<_>>(), [16], "{kind}");
        let handshake = recorded.steps.iter().find(|step| step.command.head()[1] == 0x82).unwrap();
        assert_eq!(handshake.command.to_text(), "0082000028<40 secret bytes>00");
        assert_eq!(handshake.answer.as_ref().unwrap().to_text(), "<40 secret bytes>9000");
        let verify = recorded.steps.iter().find(|step| step.command.head()[1] == 0x20).unwrap();
        assert_eq!(verify.command.to_text(), "0820008613<19 secret bytes>");
        let hidden: usize = recorded
            .steps
            .iter()
            .map(|step| step.command.secret_len() + step.answer.as_ref().unwrap().secret_len())
            .sum();
        assert_eq!(hidden, 40 + 40 + 19, "and nothing else");
        // A card of the second generation stores its number: encrypted, it is in the recording in no such form either.
        holds_no_number(&path, &number(&card(kind)));
    }
}

#[test]
fn a_recording_plays_back_to_the_same_report_and_asks_nothing() {
    let program = Program::new();
    for kind in KINDS {
        for fault in ["", "?fault=no-extended"] {
            let path = program.home.file("live.apdu");
            let file = argument(&path);
            let live = check(&program, &format!("sim:{kind}{fault}"), &["--record", &file]);
            let code = if kind == "residence1-child" { 3 } else { 0 };
            let replay = format!("replay:{file}");
            let again = program.home.file("again.apdu");
            let later = check(&program, &replay, &["--record", &argument(&again)]).expect(code);
            let (live, later) = (live.expect(code).json(), later.json());
            assert_eq!(later["source"], "replay");
            for key in ["overall", "card", "holder", "items", "pictures", "photo", "checks", "read_at", "reader"] {
                assert_eq!(live[key], later[key], "{kind}{fault} {key}");
            }
            // What was played back is recorded alike, but for the times.
            let (first, second) = (recording(&path), recording(&again));
            assert_eq!(first.header, second.header, "{kind}{fault}");
            let bare = |recording: Recording| {
                recording.steps.into_iter().map(|step| (step.command, step.answer, step.powered)).collect::<Vec<_>>()
            };
            assert_eq!(bare(first), bare(second), "{kind}{fault}");
        }
    }
}

#[test]
fn a_session_that_failed_plays_back_to_its_failure() {
    let program = Program::new();
    let wrong = argument(&program.home.write("wrong", "card-number = ZZ97531864ZZ\n"));
    let failed = |reader: &str, more: &[&str], code: i32, keys: usize, steps: usize| {
        let path = program.home.file("failed.apdu");
        let file = argument(&path);
        let live = check(&program, reader, &[&["--record", &file], more].concat()).expect(code);
        let recorded = recording(&path);
        assert_eq!((recorded.header.session_keys.len(), recorded.steps.len()), (keys, steps), "{reader}");
        let later = check(&program, &format!("replay:{file}"), &[]).expect(code);
        assert_eq!((&live.stdout, &live.stderr), (&later.stdout, &later.stderr), "{reader}");
        later.assert_no_report();
        holds_no_number(&path, &number(&card(reader.strip_prefix("sim:").unwrap())));
        holds_no_number(&path, &"ZZ97531864ZZ".parse().unwrap());
        (recorded, later.stderr)
    };
    for kind in ["residence1", "residence2"] {
        let (recorded, told) = failed(&format!("sim:{kind}"), &["--credentials", &wrong], 5, 0, 4);
        assert_eq!(recorded.steps[3].answer.as_ref().unwrap().to_text(), "6300");
        assert!(told.contains("does not match") && told.contains("another protocol"), "{told}");
        // Removed at each exchange of the number authentication, and after it.
        for (at, keys) in [(2, 0), (3, 0), (4, 0), (5, 1), (7, 1)] {
            let (recorded, _) = failed(&format!("sim:{kind}?fault=removed-at={at}"), &[], 4, keys, at);
            assert_eq!(recorded.steps[at - 1].answer, Err(LinkFailure::Removed));
        }
        failed(&format!("sim:{kind}?fault=status-at=3:6985"), &[], 4, 0, 3);
        failed(&format!("sim:{kind}?fault=status-at=5:6988"), &[], 4, 1, 5);
    }
}

#[test]
fn a_recording_with_a_question_in_the_middle_plays_back() {
    let program = Program::new();
    let mut simulated = card("residence1");
    let known = Credentials::from(&simulated);
    let mut log = Log::new(&[]);
    let mut nonces = RecordedNonces::new(reading::nonces());
    let (gate, request) = (&mut PinGate::new(false), reading::request().ask(Ask::Always));
    let recorder = &mut Recorder::new(&mut simulated, &mut log);
    let looked = match start(recorder, &request, Credentials::default(), gate, &mut nonces, &mut |_| {}).unwrap() {
        cards::Outcome::Ask(looked) => looked,
        cards::Outcome::Done(_) => panic!("nobody was asked"),
    };
    simulated.power_off();
    simulated.power_on();
    let recorder = &mut Recorder::new(&mut simulated, &mut log);
    looked.read(recorder, request.time, known, gate, &mut nonces, &mut |_| {}).unwrap();
    let header = Header {
        card: Some("residence1".to_owned()),
        scope: Some("full".to_owned()),
        time: Some(TIME.parse().unwrap()),
        random: nonces.drawn().to_vec(),
        session_keys: nonces.session_keys().map(<[u8]>::to_vec).collect(),
        ..Header::default()
    };
    let recorded = log.into_recording(header);
    assert_eq!(recorded.steps.len(), 17);
    assert_eq!(recorded.steps.iter().filter(|step| step.powered).count(), 1);
    let file = program.home.write("asked.apdu", recorded.to_text());
    let replayed = check(&program, &format!("replay:{}", argument(&file)), &[]).expect(0);
    assert_eq!(replayed.json()["overall"], "authentic");
    assert_eq!(replayed.stderr, "", "nothing was asked");
}

#[test]
fn the_official_examples_need_their_number() {
    let program = Program::new();
    for kind in ["residence1", "residence2"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures").join(kind);
        let replay = format!("replay:{}", folder.join("official-handshake.apdu").display());
        let credentials = folder.join("official-handshake.credentials").display().to_string();
        let missing = check(&program, &replay, &[]).expect(2);
        assert!(missing.stderr.contains("'card-number' is missing"), "{}", missing.stderr);
        let other = argument(&program.home.write("other", "card-number = AA12345678BC\n"));
        let other = check(&program, &replay, &["--credentials", &other]).expect(4);
        assert!(other.stderr.contains("Step 4: the recording has 00820000"), "{}", other.stderr);
        let whole = check(&program, &replay, &["--credentials", &credentials]).expect(0);
        assert_eq!(whole.json()["overall"], "authentic", "{kind}");
    }
}
