//! The tables, in both dialects, and the steps from one version of them to the next.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, Connection, SqlSafeStr, SqliteConnection,
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

/// The tables.
const TABLES: [&str; 4] = ["log", "data_key", "entry", "lookup"];

/// Whether a SQLite file has the tables, indexes and triggers that taimen makes, and no index leaves a row out.
pub async fn sqlite_holds(link: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // First: checking an index of somebody else's runs what it is an index of.
    if objects(link).await? != made().await? {
        return Ok(false);
    }
    for table in TABLES {
        let check = AssertSqlSafe(format!("PRAGMA integrity_check({table})"));
        if sqlx::query_scalar::<_, String>(check).fetch_one(&mut *link).await? != "ok" {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The tables with their indexes and triggers, each with its type, name and statement. SQLite keeps the name of a table as whoever made
/// the trigger wrote it.
async fn objects(link: &mut SqliteConnection) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let tables = TABLES.map(|table| format!("'{table}'")).join(", ");
    let statement = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema WHERE lower(tbl_name) IN";
    sqlx::query_as(AssertSqlSafe(format!("{statement} ({tables}) ORDER BY type, name"))).fetch_all(link).await
}

/// [`objects`] of a file that nobody has changed.
async fn made() -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let mut link = SqliteConnection::connect("sqlite::memory:").await?;
    sqlite().run(&mut link).await?;
    objects(&mut link).await
}

fn migrator(steps: &'static [&'static str]) -> Migrator {
    let step = |(version, sql): (i64, &&'static str)| {
        Migration::new(version, Cow::Borrowed("records"), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations((1..).zip(steps).map(step).collect())
}
