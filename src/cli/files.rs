//! Files that the user named: personal data, so mode 0600.

use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
};

use crate::messages::Problem;

use super::problem::{unreadable, unwritable};

/// Writes a file that only its owner may read. An existing file is replaced, and becomes private before it is written.
///
/// # Errors
/// [`Problem::Unwritable`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    if path == Path::new("-") {
        // Standard output has the report; a file of this name would surprise everybody.
        return Err(unwritable(path, &io::ErrorKind::InvalidFilename.into()));
    }
    let write = || -> io::Result<()> {
        let mut file = open_private(path)?;
        file.write_all(bytes)?;
        file.flush()
    };
    write().map_err(|error| unwritable(path, &error))
}

/// Writes a new file that only its owner may read; nothing is ever replaced.
///
/// # Errors
/// [`Problem::Unwritable`], also where something stands there.
pub fn write_new_private(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| unwritable(path, &error))
}

#[cfg(unix)]
fn open_private(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> io::Result<fs::File> {
    fs::File::create(path)
}

/// Reads a file, or standard input for `-`, up to a limit and one byte more, so that the caller notices a larger one.
///
/// # Errors
/// [`Problem::Unreadable`].
pub fn read_limited(path: &Path, limit: usize) -> Result<Vec<u8>, Problem> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| unreadable(path, &error))?;
    Ok(bytes)
}
