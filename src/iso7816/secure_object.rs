//! Commands, and READ BINARY of whole objects, through a channel that authenticates: any doubt ends the session, and whoever reads
//! opens a new one with a smaller form.

use crate::{
    tlv::{self, Tag},
    transport::{Transport, TransportError},
};

use super::{
    command::{Command, Le},
    file::{FileReadError, MAX_OFFSET, Progress},
    secure::SecureChannel,
    session::{CardError, Response, Session},
    status::Status,
};

/// The forms, best first: everything at once; what a short answer holds with either cipher; what careful readers ask for (spec
/// passport 3.4).
const LADDER: [Le; 4] = [Le::Extended, Le::Short(SHORT_ANSWER), Le::Short(160), Le::Short(SMALLEST)];

/// Plain bytes that the smallest form asks for: a chip that answers less than was asked may need as many reads in every form.
const SMALLEST: u16 = 96;

/// Bytes that show how long an object is, if a chip refuses to read past the end of a file.
const HEADER: usize = 8;

/// Bytes that a short answer holds under secure messaging, whatever the cipher: 256 less the objects around them.
pub const SHORT_ANSWER: u16 = 223;

/// READ BINARY commands beyond twice those that the size needs.
const SPARE_READS: usize = 64;

/// Tag of the data in an answer to READ BINARY with an odd instruction (ISO/IEC 7816-4 11.3.3).
const DISCRETIONARY: Tag = Tag(0x53);

/// Which form of the ladder is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ObjectForm {
    rung: usize,
    /// Whether no command asks for more than the file has: the header first, then what it announces.
    exact: bool,
}

impl ObjectForm {
    /// The best form without extended APDUs.
    pub fn short() -> Self {
        Self { rung: 1, exact: false }
    }

    fn le(self) -> Le {
        LADDER.get(self.rung).copied().unwrap_or(Le::Short(SMALLEST))
    }

    /// The next smaller form, if there is one.
    pub fn below(self) -> Option<Self> {
        let rung = self.rung + 1;
        (rung < LADDER.len()).then_some(Self { rung, ..self })
    }

    /// The form to try after a status word that a chip may have for a read past the end of a file.
    pub fn within(self, status: Status) -> Option<Self> {
        let refused = [Status::PAST_END, Status::END_OF_FILE].contains(&status);
        (refused && !self.exact).then_some(Self { exact: true, ..self })
    }

    /// The Le for the next piece, of which so many bytes are known to be there.
    fn le_for(self, announced: Option<usize>) -> Le {
        let known = announced.unwrap_or(HEADER);
        match (self.le(), u16::try_from(known)) {
            (Le::Extended, Ok(known)) if self.exact && known > SHORT_ANSWER => Le::Exact(known),
            (Le::Extended, Ok(known)) if self.exact => Le::Short(known),
            (Le::Short(most), known) if self.exact || announced.is_some() => Le::Short(known.unwrap_or(most).min(most)),
            (le, _) => le,
        }
    }

    /// Whether it is an extended APDU.
    pub fn is_extended(self) -> bool {
        self.le() == Le::Extended
    }
}

/// Why nothing came through a channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecureReadError {
    /// The card refused inside the session, the file is malformed, or the link broke.
    #[error(transparent)]
    Read(#[from] FileReadError),
    /// The session is over: an answer came in plain or did not hold, or the reader does not pass the command.
    #[error("{detail}")]
    Lost {
        /// What happened.
        detail: String,
        /// The status word in plain, if that is all that came.
        status: Option<Status>,
    },
}

impl<T: Transport> Session<T> {
    /// Sends one command through a channel. The answer's status is the protected one.
    ///
    /// # Errors
    /// [`SecureReadError`].
    pub fn send_secure(
        &mut self,
        command: &Command,
        channel: &mut dyn SecureChannel,
    ) -> Result<Response, SecureReadError> {
        let lost = |detail: String, status| SecureReadError::Lost { detail, status };
        let wrapped = channel.wrap(command, 0).map_err(|error| lost(error.to_string(), None))?;
        if command.selects() {
            self.forget_application();
        }
        let response = match self.send(&wrapped) {
            Ok(response) => response,
            Err(CardError::Transport(error @ TransportError::LengthUnsupported)) => {
                return Err(lost(error.to_string(), None));
            }
            Err(error) => return Err(FileReadError::Card(error).into()),
        };
        if response.data.is_empty() {
            return Err(lost(format!("the card answered {} in plain", response.status), Some(response.status)));
        }
        channel.unwrap(response).map_err(|error| lost(error.to_string(), None))
    }

    /// Reads the one object of a transparent file, to its end and not a byte beyond it.
    ///
    /// # Errors
    /// [`SecureReadError`].
    pub fn read_secure_object(
        &mut self,
        (sfi, tag): (u8, Tag),
        limit: usize,
        form: ObjectForm,
        channel: &mut dyn SecureChannel,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, SecureReadError> {
        let mut bytes: Vec<u8> = Vec::new();
        let mut announced = None;
        for _ in 0..2 * limit.div_ceil(SMALLEST.into()) + SPARE_READS {
            let missing = announced.map(|announced: usize| announced.saturating_sub(bytes.len()));
            let piece = self.read_part(sfi, bytes.len(), missing, form, channel)?;
            let ended = piece.is_empty();
            bytes.extend(piece);
            match tlv::header(&bytes, 0) {
                Ok(header) if header.tag != tag => {
                    let kind = tlv::TlvErrorKind::WrongTag { wanted: tag, found: header.tag };
                    return Err(FileReadError::Header(tlv::TlvError { at: 0, kind }).into());
                }
                Ok(header) if header.total() > limit => {
                    return Err(FileReadError::TooLong { announced: header.total(), limit }.into());
                }
                Ok(header) => announced = Some(header.total()),
                Err(error) if error.kind == tlv::TlvErrorKind::HeaderCut && !ended => continue,
                Err(error) => return Err(FileReadError::Header(error).into()),
            }
            let total = announced.unwrap_or_default();
            progress(bytes.len().min(total), total);
            if bytes.len() >= total {
                bytes.truncate(total);
                return Ok(bytes);
            }
            if ended {
                break;
            }
        }
        let announced = announced.unwrap_or(limit);
        Err(FileReadError::Truncated { got: bytes.len(), announced }.into())
    }

    /// One READ BINARY; empty at the end of the file.
    fn read_part(
        &mut self,
        sfi: u8,
        offset: usize,
        missing: Option<usize>,
        form: ObjectForm,
        channel: &mut dyn SecureChannel,
    ) -> Result<Vec<u8>, SecureReadError> {
        let le = form.le_for(missing);
        let odd = offset > MAX_OFFSET;
        let command = match (offset, u16::try_from(offset)) {
            (0, _) => Command::read_sfi(sfi, 0, le),
            (_, Ok(short)) if !odd => Command::read_current(short, le),
            _ => Command::read_far(u32::try_from(offset).unwrap_or(u32::MAX), le),
        };
        let Response { data, status } = self.send_secure(&command, channel)?;
        let beyond = offset == 0 && data.is_empty() && form.within(status).is_some();
        let length = status == Status::WRONG_LENGTH || status.exact_length().is_some();
        match status {
            // Some chips refuse extended APDUs so (spec passport 3.5).
            status if beyond || length || (status == Status::WRONG_PARAMETERS && form.is_extended()) => {
                Err(SecureReadError::Lost { detail: format!("the card answered {status}"), status: Some(status) })
            }
            Status::OK | Status::END_OF_FILE if odd => match tlv::object(&data, 0) {
                Ok((object, _)) if object.tag == DISCRETIONARY => Ok(object.value.to_vec()),
                _ => Ok(Vec::new()),
            },
            Status::OK | Status::END_OF_FILE => Ok(data),
            Status::PAST_END if offset > 0 => Ok(Vec::new()),
            status => Err(FileReadError::Card(CardError::Status(status)).into()),
        }
    }
}
