//! taimen (対面, face to face) reads the IC chip of a Japanese identity card, verifies what the issuer signed up to
//! the issuing CA, and says what that proves and what it does not.
//!
//! Three steps with a value between them:
//!
//! 1. **read** ([`cards`]) talks to a card over a [`transport::Transport`] and yields a [`dump::Dump`];
//! 2. **decode** and **check** are pure functions of the dump, a [`trust::TrustStore`] and a time;
//! 3. [`report`] turns the result into Japanese or English text, JSON or HTML.
//!
//! The modules stand in layers; a module uses only modules to its left, and a test keeps it so:
//!
//! ```text
//! lang privacy kind text tlv image crypto | transport iso7816 | trust verify | dump cards | simulator | messages report batch doctor | cli
//! ```

// What could panic or cut a number off, in code that reads what cards and files say; tests may panic.
#![cfg_attr(
    not(test),
    warn(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]

pub mod batch;
pub mod cards;
pub mod crypto;
pub mod doctor;
pub mod dump;
pub mod image;
pub mod iso7816;
pub mod kind;
pub mod lang;
pub mod messages;
pub mod privacy;
pub mod report;
pub mod simulator;
pub mod text;
pub mod tlv;
pub mod transport;
pub mod trust;
pub mod verify;

#[cfg(feature = "cli")]
pub mod cli;
