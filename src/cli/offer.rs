//! Simulated cards on vpcd's readers, each served by its own thread.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use crate::{
    messages::{ExitCode, Problem},
    simulator::{SimulatedCard, vpcd},
};

/// How long vpcd may need to notice that the card before has left.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is asked meanwhile.
const STEP: Duration = Duration::from_millis(50);

/// What happens at the readers by itself.
pub enum Event {
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// The connection of a card has ended.
    Ended(Ended),
}

/// How the connection of a card has ended.
pub struct Ended {
    card: u64,
    result: Result<(), vpcd::VpcdError>,
}

/// vpcd's readers, by the address of the first: the others have the ports after it.
pub struct Readers {
    host: String,
    port: u16,
    offered: Vec<Offered>,
    /// Cards so far.
    cards: u64,
    sender: Sender<Event>,
    events: Receiver<Event>,
    /// What happened while something else was waited for.
    held: VecDeque<Event>,
}

struct Offered {
    reader: u16,
    card: u64,
    stream: TcpStream,
}

impl Drop for Offered {
    fn drop(&mut self) {
        // The thread that serves it ends by this; a slow card's needs its time, so it is not waited for.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// Host and port, as `--vpcd` takes them.
pub fn place(text: &str) -> Result<(String, u16), &'static str> {
    let parts = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    let parsed = parts.and_then(|(host, port)| Some((host.to_owned(), port.parse().ok().filter(|port| *port > 0)?)));
    parsed.ok_or("HOST:PORT")
}

impl Readers {
    /// The readers at an address; Ctrl-C becomes an event.
    pub fn at((host, port): (String, u16)) -> Result<Self, Problem> {
        let (sender, events) = mpsc::channel();
        let interrupted = sender.clone();
        ctrlc::set_handler(move || {
            if interrupted.send(Event::Interrupted).is_err() {
                std::process::exit(ExitCode::Authentic.code().into());
            }
        })
        .map_err(|_| Problem::Internal { place: "simulate" })?;
        Ok(Self { host, port, offered: Vec::new(), cards: 0, sender, events, held: VecDeque::new() })
    }

    /// Where a reader's card connects to.
    pub fn address(&self, reader: u16) -> Result<String, Problem> {
        let beyond = || Problem::Vpcd { address: self.host.clone(), error: ErrorKind::InvalidInput };
        let port = self.port.checked_add(reader.saturating_sub(1)).ok_or_else(beyond)?;
        Ok(format!("{}:{port}", self.host))
    }

    /// Lays a card on a reader. `again`: a card lay there before, whose leaving vpcd may not have noticed yet. `None` when
    /// Ctrl-C was pressed meanwhile.
    pub fn insert(&mut self, reader: u16, mut card: SimulatedCard, again: bool) -> Result<Option<()>, Problem> {
        let address = self.address(reader)?;
        let until = Instant::now() + if again { PATIENCE } else { Duration::ZERO };
        let stream = loop {
            match TcpStream::connect(&address) {
                Ok(stream) => break stream,
                Err(_) if Instant::now() < until => match self.receive(Some(STEP))? {
                    Some(Event::Interrupted) => return Ok(None),
                    Some(event) => self.held.push_back(event),
                    None => {}
                },
                Err(error) => return Err(Problem::Vpcd { address, error: error.kind() }),
            }
        };
        // Answers are written whole; a link without that option is slow, not broken.
        let _ = stream.set_nodelay(true);
        let broken = |error: io::Error| Problem::Vpcd { address: address.clone(), error: error.kind() };
        let served = Prompt(stream.try_clone().map_err(broken)?);
        self.cards += 1;
        let (number, sender) = (self.cards, self.sender.clone());
        self.offered.push(Offered { reader, card: number, stream });
        thread::spawn(move || {
            let result = vpcd::serve(served, &mut card);
            let _ = sender.send(Event::Ended(Ended { card: number, result }));
        });
        Ok(Some(()))
    }

    /// Takes a reader's card away; `false` if none was left.
    pub fn remove(&mut self, reader: u16) -> bool {
        let before = self.offered.len();
        self.offered.retain(|offered| offered.reader != reader);
        self.offered.len() < before
    }

    /// Takes every card away.
    pub fn clear(&mut self) {
        self.offered.clear();
    }

    /// Whether a card is still served.
    pub fn any(&self) -> bool {
        !self.offered.is_empty()
    }

    /// Waits so long, or without end; `None` when the time is over.
    pub fn wait(&mut self, most: Option<Duration>) -> Result<Option<Event>, Problem> {
        match self.held.pop_front() {
            Some(event) => Ok(Some(event)),
            None => self.receive(most),
        }
    }

    fn receive(&self, most: Option<Duration>) -> Result<Option<Event>, Problem> {
        let lost = Problem::Internal { place: "simulate" };
        match most {
            None => self.events.recv().map(Some).map_err(|_| lost),
            Some(most) => match self.events.recv_timeout(most) {
                Ok(event) => Ok(Some(event)),
                Err(RecvTimeoutError::Timeout) => Ok(None),
                Err(RecvTimeoutError::Disconnected) => Err(lost),
            },
        }
    }

    /// Which reader's card has left by itself, and why; `None` if it had been taken away before.
    pub fn left(&mut self, ended: Ended) -> Option<Left> {
        let at = self.offered.iter().position(|offered| offered.card == ended.card)?;
        let reader = self.offered.swap_remove(at).reader;
        let address = self.address(reader).unwrap_or_default();
        let problem = match ended.result {
            Ok(()) => None,
            Err(vpcd::VpcdError::Connection(error)) => Some(Problem::Vpcd { address, error: error.kind() }),
            Err(vpcd::VpcdError::Card(error)) => return Some(Left::Card { reader, problem: error.into() }),
            Err(vpcd::VpcdError::AnswerTooLong) => Some(Problem::Vpcd { address, error: ErrorKind::InvalidData }),
        };
        Some(Left::Reader { reader, problem })
    }
}

/// A card that is served no longer though nobody took it away.
pub enum Left {
    /// A fault took it away.
    Card {
        /// Its reader.
        reader: u16,
        /// As a problem of this program.
        problem: Problem,
    },
    /// vpcd closed the connection, or broke it.
    Reader {
        /// Which.
        reader: u16,
        /// `None` if it was closed between two messages.
        problem: Option<Problem>,
    },
}

/// A connection that acknowledges at once: vpcd writes length and payload apart and would wait 40 ms in between.
struct Prompt(TcpStream);

impl Read for Prompt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The kernel forgets this by itself, so it is said before each read; elsewhere the link is slow, not broken.
        #[cfg(target_os = "linux")]
        let _ = std::os::linux::net::TcpStreamExt::set_quickack(&self.0, true);
        self.0.read(buffer)
    }
}

impl Write for Prompt {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
