//! What integration tests share. Each test executable uses a part of it.
#![allow(dead_code, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod batching;
pub mod fixtures;
pub mod limit;
#[cfg(target_os = "linux")]
pub mod offer;
pub mod official;
#[cfg(target_os = "linux")]
pub mod pcscd;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod person;
#[cfg(all(feature = "cli", unix))]
pub mod program;
pub mod reading;
pub mod simulator;
pub mod temp;
pub mod trust;
#[cfg(target_os = "linux")]
pub mod vicc;
