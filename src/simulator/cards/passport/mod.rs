//! The simulated passport.

pub mod issuer;
