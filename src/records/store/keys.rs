//! Where the keys of a database come from, and the data keys that they unwrap.

use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::crypto::{RowKey, SealPublicKey, Sha256Hash};

use super::{
    StoreError,
    entry::Lookup,
    files,
    head::SignedHead,
    kept::KeptHead,
    key::{KeyFile, MAX_KEY_FILE},
    place::Place,
};

/// The name under which the system's key store has our keys.
const SERVICE: &str = "taimen-records";

/// The keys of one database, and where its newest head is kept.
pub struct Keys {
    pub(super) file: KeyFile,
    pub(super) kept: KeptHead,
    /// What the keys are called in messages.
    pub(super) name: String,
}

impl Keys {
    /// Writes new keys to a new file, which nobody else may read.
    ///
    /// # Errors
    /// [`StoreError::KeyExists`], [`StoreError::KeyInFolder`] and those of files.
    pub fn create(file: KeyFile, path: &Path, place: &Place) -> Result<Self, StoreError> {
        apart(path, place)?;
        let mut out = files::create(path).map_err(|error| match error {
            StoreError::AlreadyThere { place } => StoreError::KeyExists { path: place },
            other => other,
        })?;
        let written = out.write_all(file.to_text().as_bytes()).and_then(|()| out.sync_all());
        written.map_err(|error| files::io(path, &error))?;
        Ok(Self { file, kept: KeptHead::beside(path), name: path.display().to_string() })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`StoreError::KeyMissing`], [`StoreError::NotAKey`], [`StoreError::KeyOpen`], [`StoreError::KeyInFolder`].
    pub fn load(path: &Path, place: &Place) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let opened = fs::File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::KeyMissing { path: name.clone() },
            _ => files::io(path, &error),
        })?;
        apart(path, place)?;
        if files::open_to_others(path) {
            return Err(StoreError::KeyOpen { path: name });
        }
        let mut text = Zeroizing::new(String::new());
        let most = u64::try_from(MAX_KEY_FILE).unwrap_or(u64::MAX);
        let read = opened.take(most).read_to_string(&mut text);
        let file = read.ok().and_then(|_| KeyFile::parse(&text).ok());
        let file = file.ok_or_else(|| StoreError::NotAKey { path: name.clone() })?;
        Ok(Self { file, kept: KeptHead::beside(path), name })
    }

    /// Puts new keys into the system's key store; the newest head is kept in a file of `folder`.
    ///
    /// # Errors
    /// [`StoreError::NoKeyring`].
    pub fn create_in_keyring(file: KeyFile, folder: &Path) -> Result<Self, StoreError> {
        let entry = keyring(file.database)?;
        if entry.get_password().is_ok() {
            return Err(StoreError::KeyExists { path: in_keyring(file.database) });
        }
        entry.set_password(&file.to_text()).map_err(|_| StoreError::NoKeyring)?;
        Ok(Self::of_keyring(file, folder))
    }

    /// Reads the keys of a database from the system's key store.
    ///
    /// # Errors
    /// [`StoreError::NoKeyring`], [`StoreError::KeyMissing`].
    pub fn load_from_keyring(database: Uuid, folder: &Path) -> Result<Self, StoreError> {
        let text = keyring(database)?.get_password().map(Zeroizing::new).map_err(|error| match error {
            keyring::Error::NoEntry => StoreError::KeyMissing { path: in_keyring(database) },
            _ => StoreError::NoKeyring,
        })?;
        let file = KeyFile::parse(&text).map_err(|_| StoreError::NotAKey { path: in_keyring(database) })?;
        Ok(Self::of_keyring(file, folder))
    }

    fn of_keyring(file: KeyFile, folder: &Path) -> Self {
        let kept = KeptHead::at(folder.join(format!("{}.head", file.database)));
        Self { name: in_keyring(file.database), file, kept }
    }

    /// The database whose keys they are.
    pub fn database(&self) -> Uuid {
        self.file.database
    }

    /// The key that heads are signed with.
    pub fn public_key(&self) -> SealPublicKey {
        self.file.signer().public_key()
    }

    /// The file with the newest head that is known.
    pub fn kept(&self) -> &KeptHead {
        &self.kept
    }

    /// The newest head that is known.
    ///
    /// # Errors
    /// [`StoreError::HeadUnreadable`].
    pub fn known_head(&self) -> Result<Option<SignedHead>, StoreError> {
        self.kept.load(&self.public_key())
    }

    /// The next master key of the same database.
    ///
    /// # Errors
    /// [`StoreError::NoRandomBytes`].
    pub fn next_master(&self, nonces: &mut dyn crate::transport::Nonces) -> Result<KeyFile, StoreError> {
        self.file.next(nonces).map_err(|_| StoreError::NoRandomBytes)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.name)
    }
}

fn keyring(database: Uuid) -> Result<keyring::Entry, StoreError> {
    keyring::Entry::new(SERVICE, &database.to_string()).map_err(|_| StoreError::NoKeyring)
}

fn in_keyring(database: Uuid) -> String {
    format!("keyring:{SERVICE}/{database}")
}

/// A key beside its database is lost and stolen with it.
fn apart(path: &Path, place: &Place) -> Result<(), StoreError> {
    let together = place.file().is_some_and(|database| files::together(path, database));
    let path: PathBuf = path.into();
    if together { Err(StoreError::KeyInFolder { path: path.display().to_string() }) } else { Ok(()) }
}

/// The data keys of a database.
pub(super) struct DataKeys {
    pub(super) all: BTreeMap<u32, RowKey>,
    database: Uuid,
}

impl DataKeys {
    pub(super) fn new(database: Uuid) -> Self {
        Self { all: BTreeMap::new(), database }
    }

    /// The one that new entries are sealed with.
    pub(super) fn newest(&self) -> Option<(u32, &RowKey)> {
        self.all.last_key_value().map(|(id, key)| (*id, key))
    }

    /// The key of one row.
    pub(super) fn row(&self, key_id: u32, id: Uuid) -> Option<RowKey> {
        self.all.get(&key_id).map(|key| key.derive(id.as_bytes(), "taimen.records row"))
    }

    /// The hashes of lookups under a data key, in order.
    pub(super) fn hashes(&self, key: &RowKey, lookups: &[Lookup]) -> Vec<Sha256Hash> {
        let key = key.derive(self.database.as_bytes(), "taimen.records lookup");
        let hash = |lookup: &Lookup| key.mac(&[lookup.kind.as_bytes(), &[0], lookup.text.as_bytes()]);
        let mut hashes: Vec<Sha256Hash> = lookups.iter().map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }
}
