//! Simulated phones: what they hold, how they are engaged, how they answer.

#[allow(dead_code)]
pub mod holder;
pub mod issuer;
#[allow(dead_code)]
mod phone;
#[allow(dead_code)]
pub mod profile;
mod write;
