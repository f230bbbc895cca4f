//! The one way in which a file is written: a temporary file beside it, then a rename. Anybody who holds the old file open, or
//! has another name for it, sees nothing of the new one, and nothing is written through a link, into a pipe or a device.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile, TempPath};

/// Who may read the file, whatever the umask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: personal data and keys.
    Owner,
    /// Everybody.
    Everybody,
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is replaced.
    Replaced,
    /// It is an error of the kind [`io::ErrorKind::AlreadyExists`].
    Kept,
}

/// Why a file is not, or cannot be, written.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// A link, folder, pipe, socket or device has its name.
    #[error("something other than a regular file has this name")]
    NotAFile,
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A name under which a file can be written, as far as that can be known beforehand.
#[derive(Debug, Clone)]
pub struct Destination {
    path: PathBuf,
    // Elsewhere the folder's rights decide (docs/privacy.md).
    #[cfg_attr(not(unix), allow(dead_code))]
    readers: Readers,
    existing: Existing,
}

/// A file under way to its destination. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Started {
    file: NamedTempFile,
    destination: Destination,
}

impl Destination {
    /// Finds out, by making and removing a temporary file, that a file can be written here.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn new(path: &Path, readers: Readers, existing: Existing) -> Result<Self, DestinationError> {
        let destination = Self { path: path.to_owned(), readers, existing };
        destination.start()?;
        Ok(destination)
    }

    /// The name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// [`DestinationError`]; what was there before is untouched then.
    pub fn write(&self, bytes: &[u8]) -> Result<(), DestinationError> {
        let mut started = self.start()?;
        started.write_all(bytes)?;
        started.finish()
    }

    /// Begins to write.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn start(&self) -> Result<Started, DestinationError> {
        self.look()?;
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let file = Builder::new().prefix(".taimen-").tempfile_in(folder)?;
        Ok(Started { file, destination: self.clone() })
    }

    /// What has the name now.
    fn look(&self) -> Result<(), DestinationError> {
        if self.path.file_name().is_none() {
            return Err(DestinationError::NotAFile);
        }
        match fs::symlink_metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
            Ok(found) if !found.is_file() => Err(DestinationError::NotAFile),
            Ok(_) if self.existing == Existing::Kept => Err(io::Error::from(io::ErrorKind::AlreadyExists).into()),
            Ok(found) if found.permissions().readonly() => Err(io::Error::from(io::ErrorKind::PermissionDenied).into()),
            Ok(_) => Ok(()),
        }
    }
}

impl Started {
    /// The file, at its beginning.
    pub fn file(&mut self) -> &mut fs::File {
        self.file.as_file_mut()
    }

    /// Gives the file its name, once the disk has its bytes.
    ///
    /// # Errors
    /// [`DestinationError`]; what was there before is untouched then.
    pub fn finish(self) -> Result<(), DestinationError> {
        // What stood there at the beginning may have been exchanged since. A rename goes through no link; this is for a
        // message that says what is wrong.
        self.destination.look()?;
        #[cfg(unix)]
        if self.destination.readers == Readers::Everybody {
            self.file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        }
        self.file.as_file().sync_all()?;
        // The file is closed first: Windows renames no open one over another.
        let path: TempPath = self.file.into_temp_path();
        let persisted = match self.destination.existing {
            Existing::Replaced => path.persist(&self.destination.path),
            Existing::Kept => path.persist_noclobber(&self.destination.path),
        };
        persisted.map_err(|error| error.error.into())
    }
}

impl Write for Started {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = folder();
        let path = folder.path().join("page.html");
        fs::write(&path, "old and long").unwrap();
        let other_name = folder.path().join("other");
        fs::hard_link(&path, &other_name).unwrap();
        let destination = Destination::new(&path, Readers::Owner, Existing::Replaced).unwrap();
        assert_eq!(names(folder.path()), ["other", "page.html"], "looking leaves nothing behind");
        let mut broken = destination.start().unwrap();
        broken.write_all(b"half").unwrap();
        drop(broken);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old and long");
        destination.write(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_to_string(&other_name).unwrap(), "old and long", "nothing is written in place");
        assert_eq!(names(folder.path()), ["other", "page.html"]);
    }

    #[test]
    fn what_must_be_new_replaces_nothing() {
        let folder = folder();
        let path = folder.path().join("key.pem");
        let destination = Destination::new(&path, Readers::Owner, Existing::Kept).unwrap();
        // Somebody else was faster.
        fs::write(&path, "theirs").unwrap();
        let exists = |error: DestinationError| matches!(error, DestinationError::Io(error) if error.kind() == io::ErrorKind::AlreadyExists);
        assert!(exists(destination.write(b"mine").unwrap_err()));
        assert!(exists(Destination::new(&path, Readers::Owner, Existing::Kept).unwrap_err()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    }

    #[test]
    fn folders_and_names_without_a_folder_are_none() {
        let folder = folder();
        let new = |path: &Path| Destination::new(path, Readers::Owner, Existing::Replaced).unwrap_err();
        for path in [folder.path(), Path::new(".."), Path::new("")] {
            assert!(matches!(new(path), DestinationError::NotAFile), "{path:?}");
        }
        let missing = new(&folder.path().join("none/x"));
        assert!(matches!(missing, DestinationError::Io(error) if error.kind() == io::ErrorKind::NotFound));
        let read_only = folder.path().join("read-only");
        fs::write(&read_only, "").unwrap();
        let mut rights = fs::metadata(&read_only).unwrap().permissions();
        rights.set_readonly(true);
        fs::set_permissions(&read_only, rights).unwrap();
        let refused = new(&read_only);
        assert!(matches!(refused, DestinationError::Io(error) if error.kind() == io::ErrorKind::PermissionDenied));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_are_refused_and_rights_are_set() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = folder();
        let (victim, link, nowhere) =
            (folder.path().join("victim"), folder.path().join("link"), folder.path().join("nowhere"));
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, &link).unwrap();
        symlink(folder.path().join("gone"), &nowhere).unwrap();
        for path in [&link, &nowhere, Path::new("/dev/null")] {
            let refused = Destination::new(path, Readers::Owner, Existing::Replaced).unwrap_err();
            assert!(matches!(refused, DestinationError::NotAFile), "{path:?}");
        }
        // A link that takes the name meanwhile.
        let path = folder.path().join("page");
        let destination = Destination::new(&path, Readers::Owner, Existing::Replaced).unwrap();
        let started = destination.start().unwrap();
        symlink(&victim, &path).unwrap();
        assert!(matches!(started.finish(), Err(DestinationError::NotAFile)));
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        for (readers, mode) in [(Readers::Owner, 0o600), (Readers::Everybody, 0o644)] {
            let path = folder.path().join(format!("{mode:o}"));
            fs::write(&path, "").unwrap();
            Destination::new(&path, readers, Existing::Replaced).unwrap().write(b"x").unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
    }
}
