//! The chip of a residence card: its files, the handshake, and the answers (spec residence 8.1 to 8.4).
//!
//! Order of the checks: class, instruction, length, P1-P2, form of secure messaging, state, data \[derived\].

use zeroize::Zeroizing;

use crate::{
    cards::residence_card::{
        files::{Access, DF1, DF2, DF3, File, Generation, MF},
        protocol::{
            AUTHENTICATE_LENGTH, CardNumber, Initiator, MATERIAL_LENGTH, RANDOM_LENGTH, Responder, SessionKey,
            VERIFY_LENGTH,
        },
    },
    crypto::CardCipher,
    iso7816::Status,
};

use super::{
    super::{
        apdu::Apdu,
        prng::SplitMix64,
        state::{Answer, Reply, sw},
    },
    issue::IssuedResidence,
    profile::{Again, ResidenceProfile},
};

/// Blocked: the selected DF, or that of the file.
const FOLDER_BLOCKED: Status = Status(0x6283);
const NO_SECURE_MESSAGING: Status = Status(0x6882);
const LENGTH_CONTRADICTS: Status = Status(0x6A87);
/// P1-P2 of VERIFY: the only reference there is.
const NUMBER_REFERENCE: [u8; 2] = [0x00, 0x86];
/// The longest answer that a short APDU carries.
const SHORT_ANSWER: usize = 256;

/// A residence card's state. Nothing of it outlives a reset but the files.
#[derive(Debug, Clone)]
pub(in super::super) struct ResidenceChip {
    files: Vec<(File, Vec<u8>)>,
    pub profile: ResidenceProfile,
    number: CardNumber,
    cipher: CardCipher,
    random: SplitMix64,
    /// The AID of the current DF.
    folder: &'static [u8],
    /// Index of the current EF.
    current: Option<usize>,
    challenge: Option<[u8; RANDOM_LENGTH]>,
    session: Option<SessionKey>,
    authenticated: bool,
}

impl ResidenceChip {
    pub fn new(issued: &IssuedResidence, number: CardNumber, profile: ResidenceProfile, random: SplitMix64) -> Self {
        let generation = Generation::of(issued.kind).unwrap_or(Generation::First);
        Self {
            files: issued.files.iter().map(|file| (*file.file(), file.encode())).collect(),
            cipher: generation.cipher(),
            profile,
            number,
            random,
            folder: MF.aid,
            current: None,
            challenge: None,
            session: None,
            authenticated: false,
        }
    }

    /// Field off, or any reset.
    pub fn reset(&mut self) {
        (self.folder, self.current) = (MF.aid, None);
        (self.challenge, self.session, self.authenticated) = (None, None, false);
    }

    /// A file's stored bytes.
    pub fn file_mut(&mut self, file: &File) -> Option<&mut Vec<u8>> {
        self.files.iter_mut().find(|(known, _)| known.name == file.name).map(|(_, bytes)| bytes)
    }

    /// The same by the file's name in dumps.
    pub fn named_file_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.files.iter_mut().find(|(known, _)| known.name == name).map(|(_, bytes)| bytes)
    }

    /// The number that opens the card from now on.
    pub fn renumber(&mut self, number: CardNumber) {
        self.number = number;
    }

    /// Executes one command.
    pub fn execute(&mut self, command: &[u8]) -> Reply {
        // A challenge is good for the very next command alone.
        let challenge = self.challenge.take();
        self.dispatch(command, challenge).into()
    }

    fn dispatch(&mut self, command: &[u8], challenge: Option<[u8; RANDOM_LENGTH]>) -> Answer {
        let Some(&[cla, ins, ..]) = command.first_chunk::<4>() else { return Err(Status::WRONG_LENGTH) };
        match (cla, ins) {
            (0x01..=0x07 | 0x09.., _) => return Err(sw::UNKNOWN_CLASS),
            (_, 0xA4 | 0x20 | 0x82 | 0x84 | 0xB0) => {}
            _ => return Err(sw::UNKNOWN_INSTRUCTION),
        }
        // SELECT, VERIFY and MUTUAL AUTHENTICATE take what Lc says and ignore the rest (SPEC).
        let lenient = matches!(ins, 0xA4 | 0x20 | 0x82);
        let parsed = Apdu::parse(command).or_else(|| if lenient { Apdu::parse(cut(command)?) } else { None });
        let apdu = parsed.ok_or(Status::WRONG_LENGTH)?;
        if apdu.extended && !self.profile.extended {
            return Err(Status::WRONG_LENGTH);
        }
        match (cla, ins) {
            (0x08, 0xA4 | 0x84 | 0x82) => Err(NO_SECURE_MESSAGING),
            (_, 0xA4) => self.select(&apdu),
            (_, 0x84) => self.get_challenge(&apdu),
            (_, 0x82) => self.authenticate(&apdu, challenge),
            (_, 0x20) => self.verify(&apdu),
            _ => self.read(&apdu),
        }
    }

    fn select(&mut self, apdu: &Apdu<'_>) -> Answer {
        let folder = match ([apdu.p1, apdu.p2], apdu.data) {
            ([0x00, 0x00], [0x3F, 0x00]) => MF.aid,
            ([0x00, 0x00], [_, _]) => return Err(Status::NOT_FOUND),
            ([0x04, 0x0C], aid) if aid.len() == DF1.aid.len() => {
                let known = [DF1, DF2, DF3].into_iter().find(|folder| folder.aid == aid);
                known.ok_or(self.profile.unknown_application)?.aid
            }
            ([0x00, 0x00] | [0x04, 0x0C], _) => return Err(LENGTH_CONTRADICTS),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        (self.folder, self.current) = (folder, None);
        if self.is_blocked() { Err(FOLDER_BLOCKED) } else { Ok(Vec::new()) }
    }

    fn is_blocked(&self) -> bool {
        self.profile.blocked_folders && self.folder != MF.aid
    }

    fn get_challenge(&mut self, apdu: &Apdu<'_>) -> Answer {
        if apdu.le != Some(RANDOM_LENGTH) || !apdu.data.is_empty() {
            return Err(Status::WRONG_LENGTH);
        }
        if [apdu.p1, apdu.p2] != [0x00, 0x00] {
            return Err(sw::WRONG_PARAMETERS);
        }
        let challenge = match self.profile.fixed {
            Some((challenge, _)) => challenge,
            None => self.draw(),
        };
        self.challenge = Some(challenge);
        Ok(challenge.to_vec())
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut drawn = [0; N];
        drawn.iter_mut().zip(self.random.bytes(N)).for_each(|(slot, byte)| *slot = byte);
        drawn
    }

    fn authenticate(&mut self, apdu: &Apdu<'_>, challenge: Option<[u8; RANDOM_LENGTH]>) -> Answer {
        if apdu.data.len() != AUTHENTICATE_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        if [apdu.p1, apdu.p2] != [0x00, 0x00] {
            return Err(sw::WRONG_PARAMETERS);
        }
        let random = challenge.ok_or(self.profile.no_challenge)?;
        let material = match self.profile.fixed {
            Some((_, material)) => material,
            None => self.draw::<MATERIAL_LENGTH>(),
        };
        let responder =
            Responder { cipher: self.cipher, key: self.number.key(), random, material: Zeroizing::new(material) };
        match responder.answer(apdu.data) {
            Ok((answer, _)) if self.profile.stale_challenge => {
                let earlier = Initiator {
                    cipher: self.cipher,
                    key: self.number.key(),
                    random: self.draw(),
                    material: Zeroizing::new(self.draw()),
                };
                Ok(responder.answer(&earlier.data(&random)).map_or(answer, |(stale, _)| stale))
            }
            Ok((answer, session)) => {
                self.session = Some(session);
                self.authenticated &= self.profile.after_handshake == Again::Kept;
                Ok(answer)
            }
            Err(_) => {
                if self.profile.after_failure == Again::Cleared {
                    (self.session, self.authenticated) = (None, false);
                }
                Err(Status::VERIFY_FAILED)
            }
        }
    }

    fn verify(&mut self, apdu: &Apdu<'_>) -> Answer {
        if apdu.cla == 0x00 {
            return Err(self.profile.plain_verify);
        }
        if apdu.data.len() != VERIFY_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        if [apdu.p1, apdu.p2] != NUMBER_REFERENCE {
            return Err(sw::WRONG_PARAMETERS);
        }
        if !apdu.data.starts_with(&[0x86, 0x11, 0x01]) {
            return Err(self.profile.wrong_object);
        }
        let session = self.session.as_ref().ok_or(self.profile.no_session)?;
        let number = session.open(apdu.data).map_err(|_| self.profile.wrong_object)?;
        if number.len() != self.number.expose().len() {
            return Err(self.profile.wrong_object);
        }
        self.authenticated = number == self.number.expose();
        if self.authenticated { Ok(Vec::new()) } else { Err(Status::VERIFY_FAILED) }
    }

    fn read(&mut self, apdu: &Apdu<'_>) -> Answer {
        let secure = apdu.cla == 0x08;
        let le = apdu.le.ok_or(Status::WRONG_LENGTH)?;
        if secure && !apdu.extended && !self.profile.short_secure_read {
            return Err(Status::WRONG_LENGTH);
        }
        let wanted = if secure { self.wanted(apdu.data)? } else { plain_wanted(apdu, le)? };
        if apdu.extended && !self.profile.explicit_extended && wanted.is_some() {
            return Err(Status::WRONG_LENGTH);
        }
        let (sfi, offset) = match apdu.p1 {
            0x00..=0x7F => (None, usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]))),
            0x80..=0x9F => (Some(apdu.p1 & 0x1F), usize::from(apdu.p2)),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let (at, file, bytes) = self.resolve(sfi)?;
        if self.is_blocked() {
            return Err(FOLDER_BLOCKED);
        }
        let session = match (&self.session, secure) {
            (Some(session), true) => Some(session),
            (None, true) => return Err(self.profile.no_session),
            (_, false) => None,
        };
        match file.access {
            Access::Authenticated | Access::Secured if !self.authenticated => return Err(Status::SECURITY),
            Access::Secured if !secure => return Err(self.profile.plain_read),
            _ => {}
        }
        let rest = bytes.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Status::PAST_END)?;
        let part = wanted.and_then(|wanted| rest.get(..wanted)).unwrap_or(rest);
        let part = self.profile.most.and_then(|most| part.get(..most)).unwrap_or(part);
        let answer = session.map_or_else(|| part.to_vec(), |session| session.seal(part));
        if secure && !apdu.extended && answer.len() > SHORT_ANSWER {
            return Err(Status::WRONG_LENGTH);
        }
        self.current = Some(at);
        Ok(answer)
    }

    /// What the object `96` of a secure READ BINARY asks for; `None` is everything.
    fn wanted(&self, data: &[u8]) -> Result<Option<usize>, Status> {
        match data {
            [0x96, 0x02, 0x00, 0x00] => Ok(None),
            [0x96, 0x02, high, low] => Ok(Some(usize::from(u16::from_be_bytes([*high, *low])))),
            _ => Err(self.profile.wrong_object),
        }
    }

    fn resolve(&self, sfi: Option<u8>) -> Result<(usize, &File, &[u8]), Status> {
        let at = match sfi {
            None => self.current.ok_or(sw::NO_CURRENT_FILE)?,
            Some(sfi) => {
                let named = |(file, _): &(File, Vec<u8>)| file.application.aid == self.folder && file.sfi() == sfi;
                self.files.iter().position(named).ok_or(Status::NOT_FOUND)?
            }
        };
        let (file, bytes) = self.files.get(at).ok_or(Status::NOT_FOUND)?;
        Ok((at, file, bytes))
    }
}

/// Bytes that a plain READ BINARY asks for; `None` is everything.
fn plain_wanted(apdu: &Apdu<'_>, le: usize) -> Result<Option<usize>, Status> {
    if !apdu.data.is_empty() {
        return Err(Status::WRONG_LENGTH);
    }
    Ok(Some(le).filter(|_| !(apdu.extended && le == 65_536)))
}

/// The command as far as its Lc goes; `None` when it is shorter.
fn cut(command: &[u8]) -> Option<&[u8]> {
    let length = match command.get(4..)? {
        [0, high, low, ..] => 7 + usize::from(u16::from_be_bytes([*high, *low])),
        [length, ..] => 5 + usize::from(*length),
        [] => return None,
    };
    command.get(..length)
}
