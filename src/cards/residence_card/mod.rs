//! 在留カード (residence card) and 特別永住者証明書 (special permanent resident certificate), both generations.

pub mod codes;
mod fields;
pub mod files;
pub mod protocol;
mod read;

pub use read::{
    Opening, Prepared, Progress, Reading, STEPS_1, STEPS_1_SPECIAL, STEPS_2, STEPS_2_SPECIAL, Step, StepId, prepare,
    steps,
};
