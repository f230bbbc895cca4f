//! A simulated card as a transport: events, commands, and the troubles of the link.

use std::{fmt::Debug, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    cards::{self, Reference},
    kind::CardKind,
    privacy::Pin,
    transport::{Transport, TransportError},
};

use super::{
    chip::{Chip, Reply, Response},
    link::Link,
};

/// What opens a simulated card: a simulated reader offers it by itself. Each value is what the card compares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials(Vec<(&'static str, Arc<Pin>)>);

impl Credentials {
    /// The same with one more, by its name in a credentials file. A value that no PIN can have is left out.
    #[must_use]
    pub(crate) fn with(mut self, id: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.0.extend(Pin::new(value.as_ref()).ok().map(|pin| (id, Arc::new(pin))));
        self
    }

    /// The entries of a credentials file for this card.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, Zeroizing<String>)> {
        self.0.iter().map(|(id, value)| (*id, Zeroizing::new(String::from_utf8_lossy(value.expose()).into_owned())))
    }

    /// A value by its name in a credentials file, for example `number-b`; `None` for what this card has no use for.
    pub fn get(&self, id: &str) -> Option<&Pin> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| &**value)
    }
}

impl From<&SimulatedCard> for cards::Credentials {
    /// All that opens the card, as its holder would give it; nothing for a card from given files.
    fn from(card: &SimulatedCard) -> Self {
        let mut known = Self::default();
        for (id, value) in card.credentials().into_iter().flat_map(Credentials::entries) {
            // A hand-made holder's value of another form opens nothing.
            if let Some(entry) = cards::registry::entry(id) {
                let _ = known.insert(entry, &value);
            }
        }
        known
    }
}

/// What only one card does: its instructions, and what it remembers beyond the [`Chip`].
pub(crate) trait Own: Debug + Send {
    /// Executes one command.
    fn execute(&mut self, chip: &mut Chip, command: &[u8]) -> Response;

    /// Power-on, or any reset that ends the security status.
    fn reset(&mut self) {}

    /// The same after a power-on: what outlives a reset, and no keys of a session.
    fn again(&self) -> Box<dyn Own>;
}

/// A simulated card: a function of its state and the command. [`Transport`] sends commands; the methods are the events
/// that no command makes.
#[derive(Debug)]
pub struct SimulatedCard {
    pub(crate) chip: Chip,
    pub(crate) link: Link,
    own: Box<dyn Own>,
    /// What it was made as; `None` for a card from given files.
    pub(crate) kind: Option<CardKind>,
    credentials: Option<Credentials>,
    powered: bool,
}

impl SimulatedCard {
    pub(crate) fn new(chip: Chip, own: impl Own + 'static, credentials: Option<Credentials>) -> Self {
        Self { chip, own: Box::new(own), link: Link::default(), kind: None, credentials, powered: true }
    }

    /// What it was made as; `None` for a card from given files.
    pub fn kind(&self) -> Option<CardKind> {
        self.kind
    }

    /// What opens the card; `None` for a card from given files.
    pub fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// The answer to reset that a contactless reader makes up for it.
    pub fn atr(&self) -> &[u8] {
        &self.chip.rules.atr
    }

    /// Another card like this one, powered on: files and counters as they are now, and no session.
    #[must_use]
    pub fn again(&self) -> Self {
        let Self { chip, link, own, kind, credentials, .. } = self;
        let (chip, link, credentials) = (chip.clone(), link.clone(), credentials.clone());
        let mut again = Self { chip, link, own: own.again(), kind: *kind, credentials, powered: true };
        again.power_on();
        again
    }

    /// Power-on or cold reset: no application, nothing verified; counters stay.
    pub fn power_on(&mut self) {
        self.powered = true;
        self.chip.reset();
        self.own.reset();
        self.link.forget();
    }

    /// Power-off, or the card leaves the field. A command gets no answer until [`SimulatedCard::power_on`].
    pub fn power_off(&mut self) {
        self.power_on();
        self.powered = false;
    }

    /// Warm reset: it leaves the security status if that belongs to an application (spec my-number 8.2, M), and ends it
    /// elsewhere (spec licence 8.1, residence 8.1).
    pub fn warm_reset(&mut self) {
        if self.chip.rules.by_application {
            self.chip.current = None;
        } else {
            self.chip.reset();
            self.own.reset();
        }
        self.link.forget();
    }

    /// Tries left of a reference, as the card's memory has them.
    pub fn retry_counter(&mut self, reference: &Reference) -> Option<u8> {
        self.chip.secret_mut(reference).map(|secret| secret.retry_counter)
    }

    /// Sets a counter, as a preset of a test. A reference that the card does not hold stays absent.
    pub fn set_retry_counter(&mut self, reference: &Reference, retry_counter: u8) {
        if let Some(secret) = self.chip.secret_mut(reference) {
            secret.retry_counter = retry_counter;
        }
    }

    /// A file's stored bytes by the name that it has in dumps, without any credential, for tests that tamper; `None` for
    /// what the card does not hold.
    pub fn file_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.chip.file_mut(name)
    }
}

impl Transport for SimulatedCard {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if !self.powered {
            return Err(TransportError::Removed);
        }
        let Self { chip, own, link, .. } = self;
        link.carry(command, |command| Reply::bytes(own.execute(chip, command)))
    }
}
