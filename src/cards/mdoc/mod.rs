//! モバイル身分証: identity documents on a phone (ISO/IEC 18013-5): the My Number Card and driving licences.

pub use crate::crypto::cose;
// Some rows and lists are for what reads a phone.
mod checks;
pub mod device;
#[allow(dead_code)]
pub mod elements;
pub mod mso;
pub mod response;
mod show;
pub mod transcript;

pub use checks::{REQUIREMENT, check};
