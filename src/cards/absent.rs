//! The outcome of a check that needs a file which is not in the dump, for every card.

use crate::{
    dump::{Dump, NotRead},
    verify::{Check, CheckId, Evidence, Reason, Why},
};

/// Says why the file is not there, as far as the dump shows.
pub(in crate::cards) fn absent(id: CheckId, dump: &Dump, file: &'static str) -> Check {
    let evidence = Evidence::new().with("file", file);
    match dump.not_read(file) {
        Some(NotRead::NotStored) => Check::not_done(id, Why::NotStored, evidence),
        Some(NotRead::NotOverNetwork) => Check::not_done(id, Why::NotOverNetwork, evidence),
        Some(NotRead::Status { status }) => Check::not_done(id, Why::NotRead, evidence.with("status", status.clone())),
        Some(NotRead::Malformed { detail }) => {
            Check::failed(id, Reason::Malformed, evidence.with("detail", detail.clone()))
        }
        Some(NotRead::Unreadable { detail }) => {
            Check::not_done(id, Why::NotRead, evidence.with("detail", detail.clone()))
        }
        Some(NotRead::NoApplication | NotRead::NotOnCard) => Check::not_done(id, Why::NotOnCard, evidence),
        Some(NotRead::NotShared) => Check::not_done(id, Why::NotShared, evidence),
        Some(NotRead::NotOpened { reason }) => {
            Check::not_done(id, Why::NotRead, evidence.with("reason", reason.clone()))
        }
        Some(NotRead::NotUsed) | None => Check::not_done(id, Why::NotRead, evidence),
    }
}
