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

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use super::{
    LinkKind, Transport, TransportError, is_extended,
    vpcd::{GET_ATR, MAX_MESSAGE, POWER_OFF, POWER_ON, receive, send},
};

/// What the name of such a reader begins with, in reports, dumps and recordings.
pub(crate) const NAME_PREFIX: &str = "phone:";

/// The longest answer to reset that is taken. The standard has 33 bytes (ISO/IEC 7816-3 8.2.1); apps make theirs up from
/// what a contactless card says.
#[doc(hidden)]
pub const MAX_ATR: usize = 64;

/// How many are greeted at once. A phone answers in milliseconds: when more come, who has said nothing for longest is left.
const MAX_GREETED: usize = 32;

/// How many of them from one address, so that one machine cannot push the others out.
const MAX_GREETED_OF_ONE: usize = 4;

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
    /// [`TransportError::NoCard`] when nobody came in time, [`TransportError::Connection`] when somebody came who is no
    /// card, or when listening itself fails.
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

/// Only these two begin an answer to reset (ISO/IEC 7816-3 8.1).
fn is_atr(bytes: &[u8]) -> bool {
    matches!(bytes, [0x3B | 0x3F, _, ..])
}

/// Those who connected and have not answered as a card yet, in the order in which they came.
#[derive(Debug, Default)]
struct Guests(Vec<Guest>);

/// Somebody who was asked for an answer to reset.
#[derive(Debug)]
struct Guest {
    stream: TcpStream,
    from: IpAddr,
    until: Instant,
    /// What he has said: the length of a message, then the message.
    said: Vec<u8>,
}

impl Guests {
    /// Switches a guest's card on and asks for its answer to reset. Where there is no room, the guest leaves who came first:
    /// of the same address if that has its share, else of all.
    fn welcome(&mut self, stream: TcpStream, from: IpAddr, until: Instant) {
        let same = self.0.iter().filter(|guest| guest.from == from).count();
        let leaves = if same >= MAX_GREETED_OF_ONE {
            self.0.iter().position(|guest| guest.from == from)
        } else {
            (self.0.len() >= MAX_GREETED).then_some(0)
        };
        if let Some(leaves) = leaves {
            self.0.remove(leaves);
        }
        // A new connection takes three bytes twice without waiting; who does not is left.
        let asked = stream.set_nonblocking(true).and_then(|()| {
            // Messages are written whole; a link without that option is slow, not broken.
            let _ = stream.set_nodelay(true);
            send(&mut &stream, &[POWER_ON])?;
            send(&mut &stream, &[GET_ATR])
        });
        if asked.is_ok() {
            self.0.push(Guest { stream, from, until, said: Vec::new() });
        }
    }

    /// The first who has answered as a card; else why one of them is left.
    fn look(&mut self) -> Option<io::Result<(Connection, IpAddr)>> {
        let mut failed = None;
        let mut at = 0;
        while let Some(guest) = self.0.get_mut(at) {
            match guest.hear() {
                Ok(false) => at = at.saturating_add(1),
                Ok(true) => {
                    let Guest { stream, from, .. } = self.0.remove(at);
                    let phone = Connection { stream };
                    match phone.is_silent() {
                        Ok(()) => return Some(Ok((phone, from))),
                        Err(error) => failed = Some(Err(error)),
                    }
                }
                Err(error) => {
                    self.0.remove(at);
                    failed = Some(Err(error));
                }
            }
        }
        failed
    }
}

impl Guest {
    /// Takes what has come, without waiting: whether it is a whole answer to reset by now.
    fn hear(&mut self) -> io::Result<bool> {
        loop {
            let wanted = match self.said.as_slice() {
                [high, low, message @ ..] => {
                    let length = usize::from(u16::from_be_bytes([*high, *low]));
                    if length > MAX_ATR || (message.len() == length && !is_atr(message)) {
                        return Err(ErrorKind::InvalidData.into());
                    }
                    length.saturating_sub(message.len())
                }
                begun => 2_usize.saturating_sub(begun.len()),
            };
            if wanted == 0 {
                return Ok(true);
            }
            let mut bytes = [0; MAX_ATR];
            match (&self.stream).read(bytes.get_mut(..wanted).unwrap_or_default()) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.said.extend(bytes.iter().take(count)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < self.until => return Ok(false),
                Err(error) => return Err(timed_out(error)),
            }
        }
    }
}

/// A phone that answered as a card once.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// Switches the card on, and checks with its answer to reset that both sides are in step.
    fn start(&self, until: Instant) -> io::Result<()> {
        self.event(POWER_ON, until)?;
        self.event(GET_ATR, until)?;
        let atr = self.answer(MAX_ATR, until)?;
        if !is_atr(&atr) {
            return Err(ErrorKind::InvalidData.into());
        }
        self.is_silent()
    }

    fn exchange(&self, command: &[u8], until: Instant) -> io::Result<Vec<u8>> {
        self.is_silent()?;
        send(&mut self.timed(until), command)?;
        let answer = self.answer(MAX_MESSAGE, until)?;
        // Less than a status word means that the card left (spec field-needs 4.3).
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
