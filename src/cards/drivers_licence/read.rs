//! Reading a 運転免許証: a list of steps, each with what it needs, what it yields and what it costs.

use jiff::Timestamp;

use crate::{
    cards::{
        LicenceProbe,
        read_error::{ReadError, present},
    },
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, FileReadError, PinGate, ReadFrom, Refusal, Session, Tries, select_file},
    kind::CardKind,
    lang::Bilingual,
    privacy::Pin,
    transport::Transport,
};

use super::files::{self, Access, Address, Application, File, PinSetting, Reference};

/// One step of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Which step.
    pub id: StepId,
    /// What is shown while it runs.
    pub title: Bilingual,
    /// The application that is selected in it, unless it is already.
    pub application: Application,
    /// The file that it yields, if any.
    pub yields: Option<File>,
    /// Exchanges with extended APDUs, SELECT of the application included.
    pub exchanges: u64,
    /// Which scopes it belongs to.
    pub scopes: &'static [Scope],
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StepId {
    /// What a card tells before any credential: [`prepare`] or [`super::menkyo_read::prepare`].
    Look,
    /// VERIFY of the first credential.
    Pin1,
    /// VERIFY of the second credential.
    Pin2,
    /// A file.
    Read,
}

const ALL: &[Scope] = &[Scope::FULL, Scope::PIN1, Scope::WITHOUT_PIN];
const WITH_PIN: &[Scope] = &[Scope::FULL, Scope::PIN1];
const FULL: &[Scope] = &[Scope::FULL];

pub(super) const LOOK: Bilingual = Bilingual::new("カードを調べています", "looking at the card");
pub(super) const OPEN: Bilingual = Bilingual::new("照合しています", "opening");

const fn reads(file: File, exchanges: u64, scopes: &'static [Scope]) -> Step {
    Step { id: StepId::Read, title: file.title, application: file.application, yields: Some(file), exchanges, scopes }
}

/// Every step in order. With recognition's two exchanges a full reading takes 19 in one transaction.
pub const STEPS: &[Step] = &[
    Step { id: StepId::Look, title: LOOK, application: files::MF, yields: None, exchanges: 5, scopes: ALL },
    Step { id: StepId::Pin1, title: OPEN, application: files::MF, yields: None, exchanges: 1, scopes: WITH_PIN },
    Step { id: StepId::Pin2, title: OPEN, application: files::MF, yields: None, exchanges: 1, scopes: FULL },
    reads(files::DATA, 2, WITH_PIN),
    reads(files::DOMICILE, 1, FULL),
    reads(files::EXTERNAL, 1, WITH_PIN),
    reads(files::CHANGES, 1, WITH_PIN),
    reads(files::CHANGED_EXTERNAL, 1, WITH_PIN),
    reads(files::DOMICILE_CHANGES, 1, FULL),
    reads(files::SIGNATURE, 1, WITH_PIN),
    reads(files::PHOTO, 2, FULL),
];

/// The steps of a scope.
pub fn steps(scope: Scope) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.scopes.contains(&scope))
}

/// Told while reading: which step, bytes of its file so far, bytes of the file (0 when there is none).
pub type Progress<'a> = &'a mut dyn FnMut(&'static Step, usize, usize);

/// What a licence tells before a person is asked for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Whether the holder set PINs; `None`: the byte is not known, and no PIN may be tried.
    pub setting: Option<PinSetting>,
    /// The counter of PIN 1.
    pub pin1: Tries,
    /// The counter of PIN 2.
    pub pin2: Tries,
    /// Whether DF1 is blocked: then nothing behind a PIN can be read, and none is worth presenting.
    pub blocked: bool,
    setting_file: Vec<u8>,
    common: Result<Vec<u8>, NotRead>,
}

impl Prepared {
    /// Whether a person must be asked for the PINs of a scope: not where none was ever set (the default opens the card),
    /// not where they could open nothing.
    pub fn asks(&self, scope: Scope) -> bool {
        scope != Scope::WITHOUT_PIN && !self.blocked && self.setting != Some(PinSetting::NotSet)
    }
}

/// Reads what everybody may: version, issue and expiry day, and both counters, which costs no try. The PIN setting comes
/// from recognition's probe.
///
/// # Errors
/// [`ReadError::Card`].
pub fn prepare<T: Transport>(session: &mut Session<T>, probe: &LicenceProbe) -> Result<Prepared, ReadError> {
    session.select_master_file()?;
    let common = read(session, &files::COMMON_DATA, &mut |_, _| {})?;
    let pin1 = session.ask_tries(files::PIN1.sfi)?;
    let pin2 = session.ask_tries(files::PIN2.sfi)?;
    let setting_file = probe.setting.get(..files::PIN_SETTING.size).unwrap_or(&probe.setting).to_vec();
    let setting = setting_of(&setting_file, &files::PIN_SETTING);
    Ok(Prepared { setting, pin1, pin2, blocked: probe.blocked, setting_file, common })
}

/// What a PIN-setting file says: its one field, whole.
pub(super) fn setting_of(bytes: &[u8], file: &File) -> Option<PinSetting> {
    let tag = files::fields_of(file).next()?.tag;
    match bytes {
        [found, 0x01, setting] if u32::from(*found) == tag.0 => PinSetting::from_byte(*setting),
        _ => None,
    }
}

/// The PINs that a person typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pins<'a> {
    /// 暗証番号1
    pub pin1: Option<&'a Pin>,
    /// 暗証番号2
    pub pin2: Option<&'a Pin>,
}

/// What a reading needs besides the card.
pub struct Reading<'a> {
    /// What to read: [`Scope::FULL`] with both PINs, [`Scope::PIN1`], [`Scope::WITHOUT_PIN`].
    pub scope: Scope,
    /// What was typed. Never used where no PIN was set, and never more of it than the scope needs.
    pub pins: Pins<'a>,
    /// The gate of this person's entries.
    pub gate: &'a mut PinGate,
    /// What [`prepare`] learnt.
    pub prepared: Prepared,
    /// Whether the card was let go since then (a person was asked): then it must be the same card still, and its
    /// counters are asked again.
    pub released: bool,
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
        let mut dump = Dump::new(CardKind::LICENCE, self.scope, self.reader.clone(), self.time);
        for step in steps(self.scope) {
            (self.progress)(step, 0, 0);
            match step.id {
                StepId::Look => self.look(session, &mut dump)?,
                // Nothing could be read afterwards: no try is spent.
                _ if self.prepared.blocked => {
                    if let Some(file) = step.yields {
                        dump.lacks(file.name, NotRead::Status { status: "6283".to_owned() });
                    }
                }
                StepId::Pin1 => self.open(session, &files::PIN1, self.prepared.pin1, self.pins.pin1)?,
                StepId::Pin2 => self.open(session, &files::PIN2, self.prepared.pin2, self.pins.pin2)?,
                StepId::Read => {
                    let Some(file) = &step.yields else { continue };
                    let progress = &mut *self.progress;
                    read_into(session, file, &mut dump, &mut |done, total| progress(step, done, total))?;
                }
            }
        }
        not_opened(&mut dump, self.scope);
        Ok(dump)
    }

    /// Keeps what [`prepare`] read; looks again where the card was let go meanwhile.
    fn look<T: Transport>(&mut self, session: &mut Session<T>, dump: &mut Dump) -> Result<(), ReadError> {
        if self.released {
            let probe = LicenceProbe { setting: self.prepared.setting_file.clone(), blocked: self.prepared.blocked };
            let again = prepare(session, &probe)?;
            // Where the day of issue could not be read there is nothing to know the card again by.
            if again != self.prepared || again.common.is_err() {
                return Err(ReadError::OtherCard);
            }
        }
        dump.keep(files::PIN_SETTING.name, self.prepared.setting_file.clone());
        match &self.prepared.common {
            Ok(bytes) => dump.keep(files::COMMON_DATA.name, bytes.clone()),
            Err(why) => dump.lacks(files::COMMON_DATA.name, why.clone()),
        }
        for ((name, ..), tries) in files::REFERENCES.iter().zip([self.prepared.pin1, self.prepared.pin2]) {
            count(dump, name, tries);
        }
        Ok(())
    }

    fn open<T: Transport>(
        &mut self,
        session: &mut Session<T>,
        reference: &'static Reference,
        tries: Tries,
        typed: Option<&Pin>,
    ) -> Result<(), ReadError> {
        // Before the first VERIFY of a full reading: both counters must allow it, so that no try of the one is spent
        // where the other is blocked or missing.
        if self.scope == Scope::FULL {
            counted(self.prepared.pin2)
                .and_then(|()| self.gate.look(self.prepared.pin2))
                .map_err(|refusal| ReadError::Refused { refusal, reference: &files::PIN2 })?;
        }
        session.select_master_file()?;
        open(session, self.gate, reference, tries, self.prepared.setting, typed)
    }
}

/// Every PIN of a licence has a counter, so `6300` is no word about it (4, S): nothing is tried then.
///
/// # Errors
/// [`Refusal::CounterUnknown`].
pub fn counted(tries: Tries) -> Result<(), Refusal> {
    if tries == Tries::NoCounter { Err(Refusal::CounterUnknown) } else { Ok(()) }
}

/// Presents a typed PIN, or the default where none was set; nothing at all where the setting is not known.
pub(super) fn open<T: Transport>(
    session: &mut Session<T>,
    gate: &mut PinGate,
    reference: &'static Reference,
    tries: Tries,
    setting: Option<PinSetting>,
    typed: Option<&Pin>,
) -> Result<(), ReadError> {
    counted(tries).map_err(|refusal| ReadError::Refused { refusal, reference })?;
    match setting {
        None => Err(ReadError::PinSetting { reference }),
        Some(PinSetting::Set) => {
            let pin = typed.ok_or(ReadError::Missing { reference })?;
            present(session, gate, reference, tries, pin)
        }
        Some(PinSetting::NotSet) => {
            let default = Pin::new(files::DEFAULT_PIN).map_err(|_| ReadError::Missing { reference })?;
            present(session, gate, reference, tries, &default)
        }
    }
}

pub(super) fn count(dump: &mut Dump, name: &str, tries: Tries) {
    match tries {
        Tries::Left(left) => dump.counted(name, left),
        Tries::Blocked => dump.counted(name, 0),
        Tries::NoCounter | Tries::AlreadyVerified => {}
    }
}

/// Notes the files that the scope left out, by what would have opened them.
fn not_opened(dump: &mut Dump, scope: Scope) {
    for file in files::FILES.iter().filter(|file| file.application != files::DF3) {
        let asked = steps(scope).any(|step| step.yields == Some(*file));
        let missing = match file.access {
            Access::Free | Access::Never => continue,
            Access::AllOf(needs) if scope == Scope::PIN1 && needs.contains(&files::PIN2.sfi) => "without_pin2",
            Access::AllOf(_) => "without_pin",
        };
        if !asked {
            dump.lacks(file.name, NotRead::NotOpened { reason: missing.to_owned() });
        }
    }
}

/// Reads a file into the dump, or the reason why it is not there.
pub(super) fn read_into<T: Transport>(
    session: &mut Session<T>,
    file: &File,
    dump: &mut Dump,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<(), ReadError> {
    match session.select(file.application.aid) {
        Ok(true) => {}
        Ok(false) => {
            dump.lacks(file.name, NotRead::NoApplication);
            return Ok(());
        }
        Err(CardError::Status(status)) => {
            dump.lacks(file.name, NotRead::Status { status: status.to_string() });
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    }
    match read(session, file, progress)? {
        Ok(bytes) => dump.keep(file.name, bytes),
        Err(why) => dump.lacks(file.name, why),
    }
    Ok(())
}

/// Reads a file of the selected application.
pub(super) fn read<T: Transport>(
    session: &mut Session<T>,
    file: &File,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Result<Vec<u8>, NotRead>, ReadError> {
    let from = match file.address {
        Address::Short(sfi) => ReadFrom::Short(sfi),
        Address::Select(id) => match session.call(&select_file(id)) {
            Ok(_) => ReadFrom::Current,
            Err(CardError::Status(status)) => return Ok(Err(NotRead::Status { status: status.to_string() })),
            Err(error) => return Err(error.into()),
        },
    };
    match session.read_sized_file(from, file.size, progress) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(FileReadError::Card(CardError::Status(status))) => Ok(Err(NotRead::Status { status: status.to_string() })),
        Err(FileReadError::Card(error)) => Err(error.into()),
        Err(malformed) => Ok(Err(NotRead::Malformed { detail: malformed.to_string() })),
    }
}
