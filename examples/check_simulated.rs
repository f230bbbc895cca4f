//! Reads and checks one simulated card of every kind, and prints the verdicts. Needs no reader and no system
//! library: `cargo run --no-default-features --features simulator --example check_simulated`.

use std::{error::Error, io::Write};

use jiff::Timestamp;
use taimen::{
    cards::{self, Credentials, FlowError, Request},
    iso7816::PinGate,
    kind::CardKind,
    simulator::{Recipe, kinds},
    transport::{NonceError, Nonces},
    trust::{Hierarchy, TrustStore},
    verify::Basis,
};

/// The same bytes whenever random ones are wanted, so that the output never changes. With a real card take `SystemNonces`.
struct Fixed;

impl Nonces for Fixed {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        Ok(vec![7; bytes])
    }
}

/// One line a kind: the simulated card, what it says it is, the verdict, and how many exchanges the reading took.
///
/// # Errors
/// Whatever issuing, reading or writing says.
pub fn run(time: Timestamp, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let trust = TrustStore::shipped()?.accepting(Hierarchy::Simulated);
    for known in kinds() {
        let mut card = known.name.parse::<Recipe>()?.card()?;
        let credentials = Credentials::from(&card);
        let mut request = Request::new("simulated", time);
        if known.kind == CardKind::MENKYO {
            request = request.application(CardKind::MENKYO);
        }
        match cards::read(&mut card, &request, credentials, &mut PinGate::new(false), &mut Fixed, &mut |_| {}) {
            Ok(dump) => {
                let findings =
                    cards::check(&dump, &trust, Basis::Live(time)).ok_or("cards of this kind are not verified")?;
                let (kind, verdict) = (dump.kind.as_str(), findings.overall().as_str());
                writeln!(out, "{:<20} {kind:<19} {verdict:<13} {} exchanges", known.name, dump.link.exchanges)?;
            }
            Err(FlowError::NotReadable(kind)) => writeln!(out, "{:<20} {kind} is recognised only", known.name)?,
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}

#[allow(dead_code)] // A test calls `run`.
fn main() -> Result<(), Box<dyn Error>> {
    run(Timestamp::now(), &mut std::io::stdout())
}
