//! One conversation with a card: command out, answer in, `61xx` and `6Cxx` handled once and here.

use crate::transport::{Radio, Transport, TransportError};

use super::{
    command::{Command, Le, MASTER_FILE, MasterForm, select_application, select_file, select_master},
    file::ReadStep,
    secure::SecureStep,
    status::Status,
};

/// The most GET RESPONSE rounds for one command; 64 KiB in pieces of 1 byte is not a card's way.
const MAX_CONTINUATIONS: usize = 260;

/// The most parts of one long answer.
const MAX_PARTS: usize = 4_096;

/// The most exchanges of one session. A card that hands out its 10 kB byte by byte still passes; one that trickles for
/// ever does not.
const MAX_EXCHANGES: usize = 16_384;

/// The forms of SELECT of the master file, in the order of licences' readers: without data, the form that most of them use; with its
/// identifier if a card refuses that (spec licence 3.1, C2+ and C).
const MASTER_FORMS: [MasterForm; 2] =
    [MasterForm { silent: false, named: false }, MasterForm { silent: false, named: true }];

/// Data and status word of one answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The data field.
    pub data: Vec<u8>,
    /// The status word.
    pub status: Status,
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Response({} bytes, {})", self.data.len(), self.status)
    }
}

/// Why a command had no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card refused the command.
    #[error("the card answered {0}")]
    Status(Status),
    /// More exchanges, or more parts of one answer, than any card needs.
    #[error("the card sends data without end")]
    Endless,
}

/// A card and what is known about it in this session: which application is selected, which read size works.
#[derive(Debug)]
pub struct Session<T> {
    transport: T,
    application: Option<Vec<u8>>,
    /// The file that was selected by its identifier and is the current one still.
    file: Option<u16>,
    /// Whether the card took a SELECT.
    selected: bool,
    /// Commands so far.
    exchanges: usize,
    pub(super) step: ReadStep,
    pub(super) secure_step: SecureStep,
}

/// A session over whatever way to a card there is.
pub type CardSession<'a> = Session<&'a mut (dyn Transport + 'a)>;

impl<T: Transport> Session<T> {
    /// A session with a card that was just powered up: its master file is the current one (ISO/IEC 7816-4 11.2.2).
    pub fn new(transport: T) -> Self {
        Self::with_step(transport, ReadStep::default())
    }

    /// A session that already knows which read size works with this reader and card.
    pub fn with_step(transport: T, step: ReadStep) -> Self {
        let application = Some(MASTER_FILE.to_vec());
        Self {
            transport,
            application,
            file: None,
            selected: false,
            exchanges: 0,
            step,
            secure_step: SecureStep::default(),
        }
    }

    /// The read size that works here.
    pub fn step(&self) -> ReadStep {
        self.step
    }

    /// Whether nothing was sent yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.exchanges == 0
    }

    /// The radio beside the reader, if there is one.
    pub(crate) fn radio(&mut self) -> Option<&mut dyn Radio> {
        self.transport.radio()
    }

    /// The transport, for its figures.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// Sends a command and returns its answer, whatever the status word.
    ///
    /// # Errors
    /// [`CardError::Transport`] when no answer came, [`CardError::Endless`] when the card never finishes.
    pub fn send(&mut self, command: &Command) -> Result<Response, CardError> {
        if command.names_file() {
            self.file = None;
        }
        let fresh = self.exchanges == 0;
        let mut response = self.exchange(command)?;
        // A measured card answers the first command after a power cycle with 6F00 (spec my-number 8.2, M).
        if fresh && response.status == Status::UNSPECIFIED && !command.is_secret() {
            response = self.exchange(command)?;
        }
        if let (Some(length), true) = (response.status.exact_length(), response.data.is_empty())
            && let Some(repeated) = command.with_short_le(length)
        {
            response = self.exchange(&repeated)?;
        }
        let mut rounds = 0;
        while let Some(more) = response.status.more() {
            rounds += 1;
            if rounds > MAX_CONTINUATIONS {
                return Err(CardError::Endless);
            }
            let next = self.exchange(&Command::get_response(more))?;
            response.data.extend(next.data);
            response.status = next.status;
        }
        Ok(response)
    }

    /// Sends a command and returns its answer as it is, without asking for the rest of one that is not complete.
    ///
    /// # Errors
    /// [`CardError::Transport`] when no answer came, [`CardError::Endless`] after too many exchanges.
    pub fn send_once(&mut self, command: &Command) -> Result<Response, CardError> {
        if command.names_file() {
            self.file = None;
        }
        self.exchange(command)
    }

    /// Sends a command whose answer may be longer than any file: it comes in parts, as many as it takes, each as long as `le` allows.
    /// `progress` is called with the bytes so far.
    ///
    /// # Errors
    /// [`CardError::Endless`] for more than `most` bytes, or more parts than they need; else as [`Session::send`].
    pub fn send_parts(
        &mut self,
        command: &Command,
        le: Le,
        most: usize,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Response, CardError> {
        let mut response = self.exchange(command)?;
        let mut rounds = 0;
        while let Some(more) = response.status.more() {
            rounds += 1;
            if rounds > MAX_PARTS || response.data.len() > most {
                return Err(CardError::Endless);
            }
            progress(response.data.len());
            let next = match le {
                Le::Short(_) => Command::get_response(more),
                le => Command::get_response_of(le),
            };
            let next = self.exchange(&next)?;
            if next.data.is_empty() && next.status.more().is_some() {
                return Err(CardError::Endless);
            }
            response.data.extend(next.data);
            response.status = next.status;
        }
        if response.data.len() > most { Err(CardError::Endless) } else { Ok(response) }
    }

    /// [`Session::select`] in the form of a tag's readers, which ask for an answer (NFC Forum Type 4 Tag 1.2, 5.4.2). Whatever refuses,
    /// the application is not there.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn select_tag(&mut self, aid: &[u8]) -> Result<bool, CardError> {
        self.application = None;
        let found = self.send(&Command::with_data([0x00, 0xA4, 0x04, 0x00], aid, true))?.status.is_ok();
        self.application = found.then(|| aid.to_vec());
        Ok(found)
    }

    /// Sends a command that must succeed.
    ///
    /// # Errors
    /// [`CardError::Status`] for every status word but `9000`, else as [`Session::send`].
    pub fn call(&mut self, command: &Command) -> Result<Vec<u8>, CardError> {
        let response = self.send(command)?;
        if response.status.is_ok() { Ok(response.data) } else { Err(CardError::Status(response.status)) }
    }

    /// Selects an application unless it is the selected one; says whether the card has it.
    ///
    /// # Errors
    /// [`CardError::Status`] for another refusal than `6A82`, else as [`Session::send`].
    pub fn select(&mut self, aid: &[u8]) -> Result<bool, CardError> {
        if self.application.as_deref() == Some(aid) {
            return Ok(true);
        }
        // Whatever comes back, what was selected before is not certain any more.
        self.application = None;
        let status = self.send(&select_application(aid))?.status;
        match status {
            Status::OK => {
                self.application = Some(aid.to_vec());
                Ok(true)
            }
            Status::NOT_FOUND => Ok(false),
            other => {
                // `6283` selects a blocked application all the same (spec licence 1).
                self.application = None;
                Err(CardError::Status(other))
            }
        }
    }

    /// Selects a file of the selected application by its identifier, unless it is the current one.
    ///
    /// # Errors
    /// [`CardError::Status`] for a refusal, else as [`Session::send`].
    pub fn select_file(&mut self, id: u16) -> Result<(), CardError> {
        if self.file != Some(id) {
            self.call(&select_file(id))?;
            self.file = Some(id);
        }
        Ok(())
    }

    /// [`Session::select`], or [`Session::select_master_file`] for the master file's identifier.
    ///
    /// # Errors
    /// As those.
    pub fn select_any(&mut self, aid: &[u8]) -> Result<bool, CardError> {
        if aid == MASTER_FILE { self.select_master_file().map(|()| true) } else { self.select(aid) }
    }

    /// Selects the master file unless it is selected.
    ///
    /// # Errors
    /// [`CardError::Status`] for a refusal of both forms, else as [`Session::send`].
    pub fn select_master_file(&mut self) -> Result<(), CardError> {
        if self.application.as_deref() == Some(&MASTER_FILE) {
            return Ok(());
        }
        let [first, second] = MASTER_FORMS;
        match self.select_master_file_as(first) {
            Err(CardError::Status(_)) => self.select_master_file_as(second),
            selected => selected,
        }
    }

    /// Selects the master file in one form, whatever is selected.
    ///
    /// # Errors
    /// [`CardError::Status`] for a refusal, else as [`Session::send`].
    pub fn select_master_file_as(&mut self, form: MasterForm) -> Result<(), CardError> {
        self.application = None;
        self.call(&select_master(form))?;
        self.application = Some(MASTER_FILE.to_vec());
        Ok(())
    }

    /// Whether nothing was selected since the card was powered up, so that its master file is the current one: a SELECT that was
    /// refused leaves the current one (ISO/IEC 7816-4 11.2.2).
    pub fn is_at_start(&self) -> bool {
        !self.selected
    }

    /// Which application is selected is not certain any more.
    pub(super) fn forget_application(&mut self) {
        self.application = None;
    }

    fn exchange(&mut self, command: &Command) -> Result<Response, CardError> {
        if self.exchanges >= MAX_EXCHANGES {
            return Err(CardError::Endless);
        }
        self.exchanges += 1;
        let mut data = self.transport.exchange(command.bytes())?;
        // The PC/SC stack answers a pulled card with an empty success once (spec field-needs 4.3).
        let (Some(low), Some(high)) = (data.pop(), data.pop()) else {
            return Err(TransportError::Removed.into());
        };
        let status = Status(u16::from_be_bytes([high, low]));
        // A warning selects as well (`6283`), and inside a session the status may be an object.
        self.selected |= command.selects() && (!data.is_empty() || !status.is_refusal());
        Ok(Response { data, status })
    }
}
