//! The recordings of the official worked examples under `apdu-fixtures`. `TAIMEN_FIXTURES=write cargo test --test official`
//! writes them again (look at the difference).

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::official::{EXAMPLES, Example, NUMBER};
use crate::common::reading::{entry, read_drawing, request};
use taimen::{
    cards::residence_card::files,
    transport::{Recording, Replay, TransportError, nonces::RecordedNonces},
};

fn folder(example: &Example) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("apdu-fixtures").join(example.kind)
}

fn made(example: &Example) -> String {
    example.text(|card, nonces| {
        let (dump, _) = read_drawing(card, &request(), &entry("card-number", NUMBER), nonces).unwrap();
        assert_eq!(dump.missing().count(), 0);
    })
}

fn shipped(example: &Example) -> Recording {
    Recording::parse(&fs::read(folder(example).join("official-handshake.apdu")).unwrap()).unwrap()
}

#[test]
fn the_simulator_gives_them_byte_for_byte() {
    for example in &EXAMPLES {
        let folder = folder(example);
        let recording = folder.join("official-handshake.apdu");
        let credentials = folder.join("official-handshake.credentials");
        let entries = format!("# the number of the official worked example\ncard-number = {NUMBER}\n");
        let text = made(example);
        if std::env::var_os("TAIMEN_FIXTURES").is_some_and(|value| value == "write") {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&recording, &text).unwrap();
            fs::write(&credentials, &entries).unwrap();
        }
        assert!(fs::read_to_string(&recording).unwrap() == text, "{}", recording.display());
        assert_eq!(fs::read_to_string(&credentials).unwrap(), entries);
    }
}

#[test]
fn their_handshake_is_the_official_one() {
    for example in &EXAMPLES {
        let recording = shipped(example);
        let step = |instruction: u8| {
            let step = recording.steps.iter().find(|step| step.command.head()[1] == instruction).unwrap();
            (hex::encode_upper(step.command.head()), hex::encode_upper(step.answer.as_ref().unwrap().head()))
        };
        let [ours, theirs, verify] = example.said;
        assert_eq!(step(0x82), (format!("0082000028{ours}00"), format!("{theirs}9000")), "{}", example.kind);
        assert_eq!(step(0x20), (format!("0820008613{verify}"), "9000".to_owned()), "{}", example.kind);
        assert_eq!(recording.header.session_keys.len(), 0, "the number is needed");
    }
}

#[test]
fn they_play_back_to_their_end_with_their_number_and_with_no_other() {
    for example in &EXAMPLES {
        let mut replay = Replay::new(shipped(example));
        assert!(replay.tells(0x82), "nothing is left out");
        let mut nonces = RecordedNonces::new(replay.random());
        let (dump, _) = read_drawing(&mut replay, &request(), &entry("card-number", NUMBER), &mut nonces).unwrap();
        replay.finish().unwrap();
        let keys: Vec<String> = nonces.session_keys().map(hex::encode_upper).collect();
        assert_eq!(keys, [example.session_key]);
        let mut card = example.card();
        for file in files::files_of(dump.kind) {
            let stored = card.file_mut(file.name).unwrap();
            assert!(dump.file(file.name) == Some(&stored[..]), "{} {}", example.kind, file.name);
        }

        let mut replay = Replay::new(shipped(example));
        let mut nonces = replay.random();
        let other = entry("card-number", "AA12345678BC");
        let error = format!("{:?}", read_drawing(&mut replay, &request(), &other, &mut nonces).unwrap_err());
        let mismatch = TransportError::Mismatch {
            step: 4,
            expected: "00820000, 46 bytes".to_owned(),
            sent: "00820000, 46 bytes".to_owned(),
        };
        assert!(error.contains(&format!("{mismatch:?}")), "{error}");
    }
}
