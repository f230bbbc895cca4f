//! The library on simulated, genuine and hostile cards; the simulator itself; recordings and what they never hold.

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "simulator")]
mod after_entry;
#[cfg(feature = "simulator")]
mod bluetooth;
#[cfg(feature = "simulator")]
mod budget;
#[cfg(feature = "compare")]
mod compare;
#[cfg(feature = "simulator")]
mod examples;
#[cfg(feature = "simulator")]
mod faults;
#[cfg(feature = "simulator")]
mod foreign_mdoc;
mod genuine;
#[cfg(feature = "simulator")]
mod hostile;
#[cfg(feature = "simulator")]
mod identify;
#[cfg(feature = "simulator")]
mod independent_reader;
#[cfg(feature = "simulator")]
mod jpki;
#[cfg(feature = "simulator")]
mod lean;
#[cfg(feature = "simulator")]
mod licence;
#[cfg(feature = "simulator")]
mod licence_faults;
#[cfg(feature = "simulator")]
mod licence_round_trip;
#[cfg(feature = "simulator")]
mod licence_signers;
#[cfg(feature = "simulator")]
mod mdoc;
#[cfg(feature = "simulator")]
mod mobile;
#[cfg(feature = "simulator")]
mod mobile_link;
#[cfg(feature = "simulator")]
mod mobile_recording;
#[cfg(feature = "simulator")]
mod newer_keys;
#[cfg(feature = "simulator")]
mod official;
#[cfg(feature = "simulator")]
mod passport;
#[cfg(feature = "simulator")]
mod passport_open;
#[cfg(feature = "simulator")]
mod passport_signed;
#[cfg(feature = "simulator")]
mod pin_gate;
#[cfg(feature = "simulator")]
mod read_any;
#[cfg(feature = "simulator")]
mod recognition;
#[cfg(feature = "simulator")]
mod remembered;
#[cfg(feature = "simulator")]
mod report;
#[cfg(feature = "simulator")]
mod residence;
#[cfg(feature = "simulator")]
mod residence_checks;
#[cfg(feature = "simulator")]
mod residence_faults;
#[cfg(feature = "simulator")]
mod simulator_files;
#[cfg(feature = "simulator")]
mod simulator_licence;
#[cfg(feature = "simulator")]
mod simulator_my_number;
#[cfg(feature = "simulator")]
mod simulator_residence;
#[cfg(feature = "simulator")]
mod tamper;
mod transport_masking;
#[cfg(feature = "simulator")]
mod transport_recording;
