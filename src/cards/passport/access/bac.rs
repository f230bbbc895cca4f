//! Basic access control, of both sides (ICAO Doc 9303-11 4.3, 9.7; spec passport 4).

use zeroize::Zeroizing;

use crate::{
    crypto::{KeyedCipher, MAC_LENGTH, same_code},
    iso7816::{Command, Le, Response, Status},
};

use super::{AccessError, Channel, Next, Password, SessionKeys, Suite};

/// Bytes of a random number of either side.
const RANDOM: usize = 8;
/// Bytes of key material of either side.
const MATERIAL: usize = 16;
/// Bytes of an encrypted half.
const CRYPTOGRAM: usize = 2 * RANDOM + MATERIAL;

/// Data of EXTERNAL AUTHENTICATE, and its answer.
const AUTHENTICATE: u8 = 0x28;

/// Status words of chips that have no BAC (spec passport 4).
const NOT_SUPPORTED: [u16; 3] = [0x6D00, 0x6A88, 0x6985];

/// The keys of the printed data.
struct Keys {
    encryption: KeyedCipher,
    authentication: KeyedCipher,
}

impl Keys {
    fn of(seed: &[u8]) -> Self {
        let SessionKeys { encryption, authentication, .. } = Suite::TripleDes.session(seed, 0);
        Self { encryption, authentication }
    }

    fn seal(&self, parts: [&[u8]; 3]) -> Vec<u8> {
        let plain = Zeroizing::new(parts.concat());
        let mut data = self.encryption.encrypt(&[], &plain).unwrap_or_default();
        data.extend(self.authentication.mac(&data));
        data
    }

    /// Both random numbers and the material.
    fn open(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, AccessError> {
        let (encrypted, code) = data.split_last_chunk::<MAC_LENGTH>().ok_or(AccessError::Form)?;
        if encrypted.len() != CRYPTOGRAM {
            return Err(AccessError::Form);
        }
        if !same_code(&self.authentication.mac(encrypted), code) {
            return Err(AccessError::Token);
        }
        Ok(Zeroizing::new(self.encryption.decrypt(&[], encrypted).map_err(|_| AccessError::Form)?))
    }
}

/// Session keys of both materials, the counter of both random numbers.
fn session(reader: (&[u8], &[u8]), chip: (&[u8], &[u8])) -> SessionKeys {
    let seed: Zeroizing<Vec<u8>> =
        Zeroizing::new(reader.1.iter().zip(chip.1).map(|(left, right)| left ^ right).collect());
    let half = |random: &[u8]| random.iter().skip(RANDOM / 2).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    Suite::TripleDes.session(&seed, half(chip.0) << 32 | half(reader.0))
}

enum Stage {
    Challenge,
    Authenticate { chip_random: Vec<u8> },
    Over,
}

/// The reader's side.
pub struct Bac {
    /// None in a replay that is opened with the session keys of the recording.
    keys: Result<Keys, SessionKeys>,
    random: Vec<u8>,
    material: Zeroizing<Vec<u8>>,
    stage: Stage,
}

impl std::fmt::Debug for Bac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bac(..)")
    }
}

impl Bac {
    /// With the printed data. `draw` returns random bytes.
    ///
    /// # Errors
    /// The error of `draw`; [`AccessError::Unsupported`] for a card access number.
    pub fn new<E: From<AccessError>>(
        password: &Password,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let seed = password.seed().ok_or(AccessError::Unsupported)?;
        Self::made(Ok(Keys::of(&seed)), draw)
    }

    /// With the session keys of a recording: what the reader sends is not known and is zeros.
    ///
    /// # Errors
    /// The error of `draw`.
    pub fn recorded<E>(keys: SessionKeys, draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>) -> Result<Self, E> {
        Self::made(Err(keys), draw)
    }

    fn made<E>(keys: Result<Keys, SessionKeys>, draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>) -> Result<Self, E> {
        let random = draw(RANDOM)?;
        let material = Zeroizing::new(draw(MATERIAL)?);
        Ok(Self { keys, random, material, stage: Stage::Challenge })
    }

    /// The first command.
    pub fn begin(&self) -> Command {
        Command::get_challenge()
    }

    /// What follows an answer.
    ///
    /// # Errors
    /// [`AccessError`]; the protocol is over then.
    pub fn next(&mut self, answer: &Response) -> Result<Next<Channel>, AccessError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Challenge => {
                if !answer.status.is_ok() {
                    let known = NOT_SUPPORTED.contains(&answer.status.0);
                    return Err(if known { AccessError::NotSupported } else { AccessError::Status }(answer.status));
                }
                if answer.data.len() != RANDOM {
                    return Err(AccessError::Form);
                }
                let data = match &self.keys {
                    Ok(keys) => keys.seal([&self.random, &answer.data, &self.material]),
                    Err(_) => vec![0; AUTHENTICATE.into()],
                };
                self.stage = Stage::Authenticate { chip_random: answer.data.clone() };
                let command = Command::with_le([0x00, 0x82, 0x00, 0x00], &data, Le::Short(AUTHENTICATE.into()));
                Ok(Next::Send(command.hidden()))
            }
            Stage::Authenticate { chip_random } => {
                if !answer.status.is_ok() {
                    return Err(AccessError::Refused(answer.status));
                }
                let keys = match &self.keys {
                    Err(recorded) => recorded.clone(),
                    Ok(keys) => {
                        let plain = keys.open(&answer.data)?;
                        let rest = plain.strip_prefix(chip_random.as_slice());
                        let material = rest.and_then(|rest| rest.strip_prefix(self.random.as_slice()));
                        let material = material.ok_or(AccessError::Challenge)?;
                        session((&self.random, &self.material), (&chip_random, material))
                    }
                };
                Ok(Next::Done(Channel::new(keys)))
            }
            Stage::Over => Err(AccessError::Over),
        }
    }
}

/// The chip's side.
pub struct BacChip {
    keys: Keys,
    random: Vec<u8>,
    material: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for BacChip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BacChip(..)")
    }
}

impl BacChip {
    /// A run with the chip's random bytes: 8 for the challenge, 16 of material.
    ///
    /// # Errors
    /// As [`Bac::new`].
    pub fn new<E: From<AccessError>>(
        password: &Password,
        draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let keys = Keys::of(&password.seed().ok_or(AccessError::Unsupported)?);
        Ok(Self { keys, random: draw(RANDOM)?, material: Zeroizing::new(draw(MATERIAL)?) })
    }

    /// The answer to GET CHALLENGE.
    pub fn challenge(&self) -> &[u8] {
        &self.random
    }

    /// The answer to EXTERNAL AUTHENTICATE, and the session.
    ///
    /// # Errors
    /// [`AccessError`] for another key, or the challenge of another run.
    pub fn answer(&self, data: &[u8]) -> Result<(Vec<u8>, SessionKeys), AccessError> {
        let plain = self.keys.open(data)?;
        let (reader_random, rest) = plain.split_at_checked(RANDOM).ok_or(AccessError::Form)?;
        let material = rest.strip_prefix(self.random.as_slice()).ok_or(AccessError::Challenge)?;
        let answer = self.keys.seal([&self.random, reader_random, &self.material]);
        Ok((answer, session((reader_random, material), (&self.random, &self.material))))
    }
}

/// Whether a status word says that there is no such protocol.
pub(super) fn unsupported(status: Status) -> bool {
    matches!(status.0, 0x6A80 | 0x6A81 | 0x6A86 | 0x6A87 | 0x6A88 | 0x6D00)
}
