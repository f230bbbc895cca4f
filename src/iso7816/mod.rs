//! Commands, status words, file reading and the PIN gate: ISO/IEC 7816-4, as far as these cards follow it.

mod command;
mod file;
mod pin;
mod secure;
mod session;
mod status;

pub use command::{Command, Le, select_application, select_file};
pub use file::{FileReadError, Progress, ReadFrom, ReadStep};
pub use pin::{Permit, PinGate, PinOutcome, Refusal, RetryCounter};
pub use secure::{ChannelError, SecureChannel};
pub use session::{CardError, CardSession, MASTER_FILE, Response, Session};
pub use status::{STATUS_WORDS, Status, StatusWord};
