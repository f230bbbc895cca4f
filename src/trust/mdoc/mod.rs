//! Whose signature a document on a phone has: the document signer and its IACA (ISO/IEC 18013-5 annex B, annex C), and the signed
//! lists that IACAs come in. Pure functions that return facts; checks make verdicts of them.

mod path;
mod vical;

pub use path::{IssuerError, IssuerPath, issuer_path};
pub use vical::{Contents, Listed, Vical, VicalError, judge};

/// Extended key usage of a document signer.
const DOCUMENT_SIGNER: &str = "1.0.18013.5.1.2";

/// Extended key usage of whoever signs a VICAL.
const LIST_SIGNER: &str = "1.0.18013.5.1.8";

const KEY_USAGE: &str = "2.5.29.15";
const ISSUER_NAMES: &str = "2.5.29.18";
const DISTRIBUTION: &str = "2.5.29.31";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";

/// Critical extensions whose meaning is kept here, or does not concern a signature.
const UNDERSTOOD: [&str; 4] = [EXTENDED_KEY_USAGE, "2.5.29.17", ISSUER_NAMES, DISTRIBUTION];
