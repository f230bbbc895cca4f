//! The chip of a residence card: its files, the handshake, and secure messaging (spec residence 8.1 to 8.4); and its
//! application on a My Number Card.
//!
//! Order of the checks: class, instruction, length, P1-P2, form of secure messaging, state, data \[derived\].

use zeroize::Zeroizing;

use crate::{
    cards::{
        model::Access,
        residence_card::{
            files::{DF1, DF2, DF3, Generation, MF, SPECIFIED},
            protocol::{
                AUTHENTICATE_LENGTH, CardNumber, Initiator, MATERIAL_LENGTH, RANDOM_LENGTH, Responder, SessionKey,
                VERIFY_LENGTH,
            },
        },
    },
    crypto::CardCipher,
    iso7816::Status,
    simulator::{
        IssueError, SplitMix64,
        kernel::{
            apdu::Apdu,
            card::Own,
            chip::{Body, Chip, Folder, OK, Reply, Response, Rules, sw},
        },
    },
};

use super::{
    Draft,
    issue::specified_files,
    profile::{Again, ResidenceProfile},
};

/// P1-P2 of VERIFY: the only reference there is.
const NUMBER_REFERENCE: [u8; 2] = [0x00, 0x86];
/// Its low five bits.
const NUMBER: u8 = 0x06;
/// The longest answer that a short APDU carries.
const SHORT_ANSWER: usize = 256;

/// What a residence card remembers beyond its file system. Nothing of it outlives a reset but the number.
#[derive(Debug, Clone)]
pub(super) struct Commands {
    profile: ResidenceProfile,
    number: CardNumber,
    cipher: CardCipher,
    random: SplitMix64,
    challenge: Option<[u8; RANDOM_LENGTH]>,
    session: Option<SessionKey>,
}

/// A card with its issued files.
///
/// # Errors
/// [`IssueError::Unfit`] for a number that no card has.
pub(super) fn residence(draft: Draft, seed: u64) -> Result<(Chip, Commands), IssueError> {
    let profile = draft.plan.profile;
    let mut folders = [MF, DF1, DF2, DF3].map(|of| Folder::new(&of, Status::NOT_FOUND));
    for file in &draft.issued.files {
        let of = file.file();
        if let Some(folder) = folders.iter_mut().find(|folder| folder.aid == of.application.aid) {
            folder.put(of.sfi().into(), Body::File { bytes: file.encode(), access: of.access });
        }
    }
    let rules = Rules {
        atr: profile.atr.clone(),
        unknown_application: profile.unknown_application,
        blocked_folders: profile.blocked_folders,
        extended: profile.extended,
        secure_channel: true,
        short_secure: profile.short_secure_read,
        most: profile.most,
        ..Rules::default()
    };
    let commands = Commands {
        number: draft.number.parse().map_err(|_| IssueError::Unfit("card number"))?,
        cipher: Generation::of(draft.issued.kind).unwrap_or(Generation::First).cipher(),
        // Another stream than the holder's.
        random: SplitMix64::new(seed ^ 0x7461_696D_656E_5A43),
        challenge: None,
        session: None,
        profile,
    };
    Ok((Chip::new(folders.to_vec(), rules), commands))
}

/// The free files of the residence application on a My Number Card, as far as they are known.
pub(super) fn guest(profile: &ResidenceProfile) -> Folder {
    let mut folder = Folder::new(&SPECIFIED, Status::NO_DATA);
    for file in specified_files(profile) {
        folder.put(file.file().sfi().into(), Body::File { bytes: file.encode(), access: Access::Free });
    }
    folder
}

impl Own for Commands {
    fn reset(&mut self) {
        (self.challenge, self.session) = (None, None);
    }

    fn again(&self) -> Box<dyn Own> {
        Box::new(self.clone())
    }

    fn execute(&mut self, chip: &mut Chip, command: &[u8]) -> Response {
        // A challenge is good for the very next command alone.
        let challenge = self.challenge.take();
        let Some(&[cla, ins, ..]) = command.first_chunk::<4>() else { return Err(Status::WRONG_LENGTH) };
        match (cla, ins) {
            (0x01..=0x07 | 0x09.., _) => return Err(sw::UNKNOWN_CLASS),
            (_, 0xA4 | 0x20 | 0x82 | 0x84 | 0xB0) => {}
            _ => return Err(sw::UNKNOWN_INSTRUCTION),
        }
        // SELECT, VERIFY and MUTUAL AUTHENTICATE take what Lc says and ignore the rest (SPEC).
        let lenient = matches!(ins, 0xA4 | 0x20 | 0x82);
        let parsed = Apdu::parse(command).or_else(|| if lenient { Apdu::parse(cut(command)?) } else { None });
        let apdu = &parsed.ok_or(Status::WRONG_LENGTH)?;
        if apdu.extended && !chip.rules.extended {
            return Err(Status::WRONG_LENGTH);
        }
        match (cla, ins) {
            (0x08, 0xA4 | 0x84 | 0x82) => Err(sw::NO_SECURE_MESSAGING),
            (_, 0xA4) => chip.select(apdu),
            (_, 0x84) => self.get_challenge(apdu),
            (_, 0x82) => self.authenticate(chip, apdu, challenge),
            (_, 0x20) => self.verify(chip, apdu),
            _ => self.read(chip, apdu),
        }
    }
}

impl Commands {
    fn get_challenge(&mut self, apdu: &Apdu<'_>) -> Response {
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
        Ok(challenge.to_vec().into())
    }

    fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut drawn = [0; N];
        drawn.iter_mut().zip(self.random.bytes(N)).for_each(|(slot, byte)| *slot = byte);
        drawn
    }

    fn authenticate(&mut self, chip: &mut Chip, apdu: &Apdu<'_>, challenge: Option<[u8; RANDOM_LENGTH]>) -> Response {
        if apdu.data.len() != AUTHENTICATE_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        if [apdu.p1, apdu.p2] != [0x00, 0x00] {
            return Err(sw::WRONG_PARAMETERS);
        }
        let random = challenge.ok_or(Status::CONDITIONS)?;
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
                Ok(responder.answer(&earlier.data(&random)).map_or(answer, |(stale, _)| stale).into())
            }
            Ok((answer, session)) => {
                self.session = Some(session);
                if self.profile.after_handshake == Again::Cleared {
                    chip.verified.clear();
                }
                Ok(answer.into())
            }
            Err(_) => {
                if self.profile.after_failure == Again::Cleared {
                    self.session = None;
                    chip.verified.clear();
                }
                Err(Status::VERIFY_FAILED)
            }
        }
    }

    fn verify(&mut self, chip: &mut Chip, apdu: &Apdu<'_>) -> Response {
        if apdu.cla == 0x00 {
            return Err(Status::SECURITY);
        }
        if apdu.data.len() != VERIFY_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        if [apdu.p1, apdu.p2] != NUMBER_REFERENCE {
            return Err(sw::WRONG_PARAMETERS);
        }
        if !apdu.data.starts_with(&[0x86, 0x11, 0x01]) {
            return Err(sw::SM_OBJECT_WRONG);
        }
        let session = self.session.as_ref().ok_or(self.profile.no_session)?;
        let number = session.open(apdu.data).map_err(|_| sw::SM_OBJECT_WRONG)?;
        if number.len() != self.number.expose().len() {
            return Err(sw::SM_OBJECT_WRONG);
        }
        chip.verified.clear();
        if number != self.number.expose() {
            return Err(Status::VERIFY_FAILED);
        }
        chip.verified.push(NUMBER);
        OK
    }

    fn read(&self, chip: &mut Chip, apdu: &Apdu<'_>) -> Response {
        let secure = apdu.cla == 0x08;
        let le = apdu.le.ok_or(Status::WRONG_LENGTH)?;
        if secure && !apdu.extended && !chip.rules.short_secure {
            return Err(Status::WRONG_LENGTH);
        }
        let wanted = match (secure, apdu.data) {
            (true, data) => self.wanted(data)?,
            (false, []) => le,
            (false, _) => return Err(Status::WRONG_LENGTH),
        };
        if apdu.extended && !self.profile.explicit_extended && wanted != ALL {
            return Err(self.profile.explicit_refused);
        }
        let (sfi, offset) = match apdu.p1 {
            0x00..=0x7F => (None, usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]))),
            0x80..=0x9F => (Some(apdu.p1 & 0x1F), usize::from(apdu.p2)),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let id = chip.resolve(sfi, Status::NOT_FOUND)?;
        if chip.is_blocked() {
            return Err(sw::FOLDER_BLOCKED);
        }
        if !secure {
            let secured = matches!(chip.element(id), Some(Body::File { access: Access::Secured, .. }));
            if secured && chip.allows(Access::Secured) {
                return Err(Status::SECURITY);
            }
            return chip.read(sfi, offset, wanted);
        }
        let session = self.session.as_ref().ok_or(self.profile.no_session)?;
        let before = chip.current;
        let Reply { data, status } = chip.read(sfi, offset, wanted)?;
        let data = session.seal(&data);
        if !apdu.extended && data.len() > SHORT_ANSWER {
            chip.current = before;
            return Err(Status::WRONG_LENGTH);
        }
        Ok(Reply { data, status })
    }

    /// Bytes that the object `96` of a secure READ BINARY asks for.
    fn wanted(&self, data: &[u8]) -> Result<usize, Status> {
        match data {
            [0x96, 0x02, 0x00, 0x00] => Ok(ALL),
            [0x96, 0x02, high, low] => Ok(usize::from(u16::from_be_bytes([*high, *low]))),
            _ => Err(sw::SM_OBJECT_WRONG),
        }
    }
}

/// What asks for everything.
const ALL: usize = 65_536;

/// The command as far as its Lc goes; `None` when it is shorter.
fn cut(command: &[u8]) -> Option<&[u8]> {
    let length = match command.get(4..)? {
        [0, high, low, ..] => 7 + usize::from(u16::from_be_bytes([*high, *low])),
        [length, ..] => 5 + usize::from(*length),
        [] => return None,
    };
    command.get(..length)
}
