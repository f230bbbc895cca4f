//! What a card is: its tables as data, and the engines that read them. Nothing here names a card.

mod credential;
mod engine;
mod entry;
mod infer;
pub mod printed;
mod rows;
mod spec;
mod table;

#[cfg(all(test, feature = "simulator"))]
mod engine_tests;

pub(crate) use credential::Opening;
pub use credential::{CredentialSpec, Credentials, EntryError, MAX_FILE, Part, Who};
pub(crate) use engine::{ReadContext, allowed, read_file, read_steps};
pub use entry::{EntrySpec, EntryValue, Form};
pub(crate) use infer::completed;
pub(crate) use rows::{application_rows, entry_rows, file_lists, file_rows, kind_rows, note_rows, reference_rows};
pub use spec::{Action, CardSpec, CardState, Entry, Extra, Found, KindSpec, OwnAction, ScopeSpec, Step};
pub(crate) use spec::{Card, FREE_FILE, LookContext, Probe, Recognition};
pub use table::{Access, Address, Application, DataEnd, Extent, File, Reference, TableFile, Trim};
