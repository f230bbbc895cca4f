//! Everything that a person reads and that is not a card fact: errors in two halves, what happened and what to do, and the
//! words of the conversation.

/// A row of a table of messages: id, exit code, then what happened and what to do as [`words!`] takes them.
macro_rules! text {
    ($id:literal $exit:ident; $what:tt $todo:tt) => {
        $crate::messages::Text {
            id: $id,
            exit: $crate::messages::ExitCode::$exit,
            what: $crate::lang::words!($what),
            todo: $crate::lang::words!($todo),
        }
    };
}

/// What happened and what to do, as [`words!`] takes them, if the message has no row of its own.
macro_rules! halves {
    ($what:tt $todo:tt) => {
        [$crate::lang::words!($what), $crate::lang::words!($todo)]
    };
}

#[doc(hidden)]
pub mod audit;
mod batch;
mod counter;
mod credential;
mod exit;
mod files;
#[cfg(feature = "compare")]
mod form;
mod profile;
mod reader;
mod reading;
#[cfg(feature = "records")]
mod record;
mod recording;
#[cfg(feature = "records")]
mod records;
#[cfg(feature = "simulator")]
mod script;
mod server;
mod trust;
#[doc(hidden)]
pub mod ui;
mod usage;

use std::io::ErrorKind;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    cards::{CredentialSpec, EntrySpec},
    dump::DumpError,
    iso7816::{CardError, Refusal},
    kind::CardKind,
    lang::{Lang, Words},
    profile::ProfileError,
    text::PrintedDateError,
    transport::TransportError,
    trust::{AddError, ManifestError, RemoveError},
};

pub use exit::ExitCode;
pub use reader::Platform;
#[cfg(feature = "cli")]
pub(crate) use trust::{refused as refused_words, signer as signer_words};
#[cfg(feature = "records")]
#[doc(hidden)]
pub use {
    record::{EntriesFault, RecordError},
    records::{Layer, StoreError},
};
#[doc(hidden)]
pub use {recording::ScrubRefusal, server::ServerRefusal, usage::UsageError};

/// What went wrong. Holds no personal data: what a person typed is never repeated.
///
/// In the fields, `path` and `address` name what a problem is about and `error` says why; `line` and `draw` count from 1;
/// `left` are the tries that a card still counts, `None` without a counter or an answer; `given` is as it was written, `meant`
/// what was probably meant.
#[derive(Debug)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Problem {
    /// No answer from the card.
    Transport(TransportError),
    /// The card answered something that ends the reading.
    Card(CardError),
    /// No application that this program knows.
    UnknownCard,
    /// A kind that is recognised and not read yet.
    UnsupportedKind(CardKind),
    /// `--application` names one that is not on the card.
    NoSuchApplication(CardKind),
    /// An option that this card does not have.
    OtherCardsOption { option: &'static str, kind: CardKind },
    /// The holder of a document on a phone shared nothing.
    NothingShared,
    /// The phone offers Bluetooth alone.
    WantsBluetooth,
    /// The file of `--reader-key` holds no key of a reader.
    NotAReaderKey { path: String },
    /// Something came that no recording may hold.
    NotRecordable,
    /// The text is not that of a phone's QR code.
    BadEngagement,
    /// A recording of a reading that asked for something else.
    OtherRequest { asked: String },
    /// The session with a phone failed.
    DeviceSession { detail: String },
    /// Another card than the one that was recognised.
    DifferentCard,
    /// The card refused a credential; nothing was repeated.
    CredentialWrong { credential: &'static CredentialSpec, left: Option<u8> },
    /// The credential is blocked, now or before.
    CredentialBlocked { credential: &'static CredentialSpec },
    /// One try is left and `--allow-last-try` was not given.
    LastTry { credential: &'static CredentialSpec },
    /// The card counts no tries (`6300`) and `--allow-last-try` was not given.
    NoCounter { credential: &'static CredentialSpec },
    /// The card does not report how many tries are left.
    CounterUnknown { credential: &'static CredentialSpec },
    /// The card's PIN setting is not known, so none may be tried.
    PinSettingUnknown { credential: &'static CredentialSpec },
    /// The answer to a VERIFY was lost.
    AnswerLost { credential: &'static CredentialSpec, left: Option<u8> },
    /// This entry was tried once already.
    AlreadyTried { credential: &'static CredentialSpec },
    /// A credential is missing and there is no terminal to ask on.
    MissingCredential { name: String },
    /// A line of the credentials file is not `name = value`, or repeats a name. It is not repeated.
    BadCredentialLine { line: usize },
    /// A line of the credentials file has an unknown name. It is not repeated.
    UnknownCredential { line: usize },
    /// The credentials file is not text, or too large.
    BadCredentialsFile,
    /// The birth date is not one as printed.
    BadBirthDate(PrintedDateError),
    /// So many entries in a row had another form than a card compares.
    TooManyEntries { attempts: usize },
    /// An entry has another form than a card compares.
    BadEntry(&'static EntrySpec),
    /// The customer does not know a credential that the card is not opened with otherwise; `without_pin`: the card shows something
    /// without it.
    PinForgotten { credential: &'static CredentialSpec, without_pin: bool },
    /// A card says that a credential without a counter does not fit; nothing was repeated.
    UncountedWrong { credential: &'static CredentialSpec, kind: CardKind, left: Option<u8> },
    /// The card takes another entry than the one that was given.
    EntryNotTaken { credential: &'static CredentialSpec, entry: &'static EntrySpec },
    /// The card's half of a mutual authentication is not right.
    CardHandshake,
    /// `--reader` is not an address.
    BadReaderAddress(String),
    /// `sim:` with a kind that is not simulated.
    UnknownSimKind { given: String, meant: Option<&'static str>, kinds: Vec<&'static str> },
    /// `sim:` with an option that does not exist.
    UnknownSimOption { given: String, meant: Option<&'static str> },
    /// `seed=` that is not a number in its range.
    BadSimSeed,
    /// `fault=` with a name or a value that this kind does not have.
    UnknownSimFault(String),
    /// Nobody offered a card at the address of `--reader phone`.
    NoPhone { address: String, seconds: u64 },
    /// Somebody connected to `--reader phone` who did not answer as a card.
    NotAPhone { address: String },
    /// The address or port of `--reader phone` is not to be had.
    CannotListen { address: String, error: ErrorKind },
    /// The phone lost the card while a command with extended lengths was on its way.
    PhoneLostAtExtended,
    /// Two cards lie on the readers that count.
    TwoCards,
    /// A card lies there that does not answer.
    MuteCard,
    /// A reader address of a link that this build does not have.
    NotBuilt { feature: &'static str },
    /// A file cannot be read.
    Unreadable { path: String, error: ErrorKind },
    /// A file cannot be written.
    Unwritable { path: String, error: ErrorKind },
    /// A file would be written through a link, into a pipe or a device, or over a folder.
    UnfitDestination { path: String },
    /// Two options name one file, and at least one of them would write it.
    SameFile { path: String, first: String, second: String },
    /// A file is not a key that seals dumps.
    NotASealKey { path: String },
    /// A dump was changed after it was sealed.
    SealBroken { path: String },
    /// A dump is sealed by another key than `--sealed-by` names, or not at all.
    OtherSeal { path: String, found: Option<String> },
    /// A saved reading says that it was made after now.
    ReadInFuture { read_at: Timestamp },
    /// `--seal` of a replayed recording for which the operator does not vouch.
    SealWithoutWord,
    /// A file without anything in it.
    Empty { path: String },
    /// An option that says how much of a card is read, with a recording, which says it itself.
    RecordedScope { option: &'static str },
    /// A file is not a dump.
    Dump { path: String, error: DumpError },
    /// A file is not a recording.
    Recording { path: String, line: usize },
    /// A recording of another version of the format.
    RecordingVersion { path: String },
    /// A recording instead of a dump.
    RecordingGiven { path: String },
    /// A dump instead of a recording.
    DumpGiven { path: String },
    /// A recording is not scrubbed, and nothing was written.
    ScrubRefused { path: String, why: ScrubRefusal },
    /// A recording goes on after the program has ended.
    RecordingUnused { unused: usize, steps: usize },
    /// A recording lacks random bytes that the program draws.
    RecordingDraw { draw: usize },
    /// The system gives no random bytes.
    NoRandomBytes,
    /// vpcd is not there, or broke the connection.
    Vpcd { address: String, error: ErrorKind },
    #[cfg(feature = "simulator")]
    /// A script of simulated readers cannot be followed.
    Script { path: String, error: Box<crate::simulator::script::ScriptError> },
    /// A picture that was asked for as a file does not decode, or is not there.
    NoPicture,
    /// `--front` names a file, and no picture of the front that a passed check covers is there to write.
    NoFront,
    /// A folder of trust anchors cannot be used.
    TrustFolder(ManifestError),
    /// An anchor was not added.
    TrustAdd(AddError),
    /// An anchor was not removed.
    TrustRemove(RemoveError),
    /// There is no place for a user's anchors.
    NoTrustFolder,
    /// `trust add --pin` for a purpose that has no lists.
    PinWithoutList { purpose: crate::trust::Purpose },
    /// `explain` of a check that does not exist.
    UnknownCheck(String),
    /// A law profile cannot be used.
    Profile { path: String, error: ProfileError },
    /// `profiles show` of a name that no profile and no law has.
    UnknownProfile { given: String },
    /// No profile of a law covers a day.
    NoProfile { law: String, day: jiff::civil::Date },
    /// `--at` is not a time; `recorded`: it also takes that word.
    BadTime { recorded: bool },
    #[cfg(feature = "compare")]
    /// A form that cannot be compared: a file, or a line of `taimen compare`.
    Form { path: String, line: Option<u64>, error: crate::compare::FormFault },
    #[cfg(feature = "compare")]
    /// A field of the form that staff entered at the counter.
    FormField(crate::compare::FormError),
    /// `taimen compare` without any line.
    NoLines,
    /// An input of a batch that is neither a recording nor a dump.
    NotAnInput { path: String },
    /// An input of a batch that is larger than any recording or dump.
    InputTooLarge { path: String },
    /// A device, a pipe or a socket as an input of a batch.
    NotAFile { path: String },
    /// A folder inside itself, by a symbolic link, or folders deeper than is looked into.
    FolderLoop { path: String },
    /// A line of a list of inputs that cannot be read.
    ListLine { line: u64 },
    /// An expectation that no input had.
    ExpectationUnused { path: String },
    /// A file that is not an expectation.
    Expectation { path: String, place: Option<(usize, usize)> },
    /// A batch without any input.
    NoInputs,
    /// The counter does not start, or refuses a request.
    Server(ServerRefusal),
    #[cfg(feature = "records")]
    /// A confirmation record was not made, found, changed or written out.
    Record(RecordError),
    #[cfg(feature = "records")]
    /// The confirmation record was not stored, read or proved.
    Records(StoreError),
    /// The command line is wrong.
    Usage { command: String, error: UsageError },
    /// A fault of the program itself.
    Internal { place: &'static str },
}

/// What a person reads about a [`Problem`], in one language; as JSON an object with `id`, `message` and `remedy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// Machine name.
    pub id: &'static str,
    /// What happened.
    #[serde(rename = "message")]
    pub what: String,
    /// What to do.
    #[serde(rename = "remedy")]
    pub todo: String,
    /// How the program ends.
    #[serde(skip)]
    pub exit: ExitCode,
}

impl Problem {
    /// The message in one language, for the system that the program was built for.
    pub fn message(&self, lang: Lang) -> Message {
        self.message_on(lang, Platform::CURRENT)
    }

    /// The message as it reads on some system.
    pub fn message_on(&self, lang: Lang, platform: Platform) -> Message {
        // Every one by name: a new one does not compile before it has its room.
        #[rustfmt::skip]
        let text = match self {
            Self::Transport(_) | Self::Card(_) | Self::UnknownCard | Self::UnsupportedKind(_)
            | Self::NoSuchApplication(_) | Self::OtherCardsOption { .. } | Self::DifferentCard
            | Self::BadReaderAddress(_) | Self::UnknownSimKind { .. } | Self::UnknownSimOption { .. }
            | Self::BadSimSeed | Self::UnknownSimFault(_) | Self::NoPhone { .. } | Self::NotAPhone { .. }
            | Self::CannotListen { .. } | Self::PhoneLostAtExtended | Self::NotBuilt { .. }
            | Self::TwoCards | Self::MuteCard | Self::NothingShared | Self::WantsBluetooth
            | Self::DeviceSession { .. } | Self::NotAReaderKey { .. } | Self::BadEngagement | Self::OtherRequest { .. } | Self::NotRecordable => reader::text(self, platform),
            Self::CredentialWrong { .. } | Self::CredentialBlocked { .. } | Self::LastTry { .. }
            | Self::NoCounter { .. } | Self::CounterUnknown { .. } | Self::PinSettingUnknown { .. }
            | Self::AnswerLost { .. } | Self::AlreadyTried { .. } | Self::MissingCredential { .. }
            | Self::BadCredentialLine { .. } | Self::UnknownCredential { .. } | Self::BadCredentialsFile | Self::BadBirthDate(_)
            | Self::TooManyEntries { .. } | Self::BadEntry(_) | Self::UncountedWrong { .. } | Self::EntryNotTaken { .. } | Self::CardHandshake
            | Self::PinForgotten { .. } => credential::text(self),
            Self::Unreadable { .. } | Self::Unwritable { .. } | Self::UnfitDestination { .. } | Self::SameFile { .. }
            | Self::Empty { .. } | Self::RecordedScope { .. } | Self::NotASealKey { .. } | Self::SealBroken { .. } | Self::OtherSeal { .. }
            | Self::ReadInFuture { .. } | Self::SealWithoutWord | Self::Dump { .. } | Self::Recording { .. }
            | Self::RecordingVersion { .. } | Self::RecordingGiven { .. } | Self::DumpGiven { .. }
            | Self::RecordingUnused { .. } | Self::RecordingDraw { .. } | Self::NoRandomBytes | Self::Vpcd { .. }
            | Self::NoPicture | Self::NoFront | Self::TrustFolder(_) | Self::TrustAdd(_) | Self::TrustRemove(_)
            | Self::NoTrustFolder | Self::PinWithoutList { .. } | Self::UnknownCheck(_) | Self::BadTime { .. } | Self::NoLines | Self::Internal { .. } => files::text(self),
            Self::NotAnInput { .. } | Self::InputTooLarge { .. } | Self::NotAFile { .. } | Self::FolderLoop { .. }
            | Self::ListLine { .. } | Self::ExpectationUnused { .. } | Self::Expectation { .. } | Self::NoInputs => batch::text(self),
            #[cfg(feature = "compare")]
            Self::Form { path, line, error } => form::text(path, *line, *error),
            #[cfg(feature = "compare")]
            Self::FormField(error) => form::field(*error),
            #[cfg(feature = "simulator")]
            Self::Script { path, error } => script::text(path, error),
            Self::Profile { .. } | Self::UnknownProfile { .. } | Self::NoProfile { .. } => profile::text(self),
            Self::Server(refusal) => server::text(refusal),
            Self::ScrubRefused { path, why } => recording::text(path, why),
            #[cfg(feature = "records")]
            Self::Record(error) => record::text(error),
            #[cfg(feature = "records")]
            Self::Records(error) => records::text(error),
            Self::Usage { command, error } => usage::text(command, error),
        };
        text.in_lang(lang)
    }

    /// How the program ends.
    pub fn exit(&self) -> ExitCode {
        self.message(Lang::En).exit
    }

    /// What the PIN gate refused, about which credential.
    pub fn refused(refusal: Refusal, credential: &'static CredentialSpec) -> Self {
        match refusal {
            Refusal::Blocked => Self::CredentialBlocked { credential },
            Refusal::LastTry => Self::LastTry { credential },
            Refusal::NoCounter => Self::NoCounter { credential },
            Refusal::CounterUnknown => Self::CounterUnknown { credential },
            Refusal::AlreadyTried => Self::AlreadyTried { credential },
        }
    }
}

impl From<TransportError> for Problem {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

#[cfg(feature = "records")]
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Records(error)
    }
}

impl From<CardError> for Problem {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Transport(error) => Self::Transport(error),
            CardError::Status(_) | CardError::Endless => Self::Card(error),
        }
    }
}

/// A message in both languages: what happened, what to do.
struct Text {
    id: &'static str,
    exit: ExitCode,
    what: Words,
    todo: Words,
}

impl Text {
    fn in_lang(self, lang: Lang) -> Message {
        let (what, todo) = match lang {
            Lang::Ja => (self.what.ja, self.todo.ja),
            Lang::En => (self.what.en, self.todo.en),
        };
        Message { id: self.id, what, todo, exit: self.exit }
    }
}

#[cfg(test)]
mod tests;
