//! What a card holds, and where cards answer differently: data that each card's folder fills in.

use std::borrow::Cow;

use crate::{
    cards::{Application, model::Access},
    crypto::Signer,
    iso7816::Status,
};

/// What the tries query of a blocked reference answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockedQuery {
    /// `63C0`
    NoTries,
    /// `6984`
    Blocked,
}

/// What the tries query of a verified reference answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifiedQuery {
    /// `9000`
    Ok,
    /// `63Cx` with the limit
    Limit,
}

/// What READ BINARY answers to a Le beyond the end of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEnd {
    /// The bytes there are, `9000`.
    Short,
    /// The bytes there are, `6282`.
    Warned,
    /// `6Cxx` with the exact length; `6C00` for 256 and more.
    Exact,
    /// `6700`
    WrongLength,
}

/// How SELECT works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Select {
    /// There is no master file: an application is found by its AID, or with `prefix` by the beginning of one.
    Applications { prefix: bool },
    /// There is a master file: it, dedicated files by their whole name, and with `files` elementary files.
    Folders { files: bool },
}

crate::simulator::record! {
    /// Where cards answer differently.
    #[derive(Debug, Clone)]
    pub(crate) struct Rules;
    atr: Vec<u8> = Vec::new(), "The answer to reset that a contactless reader makes up.";
    select: Select = Select::Folders { files: false }, "How SELECT works.";
    unknown_application: Status = Status::NOT_FOUND, "SELECT of an application that is not there.";
    blocked_folders: bool = false, "Whether DFs are blocked: SELECT answers `6283`.";
    extended: bool = true, "Whether READ BINARY takes an extended Le; without, `6700`.";
    secure_channel: bool = false, "Whether files are read under secure messaging.";
    short_secure: bool = false, "Whether short READ BINARY is taken under secure messaging; without, `6700`.";
    past_end: PastEnd = PastEnd::Short, "READ BINARY beyond the end of a file.";
    most: Option<usize> = None, "The most bytes that READ BINARY returns.";
    blocked_query: BlockedQuery = BlockedQuery::NoTries, "Tries query of a blocked reference.";
    verified_query: VerifiedQuery = VerifiedQuery::Ok, "Tries query of a verified reference.";
    plain_mismatch: bool = false, "Whether a wrong entry is answered with `6300`, without the tries.";
    entry_length: Option<usize> = None, "The only length of an entry, if there is one.";
    last_reference: u8 = 0x9E, "The last P2 that names a reference.";
    // A short identifier then finds references too, and a verified one becomes the current file (spec my-number 8.2, M).
    by_application: bool = false, "Whether what is verified is so in its own application alone, and outlives a warm reset.";
}

/// What an element is.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// A transparent file.
    File { bytes: Vec<u8>, access: Access },
    /// A file of records, numbered from 1.
    Records { records: Vec<Vec<u8>>, access: Access },
    /// A credential that the card compares.
    Reference(Secret),
    /// A private key.
    Key(Box<Key>),
}

/// A reference and its counter, which survives every reset.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    /// `None`: no entry is ever right.
    pub value: Option<Vec<u8>>,
    pub limit: u8,
    pub retry_counter: u8,
    /// Whether the card reports and lowers the counter; a fault turns it off.
    pub counted: bool,
}

impl Secret {
    /// At its full counter; blocked without a value.
    pub fn new(limit: u8, value: Option<&[u8]>) -> Self {
        let retry_counter = if value.is_some() { limit } else { 0 };
        Self { value: value.map(<[u8]>::to_vec), limit, retry_counter, counted: true }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// `None`: the card has a public key without its private half.
    pub signer: Option<Cow<'static, Signer>>,
    /// What must be verified before use.
    pub access: Access,
    /// Whether INTERNAL AUTHENTICATE may use it.
    pub internal: bool,
    /// Whether it works only when it was selected before (spec my-number 3.6, the classic form).
    pub classic: bool,
    pub answers: Answers,
}

/// How a key answers a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answers {
    Honestly,
    /// With a status word.
    Refuses(Status),
    /// With the signature of another challenge.
    Stale,
    /// With one byte less.
    CutShort,
}

/// An application or a dedicated file.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    /// Its name in dumps.
    pub name: &'static str,
    pub aid: &'static [u8],
    /// Elements by their file identifiers.
    pub elements: Vec<(u16, Body)>,
    /// The answer of VERIFY if there is no such reference.
    pub no_reference: Status,
    /// Where the security status waits for this application to be selected again; `None` if it ends.
    pub kept: Option<Vec<u8>>,
}

impl Folder {
    pub fn new(application: &Application, no_reference: Status) -> Self {
        Self { name: application.name, aid: application.aid, elements: Vec::new(), no_reference, kept: None }
    }

    /// Adds an element; a second one with the same identifier replaces the first.
    pub fn put(&mut self, id: u16, body: Body) {
        match self.elements.iter_mut().find(|(known, _)| *known == id) {
            Some((_, old)) => *old = body,
            None => self.elements.push((id, body)),
        }
    }
}
