//! The record that the law asks for: what is in it, and where it is kept.

pub mod content;
pub mod store;
