//! Trust anchors: whose signatures count, for what purpose, and where each key came from.
//!
//! Anchors come in hierarchies. `production` ships with the program and `installed` is what the user added; both are
//! accepted. `test` and `simulated` also ship, so that they are recognised by name, and are accepted only when the user
//! asks for them by name.

mod anchor;
mod archive;
mod audit;
mod builtin;
mod certificate;
mod chain;
mod change;
mod der;
mod directory;
mod facts;
mod guard;
mod import;
mod manifest;
mod memo;
mod pins;
mod store;

pub use anchor::{Anchor, CvCaKey, Hierarchy, KeyId, KeyRole, Material, Purpose};
pub use audit::{Concern, Finding, SOON_DAYS, audit, days_left, not_installed, subject_and_key};
pub use certificate::{Algorithm, Authority, Certificate, CertificateError, CertifiedKey, Usage};
pub use chain::{Issued, PathError, Place, issuer_of};
pub use change::{AddError, RemoveError, add, remove};
pub use directory::{Entry, Folder, inspect, inspect_named, load_directory, load_named_directory};
pub use facts::{Facts, KeyKind};
pub use guard::is_group_writable;
pub use import::{ImportError, Unusable, import};
pub use manifest::{ManifestError, Row};
pub use pins::{Pin, published, published_by};
pub use store::TrustStore;
