//! Chip authentication, version 1, and the proof of chip authentication mapping (ICAO Doc 9303-11 6.2, 4.4.3.3.3; spec passport 9,
//! 5.4). Neither convinces somebody who was not there: whoever holds the reader's ephemeral key can make both up.

use std::fmt;

use zeroize::Zeroizing;

use crate::{
    crypto::{Element, Exponent, Group, der},
    iso7816::{Command, Response},
};

use super::{
    AccessError, Channel, ChipProtocol, Next, SecurityInfos, SessionKeys, Suite, bac::unsupported,
    channel::first_answer, general_authenticate,
};

/// Tag of the reader's public key in MSE:Set KAT.
const KEY_TEMPLATE: u8 = 0x91;
/// Tag of the protocol in MSE:Set AT.
const PROTOCOL: u8 = 0x80;
/// Tag of the chip's key in both.
const KEY_ID: u8 = 0x84;
/// Tag of the reader's public key in GENERAL AUTHENTICATE.
const PUBLIC: u8 = 0x80;

/// The longest public key that fits a short command: 255 bytes less secure messaging (about 20), padding and the tags.
const MOST_SHORT: usize = 200;

/// A form of chip authentication to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipOption {
    /// The form.
    pub protocol: ChipProtocol,
    /// The chip's public key.
    pub public: Element,
    /// What names the key, if the chip has several.
    pub key_id: Option<Vec<u8>>,
}

impl fmt::Display for ChipOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.public {
            Element::Curve(point) => write!(f, "ECDH, {}, {}", point.curve(), self.protocol.suite),
            Element::Dh(number) => write!(f, "DH, {} bits, {}", number.group().field_bits(), self.protocol.suite),
        }
    }
}

impl ChipOption {
    fn secret(&self, random: &[u8]) -> Exponent {
        self.public.group().random_exponent(random)
    }

    fn keys(&self, random: &[u8]) -> SessionKeys {
        self.protocol.suite.session(&self.public.raised(&self.secret(random)).shared(), 0)
    }
}

enum Stage {
    Template,
    Protocol,
    Agree,
    Over,
}

/// The reader's side. Its commands go through the session that there is.
pub struct ChipAuthentication {
    option: ChipOption,
    random: Zeroizing<Vec<u8>>,
    stage: Stage,
}

impl fmt::Debug for ChipAuthentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipAuthentication({})", self.option)
    }
}

impl ChipAuthentication {
    /// A run. `draw` returns random bytes.
    ///
    /// # Errors
    /// The error of `draw`.
    pub fn new<E>(option: ChipOption, draw: &mut dyn FnMut(usize) -> Result<Vec<u8>, E>) -> Result<Self, E> {
        let random = Zeroizing::new(draw(option.public.group().random_length())?);
        let stage = Stage::Template;
        let mut made = Self { option, random, stage };
        if !made.in_template() {
            made.stage = Stage::Protocol;
        }
        Ok(made)
    }

    /// The random bytes of the reader's key: with them, [`verify_chip`] repeats the proof.
    pub fn random(&self) -> &[u8] {
        &self.random
    }

    /// Whether the reader's public key does not fit a short command under secure messaging.
    pub fn is_long(&self) -> bool {
        self.option.public.group().element_length() > MOST_SHORT
    }

    /// The reader's public key.
    fn public(&self) -> Vec<u8> {
        self.option.public.group().generator().raised(&self.option.secret(&self.random)).encode()
    }

    /// Data of MSE:Set KAT.
    fn template(&self) -> Vec<u8> {
        [der::object(KEY_TEMPLATE, &self.public()), self.key_id()].concat()
    }

    /// Triple DES has a form of one command, if the key fits a short one.
    fn in_template(&self) -> bool {
        self.option.protocol.suite == Suite::TripleDes && self.template().len() <= usize::from(u8::MAX)
    }

    fn key_id(&self) -> Vec<u8> {
        self.option.key_id.as_ref().map_or_else(Vec::new, |id| der::object(KEY_ID, id))
    }

    /// The first command, in plain.
    pub fn begin(&self) -> Command {
        match self.stage {
            Stage::Template => Command::with_data([0x00, 0x22, 0x41, 0xA6], &self.template(), false),
            _ => {
                let data = [der::object(PROTOCOL, &self.option.protocol.oid), self.key_id()].concat();
                Command::with_data([0x00, 0x22, 0x41, 0xA4], &data, false)
            }
        }
    }

    /// What follows an answer, which came through the session that there is. The new session replaces it; its first answer shows
    /// that the chip has the key, and nothing before does.
    ///
    /// # Errors
    /// [`AccessError`]; the old session goes on.
    pub fn next(&mut self, answer: &Response) -> Result<Next<Channel>, AccessError> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        if !answer.status.is_ok() {
            let known = unsupported(answer.status) && !matches!(stage, Stage::Agree);
            return Err(if known { AccessError::NotSupported } else { AccessError::Status }(answer.status));
        }
        match stage {
            Stage::Protocol => {
                self.stage = Stage::Agree;
                Ok(Next::Send(general_authenticate(true, PUBLIC, &self.public())))
            }
            Stage::Template | Stage::Agree => Ok(Next::Done(Channel::new(self.option.keys(&self.random)))),
            Stage::Over => Err(AccessError::Over),
        }
    }
}

/// The chip's side: the new session after the reader's public key.
///
/// # Errors
/// [`AccessError::Key`] for a key that is not one of the group.
pub fn answer_chip_authentication(
    group: &Group,
    secret: &Exponent,
    suite: Suite,
    public: &[u8],
) -> Result<SessionKeys, AccessError> {
    let agreed = group.element(public)?.raised(secret);
    Ok(suite.session(&agreed.shared(), 0))
}

/// Whether the first answer of the new session (its data as they came) shows that the chip has the key, given the reader's random bytes.
///
/// # Errors
/// [`AccessError::Proof`].
pub fn verify_chip(option: &ChipOption, random: &[u8], answer: &[u8]) -> Result<(), AccessError> {
    if first_answer(option.keys(random), answer) { Ok(()) } else { Err(AccessError::Proof) }
}

/// Whether a proof of chip authentication mapping fits a key of EF.CardSecurity: PKmap.IC = CA.IC · PK.IC.
///
/// # Errors
/// [`AccessError::Proof`]; [`AccessError::Key`] if none fits and a key of the file cannot be read.
pub fn verify_mapping(infos: &SecurityInfos, mapping_key: &[u8], proof: &[u8]) -> Result<(), AccessError> {
    let mut outcome = Err(AccessError::Proof);
    for key in &infos.chip_keys {
        let static_key = match Element::from_info(&key.info) {
            Ok(static_key @ Element::Curve(_)) => static_key,
            Ok(_) => continue,
            Err(error) => {
                outcome = Err(error.into());
                continue;
            }
        };
        let group = static_key.group();
        let (Ok(mapped), Ok(ratio)) = (group.element(mapping_key), group.exponent(proof)) else { continue };
        if static_key.raised(&ratio) == mapped {
            return Ok(());
        }
    }
    outcome
}
