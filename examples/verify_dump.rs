//! Verifies a saved dump without any card: a pure function of the dump, the trust store and the basis.
//!
//! Needs no feature and no system library: `cargo run --no-default-features --example verify_dump -- DUMP.json [recorded]`.
//! With `recorded` the person who runs it vouches for the whole file. The exit code is that of `taimen verify`.

use std::{error::Error, io::Write, process::ExitCode};

use jiff::Timestamp;
use taimen::{
    cards,
    dump::Dump,
    report::{Context, Options, Report, Source},
    trust::TrustStore,
    verify::{At, Basis, Overall},
};

/// Judges a dump and writes the JSON report. Anybody can write a time into a file, or change what is not signed: so it is
/// judged as of now, unless somebody vouches for the whole file (`Some(At::Recorded)`).
///
/// # Errors
/// What is not a dump, a time that has not come yet, a kind that is recognised only, and whatever writing says.
pub fn run(json: &[u8], trust: &TrustStore, at: Option<At>, out: &mut dyn Write) -> Result<Overall, Box<dyn Error>> {
    let dump = Dump::from_json(json)?;
    let basis = Basis::saved(dump.read_at, at, false, Timestamp::now())?;
    let findings = cards::check(&dump, trust, basis).ok_or("cards of this kind are not verified")?;
    let context = Context::of(&dump, Source::Dump);
    let report = Report { findings: &findings, context: &context, options: Options::default() };
    out.write_all(report.json().as_bytes())?;
    Ok(findings.overall())
}

#[allow(dead_code)] // A test calls `run`.
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: verify_dump DUMP.json [recorded]")?;
    let at = std::env::args().nth(2).filter(|word| word == "recorded").map(|_| At::Recorded);
    // Production and what is given with `TrustStore::with`; a simulated card's dump is rejected by name here.
    let overall = run(&std::fs::read(path)?, &TrustStore::shipped()?, at, &mut std::io::stdout())?;
    Ok(ExitCode::from(match overall {
        Overall::Authentic => 0,
        Overall::Rejected => 1,
        Overall::Undetermined => 3,
    }))
}
