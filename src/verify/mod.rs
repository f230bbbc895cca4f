//! Checks and the verdict: what was tried, with which result, resting on what evidence.

mod basis;
mod catalog;
mod check;
mod overall;
mod reason;

pub use basis::{At, Basis, CLOCK_SKEW, InTheFuture};
pub use catalog::{CheckId, CheckText, saved_limit};
pub use check::{AnchorRef, Check, Evidence, Fact, Verdict};
pub use overall::{Overall, Requirement, overall};
pub use reason::{Reason, Why};
