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
pub struct ReadStep(usize);

impl ReadStep {
    /// The rung below, if there is one.
    fn below(self) -> Option<Self> {
        (self.0 + 1 < LADDER.len()).then_some(Self(self.0 + 1))
    }

    fn le(self) -> Le {
        LADDER.get(self.0).copied().unwrap_or(Le::Short(64))
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
        Self(1)
    }

    /// Whether this rung is the extended APDU.
    pub fn is_extended(self) -> bool {
        self.le() == Le::Extended
    }
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
        let mut bytes = self.first_read(sfi)?;
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
            let more = self.read_on(bytes.len(), announced - bytes.len())?;
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
            let le = le(self.step, missing);
            let command = match (from, u16::try_from(bytes.len())) {
                (ReadFrom::Short(sfi), Ok(0)) => Command::read_sfi(sfi, 0, le),
                (_, Ok(offset)) if usize::from(offset) <= MAX_OFFSET => Command::read_current(offset, le),
                _ => break,
            };
            let Response { data, status } = self.send_long(&command)?;
            match (status, self.step.below()) {
                (Status::OK, _) => ended = data.is_empty(),
                (Status::END_OF_FILE, _) => ended = true,
                (Status::PAST_END, _) if !bytes.is_empty() => ended = true,
                (Status::WRONG_LENGTH, Some(below)) => {
                    self.step = below;
                    continue;
                }
                (status, _) => return Err(CardError::Status(status).into()),
            }
            bytes.extend(data);
            bytes.truncate(size);
            progress(bytes.len(), size);
        }
        if bytes.is_empty() { Err(FileReadError::Truncated { got: 0, announced: size }) } else { Ok(bytes) }
    }

    /// Reads a slice of a transparent file by short EF identifier: `length` (1 to 256) bytes from `offset`.
    ///
    /// # Errors
    /// [`FileReadError::Card`].
    pub fn read_slice(&mut self, sfi: u8, offset: u8, length: u16) -> Result<Vec<u8>, FileReadError> {
        let response = self.send(&Command::read_sfi(sfi, offset, Le::Short(length)))?;
        match response.status {
            Status::OK | Status::END_OF_FILE => Ok(response.data),
            status => Err(CardError::Status(status).into()),
        }
    }

    /// The first READ BINARY of a file; finds the rung of the ladder that works and remembers it.
    fn first_read(&mut self, sfi: u8) -> Result<Vec<u8>, FileReadError> {
        loop {
            let Response { data, status } = self.send_long(&Command::read_sfi(sfi, 0, self.step.le()))?;
            match (status, self.step.below()) {
                (Status::OK | Status::END_OF_FILE, _) => return Ok(data),
                (Status::WRONG_LENGTH, Some(below)) => self.step = below,
                (status, _) => return Err(CardError::Status(status).into()),
            }
        }
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

    /// A further READ BINARY of the current file. Empty at the end of the file.
    fn read_on(&mut self, offset: usize, wanted: usize) -> Result<Vec<u8>, FileReadError> {
        let Some(short) = u16::try_from(offset).ok().filter(|_| offset <= MAX_OFFSET) else {
            return Ok(Vec::new());
        };
        let le = match self.step.le() {
            le @ (Le::Extended | Le::Exact(_)) => le,
            Le::Short(most) => Le::Short(u16::try_from(wanted).unwrap_or(most).min(most)),
        };
        let response = self.send(&Command::read_current(short, le))?;
        match response.status {
            Status::OK | Status::END_OF_FILE => Ok(response.data),
            Status::PAST_END => Ok(Vec::new()),
            status => Err(CardError::Status(status).into()),
        }
    }
}
