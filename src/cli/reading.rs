//! Reading a card for any command: what the options ask for, what a source brings itself, and the question in the middle.

use std::{
    panic,
    path::PathBuf,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use clap::ArgMatches;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::{self, Ask, Credentials, Event, Findings, Outcome, Request, Sharing, flow, model, registry},
    crypto::ReaderKey,
    dump::{Dump, Scope},
    iso7816::PinGate,
    kind::CardKind,
    messages::{Problem, UsageError},
    text::japan_date,
    transport::{
        LinkFigures, Recording,
        recording::{ExtraHeader, GivenCredential},
    },
    trust::TrustStore,
};

use super::{
    args::name,
    files,
    reader::{Link, Source},
    terminal::{Question, Terminal},
};

/// One reading: what is asked of the card, and what opens it.
pub struct CheckOptions {
    request: Request,
    credentials: Credentials,
    allow_last_try: bool,
    /// What was given for the extra application, for the header of a recording.
    given: Option<Vec<GivenCredential>>,
}

impl CheckOptions {
    /// What the options say, or what a recording says that is played back.
    pub fn new(
        link: &mut Link,
        matches: &ArgMatches,
        entries: Option<Credentials>,
        trust: &Arc<TrustStore>,
        terminal: &Terminal,
    ) -> Result<Self, Problem> {
        let allow_last_try = matches.get_flag(name::ALLOW_LAST_TRY);
        let flag = |option| matches!(matches.try_get_one::<bool>(option), Ok(Some(true)));
        if let Source::Replay(replay) = link.source() {
            if let Some(option) = [name::AGE, name::WITHOUT_PIN].into_iter().find(|option| flag(option)) {
                return Err(Problem::RecordedScope { option });
            }
            let mut credentials = Credentials::recorded(replay);
            let entries = entries.unwrap_or_default();
            let (request, prepared) = flow::prepared(replay, &entries)?;
            credentials.extend(entries);
            link.plays(prepared);
            return Ok(Self::of(request, credentials, allow_last_try));
        }
        // Not every command that reads has these options.
        let given = |option| matches.try_get_one::<String>(option).ok().flatten().map(String::as_str);
        let asked = given(name::REQUEST);
        let scope = if matches.get_flag(name::WITHOUT_PIN) {
            Scope::WITHOUT_PIN
        } else if matches.get_flag(name::AGE) || asked == Some("age") {
            Scope::AGE
        } else {
            Scope::FULL
        };
        let mut request = Request::new(link.reader(), link.time())
            .scope(scope)
            .extra(matches.get_flag(name::JPKI))
            .inferring(Arc::clone(trust));
        let named = matches.get_one::<String>(name::APPLICATION);
        request.application = named.and_then(|kind| kind.parse::<CardKind>().ok());
        if let (Some(_), Some(kind)) = (asked, request.application)
            && !registry::find(kind).is_some_and(|(_, spec)| spec.shared)
        {
            return Err(Problem::OtherCardsOption { option: name::REQUEST, kind });
        }
        // Who says what to ask a phone for means a phone.
        if request.application.is_none() && (asked.is_some() || given(name::ENGAGEMENT).is_some()) {
            request.application = registry::shared();
        }
        request.picture = matches!(matches.try_contains_id(name::FRONT), Ok(true)).then_some(name::FRONT);
        request.sharing = sharing(matches, terminal)?;
        // A credentials file says all that there is; so does a simulated card.
        let settled = entries.is_some() || !link.is_live();
        request.ask = if settled { Ask::Never } else { Ask::IfMissing };
        Ok(Self::of(request, entries.unwrap_or_else(|| link.own_credentials()), allow_last_try))
    }

    /// What the program asked for that made a recording, of a card that takes its place.
    pub fn like(recording: &Recording, link: &Link, allow_last_try: bool) -> Result<Self, Problem> {
        let replay = crate::transport::Replay::new(recording.clone());
        let (recorded, _) = flow::prepared(&replay, &Credentials::default())?;
        let request = Request { time: link.time(), reader: link.reader().to_owned(), recorded: false, ..recorded };
        Ok(Self::of(request, link.own_credentials(), allow_last_try))
    }

    fn of(request: Request, credentials: Credentials, allow_last_try: bool) -> Self {
        let extras: Vec<_> = registry::extras().flat_map(|extra| extra.credentials.iter().copied()).collect();
        let given = request.extra.then(|| credentials.given(&extras));
        Self { request, credentials, allow_last_try, given }
    }

    /// Reads the card; if a person must be asked, in two transactions, and asks while the first one goes on.
    pub fn read(self, link: &mut Link, terminal: &Terminal) -> Result<Read, Problem> {
        let Self { request, credentials, allow_last_try, .. } = self;
        let mut gate = PinGate::new(allow_last_try);
        // Whoever must be asked is asked while the card still gives what needs no credential.
        let (questions, asked) = mpsc::channel::<Vec<Question>>();
        let (outcome, answer) = thread::scope(|scope| {
            let person = scope.spawn(move || {
                let entered = terminal.ask(&asked.recv().ok()?);
                Some((entered, Instant::now()))
            });
            let tell = &mut |event: Event<'_>| match event {
                Event::Asks { looked, gate } => {
                    let wanted = looked.wanted().into_iter();
                    // It is received unless the one who would ask has panicked, which comes to light below.
                    let _ = questions.send(wanted.map(|wanted| (wanted, looked.refusal(&wanted, gate))).collect());
                }
                event => terminal.event(event),
            };
            let outcome =
                link.with_card(|card, nonces| Ok(cards::start(card, &request, credentials, &mut gate, nonces, tell)?));
            let let_go = Instant::now();
            drop(questions);
            let answer = person.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
            (outcome, answer.map(|(entered, at)| (entered, at, at.saturating_duration_since(let_go))))
        });
        let (looked, entered, last_key, mut asked) = match (outcome?, answer) {
            (Outcome::Done(dump), _) => return Ok(Read::at_once(*dump)),
            (Outcome::Ask(looked), Some((entered, at, asked))) => (looked, entered?, at, asked),
            // A question comes before it.
            (Outcome::Ask(looked), None) => (looked, Credentials::default(), Instant::now(), Duration::ZERO),
        };
        let waiting = Instant::now();
        link.wait_again(&mut |waiting| terminal.waiting(waiting))?;
        asked += waiting.elapsed();
        let time = link.refresh_time();
        let tell = &mut |event: Event<'_>| terminal.event(event);
        let dump = link.with_card(|card, nonces| Ok(looked.read(card, time, entered, &mut gate, nonces, tell)?))?;
        Ok(Read { dump, asked, last_key: Some(last_key) })
    }

    /// What the recording's header needs of this plan, which reading consumes.
    pub fn header(&self) -> Header {
        Header { scope: self.request.scope, given: self.given.clone() }
    }
}

/// What came of a reading.
pub struct Read {
    /// What was read.
    pub dump: Dump,
    /// How long a person was waited for.
    pub asked: Duration,
    /// When the person pressed the last key.
    last_key: Option<Instant>,
}

impl Read {
    fn at_once(dump: Dump) -> Self {
        Self { dump, asked: Duration::ZERO, last_key: None }
    }

    /// What the link carried, as of now: after the verdict. `started` is when the command was.
    pub fn figures(&self, link: &Link, started: Instant) -> LinkFigures {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        LinkFigures {
            after_entry_exchanges: self.dump.link.after_entry_exchanges,
            after_entry_bytes: self.dump.link.after_entry_bytes,
            after_entry_ms: self.last_key.map(|key| ms(key.elapsed())),
            ..link.figures(started.elapsed().saturating_sub(self.asked))
        }
    }
}

/// What the header of a recording says about what was asked for.
pub struct Header {
    scope: Scope,
    given: Option<Vec<GivenCredential>>,
}

impl Header {
    /// The recording of a reading that ended so. `kind` is what the card is, if the reading did not say.
    pub fn recording(
        self,
        link: &mut Link,
        read: Result<&Dump, &Problem>,
        kind: Option<CardKind>,
    ) -> Option<Recording> {
        let done = read.ok().map(|dump| (dump.kind, dump.scope));
        let kind = done.map(|(kind, _)| kind).or(kind);
        let scope = done.map_or(self.scope, |(_, scope)| scope);
        link.take_recording(kind.map(CardKind::as_str), scope, self.given.map(|given| ExtraHeader { given }))
    }
}

/// Reads a card for a recording, which is there however the reading ended. `kind` is what the card is.
pub fn record(
    link: &mut Link,
    plan: CheckOptions,
    kind: CardKind,
    terminal: &Terminal,
) -> (Option<Recording>, Result<Dump, Problem>) {
    // A guest that was not asked for by name was read on its host's own account.
    let host = registry::is_guest(kind) && plan.request.application != Some(kind);
    let header = plan.header();
    let read = plan.read(link, terminal).map(|read| read.dump);
    let recording = header.recording(link, read.as_ref(), (!host).then_some(kind));
    (recording, read)
}

/// A recording played back: what it yields, and whether all of it was asked for.
pub struct Played {
    /// The reading, or the trouble in which it ended.
    pub read: Result<Dump, Problem>,
    /// Whether steps are left.
    pub rest: Result<(), Problem>,
}

/// Plays a recording back, with entries if it contains the handshake. Nobody is asked.
pub fn play(recording: &Recording, entries: &Credentials) -> Played {
    let (read, rest) = flow::play(recording, entries);
    Played { read: read.map_err(Problem::from), rest: rest.map_err(Problem::from) }
}

/// Refuses a recording whose reading asked for something else than the options say: it does not answer them.
pub fn as_asked(matches: &ArgMatches, findings: &Findings) -> Result<(), Problem> {
    let Some(request) = matches.get_one::<String>(name::REQUEST) else { return Ok(()) };
    let age = (request == "age").then(|| matches.get_one(name::AGE_OVER).copied().unwrap_or(flow::DEFAULT_AGE));
    let shared = registry::find(findings.kind).is_some_and(|(_, spec)| spec.shared);
    if shared && findings.age_condition.map(|condition| condition.age) == age {
        return Ok(());
    }
    let over = age.map(|age| format!(" --{} {age}", name::AGE_OVER)).unwrap_or_default();
    Err(Problem::OtherRequest { asked: format!("--{} {request}{over}", name::REQUEST) })
}

/// What a holder who decides what to share is asked for, as the options say.
fn sharing(matches: &ArgMatches, terminal: &Terminal) -> Result<Sharing, Problem> {
    let sex = matches!(matches.try_get_one::<bool>(name::SEX), Ok(Some(true)));
    let mut sharing = Sharing { sex, ..Sharing::default() };
    if let Ok(Some(age)) = matches.try_get_one::<u8>(name::AGE_OVER) {
        if matches.get_one::<String>(name::REQUEST).is_some_and(|request| request != "age") {
            let with = vec![format!("--{} identity", name::REQUEST)];
            let error = UsageError::Conflict { option: format!("--{}", name::AGE_OVER), with };
            return Err(Problem::Usage { command: "taimen check".to_owned(), error });
        }
        sharing.age = *age;
    }
    let kept = [name::SAVE_DUMP, name::RECORD, name::PHOTO, name::HTML, name::RECORDS];
    sharing.retained = kept.iter().any(|option| matches!(matches.try_contains_id(option), Ok(true)));
    if let Ok(Some(path)) = matches.try_get_one::<PathBuf>(name::READER_KEY) {
        let pem = Zeroizing::new(files::read_limited(path, MAX_READER_KEY)?);
        let not_a_key = |_| Problem::NotAReaderKey { path: path.display().to_string() };
        sharing.reader = Some(Arc::new(ReaderKey::from_pem(&pem).map_err(not_a_key)?));
    }
    if let Ok(Some(code)) = matches.try_get_one::<String>(name::ENGAGEMENT) {
        let asked = if code == "-" { terminal.ask_engagement() } else { Some(code.clone()) };
        let found = asked.and_then(|code| registry::scanned(&code)).ok_or(Problem::BadEngagement)?;
        sharing.found = Some(Arc::new(found));
    }
    Ok(sharing)
}

/// The most bytes of the file of a reader's key and certificates.
const MAX_READER_KEY: usize = 128 * 1024;

/// The entries of `--credentials`.
pub fn entries(matches: &ArgMatches) -> Result<Option<Credentials>, Problem> {
    let Some(path) = matches.get_one::<PathBuf>(name::CREDENTIALS) else { return Ok(None) };
    let bytes = Zeroizing::new(files::read_limited(path, model::MAX_FILE)?);
    let entries = Credentials::parse(&bytes)?;
    entries.plausible(japan_date(Timestamp::now()))?;
    Ok(Some(entries))
}
