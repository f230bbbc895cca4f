//! ECDSA over P-384 with SHA-256 (FIPS 186-5 6): second-generation residence cards, and the signer of simulated ones.

use p384::ecdsa::{Signature, SigningKey, VerifyingKey, signature::hazmat::PrehashSigner};

use super::{
    EcdsaForm, Hash, Sha256Hash, SignatureError, SignerError, sha256,
    standard::{self, Curve},
};

/// A P-384 public key.
#[derive(Clone, PartialEq, Eq)]
pub struct EcPublicKey(VerifyingKey);

impl std::fmt::Debug for EcPublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EcPublicKey(SHA-256 {})", hex::encode(self.fingerprint()))
    }
}

impl EcPublicKey {
    /// A key from a point as it is in a certificate (SEC 1 2.3.3, uncompressed or compressed).
    pub fn from_point(point: &[u8]) -> Option<Self> {
        VerifyingKey::from_sec1_bytes(point).ok().map(Self)
    }

    /// The point, uncompressed, 97 bytes.
    pub fn point(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    /// SHA-256 of the uncompressed point.
    pub fn fingerprint(&self) -> Sha256Hash {
        sha256(&[&self.point()])
    }

    /// Verifies a signature over the SHA-256 of the parts in order, written in exactly this form.
    ///
    /// # Errors
    /// [`SignatureError`] when it does not fit, is not of this form, or r or s is zero or not below the order.
    pub fn verify_sha256(&self, parts: &[&[u8]], signature: &[u8], form: EcdsaForm) -> Result<(), SignatureError> {
        let fits = standard::verify_ecdsa(Curve::P384, &self.point(), Hash::Sha256, &sha256(parts), signature, form);
        if fits { Ok(()) } else { Err(SignatureError) }
    }
}

/// A P-384 private key of the simulated hierarchy.
#[derive(Clone)]
pub struct EcSigner(SigningKey);

impl std::fmt::Debug for EcSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EcSigner(..)")
    }
}

impl EcSigner {
    /// Reads an ECPrivateKey (RFC 5915) in DER.
    ///
    /// # Errors
    /// [`SignerError::Key`] when it is not one of P-384.
    pub fn from_sec1_der(der: &[u8]) -> Result<Self, SignerError> {
        p384::SecretKey::from_sec1_der(der).map(|key| Self(key.into())).map_err(|_| SignerError::Key)
    }

    /// The public half.
    pub fn public_key(&self) -> EcPublicKey {
        EcPublicKey(*self.0.verifying_key())
    }

    /// A signature over the SHA-256 of the parts in order, the same for the same input (RFC 6979).
    ///
    /// # Errors
    /// [`SignerError::Input`]; never in practice.
    pub fn sign_sha256(&self, parts: &[&[u8]], form: EcdsaForm) -> Result<Vec<u8>, SignerError> {
        let signature: Signature = self.0.sign_prehash(&sha256(parts)).map_err(|_| SignerError::Input)?;
        Ok(match form {
            EcdsaForm::Fixed => signature.to_bytes().to_vec(),
            EcdsaForm::Der => signature.to_der().as_bytes().to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6979 A.2.6: P-384, SHA-256, message "sample".
    const POINT: &str = "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451548\
                         0bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25\
                         33264720";
    const R: &str = "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd";
    const S: &str = "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0";

    #[test]
    fn verifies_the_published_signature_in_the_form_asked_for_alone() {
        let key = EcPublicKey::from_point(&hex::decode(POINT).unwrap()).unwrap();
        let fixed = hex::decode(format!("{R}{S}")).unwrap();
        let der = Signature::from_slice(&fixed).unwrap().to_der().as_bytes().to_vec();
        assert_eq!(key.verify_sha256(&[b"sam", b"ple"], &fixed, EcdsaForm::Fixed), Ok(()));
        assert_eq!(key.verify_sha256(&[b"sample"], &der, EcdsaForm::Der), Ok(()));
        assert_eq!(key.verify_sha256(&[b"sample"], &fixed, EcdsaForm::Der), Err(SignatureError));
        assert_eq!(key.verify_sha256(&[b"sample"], &der, EcdsaForm::Fixed), Err(SignatureError));
        assert_eq!(key.verify_sha256(&[b"simple"], &fixed, EcdsaForm::Fixed), Err(SignatureError));
    }

    #[test]
    fn zero_and_numbers_from_the_order_on_are_no_signature() {
        let key = EcPublicKey::from_point(&hex::decode(POINT).unwrap()).unwrap();
        let order = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
        let zero = "00".repeat(48);
        for (r, s) in [(&zero[..], S), (R, &zero), (&zero, &zero), (order, S), (R, order), (&"ff".repeat(48), S)] {
            let signature = hex::decode(format!("{r}{s}")).unwrap();
            assert_eq!(key.verify_sha256(&[b"sample"], &signature, EcdsaForm::Fixed), Err(SignatureError));
        }
        for length in [0, 95, 97] {
            assert_eq!(key.verify_sha256(&[b"sample"], &vec![1; length], EcdsaForm::Fixed), Err(SignatureError));
        }
        assert!(EcPublicKey::from_point(&[4; 97]).is_none());
        assert!(EcPublicKey::from_point(&[]).is_none());
    }
}
