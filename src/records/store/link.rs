//! A connection to either database, and what its errors mean.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, Executor, PgConnection, SqliteConnection, migrate::MigrateError};

use super::{
    Layer, StoreError,
    place::{Place, Purpose},
    schema,
};

/// A connection.
pub(super) enum Link {
    /// To a SQLite file.
    Sqlite(SqliteConnection),
    /// To a PostgreSQL server.
    Postgres(PgConnection),
}

/// The same on either connection: the statements are the same text.
macro_rules! on {
    ($link:expr, $db:ident => $body:expr) => {
        match $link {
            $crate::records::store::link::Link::Sqlite($db) => $body,
            $crate::records::store::link::Link::Postgres($db) => $body,
        }
    };
}
pub(super) use on;

/// What another writer waits for in PostgreSQL.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7809632564)";

impl Link {
    /// Connects.
    pub(super) async fn open(place: &Place, purpose: Purpose) -> Result<Self, StoreError> {
        match place {
            Place::Sqlite(path) => {
                if !path.exists() {
                    return Err(StoreError::NoDatabase { place: place.to_string() });
                }
                super::files::refuse_network(path)?;
                let options = Place::sqlite(path, purpose).disable_statement_logging();
                if path.is_dir() {
                    return Err(StoreError::NotOurs { place: place.to_string() });
                }
                let link = match options.connect().await {
                    // A medium that cannot be written has no room for the index of the WAL.
                    Err(_) if purpose == Purpose::Read && !wal(path) => {
                        Place::sqlite(path, purpose).immutable(true).disable_statement_logging().connect().await
                    }
                    other => other,
                };
                link.map(Self::Sqlite).map_err(|error| fault(place, &error))
            }
            Place::Postgres(options, _) => {
                let options = options.as_ref().clone().disable_statement_logging();
                options.connect().await.map(Self::Postgres).map_err(|error| refused(place, &error))
            }
        }
    }

    /// Makes the tables, or brings them to this program's version.
    pub(super) async fn migrate(&mut self, place: &Place) -> Result<(), StoreError> {
        let done = match self {
            Self::Sqlite(link) => schema::sqlite().run(&mut *link).await,
            Self::Postgres(link) => schema::postgres().run(&mut *link).await,
        };
        done.map_err(|error| match error {
            MigrateError::VersionMissing(found) => newer(place, found),
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => fault(place, &error),
            _ => StoreError::NotOurs { place: place.to_string() },
        })
    }

    /// Begins to write: there is one writer at a time.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(link) => link.execute("BEGIN IMMEDIATE").await.map(|_| ()),
            Self::Postgres(link) => {
                link.execute("BEGIN").await?;
                link.execute(LOCK).await.map(|_| ())
            }
        }
    }

    /// Begins to read one state, whatever others write meanwhile.
    pub(super) async fn begin_reading(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(link) => link.execute("BEGIN").await.map(|_| ()),
            Self::Postgres(link) => link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(|_| ()),
        }
    }

    /// Ends what was begun. What it wrote is safe when this returns.
    pub(super) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        on!(self, db => db.execute("COMMIT").await.map(|_| ()))
    }

    /// Gives up what was begun.
    pub(super) async fn rollback(&mut self) {
        let _ = on!(self, db => db.execute("ROLLBACK").await.map(|_| ()));
    }

    /// Closes the connection.
    pub(super) async fn close(self) {
        let _ = match self {
            Self::Sqlite(link) => link.close().await,
            Self::Postgres(link) => link.close().await,
        };
    }
}

fn wal(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    Path::new(&name).metadata().is_ok_and(|file| file.len() > 0)
}

/// A schema that this program does not know yet.
pub(super) fn newer(place: &Place, found: i64) -> StoreError {
    StoreError::NewerSchema { place: place.to_string(), found, known: schema::VERSION }
}

/// What it means that a server was not reached.
fn refused(place: &Place, error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Io(error) => StoreError::NoServer { place: place.to_string(), error: error.kind() },
        other => fault(place, other),
    }
}

/// What an error of a database means.
pub(super) fn fault(place: &Place, error: &sqlx::Error) -> StoreError {
    let at = place.to_string();
    match error {
        sqlx::Error::Tls(_) => StoreError::TlsRefused { place: at },
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::PoolClosed => {
            StoreError::ConnectionLost { place: at }
        }
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            match place {
                Place::Sqlite(_) => of_sqlite(at, &code),
                Place::Postgres(..) => of_postgres(at, &code),
            }
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            StoreError::Damaged { place: at, seq: 0, layer: Layer::Row }
        }
        // A row that was written is not there.
        sqlx::Error::RowNotFound => StoreError::Damaged { place: at, seq: 0, layer: Layer::Schema },
        sqlx::Error::Protocol(_) => StoreError::ConnectionLost { place: at },
        _ => StoreError::Other { place: at, code: "driver".to_owned() },
    }
}

/// sqlite.org/rescode.html: the low byte is the primary code.
fn of_sqlite(place: String, code: &str) -> StoreError {
    match code.parse::<u32>().unwrap_or_default() & 0xFF {
        5 | 6 => StoreError::Locked { place },
        8 => StoreError::ReadOnly { place },
        13 => StoreError::DiskFull { place },
        // Cannot be opened: a folder that cannot be written, for the WAL beside the file.
        14 => StoreError::ReadOnly { place },
        1 | 26 => StoreError::NotOurs { place },
        11 => StoreError::Damaged { place, seq: 0, layer: Layer::File },
        _ => StoreError::Other { place, code: code.to_owned() },
    }
}

/// PostgreSQL, appendix A.
fn of_postgres(place: String, code: &str) -> StoreError {
    match code {
        "42501" => StoreError::NoRights { place },
        "28000" | "28P01" => StoreError::LoginRefused { place },
        "53100" => StoreError::DiskFull { place },
        "25006" => StoreError::ReadOnly { place },
        "55P03" | "40001" | "40P01" => StoreError::Locked { place },
        "3D000" => StoreError::NoDatabase { place },
        "3F000" | "42P01" | "42703" => StoreError::NotOurs { place },
        _ if code.starts_with("57P") || code.starts_with("08") => StoreError::ConnectionLost { place },
        _ => StoreError::Other { place, code: code.to_owned() },
    }
}
