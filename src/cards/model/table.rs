//! Applications, references and files, as every card's tables write them down.

use crate::{iso7816::RetryCounter, lang::Bilingual, transport::NeverRecorded, verify::CheckId};

use super::CredentialSpec;

/// An application on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    /// Name in file names and dumps.
    pub name: &'static str,
    /// Names for people.
    pub title: Bilingual,
    /// The application identifier, always sent whole; of the master file its file identifier.
    pub aid: &'static [u8],
}

impl Application {
    /// Whether it is the master file, which has no application identifier.
    pub fn is_master_file(&self) -> bool {
        self.aid == crate::iso7816::MASTER_FILE
    }

    /// A file of it whose bytes no recording may hold; `clear` leading bytes (an object's header) stay readable.
    pub(crate) const fn never_recorded(&self, sfi: u8, clear: usize) -> NeverRecorded {
        NeverRecorded { aid: self.aid, sfi, clear }
    }
}

/// A reference (a credential that the card compares), by its short EF identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Its name in dumps: application and file identifier.
    pub name: &'static str,
    /// Its name for scripts: application and credential.
    pub id: &'static str,
    /// Its application.
    pub application: Application,
    /// Low five bits of the file identifier.
    pub sfi: u8,
    /// Names for people.
    pub title: Bilingual,
    /// Wrong entries until it is blocked.
    pub limit: u8,
    /// What a person enters for it; `None`: nothing ever presents it.
    pub credential: Option<&'static CredentialSpec>,
    /// Whether every card keeps a counter of it. Then an answer without one lets no VERIFY through.
    pub always_counted: bool,
}

impl Reference {
    /// What a counter says, as a dump keeps it; `None` for no number.
    pub fn left(retry_counter: RetryCounter) -> Option<u8> {
        match retry_counter {
            RetryCounter::Left(left) => Some(left),
            RetryCounter::Blocked => Some(0),
            RetryCounter::NoCounter | RetryCounter::AlreadyVerified => None,
        }
    }
}

/// What opens a file or a key. References are here by short EF identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing is needed.
    Free,
    /// Any one of these references must be verified.
    AnyOf(&'static [u8]),
    /// Every one of these references must be verified.
    AllOf(&'static [u8]),
    /// Mutual authentication; readable in plain or under secure messaging.
    Authenticated,
    /// Mutual authentication, and only under secure messaging.
    Secured,
    /// It is never readable.
    Never,
}

/// How a file is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// READ BINARY by short EF identifier.
    Short(u8),
    /// The same, but no source states the short identifier: SELECT by file identifier if the card does not know it.
    Assumed(u8),
    /// SELECT by file identifier first.
    Select(u16),
}

impl Address {
    /// The low five bits of the file identifier.
    pub const fn sfi(self) -> u8 {
        match self {
            Self::Short(sfi) | Self::Assumed(sfi) => sfi,
            Self::Select(id) => {
                let [_, low] = id.to_be_bytes();
                low & 0x1F
            }
        }
    }

    /// The file identifier.
    pub const fn id(self) -> u16 {
        match self {
            Self::Short(sfi) | Self::Assumed(sfi) => u16::from_be_bytes([0, sfi]),
            Self::Select(id) => id,
        }
    }
}

/// Where a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// At the end of its one BER-TLV object, which may announce at most so many bytes.
    Object(usize),
    /// After so many bytes, filler included; an extended READ BINARY names that length.
    Sized(usize),
    /// The same, but an extended READ BINARY asks for the whole file and names no length.
    Whole(usize),
}

impl Extent {
    /// The size, or the limit of an object.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Object(bytes) | Self::Sized(bytes) | Self::Whole(bytes) => bytes,
        }
    }
}

/// How a file is read whose end is filler: to the end of its data, if the reading may infer the rest.
#[derive(Debug, Clone, Copy)]
pub struct Trim {
    /// Bytes that are asked for first.
    pub first: usize,
    /// The fewest bytes that are asked for next, while the end of the data does not show.
    pub step: usize,
    /// Where the data ends, as far as the first bytes of the file show.
    pub end: fn(&[u8]) -> DataEnd,
    /// The check whose signature covers the filler and so proves what was inferred. `None`: nothing signs the file, so that nothing
    /// could, and what follows its data is of no use.
    pub proof: Option<CheckId>,
}

impl PartialEq for Trim {
    /// The functions are those of the same row.
    fn eq(&self, other: &Self) -> bool {
        (self.first, self.step, self.proof) == (other.first, other.step, other.proof)
    }
}

impl Eq for Trim {}

impl Trim {
    /// How many bytes of a file to have, as its first bytes show, and whether they are all that is not filler.
    pub(crate) fn goal(&self, bytes: &[u8]) -> usize {
        if bytes.is_empty() {
            return self.first;
        }
        match (self.end)(bytes) {
            // If the card gives less than was asked for, its file is not what the table says.
            DataEnd::At(_) if self.proof.is_some() => self.first.max(bytes.len()),
            DataEnd::At(_) => bytes.len(),
            DataEnd::Beyond(least) if bytes.len() < self.first => self.first.max(least),
            DataEnd::Beyond(least) => bytes.len().saturating_add(self.step).max(least),
            DataEnd::Unknown => usize::MAX,
        }
    }
}

/// Where the data of a file ends and its filler begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataEnd {
    /// Within the bytes that are there; this byte fills the rest.
    At(u8),
    /// Not within these bytes: so many are needed at least to know more.
    Beyond(usize),
    /// The bytes do not show it: the whole file is read.
    Unknown,
}

/// A transparent file that a reading may yield.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its name in dumps and reports: application and file identifier.
    pub name: &'static str,
    /// Its application.
    pub application: Application,
    /// How it is addressed.
    pub address: Address,
    /// Names for people.
    pub title: Bilingual,
    /// What opens it.
    pub access: Access,
    /// Where it ends.
    pub extent: Extent,
    /// How it is read without its filler.
    pub trim: Option<&'static Trim>,
    /// The check that covers it, if one does.
    pub signed_by: Option<CheckId>,
    /// Whether it never leaves the memory of the live check, and never passes a network.
    pub private: bool,
}

impl File {
    /// A file of no application, from whose fields a row begins.
    pub(crate) const PLAIN: Self = Self {
        name: "",
        application: Application { name: "", title: Bilingual::new("", ""), aid: &[] },
        address: Address::Short(0),
        title: Bilingual::new("", ""),
        access: Access::Free,
        extent: Extent::Sized(0),
        trim: None,
        signed_by: None,
        private: false,
    };

    /// The low five bits of its identifier.
    pub const fn sfi(&self) -> u8 {
        self.address.sfi()
    }

    /// Its identifier.
    pub const fn id(&self) -> u16 {
        self.address.id()
    }
}

/// A file, and what only its own card's folder knows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableFile<X> {
    /// The file.
    pub file: File,
    /// The rest of its row.
    pub own: X,
}

impl<X> std::ops::Deref for TableFile<X> {
    type Target = File;

    fn deref(&self) -> &File {
        &self.file
    }
}
