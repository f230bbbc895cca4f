//! Every damage is named: the first entry, and what does not hold.

use std::fs;

use taimen::{
    crypto::SealKey,
    records::store::{Bad, Depth, EntryKind, Layer, SignedHead, StoreError},
};

use crate::bench::{Bench, both, entry, record};

fn bad(bench: &Bench) -> Vec<(u64, Layer)> {
    let report = bench.read_without_key().verify(Depth::Structure, &[]).unwrap();
    report.bad.iter().map(|Bad { seq, layer }| (*seq, *layer)).collect()
}

both! {
    fn an_edited_row_is_named(bench: &Bench) {
        drop(bench.filled(9));
        assert_eq!(bad(bench), []);
        let zeros = |count| bench.bytes(&vec![0; count]);
        for (statement, layer) in [
            (format!("UPDATE entry SET sealed = {} WHERE seq = 5", zeros(40)), Layer::Content),
            (format!("UPDATE entry SET nonce = {} WHERE seq = 5", zeros(12)), Layer::Content),
            (format!("UPDATE lookup SET hash = {} WHERE seq = 5 AND hash = (SELECT hash FROM lookup WHERE seq = 5 ORDER BY hash LIMIT 1)", zeros(32)), Layer::Content),
            ("DELETE FROM lookup WHERE seq = 5".to_owned(), Layer::Content),
            ("UPDATE entry SET created_at = created_at + 1 WHERE seq = 5".to_owned(), Layer::Leaf),
            ("UPDATE entry SET kind = 'export' WHERE seq = 5".to_owned(), Layer::Leaf),
            ("UPDATE entry SET profile = 'own' WHERE seq = 5".to_owned(), Layer::Leaf),
            ("UPDATE entry SET kind = 'other' WHERE seq = 5".to_owned(), Layer::Row),
            ("UPDATE entry SET purges = '1' WHERE seq = 5".to_owned(), Layer::Purge),
            (format!("UPDATE entry SET digest = {} WHERE seq = 5", zeros(32)), Layer::Content),
            (format!("UPDATE entry SET leaf = {} WHERE seq = 5", zeros(32)), Layer::Leaf),
            (format!("UPDATE entry SET nodes = {} WHERE seq = 6", zeros(32)), Layer::Tree),
            (format!("UPDATE entry SET head = {} WHERE seq = 5", zeros(96)), Layer::Signature),
            (format!("UPDATE entry SET head = {} WHERE seq = 9", zeros(96)), Layer::Tree),
            (format!("UPDATE entry SET nonce = {0}, sealed = {0} WHERE seq = 5", zeros(0)), Layer::Purge),
        ] {
            bench.tamper(&format!("CREATE TABLE kept AS SELECT * FROM entry; CREATE TABLE found AS SELECT * FROM lookup; {statement}"));
            let bad = bad(bench);
            assert_eq!(bad.first().map(|(_, layer)| *layer), Some(layer), "{statement}: {bad:?}");
            let seq = if statement.contains("seq = 5") { 5 } else { bad[0].0 };
            assert_eq!(bad[0].0, seq, "{statement}: {bad:?}");
            bench.tamper("DELETE FROM lookup; DELETE FROM entry; INSERT INTO entry SELECT * FROM kept; \
                          INSERT INTO lookup SELECT * FROM found; DROP TABLE kept; DROP TABLE found");
        }
        assert_eq!(self::bad(bench), []);
    }

    fn a_removed_or_moved_row_is_named(bench: &Bench) {
        drop(bench.filled(9));
        bench.tamper("DELETE FROM lookup WHERE seq = 4; DELETE FROM entry WHERE seq = 4");
        assert_eq!(bad(bench)[0], (4, Layer::Sequence));
        bench.tamper("UPDATE lookup SET seq = seq - 1 WHERE seq = 5; UPDATE entry SET seq = 4 WHERE seq = 5");
        assert_eq!(bad(bench)[0].0, 4, "a row that was moved into the gap");
    }

    fn rows_that_change_places_are_named(bench: &Bench) {
        drop(bench.filled(6));
        bench.tamper(
            "UPDATE entry SET seq = 100 WHERE seq = 2; UPDATE entry SET seq = 2 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 100;
             UPDATE lookup SET seq = 100 WHERE seq = 2; UPDATE lookup SET seq = 2 WHERE seq = 3; UPDATE lookup SET seq = 3 WHERE seq = 100",
        );
        assert_eq!(bad(bench)[0], (2, Layer::Leaf));
    }

    fn a_log_that_was_cut_off_is_found_by_the_head_that_is_kept(bench: &Bench) {
        let (store, _) = bench.filled(9);
        drop(store);
        bench.tamper("DELETE FROM lookup WHERE seq > 7; DELETE FROM entry WHERE seq > 7");
        assert_eq!(bad(bench), [], "nothing in it shows it");
        let report = bench.read().verify(Depth::Content, &[]).unwrap();
        assert_eq!(report.bad, [Bad { seq: 7, layer: Layer::Older }]);
        let place = bench.place().to_string();
        assert_eq!(bench.open().err(), Some(StoreError::HeadOlder { place, kept: 9, found: 7 }));
    }

    fn a_log_that_was_rewritten_with_the_same_key_is_found_by_a_head(bench: &Bench) {
        let (mut store, _) = bench.filled(3);
        let head = store.head().unwrap().unwrap().note();
        drop(store);
        // Who has the keys writes another log of the same name.
        bench.tamper("DELETE FROM lookup; DELETE FROM entry");
        let kept = bench.keys().kept().path().to_owned();
        let before = fs::read(&kept).unwrap();
        fs::remove_file(&kept).unwrap();
        let mut store = bench.open().unwrap();
        for number in 5..10 {
            store.append(&record(number)).unwrap();
        }
        assert!(store.verify(Depth::Content, &[]).unwrap().holds(), "nothing in it shows it");
        let known = SignedHead::parse(&head).unwrap();
        let report = store.verify(Depth::Content, &[known]).unwrap();
        assert_eq!(report.bad, [Bad { seq: 3, layer: Layer::Rewritten }]);
        drop(store);
        fs::write(&kept, before).unwrap();
        let place = bench.place().to_string();
        assert_eq!(bench.open().err(), Some(StoreError::HeadDiffers { place, seq: 3 }));
    }

    fn two_heads_of_one_size_are_both_compared(bench: &Bench) {
        let (mut store, _) = bench.filled(3);
        let first = store.head().unwrap().unwrap().note();
        drop(store);
        bench.tamper("DELETE FROM lookup; DELETE FROM entry");
        fs::remove_file(bench.keys().kept().path()).unwrap();
        let mut store = bench.open().unwrap();
        for number in 5..8 {
            store.append(&record(number)).unwrap();
        }
        // The head beside the key is of the same size as the one that head office has.
        let kept = store.head().unwrap().unwrap().note();
        let heads = |notes: [&str; 2]| notes.map(|note| SignedHead::parse(note).unwrap());
        let rewritten = [Bad { seq: 3, layer: Layer::Rewritten }];
        assert_eq!(store.verify(Depth::Content, &heads([&first, &kept])).unwrap().bad, rewritten);
        assert_eq!(store.verify(Depth::Content, &heads([&kept, &first])).unwrap().bad, rewritten);
        assert!(store.verify(Depth::Content, &heads([&kept, &kept])).unwrap().holds());
    }

    fn a_content_that_was_sealed_for_another_place_is_named(bench: &Bench) {
        let (mut store, appended) = bench.filled(3);
        bench.tamper("UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE seq = 2), nonce = (SELECT nonce FROM entry WHERE seq = 2) WHERE seq = 3");
        assert_eq!(bad(bench)[0], (3, Layer::Content));
        let place = bench.place().to_string();
        assert_eq!(store.read(appended[2].id).err(), Some(StoreError::Damaged { place, seq: 3, layer: Layer::Seal }));
    }

    fn nothing_is_added_to_a_log_whose_end_does_not_hold(bench: &Bench) {
        let (mut store, _) = bench.filled(3);
        bench.tamper(&format!("UPDATE entry SET head = {} WHERE seq = 3", bench.bytes(&[0; 96])));
        assert!(matches!(store.append(&record(4)), Err(StoreError::Damaged { seq: 3, .. })));
        assert!(matches!(bench.open(), Err(StoreError::Damaged { seq: 3, .. })));
    }

    fn a_damaged_data_key_is_named_and_not_the_key_file(bench: &Bench) {
        let (mut store, appended) = bench.filled(2);
        store.rekey(&entry(EntryKind::Rekey, None, 5, "{}")).unwrap();
        let later = store.append(&record(6)).unwrap();
        drop(store);
        bench.tamper(&format!("UPDATE data_key SET wrapped = {} WHERE id = 1", bench.bytes(&[0; 60])));
        let damaged = |seq, layer| Some(StoreError::Damaged { place: bench.place().to_string(), seq, layer });
        assert_eq!(bench.open().err(), damaged(0, Layer::Key));
        // What other keys seal is read all the same, and the structure holds.
        let mut store = bench.read();
        assert_eq!(store.read(appended[0].id).err(), damaged(1, Layer::Key));
        assert!(store.read(later.id).unwrap().payload.is_some());
        let report = store.verify(Depth::Content, &[]).unwrap();
        let bad: Vec<(u64, Layer)> = report.bad.iter().map(|bad| (bad.seq, bad.layer)).collect();
        assert_eq!(bad, [(0, Layer::Key), (1, Layer::Key), (2, Layer::Key)]);
        assert_eq!(self::bad(bench), []);
        let head = store.head().unwrap().unwrap();
        bench.tamper("DELETE FROM data_key WHERE id = 1");
        let report = bench.read().verify(Depth::Content, &[head]).unwrap();
        assert_eq!(report.bad[0], Bad { seq: 1, layer: Layer::Key });
    }

    fn what_a_database_says_of_itself_is_compared_with_what_was_signed(bench: &Bench) {
        drop(bench.filled(2));
        for statement in [
            "UPDATE log SET test = 1".to_owned(),
            format!("UPDATE log SET public_key = {}", bench.bytes(&SealKey::from_seed(&[9; 32]).public_key().to_bytes())),
        ] {
            bench.tamper(&format!("CREATE TABLE kept AS SELECT * FROM log; {statement}"));
            let place = bench.place().to_string();
            assert_eq!(bench.open().err(), Some(StoreError::Damaged { place, seq: 0, layer: Layer::Log }), "{statement}");
            let report = bench.read().verify(Depth::Content, &[]).unwrap();
            assert_eq!(report.bad, [Bad { seq: 0, layer: Layer::Log }], "{statement}");
            bench.tamper("DELETE FROM log; INSERT INTO log SELECT * FROM kept; DROP TABLE kept");
        }
        assert!(bench.open().is_ok());
    }

    fn nothing_is_purged_while_an_entry_is_hidden(bench: &Bench) {
        let (mut store, appended) = bench.filled(1);
        let hold = entry(EntryKind::Amendment, Some(appended[0].id), 2, "{\"hold\":true}");
        store.append(&hold).unwrap();
        store.append(&record(3)).unwrap();
        bench.tamper("CREATE TABLE kept AS SELECT * FROM entry; CREATE TABLE found AS SELECT * FROM lookup; \
                      DELETE FROM lookup WHERE seq = 2; DELETE FROM entry WHERE seq = 2");
        let refused = store.empty(&[appended[0].id], &entry(EntryKind::Purge, None, 9, "{}")).err();
        let place = bench.place().to_string();
        assert_eq!(refused, Some(StoreError::Damaged { place, seq: 2, layer: Layer::Sequence }));
        bench.tamper("INSERT INTO entry SELECT * FROM kept WHERE seq = 2; INSERT INTO lookup SELECT * FROM found WHERE seq = 2; \
                      DROP TABLE kept; DROP TABLE found");
        assert_eq!(bad(bench), []);
        assert!(store.read(appended[0].id).unwrap().payload.is_some());
    }

    fn a_former_data_key_seals_nothing_after_it_was_changed(bench: &Bench) {
        let (mut store, _) = bench.filled(2);
        store.rekey(&entry(EntryKind::Rekey, None, 5, "{}")).unwrap();
        store.append(&record(6)).unwrap();
        assert_eq!(bad(bench), []);
        drop(store);
        bench.tamper("UPDATE entry SET key_id = 1 WHERE seq = 4");
        assert!(bad(bench).contains(&(4, Layer::Key)), "{:?}", bad(bench));
        bench.tamper("UPDATE entry SET key_id = 1 WHERE seq = 3");
        assert!(bad(bench).contains(&(3, Layer::Key)), "{:?}", bad(bench));
    }

    fn a_purge_is_lawful_only_with_its_entry(bench: &Bench) {
        let (mut store, appended) = bench.filled(4);
        store.empty(&[appended[1].id], &entry(EntryKind::Purge, None, 9, "{}")).unwrap();
        assert_eq!(bad(bench), []);
        bench.tamper("UPDATE entry SET purges = '' WHERE seq = 5");
        assert_eq!(bad(bench)[0], (2, Layer::Purge));
        bench.tamper("UPDATE entry SET purges = '2-3' WHERE seq = 5");
        assert_eq!(bad(bench)[0], (3, Layer::Purge), "content that is there in spite of a purge");
    }
}

#[test]
fn a_row_below_the_first_number_is_not_a_lawful_purge() {
    let bench = &Bench::sqlite();
    drop(bench.filled(3));
    bench.tamper(
        "PRAGMA ignore_check_constraints = on; INSERT INTO entry SELECT 0, zeroblob(16), 'purge', NULL, NULL, NULL, created_at, key_id, '1-2', leaf, \
         head, nodes, digest, nonce, sealed FROM entry WHERE seq = 1; UPDATE entry SET nonce = x'', sealed = x'' WHERE seq IN (1, 2); \
         DELETE FROM lookup WHERE seq IN (1, 2)",
    );
    assert_eq!(bad(bench)[0].1, Layer::Sequence);
}

/// What SQLite finds rows by can be changed apart from them, by whoever may write the file.
#[test]
fn an_index_that_hides_a_row_is_named_and_nothing_is_purged() {
    for (index, columns) in [
        ("entry_first", "entry (first, seq) WHERE first IS NOT NULL"),
        ("entry_kind", "entry (kind, created_at, seq)"),
        ("lookup_hash", "lookup (hash, seq)"),
    ] {
        let bench = Bench::sqlite();
        let (mut store, appended) = bench.filled(3);
        store.append(&entry(EntryKind::Hold, Some(appended[1].id), 9, "{}")).unwrap();
        drop(store);
        assert_eq!(bad(&bench), []);
        let partial = match columns.split_once(" WHERE ") {
            Some((columns, condition)) => format!("{columns} WHERE {condition} AND seq <> 4"),
            None => format!("{columns} WHERE seq <> 2"),
        };
        let made = format!("CREATE INDEX {index} ON {columns}");
        bench.tamper(&format!(
            "DROP INDEX {index}; CREATE INDEX {index} ON {partial}; PRAGMA writable_schema = ON; \
             UPDATE sqlite_schema SET sql = '{made}' WHERE name = '{index}'; PRAGMA writable_schema = RESET"
        ));
        assert_eq!(bad(&bench), [(0, Layer::Schema)], "{index}");
        let place = bench.place().to_string();
        let purge = entry(EntryKind::Purge, None, 10, "{}");
        let refused = bench.open().unwrap().empty(&[appended[1].id], &purge).err();
        assert_eq!(refused, Some(StoreError::Damaged { place, seq: 0, layer: Layer::Schema }), "{index}");
    }
}

#[test]
fn a_trigger_that_was_removed_or_added_is_named_and_nothing_is_lost_to_it() {
    let bench = Bench::sqlite();
    drop(bench.filled(2));
    bench.sql("CREATE TABLE someone_elses (a); CREATE INDEX theirs ON someone_elses (a)").unwrap();
    assert_eq!(bad(&bench), [], "what else is in the file is no part of the log");
    bench.sql("CREATE TRIGGER theirs2 BEFORE INSERT ON entry BEGIN SELECT RAISE(IGNORE); END").unwrap();
    assert_eq!(bad(&bench), [(0, Layer::Schema)]);
    let place = bench.place().to_string();
    let lost = StoreError::Damaged { place, seq: 0, layer: Layer::Schema };
    assert_eq!(bench.open().unwrap().append(&record(3)).err(), Some(lost.clone()));
    bench
        .sql("DROP TRIGGER theirs2; CREATE TRIGGER theirs2 BEFORE INSERT ON lookup BEGIN SELECT RAISE(IGNORE); END")
        .unwrap();
    assert_eq!(bench.open().unwrap().append(&record(3)).err(), Some(lost));
    bench.sql("DROP TRIGGER theirs2").unwrap();
    bench.open().unwrap().append(&record(3)).unwrap();
    assert_eq!(bad(&bench), []);
    // SQLite keeps the table's name as it is written here.
    bench.sql("CREATE TRIGGER theirs2 BEFORE UPDATE ON ENTRY BEGIN SELECT RAISE(IGNORE); END").unwrap();
    assert_eq!(bad(&bench), [(0, Layer::Schema)]);
    bench.sql("DROP TRIGGER theirs2; CREATE INDEX theirs2 ON Lookup (seq)").unwrap();
    assert_eq!(bad(&bench), [(0, Layer::Schema)]);
    bench.sql("DROP INDEX theirs2; DROP TRIGGER entry_kept").unwrap();
    assert_eq!(bad(&bench), [(0, Layer::Schema)]);
}
