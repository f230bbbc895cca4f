//! `anchors.toml`: one manifest a folder of anchors, the same for those that ship and those that a user adds.

use serde::{Deserialize, Serialize};

use crate::crypto::sha256;

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose, UNPINNED},
    builtin,
    facts::Facts,
    import::{ImportError, import},
    pins,
};
use crate::text::errors;

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
    /// The docTypes that it may vouch for (`mdoc`); empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doc_types: Vec<String>,
    /// Whether it came in a signed list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_list: bool,
    /// SHA-256 of the file, byte for byte: of a key it also holds its id and exponent to what was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<String>,
    /// When a user added it (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
}

impl Row {
    /// Takes in what another row says of the same anchor: a further list allows more document types, and whoever adds the
    /// certificate by itself lifts what lists restrict.
    pub(super) fn merge(&mut self, other: &Self) {
        let alone = self.from_list && !other.from_list;
        if alone || (self.source.contains(UNPINNED) && !other.source.contains(UNPINNED)) {
            self.source.clone_from(&other.source);
        }
        self.from_list &= other.from_list;
        if other.doc_types.is_empty() {
            self.doc_types.clear();
        } else if !self.doc_types.is_empty() {
            self.doc_types.extend(other.doc_types.iter().cloned());
            self.doc_types.sort();
            self.doc_types.dedup();
        }
    }

    /// Whether its file is one beside the manifest, and no hidden one.
    pub fn has_plain_file_name(&self) -> bool {
        !(self.file.is_empty() || self.file.starts_with('.') || self.file.contains(['/', '\\', ':']))
    }
}

errors! {
    /// Why a folder of anchors cannot be used.
    #[non_exhaustive]
    pub enum ManifestError {
        /// The manifest is not TOML of this form.
        Toml(#[from] toml::de::Error) = "anchors.toml does not parse: {0}",
        MissingFile(String) = "anchors.toml names {0}, which is not there",
        BadFileName(String) = "anchors.toml names {0}, which is not a plain file name",
        Import(String, ImportError) = "{0}: {1}",
        /// A file's content is not what the manifest pins.
        PinMismatch(String) = "{0} is not what anchors.toml pins: it was changed",
        /// A row says that the issuer published a file, but no issuer published its fingerprint.
        NotPublished(String) = "anchors.toml says that {0} was published by its issuer, which it was not",
        WorldWritable(String) = "anybody may write to {0}",
        /// The folder, its manifest or a file belongs to somebody else.
        OtherOwner(String) = "{0} belongs to another user",
        /// A folder that somebody named has no manifest.
        NoManifest(String) = "{0} has no anchors.toml",
        Io(String, std::io::ErrorKind) = "{0}: {1}",
    }
}

/// Reads a manifest and the files it names; every file must be what the manifest pins.
///
/// # Errors
/// [`ManifestError`]; nothing of a folder counts when one row is wrong.
#[cfg(test)]
pub fn read(
    toml: &str,
    hierarchy: Hierarchy,
    mut file: impl FnMut(&str) -> Result<Vec<u8>, ManifestError>,
) -> Result<Vec<Anchor>, ManifestError> {
    let manifest: Manifest = toml::from_str(toml)?;
    manifest.anchors.iter().map(|row| anchor(row, hierarchy, &mut file)).collect()
}

/// The anchor of one row, its file as the row pins it.
///
/// # Errors
/// [`ManifestError`].
pub fn anchor(
    row: &Row,
    hierarchy: Hierarchy,
    file: &mut impl FnMut(&str) -> Result<Vec<u8>, ManifestError>,
) -> Result<Anchor, ManifestError> {
    if !row.has_plain_file_name() {
        return Err(ManifestError::BadFileName(row.file.clone()));
    }
    let bytes = file(&row.file)?;
    let material = import(row.purpose, &bytes).map_err(|error| ManifestError::Import(row.file.clone(), error))?;
    let whole = row.file_sha256.as_ref().is_none_or(|pin| *pin == hex::encode(sha256(&[&bytes])));
    if material.sha256() != row.sha256 || !whole {
        return Err(ManifestError::PinMismatch(row.file.clone()));
    }
    // In a user's folder only what the program knows by its fingerprint counts as published by the issuer.
    if row.official && hierarchy == Hierarchy::Installed && pins::find(row.purpose, &row.sha256).is_none() {
        return Err(ManifestError::NotPublished(row.file.clone()));
    }
    Ok(Anchor {
        purpose: row.purpose,
        hierarchy: effective_hierarchy(hierarchy, row.purpose, &material),
        name: row.name.clone(),
        material,
        source: row.source.clone(),
        official: row.official,
        doc_types: row.doc_types.clone(),
        from_list: row.from_list,
    })
}

/// What a user adds is `installed`, except that keys of the test and simulated hierarchies stay what they are: a key id
/// says so by its number, a certificate by its published fingerprint or its name, and any key by being one that ships.
fn effective_hierarchy(folder: Hierarchy, purpose: Purpose, material: &Material) -> Hierarchy {
    if folder != Hierarchy::Installed {
        return folder;
    }
    let own = match material {
        Material::CvKey(key) => key.id.hierarchy().filter(|own| own.is_unaccepted()),
        Material::Certificate(der) => {
            let test = || Facts::of(der).filter(pins::is_jpki_test).map(|_| Hierarchy::Test);
            pinned_unaccepted(purpose, &material.sha256()).or_else(test)
        }
    };
    own.or_else(|| builtin::unaccepted_hierarchy(material)).unwrap_or(folder)
}

/// The hierarchy of a published fingerprint, if it is one that does not count by itself.
fn pinned_unaccepted(purpose: Purpose, sha256: &str) -> Option<Hierarchy> {
    pins::find(purpose, sha256).map(|pin| pin.hierarchy).filter(|own| own.is_unaccepted())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a row says of where its anchor is from, what came in a list, and for which document types.
    fn row(source: &str, from_list: bool, doc_types: &[&str]) -> Row {
        Row {
            purpose: Purpose::Mdoc,
            name: "an anchor".to_owned(),
            file: "a.der".to_owned(),
            sha256: String::new(),
            source: source.to_owned(),
            official: false,
            doc_types: doc_types.iter().map(|name| (*name).to_owned()).collect(),
            from_list,
            file_sha256: None,
            added: None,
        }
    }

    #[test]
    fn of_two_rows_the_source_that_restricts_less_stays() {
        let [vouched, insisted] = ["vouched for".to_owned(), format!("insisted on {UNPINNED}")];
        // Whether the row that is there is one of a list and one that somebody insisted on; the same of the new one; whether
        // the new one's source counts.
        for (there, new, taken) in [
            // Added by itself after a list, or vouched for after somebody insisted.
            ([true, false], [false, false], true),
            ([true, false], [false, true], true),
            ([true, true], [false, false], true),
            ([true, true], [false, true], true),
            ([true, true], [true, false], true),
            ([false, true], [false, false], true),
            ([false, true], [true, false], true),
            // Nothing better: what is there stays.
            ([true, false], [true, false], false),
            ([true, false], [true, true], false),
            ([true, true], [true, true], false),
            ([false, false], [false, false], false),
            ([false, false], [false, true], false),
            ([false, false], [true, false], false),
            ([false, false], [true, true], false),
            ([false, true], [false, true], false),
            ([false, true], [true, true], false),
        ] {
            let of = |[from_list, unpinned]: [bool; 2], which: &str| {
                let source = if unpinned { &insisted } else { &vouched };
                row(&format!("{which}, {source}"), from_list, &[])
            };
            let (mut known, other) = (of(there, "there"), of(new, "new"));
            known.merge(&other);
            assert_eq!(known.source.starts_with("new"), taken, "{there:?} {new:?}");
            assert_eq!(known.from_list, there[0] && new[0], "{there:?} {new:?}");
        }
    }

    #[test]
    fn of_two_rows_every_document_type_counts_and_none_means_all() {
        let cases: [[&[&str]; 3]; 4] =
            [[&["b"], &["a", "b"], &["a", "b"]], [&["a"], &[], &[]], [&[], &["a"], &[]], [&[], &[], &[]]];
        for [there, new, both] in cases {
            let mut known = row("there", true, there);
            known.merge(&row("new", true, new));
            assert_eq!(known.doc_types, both, "{there:?} {new:?}");
        }
    }

    /// The bytes of neither may be in this repository; what they would become follows from their fingerprints.
    #[test]
    fn the_test_ca2_of_residence_cards_is_test_and_its_namesake_is_not() {
        let hierarchy = |sha256| pinned_unaccepted(Purpose::ResidenceCard, sha256);
        let test = "1846b815d31f04fe93d57450a6d8a8c351eac3d8c444a2375d95734df7dd1057";
        let production = "11e6ad8b8e64f0cdb1d8ba9e3689926c80e8479a2f098616f674a23582bec13b";
        assert_eq!([hierarchy(test), hierarchy(production)], [Some(Hierarchy::Test), None]);
        assert_eq!(pinned_unaccepted(Purpose::DriversLicence, test), None);
    }
}
