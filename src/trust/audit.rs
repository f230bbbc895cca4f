//! What an auditor wants to know of anchors: which run out, which are weak, which could be taken for another.

use jiff::Timestamp;

use super::{
    anchor::{Anchor, Hierarchy, Material, Purpose},
    facts::{Facts, KeyKind, key_bytes},
    pins,
};

/// How long before its end an anchor is called one that ends soon.
pub const SOON_DAYS: i64 = 90;

const SECONDS_OF_DAY: i64 = 86_400;

/// What is worth looking at. None of it makes a folder unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// It is no longer valid.
    Expired {
        /// Full days since.
        days: i64,
    },
    /// It is valid for [`SOON_DAYS`] at most.
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
    /// It is signed with MD5 or SHA-1. An anchor's own signature is not verified, so this says how old its practice is.
    WeakHash,
    /// The issuer published others for this purpose: it was added with `--unpinned`.
    NotPublished,
    /// The same anchor stands in several places.
    Duplicate,
    /// Several certificates have one key.
    SameKey,
    /// Several certificates of one name and hierarchy are in date at the same time: the signature says which one counts.
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
pub struct Finding<'a> {
    /// What it is.
    pub concern: Concern,
    /// About which.
    pub anchors: Vec<&'a Anchor>,
}

/// Full days from a time to a certificate's end; negative once it is over. A bare key has no end.
pub fn days_left(anchor: &Anchor, at: Timestamp) -> Option<i64> {
    let Material::Certificate(der) = &anchor.material else { return None };
    let (_, end) = Facts::of(der)?.validity?;
    Some(end.as_second().saturating_sub(at.as_second()).div_euclid(SECONDS_OF_DAY))
}

/// Looks at each anchor, then at each pair.
pub fn audit(anchors: &[Anchor], at: Timestamp) -> Vec<Finding<'_>> {
    let looked: Vec<Looked<'_>> = anchors.iter().map(Looked::at).collect();
    let mut findings: Vec<Finding<'_>> = looked.iter().flat_map(|one| one.findings(at)).collect();
    findings.extend(groups(&looked, same_anchor, |_| Some(Concern::Duplicate)));
    findings.extend(groups(&looked, same_key, |_| Some(Concern::SameKey)));
    findings.extend(groups(&looked, overlap, |_| Some(Concern::Overlap)));
    findings.extend(groups(&looked, same_name, |group| {
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
                (Some((from, _)), _) if at < from => concerns.push(Concern::NotYetValid),
                (_, Some(days)) if days < 0 => {
                    concerns.push(Concern::Expired { days: days.saturating_neg().saturating_sub(1) });
                }
                (_, Some(days)) if days <= SOON_DAYS => concerns.push(Concern::ExpiresSoon { days }),
                _ => {}
            }
            if facts.key.is_weak() {
                concerns.push(Concern::WeakKey { key: facts.key.to_string() });
            }
            if facts.weak_hash {
                concerns.push(Concern::WeakHash);
            }
        }
        if self.anchor.hierarchy == Hierarchy::Installed && !self.anchor.official && has_pins(self.anchor.purpose) {
            concerns.push(Concern::NotPublished);
        }
        concerns.into_iter().map(|concern| Finding { concern, anchors: vec![self.anchor] }).collect()
    }

    fn in_date_with(&self, other: &Self) -> bool {
        let validity = |looked: &Self| looked.facts.as_ref().and_then(|facts| facts.validity);
        match (validity(self), validity(other)) {
            (Some((from, to)), Some((other_from, other_to))) => from <= other_to && other_from <= to,
            _ => false,
        }
    }
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

fn overlap(one: &Looked<'_>, other: &Looked<'_>) -> bool {
    one.anchor.hierarchy == other.anchor.hierarchy
        && same_name(one, other)
        && !same_anchor(one, other)
        && one.in_date_with(other)
}

/// For each purpose the groups of anchors that a relation ties together, each with its concern.
fn groups<'a>(
    looked: &[Looked<'a>],
    related: fn(&Looked<'_>, &Looked<'_>) -> bool,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::{TrustStore, import};

    fn anchor(purpose: Purpose, hierarchy: Hierarchy, der: &[u8]) -> Anchor {
        Anchor {
            purpose,
            hierarchy,
            name: "an anchor".to_owned(),
            material: import(purpose, der).unwrap(),
            source: "a test".to_owned(),
            official: false,
        }
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Concerns of one certificate, by id.
    fn alone(der: &[u8], purpose: Purpose, at: &str) -> Vec<&'static str> {
        let anchors = [anchor(purpose, Hierarchy::Installed, der)];
        audit(&anchors, time(at)).iter().map(|finding| finding.concern.id()).collect()
    }

    const CA03: &[u8] = include_bytes!("../../certs/production/j-lis-jpki/authca03.cer");
    const CA02: &[u8] = include_bytes!("../../certs/production/j-lis-jpki/authca02.cer");
    const CA01: &[u8] = include_bytes!("../../certs/production/j-lis-jpki/authca01.cer");
    const SIMULATED: &[u8] = include_bytes!("../../certs/simulated/taimen/licence-signer.der");

    #[test]
    fn the_end_is_told_ninety_days_before_and_after_and_the_beginning_too() {
        let licence = Purpose::DriversLicence;
        assert_eq!(alone(CA03, licence, "2023-07-16T01:01:03Z"), ["not-yet-valid"]);
        assert_eq!(alone(CA03, licence, "2023-07-16T01:01:04Z"), [""; 0]);
        // It ends on 2033-07-15 at 14:59:59.
        assert_eq!(alone(CA03, licence, "2033-04-15T14:59:59Z"), [""; 0]);
        assert_eq!(alone(CA03, licence, "2033-04-16T14:59:59Z"), ["expires-soon"]);
        assert_eq!(alone(CA03, licence, "2033-07-15T14:59:59Z"), ["expires-soon"]);
        assert_eq!(alone(CA03, licence, "2033-07-15T15:00:00Z"), ["expired"]);
        let days = |at| days_left(&anchor(licence, Hierarchy::Installed, CA03), time(at));
        assert_eq!(days("2033-07-14T14:59:59Z"), Some(1));
        assert_eq!([days("2033-07-15T14:59:59Z"), days("2033-07-15T15:00:00Z")], [Some(0), Some(-1)]);
        let anchors = [anchor(licence, Hierarchy::Installed, CA03)];
        let findings = audit(&anchors, time("2033-07-25T15:00:00Z"));
        assert_eq!(findings[0].concern, Concern::Expired { days: 10 });
    }

    #[test]
    fn what_the_issuer_did_not_publish_is_told_where_it_published() {
        assert_eq!(alone(SIMULATED, Purpose::ResidenceCard, "2026-11-22T00:00:00Z"), ["not-published"]);
        assert_eq!(alone(SIMULATED, Purpose::DriversLicence, "2026-11-22T00:00:00Z"), [""; 0]);
    }

    #[test]
    fn a_weak_key_and_a_weak_hash_are_told() {
        let weak = include_bytes!("../../tests/certificates/weak-ca.der");
        assert_eq!(alone(weak, Purpose::DriversLicence, "2030-01-01T00:00:00Z"), ["weak-key", "weak-hash"]);
        let ec = include_bytes!("../../tests/certificates/claims-zairyu-ca2.der");
        assert_eq!(alone(ec, Purpose::DriversLicence, "2030-01-01T00:00:00Z"), [""; 0]);
        let (subject, key) = subject_and_key(&anchor(Purpose::ResidenceCard, Hierarchy::Installed, ec));
        assert_eq!((subject.unwrap().ends_with("CN=ZairyuCard CA2"), key.as_str()), (true, "P-384"));
    }

    #[test]
    fn pairs_are_told_once_and_only_within_a_purpose() {
        use Hierarchy::{Installed, Production, Test};
        let licence = Purpose::DriversLicence;
        let of = |rows: &[(Purpose, Hierarchy, &[u8])]| -> Vec<(String, usize)> {
            let anchors: Vec<Anchor> =
                rows.iter().map(|(purpose, hierarchy, der)| anchor(*purpose, *hierarchy, der)).collect();
            let findings = audit(&anchors, time("2024-01-01T00:00:00Z"));
            findings.iter().map(|finding| (finding.concern.id().to_owned(), finding.anchors.len())).collect()
        };
        let expect = |id: &str, count| vec![(id.to_owned(), count)];
        assert_eq!(of(&[(licence, Installed, CA02), (licence, Installed, CA02)]), expect("duplicate", 2));
        assert_eq!(
            of(&[(licence, Installed, CA01), (licence, Installed, CA02), (licence, Installed, CA03)]),
            expect("overlap", 3)
        );
        assert_eq!(of(&[(licence, Production, CA02), (licence, Test, CA03)]), expect("name-in-two-hierarchies", 2));
        assert_eq!(of(&[(licence, Installed, CA02), (Purpose::JpkiSignature, Test, CA03)]), []);
        let other = include_bytes!("../../tests/certificates/own-for-licence-signer-key.der");
        assert_eq!(of(&[(licence, Installed, SIMULATED)]), []);
        let same_key = of(&[(licence, Installed, SIMULATED), (licence, Installed, other)]);
        assert!(same_key.contains(&("same-key".to_owned(), 2)), "{same_key:?}");
    }

    #[test]
    fn what_ships_is_known() {
        let store = TrustStore::shipped().unwrap();
        let findings = audit(store.anchors(), time("2026-11-22T00:00:00Z"));
        let told: Vec<String> = findings
            .iter()
            .filter(|finding| finding.anchors.iter().all(|anchor| anchor.purpose != Purpose::ResidenceCard))
            .map(|finding| {
                format!(
                    "{} {}",
                    finding.concern.id(),
                    finding.anchors.iter().map(|anchor| anchor.name.as_str()).collect::<Vec<_>>().join(" ")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "expired authca01",
                "expired signca01",
                "overlap authca01 authca02 authca03",
                "overlap signca01 signca02 signca03",
                "overlap authca-test-2019 authca-test-2023",
                "overlap signca-test-2019 signca-test-2024",
            ]
        );
    }
}
