//! The shop counter: one page for staff, one for the customer, around one card at a time.
//!
//! [`Session`] is a state machine without I/O or clock; [`page`] renders what staff and the customer see of it. The program's server,
//! its reader thread and the browser are adapters (`cli::counter`).

pub mod page;
pub mod session;

pub use session::{CustomerAction, Effect, Event, Session, StaffAction, State};
