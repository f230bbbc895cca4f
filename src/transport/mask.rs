//! What of an exchange may be in a recording. Knows nothing of the layers above: it watches the commands go by.
//!
//! In doubt a byte is secret. Where a card's state is not certain (a refused SELECT, a logical channel, secure
//! messaging), every state that is possible counts.

use super::masked::Masked;

/// A file whose bytes may be in no recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeverRecorded {
    /// Its application's identifier, in full.
    pub aid: &'static [u8],
    /// Its short EF identifier, 1 to 30, which is also the low five bits of its file identifier.
    pub sfi: u8,
    /// How many of its leading bytes (an object's header) stay readable.
    pub clear: usize,
}

/// Instructions that carry credentials (ISO/IEC 7816-4 11.6; JICSAP V1.1 6.4.9 and CHANGE KEY): VERIFY, CHANGE
/// REFERENCE DATA, RESET RETRY COUNTER, CHANGE KEY.
const CREDENTIALS: [u8; 7] = [0x20, 0x21, 0x24, 0x25, 0x2C, 0x2D, 0x32];

/// MUTUAL AUTHENTICATE: both halves of the handshake are made with the credential. Anybody who has one can try numbers against
/// it, faster than any card would let him.
const HANDSHAKE: u8 = 0x82;

/// GENERAL AUTHENTICATE, and how its data begin if they hold the reader's public key on the generator that the two sides made of the
/// password, or the token over it (ICAO Doc 9303-11 4.4.4): whoever knows the private half can try passwords against both.
const GENERAL_AUTHENTICATE: u8 = 0x86;
const DYNAMIC: u8 = 0x7C;
const READER_KEY: u8 = 0x83;
const READER_TOKEN: u8 = 0x85;

/// Instructions whose answers are never a file's content: SELECT, the cryptographic ones, GET CHALLENGE.
const NO_CONTENT: [u8; 5] = [0xA4, 0x2A, HANDSHAKE, 0x84, 0x88];

const SELECT: u8 = 0xA4;
const READ_BINARY: u8 = 0xB0;
const GET_RESPONSE: u8 = 0xC0;

/// A set of short EF identifiers, one bit each.
type Files = u32;

/// What of an answer is readable: bytes before `clear` are, counted from the first byte of the whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exposure {
    All,
    Head(usize),
}

/// Follows a card's state through the commands, from a cold card on.
#[derive(Debug, Clone)]
pub(super) struct Masker {
    never: &'static [NeverRecorded],
    /// For each row of `never`, whether its application may be the current one.
    applications: Vec<bool>,
    /// The EFs that may be the current one.
    current: Files,
    /// What GET RESPONSE goes on with.
    pending: Exposure,
    /// Whether a session of PACE is open: no card with one of the files is known to have it.
    agreed: bool,
    /// Whether an application with one of the files was certainly selected since power-up: then it is such a card all the same.
    held: bool,
}

/// The parts of a command that masking looks at.
struct View<'a> {
    cla: u8,
    ins: u8,
    p1: u8,
    p2: u8,
    /// The data field; everything after the header if the lengths do not fit.
    data: &'a [u8],
    /// Where the data field begins and ends in the command.
    data_at: (usize, usize),
}

impl Masker {
    /// A card just powered up: none of the files of `never` is current.
    pub(super) fn new(never: &'static [NeverRecorded]) -> Self {
        Self {
            never,
            applications: vec![false; never.len()],
            current: 0,
            pending: Exposure::All,
            agreed: false,
            held: false,
        }
    }

    /// What of this exchange may be written down.
    pub(super) fn exchange(&mut self, command: &[u8], answer: &[u8]) -> (Masked, Masked) {
        let Some(view) = View::of(command) else {
            return (secret(command.len()), mask(answer, Exposure::Head(0)));
        };
        let exposure = self.exposure(&view);
        let credential = CREDENTIALS.contains(&view.ins) || view.ins == HANDSHAKE;
        let agreement = view.agrees_on(READER_KEY) || view.agrees_on(READER_TOKEN);
        let hide_data = credential || agreement || (exposure != Exposure::All && !NO_CONTENT.contains(&view.ins));
        let masked_command = if hide_data { view.without_data(command, credential) } else { Masked::clear(command) };

        let status = answer.split_last_chunk::<2>().map_or([0, 0], |(_, status)| *status);
        let answered = answer.len().saturating_sub(status.len());
        // What a protected read left behind stays protected until the card announces other data.
        let behind = exposure.behind(answered);
        self.pending = match status[0] == 0x61 || view.ins == GET_RESPONSE {
            true => behind,
            false => self.pending.stricter(behind),
        };
        let success = matches!(status, [0x90 | 0x61, _]) || (status[0] == 0x62 && answered > 0);
        self.follow(&view, success);
        (masked_command, mask(answer, exposure))
    }

    /// What of the answer to this command may be written.
    fn exposure(&self, view: &View<'_>) -> Exposure {
        if view.ins == HANDSHAKE {
            return Exposure::Head(0);
        }
        if NO_CONTENT.contains(&view.ins) {
            return Exposure::All;
        }
        if view.other_channel() {
            // Another channel has another state, which nothing here follows.
            return if self.never.is_empty() { Exposure::All } else { Exposure::Head(0) };
        }
        if view.ins == GET_RESPONSE {
            return self.pending;
        }
        let (files, offset) = self.addressed(view);
        let clear = self
            .never
            .iter()
            .zip(&self.applications)
            .filter(|(never, possible)| **possible && files & bit(never.sfi) != 0)
            .map(|(never, _)| offset.map_or(0, |offset| never.clear.saturating_sub(offset)))
            .min();
        clear.map_or(Exposure::All, Exposure::Head)
    }

    /// The EFs that a command may mean, and the offset in them if that is certain.
    fn addressed(&self, view: &View<'_>) -> (Files, Option<usize>) {
        let current_for = |sfi: u8| if sfi == 0 { self.current } else { bit(sfi) };
        match view.ins {
            // Secure messaging hides which bytes of the answer are the file's.
            READ_BINARY if view.p1 & 0x80 != 0 => {
                (current_for(view.p1 & 0x1F), view.is_plain().then_some(usize::from(view.p2)))
            }
            READ_BINARY => {
                (self.current, view.is_plain().then_some(usize::from(u16::from_be_bytes([view.p1, view.p2]))))
            }
            _ => {
                let by_p1 = if view.p1 & 0x80 != 0 { bit(view.p1 & 0x1F) } else { 0 };
                (self.current | by_p1 | bit(view.p2 & 0x1F) | bit(view.p2 >> 3), None)
            }
        }
    }

    /// The state after the command.
    fn follow(&mut self, view: &View<'_>, success: bool) {
        let certain = success && view.is_plain();
        self.agreed |= certain && view.agrees_on(READER_TOKEN);
        match view.ins {
            // What is selected inside is encrypted, and is one of that session's card.
            SELECT if view.p1 & 0xFC == 0x04 && self.agreed && !self.held && !view.is_plain() => {
                if success {
                    self.applications.fill(false);
                    self.current = 0;
                }
            }
            SELECT if view.p1 & 0xFC == 0x04 => {
                let named: Vec<bool> =
                    self.never.iter().map(|never| !view.is_plain() || same_application(never.aid, view.data)).collect();
                let stays = self.applications.iter().zip(&named).any(|(was, named)| *was && *named);
                self.held |= certain && named.contains(&true);
                for (possible, named) in self.applications.iter_mut().zip(&named) {
                    *possible = if certain { *named } else { *possible || *named };
                }
                // Selecting the application that is current may leave its EF current on some card.
                if certain && !stays {
                    self.current = 0;
                }
            }
            SELECT => {
                let selected = match view.data.last() {
                    Some(low) if view.is_plain() => bit(low & 0x1F),
                    _ => Files::MAX,
                };
                self.go_to(selected, certain);
            }
            READ_BINARY if view.p1 & 0x80 == 0 => {}
            READ_BINARY => {
                let (files, _) = self.addressed(view);
                self.go_to(files, certain);
            }
            // Records, VERIFY by SFI and whatever else may move the current EF.
            _ if NO_CONTENT.contains(&view.ins) || view.ins == GET_RESPONSE => {}
            _ => {
                let (files, _) = self.addressed(view);
                self.go_to(files, false);
            }
        }
    }

    fn go_to(&mut self, files: Files, certain: bool) {
        self.current = if certain { files } else { self.current | files };
    }
}

impl Exposure {
    /// The one that shows less.
    fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Head(one), Self::Head(other)) => Self::Head(one.min(other)),
            (Self::All, other) => other,
            (one, Self::All) => one,
        }
    }

    /// What is readable after the first `bytes` bytes.
    fn behind(self, bytes: usize) -> Self {
        match self {
            Self::All => Self::All,
            Self::Head(clear) => Self::Head(clear.saturating_sub(bytes)),
        }
    }
}

impl<'a> View<'a> {
    fn of(command: &'a [u8]) -> Option<Self> {
        let (&[cla, ins, p1, p2], body) = command.split_first_chunk::<4>()?;
        // Lengths that do not fit hide everything. A last Le is always 0 here: another byte may be the data's.
        let field = |start: usize, length: usize| {
            let (data, behind) = body.get(start..)?.split_at_checked(length)?;
            (behind.len() <= 2 && behind.iter().all(|le| *le == 0)).then_some((start, data))
        };
        let (start, data) = match *body {
            [] | [_] => (0, &[][..]),
            [0, _, _] => (0, &[][..]),
            [0, high, low, ..] => field(3, usize::from(u16::from_be_bytes([high, low]))).unwrap_or((0, body)),
            [length, ..] => field(1, usize::from(length)).unwrap_or((0, body)),
        };
        let start = start + 4;
        Some(Self { cla, ins, p1, p2, data, data_at: (start, start + data.len()) })
    }

    /// Whether the command is on the basic channel, whole, and not wrapped in secure messaging. Class FF is the
    /// reader's own.
    fn is_plain(&self) -> bool {
        self.cla & 0x5F == 0 || self.cla == 0xFF
    }

    /// Whether it is a step of a key agreement whose data begin with this object.
    fn agrees_on(&self, tag: u8) -> bool {
        let inner = match self.data {
            [DYNAMIC, 0..=0x7F, inner @ ..] | [DYNAMIC, 0x81, _, inner @ ..] | [DYNAMIC, 0x82, _, _, inner @ ..] => {
                inner
            }
            _ => return false,
        };
        self.ins == GENERAL_AUTHENTICATE && inner.first() == Some(&tag)
    }

    /// Whether the command is on another logical channel than the basic one (ISO/IEC 7816-4 5.4.1).
    fn other_channel(&self) -> bool {
        self.cla & 0x43 != 0 && self.cla != 0xFF
    }

    fn without_data(&self, command: &[u8], credential: bool) -> Masked {
        let (start, end) = match self.data_at {
            // What looks like a lone Le may be a credential without its length.
            (start, end) if credential && start == end => (4, command.len()),
            data_at => data_at,
        };
        let mut masked = Masked::clear(command.get(..start).unwrap_or_default());
        masked.push_secret(end - start);
        masked.push_clear(command.get(end..).unwrap_or_default());
        masked
    }
}

/// Whether a SELECT with this data may have selected the application: cards match prefixes (JICSAP V1.1 5.1).
fn same_application(aid: &[u8], data: &[u8]) -> bool {
    aid.starts_with(data) || data.starts_with(aid)
}

fn bit(sfi: u8) -> Files {
    1_u32.checked_shl(u32::from(sfi)).unwrap_or(0)
}

fn secret(length: usize) -> Masked {
    let mut masked = Masked::new();
    masked.push_secret(length);
    masked
}

fn mask(answer: &[u8], exposure: Exposure) -> Masked {
    let Exposure::Head(clear) = exposure else {
        return Masked::clear(answer);
    };
    let (data, status) = answer.split_at(answer.len().saturating_sub(2));
    let (head, hidden) = data.split_at(clear.min(data.len()));
    let mut masked = Masked::clear(head);
    masked.push_secret(hidden.len());
    masked.push_clear(status);
    masked
}
