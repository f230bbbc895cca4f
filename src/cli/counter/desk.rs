//! One counter: its session, what its pages show, and the orders of its reader thread.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use crate::{
    cards::EntrySpec,
    counter::{CustomerAction, Effect, Event, Law, Ledger, Session, Sound, StaffAction, State, Told, page},
    lang::Lang,
    messages::{Problem, ServerRefusal},
};

use super::{
    super::reader::Link,
    door::Role,
    keeper::Job,
    worker::{Order, Place},
};

/// How long the pages wait between two views that differ in progress alone.
const PROGRESS: Duration = Duration::from_millis(100);

/// How often the session hears that time passes, while it holds something.
const TICK: Duration = Duration::from_secs(1);

/// The session, and everybody who must hear of its changes.
pub struct Desk {
    inner: Mutex<Inner>,
    /// A view is due.
    changed: Notify,
    views: watch::Sender<Arc<View>>,
}

struct Inner {
    session: Session,
    orders: Sender<Order>,
    version: u64,
    sound: Option<(u64, Sound)>,
    wiped: u64,
    due: Option<Due>,
    /// Set to end the reading that goes on.
    stop: Arc<AtomicBool>,
    /// The pictures of this customer, as the pages get them.
    pictures: HashMap<String, Vec<u8>>,
    /// The simulated reader, if there is one, and what is printed on the card in it.
    sim: Option<Option<Printed>>,
    /// Whether a card lies somewhere.
    lies: bool,
    /// The work of the thread that keeps records.
    keeper: Option<Sender<Job>>,
}

/// What somebody would read off a simulated card, or know of it.
pub type Printed = Vec<(&'static EntrySpec, String)>;

/// How soon a view is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// Progress, which several changes may share.
    Soon,
    /// At once.
    Now,
}

/// Both pages at one moment.
pub struct View {
    /// Counts the views.
    pub version: u64,
    staff: Screen,
    customer: Screen,
    sound: Option<(u64, Sound)>,
    wiped: u64,
}

/// What one page shows.
struct Screen {
    html: String,
    pictures: Vec<String>,
}

/// A view on its way to a page; `of` names its customer: what is done in it is for no other.
#[derive(Serialize)]
struct Message<'a> {
    version: u64,
    of: u64,
    html: &'a str,
    sound: Option<&'static str>,
    wiped: bool,
    pictures: &'a [String],
}

impl View {
    /// Whose view it is: counts up with every customer.
    pub fn customer(&self) -> u64 {
        self.wiped
    }

    /// As the page of a role gets it that has shown the views up to `seen`; `None`: it begins, so that whatever it holds goes.
    pub fn message(&self, role: Role, seen: Option<u64>) -> String {
        let screen = match role {
            Role::Staff => &self.staff,
            Role::Customer => &self.customer,
        };
        let news = |version: u64| seen.is_some_and(|seen| version > seen);
        let sound = self.sound.filter(|(version, _)| role == Role::Staff && news(*version)).map(|(_, sound)| sound);
        let message = Message {
            version: self.version,
            of: self.wiped,
            html: &screen.html,
            sound: sound.map(|sound| match sound {
                Sound::Good => "good",
                Sound::Bad => "bad",
                Sound::Unsure => "unsure",
                Sound::Ask => "ask",
            }),
            wiped: seen.is_none() || news(self.wiped),
            pictures: &screen.pictures,
        };
        serde_json::to_string(&message).unwrap_or_default()
    }
}

impl Screen {
    fn new(html: maud::Markup) -> Self {
        let html = html.into_string();
        // Text is escaped, so a quotation mark behind this name is the renderer's own.
        let pictures =
            html.split("data-picture=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
        Self { pictures: pictures.collect(), html }
    }
}

impl Desk {
    /// A counter whose reader thread takes `orders`.
    pub fn new(lang: Lang, law: Law, orders: Sender<Order>, simulated: bool) -> Self {
        let mut inner = Inner {
            session: Session::new(lang, law),
            orders,
            version: 0,
            sound: None,
            wiped: 0,
            due: None,
            stop: Arc::default(),
            pictures: HashMap::new(),
            sim: simulated.then_some(None),
            lies: false,
            keeper: None,
        };
        let (views, _) = watch::channel(Arc::new(inner.render()));
        Self { inner: Mutex::new(inner), changed: Notify::new(), views }
    }

    /// The same with a database for records, and the thread that keeps them.
    pub fn keeping(self, ledger: Option<Ledger>, jobs: Sender<Job>) -> Self {
        if let Some(ledger) = ledger {
            let mut inner = self.lock();
            inner.session.keep_in(ledger);
            inner.keeper = Some(jobs);
            let view = inner.render();
            self.views.send_replace(Arc::new(view));
        }
        self
    }

    /// The thread that keeps records ends after what it has to do.
    pub fn end_keeping(&self) {
        self.lock().job(Job::End);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an event in and has everything done that follows from it.
    pub fn apply(&self, event: Event) {
        self.lock().apply(event);
        self.changed.notify_one();
    }

    /// The same of what a page posted in a view `of` a customer: refused if that customer is gone, and another reading while
    /// one goes on.
    pub fn act(&self, event: Event, of: Option<u64>) -> Result<(), Problem> {
        let mut inner = self.lock();
        if of != Some(inner.wiped) && !is_for_anybody(&event) {
            return Err(Problem::Server(ServerRefusal::Stale));
        }
        let starts = matches!(event, Event::Staff(StaffAction::Again { .. } | StaffAction::WithoutPin));
        if starts && matches!(inner.session.state(), State::Reading(_)) {
            return Err(Problem::Server(ServerRefusal::Reading));
        }
        inner.apply(event);
        drop(inner);
        self.changed.notify_one();
        Ok(())
    }

    /// An order for the reader thread, in line with those of the session.
    pub fn order(&self, order: Order) {
        self.lock().send(order);
    }

    /// A card lies somewhere else than before, or nowhere.
    #[cfg_attr(not(feature = "pcsc"), allow(dead_code))] // Other cards come by other ways.
    pub fn lay(&self, place: Option<Place>) {
        let mut inner = self.lock();
        inner.take_away();
        inner.place(place);
        drop(inner);
        self.changed.notify_one();
    }

    /// Lays a simulated card into the simulated reader, or takes it out.
    pub fn simulate(&self, card: Option<(Link, Printed)>) {
        let mut inner = self.lock();
        inner.take_away();
        let (place, printed) = card.map(|(link, printed)| (Place::Link(Box::new(link)), printed)).unzip();
        inner.sim = Some(printed);
        inner.due = Some(Due::Now);
        inner.place(place);
        drop(inner);
        self.changed.notify_one();
    }

    /// A reading has ended; `gone`: a simulated card left in it, unless another lies there by now.
    pub fn ended(&self, event: Event, gone: Option<&Arc<AtomicBool>>) {
        let mut inner = self.lock();
        inner.apply(event);
        if gone.is_some_and(|stop| Arc::ptr_eq(stop, &inner.stop)) {
            inner.take_away();
            inner.sim = Some(None);
        }
        drop(inner);
        self.changed.notify_one();
    }

    /// The language of a role's page.
    pub fn lang(&self, role: Role) -> Lang {
        let inner = self.lock();
        match role {
            Role::Staff => inner.session.lang(),
            Role::Customer => inner.session.customer_lang(),
        }
    }

    /// The views, the last one first.
    pub fn views(&self) -> watch::Receiver<Arc<View>> {
        self.views.subscribe()
    }

    /// A picture of the reading that a view shows, as PNG. None is left once the customer's data are wiped.
    pub fn picture(&self, version: u64, id: &str) -> Option<Vec<u8>> {
        let mut inner = self.lock();
        if version < inner.wiped || version > inner.version {
            return None;
        }
        if let Some(png) = inner.pictures.get(id) {
            return Some(png.clone());
        }
        let png = page::picture(&inner.session, id)?;
        inner.pictures.insert(id.to_owned(), png.clone());
        Some(png)
    }

    /// Renders what is due, and lets the session hear that time passes; ends with the program.
    pub async fn render(&self) {
        let mut last = Instant::now();
        let mut tick = last + TICK;
        loop {
            let shows = !matches!(self.lock().session.state(), State::Waiting | State::Trouble(_));
            tokio::select! {
                () = self.changed.notified() => {}
                () = sleep_until(tick), if shows => {
                    tick = Instant::now() + TICK;
                    self.lock().apply(Event::Tick);
                }
            }
            if !shows {
                tick = Instant::now() + TICK;
            }
            while self.lock().due == Some(Due::Soon) && Instant::now() < last + PROGRESS {
                tokio::select! {
                    () = self.changed.notified() => {}
                    () = sleep_until(last + PROGRESS) => {}
                }
            }
            let mut inner = self.lock();
            if inner.due.take().is_some() {
                let view = inner.render();
                self.views.send_replace(Arc::new(view));
                last = Instant::now();
            }
        }
    }
}

/// Whether it matters not which customer is there: it sends nothing to a card, and judges nothing.
fn is_for_anybody(event: &Event) -> bool {
    matches!(
        event,
        Event::Staff(
            StaffAction::Language { .. } | StaffAction::Sound { .. } | StaffAction::TakeBack | StaffAction::End
        ) | Event::Customer(CustomerAction::Language { .. })
    )
}

impl Inner {
    fn apply(&mut self, event: Event) {
        let pace = if matches!(event, Event::Reading(_, Told::Step { .. })) { Due::Soon } else { Due::Now };
        let next = self.version.saturating_add(1);
        for effect in self.session.apply(event, Timestamp::now()) {
            match effect {
                Effect::Start { run, scope, application, last_try } => {
                    self.stop = Arc::default();
                    let stop = Arc::clone(&self.stop);
                    self.send(Order::Start { run, scope, application, last_try, stop });
                }
                Effect::Read(run, credentials) => {
                    let stop = Arc::clone(&self.stop);
                    self.send(Order::Read { run, credentials, last_key: std::time::Instant::now(), stop });
                }
                Effect::Forget => {
                    self.stop.store(true, Ordering::SeqCst);
                    self.send(Order::Forget);
                }
                Effect::Save(run, record) => self.job(Job::Save(run, record)),
                Effect::Amend(run, id, amendment) => self.job(Job::Amend(run, id, amendment)),
                Effect::Look(run, query) => self.job(Job::Look(run, query)),
                Effect::Changed => self.due = self.due.max(Some(pace)),
                Effect::Sound(sound) => {
                    self.sound = Some((next, sound));
                    self.due = Some(Due::Now);
                }
                Effect::Wiped => {
                    self.pictures.clear();
                    self.wiped = next;
                    self.due = Some(Due::Now);
                }
            }
        }
    }

    fn take_away(&mut self) {
        if std::mem::take(&mut self.lies) {
            self.apply(Event::Removed);
            self.send(Order::Gone);
        }
    }

    fn place(&mut self, place: Option<Place>) {
        if let Some(place) = place {
            self.lies = true;
            self.send(Order::Place(place));
            self.apply(Event::Placed);
        }
    }

    fn send(&self, order: Order) {
        // Without its reader thread the program is about to end.
        let _ = self.orders.send(order);
    }

    fn job(&self, job: Job) {
        if let Some(keeper) = &self.keeper {
            // It ends after the pages.
            let _ = keeper.send(job);
        }
    }

    fn render(&mut self) -> View {
        self.version = self.version.saturating_add(1);
        let panel = self.sim.as_ref().map(|printed| page::sim(self.session.lang(), printed.as_deref()));
        View {
            version: self.version,
            staff: Screen::new(maud::html! { (page::staff(&self.session)) @if let Some(panel) = panel { (panel) } }),
            customer: Screen::new(page::customer(&self.session)),
            sound: self.sound,
            wiped: self.wiped,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_page_gets_what_is_new_to_it() {
        let screen = |html: &str| Screen::new(maud::PreEscaped(html.to_owned()));
        let view = View {
            version: 7,
            staff: screen("<main><img data-picture=\"photo\"><p>data-picture=&quot;no&quot;</p></main>"),
            customer: screen("<main></main>"),
            sound: Some((6, Sound::Bad)),
            wiped: 5,
        };
        let message = |role, seen| -> Value { serde_json::from_str(&view.message(role, seen)).unwrap() };
        let staff = |seen| message(Role::Staff, seen);
        assert_eq!((&staff(None)["version"], &staff(None)["pictures"]), (&json!(7), &json!(["photo"])));
        assert_eq!(staff(None)["of"], json!(5));
        // Whoever begins drops what he holds and hears nothing; whoever missed views hears what they said.
        let news = |seen| (staff(seen)["wiped"].clone(), staff(seen)["sound"].clone());
        assert_eq!(news(None), (json!(true), Value::Null));
        assert_eq!(news(Some(4)), (json!(true), json!("bad")));
        assert_eq!(news(Some(5)), (json!(false), json!("bad")));
        assert_eq!(news(Some(6)), (json!(false), Value::Null));
        let customer = message(Role::Customer, Some(4));
        assert_eq!(
            (&customer["sound"], &customer["pictures"], &customer["wiped"]),
            (&Value::Null, &json!([]), &json!(true))
        );
    }
}
