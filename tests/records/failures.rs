//! What goes wrong outside of the log: keys, files, servers.

use std::fs;

use taimen::{
    messages::{Layer, Problem, StoreError},
    records::store::{Depth, EntryKind, KeyFile, Keys, MAX_PAYLOAD, Store},
    transport::nonces::SystemNonces,
};

use crate::{
    bench::{Bench, both, entry, record, sqlite},
    common::postgres,
};

fn open(bench: &Bench) -> Option<StoreError> {
    bench.open().err()
}

both! {
    fn a_wrong_key_opens_nothing(bench: &Bench) {
        let (store, _) = bench.filled(1);
        drop(store);
        let other = Bench::sqlite();
        drop(other.create());
        let keys = Keys::load(&other.key(), &bench.place()).unwrap();
        let error = Store::open(bench.place(), keys, Box::new(SystemNonces)).err();
        let path = other.key().display().to_string();
        assert_eq!(error, Some(StoreError::WrongKey { place: bench.place().to_string(), path }));
        // The right names with another master key: a file that somebody edited, or a data key that is damaged.
        let text = fs::read_to_string(bench.key()).unwrap();
        let begin = text.find("\nmaster = \"").unwrap() + 11;
        let changed = format!("{}{}{}", &text[..begin], "00".repeat(32), &text[begin + 64..]);
        fs::write(bench.key(), changed).unwrap();
        let place = bench.place().to_string();
        assert_eq!(open(bench), Some(StoreError::Damaged { place, seq: 0, layer: Layer::Key }));
        // Without any key the structure can be checked all the same.
        assert!(bench.read_without_key().verify(Depth::Structure, &[]).unwrap().holds());
    }

    fn a_lost_key_is_named(bench: &Bench) {
        let (store, _) = bench.filled(1);
        drop(store);
        fs::remove_file(bench.key()).unwrap();
        let error = Keys::load(&bench.key(), &bench.place()).err();
        assert_eq!(error, Some(StoreError::KeyMissing { path: bench.key().display().to_string() }));
        let error = bench.read_without_key().read(uuid::Uuid::from_bytes([1; 16])).err();
        assert!(matches!(error, Some(StoreError::NoSuchEntry { .. })));
    }

    fn a_newer_schema_is_refused_by_name(bench: &Bench) {
        drop(bench.filled(1));
        let statement = "INSERT INTO _sqlx_migrations SELECT 7, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations";
        bench.tamper(statement);
        let place = bench.place().to_string();
        assert_eq!(open(bench), Some(StoreError::NewerSchema { place, found: 7, known: 1 }));
    }

    fn a_head_beside_the_key_that_nobody_signed_is_refused(bench: &Bench) {
        drop(bench.filled(2));
        let kept = bench.keys().kept().path().to_owned();
        fs::write(&kept, "nothing").unwrap();
        assert_eq!(open(bench), Some(StoreError::HeadUnreadable { path: kept.display().to_string() }));
        fs::remove_file(&kept).unwrap();
        let mut store = bench.open().unwrap();
        assert_eq!(store.append(&record(3)).unwrap().head_not_kept, None);
        // A place that cannot be written does not undo what is committed.
        fs::remove_file(&kept).unwrap();
        fs::create_dir(&kept).unwrap();
        let appended = store.append(&record(4)).unwrap();
        assert!(appended.head_not_kept.is_some() && appended.seq == 4);
    }

    fn too_much_is_refused(bench: &Bench) {
        let mut store = bench.create();
        let mut long = entry(EntryKind::Record, None, 1, &"x".repeat(MAX_PAYLOAD + 1));
        assert_eq!(store.append(&long).err(), Some(StoreError::TooLarge { limit: MAX_PAYLOAD }));
        long.with_photo = true;
        assert_eq!(store.append(&long).unwrap().seq, 1);
    }
}

#[test]
fn a_key_has_no_place_beside_the_database_and_none_for_others() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::sqlite();
    let keys = KeyFile::new(uuid::Uuid::from_bytes([1; 16]), &mut SystemNonces).unwrap();
    let beside = bench.folder.file("data/shop.key");
    let error = Keys::create(keys, &beside, &bench.place()).err();
    assert_eq!(error, Some(StoreError::KeyInFolder { path: beside.display().to_string() }));
    assert!(!beside.exists());
    // Whoever copies the folder of the database copies what is below it too. The other way round there is no harm.
    let below = bench.folder.file("data/keys/shop.key");
    fs::create_dir(below.parent().unwrap()).unwrap();
    let keys = || KeyFile::new(uuid::Uuid::from_bytes([1; 16]), &mut SystemNonces).unwrap();
    let error = Keys::create(keys(), &below, &bench.place()).err();
    assert_eq!(error, Some(StoreError::KeyInFolder { path: below.display().to_string() }));
    Keys::create(keys(), &bench.folder.file("above.key"), &bench.place()).unwrap();
    drop(bench.create());
    for path in [bench.key(), bench.file(), bench.keys().kept().path().to_owned()] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    let again = KeyFile::new(uuid::Uuid::from_bytes([1; 16]), &mut SystemNonces).unwrap();
    let error = Keys::create(again, &bench.key(), &bench.place()).err();
    assert_eq!(error, Some(StoreError::KeyExists { path: bench.key().display().to_string() }));
    fs::set_permissions(bench.key(), fs::Permissions::from_mode(0o640)).unwrap();
    let error = Keys::load(&bench.key(), &bench.place()).err();
    assert_eq!(error, Some(StoreError::KeyOpen { path: bench.key().display().to_string() }));
}

#[test]
fn other_files_are_not_taken_for_a_database() {
    let bench = Bench::sqlite();
    let none = Store::open_to_read(bench.place(), None).err();
    assert_eq!(none, Some(StoreError::NoDatabase { place: bench.place().to_string() }));
    for content in ["", "no database, whatever its name says"] {
        fs::write(bench.file(), content).unwrap();
        let error = Store::open_to_read(bench.place(), None).err();
        assert_eq!(error, Some(StoreError::NotOurs { place: bench.place().to_string() }), "{content}");
    }
    fs::remove_file(bench.file()).unwrap();
    fs::write(bench.file(), "").unwrap();
    sqlite(&bench.file(), "CREATE TABLE other (x)").unwrap();
    let error = Store::open_to_read(bench.place(), None).err();
    assert_eq!(error, Some(StoreError::NotOurs { place: bench.place().to_string() }));
}

#[test]
fn a_server_without_tls_is_refused_over_a_network() {
    let server = postgres::server();
    let place = taimen::records::store::Place::parse(&server.tcp("postgres", "owner")).unwrap();
    let error = Store::open_to_read(place.clone(), None).err();
    assert_eq!(error, Some(StoreError::TlsRefused { place: place.to_string() }));
    assert_eq!(Problem::from(error.unwrap()).exit().code(), 2);
}

#[test]
fn a_connection_that_was_cut_is_named_and_made_again() {
    let bench = Bench::postgres();
    let (mut store, _) = bench.filled(2);
    let database = bench.server.clone().unwrap();
    let cut = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()"
    );
    postgres::server().sql(&database, &cut);
    let error = store.append(&record(3)).err();
    assert_eq!(error, Some(StoreError::ConnectionLost { place: bench.place().to_string() }));
    assert_eq!(store.append(&record(3)).unwrap().seq, 3);
    assert!(store.verify(Depth::Content, &[]).unwrap().holds());
}
