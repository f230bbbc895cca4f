//! A reader of your own: implement `Transport`, one method, and every card can be read through it. Needs no feature:
//! `cargo run --no-default-features --features simulator --example own_transport`.

use std::{error::Error, io::Write};

use jiff::Timestamp;
use taimen::{
    cards::{self, Credentials, Event, Request},
    iso7816::PinGate,
    simulator::{Recipe, SimulatedCard},
    transport::{Transport, TransportError, nonces::ListedNonces},
    trust::{Hierarchy, TrustStore},
    verify::Basis,
};

/// Your driver: whatever takes a command APDU and returns the answer. Here a simulated card replaces it.
struct Driver(SimulatedCard);

impl Driver {
    fn transceive(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.0.exchange(command).ok()
    }
}

/// The reader, as taimen sees it.
struct OwnReader {
    driver: Driver,
    /// The longest command that the hardware passes.
    limit: usize,
}

impl Transport for OwnReader {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        // Said this way, the reading steps down to shorter commands by itself.
        if command.len() > self.limit || command.get(4) == Some(&0) && command.len() > 5 {
            return Err(TransportError::LengthUnsupported);
        }
        // Data and status word together. An answer that did not come is a card that was taken away, never an empty one.
        self.driver.transceive(command).filter(|answer| answer.len() >= 2).ok_or(TransportError::Removed)
    }
}

/// Reads a licence through the reader, reports what goes on, and prints the verdict.
///
/// # Errors
/// Whatever issuing, reading or writing says.
pub fn run(time: Timestamp, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let card = "licence?seed=3".parse::<Recipe>()?.card()?;
    let credentials = Credentials::from(&card);
    let mut reader = OwnReader { driver: Driver(card), limit: 261 };
    let request = Request::new("own reader", time);
    let mut told = Vec::new();
    let tell = &mut |event: Event<'_>| match event {
        Event::Recognised(card) => told.push(format!("a card: {}", card.kind.name().en)),
        Event::Counter { reference, retry_counter } => told.push(format!("{}: {retry_counter:?}", reference.title.en)),
        _ => {}
    };
    // A licence is asked for no challenge, so no random bytes are drawn.
    let nonces = &mut ListedNonces::new(Vec::new());
    let dump = cards::read(&mut reader, &request, credentials, &mut PinGate::new(false), nonces, tell)?;
    let trust = TrustStore::shipped()?.accepting(Hierarchy::Simulated);
    let findings = cards::check(&dump, &trust, Basis::Live(time)).ok_or("cards of this kind are not verified")?;
    writeln!(out, "{}\n{}", told.join("\n"), findings.overall().as_str())?;
    Ok(())
}

#[allow(dead_code)] // A test calls `run`.
fn main() -> Result<(), Box<dyn Error>> {
    run(Timestamp::now(), &mut std::io::stdout())
}
