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
    dump::Scope,
    profile::Profiles,
    records::{
        content::{Draft, DumpMark, Entry, Reading, lookup},
        store::{Depth, EntryKind, KeyFile, Keys, Listing, Lookup, NewEntry, Place, Store},
    },
    report::{Context, Source},
    transport::nonces::SystemNonces,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    Figure,
    Limit::{AtLeast, AtMost},
    common::{
        reading::{card, judge, read_card},
        temp::TempDir,
    },
};

/// How many records there are; `TAIMEN_BENCH_RECORDS` says another number, such as a million.
fn records() -> u32 {
    std::env::var("TAIMEN_BENCH_RECORDS").ok().and_then(|number| number.parse().ok()).unwrap_or(5000)
}

/// The record of a licence as a counter saves it, and the texts of it that differ from customer to customer.
struct Sample {
    json: String,
    varied: Vec<String>,
    lookups: Vec<(lookup::Lookup, String)>,
}

/// What staff enter for a plain opening.
const ENTERED: [(&str, &str); 8] = [
    ("verifier", "架空 花"),
    ("recorder", "架空 花"),
    ("transaction_kind", "普通預金口座の開設"),
    ("purpose", "生計費の決済"),
    ("occupation", "会社員"),
    ("account", "普通 1234567"),
    ("other_confirmed_on", "2026-11-27"),
    ("document.number", "309012345620"),
];

impl Sample {
    fn new() -> Self {
        let (dump, _) = read_card(&mut card("licence"), Scope::FULL).unwrap();
        let (findings, context, mark) = (judge(&dump), Context::of(&dump, Source::Live), DumpMark::of(&dump));
        let profiles = Profiles::shipped().unwrap();
        let profile = profiles.get("hanshuhou-2025").unwrap();
        let reading = Reading { findings: &findings, context: &context, dump: Some(&mark) };
        let mut draft = Draft::new("2026-11-27".parse().unwrap(), [profile]).with_reading(&reading);
        for (id, text) in ENTERED {
            draft.enter(id, &Entry::Text(text.to_owned())).unwrap();
        }
        let record = draft.finish();
        let lookups = lookup::of_record(&record);
        let (name, address) = (findings.holder.name.unwrap().value.text, findings.holder.address.unwrap().value.text);
        let mut varied = vec![mark.sha256, name, address, "1234567".to_owned(), "309012345620".to_owned()];
        let json = String::from_utf8(record.to_json()).unwrap();
        varied.retain(|text| json.contains(text));
        Self { json, varied, lookups }
    }

    /// The record of another invented person: every text that is somebody's own is drawn anew.
    fn record(&self, number: u32) -> NewEntry {
        const SIGNS: [char; 32] = [
            '架', '空', '海', '山', '見', '本', '試', '例', '仮', '虚', '構', '想', '像', '夢', '影', '霧', '霞', '雲',
            '月', '星', '花', '木', '岩', '谷', '浜', '崎', '原', '沢', '池', '坂', '橋', '里',
        ];
        let drawn = sha256(&[&number.to_be_bytes()]);
        let other = |text: &str, at: usize| -> String {
            let draw = |place: usize| usize::from(drawn[(place + at * 7) % 32]);
            let sign = |(place, sign): (usize, char)| match sign {
                '0'..='9' => char::from_digit(u32::try_from(draw(place) % 10).unwrap(), 10).unwrap(),
                'a'..='f' => char::from_digit(u32::try_from(draw(place) % 6 + 10).unwrap(), 16).unwrap(),
                sign if sign.is_alphanumeric() => SIGNS[draw(place) % 32],
                sign => sign,
            };
            text.chars().enumerate().map(sign).collect()
        };
        let mut json = self.json.clone();
        for (at, text) in self.varied.iter().enumerate() {
            let new = if text.len() == 64 { hex::encode(drawn) } else { other(text, at) };
            json = json.replace(text, &new);
        }
        let found = |(by, text): &(lookup::Lookup, String)| match by {
            lookup::Lookup::Document => Lookup::new(by.as_str(), number.to_string()),
            lookup::Lookup::Birth => Lookup::new(by.as_str(), format!("19{:02}-01-01", number % 100)),
            by => Lookup::new(by.as_str(), other(text, 3)),
        };
        NewEntry {
            kind: EntryKind::Record,
            of: None,
            profile: Some(("hanshuhou-2025".to_owned(), [7; 32])),
            created_at: jiff::Timestamp::from_second(1_800_000_000 + i64::from(number) * 60).unwrap(),
            payload: Zeroizing::new(json.into_bytes()),
            with_photo: false,
            lookups: self.lookups.iter().map(found).collect(),
        }
    }
}

/// Memory of this program in MB: as it is now, or at its most since the last call.
#[cfg(target_os = "linux")]
fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find(|known| known.starts_with(line)).unwrap();
    found.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// What a work adds to the memory at its most, in MB.
fn memory_of(work: impl FnOnce()) -> f64 {
    #[cfg(target_os = "linux")]
    {
        let begin = memory("VmRSS:");
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        work();
        memory("VmHWM:") - begin
    }
    #[cfg(not(target_os = "linux"))]
    {
        work();
        0.0
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

/// A bare table of SQLite with the same durability.
struct Bare {
    runtime: tokio::runtime::Runtime,
    link: sqlx::SqliteConnection,
    number: i64,
}

impl Bare {
    fn new(folder: &TempDir) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let link = runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(folder.file("bare.db")).create_if_missing(true);
            let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
            let mut link = options.disable_statement_logging().connect().await.unwrap();
            sqlx::query("CREATE TABLE bare (seq INTEGER PRIMARY KEY, content BLOB)").execute(&mut link).await.unwrap();
            link
        });
        Self { runtime, link, number: 0 }
    }

    /// Inserts as many bytes as a record has.
    fn insert(&mut self, length: usize) {
        self.number += 1;
        let insert = sqlx::query("INSERT INTO bare VALUES ($1, $2)").bind(self.number).bind(vec![1_u8; length]);
        self.runtime.block_on(insert.execute(&mut self.link)).unwrap();
    }
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

    let (count, size) = (records(), records().min(500));
    let sample = Sample::new();
    let entries: Vec<NewEntry> = (0..size).map(|number| sample.record(number)).collect();
    // In turns, so that both meet the same neighbours of the disk.
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    let mut bare = Bare::new(&folder);
    for part in entries.chunks(50) {
        let begin = Instant::now();
        part.iter().for_each(|entry| drop(store.append(entry).unwrap()));
        ours += begin.elapsed();
        let begin = Instant::now();
        part.iter().for_each(|entry| bare.insert(entry.payload.len()));
        theirs += begin.elapsed();
    }
    (size..count).for_each(|number| drop(store.append(&sample.record(number)).unwrap()));

    let page = Listing { kind: Some(EntryKind::Record), limit: 50, ..Listing::default() };
    let list = best(5, || drop(black_box(store.list(&page).unwrap())));
    let wanted = Lookup::new("document", (count / 2).to_string());
    let find = best(5, || assert_eq!(store.find(&wanted).unwrap().len(), 1));
    let mut verify = Duration::MAX;
    let memory = memory_of(|| verify = best(3, || assert!(store.verify(Depth::Content, &[]).unwrap().holds())));
    let path = folder.file("data/records.db");
    drop(store);
    let sealed = sealed(&path);
    let row = RowKey::from_slice(&[5; 32]).unwrap();
    let sealed = row.seal(&[0; 12], b"", &vec![b'x'; sealed - 16]);
    let crypto = best(3, || {
        for _ in 0..count {
            black_box(sha256(&[&sealed]));
            black_box(row.open(&[0; 12], b"", &sealed).unwrap());
        }
    });
    let bytes = std::fs::metadata(path).unwrap().len();
    let each = bytes as f64 / f64::from(count);
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    let micros = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(count);
    println!(
        "records     {} bytes of JSON a record, {} sealed; commit {:.2} ms, verify {:.1} µs, crypto {:.1} µs",
        sample.json.len(),
        sealed.len(),
        millis(ours) / f64::from(size),
        micros(verify),
        micros(crypto)
    );
    vec![
        Figure::new("a commit, in bare inserts of SQLite", ours.as_secs_f64() / theirs.as_secs_f64(), AtMost(2.0)),
        Figure::new(format!("ms to list 50 of {count} records"), millis(list), AtMost(100.0)),
        Figure::new(format!("ms to find one of {count} records"), millis(find), AtMost(100.0)),
        Figure::new(
            "speed of verify, in bare SHA-256 and AES-GCM",
            crypto.as_secs_f64() / verify.as_secs_f64(),
            AtLeast(0.5),
        ),
        Figure::new("MB of memory that verify takes", memory, AtMost(16.0)),
        Figure::new("kB of the database a record", each / 1024.0, AtMost(4.0)),
    ]
}

/// How many bytes of each entry are sealed.
fn sealed(path: &std::path::Path) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut link = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
        let mean = "SELECT CAST(avg(length(sealed)) AS INTEGER) FROM entry";
        let mean: i64 = sqlx::query_scalar(mean).fetch_one(&mut link).await.unwrap();
        link.close().await.unwrap();
        usize::try_from(mean).unwrap()
    })
}
