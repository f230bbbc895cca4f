//! Waiting for a card, on readers that may come and go meanwhile.

use std::{
    thread,
    time::{Duration, Instant},
};

use ::pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, State};

use super::{Slot, SlotState, TransportError, establish, slots, transport_error};

/// What is being waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waiting<'a> {
    /// A reader: none is attached, or none with the wanted name.
    Reader,
    /// A card on one of these readers.
    Card {
        /// The readers' names, the preferred one first.
        readers: &'a [String],
    },
}

/// A wait is cut into pieces, for platforms that do not report when a reader is plugged in.
const PIECE: Duration = Duration::from_millis(1_000);

/// Where nothing can be waited on, the service is asked again after this time.
const PAUSE: Duration = Duration::from_millis(250);

/// A change that comes sooner was not one.
const AT_ONCE: Duration = Duration::from_millis(5);

/// Waits for a card on the readers whose name contains `part`; see [`super::PcscReader::find`].
pub(super) fn for_card(
    part: Option<&str>,
    wait: Duration,
    tell: &mut dyn FnMut(Waiting<'_>),
) -> Result<SlotState, TransportError> {
    let part = part.map(str::to_uppercase);
    until_card(wait, tell, &|slot: &SlotState| match &part {
        Some(part) => slot.display_name().to_uppercase().contains(part),
        None => slot.slot() != Slot::Sam,
    })
}

/// Waits for a card in the slot with this name.
pub(super) fn for_card_in(
    name: &str,
    wait: Duration,
    tell: &mut dyn FnMut(Waiting<'_>),
) -> Result<SlotState, TransportError> {
    until_card(wait, tell, &|slot: &SlotState| slot.display_name() == name)
}

fn until_card(
    wait: Duration,
    tell: &mut dyn FnMut(Waiting<'_>),
    wanted: &dyn Fn(&SlotState) -> bool,
) -> Result<SlotState, TransportError> {
    let start = Instant::now();
    let mut context = establish()?;
    let mut told: Option<Vec<String>> = None;
    loop {
        let mut here = match slots(&context) {
            Ok(here) => here,
            // Windows ends its service with the last reader and starts it with the next one.
            Err(TransportError::NoService) => {
                context = establish()?;
                Vec::new()
            }
            // A reader left between the two questions.
            Err(TransportError::NoReader) => Vec::new(),
            Err(error) => return Err(error),
        };
        here.retain(wanted);
        if let Some(at) = here.iter().position(SlotState::has_card) {
            return Ok(here.swap_remove(at));
        }
        let names: Vec<String> = here.iter().map(SlotState::display_name).collect();
        let left = wait.saturating_sub(start.elapsed());
        if left.is_zero() {
            return Err(if names.is_empty() {
                TransportError::NoReader
            } else {
                TransportError::NoCard { seconds: wait.as_secs() }
            });
        }
        if told.as_ref() != Some(&names) {
            tell(if names.is_empty() { Waiting::Reader } else { Waiting::Card { readers: &names } });
            told = Some(names);
        }
        for_change(&context, &here, left.min(PIECE))?;
    }
}

/// Returns when a slot changes, a reader comes or goes, or `most` is over.
pub(super) fn for_change(context: &Context, slots: &[SlotState], most: Duration) -> Result<(), TransportError> {
    let mut states: Vec<ReaderState> =
        slots.iter().map(|slot| ReaderState::new(slot.name.clone(), slot.state)).collect();
    // macOS does not know the reader that stands for all readers.
    if !cfg!(target_os = "macos") {
        states.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
    }
    if states.is_empty() {
        thread::sleep(most.min(PAUSE));
        return Ok(());
    }
    let start = Instant::now();
    match context.get_status_change(most, &mut states) {
        Ok(()) => {
            // Windows reports the reader that stands for all readers as changed at once, again and again.
            if start.elapsed() < AT_ONCE {
                thread::sleep(most.min(PAUSE));
            }
            Ok(())
        }
        // Cancelled: somebody ended a watch.
        Err(Error::Timeout | Error::Cancelled) => Ok(()),
        Err(Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable | Error::ServiceStopped) => {
            thread::sleep(most.min(PAUSE));
            Ok(())
        }
        Err(error) => Err(transport_error(error)),
    }
}
