//! `anchors.toml`: one manifest a folder of anchors, the same for those that ship and those that a user adds.

use serde::{Deserialize, Serialize};

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    builtin,
    import::{ImportError, import},
    pins,
};

/// The file name of a manifest.
pub const MANIFEST: &str = "anchors.toml";

/// What a manifest says.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// One row an anchor.
    #[serde(default, rename = "anchor")]
    pub anchors: Vec<Row>,
}

/// One anchor's row.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What it may vouch for.
    pub purpose: Purpose,
    /// A name for people.
    pub name: String,
    /// The file beside the manifest.
    pub file: String,
    /// The pin: SHA-256 of the modulus bytes, or of the certificate's DER, in lower-case hex.
    pub sha256: String,
    /// Where it was obtained.
    pub source: String,
    /// Whether the issuer itself published it.
    pub official: bool,
    /// When a user added it (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
}

/// Why a folder of anchors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The manifest is not TOML of this form.
    #[error("anchors.toml does not parse: {0}")]
    Toml(#[from] toml::de::Error),
    /// A row names a file that is not there.
    #[error("anchors.toml names {file}, which is not there")]
    MissingFile {
        /// The file.
        file: String,
    },
    /// A row names a file outside its folder.
    #[error("anchors.toml names {file}, which is not a plain file name")]
    BadFileName {
        /// The file.
        file: String,
    },
    /// A file is no anchor.
    #[error("{file}: {error}")]
    Import {
        /// The file.
        file: String,
        /// Why.
        error: ImportError,
    },
    /// A file's content is not what the manifest pins.
    #[error("{file} is not what anchors.toml pins: it was changed")]
    PinMismatch {
        /// The file.
        file: String,
    },
    /// The folder may be written by every user of the machine.
    #[error("{folder} may be written by anybody")]
    WorldWritable {
        /// The folder.
        folder: String,
    },
    /// The folder or a file cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The path.
        path: String,
        /// Why.
        error: std::io::ErrorKind,
    },
}

/// Reads a manifest and the files it names; every file must be what the manifest pins.
///
/// # Errors
/// [`ManifestError`]; nothing of a folder counts when one row is wrong.
pub fn read(
    toml: &str,
    hierarchy: Hierarchy,
    mut file: impl FnMut(&str) -> Result<Vec<u8>, ManifestError>,
) -> Result<Vec<Anchor>, ManifestError> {
    let manifest: Manifest = toml::from_str(toml)?;
    manifest.anchors.iter().map(|row| anchor(row, hierarchy, &mut file)).collect()
}

fn anchor(
    row: &Row,
    hierarchy: Hierarchy,
    file: &mut impl FnMut(&str) -> Result<Vec<u8>, ManifestError>,
) -> Result<Anchor, ManifestError> {
    if row.file.is_empty() || row.file.starts_with('.') || row.file.contains(['/', '\\']) {
        return Err(ManifestError::BadFileName { file: row.file.clone() });
    }
    let material = import(row.purpose, &file(&row.file)?)
        .map_err(|error| ManifestError::Import { file: row.file.clone(), error })?;
    if material.sha256() != row.sha256 {
        return Err(ManifestError::PinMismatch { file: row.file.clone() });
    }
    Ok(Anchor {
        purpose: row.purpose,
        hierarchy: effective_hierarchy(hierarchy, &material),
        name: row.name.clone(),
        material,
        source: row.source.clone(),
        // Only what the program ships, or knows by its fingerprint, counts as published by the issuer.
        official: row.official && (hierarchy != Hierarchy::Installed || pins::name(row.purpose, &row.sha256).is_some()),
    })
}

/// What a user adds is `installed`, except that keys of the test and simulated hierarchies stay what they are: a key id
/// says so by its number, and any key by being one that ships.
fn effective_hierarchy(folder: Hierarchy, material: &Material) -> Hierarchy {
    if folder != Hierarchy::Installed {
        return folder;
    }
    let by_number = match material {
        Material::CvKey(key) => key.id.hierarchy().filter(|own| matches!(own, Hierarchy::Test | Hierarchy::Simulated)),
        Material::Certificate(_) => None,
    };
    by_number.or_else(|| builtin::unaccepted_hierarchy(material)).unwrap_or(folder)
}
