//! Which card lies on the reader: no credential, no counter touched, never decided by ATR (spec my-number 1.4, residence
//! 1.3, licence 1; design 4).

use crate::{
    iso7816::{CardError, Command, Le, Response, Session, Status},
    kind::CardKind,
    transport::Transport,
};

use super::{
    drivers_licence::files::DF1,
    my_number::files::{self, Application},
};

/// Short EF identifier of the file that residence cards and licences let everybody read: MF/EF02.
const PROBE_SFI: u8 = 0x0A;

/// DF selected although it is blocked (spec licence 1).
const SELECTED_BUT_BLOCKED: Status = Status(0x6283);

/// Tag C1 of MF/EF02 on residence cards: the kind, one or two ASCII digits (spec residence 1.1).
const RESIDENCE_KINDS: &[(&[u8], CardKind)] = &[
    (b"1", CardKind::Residence1),
    (b"2", CardKind::Residence1Special),
    (b"05", CardKind::Residence2),
    (b"06", CardKind::Residence2Special),
    (b"07", CardKind::ResidenceSpecified),
    (b"08", CardKind::ResidenceSpecified),
];

/// Applications that a My Number Card may carry as a guest, and the kind that each makes.
const GUESTS: [(Application, CardKind); 2] =
    [(files::LICENCE_GUEST, CardKind::Menkyo), (files::RESIDENCE_GUEST, CardKind::ResidenceSpecified)];

/// What was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The card's kind.
    pub kind: CardKind,
    /// Other applications on the same chip.
    pub guests: Vec<CardKind>,
    /// What recognising learnt about a 運転免許証.
    pub licence: LicenceProbe,
}

/// What recognising a 運転免許証 learns on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LicenceProbe {
    /// MF/EF02, the PIN setting.
    pub setting: Vec<u8>,
    /// Whether DF1 is blocked (`6283`): the card is recognised, its content is not readable.
    pub blocked: bool,
}

/// Why no card was recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecogniseError {
    /// The card is none of the known kinds.
    #[error("the card is of no known kind")]
    Unknown,
    /// The link broke.
    #[error(transparent)]
    Card(#[from] CardError),
}

/// Recognises a card that was just powered on. Leaves the face application selected on a My Number Card.
///
/// # Errors
/// [`RecogniseError`].
pub fn recognise<T: Transport>(session: &mut Session<T>) -> Result<Recognised, RecogniseError> {
    let probe = probe(session)?;
    if let [0xC1, length, rest @ ..] = probe.as_slice() {
        let value = rest.get(..usize::from(*length)).unwrap_or(rest);
        let kind = RESIDENCE_KINDS.iter().find(|(known, _)| *known == value).map(|(_, kind)| *kind);
        return Ok(recognised(kind.ok_or(RecogniseError::Unknown)?, Vec::new()));
    }
    if let [0x05, 0x01, ..] = probe.as_slice()
        && let Some(blocked) = blocked(session, DF1.aid)?
    {
        let licence = LicenceProbe { setting: probe, blocked };
        return Ok(Recognised { licence, ..recognised(CardKind::Licence, Vec::new()) });
    }
    let mut guests = Vec::new();
    for (application, kind) in GUESTS {
        if has(session, application.aid)? {
            guests.push(kind);
        }
    }
    if has(session, files::FACE.aid)? {
        return Ok(recognised(CardKind::MyNumber, guests));
    }
    Err(RecogniseError::Unknown)
}

/// READ BINARY with an extended Le, of a file that everybody may read: for finding out whether reader and card pass such
/// commands. No credential is used and no counter touched. Only a My Number Card has such a file of more than 256 bytes,
/// the certificate of its face application.
///
/// # Errors
/// [`CardError`]; [`crate::transport::TransportError::LengthUnsupported`] in it where the reader does not pass it.
pub fn read_long<T: Transport>(session: &mut Session<T>, kind: CardKind) -> Result<Response, CardError> {
    if kind == CardKind::MyNumber {
        session.select(files::FACE.aid)?;
        return session.send(&Command::read_sfi(files::FACE_CERTIFICATE.sfi, 0, Le::Extended));
    }
    session.select_master_file()?;
    session.send(&Command::read_sfi(PROBE_SFI, 0, Le::Extended))
}

/// Reads MF/EF02 with room for its longest form; a fixed shorter Le breaks newer cards (spec residence 10).
fn probe<T: Transport>(session: &mut Session<T>) -> Result<Vec<u8>, CardError> {
    let mut response = read_probe(session, 4)?;
    if response.status == Status::WRONG_LENGTH {
        response = read_probe(session, 3)?;
    }
    match response.status {
        Status::OK | Status::END_OF_FILE => Ok(response.data),
        _ => Ok(Vec::new()),
    }
}

fn read_probe<T: Transport>(session: &mut Session<T>, le: u16) -> Result<Response, CardError> {
    session.send(&Command::read_sfi(PROBE_SFI, 0, Le::Short(le)))
}

fn recognised(kind: CardKind, guests: Vec<CardKind>) -> Recognised {
    Recognised { kind, guests, licence: LicenceProbe::default() }
}

/// Whether the card has an application.
fn has<T: Transport>(session: &mut Session<T>, aid: &[u8]) -> Result<bool, CardError> {
    Ok(blocked(session, aid)?.is_some())
}

/// Whether an application is blocked; `None` where the card has none. Whatever other status word refuses, it is not
/// there for us.
fn blocked<T: Transport>(session: &mut Session<T>, aid: &[u8]) -> Result<Option<bool>, CardError> {
    match session.select(aid) {
        Ok(found) => Ok(found.then_some(false)),
        Err(CardError::Status(status)) => Ok((status == SELECTED_BUT_BLOCKED).then_some(true)),
        Err(error) => Err(error),
    }
}
