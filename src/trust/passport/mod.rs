//! Whose signature a passport has: the document signer, its CSCA (country signing certification authority), the state
//! (ICAO Doc 9303-12; spec passport 7). Pure functions that return facts; a card's checks make verdicts of them.
//!
//! | for | call | returns |
//! | --- | --- | --- |
//! | `document-signature` | [`Cms::verify`](super::Cms::verify) | [`Signed`](super::Signed): the signer's certificate, how and when it signed |
//! | `signer-certificate` | [`signer_path`] | [`SignerPath`]: outcome, anchor, links between, state, what is weak |
//! | `signer-certificate` (state) | [`states`] with [`SignerPath::state`] and the zone's issuing state | [`StateMatch`] |
//! | `signer-certificate` (document type) | [`allows_document`] with the zone's first two characters | whether the signer may sign such documents |
//! | `signer-period` | [`periods`] | each day that lies outside of a validity or of a key's period |
//! | `weak-cryptography` | [`SignerPath::weak`], `Signed::weak` | [`Weakness`](crate::crypto::Weakness)es by name |
//!
//! An anchor vouches for its key. Any certificate of the purpose `passport` is an anchor, a root or a link, because whoever
//! added it or the list that it was in vouches for it. A link certificate that is no anchor vouches for its key if it was
//! itself signed with a key that is vouched for.

mod extensions;
mod master_list;
mod path;
mod states;

pub(super) use extensions::extended_usage;
pub use extensions::{Outside, allows_document, document_types, key_period, periods};
pub use master_list::{ListError, MAX_CERTIFICATES as MAX_LISTED, MAX_FILE as MAX_LIST, MasterList, Refused, judge};
pub use path::{SignerError, SignerPath, list_signer_path, message_signer, signer_path};
pub use states::{StateMatch, states};

/// eContentType of a master list: id-icao-cscaMasterList.
pub const MASTER_LIST: &str = "2.23.136.1.1.2";

/// Extended key usage of whoever signs master lists: id-icao-cscaMasterListSigningKey.
pub const MASTER_LIST_SIGNER: &str = "2.23.136.1.1.3";

/// Extended key usage of whoever signs deviation lists: id-icao-DeviationListSigningKey.
const DEVIATION_LIST_SIGNER: &str = "2.23.136.1.1.8";
