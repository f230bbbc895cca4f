//! The verdict as people act on it: which case it is, and whether anybody was issued such a card.

use crate::{
    cards::Findings,
    trust::Hierarchy,
    verify::{AnchorRef, Check, CheckId, Overall, Reason, Verdict, Why},
};

use super::Report;

/// The verdict as people read it: what was found, and whether anybody was issued such a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headline {
    /// What was found.
    pub case: Case,
    /// Test or simulated: nobody was issued the card, and the headline says so before anything else.
    pub unreal: Option<Unreal>,
}

/// A hierarchy of cards that nobody was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreal {
    /// Of an issuer's or a maker's test system.
    Test,
    /// Of taimen's simulator.
    Simulated,
}

/// What was found. The machine's verdict is [`Overall`]; this one distinguishes the cases that staff must treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Case {
    /// Every required check passed, under an issuer's key of production.
    Authentic,
    /// Every required check passed, under a key that the user added; no key of the issuer is known.
    AuthenticInstalled,
    /// Every required check passed, under a certificate that the user added and the issuer published.
    AuthenticPublished,
    /// Every required check passed, under a certificate that the user added although it is not one of those that the
    /// issuer published.
    AuthenticUnpinned,
    /// Every required check passed, and the chip has no means against copying although others of its kind have.
    AuthenticCopyable,
    /// Every required check passed, and the document says that its holder has not reached the age that was asked for.
    TooYoung,
    /// Every required check passed, but under no issuer of real cards.
    NotReal,
    /// The expiry day is over, and nothing else speaks against the card.
    Expired {
        /// Whether every other required check passed.
        otherwise_authentic: bool,
    },
    /// The issuer belongs to a hierarchy that was not accepted.
    NotAccepted,
    /// The data fits, but the chip does not hold the key: a copy.
    Copied(Reason),
    /// Data or certificate are not the issuer's, or were changed.
    Forged(Reason),
    /// Neither for nor against: why the first required check was not done.
    Undetermined(Why),
}

/// How a headline is coloured. Never the only sign: symbol and words say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Green.
    Good,
    /// Red.
    Bad,
    /// Yellow.
    Unsure,
}

impl Tone {
    /// A machine name, for style sheets.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unsure => "unsure",
        }
    }

    /// ○, × or △.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Good => "○",
            Self::Bad => "×",
            Self::Unsure => "△",
        }
    }
}

impl Unreal {
    /// Whether the card is one that nobody was issued: by its issuer, by an issuer that a required check names, or by the
    /// reading's own word, which costs a forger his disguise and gains him nothing.
    pub(crate) fn of(findings: &Findings, reader: &str) -> Option<Self> {
        let required = || findings.checks.iter().filter(|check| findings.requirement.requires(check.id));
        let named = |hierarchy: Hierarchy| {
            let of = |check: &Check| check.evidence.anchor().is_some_and(|anchor| anchor.hierarchy == hierarchy);
            findings.hierarchy == Some(hierarchy) || required().any(of)
        };
        if named(Hierarchy::Simulated) || is_simulated(reader) {
            Some(Self::Simulated)
        } else {
            named(Hierarchy::Test).then_some(Self::Test)
        }
    }

    /// The hierarchy.
    #[cfg(feature = "records")]
    pub(crate) fn hierarchy(self) -> Hierarchy {
        match self {
            Self::Test => Hierarchy::Test,
            Self::Simulated => Hierarchy::Simulated,
        }
    }
}

/// Whether a reader says of itself that it is a simulated one.
pub(crate) fn is_simulated(reader: &str) -> bool {
    reader.starts_with("sim:")
}

impl Headline {
    /// The headline of a report.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let findings = report.findings;
        let unreal = Unreal::of(findings, &report.context.reader);
        let case = match findings.overall() {
            Overall::Authentic if findings.is_too_young() => Case::TooYoung,
            Overall::Authentic => match findings.hierarchy {
                _ if unreal.is_some() => Case::NotReal,
                Some(Hierarchy::Installed) if required_anchors(findings).any(|anchor| anchor.unpinned) => {
                    Case::AuthenticUnpinned
                }
                Some(Hierarchy::Production | Hierarchy::Installed) if copyable(findings) => Case::AuthenticCopyable,
                Some(Hierarchy::Production) => Case::Authentic,
                Some(Hierarchy::Installed) => installed(findings),
                _ => Case::NotReal,
            },
            Overall::Rejected => rejected(findings),
            Overall::Undetermined => Case::Undetermined(first_not_done(findings)),
        };
        Self { case, unreal }
    }

    /// Colour. A card that nobody was issued is never green, whatever was accepted; nor one that rests on a certificate that
    /// the issuer did not publish.
    pub fn tone(self) -> Tone {
        match self.case {
            Case::Authentic | Case::AuthenticInstalled | Case::AuthenticPublished => Tone::Good,
            Case::TooYoung | Case::Expired { .. } | Case::NotAccepted | Case::Copied(_) | Case::Forged(_) => Tone::Bad,
            Case::AuthenticUnpinned | Case::AuthenticCopyable | Case::NotReal | Case::Undetermined(_) => Tone::Unsure,
        }
    }

    /// ○, × or △.
    pub fn symbol(self) -> &'static str {
        self.tone().symbol()
    }
}

/// Whether the document could have offered a proof against copies and did not.
fn copyable(findings: &Findings) -> bool {
    let none = |id: &CheckId| findings.verdict(*id) == Some(Verdict::NotDone(Why::NotOffered));
    findings.presentation.chip.iter().any(none)
}

/// What the required checks rest on.
fn required_anchors(findings: &Findings) -> impl Iterator<Item = &AnchorRef> {
    let required = findings.checks.iter().filter(|check| findings.requirement.requires(check.id));
    required.filter_map(|check| check.evidence.anchor())
}

/// Whose certificate it was that a user installed.
fn installed(findings: &Findings) -> Case {
    if required_anchors(findings).any(|anchor| anchor.official) {
        Case::AuthenticPublished
    } else if findings.presentation.known_anchors {
        Case::AuthenticUnpinned
    } else {
        Case::AuthenticInstalled
    }
}

fn rejected(findings: &Findings) -> Case {
    let required = |check: &&Check| findings.requirement.requires(check.id);
    let failures = || {
        findings.checks.iter().filter(required).filter_map(|check| match check.verdict {
            Verdict::Failed(reason) => Some((check.id, reason)),
            _ => None,
        })
    };
    // The gravest first: a forged card stays forged when it has also expired.
    let is_chip = |id| findings.presentation.chip.contains(&id);
    let grave = |reason| !matches!(reason, Reason::Expired | Reason::HierarchyNotAccepted);
    if let Some((_, reason)) = failures().find(|(id, reason)| grave(*reason) && !is_chip(*id)) {
        return Case::Forged(reason);
    }
    if let Some((_, reason)) = failures().find(|(id, reason)| grave(*reason) && is_chip(*id)) {
        return Case::Copied(reason);
    }
    if failures().any(|(_, reason)| reason == Reason::HierarchyNotAccepted) {
        return Case::NotAccepted;
    }
    let expired = |check: &Check| check.verdict == Verdict::Failed(Reason::Expired);
    Case::Expired {
        otherwise_authentic: findings.requirement.required.iter().all(|id| {
            let mut checks = findings.checks.iter().filter(|check| check.id == *id).peekable();
            checks.peek().is_some() && checks.all(|check| check.is_passed() || expired(check))
        }),
    }
}

/// Why the first required check was not done, followed to its root. A check that is absent was not read.
fn first_not_done(findings: &Findings) -> Why {
    let why = |id| match findings.verdict(id) {
        Some(Verdict::NotDone(why)) => Some(why),
        None => Some(Why::NotRead),
        Some(_) => None,
    };
    let mut found = findings.requirement.required.iter().find_map(|id| why(*id)).unwrap_or(Why::NotRead);
    for _ in &findings.checks {
        match found {
            Why::DependsOn(id) => match why(id) {
                Some(root) => found = root,
                None => break,
            },
            _ => break,
        }
    }
    found
}
