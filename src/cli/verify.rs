//! `taimen verify DUMP`: the same report from a saved dump, without the card.

use std::path::PathBuf;

use clap::ArgMatches;
use jiff::Timestamp;

use crate::{
    cards::{self, Findings, notes},
    dump::{Dump, MAX_DUMP},
    messages::{ExitCode, Problem},
    report::{Context, Source},
    trust::{Hierarchy, TrustStore},
};

use super::{Settings, args::name, files, output, problem, seal, trust};

/// Runs the command. Judges as of the reading's time unless `--at` says otherwise.
///
/// # Errors
/// [`Problem`].
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let dump = Dump::from_json(&files::read_limited(&path, MAX_DUMP)?).map_err(|error| problem::dump(&path, error))?;
    let sealed_by = seal::sealed_by(&path, &dump, seal::wanted(matches).as_deref())?;
    let store = trust::store(matches)?;
    let at = matches.get_one::<Timestamp>(name::AT).copied();
    let saved = Saved { source: Source::Dump, accepted: trust::accepted(matches), sealed_by };
    let (findings, context) = saved.judge(&dump, &store, at)?;
    output::report(settings, matches, &findings, &context, || Ok(()))
}

/// What belongs to a reading that is judged later.
pub struct Saved {
    /// A dump or a recording.
    pub source: Source,
    /// The hierarchies that `--accept` names.
    pub accepted: Vec<Hierarchy>,
    /// Who sealed it.
    pub sealed_by: Option<String>,
}

impl Saved {
    /// Judges as of the reading's time, or another.
    ///
    /// # Errors
    /// [`Problem::UnsupportedKind`].
    pub fn judge(self, dump: &Dump, store: &TrustStore, at: Option<Timestamp>) -> Result<(Findings, Context), Problem> {
        let at = at.unwrap_or(dump.read_at);
        let mut findings = cards::check(dump, store, at).ok_or(Problem::UnsupportedKind(dump.kind))?;
        findings.notes.push(notes::PRESENCE_THEN);
        let context = Context {
            source: self.source,
            reader: dump.reader.clone(),
            read_at: dump.read_at,
            link: dump.link,
            tries: Vec::new(),
            accepted: self.accepted,
            sealed_by: self.sealed_by,
        };
        Ok((findings, context))
    }
}
