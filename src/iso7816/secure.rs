//! Secure messaging: the trait that wraps commands and unwraps answers, and READ BINARY of whole files through it. Offsets
//! count plain bytes (spec residence 3.5). The caller brings the channel: nothing here knows a cipher.

use crate::transport::{Transport, TransportError};

use super::{
    command::{Command, Le},
    file::{FileReadError, Goal, MAX_OFFSET, MAX_READS, Progress, ReadStep},
    session::{CardError, Response, Session},
    status::Status,
};

/// One form of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rung {
    /// An extended APDU that asks for everything.
    Whole,
    /// An extended APDU that asks for so many plain bytes.
    Extended(u16),
    /// A short APDU that asks for so many plain bytes; no specification shows this form (spec residence 3.5).
    Short(u16),
}

/// The forms, best first. 1,024 plain bytes fit the smallest known buffer for extended answers (1,693 bytes, spec residence
/// 3.5), 224 fit a short answer of 256 with either cipher.
const LADDER: [Rung; 7] = [
    Rung::Whole,
    Rung::Extended(1024),
    Rung::Extended(224),
    Rung::Short(224),
    Rung::Short(160),
    Rung::Short(128),
    Rung::Short(64),
];

/// Where the ladder goes on when a command for everything was refused outright: a small answer shows whether extended
/// APDUs pass at all.
const SMALLEST_EXTENDED: usize = 2;

/// The first rung without extended APDUs.
const FIRST_SHORT: usize = 3;

/// Which rung works in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SecureStep {
    rung: usize,
    /// Whether an answer came in a form of this ladder.
    proven: bool,
    /// Whether a command for so many bytes was refused although one for everything may pass (spec residence 8.4).
    no_exact: bool,
}

/// Why one attempt brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setback {
    /// Reader or card refused the command.
    Refused(Option<Status>),
    /// The answer was longer than the reader's buffer.
    Cut,
    /// The answer was not opened. Some link may have harmed it, and another form may pass.
    Broken,
}

/// Why an answer was not unwrapped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Fewer bytes came than the object announces: the reader's buffer is too small, and a smaller piece may pass.
    #[error("the answer was cut")]
    Cut,
    /// It is not an answer under this session's keys.
    #[error("{0}")]
    Broken(String),
}

/// Secure messaging (ISO/IEC 7816-4 10): what both sides of a session put around commands and answers.
pub trait SecureChannel {
    /// The command as it goes over the link, its Le in the same form (short or extended). `le` is the length of the answer
    /// if the card named it (`6Cxx`), else 0. A channel with a counter advances it: a command that is repeated is wrapped
    /// again.
    ///
    /// # Errors
    /// [`ChannelError`] if the command does not fit.
    fn wrap(&mut self, command: &Command, le: u8) -> Result<Command, ChannelError>;

    /// What the answer holds in plain.
    ///
    /// # Errors
    /// [`ChannelError`].
    fn unwrap(&mut self, response: Response) -> Result<Response, ChannelError>;
}

impl SecureStep {
    fn form(self) -> Rung {
        LADDER.get(self.rung).copied().unwrap_or(Rung::Short(64))
    }

    /// The next form to try; `None` when none is left.
    fn below(self, setback: Setback) -> Option<Self> {
        let next = match (self.form(), setback) {
            // Extended commands pass: only the answer was too long, or came broken.
            (_, Setback::Cut | Setback::Broken) | (Rung::Short(_), _) => self.rung + 1,
            (Rung::Whole, Setback::Refused(_)) => SMALLEST_EXTENDED,
            (Rung::Extended(_), Setback::Refused(_)) => (self.rung + 1).max(SMALLEST_EXTENDED),
        };
        (next < LADDER.len()).then_some(Self { rung: next, ..self })
    }
}

impl<T: Transport> Session<T> {
    /// Reads a file whose size a table gives, through a channel. No byte is asked for twice unless an answer was cut or not
    /// unwrapped; a short answer is continued, and a file that ends earlier is returned as it is.
    ///
    /// # Errors
    /// [`FileReadError`]; with [`TransportError::LengthUnsupported`] if reader and card have no form in common.
    pub fn read_secure_file(
        &mut self,
        sfi: u8,
        size: usize,
        channel: &mut dyn SecureChannel,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, FileReadError> {
        self.read_secure_wanted(sfi, size, &mut |_| size, channel, progress)
    }

    /// The same only as far as `goal` wants, as [`Session::read_wanted`]. If reader and card take no command for so many bytes, the
    /// whole file is read.
    ///
    /// # Errors
    /// As [`Session::read_secure_file`].
    pub fn read_secure_wanted(
        &mut self,
        sfi: u8,
        size: usize,
        goal: Goal<'_>,
        channel: &mut dyn SecureChannel,
        progress: Progress<'_>,
    ) -> Result<Vec<u8>, FileReadError> {
        let found = (self.secure_step, self.step);
        let mut broken = None;
        let mut bytes = Vec::new();
        let mut ended = false;
        for _ in 0..MAX_READS {
            let whole = self.secure_step.no_exact && self.secure_step.form() == Rung::Whole;
            let goal = if whole { size } else { goal(&bytes).min(size) };
            if ended || bytes.len() >= goal {
                break;
            }
            let (from, wanted) = match u16::try_from(bytes.len()) {
                Ok(0) => (None, goal),
                Ok(offset) if usize::from(offset) <= MAX_OFFSET => (Some(offset), goal - bytes.len()),
                _ => break,
            };
            let exact = goal < size && self.secure_step.form() == Rung::Whole;
            match self.read_piece((sfi, from), (wanted, exact), channel, &mut broken)? {
                Err(Setback::Refused(Some(_)) | Setback::Broken) if exact => {
                    self.secure_step.no_exact = true;
                    bytes.clear();
                }
                Ok(piece) => {
                    self.secure_step.proven = true;
                    ended = piece.is_empty();
                    bytes.extend(piece);
                    bytes.truncate(size);
                    progress(bytes.len(), size);
                }
                Err(Setback::Refused(Some(Status::PAST_END))) => match bytes.len() {
                    0 => return Err(CardError::Status(Status::PAST_END).into()),
                    _ => ended = true,
                },
                Err(setback) => match self.secure_step.below(setback) {
                    Some(below) => self.step_down(below),
                    None => return Err(self.no_form_left(found, setback, broken)),
                },
            }
        }
        if bytes.is_empty() { Err(FileReadError::Truncated { got: 0, announced: size }) } else { Ok(bytes) }
    }

    /// One command and its answer, opened.
    fn read_piece(
        &mut self,
        (sfi, offset): (u8, Option<u16>),
        (wanted, exact): (usize, bool),
        channel: &mut dyn SecureChannel,
        broken: &mut Option<String>,
    ) -> Result<Result<Vec<u8>, Setback>, FileReadError> {
        let most = |limit: u16| limit.min(u16::try_from(wanted).unwrap_or(limit));
        let le = match self.secure_step.form() {
            Rung::Whole if exact => Le::Exact(most(u16::MAX)),
            Rung::Whole => Le::Extended,
            Rung::Extended(limit) => Le::Exact(most(limit)),
            Rung::Short(limit) => Le::Short(most(limit)),
        };
        let command = match offset {
            None => Command::read_sfi(sfi, 0, le),
            Some(offset) => Command::read_current(offset, le),
        };
        let unfit = |error: ChannelError| FileReadError::Unopened { detail: error.to_string() };
        let wrapped = channel.wrap(&command, 0).map_err(unfit)?;
        // A session does not repeat a command that has data. A read may be, once, with the length that the card names.
        let mut answer = self.send(&wrapped);
        if let Ok(Response { data, status }) = &answer
            && let (true, Some(le)) = (data.is_empty(), status.exact_length())
        {
            answer = self.send(&channel.wrap(&command, le).map_err(unfit)?);
        }
        let response = match answer {
            Ok(response) => response,
            Err(CardError::Transport(TransportError::LengthUnsupported)) => return Ok(Err(Setback::Refused(None))),
            Err(error) => return Err(error.into()),
        };
        match response.status {
            Status::OK | Status::END_OF_FILE => match channel.unwrap(response) {
                Ok(plain) => Ok(Ok(plain.data)),
                Err(ChannelError::Cut) => Ok(Err(Setback::Cut)),
                Err(ChannelError::Broken(detail)) => {
                    *broken = Some(detail);
                    Ok(Err(Setback::Broken))
                }
            },
            status @ (Status::WRONG_LENGTH | Status::PAST_END) => Ok(Err(Setback::Refused(Some(status)))),
            status if status.exact_length().is_some() => Ok(Err(Setback::Refused(Some(status)))),
            // What cards answer to a form that they do not know is in no table; these words are about the file.
            status if exact && ![Status::NOT_FOUND, Status::SECURITY, Status::LOCKED].contains(&status) => {
                Ok(Err(Setback::Refused(Some(status))))
            }
            status => Err(CardError::Status(status).into()),
        }
    }

    fn step_down(&mut self, below: SecureStep) {
        self.secure_step = below;
        // What carries no extended command here carries none for a plain read.
        if below.rung >= FIRST_SHORT && self.step.is_extended() {
            self.step = ReadStep::short();
        }
    }

    /// No form of the ladder brought the file. Where one brought another file, the file itself is the trouble, and the
    /// next one is read as those before; the same if an answer came and was not opened.
    fn no_form_left(
        &mut self,
        found: (SecureStep, ReadStep),
        setback: Setback,
        broken: Option<String>,
    ) -> FileReadError {
        if let Some(detail) = broken {
            (self.secure_step, self.step) = found;
            return FileReadError::Unopened { detail };
        }
        match setback {
            Setback::Refused(Some(status)) if found.0.proven => {
                self.secure_step = found.0;
                CardError::Status(status).into()
            }
            _ => CardError::Transport(TransportError::LengthUnsupported).into(),
        }
    }
}

#[cfg(test)]
#[path = "secure_tests.rs"]
mod tests;
