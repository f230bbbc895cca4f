//! The committed keys of the simulated hierarchy, by name, parsed when first used.
//!
//! **Their private halves are public** (`pool/keys/README.md`): they prove nothing about any card.

use std::sync::OnceLock;

use crate::crypto::{EcSigner, Iso9796Signer, Signer};

macro_rules! pool {
    ($pool:ident, $parsed:ident, $signer:ty, [$($name:literal),* $(,)?]) => {
        const $pool: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("pool/keys/", $name, ".der")))),*];
        static $parsed: [OnceLock<Option<$signer>>; $pool.len()] = [const { OnceLock::new() }; $pool.len()];
    };
}

pool! { POOL, PARSED, Signer, [
    "csca-1", "document-signer-1", "passport-chip", "impostor", "licence-ca", "licence-signer", "menkyo-signer", "zairyu-ca", "zairyu-ca-old", "zairyu-signer",
    "jpki-auth-ca", "jpki-auth-0", "jpki-auth-1", "jpki-auth-2", "jpki-auth-3",
    "jpki-sign-ca", "jpki-sign-0", "jpki-sign-1", "jpki-sign-2", "jpki-sign-3",
    "my-number-ca-face", "my-number-ca-text", "my-number-municipality-face", "my-number-municipality-text", "my-number-session",
    "my-number-card-face-0", "my-number-card-face-1", "my-number-card-face-2", "my-number-card-face-3",
    "my-number-card-face-4", "my-number-card-face-5", "my-number-card-face-6", "my-number-card-face-7",
    "my-number-card-text-0", "my-number-card-text-1", "my-number-card-text-2", "my-number-card-text-3",
    "my-number-card-text-4", "my-number-card-text-5", "my-number-card-text-6", "my-number-card-text-7",
] }

pool! { EC_POOL, EC_PARSED, EcSigner, ["impostor2", "zairyu-ca2", "zairyu-ca2-old", "zairyu-signer2"] }

/// The pool has no usable key of this name. A test keeps the pool whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the simulator's pool has no such key")]
pub struct NoSuchKey;

/// A key of the pool by its file name without `.der`, for example `my-number-ca-face`.
pub fn signer(name: &str) -> Result<&'static Signer, NoSuchKey> {
    let at = POOL.iter().position(|(known, _)| *known == name).ok_or(NoSuchKey)?;
    let (slot, (_, der)) = PARSED.get(at).zip(POOL.get(at)).ok_or(NoSuchKey)?;
    slot.get_or_init(|| Signer::from_pkcs1_der(der).ok()).as_ref().ok_or(NoSuchKey)
}

/// The same key as one that signs with recovery of the message, as the chips of passports do.
pub fn recovering(name: &str) -> Result<Iso9796Signer, NoSuchKey> {
    let (_, der) = POOL.iter().find(|(known, _)| *known == name).ok_or(NoSuchKey)?;
    Iso9796Signer::from_pkcs1_der(der).map_err(|_| NoSuchKey)
}

/// A P-384 key of the pool by its file name without `.der`, for example `zairyu-ca2`.
pub fn ec_signer(name: &str) -> Result<&'static EcSigner, NoSuchKey> {
    let at = EC_POOL.iter().position(|(known, _)| *known == name).ok_or(NoSuchKey)?;
    let (slot, (_, der)) = EC_PARSED.get(at).zip(EC_POOL.get(at)).ok_or(NoSuchKey)?;
    slot.get_or_init(|| EcSigner::from_sec1_der(der).ok()).as_ref().ok_or(NoSuchKey)
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
        for (name, _) in EC_POOL {
            assert_eq!(ec_signer(name).unwrap().public_key().point().len(), 97, "{name}");
        }
        assert_eq!(signer("my-number-ca-real").unwrap_err(), NoSuchKey);
        assert_eq!(ec_signer("zairyu-ca").unwrap_err(), NoSuchKey, "an RSA key");
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
