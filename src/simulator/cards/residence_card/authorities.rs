//! The simulated authorities over the signers of residence cards.

use crate::simulator::certificate::{CertificateOrder, PoolKey, last_second, midnight};

/// Common name of the authorities of the first generation.
pub const CA: &str = "taimen simulated ZairyuCard CA";
/// Common name of the authorities of the second generation.
pub const CA2: &str = "taimen simulated ZairyuCard CA2";

/// The self-signed authorities by the names of their files under `certs/simulated/taimen`, without `.der`. Those of one
/// generation share a name, as the real ones do (spec residence 5.3); the old ones have expired.
///
/// Serial, validity and profile are those of the real ones: sha256WithRSAEncryption, or ecdsa-with-SHA256 with NULL
/// parameters; keyCertSign and cRLSign; an authority with path length 0.
pub fn authorities() -> [(&'static str, CertificateOrder); 4] {
    let (first, last, old) = (midnight(2020, 1, 1), last_second(2099, 12, 31), last_second(2023, 12, 31));
    [
        ("zairyu-ca", CertificateOrder::authority(PoolKey::Rsa("zairyu-ca"), CA, 0x4B, first, last)),
        ("zairyu-ca-old", CertificateOrder::authority(PoolKey::Rsa("zairyu-ca-old"), CA, 0x2A, first, old)),
        ("zairyu-ca2", CertificateOrder::authority(PoolKey::Ec("zairyu-ca2"), CA2, 0x01, first, last)),
        ("zairyu-ca2-old", CertificateOrder::authority(PoolKey::Ec("zairyu-ca2-old"), CA2, 0x01, first, old)),
    ]
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;
    use crate::{
        crypto::{EcPublicKey, EcdsaForm},
        simulator::{certificate::assert_committed, keys},
    };

    #[test]
    fn the_committed_authorities_come_out_byte_for_byte() {
        assert_committed(authorities(), CertificateOrder::build);
    }

    #[test]
    fn another_reader_finds_the_profile_of_the_real_ones() {
        for (name, order) in authorities() {
            let der = order.build().unwrap();
            let (rest, certificate) = X509Certificate::from_der(&der).unwrap();
            assert!(rest.is_empty());
            assert_eq!(certificate.subject().as_raw(), certificate.issuer().as_raw(), "{name}");
            assert!(certificate.subject().to_string().contains("SIMULATED, NOT A REAL ISSUER"));
            let constraints = certificate.basic_constraints().unwrap().unwrap();
            assert!(constraints.critical && constraints.value.ca);
            assert_eq!(constraints.value.path_len_constraint, Some(0));
            let usage = certificate.key_usage().unwrap().unwrap();
            assert!(usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign());
            assert!(!usage.value.digital_signature());
            let null = certificate.signature_algorithm.parameters.is_some();
            assert!(null, "both kinds write NULL parameters");
            let signed = certificate.tbs_certificate.as_ref();
            let signature = certificate.signature_value.as_ref();
            match order.key {
                PoolKey::Rsa(key) => {
                    let key = keys::signer(key).unwrap().public_key().unwrap();
                    assert_eq!(certificate.signature_algorithm.algorithm.to_id_string(), "1.2.840.113549.1.1.11");
                    key.verify_sha256(&[signed], signature).unwrap();
                }
                PoolKey::Ec(key) => {
                    let key = keys::ec_signer(key).unwrap().public_key();
                    assert_eq!(certificate.signature_algorithm.algorithm.to_id_string(), "1.2.840.10045.4.3.2");
                    assert_eq!(
                        EcPublicKey::from_point(&certificate.public_key().subject_public_key.data),
                        Some(key.clone())
                    );
                    key.verify_sha256(&[signed], signature, EcdsaForm::Der).unwrap();
                }
            }
        }
    }
}
