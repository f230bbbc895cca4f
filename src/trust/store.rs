//! The anchors of one run, and which hierarchies it accepts.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use crate::crypto::{Sha256Hash, sha256};

use super::{
    anchor::{Anchor, CvCaKey, Hierarchy, KeyId, Material, Purpose},
    builtin,
    certificate::Certificate,
    manifest::ManifestError,
    memo::Memo,
};

/// The anchors that a check may rest on.
#[derive(Clone)]
pub struct TrustStore {
    anchors: Vec<Anchor>,
    /// The anchors' certificates in the same order.
    certificates: Vec<Parsed>,
    accepted: BTreeSet<Hierarchy>,
    memo: Memo,
}

/// The certificate of an anchor, parsed when a check first looks at it, once for all stores that hold the anchor; `None` for a bare
/// key and for what cannot be read.
#[derive(Clone, Default)]
pub(super) struct Parsed(Arc<OnceLock<Option<Certificate>>>);

impl Parsed {
    fn certificate(&self, anchor: &Anchor) -> Option<&Certificate> {
        let parse = || match &anchor.material {
            Material::Certificate(der) => Certificate::parse(der).ok(),
            Material::CvKey(_) => None,
        };
        self.0.get_or_init(parse).as_ref()
    }
}

impl std::fmt::Debug for TrustStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrustStore({} anchors, accepts {:?})", self.anchors.len(), self.accepted)
    }
}

impl TrustStore {
    /// The anchors that ship with the program; accepts `production` and `installed`.
    ///
    /// # Errors
    /// [`ManifestError`] if the shipped folders are damaged (a test keeps them whole).
    pub fn shipped() -> Result<Self, ManifestError> {
        let (anchors, certificates) = builtin::known()?.iter().cloned().unzip();
        let accepted = BTreeSet::from([Hierarchy::Production, Hierarchy::Installed]);
        Ok(Self { anchors, certificates, accepted, memo: Memo::default() })
    }

    /// Adds anchors, for example those of a user's folder.
    #[must_use]
    pub fn with(mut self, anchors: Vec<Anchor>) -> Self {
        self.certificates.extend(anchors.iter().map(|_| Parsed::default()));
        self.anchors.extend(anchors);
        self
    }

    /// Accepts a further hierarchy; every report then says so.
    #[must_use]
    pub fn accepting(mut self, hierarchy: Hierarchy) -> Self {
        self.accepted.insert(hierarchy);
        self
    }

    /// Whether a hierarchy counts in this run.
    pub fn accepts(&self, hierarchy: Hierarchy) -> bool {
        self.accepted.contains(&hierarchy)
    }

    /// Names what this store says: its anchors, in order, and the hierarchies that it accepts.
    pub fn revision(&self) -> Sha256Hash {
        let anchors = self.anchors.iter().map(|anchor| {
            let types = anchor.doc_types.join(" ");
            let Anchor { purpose, hierarchy, official, material, .. } = anchor;
            format!("{purpose:?} {hierarchy:?} {official} {} {types}\n", material.sha256())
        });
        let accepted = format!("{:?}", self.accepted);
        sha256(&[anchors.collect::<String>().as_bytes(), accepted.as_bytes()])
    }

    /// What was found out before.
    pub(super) fn memo(&self) -> &Memo {
        &self.memo
    }

    /// Whether an issuer's key made this signature. What held once is remembered: a batch meets few issuers.
    pub fn is_signed(&self, key: &CvCaKey, signed: &[u8], signature: &[u8]) -> bool {
        let verify = || key.key.verify_sha256(&[signed], signature).is_ok();
        self.memo.holds(&key.key.fingerprint(), signed, signature, verify)
    }

    /// Every anchor.
    pub fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// The CA keys of card-verifiable certificates with this id. There may be several: a user may have installed
    /// another key under an id that ships.
    pub fn cv_keys<'a>(&'a self, id: &'a KeyId) -> impl Iterator<Item = (&'a Anchor, &'a CvCaKey)> {
        self.anchors.iter().filter(|anchor| anchor.purpose == Purpose::MyNumberCard).filter_map(move |anchor| {
            match &anchor.material {
                Material::CvKey(key) if key.id == *id => Some((anchor, key)),
                _ => None,
            }
        })
    }

    /// The certificates of a purpose, those of accepted hierarchies first; what cannot be read is left out.
    pub fn certificates(&self, purpose: Purpose) -> impl Iterator<Item = (&Anchor, &Certificate)> {
        let of = move |accepted: bool| {
            let known = self.anchors.iter().zip(&self.certificates);
            known
                .filter(move |(anchor, _)| anchor.purpose == purpose && self.accepts(anchor.hierarchy) == accepted)
                .filter_map(|(anchor, parsed)| Some((anchor, parsed.certificate(anchor)?)))
        };
        of(true).chain(of(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::{facts::Facts, pins};

    #[test]
    fn ships_the_my_number_keys_and_accepts_production_alone() {
        let store = TrustStore::shipped().unwrap();
        let of = |hierarchy| store.anchors().iter().filter(|anchor| anchor.hierarchy == hierarchy).count();
        assert_eq!(of(Hierarchy::Production), 3 + 6);
        assert_eq!(of(Hierarchy::Test), 3 + 4);
        assert!(store.accepts(Hierarchy::Production) && store.accepts(Hierarchy::Installed));
        assert!(!store.accepts(Hierarchy::Test) && !store.accepts(Hierarchy::Simulated));
        assert_eq!(of(Hierarchy::Simulated), 12 + 4 + 2);
        for anchor in store.anchors() {
            match &anchor.material {
                Material::CvKey(key) => {
                    assert_eq!(key.id.hierarchy(), Some(anchor.hierarchy), "{anchor:?}");
                    assert_eq!(store.cv_keys(&key.id).count(), 1);
                }
                Material::Certificate(_) => {
                    let simulated = anchor.hierarchy == Hierarchy::Simulated;
                    let of_jpki = matches!(anchor.purpose, Purpose::JpkiAuthentication | Purpose::JpkiSignature);
                    assert!(simulated || of_jpki, "{anchor:?}");
                }
            }
        }
    }

    #[test]
    fn the_jpki_roots_are_the_published_ones_and_those_of_the_test_cards() {
        let store = TrustStore::shipped().unwrap();
        for purpose in [Purpose::JpkiAuthentication, Purpose::JpkiSignature] {
            let shipped: Vec<&Anchor> = store.anchors().iter().filter(|anchor| anchor.purpose == purpose).collect();
            let (production, others): (Vec<&Anchor>, Vec<&Anchor>) =
                shipped.into_iter().partition(|anchor| anchor.hierarchy == Hierarchy::Production);
            let pins: Vec<_> = pins::published(purpose).collect();
            assert_eq!(production.len(), pins.len());
            for (anchor, pin) in production.into_iter().zip(pins) {
                assert_eq!((anchor.material.sha256().as_str(), anchor.name.as_str()), (pin.sha256, pin.name));
                assert!(anchor.official);
                let Material::Certificate(der) = &anchor.material else { panic!("{anchor:?}") };
                let facts = Facts::of(der).unwrap();
                let (from, to) = facts.validity;
                assert_eq!([from, to].map(|time| time.to_string()[..10].to_owned()), pin.valid);
                assert_eq!(
                    (facts.key.to_string(), facts.organization.as_deref()),
                    ("RSA-2048".to_owned(), Some("JPKI"))
                );
            }
            let (test, simulated): (Vec<&Anchor>, Vec<&Anchor>) =
                others.into_iter().partition(|anchor| anchor.hierarchy == Hierarchy::Test);
            assert_eq!((test.len(), simulated.len()), (2, 1));
            for anchor in test {
                assert_eq!((anchor.hierarchy, anchor.official), (Hierarchy::Test, false));
                let Material::Certificate(der) = &anchor.material else { panic!("{anchor:?}") };
                assert_eq!(Facts::of(der).unwrap().organization.as_deref(), Some("JPKI-TEST"));
            }
        }
    }

    /// A judgement that is kept for later counts only under the store that it was made with.
    #[test]
    fn a_revision_names_all_that_decides() {
        let shipped = || TrustStore::shipped().unwrap();
        let one = shipped().anchors()[0].clone();
        let with = |change: fn(&mut Anchor)| {
            let mut anchor = one.clone();
            change(&mut anchor);
            shipped().with(vec![anchor]).revision()
        };
        assert_eq!(shipped().revision(), shipped().revision());
        let all = [
            shipped().revision(),
            shipped().accepting(Hierarchy::Simulated).revision(),
            shipped().accepting(Hierarchy::Test).revision(),
            with(|_| {}),
            with(|anchor| anchor.purpose = Purpose::Passport),
            with(|anchor| anchor.hierarchy = Hierarchy::Installed),
            with(|anchor| anchor.official = !anchor.official),
            with(|anchor| anchor.doc_types = vec!["org.iso.18013.5.1.mDL".to_owned()]),
            with(|anchor| anchor.material = Material::Certificate(vec![0])),
        ];
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn certificates_of_accepted_hierarchies_come_first() {
        let store = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
        let of = |store: &TrustStore| {
            let known = store.certificates(Purpose::JpkiSignature).map(|(anchor, _)| anchor.hierarchy);
            known.collect::<Vec<_>>()
        };
        let (first, last) = ([Hierarchy::Production; 3], [Hierarchy::Test; 2]);
        assert_eq!(of(&store), [&first[..], &[Hierarchy::Simulated], &last].concat());
        assert!(store.certificates(Purpose::JpkiSignature).all(|(anchor, _)| anchor.purpose == Purpose::JpkiSignature));
    }

    #[cfg(feature = "simulator")]
    #[test]
    fn an_issuers_signature_is_found_good_again_and_no_other_is() {
        use crate::simulator::keys;
        let store = TrustStore::shipped().unwrap();
        let key = |name| CvCaKey { id: KeyId([0; 16]), key: keys::signer(name).unwrap().public_key().unwrap() };
        let signature = keys::signer("impostor").unwrap().sign_sha256(&[b"signed"]).unwrap();
        for _ in 0..2 {
            assert!(store.is_signed(&key("impostor"), b"signed", &signature));
            assert!(!store.is_signed(&key("impostor"), b"another", &signature));
            assert!(!store.is_signed(&key("licence-ca"), b"signed", &signature));
        }
        assert!(std::ptr::eq(store.memo(), store.memo()), "what was found out is found again");
    }
}
