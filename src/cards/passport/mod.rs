//! 旅券: electronic passports of every state (ICAO Doc 9303).

pub mod security_object;
