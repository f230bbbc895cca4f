//! Attacks that take long in their whole form, and seconds in the form that every test run has (`scripts/torture`).
#![cfg(feature = "simulator")]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "compare")]
mod corpora;
#[cfg(feature = "compare")]
mod evidence;
#[cfg(all(feature = "cli", unix))]
mod outputs;
mod privacy;
mod tears;
