//! PACE, the reader's side, and what both sides compute (ICAO Doc 9303-11 4.4; spec passport 5.2 to 5.4).

use zeroize::Zeroizing;

use crate::{
    crypto::{Element, Exponent, Group, KeyedCipher, der, same_code},
    iso7816::{Command, Response, Status},
};

use super::{
    AccessError, Channel, DYNAMIC, Mapping, Next, PaceInfo, PaceOption, Password, SessionKeys, Suite, bac::unsupported,
    dynamic, dynamic_value, general_authenticate, suite::unpadded,
};

/// Tags of dynamic authentication data: encrypted nonce, mapping data of both sides, public keys, tokens, the chip's proof.
pub(super) mod tag {
    pub const NONCE: u8 = 0x80;
    pub const MAP_READER: u8 = 0x81;
    pub const MAP_CHIP: u8 = 0x82;
    pub const KEY_READER: u8 = 0x83;
    pub const KEY_CHIP: u8 = 0x84;
    pub const TOKEN_READER: u8 = 0x85;
    pub const TOKEN_CHIP: u8 = 0x86;
    pub const PROOF: u8 = 0x8A;
    /// The chip's token, and the names of authorities for other protocols.
    pub const BESIDE_PROOF: std::ops::RangeInclusive<u8> = TOKEN_CHIP..=0x88;
}

/// Bytes of a nonce: one block of AES, or two (spec passport 5.2).
const NONCES: [usize; 2] = [16, 32];

/// c0 and c1 of the integrated mapping, by the bits of the nonce.
const MAP_128: [[u8; 16]; 2] = [
    [0xA6, 0x68, 0x89, 0x2A, 0x7C, 0x41, 0xE3, 0xCA, 0x73, 0x9F, 0x40, 0xB0, 0x57, 0xD8, 0x59, 0x04],
    [0xA4, 0xE1, 0x36, 0xAC, 0x72, 0x5F, 0x73, 0x8B, 0x01, 0xC1, 0xF6, 0x02, 0x17, 0xC1, 0x88, 0xAD],
];
const MAP_256: [[u8; 32]; 2] = [
    [
        0xD4, 0x63, 0xD6, 0x52, 0x34, 0x12, 0x4E, 0xF7, 0x89, 0x70, 0x54, 0x98, 0x6D, 0xCA, 0x0A, 0x17, 0x4E, 0x28,
        0xDF, 0x75, 0x8C, 0xBA, 0xA0, 0x3F, 0x24, 0x06, 0x16, 0x41, 0x4D, 0x5A, 0x16, 0x76,
    ],
    [
        0x54, 0xBD, 0x72, 0x55, 0xF0, 0xAA, 0xF8, 0x31, 0xBE, 0xC3, 0x42, 0x3F, 0xCF, 0x39, 0xD6, 0x9B, 0x6C, 0xBF,
        0x06, 0x66, 0x77, 0xD0, 0xFA, 0xAE, 0x5A, 0xAD, 0xD9, 0x9D, 0xF8, 0xE5, 0x35, 0x17,
    ],
];

/// Generic mapping: s·G + H, H agreed on.
pub(super) fn generic(group: &Group, nonce: &[u8], own: &Exponent, theirs: &Element) -> Result<Element, AccessError> {
    let agreed = theirs.raised(own);
    if agreed.is_identity() {
        return Err(AccessError::NoMapping);
    }
    let generator = group.generator().raised(&group.multiplier(nonce)).combined(&agreed);
    if generator.is_identity() { Err(AccessError::NoMapping) } else { Ok(generator) }
}

/// R(s, t) of the integrated mapping: a pseudo-random number of 64 bits more than the field has.
pub(super) fn pseudo_random(suite: Suite, field_bits: usize, nonce: &[u8], other: &[u8]) -> Zeroizing<Vec<u8>> {
    let [c0, c1] =
        if nonce.len() > 16 { MAP_256.each_ref().map(|c| &c[..]) } else { MAP_128.each_ref().map(|c| &c[..]) };
    let mut key = Zeroizing::new(suite.keyed(other).encrypt(&[], nonce).unwrap_or_default());
    let rounds = (field_bits + 64).div_ceil((nonce.len() * 8).max(1));
    let mut number = Zeroizing::new(Vec::new());
    for _ in 0..rounds {
        let cipher = suite.keyed(&key);
        number.extend(cipher.encrypt(&[], c1).unwrap_or_default());
        key = Zeroizing::new(cipher.encrypt(&[], c0).unwrap_or_default());
    }
    number
}

/// Integrated mapping.
pub(super) fn integrated(suite: Suite, group: &Group, nonce: &[u8], other: &[u8]) -> Result<Element, AccessError> {
    let number = pseudo_random(suite, group.field_bits(), nonce, other);
    group.mapped(&number).ok_or(AccessError::NoMapping)
}

/// The token over the other side's public key.
pub(super) fn token(keys: &SessionKeys, info: &PaceInfo, public: &[u8]) -> [u8; 8] {
    let key = der::object(if info.curve { 0x86 } else { 0x84 }, public);
    let content = [der::object(der::OID, &info.oid), key].concat();
    // 7F49: the tag has two bytes.
    let object = [&[0x7F], der::object(0x49, &content).as_slice()].concat();
    keys.token(&object)
}

/// IV of the chip's proof: the block that stands for a counter of -1.
pub(super) fn proof_vector(keys: &SessionKeys) -> Vec<u8> {
    keys.encryption.encrypt(&[], &[0xFF; 16]).unwrap_or_default()
}

/// Something of somebody else: valid, and not our own.
pub(super) fn public(group: &Group, bytes: &[u8], own: &[u8]) -> Result<Element, AccessError> {
    if bytes == own {
        return Err(AccessError::Mirrored);
    }
    let element = group.element(bytes)?;
    // A number with leading zeros cut or added is the same number.
    if element.encode() == own { Err(AccessError::Mirrored) } else { Ok(element) }
}

/// The chip's mapping key and what it proved with chip authentication mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingProof {
    /// PKmap.IC
    pub key: Vec<u8>,
    /// CA.IC; empty if the chip left it out.
    pub proof: Vec<u8>,
}

/// What PACE established.
#[derive(Debug)]
pub struct Established {
    /// The session, its counter at zero.
    pub channel: Channel,
    /// What chip authentication mapping brought.
    pub mapping: Option<MappingProof>,
}

enum Stage {
    Select,
    Nonce,
    Map { nonce: Zeroizing<Vec<u8>>, own: Vec<u8> },
    Agree { own: Vec<u8>, secret: Option<Exponent>, map_chip: Vec<u8> },
    Confirm { keys: SessionKeys, own: Vec<u8>, map_chip: Vec<u8> },
    Over,
}

/// The reader's side.
pub struct Pace {
    option: PaceOption,
    /// Reference of the password, and its key. None in a replay that is opened with the session keys of the recording.
    secret: Result<KeyedCipher, SessionKeys>,
    reference: u8,
    /// The random bytes of the mapping: a private key, or t.
    map: Zeroizing<Vec<u8>>,
    /// Those of the private key.
    key: Zeroizing<Vec<u8>>,
    /// How the chip refused to begin without the group's number.
    refused: Option<Status>,
    stage: Stage,
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pace({})", self.option.info)
    }
}

impl Pace {
    /// With a password. `draw` returns random bytes.
    ///
    /// # Errors
    /// The error of `draw`.
    pub fn new<E>(
        option: PaceOption,
        password: &Password,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let key = password.nonce_key(option.info.suite);
        Self::made(option, Ok(key), password.reference(), draw)
    }

    /// With the session keys of a recording, and the reference of the password that was used: the reader's public key is not known
    /// and is zeros.
    ///
    /// # Errors
    /// The error of `draw`.
    pub fn recorded<E>(
        option: PaceOption,
        keys: SessionKeys,
        reference: u8,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        Self::made(option, Err(keys), reference, draw)
    }

    pub(super) fn made<E>(
        option: PaceOption,
        secret: Result<KeyedCipher, SessionKeys>,
        reference: u8,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let map = match option.info.mapping {
            Mapping::Integrated => option.info.suite.key_length(),
            _ => option.group.random_length(),
        };
        let map = Zeroizing::new(draw(map)?);
        let key = Zeroizing::new(draw(option.group.random_length())?);
        Ok(Self { option, secret, reference, map, key, refused: None, stage: Stage::Select })
    }

    /// The first command: MSE:Set AT. It names the group only if the chip offers several, or has refused to begin otherwise.
    pub fn begin(&self) -> Command {
        let mut data = der::object(0x80, &self.option.info.oid);
        data.extend([0x83, 0x01, self.reference]);
        let named = self.option.ambiguous || self.refused.is_some();
        if let (true, Some(number)) = (named, self.option.info.parameter) {
            data.extend([0x84, 0x01, number]);
        }
        Command::with_data([0x00, 0x22, 0xC1, 0xA4], &data, false)
    }

    /// What follows an answer.
    ///
    /// # Errors
    /// [`AccessError`]; the protocol is over then.
    pub fn next(&mut self, answer: &Response) -> Result<Next<Established>, AccessError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        if !answer.status.is_ok() {
            return Err(match stage {
                // `63Cx`: the chip counts and goes on (ICAO Doc 9303-11 4.4.4.1).
                Stage::Select if answer.status.retry_counter().is_some_and(|left| left > 0) => return self.ask_nonce(),
                Stage::Select => return self.refused(answer.status),
                Stage::Confirm { .. } => AccessError::Refused(answer.status),
                Stage::Over => AccessError::Over,
                _ => AccessError::Status(answer.status),
            });
        }
        match stage {
            Stage::Select => self.ask_nonce(),
            Stage::Nonce => self.map(&answer.data),
            Stage::Map { nonce, own } => self.agree(&answer.data, &nonce, &own),
            Stage::Agree { own, secret, map_chip } => self.confirm(&answer.data, own, secret.as_ref(), map_chip),
            Stage::Confirm { keys, own, map_chip } => self.finish(&answer.data, keys, &own, map_chip),
            Stage::Over => Err(AccessError::Over),
        }
    }

    /// Some chips begin only if the group is named (spec passport 5.2): they are asked once more, and no secret is in it.
    fn refused(&mut self, status: Status) -> Result<Next<Established>, AccessError> {
        let again = !self.option.ambiguous && self.option.info.parameter.is_some() && self.refused.is_none();
        let first = *self.refused.get_or_insert(status);
        if again {
            self.stage = Stage::Select;
            return Ok(Next::Send(self.begin()));
        }
        Err(if unsupported(first) { AccessError::NotSupported } else { AccessError::Status }(first))
    }

    fn ask_nonce(&mut self) -> Result<Next<Established>, AccessError> {
        self.stage = Stage::Nonce;
        Ok(Next::Send(general_authenticate(false, tag::NONCE, &[])))
    }

    fn map(&mut self, data: &[u8]) -> Result<Next<Established>, AccessError> {
        let encrypted = dynamic_value(data, tag::NONCE).ok_or(AccessError::Form)?;
        if !NONCES.contains(&encrypted.len()) {
            return Err(AccessError::Nonce);
        }
        let nonce = match &self.secret {
            Ok(key) => Zeroizing::new(key.decrypt(&[], encrypted).map_err(|_| AccessError::Nonce)?),
            Err(_) => Zeroizing::new(Vec::new()),
        };
        if self.secret.is_ok() && nonce.iter().all(|byte| *byte == 0) {
            return Err(AccessError::ZeroNonce);
        }
        let group = &self.option.group;
        let own = match self.option.info.mapping {
            Mapping::Integrated => self.map.to_vec(),
            _ => group.generator().raised(&group.random_exponent(&self.map)).encode(),
        };
        let command = general_authenticate(false, tag::MAP_READER, &own);
        self.stage = Stage::Map { nonce, own };
        Ok(Next::Send(command))
    }

    fn agree(&mut self, data: &[u8], nonce: &[u8], own: &[u8]) -> Result<Next<Established>, AccessError> {
        let PaceOption { info, group, .. } = &self.option;
        // The integrated mapping answers nothing, in one form or another.
        let theirs = match info.mapping {
            Mapping::Integrated if data.is_empty() => Vec::new(),
            Mapping::Integrated => dynamic_value(data, tag::MAP_CHIP).ok_or(AccessError::Form)?.to_vec(),
            _ => dynamic_value(data, tag::MAP_CHIP).ok_or(AccessError::Form)?.to_vec(),
        };
        let generator = match info.mapping {
            Mapping::Integrated if self.secret.is_ok() => Some(integrated(info.suite, group, nonce, own)?),
            Mapping::Integrated => None,
            _ => {
                let element = public(group, &theirs, own)?;
                let secret = group.random_exponent(&self.map);
                self.secret.is_ok().then(|| generic(group, nonce, &secret, &element)).transpose()?
            }
        };
        let (own, secret) = match generator {
            Some(generator) => {
                let secret = group.random_exponent(&self.key);
                (generator.raised(&secret).encode(), Some(secret))
            }
            None => (vec![0; group.element_length()], None),
        };
        let command = general_authenticate(false, tag::KEY_READER, &own).hidden();
        self.stage = Stage::Agree { own, secret, map_chip: theirs };
        Ok(Next::Send(command))
    }

    fn confirm(
        &mut self,
        data: &[u8],
        own: Vec<u8>,
        secret: Option<&Exponent>,
        map_chip: Vec<u8>,
    ) -> Result<Next<Established>, AccessError> {
        let PaceOption { info, group, .. } = &self.option;
        let theirs = dynamic_value(data, tag::KEY_CHIP).ok_or(AccessError::Form)?;
        let element = public(group, theirs, &own)?;
        let keys = match (&self.secret, secret) {
            (Err(recorded), _) => recorded.clone(),
            (Ok(_), Some(secret)) => info.suite.session(&element.raised(secret).shared(), 0),
            (Ok(_), None) => return Err(AccessError::Over),
        };
        let command = general_authenticate(true, tag::TOKEN_READER, &token(&keys, info, theirs));
        self.stage = Stage::Confirm { keys, own, map_chip };
        Ok(Next::Send(command))
    }

    fn finish(
        &mut self,
        data: &[u8],
        keys: SessionKeys,
        own: &[u8],
        map_chip: Vec<u8>,
    ) -> Result<Next<Established>, AccessError> {
        let info = &self.option.info;
        let theirs = dynamic_value(data, tag::TOKEN_CHIP).ok_or(AccessError::Form)?;
        // In a replay without the password, the reader's key is not known; the session's first answer shows the keys.
        if self.secret.is_ok() && !same_code(&token(&keys, info, own), theirs) {
            return Err(AccessError::Token);
        }
        let mapping = match info.mapping {
            Mapping::ChipAuthentication => Some(MappingProof { key: map_chip, proof: mapping_proof(&keys, data)? }),
            _ => None,
        };
        Ok(Next::Done(Established { channel: Channel::new(keys), mapping }))
    }
}

/// The chip's proof in its last answer, or nothing if it left it out: the session holds without it. Anything in its place is an error,
/// as the link may change what no code covers.
fn mapping_proof(keys: &SessionKeys, data: &[u8]) -> Result<Vec<u8>, AccessError> {
    let objects = dynamic(data).ok_or(AccessError::Form)?;
    if objects.iter().all(|(known, _)| tag::BESIDE_PROOF.contains(known)) {
        return Ok(Vec::new());
    }
    let encrypted = dynamic_value(data, tag::PROOF).ok_or(AccessError::NoProof)?;
    let plain = keys.encryption.decrypt(&proof_vector(keys), encrypted).ok();
    plain.and_then(|plain| unpadded(plain, 16)).ok_or(AccessError::NoProof)
}

/// The data of an answer to GENERAL AUTHENTICATE.
pub(super) fn answer(objects: &[(u8, &[u8])]) -> Vec<u8> {
    let content: Vec<u8> = objects.iter().flat_map(|(tag, value)| der::object(*tag, value)).collect();
    der::object(DYNAMIC, &content)
}
