//! The cards: recognition, and for each card its tables, reading, decoding and checks.
//!
//! Whatever the card, decoding and checking end in [`Findings`], which is all that a report needs.

mod findings;
pub mod my_number;
mod recognise;

pub use findings::{Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat, Sex, Signed, notes};
pub use recognise::{RecogniseError, Recognised, recognise};
