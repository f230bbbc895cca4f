//! Files beside the database: who may read them, and which folder and device they are on.

use std::{fs, io::ErrorKind, path::Path};

use super::StoreError;

/// The error of a file.
pub(super) fn io(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io { path: path.display().to_string(), error: error.kind() }
}

/// A new empty file that its owner alone may read.
pub(super) fn create(path: &Path) -> Result<fs::File, StoreError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => StoreError::AlreadyThere { place: path.display().to_string() },
        _ => io(path, &error),
    })
}

/// The folder of a file, as the system knows it.
fn folder(path: &Path) -> Option<std::path::PathBuf> {
    let parent = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    fs::canonicalize(parent).ok()
}

/// Whether a file is in the folder of another, or below it: whoever copies that folder has both.
pub(super) fn is_within(file: &Path, other: &Path) -> bool {
    match (folder(file), folder(other)) {
        (Some(file), Some(other)) => file.starts_with(other),
        _ => false,
    }
}

/// Whether two files are on one device, as far as the system says.
#[cfg(unix)]
pub fn on_one_device(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| folder(path).and_then(|folder| fs::metadata(folder).ok()).map(|data| data.dev());
    device(one).is_some_and(|one| Some(one) == device(other))
}

/// Whether two files are on one device, as far as the system says.
#[cfg(not(unix))]
pub fn on_one_device(one: &Path, other: &Path) -> bool {
    let drive = |path: &Path| {
        folder(path).and_then(|folder| folder.components().next().map(|first| first.as_os_str().to_owned()))
    };
    drive(one).is_some_and(|one| Some(one) == drive(other))
}

/// Whether anybody but the owner may read a file.
#[cfg(unix)]
pub(super) fn open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).is_ok_and(|data| data.mode() & 0o077 != 0)
}

/// Whether anybody but the owner may read a file: the folder's rights decide here.
#[cfg(not(unix))]
pub(super) fn open_to_others(_path: &Path) -> bool {
    false
}

/// Refuses a file system of another machine: the locks and the shared memory of a WAL do not work there.
pub(super) fn refuse_network(path: &Path) -> Result<(), StoreError> {
    match on_network(path) {
        true => Err(StoreError::NetworkFile { place: format!("sqlite:{}", path.display()) }),
        false => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn on_network(path: &Path) -> bool {
    /// linux/magic.h: NFS, SMB, CIFS, SMB2, AFS, Ceph, Coda, 9P.
    const NETWORK: [u32; 8] =
        [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x5346_414F, 0x00C3_6400, 0x7375_7245, 0x0102_1997];
    let Some(folder) = folder(path) else { return false };
    rustix::fs::statfs(&folder).is_ok_and(|at| u32::try_from(at.f_type).is_ok_and(|kind| NETWORK.contains(&kind)))
}

#[cfg(not(target_os = "linux"))]
fn on_network(path: &Path) -> bool {
    let shown = folder(path).unwrap_or_default().display().to_string();
    shown.starts_with(r"\\") && !shown.starts_with(r"\\?\") || shown.starts_with(r"\\?\UNC\")
}
