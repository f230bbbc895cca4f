//! The commands of the NFC way, answered with what comes over the air: SELECT, ENVELOPE, GET RESPONSE around one data object
//! `53` (ISO/IEC 18013-5 8.3.3.1.2, ISO/IEC 7816-4 11.5.4).

use std::time::Duration;

use super::{Adapter, Engaged, Gatt, Link, MAX_MESSAGE, Received, Role};
use crate::transport::{LinkKind, Radio, Transport, TransportError};

/// The application to which the messages go.
pub const PHONE_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x48, 0x04, 0x00];

/// The data object that holds a message.
const MESSAGE_TAG: u8 = 0x53;

/// A message that ends the session: the map of "status" to 20. It is not answered, and an end without a message means it.
const TERMINATION: [u8; 9] = [0xA1, 0x66, b's', b't', b'a', b't', b'u', b's', 0x14];

/// How long a person may look at the phone before she consents.
const CONSENT: Duration = Duration::from_secs(120);

const SELECT: u8 = 0xA4;
const ENVELOPE: u8 = 0xC3;
const GET_RESPONSE: u8 = 0xC0;
/// Class of a command of a chain that is not its last.
const CHAINED: u8 = 0x10;

const OK: [u8; 2] = [0x90, 0x00];
const NOT_NOW: [u8; 2] = [0x69, 0x85];
const WRONG_DATA: [u8; 2] = [0x6A, 0x80];
const UNKNOWN_APPLICATION: [u8; 2] = [0x6A, 0x82];
const UNKNOWN_COMMAND: [u8; 2] = [0x6D, 0x00];

/// A connection that looks like a phone which takes its messages over NFC.
#[derive(Debug)]
pub struct Tunnel<G> {
    link: Link<G>,
    wait: Duration,
    sent: Vec<u8>,
    answer: Vec<u8>,
    ended: bool,
}

impl<G: Gatt> Tunnel<G> {
    /// Begins the connection; `own` is the reader's part.
    ///
    /// # Errors
    /// As [`Link::open`].
    pub fn open(gatt: G, own: Role) -> Result<Self, TransportError> {
        let link = Link::open(gatt, own, CONSENT)?;
        Ok(Self { link, wait: CONSENT, sent: Vec::new(), answer: Vec::new(), ended: false })
    }

    /// Sends the message that the chain brought, and takes the phone's.
    fn pass(&mut self) -> Result<[u8; 2], TransportError> {
        let chain = std::mem::take(&mut self.sent);
        let Some(message) = unwrapped(&chain) else { return Ok(WRONG_DATA) };
        self.link.send(message)?;
        let received = if *message == TERMINATION {
            self.link.end();
            self.ended = true;
            Vec::new()
        } else {
            match self.link.receive(self.wait)? {
                Received::Message(message) => message,
                Received::End => {
                    self.ended = true;
                    TERMINATION.to_vec()
                }
            }
        };
        self.answer = wrapped(&received);
        Ok(OK)
    }

    /// The next part of the answer, as long as Le allows.
    fn part(&mut self, le: usize) -> Vec<u8> {
        let rest = self.answer.split_off(self.answer.len().min(le));
        let mut part = std::mem::replace(&mut self.answer, rest);
        match u8::try_from(self.answer.len()) {
            Ok(0) => part.extend_from_slice(&OK),
            Ok(left) => part.extend_from_slice(&[0x61, left]),
            Err(_) => part.extend_from_slice(&[0x61, 0x00]),
        }
        part
    }

    fn envelope(&mut self, class: u8, data: &[u8], le: usize) -> Result<Vec<u8>, TransportError> {
        if self.ended || !self.answer.is_empty() {
            return Ok(NOT_NOW.to_vec());
        }
        // A head of the data object has five bytes at most.
        if self.sent.len().saturating_add(data.len()) > MAX_MESSAGE + 5 {
            self.sent = Vec::new();
            return Ok(WRONG_DATA.to_vec());
        }
        self.sent.extend_from_slice(data);
        if class == CHAINED {
            return Ok(OK.to_vec());
        }
        match self.pass()? {
            OK => Ok(self.part(le)),
            status => Ok(status.to_vec()),
        }
    }
}

impl<G: Gatt> Transport for Tunnel<G> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let Some(apdu) = Apdu::parse(command) else { return Ok(WRONG_DATA.to_vec()) };
        match (apdu.class, apdu.instruction) {
            (0x00, SELECT) if apdu.data == PHONE_AID => Ok(OK.to_vec()),
            (0x00, SELECT) => Ok(UNKNOWN_APPLICATION.to_vec()),
            (0x00 | CHAINED, ENVELOPE) => self.envelope(apdu.class, apdu.data, apdu.le),
            (0x00, GET_RESPONSE) if self.answer.is_empty() => Ok(NOT_NOW.to_vec()),
            (0x00, GET_RESPONSE) => Ok(self.part(apdu.le)),
            _ => Ok(UNKNOWN_COMMAND.to_vec()),
        }
    }
}

/// A message in its data object, the length as short as it can be.
pub fn wrapped(message: &[u8]) -> Vec<u8> {
    let length = message.len().to_be_bytes();
    let [.., high, middle, low] = length;
    let head: &[u8] = match message.len() {
        0..=0x7F => &[MESSAGE_TAG, low],
        0x80..=0xFF => &[MESSAGE_TAG, 0x81, low],
        0x100..=0xFFFF => &[MESSAGE_TAG, 0x82, middle, low],
        _ => &[MESSAGE_TAG, 0x83, high, middle, low],
    };
    [head, message].concat()
}

/// The message in a data object that is there as a whole, and alone.
pub fn unwrapped(object: &[u8]) -> Option<&[u8]> {
    let (length, message) = match object {
        [MESSAGE_TAG, 0x83, high, middle, low, rest @ ..] => (u32::from_be_bytes([0, *high, *middle, *low]), rest),
        [MESSAGE_TAG, 0x82, high, low, rest @ ..] => (u32::from_be_bytes([0, 0, *high, *low]), rest),
        [MESSAGE_TAG, 0x81, low, rest @ ..] => (u32::from(*low), rest),
        [MESSAGE_TAG, low @ 0..=0x7F, rest @ ..] => (u32::from(*low), rest),
        _ => return None,
    };
    (usize::try_from(length) == Ok(message.len())).then_some(message)
}

/// What a command says (ISO/IEC 7816-3 12.1).
struct Apdu<'a> {
    class: u8,
    instruction: u8,
    data: &'a [u8],
    le: usize,
}

impl<'a> Apdu<'a> {
    fn parse(command: &'a [u8]) -> Option<Self> {
        let (&[class, instruction, _, _], body) = command.split_first_chunk()?;
        let whole = |le: usize, all: usize| if le == 0 { all } else { le };
        let (data, le): (&[u8], usize) = match body {
            [] => (&[], 256),
            [le] => (&[], whole(usize::from(*le), 256)),
            [0, high, low] => (&[], whole(usize::from(u16::from_be_bytes([*high, *low])), 65_536)),
            [0, high, low, rest @ ..] => {
                let (data, le) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))?;
                match le {
                    [] => (data, 65_536),
                    [high, low] => (data, whole(usize::from(u16::from_be_bytes([*high, *low])), 65_536)),
                    _ => return None,
                }
            }
            [length, rest @ ..] => {
                let (data, le) = rest.split_at_checked(usize::from(*length))?;
                match le {
                    [] => (data, 256),
                    [le] => (data, whole(usize::from(*le), 256)),
                    _ => return None,
                }
            }
        };
        Some(Self { class, instruction, data, le })
    }
}

/// A reader and a radio together; the radio takes over once a phone asks for it.
pub struct WithRadio<T, A> {
    reader: T,
    adapter: A,
    tunnel: Option<Tunnel<Box<dyn Gatt + Send>>>,
}

impl<T: Transport, A: Adapter> WithRadio<T, A> {
    /// Everything goes to the reader until [`Transport::radio`] opens the radio.
    pub fn new(reader: T, adapter: A) -> Self {
        Self { reader, adapter, tunnel: None }
    }
}

impl<T: Transport, A: Adapter> Radio for WithRadio<T, A> {
    fn open(&mut self, engaged: &Engaged) -> Result<(), TransportError> {
        let gatt = self.adapter.connect(engaged)?;
        self.tunnel = Some(Tunnel::open(gatt, engaged.role)?);
        Ok(())
    }
}

impl<T: Transport, A: Adapter> Transport for WithRadio<T, A> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        match &mut self.tunnel {
            Some(tunnel) => tunnel.exchange(command),
            None => self.reader.exchange(command),
        }
    }

    fn link(&self) -> LinkKind {
        self.reader.link()
    }

    fn radio(&mut self) -> Option<&mut dyn Radio> {
        Some(self)
    }
}
