//! The report: Japanese and English text, JSON, HTML. Verdict first, then what it rests on, what it does not prove,
//! what staff must still do.

use jiff::Timestamp;

use crate::{
    cards::Findings,
    iso7816::Tries,
    lang::{Bilingual, Lang},
    transport::LinkFigures,
};

/// Where the data of a report came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A card, just now.
    Live,
    /// A saved dump.
    Dump,
    /// A recording.
    Replay,
}

/// What a report says besides the findings.
#[derive(Debug, Clone)]
pub struct Context {
    /// Where the data came from.
    pub source: Source,
    /// Which reader (address, and the reader's name where there is one).
    pub reader: String,
    /// When the card was read.
    pub read_at: Timestamp,
    /// What the link carried.
    pub link: LinkFigures,
    /// Counters that are known: which credential, what is left now.
    pub tries: Vec<(Bilingual, Tries)>,
}

/// How a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The language.
    pub lang: Lang,
    /// Whether the electronic sex field was asked for (`--sex`).
    pub sex: bool,
}

/// All that a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What was found.
    pub findings: &'a Findings,
    /// What surrounds it.
    pub context: &'a Context,
    /// How it is shown.
    pub options: Options,
}
