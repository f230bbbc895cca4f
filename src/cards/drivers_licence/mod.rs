//! 運転免許証 (driver's licence) and マイナ免許証 (the licence application on a My Number Card).

pub mod fields;
pub mod files;
pub mod layout;
