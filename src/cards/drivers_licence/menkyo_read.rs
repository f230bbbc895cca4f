//! Reading a マイナ免許証, the licence application on a My Number Card (spec licence 6.4).

use jiff::Timestamp;

use crate::{
    cards::read_error::ReadError,
    dump::{Dump, NotRead, Scope},
    iso7816::{CardError, PinGate, Session, Status, Tries},
    kind::CardKind,
    privacy::Pin,
    transport::Transport,
};

use super::{
    files::{self, File, PinSetting},
    read::{LOOK, OPEN, Progress, Step, StepId, count, open, read, read_into, setting_of},
};

const ALL: &[Scope] = &[Scope::FULL, Scope::WITHOUT_PIN];
const FULL: &[Scope] = &[Scope::FULL];

const fn reads(file: File) -> Step {
    Step {
        id: StepId::Read,
        title: file.title,
        application: file.application,
        yields: Some(file),
        exchanges: 1,
        scopes: FULL,
    }
}

/// Every step in order; recognition's exchanges come on top.
pub const MENKYO_STEPS: &[Step] = &[
    Step { id: StepId::Look, title: LOOK, application: files::MENKYO, yields: None, exchanges: 3, scopes: ALL },
    Step { id: StepId::Pin1, title: OPEN, application: files::MENKYO, yields: None, exchanges: 1, scopes: FULL },
    reads(files::MENKYO_DATA),
    reads(files::MENKYO_SIGNATURE),
];

/// The steps of a scope.
pub fn menkyo_steps(scope: Scope) -> impl Iterator<Item = &'static Step> {
    MENKYO_STEPS.iter().filter(move |step| step.scopes.contains(&scope))
}

/// What the application tells before a person is asked for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenkyoPrepared {
    /// Whether the holder set the PIN; `None`: the byte is not known, and no PIN may be tried.
    pub setting: Option<PinSetting>,
    /// The counter.
    pub tries: Tries,
    setting_file: Result<Vec<u8>, NotRead>,
}

impl MenkyoPrepared {
    /// Whether a person must be asked for the PIN.
    pub fn asks(&self, scope: Scope) -> bool {
        scope != Scope::WITHOUT_PIN && self.setting != Some(PinSetting::NotSet)
    }
}

/// Selects the application, reads its PIN setting and asks the counter, which costs no try.
///
/// # Errors
/// [`ReadError::Card`]; with `6A82` where the card has no such application.
pub fn prepare<T: Transport>(session: &mut Session<T>) -> Result<MenkyoPrepared, ReadError> {
    if !session.select(files::MENKYO.aid)? {
        return Err(CardError::Status(Status::NOT_FOUND).into());
    }
    let setting_file = read(session, &files::MENKYO_SETTING, &mut |_, _| {})?;
    let setting = setting_file.as_deref().ok().and_then(|bytes| setting_of(bytes, &files::MENKYO_SETTING));
    let tries = session.ask_tries(files::MENKYO_PIN.sfi)?;
    Ok(MenkyoPrepared { setting, tries, setting_file })
}

/// What a reading needs besides the card.
pub struct MenkyoReading<'a> {
    /// What to read: [`Scope::FULL`] or [`Scope::WITHOUT_PIN`].
    pub scope: Scope,
    /// What was typed. Never used where no PIN was set.
    pub pin: Option<&'a Pin>,
    /// The gate of this person's entries.
    pub gate: &'a mut PinGate,
    /// What [`prepare`] learnt.
    pub prepared: MenkyoPrepared,
    /// Whether the card was let go since then: then the application is looked at again. The setting and the counter are
    /// all that it tells without its PIN, so another card in the same state is not noticed here.
    pub released: bool,
    /// The reader's time.
    pub time: Timestamp,
    /// Which address and reader; goes into the dump.
    pub reader: String,
    /// Told while reading.
    pub progress: Progress<'a>,
}

impl MenkyoReading<'_> {
    /// Reads the application, step by step.
    ///
    /// # Errors
    /// [`ReadError`]; a file that cannot be read is no error but stands in the dump with its reason.
    pub fn run<T: Transport>(self, session: &mut Session<T>) -> Result<Dump, ReadError> {
        let Self { scope, pin, gate, prepared, released, time, reader, progress } = self;
        let mut dump = Dump::new(CardKind::MENKYO, scope, reader, time);
        for step in menkyo_steps(scope) {
            progress(step, 0, 0);
            match (step.id, &step.yields) {
                (StepId::Look, _) => {
                    if released && super::menkyo_read::prepare(session)? != prepared {
                        return Err(ReadError::OtherCard);
                    }
                    match &prepared.setting_file {
                        Ok(bytes) => dump.keep(files::MENKYO_SETTING.name, bytes.clone()),
                        Err(why) => dump.lacks(files::MENKYO_SETTING.name, why.clone()),
                    }
                    for (name, ..) in files::MENKYO_REFERENCES {
                        count(&mut dump, name, prepared.tries);
                    }
                }
                (StepId::Pin1 | StepId::Pin2, _) => {
                    session.select(files::MENKYO.aid)?;
                    open(session, gate, &files::MENKYO_PIN, prepared.tries, prepared.setting, pin)?;
                }
                (StepId::Read, Some(file)) => {
                    read_into(session, file, &mut dump, &mut |done, total| progress(step, done, total))?;
                }
                (StepId::Read, None) => {}
            }
        }
        if scope == Scope::WITHOUT_PIN {
            for file in [files::MENKYO_DATA, files::MENKYO_SIGNATURE] {
                dump.lacks(file.name, NotRead::NotOpened { reason: "without_pin".to_owned() });
            }
        }
        Ok(dump)
    }
}
