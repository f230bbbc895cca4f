//! モバイル身分証: identity documents on a phone (ISO/IEC 18013-5): the My Number Card and driving licences.

mod checks;
pub mod device;
// Some rows and lists are for what reads a phone.
#[allow(dead_code)]
pub mod elements;
pub mod engagement;
pub mod handover;
pub mod mso;
pub mod ndef;
pub mod nfc;
pub mod response;
pub mod session;
mod show;
pub mod transcript;

pub use crate::crypto::cose;
pub use checks::{REQUIREMENT, check};
