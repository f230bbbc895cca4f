//! Commands, status words, file reading and the PIN gate: ISO/IEC 7816-4, as far as these cards follow it.

mod command;
mod file;
mod pin;
mod secure;
mod session;
mod status;

pub use command::{Command, Le, SecureFrom, select_application, select_file};
pub use file::{FileReadError, Progress, ReadFrom, ReadStep};
pub use pin::{Permit, PinGate, PinOutcome, Refusal, Tries};
#[doc(hidden)]
pub use secure::{Opener, Unopened};
pub use session::{CardError, Response, Session};
pub use status::{STATUS_WORDS, Status, StatusWord};
