//! Simulated licences: 運転免許証 with a chip of its own, and マイナ免許証 as a guest on a simulated My Number Card.
//!
//! Whatever no source settles is a switch in [`LicenceProfile`]. Which bytes a real licence signs is not public: the
//! simulated one signs the first layout of the table, so that its check passes shows nothing about a real licence.

mod chip;
mod fault;
mod fault_table;
mod fields;
mod holder;
mod issue;
pub mod menkyo;
pub mod profile;
pub mod text;

pub(super) use chip::{LicenceChip, folders};
pub use fault::LicenceFault;
pub use fault_table::{LICENCE_FAULTS, MENKYO_FAULTS};
pub use fields::{FieldFile, TooLong};
pub use holder::{COMMISSION, Change, Commission, LicenceHolder, OTHER_COMMISSION, check_digit};
pub use issue::{
    EXTERNALS, IssuedLicence, LICENCE_SIGNER, LicenceOrder, LicenceSigner, MENKYO_SIGNER, PORTRAITS, era_day, issue,
    key_identifier, portrait,
};
pub use profile::LicenceProfile;
