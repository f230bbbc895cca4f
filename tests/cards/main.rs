//! The library on simulated, genuine and hostile cards; the simulator itself; recordings and what they never hold.

#[path = "../common/mod.rs"]
mod common;

mod budget;
mod examples;
mod faults;
mod genuine;
mod hostile;
mod independent_reader;
mod jpki;
mod licence;
mod licence_faults;
mod licence_round_trip;
mod official;
mod pin_gate;
mod read_any;
mod recognition;
mod report;
mod residence;
mod residence_checks;
mod residence_faults;
mod simulator_files;
mod simulator_licence;
mod simulator_my_number;
mod simulator_residence;
mod tamper;
mod transport_masking;
mod transport_recording;
