//! EF.CardAccess: what a chip offers before it is opened, and the master file in which it lies (ICAO Doc 9303-11 4.2; spec passport 3.1).

use crate::{
    cards::{ReadError, model::read_file},
    dump::NotRead,
    iso7816::{CardError, CardSession, FileReadError, MasterForm, ReadFrom, Status, select_file},
    tlv,
};

use super::files::CARD_ACCESS;

/// File identifier of EF.CardAccess, for a chip that does not take its short one.
const CARD_ACCESS_ID: u16 = 0x011C;

/// Status words that a chip may have for a read past the end of a file.
const PAST_END: [Status; 2] = [Status::PAST_END, Status::WRONG_PARAMETERS];

/// Bytes that show how long the file is.
const HEADER: u16 = 8;

/// The first byte of a set of SecurityInfos.
const SET: u8 = 0x31;

/// The forms of SELECT of the master file: the two of ICAO Doc 9303 first. Each is refused by some chips, and some answer `9000` to those
/// without its name and stay where they are.
const MASTER_FORMS: [MasterForm; 4] = [
    MasterForm { silent: true, named: true },
    MasterForm { silent: true, named: false },
    MasterForm { silent: false, named: true },
    MasterForm { silent: false, named: false },
];

/// EF.CardAccess, or why it is not there. A chip that was just powered up has its master file selected, and many refuse to select it again.
pub(super) fn card_access(session: &mut CardSession<'_>) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    let mut read = by_short_identifier(session)?;
    if !session.is_at_start() {
        // What a form brought shows whether the chip meant its `9000`.
        for form in MASTER_FORMS {
            if read.is_ok() {
                break;
            }
            if selects(session, form)? {
                read = by_short_identifier(session)?;
            }
        }
    }
    let read = match read {
        Err(NotRead::Status { status }) if PAST_END.iter().any(|word| word.to_string() == status) => {
            by_header(session, status)?
        }
        Err(NotRead::Status { status }) => by_identifier(session, status)?,
        read => read,
    };
    Ok(read.and_then(|mut bytes| match tlv::header(&bytes, 0) {
        Ok(header) if bytes.first() == Some(&SET) && header.total() <= bytes.len() => {
            bytes.truncate(header.total());
            Ok(bytes)
        }
        _ => Err(NotRead::Malformed { detail: "not a set of SecurityInfos".to_owned() }),
    }))
}

/// Selects the master file in the first form that the chip takes; one that takes none may be opened all the same.
pub(super) fn select_master_file(session: &mut CardSession<'_>) -> Result<(), CardError> {
    for form in MASTER_FORMS {
        if selects(session, form)? {
            break;
        }
    }
    Ok(())
}

fn selects(session: &mut CardSession<'_>, form: MasterForm) -> Result<bool, CardError> {
    match session.select_master_file_as(form) {
        Ok(()) => Ok(true),
        Err(CardError::Status(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn by_short_identifier(session: &mut CardSession<'_>) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    read_file(session, &CARD_ACCESS, None, &mut |_, _| {})
}

/// For a chip that reads nothing past the end of a file: the header, then as much as that announces.
fn by_header(session: &mut CardSession<'_>, refused: String) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    let mut slice = |length| match session.read_slice(CARD_ACCESS.sfi(), 0, length) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(FileReadError::Card(error @ (CardError::Transport(_) | CardError::Endless))) => Err(error),
        Err(_) => Ok(None),
    };
    let header = slice(HEADER)?.and_then(|bytes| tlv::header(&bytes, 0).ok());
    let total = header.and_then(|header| u16::try_from(header.total()).ok()).filter(|total| *total <= 256);
    match total.map(slice).transpose()?.flatten() {
        Some(whole) => Ok(Ok(whole)),
        // Such a word may be about the short identifier.
        None => by_identifier(session, refused),
    }
}

/// For a chip that does not take the short identifier, with the status word that said so.
fn by_identifier(session: &mut CardSession<'_>, refused: String) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    if session.send(&select_file(CARD_ACCESS_ID))?.status != Status::OK {
        return Ok(Err(NotRead::Status { status: refused }));
    }
    let read = session.read_sized_file(ReadFrom::Current, CARD_ACCESS.extent.bytes(), &mut |_, _| {});
    Ok(read.map_err(|error| match error {
        FileReadError::Card(CardError::Status(status)) => NotRead::Status { status: status.to_string() },
        error => NotRead::Unreadable { detail: error.to_string() },
    }))
}
