//! `taimen check`, the main job: recognise, ask, read, verify, show.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::ArgMatches;

use crate::{
    cards::{
        self, Recognised,
        my_number::{self, Prepared, Reading, files},
        recognise,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Session, Tries},
    kind::CardKind,
    messages::{ExitCode, Problem},
    privacy::Pin,
    report::{Context, Source as ReportSource},
    transport::{Draws, Transport},
    trust::Hierarchy,
};

use super::{
    Settings,
    args::name,
    credentials::{self, Entries},
    files as paths, output,
    reader::{Link, Source, own_credential},
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
    let read = read(&mut link, scope, entries.as_ref(), matches.get_flag(name::ALLOW_LAST_TRY), &terminal);
    terminal.done();

    let source = match link.source() {
        Source::Replay(_) => ReportSource::Replay,
        _ => ReportSource::Live,
    };
    // A session that failed is worth recording most.
    let kind = read.as_ref().ok().map(|read| read.dump.kind.as_str());
    if let (Some(path), Some(recording)) = (record, link.take_recording(kind, scope)) {
        paths::write_private(path, recording.to_text().as_bytes())?;
        terminal.wrote(path);
    }
    let Read { mut dump, tries } = read?;
    let at = matches.get_one::<jiff::Timestamp>(name::AT).copied().unwrap_or(dump.read_at);
    let mut findings = cards::check(&dump, &store, at).ok_or(Problem::UnsupportedKind(dump.kind))?;
    if source == ReportSource::Replay {
        findings.notes.push(cards::notes::PRESENCE_THEN);
    }
    let figures = link.figures(started.elapsed());
    dump.link = figures;
    link.finish()?;
    if let Some(path) = matches.get_one::<PathBuf>(name::SAVE_DUMP) {
        paths::write_private(path, dump.to_json().as_bytes())?;
        terminal.wrote(path);
    }
    let context = Context {
        source,
        reader: dump.reader.clone(),
        read_at: dump.read_at,
        link: figures,
        tries: vec![tries],
        accepted,
    };
    output::report(settings, matches, &findings, &context)
}

/// What a reading yields.
struct Read {
    dump: Dump,
    /// The counter that is known at the end.
    tries: (crate::lang::Bilingual, Tries),
}

fn scope(link: &Link, matches: &ArgMatches) -> Scope {
    let recorded = match link.source() {
        Source::Replay(replay) => replay.header().scope.as_deref(),
        _ => None,
    };
    if matches.get_flag(name::AGE) || recorded == Some("age") { Scope::Age } else { Scope::Full }
}

fn entries(matches: &ArgMatches) -> Result<Option<Entries>, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::CREDENTIALS) else { return Ok(None) };
    let bytes = zeroize::Zeroizing::new(paths::read_limited(Path::new(path), credentials::MAX_FILE)?);
    Ok(Some(Entries::parse(&bytes)?))
}

fn read(
    link: &mut Link,
    scope: Scope,
    entries: Option<&Entries>,
    allow_last_try: bool,
    terminal: &Terminal,
) -> Result<Read, Problem> {
    let known = match (entries, own_credential(link.source(), scope)) {
        // The entries are checked before the card is touched.
        (Some(entries), _) => Some(entries.my_number(scope)?),
        (None, own) => own,
    };
    let asked_in_the_middle = match link.source() {
        Source::Replay(replay) => replay.asked_in_the_middle(),
        _ => known.is_none(),
    };
    let reference = match scope {
        Scope::Full | Scope::Pin1 | Scope::WithoutPin => &files::FACE_NUMBER_B,
        Scope::Age => &files::FACE_BIRTH_DATE,
    };
    let mut gate = PinGate::new(allow_last_try);
    let reader = link.reader().to_owned();
    let time = link.time();
    let private_withheld = matches!(link.source(), Source::Replay(_));
    let mut reading = |session: &mut Session<&mut dyn Transport>,
                       draws: &mut dyn Draws,
                       credential: &Pin,
                       guests: Vec<CardKind>,
                       prepared: Option<Prepared>| {
        let reading = Reading {
            scope,
            credential,
            gate: &mut gate,
            prepared,
            draws,
            time,
            reader: reader.clone(),
            guests,
            private_withheld,
            progress: &mut |step, done, total| terminal.progress(step, done, total),
        };
        Ok::<Dump, Problem>(reading.run(session)?)
    };

    let dump = if asked_in_the_middle {
        let (recognised, prepared, step) = link.with_card(|card, _| {
            let mut session = Session::new(card);
            let recognised = my_number_card(&mut session)?;
            terminal.recognised(&recognised);
            let prepared = my_number::prepare(&mut session, reference)?;
            Ok((recognised, prepared, session.step()))
        })?;
        terminal.tries(reference.title, prepared.tries);
        let credential = match known {
            Some(known) => known,
            None => terminal.ask_my_number(reference, scope, prepared.tries, allow_last_try)?,
        };
        link.with_card(|card, draws| {
            let mut session = Session::with_step(card, step);
            reading(&mut session, draws, &credential, recognised.guests, Some(prepared))
        })?
    } else {
        let credential = known.ok_or(Problem::Internal { place: "check" })?;
        link.with_card(|card, draws| {
            let mut session = Session::new(card);
            let recognised = my_number_card(&mut session)?;
            terminal.recognised(&recognised);
            reading(&mut session, draws, &credential, recognised.guests, None)
        })?
    };
    // A success sets the counter back to its limit.
    Ok(Read { dump, tries: (reference.title, Tries::Left(reference.limit)) })
}

fn my_number_card<T: Transport>(session: &mut Session<T>) -> Result<Recognised, Problem> {
    let recognised = recognise(session)?;
    match recognised.kind {
        CardKind::MyNumber => Ok(recognised),
        other => Err(Problem::UnsupportedKind(other)),
    }
}
