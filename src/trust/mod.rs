//! Trust anchors: whose signatures count, for what purpose, and where each key came from.
//!
//! Anchors come in hierarchies. `production` ships with the program and `installed` is what the user added; both are
//! accepted. `test` and `simulated` also ship, so that they are recognised by name, and are accepted only when the user
//! asks for them by name.

mod algorithm;
mod anchor;
mod archive;
mod audit;
mod bring;
mod builtin;
mod certificate;
mod chain;
mod change;
mod cms;
mod directory;
mod facts;
mod guard;
mod import;
mod manifest;
mod mdoc;
mod memo;
mod name;
mod passport;
mod pins;
mod store;
#[cfg(all(test, feature = "simulator"))]
mod tests;

pub use anchor::{Anchor, Hierarchy, Purpose};
pub use certificate::CertificateError;
pub use directory::{load_directory, load_named_directory};
pub use manifest::ManifestError;
pub(crate) use pins::published_by;
pub use store::TrustStore;
#[doc(hidden)]
pub use {
    algorithm::{Unsupported, hash_algorithm},
    anchor::{CvCaKey, KeyId, KeyRole, Material},
    audit::{Concern, Finding, audit, days_left, not_installed, state, subject_and_key},
    bring::{Brought, FromList, Left, bring},
    certificate::{Algorithm, Authority, Certificate, CertifiedKey, Usage},
    chain::{Issued, PathError, Place, issuer_of},
    change::{AddError, RemoveError, add, remove},
    cms::{Cms, CmsError, Signed},
    directory::{Folder, inspect, inspect_named},
    facts::Facts,
    guard::is_group_writable,
    import::{ImportError, Unusable, import, import_handed_in},
    mdoc::{Contents as VicalContents, IssuerError, IssuerPath, Listed, Vical, VicalError, issuer_path},
    passport::{
        ListError, MASTER_LIST, MASTER_LIST_SIGNER, MasterList, Outside, Refused, SignerError, SignerPath, StateMatch,
        allows_document, document_types, judge, key_period, list_signer_path, message_signer, periods, signer_path,
        states,
    },
    pins::{Pin, published},
};
