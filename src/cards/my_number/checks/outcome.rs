//! Outcomes that several checks share: a file that does not parse.

use crate::verify::{Check, CheckId, Evidence, Reason};

use super::super::{certificate::CertificateError, decode::DecodeError};

pub(super) fn malformed(id: CheckId, error: &DecodeError) -> Check {
    Check::failed(id, Reason::Malformed, Evidence::new().with("detail", error.to_string()))
}

pub(super) fn malformed_certificate(id: CheckId, error: &CertificateError) -> Check {
    let reason = match error {
        CertificateError::Key(_) => Reason::BadKey,
        _ => Reason::Malformed,
    };
    Check::failed(id, reason, Evidence::new().with("detail", error.to_string()))
}
