//! The confirmation record that a law asks for: what is in it, and where it is kept.

pub mod store;
