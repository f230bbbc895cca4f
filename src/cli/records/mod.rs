//! `taimen records`: the confirmation record. Here is what its commands share.

pub mod add;
pub mod amend;
pub mod args;
mod backup;
pub mod database;
mod export;
mod head;
mod init;
pub mod making;
mod purge;
mod rekey;
mod report;
mod restore;
mod show;
mod verify;
pub mod views;

use std::path::PathBuf;

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date, tz};
use zeroize::Zeroizing;

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem, StoreError},
    records::store::{Appended, EntryKind, Keys, NewEntry, Place, Store},
    transport::nonces::SystemNonces,
};

use super::{Settings, args::name, output};

pub use add::recorder;

/// The schema name of what the commands for the storage print with `--json`.
const SCHEMA: &str = "taimen.record-log/1";

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("add", matches)) => add::run(settings, matches),
        Some(("list", matches)) => show::list(settings, matches),
        Some(("show", matches)) => show::show(settings, matches),
        Some(("find", matches)) => show::find(settings, matches),
        Some(("amend", matches)) => amend::amend(settings, matches),
        Some(("end", matches)) => amend::end(settings, matches),
        Some(("export", matches)) => export::run(settings, matches),
        Some(("report", matches)) => report::run(settings, matches),
        Some(("init", matches)) => init::run(settings, matches),
        Some(("verify", matches)) => verify::run(settings, matches),
        Some(("head", matches)) => head::run(settings, matches),
        Some(("backup", matches)) => backup::run(settings, matches),
        Some(("restore", matches)) => restore::run(settings, matches),
        Some(("rekey", matches)) => rekey::run(settings, matches),
        Some(("purge", matches)) => purge::run(settings, matches),
        _ => Ok(ExitCode::Usage),
    }
}

/// The beginning of a day in Japan.
fn midnight(day: Date) -> Option<Timestamp> {
    let zone = tz::TimeZone::fixed(tz::Offset::constant(9));
    day.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

/// The database that `--records` names.
pub fn place(matches: &ArgMatches) -> Result<Place, Problem> {
    let url = matches.get_one::<String>(name::RECORDS).map(String::as_str).unwrap_or_default();
    Ok(Place::parse(url)?)
}

/// The folder for the heads of databases whose keys are in the system's key store.
fn heads() -> Result<PathBuf, Problem> {
    let folder = dirs::data_local_dir().ok_or(StoreError::NoKeyring)?.join("taimen").join("records");
    let made = std::fs::create_dir_all(&folder);
    made.map_err(|error| StoreError::Io { path: folder.display().to_string(), error: error.kind() })?;
    Ok(folder)
}

/// The file of the key, unless `--keyring` says where the key is: then that of the environment does not count.
fn key_file(matches: &ArgMatches) -> Option<&PathBuf> {
    matches.get_one::<PathBuf>(name::KEY).filter(|_| !matches.get_flag(name::KEYRING))
}

/// The keys that `--key` or `--keyring` names; `None` without either.
pub fn keys(matches: &ArgMatches, place: &Place) -> Result<Option<Keys>, Problem> {
    if matches.get_flag(name::KEYRING) {
        let database = Store::open_to_read(place.clone(), None)?.log().database;
        return Ok(Some(Keys::load_from_keyring(database, &heads()?)?));
    }
    let path = key_file(matches);
    Ok(path.map(|path| Keys::load(path, place)).transpose()?)
}

/// The database and its keys, to write.
pub fn open(matches: &ArgMatches) -> Result<Store, Problem> {
    let place = place(matches)?;
    let keys = keys(matches, &place)?.ok_or(StoreError::NoKeyGiven)?;
    Ok(Store::open(place, keys, Box::new(SystemNonces))?)
}

/// The database, and its keys if they are named, to read.
pub fn open_to_read(matches: &ArgMatches) -> Result<Store, Problem> {
    let place = place(matches)?;
    let keys = keys(matches, &place)?;
    Ok(Store::open_to_read(place, keys)?)
}

/// An entry of the program itself.
fn entry(kind: EntryKind, payload: &serde_json::Value) -> NewEntry {
    NewEntry {
        kind,
        of: None,
        profile: None,
        created_at: Timestamp::now(),
        payload: Zeroizing::new(payload.to_string().into_bytes()),
        with_photo: false,
        lookups: Vec::new(),
    }
}

/// Says what is not as it should be although the entry is saved.
pub fn warn(settings: &Settings, appended: &Appended) {
    for error in appended.warnings() {
        output::complaint(settings, &Problem::Records(error.clone()));
    }
}

fn t(lang: Lang, ja: &'static str, en: &'static str) -> &'static str {
    Bilingual::new(ja, en).get(lang)
}

/// Rows of a name and a value.
fn rows(lang: Lang, rows: impl IntoIterator<Item = (&'static str, &'static str, String)>) -> String {
    let line = |(ja, en, value): (&'static str, &'static str, String)| match lang {
        Lang::Ja => format!("  {ja}: {value}\n"),
        Lang::En => format!("  {en}: {value}\n"),
    };
    rows.into_iter().map(line).collect()
}

/// A copy of a database as a place.
fn file(path: &std::path::Path) -> Place {
    Place::Sqlite(path.to_owned())
}
