//! 在留カード (residence card) and 特別永住者証明書 (special permanent resident certificate), both generations.

pub mod codes;
mod fields;
pub mod files;
pub mod protocol;
