//! What a report leaves to people: what it does not prove, what to do, where to ask.

use crate::{
    cards::Inquiry,
    lang::Bilingual,
    verify::{Check, CheckId, Overall, Reason, Verdict, Why, saved_limit},
};

use super::{Case, Report, label, view::has_header};

impl Report<'_> {
    /// What stays open even if the required checks passed.
    pub(super) fn does_not_prove(&self) -> Vec<(Bilingual, Bilingual)> {
        let limit = |check: &Check| {
            let text = check.id.text();
            let limit = match (check.id, check.evidence.expiry_signed()) {
                (CheckId::NotExpired, Some(true)) => self.findings.presentation.expiry_limit,
                (CheckId::NotExpired, Some(false)) => label::EXPIRY_UNSIGNED,
                _ => text.does_not_prove,
            };
            // An expiry that passed without anybody's word is a signed one.
            let once = !self.findings.basis.vouches() && check.id != CheckId::NotExpired;
            let once = saved_limit(check.id).filter(|_| once);
            [Some((text.title, limit)), once.map(|limit| (text.title, limit))].into_iter().flatten()
        };
        self.required_checks().iter().filter(|check| check.is_passed()).flat_map(limit).collect()
    }

    /// What staff must know or do: first about what did not pass, then the card's notes. Each sentence once.
    /// Only `at_terminal` does a sentence name an option: the pages of a counter have none.
    pub(super) fn for_staff(&self, at_terminal: bool) -> Vec<(&'static str, Bilingual)> {
        let mut notes: Vec<(&'static str, Bilingual)> = Vec::new();
        let required = self.required_checks();
        let action = |check: &Check| match check.verdict {
            Verdict::Passed | Verdict::NotDone(Why::DependsOn(_)) => None,
            Verdict::NotDone(Why::Unsigned) if self.findings.requirement.requires(check.id) => {
                Some((check.id.as_str(), label::NOBODY_VOUCHES))
            }
            Verdict::NotDone(why) if why != Why::NoAnchor => {
                self.findings.requirement.requires(check.id).then_some((check.id.as_str(), label::NEEDED_CHECK_OPEN))
            }
            Verdict::Failed(Reason::HierarchyNotAccepted) => {
                Some((check.id.as_str(), if at_terminal { label::TRY_WITH_ACCEPT } else { label::NOT_A_REAL_CARD }))
            }
            Verdict::NotDone(_) if !self.findings.requirement.requires(check.id) => None,
            Verdict::Failed(_) | Verdict::NotDone(_) => Some((check.id.as_str(), check.id.text().otherwise)),
        };
        let otherwise = required.iter().chain(self.advisory_checks()).filter_map(action);
        let presentation = self.findings.presentation;
        // Comparing pictures and print is of no use with a card that was rejected.
        let rejected = self.findings.overall() == Overall::Rejected;
        let expired = matches!(self.headline().case, Case::Expired { .. });
        let useful = |id: &&str| {
            !rejected || !presentation.moot.contains(id) || expired && presentation.even_expired.contains(id)
        };
        let of_card = self.findings.notes.iter().filter(|note| useful(&note.id)).map(|note| (note.id, note.text));
        let broken = !rejected && self.pictures().iter().any(|picture| !has_header(picture));
        let broken = broken.then_some(("broken-picture", label::BROKEN_PICTURE));
        let form = (!rejected && !self.form_agrees()).then_some(("form-differs", label::FORM_OPEN));
        for (id, text) in otherwise.chain(form).chain(of_card).chain(broken) {
            if notes.iter().all(|(_, known)| *known != text) {
                notes.push((id, text));
            }
        }
        notes
    }

    /// What to type on the page of the issuer, and its address; nothing for a card that was rejected.
    pub(super) fn inquiry(&self) -> Vec<(Bilingual, String)> {
        let Some(inquiry) = self.asks() else { return Vec::new() };
        let value = |id: &str| {
            let item = self.findings.items.iter().find(|item| item.id == id);
            item.map_or_else(
                || self.say(label::AS_PRINTED).to_owned(),
                |item| {
                    let row = self.fact(item);
                    format!("{}{}", row.value.plain(), row.mark.map(|mark| self.bracketed(mark)).unwrap_or_default())
                },
            )
        };
        let mut lines: Vec<(Bilingual, String)> =
            inquiry.values.iter().map(|(id, title)| (*title, value(id))).collect();
        lines.push((label::INQUIRY_ADDRESS, inquiry.page.to_owned()));
        lines.push((label::INQUIRY_TELLS, self.say(inquiry.limit).to_owned()));
        lines
    }

    /// Where a person can ask about the card, if that makes sense.
    pub(super) fn asks(&self) -> Option<Inquiry> {
        let makes_sense = !self.age_only() && self.findings.overall() != Overall::Rejected;
        self.findings.presentation.inquiry.filter(|_| makes_sense)
    }
}
