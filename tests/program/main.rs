//! The program as a separate process, without a reader: words, exit codes, files, and the catalogue of attacks.
#![cfg(all(feature = "cli", unix))]

#[path = "../common/mod.rs"]
mod common;

mod attacks;
mod batch;
mod batch_memory;
mod cli;
#[cfg(all(feature = "counter", target_os = "linux"))]
mod counter;
mod fixtures;
mod form;
mod jpki_check;
mod mobile;
mod passport;
mod profiles;
mod recording_scrub;
mod refused;
mod reports;
mod residence_recording;
mod seal;
mod simulate;
