//! Adding anchors: what is refused, what an added key becomes, and what a folder must be.

use std::{fs, path::PathBuf};

use taimen::trust::{AddError, Hierarchy, ImportError, ManifestError, Purpose, TrustStore, add, load_directory};

/// A folder of its own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("taimen-trust-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A shipped CA key's file under another id.
fn key_under_id(shipped: &str, id: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("certs").join(shipped);
    let mut key: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    key["issuer_key_id"] = hex::encode(id).into();
    key.to_string()
}

fn now() -> jiff::Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

const PURPOSE: Purpose = Purpose::MyNumberCard;

#[test]
fn a_simulated_or_test_key_stays_what_it_is_under_any_id() {
    for (shipped, hierarchy) in
        [("simulated/taimen/7000023.json", Hierarchy::Simulated), ("test/j-lis/6000023.json", Hierarchy::Test)]
    {
        let folder = Folder::new(&format!("stays-{}", hierarchy.as_str()));
        let trust = folder.0.join("trust");
        for (name, id) in [("own", "8000023\x08\x05001\0\0\0\0"), ("claims", "5000023\x08\x05002\0\0\0\0")] {
            let file = folder.write(&format!("{name}.json"), &key_under_id(shipped, id));
            // Only an id of test or simulated cards could never be taken for the issuer's.
            let refused = add(&trust, PURPOSE, &file, false, now());
            assert!(matches!(refused, Err(AddError::NotPinned { .. })), "{id:?}: {refused:?}");
            add(&trust, PURPOSE, &file, true, now()).unwrap();
        }
        let added = load_directory(&trust).unwrap();
        assert_eq!(added.len(), 2);
        assert!(added.iter().all(|anchor| anchor.hierarchy == hierarchy), "{added:?}");
        let store = TrustStore::shipped().unwrap().with(added.clone());
        assert!(added.iter().all(|anchor| !store.accepts(anchor.hierarchy) && !anchor.official));
    }
}

#[test]
fn what_is_no_anchor_is_refused_and_nothing_is_half_added() {
    let folder = Folder::new("refused");
    let trust = folder.0.join("trust");
    let text = folder.write("text.json", "{}");
    assert!(matches!(add(&trust, PURPOSE, &text, true, now()), Err(AddError::Import(ImportError::NotCvKey))));
    assert!(matches!(
        add(&trust, Purpose::DriversLicence, &text, true, now()),
        Err(AddError::Import(ImportError::NotCertificate))
    ));
    let shipped = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("certs/production/j-lis/5000023.json");
    assert!(matches!(add(&trust, PURPOSE, &shipped, true, now()), Err(AddError::AlreadyThere(..))));
    let large = folder.write("large.json", &" ".repeat(100_000));
    assert!(matches!(add(&trust, PURPOSE, &large, true, now()), Err(AddError::Import(ImportError::TooLarge))));
    assert!(matches!(add(&trust, PURPOSE, &folder.0, true, now()), Err(AddError::Io(..))), "a folder is no file");
    let missing = folder.0.join("missing.json");
    let Err(AddError::Io(path, kind)) = add(&trust, PURPOSE, &missing, true, now()) else { panic!("it is not there") };
    assert_eq!((path, kind), (missing.display().to_string(), std::io::ErrorKind::NotFound));
    assert!(!trust.exists(), "nothing was made");
}

#[cfg(unix)]
#[test]
fn devices_and_open_folders_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("devices");
    let endless = add(&folder.0, PURPOSE, std::path::Path::new("/dev/zero"), true, now());
    assert!(matches!(endless, Err(AddError::Io(..))), "{endless:?}");
    std::os::unix::fs::symlink("/dev/zero", folder.0.join("anchors.toml")).unwrap();
    assert!(matches!(load_directory(&folder.0), Err(ManifestError::Io(..))));
    fs::remove_file(folder.0.join("anchors.toml")).unwrap();

    fs::write(folder.0.join("anchors.toml"), "").unwrap();
    assert_eq!(load_directory(&folder.0).unwrap(), []);
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(load_directory(&folder.0), Err(ManifestError::WorldWritable(..))));
    let file = folder.write("key.json", &key_under_id("production/j-lis/5000023.json", "8000023\x08\x05001\0\0\0\0"));
    assert!(matches!(add(&folder.0, PURPOSE, &file, true, now()), Err(AddError::Folder(_))));
    let mode = fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o777, "an existing folder's mode is the user's affair");
}

#[test]
fn a_changed_file_takes_the_whole_folder_with_it() {
    let folder = Folder::new("changed");
    let trust = folder.0.join("trust");
    let key = key_under_id("production/j-lis/5000023.json", "8000023\x08\x05001\0\0\0\0");
    let added = add(&trust, PURPOSE, &folder.write("key.json", &key), true, now()).unwrap();
    assert_eq!(added.hierarchy, Hierarchy::Installed);
    let stored = fs::read_dir(&trust).unwrap().map(|entry| entry.unwrap().path());
    let stored = stored.into_iter().find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
    fs::write(&stored, key_under_id("production/j-lis/5000033.json", "8000033\x08\x05001\0\0\0\0")).unwrap();
    assert!(matches!(load_directory(&trust), Err(ManifestError::PinMismatch(..))));
    fs::remove_file(&stored).unwrap();
    assert!(matches!(load_directory(&trust), Err(ManifestError::MissingFile(..))));
}
