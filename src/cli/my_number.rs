//! `taimen check` of a My Number Card: which value is presented, and the transactions of the reading.

use jiff::Timestamp;

use crate::{
    cards::{
        Recognised,
        my_number::{Prepared, Reading, files, prepare},
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, ReadStep, Session, Tries},
    kind::CardKind,
    messages::Problem,
    privacy::Pin,
    transport::{Draws, Transport},
};

use super::{
    check::{First, Question as AnyQuestion, Read, Wish},
    jpki::Jpki,
    reader::{Link, Source, own_credential},
    terminal::Terminal,
};

/// What is known before the card is touched.
pub struct Plan<'a> {
    scope: Scope,
    /// The value, where nobody has to be asked for it.
    known: Option<Pin>,
    ask: bool,
    jpki: Option<&'a Jpki>,
    allow_last_try: bool,
    reader: String,
    time: Timestamp,
    /// A recording holds no bytes of private files.
    private_withheld: bool,
}

/// What the first transaction leaves open.
pub struct Question {
    guests: Vec<CardKind>,
    prepared: Prepared,
    step: ReadStep,
}

/// What a transaction that reads begins with.
struct Start {
    guests: Vec<CardKind>,
    prepared: Option<Prepared>,
    time: Timestamp,
}

impl<'a> Plan<'a> {
    /// Takes the entries of the credentials file, which are checked here, or what the source itself offers.
    ///
    /// # Errors
    /// [`Problem`] when an entry is missing or wrong.
    pub fn new(link: &Link, wish: Wish<'a>) -> Result<Self, Problem> {
        let scope = if wish.scope == Scope::AGE { Scope::AGE } else { Scope::FULL };
        let known = match wish.entries {
            Some(entries) => Some(entries.my_number(scope)?),
            None => own_credential(link.source(), scope),
        };
        let ask = link.asked_then().unwrap_or(known.is_none());
        Ok(Self {
            scope,
            known,
            ask,
            jpki: wish.jpki,
            allow_last_try: wish.allow_last_try,
            reader: link.reader().to_owned(),
            time: link.time(),
            private_withheld: matches!(link.source(), Source::Replay(_)),
        })
    }

    /// The transaction that recognised the card: reads it all, or prepares the question.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn first(
        &self,
        session: &mut Session<&mut dyn Transport>,
        draws: &mut dyn Draws,
        recognised: Recognised,
        terminal: &Terminal,
    ) -> Result<First, Problem> {
        match &self.known {
            Some(known) if !self.ask => {
                let start = Start { guests: recognised.guests, prepared: None, time: self.time };
                Ok(First::Read(self.read(session, draws, known, start, terminal)?.into()))
            }
            _ => {
                let prepared = prepare(session, self.reference())?;
                let question = Question { guests: recognised.guests, prepared, step: session.step() };
                Ok(First::Ask(AnyQuestion::MyNumber(question)))
            }
        }
    }

    /// Asks the person, then opens the card again and reads it.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn second(&self, link: &mut Link, question: Question, terminal: &Terminal) -> Result<Read, Problem> {
        let Question { guests, prepared, step } = question;
        let tries = prepared.tries;
        terminal.tries(self.reference().title, tries);
        let asked;
        let credential = match &self.known {
            Some(known) => known,
            None => {
                asked = terminal.ask_my_number(self.reference(), self.scope, tries, self.allow_last_try)?;
                &asked
            }
        };
        link.wait_again(&mut |waiting| terminal.waiting(waiting))?;
        let time = link.refresh_time();
        link.with_card(|card, draws| {
            let mut session = Session::with_step(card, step);
            let start = Start { guests, prepared: Some(prepared), time };
            self.read(&mut session, draws, credential, start, terminal)
        })
    }

    fn reference(&self) -> &'static files::Reference {
        match self.scope {
            Scope::AGE => &files::FACE_BIRTH_DATE,
            _ => &files::FACE_NUMBER_B,
        }
    }

    fn read(
        &self,
        session: &mut Session<&mut dyn Transport>,
        draws: &mut dyn Draws,
        credential: &Pin,
        start: Start,
        terminal: &Terminal,
    ) -> Result<Read, Problem> {
        let Start { guests, prepared, time } = start;
        let asked = prepared.is_some();
        let mut told = Vec::new();
        let reading = Reading {
            scope: self.scope,
            credential,
            gate: &mut PinGate::new(self.allow_last_try),
            prepared,
            draws,
            time,
            reader: self.reader.clone(),
            guests,
            jpki: self.jpki.map(Jpki::entries),
            private_withheld: self.private_withheld,
            counter: &mut |reference, tries| {
                told.push((reference, tries));
                // What a person was asked for was told in front of the question.
                if !asked || reference.application == files::JPKI {
                    terminal.counter(reference.title, tries);
                }
            },
            progress: &mut |step, done, total| terminal.show(step.title, done, total),
        };
        let dump: Dump = reading.run(session)?;
        let left = |(reference, before): (&'static files::Reference, Tries)| {
            Some((reference.title, after_success(reference, before)?))
        };
        Ok(Read { dump, tries: told.into_iter().filter_map(left).collect() })
    }
}

/// What is left after a success, where that is known: it sets a counter back to its limit. The limit of the birth date
/// is not known (spec my-number 11, 5), and a reference without a counter has none.
fn after_success(reference: &files::Reference, before: Tries) -> Option<Tries> {
    match before {
        Tries::NoCounter => Some(Tries::NoCounter),
        _ if *reference == files::FACE_BIRTH_DATE => None,
        _ => Some(Tries::Left(reference.limit)),
    }
}
