//! Outcomes that several checks share: a file that does not parse, a key of an unknown kind.

use crate::verify::{Check, CheckId, Evidence, Reason, Why};

use super::super::{certificate::CertificateError, decode::DecodeError};

pub(super) fn malformed(id: CheckId, error: &DecodeError) -> Check {
    Check::failed(id, Reason::Malformed, Evidence::new().with("detail", error.to_string()))
}

pub(super) fn malformed_certificate(id: CheckId, error: &CertificateError) -> Check {
    Check::failed(id, Reason::Malformed, Evidence::new().with("detail", error.to_string()))
}

/// A key of a kind that taimen does not know, signed by an issuer: a newer generation's, perhaps. It does not point to a forgery.
pub(super) fn unsupported_key(id: CheckId, evidence: Evidence, error: &CertificateError) -> Check {
    Check::not_done(id, Why::UnsupportedKey, evidence.with("detail", error.to_string()))
}
