//! PC/SC readers: pcscd on Linux, WinSCard on Windows, the PCSC framework on macOS.
//!
//! Quirks and their sources: spec field-needs 4.2 and 4.3, named where they matter.

mod error;
mod link;
mod wait;
mod watch;

use std::{ffi::CString, time::Duration};

use ::pcsc::{Context, ReaderState, Scope, State};

pub use super::slot::Slot;
pub use link::PcscLink;
pub use wait::Waiting;
#[doc(hidden)]
pub use {
    link::PATIENCE,
    watch::{Event, Stopper, Watch},
};

use super::{Transport, TransportError};
use error::transport_error;

/// A slot of a reader that the service knows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderInfo {
    /// The name, as the service writes it.
    pub name: String,
    /// Whether a card that answers is in the slot or in its field.
    pub card: bool,
    /// Whether a card is there that does not answer.
    pub mute: bool,
    /// The card's answer to reset; empty without a card. A hint only: contactless readers make it up.
    pub atr: Vec<u8>,
    /// What the name says about the slot.
    pub slot: Slot,
}

/// Every reader slot that the service knows, the preferred ones first.
///
/// # Errors
/// [`TransportError::NoService`], [`TransportError::NotPermitted`] or [`TransportError::Reader`]. No reader at all is
/// an empty list.
pub fn readers() -> Result<Vec<ReaderInfo>, TransportError> {
    let context = establish()?;
    Ok(slots(&context)?.iter().map(|slot| slot.info()).collect())
}

/// The reader that a person chose, or the one that the card was laid on. Its card may be opened several times.
#[derive(Debug, Clone)]
pub struct PcscReader {
    name: CString,
    info: ReaderInfo,
    wait: Duration,
}

impl PcscReader {
    /// Waits up to `wait` for a card that answers, and chooses the reader that has it.
    ///
    /// `part` is a part of the reader's name in any case, so that all other slots are ignored. Without it all slots
    /// but those for security modules count. Where several hold a card a contactless one is taken. A reader that is
    /// plugged in during the wait counts as well. `tell` is called with what is waited for, once for each change.
    ///
    /// # Errors
    /// [`TransportError::NoReader`] when no such reader came, [`TransportError::NoCard`] when no card came,
    /// [`TransportError::NoService`], [`TransportError::NotPermitted`] or [`TransportError::Reader`].
    pub fn find(part: Option<&str>, wait: Duration, tell: &mut dyn FnMut(Waiting<'_>)) -> Result<Self, TransportError> {
        let found = wait::for_card(part, wait, tell)?;
        Ok(Self { info: found.info(), name: found.name, wait })
    }

    /// The reader and the card, as they were when the card was found.
    pub fn info(&self) -> &ReaderInfo {
        &self.info
    }

    /// Opens the card for this program alone, cold: nothing is selected and nothing verified. The card is released
    /// and powered down when the transport is dropped.
    ///
    /// # Errors
    /// [`TransportError::Busy`] when another program held the card for [`PATIENCE`], else as
    /// [`PcscReader::find`] or [`TransportError::Removed`].
    pub fn open(&mut self) -> Result<PcscLink, TransportError> {
        PcscLink::open(&self.name)
    }

    /// Waits in the same slot for a card, as long as [`PcscReader::find`] would: for a card that was taken away while
    /// the person was asked.
    ///
    /// # Errors
    /// As [`PcscReader::find`].
    pub fn wait_again(&mut self, tell: &mut dyn FnMut(Waiting<'_>)) -> Result<(), TransportError> {
        let name = self.info.name.clone();
        self.info = wait::for_card_in(&name, self.wait, tell)?.info();
        Ok(())
    }
}

/// A new connection to the service.
fn establish() -> Result<Context, TransportError> {
    Context::establish(Scope::User).map_err(transport_error)
}

/// A slot and its state at one moment.
struct SlotState {
    name: CString,
    state: State,
    /// How many insertions and removals the service has counted, if it counts.
    count: u32,
    atr: Vec<u8>,
}

impl SlotState {
    /// A card is there, whether it answers or not.
    fn is_present(&self) -> bool {
        self.state.contains(State::PRESENT)
    }

    /// A card is there, and it answers. (A card at the edge of the field may be there and mute.)
    fn has_card(&self) -> bool {
        self.is_present() && !self.state.contains(State::MUTE)
    }

    fn display_name(&self) -> String {
        self.name.to_string_lossy().into_owned()
    }

    fn slot(&self) -> Slot {
        Slot::guess(&self.display_name())
    }

    fn info(&self) -> ReaderInfo {
        let atr = if self.has_card() { self.atr.clone() } else { Vec::new() };
        let mute = self.is_present() && !self.has_card();
        ReaderInfo { name: self.display_name(), card: self.has_card(), mute, atr, slot: self.slot() }
    }
}

/// Every slot and its state now, the preferred ones first.
fn slots(context: &Context) -> Result<Vec<SlotState>, TransportError> {
    let names = context.list_readers_owned().map_err(transport_error)?;
    let mut states: Vec<ReaderState> = names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)).collect();
    if !states.is_empty() {
        context.get_status_change(Duration::ZERO, &mut states).or_else(error::ignore_timeout)?;
    }
    let mut slots: Vec<SlotState> = states
        .iter()
        .map(|state| SlotState {
            name: state.name().to_owned(),
            state: state.event_state(),
            count: state.event_count(),
            atr: state.atr().to_vec(),
        })
        .collect();
    // Stable: within a kind of slot the service's order stays.
    slots.sort_by_key(SlotState::slot);
    Ok(slots)
}
