//! The one way to read any card: recognise it, look at its counters, say what it wants, read it.
//!
//! [`start`] does it in one go if everything that the card wants is there. If a person must be asked in between, it returns
//! what for, the card is let go, and [`Looked::read`] goes on: a card is never held while somebody types.

use jiff::Timestamp;

use crate::{
    dump::{Dump, Scope},
    iso7816::{CardError, CardSession, Command, Le, PinGate, ReadStep, Refusal, Response, RetryCounter, Session},
    kind::CardKind,
    lang::Bilingual,
    text::japan_date,
    transport::{LinkFigures, Metered, Nonces, Recording, Replay, Transport, replay::UnusedSteps},
};

use super::{
    EntryError, ReadError,
    model::{
        Access, Card, CardState, CredentialSpec, Credentials, Entry, Extent, FREE_FILE, Found, KindSpec, LookContext,
        Probe, Recognition, Reference, allowed, read_steps,
    },
    registry,
};

/// What is asked of a card, whichever it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// How much. A scope whose optional credential is missing becomes the smaller one that the card declares for that.
    pub scope: Scope,
    /// Which application of a card that carries several; `None`: its own.
    pub application: Option<CardKind>,
    /// Whether the card's extra application is read too.
    pub extra: bool,
    /// The reader's time: it is in the challenges and in the dump.
    pub time: Timestamp,
    /// Which reader; goes into the dump. Nothing is decided by it.
    pub reader: String,
    /// Whether somebody can be asked for what is missing.
    pub ask: Ask,
    /// Whether a recording is instead of the card: it holds no bytes of private files.
    pub(crate) recorded: bool,
}

/// Whether somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ask {
    /// Nobody: what is missing is an error.
    #[default]
    Never,
    /// If the card wants what was not given.
    IfMissing,
    /// The card is let go in the middle whatever it wants, as a recording was made.
    Always,
}

impl Request {
    /// Everything that the default check shows; nobody is asked.
    pub fn new(reader: impl Into<String>, time: Timestamp) -> Self {
        let (scope, application, extra) = (Scope::FULL, None, false);
        Self { scope, application, extra, time, reader: reader.into(), ask: Ask::Never, recorded: false }
    }

    /// What the program asked for that made a recording.
    ///
    /// # Errors
    /// [`FlowError::NoTime`].
    pub fn recorded(replay: &Replay) -> Result<Self, FlowError> {
        let header = replay.header();
        let kind = header.card.as_deref().and_then(|card| card.parse().ok());
        Ok(Self {
            scope: header.scope.as_deref().and_then(|scope| scope.parse().ok()).unwrap_or(Scope::FULL),
            // Every other kind is what recognition finds by itself.
            application: kind.filter(|kind| registry::is_guest(*kind)),
            extra: header.jpki.is_some(),
            ask: if replay.asked_in_the_middle() { Ask::Always } else { Ask::Never },
            recorded: true,
            ..Self::new(header.reader.as_deref().unwrap_or("replay"), header.time.ok_or(FlowError::NoTime)?)
        })
    }

    /// The same with another scope.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The same of one application.
    #[must_use]
    pub fn application(self, application: CardKind) -> Self {
        Self { application: Some(application), ..self }
    }

    /// The same with the extra application.
    #[must_use]
    pub fn extra(self, extra: bool) -> Self {
        Self { extra, ..self }
    }

    /// The same with somebody to ask.
    #[must_use]
    pub fn ask(self, ask: Ask) -> Self {
        Self { ask, ..self }
    }

    /// Refuses what the recognised card does not have, before anything is presented to it.
    fn fits(&self, recognised: &Recognised) -> Result<Meant, FlowError> {
        let found = match self.application {
            Some(guest) if recognised.guests.contains(&guest) => Found::plain(guest),
            Some(other) if other != recognised.kind => return Err(FlowError::NoSuchApplication(other)),
            _ => recognised.found.clone(),
        };
        let kind = found.kind;
        let (card, spec) = registry::find(kind).ok_or(FlowError::NotReadable(kind))?;
        if spec.scopes.is_empty() {
            return Err(FlowError::NotReadable(kind));
        }
        let foreign = |asked| FlowError::NotOfThisCard { asked, kind };
        spec.scope(self.scope).ok_or(foreign(self.scope.as_str()))?;
        if self.extra && !spec.extra.is_some_and(|extra| extra.scope == self.scope) {
            return Err(foreign(registry::extras().next().map_or("extra", |extra| extra.id)));
        }
        Ok(Meant { card, spec, found })
    }
}

/// The card that is read, as the registry knows it.
#[derive(Clone)]
struct Meant {
    card: &'static dyn Card,
    spec: &'static KindSpec,
    found: Found,
}

/// What was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recognised {
    /// The card's kind.
    pub kind: CardKind,
    /// Other applications on the same chip.
    pub guests: Vec<CardKind>,
    found: Found,
}

/// What is reported while a card is read.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Which card it is.
    Recognised(&'a Recognised),
    /// What a counter says, before the credential is presented.
    Counter {
        /// The reference that it counts.
        reference: &'static Reference,
        /// Its counter.
        retry_counter: RetryCounter,
    },
    /// A step goes on.
    Step {
        /// What to show.
        title: Bilingual,
        /// Bytes of its file so far.
        done: usize,
        /// Bytes of the file; 0 if there is none or nobody knows.
        total: usize,
    },
}

/// Called while a card is read.
pub type Tell<'a> = &'a mut dyn FnMut(Event<'_>);

/// Why no card was recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecogniseError {
    /// The card is not one of the known kinds.
    #[error("the card is not of a known kind")]
    Unknown,
    /// The link broke.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// Why a card was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// It was not recognised.
    #[error(transparent)]
    Recognise(#[from] RecogniseError),
    /// Its reading ended without a dump.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is recognised, and this version reads no card of the kind.
    #[error("cards of the kind {0} are recognised only")]
    NotReadable(CardKind),
    /// The card does not hold the application that was asked for.
    #[error("the card does not hold the application {0}")]
    NoSuchApplication(CardKind),
    /// The scope, or the extra application, belongs to another kind of card. Nothing was presented.
    #[error("{asked} does not apply to {kind}")]
    NotOfThisCard {
        /// What was asked for: the name of a scope, or of an extra application.
        asked: &'static str,
        /// The card.
        kind: CardKind,
    },
    /// The card needs a credential that was not given. Nothing was presented.
    #[error("{} is missing", .0.id)]
    Missing(&'static CredentialSpec, MissingEntries),
    /// What was entered cannot are on any card. Nothing was sent.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The header of the recording has no time.
    #[error("the recording does not say when it was made")]
    NoTime,
    /// The recording goes on after the reading.
    #[error(transparent)]
    Unused(#[from] UnusedSteps),
}

/// The entries that a credential lacks, in the way of making it that lacks fewest.
pub type MissingEntries = Vec<&'static str>;

/// How far [`start`] came.
#[derive(Debug)]
#[must_use]
pub enum Outcome {
    /// The card was read.
    Done(Box<Dump>),
    /// Somebody must be asked; the card may be taken away meanwhile.
    Ask(Box<Looked>),
}

/// A credential that a card wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// Which.
    pub credential: &'static CredentialSpec,
    /// The reference that it is presented to, and its counter; `None` if nothing counts it.
    pub counter: Option<(&'static Reference, RetryCounter)>,
}

/// A card that was recognised and looked at; nothing was presented to it.
pub struct Looked {
    request: Request,
    recognised: Recognised,
    meant: Meant,
    state: CardState,
    credentials: Credentials,
    step: ReadStep,
    figures: LinkFigures,
}

impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Looked")
            .field("recognised", &self.recognised)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Recognises whatever card lies there and looks at its counters. If `credentials` hold what it wants, presents them (at most
/// once each, never a last try unless `gate` allows it) and reads; the card is let go when this returns.
///
/// `gate` belongs to the entries that a person made: one for a person's entries, however often the card is read with them.
/// `nonces` gives the random bytes of the challenges; `tell` is called with what goes on. The credentials are wiped after the last
/// VERIFY.
///
/// # Errors
/// [`FlowError`]; a file that cannot be read is not an error but is in the dump with its reason.
pub fn start(
    card: &mut dyn Transport,
    request: &Request,
    credentials: Credentials,
    gate: &mut PinGate,
    nonces: &mut dyn Nonces,
    tell: Tell<'_>,
) -> Result<Outcome, FlowError> {
    credentials.plausible(japan_date(request.time))?;
    let mut metered = Metered::new(card);
    let mut session: CardSession<'_> = Session::new(&mut metered);
    let recognised = recognise(&mut session)?;
    tell(Event::Recognised(&recognised));
    let meant = request.fits(&recognised)?;
    let asking = match request.ask {
        Ask::Never => false,
        Ask::Always => true,
        Ask::IfMissing => {
            let mut credentials_of_scope =
                meant.spec.scope(request.scope).into_iter().flat_map(|scope| scope.credentials);
            credentials_of_scope.any(|credential| !credential.optional && !credentials.has(credential))
        }
    };
    let mut context = LookContext { session: &mut session, found: &meant.found, request, asking };
    let state = meant.card.look(&mut context)?;
    let wanted = wanted(meant.spec, request.scope, &state)?;
    let missing = wanted.iter().find(|wanted| !wanted.credential.optional && !credentials.has(wanted.credential));
    match (request.ask, missing) {
        (Ask::Never, Some(missing)) => return Err(credentials.lack(missing.credential)),
        (Ask::Always, _) | (Ask::IfMissing, Some(_)) => {
            let step = session.step();
            let (request, figures) = (request.clone(), metered.figures());
            let looked = Looked { request, recognised, meant, state, credentials, step, figures };
            return Ok(Outcome::Ask(Box::new(looked)));
        }
        (Ask::Never | Ask::IfMissing, None) => {}
    }
    let mut dump = run(&mut session, meant, request, state, credentials, gate, nonces, tell)?;
    dump.guests = recognised.guests;
    dump.link = metered.figures();
    Ok(Outcome::Done(Box::new(dump)))
}

/// [`start`], if nobody can be asked: reads whatever card lies there with what was given.
///
/// # Errors
/// [`FlowError`]; [`FlowError::Missing`] if the card wants what was not given.
pub fn read(
    card: &mut dyn Transport,
    request: &Request,
    credentials: Credentials,
    gate: &mut PinGate,
    nonces: &mut dyn Nonces,
    tell: Tell<'_>,
) -> Result<Dump, FlowError> {
    let request = Request { ask: Ask::Never, ..request.clone() };
    match start(card, &request, credentials, gate, nonces, tell)? {
        Outcome::Done(dump) => Ok(*dump),
        // Nobody is asked, so this does not come.
        Outcome::Ask(looked) => Err(FlowError::NotReadable(looked.kind())),
    }
}

impl Looked {
    /// Which card it is.
    pub fn recognised(&self) -> &Recognised {
        &self.recognised
    }

    /// The kind that is read: the card's own, or that of the application that was asked for.
    pub fn kind(&self) -> CardKind {
        self.meant.found.kind
    }

    /// What to ask for, in this order; empty if nothing needs to be asked, or nothing may be presented. A credential whose
    /// counter is on its last try is in the list; [`Looked::refusal`] says whether it may be spent.
    pub fn wanted(&self) -> Vec<Wanted> {
        // What ends a reading has ended it before the question.
        let wanted = wanted(self.meant.spec, self.request.scope, &self.state).unwrap_or_default();
        wanted.into_iter().filter(|wanted| !self.credentials.has(wanted.credential)).collect()
    }

    /// Why a credential may not be presented, if it may not: nobody should be asked for it then.
    ///
    /// # Errors
    /// [`ReadError::Refused`].
    pub fn refusal(&self, wanted: &Wanted, gate: &PinGate) -> Result<(), ReadError> {
        wanted.counter.map_or(Ok(()), |(reference, retry_counter)| allowed(gate, reference, retry_counter))
    }

    /// Reads the card that was looked at, powered up again: it must be the same one still, as far as a card reports without a
    /// credential. `time` is the reader's time now; `entered` is what was asked for.
    ///
    /// # Errors
    /// As [`start`]; [`ReadError::OtherCard`] if another card lies there.
    pub fn read(
        self,
        card: &mut dyn Transport,
        time: Timestamp,
        entered: Credentials,
        gate: &mut PinGate,
        nonces: &mut dyn Nonces,
        tell: Tell<'_>,
    ) -> Result<Dump, FlowError> {
        let Self { request, recognised, meant, state, mut credentials, step, figures } = self;
        let request = Request { time, ..request };
        credentials.extend(entered);
        credentials.plausible(japan_date(time))?;
        let wanted = wanted(meant.spec, request.scope, &state)?;
        let missing = wanted.iter().find(|wanted| !wanted.credential.optional && !credentials.has(wanted.credential));
        if let Some(missing) = missing {
            return Err(credentials.lack(missing.credential));
        }
        let mut metered = Metered::new(card);
        let mut session: CardSession<'_> = Session::with_step(&mut metered, step);
        let mut context = LookContext { session: &mut session, found: &meant.found, request: &request, asking: true };
        let state = meant.card.look_again(&mut context, &state).map_err(|error| match error {
            // What the first card answered this one refuses.
            ReadError::Card(CardError::Status(_)) => ReadError::OtherCard,
            error => error,
        })?;
        let mut dump = run(&mut session, meant, &request, state, credentials, gate, nonces, tell)?;
        dump.guests = recognised.guests;
        dump.link = sum(figures, metered.figures());
        Ok(dump)
    }
}

/// What the card wants for a scope, in the order in which it is presented.
fn wanted(spec: &'static KindSpec, scope: Scope, state: &CardState) -> Result<Vec<Wanted>, FlowError> {
    let credentials = spec.scope(scope).map(|scope| scope.credentials).unwrap_or_default();
    if state.blocked.is_some() {
        return Ok(Vec::new());
    }
    let reference_of = |credential: &CredentialSpec| {
        spec.references.iter().copied().find(|reference| reference.credential == Some(credential))
    };
    match state.entry {
        Entry::Default(_) => Ok(Vec::new()),
        Entry::Unknown => match credentials.first().and_then(|credential| reference_of(credential)) {
            Some(reference) => Err(ReadError::PinSetting { reference }.into()),
            None => Ok(Vec::new()),
        },
        Entry::Typed => Ok(credentials
            .iter()
            .map(|credential| {
                let counted = state.counters.iter().find(|(reference, _)| reference.credential == Some(credential));
                Wanted { credential, counter: counted.copied() }
            })
            .collect()),
    }
}

/// Runs the steps; a scope whose optional credential is missing becomes the smaller one.
#[allow(clippy::too_many_arguments)] // The two callers own every part.
fn run(
    session: &mut CardSession<'_>,
    meant: Meant,
    request: &Request,
    state: CardState,
    credentials: Credentials,
    gate: &mut PinGate,
    nonces: &mut dyn Nonces,
    tell: Tell<'_>,
) -> Result<Dump, FlowError> {
    let Meant { card, spec, .. } = meant;
    let scope = spec.scope(request.scope);
    let lacks = scope.is_some_and(|scope| scope.credentials.iter().any(|it| it.optional && !credentials.has(it)));
    let smaller = scope
        .and_then(|scope| scope.without_optional)
        .filter(|_| lacks && state.entry == Entry::Typed && state.blocked.is_none());
    let request = &Request { scope: smaller.unwrap_or(request.scope), ..request.clone() };
    Ok(read_steps(card, spec, session, request, state, credentials, gate, nonces, tell)?)
}

/// Recognises a card that was just powered on.
///
/// # Errors
/// [`RecogniseError`].
pub(crate) fn recognise(session: &mut CardSession<'_>) -> Result<Recognised, RecogniseError> {
    let mut probe = Probe::new(session)?;
    let mut guests: Vec<Found> = Vec::new();
    for card in registry::CARDS {
        match card.recognise(&mut probe)? {
            Recognition::No => {}
            Recognition::Guest(found) if guests.iter().any(|known| known.kind == found.kind) => {}
            Recognition::Guest(found) => guests.push(found),
            Recognition::Card(found) => {
                let guests = guests.into_iter().map(|guest| guest.kind).collect();
                return Ok(Recognised { kind: found.kind, guests, found });
            }
            Recognition::Unknown => return Err(RecogniseError::Unknown),
        }
    }
    // A guest that is a separate card elsewhere, on a card that is otherwise not known.
    let alone = guests.iter().position(|guest| registry::stands_alone(guest.kind)).ok_or(RecogniseError::Unknown)?;
    let found = guests.remove(alone);
    Ok(Recognised { kind: found.kind, guests: guests.into_iter().map(|guest| guest.kind).collect(), found })
}

/// A card, and every counter that it reports; no credential is used.
#[derive(Debug)]
#[non_exhaustive]
pub struct Identified {
    /// Which card it is.
    pub recognised: Recognised,
    /// Each reference and its counter; `None` if the card does not report it.
    pub counters: Vec<(&'static Reference, Option<RetryCounter>)>,
    /// What the card shows without a credential, if it shows anything.
    pub dump: Option<Dump>,
}

/// Finds out which card lies there, asks every counter, and reads what is shown without a credential.
///
/// # Errors
/// [`FlowError`].
pub fn identify(card: &mut dyn Transport, request: &Request, nonces: &mut dyn Nonces) -> Result<Identified, FlowError> {
    let mut session: CardSession<'_> = Session::new(card);
    let recognised = recognise(&mut session)?;
    let mut counters = Vec::new();
    let mut dump = None;
    let Some((_, spec)) = registry::find(recognised.kind) else { return Ok(Identified { recognised, counters, dump }) };
    if spec.scope(Scope::WITHOUT_PIN).is_some() {
        let request = request.clone().scope(Scope::WITHOUT_PIN);
        let meant = request.fits(&recognised)?;
        let mut context = LookContext { session: &mut session, found: &meant.found, request: &request, asking: false };
        let state = meant.card.look(&mut context)?;
        counters = state.counters.iter().map(|(reference, retry_counter)| (*reference, Some(*retry_counter))).collect();
        let (gate, tell) = (&mut PinGate::new(false), &mut |_: Event<'_>| {});
        dump = Some(run(&mut session, meant, &request, state, Credentials::default(), gate, nonces, tell)?);
    }
    let guests = recognised.guests.iter().filter_map(|guest| Some(registry::find(*guest)?.1.references)).flatten();
    for reference in spec.references.iter().chain(guests).copied() {
        let known = counters.iter().any(|(known, _)| *known == reference);
        let of_extra = reference.credential.is_some_and(registry::is_extra);
        if known || of_extra {
            continue;
        }
        let told = match session.select_any(reference.application.aid) {
            Ok(true) => session.ask_retry_counter(reference.sfi),
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        counters.push(match told {
            Ok(told) => (reference, Some(told)),
            Err(CardError::Status(_)) => (reference, None),
            Err(error) => return Err(ReadError::from(error).into()),
        });
    }
    Ok(Identified { recognised, counters, dump })
}

/// A long command, and what came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct LongRead {
    /// The card.
    pub kind: CardKind,
    /// The answer.
    pub response: Result<Response, CardError>,
    /// Whether the file holds one BER-TLV object, whose header gives its length.
    pub object: bool,
}

/// READ BINARY with an extended Le, of a file that everybody may read, after recognition: for finding out whether reader and card
/// pass such commands.
///
/// # Errors
/// [`RecogniseError`]. That of [`LongRead::response`] is the command's own:
/// [`LengthUnsupported`](crate::transport::TransportError::LengthUnsupported) if the reader does not pass it.
pub fn read_long(card: &mut dyn Transport) -> Result<LongRead, RecogniseError> {
    let mut session: CardSession<'_> = Session::new(card);
    let kind = recognise(&mut session)?.kind;
    let files = registry::find(kind).map(|(_, spec)| spec.files).unwrap_or_default();
    let object = files.iter().find(|file| {
        file.access == Access::Free && matches!(file.extent, Extent::Object(_)) && !file.application.is_master_file()
    });
    let response = match object {
        Some(file) => session
            .select(file.application.aid)
            .and_then(|_| session.send(&Command::read_sfi(file.sfi(), 0, Le::Extended))),
        None => {
            session.select_master_file().and_then(|()| session.send(&Command::read_sfi(FREE_FILE, 0, Le::Extended)))
        }
    };
    Ok(LongRead { kind, response, object: object.is_some() })
}

/// Plays a recording back with what its header says and what `entered` adds (a recording that contains the handshake needs the
/// credential). Also returns whether steps are left.
pub fn play(recording: &Recording, entered: &Credentials) -> (Result<Dump, FlowError>, Result<(), UnusedSteps>) {
    let once = |allow_last_try| {
        let mut replay = Replay::new(recording.clone());
        let read = replayed(&mut replay, entered, allow_last_try);
        (read, replay.finish())
    };
    // Whether the last try was allowed then is in no header. If it was, the recording goes on with it.
    match once(false) {
        refused @ (
            Err(FlowError::Read(ReadError::Refused { refusal: Refusal::LastTry | Refusal::NoCounter, .. })),
            Err(_),
        ) => {
            let again = once(true);
            if again.1.is_ok() { again } else { refused }
        }
        played => played,
    }
}

fn replayed(replay: &mut Replay, entered: &Credentials, allow_last_try: bool) -> Result<Dump, FlowError> {
    let request = Request::recorded(replay)?;
    let mut credentials = Credentials::recorded(replay);
    credentials.extend(entered.shared());
    let (gate, nonces, tell) = (&mut PinGate::new(allow_last_try), &mut replay.random(), &mut |_: Event<'_>| {});
    match start(replay, &request, credentials, gate, nonces, tell)? {
        Outcome::Done(dump) => Ok(*dump),
        Outcome::Ask(looked) => looked.read(replay, request.time, Credentials::default(), gate, nonces, tell),
    }
}

/// Reads a recording as the program did that made it: its own scope, time and random draws. Nobody is asked, and no credential
/// is needed unless the recording contains the handshake: then use [`play`].
///
/// # Errors
/// [`FlowError`].
pub fn read_recording(recording: &Recording) -> Result<Dump, FlowError> {
    let (read, rest) = play(recording, &Credentials::default());
    let dump = read?;
    rest?;
    Ok(dump)
}

/// What two connections carried.
fn sum(first: LinkFigures, second: LinkFigures) -> LinkFigures {
    LinkFigures {
        exchanges: first.exchanges.saturating_add(second.exchanges),
        bytes_sent: first.bytes_sent.saturating_add(second.bytes_sent),
        bytes_received: first.bytes_received.saturating_add(second.bytes_received),
        card_ms: first.card_ms.saturating_add(second.card_ms),
        host_ms: first.host_ms.saturating_add(second.host_ms),
    }
}
