//! モバイル身分証: identity documents on a phone (ISO/IEC 18013-5): the My Number Card and driving licences.

mod air;
mod checks;
pub mod device;
pub mod elements;
pub mod engagement;
mod entries;
mod exchange;
pub mod handover;
pub mod mso;
pub mod ndef;
mod needed;
pub mod nfc;
mod read;
pub mod response;
pub mod session;
mod share;
mod show;
mod signer;
pub mod spec;
mod tag;
pub mod transcript;

pub use crate::crypto::cose;
pub use checks::{REQUIREMENT, check};
pub(in crate::cards) use read::MobileDocument;
pub use spec::STEPS;
