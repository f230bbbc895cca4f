//! Commands, status words, file reading and the PIN gate: ISO/IEC 7816-4, as far as these cards follow it.

mod command;
mod file;
mod pin;
mod secure;
mod secure_object;
mod session;
mod status;

#[doc(hidden)]
pub use command::{Command, Le, select_application};
pub use pin::{PinGate, Refusal, RetryCounter};
pub use secure::ChannelError;
pub use session::CardError;
pub use status::Status;
pub(crate) use {
    command::{MASTER_FILE, MasterForm, select_file},
    file::{FileReadError, ReadFrom, ReadStep},
    pin::PinOutcome,
    secure::SecureChannel,
    secure_object::{ObjectForm, SHORT_ANSWER, SecureReadError},
    session::{CardSession, Response, Session},
};
