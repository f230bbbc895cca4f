//! Simulated phones with mdocs: the issuers of what they hold.

pub mod issuer;
pub mod write;
