//! The instructions that only this card has (spec my-number 8.3).
//!
//! Order of the checks: class and channel, instruction, P1-P2, Lc and Le, does the object exist, access condition, type,
//! content \[derived\].

use crate::{
    cards::my_number::files,
    crypto::{sha256, sha256_digest_info},
    iso7816::Status,
    privacy::MAX_PIN_LENGTH,
    simulator::{
        SplitMix64,
        kernel::{
            apdu::Apdu,
            card::Own,
            chip::{Answers, Body, Chip, Key, OK, Reply, Response, sw},
        },
    },
};

use super::profile::Profile;

/// What a My Number Card remembers and does beyond its file system.
#[derive(Debug, Clone)]
pub(super) struct Commands {
    /// GET DATA objects.
    pub objects: Vec<(u16, Vec<u8>)>,
    pub profile: Profile,
    /// The next command answers `6F00`.
    pub wake: bool,
    pub random: SplitMix64,
}

impl Own for Commands {
    fn reset(&mut self) {
        self.wake = self.profile.wake_6f00;
    }

    fn again(&self) -> Box<dyn Own> {
        Box::new(self.clone())
    }

    fn execute(&mut self, chip: &mut Chip, command: &[u8]) -> Response {
        if std::mem::take(&mut self.wake) {
            return Err(Status::UNSPECIFIED);
        }
        let apdu = &Apdu::parse(command).ok_or(Status::WRONG_LENGTH)?;
        class(chip, apdu.cla)?;
        match (apdu.cla, apdu.ins) {
            (0x00, 0xA4) => chip.select(apdu),
            (0x00, 0xB0) => chip.read_binary(apdu),
            (0x00, 0x20) => chip.verify(apdu),
            (0x00, 0xB2) => self.read_record(chip, apdu),
            (0x00, 0x24) if chip.is_in(&files::JPKI) || chip.is_in(&files::TEXT) => change(chip, apdu, 0x01),
            (0x80, 0x32) if chip.is_in(&files::COMMON) || chip.is_in(&files::RESIDENT) => change(chip, apdu, 0x00),
            (0x80, 0x2A) => self.sign(chip, apdu),
            (0x00, 0x84) => self.get_challenge(apdu),
            (0x00, 0x88) => internal_authenticate(chip, apdu),
            (0x00, 0xCA) => self.get_data(chip, apdu),
            // What a 特定在留カード does here is not known (spec residence 8.9).
            (0x80, 0xAE) if chip.is_in(&crate::cards::residence_card::files::SPECIFIED) => Err(sw::UNKNOWN_INSTRUCTION),
            (0x80, 0xAE) => set_session_key(chip, apdu),
            // Terminal authentication needs a certificate of J-LIS, which nobody here has.
            (0x80, 0xA2) if [[0x06, 0xC1], [0x00, 0xC1]].contains(&[apdu.p1, apdu.p2]) => Err(Status::WRONG_LENGTH),
            (0x80, 0xA2) => Err(sw::WRONG_PARAMETERS),
            (0x80, 0xFC) => Err(Status::WRONG_LENGTH),
            (0x80, 0x06 | 0x50 | 0x52 | 0x54 | 0x8A) => Err(Status::SECURITY),
            (0x00, 0xC0) => Err(Status::CONDITIONS),
            _ => Err(sw::UNKNOWN_INSTRUCTION),
        }
    }
}

/// Class byte: no logical channels, no secure messaging session.
fn class(chip: &Chip, cla: u8) -> Result<(), Status> {
    match cla {
        0x00 | 0x80 => Ok(()),
        0x01..=0x03 | 0x09..=0x0B | 0x0D..=0x0F | 0x40..=0x7F | 0x81..=0x83 => Err(sw::CHANNEL),
        0x0C if chip.is_in(&files::TEXT) => Err(sw::SM_OBJECT_MISSING),
        0x08 | 0x0C => Err(sw::NO_SM_SESSION),
        _ => Err(sw::UNKNOWN_CLASS),
    }
}

impl Commands {
    fn read_record(&self, chip: &mut Chip, apdu: &Apdu<'_>) -> Response {
        let sfi = match apdu.p2 >> 3 {
            0 => None,
            0x1F => return Err(sw::WRONG_PARAMETERS),
            sfi => Some(sfi),
        };
        let all = match apdu.p2 & 0x07 {
            0x04 => false,
            0x05 => true,
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let first = usize::from(apdu.p1).checked_sub(1).ok_or(sw::WRONG_PARAMETERS)?;
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        let id = chip.resolve(sfi, Status::NOT_FOUND)?;
        let records = match chip.element(id) {
            Some(Body::Records { records, access }) if chip.allows(*access) => records,
            Some(Body::Records { .. }) => return Err(Status::SECURITY),
            Some(_) => return Err(sw::FILE_STRUCTURE),
            None => return Err(Status::NOT_FOUND),
        };
        if all && !self.profile.all_records {
            return Err(sw::NOT_SUPPORTED);
        }
        let wanted = records.get(first..).filter(|rest| !rest.is_empty()).ok_or(sw::NO_RECORD)?;
        let most = if all { wanted.len() } else { 1 };
        let data: Vec<u8> = wanted.iter().take(most).flatten().copied().take(le).collect();
        chip.current = Some(id);
        Ok(data.into())
    }

    /// `80 2A`: a signature with a card key. RSASSA-PSS (P1 04, 05) is left out.
    fn sign(&self, chip: &Chip, apdu: &Apdu<'_>) -> Response {
        let wrong_length = if apdu.data.is_empty() { Status::WRONG_LENGTH } else { self.profile.sign_length };
        let input = match apdu.p1 {
            0x00 => Some(apdu.data.to_vec()).filter(|input| input.len() <= 245),
            0x01 => Some(sha256(&[apdu.data]).to_vec()),
            0x02 => apdu.data.try_into().ok().map(|hash| sha256_digest_info(&hash)),
            0x03 => Some(sha256_digest_info(&sha256(&[apdu.data]))),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let sfi = match apdu.p2 {
            0x00 if chip.is_in(&files::FACE) => Some(files::FACE_SIGNING_KEY),
            0x00 if chip.is_in(&files::TEXT) => Some(files::TEXT_SIGNING_KEY),
            0x00 => return Err(Status::NO_DATA),
            _ => chip.reference(&Apdu { p1: 0x00, ..*apdu })?,
        };
        let input = input.filter(|_| !apdu.data.is_empty()).ok_or(wrong_length)?;
        let key = key_of(chip, sfi)?;
        if key.classic && sfi.is_some() {
            return Err(sw::WRONG_PARAMETERS);
        }
        if !chip.allows(key.access) {
            return Err(Status::SECURITY);
        }
        match &key.answers {
            _ if key.internal => Err(Status::CONDITIONS),
            Answers::Refuses(status) => Err(*status),
            Answers::Honestly => key.sign(&input),
            Answers::Stale => key.sign(&Key::stale_input()),
            Answers::CutShort => key.sign(&input).map(|mut reply| {
                reply.data.pop();
                reply
            }),
        }
    }

    fn get_challenge(&mut self, apdu: &Apdu<'_>) -> Response {
        if (apdu.p1, apdu.p2) != (0, 0) {
            return Err(sw::WRONG_PARAMETERS);
        }
        if apdu.extended {
            return Err(Status::CONDITIONS);
        }
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        Ok(self.random.bytes(le).into())
    }

    fn get_data(&self, chip: &Chip, apdu: &Apdu<'_>) -> Response {
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        let tag = u16::from_be_bytes([apdu.p1, apdu.p2]);
        let in_application = tag == files::other_data_object::CONTACT_ATR && self.profile.contact_atr_in_application;
        if chip.is_at_root() == in_application {
            return Err(Status::NO_DATA);
        }
        let object = self.objects.iter().find(|(known, _)| *known == tag).ok_or(Status::NO_DATA)?;
        if object.1.len() > le { Err(Status::WRONG_LENGTH) } else { Ok(object.1.clone().into()) }
    }
}

/// CHANGE of the current reference, which must be verified (spec my-number 3.5).
fn change(chip: &mut Chip, apdu: &Apdu<'_>, p1: u8) -> Response {
    if (apdu.p1, apdu.p2) != (p1, 0x80) {
        return Err(sw::WRONG_PARAMETERS);
    }
    if apdu.data.is_empty() || apdu.data.len() > MAX_PIN_LENGTH {
        return Err(Status::WRONG_LENGTH);
    }
    let id = chip.resolve(None, Status::NO_DATA)?;
    let [_, key] = id.to_be_bytes();
    let verified = chip.verified.contains(&key);
    match chip.element_mut(id) {
        Some(Body::Reference(secret)) if verified => {
            secret.value = Some(apdu.data.to_vec());
            OK
        }
        Some(Body::Reference(_)) => Err(Status::SECURITY),
        _ => Err(sw::FILE_STRUCTURE),
    }
}

/// ISO INTERNAL AUTHENTICATE: works only with the common card application's key (M).
fn internal_authenticate(chip: &Chip, apdu: &Apdu<'_>) -> Response {
    let sfi = chip.reference(apdu)?;
    if apdu.data.is_empty() {
        return Err(Status::WRONG_LENGTH);
    }
    let key = key_of(chip, sfi)?;
    match (chip.allows(key.access), key.internal) {
        (false, _) => Err(Status::SECURITY),
        (true, false) => Err(Status::CONDITIONS),
        (true, true) => key.sign(&sha256_digest_info(&sha256(&[apdu.data]))),
    }
}

fn key_of(chip: &Chip, sfi: Option<u8>) -> Result<&Key, Status> {
    let id = chip.resolve(sfi, Status::NO_DATA)?;
    match chip.element(id) {
        Some(Body::Key(key)) => Ok(key),
        _ => Err(Status::NO_DATA),
    }
}

/// SET SESSION KEY: this simulator opens no session, and refuses as the card does (spec my-number 3.9, M).
fn set_session_key(chip: &Chip, apdu: &Apdu<'_>) -> Response {
    if (apdu.p1, apdu.p2) != (0, 0) {
        return Err(sw::WRONG_PARAMETERS);
    }
    if chip.is_in(&files::COMMON) || chip.is_in(&files::FACE) {
        return Err(sw::NOT_CONFIGURED);
    }
    let entitled = chip.is_in(&files::TEXT) && chip.verified.contains(&files::TEXT_PIN.sfi);
    Err(if entitled { sw::WRONG_DATA } else { Status::SECURITY })
}

impl Key {
    /// The input that is signed instead of the given one.
    fn stale_input() -> Vec<u8> {
        sha256_digest_info(&sha256(&[b"taimen simulator: a challenge of another day"]))
    }

    fn sign(&self, input: &[u8]) -> Response {
        let signer = self.signer.as_ref().ok_or(Status::CONDITIONS)?;
        signer.sign_padded(input).map(Reply::from).map_err(|_| Status::CONDITIONS)
    }
}
