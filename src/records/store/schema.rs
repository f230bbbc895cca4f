//! The tables, in both dialects, and the steps from one version of them to the next.

use std::borrow::Cow;

use sqlx::{
    SqlSafeStr,
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

fn migrator(steps: &'static [&'static str]) -> Migrator {
    let step = |(version, sql): (i64, &&'static str)| {
        Migration::new(version, Cow::Borrowed("records"), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations((1..).zip(steps).map(step).collect())
}
