//! The confirmation record: what is in it, and where it is kept. Every test of the store runs on SQLite and on PostgreSQL.
#![cfg(all(feature = "cli", feature = "records"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod commands;
mod content;
mod schema;

#[cfg(target_os = "linux")]
mod bench;
#[cfg(target_os = "linux")]
mod cli;
#[cfg(target_os = "linux")]
mod concurrent;
#[cfg(target_os = "linux")]
mod damage;
#[cfg(target_os = "linux")]
mod failures;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(target_os = "linux")]
mod model;
#[cfg(target_os = "linux")]
mod secrecy;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod store;
#[cfg(target_os = "linux")]
mod wire;
