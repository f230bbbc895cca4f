//! What integration tests share. Each test executable uses a part of it.
#![allow(dead_code, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod batching;
#[cfg(feature = "simulator")]
pub mod faults;
pub mod fixtures;
pub mod limit;
pub mod marks;
#[cfg(all(feature = "simulator", target_os = "linux"))]
pub mod offer;
#[cfg(feature = "simulator")]
pub mod official;
#[cfg(target_os = "linux")]
pub mod pcscd;
pub mod pem;
#[cfg(all(feature = "cli", target_os = "linux"))]
pub mod person;
#[cfg(all(feature = "records", target_os = "linux"))]
pub mod postgres;
#[cfg(all(feature = "cli", unix))]
pub mod program;
#[cfg(feature = "simulator")]
pub mod reading;
#[cfg(feature = "simulator")]
pub mod simulator;
pub mod temp;
pub mod trust;
#[cfg(target_os = "linux")]
pub mod vicc;
#[cfg(all(feature = "counter", target_os = "linux"))]
pub mod web;
