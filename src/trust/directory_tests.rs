use super::*;

/// A manifest with one row, whose file is not there.
const MISSING: &str = r#"
    [[anchor]]
    purpose = "drivers-licence"
    name = "an anchor"
    file = "gone.der"
    sha256 = "00"
    source = "a test"
    official = false
"#;

#[test]
fn a_manifest_that_another_program_changed_meanwhile_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(MANIFEST);
    fs::write(&path, "").unwrap();
    let found = read(folder.path(), Some(MISSING.to_owned())).unwrap();
    assert!(found.entries.is_empty(), "the anchor was removed, with its file: {found:?}");
    // Nobody changed it: the file is missing.
    fs::write(&path, MISSING).unwrap();
    let found = read(folder.path(), Some(MISSING.to_owned())).unwrap();
    let [entry] = found.entries.as_slice() else { panic!("{found:?}") };
    assert!(matches!(&entry.anchor, Err(ManifestError::MissingFile(file)) if file == "gone.der"), "{found:?}");
}

#[test]
fn what_is_no_folder_is_named_and_is_not_a_folder_without_anchors() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = load_directory(&path).unwrap_err();
        let expected = (path.display().to_string(), io::ErrorKind::NotADirectory);
        assert!(matches!(&error, ManifestError::Io(at, kind) if (at, *kind) == (&expected.0, expected.1)), "{error:?}");
    }
    assert_eq!(load_directory(&folder.path().join("nowhere")).unwrap(), []);
}
