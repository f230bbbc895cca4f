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
const MOST: usize = 256;

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

#[cfg(all(test, feature = "simulator"))]
mod tests {
    use super::*;
    use crate::{
        cards::{self, Credentials, Request},
        iso7816::PinGate,
        simulator::{Recipe, SeededNonces},
        trust::Hierarchy,
        verify::{Basis, Overall},
    };

    const FILE: &str = "face/0004";

    fn remembered(known: &[(&'static str, Vec<u8>)]) -> Remembered {
        let remembered = Remembered::new(&TrustStore::shipped().unwrap());
        for (file, bytes) in known.iter().rev() {
            remembered.known.lock().unwrap().push_front(Known { file, bytes: Zeroizing::new(bytes.clone()) });
        }
        remembered
    }

    fn read(remembered: Option<Remembered>) -> (Dump, Overall) {
        let mut card = "my-number".parse::<Recipe>().unwrap().card().unwrap();
        let time = "2026-11-22T03:00:00Z".parse().unwrap();
        let (known, gate, nonces) = (Credentials::from(&card), &mut PinGate::new(false), &mut SeededNonces::new(1));
        let mut request = Request::new("test", time);
        request.remembered = remembered.map(Into::into);
        let dump = cards::read(&mut card, &request, known, gate, nonces, &mut |_| {}).unwrap();
        let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
        let overall = cards::check(&dump, &trust, Basis::Live(time)).unwrap().overall();
        (dump, overall)
    }

    #[test]
    fn a_slice_names_one_certificate_of_its_file_or_none() {
        let known =
            remembered(&[("a/0001", vec![1, 2, 3, 4]), ("a/0001", vec![9, 8, 7, 6]), ("b/0001", vec![1, 2, 3])]);
        assert!(known.knows("a/0001") && !known.knows("c/0001"));
        assert_eq!(known.find("a/0001", 1..3, &[2, 3]), Some(vec![1, 2, 3, 4]));
        assert_eq!(known.find("b/0001", 1..3, &[2, 3]), Some(vec![1, 2, 3]));
        for slice in [&[2, 4][..], &[2], &[2, 3, 4], &[]] {
            assert_eq!(known.find("a/0001", 1..3, slice), None);
        }
        assert_eq!(known.find("b/0001", 1..4, &[2, 3]), None, "it is shorter than the slice");
        let both = remembered(&[("a/0001", vec![1, 2, 3, 4]), ("a/0001", vec![0, 2, 3, 4])]);
        assert_eq!(both.find("a/0001", 1..3, &[2, 3]), None, "two of them fit");
        assert!(!format!("{both:?}").contains("1, 2"));
    }

    /// The card's own data show that another key signed them.
    #[test]
    fn a_certificate_of_another_key_is_noticed_and_the_cards_own_read() {
        let (plain, overall) = read(None);
        assert_eq!((overall, plain.is_remembered(FILE)), (Overall::Authentic, false));
        let right = plain.file(FILE).unwrap().to_vec();
        let (dump, overall) = read(Some(remembered(&[(FILE, right.clone())])));
        assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Authentic, true));
        assert_eq!((dump.file(FILE), dump.link.exchanges), (Some(&*right), plain.link.exchanges));
        for (at, offset) in [("the key", 60), ("the key's end", 300)] {
            let mut wrong = right.clone();
            wrong[offset] ^= 1;
            let (dump, overall) = read(Some(remembered(&[(FILE, wrong)])));
            assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Authentic, false), "{at}: it was read again");
            assert_eq!(dump.file(FILE), Some(&*right), "{at}");
        }
        // Its signature covers the rest, and that is verified each time.
        let mut unsigned = right.clone();
        *unsigned.last_mut().unwrap() ^= 1;
        let (dump, overall) = read(Some(remembered(&[(FILE, unsigned)])));
        assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Rejected, true));
        // None that has another slice is taken.
        let mut other = right;
        other[30] ^= 1;
        let (dump, overall) = read(Some(remembered(&[(FILE, other)])));
        assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Authentic, false));
    }

    #[test]
    fn only_so_many_are_kept_and_the_one_that_was_met_last_longest() {
        let (dump, _) = read(None);
        let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
        let findings = cards::check(&dump, &trust, Basis::Live(dump.read_at)).unwrap();
        let many: Vec<_> = (0..MOST).map(|number| ("a/0001", number.to_be_bytes().to_vec())).collect();
        let full = Remembered { revision: trust.revision(), ..remembered(&many) };
        full.learn(&dump, &findings, &trust);
        full.learn(&dump, &findings, &trust);
        let known = full.known.lock().unwrap();
        assert_eq!(known.len(), MOST);
        let files: Vec<&str> = known.iter().take(3).map(|known| known.file).collect();
        assert_eq!(files, ["text/0004", FILE, "a/0001"]);
        assert_eq!(*known[2].bytes, many[0].1);
        drop(known);
        // Another trust store: nothing is learnt.
        let other = Remembered::new(&TrustStore::shipped().unwrap());
        other.learn(&dump, &findings, &trust);
        assert!(!other.knows(FILE));
    }
}
