//! The house itself: documentation and code agree, and no module reaches to its right.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod cards;
mod dependencies;
#[cfg(feature = "simulator")]
mod docs;
mod layers;
#[cfg_attr(not(feature = "simulator"), allow(dead_code))]
mod pages;
#[cfg(feature = "simulator")]
mod rooms;
