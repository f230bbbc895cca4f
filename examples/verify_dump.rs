//! Verifies a saved dump without any card: a pure function of the dump, the trust store and a time.
//!
//! Needs no feature and no system library: `cargo run --no-default-features --example verify_dump -- DUMP.json`. The exit
//! code is that of `taimen verify`.

use std::{error::Error, io::Write, process::ExitCode};

use taimen::{
    cards,
    dump::Dump,
    report::{Context, Options, Report, Source},
    trust::TrustStore,
    verify::Overall,
};

/// Judges a dump as of the time of its reading, and writes the JSON report.
///
/// # Errors
/// What is no dump, a kind that is recognised only, and whatever writing says.
pub fn run(json: &[u8], trust: &TrustStore, out: &mut dyn Write) -> Result<Overall, Box<dyn Error>> {
    let dump = Dump::from_json(json)?;
    let findings = cards::check(&dump, trust, dump.read_at).ok_or("cards of this kind are not verified")?;
    let context = Context::of(&dump, Source::Dump);
    let report = Report { findings: &findings, context: &context, options: Options::default() };
    out.write_all(report.json().as_bytes())?;
    Ok(findings.overall())
}

#[allow(dead_code)] // A test calls `run`.
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: verify_dump DUMP.json")?;
    // Production and what is given with `TrustStore::with`; a simulated card's dump is rejected by name here.
    let overall = run(&std::fs::read(path)?, &TrustStore::shipped()?, &mut std::io::stdout())?;
    Ok(ExitCode::from(match overall {
        Overall::Authentic => 0,
        Overall::Rejected => 1,
        Overall::Undetermined => 3,
    }))
}
