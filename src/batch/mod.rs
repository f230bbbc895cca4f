//! Many inputs, one line each: what a batch says about an input (`taimen.batch/1`), whether an expectation is met, the
//! summary, and JUnit XML. No file is touched here.

mod expectation;
mod junit;
mod line;
mod summary;

pub use expectation::{Expectation, ExpectationError, MAX_DIFFERENCES, MAX_EXPECTATION};
pub use junit::{junit_case, junit_head, junit_tail};
pub use line::{Expected, Line, Outcome, SCHEMA, VERDICT_SCHEMA, verdict};
pub use summary::{SUMMARY_SCHEMA, Summary};
