//! What a store does with entries.

use std::{fs, ops::ControlFlow};

use taimen::{
    records::store::{
        Back, Depth, EntryKind, KeyFile, Listing, Lookup, Proof, SignedHead, Store, StoreError, Unproved,
        parse_verifier_key,
    },
    transport::nonces::SystemNonces,
};
use uuid::Uuid;

use crate::bench::{Bench, both, entry, record, sqlite, time};

fn text(payload: Option<zeroize::Zeroizing<Vec<u8>>>) -> String {
    String::from_utf8(payload.unwrap().to_vec()).unwrap()
}

both! {
    fn what_is_appended_is_read_back(bench: &Bench) {
        let mut store = bench.create();
        let first = store.append(&record(1)).unwrap();
        assert_eq!((first.seq, first.head.head.size, &first.head_not_kept), (1, 1, &None));
        let changed = entry(EntryKind::Amendment, Some(first.id), 5, "{\"address\":\"架空市\"}");
        let second = store.append(&changed).unwrap();
        store.append(&record(2)).unwrap();
        drop(store);

        let mut store = bench.open().unwrap();
        assert_eq!(text(store.read(first.id).unwrap().payload), "{\"name\":\"海山 ためし1\"}");
        let header = store.read(second.id).unwrap().header;
        assert_eq!((header.seq, header.kind, header.of), (2, EntryKind::Amendment, Some(first.id)));
        assert_eq!((header.created_at, header.profile), (time(5), Some(("hanshuhou-2025".to_owned(), [7; 32]))));
        let history: Vec<String> =
            store.history(first.id).unwrap().into_iter().map(|entry| text(entry.payload)).collect();
        assert_eq!(history, ["{\"name\":\"海山 ためし1\"}", "{\"address\":\"架空市\"}"]);
        let nobody = Uuid::from_bytes([1; 16]);
        assert_eq!(store.read(nobody).err(), Some(StoreError::NoSuchEntry { id: nobody.to_string() }));
        assert_eq!(store.history(nobody).err(), Some(StoreError::NoSuchEntry { id: nobody.to_string() }));
        let stray = entry(EntryKind::Amendment, Some(nobody), 6, "{}");
        assert_eq!(store.append(&stray).err(), Some(StoreError::NoSuchEntry { id: nobody.to_string() }));
        let mut numbers = Vec::new();
        let mut each = |entry: taimen::records::store::Entry| {
            numbers.push(entry.header.seq);
            ControlFlow::Continue(())
        };
        store.each(1, &mut each).unwrap();
        assert_eq!(numbers, [2, 3]);
        assert!(store.verify(Depth::Content, &[]).unwrap().holds());
    }

    fn a_text_finds_its_entries_and_no_others(bench: &Bench) {
        let (mut store, appended) = bench.filled(7);
        let found = |store: &mut Store, kind, text: &str| -> Vec<u64> {
            store.find(&Lookup::new(kind, text)).unwrap().iter().map(|header| header.seq).collect()
        };
        assert_eq!(found(&mut store, "name", "海山ためし4"), [4]);
        assert_eq!(found(&mut store, "document", "99-1"), [7, 4, 1]);
        assert_eq!(found(&mut store, "account", "99-1"), Vec::<u64>::new());
        store.rekey(&entry(EntryKind::Rekey, None, 50, "{}")).unwrap();
        let mut later = record(10);
        later.created_at = time(60);
        store.append(&later).unwrap();
        // Under each data key: what was found before is found still, and by another program too.
        assert_eq!(found(&mut store, "document", "99-1"), [9, 7, 4, 1]);
        assert_eq!(found(&mut bench.read(), "document", "99-1"), [9, 7, 4, 1]);
        assert_eq!(text(store.read(appended[0].id).unwrap().payload), "{\"name\":\"海山 ためし1\"}");
        assert!(store.verify(Depth::Content, &[]).unwrap().holds());
    }

    fn a_list_has_pages_and_filters(bench: &Bench) {
        let (mut store, appended) = bench.filled(5);
        store.append(&entry(EntryKind::RelationEnd, Some(appended[1].id), 9, "{}")).unwrap();
        let mut list = |listing: Listing| -> Vec<u64> {
            store.list(&listing).unwrap().iter().map(|header| header.seq).collect()
        };
        assert_eq!(list(Listing::default()), [6, 5, 4, 3, 2, 1]);
        assert_eq!(list(Listing { limit: 2, ..Listing::default() }), [6, 5]);
        assert_eq!(list(Listing { limit: 2, after: Some((time(5), 5)), ..Listing::default() }), [4, 3]);
        assert_eq!(list(Listing { kind: Some(EntryKind::RelationEnd), ..Listing::default() }), [6]);
        assert_eq!(list(Listing { from: Some(time(2)), until: Some(time(4)), ..Listing::default() }), [3, 2]);
        let one = Listing { kind: Some(EntryKind::Record), from: Some(time(2)), limit: 1, ..Listing::default() };
        assert_eq!(list(one), [5]);
    }

    fn a_purge_empties_the_content_and_keeps_the_proof(bench: &Bench) {
        let (mut store, appended) = bench.filled(5);
        let ids = [appended[1].id, appended[2].id];
        let purged = store.empty(&ids, &entry(EntryKind::Purge, None, 9, "{\"law\":\"犯収法\"}")).unwrap();
        assert_eq!((purged.emptied.to_string().as_str(), &purged.not_vacuumed), ("2-3", &None));
        let gone = store.read(ids[0]).unwrap();
        assert!(gone.payload.is_none() && gone.header.emptied);
        assert_eq!(store.find(&Lookup::new("name", "海山ためし2")).unwrap(), []);
        assert_eq!(store.find(&Lookup::new("name", "海山ためし1")).unwrap().len(), 1);
        assert_eq!(store.proof(ids[0], true, None).err(), Some(StoreError::Purged { id: ids[0].to_string() }));
        let report = bench.read_without_key().verify(Depth::Structure, &[]).unwrap();
        assert!(report.holds(), "{:?}", report.bad);
        assert_eq!((report.size, report.emptied, report.kinds[&EntryKind::Purge]), (6, 2, 1));
        assert!(store.verify(Depth::Content, &[]).unwrap().holds());
        // What is empty is not emptied again, and a purge is never emptied.
        let again = store.empty(&[ids[0], purged.appended.id], &entry(EntryKind::Purge, None, 10, "{}")).unwrap();
        assert_eq!(again.emptied.to_string(), "");
        assert!(store.verify(Depth::Content, &[]).unwrap().holds());
        let nobody = Uuid::from_bytes([1; 16]);
        let refused = store.empty(&[appended[0].id, nobody], &entry(EntryKind::Purge, None, 11, "{}"));
        assert_eq!(refused.err(), Some(StoreError::NoSuchEntry { id: nobody.to_string() }));
        assert!(store.read(appended[0].id).unwrap().payload.is_some(), "both or neither");
        assert_eq!(store.verify(Depth::Content, &[]).unwrap().size, 7);
    }

    fn a_record_to_which_somebody_added_is_not_emptied_without_what_was_added(bench: &Bench) {
        let (mut store, appended) = bench.filled(2);
        let id = appended[0].id;
        let hold = store.append(&entry(EntryKind::Hold, Some(id), 5, "{}")).unwrap();
        let purge = entry(EntryKind::Purge, None, 9, "{}");
        let meanwhile = StoreError::AddedMeanwhile { place: bench.place().to_string() };
        assert_eq!(store.empty(&[id], &purge).err(), Some(meanwhile));
        assert!(store.read(id).unwrap().payload.is_some() && store.verify(Depth::Content, &[]).unwrap().size == 3);
        assert_eq!(store.empty(&[id, hold.id], &purge).unwrap().emptied.to_string(), "1,3");
    }

    fn nothing_is_changed_or_removed_by_a_plain_statement(bench: &Bench) {
        let (_store, _) = bench.filled(3);
        for statement in [
            "UPDATE entry SET kind = 'export' WHERE seq = 1",
            "UPDATE entry SET sealed = nonce WHERE seq = 1",
            "DELETE FROM entry WHERE seq = 3",
            "DELETE FROM lookup",
            "UPDATE lookup SET seq = 2 WHERE seq = 1",
            "UPDATE log SET test = 1",
            "DELETE FROM log",
            "DELETE FROM data_key",
            "INSERT INTO entry SELECT 9, id, kind, first, profile, profile_sha256, created_at, key_id, purges, leaf, head, \
             nodes, digest, nonce, sealed FROM entry WHERE seq = 1",
        ] {
            assert!(bench.sql(statement).is_err(), "{statement}");
        }
        assert!(bench.read().verify(Depth::Content, &[]).unwrap().holds());
    }

    fn a_backup_is_whole_and_restored_into_a_new_database_alone(bench: &Bench) {
        let (mut store, appended) = bench.filled(4);
        store.empty(&[appended[3].id], &entry(EntryKind::Purge, None, 9, "{}")).unwrap();
        let copy = bench.folder.file("backup.db");
        let report = store.backup(&copy).unwrap();
        assert!(report.holds() && report.size == 5, "{report:?}");
        let there = store.backup(&copy).err();
        assert_eq!(there, Some(StoreError::AlreadyThere { place: copy.display().to_string() }));
        drop(store);

        for new in [Bench::sqlite(), Bench::postgres()] {
            let report = Store::restore(&copy, new.place(), bench.keys(), false).unwrap();
            assert!(report.holds() && report.size == 5, "{report:?}");
            let mut restored = Store::open(new.place(), bench.keys(), Box::new(SystemNonces)).unwrap();
            assert_eq!(text(restored.read(appended[0].id).unwrap().payload), "{\"name\":\"海山 ためし1\"}");
            assert_eq!(restored.find(&Lookup::new("name", "海山ためし2")).unwrap().len(), 1);
            let again = Store::restore(&copy, new.place(), bench.keys(), false);
            assert!(matches!(again, Err(StoreError::AlreadyThere { .. })), "{again:?}");
        }
    }

    fn a_restore_that_fails_keeps_what_is_known_of_the_lost_entries(bench: &Bench) {
        let (mut store, _) = bench.filled(2);
        let copy = bench.folder.file("backup.db");
        store.backup(&copy).unwrap();
        store.append(&record(3)).unwrap();
        drop(store);
        let head = bench.keys().kept().path().to_owned();
        let lost = bench.folder.file("keys/shop.key.head.lost");
        let known = fs::read(&head).unwrap();
        // The new place is taken; the copy is damaged; an earlier loss is still beside the key.
        let refused = Store::restore(&copy, bench.place(), bench.keys(), true).err();
        assert!(matches!(refused, Some(StoreError::AlreadyThere { .. })), "{refused:?}");
        let whole = fs::read(&copy).unwrap();
        crate::bench::sqlite(&copy, "DROP TRIGGER entry_unchanged; UPDATE entry SET created_at = 1 WHERE seq = 2").unwrap();
        let report = Store::restore(&copy, Bench::sqlite().place(), bench.keys(), true).unwrap();
        assert!(!report.holds());
        assert!(fs::read(&head).unwrap() == known && !lost.exists());
        fs::write(&copy, whole).unwrap();
        fs::write(&lost, "earlier").unwrap();
        let new = Bench::sqlite();
        let refused = Store::restore(&copy, new.place(), bench.keys(), true).err();
        assert_eq!(refused, Some(StoreError::AlreadyThere { place: lost.display().to_string() }));
        assert!(fs::read(&head).unwrap() == known && !new.file().exists());
        fs::remove_file(&lost).unwrap();
        let report = Store::restore(&copy, new.place(), bench.keys(), true).unwrap();
        assert!(report.holds() && report.size == 2, "{report:?}");
        assert_eq!(fs::read(&lost).unwrap(), known);
        assert!(fs::read_to_string(&head).unwrap().contains("\n2\n"));
    }

    fn an_auditor_checks_one_record_and_sees_nothing_else(bench: &Bench) {
        let (mut store, appended) = bench.filled(11);
        let public = store.log().verifier_key(store.public_key());
        let (_, public) = parse_verifier_key(&public).unwrap();
        let head = [store.head().unwrap().unwrap()];
        for (number, one) in appended.iter().enumerate() {
            let json = store.proof(one.id, false, None).unwrap().to_json();
            assert!(!json.contains("\"key\"") && !json.contains("sealed"), "{json}");
            let proof = Proof::from_json(json.as_bytes()).unwrap();
            let proved = proof.verify(&public, &head).unwrap();
            assert_eq!((proved.header.seq, proved.header.id), (u64::try_from(number).unwrap() + 1, one.id));
            assert!(proved.payload.is_none());
        }
        let json = store.proof(appended[4].id, true, None).unwrap().to_json();
        let proved = Proof::from_json(json.as_bytes()).unwrap().verify(&public, &head).unwrap();
        assert_eq!(text(proved.payload), "{\"name\":\"海山 ためし5\"}");
        for (from, to) in [
            ("\"seq\": 5", "\"seq\": 6"),
            ("\"kind\": \"record\"", "\"kind\": \"export\""),
            ("2026-11-27T00:00:05Z", "2026-11-27T00:00:06Z"),
            ("hanshuhou", "keitaihou"),
            ("taimen.record-proof/1", "taimen.record-proof/2"),
        ] {
            let changed = json.replacen(from, to, 1);
            assert_ne!(changed, json);
            let proved = Proof::from_json(changed.as_bytes()).and_then(|proof| proof.verify(&public, &[]).ok());
            assert!(proved.is_none(), "{from}");
        }
    }

    fn an_auditor_with_another_head_is_not_told_that_a_good_proof_is_false(bench: &Bench) {
        let (mut store, appended) = bench.filled(5);
        let (_, public) = parse_verifier_key(&store.log().verifier_key(store.public_key())).unwrap();
        let old = appended[3].head.clone();
        let newest = store.head().unwrap().unwrap();
        let verify = |json: &str, known: &[&SignedHead]| {
            let known: Vec<SignedHead> = known.iter().map(|head| (*head).clone()).collect();
            Proof::from_json(json.as_bytes()).unwrap().verify(&public, &known).map(|proved| proved.head.head.size)
        };
        let json = store.proof(appended[1].id, false, None).unwrap().to_json();
        assert_eq!(verify(&json, &[&old]), Err(Unproved::OtherSize { known: 4, proof: 5 }));
        // Each head is looked at: one of them is enough, and a wrong one of its size speaks against it.
        assert_eq!(verify(&json, &[&old, &newest]), Ok(5));
        let elsewhere = Bench::sqlite();
        let other = elsewhere.filled_as(store.log().database, 5).head().unwrap().unwrap();
        assert_eq!((other.head.size, &other.head.log), (5, store.log()));
        assert_eq!(verify(&json, &[&newest, &other]), Err(Unproved::Bad), "another key");
        let mut rewritten = newest.head.clone();
        rewritten.root = [9; 32];
        let rewritten = rewritten.sign(KeyFile::parse(&fs::read_to_string(bench.key()).unwrap()).unwrap().signer());
        assert_eq!(verify(&json, &[&newest, &rewritten]), Err(Unproved::Bad), "another root");
        // The holder of the database proves it under the head that the auditor has.
        for (number, one) in appended.iter().take(4).enumerate() {
            let json = store.proof(one.id, false, Some(("old", &old))).unwrap().to_json();
            assert_eq!(verify(&json, &[&old]), Ok(4), "{number}");
        }
        let refused = |store: &mut Store, id, head: &SignedHead| store.proof(id, false, Some(("theirs", head))).err();
        assert_eq!(refused(&mut store, appended[4].id, &old), Some(StoreError::AfterHead { seq: 5, size: 4 }));
        let unreadable = StoreError::HeadUnreadable { path: "theirs".to_owned() };
        assert_eq!(refused(&mut store, appended[1].id, &other), Some(unreadable));
        let place = bench.place().to_string();
        assert_eq!(
            refused(&mut store, appended[1].id, &rewritten),
            Some(StoreError::HeadDisagrees { path: "theirs".to_owned(), place, seq: 5 })
        );
    }

    fn time_that_goes_back_is_said_and_is_no_damage(bench: &Bench) {
        let mut store = bench.create();
        let at = |second| entry(EntryKind::Record, None, second, "{}");
        // Some minutes are between the clocks of two computers.
        for second in [10_000, 9_500, 9_401] {
            assert_eq!(store.append(&at(second)).unwrap().clock_back, None, "{second}");
        }
        let back = store.append(&at(8_000)).unwrap();
        assert_eq!(back.clock_back, Some(StoreError::ClockBack { at: time(8_000), before: time(9_401) }));
        assert_eq!(back.warnings().count(), 1);
        assert_eq!(store.append(&at(900_000)).unwrap().clock_back, None);
        assert_eq!(store.append(&at(10_000)).unwrap().warnings().count(), 1);
        let report = store.verify(Depth::Content, &[]).unwrap();
        assert!(report.holds(), "{:?}", report.bad);
        assert_eq!(
            report.back,
            [
                Back { seq: 4, at: time(8_000), before: time(9_401) },
                Back { seq: 6, at: time(10_000), before: time(900_000) }
            ]
        );
    }

    /// There is no entry before the first.
    fn a_first_entry_comes_before_the_database_in_silence(bench: &Bench) {
        let mut store = bench.create();
        assert_eq!(store.append(&entry(EntryKind::Record, None, -900_000, "{}")).unwrap().warnings().count(), 0);
        assert_eq!(store.verify(Depth::Content, &[]).unwrap().back, []);
        let back = store.append(&entry(EntryKind::Record, None, -990_000, "{}")).unwrap().clock_back;
        assert_eq!(back, Some(StoreError::ClockBack { at: time(-990_000), before: time(-900_000) }));
    }

    fn a_new_master_key_shuts_the_former_key_file_out(bench: &Bench) {
        let (mut store, appended) = bench.filled(2);
        let next = bench.keys().next_master(&mut SystemNonces).unwrap();
        let path = bench.folder.file("keys/next.key");
        let file = taimen::records::store::KeyFile::parse(&next.to_text()).unwrap();
        let keys = taimen::records::store::Keys::create(file, &path, &bench.place()).unwrap();
        store.rekey_master(&entry(EntryKind::Rekey, None, 5, "{}"), &next).unwrap();
        drop(store);
        assert!(matches!(bench.open(), Err(StoreError::OldKey { .. })));
        let mut store = Store::open(bench.place(), keys, Box::new(SystemNonces)).unwrap();
        assert_eq!(text(store.read(appended[0].id).unwrap().payload), "{\"name\":\"海山 ためし1\"}");
        store.append(&record(3)).unwrap();
        assert!(store.verify(Depth::Content, &[]).unwrap().holds());
    }

    fn two_writers_take_turns(bench: &Bench) {
        let mut one = bench.create();
        let mut other = bench.open().unwrap();
        let numbers: Vec<u64> = (1..=6)
            .map(|number| if number % 2 == 0 { &mut one } else { &mut other }.append(&record(number)).unwrap().seq)
            .collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        one.rekey(&entry(EntryKind::Rekey, None, 8, "{}")).unwrap();
        assert_eq!(other.append(&record(9)).unwrap().seq, 8);
        assert!(bench.read().verify(Depth::Content, &[]).unwrap().holds());
    }

    fn a_test_database_is_one_for_ever(bench: &Bench) {
        let mut store = bench.create_as(true);
        store.append(&record(1)).unwrap();
        assert!(store.log().test && store.head().unwrap().unwrap().note().contains("\ntest\n"));
        bench.tamper("UPDATE log SET test = 0");
        drop(store);
        assert!(bench.open().is_err(), "no head fits a database that is none");
    }
}

#[test]
fn a_store_that_is_dropped_has_closed_its_file() {
    let bench = Bench::sqlite();
    for _ in 0..5 {
        drop(if bench.file().exists() { bench.open().unwrap() } else { bench.create() });
        assert!(!bench.folder.file("data/records.db-wal").exists());
    }
}

#[test]
fn what_is_sealed_is_shorter_than_what_was_given_and_says_little_of_its_length() {
    let bench = Bench::sqlite();
    let mut store = bench.create();
    let rows = "{\"id\":\"purpose\",\"state\":\"blank\",\"reason\":\"not-asked\"},".repeat(60);
    for name in ["海 花", "架空野 ためし之丞"] {
        let payload = format!("{{\"name\":\"{name}\",\"fields\":[{rows}]}}");
        let id = store.append(&entry(EntryKind::Record, None, 1, &payload)).unwrap().id;
        assert_eq!(text(store.read(id).unwrap().payload), payload);
    }
    drop(store);
    let lengths = "SELECT CASE WHEN min(length(sealed)) = max(length(sealed)) AND max(length(sealed)) < 600 THEN 1 ELSE 1/0.0 END FROM entry";
    // The same length for both, and far less than the four kilobytes of JSON.
    sqlite(&bench.file(), &format!("CREATE TEMP TABLE t (one INTEGER NOT NULL); INSERT INTO t {lengths}")).unwrap();
}
