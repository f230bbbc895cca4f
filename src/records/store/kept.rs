//! The newest head that is known beside the key: by it an older copy of the database is found.
//!
//! The file has two places that are written in turn, so that a power cut in the middle of one leaves the other.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::crypto::SealPublicKey;

use super::{
    StoreError, files,
    head::{MAX_HEAD, SignedHead},
};

/// The file with the newest head that is known.
#[derive(Debug, Clone)]
pub struct KeptHead {
    path: PathBuf,
}

impl KeptHead {
    /// The file of a name.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The file beside a key file: its name with `.head` after it.
    pub fn beside(key: &Path) -> Self {
        let mut name = key.as_os_str().to_owned();
        name.push(".head");
        Self { path: name.into() }
    }

    /// Its name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest head in it; `None` if there is no such file.
    ///
    /// # Errors
    /// [`StoreError::HeadUnreadable`] if it holds no head that the key signed.
    pub fn load(&self, key: &SealPublicKey) -> Result<Option<SignedHead>, StoreError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(files::io(&self.path, &error)),
        };
        let heads = self.read(&mut file, key)?;
        let newest = heads.into_iter().flatten().max_by_key(|signed| signed.head.size);
        newest.map(Some).ok_or_else(|| StoreError::HeadUnreadable { path: self.path.display().to_string() })
    }

    fn read(&self, file: &mut File, key: &SealPublicKey) -> Result<[Option<SignedHead>; 2], StoreError> {
        let mut bytes = Vec::new();
        let most = u64::try_from(2 * MAX_HEAD).unwrap_or(u64::MAX);
        file.take(most).read_to_end(&mut bytes).map_err(|error| files::io(&self.path, &error))?;
        let (first, second) = bytes.split_at_checked(MAX_HEAD).unwrap_or((&bytes, &[]));
        Ok([first, second].map(|place| {
            let note = std::str::from_utf8(place).ok()?.trim_end();
            SignedHead::parse(&format!("{note}\n")).ok().filter(|signed| signed.verify(key).is_ok())
        }))
    }

    /// Where the file goes if an older database counts: its name with `.lost` after it.
    fn away(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".lost");
        PathBuf::from(name)
    }

    /// Whether nothing is in the way of [`Self::put_away`].
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`].
    pub(super) fn may_be_put_away(&self) -> Result<(), StoreError> {
        let away = self.away();
        if away.exists() { Err(StoreError::AlreadyThere { place: away.display().to_string() }) } else { Ok(()) }
    }

    /// Moves the file away, so that an older database counts.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`], [`StoreError::Io`].
    pub fn put_away(&self) -> Result<(), StoreError> {
        self.may_be_put_away()?;
        fs::rename(&self.path, self.away()).map_err(|error| files::io(&self.path, &error))
    }

    /// Keeps a head, unless a newer one is there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep(&self, signed: &SignedHead, key: &SealPublicKey) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| files::io(&self.path, &error);
        let mut file = match fs::OpenOptions::new().read(true).write(true).open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                drop(files::create(&self.path)?);
                fs::OpenOptions::new().read(true).write(true).open(&self.path).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        let sizes = self.read(&mut file, key)?.map(|place| place.map(|signed| signed.head.size));
        if sizes.iter().flatten().any(|size| *size >= signed.head.size) {
            return Ok(());
        }
        // A place without a head first, else the one with the older head.
        let [first, second] = sizes;
        let at = if second < first { MAX_HEAD } else { 0 };
        let mut place = signed.note().into_bytes();
        place.resize(MAX_HEAD, b'\n');
        file.seek(SeekFrom::Start(u64::try_from(at).unwrap_or(0))).map_err(failed)?;
        file.write_all(&place).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use crate::{
        crypto::SealKey,
        records::store::head::{Head, Log},
    };

    use super::*;

    fn signed(size: u64, key: &SealKey) -> SignedHead {
        let log = Log { database: Uuid::from_bytes([7; 16]), test: false };
        Head { log, size, root: [9; 32], time: "2026-11-27T03:04:05Z".parse().unwrap() }.sign(key)
    }

    #[test]
    fn the_newest_head_is_kept_whatever_becomes_of_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let key = SealKey::from_seed(&[3; 32]);
        let public = key.public_key();
        let kept = KeptHead::beside(&folder.path().join("shop.key"));
        assert_eq!(kept.path(), folder.path().join("shop.key.head"));
        assert_eq!(kept.load(&public), Ok(None));
        for size in [0, 1, 2, 5, 4, 6] {
            kept.keep(&signed(size, &key), &public).unwrap();
        }
        assert_eq!(kept.load(&public).unwrap().unwrap(), signed(6, &key));
        // The two places hold the last two: if either is lost, the other counts.
        let whole = fs::read(kept.path()).unwrap();
        let mut left = Vec::new();
        for place in [0, MAX_HEAD] {
            let mut harmed = whole.clone();
            harmed[place + 60] ^= 1;
            fs::write(kept.path(), &harmed).unwrap();
            left.push(kept.load(&public).unwrap().unwrap().head.size);
        }
        left.sort_unstable();
        assert_eq!(left, [5, 6]);
        fs::write(kept.path(), "").unwrap();
        assert!(matches!(kept.load(&public), Err(StoreError::HeadUnreadable { .. })));
        let other = SealKey::from_seed(&[4; 32]).public_key();
        fs::write(kept.path(), &whole).unwrap();
        assert!(matches!(kept.load(&other), Err(StoreError::HeadUnreadable { .. })));
    }
}
