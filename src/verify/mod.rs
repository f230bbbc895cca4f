//! Checks and the verdict: what was tried, with which result, resting on what evidence.

mod basis;
mod catalog;
mod check;
mod overall;
mod reason;

pub use basis::{At, Basis, CLOCK_SKEW, InTheFuture};
pub use catalog::{CATALOG, CheckText, saved_limit, text_of};
pub use check::{AnchorRef, Check, CheckId, Evidence, Fact, Verdict};
pub use overall::{Overall, Requirement, overall};
pub use reason::{Reason, Why};
