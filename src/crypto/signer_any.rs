//! RSA signatures of simulated issuers with any hash and padding.

use crypto_bigint::modular::BoxedMontyForm;
use rsa::{
    BoxedUint, Pkcs1v15Sign,
    traits::{PrivateKeyParts, PublicKeyParts},
};

use super::{Hash, RsaKey, SignatureAlgorithm, Signer, SignerError, rsa_any::mgf1};

impl Signer {
    /// The public half, of any size.
    ///
    /// # Errors
    /// [`SignerError::Key`] outside of the limits of [`RsaKey`].
    pub fn rsa_key(&self) -> Result<RsaKey, SignerError> {
        RsaKey::new(&self.0.n_bytes(), &self.0.e_bytes()).ok_or(SignerError::Key)
    }

    /// A signature over the parts in order, the same for the same input: the salt of PSS is a hash of what is signed.
    ///
    /// # Errors
    /// [`SignerError::Input`] if the key is too short for the algorithm, or is of another kind.
    pub fn sign_with(&self, algorithm: SignatureAlgorithm, parts: &[&[u8]]) -> Result<Vec<u8>, SignerError> {
        let value = algorithm.hash().of(parts);
        match algorithm {
            SignatureAlgorithm::RsaPkcs1(hash) => {
                let scheme = Pkcs1v15Sign { hash_len: Some(hash.length()), prefix: hash.digest_info().into() };
                self.0.sign(scheme, &value).map_err(|_| SignerError::Input)
            }
            SignatureAlgorithm::RsaPss { hash, mask, salt } => {
                let salt = mgf1(Hash::Sha512, &value, salt);
                self.sign_pss(hash, mask, &salt, &value).ok_or(SignerError::Input)
            }
            SignatureAlgorithm::Ecdsa(_) => Err(SignerError::Input),
        }
    }

    /// EMSA-PSS (RFC 8017 9.1.1) and the private operation, without any protection: the key is public.
    fn sign_pss(&self, hash: Hash, mask: Hash, salt: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let modulus = self.0.n();
        let size = self.0.size();
        let bits = usize::try_from(modulus.bit_width_vartime()).ok()?.checked_sub(1)?;
        let length = bits.div_ceil(8);
        let data = length.checked_sub(hash.length())?.checked_sub(1)?;
        let seed = hash.of(&[&[0; 8], value, salt]);
        let mut block = vec![0; data.checked_sub(salt.len())?.checked_sub(1)?];
        block.push(1);
        block.extend_from_slice(salt);
        for (byte, mask) in block.iter_mut().zip(mgf1(mask, &seed, data)) {
            *byte ^= mask;
        }
        let unused = u32::try_from(length.checked_mul(8)?.checked_sub(bits)?).ok()?;
        *block.first_mut()? &= 0xFF_u8.checked_shr(unused)?;
        block.extend(seed);
        block.push(0xBC);
        let number = BoxedUint::from_be_slice(&block, modulus.bits_precision()).ok()?;
        let signed =
            BoxedMontyForm::new(number, self.0.n_params()).pow(self.0.d()).retrieve().to_be_bytes_trimmed_vartime();
        let mut signature = vec![0; size.checked_sub(signed.len())?];
        signature.extend_from_slice(&signed);
        Some(signature)
    }
}
