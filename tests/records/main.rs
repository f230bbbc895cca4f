//! The confirmation record: every test of the store runs on SQLite and on PostgreSQL.
#![cfg(all(feature = "records", feature = "cli", target_os = "linux"))]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod damage;
mod failures;
mod store;
