//! What a card shows without a credential.

use crate::{
    dump::{Dump, Scope},
    iso7816::{CardError, CardSession, Command, Le, PinGate, Response, RetryCounter, Session},
    kind::CardKind,
    transport::{Nonces, Transport},
};

use super::{
    super::{
        Credentials, ReadError, Reference,
        model::{Access, Extent, FREE_FILE, LookContext},
        registry,
    },
    Event, FlowError, RecogniseError, Recognised, Request,
    recognise::{Manner, recognise},
    run,
};

/// A card, and every counter that it reports; no credential is used.
#[derive(Debug)]
#[non_exhaustive]
pub struct Identified {
    /// Which card it is.
    pub recognised: Recognised,
    /// Each reference and its counter; `None` if the card does not report it.
    pub counters: Vec<(&'static Reference, Option<RetryCounter>)>,
    /// What the card shows without a credential, if it shows anything.
    pub dump: Option<Dump>,
}

/// Finds out which card lies there, asks every counter, and reads what is shown without a credential.
///
/// # Errors
/// [`FlowError`].
pub fn identify(card: &mut dyn Transport, request: &Request, nonces: &mut dyn Nonces) -> Result<Identified, FlowError> {
    let mut session: CardSession<'_> = Session::new(card);
    let recognised = recognise(&mut session, request.scope, Manner::Whole)?;
    let mut counters = Vec::new();
    let mut dump = None;
    let Some((_, spec)) = registry::find(recognised.kind) else { return Ok(Identified { recognised, counters, dump }) };
    if spec.scope(Scope::WITHOUT_PIN).is_some() {
        let request = request.clone().scope(Scope::WITHOUT_PIN);
        let meant = request.fits(&recognised)?;
        let mut context = LookContext { session: &mut session, found: &meant.found, request: &request, asking: false };
        let state = meant.card.look(&mut context)?;
        counters = state.counters.iter().map(|(reference, retry_counter)| (*reference, Some(*retry_counter))).collect();
        let (gate, tell) = (&mut PinGate::new(false), &mut |_: Event<'_>| {});
        dump = Some(run(&mut session, meant, &request, state, Credentials::default(), gate, nonces, tell)?);
    }
    let guests = recognised.guests.iter().filter_map(|guest| Some(registry::find(*guest)?.1.references)).flatten();
    for reference in spec.references.iter().chain(guests).copied() {
        let known = counters.iter().any(|(known, _)| *known == reference);
        let of_extra = reference.credential.is_some_and(registry::is_extra);
        if known || of_extra {
            continue;
        }
        let told = match session.select_any(reference.application.aid) {
            Ok(true) => session.ask_retry_counter(reference.sfi),
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        counters.push(match told {
            Ok(told) => (reference, Some(told)),
            Err(CardError::Status(_)) => (reference, None),
            Err(error) => return Err(ReadError::from(error).into()),
        });
    }
    Ok(Identified { recognised, counters, dump })
}

/// A long command, and what came of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct LongRead {
    /// The card.
    pub kind: CardKind,
    /// The answer.
    pub response: Result<Response, CardError>,
    /// Whether the file holds one BER-TLV object, whose header gives its length.
    pub object: bool,
}

/// READ BINARY with an extended Le, of a file that everybody may read, after recognition: for finding out whether reader and card
/// pass such commands.
///
/// # Errors
/// [`RecogniseError`]. That of [`LongRead::response`] is the command's own:
/// [`LengthUnsupported`](crate::transport::TransportError::LengthUnsupported) if the reader does not pass it.
pub fn read_long(card: &mut dyn Transport) -> Result<LongRead, RecogniseError> {
    let mut session: CardSession<'_> = Session::new(card);
    let kind = recognise(&mut session, Scope::FULL, Manner::Short(None))?.kind;
    let files = registry::find(kind).map(|(_, spec)| spec.files).unwrap_or_default();
    let object = files.iter().find(|file| {
        file.access == Access::Free && matches!(file.extent, Extent::Object(_)) && !file.application.is_master_file()
    });
    let response = match object {
        Some(file) => session
            .select(file.application.aid)
            .and_then(|_| session.send(&Command::read_sfi(file.sfi(), 0, Le::Extended))),
        None => {
            session.select_master_file().and_then(|()| session.send(&Command::read_sfi(FREE_FILE, 0, Le::Extended)))
        }
    };
    Ok(LongRead { kind, response, object: object.is_some() })
}
