//! A recording made through pcscd and one made in the process differ only in reader and timing, for every simulated kind.
#![cfg(all(feature = "pcsc", target_os = "linux"))]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions. Not every helper of
// every kind is needed here.
#![allow(
    dead_code,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use crate::common::reading;

use std::time::Duration;

use crate::common::{
    offer::Offered,
    pcscd::{Pcscd, wait_for},
};
use taimen::{
    cards::{Credentials, never_recorded},
    simulator::{Recipe, SimulatedCard, kinds},
    transport::{
        Log, Recorder, Recording, Transport,
        pcsc::{PcscReader, readers},
        recording::Header,
    },
};

/// Reads a card as its kind is read, and records it as `taimen check --record` does: the draws are those of the helpers.
fn record(mut link: impl Transport, card: &SimulatedCard, reader: &str) -> Recording {
    let kind = card.kind().unwrap();
    let mut log = Log::new(never_recorded());
    let mut recorder = Recorder::new(&mut link, &mut log);
    reading::read(&mut recorder, &reading::request_for(kind), &Credentials::from(card)).unwrap();
    let (card, reader) = (Some(kind.to_string()), Some(reader.to_owned()));
    log.into_recording(Header { card, reader, ..Header::default() })
}

/// Without what may differ.
fn bare(recording: &Recording) -> String {
    let mut bare = recording.clone();
    bare.header.reader = None;
    for step in &mut bare.steps {
        assert!(step.elapsed.take().is_some(), "each answer's time is recorded");
    }
    bare.to_text()
}

#[test]
fn a_recording_through_pcscd_and_one_of_the_process_differ_only_in_reader_and_timing() {
    let pcscd = Pcscd::start();
    for kind in kinds() {
        let make = || -> SimulatedCard { kind.name.parse::<Recipe>().unwrap().card().unwrap() };
        let card = make();
        let inside = record(make(), &card, &format!("sim:{}", kind.name));

        let offered = Offered::insert(pcscd.port(), make());
        let mut reader =
            PcscReader::find(Some("Virtual PCD 00 00"), Duration::from_secs(5), &mut |_| {}).expect("a card is there");
        let name = format!("pcsc:{}", reader.info().name);
        let outside = record(reader.open().unwrap(), &card, &name);
        drop(reader);
        offered.remove();
        // pcscd looks now and then; the next kind must not meet this one.
        let empty = || readers().unwrap().iter().all(|reader| !reader.name.starts_with("Virtual PCD") || !reader.card);
        assert!(wait_for(Duration::from_secs(10), empty).is_some(), "{}: pcscd still sees a card", kind.name);

        assert_ne!(inside.header.reader, outside.header.reader);
        assert!(inside.steps.len() > 2, "{}: {} steps", kind.name, inside.steps.len());
        assert_eq!(bare(&inside), bare(&outside), "{}", kind.name);
        let read = Recording::parse(outside.to_text().as_bytes()).unwrap();
        assert_eq!((bare(&read), &read.header), (bare(&outside), &outside.header), "{}", kind.name);
    }
}
