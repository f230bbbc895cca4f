//! Checks and the verdict: what was tried, with which result, resting on what evidence.

mod catalog;
mod check;
mod overall;
mod reason;

pub use catalog::{CATALOG, CheckText, text_of};
pub use check::{Check, CheckId, Evidence, Verdict};
pub use overall::{Overall, Requirement, overall};
pub use reason::{Reason, Why};
