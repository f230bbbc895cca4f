//! The anchors that ship with the program: the files under `certs/`, compiled in.

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    facts::key_bytes,
    import::import,
    manifest::{self, ManifestError},
};

/// One folder under `certs/`: its hierarchy, its manifest, the files it names.
struct Folder {
    hierarchy: Hierarchy,
    manifest: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

macro_rules! folder {
    ($hierarchy:ident, $path:literal, [$($file:literal),* $(,)?]) => {
        Folder {
            hierarchy: Hierarchy::$hierarchy,
            manifest: include_str!(concat!("../../certs/", $path, "/anchors.toml")),
            files: &[$(($file, include_bytes!(concat!("../../certs/", $path, "/", $file)))),*],
        }
    };
}

const FOLDERS: &[Folder] = &[
    folder!(Production, "production/j-lis", ["5000020.json", "5000023.json", "5000033.json"]),
    folder!(
        Production,
        "production/j-lis-jpki",
        ["authca01.cer", "authca02.cer", "authca03.cer", "signca01.cer", "signca02.cer", "signca03.cer"]
    ),
    folder!(Test, "test/j-lis", ["6000020.json", "6000023.json", "6000033.json"]),
    folder!(
        Test,
        "test/j-lis-jpki",
        ["authca-test-2019.cer", "authca-test-2023.cer", "signca-test-2019.cer", "signca-test-2024.cer"]
    ),
    folder!(
        Simulated,
        "simulated/taimen",
        [
            "7000020.json",
            "7000023.json",
            "7000033.json",
            "licence-ca.der",
            "licence-signer.der",
            "menkyo-signer.der",
            "zairyu-ca.der",
            "zairyu-ca-old.der",
            "zairyu-ca2.der",
            "zairyu-ca2-old.der",
            "jpki-auth-ca.der",
            "jpki-sign-ca.der"
        ]
    ),
];

/// Every shipped anchor.
///
/// # Errors
/// [`ManifestError`] if a folder is damaged; a test keeps them whole.
pub fn anchors() -> Result<Vec<Anchor>, ManifestError> {
    let mut anchors = Vec::new();
    for folder in FOLDERS {
        anchors.extend(manifest::read(folder.manifest, folder.hierarchy, |wanted| {
            let found = folder.files.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| ManifestError::MissingFile { file: wanted.to_owned() })
        })?);
    }
    Ok(anchors)
}

/// The fingerprint of the shipped anchor in a file of this name.
///
/// # Errors
/// As [`anchors`].
pub fn fingerprint_of_file(wanted: &str) -> Result<Option<String>, ManifestError> {
    let find =
        |folder: &Folder| folder.files.iter().find(|(name, _)| *name == wanted).map(|(name, bytes)| (*name, *bytes));
    let Some((name, bytes)) = FOLDERS.iter().find_map(find) else { return Ok(None) };
    let material =
        import(purpose_of(name), bytes).map_err(|error| ManifestError::Import { file: name.to_owned(), error })?;
    Ok(Some(material.sha256()))
}

/// A purpose that reads this file as what it is.
fn purpose_of(file: &str) -> Purpose {
    if file.ends_with(".json") { Purpose::MyNumberCard } else { Purpose::DriversLicence }
}

/// The hierarchy whose shipped anchor has this very key, where it is `test` or `simulated`: such a key stays what it is
/// wherever it comes from, in the shipped file or in a certificate that somebody made for it anew.
pub fn unaccepted_hierarchy(material: &Material) -> Option<Hierarchy> {
    let unaccepted = |folder: &&Folder| matches!(folder.hierarchy, Hierarchy::Test | Hierarchy::Simulated);
    let same_key = |folder: &Folder| folder.files.iter().any(|(name, bytes)| has_key_of(material, name, bytes));
    FOLDERS.iter().filter(unaccepted).find(|folder| same_key(folder)).map(|folder| folder.hierarchy)
}

/// The same key, whether as a bare key or in a certificate, however encoded.
fn has_key_of(material: &Material, name: &str, shipped: &[u8]) -> bool {
    let shipped = import(purpose_of(name), shipped).ok();
    key_bytes(material).is_some_and(|key| shipped.as_ref().and_then(key_bytes) == Some(key))
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
