//! What a process that lives on knows of the cards it met: issuers' certificates, which many cards share.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use zeroize::Zeroizing;

use crate::{
    crypto::{Sha256Hash, sha256},
    dump::Dump,
    trust::TrustStore,
};

use super::{Findings, registry};

/// The most certificates that are remembered; a new one takes the place of the one that was not used for longest.
pub(super) const MOST: usize = 256;

/// Issuers' certificates that passed their check, in memory alone. A card that shows a slice of one need not give the rest;
/// what it would have given is in the dump, marked as remembered. Nothing is taken for checked because of it: certificate,
/// dates and acceptance are judged each time, and no key but the chip's own answers the challenge.
///
/// It holds for the trust store that it was made for. Wiped when it is dropped. A reading that remembers cannot be played back
/// from a recording.
pub struct Remembered {
    revision: Sha256Hash,
    known: Mutex<VecDeque<Known>>,
}

struct Known {
    file: &'static str,
    bytes: Zeroizing<Vec<u8>>,
}

impl Remembered {
    /// Nothing yet. What is learnt counts as this store says.
    pub fn new(trust: &TrustStore) -> Self {
        Self { revision: trust.revision(), known: Mutex::default() }
    }

    /// Remembers the certificates of a card that passed their checks. With another store than it was made for, nothing.
    pub fn learn(&self, dump: &Dump, findings: &Findings, trust: &TrustStore) {
        let Some((card, _)) = registry::find(dump.kind).filter(|_| trust.revision() == self.revision) else { return };
        for (file, bytes) in card.certificates(dump, findings) {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|known| known.file != file || *known.bytes != bytes);
            known.truncate(MOST.saturating_sub(1));
            known.push_front(Known { file, bytes: Zeroizing::new(bytes.to_vec()) });
        }
    }

    /// Whether any certificate of a file is known: else there is nothing to compare with.
    pub(crate) fn knows(&self, file: &str) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|known| known.file == file)
    }

    /// The certificate that holds these bytes there. If there are several, none.
    pub(crate) fn find(&self, file: &str, range: Range<usize>, slice: &[u8]) -> Option<Vec<u8>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fitting =
            known.iter().filter(|known| known.file == file && known.bytes.get(range.clone()) == Some(slice));
        let one = fitting.next()?;
        fitting.next().is_none().then(|| one.bytes.to_vec())
    }
}

impl std::fmt::Debug for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Remembered({} certificates, {})", known.len(), hex::encode(sha256(&[&self.revision])))
    }
}

#[cfg(test)]
impl Remembered {
    /// As if these had been learnt, the last one first.
    pub(super) fn of(trust: &TrustStore, known: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Self {
        let known = known.into_iter().map(|(file, bytes)| Known { file, bytes: Zeroizing::new(bytes) });
        Self { known: Mutex::new(known.collect()), ..Self::new(trust) }
    }

    /// What is known, the last one first.
    pub(super) fn known(&self) -> Vec<(&'static str, Vec<u8>)> {
        self.known.lock().unwrap().iter().map(|known| (known.file, known.bytes.to_vec())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_names_one_certificate_of_its_file_or_none() {
        let of = |known: &[(&'static str, &[u8])]| {
            let known = known.iter().map(|(file, bytes)| (*file, bytes.to_vec()));
            Remembered::of(&TrustStore::shipped().unwrap(), known)
        };
        let known = of(&[("a/0001", &[1, 2, 3, 4]), ("a/0001", &[9, 8, 7, 6]), ("b/0001", &[1, 2, 3])]);
        assert!(known.knows("a/0001") && !known.knows("c/0001"));
        assert_eq!(known.find("a/0001", 1..3, &[2, 3]), Some(vec![1, 2, 3, 4]));
        assert_eq!(known.find("b/0001", 1..3, &[2, 3]), Some(vec![1, 2, 3]));
        for slice in [&[2, 4][..], &[2], &[2, 3, 4], &[]] {
            assert_eq!(known.find("a/0001", 1..3, slice), None);
        }
        assert_eq!(known.find("b/0001", 1..4, &[2, 3]), None, "it is shorter than the slice");
        let both = of(&[("a/0001", &[1, 2, 3, 4]), ("a/0001", &[0, 2, 3, 4])]);
        assert_eq!(both.find("a/0001", 1..3, &[2, 3]), None, "two of them fit");
        assert!(!format!("{both:?}").contains("1, 2"));
    }
}
