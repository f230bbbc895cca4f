//! One connection to one card: exclusive, cold at the start, powered down at the end.

use std::{
    ffi::{CStr, CString},
    mem,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use ::pcsc::{Card, Context, Disposition, Error, Protocols, ShareMode, State};

use super::{
    SlotState, Transport, TransportError,
    error::{TransmitError, transmit_error, transport_error},
    establish, slots,
};
use crate::transport::is_extended;

/// How long another program may hold the card before this one gives up.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// How long a card that no one holds may take to power up.
const POWER_UP: Duration = Duration::from_secs(10);

/// The pause between two attempts.
const RETRY: Duration = Duration::from_millis(100);

/// How long the service may need to notice that a card left: pcscd looks every 400 ms.
const NOTICE: Duration = Duration::from_millis(500);

/// The longest answer: 65,536 bytes and the status word. A smaller buffer would lose answers, because the needed size
/// is not reported (spec field-needs 4.2).
const BUFFER: usize = 65_536 + 2;

/// A card that this program alone may use. Dropping it powers the card down.
pub struct PcscLink {
    /// Always there until the drop.
    card: Option<Card>,
    context: Context,
    name: CString,
    buffer: Vec<u8>,
}

impl PcscLink {
    /// Connects, locks and power-cycles the card.
    pub(super) fn open(name: &CStr) -> Result<Self, TransportError> {
        let context = establish()?;
        let card = hold(&context, name)?;
        Ok(Self { card: Some(card), context, name: name.to_owned(), buffer: vec![0; BUFFER] })
    }

    /// Whether the service says that the card left, now or within the time it needs to notice.
    fn card_left(&self) -> bool {
        let start = Instant::now();
        loop {
            match slot_state(&self.context, &self.name) {
                Ok(Some(slot)) if slot.has_card() => {}
                _ => return true,
            }
            if start.elapsed() >= NOTICE {
                return false;
            }
            thread::sleep(RETRY);
        }
    }
}

impl Transport for PcscLink {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::Removed)?;
        let error = match card.transmit(command, &mut self.buffer) {
            // The first answer of a card that was pulled is empty, and a success (spec field-needs 4.3).
            Ok([] | [_]) => return Err(TransportError::Removed),
            Ok(answer) => {
                let (answer, length) = (answer.to_vec(), answer.len());
                // Answers may hold what must not outlive its use.
                self.buffer.iter_mut().take(length).for_each(|byte| *byte = 0);
                return Ok(answer);
            }
            Err(error) => error,
        };
        match transmit_error(error, is_extended(command)) {
            TransmitError::Clear(error) => Err(error),
            TransmitError::Ambiguous(_) if self.card_left() => Err(TransportError::Removed),
            TransmitError::Ambiguous(error) => Err(error),
        }
    }
}

impl Drop for PcscLink {
    fn drop(&mut self) {
        if let Some(card) = self.card.take() {
            // Where this fails the card is gone, and its state with it.
            let _ = card.disconnect(Disposition::UnpowerCard);
        }
    }
}

impl std::fmt::Debug for PcscLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PcscLink({:?})", self.name)
    }
}

/// Gets hold of the card or gives up in bounded time.
///
/// Both `SCardConnect` and `SCardBeginTransaction` block for as long as another program has a transaction, and nothing
/// can interrupt them. So they run in a thread, with a context of their own, which lets go of the card if it gets it
/// too late.
fn hold(context: &Context, name: &CStr) -> Result<Card, TransportError> {
    let (sender, receiver) = mpsc::sync_channel(0);
    let wanted = name.to_owned();
    let deadline = Instant::now() + PATIENCE;
    thread::Builder::new()
        .name("pcsc-connect".into())
        .spawn(move || {
            let result = establish().and_then(|context| connect(&context, &wanted, deadline));
            if let Err(mpsc::SendError(Ok(card))) = sender.send(result) {
                let _ = Card::disconnect(card, Disposition::LeaveCard);
            }
        })
        .map_err(|error| TransportError::Connection(error.kind()))?;
    let answer = match receiver.recv_timeout(PATIENCE + RETRY) {
        // A card that no one else uses is just slow to power up.
        Err(RecvTimeoutError::Timeout) if !in_use(context, name) => receiver.recv_timeout(POWER_UP),
        answer => answer,
    };
    answer.unwrap_or(Err(TransportError::Busy))
}

/// Connects, locks and power-cycles. Exclusive if the reader allows it; a Sony RC-S300 answers a sharing violation
/// to that (spec field-needs 4.2), and the transaction keeps others out as well.
fn connect(context: &Context, name: &CStr, deadline: Instant) -> Result<Card, TransportError> {
    loop {
        let mut error = TransportError::Busy;
        for mode in [ShareMode::Exclusive, ShareMode::Shared] {
            match attempt(context, name, mode) {
                Ok(card) => return Ok(card),
                Err(Error::SharingViolation) => {}
                // Another program's reset reaches each connection once; the next attempt passes.
                Err(reset @ Error::ResetCard) => error = transport_error(reset),
                Err(other) => return Err(transport_error(other)),
            }
        }
        if Instant::now() >= deadline {
            return Err(error);
        }
        thread::sleep(RETRY);
    }
}

fn attempt(context: &Context, name: &CStr, mode: ShareMode) -> Result<Card, Error> {
    let mut card = context.connect(name, mode, Protocols::ANY)?;
    match start(&mut card, mode) {
        Ok(()) => Ok(card),
        Err(error) => {
            let _ = card.disconnect(Disposition::LeaveCard);
            Err(error)
        }
    }
}

fn start(card: &mut Card, mode: ShareMode) -> Result<(), Error> {
    // The lock belongs to the connection and ends with it (SCardDisconnect), so the guard, which would end it
    // earlier and borrow the card, is not kept.
    mem::forget(card.transaction()?);
    // Power off and on: a PIN that another program verified survives a disconnect and a reset (spec my-number 8.2).
    card.reconnect(mode, Protocols::ANY, Disposition::UnpowerCard)?;
    // `Card::transmit` panics without a protocol.
    match card.status2_owned()?.protocol2() {
        Some(_) => Ok(()),
        None => Err(Error::ProtoMismatch),
    }
}

fn in_use(context: &Context, name: &CStr) -> bool {
    let used = State::INUSE | State::EXCLUSIVE;
    matches!(slot_state(context, name), Ok(Some(slot)) if slot.state.intersects(used))
}

fn slot_state(context: &Context, name: &CStr) -> Result<Option<SlotState>, TransportError> {
    Ok(slots(context)?.into_iter().find(|slot| slot.name.as_c_str() == name))
}
