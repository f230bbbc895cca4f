//! The thread that reads cards: it does what the session orders and reports how it goes. A card is held only while it is read.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    cards::{self, Ask, CredentialSpec, Credentials, Looked, Outcome, ReadError, Remembered, Request},
    counter::{Event, Question, Reading, Run, Shares, Told, Trouble},
    dump::{Dump, Scope},
    iso7816::PinGate,
    kind::CardKind,
    messages::Problem,
    records::content::DumpMark,
    report::{self, Context},
    transport::{LinkKind, Radio, Transport, TransportError},
    trust::{Hierarchy, TrustStore},
    verify::Basis,
};

use super::{
    super::reader::{Link, Source},
    desk::Desk,
};

/// How long a PC/SC card may need to be found again where the watch has just seen it.
const FOUND: Duration = Duration::from_secs(2);

/// How often a phone is looked at while its card is not read.
const LOOK: Duration = Duration::from_millis(300);

/// What the reader thread is to do.
pub enum Order {
    /// A card lies there: where.
    Place(Place),
    /// It is gone.
    Gone,
    /// Read it.
    Start {
        /// The reading's name.
        run: Run,
        /// How much.
        scope: Scope,
        /// Which application.
        application: Option<CardKind>,
        /// Whose last try may be spent.
        last_try: Option<&'static CredentialSpec>,
        /// Ends the reading.
        stop: Arc<AtomicBool>,
    },
    /// Read on with what was entered.
    Read {
        /// The reading's name.
        run: Run,
        /// What was entered.
        credentials: Credentials,
        /// When the last key was pressed.
        last_key: Instant,
        /// Ends the reading.
        stop: Arc<AtomicBool>,
    },
    /// Forget the card that was looked at, and what was ordered before.
    Forget,
    /// The program ends.
    End,
}

/// Where a card lies.
pub enum Place {
    /// In a reader with this address.
    #[cfg_attr(not(feature = "pcsc"), allow(dead_code))]
    Reader(String),
    /// It is at hand.
    Link(Box<Link>),
}

/// The reader thread.
pub struct Worker {
    desk: Arc<Desk>,
    orders: Receiver<Order>,
    waiting: VecDeque<Order>,
    store: Arc<TrustStore>,
    accepted: Vec<Hierarchy>,
    /// Whether records are kept: a phone tells its holder so.
    keeps: bool,
    /// Issuers' certificates that the cards so far had. Gone with this thread.
    remembered: Arc<Remembered>,
    place: Option<Place>,
    looked: Option<(Run, Box<Looked>, PinGate)>,
    /// Cards come from phones: whether one lies there.
    phone: Option<bool>,
}

impl Worker {
    /// A thread that takes `orders`; a reading counts as `store` says, and `keeps` says whether records are kept.
    pub fn new(
        desk: Arc<Desk>,
        orders: Receiver<Order>,
        store: TrustStore,
        accepted: Vec<Hierarchy>,
        keeps: bool,
    ) -> Self {
        let (waiting, place, looked) = (VecDeque::new(), None, None);
        let (remembered, store) = (Arc::new(Remembered::new(&store)), Arc::new(store));
        Self { desk, orders, waiting, store, accepted, keeps, remembered, place, looked, phone: None }
    }

    /// The same where cards come from a phone.
    pub fn of_phone(self, link: Link) -> Self {
        Self { phone: Some(false), place: Some(Place::Link(Box::new(link))), ..self }
    }

    /// Works until the program ends.
    pub fn run(mut self) {
        while let Some(order) = self.next() {
            match order {
                Order::Place(place) => self.place = Some(place),
                Order::Gone => self.place = None,
                Order::Forget => self.looked = None,
                Order::Start { run, scope, application, last_try, stop } => {
                    self.looked = None;
                    // What it asks is told while it goes on.
                    match self.start(run, scope, application, last_try, &stop) {
                        Ok(None) => {}
                        Ok(Some(told)) => self.report(run, Ok(told), &stop),
                        Err(problem) => self.report(run, Err(problem), &stop),
                    }
                }
                Order::Read { run, credentials, last_key, stop } => {
                    let told = self.read(run, credentials, last_key, &stop);
                    self.report(run, told, &stop);
                }
                Order::End => return,
            }
        }
    }

    /// The next order that still counts.
    fn next(&mut self) -> Option<Order> {
        loop {
            match self.orders.try_recv() {
                Ok(order) => {
                    if matches!(order, Order::Forget) {
                        self.waiting.retain(|order| !matches!(order, Order::Start { .. } | Order::Read { .. }));
                    }
                    self.waiting.push_back(order);
                }
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => match self.waiting.pop_front() {
                    Some(order) => return Some(order),
                    None if self.phone.is_some() => self.watch_phone()?,
                    None => self.waiting.push_back(self.orders.recv().ok()?),
                },
            }
        }
    }

    /// Waits for the phone to bring a card or to leave, and for an order meanwhile.
    fn watch_phone(&mut self) -> Option<()> {
        let (Some(Place::Link(link)), Some(there)) = (&mut self.place, &mut self.phone) else { return None };
        if *there && link.is_there() {
            match self.orders.recv_timeout(LOOK) {
                Ok(order) => self.waiting.push_back(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        } else if *there {
            *there = false;
            self.desk.apply(Event::Removed);
        } else {
            match link.wait_again(&mut |_| {}) {
                Ok(()) => {
                    *there = true;
                    self.desk.apply(Event::Placed);
                }
                Err(Problem::NoPhone { .. } | Problem::NotAPhone { .. }) => {}
                Err(problem) => {
                    self.desk.apply(Event::Trouble(Trouble { problem, findings: Vec::new() }));
                    thread::sleep(FOUND);
                    self.desk.apply(Event::Reader(link.reader().to_owned()));
                }
            }
        }
        Some(())
    }

    fn link(&mut self) -> Result<&mut Link, Problem> {
        if let Some(Place::Reader(address)) = &self.place {
            let link = Link::find(address, FOUND, false, &mut |_| {})?;
            self.place = Some(Place::Link(Box::new(link)));
        }
        match &mut self.place {
            Some(Place::Link(link)) => Ok(link),
            _ => Err(TransportError::Removed.into()),
        }
    }

    fn start(
        &mut self,
        run: Run,
        scope: Scope,
        application: Option<CardKind>,
        last_try: Option<&'static CredentialSpec>,
        stop: &AtomicBool,
    ) -> Result<Option<Told>, Problem> {
        let (desk, remembered, store) = (Arc::clone(&self.desk), Arc::clone(&self.remembered), Arc::clone(&self.store));
        let keeps = self.keeps;
        let link = self.link()?;
        let time = link.refresh_time();
        let mut request =
            Request::new(link.reader(), time).scope(scope).ask(Ask::IfMissing).remembering(remembered).inferring(store);
        request.application = application;
        request.sharing.retained = keeps;
        let mut gate = last_try.map_or_else(PinGate::default, CredentialSpec::last_try);
        let outcome = link.with_card(|card, nonces| {
            let (card, tell) = (&mut Stoppable { card, stop }, &mut |event: cards::Event<'_>| tell(&desk, run, event));
            Ok(cards::start(card, &request, Credentials::default(), &mut gate, nonces, tell)?)
        })?;
        match outcome {
            Outcome::Done(dump) => self.checked(*dump, None).map(Some),
            Outcome::Ask(looked) => {
                self.looked = Some((run, looked, gate));
                Ok(None)
            }
        }
    }

    fn read(
        &mut self,
        run: Run,
        credentials: Credentials,
        last_key: Instant,
        stop: &AtomicBool,
    ) -> Result<Told, Problem> {
        let looked = self.looked.take().filter(|(looked, ..)| *looked == run);
        let (_, looked, mut gate) = looked.ok_or(TransportError::Removed)?;
        let desk = Arc::clone(&self.desk);
        let link = self.link()?;
        link.wait_again(&mut |_| {})?;
        let time = link.refresh_time();
        let dump = link.with_card(|card, nonces| {
            let (card, tell) = (&mut Stoppable { card, stop }, &mut |event: cards::Event<'_>| tell(&desk, run, event));
            Ok(looked.read(card, time, credentials, &mut gate, nonces, tell)?)
        })?;
        self.checked(dump, Some(last_key))
    }

    fn checked(&self, mut dump: Dump, last_key: Option<Instant>) -> Result<Told, Problem> {
        let findings =
            cards::check(&dump, &self.store, Basis::Live(dump.read_at)).ok_or(Problem::UnsupportedKind(dump.kind))?;
        self.remembered.learn(&dump, &findings, &self.store);
        if let Some(key) = last_key {
            dump.link.after_entry_ms = u64::try_from(key.elapsed().as_millis()).ok();
        }
        let mark = DumpMark::of(&dump);
        let context = Context { accepted: self.accepted.clone(), ..Context::of(&dump, report::Source::Live) };
        Ok(Told::Checked(Box::new(Reading { findings, context, mark })))
    }

    fn report(&mut self, run: Run, told: Result<Told, Problem>, stop: &Arc<AtomicBool>) {
        let gone = matches!(told, Err(Problem::Transport(TransportError::Removed)));
        // A reader's watch says by itself that a card is gone; of a simulated one that a fault takes away nobody else does.
        let simulated = matches!(&self.place, Some(Place::Link(link)) if matches!(link.source(), Source::Sim(_)));
        self.desk.ended(Event::Reading(run, told.unwrap_or_else(Told::Failed)), (gone && simulated).then_some(stop));
    }
}

/// What the session hears while a card is read.
fn tell(desk: &Desk, run: Run, event: cards::Event<'_>) {
    let told = match event {
        cards::Event::Recognised(found) => Told::Recognised { kind: found.kind, guests: found.guests.clone() },
        cards::Event::Step { title, done, total } => Told::Step { title, done, total },
        cards::Event::Asks { looked, gate } => {
            let wanted = looked.wanted().into_iter().map(|wanted| {
                let refusal = match looked.refusal(&wanted, gate) {
                    Err(ReadError::Refused { refusal, .. }) => Some(refusal),
                    _ => None,
                };
                (wanted, refusal)
            });
            Told::Asks(Question { kind: looked.kind(), wanted: wanted.collect() })
        }
        cards::Event::Guests(found) => Told::Guests(found.guests.clone()),
        cards::Event::Shares { asked, retained, named } => {
            Told::Shares(Shares { asked: asked.to_vec(), retained, named })
        }
        cards::Event::Counter { .. } => return,
    };
    desk.apply(Event::Reading(run, told));
}

/// A card that answers nothing more once its reading is stopped: it was removed, or the customer has left.
struct Stoppable<'a> {
    card: &'a mut dyn Transport,
    stop: &'a AtomicBool,
}

impl Transport for Stoppable<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(TransportError::Removed);
        }
        self.card.exchange(command)
    }

    fn link(&self) -> LinkKind {
        self.card.link()
    }

    fn radio(&mut self) -> Option<&mut dyn Radio> {
        self.card.radio()
    }
}
