//! Writes down what goes over the link, without what must not be written.

use std::time::Instant;

use super::{
    LinkKind, Radio, Transport, TransportError,
    mask::{Masker, NeverRecorded},
    masked::{MAX_APDU, Masked},
    recording::{Header, LinkFailure, MAX_STEPS, Recording, Step},
};

/// What was recorded so far. It outlives the connections of one check, and their errors.
#[derive(Debug)]
pub struct Log {
    steps: Vec<Step>,
    never: &'static [NeverRecorded],
    times: bool,
    powered: bool,
}

impl Log {
    /// An empty log. Nothing of the files in `never` beyond their headers enters it.
    pub fn new(never: &'static [NeverRecorded]) -> Self {
        Self { steps: Vec::new(), never, times: true, powered: false }
    }

    /// Leaves out how long each answer took, so that the same session gives the same bytes.
    pub fn without_times(self) -> Self {
        Self { times: false, ..self }
    }

    /// The exchanges so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The recording of everything so far.
    pub fn into_recording(self, header: Header) -> Recording {
        Recording { header, steps: self.steps }
    }
}

/// A transport that writes into a [`Log`]. It masks credentials and the files that are never recorded by itself, from
/// the commands alone; so it must see every command since the card's power-up.
#[derive(Debug)]
pub struct Recorder<'log, T> {
    inner: T,
    log: &'log mut Log,
    masker: Masker,
}

impl<'log, T: Transport> Recorder<'log, T> {
    /// Records a connection to a card that was just powered up.
    pub fn new(inner: T, log: &'log mut Log) -> Self {
        let masker = Masker::new(log.never);
        log.powered = !log.steps.is_empty();
        Self { inner, log, masker }
    }

    /// The inner transport.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// Ends the recording of this connection; the log stays.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: Transport> Transport for Recorder<'_, T> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let start = Instant::now();
        let result = self.inner.exchange(command);
        let elapsed = self.log.times.then(|| start.elapsed());
        let answer = result.as_deref().unwrap_or_default();
        let (masked_command, masked_answer) = self.masker.exchange(command, answer);
        if let Some(answer) = outcome(&result, masked_answer)
            && self.log.steps.len() < MAX_STEPS
            && (4..=MAX_APDU).contains(&command.len())
        {
            let powered = std::mem::take(&mut self.log.powered);
            self.log.steps.push(Step { powered, command: masked_command, answer, elapsed });
        }
        result
    }

    fn link(&self) -> LinkKind {
        self.inner.link()
    }

    fn radio(&mut self) -> Option<&mut dyn Radio> {
        self.inner.radio()
    }
}

/// What a recording says about the end of an exchange; `None` if it has no word for it.
fn outcome(result: &Result<Vec<u8>, TransportError>, masked: Masked) -> Option<Result<Masked, LinkFailure>> {
    match result {
        Ok(answer) if answer.len() > MAX_APDU => None,
        Ok(answer) if answer.len() < 2 => Some(Err(LinkFailure::Removed)),
        Ok(_) => Some(Ok(masked)),
        Err(TransportError::LengthUnsupported) => Some(Err(LinkFailure::Length)),
        Err(TransportError::Removed) => Some(Err(LinkFailure::Removed)),
        Err(_) => None,
    }
}
