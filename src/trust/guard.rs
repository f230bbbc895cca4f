//! Whether a user's files can be trusted at all: who owns them, and who may write them.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use super::manifest::ManifestError;

/// Refuses what anybody may write, or what belongs to neither this user nor root. The rights of other systems than Unix
/// are not looked at.
///
/// # Errors
/// [`ManifestError`].
pub fn check(path: &Path) -> Result<(), ManifestError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    check_rights(path, &metadata)
}

#[cfg(unix)]
fn check_rights(path: &Path, metadata: &fs::Metadata) -> Result<(), ManifestError> {
    use std::os::unix::fs::MetadataExt;
    let shown = || path.display().to_string();
    if metadata.mode() & 0o002 != 0 {
        return Err(ManifestError::WorldWritable(shown()));
    }
    let me = own_uid().map_err(|error| unreadable(path, &error))?;
    if !may_own(metadata.uid(), me) {
        return Err(ManifestError::OtherOwner(shown()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_rights(_path: &Path, _metadata: &fs::Metadata) -> Result<(), ManifestError> {
    Ok(())
}

/// Anybody who owns a file may change it; root may anyway.
#[cfg(unix)]
fn may_own(owner: u32, me: u32) -> bool {
    owner == me || owner == 0
}

/// The effective user. The standard library does not report it, but a pipe belongs to the user who makes it.
#[cfg(unix)]
fn own_uid() -> io::Result<u32> {
    use std::os::{fd::OwnedFd, unix::fs::MetadataExt};
    let (reader, _writer) = io::pipe()?;
    Ok(fs::File::from(OwnedFd::from(reader)).metadata()?.uid())
}

/// Whether the users of a group may write in a folder of anchors or in its manifest, which is not a reason to refuse it but
/// one to say so.
#[cfg(unix)]
pub fn is_group_writable(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let writable = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o020 != 0);
    writable(folder) || writable(&folder.join(super::manifest::MANIFEST))
}

/// The rights of other systems are not checked.
#[cfg(not(unix))]
pub fn is_group_writable(_folder: &Path) -> bool {
    false
}

/// A folder made under a loose umask must not be one that others may write.
#[cfg(unix)]
pub fn restrict(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder)?.permissions().mode();
    fs::set_permissions(folder, fs::Permissions::from_mode(mode & !0o022))
}

/// The rights of other systems are not checked.
#[cfg(not(unix))]
pub fn restrict(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Reads a regular file of at most `limit` bytes: no device, no pipe, nothing endless.
pub fn read_regular(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// A file or folder that cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> ManifestError {
    ManifestError::Io(path.display().to_string(), error.kind())
}

#[cfg(all(test, unix))]
#[path = "guard_tests.rs"]
mod tests;
