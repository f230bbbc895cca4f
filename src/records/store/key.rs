//! The key file of a database: the master key that wraps the data keys, and the key that signs heads.

use serde::Deserialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    crypto::{NotSealed, ROW_KEY, ROW_NONCE, RowKey, SEAL_SEED, SealKey},
    transport::{Nonces, nonces::NonceError},
};

/// The format's name and version.
const FORMAT: &str = "taimen.records-key/1";

/// The most bytes of a key file.
pub const MAX_KEY_FILE: usize = 4096;

/// The keys of one database. Wiped when they are dropped; they have no `Debug` form.
pub struct KeyFile {
    /// The database.
    pub database: Uuid,
    /// Which master key: its number in the database.
    pub master_id: u32,
    master: RowKey,
    seed: Zeroizing<[u8; SEAL_SEED]>,
    signer: SealKey,
}

/// The text is not a key file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key of records")]
pub struct NotAKeyFile;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: String,
    database: Uuid,
    master_id: u32,
    master: Zeroizing<String>,
    signer: Zeroizing<String>,
}

impl KeyFile {
    /// New keys.
    ///
    /// # Errors
    /// [`NonceError`].
    pub fn new(database: Uuid, nonces: &mut dyn Nonces) -> Result<Self, NonceError> {
        let (master, seed) = (Zeroizing::new(nonces.draw(ROW_KEY)?), Zeroizing::new(nonces.draw(SEAL_SEED)?));
        Self::from_parts(database, 1, &master, &seed).ok_or(NonceError::System)
    }

    /// The next master key of the same database; heads stay signed by the same key.
    ///
    /// # Errors
    /// [`NonceError`].
    pub fn next(&self, nonces: &mut dyn Nonces) -> Result<Self, NonceError> {
        let master = Zeroizing::new(nonces.draw(ROW_KEY)?);
        let next = self.master_id.checked_add(1).ok_or(NonceError::System)?;
        Self::from_parts(self.database, next, &master, self.seed.as_slice()).ok_or(NonceError::System)
    }

    fn from_parts(database: Uuid, master_id: u32, master: &[u8], seed: &[u8]) -> Option<Self> {
        let seed = Zeroizing::new(<[u8; SEAL_SEED]>::try_from(seed).ok()?);
        let signer = SealKey::from_seed(&seed);
        Some(Self { database, master_id, master: RowKey::from_slice(master)?, seed, signer })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`NotAKeyFile`].
    pub fn parse(text: &str) -> Result<Self, NotAKeyFile> {
        let raw: Raw = toml::from_str(text).map_err(|_| NotAKeyFile)?;
        if raw.format != FORMAT {
            return Err(NotAKeyFile);
        }
        let bytes = |text: &str| hex::decode(text).map(Zeroizing::new).map_err(|_| NotAKeyFile);
        let (master, seed) = (bytes(&raw.master)?, bytes(&raw.signer)?);
        Self::from_parts(raw.database, raw.master_id, &master, &seed).ok_or(NotAKeyFile)
    }

    /// The text of the key file.
    pub fn to_text(&self) -> Zeroizing<String> {
        let master = Zeroizing::new(hex::encode(self.master.as_bytes()));
        let seed = Zeroizing::new(hex::encode(self.seed.as_slice()));
        Zeroizing::new(format!(
            "# Whoever has this file and the database can read every record. Keep it secret, keep a copy elsewhere, and\n\
             # keep both away from the database and its backups. Without it nobody can read the records again.\n\
             format = \"{FORMAT}\"\ndatabase = \"{}\"\nmaster_id = {}\nmaster = \"{}\"\nsigner = \"{}\"\n",
            self.database,
            self.master_id,
            master.as_str(),
            seed.as_str()
        ))
    }

    /// The key that signs heads.
    pub fn signer(&self) -> &SealKey {
        &self.signer
    }

    /// Wraps a data key, for the database.
    ///
    /// # Errors
    /// [`NonceError`].
    pub fn wrap(&self, id: u32, data: &RowKey, nonces: &mut dyn Nonces) -> Result<Vec<u8>, NonceError> {
        let nonce: [u8; ROW_NONCE] = nonces.draw(ROW_NONCE)?.try_into().map_err(|_| NonceError::System)?;
        let sealed = self.master.seal(&nonce, &self.bound(id), data.as_bytes());
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what [`Self::wrap`] made.
    ///
    /// # Errors
    /// [`NotSealed`].
    pub fn unwrap(&self, id: u32, wrapped: &[u8]) -> Result<RowKey, NotSealed> {
        let (nonce, sealed) = wrapped.split_at_checked(ROW_NONCE).ok_or(NotSealed)?;
        RowKey::from_slice(&self.master.open(nonce, &self.bound(id), sealed)?).ok_or(NotSealed)
    }

    fn bound(&self, id: u32) -> Vec<u8> {
        [&b"taimen.records data key\0"[..], self.database.as_bytes(), &self.master_id.to_be_bytes(), &id.to_be_bytes()]
            .concat()
    }
}

#[cfg(test)]
mod tests {
    use crate::transport::nonces::ListedNonces;

    use super::*;

    fn file() -> KeyFile {
        let mut nonces = ListedNonces::new(vec![vec![1; 32], vec![2; 32]]);
        KeyFile::new(Uuid::from_bytes([5; 16]), &mut nonces).unwrap()
    }

    #[test]
    fn a_key_file_is_read_back_and_nothing_else_is_one() {
        let text = file().to_text();
        let read = KeyFile::parse(&text).unwrap();
        assert_eq!(read.to_text(), text);
        assert_eq!(read.signer().public_key(), SealKey::from_seed(&[2; 32]).public_key());
        for (from, to) in [
            ("records-key/1", "records-key/2"),
            ("0101", "01"),
            ("master_id = 1", "master_id = -1"),
            ("format", "more = 1\nformat"),
            ("05050505-", ""),
        ] {
            assert!(KeyFile::parse(&text.replacen(from, to, 1)).is_err(), "{from}");
        }
        assert!(KeyFile::parse("").is_err());
    }

    #[test]
    fn a_wrapped_key_opens_for_its_place_alone() {
        let data = RowKey::from_slice(&[8; 32]).unwrap();
        let wrapped = file().wrap(3, &data, &mut ListedNonces::new(vec![vec![6; 12]])).unwrap();
        assert_eq!(file().unwrap(3, &wrapped).unwrap().as_bytes(), data.as_bytes());
        assert!(file().unwrap(4, &wrapped).is_err());
        let next = file().next(&mut ListedNonces::new(vec![vec![1; 32]])).unwrap();
        assert!(next.unwrap(3, &wrapped).is_err());
        assert!(file().unwrap(3, &wrapped[..10]).is_err());
    }
}
