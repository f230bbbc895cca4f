//! `taimen check` of a driver's licence, and of the licence application on a My Number Card: which PINs are presented,
//! and the transactions of the reading.

use jiff::Timestamp;

use crate::{
    cards::{
        LicenceProbe, ReadError,
        drivers_licence::{
            MenkyoPrepared, MenkyoReading, Pins, Prepared, Reading, counted,
            files::{MENKYO_PIN, PIN1, PIN2},
            prepare, prepare_menkyo,
        },
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, ReadStep, Refusal, Session, Tries},
    lang::Bilingual,
    messages::Problem,
    privacy::Pin,
    transport::Transport,
};

use super::{
    check::{First, Question as AnyQuestion, Read, Wish},
    reader::{Link, Source},
    terminal::Terminal,
};

/// What is known before the card is touched.
pub struct Plan {
    pins: Entered,
    /// Whether what is known is all that there will be: nobody is asked.
    settled: bool,
    /// What a recording or an option fixed.
    scope: Option<Scope>,
    /// Whether a recording has the card let go in the middle.
    asked: bool,
    allow_last_try: bool,
    reader: String,
    time: Timestamp,
}

/// The PINs of both kinds of licence.
#[derive(Default)]
struct Entered {
    pin1: Option<Pin>,
    pin2: Option<Pin>,
    licence_pin: Option<Pin>,
}

/// What the card told before any PIN.
enum Looked {
    Licence(Prepared),
    Menkyo(MenkyoPrepared),
}

/// What the first transaction leaves open.
pub struct Question {
    looked: Looked,
    step: ReadStep,
}

impl Plan {
    /// Takes the PINs of the credentials file, which are checked here, or what the source itself offers.
    ///
    /// # Errors
    /// [`Problem::BadPin`].
    pub fn new(link: &Link, wish: Wish<'_>) -> Result<Self, Problem> {
        let zeros = || Pin::new(*b"0000").ok();
        let pins = match (wish.entries, link.source()) {
            (Some(entries), _) => Entered {
                pin1: entries.pin("pin1")?,
                pin2: entries.pin("pin2")?,
                licence_pin: entries.pin("licence-pin")?,
            },
            (None, Source::Sim(card)) => card.credentials().map_or_else(Entered::default, |own| Entered {
                pin1: own.pin1().cloned(),
                pin2: own.pin2().cloned(),
                licence_pin: own.licence_pin().cloned(),
            }),
            (None, Source::Replay(_)) => Entered { pin1: zeros(), pin2: zeros(), licence_pin: zeros() },
            #[cfg(feature = "pcsc")]
            (None, Source::Pcsc(_)) => Entered::default(),
            (None, Source::Phone(_)) => Entered::default(),
        };
        let (scope, asked) = match link.asked_then() {
            Some(asked) => (Some(wish.scope), asked),
            None => (wish.without_pin.then_some(Scope::WITHOUT_PIN), false),
        };
        let settled = wish.entries.is_some() || !link.is_live();
        Ok(Self {
            pins,
            settled,
            scope,
            asked,
            allow_last_try: wish.allow_last_try,
            reader: link.reader().to_owned(),
            time: link.time(),
        })
    }

    /// The transaction that recognised the card: reads it all, or looks at what it tells before a question.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn first(
        &self,
        session: &mut Session<&mut dyn Transport>,
        probe: Option<&LicenceProbe>,
        terminal: &Terminal,
    ) -> Result<First, Problem> {
        let looked = match probe {
            Some(probe) => Looked::Licence(prepare(session, probe)?),
            None => Looked::Menkyo(prepare_menkyo(session)?),
        };
        if self.asked || (!self.settled && self.asks(&looked)) {
            return Ok(First::Ask(AnyQuestion::Licence(Question { looked, step: session.step() })));
        }
        self.tell_counters(&looked, |what, tries| terminal.counter(what, tries));
        let now = Moment { time: self.time, released: false };
        Ok(First::Read(self.read(session, looked, &self.pins, now, terminal)?.into()))
    }

    /// Asks the customer, then opens the card again and reads it.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn second(&self, link: &mut Link, question: Question, terminal: &Terminal) -> Result<Read, Problem> {
        let Question { looked, step } = question;
        self.tell_counters(&looked, |what, tries| terminal.tries(what, tries));
        let asked;
        let pins = if self.settled {
            &self.pins
        } else {
            self.allowed(&looked)?;
            asked = match looked {
                Looked::Licence(ref prepared) => {
                    // A second PIN that may not be tried is not asked for: what the first one opens is read.
                    let (pin1, pin2) = terminal.ask_pins(self.may_try(prepared.pin2).is_ok())?;
                    Entered { pin1: Some(pin1), pin2, licence_pin: None }
                }
                Looked::Menkyo(_) => Entered { licence_pin: Some(terminal.ask_licence_pin()?), ..Entered::default() },
            };
            &asked
        };
        link.wait_again(&mut |waiting| terminal.waiting(waiting))?;
        let time = link.refresh_time();
        link.with_card(|card, _| {
            let mut session = Session::with_step(card, step);
            self.read(&mut session, looked, pins, Moment { time, released: true }, terminal)
        })
    }

    /// What is read: what an option or a recording fixed, else as much as the PINs open.
    fn scope(&self, looked: &Looked, pins: &Entered) -> Scope {
        match (self.scope, looked) {
            (Some(scope), _) => scope,
            (None, Looked::Licence(prepared)) if prepared.asks(Scope::FULL) && pins.pin2.is_none() => Scope::PIN1,
            (None, _) => Scope::FULL,
        }
    }

    fn asks(&self, looked: &Looked) -> bool {
        let scope = self.scope.unwrap_or(Scope::FULL);
        match looked {
            Looked::Licence(prepared) => prepared.asks(scope),
            Looked::Menkyo(prepared) => prepared.asks(scope),
        }
    }

    /// Nobody is asked for a PIN that may not be presented anyway.
    fn allowed(&self, looked: &Looked) -> Result<(), Problem> {
        let (setting, counters) = match looked {
            Looked::Licence(prepared) => (prepared.setting, (&PIN1, prepared.pin1)),
            Looked::Menkyo(prepared) => (prepared.setting, (&MENKYO_PIN, prepared.tries)),
        };
        let (reference, tries) = counters;
        if setting.is_none() {
            return Err(ReadError::PinSetting { reference }.into());
        }
        self.may_try(tries).map_err(|refusal| ReadError::Refused { refusal, reference })?;
        Ok(())
    }

    fn may_try(&self, tries: Tries) -> Result<(), Refusal> {
        counted(tries).and_then(|()| tries.gate(self.allow_last_try))
    }

    fn tell_counters(&self, looked: &Looked, tell: impl Fn(Bilingual, Tries)) {
        match looked {
            Looked::Licence(prepared) => {
                tell(PIN1.title, prepared.pin1);
                tell(PIN2.title, prepared.pin2);
            }
            Looked::Menkyo(prepared) => tell(MENKYO_PIN.title, prepared.tries),
        }
    }

    fn read(
        &self,
        session: &mut Session<&mut dyn Transport>,
        looked: Looked,
        pins: &Entered,
        moment: Moment,
        terminal: &Terminal,
    ) -> Result<Read, Problem> {
        let scope = self.scope(&looked, pins);
        let gate = &mut PinGate::new(self.allow_last_try);
        let Moment { time, released } = moment;
        let reader = self.reader.clone();
        let dump: Dump = match looked {
            Looked::Licence(prepared) => Reading {
                scope,
                pins: Pins { pin1: pins.pin1.as_ref(), pin2: pins.pin2.as_ref() },
                gate,
                prepared,
                released,
                time,
                reader,
                progress: &mut |step, done, total| terminal.show(step.title, done, total),
            }
            .run(session)?,
            Looked::Menkyo(prepared) => MenkyoReading {
                scope,
                pin: pins.licence_pin.as_ref(),
                gate,
                prepared,
                released,
                time,
                reader,
                progress: &mut |step, done, total| terminal.show(step.title, done, total),
            }
            .run(session)?,
        };
        // The counters stand in the dump, and so in the findings.
        Ok(Read { dump, tries: Vec::new() })
    }
}

/// When a transaction reads, and whether the card was let go before it.
struct Moment {
    time: Timestamp,
    released: bool,
}
