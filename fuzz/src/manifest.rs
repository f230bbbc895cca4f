//! The manifest of a user's folder of anchors, beside every file that ships: it makes nothing count that does not.

use std::{fs, path::Path};

use taimen::{
    crypto::Hash,
    trust::{inspect_named, load_named_directory, published},
};
use tempfile::TempDir;

use super::{dumps::strict, seeds};

/// What beside it a manifest may name: what ships, and certificates that taimen does not know.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    for (name, bytes) in seeds::anchors() {
        fs::write(folder.path().join(name), bytes).expect("it is writable");
    }
    folder
}

pub fn run(data: &[u8]) {
    thread_local! {
        static FOLDER: TempDir = folder();
    }
    FOLDER.with(|folder| {
        fs::write(folder.path().join("anchors.toml"), data).expect("it is writable");
        judge(folder.path());
    });
}

fn judge(folder: &Path) {
    let loaded = load_named_directory(folder);
    let Ok(read) = inspect_named(folder) else {
        assert!(loaded.is_err(), "a manifest that cannot be read counts");
        return;
    };
    let whole = read.entries.iter().all(|entry| entry.anchor.is_ok());
    let all = whole.then_some(read.entries.len());
    assert_eq!(loaded.map(|anchors| anchors.len()).ok(), all, "a part of a folder counts");
    for (row, anchor) in read.entries.iter().filter_map(|entry| Some((&entry.row, entry.anchor.as_ref().ok()?))) {
        let sha256 = anchor.material.sha256();
        assert!(row.has_plain_file_name() && row.sha256 == sha256 && row.purpose == anchor.purpose);
        let is_published = published(anchor.purpose).any(|pin| pin.sha256 == sha256);
        assert!(!anchor.official || is_published, "{} was never published", row.file);
        let ships = strict().anchors().iter().find(|shipped| shipped.material.sha256() == sha256);
        let refused = ships.is_some_and(|shipped| !strict().accepts(shipped.hierarchy));
        assert!(!refused || !strict().accepts(anchor.hierarchy), "{} counts because a manifest names it", row.file);
    }
}

/// The manifests that ship, and one that names a certificate which taimen does not know.
pub fn seeds() -> Vec<Vec<u8>> {
    let unknown = seeds::anchors().into_iter().find(|(name, _)| name == "claims-zairyu-ca.der");
    let row = unknown.map(|(name, der)| {
        let sha256: String = Hash::Sha256.of(&[&der]).iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            "[[anchor]]\npurpose = \"residence-card\"\nname = \"a seed\"\nfile = \"{name}\"\nsha256 = \"{sha256}\"\n\
             source = \"a seed\"\nofficial = false\n"
        )
    });
    seeds::manifests().into_iter().chain(row.map(String::into_bytes)).collect()
}
