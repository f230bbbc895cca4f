//! 旅券: electronic passports of every state (ICAO Doc 9303).

#[cfg_attr(not(feature = "simulator"), allow(dead_code, unused_imports))]
pub(crate) mod access;
pub mod security_object;
