//! The house itself: documentation and code agree, and no module reaches to its right.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod cards;
#[cfg(feature = "simulator")]
mod docs;
mod layers;
mod pages;
#[cfg(feature = "simulator")]
mod rooms;
