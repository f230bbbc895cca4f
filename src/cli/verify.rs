//! `taimen verify DUMP`: the same report from a saved dump, without the card.

use std::path::PathBuf;

use clap::ArgMatches;

use crate::{
    cards::{self, notes},
    dump::{Dump, MAX_DUMP},
    messages::{ExitCode, Problem},
    report::{Context, Source},
};

use super::{Settings, args::name, files, output, problem, seal, trust};

/// Runs the command. Judges as of the reading's time unless `--at` says otherwise.
///
/// # Errors
/// [`Problem`].
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let dump = Dump::from_json(&files::read_limited(&path, MAX_DUMP)?).map_err(|error| problem::dump(&path, error))?;
    let sealed_by = seal::sealed_by(&path, &dump, matches)?;
    let store = trust::store(matches)?;
    let at = matches.get_one::<jiff::Timestamp>(name::AT).copied().unwrap_or(dump.read_at);
    let mut findings = cards::check(&dump, &store, at).ok_or(Problem::UnsupportedKind(dump.kind))?;
    findings.notes.push(notes::PRESENCE_THEN);
    let context = Context {
        source: Source::Dump,
        reader: dump.reader.clone(),
        read_at: dump.read_at,
        link: dump.link,
        tries: Vec::new(),
        accepted: trust::accepted(matches),
        sealed_by,
    };
    output::report(settings, matches, &findings, &context, || Ok(()))
}
