//! Opens every reader address, and counts and records what goes over it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use jiff::Timestamp;

use crate::{
    cards::{Credentials, never_recorded},
    dump::Scope,
    messages::Problem,
    simulator::{IssueError, Recipe, SeededNonces, Shape, SimulatedCard},
    transport::{
        LinkFigures, Log, Metered, Nonces, Recorder, Recording, Replay, Transport, TransportError,
        nonces::{ListedNonces, RecordedNonces, SystemNonces},
        phone::{NAME_PREFIX, PhoneReader},
        recording::{ExtraHeader, Header, MAX_RECORDING},
    },
};

use super::{
    address::{Address, BadAddress},
    files, problem,
};

/// Where a card is, found and ready to be opened.
pub enum Source {
    /// A card in a PC/SC reader.
    #[cfg(feature = "pcsc")]
    Pcsc(crate::transport::pcsc::PcscReader),
    /// A simulated card in the process.
    Sim(Box<SimulatedCard>),
    /// A recording.
    Replay(Box<Replay>),
    /// A card that a phone, or any program, offers over the network.
    Phone(PhoneReader),
}

/// A card on its way through one command: counted, and recorded if asked for.
pub struct Link {
    source: Source,
    /// The recording in whose shape a simulated card answers, and whether a person was asked in it.
    shape: Option<(Shape, bool)>,
    address: String,
    log: Option<Log>,
    figures: LinkFigures,
    card_time: Duration,
    nonces: RecordedNonces<Box<dyn Nonces + Send>>,
    time: Timestamp,
}

impl Link {
    /// Finds the card that an address names; waits for it at a PC/SC reader or for a phone.
    pub fn find(address: &str, wait: Duration, record: bool, tell: &mut dyn FnMut(Waiting)) -> Result<Self, Problem> {
        let mut card_time = Duration::ZERO;
        let (source, name) = match address.parse().map_err(|BadAddress(text)| Problem::BadReaderAddress(text))? {
            Address::Pcsc(part) => find_pcsc(part.as_deref(), wait, tell)?,
            Address::Sim(sim) => {
                // Issuing a simulated card is the simulator's work, as answering is.
                let start = Instant::now();
                let card = simulated(&sim)?;
                card_time = start.elapsed();
                (Source::Sim(Box::new(card)), address.to_owned())
            }
            Address::Replay(path) => {
                let recording = problem::parsed_recording(&path, &files::read_limited(&path, MAX_RECORDING)?)?;
                return Ok(Self { log: log(record), ..Self::replaying(recording) });
            }
            Address::Phone { address, short } => find_phone(address, short, wait, tell)?,
        };
        Ok(Self { log: log(record), card_time, ..Self::new(source, name) })
    }

    /// A recording instead of a card.
    pub fn replaying(recording: Recording) -> Self {
        let reader = recording.header.reader.clone().unwrap_or_else(|| "replay".to_owned());
        Self::new(Source::Replay(Box::new(Replay::new(recording))), reader)
    }

    /// The recording as it must be played.
    pub fn plays(&mut self, prepared: Replay) {
        self.source = Source::Replay(Box::new(prepared));
    }

    /// A simulated card that is read and recorded in the same way every time: time and draws are given.
    pub fn making(card: SimulatedCard, address: String, seed: u64, time: Timestamp, times: bool) -> Self {
        let log = Log::new(never_recorded());
        Self {
            log: Some(if times { log } else { log.without_times() }),
            nonces: RecordedNonces::new(Box::new(SeededNonces::new(seed))),
            time,
            ..Self::new(Source::Sim(Box::new(card)), address)
        }
    }

    /// A simulated card that was laid down, for reading it as a person would.
    #[cfg(feature = "counter")]
    pub fn laid_down(card: SimulatedCard, address: String) -> Self {
        Self::new(Source::Sim(Box::new(card)), address)
    }

    /// The place where phones offer their cards, `wait` at a time; none has come yet.
    #[cfg(feature = "counter")]
    pub fn phone(address: SocketAddr, short: bool, wait: Duration) -> Result<Self, Problem> {
        let (reader, name) = listen(address, short, wait)?;
        Ok(Self::new(Source::Phone(reader), name))
    }

    /// Whether a phone still offers its card. What other sources hold is not known here.
    #[cfg(feature = "counter")]
    pub fn is_there(&self) -> bool {
        matches!(&self.source, Source::Phone(reader) if reader.is_there())
    }

    /// The same, if the card answers in the shape of a recording.
    pub fn shaped(self, recording: &Recording) -> Self {
        let asked = Replay::new(recording.clone()).asked_in_the_middle();
        Self { shape: Some((Shape::new(recording), asked)), ..self }
    }

    /// Whether the card was let go in the middle, if a recording says that; `None` if none does.
    pub fn asked_then(&self) -> Option<bool> {
        match (&self.source, &self.shape) {
            (Source::Replay(replay), _) => Some(replay.asked_in_the_middle()),
            (_, Some((_, asked))) => Some(*asked),
            _ => None,
        }
    }

    /// The shape that is left.
    pub fn take_shape(&mut self) -> Option<Shape> {
        self.shape.take().map(|(shape, _)| shape)
    }

    fn new(source: Source, address: String) -> Self {
        let (nonces, time): (Box<dyn Nonces + Send>, _) = match &source {
            Source::Replay(replay) => {
                let nonces: ListedNonces = replay.random();
                (Box::new(nonces), replay.time().unwrap_or_else(Timestamp::now))
            }
            _ => (Box::new(SystemNonces), Timestamp::now()),
        };
        Self {
            source,
            shape: None,
            address,
            log: None,
            figures: LinkFigures::default(),
            card_time: Duration::ZERO,
            nonces: RecordedNonces::new(nonces),
            time,
        }
    }

    /// Address and name of the reader.
    pub fn reader(&self) -> &str {
        &self.address
    }

    /// The reader's time: now, or a recording's.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// What the source offers by itself, so that nothing is asked: a simulated card what is printed on it.
    pub fn own_credentials(&self) -> Credentials {
        match &self.source {
            Source::Sim(card) => Credentials::from(&**card),
            _ => Credentials::default(),
        }
    }

    /// Whether a person is there with a card: neither a simulated card nor a recording.
    pub fn is_live(&self) -> bool {
        !matches!(self.source, Source::Sim(_) | Source::Replay(_))
    }

    /// Takes the time again, after a person was asked; a recording keeps its own.
    pub fn refresh_time(&mut self) -> Timestamp {
        if self.asked_then().is_none() {
            self.time = Timestamp::now();
        }
        self.time
    }

    /// What is being read.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Waits until a card is there again, if it may have been taken away while a person was asked.
    pub fn wait_again(&mut self, tell: &mut dyn FnMut(Waiting)) -> Result<(), Problem> {
        match &mut self.source {
            #[cfg(feature = "pcsc")]
            Source::Pcsc(reader) => Ok(reader.wait_again(&mut |waiting| tell(Waiting::from(waiting)))?),
            Source::Phone(reader) => {
                let address = reader.address();
                reader.wait_again(&mut || tell(Waiting::Phone(address))).map_err(|error| no_phone(address, error))
            }
            Source::Sim(_) | Source::Replay(_) => Ok(()),
        }
    }

    /// Opens the card cold, for this program alone, and hands it to `work` with the random draws. What `work` exchanged
    /// is counted, and the card is released when it returns.
    ///
    /// # Errors
    /// Whatever opening or `work` says.
    pub fn with_card<R>(
        &mut self,
        work: impl FnOnce(&mut dyn Transport, &mut dyn Nonces) -> Result<R, Problem>,
    ) -> Result<R, Problem> {
        let opened: Box<dyn Transport + '_> = match &mut self.source {
            #[cfg(feature = "pcsc")]
            Source::Pcsc(reader) => over_the_air(reader.open()?),
            Source::Sim(card) => {
                card.power_off();
                card.power_on();
                match &mut self.shape {
                    Some((shape, _)) => Box::new(shape.on(card)),
                    None => Box::new(&mut **card),
                }
            }
            Source::Replay(replay) => {
                replay.power();
                Box::new(replay)
            }
            Source::Phone(reader) => Box::new(reader.open()?),
        };
        let mut metered = Metered::new(opened);
        let result = match &mut self.log {
            Some(log) => work(&mut Recorder::new(&mut metered, log), &mut self.nonces),
            None => work(&mut metered, &mut self.nonces),
        };
        let figures = metered.figures();
        self.card_time += metered.card_time();
        self.figures.exchanges += figures.exchanges;
        self.figures.bytes_sent += figures.bytes_sent;
        self.figures.bytes_received += figures.bytes_received;
        drop(metered);
        match (result, &self.source) {
            (Err(Problem::Transport(TransportError::Removed)), Source::Phone(reader)) if reader.lost_at_extended() => {
                Err(Problem::PhoneLostAtExtended)
            }
            (result, _) => result,
        }
    }

    /// What the link carried so far; `elapsed` is the whole time that the program took.
    pub fn figures(&self, elapsed: Duration) -> LinkFigures {
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        LinkFigures { card_ms: ms(self.card_time), host_ms: ms(elapsed.saturating_sub(self.card_time)), ..self.figures }
    }

    /// Whether something came that no recording may hold.
    pub fn is_withdrawn(&self) -> bool {
        self.nonces.is_withdrawn()
    }

    /// The recording of everything so far; `None` when nothing was to be recorded.
    pub fn take_recording(&mut self, card: Option<&str>, scope: Scope, jpki: Option<ExtraHeader>) -> Option<Recording> {
        if self.nonces.is_withdrawn() {
            self.log = None;
        }
        let header = Header {
            card: card.map(str::to_owned),
            reader: Some(self.address.clone()),
            scope: Some(scope.as_str().to_owned()),
            jpki,
            network: matches!(self.source, Source::Phone(_)),
            time: Some(crate::text::whole_seconds(self.time)),
            random: self.nonces.drawn().to_vec(),
            session_keys: self.nonces.session_keys().map(<[u8]>::to_vec).collect(),
            older: false,
        };
        self.log.take().map(|log| log.into_recording(header))
    }

    /// Whether a recording was left over after its replay.
    pub fn finish(self) -> Result<(), Problem> {
        match self.source {
            Source::Replay(replay) => Ok(replay.finish()?),
            _ => Ok(()),
        }
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "pcsc"), allow(dead_code))] // Only a PC/SC reader is waited for with a card.
pub enum Waiting {
    /// A reader.
    Reader,
    /// A card.
    Card,
    /// Anybody who offers a card at this address.
    Phone(SocketAddr),
}

#[cfg(feature = "pcsc")]
impl From<crate::transport::pcsc::Waiting<'_>> for Waiting {
    fn from(waiting: crate::transport::pcsc::Waiting<'_>) -> Self {
        match waiting {
            crate::transport::pcsc::Waiting::Reader => Self::Reader,
            crate::transport::pcsc::Waiting::Card { .. } => Self::Card,
        }
    }
}

/// A reader, and the computer's radio for a phone that wants to go on over the air.
#[cfg(feature = "pcsc")]
fn over_the_air<'a>(link: impl Transport + 'a) -> Box<dyn Transport + 'a> {
    #[cfg(all(feature = "ble", target_os = "linux"))]
    let link = crate::transport::ble::WithRadio::new(link, crate::transport::ble::bluez::BlueZ);
    Box::new(link)
}

#[cfg(feature = "pcsc")]
fn find_pcsc(part: Option<&str>, wait: Duration, tell: &mut dyn FnMut(Waiting)) -> Result<(Source, String), Problem> {
    use crate::transport::pcsc::PcscReader;
    let reader = PcscReader::find(part, wait, &mut |waiting| tell(waiting.into()))?;
    let name = format!("pcsc:{}", reader.info().name);
    Ok((Source::Pcsc(reader), name))
}

#[cfg(not(feature = "pcsc"))]
fn find_pcsc(_: Option<&str>, _: Duration, _: &mut dyn FnMut(Waiting)) -> Result<(Source, String), Problem> {
    Err(Problem::NotBuilt { feature: "pcsc" })
}

fn find_phone(
    address: SocketAddr,
    short: bool,
    wait: Duration,
    tell: &mut dyn FnMut(Waiting),
) -> Result<(Source, String), Problem> {
    let (mut reader, name) = listen(address, short, wait)?;
    let address = reader.address();
    tell(Waiting::Phone(address));
    reader.wait_for_card().map_err(|error| no_phone(address, error))?;
    Ok((Source::Phone(reader), name))
}

/// Begins to listen for phones; also returns the reader's name.
fn listen(address: SocketAddr, short: bool, wait: Duration) -> Result<(PhoneReader, String), Problem> {
    let reader = PhoneReader::listen(address, wait).map_err(|error| no_phone(address, error))?;
    let reader = if short { reader.without_extended() } else { reader };
    let name = format!("{NAME_PREFIX}{}", reader.address());
    Ok((reader, name))
}

/// Why no phone offered a card at an address.
fn no_phone(address: SocketAddr, error: TransportError) -> Problem {
    let address = address.to_string();
    match error {
        TransportError::NoCard { seconds } => Problem::NoPhone { address, seconds },
        TransportError::Connection(
            error @ (std::io::ErrorKind::AddrInUse
            | std::io::ErrorKind::AddrNotAvailable
            | std::io::ErrorKind::PermissionDenied),
        ) => Problem::CannotListen { address, error },
        TransportError::Connection(_) | TransportError::Removed => Problem::NotAPhone { address },
        error => error.into(),
    }
}

/// The simulated card of an address.
pub fn simulated(address: &str) -> Result<SimulatedCard, Problem> {
    let recipe: Recipe = address.parse().map_err(|error| problem::recipe(address, &error))?;
    card_of(&recipe, address)
}

/// The card of a recipe that is in an address.
pub fn card_of(recipe: &Recipe, address: &str) -> Result<SimulatedCard, Problem> {
    recipe.card().map_err(|error| match error {
        // A byte after the end of its file is known only when the card is there.
        IssueError::NoSuchByte => {
            let mut options = address.split(['?', '&', ',']).map(|option| option.trim_start_matches("fault="));
            Problem::UnknownSimFault(
                options.find(|option| option.starts_with("bit-flip")).unwrap_or(address).to_owned(),
            )
        }
        error => error.into(),
    })
}

fn log(record: bool) -> Option<Log> {
    record.then(|| Log::new(never_recorded()))
}
