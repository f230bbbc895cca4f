//! Reading a residence card: a list of steps, each with what it needs, what it yields and what it costs.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::{read_error::ReadError, recognise::recognise},
    crypto::CipherKey,
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, Command, FileReadError, ReadFrom, Session, Status, Unopened},
    kind::CardKind,
    lang::Bilingual,
    transport::{Draws, Transport},
};

use super::{
    files::{self, Access, Application, File, Generation},
    protocol::{
        AUTHENTICATE_LENGTH, CardNumber, HandshakeError, Initiator, MATERIAL_LENGTH, RANDOM_LENGTH, SecureError,
        SessionKey, VERIFY_LENGTH,
    },
};

/// Reference of the card number in VERIFY (spec residence 3.1).
const NUMBER_REFERENCE: u8 = 0x86;

/// One step of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Which step.
    pub id: StepId,
    /// What is shown while it runs.
    pub title: Bilingual,
    /// The application that is selected in it, unless it is already. The master file is current after power-up.
    pub application: Application,
    /// The file that it yields, if any.
    pub yields: Option<File>,
    /// Exchanges with extended APDUs, SELECT of the application included.
    pub exchanges: u64,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepId {
    /// What a card tells everybody: [`prepare`].
    Look,
    /// The challenges of both sides, and VERIFY of the number.
    Authenticate,
    /// A file.
    Read,
}

const LOOK: Step = Step {
    id: StepId::Look,
    title: Bilingual::new("カードを調べています", "looking at the card"),
    application: files::MF,
    yields: Some(files::COMMON_DATA),
    exchanges: 1,
};

const AUTHENTICATE: Step = Step {
    id: StepId::Authenticate,
    title: Bilingual::new("カード番号を照合しています", "presenting the card number"),
    application: files::MF,
    yields: None,
    exchanges: 3,
};

const fn reads(file: File, exchanges: u64) -> Step {
    Step { id: StepId::Read, title: file.title, application: file.application, yields: Some(file), exchanges }
}

/// Every step of a 在留カード of generation 1. With recognition's one exchange a reading takes 15, and 17 where a person was
/// asked in the middle.
pub const STEPS_1: &[Step] = &[
    LOOK,
    AUTHENTICATE,
    reads(files::FRONT, 2),
    reads(files::FACE_1, 1),
    reads(files::ADDRESS, 2),
    reads(files::COMPREHENSIVE, 1),
    reads(files::INDIVIDUAL, 1),
    reads(files::RENEWAL_1, 1),
    reads(files::SIGNATURE_1, 2),
];

/// Every step of a 特別永住者証明書 of generation 1.
pub const STEPS_1_SPECIAL: &[Step] = &[
    LOOK,
    AUTHENTICATE,
    reads(files::FRONT, 2),
    reads(files::FACE_1, 1),
    reads(files::ADDRESS, 2),
    reads(files::SIGNATURE_1, 2),
];

/// Every step of a 在留カード of generation 2.
pub const STEPS_2: &[Step] = &[
    LOOK,
    AUTHENTICATE,
    reads(files::NUMBER, 2),
    reads(files::ENTRIES_05, 1),
    reads(files::NAME_AND_FACE, 1),
    reads(files::ADDRESS_PICTURE, 1),
    reads(files::PERMISSIONS, 2),
    reads(files::RENEWAL_2, 1),
    reads(files::REMARK_05, 1),
    reads(files::SIGNATURE_2, 2),
];

/// Every step of a 特別永住者証明書 of generation 2.
pub const STEPS_2_SPECIAL: &[Step] = &[
    LOOK,
    AUTHENTICATE,
    reads(files::NUMBER, 2),
    reads(files::ENTRIES_06, 1),
    reads(files::NAME_AND_FACE, 1),
    reads(files::ADDRESS_PICTURE, 1),
    reads(files::REMARK_06, 2),
    reads(files::SIGNATURE_2, 2),
];

/// The steps of a kind; none for kinds that are not read.
pub fn steps(kind: CardKind) -> &'static [Step] {
    match kind {
        CardKind::RESIDENCE1 | CardKind::RESIDENCE1_CHILD => STEPS_1,
        CardKind::RESIDENCE1_SPECIAL => STEPS_1_SPECIAL,
        CardKind::RESIDENCE2 => STEPS_2,
        CardKind::RESIDENCE2_SPECIAL => STEPS_2_SPECIAL,
        _ => &[],
    }
}

/// Told while reading: which step, bytes of its file so far, bytes of the file (0 when there is none).
pub type Progress<'a> = &'a mut dyn FnMut(&'static Step, usize, usize);

/// What a residence card tells before its number is presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// What the card says it is.
    pub kind: CardKind,
    kind_file: Vec<u8>,
    common: Result<Vec<u8>, NotRead>,
}

/// Reads what everybody may; `kind` and `kind_file` come from recognition.
///
/// # Errors
/// [`ReadError::Card`].
pub fn prepare<T: Transport>(
    session: &mut Session<T>,
    kind: CardKind,
    kind_file: &[u8],
) -> Result<Prepared, ReadError> {
    let common =
        session.read_sized_file(ReadFrom::Short(files::COMMON_DATA.sfi), files::COMMON_DATA.size, &mut |_, _| {});
    Ok(Prepared { kind, kind_file: kind_file.to_vec(), common: outcome(common)? })
}

/// What opens the card.
#[derive(Debug, Clone, Copy)]
pub enum Opening<'a> {
    /// The number, as it is printed.
    Number(&'a CardNumber),
    /// A recording whose handshake is not told: the session key that came of it, or none where it failed.
    Recorded(Option<&'a CipherKey>),
}

/// What a reading needs besides the card.
pub struct Reading<'a> {
    /// What opens the card. It is presented once.
    pub opening: Opening<'a>,
    /// What [`prepare`] learnt.
    pub prepared: Prepared,
    /// Whether the card was let go since then (a person was asked): then it is recognised anew and must tell the same.
    /// Kind and version are all that it tells without its number, so another card of the same kind is noticed by its
    /// number alone, which it refuses; that costs nothing.
    pub released: bool,
    /// Random bytes: RND.IFD, then K.IFD. Told the session key.
    pub draws: &'a mut dyn Draws,
    /// The reader's time.
    pub time: Timestamp,
    /// Which address and reader; goes into the dump.
    pub reader: String,
    /// Told while reading.
    pub progress: Progress<'a>,
}

impl Reading<'_> {
    /// Reads the card, step by step.
    ///
    /// # Errors
    /// [`ReadError`]; a file that cannot be read is no error but stands in the dump with its reason.
    pub fn run<T: Transport>(mut self, session: &mut Session<T>) -> Result<Dump, ReadError> {
        let kind = self.prepared.kind;
        // Kinds that are not read have no steps.
        let generation = Generation::of(kind).ok_or(CardError::Status(Status::NOT_FOUND))?;
        let mut dump = Dump::new(kind, Scope::FULL, self.reader.clone(), self.time);
        let mut key = None;
        let mut unselected = None;
        for step in steps(kind) {
            (self.progress)(step, 0, 0);
            match (step.id, &step.yields, &key) {
                (StepId::Look, ..) => self.look(session, &mut dump)?,
                (StepId::Authenticate, ..) => key = Some(self.authenticate(session, generation)?),
                (StepId::Read, Some(file), Some(key)) => {
                    if let Err(why) = select(session, file.application, &mut unselected)? {
                        dump.lacks(file.name, why);
                        continue;
                    }
                    let progress = &mut *self.progress;
                    match read(session, file, key, &mut |done, total| progress(step, done, total))? {
                        Ok(bytes) => dump.keep(file.name, bytes),
                        Err(why) => dump.lacks(file.name, why),
                    }
                }
                (StepId::Read, ..) => {}
            }
        }
        Ok(dump)
    }

    /// Keeps what [`prepare`] read; looks again where the card was let go meanwhile.
    fn look<T: Transport>(&mut self, session: &mut Session<T>, dump: &mut Dump) -> Result<(), ReadError> {
        if self.released {
            let again = recognise(session).map_err(|error| error.card().map_or(ReadError::OtherCard, Into::into))?;
            if again.kind != self.prepared.kind || prepare(session, again.kind, &again.kind_file)? != self.prepared {
                return Err(ReadError::OtherCard);
            }
        }
        dump.keep(files::KIND_1.name, self.prepared.kind_file.clone());
        match &self.prepared.common {
            Ok(bytes) => dump.keep(files::COMMON_DATA.name, bytes.clone()),
            Err(why) => dump.lacks(files::COMMON_DATA.name, why.clone()),
        }
        Ok(())
    }

    /// Number authentication: both sides prove that they know the number, then VERIFY under the session key. One attempt:
    /// none is known to be counted, but only a person may say that another entry is worth one.
    fn authenticate<T: Transport>(
        &mut self,
        session: &mut Session<T>,
        generation: Generation,
    ) -> Result<SessionKey, ReadError> {
        let cipher = generation.cipher();
        // Drawn first: between the challenge and its answer nothing goes to the card.
        let random = draw::<RANDOM_LENGTH>(self.draws)?;
        let material = draw::<MATERIAL_LENGTH>(self.draws)?;
        let challenge = session.call(&Command::get_challenge())?;
        let challenge = challenge.try_into().map_err(|_| HandshakeError::Length)?;
        let initiator = match self.opening {
            Opening::Number(number) => Some(Initiator { cipher, key: number.key(), random: *random, material }),
            Opening::Recorded(_) => None,
        };
        let data = initiator.as_ref().map_or(vec![0; AUTHENTICATE_LENGTH], |initiator| initiator.data(&challenge));
        let answer = presented(session, self.prepared.kind, &Command::mutual_authenticate(&data))?;
        let key = match (self.opening, &initiator) {
            (Opening::Recorded(Some(key)), _) => SessionKey::new(cipher, *key),
            (_, Some(initiator)) => initiator.finish(&challenge, &answer)?,
            // It went on without a key: its answer was not right then either.
            (_, None) => return Err(HandshakeError::Mac.into()),
        };
        self.draws.session_key(key.expose());
        let data = match self.opening {
            Opening::Number(number) => key.verify_data(number),
            Opening::Recorded(_) => vec![0; VERIFY_LENGTH],
        };
        presented(session, self.prepared.kind, &Command::verify_secure(NUMBER_REFERENCE, &data))?;
        Ok(key)
    }
}

fn draw<const LENGTH: usize>(draws: &mut dyn Draws) -> Result<Zeroizing<[u8; LENGTH]>, ReadError> {
    let drawn = Zeroizing::new(draws.draw(LENGTH)?);
    let drawn = drawn.as_slice().try_into().map_err(|_| crate::transport::DrawError::System)?;
    Ok(Zeroizing::new(drawn))
}

/// Presents what the number gives. `63xx` is the card's word for a number that does not fit; a count behind it, and a block,
/// are told although no such card is known.
fn presented<T: Transport>(session: &mut Session<T>, kind: CardKind, command: &Command) -> Result<Vec<u8>, ReadError> {
    let response = session.send(command)?;
    match response.status {
        Status::OK => Ok(response.data),
        Status::BLOCKED | Status::BLOCKED_ISO => Err(ReadError::NumberBlocked { kind }),
        status if status.tries() == Some(0) => Err(ReadError::NumberBlocked { kind }),
        Status(word) if word.to_be_bytes().first() == Some(&0x63) => {
            Err(ReadError::NumberRefused { kind, left: Status(word).tries() })
        }
        status => Err(CardError::Status(status).into()),
    }
}

/// Selects an application; one that was refused is not asked for again in the same reading.
fn select<T: Transport>(
    session: &mut Session<T>,
    application: Application,
    unselected: &mut Option<(Application, NotRead)>,
) -> Result<Result<(), NotRead>, ReadError> {
    if let Some((refused, why)) = unselected
        && *refused == application
    {
        return Ok(Err(why.clone()));
    }
    let why = match session.select(application.aid) {
        Ok(true) => return Ok(Ok(())),
        Ok(false) => NotRead::NoApplication,
        Err(CardError::Status(status)) => NotRead::Status { status: status.to_string() },
        Err(error) => return Err(error.into()),
    };
    *unselected = Some((application, why.clone()));
    Ok(Err(why))
}

/// Reads a file of the selected application: in plain where the card allows it.
fn read<T: Transport>(
    session: &mut Session<T>,
    file: &File,
    key: &SessionKey,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    outcome(match file.access {
        Access::NumberSecure => {
            let open = |answer: &[u8]| {
                key.open(answer).map_err(|error| match error {
                    SecureError::Cut { .. } => Unopened::Cut,
                    SecureError::Object | SecureError::Padding => Unopened::Broken(error.to_string()),
                })
            };
            session.read_secure_file(file.sfi, file.size, &open, progress)
        }
        Access::Free | Access::Number => session.read_whole_file(file.sfi, file.size, progress),
    })
}

/// What the card refused or garbled belongs into the dump; only a broken link ends a reading. Secure messaging has no
/// authentication, so an answer that does not open, or an empty one, tells nothing about what an issuer signed.
fn outcome(read: Result<Vec<u8>, FileReadError>) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    match read {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(FileReadError::Card(CardError::Status(status))) => Ok(Err(NotRead::Status { status: status.to_string() })),
        Err(FileReadError::Card(error)) => Err(error.into()),
        Err(nothing @ (FileReadError::Unopened { .. } | FileReadError::Truncated { got: 0, .. })) => {
            Ok(Err(NotRead::Unreadable { detail: nothing.to_string() }))
        }
        Err(malformed) => Ok(Err(NotRead::Malformed { detail: malformed.to_string() })),
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
