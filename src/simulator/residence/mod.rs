//! Simulated residence cards: 在留カード and 特別永住者証明書 of both generations, the certificates of their issuer, and the
//! residence application on a simulated My Number Card, as far as it is known.
//!
//! The chip keeps to spec residence section 8; whatever no source settles is a switch in [`ResidenceProfile`]. No genuine
//! signature or certificate is public, so that a simulated card passes shows nothing about a real one.

pub mod certificate;
mod chip;
mod contents;
mod fault;
mod fault_table;
mod generation_fault_table;
mod holder;
mod issue;
pub mod profile;
mod tiff;

pub(super) use chip::ResidenceChip;
pub use contents::ResidenceFile;
pub use fault::ResidenceFault;
pub use fault_table::RESIDENCE_FAULTS;
pub use generation_fault_table::{RESIDENCE_CHILD_FAULTS, RESIDENCE1_FAULTS, RESIDENCE2_FAULTS};
pub use holder::ResidenceHolder;
pub(super) use issue::specified_files;
pub use issue::{
    IssuedResidence, PORTRAITS, ResidenceOrder, certificate_of_length, issue, leaf, portrait, signed_message,
};
pub use profile::ResidenceProfile;
pub use tiff::{Line, picture as tiff_picture};
