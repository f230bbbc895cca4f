//! Where confirmation records are kept: one append-only log of sealed entries, in SQLite or PostgreSQL.
//!
//! An entry has a plain [`Header`] and a payload that is sealed with a key of its own. A tree over all entries (RFC 6962) is
//! signed after each commit; the newest head is kept beside the key too. `docs/records.md` describes the format.
//!
//! The calls block. None of them may run on a thread of an asynchronous runtime.

mod backup;
mod entry;
mod files;
mod head;
mod kept;
mod key;
mod keys;
mod link;
mod packed;
mod place;
mod proof;
mod read;
mod rows;
mod schema;
mod session;
mod text;
mod tree;
mod verify;
mod write;

use std::ops::ControlFlow;

use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use crate::messages::{Layer, StoreError};
use crate::{crypto::SealPublicKey, transport::Nonces};

pub use entry::{
    EntryKind, Header, Lookup, MAX_LOOKUPS, MAX_PAYLOAD, MAX_PAYLOAD_WITH_PHOTO, MAX_PROFILE_ID, NewEntry, Ranges,
};
pub use files::on_one_device;
pub use head::{Head, Log, MAX_HEAD, NotAHead, SignedHead, parse_verifier_key};
pub use kept::KeptHead;
pub use key::{KeyFile, MAX_KEY_FILE, NotAKeyFile};
pub use keys::Keys;
pub use place::{Place, Purpose};
pub use proof::{MAX_PROOF, Proof, Proved, Unproved};
pub use read::{Listing, MAX_PAGE};
pub use verify::{Back, Bad, Depth, VerifyReport};
pub use write::Emptied;

use session::Session;

/// How long a server may take to close a connection.
const CLOSE: std::time::Duration = std::time::Duration::from_secs(5);

/// A log that is open.
pub struct Store {
    session: Session,
    runtime: tokio::runtime::Runtime,
}

/// An entry that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Its name.
    pub id: Uuid,
    /// Its number.
    pub seq: u64,
    /// The head after it.
    pub head: SignedHead,
    /// Why the head was not kept beside the key too: the entry is safe, but an older copy of the database would not be
    /// found by it.
    pub head_not_kept: Option<StoreError>,
    /// That the entry before it has a later time, by more than clocks differ: the entry is safe, but a clock is wrong, and days are
    /// counted by clocks.
    pub clock_back: Option<StoreError>,
}

impl Appended {
    /// What is not as it should be although the entry is safe.
    pub fn warnings(&self) -> impl Iterator<Item = &StoreError> {
        self.head_not_kept.iter().chain(&self.clock_back)
    }
}

/// An entry with its content.
pub struct Entry {
    /// What is plain.
    pub header: Header,
    /// What was sealed; `None` if a purge has emptied it.
    pub payload: Option<Zeroizing<Vec<u8>>>,
}

impl Store {
    /// Makes a new database with its tables, and its first data key. `test`: a test database, for ever.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] and others.
    pub fn create(
        place: Place,
        keys: Keys,
        test: bool,
        now: Timestamp,
        nonces: Box<dyn Nonces + Send>,
    ) -> Result<Self, StoreError> {
        let runtime = runtime()?;
        let session = runtime.block_on(Session::create(place, keys, test, now, nonces))?;
        Ok(Self { session, runtime })
    }

    /// Opens a database to write and read, with its keys.
    ///
    /// # Errors
    /// [`StoreError`]: among others the wrong key, a newer schema, and an older copy than the one that is known.
    pub fn open(place: Place, keys: Keys, nonces: Box<dyn Nonces + Send>) -> Result<Self, StoreError> {
        let runtime = runtime()?;
        let session = runtime.block_on(Session::open(place, Purpose::Write, Some(keys), Some(nonces)))?;
        Ok(Self { session, runtime })
    }

    /// Opens a database to look at it alone: without keys everything but the payloads. An older copy than the known one
    /// opens too, and [`Self::verify`] says so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_to_read(place: Place, keys: Option<Keys>) -> Result<Self, StoreError> {
        let runtime = runtime()?;
        let session = runtime.block_on(Session::open(place, Purpose::Read, keys, None))?;
        Ok(Self { session, runtime })
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        self.session.place()
    }

    /// Which log it is, and whether it is a test database.
    pub fn log(&self) -> &Log {
        &self.session.info.log
    }

    /// The key of its heads, as the database says.
    pub fn public_key(&self) -> &SealPublicKey {
        &self.session.info.public_key
    }

    /// Puts an entry at the end. When this returns the entry is safe, whatever happens to the machine.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was added then.
    pub fn append(&mut self, entry: &NewEntry) -> Result<Appended, StoreError> {
        self.runtime.block_on(self.session.append(entry))
    }

    /// Empties the content of entries and puts the entry of the purge at the end, both or neither.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was emptied then.
    pub fn empty(&mut self, ids: &[Uuid], purge: &NewEntry) -> Result<Emptied, StoreError> {
        self.runtime.block_on(self.session.empty(ids, purge))
    }

    /// Removes what was emptied from where the database no longer uses it, if [`Emptied::not_vacuumed`] says that this is still to do.
    ///
    /// # Errors
    /// [`StoreError`]: it may be there still.
    pub fn vacuum(&mut self) -> Result<(), StoreError> {
        self.runtime.block_on(self.session.vacuum())
    }

    /// The plain headers of a page, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn list(&mut self, listing: &Listing) -> Result<Vec<Header>, StoreError> {
        self.runtime.block_on(self.session.list(listing))
    }

    /// Every entry after a number, in the order of the log, until the callback breaks. Memory stays flat.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn each(&mut self, after: u64, with: &mut dyn FnMut(Entry) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.runtime.block_on(self.session.each(after, with))
    }

    /// One entry.
    ///
    /// # Errors
    /// [`StoreError::NoSuchEntry`] and others.
    pub fn read(&mut self, id: Uuid) -> Result<Entry, StoreError> {
        self.runtime.block_on(self.session.read(id))
    }

    /// The first record and all entries that refer to it, in the order of the log.
    ///
    /// # Errors
    /// [`StoreError::NoSuchEntry`] and others.
    pub fn history(&mut self, first: Uuid) -> Result<Vec<Entry>, StoreError> {
        self.runtime.block_on(self.session.history(first))
    }

    /// The headers of the newest entries that can be found by a text, at most [`MAX_PAGE`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find(&mut self, lookup: &Lookup) -> Result<Vec<Header>, StoreError> {
        self.runtime.block_on(self.session.find(lookup))
    }

    /// The newest signed head; `None` for a log without any entry that was opened without its keys.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn head(&mut self) -> Result<Option<SignedHead>, StoreError> {
        self.runtime.block_on(self.session.head())
    }

    /// The proof that an entry is in the log of a head: of one that somebody has, with the name of its file, or the newest. With
    /// `reveal` it opens the content of this one entry too.
    ///
    /// # Errors
    /// [`StoreError::NoSuchEntry`] and others.
    pub fn proof(&mut self, id: Uuid, reveal: bool, under: Option<(&str, &SignedHead)>) -> Result<Proof, StoreError> {
        self.runtime.block_on(self.session.proof(id, reveal, under))
    }

    /// Checks every entry, and heads that are known from elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] if it could not be checked. What is wrong with the log is in the report.
    pub fn verify(&mut self, depth: Depth, known: &[SignedHead]) -> Result<VerifyReport, StoreError> {
        self.runtime.block_on(self.session.verify(depth, known))
    }

    /// Gives two roles of a PostgreSQL server their rights: one that adds and changes nothing, and one that purges too.
    ///
    /// # Errors
    /// [`StoreError::NoRights`] and others.
    pub fn grant(&mut self, writer: Option<&str>, purger: Option<&str>) -> Result<(), StoreError> {
        self.runtime.block_on(self.session.grant(writer, purger))
    }

    /// Writes a whole copy to a new SQLite file, and verifies the copy.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn backup(&mut self, path: &std::path::Path) -> Result<VerifyReport, StoreError> {
        self.runtime.block_on(self.session.backup(path))
    }

    /// A new data key for what is added from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rekey(&mut self, entry: &NewEntry) -> Result<Appended, StoreError> {
        self.runtime.block_on(self.session.rekey(entry, None))
    }

    /// The same, and a new master key that wraps all data keys: the former key file opens nothing any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rekey_master(&mut self, entry: &NewEntry, next: &KeyFile) -> Result<Appended, StoreError> {
        self.runtime.block_on(self.session.rekey(entry, Some(next)))
    }
}

impl Drop for Store {
    /// Closes the database: when this returns its file is one again, without a WAL beside it, unless another program has it open.
    fn drop(&mut self) {
        // Nothing can be waited for on a thread of a runtime; the connection ends by itself then.
        if tokio::runtime::Handle::try_current().is_err() {
            let closing = async { tokio::time::timeout(CLOSE, self.session.leave()).await };
            let _ = self.runtime.block_on(closing);
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.place())
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, StoreError> {
    let made = tokio::runtime::Builder::new_current_thread().enable_all().build();
    made.map_err(|error| StoreError::Io { path: "tokio".to_owned(), error: error.kind() })
}
