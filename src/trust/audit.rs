//! What an auditor wants to know of anchors: which run out, which are weak, which could be taken for another.

use jiff::Timestamp;

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    certificate::Certificate,
    facts::{Facts, KeyKind, key_bytes},
    memo::Memo,
    pins::{self, Pin},
};

/// How long before its end an anchor is called one that ends soon.
pub const SOON_DAYS: i64 = 90;

const SECONDS_OF_DAY: i64 = 86_400;

/// What is worth looking at. None of it makes a folder unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Concern {
    /// It is no longer valid.
    Expired {
        /// Full days since.
        days: i64,
    },
    /// It is valid for `SOON_DAYS` at most.
    ExpiresSoon {
        /// Full days left.
        days: i64,
    },
    /// It is not valid yet.
    NotYetValid,
    /// Its key is too weak for an authority, or of an unknown kind.
    WeakKey {
        /// The kind.
        key: String,
    },
    /// The domain parameters of its key are not those of a listed curve in every value.
    UnknownCurve,
    /// It is signed by another certificate which is not here, or its signature is not one of the issuer that it names. Only
    /// where anchors come in lists.
    BrokenLink,
    /// It is signed with MD5 or SHA-1. An anchor's own signature is not verified, so this says how old its practice is.
    WeakHash,
    /// The issuer published others for this purpose: it was added with `--unpinned`.
    NotPublished,
    /// The same anchor is in several places.
    Duplicate,
    /// Several certificates have one key.
    SameKey,
    /// Several certificates of one name and hierarchy are, or will be, valid at the same time: the signature says which
    /// one counts.
    Overlap,
    /// One name (or key id) in several hierarchies: the wrong one must not be taken for the right one.
    NameInTwoHierarchies {
        /// The hierarchies.
        hierarchies: Vec<Hierarchy>,
    },
}

impl Concern {
    /// The machine name.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Expired { .. } => "expired",
            Self::ExpiresSoon { .. } => "expires-soon",
            Self::NotYetValid => "not-yet-valid",
            Self::WeakKey { .. } => "weak-key",
            Self::UnknownCurve => "unknown-curve",
            Self::BrokenLink => "broken-link",
            Self::WeakHash => "weak-hash",
            Self::NotPublished => "not-published",
            Self::Duplicate => "duplicate",
            Self::SameKey => "same-key",
            Self::Overlap => "overlap",
            Self::NameInTwoHierarchies { .. } => "name-in-two-hierarchies",
        }
    }
}

/// A concern and the anchors that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding<'a> {
    /// What it is.
    pub concern: Concern,
    /// About which.
    pub anchors: Vec<&'a Anchor>,
}

/// Full days from a time to a certificate's end; negative once it is over. A bare key has no end.
pub fn days_left(anchor: &Anchor, at: Timestamp) -> Option<i64> {
    let Material::Certificate(der) = &anchor.material else { return None };
    let (_, end) = Facts::of(der)?.validity;
    Some(end.as_second().saturating_sub(at.as_second()).div_euclid(SECONDS_OF_DAY))
}

/// Looks at each anchor, then at each pair. Simulated ones prove nothing: only their names are compared.
pub fn audit(anchors: &[Anchor], at: Timestamp) -> Vec<Finding<'_>> {
    let all: Vec<Looked<'_>> = anchors.iter().map(Looked::at).collect();
    let (simulated, looked): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|one| one.anchor.hierarchy == Hierarchy::Simulated);
    let mut findings: Vec<Finding<'_>> = looked.iter().flat_map(|one| one.findings(at)).collect();
    findings.extend(broken_links(anchors));
    findings.extend(groups(&looked, same_anchor, |_| Some(Concern::Duplicate)));
    // Several certificates of one name, and links of one key, are the rule where anchors come in lists.
    let lone = |one: &Looked<'_>| !one.anchor.purpose.takes_lists();
    findings.extend(groups(&looked, |one, other| lone(one) && same_key(one, other), |_| Some(Concern::SameKey)));
    findings.extend(groups(&looked, |one, other| lone(one) && overlap(one, other, at), |_| Some(Concern::Overlap)));
    let all: Vec<Looked<'_>> = looked.into_iter().chain(simulated).collect();
    findings.extend(groups(&all, same_name, |group| {
        let mut hierarchies: Vec<Hierarchy> = group.iter().map(|anchor| anchor.hierarchy).collect();
        hierarchies.sort();
        hierarchies.dedup();
        (hierarchies.len() > 1).then_some(Concern::NameInTwoHierarchies { hierarchies })
    }));
    findings
}

/// An anchor with what is compared.
struct Looked<'a> {
    anchor: &'a Anchor,
    facts: Option<Facts>,
    key: Option<Vec<u8>>,
    /// The subject, or the key id in hex.
    name: String,
}

impl<'a> Looked<'a> {
    fn at(anchor: &'a Anchor) -> Self {
        let (facts, name) = match &anchor.material {
            Material::CvKey(key) => (None, hex::encode(key.id.0)),
            Material::Certificate(der) => {
                let facts = Facts::of(der);
                let name = facts.as_ref().map(|facts| facts.subject.clone()).unwrap_or_default();
                (facts, name)
            }
        };
        Self { anchor, facts, key: key_bytes(&anchor.material), name }
    }

    fn findings(&self, at: Timestamp) -> Vec<Finding<'a>> {
        let mut concerns = Vec::new();
        if let Some(facts) = &self.facts {
            match (facts.validity, days_left(self.anchor, at)) {
                ((from, _), _) if at < from => concerns.push(Concern::NotYetValid),
                (_, Some(days)) if days < 0 => {
                    concerns.push(Concern::Expired { days: days.saturating_neg().saturating_sub(1) });
                }
                (_, Some(days)) if days <= SOON_DAYS => concerns.push(Concern::ExpiresSoon { days }),
                _ => {}
            }
            if facts.key.is_unknown_curve() {
                concerns.push(Concern::UnknownCurve);
            } else if facts.key.is_weak() {
                concerns.push(Concern::WeakKey { key: facts.key.to_string() });
            }
            if facts.weak_hash {
                concerns.push(Concern::WeakHash);
            }
        }
        let unpublished = match self.anchor.purpose {
            purpose if purpose.takes_lists() => self.anchor.is_unpinned(),
            purpose => !self.anchor.official && has_pins(purpose),
        };
        if self.anchor.hierarchy == Hierarchy::Installed && unpublished {
            concerns.push(Concern::NotPublished);
        }
        concerns.into_iter().map(|concern| Finding { concern, anchors: vec![self.anchor] }).collect()
    }

    /// Whether there is a moment at which both are valid, and it is not over.
    fn in_date_with(&self, other: &Self, at: Timestamp) -> bool {
        let validity = |looked: &Self| looked.facts.as_ref().map(|facts| facts.validity);
        match (validity(self), validity(other)) {
            (Some((from, to)), Some((other_from, other_to))) => from.max(other_from).max(at) <= to.min(other_to),
            _ => false,
        }
    }
}

/// Anchors of lists that no certificate among them issued.
fn broken_links(anchors: &[Anchor]) -> Vec<Finding<'_>> {
    let of_lists =
        anchors.iter().filter(|anchor| anchor.purpose.takes_lists() && anchor.hierarchy != Hierarchy::Simulated);
    let parsed: Vec<(&Anchor, Certificate)> = of_lists
        .filter_map(|anchor| match &anchor.material {
            Material::Certificate(der) => Some((anchor, Certificate::parse(der).ok()?)),
            Material::CvKey(_) => None,
        })
        .collect();
    let memo = Memo::default();
    let issues = |certificate: &Certificate, issuer: &Certificate| {
        let key = certificate.is_named_issuer(issuer).then(|| issuer.verify_key());
        key.is_some_and(|key| key.is_ok_and(|key| matches!(certificate.is_issued_with(&key, &memo), Ok(Some(_)))))
    };
    let broken = parsed.iter().filter(|(_, one)| !parsed.iter().any(|(_, issuer)| issues(one, issuer)));
    broken.map(|(anchor, _)| Finding { concern: Concern::BrokenLink, anchors: vec![*anchor] }).collect()
}

fn has_pins(purpose: Purpose) -> bool {
    pins::published(purpose).next().is_some()
}

fn same_anchor(one: &Looked<'_>, other: &Looked<'_>) -> bool {
    one.anchor.material == other.anchor.material
}

fn same_key(one: &Looked<'_>, other: &Looked<'_>) -> bool {
    !same_anchor(one, other) && one.key.is_some() && one.key == other.key
}

fn same_name(one: &Looked<'_>, other: &Looked<'_>) -> bool {
    one.name == other.name
}

fn overlap(one: &Looked<'_>, other: &Looked<'_>, at: Timestamp) -> bool {
    one.anchor.hierarchy == other.anchor.hierarchy
        && same_name(one, other)
        && !same_anchor(one, other)
        && one.in_date_with(other, at)
}

/// For each purpose the groups of anchors that a relation ties together, each with its concern.
fn groups<'a>(
    looked: &[Looked<'a>],
    related: impl Fn(&Looked<'_>, &Looked<'_>) -> bool,
    concern: impl Fn(&[&'a Anchor]) -> Option<Concern>,
) -> Vec<Finding<'a>> {
    let mut group_of: Vec<usize> = (0..looked.len()).collect();
    for (at, one) in looked.iter().enumerate() {
        for (other_at, other) in looked.iter().enumerate().skip(at.saturating_add(1)) {
            if one.anchor.purpose == other.anchor.purpose && related(one, other) {
                let pair = (group_of.get(at).copied(), group_of.get(other_at).copied());
                if let (Some(keep), Some(drop)) = pair {
                    group_of.iter_mut().filter(|group| **group == drop).for_each(|group| *group = keep);
                }
            }
        }
    }
    let mut findings = Vec::new();
    for group in 0..looked.len() {
        let members = looked.iter().zip(&group_of).filter(|(_, of)| **of == group);
        let anchors: Vec<&Anchor> = members.map(|(one, _)| one.anchor).collect();
        if anchors.len() > 1
            && let Some(concern) = concern(&anchors)
        {
            findings.push(Finding { concern, anchors });
        }
    }
    findings
}

/// What an issuer published for a purpose, is valid at a time, and is not among the anchors: cards that rest on it are
/// undetermined.
pub fn not_installed(anchors: &[Anchor], purpose: Purpose, at: Timestamp) -> Vec<&'static Pin> {
    let there = |pin: &Pin| anchors.iter().any(|anchor| anchor.material.sha256() == pin.sha256);
    let today = at.to_string();
    let valid = |pin: &Pin| {
        let [from, to] = pin.valid;
        // Days as they are written sort like themselves.
        today.get(..from.len()).is_some_and(|today| from <= today && today <= to)
    };
    let published = pins::published(purpose).filter(|pin| pin.hierarchy == Hierarchy::Production);
    published.filter(|pin| valid(pin) && !there(pin)).collect()
}

/// The state of an anchor whose purpose has those of many states: two capitals.
pub fn state(anchor: &Anchor) -> Option<String> {
    match &anchor.material {
        Material::Certificate(der) if anchor.purpose.takes_lists() => Certificate::parse(der).ok()?.subject_country(),
        _ => None,
    }
}

/// The subject of an anchor and the kind of its key, for people; a bare key has no subject.
pub fn subject_and_key(anchor: &Anchor) -> (Option<String>, String) {
    match &anchor.material {
        // Cards' keys are all of one kind.
        Material::CvKey(_) => (None, KeyKind::Rsa { bits: 2048, good_exponent: true }.to_string()),
        Material::Certificate(der) => match Facts::of(der) {
            Some(facts) => (Some(facts.subject), facts.key.to_string()),
            None => (None, String::new()),
        },
    }
}
