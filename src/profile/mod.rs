//! What a law asks of a check of identity, as data: which documents, which methods by which letter, what the record must
//! hold, what must not be stored, how long it is kept, and what is left if a check does not end as it should.
//!
//! One file a law and period, `profiles/*.toml`, described by `docs/profiles.md`. Every row names its sources and how sure we
//! are of it; a row that rests on a text which we have not read is marked as unverified. None of it is legal advice.

mod error;
mod fallback;
mod model;
mod names;
mod parse;
mod set;
mod validate;

pub use error::{ProfileError, RowName};
pub use fallback::Fallback;
pub use model::{Document, FallbackRow, Field, Forbidden, Method, Profile, Retention, Row, SCHEMA, Source};
pub use names::{Case, ChipField, Confidence, Start, Supplier, When, Who};
pub use parse::MAX_LENGTH;
pub use set::Profiles;
pub use validate::UnknownKindNote;

#[cfg(test)]
mod tests;
