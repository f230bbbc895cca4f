//! The only door to cryptography: hashes, RSA and ECDSA verification, the ciphers of secure messaging, and the signers of
//! the simulated hierarchy, the key that seals a dump, and what seals rows of the confirmation record. The standard signatures
//! have two back ends (`standard`); every other curve, and agreement on keys, is `curve`; what is written in CBOR is `cose`.

mod block;
#[doc(hidden)]
pub mod cose;
mod curve;
pub(crate) mod der;
mod ecdsa;
mod group;
mod hash;
mod iso9796;
mod modp;
mod reader_key;
mod row;
mod rsa;
mod rsa_any;
mod seal;
mod signature;
mod signer;
mod signer_any;
mod standard;

pub use self::ecdsa::{EcPublicKey, EcSigner};
pub use self::rsa::{KeyError, PublicKey, Recovered, SignatureError};
#[doc(hidden)]
pub use block::{CardCipher, CipherKey, KeyedCipher, MAC_LENGTH, NotWholeBlocks, same_code, sha1_key};
#[doc(hidden)]
pub use curve::{CurveError, CurveKey, CurveSigner, NamedCurve, Point, Scalar};
#[doc(hidden)]
pub use group::{Element, Exponent, Group, GroupError};
#[doc(hidden)]
pub use hash::Hash;
#[doc(hidden)]
pub use iso9796::{Iso9796Signer, Trailer, verify_iso9796};
#[doc(hidden)]
pub use modp::{DhGroup, DhKeyError};
#[doc(hidden)]
pub use reader_key::{NotAReaderKey, ReaderKey};
#[doc(hidden)]
pub use row::{NotSealed, ROW_KEY, ROW_NONCE, ROW_TAG, RowKey, derived};
#[doc(hidden)]
pub use rsa_any::RsaKey;
pub use seal::{NotASealKey, SEAL_PUBLIC_KEY, SEAL_SEED, SEAL_SIGNATURE, SealKey, SealPublicKey};
#[doc(hidden)]
pub use signature::{SignatureAlgorithm, VerifyKey, Weakness};
pub use signer::{Signer, SignerError};
pub use standard::EcdsaForm;
#[doc(hidden)]
pub use standard::{Curve, RsaNumbers, verify_ecdsa, verify_rsa_pkcs1};

use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Sha256Hash = [u8; 32];

/// SHA-256 over the parts in order.
pub fn sha256(parts: &[&[u8]]) -> Sha256Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The DER bytes before a SHA-256 value in a DigestInfo.
const SHA256_DIGEST_INFO: [u8; 19] = hash::sha2_digest_info(1, 32);

/// The same for the My Number face signature, which names SHA-256 but carries three hashes, 96 bytes
/// (spec my-number 5.3, V).
const TRIPLE_SHA256_DIGEST_INFO: [u8; 19] = hash::sha2_digest_info(1, 96);

/// The DigestInfo of a SHA-256 value, 51 bytes: what a card is asked to sign.
pub fn sha256_digest_info(hash: &Sha256Hash) -> Vec<u8> {
    [&SHA256_DIGEST_INFO[..], hash].concat()
}

/// The DigestInfo of the My Number face signature over its three group hashes, 115 bytes.
pub fn triple_sha256_digest_info(groups: &[Sha256Hash; 3]) -> Vec<u8> {
    let [first, second, third] = groups;
    [&TRIPLE_SHA256_DIGEST_INFO[..], first, second, third].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_info_matches_the_worked_value() {
        let challenge: Vec<u8> = (0..16).collect();
        let info = sha256_digest_info(&sha256(&[&challenge]));
        assert_eq!(
            hex::encode_upper(info),
            "3031300D060960864801650304020105000420BE45CB2605BF36BEBDE684841A28F0FD43C69850A3DCE5FEDBA69928EE3A8991"
        );
    }
}
