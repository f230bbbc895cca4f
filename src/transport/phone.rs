//! A phone as the reader: listens for a program that offers its card over vpcd's protocol, and drives that card. The
//! Android app "Remote Smart Card Reader" of the vsmartcard project is such a program; so is `taimen simulate`.
//!
//! The app connects when a card is laid on the phone and ends the connection when the card leaves, so a lost connection
//! is a removed card. It cannot switch a card off: on power off and reset it selects the master file (vsmartcard,
//! `NFCReader.java`; read, not tried).
//!
//! Anybody who connects is hostile until proven otherwise: each message has a limit, each exchange one time for all of its
//! bytes, and after a failure nothing more is taken from that connection. Who connects and says nothing holds up nobody:
//! several are greeted at once, few of them from one address. While one is in use nothing listens, and once a card was
//! served, only its address is.

mod connection;
mod guests;

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr, TcpListener},
    thread,
    time::{Duration, Instant},
};

use super::{
    LinkKind, Transport, TransportError, is_extended,
    vpcd::{MAX_MESSAGE, POWER_OFF},
};
use connection::Connection;
use guests::{Guests, MAX_GREETED};

/// What the name of such a reader begins with, in reports, dumps and recordings.
pub(crate) const NAME_PREFIX: &str = "phone:";

/// The longest answer to reset that is taken. The standard has 33 bytes (ISO/IEC 7816-3 8.2.1); apps make theirs up from
/// what a contactless card says.
#[doc(hidden)]
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
    /// 5 and 10 seconds. A card signs in about one; the app itself gives a card half a second by default.
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
    /// Where the first card came from; nobody else is served after it.
    paired: Option<IpAddr>,
    lost_at_extended: bool,
}

impl PhoneReader {
    /// Begins to listen. `wait` is how long [`PhoneReader::wait_for_card`] waits. Port 0 lets the system choose.
    ///
    /// # Errors
    /// [`TransportError::Connection`] if this address or port is taken or not this machine's.
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
            paired: None,
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
    /// wait goes on; others are greeted meanwhile. After the first card only its address is served.
    ///
    /// # Errors
    /// [`TransportError::NoCard`] if nobody came in time, [`TransportError::Connection`] if somebody came who is not a
    /// card, or if listening itself fails.
    pub fn wait_for_card(&mut self) -> Result<(), TransportError> {
        self.phone = None;
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => listen(self.address)?,
        };
        let deadline = Instant::now() + self.wait;
        let (mut guests, mut refused) = (Guests::default(), None);
        loop {
            // All who came since the last look, as far as there is room for them.
            for _ in 0..MAX_GREETED {
                match listener.accept() {
                    Ok((stream, from)) if admits(self.paired, from.ip()) => {
                        guests.welcome(stream, from.ip(), deadline.min(Instant::now() + self.limits.greeting));
                    }
                    Ok(_) => {}
                    Err(error) if transient(error.kind()) => break,
                    Err(error) => return Err(TransportError::Connection(error.kind())),
                }
            }
            match guests.look() {
                // The listener ends here, and so do the other guests.
                Some(Ok((phone, from))) => {
                    self.phone = Some(phone);
                    self.paired = Some(from);
                    return Ok(());
                }
                Some(Err(error)) => refused = Some(TransportError::Connection(error.kind())),
                None => {}
            }
            if Instant::now() >= deadline {
                self.listener = Some(listener);
                return Err(refused.unwrap_or(TransportError::NoCard { seconds: self.wait.as_secs() }));
            }
            thread::sleep(LOOK);
        }
    }

    /// Whether the phone that came still offers its card, as far as its connection shows.
    pub(crate) fn is_there(&self) -> bool {
        self.phone.as_ref().is_some_and(|phone| phone.is_silent().is_ok())
    }

    /// Waits for a card if the one that was there is gone: it may have been lifted while a person was asked. `tell`
    /// is called when there is something to wait for.
    ///
    /// # Errors
    /// As [`PhoneReader::wait_for_card`].
    pub fn wait_again(&mut self, tell: &mut dyn FnMut()) -> Result<(), TransportError> {
        if self.is_there() {
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

/// Whether an address may offer a card: any for the first one, then that one's alone.
fn admits(paired: Option<IpAddr>, from: IpAddr) -> bool {
    paired.is_none_or(|paired| paired == from)
}
