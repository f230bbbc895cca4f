//! `taimen counter`: the shop's counter as two web pages, served to this computer.
//!
//! The session is [`crate::counter`]'s. Here are its adapters: a thread that reads cards ([`worker`]), for PC/SC one that
//! watches the readers ([`watch`]), and a server on one thread ([`listen`], [`routes`]) behind a [`guard`] and a [`door`].

mod desk;
mod door;
mod guard;
mod keeper;
mod launch;
mod listen;
pub mod probe;
mod routes;
mod sim;
#[cfg(feature = "pcsc")]
mod watch;
mod worker;

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use clap::ArgMatches;
use jiff::Timestamp;
use tokio::{runtime, sync::Notify};

use crate::{
    counter::{Event, Law},
    lang::Lang,
    messages::{ExitCode, Problem, ServerRefusal},
    text::japan_date,
    trust::Hierarchy,
};

use super::{
    Settings,
    address::{Address, BadAddress},
    args::name,
    phone, profiles,
    reader::Link,
    records::database,
    trust,
};
use desk::Desk;
use door::{Door, Role};
use guard::Refused;
use worker::{Order, Worker};

/// How long somebody may take over the head of a request, over its body, and over beginning TLS.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the reader thread may take to let a card go when the program ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long a phone is waited for before the reader thread looks for orders again.
const PHONE_PIECE: Duration = Duration::from_secs(1);

/// The port that an address without TLS leaves out.
const HTTP: u16 = 80;

/// The name of a simulated reader without a card.
const SIM: &str = "sim:";

/// What one listener serves, and to whom.
struct Site {
    desk: Arc<Desk>,
    door: Arc<Door>,
    /// The hosts that a request may name.
    hosts: Vec<String>,
    scheme: &'static str,
    /// Whether the reader is simulated.
    simulated: bool,
    /// Where a tablet finds the customer's page.
    tablet: Option<String>,
}

impl Site {
    fn refused(&self, role: Role, problem: &Problem) -> Refused {
        Refused::new(problem, self.desk.lang(role))
    }

    fn refuse(&self, role: Role, refusal: ServerRefusal) -> Refused {
        self.refused(role, &Problem::Server(refusal))
    }
}

/// Runs the command until Ctrl-C.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let address = matches.get_one::<String>(name::READER).map_or("pcsc", String::as_str);
    let source = Source::of(address)?;
    let tablet = launch::tablet(matches)?;
    let law = law(matches)?;
    let mut accepted = trust::accepted(matches);
    let mut store = trust::store(settings, matches)?;
    if source.is_simulated() && !accepted.contains(&Hierarchy::Simulated) {
        accepted.push(Hierarchy::Simulated);
        store = store.accepting(Hierarchy::Simulated);
    }

    let port = matches.get_one::<u16>(name::PORT).copied().unwrap_or(0);
    let (own, port) = loopback(port)?;
    let far = tablet.as_ref().map(|tablet| bind(tablet.address)).transpose()?;
    let (orders, taken) = mpsc::channel();
    // Before anything is served: nobody should find out at the end of a check that no record can be kept.
    let records = database::writable(matches)?;
    if let (true, Some(store)) = (source.is_simulated(), &records) {
        database::takes_simulated(store)?;
    }
    let keeps = records.is_some();
    let ledger = records.as_ref().map(|store| keeper::ledger(store, matches));
    let (jobs, work) = mpsc::channel();
    let desk = Arc::new(Desk::new(settings.lang, law, orders, source.is_simulated()).keeping(ledger, jobs));
    let keeper = records.map(|store| {
        let desk = Arc::clone(&desk);
        thread::spawn(move || keeper::run(&desk, store, &work))
    });
    let door = Arc::new(Door::new(port));

    let worker = Worker::new(Arc::clone(&desk), taken, store, accepted, keeps);
    let worker = source.begin(&desk, worker, matches, settings.lang)?;
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        worker.run();
        let _ = ended.send(());
    });

    let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|host| launch::host(host, port, HTTP));
    let site = Site {
        desk: Arc::clone(&desk),
        door: Arc::clone(&door),
        hosts: hosts.to_vec(),
        scheme: "http",
        simulated: source.is_simulated(),
        tablet: None,
    };
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    ctrlc::set_handler(move || stopped.notify_one()).map_err(|_| INTERNAL)?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|_| INTERNAL)?;
    let served = runtime.block_on(async {
        let mut site = site;
        if let (Some(tablet), Some(listener)) = (tablet, far) {
            let place = listener.local_addr().map_err(|_| INTERNAL)?;
            let hosts = tablet.hosts(place);
            site.tablet = hosts.first().map(|host| format!("https://{host}"));
            let (desk, door) = (Arc::clone(&desk), Arc::clone(&door));
            let far = Site { desk, door, hosts, scheme: "https", simulated: false, tablet: None };
            tokio::spawn(listen::serve(asynchronous(listener)?, Some(tablet.tls), routes::customers(Arc::new(far))));
        }
        let app = routes::all(Arc::new(site));
        for listener in own {
            tokio::spawn(listen::serve(asynchronous(listener)?, None, app.clone()));
        }
        launch::staff(settings, matches, &door, &format!("http://127.0.0.1:{port}/"))?;
        tokio::select! {
            () = desk.render() => {}
            () = stop.notified() => {}
        }
        Ok(ExitCode::Authentic)
    });
    runtime.shutdown_background();
    door.hold(None);
    // A card that is being read is let go; it must not keep the program.
    desk.apply(Event::Removed);
    desk.order(Order::End);
    let _ = end.recv_timeout(FAREWELL);
    desk.end_keeping();
    if let Some(keeper) = keeper {
        // A record that is being saved is saved.
        let _ = keeper.join();
    }
    served
}

/// The law that the counter works under; it has a profile for today.
fn law(matches: &ArgMatches) -> Result<Law, Problem> {
    let profiles = profiles::profiles(matches)?;
    let name = matches.get_one::<String>(name::LAW).map_or("", String::as_str).to_owned();
    if !profiles.laws().contains(&name.as_str()) {
        return Err(Problem::UnknownProfile { given: name });
    }
    let day = japan_date(Timestamp::now());
    if profiles.on(&name, day).is_none() {
        return Err(Problem::NoProfile { law: name, day });
    }
    Ok(Law::new(name, profiles))
}

const INTERNAL: Problem = Problem::Internal { place: "counter" };

/// Where cards come from.
enum Source {
    /// PC/SC readers, by a part of their name.
    #[cfg(feature = "pcsc")]
    Pcsc(Option<String>),
    /// A simulated reader, and the card that lies in it at first.
    Sim(Option<String>),
    /// A phone.
    Phone(SocketAddr, bool),
}

impl Source {
    fn of(address: &str) -> Result<Self, Problem> {
        if address == SIM {
            return Ok(Self::Sim(None));
        }
        match address.parse().map_err(|BadAddress(text)| Problem::BadReaderAddress(text))? {
            #[cfg(feature = "pcsc")]
            Address::Pcsc(part) => Ok(Self::Pcsc(part)),
            #[cfg(not(feature = "pcsc"))]
            Address::Pcsc(_) => Err(Problem::NotBuilt { feature: "pcsc" }),
            Address::Sim(card) => Ok(Self::Sim(Some(card))),
            Address::Phone { address, short } => Ok(Self::Phone(address, short)),
            Address::Replay(_) => Err(Problem::Server(ServerRefusal::Replay)),
        }
    }

    fn is_simulated(&self) -> bool {
        matches!(self, Self::Sim(_))
    }

    /// Has the counter hear of the cards that come from here.
    #[cfg_attr(not(feature = "pcsc"), allow(unused_variables))] // Only the watch of PC/SC readers asks the doctor.
    fn begin(&self, desk: &Arc<Desk>, worker: Worker, matches: &ArgMatches, lang: Lang) -> Result<Worker, Problem> {
        match self {
            #[cfg(feature = "pcsc")]
            Self::Pcsc(part) => {
                let (desk, part, matches) = (Arc::clone(desk), part.clone(), matches.clone());
                thread::spawn(move || watch::run(&desk, part.as_deref(), &matches));
            }
            Self::Sim(card) => {
                desk.apply(Event::Reader(SIM.to_owned()));
                if let Some(card) = card {
                    desk.simulate(Some(sim::make(card)?));
                }
            }
            Self::Phone(address, short) => {
                let link = Link::phone(*address, *short, PHONE_PIECE)?;
                if let super::reader::Source::Phone(reader) = link.source() {
                    phone::notice(lang, reader.address());
                }
                desk.apply(Event::Reader(link.reader().to_owned()));
                return Ok(worker.of_phone(link));
            }
        }
        Ok(worker)
    }
}

/// Listens on this computer alone, by both protocols where it has them; also returns the port.
fn loopback(port: u16) -> Result<(Vec<TcpListener>, u16), Problem> {
    let first = bind((Ipv4Addr::LOCALHOST, port).into())?;
    let port = first.local_addr().map_err(|_| INTERNAL)?.port();
    let second = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).ok();
    Ok(([first].into_iter().chain(second).collect(), port))
}

fn bind(address: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(address).map_err(|error: io::Error| {
        Problem::Server(ServerRefusal::CannotListen { address: address.to_string(), error: error.kind() })
    })
}

fn asynchronous(listener: TcpListener) -> Result<tokio::net::TcpListener, Problem> {
    let listener = listener.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(listener));
    listener.map_err(|_| INTERNAL)
}
