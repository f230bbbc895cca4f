//! The counter's pages in a real browser: headless Chromium over WebDriver, against the program as a separate process.
#![cfg(all(feature = "counter", target_os = "linux"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod desk;
mod driver;
mod flow;
mod pcsc;
mod record;
