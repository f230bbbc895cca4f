//! A database to try things on, of either make, with its keys.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};
use taimen::{
    records::store::{Appended, EntryKind, KeyFile, Keys, Lookup, NewEntry, Place, Store, StoreError},
    transport::nonces::SystemNonces,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    common::{postgres, temp::TempDir},
    wire::Wire,
};

/// Runs a test on both.
macro_rules! both {
    ($($(#[$of:meta])* fn $name:ident($bench:ident: &Bench) $body:block)*) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn both($bench: &$crate::bench::Bench) $body

            #[test]
            fn sqlite() {
                both(&$crate::bench::Bench::sqlite());
            }

            #[test]
            fn postgres() {
                both(&$crate::bench::Bench::postgres());
            }
        }
    )* };
}
pub(crate) use both;

/// A database, its key and its folder.
pub struct Bench {
    pub folder: TempDir,
    pub url: String,
    /// The name of the PostgreSQL database, if it is one.
    pub server: Option<String>,
}

impl Bench {
    pub fn sqlite() -> Self {
        let folder = TempDir::new();
        fs::create_dir(folder.file("data")).unwrap();
        fs::create_dir(folder.file("keys")).unwrap();
        let url = format!("sqlite:{}", folder.file("data/records.db").display());
        Self { folder, url, server: None }
    }

    pub fn postgres() -> Self {
        let mut bench = Self::sqlite();
        let database = postgres::server().database();
        bench.url = postgres::server().url(&database, "owner");
        bench.server = Some(database);
        bench
    }

    /// A PostgreSQL database behind a line that can be cut.
    pub fn wired() -> (Self, Wire) {
        let mut bench = Self::postgres();
        let (server, folder) = (postgres::server(), bench.folder.file("wire"));
        fs::create_dir(&folder).unwrap();
        let wire = Wire::to(server.socket(), &folder);
        bench.url = server.url_by(&folder, bench.server.as_deref().unwrap(), "owner");
        (bench, wire)
    }

    /// The same database by the line that is never cut.
    pub fn direct(&self) -> Place {
        Place::parse(&postgres::server().url(self.server.as_deref().unwrap(), "owner")).unwrap()
    }

    pub fn place(&self) -> Place {
        Place::parse(&self.url).unwrap()
    }

    pub fn key(&self) -> PathBuf {
        self.folder.file("keys/shop.key")
    }

    pub fn file(&self) -> PathBuf {
        self.folder.file("data/records.db")
    }

    pub fn keys(&self) -> Keys {
        Keys::load(&self.key(), &self.place()).unwrap()
    }

    pub fn create(&self) -> Store {
        self.create_as(false)
    }

    pub fn create_as(&self, test: bool) -> Store {
        self.create_named(Uuid::new_v4_like(), test)
    }

    fn create_named(&self, database: Uuid, test: bool) -> Store {
        let file = KeyFile::new(database, &mut SystemNonces).unwrap();
        let keys = Keys::create(file, &self.key(), &self.place()).unwrap();
        Store::create(self.place(), keys, test, time(0), Box::new(SystemNonces)).unwrap()
    }

    pub fn open(&self) -> Result<Store, StoreError> {
        Store::open(self.place(), self.keys(), Box::new(SystemNonces))
    }

    pub fn read(&self) -> Store {
        Store::open_to_read(self.place(), Some(self.keys())).unwrap()
    }

    pub fn read_without_key(&self) -> Store {
        Store::open_to_read(self.place(), None).unwrap()
    }

    /// A database with some entries in it.
    pub fn filled(&self, entries: u64) -> (Store, Vec<Appended>) {
        let mut store = self.create();
        let appended = (1..=entries).map(|number| store.append(&record(number)).unwrap()).collect();
        (store, appended)
    }

    /// The same in a log of this name, with keys of its own.
    pub fn filled_as(&self, database: Uuid, entries: u64) -> Store {
        let mut store = self.create_named(database, false);
        for number in 1..=entries {
            store.append(&record(number)).unwrap();
        }
        store
    }

    /// Does what a hand in the database does: without triggers.
    pub fn tamper(&self, statements: &str) {
        match &self.server {
            Some(database) => {
                let statements =
                    format!("SET session_replication_role = replica; SET search_path = taimen; {statements}");
                postgres::server().sql(database, &statements);
            }
            None => {
                let triggers = [
                    "log_unchanged",
                    "log_kept",
                    "data_key_kept",
                    "entry_next",
                    "entry_kept",
                    "entry_unchanged",
                    "lookup_unchanged",
                    "lookup_kept",
                ];
                // As whoever leaves no trace does it: each trigger is put back.
                let made = SCHEMA
                    .split_inclusive("END;\n")
                    .filter_map(|part| part.find("CREATE TRIGGER").map(|at| &part[at..]));
                let drops: String = triggers.iter().map(|name| format!("DROP TRIGGER IF EXISTS {name};")).collect();
                let statements = format!("PRAGMA foreign_keys = OFF; {drops} {statements};");
                self.sql(&made.fold(statements, |statements, trigger| statements + trigger)).unwrap();
            }
        }
    }

    /// A statement as any program can send it.
    pub fn sql(&self, statements: &str) -> Result<(), String> {
        if let Some(database) = &self.server {
            let statements = format!("SET search_path = taimen; {statements}");
            let done = std::panic::catch_unwind(|| postgres::server().sql(database, &statements));
            return done.map(|_| ()).map_err(|_| "refused".to_owned());
        }
        sqlite(&self.file(), statements)
    }

    /// Bytes as a literal.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        match self.server {
            Some(_) => format!("'\\x{}'", hex::encode(bytes)),
            None => format!("x'{}'", hex::encode(bytes)),
        }
    }
}

/// The tables and triggers that taimen makes.
const SCHEMA: &str = include_str!("../../src/records/store/schema/sqlite-1.sql");

/// Runs statements on a SQLite file.
pub fn sqlite(path: &Path, statements: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut link = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        let done = link.execute(AssertSqlSafe(statements.to_owned())).await;
        link.close().await.unwrap();
        done.map(|_| ()).map_err(|error| error.to_string())
    })
}

trait Random {
    fn new_v4_like() -> Uuid;
}

impl Random for Uuid {
    fn new_v4_like() -> Uuid {
        use taimen::transport::Nonces;
        Uuid::from_slice(&SystemNonces.draw(16).unwrap()).unwrap()
    }
}

/// Seconds after the begin of the tests' time.
pub fn time(second: i64) -> jiff::Timestamp {
    "2026-11-27T00:00:00Z".parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(second)
}

pub fn entry(kind: EntryKind, of: Option<Uuid>, second: i64, payload: &str) -> NewEntry {
    NewEntry {
        kind,
        of,
        profile: Some(("hanshuhou-2025".to_owned(), [7; 32])),
        created_at: time(second),
        payload: Zeroizing::new(payload.as_bytes().to_vec()),
        with_photo: false,
        lookups: Vec::new(),
    }
}

/// The record of an invented person.
pub fn record(number: u64) -> NewEntry {
    let second = i64::try_from(number).unwrap();
    let mut record = entry(EntryKind::Record, None, second, &format!("{{\"name\":\"海山 ためし{number}\"}}"));
    record.lookups =
        vec![Lookup::new("name", format!("海山ためし{number}")), Lookup::new("document", format!("99-{}", number % 3))];
    record
}
