use super::*;

#[test]
fn the_owner_is_this_user_or_root() {
    use std::os::unix::fs::MetadataExt;
    let path = std::env::temp_dir().join(format!("taimen-guard-{}", std::process::id()));
    fs::write(&path, "").unwrap();
    let mine = fs::metadata(&path).unwrap().uid();
    fs::remove_file(&path).unwrap();
    assert_eq!(own_uid().unwrap(), mine);
    assert!(may_own(mine, mine) && may_own(0, mine) && !may_own(mine + 1, mine) && !may_own(1000, 0));
    assert!(may_own(1000, 1000) && may_own(0, 1000) && !may_own(1001, 1000), "whoever runs the tests");
}

#[test]
fn a_file_of_just_the_limit_is_read_and_nothing_else_than_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "four").unwrap();
    for limit in [4, 5] {
        assert_eq!(read_regular(&path, limit).unwrap(), b"four");
    }
    assert_eq!(read_regular(&path, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    assert_eq!(read_regular(folder.path(), 4).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn a_group_may_write_in_the_folder_or_in_its_manifest() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join(super::super::manifest::MANIFEST);
    fs::write(&manifest, "").unwrap();
    for (of_folder, of_manifest, expected) in
        [(0o755, 0o644, false), (0o775, 0o644, true), (0o755, 0o664, true), (0o757, 0o646, false)]
    {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(of_folder)).unwrap();
        fs::set_permissions(&manifest, fs::Permissions::from_mode(of_manifest)).unwrap();
        assert_eq!(is_group_writable(folder.path()), expected, "{of_folder:o} {of_manifest:o}");
    }
}
