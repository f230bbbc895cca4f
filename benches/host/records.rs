//! The confirmation record: what a commit, a list, a search and a check of the whole log cost.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use taimen::{
    crypto::{RowKey, sha256},
    records::store::{Depth, EntryKind, KeyFile, Keys, Listing, Lookup, NewEntry, Place, Store},
    transport::nonces::SystemNonces,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Figure,
    Limit::{AtLeast, AtMost},
    common::temp::TempDir,
};

/// The bytes of a record without a photo.
const PAYLOAD: usize = 2000;

/// How many records there are; `TAIMEN_BENCH_RECORDS` says another number, such as a million.
fn records() -> u32 {
    std::env::var("TAIMEN_BENCH_RECORDS").ok().and_then(|number| number.parse().ok()).unwrap_or(5000)
}

fn record(number: u32) -> NewEntry {
    let lookup = |kind, text: String| Lookup::new(kind, text);
    NewEntry {
        kind: EntryKind::Record,
        of: None,
        profile: Some(("hanshuhou-2025".to_owned(), [7; 32])),
        created_at: jiff::Timestamp::from_second(1_800_000_000 + i64::from(number) * 60).unwrap(),
        payload: Zeroizing::new(vec![b'x'; PAYLOAD]),
        with_photo: false,
        lookups: vec![
            lookup("name", format!("海山ためし{}", number % 997)),
            lookup("birth", format!("19{:02}-01-01", number % 100)),
            lookup("document", number.to_string()),
        ],
    }
}

fn best(times: usize, mut work: impl FnMut()) -> Duration {
    let timed = |_| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    };
    (0..times).map(timed).min().unwrap()
}

/// What a bare insert of as many bytes costs, with the same durability.
fn bare(folder: &TempDir, count: u32) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(folder.file("bare.db")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let mut link = options.disable_statement_logging().connect().await.unwrap();
        sqlx::query("CREATE TABLE bare (seq INTEGER PRIMARY KEY, content BLOB)").execute(&mut link).await.unwrap();
        let begin = Instant::now();
        for number in 0..count {
            let insert = sqlx::query("INSERT INTO bare VALUES ($1, $2)").bind(i64::from(number));
            insert.bind(vec![1_u8; PAYLOAD]).execute(&mut link).await.unwrap();
        }
        let taken = begin.elapsed();
        link.close().await.unwrap();
        taken
    })
}

/// Every figure about records.
pub fn store() -> Vec<Figure> {
    let folder = TempDir::new();
    for name in ["data", "keys"] {
        std::fs::create_dir(folder.file(name)).unwrap();
    }
    let place = Place::Sqlite(folder.file("data/records.db"));
    let key = KeyFile::new(Uuid::from_bytes([3; 16]), &mut SystemNonces).unwrap();
    let keys = Keys::create(key, &folder.file("keys/key"), &place).unwrap();
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let mut store = Store::create(place.clone(), keys, false, now, Box::new(SystemNonces)).unwrap();

    let (count, sample) = (records(), records().min(500));
    let begin = Instant::now();
    (0..sample).for_each(|number| drop(store.append(&record(number)).unwrap()));
    let ours = begin.elapsed();
    let bare = bare(&folder, sample);
    (sample..count).for_each(|number| drop(store.append(&record(number)).unwrap()));

    let page = Listing { kind: Some(EntryKind::Record), limit: 50, ..Listing::default() };
    let list = best(5, || drop(black_box(store.list(&page).unwrap())));
    let wanted = Lookup::new("document", (count / 2).to_string());
    let find = best(5, || assert_eq!(store.find(&wanted).unwrap().len(), 1));
    let verify = best(3, || assert!(store.verify(Depth::Content, &[]).unwrap().holds()));
    let row = RowKey::from_slice(&[5; 32]).unwrap();
    let sealed = row.seal(&[0; 12], b"", &[b'x'; PAYLOAD]);
    let crypto = best(3, || {
        for _ in 0..count {
            black_box(sha256(&[&sealed]));
            black_box(row.open(&[0; 12], b"", &sealed).unwrap());
        }
    });
    drop(store);
    let bytes = std::fs::metadata(folder.file("data/records.db")).unwrap().len();
    let each = bytes as f64 / f64::from(count);
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    vec![
        Figure::new("a commit, in bare inserts of SQLite", ours.as_secs_f64() / bare.as_secs_f64(), AtMost(2.0)),
        Figure::new(format!("ms to list 50 of {count} records"), millis(list), AtMost(100.0)),
        Figure::new(format!("ms to find one of {count} records"), millis(find), AtMost(100.0)),
        Figure::new(
            "speed of verify, in bare SHA-256 and AES-GCM",
            crypto.as_secs_f64() / verify.as_secs_f64(),
            AtLeast(0.5),
        ),
        Figure::new("kB of the database a record", each / 1024.0, AtMost(4.0)),
    ]
}
