//! The shop counter: one page for staff, one for the customer, around one card at a time.
//!
//! [`Session`] is a state machine without I/O or clock; [`page`] renders what staff and the customer see of it. The program's server,
//! its reader thread and the browser are adapters (`cli::counter`).

mod actions;
mod adding;
mod asking;
mod books;
mod card;
mod case;
mod customer;
mod event;
mod form;
mod law;
pub mod page;
mod record;
mod session;
mod state;

pub use adding::{Added, Adding, Adds};
pub use asking::Asking;
pub use books::{Answer, BookRow, Books, Query};
pub use customer::{CustomerView, Pad, Stage};
pub use event::{CustomerAction, Effect, Event, FaceMatch, Question, Reading, Run, Shares, Sound, StaffAction, Told};
pub use law::Law;
pub use record::{Drafted, Drafting, Ledger, Saved};
pub use session::{IDLE, IDLE_WARNING, Session};
pub use state::{Asked, Checked, Failure, Progress, State, Trouble};

#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;
