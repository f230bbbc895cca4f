//! The tables, in both dialects, and the steps from one version of them to the next.

use std::borrow::Cow;

use sqlx::{
    Connection, SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};

/// The version of the schema that this program writes.
pub const VERSION: i64 = 1;

const SQLITE: [&str; 1] = [include_str!("schema/sqlite-1.sql")];
const POSTGRES: [&str; 1] = [include_str!("schema/postgres-1.sql")];

/// The steps for SQLite.
pub fn sqlite() -> Migrator {
    migrator(&SQLITE)
}

/// The steps for PostgreSQL.
pub fn postgres() -> Migrator {
    let mut migrator = migrator(&POSTGRES);
    migrator.create_schema(super::place::SCHEMA);
    migrator
}

/// The tables of taimen in a SQLite file with their indexes and triggers, each with its type, name and statement. SQLite keeps the name of
/// a table as whoever made the trigger wrote it.
pub async fn sqlite_objects(link: &mut SqliteConnection) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    const STATEMENT: &str = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema \
                             WHERE lower(tbl_name) IN ('log', 'data_key', 'entry', 'lookup') ORDER BY type, name";
    sqlx::query_as(STATEMENT).fetch_all(link).await
}

/// [`sqlite_objects`] of a file that nobody has changed.
pub async fn sqlite_made() -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let mut link = SqliteConnection::connect("sqlite::memory:").await?;
    sqlite().run(&mut link).await?;
    sqlite_objects(&mut link).await
}

fn migrator(steps: &'static [&'static str]) -> Migrator {
    let step = |(version, sql): (i64, &&'static str)| {
        Migration::new(version, Cow::Borrowed("records"), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations((1..).zip(steps).map(step).collect())
}
