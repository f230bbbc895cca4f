//! The anchors that ship with the program: the files under `certs/`, compiled in.

use std::sync::OnceLock;

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    facts::key_bytes,
    import::import,
    manifest::{Manifest, ManifestError, Row},
    store::Parsed,
};

/// One folder under `certs/`: its hierarchy, its manifest, the files it names.
struct Folder {
    hierarchy: Hierarchy,
    manifest: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

impl Folder {
    fn file(&self, wanted: &str) -> Result<&'static [u8], ManifestError> {
        let found = self.files.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, bytes)| *bytes).ok_or_else(|| ManifestError::MissingFile(wanted.to_owned()))
    }
}

macro_rules! folders {
    ($($hierarchy:ident $path:literal: $($file:literal)*;)*) => {
        &[$(Folder {
            hierarchy: Hierarchy::$hierarchy,
            manifest: include_str!(concat!("../../certs/", $path, "/anchors.toml")),
            files: &[$(($file, include_bytes!(concat!("../../certs/", $path, "/", $file)))),*],
        }),*]
    };
}

const FOLDERS: &[Folder] = folders! {
    Production "production/j-lis": "5000020.json" "5000023.json" "5000033.json";
    Production "production/j-lis-jpki": "authca01.cer" "authca02.cer" "authca03.cer" "signca01.cer" "signca02.cer" "signca03.cer";
    Test "test/j-lis": "6000020.json" "6000023.json" "6000033.json";
    Test "test/j-lis-jpki": "authca-test-2019.cer" "authca-test-2023.cer" "signca-test-2019.cer" "signca-test-2024.cer";
    Simulated "simulated/taimen": "7000020.json" "7000023.json" "7000033.json" "licence-ca.der" "licence-signer.der"
        "menkyo-signer.der" "zairyu-ca.der" "zairyu-ca-old.der" "zairyu-ca2.der" "zairyu-ca2-old.der"
        "jpki-auth-ca.der" "jpki-sign-ca.der" "csca-1.der" "csca-2.der" "csca-2-link.der" "csca-3.der" "iaca-1.der" "iaca-2.der";
};

/// Every shipped anchor, with its certificate if it has one. They are read when first asked for, and once.
///
/// # Errors
/// [`ManifestError`] if a folder is damaged; a test keeps them whole.
pub fn known() -> Result<&'static [(Anchor, Parsed)], ManifestError> {
    static KNOWN: OnceLock<Vec<(Anchor, Parsed)>> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(known);
    }
    let known = read()?.into_iter().map(|anchor| (anchor, Parsed::default())).collect();
    Ok(KNOWN.get_or_init(|| known))
}

/// Every shipped anchor.
///
/// # Errors
/// As [`known`].
pub fn anchors() -> Result<Vec<Anchor>, ManifestError> {
    Ok(known()?.iter().map(|(anchor, _)| anchor.clone()).collect())
}

/// Without looking at pins or into certificates: what is compiled in stays as a test has seen it.
fn read() -> Result<Vec<Anchor>, ManifestError> {
    let mut anchors = Vec::new();
    for folder in FOLDERS {
        let manifest: Manifest = toml::from_str(folder.manifest)?;
        for row in manifest.anchors {
            let bytes = folder.file(&row.file)?;
            let material = match row.purpose {
                Purpose::MyNumberCard => {
                    import(row.purpose, bytes).map_err(|error| ManifestError::Import(row.file.clone(), error))?
                }
                _ => Material::Certificate(bytes.to_vec()),
            };
            let Row { purpose, name, source, official, .. } = row;
            anchors.push(Anchor {
                purpose,
                hierarchy: folder.hierarchy,
                name,
                material,
                source,
                official,
                doc_types: Vec::new(),
                from_list: false,
            });
        }
    }
    Ok(anchors)
}

/// The fingerprint of the shipped anchor in a file of this name.
///
/// # Errors
/// As [`anchors`].
pub fn fingerprint_of_file(wanted: &str) -> Result<Option<String>, ManifestError> {
    for folder in FOLDERS {
        let manifest: Manifest = toml::from_str(folder.manifest)?;
        if let Some(row) = manifest.anchors.into_iter().find(|row| row.file == wanted) {
            return Ok(Some(row.sha256));
        }
    }
    Ok(None)
}

/// The hierarchy whose shipped anchor has this very key, if it is `test` or `simulated`: such a key stays what it is
/// wherever it comes from, in the shipped file or in a certificate that somebody made for it again.
pub fn unaccepted_hierarchy(material: &Material) -> Option<Hierarchy> {
    // A folder may hold hundreds of certificates.
    static KEYS: OnceLock<Vec<(Vec<u8>, Hierarchy)>> = OnceLock::new();
    let key = key_bytes(material)?;
    let shipped = known().ok()?.iter().map(|(anchor, _)| anchor).filter(|anchor| anchor.hierarchy.is_unaccepted());
    let keys = KEYS
        .get_or_init(|| shipped.filter_map(|anchor| Some((key_bytes(&anchor.material)?, anchor.hierarchy))).collect());
    keys.iter().find(|(known, _)| *known == key).map(|(_, hierarchy)| *hierarchy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::manifest;

    #[test]
    fn every_shipped_file_is_what_its_manifest_pins() {
        let pinned = FOLDERS.iter().flat_map(|folder| {
            manifest::read(folder.manifest, folder.hierarchy, |file| folder.file(file).map(<[u8]>::to_vec)).unwrap()
        });
        assert_eq!(pinned.collect::<Vec<_>>(), anchors().unwrap());
    }

    #[test]
    fn keys_of_test_and_simulation_are_recognised() {
        for anchor in anchors().unwrap() {
            let expected = Some(anchor.hierarchy).filter(|hierarchy| *hierarchy != Hierarchy::Production);
            assert_eq!(unaccepted_hierarchy(&anchor.material), expected, "{}", anchor.name);
        }
    }
}
