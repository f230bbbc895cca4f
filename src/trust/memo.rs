//! What was found out about issuers before: a batch meets the same few certificates on thousands of cards.
//!
//! Only what holds is remembered, by a hash over all that decides it, so that a check says the same with and without.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::crypto::{Sha256Hash, sha256};

/// The most signatures that are remembered: far above the certificates of any issuer; a flood of others gains nothing.
const MOST: usize = 4_096;

/// Signatures that hold. Clones share what is known.
#[derive(Clone, Default)]
pub(super) struct Memo {
    held: Arc<Mutex<HashSet<Sha256Hash>>>,
}

impl Memo {
    /// Whether a signature holds: remembered, or verified now.
    pub(super) fn holds(&self, key: &[u8], signed: &[u8], signature: &[u8], verify: impl FnOnce() -> bool) -> bool {
        let length = |part: &[u8]| part.len().to_be_bytes();
        let entry = sha256(&[&length(key), key, &length(signed), signed, &length(signature), signature]);
        if self.held.lock().unwrap_or_else(PoisonError::into_inner).contains(&entry) {
            return true;
        }
        let holds = verify();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if holds && held.len() < MOST {
            held.insert(entry);
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_is_remembered_and_only_what_holds() {
        let memo = Memo::default();
        assert!(!memo.holds(b"key", b"signed", b"signature", || false));
        assert!(memo.holds(b"key", b"signed", b"signature", || true), "a failure is not remembered");
        assert!(memo.holds(b"key", b"signed", b"signature", || panic!("it is known")));
        for (key, signed, signature) in [
            (&b"kex"[..], &b"signed"[..], &b"signature"[..]),
            (b"key", b"signee", b"signature"),
            (b"key", b"signed", b"signaturf"),
            (b"keys", b"igned", b"signature"),
            (b"key", b"signeds", b"ignature"),
        ] {
            assert!(!memo.holds(key, signed, signature, || false));
        }
        let shared = memo.clone();
        assert!(shared.holds(b"key", b"signed", b"signature", || panic!("clones share it")));
        assert!(!Memo::default().holds(b"key", b"signed", b"signature", || false));
    }

    #[test]
    fn a_flood_is_verified_each_time_and_takes_no_more_room() {
        let memo = Memo::default();
        for number in 0..MOST + 10 {
            assert!(memo.holds(b"key", &number.to_be_bytes(), b"", || true));
        }
        assert_eq!(memo.held.lock().unwrap().len(), MOST);
        let mut verified = false;
        assert!(memo.holds(b"key", &(MOST + 5).to_be_bytes(), b"", || {
            verified = true;
            true
        }));
        assert!(verified);
    }
}
