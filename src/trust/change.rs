//! Changing a user's folder of anchors: one program at a time, each change whole or not at all.

use std::{fs, io, path::Path, thread, time::Duration};

use jiff::Timestamp;

use crate::{
    crypto,
    destination::{Destination, DestinationError, Existing, Readers},
    text::{errors, whole_seconds},
};

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose, UNPINNED},
    builtin,
    directory::{LOCK, inspect, load_directory},
    facts::Facts,
    guard::{self, read_regular},
    import::{ImportError, MAX_FILE, import_handed_in},
    manifest::{MANIFEST, Manifest, ManifestError, Row},
    mdoc::VicalError,
    passport::{ListError, Refused},
    pins::{self, Pin},
};

/// Why an anchor was not added. Nothing was written then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// The file is not an anchor for this purpose.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The purpose has published fingerprints (or shipped key ids), and this file is not one of them.
    #[error("the file is not one that the issuer published; its SHA-256 is {sha256}")]
    NotPinned {
        /// What it was to vouch for.
        purpose: Purpose,
        /// Its fingerprint.
        sha256: String,
        /// Whether it is a certificate that bears the issuer's name all the same.
        claims: bool,
    },
    /// The file is not a master list that counts.
    #[error(transparent)]
    List(#[from] ListError),
    /// The file is not a VICAL that counts.
    #[error(transparent)]
    Vical(#[from] VicalError),
    /// No certificate in the file has the fingerprint that was named.
    #[error("no certificate in the file has the SHA-256 {0}")]
    PinNotThere(String),
    /// Nothing in the file can be an anchor; why not, of the first. `None` if it holds no certificate.
    #[error("the file holds no certificate that can be used")]
    NothingUsable(Option<Refused>),
    /// It ships with the program, or was added before.
    #[error("{0} is already there")]
    AlreadyThere(String),
    /// Another program is changing the folder, for longer than that takes.
    #[error("{0} is being changed by another program")]
    Busy(String),
    /// The folder as it is cannot be used.
    #[error(transparent)]
    Folder(#[from] ManifestError),
    /// Reading or writing failed.
    #[error("{0}: {1}")]
    Io(String, io::ErrorKind),
}

errors! {
    /// Why an anchor was not removed. The folder is as it was then.
    #[non_exhaustive]
    pub enum RemoveError {
        /// The beginning of a fingerprint needs eight digits.
        TooShort(String) = "'{0}' is too short for a fingerprint",
        NotThere(String) = "nothing was added as '{0}'",
        Shipped(String) = "{0} ships with the program",
        Ambiguous(String, usize) = "'{0}' matches {1} anchors",
        /// Another program is changing the folder, for longer than that takes.
        Busy(String) = "{0} is being changed by another program",
        /// The folder as it is cannot be used.
        Folder(#[from] ManifestError) = "{0}",
        Io(String, io::ErrorKind) = "{0}: {1}",
    }
}

/// Adds an anchor file to a user's folder: the file first, then the manifest by rename, so that a break leaves the
/// folder as it was.
///
/// # Errors
/// [`AddError`]; nothing counts as added then.
pub fn add(folder: &Path, purpose: Purpose, file: &Path, unpinned: bool, now: Timestamp) -> Result<Anchor, AddError> {
    let failed = |path: &Path, error: &io::Error| AddError::Io(shown(path), error.kind());
    let bytes = read_regular(file, MAX_FILE).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => ImportError::TooLarge.into(),
        _ => failed(file, &error),
    })?;
    let (material, entry) = import_handed_in(purpose, &bytes)?;
    let sha256 = material.sha256();
    let shipped = builtin::anchors()?;
    let same = |anchor: &&Anchor| anchor.purpose == purpose && anchor.material == material;
    let already = |known: &Anchor| AddError::AlreadyThere(known.name.clone());
    if let Some(known) = shipped.iter().find(same) {
        return Err(already(known));
    }
    let claim = claim_of(purpose, &material, &shipped);
    if let (Claim::Unpublished { claims }, false) = (claim, unpinned) {
        return Err(AddError::NotPinned { purpose, sha256, claims });
    }
    // A folder that cannot be trusted, or has it already, is not touched.
    if let Some(known) = load_directory(folder)?.iter().find(same) {
        return Err(already(known));
    }

    let change = Change::begin(folder)?;
    if let Some(known) = change.anchors.iter().find(same) {
        return Err(already(known));
    }
    let (content, ending) = match &material {
        Material::CvKey(_) => (&bytes, "json"),
        Material::Certificate(der) => (der, "der"),
    };
    // One key may be under several ids: a file is named after all that it holds.
    let file_sha256 = hex::encode(crypto::sha256(&[content]));
    let stored = format!("{file_sha256}.{ending}");
    let row = Row {
        purpose,
        name: name_of(purpose, &material),
        file: stored.clone(),
        sha256,
        source: source(claim, file, entry.as_deref()),
        official: matches!(claim, Claim::Published(_)),
        doc_types: Vec::new(),
        from_list: false,
        file_sha256: Some(file_sha256),
        added: Some(whole_seconds(now).to_string()),
    };
    change.commit(vec![(row, content.clone())])?;
    let added = load_directory(folder)?;
    added.into_iter().find(|anchor| same(&anchor)).ok_or(AddError::Folder(ManifestError::MissingFile(stored)))
}

/// A folder that this program alone may change until the value is dropped.
pub(super) struct Change<'a> {
    folder: &'a Path,
    rows: Manifest,
    /// What is there.
    anchors: Vec<Anchor>,
    _lock: fs::File,
}

impl<'a> Change<'a> {
    /// Makes the folder if there is none, and takes it.
    pub(super) fn begin(folder: &'a Path) -> Result<Self, AddError> {
        let failed = |path: &Path, error: &io::Error| AddError::Io(shown(path), error.kind());
        if !folder.is_dir() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
            guard::restrict(folder).map_err(|error| failed(folder, &error))?;
        }
        let lock = lock(folder, LOCK_ATTEMPTS).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => AddError::Busy(shown(folder)),
            _ => failed(&folder.join(LOCK), &error),
        })?;
        let mut change = Self { folder, rows: Manifest::default(), anchors: Vec::new(), _lock: lock };
        for entry in inspect(folder)?.entries {
            change.anchors.push(entry.anchor?);
            change.rows.anchors.push(entry.row);
        }
        Ok(change)
    }

    /// Writes the files, then the manifest with their rows; whatever fails, the folder is as it was. A row whose anchor is
    /// there already for its purpose is merged with that.
    pub(super) fn commit(mut self, new: Vec<(Row, Vec<u8>)>) -> Result<(), AddError> {
        let failed = |path: &Path, error: &io::Error| AddError::Io(shown(path), error.kind());
        let mut made = Vec::new();
        let same = |known: &&mut Row, row: &Row| {
            (known.purpose, &known.sha256, &known.file) == (row.purpose, &row.sha256, &row.file)
        };
        let write = || {
            for (row, content) in new {
                if let Some(known) = self.rows.anchors.iter_mut().find(|known| same(known, &row)) {
                    known.merge(&row);
                    continue;
                }
                let path = self.folder.join(&row.file);
                let is_new = !path.exists();
                // What another purpose rests on already is left alone: somebody may be reading it.
                if read_regular(&path, MAX_FILE).ok().as_deref() != Some(content.as_slice()) {
                    write_atomically(&path, &content).map_err(|error| failed(&path, &error))?;
                }
                if is_new {
                    made.push(path);
                }
                self.rows.anchors.push(row);
            }
            write_manifest(self.folder, &self.rows).map_err(|error| failed(&self.folder.join(MANIFEST), &error))
        };
        let written = write();
        if written.is_err() {
            for path in made {
                let _ = fs::remove_file(path);
            }
        }
        written
    }
}

/// The fewest hex digits that name an anchor by its fingerprint.
const MIN_DIGITS: usize = 8;

/// Removes what a user added: by the first digits of its fingerprint (at least eight), or by the name of its file in the
/// folder. A damaged anchor can be removed too. The manifest goes first, so that a break leaves no row without its file.
///
/// # Errors
/// [`RemoveError`].
pub fn remove(folder: &Path, selector: &str, purpose: Option<Purpose>) -> Result<Row, RemoveError> {
    let failed = |path: &Path, error: &io::Error| RemoveError::Io(shown(path), error.kind());
    let selection = Selection::of(selector)?;
    // A folder that is not there holds nothing, and is not made for that.
    if !folder.is_dir() {
        return Err(selection.not_added()?);
    }
    // A folder that cannot be trusted is not touched.
    inspect(folder)?;
    let _lock = lock(folder, LOCK_ATTEMPTS).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => RemoveError::Busy(shown(folder)),
        _ => failed(&folder.join(LOCK), &error),
    })?;
    let rows = inspect(folder)?.entries.into_iter().map(|entry| entry.row);
    let (mut chosen, kept): (Vec<Row>, Vec<Row>) =
        rows.partition(|row| purpose.is_none_or(|purpose| row.purpose == purpose) && selection.fits(row));
    let row = match (chosen.pop(), chosen.len()) {
        (None, _) => return Err(selection.not_added()?),
        (Some(row), 0) => row,
        (Some(_), others) => {
            return Err(RemoveError::Ambiguous(selector.to_owned(), others.saturating_add(1)));
        }
    };
    let rows = Manifest { anchors: kept };
    write_manifest(folder, &rows).map_err(|error| failed(&folder.join(MANIFEST), &error))?;
    // Another purpose may rest on the same file, and what is not a plain file name leads elsewhere.
    if row.has_plain_file_name() && rows.anchors.iter().all(|kept| kept.file != row.file) {
        let _ = fs::remove_file(folder.join(&row.file));
    }
    Ok(row)
}

/// What `remove` was asked for.
struct Selection<'a> {
    selector: &'a str,
    /// The digits, if it can be the beginning of a fingerprint.
    digits: Option<String>,
}

impl<'a> Selection<'a> {
    fn of(selector: &'a str) -> Result<Self, RemoveError> {
        let is_hex = !selector.is_empty() && selector.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && selector.len() < MIN_DIGITS {
            return Err(RemoveError::TooShort(selector.to_owned()));
        }
        Ok(Self { selector, digits: is_hex.then(|| selector.to_ascii_lowercase()) })
    }

    fn begins(&self, sha256: &str) -> bool {
        self.digits.as_deref().is_some_and(|digits| sha256.starts_with(digits))
    }

    fn fits(&self, row: &Row) -> bool {
        self.begins(&row.sha256) || row.file == self.selector
    }

    /// Why nothing that was added fits.
    fn not_added(&self) -> Result<RemoveError, ManifestError> {
        let shipped = builtin::anchors()?;
        let by_file = builtin::fingerprint_of_file(self.selector)?;
        let fits = |sha256: &str| self.begins(sha256) || by_file.as_deref() == Some(sha256);
        Ok(match shipped.iter().find(|anchor| fits(&anchor.material.sha256())) {
            Some(anchor) => RemoveError::Shipped(anchor.name.clone()),
            None => RemoveError::NotThere(self.selector.to_owned()),
        })
    }
}

/// The name under which people find an anchor: the key id, or the certificate's published name or subject.
fn name_of(purpose: Purpose, material: &Material) -> String {
    match material {
        Material::CvKey(key) => key.id.to_string(),
        Material::Certificate(der) => match pins::find(purpose, &material.sha256()) {
            Some(pin) => pin.name.to_owned(),
            None => Facts::of(der).map(|facts| facts.subject).unwrap_or_default(),
        },
    }
}

/// How a file relates to what issuers published.
#[derive(Debug, Clone, Copy)]
enum Claim {
    /// It is a published one.
    Published(&'static Pin),
    /// Issuers published others for this purpose.
    Unpublished { claims: bool },
    /// Nothing is known to be published for this purpose.
    Open,
}

/// A key is in an issuer's place unless its id is one of test or simulated cards, or if it is that of a key that ships;
/// a certificate, if its purpose has published fingerprints and it is not one of them.
fn claim_of(purpose: Purpose, material: &Material, shipped: &[Anchor]) -> Claim {
    match material {
        Material::CvKey(key) => {
            let same_id = |anchor: &Anchor| matches!(&anchor.material, Material::CvKey(known) if known.id == key.id);
            let harmless = key.id.hierarchy().is_some_and(Hierarchy::is_unaccepted);
            let taken = !harmless || shipped.iter().any(same_id);
            // A bare key bears no name.
            if taken { Claim::Unpublished { claims: false } } else { Claim::Open }
        }
        Material::Certificate(der) => match pins::find(purpose, &material.sha256()) {
            Some(pin) => Claim::Published(pin),
            None if pins::published(purpose).next().is_none() => Claim::Open,
            None => {
                let claims = Facts::of(der).is_some_and(|facts| pins::claims_issuer(purpose, &facts));
                Claim::Unpublished { claims }
            }
        },
    }
}

/// The provenance of an added file.
fn source(claim: Claim, file: &Path, entry: Option<&str>) -> String {
    let entry = entry.map_or_else(String::new, |entry| format!(" ({entry})"));
    let added = format!("added by the user from {}{entry}", file_name(file));
    match claim {
        Claim::Published(pin) => format!("{}; {added}", pin.publication()),
        Claim::Unpublished { .. } => format!("{added}; not published by the issuer {UNPINNED}"),
        Claim::Open => added,
    }
}

/// How long another program may hold a folder: this often, that long each.
const LOCK_ATTEMPTS: u32 = 400;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Takes the folder for this program until the value is dropped; [`io::ErrorKind::WouldBlock`] if another one keeps it.
fn lock(folder: &Path, attempts: u32) -> io::Result<fs::File> {
    let path = folder.join(LOCK);
    // Nothing is opened through a link: the lock would lie elsewhere.
    match fs::symlink_metadata(&path) {
        Ok(found) if !found.is_file() => return Err(io::ErrorKind::AlreadyExists.into()),
        _ => {}
    }
    let file = for_owner(fs::OpenOptions::new().create(true).truncate(false).write(true)).open(path)?;
    for _ in 0..attempts {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

fn write_manifest(folder: &Path, rows: &Manifest) -> io::Result<()> {
    let text = toml::to_string(rows).map_err(|_| io::ErrorKind::InvalidData)?;
    write_atomically(&folder.join(MANIFEST), text.as_bytes())
}

fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let destination = Destination::new(path, Readers::Everybody, Existing::Replaced);
    destination.and_then(|destination| destination.write(bytes)).map_err(|error| match error {
        DestinationError::NotAFile => io::ErrorKind::AlreadyExists.into(),
        DestinationError::Io(error) => error,
    })
}

/// Whatever the umask: a folder that anybody may write counts for nothing.
fn for_owner(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o644);
    options
}

pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_at_a_time_holds_a_folder() {
        let folder = std::env::temp_dir().join(format!("taimen-lock-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let held = lock(&folder, 1).unwrap();
        assert_eq!(lock(&folder, 2).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(held);
        lock(&folder, 1).unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }
}
