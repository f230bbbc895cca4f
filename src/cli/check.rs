//! `taimen check`, the main job: recognise, ask, read, verify, show.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::ArgMatches;
use zeroize::Zeroizing;

use crate::{
    cards::{self, recognise},
    dump::{Dump, Scope},
    iso7816::{Session, Tries},
    kind::CardKind,
    lang::Bilingual,
    messages::{ExitCode, Problem},
    report::{Context, Source as ReportSource},
    trust::Hierarchy,
};

use super::{
    Settings,
    args::name,
    credentials::{self, Entries},
    files as paths, my_number, output,
    reader::{Link, Source, scope_name},
    terminal::Terminal,
    trust,
};

/// Runs the command.
///
/// # Errors
/// [`Problem`].
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let started = Instant::now();
    let terminal = Terminal::new(settings, matches.get_flag(name::JSON));
    let entries = entries(matches)?;
    let mut store = trust::store(matches)?;
    let mut accepted = trust::accepted(matches);
    let record = matches.get_one::<PathBuf>(name::RECORD);
    let address = matches.get_one::<String>(name::READER).map_or("pcsc", String::as_str);
    let wait = Duration::from_secs(matches.get_one::<u64>(name::WAIT).copied().unwrap_or(30));

    let mut link = Link::find(address, wait, record.is_some(), &mut |waiting| terminal.waiting(waiting))?;
    if matches!(link.source(), Source::Sim(_)) && !accepted.contains(&Hierarchy::Simulated) {
        accepted.push(Hierarchy::Simulated);
        store = store.accepting(Hierarchy::Simulated);
    }
    let scope = scope(&link, matches);
    let wish = Wish { scope, entries: entries.as_ref(), allow_last_try: matches.get_flag(name::ALLOW_LAST_TRY) };
    let read = read(&mut link, wish, &terminal);
    terminal.done();

    let source = match link.source() {
        Source::Replay(_) => ReportSource::Replay,
        _ => ReportSource::Live,
    };
    // A session that failed is worth recording most; a recording that cannot be written must not hide the verdict.
    let kind = read.as_ref().ok().map(|read| read.dump.kind.as_str());
    let recording = record.zip(link.take_recording(kind, scope));
    let recorded = recording.map_or(Ok(()), |(path, recording)| terminal.write(path, recording.to_text().as_bytes()));
    let Read { mut dump, tries } = read?;
    let at = matches.get_one::<jiff::Timestamp>(name::AT).copied().unwrap_or(dump.read_at);
    let mut findings = cards::check(&dump, &store, at).ok_or(Problem::UnsupportedKind(dump.kind))?;
    if source == ReportSource::Replay {
        findings.notes.push(cards::notes::PRESENCE_THEN);
    }
    let figures = link.figures(started.elapsed());
    dump.link = figures;
    link.finish()?;
    let context =
        Context { source, reader: dump.reader.clone(), read_at: dump.read_at, link: figures, tries, accepted };
    let saved = matches.get_one::<PathBuf>(name::SAVE_DUMP);
    let save = || saved.map_or(Ok(()), |path| terminal.write(path, dump.to_json().as_bytes()));
    output::report(settings, matches, &findings, &context, || recorded.and_then(|()| save()))
}

/// What a reading yields.
pub struct Read {
    /// What was read.
    pub dump: Dump,
    /// The counters that are known at the end.
    pub tries: Vec<(Bilingual, Tries)>,
}

/// What every card's reading needs to know of the command.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// What to read.
    pub scope: Scope,
    /// The entries of a credentials file.
    pub entries: Option<&'a Entries>,
    /// Whether a last try may be spent.
    pub allow_last_try: bool,
}

fn scope(link: &Link, matches: &ArgMatches) -> Scope {
    let recorded = match link.source() {
        Source::Replay(replay) => replay.header().scope.as_deref(),
        _ => None,
    };
    if matches.get_flag(name::AGE) || recorded == Some(scope_name(Scope::Age)) { Scope::Age } else { Scope::Full }
}

fn entries(matches: &ArgMatches) -> Result<Option<Entries>, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::CREDENTIALS) else { return Ok(None) };
    let bytes = Zeroizing::new(paths::read_limited(path, credentials::MAX_FILE)?);
    Ok(Some(Entries::parse(&bytes)?))
}

/// How the first transaction ended.
enum First {
    /// With everything read.
    Read(Read),
    /// With a question to a person; the card is released meanwhile.
    Ask(my_number::Question),
}

/// Recognises the card and reads it; where a person must be asked, in two transactions.
fn read(link: &mut Link, wish: Wish<'_>, terminal: &Terminal) -> Result<Read, Problem> {
    let plan = my_number::Plan::new(link, wish)?;
    let first = link.with_card(|card, draws| {
        let mut session = Session::new(card);
        let recognised = recognise(&mut session)?;
        terminal.recognised(&recognised);
        match recognised.kind {
            CardKind::MyNumber => plan.first(&mut session, draws, recognised, terminal),
            other => Err(Problem::UnsupportedKind(other)),
        }
    })?;
    match first {
        First::Read(read) => Ok(read),
        First::Ask(question) => plan.second(link, question, terminal),
    }
}

impl From<Read> for First {
    fn from(read: Read) -> Self {
        Self::Read(read)
    }
}

impl From<my_number::Question> for First {
    fn from(question: my_number::Question) -> Self {
        Self::Ask(question)
    }
}
