//! A phone as the reader: listens for a program that offers its card over vpcd's protocol, and drives that card. The
//! Android app "Remote Smart Card Reader" of the vsmartcard project is such a program; so is `taimen simulate`.
//!
//! The app connects when a card is laid on the phone and ends the connection when the card leaves, so a lost connection
//! is a removed card. It cannot switch a card off: on power off and reset it selects the master file (vsmartcard,
//! `NFCReader.java`; read, not tried).
//!
//! Whoever connects is hostile until proven otherwise: each message has a limit, each exchange one time for all of its
//! bytes, and after a failure nothing more is taken from that connection. While one is in use nothing listens.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use super::{
    LinkKind, Transport, TransportError, is_extended,
    vpcd::{GET_ATR, MAX_MESSAGE, POWER_OFF, POWER_ON, receive, send},
};

/// The port where nothing else is said. vpcd itself has 35963, and may run on the same machine.
pub const DEFAULT_PORT: u16 = 35_970;

/// What the name of such a reader begins with, in reports, dumps and recordings.
pub const NAME_PREFIX: &str = "phone:";

/// The longest answer to reset that is taken. The standard has 33 bytes (ISO/IEC 7816-3 8.2.1); apps make theirs up from
/// what a contactless card says.
pub const MAX_ATR: usize = 64;

/// The pause between two looks at the listener.
const LOOK: Duration = Duration::from_millis(10);

/// How long the other side may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the answer to reset, after which the connection is the card's.
    pub greeting: Duration,
    /// For one exchange, from the first byte of the command to the last of the answer.
    pub exchange: Duration,
}

impl Default for Limits {
    /// 5 and 10 seconds. A card signs in about one; the app itself gives a card half a second unless told otherwise.
    fn default() -> Self {
        Self { greeting: Duration::from_secs(5), exchange: Duration::from_secs(10) }
    }
}

/// A place where a phone may offer its card. Dropping it ends the connection, and nothing listens any more.
#[derive(Debug)]
pub struct PhoneReader {
    address: SocketAddr,
    wait: Duration,
    limits: Limits,
    extended: bool,
    /// There while a phone is waited for, and only then.
    listener: Option<TcpListener>,
    phone: Option<Connection>,
    lost_at_extended: bool,
}

impl PhoneReader {
    /// Begins to listen. `wait` is how long [`PhoneReader::wait_for_card`] waits. Port 0 lets the system choose.
    ///
    /// # Errors
    /// [`TransportError::Connection`] when this address or port is not to be had.
    pub fn listen(address: SocketAddr, wait: Duration) -> Result<Self, TransportError> {
        let listener = listen(address)?;
        let address = listener.local_addr().map_err(|error| TransportError::Connection(error.kind()))?;
        Ok(Self {
            address,
            wait,
            limits: Limits::default(),
            extended: true,
            listener: Some(listener),
            phone: None,
            lost_at_extended: false,
        })
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Refuses commands with extended lengths by itself, for phones that lose the card over them.
    #[must_use]
    pub fn without_extended(self) -> Self {
        Self { extended: false, ..self }
    }

    /// Where it listens, with the port that it has.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the connection was lost while a command with extended lengths was on its way: the phone may not pass them.
    pub fn lost_at_extended(&self) -> bool {
        self.lost_at_extended
    }

    /// Waits until somebody offers a card. Who connects and does not answer as a card within the limit is left, and the
    /// wait goes on.
    ///
    /// # Errors
    /// [`TransportError::NoCard`] when nobody came in time, [`TransportError::Connection`] when somebody came who is no
    /// card, or when listening itself fails.
    pub fn wait_for_card(&mut self) -> Result<(), TransportError> {
        self.phone = None;
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => listen(self.address)?,
        };
        let deadline = Instant::now() + self.wait;
        let mut refused = None;
        loop {
            match listener.accept() {
                Ok((stream, _)) => {
                    let until = deadline.min(Instant::now() + self.limits.greeting);
                    match Connection::greet(stream, until) {
                        // The listener ends here: whoever else wanted to connect is refused.
                        Ok(phone) => {
                            self.phone = Some(phone);
                            return Ok(());
                        }
                        Err(error) => refused = Some(TransportError::Connection(error.kind())),
                    }
                }
                Err(error) if transient(error.kind()) => {}
                Err(error) => return Err(TransportError::Connection(error.kind())),
            }
            if Instant::now() >= deadline {
                self.listener = Some(listener);
                return Err(refused.unwrap_or(TransportError::NoCard { seconds: self.wait.as_secs() }));
            }
            thread::sleep(LOOK);
        }
    }

    /// Waits for a card where the one that was there is gone: it may have been lifted while a person was asked. `tell`
    /// is called when there is something to wait for.
    ///
    /// # Errors
    /// As [`PhoneReader::wait_for_card`].
    pub fn wait_again(&mut self, tell: &mut dyn FnMut()) -> Result<(), TransportError> {
        if self.phone.as_ref().is_some_and(|phone| phone.is_silent().is_ok()) {
            return Ok(());
        }
        tell();
        self.wait_for_card()
    }

    /// Switches the card off and on and hands it out; it is switched off when the transport is dropped.
    ///
    /// # Errors
    /// [`TransportError::Removed`] when the phone has gone, else as an exchange.
    pub fn open(&mut self) -> Result<PhoneLink<'_>, TransportError> {
        let until = Instant::now() + self.limits.greeting;
        let phone = self.phone.as_ref().ok_or(TransportError::Removed)?;
        let ready = phone.is_silent().and_then(|()| phone.event(POWER_OFF, until)).and_then(|()| phone.start(until));
        match ready {
            Ok(()) => Ok(PhoneLink { reader: self }),
            Err(error) => {
                self.phone = None;
                Err(failure(&error))
            }
        }
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, TransportError> {
    let listening = || {
        let listener = TcpListener::bind(address)?;
        // Accepting has no time limit of its own.
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listening().map_err(|error: io::Error| TransportError::Connection(error.kind()))
}

/// Nobody there yet, or one who left at once.
fn transient(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    )
}

/// One card, for one transaction.
#[derive(Debug)]
pub struct PhoneLink<'a> {
    reader: &'a mut PhoneReader,
}

impl Transport for PhoneLink<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let extended = is_extended(command);
        if command.len() > MAX_MESSAGE || (extended && !self.reader.extended) {
            return Err(TransportError::LengthUnsupported);
        }
        // A message of one byte would be an event; no command has fewer than four.
        if command.len() < 4 {
            return Err(TransportError::Connection(ErrorKind::InvalidInput));
        }
        let until = Instant::now() + self.reader.limits.exchange;
        let phone = self.reader.phone.as_ref().ok_or(TransportError::Removed)?;
        match phone.exchange(command, until) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                // A late answer must never pass for that of a later command.
                self.reader.phone = None;
                let error = failure(&error);
                self.reader.lost_at_extended |= extended && error == TransportError::Removed;
                Err(error)
            }
        }
    }

    fn link(&self) -> LinkKind {
        LinkKind::Network
    }
}

impl Drop for PhoneLink<'_> {
    fn drop(&mut self) {
        if let Some(phone) = &self.reader.phone {
            // Where this fails the phone is gone.
            let _ = phone.event(POWER_OFF, Instant::now() + self.reader.limits.greeting);
        }
    }
}

/// What a broken connection is to the person at the counter.
fn failure(error: &io::Error) -> TransportError {
    match error.kind() {
        ErrorKind::UnexpectedEof
        | ErrorKind::BrokenPipe
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::NotConnected => TransportError::Removed,
        kind => TransportError::Connection(kind),
    }
}

/// A phone that answered as a card once.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// Switches the card on and takes its answer to reset.
    fn greet(stream: TcpStream, until: Instant) -> io::Result<Self> {
        // Some systems hand the listener's mode on.
        stream.set_nonblocking(false)?;
        // Messages are written whole; a link that cannot be told so is slow, not broken.
        let _ = stream.set_nodelay(true);
        let phone = Self { stream };
        phone.start(until)?;
        Ok(phone)
    }

    /// Switches the card on, and makes sure with its answer to reset that both sides are in step.
    fn start(&self, until: Instant) -> io::Result<()> {
        self.event(POWER_ON, until)?;
        self.event(GET_ATR, until)?;
        let atr = self.answer(MAX_ATR, until)?;
        // Only these two begin an answer to reset (ISO/IEC 7816-3 8.1).
        if !matches!(atr.as_slice(), [0x3B | 0x3F, _, ..]) {
            return Err(ErrorKind::InvalidData.into());
        }
        self.is_silent()
    }

    fn exchange(&self, command: &[u8], until: Instant) -> io::Result<Vec<u8>> {
        self.is_silent()?;
        send(&mut self.timed(until), command)?;
        let answer = self.answer(MAX_MESSAGE, until)?;
        // Less than a status word is how a card that left is told (spec field-needs 4.3).
        if answer.len() < 2 { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
    }

    fn event(&self, event: u8, until: Instant) -> io::Result<()> {
        send(&mut self.timed(until), &[event])
    }

    fn answer(&self, limit: usize, until: Instant) -> io::Result<Vec<u8>> {
        receive(&mut self.timed(until), limit)?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    /// Nothing may come that was not asked for; the end of the connection shows here as well.
    fn is_silent(&self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        let looked = self.stream.peek(&mut [0]);
        self.stream.set_nonblocking(false)?;
        match looked {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Err(ErrorKind::InvalidData.into()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn timed(&self, until: Instant) -> Timed<'_> {
        Timed { stream: &self.stream, until }
    }
}

/// A stream with one time for everything: a peer that sends a byte now and then does not prolong it.
struct Timed<'a> {
    stream: &'a TcpStream,
    until: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left.max(Duration::from_millis(1))) }
    }
}

/// Unix reports a time limit as `WouldBlock`.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        // A peer that writes length and bytes apart waits 40 ms for the acknowledgement of the first otherwise (spec
        // field-needs 4.3). The kernel forgets this by itself; elsewhere the link is slow, not broken.
        #[cfg(target_os = "linux")]
        let _ = std::os::linux::net::TcpStreamExt::set_quickack(self.stream, true);
        self.stream.read(buffer).map_err(timed_out)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
