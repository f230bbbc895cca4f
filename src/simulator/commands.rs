//! The card's answers, one function an instruction (spec my-number 8.3).
//!
//! Order of the checks: class and channel, instruction, P1-P2, Lc and Le, does the object exist, access condition, type,
//! content \[derived\].

use crate::{
    cards::my_number::files::{self},
    crypto::{sha256, sha256_digest_info},
    iso7816::Status,
    privacy::MAX_PIN_LENGTH,
};

use super::{
    apdu::Apdu,
    contents::{Answers, Body, Key},
    profile::{AidPrefix, AllRecords, BlockedQuery, ContactAtr, ExtendedLe, SignLength, VerifiedQuery},
    state::{Answer, State, sw},
};

const OK: Answer = Ok(Vec::new());

impl State {
    /// Executes one command.
    pub fn execute(&mut self, command: &[u8]) -> Answer {
        if std::mem::take(&mut self.wake) {
            return Err(Status::UNSPECIFIED);
        }
        let apdu = Apdu::parse(command).ok_or(Status::WRONG_LENGTH)?;
        self.class(apdu.cla)?;
        match (apdu.cla, apdu.ins) {
            (0x00, 0xA4) => self.select(&apdu),
            (0x00, 0xB0) => self.read_binary(&apdu),
            (0x00, 0xB2) => self.read_record(&apdu),
            (0x00, 0x20) => self.verify(&apdu),
            (0x00, 0x24) if self.is_in(&files::JPKI) || self.is_in(&files::TEXT) => self.change(&apdu, 0x01),
            (0x80, 0x32) if self.is_in(&files::COMMON) || self.is_in(&files::RESIDENT) => self.change(&apdu, 0x00),
            (0x80, 0x2A) => self.sign(&apdu),
            (0x00, 0x84) => self.get_challenge(&apdu),
            (0x00, 0x88) => self.internal_authenticate(&apdu),
            (0x00, 0xCA) => self.get_data(&apdu),
            // What a 特定在留カード does here is not known (spec residence 8.9).
            (0x80, 0xAE) if self.is_in(&crate::cards::residence_card::files::SPECIFIED) => Err(sw::UNKNOWN_INSTRUCTION),
            (0x80, 0xAE) => self.set_session_key(&apdu),
            // Terminal authentication needs a certificate of J-LIS, which nobody here has.
            (0x80, 0xA2) if [[0x06, 0xC1], [0x00, 0xC1]].contains(&[apdu.p1, apdu.p2]) => Err(Status::WRONG_LENGTH),
            (0x80, 0xA2) => Err(sw::WRONG_PARAMETERS),
            (0x80, 0xFC) => Err(Status::WRONG_LENGTH),
            (0x80, 0x06 | 0x50 | 0x52 | 0x54 | 0x8A) => Err(Status::SECURITY),
            (0x00, 0xC0) => Err(Status::CONDITIONS),
            _ => Err(sw::UNKNOWN_INSTRUCTION),
        }
    }

    /// Class byte: no logical channels, no secure messaging session.
    fn class(&self, cla: u8) -> Result<(), Status> {
        match cla {
            0x00 | 0x80 => Ok(()),
            0x01..=0x03 | 0x09..=0x0B | 0x0D..=0x0F | 0x40..=0x7F | 0x81..=0x83 => Err(sw::CHANNEL),
            0x0C if self.is_in(&files::TEXT) => Err(sw::SM_OBJECT_MISSING),
            0x08 | 0x0C => Err(sw::NO_SM_SESSION),
            _ => Err(sw::UNKNOWN_CLASS),
        }
    }

    fn select(&mut self, apdu: &Apdu<'_>) -> Answer {
        match (apdu.p1, apdu.p2, apdu.data) {
            // This card has no master file: naming it finds nothing (M).
            (_, _, [0x3F, 0x00]) => Err(Status::NOT_FOUND),
            // Without a name: refused after a reset, accepted without effect in an application (M).
            (0x00, 0x00, []) if self.application.is_none() => Err(sw::WRONG_PARAMETERS),
            (0x00, 0x00, []) => OK,
            (0x04, 0x00 | 0x0C, aid) => {
                if aid.is_empty() || aid.len() > 16 {
                    return Err(Status::WRONG_LENGTH);
                }
                let prefix = self.profile.aid_prefix == AidPrefix::First;
                let found = self.find_application(aid, prefix).ok_or(Status::NOT_FOUND)?;
                self.enter(found);
                OK
            }
            (0x02, 0x00 | 0x0C, [high, low]) => {
                let known = *high == 0 && self.element(*low).is_some();
                self.current = Some(*low).filter(|_| known).or(self.current);
                if known { OK } else { Err(Status::NOT_FOUND) }
            }
            (0x02, 0x00 | 0x0C, _) => Err(Status::WRONG_LENGTH),
            _ => Err(sw::WRONG_PARAMETERS),
        }
    }

    fn read_binary(&mut self, apdu: &Apdu<'_>) -> Answer {
        let (sfi, offset) = match apdu.p1 {
            0x00..=0x7F => (None, usize::from(u16::from_be_bytes([apdu.p1, apdu.p2]))),
            p1 => (Some(short_identifier(p1)?), usize::from(apdu.p2)),
        };
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        if apdu.extended && self.profile.extended_le == ExtendedLe::WrongLength {
            return Err(Status::WRONG_LENGTH);
        }
        let sfi = self.resolve(sfi, Status::NOT_FOUND)?;
        let rest = self.transparent(sfi)?.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Status::PAST_END)?;
        let data = rest.get(..le).unwrap_or(rest).to_vec();
        self.current = Some(sfi);
        Ok(data)
    }

    fn read_record(&mut self, apdu: &Apdu<'_>) -> Answer {
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
        let sfi = self.resolve(sfi, Status::NOT_FOUND)?;
        let records = self.records(sfi)?;
        if all && self.profile.all_records == AllRecords::NotSupported {
            return Err(sw::NOT_SUPPORTED);
        }
        let wanted = records.get(first..).filter(|rest| !rest.is_empty()).ok_or(sw::NO_RECORD)?;
        let most = if all { wanted.len() } else { 1 };
        let data = wanted.iter().take(most).flatten().copied().take(le).collect();
        self.current = Some(sfi);
        Ok(data)
    }

    fn verify(&mut self, apdu: &Apdu<'_>) -> Answer {
        let sfi = if apdu.p1 == 0 { reference_identifier(apdu.p2)? } else { return Err(sw::WRONG_PARAMETERS) };
        if apdu.data.len() > MAX_PIN_LENGTH || apdu.le.is_some() {
            return Err(Status::WRONG_LENGTH);
        }
        // The マイナ免許証 answers otherwise than this card's own applications (spec licence 8.7, C).
        let missing =
            if self.is_in(&crate::cards::drivers_licence::files::MENKYO) { Status::NOT_FOUND } else { Status::NO_DATA };
        let no_reference = if sfi.is_some() { missing } else { sw::FILE_STRUCTURE };
        let sfi = self.resolve(sfi, missing)?;
        let (profile, verified) = (self.profile.clone(), self.verified.contains(&sfi));
        let Some(Body::Reference(secret)) = self.element_mut(sfi).map(|element| &mut element.body) else {
            return Err(no_reference);
        };
        if apdu.data.is_empty() {
            return match (verified, secret.tries) {
                _ if !secret.counted => Err(Status::VERIFY_FAILED),
                (true, _) if profile.verified_query == VerifiedQuery::Ok => OK,
                // A limit of 0 is text reference 0012, which was seen to answer 63C0.
                (_, 0) if profile.blocked_query == BlockedQuery::Blocked && secret.limit > 0 => Err(Status::BLOCKED),
                (_, left) => Err(sw::tries(left)),
            };
        }
        if secret.tries == 0 {
            return Err(Status::BLOCKED);
        }
        // The counter changes before the answer leaves: cutting power gives no free try.
        if secret.value.as_deref() == Some(apdu.data) {
            secret.tries = secret.limit;
            self.verified.insert(sfi);
            self.current = Some(sfi);
            return OK;
        }
        let refusal = if secret.counted {
            secret.tries -= 1;
            sw::tries(secret.tries)
        } else {
            Status::VERIFY_FAILED
        };
        self.verified.remove(&sfi);
        Err(refusal)
    }

    /// CHANGE of the current reference, which must be verified (spec my-number 3.5).
    fn change(&mut self, apdu: &Apdu<'_>, p1: u8) -> Answer {
        if (apdu.p1, apdu.p2) != (p1, 0x80) {
            return Err(sw::WRONG_PARAMETERS);
        }
        if apdu.data.is_empty() || apdu.data.len() > MAX_PIN_LENGTH {
            return Err(Status::WRONG_LENGTH);
        }
        let sfi = self.resolve(None, Status::NO_DATA)?;
        let verified = self.verified.contains(&sfi);
        match self.element_mut(sfi).map(|element| &mut element.body) {
            Some(Body::Reference(secret)) if verified => {
                secret.value = Some(apdu.data.to_vec());
                OK
            }
            Some(Body::Reference(_)) => Err(Status::SECURITY),
            _ => Err(sw::FILE_STRUCTURE),
        }
    }

    /// `80 2A`: a signature with a card key. RSASSA-PSS (P1 04, 05) is left out.
    fn sign(&mut self, apdu: &Apdu<'_>) -> Answer {
        let wrong_length = match (apdu.data, self.profile.sign_length) {
            ([], _) | (_, SignLength::WrongLength) => Status::WRONG_LENGTH,
            (_, SignLength::Conditions) => Status::CONDITIONS,
        };
        let input = match apdu.p1 {
            0x00 => Some(apdu.data.to_vec()).filter(|input| input.len() <= 245),
            0x01 => Some(sha256(&[apdu.data]).to_vec()),
            0x02 => apdu.data.try_into().ok().map(|hash| sha256_digest_info(&hash)),
            0x03 => Some(sha256_digest_info(&sha256(&[apdu.data]))),
            _ => return Err(sw::WRONG_PARAMETERS),
        };
        let sfi = match apdu.p2 {
            0x00 if self.is_in(&files::FACE) => Some(files::FACE_SIGNING_KEY),
            0x00 if self.is_in(&files::TEXT) => Some(files::TEXT_SIGNING_KEY),
            0x00 => return Err(Status::NO_DATA),
            p2 => reference_identifier(p2)?,
        };
        let input = input.filter(|_| !apdu.data.is_empty()).ok_or(wrong_length)?;
        let key = self.key(sfi)?;
        if key.classic && sfi.is_some() {
            return Err(sw::WRONG_PARAMETERS);
        }
        if !self.allows(key.access) {
            return Err(Status::SECURITY);
        }
        match &key.answers {
            _ if key.internal => Err(Status::CONDITIONS),
            Answers::Refuses(status) => Err(*status),
            Answers::Honestly => key.sign(&input),
            Answers::Stale => key.sign(&Key::stale_input()),
            Answers::CutShort => key.sign(&input).map(|mut signature| {
                signature.pop();
                signature
            }),
        }
    }

    /// ISO INTERNAL AUTHENTICATE: works with the common card application's key alone (M).
    fn internal_authenticate(&mut self, apdu: &Apdu<'_>) -> Answer {
        let sfi = if apdu.p1 == 0 { reference_identifier(apdu.p2)? } else { return Err(sw::WRONG_PARAMETERS) };
        if apdu.data.is_empty() {
            return Err(Status::WRONG_LENGTH);
        }
        let key = self.key(sfi)?;
        match (self.allows(key.access), key.internal) {
            (false, _) => Err(Status::SECURITY),
            (true, false) => Err(Status::CONDITIONS),
            (true, true) => key.sign(&sha256_digest_info(&sha256(&[apdu.data]))),
        }
    }

    fn key(&self, sfi: Option<u8>) -> Result<&Key, Status> {
        let sfi = self.resolve(sfi, Status::NO_DATA)?;
        match self.element(sfi).map(|element| &element.body) {
            Some(Body::Key(key)) => Ok(key),
            _ => Err(Status::NO_DATA),
        }
    }

    fn get_challenge(&mut self, apdu: &Apdu<'_>) -> Answer {
        if (apdu.p1, apdu.p2) != (0, 0) {
            return Err(sw::WRONG_PARAMETERS);
        }
        if apdu.extended {
            return Err(Status::CONDITIONS);
        }
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        Ok(self.random.bytes(le))
    }

    fn get_data(&mut self, apdu: &Apdu<'_>) -> Answer {
        let le = apdu.le.filter(|_| apdu.data.is_empty()).ok_or(Status::WRONG_LENGTH)?;
        let tag = u16::from_be_bytes([apdu.p1, apdu.p2]);
        let in_application =
            tag == files::other_data_object::CONTACT_ATR && self.profile.contact_atr == ContactAtr::Application;
        if self.application.is_some() != in_application {
            return Err(Status::NO_DATA);
        }
        let object = self.contents.objects.iter().find(|(known, _)| *known == tag).ok_or(Status::NO_DATA)?;
        if object.1.len() > le { Err(Status::WRONG_LENGTH) } else { Ok(object.1.clone()) }
    }

    /// SET SESSION KEY: this simulator opens no session, and refuses as the card does (spec my-number 3.9, M).
    fn set_session_key(&mut self, apdu: &Apdu<'_>) -> Answer {
        if (apdu.p1, apdu.p2) != (0, 0) {
            return Err(sw::WRONG_PARAMETERS);
        }
        if self.is_in(&files::COMMON) || self.is_in(&files::FACE) {
            return Err(sw::NOT_CONFIGURED);
        }
        let entitled = self.is_in(&files::TEXT) && self.verified.contains(&files::TEXT_PIN.sfi);
        Err(if entitled { sw::WRONG_DATA } else { Status::SECURITY })
    }
}

impl Key {
    fn sign(&self, input: &[u8]) -> Answer {
        let signer = self.signer.as_ref().ok_or(Status::CONDITIONS)?;
        signer.sign_padded(input).map_err(|_| Status::CONDITIONS)
    }
}

/// The short EF identifier in P1 of READ BINARY: bit 8 set, bits 7 and 6 clear.
fn short_identifier(p1: u8) -> Result<u8, Status> {
    match p1 & 0x7F {
        sfi @ 0x01..=0x1E => Ok(sfi),
        _ => Err(sw::WRONG_PARAMETERS),
    }
}

/// The reference in P2: `80` is the current file, else the low five bits name one.
fn reference_identifier(p2: u8) -> Result<Option<u8>, Status> {
    match p2 {
        0x80 => Ok(None),
        0x81..=0x9E => Ok(Some(p2 & 0x1F)),
        _ => Err(sw::WRONG_PARAMETERS),
    }
}
