//! Several writers, roles, and who holds the database meanwhile.

use std::{
    fs,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{scope, spawn},
    time::{Duration, Instant},
};

use taimen::{
    records::store::{Depth, EntryKind, Place, Store, StoreError},
    transport::nonces::SystemNonces,
};

use crate::{
    bench::{Bench, both, entry, record},
    common::postgres,
};

both! {
    fn eight_writers_leave_no_gap_and_no_fork(bench: &Bench) {
        drop(bench.create());
        // Twelve entries each, or as many as a minute has room for.
        let long = std::env::var_os("TAIMEN_LONG").is_some().then(|| Instant::now() + Duration::from_secs(60));
        let written = AtomicU64::new(0);
        scope(|scope| {
            for writer in 0..8 {
                let written = &written;
                scope.spawn(move || {
                    let mut store = bench.open().unwrap();
                    for number in 1.. {
                        if long.map_or(number > 12, |end| Instant::now() > end) {
                            break;
                        }
                        store.append(&record(writer * 1_000_000 + number)).unwrap();
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let report = bench.read().verify(Depth::Content, &[]).unwrap();
        assert!(report.holds(), "{:?}", report.bad);
        assert_eq!(report.size, written.load(Ordering::Relaxed));
    }

    fn a_check_sees_one_state_while_others_write(bench: &Bench) {
        let (mut store, _) = bench.filled(30);
        scope(|scope| {
            let (stop, stopped) = mpsc::channel::<()>();
            let mut other = bench.open().unwrap();
            scope.spawn(move || {
                let mut number = 31;
                while stopped.try_recv().is_err() {
                    other.append(&record(number)).unwrap();
                    number += 1;
                }
            });
            for _ in 0..5 {
                let report = store.verify(Depth::Content, &[]).unwrap();
                assert!(report.holds(), "{:?}", report.bad);
            }
            stop.send(()).unwrap();
        });
    }
}

#[test]
fn a_database_that_another_program_holds_is_named() {
    let bench = Bench::sqlite();
    let (mut store, _) = bench.filled(1);
    let (path, (locked, wait), (done, end)) = (bench.file(), mpsc::channel(), mpsc::channel::<()>());
    let holder = spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use sqlx::{Connection, Executor};
            let mut link = sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
            link.execute("BEGIN IMMEDIATE").await.unwrap();
            locked.send(()).unwrap();
            end.recv().unwrap();
            link.execute("ROLLBACK").await.unwrap();
        });
    });
    wait.recv().unwrap();
    assert_eq!(store.append(&record(2)).err(), Some(StoreError::Locked { place: bench.place().to_string() }));
    done.send(()).unwrap();
    holder.join().unwrap();
    assert_eq!(store.append(&record(2)).unwrap().seq, 2);
}

#[test]
fn a_medium_that_cannot_be_written_is_checked_all_the_same() {
    let bench = Bench::sqlite();
    let (mut store, _) = bench.filled(3);
    let copy = bench.folder.file("copy.db");
    store.backup(&copy).unwrap();
    let kept = fs::read(&copy).unwrap();
    let place = Place::Sqlite(copy.clone());
    let report = Store::open_to_read(place, Some(bench.keys())).unwrap().verify(Depth::Content, &[]).unwrap();
    assert!(report.holds() && report.size == 3);
    assert_eq!(fs::read(&copy).unwrap(), kept, "nothing in it changes");
    let left: Vec<_> = fs::read_dir(bench.folder.path()).unwrap().flatten().map(|file| file.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("copy.db-")), "{left:?}");
}

#[test]
fn roles_do_what_they_may_and_nothing_else() {
    let bench = Bench::postgres();
    let (mut store, appended) = bench.filled(3);
    let (server, database) = (postgres::server(), bench.server.clone().unwrap());
    let (writer, purger) = (format!("writer_{database}"), format!("purger_{database}"));
    assert_eq!(store.grant(Some(&writer), None).err(), Some(StoreError::NoSuchRole { role: writer.clone() }));
    server.sql(&database, &format!("CREATE ROLE {writer} LOGIN; CREATE ROLE {purger} LOGIN"));
    store.grant(Some(&writer), Some(&purger)).unwrap();
    let open = |role: &str| {
        let place = Place::parse(&server.url(&database, role)).unwrap();
        Store::open(place, bench.keys(), Box::new(SystemNonces)).unwrap()
    };
    let (mut write, mut purge) = (open(&writer), open(&purger));
    assert_eq!(write.append(&record(4)).unwrap().seq, 4);
    let lawful = entry(EntryKind::Purge, None, 9, "{}");
    let refused = |store: &Store| Some(StoreError::NoRights { place: store.place().to_string() });
    assert_eq!(write.empty(&[appended[0].id], &lawful).err(), refused(&write));
    assert_eq!(write.rekey(&entry(EntryKind::Rekey, None, 9, "{}")).err(), refused(&write));
    assert!(store.read(appended[0].id).unwrap().payload.is_some());
    let purged = purge.empty(&[appended[0].id], &lawful).unwrap();
    assert_eq!((purged.emptied.to_string().as_str(), purged.not_vacuumed), ("1", refused(&purge)));
    for (role, statement) in [
        (&writer, "UPDATE taimen.entry SET sealed = ''"),
        (&writer, "DELETE FROM taimen.lookup"),
        (&writer, "TRUNCATE taimen.entry CASCADE"),
        (&purger, "UPDATE taimen.entry SET kind = 'export'"),
        (&purger, "DELETE FROM taimen.entry"),
        (&purger, "DELETE FROM taimen.lookup WHERE seq = 2"),
        (&purger, "UPDATE taimen.entry SET sealed = nonce"),
        (&purger, "ALTER TABLE taimen.entry DISABLE TRIGGER ALL"),
    ] {
        let done = std::panic::catch_unwind(|| server.sql(&database, &format!("SET ROLE {role}; {statement}")));
        assert!(done.is_err(), "{role}: {statement}");
    }
    assert!(store.verify(Depth::Content, &[]).unwrap().holds());
}
