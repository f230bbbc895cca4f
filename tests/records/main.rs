//! The confirmation record: what is in it, and where it is kept.
#![cfg(all(feature = "cli", feature = "records"))]

#[path = "../common/mod.rs"]
mod common;

mod content;
