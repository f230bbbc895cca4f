//! The PIN gate: no VERIFY without a fresh look at its counter, never the last try unasked, never twice.

use std::collections::HashSet;

use crate::{privacy::Pin, transport::Transport};

use super::{
    command::Command,
    session::{CardError, Session},
    status::Status,
};
use crate::text::errors;

/// The GlobalPlatform issuer security domain: what is current after a reset (GlobalPlatform Card Specification 2.3.1, 7.3).
pub const ISSUER_DOMAIN: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// What the card says about the tries of one reference (spec my-number 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryCounter {
    /// So many wrong entries are left.
    Left(u8),
    /// None is left.
    Blocked,
    /// The reference has no counter (`6300`).
    NoCounter,
    /// Already verified in this session; the counter is not told.
    AlreadyVerified,
}

impl RetryCounter {
    /// Whether a try may be spent, given the person's explicit option about the last one. Without a counter each may be it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn gate(self, allow_last_try: bool) -> Result<(), Refusal> {
        match self {
            Self::Left(0) | Self::Blocked => Err(Refusal::Blocked),
            Self::Left(1) if !allow_last_try => Err(Refusal::LastTry),
            Self::AlreadyVerified => Err(Refusal::CounterUnknown),
            Self::NoCounter if !allow_last_try => Err(Refusal::NoCounter),
            Self::Left(_) | Self::NoCounter => Ok(()),
        }
    }
}

errors! {
    /// Why the gate lets no VERIFY through. Nothing was sent.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Refusal {
        Blocked = "the credential is blocked",
        /// One try is left and `--allow-last-try` was not given.
        LastTry = "only one try is left",
        /// The card says that it counts no tries (`6300`), so that any could be the last one, and `--allow-last-try` was not
        /// given.
        NoCounter = "the card has no counter",
        CounterUnknown = "the card does not report its counter",
        /// This reference was already tried; a second VERIFY needs a new entry by a person.
        AlreadyTried = "this credential was already tried once",
    }
}

/// The right to send one VERIFY of one reference. Only [`PinGate::permit`] makes it, and [`Session::verify`] uses it up.
#[derive(Debug)]
pub struct Permit {
    sfi: u8,
}

/// Decides about every VERIFY of a check. One gate lives as long as the entries that a person made.
#[derive(Debug, Default)]
pub struct PinGate {
    last_try: LastTry,
    tried: HashSet<(Vec<u8>, u8)>,
}

/// Whose last try a person said may be spent.
#[derive(Debug, Default)]
enum LastTry {
    #[default]
    Nobodys,
    Everybodys,
    /// Of these references: application, short file identifier.
    Of(HashSet<(Vec<u8>, u8)>),
}

/// What the card said to a VERIFY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinOutcome {
    /// Accepted; the counter is back at its limit.
    Accepted,
    /// Wrong; so many tries are left (`None` for a reference without a counter).
    Wrong(Option<u8>),
    /// Wrong, and this attempt blocked it, or it was blocked before.
    Blocked,
}

impl PinGate {
    /// A gate; `allow_last_try` is the person's explicit option.
    pub fn new(allow_last_try: bool) -> Self {
        let last_try = if allow_last_try { LastTry::Everybodys } else { LastTry::Nobodys };
        Self { last_try, tried: HashSet::new() }
    }

    /// A gate that lets the last try of these references through, each an application and a short file identifier, and that of
    /// no other.
    pub(crate) fn last_try_of(references: impl IntoIterator<Item = (Vec<u8>, u8)>) -> Self {
        Self { last_try: LastTry::Of(references.into_iter().collect()), tried: HashSet::new() }
    }

    fn allows_last_try(&self, application: &[u8], sfi: u8) -> bool {
        match &self.last_try {
            LastTry::Nobodys => false,
            LastTry::Everybodys => true,
            LastTry::Of(references) => references.contains(&(application.to_vec(), sfi)),
        }
    }

    /// Whether a counter would let a try through, without using up anything: for a second credential, before the first
    /// one is presented.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn look(&self, application: &[u8], sfi: u8, retry_counter: RetryCounter) -> Result<(), Refusal> {
        retry_counter.gate(self.allows_last_try(application, sfi))
    }

    /// The right to try a reference of an application once, given what its counter said just now.
    ///
    /// # Errors
    /// [`Refusal`]; nothing may be sent then.
    pub fn permit(&mut self, application: &[u8], sfi: u8, retry_counter: RetryCounter) -> Result<Permit, Refusal> {
        self.look(application, sfi, retry_counter)?;
        if !self.tried.insert((application.to_vec(), sfi)) {
            return Err(Refusal::AlreadyTried);
        }
        Ok(Permit { sfi })
    }
}

impl<T: Transport> Session<T> {
    /// Asks for the tries left of a reference in the selected application; costs none.
    ///
    /// # Errors
    /// [`CardError::Status`] for an answer that is not a counter.
    pub fn ask_retry_counter(&mut self, sfi: u8) -> Result<RetryCounter, CardError> {
        let status = self.send(&Command::ask_retry_counter(sfi))?.status;
        match (status, status.retry_counter()) {
            (_, Some(0)) | (Status::BLOCKED | Status::BLOCKED_ISO, _) => Ok(RetryCounter::Blocked),
            (_, Some(left)) => Ok(RetryCounter::Left(left)),
            (Status::VERIFY_FAILED, _) => Ok(RetryCounter::NoCounter),
            (Status::OK, _) => Ok(RetryCounter::AlreadyVerified),
            (other, _) => Err(CardError::Status(other)),
        }
    }

    /// Selects a reference's application and asks its counter. Another program may have left the reference verified, and then
    /// the card reports no counter: leaving the application clears that (spec my-number 8.2, M).
    ///
    /// # Errors
    /// [`CardError::Status`] if the application is not there, or for an answer that is not a counter.
    pub fn open_counter(&mut self, aid: &[u8], sfi: u8) -> Result<RetryCounter, CardError> {
        self.must_select(aid)?;
        let retry_counter = self.ask_retry_counter(sfi)?;
        if retry_counter == RetryCounter::AlreadyVerified { self.reopen_counter(aid, sfi) } else { Ok(retry_counter) }
    }

    /// The same, by way of another application.
    ///
    /// # Errors
    /// As [`Session::open_counter`].
    pub fn reopen_counter(&mut self, aid: &[u8], sfi: u8) -> Result<RetryCounter, CardError> {
        self.must_select(&ISSUER_DOMAIN)?;
        self.must_select(aid)?;
        self.ask_retry_counter(sfi)
    }

    fn must_select(&mut self, aid: &[u8]) -> Result<(), CardError> {
        if self.select_any(aid)? { Ok(()) } else { Err(CardError::Status(Status::NOT_FOUND)) }
    }

    /// Presents a credential once.
    ///
    /// # Errors
    /// [`CardError::Transport`] when the answer was lost: the counter must be asked before anything else is tried.
    pub fn verify(&mut self, permit: Permit, pin: &Pin) -> Result<PinOutcome, CardError> {
        // Neither `61xx` nor `6Cxx` may repeat a VERIFY, and `Command::with_short_le` repeats none that carries data.
        let status = self.send(&Command::verify(permit.sfi, pin))?.status;
        match (status, status.retry_counter()) {
            (Status::OK, _) => Ok(PinOutcome::Accepted),
            (_, Some(0)) | (Status::BLOCKED | Status::BLOCKED_ISO, _) => Ok(PinOutcome::Blocked),
            (_, Some(left)) => Ok(PinOutcome::Wrong(Some(left))),
            (Status::VERIFY_FAILED, _) => Ok(PinOutcome::Wrong(None)),
            (other, _) => Err(CardError::Status(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::TransportError;

    #[test]
    fn the_gate_refuses_what_could_cost_the_customer() {
        let mut gate = PinGate::new(false);
        let aid = [1, 2, 3];
        assert_eq!(gate.permit(&aid, 0x12, RetryCounter::Blocked).unwrap_err(), Refusal::Blocked);
        assert_eq!(gate.permit(&aid, 0x12, RetryCounter::Left(0)).unwrap_err(), Refusal::Blocked);
        assert_eq!(gate.permit(&aid, 0x12, RetryCounter::Left(1)).unwrap_err(), Refusal::LastTry);
        assert_eq!(gate.permit(&aid, 0x12, RetryCounter::AlreadyVerified).unwrap_err(), Refusal::CounterUnknown);
        assert!(gate.permit(&aid, 0x12, RetryCounter::Left(2)).is_ok());
        assert_eq!(gate.permit(&aid, 0x12, RetryCounter::Left(2)).unwrap_err(), Refusal::AlreadyTried);
        assert_eq!(gate.permit(&aid, 0x15, RetryCounter::NoCounter).unwrap_err(), Refusal::NoCounter);
        assert!(PinGate::new(true).permit(&aid, 0x15, RetryCounter::NoCounter).is_ok());
        assert!(PinGate::new(true).permit(&aid, 0x12, RetryCounter::Left(1)).is_ok());
        let mut one = PinGate::last_try_of([(aid.to_vec(), 0x12)]);
        assert!(one.permit(&aid, 0x12, RetryCounter::Left(1)).is_ok());
        assert_eq!(one.permit(&aid, 0x15, RetryCounter::Left(1)).unwrap_err(), Refusal::LastTry);
        assert_eq!(one.permit(&[1], 0x12, RetryCounter::NoCounter).unwrap_err(), Refusal::NoCounter);
    }

    /// Answers of its own to SELECT (AIDs that it has) and to each VERIFY without data.
    struct Counter {
        applications: &'static [&'static [u8]],
        states: Vec<[u8; 2]>,
        selected: Vec<Vec<u8>>,
    }

    impl Transport for Counter {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            match command {
                [0x00, 0xA4, 0x04, _, length, rest @ ..] => {
                    let aid = &rest[..usize::from(*length)];
                    self.selected.push(aid.to_vec());
                    Ok(if self.applications.contains(&aid) { vec![0x90, 0x00] } else { vec![0x6A, 0x82] })
                }
                [0x00, 0x20, 0x00, 0x92, ..] => Ok(self.states.remove(0).to_vec()),
                other => panic!("{other:02X?}"),
            }
        }
    }

    const AID: &[u8] = &[0xD3, 0x92];

    fn opened(applications: &'static [&'static [u8]], states: &[[u8; 2]]) -> (Result<RetryCounter, CardError>, usize) {
        let mut card = Counter { applications, states: states.to_vec(), selected: Vec::new() };
        let counter = Session::new(&mut card).open_counter(AID, 0x12);
        (counter, card.selected.len())
    }

    #[test]
    fn a_reference_that_another_program_left_verified_is_left_and_asked_again() {
        assert_eq!(opened(&[AID, &ISSUER_DOMAIN], &[[0x63, 0xC3]]), (Ok(RetryCounter::Left(3)), 1));
        let verified = opened(&[AID, &ISSUER_DOMAIN], &[[0x90, 0x00], [0x63, 0xC3]]);
        assert_eq!(verified, (Ok(RetryCounter::Left(3)), 3));
    }

    #[test]
    fn an_application_that_is_not_there_has_no_counter() {
        let missing = || Err(CardError::Status(Status::NOT_FOUND));
        assert_eq!(opened(&[], &[[0x63, 0xC3]]), (missing(), 1));
        assert_eq!(opened(&[AID], &[[0x90, 0x00], [0x63, 0xC3]]), (missing(), 2));
    }
}
