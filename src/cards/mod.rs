//! The cards: what a card is (`model`), the one flow that reads any of them, and for each card its own folder with tables,
//! what is special in its reading, decoding and checks. [`registry`] has one line a card.
//!
//! Whatever the card, decoding and checking end in [`Findings`], which is all that a report needs.

mod absent;
mod common;
#[doc(hidden)]
pub mod drivers_licence;
mod findings;
#[doc(hidden)]
pub mod flow;
#[doc(hidden)]
pub mod mdoc;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod my_number;
#[doc(hidden)]
pub mod passport;
mod path;
mod presentation;
mod read_error;
#[doc(hidden)]
pub mod registry;
mod remembered;
#[doc(hidden)]
pub mod residence_card;
mod trace;

#[doc(hidden)]
pub use findings::notes;
pub use findings::{
    AgeCondition, CardText, Change, Current, ExternalCharacter, Findings, Holder, Item, ItemValue, Note, Picture,
    PictureFormat, Sex, Signed, TriesLeft, Unconfirmed, Warning,
};
pub(crate) use findings::{SEX_ITEM, remarks};
pub use flow::{
    Ask, Event, FlowError, Identified, Looked, Outcome, RecogniseError, Recognised, Request, Sharing, Tell, Wanted,
    identify, play, read, read_recording, start,
};
pub use model::{Application, CredentialSpec, Credentials, EntryError, EntrySpec, Reference, Who};
pub(crate) use presentation::{Inquiry, Presentation};
pub use read_error::ReadError;
pub use registry::{check, never_recorded};
#[cfg(feature = "records")]
pub(crate) use registry::{kin, long_numbered, number};
pub use remembered::Remembered;
#[doc(hidden)]
pub use trace::{Meaning, Trace};
