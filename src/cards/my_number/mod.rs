//! マイナンバーカード (My Number Card).

mod certificate;
mod checks;
mod decode;
pub mod files;
pub mod jpki;
pub mod jpki_files;
mod jpki_read;
pub mod other_files;
mod read;
pub mod spec;

pub use certificate::{CertificateError, CvCertificate};
pub use checks::{AGE_REQUIREMENT, REQUIREMENT, check};
pub use decode::{AgeData, DecodeError, FaceData, TextData, TextDigests, TextKey, age, digests, face, text, text_key};
pub(in crate::cards) use read::MyNumberCard;
pub use spec::{JPKI_STEPS, STEPS};

#[cfg(all(test, feature = "simulator"))]
mod remembered_tests;
