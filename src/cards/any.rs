//! One way to read any card: recognise it, then its own reading, without caring for its kind.
//!
//! [`read_any`] does it in one go. Where a person must be asked in between, [`look_any`] tells what for, the card is let
//! go, and [`Looked::read`] goes on: a card is never held while somebody types.

use std::cell::RefCell;

use jiff::Timestamp;

use crate::{
    dump::{Dump, Scope},
    iso7816::{PinGate, ReadStep, Refusal, Session, Tries},
    kind::CardKind,
    lang::Bilingual,
    transport::{Draws, LinkFigures, Metered, Recording, Replay, Transport, replay::UnusedSteps},
};

use super::{
    BadCredential, Credential, Credentials, ReadError, RecogniseError, Recognised,
    drivers_licence::{self, MenkyoPrepared, MenkyoReading, Pins, files::PinSetting},
    my_number::{self, files},
    recognise,
    residence_card::{self, files::Generation},
};

/// What is asked of a card, whichever it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// How much. [`Scope::FULL`] of a licence whose holder gave PIN 1 alone becomes [`Scope::PIN1`].
    pub scope: Scope,
    /// Which application of a card that carries several; `None`: its own.
    pub application: Option<CardKind>,
    /// Whether the JPKI application of a My Number Card is read too.
    pub jpki: bool,
    /// The reader's time: it stands in the challenges and in the dump.
    pub time: Timestamp,
    /// Which reader; goes into the dump. A name that begins
    /// with [`crate::transport::phone::NAME_PREFIX`] says that others may listen in between: then the file with the hash of the
    /// 個人番号 is not read.
    pub reader: String,
}

impl Request {
    /// Everything that the default check shows.
    pub fn new(reader: impl Into<String>, time: Timestamp) -> Self {
        Self { scope: Scope::FULL, application: None, jpki: false, time, reader: reader.into() }
    }

    /// The same with another scope.
    #[must_use]
    pub fn scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The same of one application, for example [`CardKind::MENKYO`].
    #[must_use]
    pub fn application(self, application: CardKind) -> Self {
        Self { application: Some(application), ..self }
    }

    /// Refuses what the recognised card does not have, before anything is presented to it.
    fn fits(&self, found: &Recognised) -> Result<CardKind, ReadAnyError> {
        let kind = match self.application {
            Some(guest) if found.guests.contains(&guest) => guest,
            Some(other) if other != found.kind => return Err(ReadAnyError::NoSuchApplication(other)),
            _ => found.kind,
        };
        let scopes: &[Scope] = match kind {
            CardKind::MY_NUMBER => &[Scope::FULL, Scope::AGE],
            CardKind::LICENCE => &[Scope::FULL, Scope::PIN1, Scope::WITHOUT_PIN],
            CardKind::MENKYO => &[Scope::FULL, Scope::WITHOUT_PIN],
            kind if Generation::of(kind).is_some() => &[Scope::FULL],
            other => return Err(ReadAnyError::NotReadable(other)),
        };
        if !scopes.contains(&self.scope) {
            return Err(ReadAnyError::NotOfThisCard { asked: self.scope.as_str(), kind });
        }
        if self.jpki && (kind != CardKind::MY_NUMBER || self.scope != Scope::FULL) {
            return Err(ReadAnyError::NotOfThisCard { asked: "jpki", kind });
        }
        Ok(kind)
    }
}

/// What is told while a card is read.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Which card it is.
    Recognised(&'a Recognised),
    /// What a credential's counter says, before the credential is presented.
    Counter {
        /// The credential, for people.
        title: Bilingual,
        /// Its counter.
        tries: Tries,
    },
    /// A step goes on.
    Step {
        /// What to show.
        title: Bilingual,
        /// Bytes of its file so far.
        done: usize,
        /// Bytes of the file; 0 where there is none or nobody knows.
        total: usize,
    },
}

/// Told while reading.
pub type Tell<'a> = &'a mut dyn FnMut(Event<'_>);

/// Why a card was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadAnyError {
    /// It was not recognised.
    #[error(transparent)]
    Recognise(#[from] RecogniseError),
    /// Its reading ended without a dump.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is recognised, and this version reads no card of the kind.
    #[error("cards of the kind {0} are recognised only")]
    NotReadable(CardKind),
    /// The card does not hold the application that was asked for.
    #[error("the card does not hold the application {0}")]
    NoSuchApplication(CardKind),
    /// The scope, or JPKI, belongs to another kind of card. Nothing was presented.
    #[error("{asked} belongs to another card than {kind}")]
    NotOfThisCard {
        /// What was asked for: the name of a scope, or `jpki`.
        asked: &'static str,
        /// The card.
        kind: CardKind,
    },
    /// The card needs a credential that was not given. Nothing was presented.
    #[error("{} is missing", .0.as_str())]
    Missing(Credential),
    /// A value has another form than its card compares. Nothing was sent.
    #[error(transparent)]
    Malformed(#[from] BadCredential),
    /// The header of the recording has no time.
    #[error("the recording does not say when it was made")]
    NoTime,
    /// The recording goes on after the reading.
    #[error(transparent)]
    Unused(#[from] UnusedSteps),
}

/// A credential that a card wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// Which.
    pub credential: Credential,
    /// What its counter says; `None` for a number that nothing counts.
    pub tries: Option<Tries>,
}

/// A card that was recognised and looked at; nothing was presented to it.
#[derive(Debug)]
pub struct Looked {
    request: Request,
    recognised: Recognised,
    own: Own,
    step: ReadStep,
    figures: LinkFigures,
}

/// What each card tells beforehand.
#[derive(Debug)]
enum Own {
    MyNumber(Option<my_number::Prepared>),
    Licence(drivers_licence::Prepared),
    Menkyo(MenkyoPrepared),
    Residence(residence_card::Prepared),
}

/// Reads whatever card lies there: recognises it, looks at its counters, presents what it needs of `credentials` (at most
/// once each, never a last try unless `gate` allows it), reads, and lets go of the card when it returns.
///
/// `gate` belongs to the entries that a person made: one for a person's entries, however often the card is read with them.
/// `draws` gives the random bytes of the challenges; `tell` is told what goes on.
///
/// # Errors
/// [`ReadAnyError`]; a file that cannot be read is no error but stands in the dump with its reason.
pub fn read_any(
    transport: impl Transport,
    request: &Request,
    credentials: &Credentials,
    gate: &mut PinGate,
    draws: &mut dyn Draws,
    tell: Tell<'_>,
) -> Result<Dump, ReadAnyError> {
    credentials.check_form()?;
    let mut session = Session::new(Metered::new(transport));
    let (recognised, own) = look(&mut session, request, false, tell)?;
    let entries = Entries { credentials, gate, draws, tell };
    let mut dump = read(&mut session, request, recognised, own, false, entries)?;
    dump.link = session.transport().figures();
    Ok(dump)
}

/// Recognises a card and looks at what it tells everybody, so that a person can be asked for what it wants. No credential
/// is used.
///
/// # Errors
/// [`ReadAnyError`].
pub fn look_any(transport: impl Transport, request: &Request, tell: Tell<'_>) -> Result<Looked, ReadAnyError> {
    let mut session = Session::new(Metered::new(transport));
    let (recognised, own) = look(&mut session, request, true, tell)?;
    let figures = session.transport().figures();
    Ok(Looked { request: request.clone(), recognised, own, step: session.step(), figures })
}

impl Looked {
    /// Which card it is.
    pub fn recognised(&self) -> &Recognised {
        &self.recognised
    }

    /// What to ask for, in this order; empty where nothing needs to be asked, or nothing may be presented. A credential
    /// whose counter stands on its last try is in the list, and [`Tries::gate`] says whether it may be spent.
    pub fn wanted(&self) -> Vec<Wanted> {
        let counted = |credential, tries| Wanted { credential, tries: Some(tries) };
        let scope = self.request.scope;
        match &self.own {
            Own::MyNumber(prepared) => {
                let credential = if scope == Scope::AGE { Credential::BirthDate } else { Credential::NumberB };
                prepared.iter().map(|prepared| counted(credential, prepared.tries)).collect()
            }
            Own::Licence(prepared) if prepared.setting == Some(PinSetting::Set) && prepared.asks(scope) => {
                let second = (scope == Scope::FULL).then(|| counted(Credential::Pin2, prepared.pin2));
                std::iter::once(counted(Credential::Pin1, prepared.pin1)).chain(second).collect()
            }
            Own::Menkyo(prepared) if prepared.setting == Some(PinSetting::Set) && prepared.asks(scope) => {
                vec![counted(Credential::LicencePin, prepared.tries)]
            }
            Own::Licence(_) | Own::Menkyo(_) => Vec::new(),
            Own::Residence(_) => vec![Wanted { credential: Credential::CardNumber, tries: None }],
        }
    }

    /// Reads the card that was looked at, powered up anew: it must be the same one still, as far as a card tells without a
    /// credential. `time` is the reader's time now.
    ///
    /// # Errors
    /// As [`read_any`]; [`ReadError::OtherCard`] where another card lies there.
    pub fn read(
        self,
        transport: impl Transport,
        time: Timestamp,
        credentials: &Credentials,
        gate: &mut PinGate,
        draws: &mut dyn Draws,
        tell: Tell<'_>,
    ) -> Result<Dump, ReadAnyError> {
        credentials.check_form()?;
        let Self { request, recognised, own, step, figures } = self;
        let request = Request { time, ..request };
        // The reading of a residence card begins with recognition, and measures anew.
        let step = if matches!(own, Own::Residence(_)) { ReadStep::default() } else { step };
        let mut session = Session::with_step(Metered::new(transport), step);
        let entries = Entries { credentials, gate, draws, tell };
        let mut dump = read(&mut session, &request, recognised, own, true, entries)?;
        dump.link = sum(figures, session.transport().figures());
        Ok(dump)
    }
}

/// Reads a recording as the program did that made it: its own scope, time and random draws. Nobody is asked, and no
/// credential is needed unless the recording tells the handshake of a residence card: then use [`Replay`] with
/// [`read_any`].
///
/// # Errors
/// [`ReadAnyError`].
pub fn read_recording(recording: &Recording) -> Result<Dump, ReadAnyError> {
    // Whether the last try was allowed then stands in no header. If it was, the recording goes on with it.
    match replayed(recording, false) {
        Err(ReadAnyError::Read(
            refused @ ReadError::Refused { refusal: Refusal::LastTry | Refusal::NoCounter, .. },
        )) => replayed(recording, true).map_err(|_| refused.into()),
        done => done,
    }
}

fn replayed(recording: &Recording, allow_last_try: bool) -> Result<Dump, ReadAnyError> {
    let mut replay = Replay::new(recording.clone());
    let header = &recording.header;
    let time = header.time.ok_or(ReadAnyError::NoTime)?;
    let menkyo = header.card.as_deref() == Some(CardKind::MENKYO.as_str());
    let request = Request {
        scope: header.scope.as_deref().and_then(|scope| scope.parse().ok()).unwrap_or(Scope::FULL),
        application: menkyo.then_some(CardKind::MENKYO),
        jpki: header.jpki.is_some(),
        ..Request::new(header.reader.as_deref().unwrap_or("replay"), time)
    };
    let credentials = Credentials::recorded(&replay);
    let (gate, draws, tell) = (&mut PinGate::new(allow_last_try), &mut replay.random(), &mut |_: Event<'_>| {});
    let dump = if replay.asked_in_the_middle() {
        let looked = look_any(&mut replay, &request, tell)?;
        looked.read(&mut replay, time, &credentials, gate, draws, tell)?
    } else {
        read_any(&mut replay, &request, &credentials, gate, draws, tell)?
    };
    replay.finish()?;
    Ok(dump)
}

/// Recognition, and what the card tells everybody. The certificate that tells a My Number Card again is read only where a
/// person will be asked.
fn look<T: Transport>(
    session: &mut Session<T>,
    request: &Request,
    asking: bool,
    tell: Tell<'_>,
) -> Result<(Recognised, Own), ReadAnyError> {
    let recognised = recognise(session)?;
    tell(Event::Recognised(&recognised));
    let own = match request.fits(&recognised)? {
        CardKind::MY_NUMBER => {
            let reference = if request.scope == Scope::AGE { &files::FACE_BIRTH_DATE } else { &files::FACE_NUMBER_B };
            Own::MyNumber(if asking { Some(my_number::prepare(session, reference)?) } else { None })
        }
        CardKind::LICENCE => Own::Licence(drivers_licence::prepare(session, &recognised.licence)?),
        CardKind::MENKYO => Own::Menkyo(drivers_licence::prepare_menkyo(session)?),
        kind => Own::Residence(residence_card::prepare(session, kind, &recognised.kind_file)?),
    };
    Ok((recognised, own))
}

/// What every reading is given.
struct Entries<'a> {
    credentials: &'a Credentials,
    gate: &'a mut PinGate,
    draws: &'a mut dyn Draws,
    tell: Tell<'a>,
}

fn read<T: Transport>(
    session: &mut Session<T>,
    request: &Request,
    recognised: Recognised,
    own: Own,
    released: bool,
    entries: Entries<'_>,
) -> Result<Dump, ReadAnyError> {
    let Entries { credentials, gate, draws, tell } = entries;
    // Two callbacks of one reading tell the same listener.
    let tell = RefCell::new(tell);
    let say = |event: Event<'_>| {
        if let Ok(mut tell) = tell.try_borrow_mut() {
            tell(event);
        }
    };
    let step = |title: Bilingual, done: usize, total: usize| say(Event::Step { title, done, total });
    let (time, reader) = (request.time, request.reader.clone());
    let dump = match own {
        Own::MyNumber(prepared) => {
            let (wanted, known) = match request.scope {
                Scope::AGE => (Credential::BirthDate, &credentials.birth_date),
                _ => (Credential::NumberB, &credentials.number_b),
            };
            let reading = my_number::Reading {
                scope: request.scope,
                credential: known.as_ref().ok_or(ReadAnyError::Missing(wanted))?,
                gate,
                prepared,
                draws,
                time,
                reader,
                guests: recognised.guests,
                jpki: request.jpki.then(|| credentials.jpki()),
                private_withheld: credentials.is_recorded(),
                counter: &mut |reference, tries| say(Event::Counter { title: reference.title, tries }),
                progress: &mut |at, done, total| step(at.title, done, total),
            };
            reading.run(session)?
        }
        Own::Licence(prepared) => {
            let asks = prepared.setting == Some(PinSetting::Set) && prepared.asks(request.scope);
            if asks && credentials.pin1.is_none() {
                return Err(ReadAnyError::Missing(Credential::Pin1));
            }
            let alone = asks && request.scope == Scope::FULL && credentials.pin2.is_none();
            for (title, tries) in [(Credential::Pin1.title(), prepared.pin1), (Credential::Pin2.title(), prepared.pin2)]
            {
                say(Event::Counter { title, tries });
            }
            let reading = drivers_licence::Reading {
                scope: if alone { Scope::PIN1 } else { request.scope },
                pins: Pins { pin1: credentials.pin1.as_ref(), pin2: credentials.pin2.as_ref() },
                gate,
                prepared,
                released,
                time,
                reader,
                progress: &mut |at, done, total| step(at.title, done, total),
            };
            reading.run(session)?
        }
        Own::Menkyo(prepared) => {
            let asks = prepared.setting == Some(PinSetting::Set) && prepared.asks(request.scope);
            if asks && credentials.licence_pin.is_none() {
                return Err(ReadAnyError::Missing(Credential::LicencePin));
            }
            say(Event::Counter { title: Credential::LicencePin.title(), tries: prepared.tries });
            let reading = MenkyoReading {
                scope: request.scope,
                pin: credentials.licence_pin.as_ref(),
                gate,
                prepared,
                released,
                time,
                reader,
                progress: &mut |at, done, total| step(at.title, done, total),
            };
            reading.run(session)?
        }
        Own::Residence(prepared) => {
            let reading = residence_card::Reading {
                opening: credentials.opening().ok_or(ReadAnyError::Missing(Credential::CardNumber))?,
                prepared,
                released,
                draws,
                time,
                reader,
                progress: &mut |at, done, total| step(at.title, done, total),
            };
            reading.run(session)?
        }
    };
    Ok(dump)
}

fn sum(first: LinkFigures, second: LinkFigures) -> LinkFigures {
    LinkFigures {
        exchanges: first.exchanges.saturating_add(second.exchanges),
        bytes_sent: first.bytes_sent.saturating_add(second.bytes_sent),
        bytes_received: first.bytes_received.saturating_add(second.bytes_received),
        card_ms: first.card_ms.saturating_add(second.card_ms),
        host_ms: first.host_ms.saturating_add(second.host_ms),
    }
}
