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
        Self::create_in(&Keyring, file, folder)
    }

    fn create_in(secrets: &dyn Secrets, file: KeyFile, folder: &Path) -> Result<Self, StoreError> {
        if secrets.get(file.database)?.is_some() {
            return Err(StoreError::KeyExists { path: in_keyring(file.database) });
        }
        secrets.set(file.database, &file.to_text())?;
        Ok(Self::of_keyring(file, folder))
    }

    /// Reads the keys of a database from the system's key store.
    ///
    /// # Errors
    /// [`StoreError::NoKeyring`], [`StoreError::KeyMissing`].
    pub fn load_from_keyring(database: Uuid, folder: &Path) -> Result<Self, StoreError> {
        Self::load_from(&Keyring, database, folder)
    }

    fn load_from(secrets: &dyn Secrets, database: Uuid, folder: &Path) -> Result<Self, StoreError> {
        let path = in_keyring(database);
        let text = secrets.get(database)?.ok_or_else(|| StoreError::KeyMissing { path: path.clone() })?;
        let file = KeyFile::parse(&text).ok().filter(|file| file.database == database);
        Ok(Self::of_keyring(file.ok_or(StoreError::NotAKey { path })?, folder))
    }

    /// Removes the keys of a database that was not made from the system's key store.
    ///
    /// # Errors
    /// [`StoreError::NoKeyring`].
    pub fn remove_from_keyring(database: Uuid) -> Result<(), StoreError> {
        Keyring.remove(database)
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

/// A store for the keys of databases, each by its database's id.
trait Secrets {
    fn get(&self, database: Uuid) -> Result<Option<Zeroizing<String>>, StoreError>;
    fn set(&self, database: Uuid, text: &str) -> Result<(), StoreError>;
    fn remove(&self, database: Uuid) -> Result<(), StoreError>;
}

/// The system's.
struct Keyring;

impl Keyring {
    fn entry(database: Uuid) -> Result<keyring::Entry, StoreError> {
        keyring::Entry::new(SERVICE, &database.to_string()).map_err(|_| StoreError::NoKeyring)
    }
}

impl Secrets for Keyring {
    fn get(&self, database: Uuid) -> Result<Option<Zeroizing<String>>, StoreError> {
        match Self::entry(database)?.get_password() {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(_) => Err(StoreError::NoKeyring),
        }
    }

    fn set(&self, database: Uuid, text: &str) -> Result<(), StoreError> {
        Self::entry(database)?.set_password(text).map_err(|_| StoreError::NoKeyring)
    }

    fn remove(&self, database: Uuid) -> Result<(), StoreError> {
        Self::entry(database)?.delete_credential().map_err(|_| StoreError::NoKeyring)
    }
}

fn in_keyring(database: Uuid) -> String {
    format!("keyring:{SERVICE}/{database}")
}

/// A key beside its database, or below it, is lost and stolen with it.
fn apart(path: &Path, place: &Place) -> Result<(), StoreError> {
    let together = place.file().is_some_and(|database| files::is_within(path, database));
    let path: PathBuf = path.into();
    if together { Err(StoreError::KeyInFolder { path: path.display().to_string() }) } else { Ok(()) }
}

/// The data keys of a database.
pub(super) struct DataKeys {
    pub(super) all: BTreeMap<u32, RowKey>,
    /// Whether the database has one that does not open.
    pub(super) damaged: bool,
    database: Uuid,
}

impl DataKeys {
    pub(super) fn new(database: Uuid) -> Self {
        Self { all: BTreeMap::new(), damaged: false, database }
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::transport::nonces::ListedNonces;

    use super::*;

    /// A key store in memory; locked, it answers nothing.
    #[derive(Default)]
    struct Memory {
        kept: RefCell<BTreeMap<Uuid, String>>,
        locked: bool,
    }

    impl Secrets for Memory {
        fn get(&self, database: Uuid) -> Result<Option<Zeroizing<String>>, StoreError> {
            match self.locked {
                true => Err(StoreError::NoKeyring),
                false => Ok(self.kept.borrow().get(&database).cloned().map(Zeroizing::new)),
            }
        }

        fn set(&self, database: Uuid, text: &str) -> Result<(), StoreError> {
            self.kept.borrow_mut().insert(database, text.to_owned());
            Ok(())
        }

        fn remove(&self, database: Uuid) -> Result<(), StoreError> {
            self.kept.borrow_mut().remove(&database);
            Ok(())
        }
    }

    fn file(database: Uuid) -> KeyFile {
        KeyFile::new(database, &mut ListedNonces::new(vec![vec![1; 32], vec![2; 32]])).unwrap()
    }

    #[test]
    fn the_system_keeps_the_keys_of_each_database_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (store, database, other) = (Memory::default(), Uuid::from_bytes([5; 16]), Uuid::from_bytes([6; 16]));
        let made = Keys::create_in(&store, file(database), folder.path()).unwrap();
        assert_eq!(made.kept().path(), folder.path().join(format!("{database}.head")));
        let path = format!("keyring:taimen-records/{database}");
        assert_eq!(format!("{made:?}"), format!("Keys({path})"));
        let loaded = Keys::load_from(&store, database, folder.path()).unwrap();
        assert_eq!((loaded.database(), loaded.public_key()), (database, made.public_key()));
        // What is there is not written over, and what is not there is named.
        let again = Keys::create_in(&store, file(database), folder.path()).err();
        assert_eq!(again, Some(StoreError::KeyExists { path }));
        let missing = format!("keyring:taimen-records/{other}");
        let none = Keys::load_from(&store, other, folder.path()).err();
        assert_eq!(none, Some(StoreError::KeyMissing { path: missing.clone() }));
        // Keys under another database's name, and what is not a key.
        for text in [file(database).to_text().to_string(), "geheim".to_owned()] {
            store.set(other, &text).unwrap();
            let error = Keys::load_from(&store, other, folder.path()).err();
            assert_eq!(error, Some(StoreError::NotAKey { path: missing.clone() }));
        }
    }

    #[test]
    fn a_key_store_that_does_not_answer_is_never_written() {
        let folder = tempfile::tempdir().unwrap();
        let (store, database) = (Memory { locked: true, ..Memory::default() }, Uuid::from_bytes([5; 16]));
        assert_eq!(Keys::create_in(&store, file(database), folder.path()).err(), Some(StoreError::NoKeyring));
        assert_eq!(Keys::load_from(&store, database, folder.path()).err(), Some(StoreError::NoKeyring));
        assert!(store.kept.borrow().is_empty());
    }
}
