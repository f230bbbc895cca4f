//! The anchors that ship with the program: the files under `certs/`, compiled in.

use super::{
    anchor::{Anchor, Hierarchy},
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
    folder!(Simulated, "simulated/taimen", ["7000020.json", "7000023.json", "7000033.json"]),
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
