//! What is in a record: which fields, from where, and what is open. No I/O and no clock.
//!
//! [`Draft`] makes a [`Record`] of a reading, law profiles and what staff enter. A record states facts: it never says that somebody was
//! approved. What must not be stored (the My Number, 照合番号B, security code, 本籍, sex, copies) has no place in it.

mod amend;
mod draft;
mod entered;
pub mod export;
mod facts;
mod input;
pub mod lookup;
mod parts;
mod record;
pub mod retention;
mod value;
mod view;

pub use amend::{Amended, Amendment, Change, Hold, KnownBy, Why};
pub use draft::{Draft, Review, State};
pub use entered::{
    BadEntries, Circumstances, Customer, Entries, Entry, EntryError, EntryProblem, Face, FallbackChoice, HumanMatch,
    MAX_ENTRIES, MAX_LINE, MAX_LINES, Relation, Reliance, RelianceKind, day, moment,
};
pub use facts::{CheckRow, DumpMark, Evidence, FieldComparison, Photo, Reading, Revocation, Status, UnsignedChanges};
pub use input::{Addition, Recheck};
pub use lookup::Lookup;
pub use parts::{Authority, PARTS, Part, Shape, part};
pub use record::{FallbackNote, Kept, NotARecord, NotAsked, ProfileRef, Record, Row, SCHEMA};
pub use retention::Retention;
pub use value::{Content, Goods, MethodRef, Reason, Source, Standing, Value};
pub use view::{Current, Earlier, Logged, Payload, RelationState, View};

/// A name of staff as it is kept: one line of plain text.
///
/// # Errors
/// [`EntryError`].
pub fn clean(text: &str) -> Result<String, EntryError> {
    entered::clean(text).map_err(|problem| EntryError { field: "by".to_owned(), problem })
}
