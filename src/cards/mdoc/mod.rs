//! モバイル身分証: identity documents on a phone (ISO/IEC 18013-5): the My Number Card and driving licences.

pub mod cose;
// Some rows and lists are for what reads a phone.
pub mod device;
#[allow(dead_code)]
pub mod elements;
pub mod mso;
pub mod response;
pub mod transcript;
