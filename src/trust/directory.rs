//! A user's folder of anchors, read with its integrity checked.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    anchor::{Anchor, Hierarchy},
    guard::{self, read_regular, unreadable},
    import::MAX_FILE,
    manifest::{self, MANIFEST, Manifest, ManifestError, Row},
};

/// The largest manifest: that of several master lists.
const MAX_MANIFEST: usize = 8 * 1024 * 1024;

/// The most files of a folder that are checked for strays.
const MAX_STRAYS: usize = 1000;

/// How often a folder is read again that another program changes meanwhile.
const MAX_ATTEMPTS: u32 = 10;

/// The file that keeps two programs from changing a folder at once. It stays there, empty.
pub(super) const LOCK: &str = ".lock";

/// A user's folder as it is, with what is wrong with each of its anchors.
#[derive(Debug)]
#[non_exhaustive]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// The rows of its manifest.
    pub entries: Vec<Entry>,
    /// Files that the manifest does not name.
    pub strays: Vec<String>,
    /// Whether a group of users may write there.
    pub group_writable: bool,
}

/// One row of a folder's manifest.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The row.
    pub row: Row,
    /// The anchor, or why it is not one.
    pub anchor: Result<Anchor, ManifestError>,
}

/// Reads the anchors of a user's folder; a folder that does not exist, or without a manifest, holds none.
///
/// # Errors
/// [`ManifestError`]: a folder that anybody may write or that somebody else owns, or one whose files are not what its
/// manifest pins, counts not at all.
pub fn load_directory(folder: &Path) -> Result<Vec<Anchor>, ManifestError> {
    inspect(folder)?.entries.into_iter().map(|entry| entry.anchor).collect()
}

/// The same of a folder that somebody named: one without a manifest is not the one that was meant.
///
/// # Errors
/// As [`load_directory`], and [`ManifestError::NoManifest`].
pub fn load_named_directory(folder: &Path) -> Result<Vec<Anchor>, ManifestError> {
    inspect_named(folder)?.entries.into_iter().map(|entry| entry.anchor).collect()
}

/// Reads a user's folder without giving up at the first damaged anchor. What is damaged still counts not at all: this is
/// for an audit, and for taking it out.
///
/// # Errors
/// [`ManifestError`], if the folder or its manifest as a whole cannot be used.
pub fn inspect(folder: &Path) -> Result<Folder, ManifestError> {
    read(folder, manifest_text(folder)?)
}

/// The same of a folder that somebody named.
///
/// # Errors
/// As [`inspect`], and [`ManifestError::NoManifest`].
pub fn inspect_named(folder: &Path) -> Result<Folder, ManifestError> {
    let none = || ManifestError::NoManifest(folder.display().to_string());
    read(folder, Some(manifest_text(folder)?.ok_or_else(none)?))
}

fn read(folder: &Path, mut text: Option<String>) -> Result<Folder, ManifestError> {
    let mut attempt = 0;
    loop {
        let found = inspect_with(folder, text.as_deref().unwrap_or_default())?;
        let missing = |entry: &Entry| matches!(entry.anchor, Err(ManifestError::MissingFile(..)));
        attempt += 1;
        if attempt == MAX_ATTEMPTS || !found.entries.iter().any(missing) {
            return Ok(found);
        }
        // Another program may have removed an anchor between the manifest and the file.
        let now = manifest_text(folder)?;
        if now == text {
            return Ok(found);
        }
        text = now;
    }
}

fn inspect_with(folder: &Path, toml: &str) -> Result<Folder, ManifestError> {
    let manifest: Manifest = toml::from_str(toml)?;
    let entries: Vec<Entry> = manifest
        .anchors
        .into_iter()
        .map(|row| {
            let anchor = manifest::anchor(&row, Hierarchy::Installed, &mut |file| read_anchor(folder, file));
            Entry { row, anchor }
        })
        .collect();
    let strays = strays(folder, &entries);
    Ok(Folder { path: folder.to_owned(), entries, strays, group_writable: guard::is_group_writable(folder) })
}

/// The manifest of a folder whose rights are in order; `None` if there is none.
fn manifest_text(folder: &Path) -> Result<Option<String>, ManifestError> {
    let path = folder.join(MANIFEST);
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => {
            return Err(unreadable(folder, &io::ErrorKind::NotADirectory.into()));
        }
        Ok(_) => guard::check(folder)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(folder, &error)),
    }
    let bytes = match read_regular(&path, MAX_MANIFEST) {
        Ok(bytes) => bytes,
        // A link that leads nowhere is there, too.
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(&path).is_err() => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(&path, &error)),
    };
    guard::check(&path)?;
    String::from_utf8(bytes).map(Some).map_err(|_| unreadable(&path, &io::ErrorKind::InvalidData.into()))
}

fn read_anchor(folder: &Path, file: &str) -> Result<Vec<u8>, ManifestError> {
    let path = folder.join(file);
    read_regular(&path, MAX_FILE).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ManifestError::MissingFile(file.to_owned()),
        _ => unreadable(&path, &error),
    })
}

fn strays(folder: &Path, entries: &[Entry]) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let names = files.take(MAX_STRAYS).filter_map(|file| Some(file.ok()?.file_name().to_string_lossy().into_owned()));
    let named = |name: &String| entries.iter().any(|entry| entry.row.file == *name);
    let mut strays: Vec<String> =
        names.filter(|name| name != MANIFEST && name != LOCK).filter(|name| !named(name)).collect();
    strays.sort();
    strays
}

#[cfg(all(test, unix))]
#[path = "directory_tests.rs"]
mod tests;
