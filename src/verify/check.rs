//! One check and its outcome. There are no booleans here: a check passed, failed for a reason, or was not done.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    catalog::CheckId,
    reason::{Reason, Why},
};
use crate::trust::{Anchor, Hierarchy, Place};

/// The outcome of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Done, and it holds.
    Passed,
    /// Done, and it does not hold.
    Failed(Reason),
    /// Not done; says nothing for or against the card.
    NotDone(Why),
}

/// One thing that a check rested on. What other code decides by has a type; the rest is for people alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// The anchor whose key counted.
    Anchor(AnchorRef),
    /// Which of two certificates the outcome is about.
    About(Place),
    /// The day that was compared with today.
    Expiry {
        /// The last day on which the card is valid.
        day: Date,
        /// The day of the judgement, Japan time.
        judged_on: Date,
        /// Whether the card has a signature that covers the day.
        signed: bool,
    },
    /// A detail, by its name. Nothing decides by it.
    Detail(&'static str, String),
}

/// The anchor that a check rested on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorRef {
    /// Its name for people.
    pub name: String,
    /// Its hierarchy.
    pub hierarchy: Hierarchy,
    /// What it is pinned by: see [`Material::sha256`](crate::trust::Material::sha256).
    pub sha256: String,
    /// Where it was obtained.
    pub source: String,
    /// Whether its issuer published it.
    pub official: bool,
    /// Whether somebody insisted on it against what is published or verified.
    pub unpinned: bool,
}

impl From<&Anchor> for AnchorRef {
    fn from(anchor: &Anchor) -> Self {
        Self {
            name: anchor.name.clone(),
            hierarchy: anchor.hierarchy,
            sha256: anchor.material.sha256(),
            source: anchor.source.clone(),
            official: anchor.official,
            unpinned: anchor.is_unpinned(),
        }
    }
}

fn yes(value: bool) -> Cow<'static, str> {
    Cow::Borrowed(if value { "yes" } else { "no" })
}

impl Fact {
    /// As reports show it: names and values.
    fn shown(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        match self {
            Self::Anchor(anchor) => vec![
                ("anchor", Cow::Borrowed(&*anchor.name)),
                ("anchor_hierarchy", anchor.hierarchy.as_str().into()),
                ("anchor_sha256", Cow::Borrowed(&*anchor.sha256)),
                ("anchor_source", Cow::Borrowed(&*anchor.source)),
                ("anchor_official", yes(anchor.official)),
            ],
            Self::About(place) => vec![("about", place.as_str().into())],
            Self::Expiry { day, judged_on, signed } => vec![
                ("expiry", day.to_string().into()),
                ("judged_on", judged_on.to_string().into()),
                ("signed", yes(*signed)),
            ],
            Self::Detail(name, value) => vec![(*name, Cow::Borrowed(&**value))],
        }
    }
}

/// What a check rested on, in a fixed order, for people and auditors. Never personal data beyond what the report shows
/// anyway, never the My Number or its hash.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence(Vec<Fact>);

impl Evidence {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, fact: Fact) -> Self {
        self.0.push(fact);
        self
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        self.fact(Fact::Detail(name, value.into()))
    }

    /// Takes a detail away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|fact| !matches!(fact, Fact::Detail(known, _) if *known == name));
        self
    }

    /// Takes away which of two certificates it was about.
    #[must_use]
    pub fn without_place(mut self) -> Self {
        self.0.retain(|fact| !matches!(fact, Fact::About(_)));
        self
    }

    /// The anchor that counted.
    pub fn anchor(&self) -> Option<&AnchorRef> {
        self.0.iter().find_map(|fact| if let Fact::Anchor(anchor) = fact { Some(anchor) } else { None })
    }

    /// Which of two certificates it is about.
    pub fn about(&self) -> Option<Place> {
        self.0.iter().find_map(|fact| if let Fact::About(place) = fact { Some(*place) } else { None })
    }

    /// Whether the expiry day is one that a signature covers.
    pub fn expiry_signed(&self) -> Option<bool> {
        self.0.iter().find_map(|fact| if let Fact::Expiry { signed, .. } = fact { Some(*signed) } else { None })
    }

    /// One fact as reports show it.
    pub fn shown(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Every fact as reports show it, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        self.0.iter().flat_map(Fact::shown)
    }
}

impl Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// A check with its outcome and evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which check.
    pub id: CheckId,
    /// How it went.
    pub verdict: Verdict,
    /// What it rested on.
    pub evidence: Evidence,
}

impl Check {
    /// A check that holds.
    pub fn passed(id: CheckId, evidence: Evidence) -> Self {
        Self { id, verdict: Verdict::Passed, evidence }
    }

    /// A check that does not hold.
    pub fn failed(id: CheckId, reason: Reason, evidence: Evidence) -> Self {
        Self { id, verdict: Verdict::Failed(reason), evidence }
    }

    /// A check that was not done.
    pub fn not_done(id: CheckId, why: Why, evidence: Evidence) -> Self {
        Self { id, verdict: Verdict::NotDone(why), evidence }
    }

    /// Whether it holds.
    pub fn is_passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// `NotDone(depends_on)` unless this check passed: for a check that rests on it.
    pub fn required_by(&self, id: CheckId) -> Result<(), Check> {
        if self.is_passed() { Ok(()) } else { Err(Check::not_done(id, Why::DependsOn(self.id), Evidence::new())) }
    }
}
