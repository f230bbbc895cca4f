//! PACE, the chip's side (ICAO Doc 9303-11 4.4).

use zeroize::Zeroizing;

use crate::crypto::{Exponent, Group, KeyedCipher, Scalar, same_code};

use super::{
    AccessError, Mapping, PaceInfo, Password, SessionKeys, dynamic_value,
    pace::{answer, generic, integrated, proof_vector, public, tag, token},
    suite::pad,
};

enum Stage {
    Nonce,
    Map,
    Agree(crate::crypto::Element),
    Confirm { keys: SessionKeys, own: Vec<u8>, theirs: Vec<u8> },
    Over,
}

/// What a GENERAL AUTHENTICATE brings.
#[derive(Debug)]
pub struct PaceAnswer {
    /// The answer's data.
    pub data: Vec<u8>,
    /// The session after the last step.
    pub session: Option<SessionKeys>,
}

/// A run of the chip.
pub struct PaceChip {
    info: PaceInfo,
    group: Group,
    nonce_key: KeyedCipher,
    nonce: Zeroizing<Vec<u8>>,
    map: Exponent,
    key: Exponent,
    /// The static key that chip authentication mapping proves.
    proven: Option<Scalar>,
    stage: Stage,
}

impl std::fmt::Debug for PaceChip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PaceChip({})", self.info)
    }
}

impl PaceChip {
    /// A run with the chip's random bytes: the nonce, the mapping key, the key.
    ///
    /// # Errors
    /// The error of `draw`; [`AccessError::Unsupported`] for a group that is not supported.
    pub fn new<E: From<AccessError>>(
        info: &PaceInfo,
        password: &Password,
        proven: Option<&Scalar>,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        Self::made(info, password.nonce_key(info.suite), proven, draw)
    }

    pub(super) fn made<E: From<AccessError>>(
        info: &PaceInfo,
        nonce_key: KeyedCipher,
        proven: Option<&Scalar>,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let group = info.group().ok_or(AccessError::Unsupported)?;
        let nonce = Zeroizing::new(draw(info.suite.nonce_length())?);
        let [map, key] = [Zeroizing::new(draw(group.random_length())?), Zeroizing::new(draw(group.random_length())?)];
        let [map, key] = [map, key].map(|random| group.random_exponent(&random));
        Ok(Self { info: info.clone(), nonce_key, nonce, map, key, proven: proven.cloned(), stage: Stage::Nonce, group })
    }

    /// The answer to the data of a GENERAL AUTHENTICATE; the chip's last one comes with the session.
    ///
    /// # Errors
    /// [`AccessError`]; the run is over then.
    pub fn answer(&mut self, data: &[u8]) -> Result<PaceAnswer, AccessError> {
        let given = |tag| dynamic_value(data, tag).ok_or(AccessError::Form);
        let more = |data| Ok(PaceAnswer { data, session: None });
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Nonce => {
                if data != [0x7C, 0x00] {
                    return Err(AccessError::Form);
                }
                self.stage = Stage::Map;
                let encrypted = self.nonce_key.encrypt(&[], &self.nonce).map_err(|_| AccessError::Nonce)?;
                more(answer(&[(tag::NONCE, &encrypted)]))
            }
            Stage::Map => {
                let theirs = given(tag::MAP_READER)?;
                let (generator, own) = match self.info.mapping {
                    Mapping::Integrated => {
                        if theirs.len() != self.info.suite.key_length() {
                            return Err(AccessError::Form);
                        }
                        (integrated(self.info.suite, &self.group, &self.nonce, theirs)?, Vec::new())
                    }
                    _ => {
                        let own = self.group.generator().raised(&self.map).encode();
                        let element = public(&self.group, theirs, &own)?;
                        (generic(&self.group, &self.nonce, &self.map, &element)?, own)
                    }
                };
                self.stage = Stage::Agree(generator);
                more(answer(&[(tag::MAP_CHIP, &own)]))
            }
            Stage::Agree(generator) => {
                let theirs = given(tag::KEY_READER)?;
                let own = generator.raised(&self.key).encode();
                let element = public(&self.group, theirs, &own)?;
                let keys = self.info.suite.session(&element.raised(&self.key).shared(), 0);
                let data = answer(&[(tag::KEY_CHIP, &own)]);
                self.stage = Stage::Confirm { keys, own, theirs: theirs.to_vec() };
                more(data)
            }
            Stage::Confirm { keys, own, theirs } => {
                if !same_code(&token(&keys, &self.info, &own), given(tag::TOKEN_READER)?) {
                    return Err(AccessError::Token);
                }
                let ours = token(&keys, &self.info, &theirs);
                let proof = self.proof(&keys);
                let mut objects = vec![(tag::TOKEN_CHIP, &ours[..])];
                objects.extend(proof.as_deref().map(|proof| (tag::PROOF, proof)));
                Ok(PaceAnswer { data: answer(&objects), session: Some(keys) })
            }
            Stage::Over => Err(AccessError::Over),
        }
    }

    /// A.IC: the mapping key over the static key, encrypted.
    fn proof(&self, keys: &SessionKeys) -> Option<Vec<u8>> {
        let (Mapping::ChipAuthentication, Some(proven), Exponent::Curve(map)) =
            (self.info.mapping, &self.proven, &self.map)
        else {
            return None;
        };
        let mut proof = proven.ratio(map).expose();
        pad(&mut proof, 16);
        keys.encryption.encrypt(&proof_vector(keys), &proof).ok()
    }
}
