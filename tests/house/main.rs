//! The house itself: documentation and code agree, and no module reaches to its right.

mod docs;
mod layers;
