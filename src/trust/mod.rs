//! Trust anchors: whose signatures count, for what purpose, and where each key came from.
//!
//! Anchors come in hierarchies. `production` ships with the program and `installed` is what the user added; both are
//! accepted. `test` and `simulated` also ship, so that they are recognised by name, and are accepted only when the user
//! asks for them by name.

mod anchor;
mod builtin;
mod certificate;
mod chain;
mod der;
mod directory;
mod import;
mod manifest;
mod pins;
mod store;

pub use anchor::{Anchor, CvCaKey, Hierarchy, KeyId, KeyRole, Material, Purpose, UnknownName};
pub use certificate::{Algorithm, Authority, Certificate, CertificateError, CertifiedKey, Usage};
pub use chain::{Issued, PathError, Place, issuer_of};
pub use directory::{AddError, add, load_directory};
pub use import::{ImportError, import, validity};
pub use manifest::ManifestError;
pub use store::TrustStore;
