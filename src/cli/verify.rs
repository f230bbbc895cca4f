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
    verify::{At, Basis},
};

use super::{Settings, args::name, basis, compare, files, output, problem, seal, trust};

/// Runs the command. Judges as of now, unless a seal is demanded or `--at` says otherwise.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let destinations = output::Destinations::of(matches)?;
    let form = compare::form(matches)?;
    let path = matches.get_one::<PathBuf>(name::FILE).cloned().unwrap_or_default();
    let dump = problem::parsed_dump(&path, &files::read_limited(&path, MAX_DUMP)?)?;
    let wanted = seal::wanted(matches);
    let sealed_by = seal::sealed_by(&path, &dump, wanted.as_deref())?;
    let store = trust::store(settings, matches)?;
    let at = matches.get_one::<At>(name::AT).copied();
    let basis = basis::saved(dump.read_at, at, wanted.is_some(), Timestamp::now())?;
    let saved = Saved { source: Source::Dump, accepted: trust::accepted(matches), sealed_by };
    let (findings, mut context) = saved.judge(&dump, &store, basis)?;
    context.form = form.map(|form| crate::compare::compare(&form, &findings));
    output::report(settings, matches, &findings, &context, destinations, || Ok(None))
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
    /// Judges on a basis.
    pub fn judge(self, dump: &Dump, store: &TrustStore, basis: Basis) -> Result<(Findings, Context), Problem> {
        let mut findings = cards::check(dump, store, basis).ok_or(Problem::UnsupportedKind(dump.kind))?;
        findings.notes.push(notes::presence(basis));
        let Self { source, accepted, sealed_by } = self;
        Ok((findings, Context { accepted, sealed_by, ..Context::of(dump, source) }))
    }
}
