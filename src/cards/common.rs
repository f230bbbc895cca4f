//! Checks and notes that more than one card has in the same words.

use jiff::civil::Date;

use crate::{
    text::japan_date,
    trust::Hierarchy,
    verify::{Basis, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

use super::{Findings, Note, notes};

/// The check of an expiry day: a document is valid through it, Japan time. `covered_by` is the check of the signature over
/// it. Where nobody vouches for the reading, a day that no passed check covers can fail but never pass.
pub(in crate::cards) fn expiry_check(last_day: Date, covered_by: Option<&Check>, basis: Basis) -> Check {
    let id = CheckId::NotExpired;
    let today = japan_date(basis.at());
    let signed = covered_by.is_some();
    let evidence = Evidence::new().fact(Fact::Expiry { day: last_day, judged_on: today, signed });
    match covered_by {
        _ if today > last_day => Check::failed(id, Reason::Expired, evidence),
        None if !basis.vouches() => Check::not_done(id, Why::Unsigned, evidence),
        Some(check) if !basis.vouches() && !check.is_passed() => {
            Check::not_done(id, Why::DependsOn(check.id), evidence)
        }
        _ => Check::passed(id, evidence),
    }
}

/// Nobody lets this program ask.
pub(in crate::cards) fn revocation() -> Check {
    Check::not_done(CheckId::Revocation, Why::NotAvailable, Evidence::new())
}

/// Failed checks, the hierarchy and revocation. `signer` is the check that names the anchor.
pub(in crate::cards) fn common_notes(findings: &Findings, signer: CheckId) -> Vec<Note> {
    let mut list = Vec::new();
    for check in &findings.checks {
        // Changes have a note of their own.
        if check.verdict == Verdict::Failed(Reason::UnsignedChanges) {
            continue;
        }
        if let Verdict::Failed(_) = check.verdict {
            list.push(Note { id: check.id.as_str(), text: check.id.text().otherwise });
        }
    }
    if findings.check(signer).is_some_and(Check::is_passed)
        && matches!(findings.hierarchy, Some(Hierarchy::Test | Hierarchy::Simulated))
    {
        list.push(notes::NOT_PRODUCTION);
    }
    list.push(notes::REVOCATION);
    list
}
