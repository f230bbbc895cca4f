//! What integration tests share. Each test binary uses a part of it.
#![allow(dead_code)]

#[cfg(target_os = "linux")]
pub mod pcscd;
#[cfg(target_os = "linux")]
pub mod vicc;
