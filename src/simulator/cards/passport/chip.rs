//! The chip of a passport: its files, what opens them, secure messaging and the proofs of its keys (spec passport 11).
//!
//! Order of the checks: class, instruction, state, length, data \[derived\].

use crate::{
    cards::{
        model::Access,
        passport::{
            Mrz,
            access::{
                AccessError, BacChip, ChipChannel, ChipProtocol, PaceChip, Password, SessionKeys,
                answer_chip_authentication,
            },
            files::{self, EMRTD, MF},
        },
    },
    crypto::{CurveSigner, EcdsaForm, Group, Hash, Trailer, der},
    iso7816::Status,
    simulator::{
        IssueError, SplitMix64,
        kernel::{
            apdu::Apdu,
            card::Own,
            chip::{Body, Chip, Folder, OK, Reply, Response, Rules, sw},
        },
        keys,
    },
};

use super::{
    Draft, IssuedPassport, PassportHolder,
    issue::{ActiveKey, chip_key, group_key, object},
    profile::{KeyAnswers, LongProof, MasterFile, Opens, PassportProfile},
};

/// What stands for every access right there is.
const OPENED: u8 = 0x01;

/// The longest answer that a short APDU carries.
const SHORT_ANSWER: usize = 256;

/// Bytes of the challenge of BAC and of that of active authentication.
const CHALLENGE: usize = 8;

/// What a passport remembers beyond its file system.
#[derive(Debug)]
pub(super) struct Commands {
    profile: PassportProfile,
    issued: IssuedPassport,
    zone: Password,
    can: Password,
    random: SplitMix64,
    bac: Option<BacChip>,
    pace: Option<PaceChip>,
    session: Option<ChipChannel>,
    /// Keys that count from the next command on.
    next: Option<SessionKeys>,
    /// Whether MSE chose chip authentication.
    chosen: bool,
    answered: u32,
}

/// A chip with its issued files.
///
/// # Errors
/// [`IssueError::Unfit`] for a zone that is not one.
pub(super) fn passport(draft: Draft, seed: u64) -> Result<(Chip, Commands), IssueError> {
    let Draft { plan, issued } = draft;
    let profile = plan.profile;
    let [mut master, mut application] = [MF, EMRTD].map(|of| Folder::new(&of, Status::NOT_FOUND));
    for (name, bytes) in &issued.files {
        let Some(file) = files::FILES.iter().find(|file| file.name == *name) else { continue };
        let folder = if file.application == MF { &mut master } else { &mut application };
        folder.put(file.sfi().into(), Body::File { bytes: bytes.clone(), access: file.access });
    }
    application.put(0x1E, Body::File { bytes: issued.common.clone(), access: Access::Secured });
    let rules = Rules {
        atr: ATR.to_vec(),
        extended: profile.extended,
        secure_channel: true,
        short_secure: true,
        most: profile.most,
        ..Rules::default()
    };
    let opens_with = plan.order.printed.clone().filter(|_| profile.opens_with_print);
    let opens_with = opens_with.unwrap_or_else(|| plan.order.holder.zone());
    let zone = Mrz::parse(opens_with.as_bytes()).map_err(|_| IssueError::Unfit("zone"))?;
    let commands = Commands {
        zone: Password::zone(zone.information().as_bytes()),
        can: Password::access_number(plan.order.holder.can.as_bytes()),
        // Another stream than the holder's.
        random: SplitMix64::new(seed ^ 0x7461_696D_656E_5050),
        bac: None,
        pace: None,
        session: None,
        next: None,
        chosen: false,
        answered: 0,
        issued,
        profile,
    };
    Ok((Chip::new(vec![master, application], rules), commands))
}

/// Made up: nothing in it names a passport.
const ATR: [u8; 13] = [0x3B, 0x88, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x81, 0x81, 0x00, 0x09];

impl Own for Commands {
    fn reset(&mut self) {
        (self.bac, self.pace, self.session, self.next, self.chosen) = (None, None, None, None, false);
    }

    fn again(&self) -> Box<dyn Own> {
        let Self { profile, issued, zone, can, random, answered, .. } = self;
        let (profile, issued, zone, can) = (profile.clone(), issued.clone(), zone.clone(), can.clone());
        let (bac, pace, session, next) = (None, None, None, None);
        let (random, answered) = (random.clone(), *answered);
        Box::new(Self { profile, issued, zone, can, random, bac, pace, session, next, chosen: false, answered })
    }

    fn execute(&mut self, chip: &mut Chip, command: &[u8]) -> Response {
        let Some(&[cla, ins, p1, p2]) = command.first_chunk::<4>() else { return Err(Status::WRONG_LENGTH) };
        match (cla, ins) {
            (0x00 | 0x0C, _) | (0x10, 0x86) => {}
            _ => return Err(sw::UNKNOWN_CLASS),
        }
        let Some(apdu) = Apdu::parse(command) else { return Err(Status::WRONG_LENGTH) };
        let refused = apdu.extended && !chip.rules.extended;
        if cla != 0x0C {
            self.end(chip);
            return if refused { Err(Status::WRONG_LENGTH) } else { self.plain(chip, &apdu, false) };
        }
        if refused {
            self.end(chip);
            return Err(Status::WRONG_LENGTH);
        }
        let Some(mut session) = self.session.take() else { return Err(sw::SM_OBJECT_WRONG) };
        let plain = match session.open([cla, ins, p1, p2], apdu.data) {
            Ok(plain) => plain,
            Err(fault) => {
                self.end(chip);
                return Err(fault.status());
            }
        };
        let inner = Apdu::parse(&plain).ok_or(Status::WRONG_LENGTH);
        let answer = inner.and_then(|inner| self.plain(chip, &inner, true));
        if let (Err(status), true) = (&answer, self.profile.plain_errors) {
            self.end(chip);
            return Err(*status);
        }
        let Reply { mut data, status } = answer.unwrap_or_else(|status| Reply { data: Vec::new(), status });
        if !apdu.extended && data.len() > session.room(SHORT_ANSWER) {
            data.truncate(session.room(SHORT_ANSWER));
        }
        let sealed = session.seal(ins & 1 == 1, &data, status);
        self.session = Some(match self.next.take() {
            Some(keys) => ChipChannel::new(keys),
            None => session,
        });
        self.answered = self.answered.saturating_add(1);
        let mut data = sealed.data;
        if self.profile.broken_mac_at == Some(self.answered)
            && let Some(last) = data.last_mut()
        {
            *last ^= 0x01;
        }
        Ok(Reply { data, status: sealed.status })
    }
}

impl Commands {
    /// The session is over, and with it every right.
    fn end(&mut self, chip: &mut Chip) {
        (self.session, self.next, self.chosen) = (None, None, false);
        chip.verified.clear();
    }

    fn plain(&mut self, chip: &mut Chip, apdu: &Apdu<'_>, secured: bool) -> Response {
        // A challenge is good for the very next command, a step of PACE for the next one of its kind.
        let bac = self.bac.take();
        let pace = self.pace.take();
        match apdu.ins {
            0xA4 => self.select(chip, apdu, secured),
            0xB0 | 0xB1 => self.read(chip, apdu),
            0x84 => self.challenge(chip, apdu),
            0x82 => self.external(chip, apdu, bac),
            0x22 => self.manage(apdu, secured),
            0x86 if secured => self.chip_authentication(apdu),
            0x86 => self.general(chip, apdu, pace),
            0x88 => self.internal(chip, apdu),
            _ => Err(sw::UNKNOWN_INSTRUCTION),
        }
    }

    fn select(&self, chip: &mut Chip, apdu: &Apdu<'_>, secured: bool) -> Response {
        match (apdu.p1, apdu.data) {
            (0x00, name @ ([] | [0x3F, 0x00])) => {
                match self.profile.master {
                    MasterFile::Refused => return Err(sw::WRONG_PARAMETERS),
                    MasterFile::Pretended if name.is_empty() => {}
                    MasterFile::Selected | MasterFile::Pretended => chip.enter(&[]),
                }
                OK
            }
            (0x02, [0x01, low]) => {
                let id = u16::from(low & 0x1F);
                chip.element(id).ok_or(Status::NOT_FOUND)?;
                chip.current = Some(id);
                OK
            }
            (0x04, aid) if aid == EMRTD.aid => {
                if self.profile.opens == Opens::PaceAlone && !secured {
                    return Err(Status::SECURITY);
                }
                chip.enter(EMRTD.aid);
                OK
            }
            _ => Err(Status::NOT_FOUND),
        }
    }

    fn read(&self, chip: &mut Chip, apdu: &Apdu<'_>) -> Response {
        let le = apdu.le.ok_or(Status::WRONG_LENGTH)?;
        if apdu.ins == 0xB1 {
            let [0x54, length, offset @ ..] = apdu.data else { return Err(sw::WRONG_DATA) };
            if usize::from(*length) != offset.len() || offset.len() > 3 {
                return Err(sw::WRONG_DATA);
            }
            let offset = offset.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            let Reply { data, status } = self.piece(chip, None, offset, le.saturating_sub(4).max(1))?;
            return Ok(Reply { data: object(&[0x53], &data), status });
        }
        let (sfi, offset) = match apdu.p1 {
            0x00..=0x7F => (None, usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]))),
            0x80..=0x9F => (Some(apdu.p1 & 0x1F), usize::from(apdu.p2)),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        if sfi.is_some_and(|sfi| self.profile.hidden.contains(&sfi)) && !chip.is_at_root() {
            return Err(Status::NOT_FOUND);
        }
        self.piece(chip, sfi, offset, le)
    }

    fn piece(&self, chip: &mut Chip, sfi: Option<u8>, offset: usize, le: usize) -> Response {
        let reply = chip.read(sfi, offset, le)?;
        let length = match chip.current.and_then(|id| chip.element(id)) {
            Some(Body::File { bytes, .. }) => bytes.len(),
            _ => 0,
        };
        if self.profile.strict_end && offset.saturating_add(le) > length { Err(Status::PAST_END) } else { Ok(reply) }
    }

    fn challenge(&mut self, chip: &Chip, apdu: &Apdu<'_>) -> Response {
        if apdu.le != Some(CHALLENGE) || !apdu.data.is_empty() {
            return Err(Status::WRONG_LENGTH);
        }
        if self.profile.opens == Opens::PaceAlone || !chip.is_in(&EMRTD) {
            return Err(sw::UNKNOWN_INSTRUCTION);
        }
        let random = &mut self.random;
        let bac = BacChip::new::<AccessError>(&self.zone, &mut |count| Ok(random.bytes(count)));
        let bac = bac.map_err(|_| sw::UNKNOWN_INSTRUCTION)?;
        let challenge = bac.challenge().to_vec();
        self.bac = Some(bac);
        Ok(challenge.into())
    }

    fn external(&mut self, chip: &mut Chip, apdu: &Apdu<'_>, bac: Option<BacChip>) -> Response {
        let bac = bac.ok_or(Status::CONDITIONS)?;
        let (answer, keys) = bac.answer(apdu.data).map_err(|_| Status::VERIFY_FAILED)?;
        self.session = Some(ChipChannel::new(keys));
        chip.verified.push(OPENED);
        Ok(answer.into())
    }

    fn manage(&mut self, apdu: &Apdu<'_>, secured: bool) -> Response {
        match (apdu.p1, apdu.p2) {
            (0xC1, 0xA4) if !secured => {
                let value =
                    |tag| objects(apdu.data).into_iter().find(|(known, _)| *known == tag).map(|(_, value)| value);
                let info = self.issued.pace.iter().find(|info| {
                    let same = value(0x84).is_none_or(|number| number == [info.parameter.unwrap_or_default()]);
                    value(0x80) == Some(&info.oid) && same
                });
                let info = info.filter(|_| !self.profile.refuses_pace && self.profile.opens != Opens::BacAlone);
                let info = info.ok_or(sw::WRONG_DATA)?;
                if self.profile.wants_parameters && value(0x84).is_none() {
                    return Err(sw::LENGTH_CONTRADICTS);
                }
                let password = match value(0x83) {
                    Some([0x01]) => &self.zone,
                    Some([0x02]) => &self.can,
                    _ => return Err(Status::NO_DATA),
                };
                let proven =
                    self.issued.mapped.as_ref().filter(|_| self.proves()).map(|key| match self.profile.answers {
                        KeyAnswers::Honestly => key.clone(),
                        _ => chip_key(key.curve(), &copied(), "copy"),
                    });
                let random = &mut self.random;
                let run =
                    PaceChip::new::<AccessError>(info, password, proven.as_ref(), &mut |count| Ok(random.bytes(count)));
                self.pace = Some(run.map_err(|_| sw::WRONG_DATA)?);
                OK
            }
            (0x41, 0xA4) if secured && self.proves() => {
                let (group, _, suite) = self.issued.chip.as_ref().ok_or(sw::WRONG_DATA)?;
                let curve = matches!(group, Group::Curve(_));
                let oid = objects(apdu.data).into_iter().find(|(tag, _)| *tag == 0x80).map(|(_, value)| value);
                if oid != Some(&ChipProtocol::new(curve, *suite, None).oid) {
                    return Err(sw::WRONG_DATA);
                }
                self.chosen = true;
                OK
            }
            (0x41, 0xA6) if secured && self.proves() => {
                let public = objects(apdu.data).into_iter().find(|(tag, _)| *tag == 0x91).map(|(_, value)| value);
                self.agree(public.ok_or(sw::WRONG_DATA)?)?;
                OK
            }
            _ => Err(sw::WRONG_DATA),
        }
    }

    /// Whether the chip answers to the proofs of its key at all.
    fn proves(&self) -> bool {
        self.profile.answers != KeyAnswers::Refuses
    }

    /// One step of PACE; the session after the last one.
    fn general(&mut self, chip: &mut Chip, apdu: &Apdu<'_>, pace: Option<PaceChip>) -> Response {
        let mut pace = pace.ok_or(Status::CONDITIONS)?;
        let answer = pace.answer(apdu.data).map_err(|error| match error {
            AccessError::Form => sw::WRONG_DATA,
            _ => Status::VERIFY_FAILED,
        })?;
        let mut data = answer.data;
        match answer.session {
            Some(keys) => {
                self.session = Some(ChipChannel::new(keys));
                chip.verified.push(OPENED);
                if self.profile.wrong_token
                    && let Some(last) = data.last_mut()
                {
                    *last ^= 0x01;
                }
            }
            None => self.pace = Some(pace),
        }
        Ok(data.into())
    }

    fn chip_authentication(&mut self, apdu: &Apdu<'_>) -> Response {
        if !std::mem::take(&mut self.chosen) {
            return Err(Status::CONDITIONS);
        }
        let public = der::only(apdu.data, 0x7C).and_then(|inner| der::only(inner, 0x80)).ok_or(sw::WRONG_DATA)?;
        self.agree(public)?;
        Ok(vec![0x7C, 0x00].into())
    }

    /// Agrees on keys that count after this answer.
    fn agree(&mut self, public: &[u8]) -> Result<(), Status> {
        let (group, key, suite) = self.issued.chip.as_ref().ok_or(sw::WRONG_DATA)?;
        let key = match self.profile.answers {
            KeyAnswers::Honestly => key.clone(),
            _ => group_key(group, &copied(), "copy"),
        };
        let keys = answer_chip_authentication(group, &key, *suite, public);
        self.next = Some(keys.map_err(|_| Status::VERIFY_FAILED)?);
        Ok(())
    }

    fn internal(&self, chip: &Chip, apdu: &Apdu<'_>) -> Response {
        if !chip.allows(Access::Secured) || !self.proves() {
            return Err(Status::SECURITY);
        }
        let key = self.issued.active.as_ref().ok_or(sw::UNKNOWN_INSTRUCTION)?;
        if apdu.data.len() != CHALLENGE {
            return Err(Status::WRONG_LENGTH);
        }
        let challenge = if self.profile.answers == KeyAnswers::Stale { &[0; CHALLENGE][..] } else { apdu.data };
        let other = self.profile.answers == KeyAnswers::OtherKey;
        let signature = match key {
            ActiveKey::Curve(key, hash) => {
                let key = if other { chip_key(key.curve(), &copied(), "copy") } else { key.clone() };
                CurveSigner::new(key).sign(&hash.of(&[challenge]), EcdsaForm::Fixed).ok()
            }
            ActiveKey::Rsa(name) => {
                let key = keys::recovering(if other { "impostor" } else { name }).map_err(|_| Status::UNSPECIFIED)?;
                // The part that the signature returns is random: here a hash of the challenge, so that recordings repeat.
                let filler: Vec<u8> = (0..8).flat_map(|at| Hash::Sha256.of(&[&[at], challenge])).collect();
                key.sign(&filler, challenge, Trailer::Explicit(Hash::Sha256)).ok()
            }
        };
        let signature = signature.ok_or(Status::UNSPECIFIED)?;
        match self.profile.long_proof {
            LongProof::Named if apdu.le == Some(65_536) => {
                Err(Status(0x6C00 | u16::from(u8::try_from(signature.len()).unwrap_or_default())))
            }
            LongProof::Refused if apdu.extended => Err(Status::WRONG_LENGTH),
            LongProof::Empty if apdu.le == Some(65_536) => OK,
            _ => Ok(signature.into()),
        }
    }
}

/// Whose keys a copy has.
fn copied() -> PassportHolder {
    PassportHolder::from_seed(0)
}

/// The objects of MANAGE SECURITY ENVIRONMENT.
fn objects(data: &[u8]) -> Vec<(u8, &[u8])> {
    let mut found = Vec::new();
    let mut rest = data;
    while let Some((tag, value, after)) = der::any(rest) {
        found.push((tag, value));
        rest = after;
    }
    found
}
