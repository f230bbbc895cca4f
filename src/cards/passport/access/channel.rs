//! Secure messaging with authentication and a counter, of both sides (ICAO Doc 9303-11 9.8; spec passport 3.2, 3.3).

use crate::{
    crypto::{der, same_code},
    iso7816::{ChannelError, Command, Response, SecureChannel, Status},
};

use super::SessionKeys;

/// Encrypted data, with a padding indicator.
const ENCRYPTED: u8 = 0x87;
/// Encrypted data of an odd instruction, without one.
const ENCRYPTED_ODD: u8 = 0x85;
/// The Le of the command.
const LE: u8 = 0x97;
/// The status of the answer.
const STATUS: u8 = 0x99;
/// The code.
const CODE: u8 = 0x8E;

/// Padding indicator: `80 00…`.
const PADDED: u8 = 0x01;

/// Class bits of a command under this form of secure messaging.
const SECURED: u8 = 0x0C;

/// The encrypted data object.
fn encrypted(keys: &SessionKeys, odd: bool, plain: &[u8]) -> Vec<u8> {
    let cryptogram = keys.encrypt(plain);
    if odd {
        return der::object(ENCRYPTED_ODD, &cryptogram);
    }
    der::object(ENCRYPTED, &[&[PADDED], cryptogram.as_slice()].concat())
}

/// The objects of a message in their order, each at most once: encrypted data, one plain object, the code at the end.
struct Objects<'a> {
    data: Option<(u8, &'a [u8])>,
    plain: Option<&'a [u8]>,
    /// What the code covers.
    covered: &'a [u8],
    code: Option<&'a [u8]>,
}

impl<'a> Objects<'a> {
    fn parse(bytes: &'a [u8], plain_tag: u8) -> Option<Self> {
        let mut found = Self { data: None, plain: None, covered: &[], code: None };
        let mut rest = bytes;
        while !rest.is_empty() && found.code.is_none() {
            found.covered = bytes.get(..bytes.len() - rest.len())?;
            let (tag, value, after) = der::any(rest)?;
            match tag {
                ENCRYPTED | ENCRYPTED_ODD if found.data.is_none() && found.plain.is_none() => {
                    found.data = Some((tag, value))
                }
                CODE => found.code = Some(value),
                tag if tag == plain_tag && found.plain.is_none() => found.plain = Some(value),
                _ => return None,
            }
            rest = after;
        }
        rest.is_empty().then_some(found)
    }

    /// The plain data, empty if the message holds no data object; `None` if an object does not decrypt.
    fn opened(&self, keys: &SessionKeys) -> Option<Vec<u8>> {
        match self.data {
            None => Some(Vec::new()),
            Some((ENCRYPTED, value)) => keys.decrypt(value.strip_prefix(&[PADDED])?),
            Some((_, value)) => keys.decrypt(value),
        }
    }
}

/// The reader's side of a session. An answer that does not hold ends it: nothing is wrapped any more.
#[derive(Debug)]
pub struct Channel {
    keys: SessionKeys,
    over: bool,
}

impl Channel {
    /// A session at its start.
    pub fn new(keys: SessionKeys) -> Self {
        Self { keys, over: false }
    }

    /// The keys and the counter as they are now.
    pub fn keys(&self) -> &SessionKeys {
        &self.keys
    }

    fn ended(&mut self, detail: &str) -> ChannelError {
        self.over = true;
        ChannelError::Broken(detail.to_owned())
    }
}

impl SecureChannel for Channel {
    fn wrap(&mut self, command: &Command, le: u8) -> Result<Command, ChannelError> {
        if self.over {
            return Err(ChannelError::Broken("the session has ended".to_owned()));
        }
        self.keys.advance();
        let [class, instruction, p1, p2] = command.header();
        let (data, wanted) = command.body();
        let mut objects = Vec::new();
        if !data.is_empty() {
            objects.extend(encrypted(&self.keys, instruction & 1 == 1, data));
        }
        if !wanted.is_empty() {
            objects.extend(der::object(LE, wanted));
        }
        let code = self.keys.code(Some([class | SECURED, instruction, p1, p2]), &objects);
        objects.extend(der::object(CODE, &code));
        Ok(Command::authenticated(command, &objects, le))
    }

    fn unwrap(&mut self, response: Response) -> Result<Response, ChannelError> {
        if self.over {
            return Err(ChannelError::Broken("the session has ended".to_owned()));
        }
        self.keys.advance();
        if response.data.is_empty() {
            return Err(self.ended(&format!("the chip answered {} in plain", response.status)));
        }
        let Some(objects) = Objects::parse(&response.data, STATUS) else {
            return Err(self.ended("the answer is not made of the objects of secure messaging"));
        };
        let (Some(status), Some(code)) = (objects.plain, objects.code) else {
            return Err(self.ended("the answer lacks its status or its authentication code"));
        };
        if !same_code(&self.keys.code(None, objects.covered), code) {
            return Err(self.ended("the answer's authentication code is wrong"));
        }
        // What stands outside is not authenticated, and must not say anything else.
        let Some(status) =
            <[u8; 2]>::try_from(status).ok().map(u16::from_be_bytes).filter(|own| *own == response.status.0)
        else {
            return Err(self.ended("the answer's status is not the authenticated one"));
        };
        match objects.opened(&self.keys) {
            Some(data) => Ok(Response { data, status: Status(status) }),
            None => Err(self.ended("the answer's padding is wrong")),
        }
    }
}

/// Whether bytes are the answer to the first command under these keys.
pub(super) fn first_answer(mut keys: SessionKeys, answer: &[u8]) -> bool {
    keys.advance();
    keys.advance();
    let objects = Objects::parse(answer, STATUS).filter(|objects| objects.plain.is_some());
    objects.is_some_and(|objects| objects.code.is_some_and(|code| same_code(&keys.code(None, objects.covered), code)))
}

/// Why a chip refuses a command under secure messaging. Either ends the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecureFault {
    /// `6987`
    #[error("an object of secure messaging is missing")]
    Missing,
    /// `6988`
    #[error("an object of secure messaging is wrong")]
    Wrong,
}

impl SecureFault {
    /// The status word, which goes out in plain.
    pub fn status(self) -> Status {
        Status(match self {
            Self::Missing => 0x6987,
            Self::Wrong => 0x6988,
        })
    }
}

/// The chip's side of a session.
#[derive(Debug, Clone)]
pub struct ChipChannel {
    keys: SessionKeys,
}

impl ChipChannel {
    /// A session at its start.
    pub fn new(keys: SessionKeys) -> Self {
        Self { keys }
    }

    /// The keys and the counter as they are now.
    pub fn keys(&self) -> &SessionKeys {
        &self.keys
    }

    /// The plain command in a secured one: header with the bits of secure messaging off, the secured command's data objects.
    /// Its Le has the form that the object says.
    ///
    /// # Errors
    /// [`SecureFault`].
    pub fn open(&mut self, header: [u8; 4], objects: &[u8]) -> Result<Vec<u8>, SecureFault> {
        self.keys.advance();
        let objects = Objects::parse(objects, LE).ok_or(SecureFault::Wrong)?;
        let code = objects.code.ok_or(SecureFault::Missing)?;
        if !same_code(&self.keys.code(Some(header), objects.covered), code) {
            return Err(SecureFault::Wrong);
        }
        let data = objects.opened(&self.keys).ok_or(SecureFault::Wrong)?;
        let le = objects.plain.unwrap_or_default();
        let [class, rest @ ..] = header;
        let mut command = vec![class & !SECURED];
        command.extend(rest);
        let long = le.len() == 2 || data.len() > usize::from(u8::MAX);
        match (data.is_empty(), long) {
            (true, true) => command.push(0),
            (true, false) => {}
            (false, true) => {
                command.push(0);
                command.extend(u16::try_from(data.len()).map_err(|_| SecureFault::Wrong)?.to_be_bytes());
            }
            (false, false) => command.push(u8::try_from(data.len()).map_err(|_| SecureFault::Wrong)?),
        }
        command.extend(data);
        match (le, long) {
            ([0], true) => command.extend([0x01, 0x00]),
            ([short], true) => command.extend([0, *short]),
            ([] | [_] | [_, _], _) => command.extend(le),
            _ => return Err(SecureFault::Wrong),
        }
        Ok(command)
    }

    /// A command that the test does not look at.
    #[cfg(test)]
    pub(super) fn open_unchecked(&mut self) {
        self.keys.advance();
    }

    /// The answer to the command before, with its status outside as well.
    pub fn seal(&mut self, odd: bool, data: &[u8], status: Status) -> Response {
        self.keys.advance();
        let mut objects = Vec::new();
        if !data.is_empty() {
            objects.extend(encrypted(&self.keys, odd, data));
        }
        objects.extend(der::object(STATUS, &status.0.to_be_bytes()));
        let code = self.keys.code(None, &objects);
        objects.extend(der::object(CODE, &code));
        Response { data: objects, status }
    }

    /// The most plain bytes of an answer whose data have so many bytes at most.
    pub fn room(&self, answer: usize) -> usize {
        // 99 02 SW; 8E 08 and the code.
        let rest = answer.saturating_sub(4 + 10);
        let block = self.keys.encryption.block();
        let object = |cryptogram: usize| match cryptogram + 1 {
            value @ ..=0x7F => value + 2,
            value @ ..=0xFF => value + 3,
            value => value + 4,
        };
        let most =
            (1..=rest / block).rev().map(|blocks| blocks * block).find(|bytes| object(*bytes) <= rest).unwrap_or(1);
        most.saturating_sub(1)
    }
}
