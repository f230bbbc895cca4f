//! Where a session stands, as the pages show it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    cards::CredentialSpec, cards::Wanted, compare::Field, doctor::Finding, iso7816::Refusal, kind::CardKind,
    lang::Bilingual, messages::Problem,
};

use super::{Asking, Books, Drafting, FaceMatch, Reading, Saved, Shares};

/// Where the session stands.
#[derive(Debug)]
pub enum State {
    /// No reader, or one in trouble.
    Trouble(Trouble),
    /// Waiting for a card.
    Waiting,
    /// A card is read.
    Reading(Progress),
    /// The card wants something.
    Asking(Box<Asking>),
    /// Read and checked.
    Checked(Box<Checked>),
    /// The reading ended without a verdict.
    Failed(Failure),
    /// A record is made of it. It stays although the card is gone.
    Record(Box<Drafting>),
    /// The record is saved.
    Recorded(Saved),
    /// Staff look at the records.
    Books(Box<Books>),
    /// Everything is wiped, and the card still lies there: nothing is read until it is removed, or staff want it read again.
    Ended,
}

/// What is wrong with the reader, and what the doctor found.
#[derive(Debug)]
pub struct Trouble {
    /// What happened, and what to do.
    pub problem: Problem,
    /// What `doctor` knows about it.
    pub findings: Vec<Finding>,
}

/// How far a reading is.
#[derive(Debug)]
pub struct Progress {
    /// The card, once it is recognised.
    pub kind: Option<CardKind>,
    /// The step, its bytes so far, and the bytes of its file (0 if nobody knows).
    pub step: Option<(Bilingual, usize, usize)>,
    /// What the holder is asked to share, from then on.
    pub shares: Option<Shares>,
    /// When the last sign of the card came.
    pub since: Timestamp,
    /// How many hints about the card's position are due: 0, 1 (3 seconds without a sign of it) or 2 (8 seconds).
    pub hints: u8,
}

/// One credential that is asked for.
#[derive(Debug)]
pub struct Asked {
    /// Which.
    pub wanted: Wanted,
    /// Why it may not be presented: nobody is asked for it then.
    pub refusal: Option<Refusal>,
    /// It was given, or it is optional and the reading goes on without it.
    pub settled: bool,
    /// Nobody is asked, or the customer does not know it.
    pub(super) left_out: bool,
}

impl Asked {
    /// The credential.
    pub fn credential(&self) -> &'static CredentialSpec {
        self.wanted.credential
    }
}

/// A card that was checked, and what people found; the form's comparison stands in the reading's context.
#[derive(Debug)]
pub struct Checked {
    /// The reading.
    pub reading: Reading,
    /// The human comparison.
    pub face: Option<FaceMatch>,
    /// When it was made.
    pub face_at: Option<Timestamp>,
    /// The fields of the form that staff accept although they are only similar.
    pub accepted: BTreeSet<Field>,
}

/// A reading that ended without a verdict.
#[derive(Debug)]
pub struct Failure {
    /// The card, if it was recognised.
    pub kind: Option<CardKind>,
    /// What went wrong.
    pub problem: Problem,
}
