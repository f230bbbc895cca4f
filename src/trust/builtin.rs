//! The anchors that ship with the program: the files under `certs/`, compiled in.

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    certificate::{Certificate, CertifiedKey},
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
    folder!(Test, "test/j-lis", ["6000020.json", "6000023.json", "6000033.json"]),
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

/// The hierarchy whose shipped anchor has this very key, where it is `test` or `simulated`: such a key stays what it is
/// wherever it comes from, in the shipped file or in a certificate that somebody made for it anew.
pub fn unaccepted_hierarchy(material: &Material) -> Option<Hierarchy> {
    let unaccepted = |folder: &&Folder| matches!(folder.hierarchy, Hierarchy::Test | Hierarchy::Simulated);
    let same_key = |folder: &Folder| folder.files.iter().any(|(name, bytes)| has_key_of(material, name, bytes));
    FOLDERS.iter().filter(unaccepted).find(|folder| same_key(folder)).map(|folder| folder.hierarchy)
}

/// The same key, whether as a bare key or in a certificate, however encoded.
fn has_key_of(material: &Material, name: &str, shipped: &[u8]) -> bool {
    let purpose = if name.ends_with(".json") { Purpose::MyNumberCard } else { Purpose::DriversLicence };
    let shipped = import(purpose, shipped).ok();
    key_of(material).is_some_and(|key| shipped.as_ref().and_then(key_of) == Some(key))
}

fn key_of(material: &Material) -> Option<CertifiedKey> {
    match material {
        Material::CvKey(known) => Some(CertifiedKey::Rsa(known.key.clone())),
        Material::Certificate(der) => Certificate::parse(der).ok()?.key.ok(),
    }
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
