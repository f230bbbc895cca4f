//! The catalogue of attacks (`docs/attacks.md`), one test a row: mounted against every kind of card that it applies to,
//! judged by the program itself, every check asserted.

pub mod bench;
mod data;
mod issuers;
mod jpki;
mod passports;
mod phones;
mod saved;
mod sessions;
mod signatures;
mod surroundings;
