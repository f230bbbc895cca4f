//! A PostgreSQL server that ends, and a connection that is cut, in the middle of a write.

use std::{sync::mpsc, thread::scope};

use taimen::{
    records::store::{Depth, EntryKind, Keys, Place, Store, StoreError},
    transport::nonces::SystemNonces,
};
use uuid::Uuid;

use crate::{
    bench::{Bench, entry, record},
    common::{
        postgres::Postgres,
        program::{Program, argument, run},
    },
    wire::Cut,
};

#[test]
fn an_answer_to_a_commit_that_was_lost_is_looked_up() {
    let (bench, wire) = Bench::wired();
    let mut store = bench.create();
    store.append(&record(1)).unwrap();
    wire.cut(Cut::Answer);
    // The entry is there, and that is what is said.
    assert_eq!(store.append(&record(2)).unwrap().seq, 2);
    assert_eq!(store.append(&record(3)).unwrap().seq, 3);
    assert!(store.verify(Depth::Content, &[]).unwrap().holds());
}

#[test]
fn a_connection_that_is_cut_at_the_commit_leaves_open_what_was_saved_and_nothing_half() {
    for (cut, size) in [(Cut::AnswerForGood, 2), (Cut::CommitForGood, 1)] {
        let (bench, wire) = Bench::wired();
        let mut store = bench.create();
        store.append(&record(1)).unwrap();
        wire.cut(cut);
        let lost = StoreError::ConnectionLost { place: bench.place().to_string() };
        assert_eq!(store.append(&record(2)).err(), Some(lost));
        let mut direct = Store::open(bench.direct(), bench.keys(), Box::new(SystemNonces)).unwrap();
        let report = direct.verify(Depth::Content, &[]).unwrap();
        assert!(report.holds() && report.size == size, "{report:?}");
        assert_eq!(direct.append(&record(3)).unwrap().seq, size + 1);
    }
}

#[test]
fn a_new_key_is_kept_if_nobody_knows_whether_the_log_needs_it() {
    for (cut, new_one_opens) in [(Cut::AnswerForGood, true), (Cut::CommitForGood, false)] {
        let (bench, wire) = Bench::wired();
        let mut store = bench.create();
        let id = store.append(&record(1)).unwrap().id;
        drop(store);
        wire.cut(cut);
        let (program, next) = (Program::new(), bench.folder.file("keys/next.key"));
        let mut command = program.command(["records", "rekey", "--json", "--new-key", &argument(&next)]);
        command.env("TAIMEN_RECORDS", &bench.url).env("TAIMEN_RECORDS_KEY", bench.key());
        assert_eq!(run(command).expect(2).json()["error"]["id"], "records-connection-lost");
        // One of the two opens the log, and both are there.
        let open =
            |path| Store::open(bench.direct(), Keys::load(path, &bench.direct()).unwrap(), Box::new(SystemNonces));
        let (former, new) = (open(&bench.key()), open(&next));
        assert_eq!((former.is_err(), new.is_ok()), (new_one_opens, new_one_opens), "{former:?} {new:?}");
        let mut store = if new_one_opens { new } else { former }.unwrap();
        assert!(store.read(id).unwrap().payload.is_some());
        assert!(store.verify(Depth::Content, &[]).unwrap().holds());
    }
}

#[test]
fn a_new_key_that_no_log_needs_is_removed() {
    let bench = Bench::postgres();
    drop(bench.filled(1));
    bench.tamper(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$; \
                  CREATE TRIGGER no BEFORE INSERT ON data_key FOR EACH ROW EXECUTE FUNCTION no()",
    );
    let (program, next) = (Program::new(), bench.folder.file("keys/next.key"));
    let mut command = program.command(["records", "rekey", "--json", "--new-key", &argument(&next)]);
    command.env("TAIMEN_RECORDS", &bench.url).env("TAIMEN_RECORDS_KEY", bench.key());
    run(command).expect(2);
    assert!(!next.exists());
    assert!(bench.open().unwrap().verify(Depth::Content, &[]).unwrap().holds());
}

#[test]
fn a_server_that_ends_in_the_middle_loses_nothing_that_was_saved() {
    let server = Postgres::own();
    let mut bench = Bench::sqlite();
    bench.url = server.url(&server.database(), "owner");
    drop(bench.create());
    let rounds = if std::env::var_os("TAIMEN_LONG").is_some() { 20 } else { 2 };
    let mut all: Vec<(u64, Uuid)> = Vec::new();
    for round in 0..rounds {
        let saved = scope(|scope| {
            let (said, heard) = mpsc::channel();
            for writer in 0..4 {
                let (said, bench) = (said.clone(), &bench);
                scope.spawn(move || {
                    let Ok(mut store) = bench.open() else { return };
                    for number in 1.. {
                        match store.append(&record(1000 * writer + number)) {
                            Ok(appended) => said.send((appended.seq, appended.id)).unwrap(),
                            Err(error) => {
                                let named =
                                    matches!(error, StoreError::ConnectionLost { .. } | StoreError::NoServer { .. });
                                assert!(named, "{error:?}");
                                break;
                            }
                        }
                    }
                });
            }
            drop(said);
            // Some entries first, then the end, wherever the writers are.
            let mut saved: Vec<(u64, Uuid)> = heard.iter().take(8 + round).collect();
            server.crash();
            saved.extend(heard);
            saved
        });
        server.start_again();
        all.extend(saved);
        let mut store = bench.open().unwrap();
        for (seq, id) in &all {
            assert_eq!(store.read(*id).unwrap().header.seq, *seq);
        }
        let report = store.verify(Depth::Content, &[]).unwrap();
        assert!(report.holds() && report.size >= u64::try_from(all.len()).unwrap(), "{report:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let server = Postgres::own();
    let mut bench = Bench::sqlite();
    bench.url = server.url(&server.database(), "owner");
    let mut store = bench.create();
    store.append(&record(1)).unwrap();
    server.crash();
    let lost = |error: StoreError| matches!(error, StoreError::ConnectionLost { .. } | StoreError::NoServer { .. });
    assert!(lost(store.append(&record(2)).unwrap_err()));
    assert!(lost(store.append(&record(2)).unwrap_err()));
    assert!(matches!(bench.open(), Err(StoreError::NoServer { .. })));
    server.start_again();
    // And the counter goes on with the store that it has.
    assert_eq!(store.append(&record(2)).unwrap().seq, 2);
}

#[test]
fn what_an_earlier_purge_could_not_remove_a_later_one_removes() {
    use crate::common::postgres;
    let bench = Bench::postgres();
    let mut store = bench.create();
    let (server, database) = (postgres::server(), bench.server.clone().unwrap());
    let purge = |url: &str| {
        let program = Program::new();
        let mut command = program.command(["records", "purge", "--yes", "--json"]);
        command.env("TAIMEN_RECORDS", url).env("TAIMEN_RECORDS_KEY", bench.key());
        let outcome = run(command).expect(0);
        (outcome.json()["vacuumed"].clone(), outcome.stderr.contains("may still hold"))
    };
    let id = store.append(&entry(EntryKind::Export, None, 1, "{}")).unwrap().id;
    // Nothing was ever emptied, so there is nothing to say of it.
    assert_eq!(purge(&bench.url), (serde_json::Value::Null, false));
    let role = format!("purge_{database}");
    server.sql(&database, &format!("CREATE ROLE {role} LOGIN"));
    store.grant(None, Some(&role)).unwrap();
    let other = server.url(&database, &role);
    let mut purger = Store::open(Place::parse(&other).unwrap(), bench.keys(), Box::new(SystemNonces)).unwrap();
    assert!(purger.empty(&[id], &entry(EntryKind::Purge, None, 2, "{}")).unwrap().not_vacuumed.is_some());
    assert_eq!(purge(&other), (false.into(), true));
    assert_eq!(purge(&bench.url), (true.into(), false));
}
