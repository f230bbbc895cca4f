//! Where a log is: the URL of its database.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    postgres::{PgConnectOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::StoreError;

/// How long a writer waits for another one.
const WAIT: Duration = Duration::from_secs(10);

/// How many rows SQLite's thread reads ahead: as many as are asked for at once.
const BUFFERED: usize = 100;

/// The bytes of a page: rows of two or three kilobytes leave little room unused in it.
const PAGE: u32 = 8192;

/// The schema that holds our tables in PostgreSQL.
pub const SCHEMA: &str = "taimen";

/// A database, by its URL.
#[derive(Debug, Clone)]
pub enum Place {
    /// `sqlite:PATH`
    Sqlite(PathBuf),
    /// `postgres://…`, and what is shown of it.
    Postgres(Box<PgConnectOptions>, String),
}

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To write.
    Write,
    /// To read alone: nothing of it changes, and it may be on a medium that cannot be written.
    Read,
}

impl Place {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`StoreError::NotAUrl`], [`StoreError::PasswordInUrl`].
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path.is_empty() || path.starts_with(":memory:") {
                true => Err(StoreError::NotAUrl { given: url.to_owned() }),
                false => Ok(Self::Sqlite(path.into())),
            };
        }
        let Some(rest) = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://")) else {
            // What looks like a password is not repeated, whatever the rest looks like.
            let given = if url.contains('@') { "…@…" } else { url };
            return Err(StoreError::NotAUrl { given: given.to_owned() });
        };
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let user = address.rsplit_once('@').map_or("", |(user, _)| user);
        let secret = |part: &str| part.split('=').next().is_some_and(|name| name.to_lowercase().contains("password"));
        if user.contains(':') || query.split('&').any(secret) {
            return Err(StoreError::PasswordInUrl);
        }
        let options: PgConnectOptions =
            url.parse().map_err(|_| StoreError::NotAUrl { given: format!("postgres://{rest}") })?;
        let socket = options.get_socket().is_some() || options.get_host().starts_with('/');
        let mode = match (socket, options.get_ssl_mode()) {
            (true, _) => PgSslMode::Prefer,
            (false, PgSslMode::VerifyCa) => PgSslMode::VerifyCa,
            // TLS, and with the one that is meant.
            (false, _) => PgSslMode::VerifyFull,
        };
        let options = options.ssl_mode(mode).application_name("taimen").options([
            ("search_path", SCHEMA),
            ("synchronous_commit", "on"),
            ("lock_timeout", "10s"),
        ]);
        Ok(Self::Postgres(Box::new(options), format!("postgres://{rest}")))
    }

    /// The file of the database, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(..) => None,
        }
    }

    /// How a SQLite file is opened.
    pub(super) fn sqlite(path: &Path, purpose: Purpose) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(WAIT).foreign_keys(true);
        let options = options.row_buffer_size(BUFFERED);
        match purpose {
            Purpose::Read => options.read_only(true),
            // A committed record must survive a power cut, and a purged one must not be found in free pages.
            Purpose::Write => options
                .page_size(PAGE)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .pragma("secure_delete", "ON"),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_, shown) => f.write_str(shown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_no_place_in_a_url() {
        for url in [
            "postgres://anna:geheim@host/db",
            "postgresql://anna:@host/db",
            "postgres://host/db?user=anna&password=geheim",
            "postgres://host/db?sslPassword=geheim",
            "postgres://a:b@c@host/db",
        ] {
            assert_eq!(Place::parse(url).unwrap_err(), StoreError::PasswordInUrl, "{url}");
        }
        for url in
            ["", "records.db", "mysql://anna:geheim@host/db", "sqlite:", "sqlite::memory:", "postgres://host:port/db"]
        {
            let error = Place::parse(url).unwrap_err();
            assert!(matches!(error, StoreError::NotAUrl { .. }), "{url}");
            assert!(!format!("{error} {error:?}").contains("geheim"));
        }
    }

    #[test]
    fn a_network_needs_tls_and_a_socket_does_not() {
        let mode = |url: &str| match Place::parse(url).unwrap() {
            Place::Postgres(options, _) => options.get_ssl_mode(),
            Place::Sqlite(_) => panic!("{url}"),
        };
        for url in [
            "postgres://db.example/x",
            "postgres://127.0.0.1/x?sslmode=disable",
            "postgres://db.example/x?sslmode=require",
        ] {
            assert!(matches!(mode(url), PgSslMode::VerifyFull), "{url}");
        }
        assert!(matches!(mode("postgres://db.example/x?sslmode=verify-ca"), PgSslMode::VerifyCa));
        assert!(matches!(mode("postgres:///x?host=/run/postgresql"), PgSslMode::Prefer));
        assert_eq!(Place::parse("sqlite://records.db").unwrap().to_string(), "sqlite:records.db");
    }
}
