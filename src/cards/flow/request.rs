//! What is asked of a card.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{dump::Scope, kind::CardKind, transport::Replay, trust::TrustStore};

use super::{
    super::{
        Credentials, Remembered,
        model::{Card, FREE_FILE, Found, KindSpec, ScopeSpec},
        registry,
    },
    FlowError, Manner, Recognised, Sharing,
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
    /// Id of a picture that the card must have ([`KindSpec::pictures`]).
    pub picture: Option<&'static str>,
    /// The reader's time: it is in the challenges and in the dump.
    pub time: Timestamp,
    /// Which reader; goes into the dump. Nothing is decided by it.
    pub reader: String,
    /// Whether somebody can be asked for what is missing.
    pub ask: Ask,
    /// Whether a recording is instead of the card: it holds no bytes of private files.
    pub(crate) recorded: bool,
    /// Whether filler is inferred, and what can prove it.
    pub(crate) inference: Inference,
    /// What is asked of a document whose holder decides what to share.
    pub sharing: Sharing,
    /// How the card is recognised, if a recording says how it was.
    pub(crate) begins: Option<Manner>,
    /// Certificates of issuers that need not be read again.
    pub(crate) remembered: Option<Arc<Remembered>>,
}

/// Whether a reading leaves out what nobody uses, and what proves that nothing else was left out.
#[derive(Debug, Clone, Default)]
pub(crate) enum Inference {
    /// Every file is read whole.
    #[default]
    Off,
    /// Filler is left out if a signature proves it under the card's own key or one of these.
    Trust(Arc<TrustStore>),
    /// As a recording shows: whether there was a key, and whether it proved what was left out.
    Recorded { key: bool, proven: bool },
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
        Self {
            scope,
            application,
            extra,
            picture: None,
            time,
            reader: reader.into(),
            ask: Ask::Never,
            recorded: false,
            inference: Inference::Off,
            sharing: Sharing::default(),
            begins: None,
            remembered: None,
        }
    }

    /// The same, but the card is read faster: what nothing refers to is not read, nor filler that a signature proves. The key is the
    /// card's own or one of `trust`. If there is none, or if the signature does not prove it, everything is read in the same session.
    #[must_use]
    pub fn inferring(self, trust: Arc<TrustStore>) -> Self {
        Self { inference: Inference::Trust(trust), ..self }
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
            begins: manner_of(replay),
            ..Self::new(header.reader.as_deref().unwrap_or("replay"), header.time.ok_or(FlowError::NoTime)?)
        })
    }

    /// The same, in a process that lives on: what is remembered need not be read again.
    #[must_use]
    pub fn remembering(self, remembered: Arc<Remembered>) -> Self {
        Self { remembered: Some(remembered), ..self }
    }

    /// Whether the recording was made when every reading looked for guests, and read some files that no check used.
    pub(crate) fn is_of_old(&self) -> bool {
        self.recorded && self.begins == Some(Manner::Whole)
    }

    /// How the card is recognised.
    pub(super) fn manner(&self, credentials: &Credentials) -> Manner {
        self.begins.unwrap_or_else(|| Manner::Short(self.application.or_else(|| self.fitting(credentials))))
    }

    /// The one card that this can be asked of, or that these entries open.
    fn fitting(&self, credentials: &Credentials) -> Option<CardKind> {
        let opened = |scope: &ScopeSpec| {
            let needs = scope.credentials.iter().any(|it| !it.optional);
            needs && scope.credentials.iter().all(|it| it.optional || credentials.has(it))
        };
        let only = |fits: &dyn Fn(&ScopeSpec) -> bool| {
            let has = |kind: &&'static KindSpec| {
                kind.scope(self.scope).filter(|_| !kind.guest && !kind.shared).is_some_and(fits)
            };
            let mut cards = registry::CARDS.iter().filter_map(|card| card.spec().kinds.iter().find(has));
            cards.next().filter(|_| cards.next().is_none()).map(|spec| spec.kind)
        };
        only(&|_| true).or_else(|| only(&opened))
    }

    /// The same, asking a holder who decides what to share for this.
    #[must_use]
    pub fn sharing(self, sharing: Sharing) -> Self {
        Self { sharing, ..self }
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
    pub(super) fn fits(&self, recognised: &Recognised) -> Result<Meant, FlowError> {
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
        if let Some(picture) = self.picture.filter(|picture| !spec.pictures.contains(picture)) {
            return Err(foreign(picture));
        }
        Ok(Meant { card, spec, found })
    }
}

/// How a recording recognised its card: what was sent first shows it. Those that looked for guests on the way to the card
/// itself are older.
fn manner_of(replay: &Replay) -> Option<Manner> {
    const SELECT: [u8; 4] = [0x00, 0xA4, 0x04, 0x0C];
    // What is found as a tag is found by itself.
    let begins_with_tag = replay.commands().next()?.starts_with(&[0x00, 0xA4, 0x04, 0x00]);
    let begins_free = replay.commands().next()?.starts_with(&[0x00, 0xB0, 0x80 | FREE_FILE]);
    let mut selected = replay.commands().filter_map(|command| command.strip_prefix(&SELECT)?.get(1..));
    let owner = selected.next().and_then(registry::owner);
    match owner {
        Some(owner) if begins_free && owner.guest => Some(Manner::Whole),
        _ if begins_free => Some(Manner::Short(None)),
        owner => {
            // What is selected later was only looked for.
            let owner = owner.filter(|_| !begins_with_tag);
            let said = || replay.header().card.as_deref().and_then(|card| card.parse().ok());
            owner.map(|owner| owner.kind).or_else(said).map(|kind| Manner::Short(Some(kind)))
        }
    }
}

/// The card that is read, as the registry knows it.
#[derive(Clone)]
pub(super) struct Meant {
    pub card: &'static dyn Card,
    pub spec: &'static KindSpec,
    pub found: Found,
}
