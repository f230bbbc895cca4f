//! Reading a My Number Card: a list of steps, each with what it needs, what it yields and what it costs.

use jiff::Timestamp;

use crate::{
    crypto::{sha256, sha256_digest_info},
    dump::{Answer, CHALLENGE_RANDOM, Challenge, Dump, HexBytes, NotRead, Scope, challenge_message},
    iso7816::{CardError, Command, FileReadError, PinGate, PinOutcome, Session, Status, Tries},
    kind::CardKind,
    lang::Bilingual,
    privacy::Pin,
    text::compact_date,
    tlv,
    transport::{Draws, Transport, phone::NAME_PREFIX},
};

use super::{
    files::{self, Application, File, Reference},
    jpki_read::JpkiEntries,
};

pub use crate::cards::read_error::ReadError;
use crate::cards::read_error::present;

/// One step of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Which step.
    pub id: StepId,
    /// What is shown while it runs.
    pub title: Bilingual,
    /// The reference that must be verified before it, if any.
    pub needs: Option<Reference>,
    /// The file that it yields, if any.
    pub yields: Option<File>,
    /// Exchanges with extended APDUs.
    pub exchanges: u64,
    /// Which scopes it belongs to.
    pub scopes: &'static [Scope],
}

/// The steps' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepId {
    /// SELECT of the face application, tries query, VERIFY.
    OpenFace,
    /// The certificate of the face application.
    FaceCertificate,
    /// The face data.
    FaceData,
    /// The age record.
    AgeRecord,
    /// The challenge to the face application's key.
    FaceChallenge,
    /// SELECT of the text application, tries query, VERIFY.
    OpenText,
    /// The attributes.
    TextAttributes,
    /// The digests.
    TextDigests,
    /// The certificate of the text application.
    TextCertificate,
    /// The signed key of the text application.
    TextKey,
    /// The challenge to the text application's key.
    TextChallenge,
    /// The expiry that the issuer security domain tells.
    DomainExpiry,
    /// SELECT of the JPKI application, and what its token says about itself.
    JpkiToken,
    /// Which JPKI certificates there are.
    JpkiPresence,
    /// The certificate for user authentication.
    JpkiAuthCertificate,
    /// The certificate of its issuer that the card carries.
    JpkiAuthCa,
    /// The certificate of the issuer for digital signature that the card carries.
    JpkiSignCa,
    /// Tries query, VERIFY, and the challenge to the authentication key.
    JpkiAuthKey,
    /// Tries query, VERIFY, and the certificate for digital signature.
    JpkiSignCertificate,
}

pub(super) const FULL: &[Scope] = &[Scope::FULL];
const AGE: &[Scope] = &[Scope::AGE];
const BOTH: &[Scope] = &[Scope::FULL, Scope::AGE];

pub(super) const fn step(
    id: StepId,
    title: Bilingual,
    needs: Option<Reference>,
    yields: Option<File>,
    exchanges: u64,
    scopes: &'static [Scope],
) -> Step {
    Step { id, title, needs, yields, exchanges, scopes }
}

const B: Option<Reference> = Some(files::FACE_NUMBER_B);
const TB: Option<Reference> = Some(files::TEXT_NUMBER_B);
const OPEN: Bilingual = Bilingual::new("照合しています", "opening");
const CHALLENGE: Bilingual = Bilingual::new("ICチップに問いかけています", "challenging the chip");

pub(super) const fn reads(id: StepId, file: File, needs: Option<Reference>, scopes: &'static [Scope]) -> Step {
    step(id, file.title, needs, Some(file), 1, scopes)
}

/// Every step in order. A step that needs the text application's reference is skipped when that stays closed.
pub const STEPS: &[Step] = &[
    step(StepId::OpenFace, OPEN, None, None, 3, BOTH),
    reads(StepId::FaceCertificate, files::FACE_CERTIFICATE, None, BOTH),
    reads(StepId::FaceData, files::FACE_DATA, B, FULL),
    reads(StepId::AgeRecord, files::FACE_AGE, Some(files::FACE_BIRTH_DATE), AGE),
    step(StepId::FaceChallenge, CHALLENGE, None, None, 1, BOTH),
    step(StepId::OpenText, OPEN, B, None, 3, FULL),
    reads(StepId::TextAttributes, files::TEXT_ATTRIBUTES, TB, FULL),
    reads(StepId::TextDigests, files::TEXT_DIGESTS, TB, FULL),
    reads(StepId::TextCertificate, files::TEXT_CERTIFICATE, TB, FULL),
    reads(StepId::TextKey, files::TEXT_KEY, TB, FULL),
    step(StepId::TextChallenge, CHALLENGE, TB, None, 1, FULL),
    step(StepId::DomainExpiry, Bilingual::new("有効期限", "expiry"), None, None, 2, AGE),
];

/// The steps of a scope.
pub fn steps(scope: Scope) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.scopes.contains(&scope))
}

/// Told while reading: which step, bytes of its file so far, bytes that the file's header announces (0 when unknown).
pub type Progress<'a> = &'a mut dyn FnMut(&'static Step, usize, usize);

/// Offset and length of the slice of the face certificate that tells one municipality's cards from another's: the
/// subject's id and the head of its key (spec my-number 5.4). Cards of one municipality share it, so a swap inside one
/// municipality is not noticed here; the other card's own code then refuses the entry.
const COMPARED: (u8, u16) = (26, 32);

/// What is learnt about a card before a person is asked for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The counter of the credential that will be asked for.
    pub tries: Tries,
    /// The certificate of the face application, read already because it is free; `None` when that did not succeed.
    certificate: Option<Vec<u8>>,
}

/// Selects the face application, asks the counter and reads the free certificate, so that the card can be recognised
/// again after the person has typed.
///
/// # Errors
/// [`ReadError::Card`].
pub fn prepare<T: Transport>(session: &mut Session<T>, reference: &Reference) -> Result<Prepared, ReadError> {
    let tries = open_counter(session, reference)?;
    let file = files::FACE_CERTIFICATE;
    let certificate = match session.read_tlv_file(file.sfi, file.limit, &mut |_, _| {}) {
        Ok(bytes) => Some(bytes),
        Err(FileReadError::Card(error @ (CardError::Transport(_) | CardError::Endless))) => return Err(error.into()),
        // It is read again, with its reason kept, when the card is opened for the reading.
        Err(_) => None,
    };
    Ok(Prepared { tries, certificate })
}

/// What a reading needs besides the card.
pub struct Reading<'a> {
    /// What to read.
    pub scope: Scope,
    /// 照合番号B, or the six digits of the birth date for [`Scope::AGE`].
    pub credential: &'a Pin,
    /// The gate of this person's entries.
    pub gate: &'a mut PinGate,
    /// What was learnt before the person typed; `None` when recognising and reading is one transaction.
    pub prepared: Option<Prepared>,
    /// Random bytes for the challenges: a fresh draw of 32 for each.
    pub draws: &'a mut dyn Draws,
    /// The reader's time; the challenges contain it.
    pub time: Timestamp,
    /// Which address and reader; goes into the dump. A name that begins
    /// with [`crate::transport::phone::NAME_PREFIX`] says that others may listen in between: then the file with the hash of the
    /// 個人番号 is not read.
    pub reader: String,
    /// Other applications that were recognised; go into the dump.
    pub guests: Vec<CardKind>,
    /// The JPKI application, where it was asked for; read only with [`Scope::FULL`], after everything else.
    pub jpki: Option<JpkiEntries<'a>>,
    /// Set for a replayed recording, which holds no bytes of private files.
    pub private_withheld: bool,
    /// Told the counter of each credential before it is presented.
    pub counter: &'a mut dyn FnMut(&'static Reference, Tries),
    /// Told while reading.
    pub progress: Progress<'a>,
}

impl Reading<'_> {
    /// Reads the card, step by step.
    ///
    /// # Errors
    /// [`ReadError`]; a file that cannot be read is no error but stands in the dump with its reason.
    pub fn run<T: Transport>(mut self, session: &mut Session<T>) -> Result<Dump, ReadError> {
        let mut dump = Dump::new(CardKind::MY_NUMBER, self.scope, self.reader.clone(), self.time);
        dump.guests = std::mem::take(&mut self.guests);
        let mut text_open = false;
        for step in steps(self.scope) {
            (self.progress)(step, 0, 0);
            if step.needs == TB && !text_open {
                if let Some(file) = step.yields {
                    dump.lacks(file.name, NotRead::NotOpened { reason: "text_application_closed".to_owned() });
                }
                continue;
            }
            match step.id {
                StepId::OpenFace => self.open_face(session)?,
                StepId::OpenText => text_open = self.open_text(session, &mut dump)?,
                StepId::FaceChallenge => self.challenge(session, files::FACE, &mut dump)?,
                StepId::TextChallenge => self.challenge(session, files::TEXT, &mut dump)?,
                StepId::DomainExpiry => domain_expiry(session, &mut dump)?,
                StepId::FaceCertificate => match self.prepared.take().and_then(|prepared| prepared.certificate) {
                    Some(certificate) => dump.keep(files::FACE_CERTIFICATE.name, certificate),
                    None => self.read_file(session, step, &mut dump)?,
                },
                _ => self.read_file(session, step, &mut dump)?,
            }
        }
        if let Some(entries) = self.jpki.filter(|_| self.scope == Scope::FULL) {
            self.read_jpki(session, entries, &mut dump)?;
        }
        Ok(dump)
    }

    fn reference(&self) -> &'static Reference {
        match self.scope {
            Scope::AGE => &files::FACE_BIRTH_DATE,
            _ => &files::FACE_NUMBER_B,
        }
    }

    /// Selects the face application, makes sure that it is the same card, asks the counter and presents the credential.
    fn open_face<T: Transport>(&mut self, session: &mut Session<T>) -> Result<(), ReadError> {
        let reference = self.reference();
        let tries = open_counter(session, reference)?;
        if let Some(prepared) = &self.prepared {
            same_card(session, prepared, tries)?;
        }
        (self.counter)(reference, tries);
        present(session, self.gate, reference, tries, self.credential)
    }

    /// Opens the text application with the same value, which the face application has just accepted. Whatever stands in
    /// the way leaves the text unread and the check of the face data untouched.
    fn open_text<T: Transport>(&mut self, session: &mut Session<T>, dump: &mut Dump) -> Result<bool, ReadError> {
        let reference = &files::TEXT_NUMBER_B;
        let closed = |dump: &mut Dump, why: &NotRead| {
            for file in files::FILES.iter().filter(|file| file.application == files::TEXT) {
                dump.lacks(file.name, why.clone());
            }
        };
        let opened = match session.select(files::TEXT.aid) {
            Ok(true) => session.ask_tries(reference.sfi),
            Ok(false) => {
                closed(dump, &NotRead::NoApplication);
                return Ok(false);
            }
            Err(error) => Err(error),
        };
        let mut presented = false;
        let outcome = match opened {
            Ok(tries) => match self.gate.permit(files::TEXT.aid, reference.sfi, tries) {
                Ok(permit) => {
                    presented = true;
                    session.verify(permit, self.credential)
                }
                Err(refusal) => {
                    closed(dump, &NotRead::NotOpened { reason: refusal.as_str().to_owned() });
                    return Ok(false);
                }
            },
            Err(error) => Err(error),
        };
        match outcome {
            Ok(PinOutcome::Accepted) => Ok(true),
            Ok(PinOutcome::Wrong(_) | PinOutcome::Blocked) => {
                closed(dump, &NotRead::NotOpened { reason: "refused".to_owned() });
                Ok(false)
            }
            Err(CardError::Status(status)) => {
                closed(dump, &NotRead::Status { status: status.to_string() });
                Ok(false)
            }
            Err(CardError::Transport(error)) if presented => Err(ReadError::AnswerLost { reference, error }),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn read_file<T: Transport>(
        &mut self,
        session: &mut Session<T>,
        step: &'static Step,
        dump: &mut Dump,
    ) -> Result<(), ReadError> {
        let Some(file) = step.yields else { return Ok(()) };
        if file.private && over_network(&self.reader) {
            dump.lacks(file.name, NotRead::NotOverNetwork);
            return Ok(());
        }
        let progress = &mut *self.progress;
        let read = session.read_tlv_file(file.sfi, file.limit, &mut |done, total| progress(step, done, total));
        match read {
            Ok(_) if file.private && self.private_withheld => dump.lacks(file.name, NotRead::NotStored),
            Ok(bytes) if file.private => dump.keep_private(file.name, bytes),
            Ok(bytes) => dump.keep(file.name, bytes),
            Err(FileReadError::Card(CardError::Status(status))) => {
                dump.lacks(file.name, NotRead::Status { status: status.to_string() });
            }
            Err(FileReadError::Card(error)) => return Err(error.into()),
            Err(malformed) => dump.lacks(file.name, NotRead::Malformed { detail: malformed.to_string() }),
        }
        Ok(())
    }

    /// Asks the application's key to sign a fresh challenge.
    fn challenge<T: Transport>(
        &mut self,
        session: &mut Session<T>,
        application: Application,
        dump: &mut Dump,
    ) -> Result<(), ReadError> {
        let random = self.draws.draw(CHALLENGE_RANDOM)?;
        let info = sha256_digest_info(&sha256(&[&challenge_message(dump.read_at, &random)]));
        let response = session.send(&Command::with_data(files::SIGN, &info, true))?;
        let answer = match response.status {
            Status::OK => Answer::Signature(HexBytes(response.data)),
            status => Answer::Refused(status.to_string()),
        };
        dump.challenged(application.name, Challenge { time: dump.read_at, random: HexBytes(random), answer });
        Ok(())
    }
}

/// Whether others may listen between reader and program, or the reader itself shows what passes: then what gives the
/// 個人番号 away is not asked for. A recording keeps the reader's name, so that its replay asks for the same.
fn over_network(reader: &str) -> bool {
    reader.starts_with(NAME_PREFIX)
}

pub(super) fn select<T: Transport>(session: &mut Session<T>, application: Application) -> Result<(), ReadError> {
    if session.select(application.aid)? { Ok(()) } else { Err(CardError::Status(Status::NOT_FOUND).into()) }
}

/// Selects the reference's application and asks its counter. Another program may have left the reference verified, and
/// then the card tells no counter: leaving the application clears that (spec my-number 8.2, M).
fn open_counter<T: Transport>(session: &mut Session<T>, reference: &Reference) -> Result<Tries, ReadError> {
    select(session, reference.application)?;
    let tries = session.ask_tries(reference.sfi)?;
    if tries != Tries::AlreadyVerified {
        return Ok(tries);
    }
    select(session, files::ISSUER_DOMAIN)?;
    select(session, reference.application)?;
    Ok(session.ask_tries(reference.sfi)?)
}

/// The counter must be what it was, and so must a slice of the certificate.
fn same_card<T: Transport>(session: &mut Session<T>, prepared: &Prepared, tries: Tries) -> Result<(), ReadError> {
    let (offset, length) = COMPARED;
    let range = usize::from(offset)..usize::from(offset) + usize::from(length);
    let Some(expected) = prepared.certificate.as_ref().and_then(|certificate| certificate.get(range)) else {
        return if tries == prepared.tries { Ok(()) } else { Err(ReadError::OtherCard) };
    };
    let slice = match session.read_slice(files::FACE_CERTIFICATE.sfi, offset, length) {
        Ok(slice) => slice,
        Err(FileReadError::Card(error @ (CardError::Transport(_) | CardError::Endless))) => return Err(error.into()),
        Err(_) => return Err(ReadError::OtherCard),
    };
    if tries == prepared.tries && slice == expected { Ok(()) } else { Err(ReadError::OtherCard) }
}

/// The age record holds no expiry; the issuer security domain tells one, unsigned. Not every card does, so the record of
/// the common application is asked next (spec my-number 1.6, M).
fn domain_expiry<T: Transport>(session: &mut Session<T>, dump: &mut Dump) -> Result<(), ReadError> {
    let name = files::DOMAIN_EXPIRY;
    let told = match session.select(files::ISSUER_DOMAIN.aid) {
        Ok(true) => session.send(&Command::get_data(files::data_object::EXPIRY))?,
        Ok(false) | Err(CardError::Status(_)) => {
            dump.lacks(name, NotRead::NoApplication);
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    // The form of this unsigned value rests on one report; another form is no evidence of anything.
    if told.status.is_ok() && compact_date(&told.data).is_some() {
        dump.keep(name, told.data);
        return Ok(());
    }
    dump.lacks(name, NotRead::Status { status: told.status.to_string() });
    if let Some(digits) = common_record_expiry(session)? {
        dump.keep(name, digits);
    }
    Ok(())
}

/// The last eight digits of the common application's card record.
fn common_record_expiry<T: Transport>(session: &mut Session<T>) -> Result<Option<Vec<u8>>, ReadError> {
    match session.select(files::COMMON.aid) {
        Ok(true) => {}
        Ok(false) | Err(CardError::Status(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let response = session.send(&Command::read_record(files::CARD_RECORD.0, files::CARD_RECORD.1))?;
    if !response.status.is_ok() {
        return Ok(None);
    }
    let record = tlv::simple_record(&response.data).ok();
    let digits = record.as_ref().and_then(|record| record.value.get(files::CARD_RECORD_EXPIRY));
    Ok(digits.filter(|digits| compact_date(digits).is_some()).map(<[u8]>::to_vec))
}
