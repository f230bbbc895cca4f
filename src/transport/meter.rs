//! Counts what goes over the link.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{LinkKind, Radio, Transport, TransportError};

/// What the link carried: the `link` of every report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkFigures {
    /// Command and answer pairs.
    pub exchanges: u64,
    /// Bytes of commands.
    pub bytes_sent: u64,
    /// Bytes of answers, status words included.
    pub bytes_received: u64,
    /// Time spent waiting for the card and its reader, in milliseconds.
    pub card_ms: u64,
    /// Time spent by the program itself, in milliseconds.
    pub host_ms: u64,
    /// Of the exchanges, those after a person's last key; `None` if nobody was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_entry_exchanges: Option<u64>,
    /// Bytes of commands and answers after that key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_entry_bytes: Option<u64>,
    /// From that key to the verdict, in milliseconds. As the library reads it, without the time of checking and of waiting for
    /// the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_entry_ms: Option<u64>,
}

impl LinkFigures {
    /// The counts, which are the same each time, without the times.
    pub(crate) fn untimed(self) -> Self {
        Self { card_ms: 0, host_ms: 0, after_entry_ms: self.after_entry_ms.map(|_| 0), ..self }
    }
}

/// A transport that counts.
#[derive(Debug)]
pub struct Metered<T> {
    inner: T,
    figures: LinkFigures,
    card: Duration,
}

impl<T: Transport> Metered<T> {
    /// Counts from zero.
    pub fn new(inner: T) -> Self {
        Self { inner, figures: LinkFigures::default(), card: Duration::ZERO }
    }

    /// What was counted so far. `host_ms` stays 0: only the caller knows when its work began.
    pub fn figures(&self) -> LinkFigures {
        LinkFigures { card_ms: u64::try_from(self.card.as_millis()).unwrap_or(u64::MAX), ..self.figures }
    }

    /// Time spent in the inner transport.
    #[cfg(feature = "cli")]
    pub fn card_time(&self) -> Duration {
        self.card
    }
}

impl<T: Transport> Transport for Metered<T> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let length = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let start = Instant::now();
        let answer = self.inner.exchange(command);
        self.card += start.elapsed();
        self.figures.exchanges += 1;
        self.figures.bytes_sent += length(command.len());
        if let Ok(answer) = &answer {
            self.figures.bytes_received += length(answer.len());
        }
        answer
    }

    fn link(&self) -> LinkKind {
        self.inner.link()
    }

    fn radio(&mut self) -> Option<&mut dyn Radio> {
        self.inner.radio()
    }
}
