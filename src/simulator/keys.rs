//! The committed keys of the simulated hierarchy, by name, parsed when first used.
//!
//! **Their private halves are public** (`pool/keys/README.md`): they prove nothing about any card.

use std::sync::OnceLock;

use crate::crypto::Signer;

macro_rules! pool {
    ($($name:literal),* $(,)?) => {
        const POOL: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("pool/keys/", $name, ".der")))),*];
        static PARSED: [OnceLock<Option<Signer>>; POOL.len()] = [const { OnceLock::new() }; POOL.len()];
    };
}

pool![
    "impostor",
    "licence-ca",
    "licence-signer",
    "menkyo-signer",
    "my-number-ca-face",
    "my-number-ca-text",
    "my-number-municipality-face",
    "my-number-municipality-text",
    "my-number-session",
    "my-number-card-face-0",
    "my-number-card-face-1",
    "my-number-card-face-2",
    "my-number-card-face-3",
    "my-number-card-face-4",
    "my-number-card-face-5",
    "my-number-card-face-6",
    "my-number-card-face-7",
    "my-number-card-text-0",
    "my-number-card-text-1",
    "my-number-card-text-2",
    "my-number-card-text-3",
    "my-number-card-text-4",
    "my-number-card-text-5",
    "my-number-card-text-6",
    "my-number-card-text-7",
];

/// The pool has no usable key of this name. A test keeps the pool whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the simulator's pool has no such key")]
pub struct NoSuchKey;

/// A key of the pool by its file name without `.der`, for example `my-number-ca-face`.
///
/// # Errors
/// [`NoSuchKey`].
pub fn signer(name: &str) -> Result<&'static Signer, NoSuchKey> {
    let at = POOL.iter().position(|(known, _)| *known == name).ok_or(NoSuchKey)?;
    let (slot, (_, der)) = PARSED.get(at).zip(POOL.get(at)).ok_or(NoSuchKey)?;
    slot.get_or_init(|| Signer::from_pkcs1_der(der).ok()).as_ref().ok_or(NoSuchKey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::{Hierarchy, Material, TrustStore};

    #[test]
    fn every_key_parses_and_no_other_name_does() {
        for (name, _) in POOL {
            assert!(signer(name).unwrap().public_key().is_ok(), "{name}");
        }
        assert_eq!(signer("my-number-ca-real").unwrap_err(), NoSuchKey);
    }

    #[test]
    fn the_pool_is_the_simulated_hierarchy_and_no_other() {
        let store = TrustStore::shipped().unwrap();
        for (name, _) in POOL {
            let key = signer(name).unwrap().public_key().unwrap();
            for anchor in store.anchors() {
                let Material::CvKey(ca) = &anchor.material else { continue };
                if ca.key == key {
                    assert_eq!(anchor.hierarchy, Hierarchy::Simulated, "{name}");
                    assert!(name.starts_with("my-number-ca-"), "{name}");
                }
            }
        }
    }
}
