//! Everything that comes over a link: the real pcscd with vpcd's virtual readers, and phones.
#![cfg(all(feature = "simulator", target_os = "linux"))]

#[path = "../common/mod.rs"]
mod common;

#[cfg(all(feature = "counter", feature = "pcsc"))]
mod counter;
#[cfg(all(feature = "counter", feature = "pcsc"))]
mod crowd;
#[cfg(all(feature = "cli", feature = "pcsc"))]
mod laid;
#[cfg(all(feature = "cli", feature = "pcsc"))]
mod memory;
mod pcsc;
mod pcsc_check;
mod pcsc_readers;
mod pcsc_recordings;
mod pcsc_simulate;
mod phone;
#[cfg(all(feature = "cli", feature = "pcsc"))]
mod torn;
