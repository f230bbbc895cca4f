//! `taimen check` of a residence card: its number, and the transactions of the reading.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::{
    cards::{
        Recognised,
        residence_card::{Opening, Prepared, Reading, prepare, protocol::CardNumber},
    },
    crypto::CipherKey,
    dump::{Dump, Scope},
    iso7816::Session,
    kind::CardKind,
    messages::Problem,
    transport::{Draws, Replay, Transport},
};

use super::{
    args::name,
    check::{First, Question as AnyQuestion, Read, Wish},
    credentials::CARD_NUMBER,
    reader::{Link, Source},
    terminal::Terminal,
};

/// MUTUAL AUTHENTICATE, whose data tell whether a recording needs the number.
const HANDSHAKE: u8 = 0x82;

/// What is known before the card is touched.
pub struct Plan {
    known: Known,
    /// Whether the card is let go in the middle.
    ask: bool,
    /// Whether nobody is asked because a file says what there is.
    settled: bool,
    reader: String,
    time: Timestamp,
}

/// What opens the card.
enum Known {
    Number(CardNumber),
    /// A recording that does not tell the handshake, and the key that came of it.
    Recorded(Option<Zeroizing<CipherKey>>),
    Nothing,
}

/// What the first transaction leaves open.
pub struct Question(Prepared);

/// Refuses an option that means another card, before anything is presented.
///
/// # Errors
/// [`Problem::OtherCardsOption`], [`Problem::NoSuchApplication`].
pub fn fits(wish: Wish<'_>, kind: CardKind) -> Result<(), Problem> {
    if wish.without_pin {
        return Err(Problem::OtherCardsOption { option: name::WITHOUT_PIN, kind });
    }
    if wish.scope == Scope::AGE {
        return Err(Problem::OtherCardsOption { option: name::AGE, kind });
    }
    if wish.menkyo {
        return Err(Problem::NoSuchApplication(CardKind::MENKYO));
    }
    Ok(())
}

impl Plan {
    /// Takes the number of the credentials file, which is checked here, or what the source itself offers.
    ///
    /// # Errors
    /// [`Problem::BadCardNumber`].
    pub fn new(link: &Link, wish: Wish<'_>) -> Result<Self, Problem> {
        let entered = wish.entries.map(|entries| entries.card_number()).transpose()?.flatten();
        let (known, ask) = match link.source() {
            Source::Replay(replay) if !replay.tells(HANDSHAKE) => {
                (Known::Recorded(recorded_key(replay)), replay.asked_in_the_middle())
            }
            Source::Replay(replay) => (Known::from(entered), replay.asked_in_the_middle()),
            Source::Sim(card) if wish.entries.is_none() => {
                let own = card.credentials().and_then(|own| own.card_number().cloned());
                (Known::from(own), link.asked_then().unwrap_or(false))
            }
            Source::Sim(_) => (Known::from(entered), false),
            _ => {
                let ask = entered.is_none() && wish.entries.is_none();
                (Known::from(entered), ask)
            }
        };
        let settled = wish.entries.is_some() || matches!(link.source(), Source::Sim(_));
        Ok(Self { known, ask, settled, reader: link.reader().to_owned(), time: link.time() })
    }

    /// The transaction that recognised the card: reads it all, or what it tells before the question.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn first(
        &self,
        session: &mut Session<&mut dyn Transport>,
        draws: &mut dyn Draws,
        recognised: &Recognised,
        terminal: &Terminal,
    ) -> Result<First, Problem> {
        let prepared = prepare(session, recognised.kind, &recognised.kind_file)?;
        if self.ask {
            return Ok(First::Ask(AnyQuestion::Residence(Question(prepared))));
        }
        let asked = self.ask_for_it(terminal)?;
        let now = Moment { time: self.time, released: false };
        Ok(First::Read(self.read(session, draws, (prepared, now), asked.as_ref(), terminal)?.into()))
    }

    /// Asks the person, then opens the card again and reads it.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn second(&self, link: &mut Link, question: Question, terminal: &Terminal) -> Result<Read, Problem> {
        let asked = self.ask_for_it(terminal)?;
        link.wait_again(&mut |waiting| terminal.waiting(waiting))?;
        let time = link.refresh_time();
        link.with_card(|card, draws| {
            let now = Moment { time, released: true };
            self.read(&mut Session::new(card), draws, (question.0, now), asked.as_ref(), terminal)
        })
    }

    /// The number, where only a person can tell it.
    fn ask_for_it(&self, terminal: &Terminal) -> Result<Option<CardNumber>, Problem> {
        match self.known {
            Known::Nothing if self.settled => Err(Problem::MissingCredential { name: CARD_NUMBER.to_owned() }),
            Known::Nothing => Ok(Some(terminal.ask_card_number()?)),
            Known::Number(_) | Known::Recorded(_) => Ok(None),
        }
    }

    fn read(
        &self,
        session: &mut Session<&mut dyn Transport>,
        draws: &mut dyn Draws,
        (prepared, now): (Prepared, Moment),
        asked: Option<&CardNumber>,
        terminal: &Terminal,
    ) -> Result<Read, Problem> {
        let opening = match (asked, &self.known) {
            (Some(number), _) | (None, Known::Number(number)) => Opening::Number(number),
            (None, Known::Recorded(key)) => Opening::Recorded(key.as_deref()),
            (None, Known::Nothing) => return Err(Problem::MissingCredential { name: CARD_NUMBER.to_owned() }),
        };
        let dump: Dump = Reading {
            opening,
            prepared,
            released: now.released,
            draws,
            time: now.time,
            reader: self.reader.clone(),
            progress: &mut |step, done, total| terminal.show(step.title, done, total),
        }
        .run(session)?;
        Ok(Read { dump, tries: Vec::new() })
    }
}

impl From<Option<CardNumber>> for Known {
    fn from(number: Option<CardNumber>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }
}

/// When a transaction reads, and whether the card was let go before it.
struct Moment {
    time: Timestamp,
    released: bool,
}

/// The session key of a recording. One whose handshake failed has none.
fn recorded_key(replay: &Replay) -> Option<Zeroizing<CipherKey>> {
    let key = replay.header().session_keys.first()?;
    Some(Zeroizing::new(key.as_slice().try_into().ok()?))
}
