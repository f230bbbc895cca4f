//! Plays a recording back: the same commands in the same order, or a clear error.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::{
    LinkKind, Transport, TransportError,
    contents::Contents,
    masked::Masked,
    nonces::ListedNonces,
    recording::{Header, LinkFailure, Recording, Step},
};

/// A card that answers as a recording says. A secret run of a command compares its length only; a secret run of an
/// answer replays as zeros.
#[derive(Debug, Clone)]
pub struct Replay {
    header: Header,
    steps: VecDeque<Step>,
    played: usize,
    /// The card as the recording shows it, if the order of the commands does not count.
    contents: Option<Contents>,
}

impl Replay {
    /// Before the first step.
    pub fn new(recording: Recording) -> Self {
        Self { header: recording.header, steps: recording.steps.into(), played: 0, contents: None }
    }

    /// What the recording says besides the exchanges.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The random bytes that the program drew then, in order.
    pub fn random(&self) -> ListedNonces {
        ListedNonces::new(self.header.random.clone())
    }

    /// The reader's time then.
    pub fn time(&self) -> Option<Timestamp> {
        self.header.time
    }

    /// The same of a recording that an older version made, in whatever order the commands come: it asked a card for more, and in
    /// another order. What the recording does not hold is an error still.
    pub(crate) fn in_any_order(self) -> Self {
        let contents = Some(Contents::of(self.steps.iter().cloned()));
        Self { contents, ..self }
    }

    /// The card is powered up again.
    pub(crate) fn power(&mut self) {
        self.contents.iter_mut().for_each(Contents::power);
    }

    /// The readable head of every command that is left, in order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &[u8]> {
        self.steps.iter().map(|step| step.command.head())
    }

    /// Whether the card was powered up again in the middle, because a person was asked.
    pub fn asked_in_the_middle(&self) -> bool {
        self.steps.iter().any(|step| step.powered)
    }

    /// Whether the recording contains the data of this instruction's commands: it has one, and none has a secret run.
    pub fn tells(&self, instruction: u8) -> bool {
        let mut commands =
            self.steps.iter().map(|step| &step.command).filter(|command| command.head().get(1) == Some(&instruction));
        let first = commands.next().is_some_and(|command| command.secret_len() == 0);
        first && commands.all(|command| command.secret_len() == 0)
    }

    /// Whether the program used the whole recording.
    ///
    /// # Errors
    /// [`UnusedSteps`] when it stopped earlier.
    pub fn finish(self) -> Result<(), UnusedSteps> {
        match self.steps.len() {
            _ if self.contents.is_some() => Ok(()),
            0 => Ok(()),
            unused => Err(UnusedSteps { unused, steps: self.played + unused }),
        }
    }
}

/// Steps of a recording that nothing asked for: the program and the recording are not of the same version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{unused} of the recording's {steps} steps were not used")]
pub struct UnusedSteps {
    /// Steps that are left over.
    pub unused: usize,
    /// All steps.
    pub steps: usize,
}

impl Transport for Replay {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(contents) = &mut self.contents {
            return contents.exchange(command);
        }
        let Some(step) = self.steps.front() else {
            return Err(TransportError::RecordingEnded { steps: self.played });
        };
        if !step.command.fits(command) {
            return Err(TransportError::Mismatch {
                step: self.played + 1,
                expected: outline(step.command.head(), step.command.len()),
                sent: outline(command, command.len()),
            });
        }
        let answer = match &step.answer {
            Ok(answer) => Ok(Masked::with_zeros(answer)),
            Err(LinkFailure::Length) => Err(TransportError::LengthUnsupported),
            Err(LinkFailure::Removed) => Err(TransportError::Removed),
        };
        self.steps.pop_front();
        self.played += 1;
        answer
    }

    fn link(&self) -> LinkKind {
        self.header.link()
    }
}

/// A command without its data: `00B08200, 7 bytes`.
pub(crate) fn outline(command: &[u8], length: usize) -> String {
    let header = command.get(..4).unwrap_or_default();
    format!("{}, {length} bytes", hex::encode_upper(header))
}
