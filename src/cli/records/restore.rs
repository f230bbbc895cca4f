//! `taimen records restore`: a new database from a backup.

use std::path::PathBuf;

use clap::ArgMatches;

use crate::{
    messages::{ExitCode, Problem, StoreError},
    records::store::{Keys, Store},
};

use super::{
    Settings, file, heads, name, output, place,
    verify::{self, Signer},
};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let place = place(matches)?;
    let from = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let keys = if matches.get_flag(name::KEYRING) {
        let database = Store::open_to_read(file(&from), None)?.log().database;
        Keys::load_from_keyring(database, &heads()?)?
    } else {
        let path = matches.get_one::<PathBuf>(name::KEY).ok_or(StoreError::NoKeyGiven)?;
        Keys::load(path, &place)?
    };
    let report = Store::restore(&from, place.clone(), keys, matches.get_flag(name::ACCEPT_LOSS))?;
    if matches.get_flag(name::JSON) {
        output::line(&verify::json(&report, Signer::Known))?;
    } else {
        output::text(&verify::words(settings.lang, &place.to_string(), &report, Signer::Known))?;
    }
    Ok(verify::exit(&report))
}
