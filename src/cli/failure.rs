//! Everything that ends a command without a report.

use std::{io, path::PathBuf};

use crate::{
    cards::{RecogniseError, my_number::ReadError},
    dump::DumpError,
    iso7816::CardError,
    kind::CardKind,
    transport::{DrawError, TransportError, recording::RecordingError, replay::UnusedSteps},
    trust::{AddError, ManifestError},
};

use super::{address::BadAddress, credentials::EntryError};

/// Why a command has no result.
#[derive(Debug)]
pub enum Failure {
    /// The reader or the link.
    Transport(TransportError),
    /// The card answered what no card answers.
    Card(CardError),
    /// The card is of no known kind.
    UnknownCard,
    /// A kind that this version recognises and cannot check.
    Unsupported(CardKind),
    /// The reading.
    Read(ReadError),
    /// What a person entered, or a credentials file.
    Entry(EntryError),
    /// An entry is needed and there is no terminal to ask at.
    NoTerminal(&'static str),
    /// The reader address.
    Address(BadAddress),
    /// A simulated card's name or fault.
    Simulator(String),
    /// A file cannot be read.
    Unreadable(PathBuf, io::ErrorKind),
    /// A file cannot be written.
    Unwritable(PathBuf, io::ErrorKind),
    /// A dump.
    Dump(DumpError),
    /// A recording.
    Recording(RecordingError),
    /// A recording that was not used up.
    Unused(UnusedSteps),
    /// Random bytes.
    Draw(DrawError),
    /// Folders of anchors.
    Trust(ManifestError),
    /// `trust add`.
    TrustAdd(AddError),
    /// vpcd is not there, or broke the connection.
    Vpcd(String, io::ErrorKind),
    /// `explain` of no check.
    UnknownCheck(String),
    /// A build without the part that is needed.
    #[cfg_attr(feature = "pcsc", allow(dead_code))]
    NotBuilt(&'static str),
    /// The face picture does not decode.
    NoPhoto,
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {
        $(impl From<$type> for Failure {
            fn from(error: $type) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from! {
    TransportError => Transport,
    EntryError => Entry,
    BadAddress => Address,
    DumpError => Dump,
    RecordingError => Recording,
    UnusedSteps => Unused,
    DrawError => Draw,
    ManifestError => Trust,
    AddError => TrustAdd,
}

impl From<CardError> for Failure {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Transport(error) => Self::Transport(error),
            other => Self::Card(other),
        }
    }
}

impl From<RecogniseError> for Failure {
    fn from(error: RecogniseError) -> Self {
        match error {
            RecogniseError::Unknown => Self::UnknownCard,
            RecogniseError::Card(error) => error.into(),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Card(error) => error.into(),
            // A recording that differs at VERIFY is no lost answer: nothing was sent to a card.
            ReadError::AnswerLost {
                error: error @ (TransportError::Mismatch { .. } | TransportError::RecordingEnded { .. }),
                ..
            } => Self::Transport(error),
            ReadError::Draw(error) => Self::Draw(error),
            other => Self::Read(other),
        }
    }
}
