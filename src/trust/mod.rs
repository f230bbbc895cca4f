//! Trust anchors: whose signatures count, for what purpose, and where each key came from.
//!
//! Anchors come in hierarchies. `production` ships with the program and `installed` is what the user added; both are
//! accepted. `test` and `simulated` also ship, so that they are recognised by name, and are accepted only when the user
//! asks for them by name.

mod anchor;
mod archive;
mod builtin;
mod certificate;
mod directory;
mod facts;
mod import;
mod manifest;
mod pins;
mod store;

pub use anchor::{Anchor, CvCaKey, Hierarchy, KeyId, KeyRole, Material, Purpose, UnknownName};
pub use certificate::{CertificateError, SignerCertificate};
pub use directory::{AddError, add, load_directory};
pub use facts::{Facts, KeyKind};
pub use import::{ImportError, import, validity};
pub use manifest::ManifestError;
pub use pins::{Pin, published, published_by};
pub use store::TrustStore;
