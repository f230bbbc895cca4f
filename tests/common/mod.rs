//! What integration tests share. Each test binary uses a part of it.
#![allow(dead_code, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(target_os = "linux")]
pub mod pcscd;
#[cfg(target_os = "linux")]
pub mod vicc;
