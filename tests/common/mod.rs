//! What integration tests share. Each test binary uses a part of it.
#![allow(dead_code, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod fixtures;
#[cfg(target_os = "linux")]
pub mod offer;
#[cfg(target_os = "linux")]
pub mod pcscd;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod person;
#[cfg(all(feature = "cli", unix))]
pub mod program;
pub mod temp;
#[cfg(target_os = "linux")]
pub mod vicc;
