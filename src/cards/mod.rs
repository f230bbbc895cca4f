//! The cards: recognition, and for each card its tables, reading, decoding and checks.
//!
//! Whatever the card, decoding and checking end in [`Findings`], which is all that a report needs.

use crate::{dump::Dump, kind::CardKind, transport::NeverRecorded, trust::TrustStore, verify::Basis};

mod absent;
mod any;
mod common;
mod credentials;
pub mod drivers_licence;
mod findings;
pub mod my_number;
mod path;
mod read_error;
mod recognise;
mod registry;
pub mod residence_card;
mod table;
mod trace;

pub use any::{Event, Looked, ReadAnyError, Request, Tell, Wanted, look_any, read_any, read_recording};
pub use credentials::{BadCredential, Credential, Credentials};
pub use findings::{
    CardText, Change, Current, ExternalCharacter, Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat,
    SEX_ITEM, Sex, Signed, TriesLeft, Unconfirmed, Warning, notes, remarks,
};
pub use read_error::ReadError;
pub use recognise::{LicenceProbe, RecogniseError, Recognised, read_long, recognise};
pub use table::{Application, Reference};
pub use trace::{Meaning, Trace};

/// Decodes and checks a dump of any card that this version reads; `None` for the other kinds.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Option<Findings> {
    match dump.kind {
        CardKind::MY_NUMBER | CardKind::MY_NUMBER_NO_PHOTO => Some(my_number::check(dump, trust, basis)),
        CardKind::LICENCE => Some(drivers_licence::check(dump, trust, basis)),
        CardKind::MENKYO => Some(drivers_licence::check_menkyo(dump, trust, basis)),
        CardKind::RESIDENCE1
        | CardKind::RESIDENCE1_SPECIAL
        | CardKind::RESIDENCE1_CHILD
        | CardKind::RESIDENCE2
        | CardKind::RESIDENCE2_SPECIAL => Some(residence_card::check(dump, trust, basis)),
        _ => None,
    }
}

/// The files whose bytes no recording may hold, for [`Log::new`](crate::transport::Log::new).
pub const NEVER_RECORDED: &[NeverRecorded] = &ROWS;

const ROWS: [NeverRecorded; my_number::files::NEVER_RECORDED.len()] = [row(0), row(1), row(2)];

const fn row(index: usize) -> NeverRecorded {
    // The index is a constant below the table's length, or this does not compile.
    #[allow(clippy::indexing_slicing)]
    let (application, sfi, clear) = my_number::files::NEVER_RECORDED[index];
    NeverRecorded { aid: application.aid, sfi, clear }
}
