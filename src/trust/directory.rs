//! A user's folder of anchors: read with its integrity checked, added to atomically.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::text::whole_seconds;

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    builtin,
    facts::Facts,
    import::{ImportError, MAX_FILE, import_handed_in},
    manifest::{self, MANIFEST, Manifest, ManifestError, Row},
    pins::{self, Pin},
};

/// Reads the anchors of a user's folder; a folder that does not exist holds none.
///
/// # Errors
/// [`ManifestError`]: a folder that anybody may write, or one whose files are not what its manifest pins, counts not at
/// all.
pub fn load_directory(folder: &Path) -> Result<Vec<Anchor>, ManifestError> {
    let manifest = folder.join(MANIFEST);
    let toml = match read_text(&manifest) {
        Ok(toml) => toml,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(&manifest, &error)),
    };
    refuse_world_writable(folder)?;
    refuse_world_writable(&manifest)?;
    manifest::read(&toml, Hierarchy::Installed, |file| {
        let path = folder.join(file);
        match read_regular(&path, MAX_FILE) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ManifestError::MissingFile { file: file.to_owned() })
            }
            Err(error) => Err(unreadable(&path, &error)),
        }
    })
}

/// Why an anchor was not added. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The file is no anchor for this purpose.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The purpose has published fingerprints (or shipped key ids), and this file is none of them.
    #[error("the file is not one that the issuer published; its SHA-256 is {sha256}")]
    NotPinned {
        /// What it was to vouch for.
        purpose: Purpose,
        /// Its fingerprint.
        sha256: String,
        /// Whether it is a certificate that bears the issuer's name all the same.
        claims: bool,
    },
    /// It ships with the program, or was added before.
    #[error("{name} is already there")]
    AlreadyThere {
        /// Its name.
        name: String,
    },
    /// The folder as it stands cannot be used.
    #[error(transparent)]
    Folder(#[from] ManifestError),
    /// Reading or writing failed.
    #[error("{path}: {error}")]
    Io {
        /// The path.
        path: String,
        /// Why.
        error: io::ErrorKind,
    },
}

/// Adds an anchor file to a user's folder: the file first, then the manifest by rename, so that a break leaves the
/// folder as it was.
///
/// # Errors
/// [`AddError`]; nothing counts as added then.
pub fn add(folder: &Path, purpose: Purpose, file: &Path, unpinned: bool, now: Timestamp) -> Result<Anchor, AddError> {
    let failed =
        |path: &Path, error: &io::Error| AddError::Io { path: path.display().to_string(), error: error.kind() };
    let bytes = read_regular(file, MAX_FILE).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => ImportError::TooLarge.into(),
        _ => failed(file, &error),
    })?;
    let (material, entry) = import_handed_in(purpose, &bytes)?;
    let sha256 = material.sha256();
    let name = name_of(purpose, &material);

    let shipped = builtin::anchors()?;
    let installed = load_directory(folder)?;
    let same = |anchor: &&Anchor| anchor.purpose == purpose && anchor.material == material;
    if let Some(known) = shipped.iter().chain(&installed).find(same) {
        return Err(AddError::AlreadyThere { name: known.name.clone() });
    }
    let claim = claim_of(purpose, &material, &shipped);
    if let (Claim::Unpublished { claims }, false) = (claim, unpinned) {
        return Err(AddError::NotPinned { purpose, sha256, claims });
    }

    if !folder.is_dir() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        restrict(folder).map_err(|error| failed(folder, &error))?;
    }
    refuse_world_writable(folder)?;
    let stored = format!("{sha256}.{}", if matches!(material, Material::CvKey(_)) { "json" } else { "der" });
    let content = match &material {
        Material::CvKey(_) => &bytes,
        Material::Certificate(der) => der,
    };
    let mut rows = rows(folder)?;
    rows.anchors.push(Row {
        purpose,
        name,
        file: stored.clone(),
        sha256,
        source: source(claim, file, entry.as_deref()),
        official: matches!(claim, Claim::Published(_)),
        added: Some(whole_seconds(now).to_string()),
    });
    let manifest = folder.join(MANIFEST);
    let text = toml::to_string(&rows).unwrap_or_default();
    write_atomically(&folder.join(&stored), content)
        .and_then(|()| write_atomically(&manifest, text.as_bytes()))
        .map_err(|error| failed(&manifest, &error))?;
    let added = load_directory(folder)?;
    added.into_iter().find(|anchor| same(&anchor)).ok_or(AddError::Folder(ManifestError::MissingFile { file: stored }))
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

/// How a file stands to what issuers published.
#[derive(Debug, Clone, Copy)]
enum Claim {
    /// It is a published one.
    Published(&'static Pin),
    /// Issuers published others for this purpose.
    Unpublished { claims: bool },
    /// Nothing is known to be published for this purpose.
    Open,
}

/// A key stands in an issuer's place if it claims an id of production, or of a key that ships; a certificate, if its
/// purpose has published fingerprints and it is none of them.
fn claim_of(purpose: Purpose, material: &Material, shipped: &[Anchor]) -> Claim {
    match material {
        Material::CvKey(key) => {
            let same_id = |anchor: &Anchor| matches!(&anchor.material, Material::CvKey(known) if known.id == key.id);
            let taken = key.id.hierarchy() == Some(Hierarchy::Production) || shipped.iter().any(same_id);
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
        Claim::Unpublished { .. } => format!("{added}; not published by the issuer (--unpinned)"),
        Claim::Open => added,
    }
}

fn rows(folder: &Path) -> Result<Manifest, AddError> {
    let path = folder.join(MANIFEST);
    match read_text(&path) {
        Ok(toml) => Ok(toml::from_str(&toml).map_err(ManifestError::from)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Manifest::default()),
        Err(error) => Err(unreadable(&path, &error).into()),
    }
}

/// Writes beside the file and renames. What a broken run left there goes first, so that nothing is written through a
/// link.
fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = PathBuf::from(path);
    temporary.set_extension("new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

/// The largest manifest.
const MAX_MANIFEST: usize = 1024 * 1024;

/// Reads a regular file of at most `limit` bytes: no device, no pipe, nothing endless.
fn read_regular(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read_regular(path, MAX_MANIFEST)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn unreadable(path: &Path, error: &io::Error) -> ManifestError {
    ManifestError::Io { path: path.display().to_string(), error: error.kind() }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(unix)]
fn refuse_world_writable(path: &Path) -> Result<(), ManifestError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(|error| unreadable(path, &error))?.permissions().mode();
    if mode & 0o002 != 0 {
        return Err(ManifestError::WorldWritable { folder: path.display().to_string() });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_world_writable(_path: &Path) -> Result<(), ManifestError> {
    Ok(())
}

/// A folder made under a loose umask must not be one that anybody may write.
#[cfg(unix)]
fn restrict(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder)?.permissions().mode();
    fs::set_permissions(folder, fs::Permissions::from_mode(mode & !0o022))
}

#[cfg(not(unix))]
fn restrict(_folder: &Path) -> io::Result<()> {
    Ok(())
}
