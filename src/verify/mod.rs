//! Checks and the verdict: what was tried, with which result, resting on what evidence.

mod basis;
mod catalog;
mod check;
mod overall;
mod reason;

pub use basis::{At, Basis, InTheFuture};
pub use catalog::{CheckId, CheckText};
pub use check::{AnchorRef, Check, Evidence, Fact, Verdict};
pub use overall::{Overall, Requirement};
pub use reason::{Reason, Why};
pub(crate) use {catalog::saved_limit, overall::overall};

#[cfg(test)]
mod tests;
