//! READ BINARY of whole files: extended APDUs if reader and card allow it, a ladder of sizes if not.

use crate::{
    tlv::{self, TlvError},
    transport::{Transport, TransportError},
};

use super::{
    command::{Command, Le},
    session::{CardError, Response, Session},
    status::Status,
};

/// The sizes that readers are known to pass, largest first; the first is an extended APDU (spec field-needs 4.1, 4.2).
const LADDER: [Le; 6] = [Le::Extended, Le::Short(256), Le::Short(224), Le::Short(160), Le::Short(128), Le::Short(64)];

/// The most READ BINARY commands for one file. 4,096 one-byte answers still pass; a card that trickles for ever does not.
pub(super) const MAX_READS: usize = 4_096;

/// A 15-bit offset ends here (ISO/IEC 7816-4 11.3.3).
pub(super) const MAX_OFFSET: usize = 0x7FFF;

/// Which rung of the ladder works in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadStep {
    rung: usize,
    /// Whether an extended APDU has brought something.
    proven: bool,
}

impl ReadStep {
    /// The next rung below that asks for less than this.
    fn below(self, asked: Le, le: impl Fn(Self) -> Le) -> Option<Self> {
        (self.rung + 1..LADDER.len()).map(|rung| Self { rung, ..self }).find(|step| is_less(le(*step), asked))
    }

    fn le(self) -> Le {
        LADDER.get(self.rung).copied().unwrap_or(Le::Short(64))
    }

    /// The Le for so many bytes: a short one wherever it holds them.
    fn le_for(self, wanted: usize) -> Le {
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        match self.le() {
            Le::Short(most) => Le::Short(wanted.min(most)),
            Le::Extended | Le::Exact(_) if wanted <= 256 => Le::Short(wanted),
            Le::Extended | Le::Exact(_) => Le::Exact(wanted),
        }
    }

    /// The largest rung without an extended APDU.
    pub(super) fn short() -> Self {
        Self { rung: 1, proven: false }
    }

    /// Whether this rung is the extended APDU.
    pub fn is_extended(self) -> bool {
        self.le() == Le::Extended
    }
}

fn is_less(le: Le, than: Le) -> bool {
    match (le, than) {
        (Le::Short(le), Le::Short(than)) | (Le::Exact(le), Le::Exact(than)) => le < than,
        (Le::Short(_), _) => true,
        _ => false,
    }
}

/// Whether a refusal may be about the length that was asked for: it does not speak of the file, or of what opens it.
fn may_be_of_length(status: Status) -> bool {
    let of_the_file =
        [Status::SECURITY, Status::BLOCKED, Status::BLOCKED_ISO, Status::NOT_FOUND, Status::NO_DATA, Status::PAST_END];
    status.is_refusal() && !of_the_file.contains(&status)
}

/// Where a READ BINARY begins.
#[derive(Clone, Copy)]
enum At {
    /// In the file with this short EF identifier, at this offset.
    Short(u8, u8),
    /// In the current file.
    Current(u16),
}

impl At {
    /// Behind these bytes of the current file; `None` if 15 bits do not hold the offset.
    fn behind(bytes: &[u8]) -> Option<Self> {
        u16::try_from(bytes.len()).ok().filter(|offset| usize::from(*offset) <= MAX_OFFSET).map(Self::Current)
    }

    fn command(self, le: Le) -> Command {
        match self {
            Self::Short(sfi, offset) => Command::read_sfi(sfi, offset, le),
            Self::Current(offset) => Command::read_current(offset, le),
        }
    }
}

/// What a READ BINARY brought.
struct Piece {
    bytes: Vec<u8>,
    /// Whether the file ends behind it.
    last: bool,
}

/// Where a file of known size is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// The file with this short EF identifier in the selected application.
    Short(u8),
    /// The file that was just selected.
    Current,
}

/// Called after each READ BINARY: bytes read so far, bytes that the file's header announces.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

/// Says how many bytes of a file there should be, by those that are there.
pub type Goal<'a> = &'a mut dyn FnMut(&[u8]) -> usize;

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileReadError {
    /// The card refused, or the link broke.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The first bytes are not a TLV header, so the file's length is unknown.
    #[error("the file's header is malformed: {0}")]
    Header(TlvError),
    /// The header announces more than the limit for this file.
    #[error("the file announces {announced} bytes, the limit is {limit}")]
    TooLong {
        /// Bytes announced.
        announced: usize,
        /// The limit of the card's table.
        limit: usize,
    },
    /// The file ended before its object did.
    #[error("the file ends at byte {got} of {announced}")]
    Truncated {
        /// Bytes that came.
        got: usize,
        /// Bytes announced.
        announced: usize,
    },
    /// An answer under secure messaging was not opened.
    #[error("{detail}")]
    Unopened {
        /// What is wrong with it.
        detail: String,
    },
}

impl<T: Transport> Session<T> {
    /// Reads a transparent file that holds one TLV object, to the end of the object (an extended read also returns the
    /// filler after it). No byte is asked for twice. `limit` bounds the object; filler beyond twice the limit is cut.
    ///
    /// # Errors
    /// [`FileReadError`].
    pub fn read_tlv_file(&mut self, sfi: u8, limit: usize, progress: Progress<'_>) -> Result<Vec<u8>, FileReadError> {
        let mut bytes = self.read_plain(At::Short(sfi, 0), false, ReadStep::le)?.bytes;
        let mut ended = false;
        for _ in 0..MAX_READS {
            let announced = match tlv::header(&bytes, 0) {
                Ok(header) => header.total(),
                // A one-byte trickle cuts the header itself.
                Err(error) if error.kind == tlv::TlvErrorKind::HeaderCut && !ended => bytes.len() + 1,
                Err(error) => return Err(FileReadError::Header(error)),
            };
            if announced > limit {
                return Err(FileReadError::TooLong { announced, limit });
            }
            progress(bytes.len().min(announced), announced);
            if bytes.len() >= announced {
                bytes.truncate(limit.saturating_mul(2));
                return Ok(bytes);
            }
            if ended {
                return Err(FileReadError::Truncated { got: bytes.len(), announced });
            }
            let missing = u16::try_from(announced - bytes.len()).unwrap_or(u16::MAX);
            let le = |step: ReadStep| match step.le() {
                Le::Short(most) => Le::Short(missing.min(most)),
                le => le,
            };
            let more = match At::behind(&bytes) {
                Some(at) => self.read_plain(at, true, le)?.bytes,
                None => Vec::new(),
            };
            ended = more.is_empty();
            bytes.extend(more);
        }
        Err(FileReadError::Truncated { got: bytes.len(), announced: limit })
    }

    /// Reads a transparent file whose size is in a table: a file of several items whose own bytes do not show its end.
    /// No byte is asked for twice, a short answer is continued, and a file that ends earlier is returned as it is.
    ///
    /// # Errors
    /// [`FileReadError`]; [`FileReadError::Truncated`] when not one byte came.
    pub fn read_sized_file(
        &mut self,
        from: ReadFrom,
        size: usize,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, FileReadError> {
        self.read_to_size(from, Vec::new(), &mut |_| size, size, ReadStep::le_for, progress)
    }

    /// As [`Session::read_sized_file`], but only as far as `goal` wants: it is given the bytes that came, from the first read on none,
    /// and returns how many there should be. `held` is what is there already of the file that is current.
    ///
    /// # Errors
    /// As [`Session::read_sized_file`].
    pub fn read_wanted(
        &mut self,
        from: ReadFrom,
        held: Vec<u8>,
        size: usize,
        goal: Goal<'_>,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, FileReadError> {
        self.read_to_size(from, held, goal, size, ReadStep::le_for, progress)
    }

    /// As [`Session::read_sized_file`], but an extended APDU asks for the whole file and names no length: the one extended
    /// form that every residence card is known to take (spec residence 3.1, 8.4).
    ///
    /// # Errors
    /// As [`Session::read_sized_file`].
    pub fn read_whole_file(&mut self, sfi: u8, size: usize, progress: Progress<'_>) -> Result<Vec<u8>, FileReadError> {
        let le = |step: ReadStep, wanted| if step.is_extended() { Le::Extended } else { step.le_for(wanted) };
        self.read_to_size(ReadFrom::Short(sfi), Vec::new(), &mut |_| size, size, le, progress)
    }

    fn read_to_size(
        &mut self,
        from: ReadFrom,
        mut bytes: Vec<u8>,
        goal: Goal<'_>,
        size: usize,
        le: impl Fn(ReadStep, usize) -> Le,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, FileReadError> {
        let mut ended = false;
        for _ in 0..MAX_READS {
            let missing = goal(&bytes).min(size).saturating_sub(bytes.len());
            if ended || missing == 0 {
                break;
            }
            let at = match from {
                ReadFrom::Short(sfi) if bytes.is_empty() => Some(At::Short(sfi, 0)),
                _ => At::behind(&bytes),
            };
            let Some(at) = at else { break };
            let piece = self.read_plain(at, !bytes.is_empty(), |step| le(step, missing))?;
            ended = piece.last;
            bytes.extend(piece.bytes);
            bytes.truncate(size);
            progress(bytes.len(), size);
        }
        if bytes.is_empty() { Err(FileReadError::Truncated { got: 0, announced: size }) } else { Ok(bytes) }
    }

    /// Reads a slice of a transparent file by short EF identifier: `length` (1 to 256) bytes from `offset`, in as many answers
    /// as it takes; fewer if the file ends.
    ///
    /// # Errors
    /// [`FileReadError::Card`].
    pub fn read_slice(&mut self, sfi: u8, offset: u8, length: u16) -> Result<Vec<u8>, FileReadError> {
        let mut bytes = Vec::new();
        loop {
            let got = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
            let missing = length.saturating_sub(got);
            let at = if got == 0 { At::Short(sfi, offset) } else { At::Current(got.saturating_add(offset.into())) };
            let piece = self.read_plain(at, got > 0, |step| step.le_for(missing.into()))?;
            bytes.extend(piece.bytes);
            if piece.last || bytes.len() >= length.into() {
                bytes.truncate(length.into());
                return Ok(bytes);
            }
        }
    }

    /// One READ BINARY in the largest form that reader and card take: `le` says by the rung what to ask for, and the rung that
    /// works is remembered. Some cards answer `6700` to a length that is beyond the end of the file (spec licence 8.3): so if the
    /// file has `begun`, a length that no rung makes smaller is halved, down to one byte. A card that takes no extended APDU may say so
    /// with another word (`6985`, spec my-number 8.2): until one has succeeded, a refused one is repeated once as a short one.
    fn read_plain(&mut self, at: At, begun: bool, le: impl Fn(ReadStep) -> Le) -> Result<Piece, FileReadError> {
        let mut asked = le(self.step);
        loop {
            let status = match self.read_once(at, begun, asked)? {
                Ok(piece) => return Ok(piece),
                Err(status) => status,
            };
            let below = self.step.below(asked, &le);
            if status != Status::WRONG_LENGTH {
                let short = below.filter(|_| asked.is_extended() && !self.step.proven && may_be_of_length(status));
                if let Some(short) = short
                    && let Ok(piece) = self.read_once(at, begun, le(short))?
                {
                    self.step = short;
                    return Ok(piece);
                }
                return Err(CardError::Status(status).into());
            }
            asked = match (below, asked) {
                (Some(below), _) => {
                    self.step = below;
                    le(below)
                }
                (None, Le::Short(half @ 2..)) if begun => Le::Short(half / 2),
                (None, Le::Short(_)) if begun => return Ok(Piece { last: true, bytes: Vec::new() }),
                (None, _) => return Err(CardError::Status(status).into()),
            };
        }
    }

    /// One READ BINARY, or the word that refuses it.
    fn read_once(&mut self, at: At, begun: bool, asked: Le) -> Result<Result<Piece, Status>, CardError> {
        let Response { data: bytes, status } = self.send_long(&at.command(asked))?;
        let piece = match status {
            Status::OK => Piece { last: bytes.is_empty(), bytes },
            Status::END_OF_FILE => Piece { last: true, bytes },
            Status::PAST_END if begun => Piece { last: true, bytes: Vec::new() },
            status => return Ok(Err(status)),
        };
        self.step.proven |= asked.is_extended() && !piece.bytes.is_empty();
        Ok(Ok(piece))
    }

    /// Sends a command that may be too long for the reader: to the ladder that is the card's own "wrong length".
    fn send_long(&mut self, command: &Command) -> Result<Response, CardError> {
        match self.send(command) {
            Err(CardError::Transport(TransportError::LengthUnsupported)) => {
                Ok(Response { data: Vec::new(), status: Status::WRONG_LENGTH })
            }
            answer => answer,
        }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
