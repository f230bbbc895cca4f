//! `taimen check`, the main job: recognise, ask, read, verify, show.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::ArgMatches;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::{self, recognise, residence_card::files::Generation},
    dump::{Dump, Scope},
    iso7816::{Session, Tries},
    kind::CardKind,
    lang::Bilingual,
    messages::{ExitCode, Problem},
    report::{Context, Source as ReportSource},
    transport::Recording,
    trust::Hierarchy,
    verify::{At, Basis},
};

use super::{
    Settings,
    args::name,
    basis,
    credentials::{self, Entries},
    files as paths,
    jpki::Jpki,
    licence, my_number, output,
    reader::{Link, Source},
    residence, seal,
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
    let record = paths::destination(matches, name::RECORD)?;
    let saved = paths::destination(matches, name::SAVE_DUMP)?;
    let destinations = output::Destinations::of(matches)?;
    let entries = entries(matches)?;
    let mut store = trust::store(settings, matches)?;
    let mut accepted = trust::accepted(matches);
    let seal = seal::key(matches)?;
    let address = matches.get_one::<String>(name::READER).map_or("pcsc", String::as_str);
    let wait = Duration::from_secs(matches.get_one::<u64>(name::WAIT).copied().unwrap_or(30));

    let mut link = Link::find(address, wait, record.is_some(), &mut |waiting| terminal.waiting(waiting))?;
    if matches!(link.source(), Source::Sim(_)) && !accepted.contains(&Hierarchy::Simulated) {
        accepted.push(Hierarchy::Simulated);
        store = store.accepting(Hierarchy::Simulated);
    }
    let at = matches.get_one::<At>(name::AT).copied();
    // Else a seal would turn a file that anybody may have written into one that somebody vouches for.
    if seal.is_some() && matches!(link.source(), Source::Replay(_)) && at != Some(At::Recorded) {
        return Err(Problem::SealWithoutWord);
    }
    let jpki = Jpki::wanted(&link, matches, entries.as_ref())?;
    let wish = Wish::new(&link, matches, entries.as_ref(), jpki.as_ref());
    let asked = wish.scope;
    let read = read(&mut link, wish, &terminal);
    let header = jpki.map(|jpki| jpki.header());
    // Nothing is presented any more: reports, pictures and files come without what was entered.
    drop(entries);
    terminal.done();

    let source = match link.source() {
        Source::Replay(_) => ReportSource::Replay,
        _ => ReportSource::Live,
    };
    // A session that failed is worth recording most; a recording that cannot be written must not hide the verdict.
    let done = read.as_ref().ok().map(|read| (read.dump.kind.as_str(), read.dump.scope));
    let scope = done.map_or(asked, |(_, scope)| scope);
    let recording = record.as_ref().zip(link.take_recording(done.map(|(kind, _)| kind), scope, header));
    let recorded = recording.map_or(Ok(()), |(path, recording)| terminal.write(path, recording.to_text().as_bytes()));
    let Read { mut dump, tries } = read?;
    let basis = match source {
        ReportSource::Replay => basis::saved(dump.read_at, at, false, Timestamp::now())?,
        _ => Basis::live(dump.read_at, at),
    };
    let mut findings = cards::check(&dump, &store, basis).ok_or(Problem::UnsupportedKind(dump.kind))?;
    if source == ReportSource::Replay {
        findings.notes.push(cards::notes::presence(basis));
    }
    let figures = link.figures(started.elapsed());
    dump.link = figures;
    link.finish()?;
    if let Some(key) = &seal {
        dump.seal(key);
    }
    let sealed_by = seal.map(|key| hex::encode(key.public_key().fingerprint()));
    let context = Context {
        sealed_by,
        source,
        reader: dump.reader.clone(),
        read_at: dump.read_at,
        link: figures,
        tries,
        accepted,
    };
    let save = || saved.map_or(Ok(()), |saved| terminal.write(&saved, dump.to_json().as_bytes()));
    output::report(settings, matches, &findings, &context, destinations, || recorded.and_then(|()| save()))
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
    /// What to read of a My Number Card, or what a recording holds.
    pub scope: Scope,
    /// Whether a licence is read without its PINs.
    pub without_pin: bool,
    /// Whether the licence application of a My Number Card is meant.
    pub menkyo: bool,
    /// The entries of a credentials file.
    pub entries: Option<&'a Entries>,
    /// The JPKI application of a My Number Card, where it is asked for.
    pub jpki: Option<&'a Jpki>,
    /// Whether a last try may be spent.
    pub allow_last_try: bool,
}

impl<'a> Wish<'a> {
    /// What the options say, and where a card is replayed, what its recording says.
    pub fn new(link: &Link, matches: &ArgMatches, entries: Option<&'a Entries>, jpki: Option<&'a Jpki>) -> Self {
        let without_pin = matches.get_flag(name::WITHOUT_PIN);
        let asked = if matches.get_flag(name::AGE) { Scope::AGE } else { Scope::FULL };
        let asked = if without_pin { Scope::WITHOUT_PIN } else { asked };
        let (recorded, kind) = told(link);
        let menkyo = CardKind::MENKYO.as_str();
        let named = matches.get_one::<String>(name::APPLICATION).map(String::as_str);
        Self {
            scope: recorded.unwrap_or(asked),
            without_pin,
            menkyo: named == Some(menkyo) || (named.is_none() && kind == Some(menkyo)),
            entries,
            jpki,
            allow_last_try: matches.get_flag(name::ALLOW_LAST_TRY),
        }
    }

    /// What a recording says, where there are no options.
    pub fn recorded(link: &Link, jpki: Option<&'a Jpki>, allow_last_try: bool) -> Self {
        let (scope, kind) = told(link);
        Self {
            scope: scope.unwrap_or(Scope::FULL),
            without_pin: false,
            menkyo: kind == Some(CardKind::MENKYO.as_str()),
            entries: None,
            jpki,
            allow_last_try,
        }
    }
}

/// Scope and kind that the header of a recording names.
fn told(link: &Link) -> (Option<Scope>, Option<&str>) {
    let Source::Replay(replay) = link.source() else { return (None, None) };
    let scope = replay.header().scope.as_deref();
    let scope = scope.and_then(|scope| scope.parse().ok());
    (scope, replay.header().card.as_deref())
}

/// Reads from a recording: nothing is told, nobody asked.
///
/// # Errors
/// [`Problem`].
pub fn replay(settings: &Settings, recording: &Recording) -> Result<Read, Problem> {
    let once = |allow_last_try| {
        let started = Instant::now();
        let mut link = Link::replaying(recording.clone());
        let jpki = Jpki::recorded(&link);
        let wish = Wish::recorded(&link, jpki.as_ref(), allow_last_try);
        let mut done = read(&mut link, wish, &Terminal::nobody(settings))?;
        done.dump.link = link.figures(started.elapsed());
        link.finish()?;
        Ok(done)
    };
    // Whether the last try was allowed then stands in no header. If it was, the recording goes on with it.
    match once(false) {
        Err(refused @ (Problem::LastTry { .. } | Problem::NoCounter { .. })) => once(true).map_err(|_| refused),
        done => done,
    }
}

/// A recording played back: what it yields, and whether all of it was asked for.
pub struct Played {
    /// The reading, or the trouble in which it ended.
    pub read: Result<Read, Problem>,
    /// Whether steps are left.
    pub rest: Result<(), Problem>,
}

/// Plays a recording back, with entries where it tells what was presented. Nobody is asked.
pub fn play(settings: &Settings, recording: &Recording, entries: Option<&Entries>) -> Played {
    let once = |allow_last_try| {
        let mut link = Link::replaying(recording.clone());
        let jpki = Jpki::recorded(&link);
        let wish = Wish { entries, ..Wish::recorded(&link, jpki.as_ref(), allow_last_try) };
        let read = read(&mut link, wish, &Terminal::nobody(settings));
        Played { read, rest: link.finish() }
    };
    let played = once(false);
    match (&played.read, &played.rest) {
        (Err(Problem::LastTry { .. } | Problem::NoCounter { .. }), Err(_)) => once(true),
        _ => played,
    }
}

/// Reads a card for a recording, which is there however the reading ended. `kind` is what the card is.
pub fn record(
    settings: &Settings,
    link: &mut Link,
    wish: Wish<'_>,
    kind: CardKind,
) -> (Option<Recording>, Result<Read, Problem>) {
    let read = read(link, wish, &Terminal::nobody(settings));
    let meant = match kind {
        CardKind::MENKYO if !wish.menkyo => CardKind::MY_NUMBER,
        kind => kind,
    };
    let done = read.as_ref().ok().map(|read| (read.dump.kind, read.dump.scope));
    let (kind, scope) = done.unwrap_or((meant, wish.scope));
    (link.take_recording(Some(kind.as_str()), scope, wish.jpki.map(Jpki::header)), read)
}

/// The entries of `--credentials`.
///
/// # Errors
/// [`Problem`].
pub fn entries(matches: &ArgMatches) -> Result<Option<Entries>, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::CREDENTIALS) else { return Ok(None) };
    let bytes = Zeroizing::new(paths::read_limited(path, credentials::MAX_FILE)?);
    Ok(Some(Entries::parse(&bytes)?))
}

/// How the first transaction ended.
pub enum First {
    /// With everything read.
    Read(Box<Read>),
    /// With a question to a person; the card is released meanwhile.
    Ask(Question),
}

/// What is asked, by the card.
pub enum Question {
    /// What is printed on a My Number Card.
    MyNumber(my_number::Question),
    /// The PINs of a licence.
    Licence(licence::Question),
    /// The number of a residence card.
    Residence(residence::Question),
}

/// Recognises the card and reads it; where a person must be asked, in two transactions.
fn read(link: &mut Link, wish: Wish<'_>, terminal: &Terminal) -> Result<Read, Problem> {
    let licence = licence::Plan::new(link, wish)?;
    let residence = residence::Plan::new(link, wish)?;
    // A malformed entry is refused before the card is touched; a missing one matters only to the card that needs it.
    let my_number = match my_number::Plan::new(link, wish) {
        Err(problem) if !matches!(problem, Problem::MissingCredential { .. }) => return Err(problem),
        plan => plan,
    };
    let mut my_number = Some(my_number);
    let mut plan = None;
    let first = link.with_card(|card, draws| {
        let mut session = Session::new(card);
        let recognised = recognise(&mut session)?;
        terminal.recognised(&recognised);
        // An option that means another card is refused before anything is presented.
        let licence_meant = recognised.kind == CardKind::LICENCE || wish.menkyo;
        if wish.without_pin && recognised.kind == CardKind::MY_NUMBER && !licence_meant {
            return Err(Problem::OtherCardsOption { option: name::WITHOUT_PIN, kind: recognised.kind });
        }
        if wish.scope == Scope::AGE && licence_meant {
            let kind = if wish.menkyo { CardKind::MENKYO } else { recognised.kind };
            return Err(Problem::OtherCardsOption { option: name::AGE, kind });
        }
        if wish.jpki.is_some() && (licence_meant || recognised.kind != CardKind::MY_NUMBER) {
            let kind = if wish.menkyo { CardKind::MENKYO } else { recognised.kind };
            return Err(Problem::OtherCardsOption { option: name::JPKI, kind });
        }
        match recognised.kind {
            CardKind::MY_NUMBER if wish.menkyo => {
                if !recognised.guests.contains(&CardKind::MENKYO) {
                    return Err(Problem::NoSuchApplication(CardKind::MENKYO));
                }
                licence.first(&mut session, None, terminal)
            }
            CardKind::MY_NUMBER => {
                let own = my_number.take().unwrap_or(Err(Problem::Internal { place: "check" }))?;
                plan.insert(own).first(&mut session, draws, recognised, terminal)
            }
            CardKind::LICENCE => licence.first(&mut session, Some(&recognised.licence), terminal),
            kind if Generation::of(kind).is_some() => {
                residence::fits(wish, kind)?;
                residence.first(&mut session, draws, &recognised, terminal)
            }
            other => Err(Problem::UnsupportedKind(other)),
        }
    })?;
    match (first, plan) {
        (First::Read(read), _) => Ok(*read),
        (First::Ask(Question::MyNumber(question)), Some(plan)) => plan.second(link, question, terminal),
        (First::Ask(Question::Licence(question)), _) => licence.second(link, question, terminal),
        (First::Ask(Question::Residence(question)), _) => residence.second(link, question, terminal),
        (First::Ask(Question::MyNumber(_)), None) => Err(Problem::Internal { place: "check" }),
    }
}
