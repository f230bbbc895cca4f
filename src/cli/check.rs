//! `taimen check`, the main job: recognise, ask, read, verify, show.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use clap::ArgMatches;
use jiff::Timestamp;

use crate::{
    cards,
    messages::{ExitCode, Problem},
    report::{Context, Source as ReportSource},
    trust::Hierarchy,
    verify::{At, Basis},
};

#[cfg(feature = "records")]
use super::records;
use super::{
    Settings,
    args::name,
    basis, compare, files, output,
    reader::{Link, Source},
    reading::{self, CheckOptions},
    seal,
    terminal::Terminal,
    trust,
};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let started = Instant::now();
    let terminal = Terminal::new(settings, matches.get_flag(name::JSON));
    let record = files::destination(matches, name::RECORD)?;
    let saved = files::destination(matches, name::SAVE_DUMP)?;
    let destinations = output::Destinations::of(matches)?;
    let form = compare::form(matches)?;
    let entries = reading::entries(matches)?;
    let mut store = trust::store(settings, matches)?;
    let mut accepted = trust::accepted(matches);
    let seal = seal::key(matches)?;
    // Opened and found to be writable before any credential is spent.
    #[cfg(feature = "records")]
    let mut recorder = records::recorder(matches)?;
    let address = matches.get_one::<String>(name::READER).map_or("pcsc", String::as_str);
    let wait = Duration::from_secs(matches.get_one::<u64>(name::WAIT).copied().unwrap_or(30));

    let mut link = Link::find(address, wait, record.is_some(), &mut |waiting| terminal.waiting(waiting))?;
    #[cfg(feature = "records")]
    if let (Source::Sim(_), Some(recorder)) = (link.source(), &recorder) {
        recorder.takes_simulated()?;
    }
    if matches!(link.source(), Source::Sim(_)) && !accepted.contains(&Hierarchy::Simulated) {
        accepted.push(Hierarchy::Simulated);
        store = store.accepting(Hierarchy::Simulated);
    }
    let at = matches.get_one::<At>(name::AT).copied();
    // Else a seal would turn a file that anybody may have written into one that somebody vouches for.
    if seal.is_some() && matches!(link.source(), Source::Replay(_)) && at != Some(At::Recorded) {
        return Err(Problem::SealWithoutWord);
    }
    let store = Arc::new(store);
    let plan = CheckOptions::new(&mut link, matches, entries, &store, &terminal)?;
    let header = plan.header();
    let read = plan.read(&mut link, &terminal);
    terminal.done();

    let source = match link.source() {
        Source::Replay(_) => ReportSource::Replay,
        _ => ReportSource::Live,
    };
    // A session that failed is worth recording most; a recording that cannot be written must not hide the verdict.
    if record.is_some() && link.is_withdrawn() {
        terminal.not_recorded();
    }
    let recording = record.as_ref().zip(header.recording(&mut link, read.as_ref().map(|read| &read.dump), None));
    let recorded = recording.map_or(Ok(()), |(path, recording)| terminal.write(path, recording.to_text().as_bytes()));
    let mut read = read?;
    let dump = &read.dump;
    let basis = match source {
        ReportSource::Replay => basis::saved(dump.read_at, at, false, Timestamp::now())?,
        _ => Basis::live(dump.read_at, at),
    };
    let mut findings = cards::check(dump, &store, basis).ok_or(Problem::UnsupportedKind(dump.kind))?;
    if source == ReportSource::Replay {
        reading::as_asked(matches, &findings)?;
        findings.notes.push(cards::notes::presence(basis));
    }
    read.dump.link = read.figures(&link, started);
    link.finish()?;
    let mut dump = read.dump;
    if let Some(key) = &seal {
        dump.seal(key);
    }
    let sealed_by = seal.map(|key| hex::encode(key.public_key().fingerprint()));
    let form = form.map(|form| crate::compare::compare(&form, &findings));
    let context = Context { sealed_by, accepted, form, ..Context::of(&dump, source) };
    let save = || saved.map_or(Ok(()), |saved| terminal.write(&saved, dump.to_json().as_bytes()));
    let further = || {
        // The record comes first: it must not be missing because a file could not be written.
        #[cfg(feature = "records")]
        let record = recorder.as_mut().map(|recorder| recorder.record(settings, &findings, &context, &dump));
        #[cfg(not(feature = "records"))]
        let record: Option<Result<Option<output::Saved>, Problem>> = None;
        let record = record.transpose()?.flatten();
        recorded.and_then(|()| save())?;
        Ok(record)
    };
    output::report(settings, matches, &findings, &context, destinations, further)
}
