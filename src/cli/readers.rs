//! `taimen readers`: the readers of this machine.

use clap::ArgMatches;
use serde_json::json;

use crate::{
    lang::Bilingual,
    messages::{ExitCode, Problem},
    transport::pcsc::{self, ReaderInfo, Slot},
};

use super::{Settings, args::name, output};

/// The schema name of the JSON output.
const SCHEMA: &str = "taimen.readers/1";

/// Runs the command.
///
/// # Errors
/// [`Problem::Transport`] when the smart card service is out of reach; no reader at all is `NoReader`.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let readers = pcsc::readers()?;
    if matches.get_flag(name::JSON) {
        let rows: Vec<_> = readers
            .iter()
            .map(|reader| {
                json!({
                    "name": reader.name,
                    "card": reader.card,
                    "atr": hex::encode_upper(&reader.atr),
                    "slot": slot(reader.slot).1,
                })
            })
            .collect();
        output::line(&json!({"schema": SCHEMA, "readers": rows}))?;
        return Ok(ExitCode::Authentic);
    }
    if readers.is_empty() {
        return Err(crate::transport::TransportError::NoReader.into());
    }
    for reader in &readers {
        output::text(&line(settings, reader))?;
    }
    Ok(ExitCode::Authentic)
}

fn line(settings: &Settings, reader: &ReaderInfo) -> String {
    let card = if reader.card {
        Bilingual::new("カードあり", "card present")
    } else {
        Bilingual::new("カードなし", "no card")
    };
    let (words, _) = slot(reader.slot);
    let name = crate::report::visible(&reader.name);
    format!("{name} - {}{}\n", card.get(settings.lang), words.get(settings.lang))
}

/// What the slot is, for people and for scripts.
fn slot(slot: Slot) -> (Bilingual, &'static str) {
    match slot {
        Slot::Contactless => (Bilingual::new("（非接触）", " (contactless)"), "contactless"),
        Slot::Unknown => (Bilingual::new("", ""), "unknown"),
        Slot::Sam => (Bilingual::new("（SAM用。カードは置けません）", " (security module, no card goes here)"), "sam"),
    }
}
