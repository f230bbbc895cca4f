//! Records a simulated card, writes the recording as text, reads it back and plays it: the same dump comes out, without
//! the card and without its credentials. `cargo run --no-default-features --features simulator --example replay_recording`,
//! or with the path of a recording (`.apdu`) to play that one.

use std::{error::Error, io::Write};

use jiff::Timestamp;
use taimen::{
    cards::{self, Credentials, Request, never_recorded, read_recording},
    iso7816::PinGate,
    simulator::Recipe,
    transport::{
        Log, Recorder, Recording,
        nonces::{ListedNonces, RecordedNonces},
        recording::Header,
    },
    trust::{Hierarchy, TrustStore},
    verify::Basis,
};

/// Records a reading of a simulated My Number Card. Credentials and the files that no recording may hold are masked.
///
/// # Errors
/// Whatever issuing or reading says.
pub fn record(time: Timestamp) -> Result<String, Box<dyn Error>> {
    let mut card = "my-number?seed=7".parse::<Recipe>()?.card()?;
    let credentials = Credentials::from(&card);
    let request = Request::new("sim:my-number?seed=7", time);
    let mut nonces = RecordedNonces::new(ListedNonces::new(vec![vec![1; 32], vec![2; 32]]));
    let mut log = Log::new(never_recorded()).without_times();
    let mut recorder = Recorder::new(&mut card, &mut log);
    let dump = cards::read(&mut recorder, &request, credentials, &mut PinGate::new(false), &mut nonces, &mut |_| {})?;
    let header = Header {
        card: Some(dump.kind.to_string()),
        reader: Some(dump.reader),
        scope: Some(dump.scope.as_str().to_owned()),
        time: Some(dump.read_at),
        random: nonces.drawn().to_vec(),
        session_keys: nonces.session_keys().map(<[u8]>::to_vec).collect(),
        ..Header::default()
    };
    Ok(log.into_recording(header).to_text())
}

/// Plays a recording and prints the verdict as of its own time: the person who runs this vouches for it.
///
/// # Errors
/// A file that is not a recording, a reading that does not match it, and errors of writing.
pub fn play(text: &[u8], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let recording = Recording::parse(text)?;
    let dump = read_recording(&recording)?;
    let trust = TrustStore::shipped()?.accepting(Hierarchy::Simulated);
    let findings =
        cards::check(&dump, &trust, Basis::Operator(dump.read_at)).ok_or("cards of this kind are not verified")?;
    let (kind, verdict, steps) = (dump.kind, findings.overall().as_str(), recording.steps.len());
    writeln!(out, "{kind}, read at {}: {verdict} ({steps} steps)", dump.read_at)?;
    Ok(())
}

#[allow(dead_code)] // A test calls `record` and `play`.
fn main() -> Result<(), Box<dyn Error>> {
    let text = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => record(Timestamp::now())?.into_bytes(),
    };
    play(&text, &mut std::io::stdout())
}
