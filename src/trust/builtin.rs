//! The anchors that ship with the program: the files under `certs/`, compiled in.

use std::sync::OnceLock;

use super::{
    anchor::{Anchor, Hierarchy, Material},
    facts::key_bytes,
    manifest::{self, Manifest, ManifestError},
    store::Parsed,
};

/// One folder under `certs/`: its hierarchy, its manifest, the files it names.
struct Folder {
    hierarchy: Hierarchy,
    manifest: &'static str,
    files: &'static [(&'static str, &'static [u8])],
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
        "jpki-auth-ca.der" "jpki-sign-ca.der";
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

fn read() -> Result<Vec<Anchor>, ManifestError> {
    let mut anchors = Vec::new();
    for folder in FOLDERS {
        anchors.extend(manifest::read(folder.manifest, folder.hierarchy, |wanted| {
            let found = folder.files.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| ManifestError::MissingFile(wanted.to_owned()))
        })?);
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
    let key = key_bytes(material)?;
    let mut shipped = known().ok()?.iter().map(|(anchor, _)| anchor).filter(|anchor| anchor.hierarchy.is_unaccepted());
    shipped.find(|anchor| key_bytes(&anchor.material).as_ref() == Some(&key)).map(|anchor| anchor.hierarchy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_test_and_simulation_are_recognised() {
        for anchor in anchors().unwrap() {
            let expected = Some(anchor.hierarchy).filter(|hierarchy| *hierarchy != Hierarchy::Production);
            assert_eq!(unaccepted_hierarchy(&anchor.material), expected, "{}", anchor.name);
        }
    }
}
