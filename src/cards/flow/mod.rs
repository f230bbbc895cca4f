//! The one way to read any card: recognise it, look at its counters, say what it wants, read it.
//!
//! [`start`] does it in one go if everything that the card wants is there. If a person must be asked in between, it returns
//! what for, the card is let go, and [`Looked::read`] goes on: a card is never held while somebody types.

mod identify;
mod play;
mod recognise;
mod request;
mod sharing;

use jiff::Timestamp;

pub use identify::{Identified, LongRead, identify, read_long};
pub(crate) use play::prepared;
pub use play::{play, read_recording};
pub(crate) use recognise::{Manner, recognise};
pub use recognise::{RecogniseError, Recognised};
pub use request::{Ask, Request};
pub use sharing::{DEFAULT_AGE, Sharing};

pub(crate) use request::Inference;
use request::Meant;

use crate::{
    dump::{Dump, Scope},
    iso7816::{CardError, CardSession, PinGate, ReadStep, RetryCounter, Session},
    kind::CardKind,
    lang::Bilingual,
    text::japan_date,
    transport::{LinkFigures, Metered, Nonces, Transport, replay::UnusedSteps},
};

use super::{
    EntryError, ReadError,
    model::{CardState, CredentialSpec, Credentials, Entry, KindSpec, LookContext, Reference, allowed, read_steps},
};

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
    /// Somebody must be asked, and may be from now on: [`start`] reads what else needs no credential meanwhile, and then
    /// returns [`Outcome::Ask`].
    Asks {
        /// What the card wants.
        looked: &'a Looked,
        /// The gate, for [`Looked::refusal`].
        gate: &'a PinGate,
    },
    /// Which other applications the card holds, found while a person is asked.
    Guests(&'a Recognised),
    /// The holder is about to be asked to share this; nothing of it was sent yet.
    Shares {
        /// What is asked for, by its titles.
        asked: &'a [Bilingual],
        /// Whether the holder is told that it will be kept.
        retained: bool,
        /// Whether the reader says who it is.
        named: bool,
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
    /// The scope, the extra application or the picture belongs to another kind of card. Nothing was presented.
    #[error("{asked} does not apply to {kind}")]
    NotOfThisCard {
        /// What was asked for: the name of a scope, an extra application or a picture.
        asked: &'static str,
        /// The card.
        kind: CardKind,
    },
    /// The card needs a credential that was not given. Nothing was presented.
    #[error("{} is missing", .0.id)]
    Missing(&'static CredentialSpec, MissingEntries),
    /// What was entered cannot be on any card. Nothing was sent.
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

/// Recognises whatever card lies there and looks at its counters. If a person must be asked, [`Event::Asks`] says so at once,
/// and what needs no credential is read meanwhile; no card waits for the person. If `credentials` hold what it wants, presents them (at most
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
    let recognised = recognise(&mut session, request.scope, request.manner(&credentials))?;
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
            let (request, step, figures) = (request.clone(), session.step(), LinkFigures::default());
            let mut looked = Looked { request, recognised, meant, state, credentials, step, figures };
            tell(Event::Asks { looked: &looked, gate });
            // Nothing is lost if the card is taken away to be read by eye: what was not read now is read afterwards.
            let _ = looked.ahead(&mut session, tell);
            (looked.step, looked.figures) = (session.step(), metered.figures());
            return Ok(Outcome::Ask(Box::new(looked)));
        }
        (Ask::Never | Ask::IfMissing, None) => {}
    }
    let mut dump = run(&mut session, meant, request, state, credentials, gate, nonces, tell)?;
    dump.guests = recognised.beside(dump.kind);
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
    /// Reads what needs no credential. Whatever is in the way ends it.
    fn ahead(&mut self, session: &mut CardSession<'_>, tell: Tell<'_>) -> Result<(), ReadError> {
        let Self { meant, request, state, recognised, .. } = self;
        if request.is_of_old() {
            return Ok(());
        }
        let mut context = LookContext { session: &mut *session, found: &meant.found, request, asking: true };
        meant.card.ahead(&mut context, state)?;
        recognised.look_for_guests(session, request.scope)?;
        if !recognised.guests.is_empty() {
            tell(Event::Guests(recognised));
        }
        Ok(())
    }

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
        dump.guests = recognised.beside(dump.kind);
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

/// What two connections carried; a person was asked between them.
fn sum(first: LinkFigures, second: LinkFigures) -> LinkFigures {
    LinkFigures {
        exchanges: first.exchanges.saturating_add(second.exchanges),
        bytes_sent: first.bytes_sent.saturating_add(second.bytes_sent),
        bytes_received: first.bytes_received.saturating_add(second.bytes_received),
        card_ms: first.card_ms.saturating_add(second.card_ms),
        host_ms: first.host_ms.saturating_add(second.host_ms),
        after_entry_exchanges: Some(second.exchanges),
        after_entry_bytes: Some(second.bytes_sent.saturating_add(second.bytes_received)),
        after_entry_ms: Some(second.card_ms),
    }
}
