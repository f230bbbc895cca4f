//! Outcomes that several checks share: a file that is not there, or does not parse.

use crate::{
    dump::{Dump, NotRead},
    verify::{Check, CheckId, Evidence, Reason, Why},
};

use super::super::{certificate::CertificateError, decode::DecodeError, files::File};

pub(super) fn absent(id: CheckId, dump: &Dump, file: &File) -> Check {
    let evidence = Evidence::new().with("file", file.name);
    match dump.not_read(file.name) {
        Some(NotRead::NotStored) => Check::not_done(id, Why::NotStored, evidence),
        Some(NotRead::Status { status }) => Check::not_done(id, Why::NotRead, evidence.with("status", status.clone())),
        Some(NotRead::Malformed { detail }) => {
            Check::failed(id, Reason::Malformed, evidence.with("detail", detail.clone()))
        }
        Some(NotRead::NoApplication) => Check::not_done(id, Why::NotOnCard, evidence),
        Some(NotRead::NotOpened { reason }) => {
            Check::not_done(id, Why::NotRead, evidence.with("reason", reason.clone()))
        }
        None => Check::not_done(id, Why::NotRead, evidence),
    }
}

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
