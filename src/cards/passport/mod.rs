//! 旅券: electronic passports of every state (ICAO Doc 9303).

pub mod details;
pub mod face;
pub mod files;
pub mod mrz;
pub mod spec;
mod tree;

pub use mrz::{Format, Mrz, MrzError};
