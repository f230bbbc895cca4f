//! A user's folder of anchors: changed whole or not at all, by one program at a time, and never trusted when somebody else
//! may have changed it.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    thread,
};

use crate::common::temp::TempDir;
use taimen::trust::{
    AddError, ManifestError, Material, Purpose, RemoveError, add, inspect, load_directory, load_named_directory, remove,
};

const PURPOSE: Purpose = Purpose::MyNumberCard;
const CA: &[u8] = include_bytes!("../certificates/claims-zairyu-ca.der");
const CA2: &[u8] = include_bytes!("../certificates/claims-zairyu-ca2.der");

fn now() -> jiff::Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

/// A file with a CA key of a production modulus under an id of nobody: each number gives another anchor.
fn key(folder: &TempDir, number: u32) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("certs/production/j-lis/5000023.json");
    let mut key: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let id = [format!("{number:07}").as_bytes(), &[0x08, 0x05], b"001", &[0; 4]].concat();
    key["issuer_key_id"] = hex::encode(id).into();
    folder.write(&format!("{number}.json"), key.to_string())
}

/// Everything in a folder but the lock, with its content.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: PathBuf| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap());
    files.map(read).filter(|(name, _)| name != ".lock").collect()
}

/// A folder with both certificates, as residence cards' and unpublished.
fn filled(folder: &TempDir) -> PathBuf {
    let trust = folder.file("trust");
    for (name, der) in [("ca.crt", CA), ("ca2.crt", CA2)] {
        add(&trust, Purpose::ResidenceCard, &folder.write(name, der), true, now()).unwrap();
    }
    trust
}

fn sha256(der: &[u8]) -> String {
    hex::encode(taimen::crypto::sha256(&[der]))
}

#[test]
fn additions_at_the_same_time_lose_nothing_and_readers_never_see_half_of_one() {
    let folder = TempDir::new();
    let trust = folder.file("trust");
    let files: Vec<PathBuf> = (9_000_000..9_000_008).map(|number| key(&folder, number)).collect();
    thread::scope(|scope| {
        for file in &files {
            scope.spawn(|| add(&trust, Purpose::MyNumberCard, file, true, now()).unwrap());
        }
        scope.spawn(|| {
            for _ in 0..50 {
                assert!(load_directory(&trust).unwrap().len() <= files.len());
            }
        });
    });
    let names: BTreeSet<String> = load_directory(&trust).unwrap().into_iter().map(|anchor| anchor.name).collect();
    let expected: BTreeSet<String> = (9_000_000..9_000_008).map(|number| format!("{number}/001")).collect();
    assert_eq!(names, expected);
    assert_eq!(inspect(&trust).unwrap().strays, [""; 0]);
    // All have one modulus, so that its fingerprint names all of them.
    let sha256 = inspect(&trust).unwrap().entries[0].row.sha256.clone();
    assert!(matches!(remove(&trust, &sha256, None), Err(RemoveError::Ambiguous(_, 8))));
}

#[cfg(feature = "cli")]
#[test]
fn programs_at_the_same_time_lose_nothing() {
    let folder = TempDir::new();
    let trust = folder.file("trust");
    let certificates: Vec<PathBuf> = ["claims-zairyu-ca.der", "claims-zairyu-ca2.der", "claims-jpki-test.der"]
        .map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name))
        .to_vec();
    let start = |arguments: [&str; 3], file: &Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_taimen"));
        command.args(["trust", "add", "--trust-dir"]).arg(&trust).args(arguments).arg(file);
        command.stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let purposes = ["residence-card", "jpki-signature", "jpki-authentication"];
    let mut programs: Vec<_> = purposes
        .iter()
        .flat_map(|purpose| certificates.iter().map(|file| start(["--unpinned", "--purpose", purpose], file)))
        .collect();
    for program in &mut programs {
        assert_eq!(program.wait().unwrap().code(), Some(0));
    }
    assert_eq!(load_directory(&trust).unwrap().len(), programs.len());
    assert_eq!(inspect(&trust).unwrap().strays, [""; 0]);
}

#[test]
fn what_is_removed_is_gone_and_the_rest_stays() {
    let folder = TempDir::new();
    let trust = filled(&folder);
    let again = folder.write("again.crt", CA);
    add(&trust, Purpose::DriversLicence, &again, false, now()).unwrap();
    let before = content(&trust);
    let prefix = &sha256(CA)[..8];
    for (selector, purpose) in [
        (&prefix[..7], None),
        ("", None),
        (prefix, None),
        ("ca.crt", None),
        ("ffffffffffff", None),
        (prefix, Some(Purpose::JpkiSignature)),
        ("64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5", None),
        ("5000023.json", None),
        ("../ca.crt", None),
    ] {
        let error = remove(&trust, selector, purpose).unwrap_err();
        let expected = match selector {
            _ if selector.len() == 7 => matches!(error, RemoveError::TooShort(..)),
            _ if selector == prefix && purpose.is_none() => matches!(error, RemoveError::Ambiguous(_, 2)),
            "5000023.json" => matches!(&error, RemoveError::Shipped(name) if name == "5000023"),
            _ if selector.starts_with("64114f29") => {
                matches!(&error, RemoveError::Shipped(name) if name == "authca03")
            }
            _ => matches!(error, RemoveError::NotThere(..)),
        };
        assert!(expected, "{selector}: {error:?}");
        assert_eq!(content(&trust), before, "{selector}");
    }
    // The file serves the other purpose still.
    let removed = remove(&trust, &prefix.to_uppercase(), Some(Purpose::ResidenceCard)).unwrap();
    assert_eq!(removed.purpose, Purpose::ResidenceCard);
    let left: Vec<Purpose> = load_directory(&trust).unwrap().iter().map(|anchor| anchor.purpose).collect();
    assert_eq!(left, [Purpose::ResidenceCard, Purpose::DriversLicence]);
    remove(&trust, &format!("{}.der", sha256(CA)), None).unwrap();
    remove(&trust, &sha256(CA2), None).unwrap();
    assert_eq!(load_named_directory(&trust).unwrap(), [], "an empty manifest is one");
    assert_eq!(content(&trust).len(), 1, "the manifest alone");
    assert!(matches!(remove(&folder.file("nowhere"), prefix, None), Err(RemoveError::NotThere(..))));
    assert!(!folder.file("nowhere").exists());
}

#[test]
fn a_damaged_anchor_takes_the_folder_with_it_and_can_be_removed() {
    let folder = TempDir::new();
    let trust = filled(&folder);
    let stored = trust.join(format!("{}.der", sha256(CA)));
    fs::write(&stored, CA2).unwrap();
    assert!(matches!(load_directory(&trust), Err(ManifestError::PinMismatch(..))));
    let found = inspect(&trust).unwrap();
    assert_eq!(found.entries.iter().filter(|entry| entry.anchor.is_err()).count(), 1, "the other one is whole");
    let file = folder.write("third.crt", include_bytes!("../certificates/own-for-impostor-key.der"));
    let refused = add(&trust, Purpose::DriversLicence, &file, false, now());
    assert!(matches!(refused, Err(AddError::Folder(ManifestError::PinMismatch(..)))), "{refused:?}");
    remove(&trust, &sha256(CA)[..10], None).unwrap();
    assert_eq!(load_directory(&trust).unwrap().len(), 1);
    assert!(!stored.exists());
}

#[test]
fn a_key_under_another_id_is_a_changed_file() {
    let folder = TempDir::new();
    let trust = folder.file("trust");
    for number in [9_000_000, 9_000_001] {
        add(&trust, PURPOSE, &key(&folder, number), true, now()).unwrap();
    }
    let ids: BTreeSet<String> = load_directory(&trust)
        .unwrap()
        .iter()
        .map(|anchor| match &anchor.material {
            Material::CvKey(key) => key.id.number(),
            Material::Certificate(_) => panic!("{anchor:?}"),
        })
        .collect();
    assert_eq!(ids, BTreeSet::from(["9000000".to_owned(), "9000001".to_owned()]));
    let file = trust.join(&inspect(&trust).unwrap().entries[0].row.file);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen(&hex::encode("9000000"), &hex::encode("9000009"), 1)).unwrap();
    assert!(matches!(load_directory(&trust), Err(ManifestError::PinMismatch(..))));
}

#[test]
fn manifests_that_lie_or_are_none_are_named_and_nothing_is_changed() {
    let folder = TempDir::new();
    let trust = filled(&folder);
    let path = trust.join("anchors.toml");
    let good = fs::read_to_string(&path).unwrap();
    let (first, second) = (sha256(CA), sha256(CA2));
    type Is = fn(&ManifestError) -> bool;
    let toml: Is = |error| matches!(error, ManifestError::Toml(_));
    let name: Is = |error| matches!(error, ManifestError::BadFileName(..));
    let io: Is = |error| matches!(error, ManifestError::Io(..));
    let cases: [(&str, Vec<u8>, Is); 12] = [
        ("no table", b"hello".to_vec(), toml),
        ("another key", format!("trusted = true\n{good}").into_bytes(), toml),
        ("another key of a row", good.replacen("official", "unofficial", 1).into_bytes(), toml),
        ("an unknown purpose", good.replacen("residence-card", "everything", 1).into_bytes(), toml),
        ("cut off", good.as_bytes()[..good.len() / 3].to_vec(), toml),
        ("a file above", good.replacen(&format!("{first}.der"), "../ca.crt", 1).into_bytes(), name),
        ("a file below", good.replacen(&format!("{first}.der"), "a/b.der", 1).into_bytes(), name),
        ("a hidden file", good.replacen(&format!("{first}.der"), ".lock", 1).into_bytes(), name),
        ("no text", vec![0xFF, 0xFE], io),
        ("a huge one", vec![b'\n'; 8 * 1024 * 1024 + 1], io),
        ("another purpose", good.replacen("residence-card", "my-number-card", 1).into_bytes(), |error| {
            matches!(error, ManifestError::Import(..))
        }),
        ("files exchanged", good.replace(&format!("\"{first}\""), &format!("\"{second}\"")).into_bytes(), |error| {
            matches!(error, ManifestError::PinMismatch(..))
        }),
    ];
    let file = folder.write("third.crt", include_bytes!("../certificates/own-for-impostor-key.der"));
    for (what, text, is) in cases {
        assert_ne!(text, good.as_bytes(), "{what}");
        fs::write(&path, &text).unwrap();
        let before = content(&trust);
        let error = load_directory(&trust).unwrap_err();
        assert!(is(&error), "{what}: {error:?}");
        let refused = add(&trust, Purpose::DriversLicence, &file, false, now());
        assert!(matches!(refused, Err(AddError::Folder(_))), "{what}: {refused:?}");
        assert_eq!(content(&trust), before, "{what}");
    }
    fs::write(&path, good).unwrap();
    assert_eq!(load_directory(&trust).unwrap().len(), 2);
}

#[test]
fn a_row_that_leads_out_of_its_folder_is_removed_without_its_file() {
    let folder = TempDir::new();
    let trust = filled(&folder);
    let path = trust.join("anchors.toml");
    let text = fs::read_to_string(&path).unwrap().replacen(&format!("{}.der", sha256(CA)), "../ca.crt", 1);
    fs::write(&path, text).unwrap();
    remove(&trust, &sha256(CA), None).unwrap();
    assert!(folder.file("ca.crt").exists());
    assert_eq!(load_directory(&trust).unwrap().len(), 1);
}

#[test]
fn a_folder_without_a_manifest_is_no_error_unless_somebody_named_it() {
    let folder = TempDir::new();
    let nowhere = folder.file("nowhere");
    for path in [folder.path(), &nowhere] {
        assert_eq!(load_directory(path).unwrap(), []);
        assert!(matches!(load_named_directory(path), Err(ManifestError::NoManifest(..))));
    }
    let file = folder.write("file", "");
    assert!(matches!(load_directory(&file), Err(ManifestError::Io(..))));
    let refused = add(&file, PURPOSE, &key(&folder, 9_000_000), true, now());
    assert!(matches!(refused, Err(AddError::Folder(ManifestError::Io(..)))), "{refused:?}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    #[test]
    fn nothing_is_written_or_read_through_a_link_that_lies_in_wait() {
        let folder = TempDir::new();
        let trust = filled(&folder);
        let victim = folder.write("victim", "precious");
        let file = folder.write("third.crt", include_bytes!("../certificates/own-for-impostor-key.der"));
        let third = sha256(include_bytes!("../certificates/own-for-impostor-key.der"));
        let linked = trust.join(format!("{third}.der"));
        symlink(&victim, &linked).unwrap();
        let refused = add(&trust, Purpose::DriversLicence, &file, false, now());
        assert!(matches!(refused, Err(AddError::Io(..))), "{refused:?}");
        fs::remove_file(linked).unwrap();
        add(&trust, Purpose::DriversLicence, &file, false, now()).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(load_directory(&trust).unwrap().len(), 3);
        assert!(content(&trust).keys().all(|name| !name.starts_with(".taimen-")), "nothing is left behind");

        let before = content(&trust);
        fs::remove_file(trust.join(".lock")).unwrap();
        symlink(&victim, trust.join(".lock")).unwrap();
        let refused = remove(&trust, &third, None);
        assert!(matches!(refused, Err(RemoveError::Io(..))), "{refused:?}");
        assert_eq!(content(&trust), before);
    }

    #[test]
    fn a_manifest_that_is_a_link_to_nowhere_is_an_error() {
        let folder = TempDir::new();
        symlink(folder.file("gone"), folder.file("anchors.toml")).unwrap();
        assert!(matches!(load_directory(folder.path()), Err(ManifestError::Io(..))));
    }

    #[test]
    fn what_somebody_else_owns_or_may_write_does_not_count() {
        let folder = TempDir::new();
        let trust = filled(&folder);
        let manifest = trust.join("anchors.toml");
        let before = content(&trust);
        let file = key(&folder, 9_000_000);
        for path in [&trust, &manifest] {
            let mode = fs::metadata(path).unwrap().permissions().mode();
            fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o002)).unwrap();
            assert!(matches!(load_directory(&trust), Err(ManifestError::WorldWritable(..))));
            let refused = remove(&trust, &sha256(CA), None);
            assert!(matches!(refused, Err(RemoveError::Folder(ManifestError::WorldWritable(..)))), "{refused:?}");
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            // Only root gives files away; for others the rule itself is tested beside it.
            match chown(path, Some(4242), None) {
                Ok(()) => {
                    assert!(matches!(load_directory(&trust), Err(ManifestError::OtherOwner(..))));
                    let refused = add(&trust, PURPOSE, &file, true, now());
                    assert!(matches!(refused, Err(AddError::Folder(ManifestError::OtherOwner(..)))), "{refused:?}");
                    chown(path, Some(0), None).unwrap();
                }
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied),
            }
        }
        assert_eq!(content(&trust), before);
        assert_eq!(load_directory(&trust).unwrap().len(), 2);
    }

    #[test]
    fn a_folder_that_may_not_be_written_stays_as_it_was() {
        let folder = TempDir::new();
        let trust = filled(&folder);
        let before = content(&trust);
        let file = folder.write("third.crt", include_bytes!("../certificates/own-for-impostor-key.der"));
        // A folder instead of the file to come stops even root, and so does a manifest that nobody may write.
        let third = trust.join(format!("{}.der", sha256(include_bytes!("../certificates/own-for-impostor-key.der"))));
        fs::create_dir(&third).unwrap();
        let refused = add(&trust, Purpose::DriversLicence, &file, false, now());
        assert!(matches!(refused, Err(AddError::Io(..))), "{refused:?}");
        fs::remove_dir(&third).unwrap();
        assert_eq!(content(&trust), before);
        let manifest = trust.join("anchors.toml");
        fs::set_permissions(&manifest, fs::Permissions::from_mode(0o444)).unwrap();
        let refused = add(&trust, Purpose::DriversLicence, &file, false, now());
        assert!(matches!(refused, Err(AddError::Io(..))), "{refused:?}");
        let refused = remove(&trust, &sha256(CA), None);
        assert!(matches!(refused, Err(RemoveError::Io(..))), "{refused:?}");
        fs::set_permissions(&manifest, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(content(&trust), before);

        fs::set_permissions(&trust, fs::Permissions::from_mode(0o555)).unwrap();
        if fs::write(trust.join("probe"), "").is_err() {
            let refused = add(&trust, Purpose::DriversLicence, &file, false, now());
            assert!(matches!(refused, Err(AddError::Io(..))), "{refused:?}");
            assert!(matches!(remove(&trust, &sha256(CA), None), Err(RemoveError::Io(..))));
        } else {
            fs::remove_file(trust.join("probe")).unwrap();
        }
        fs::set_permissions(&trust, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(content(&trust), before);

        // Nobody makes folders there, root neither.
        let refused = add(Path::new("/proc/taimen"), Purpose::DriversLicence, &file, false, now());
        assert!(matches!(refused, Err(AddError::Io(..))), "{refused:?}");
    }

    #[test]
    fn a_folder_made_under_a_loose_umask_is_written_by_its_owner_alone() {
        let folder = TempDir::new();
        let trust = filled(&folder);
        let mode = fs::metadata(&trust).unwrap().permissions().mode();
        assert_eq!(mode & 0o022, 0);
        assert!(!inspect(&trust).unwrap().group_writable);
        fs::set_permissions(&trust, fs::Permissions::from_mode(0o775)).unwrap();
        assert!(inspect(&trust).unwrap().group_writable);
        fs::write(trust.join("left-over.new"), "").unwrap();
        assert_eq!(inspect(&trust).unwrap().strays, ["left-over.new"]);
    }
}

#[test]
fn a_certificate_on_which_no_card_can_rest_is_refused_when_it_is_added() {
    use taimen::trust::{ImportError, Unusable};
    let folder = TempDir::new();
    let trust = folder.file("trust");
    let bytes =
        |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)).unwrap();
    let ca = bytes("claims-zairyu-ca.der");
    // cA of basicConstraints as an odd TRUE, which DER forbids and lenient parsers take.
    let at = ca.windows(3).position(|three| three == [0x01, 0x01, 0xFF]).unwrap();
    let mut odd = ca.clone();
    odd[at + 2] = 0x01;
    let signer =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("certs/simulated/taimen/licence-signer.der")).unwrap();
    let p384 = bytes("claims-zairyu-ca2.der");
    for (purpose, content, why) in [
        (Purpose::ResidenceCard, odd, Unusable::Form),
        (Purpose::ResidenceCard, bytes("weak-ca.der"), Unusable::Key),
        (Purpose::DriversLicence, bytes("weak-ca.der"), Unusable::NotRsa),
        (Purpose::DriversLicence, p384, Unusable::NotRsa),
        (Purpose::ResidenceCard, signer, Unusable::NotACa),
    ] {
        let path = folder.write("handed-in.der", content);
        let refused = add(&trust, purpose, &path, true, now()).unwrap_err();
        assert!(matches!(refused, AddError::Import(ImportError::Unusable(found)) if found == why), "{refused}");
        assert!(!trust.exists(), "nothing was made");
    }
}

#[cfg(all(unix, feature = "cli"))]
#[test]
fn an_open_umask_leaves_a_folder_that_works() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new();
    let trust = folder.file("trust");
    let certificate = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates/claims-zairyu-ca.der");
    let command = format!(
        "umask 000; exec '{}' trust add --purpose residence-card --unpinned --trust-dir '{}' '{}'",
        env!("CARGO_BIN_EXE_taimen"),
        trust.display(),
        certificate.display()
    );
    let ended = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    for entry in fs::read_dir(&trust).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o022, 0, "{}", entry.path().display());
    }
    assert_eq!(load_directory(&trust).unwrap().len(), 1);
}
