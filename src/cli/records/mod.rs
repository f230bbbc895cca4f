//! `taimen records`: the confirmation record. Here is what its commands share.

pub mod add;
mod amend;
mod backup;
pub mod database;
mod export;
mod head;
mod init;
mod purge;
mod rekey;
mod report;
mod restore;
mod show;
mod verify;
pub mod views;

use clap::ArgMatches;
use jiff::{Timestamp, civil::Date, tz};
use zeroize::Zeroizing;

use crate::{
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem},
    records::store::{Appended, EntryKind, NewEntry, Place},
};

use super::{Settings, args::name, output};

pub use add::recorder;

/// The schema name of what the commands for the storage print with `--json`.
const SCHEMA: &str = "taimen.record-log/1";

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    match matches.subcommand() {
        Some(("init", matches)) => init::run(settings, matches),
        Some(("verify", matches)) => verify::run(settings, matches),
        Some(("head", matches)) => head::run(settings, matches),
        Some(("backup", matches)) => backup::run(settings, matches),
        Some(("restore", matches)) => restore::run(settings, matches),
        Some(("rekey", matches)) => rekey::run(settings, matches),
        Some(("purge", matches)) => purge::run(settings, matches),
        Some(("add", matches)) => add::run(settings, matches),
        Some(("list", matches)) => show::list(settings, matches),
        Some(("show", matches)) => show::show(settings, matches),
        Some(("find", matches)) => show::find(settings, matches),
        Some(("amend", matches)) => amend::amend(settings, matches),
        Some(("end", matches)) => amend::end(settings, matches),
        Some(("export", matches)) => export::run(settings, matches),
        Some(("report", matches)) => report::run(settings, matches),
        _ => Ok(ExitCode::Usage),
    }
}

/// The beginning of a day in Japan.
fn midnight(day: Date) -> Option<Timestamp> {
    let zone = tz::TimeZone::fixed(tz::Offset::constant(9));
    day.to_zoned(zone).ok().map(|zoned| zoned.timestamp())
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

/// Says it if the head is not kept beside the key.
pub fn warn_not_kept(settings: &Settings, appended: &Appended) {
    if let Some(error) = &appended.head_not_kept {
        output::complaint(settings, &Problem::Records(error.clone()));
    }
}

fn t(lang: Lang, ja: &'static str, en: &'static str) -> &'static str {
    Bilingual::new(ja, en).get(lang)
}

/// Rows of a name and a value.
fn rows<const N: usize>(lang: Lang, rows: [(&'static str, &'static str, String); N]) -> String {
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
