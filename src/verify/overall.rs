//! The one rule that turns checks into a verdict.

use serde::{Deserialize, Serialize};

use super::{
    catalog::CheckId,
    check::{Check, Verdict},
};
use crate::text::named;

named! {
    /// The verdict about a card.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Overall {
        /// Every required check passed.
        Authentic = "authentic",
        /// A required check failed.
        Rejected = "rejected",
        /// Neither: something that is needed was not done.
        Undetermined = "undetermined",
    }
}

/// Which checks a card kind must pass, and which only inform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// *Authentic* needs every one of these.
    pub required: &'static [CheckId],
    /// These go to the staff's notes when they fail.
    pub advisory: &'static [CheckId],
}

impl Requirement {
    /// Whether a check is required.
    pub fn requires(&self, id: CheckId) -> bool {
        self.required.contains(&id)
    }
}

/// *Rejected* if a required check failed; else *authentic* if every required check is there and passed; else
/// *undetermined*. "Nothing failed" is never enough, and no requirement at all is never *authentic*.
pub fn overall(requirement: &Requirement, checks: &[Check]) -> Overall {
    let verdicts = |id: CheckId| checks.iter().filter(move |check| check.id == id).map(|check| check.verdict);
    let failed = |id: &CheckId| verdicts(*id).any(|verdict| matches!(verdict, Verdict::Failed(_)));
    let passed =
        |id: &CheckId| verdicts(*id).next().is_some() && verdicts(*id).all(|verdict| verdict == Verdict::Passed);
    if requirement.required.iter().any(failed) {
        Overall::Rejected
    } else if !requirement.required.is_empty() && requirement.required.iter().all(passed) {
        Overall::Authentic
    } else {
        Overall::Undetermined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{Evidence, Reason, Why};

    const NEEDS: Requirement =
        Requirement { required: &[CheckId::FaceSignature, CheckId::ChipKey], advisory: &[CheckId::TextAgrees] };

    fn check(id: CheckId, verdict: Verdict) -> Check {
        Check { id, verdict, evidence: Evidence::new() }
    }

    #[test]
    fn every_combination_of_two_required_checks() {
        use Verdict::{Failed, NotDone, Passed};
        let states = [Passed, Failed(Reason::Expired), NotDone(Why::NoAnchor)];
        for first in states {
            for second in states {
                let checks = [check(CheckId::FaceSignature, first), check(CheckId::ChipKey, second)];
                let expected = match (first, second) {
                    (Failed(_), _) | (_, Failed(_)) => Overall::Rejected,
                    (Passed, Passed) => Overall::Authentic,
                    _ => Overall::Undetermined,
                };
                assert_eq!(overall(&NEEDS, &checks), expected, "{first:?} {second:?}");
            }
        }
    }

    #[test]
    fn absent_repeated_and_advisory_checks() {
        let passed = |id| check(id, Verdict::Passed);
        let failed = |id| check(id, Verdict::Failed(Reason::Disagrees));
        assert_eq!(overall(&NEEDS, &[]), Overall::Undetermined);
        assert_eq!(overall(&NEEDS, &[passed(CheckId::FaceSignature)]), Overall::Undetermined);
        let both = [passed(CheckId::FaceSignature), passed(CheckId::ChipKey)];
        assert_eq!(overall(&NEEDS, &[&both[..], &[failed(CheckId::TextAgrees)]].concat()), Overall::Authentic);
        assert_eq!(overall(&NEEDS, &[&both[..], &[failed(CheckId::ChipKey)]].concat()), Overall::Rejected);
        let nothing = Requirement { required: &[], advisory: &[] };
        assert_eq!(overall(&nothing, &both), Overall::Undetermined);
    }
}
