//! An integration test without a card and without a reader: a simulated card with a fault, read by the program under test.
//! The names of the faults stand in `docs/simulator.md`. Needs no feature:
//! `cargo run --no-default-features --features simulator --example test_with_fault`.

use std::{error::Error, io::Write};

use taimen::{
    cards::{self, Credentials, FlowError, Request},
    dump::Dump,
    iso7816::PinGate,
    simulator::{Recipe, SimulatedCard},
    transport::nonces::ListedNonces,
    trust::{Hierarchy, TrustStore},
    verify::{Basis, CheckId, Reason, Verdict},
};

/// The program under test: here it is the reading alone.
fn read(card: &mut SimulatedCard) -> Result<Dump, FlowError> {
    let (request, credentials) = (Request::new("test", TIME), Credentials::from(&*card));
    let mut nonces = ListedNonces::new(vec![vec![1; 32], vec![2; 32]]);
    cards::read(card, &request, credentials, &mut PinGate::new(false), &mut nonces, &mut |_| {})
}

/// A time of our choice; nothing in the library looks at a clock.
const TIME: jiff::Timestamp = jiff::Timestamp::constant(1_795_312_800, 0);

/// Three lines a case: the card, the program under test, what it must say.
///
/// # Errors
/// Whatever issuing or writing says.
pub fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let trust = TrustStore::shipped()?.accepting(Hierarchy::Simulated);

    let mut card = "my-number?fault=swapped-photo".parse::<Recipe>()?.card()?;
    let findings =
        cards::check(&read(&mut card)?, &trust, Basis::Live(TIME)).ok_or("cards of this kind are not verified")?;
    assert_eq!(findings.verdict(CheckId::FaceSignature), Some(Verdict::Failed(Reason::SignatureMismatch)));
    writeln!(out, "swapped-photo: {}", findings.overall().as_str())?;

    let mut pulled = "my-number?fault=removed-at=5".parse::<Recipe>()?.card()?;
    let error = read(&mut pulled).err().ok_or("the card was pulled away")?;
    writeln!(out, "removed-at=5: {error}")?;

    let mut last = "my-number?fault=last-try".parse::<Recipe>()?.card()?;
    let refused = read(&mut last).err().ok_or("the last try was spent")?;
    writeln!(out, "last-try: {refused}")?;
    Ok(())
}

#[allow(dead_code)] // A test calls `run`.
fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
