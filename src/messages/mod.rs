//! Everything that a person reads and that is no card fact: errors in two halves, what happened and what to do, and the
//! words of the conversation.

#[doc(hidden)]
pub mod audit;
mod batch;
mod credential;
mod exit;
mod files;
mod reader;
mod reading;
mod recording;
#[cfg(feature = "simulator")]
mod script;
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
    lang::Lang,
    text::PrintedDateError,
    transport::TransportError,
    trust::{AddError, ManifestError, RemoveError},
};

pub use exit::ExitCode;
pub use reader::Platform;
pub use recording::ScrubRefusal;
pub use usage::UsageError;

/// What went wrong. Holds no personal data: what a person typed is never repeated.
#[derive(Debug)]
#[non_exhaustive]
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
    OtherCardsOption {
        /// The option, without its dashes.
        option: &'static str,
        /// The card.
        kind: CardKind,
    },
    /// Another card than the one that was recognised.
    DifferentCard,
    /// The card refused a credential; nothing was repeated.
    CredentialWrong {
        /// Which one.
        credential: &'static CredentialSpec,
        /// What is left; `None` for a credential without a counter.
        left: Option<u8>,
    },
    /// The credential is blocked, now or before.
    CredentialBlocked {
        /// Which one.
        credential: &'static CredentialSpec,
    },
    /// One try is left and `--allow-last-try` was not given.
    LastTry {
        /// Which one.
        credential: &'static CredentialSpec,
    },
    /// The card counts no tries (`6300`) and `--allow-last-try` was not given.
    NoCounter {
        /// Which one.
        credential: &'static CredentialSpec,
    },
    /// The card does not report how many tries are left.
    CounterUnknown {
        /// Which one.
        credential: &'static CredentialSpec,
    },
    /// The card's PIN setting is not known, so none may be tried.
    PinSettingUnknown {
        /// Which one.
        credential: &'static CredentialSpec,
    },
    /// The answer to a VERIFY was lost.
    AnswerLost {
        /// Which one.
        credential: &'static CredentialSpec,
        /// What the counter says since, if it could be asked.
        left: Option<u8>,
    },
    /// This entry was tried once already.
    AlreadyTried {
        /// Which one.
        credential: &'static CredentialSpec,
    },
    /// A credential is missing and there is no terminal to ask on.
    MissingCredential {
        /// The name of its line in a credentials file.
        name: String,
    },
    /// A line of the credentials file is not `name = value`, or its name is unknown. The value is not repeated.
    BadCredentialLine {
        /// Line, from 1.
        line: usize,
    },
    /// The credentials file is not text, or too large.
    BadCredentialsFile,
    /// The birth date is not one as printed.
    BadBirthDate(PrintedDateError),
    /// So many entries in a row had another form than a card compares.
    TooManyEntries {
        /// How many.
        attempts: usize,
    },
    /// An entry has another form than a card compares.
    BadEntry(&'static EntrySpec),
    /// A card says that a credential without a counter does not fit; nothing was repeated.
    UncountedWrong {
        /// Which one.
        credential: &'static CredentialSpec,
        /// What the card says it is.
        kind: CardKind,
        /// Tries left, if the card names them.
        left: Option<u8>,
    },
    /// The card's half of a mutual authentication is not right.
    CardHandshake,
    /// `--reader` is no address.
    BadReaderAddress(String),
    /// `sim:` with a kind that is not simulated.
    UnknownSimKind {
        /// As it was written.
        given: String,
        /// What was probably meant.
        meant: Option<&'static str>,
        /// Those that are.
        kinds: Vec<&'static str>,
    },
    /// `sim:` with an option that does not exist.
    UnknownSimOption {
        /// As it was written.
        given: String,
        /// What was probably meant.
        meant: Option<&'static str>,
    },
    /// `seed=` that is not a number in its range.
    BadSimSeed,
    /// `fault=` with an unknown name.
    UnknownSimFault(String),
    /// Nobody offered a card at the address of `--reader phone`.
    NoPhone {
        /// Address and port.
        address: String,
        /// How long was waited.
        seconds: u64,
    },
    /// Somebody connected to `--reader phone` who did not answer as a card.
    NotAPhone {
        /// Address and port.
        address: String,
    },
    /// The address or port of `--reader phone` is not to be had.
    CannotListen {
        /// Address and port.
        address: String,
        /// Why.
        error: ErrorKind,
    },
    /// The phone lost the card while a command with extended lengths was on its way.
    PhoneLostAtExtended,
    /// A reader address of a link that this build does not have.
    NotBuilt {
        /// The feature.
        feature: &'static str,
    },
    /// A file cannot be read.
    Unreadable {
        /// The path.
        path: String,
        /// Why.
        error: ErrorKind,
    },
    /// A file cannot be written.
    Unwritable {
        /// The path.
        path: String,
        /// Why.
        error: ErrorKind,
    },
    /// A file would be written through a link, into a pipe or a device, or over a folder.
    UnfitDestination {
        /// The path.
        path: String,
    },
    /// A file is no key that seals dumps.
    NotASealKey {
        /// The path.
        path: String,
    },
    /// A dump was changed after it was sealed.
    SealBroken {
        /// The path.
        path: String,
    },
    /// A dump is sealed by another key than `--sealed-by` names, or not at all.
    OtherSeal {
        /// The path.
        path: String,
        /// Fingerprint of the key that did; `None`: no seal.
        found: Option<String>,
    },
    /// A saved reading says that it was made after now.
    ReadInFuture {
        /// When it says.
        read_at: Timestamp,
    },
    /// `--seal` of a replayed recording for which the operator does not vouch.
    SealWithoutWord,
    /// A file is no dump.
    Dump {
        /// The path.
        path: String,
        /// Why.
        error: DumpError,
    },
    /// A file is no recording.
    Recording {
        /// The path.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// A recording of another version of the format.
    RecordingVersion {
        /// The path.
        path: String,
    },
    /// A recording where a dump is needed.
    RecordingGiven {
        /// The path.
        path: String,
    },
    /// A dump where a recording is needed.
    DumpGiven {
        /// The path.
        path: String,
    },
    /// A recording is not scrubbed, and nothing was written.
    ScrubRefused {
        /// The path.
        path: String,
        /// Why.
        why: ScrubRefusal,
    },
    /// A recording goes on after the program has ended.
    RecordingUnused {
        /// Steps that are left over.
        unused: usize,
        /// All steps.
        steps: usize,
    },
    /// A recording lacks random bytes that the program draws.
    RecordingDraw {
        /// The draw, from 1.
        draw: usize,
    },
    /// The system gives no random bytes.
    NoRandomBytes,
    /// vpcd is not there, or broke the connection.
    Vpcd {
        /// Host and port.
        address: String,
        /// Why.
        error: ErrorKind,
    },
    #[cfg(feature = "simulator")]
    /// A script of simulated readers cannot be followed.
    Script {
        /// Its path.
        path: String,
        /// Which line, and why.
        error: Box<crate::simulator::script::ScriptError>,
    },
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
    /// `explain` of a check that does not exist.
    UnknownCheck(String),
    /// `--at` is no time.
    BadTime,
    /// An input of a batch that is neither a recording nor a dump.
    NotAnInput {
        /// The path.
        path: String,
    },
    /// An input of a batch that is larger than any recording or dump.
    InputTooLarge {
        /// The path.
        path: String,
    },
    /// A device, a pipe or a socket as an input of a batch.
    NotAFile {
        /// The path.
        path: String,
    },
    /// A folder inside itself, by a symbolic link, or folders deeper than is looked into.
    FolderLoop {
        /// The path.
        path: String,
    },
    /// A line of a list of inputs that cannot be read.
    ListLine {
        /// Line, from 1.
        line: u64,
    },
    /// An expectation that no input had.
    ExpectationUnused {
        /// The path.
        path: String,
    },
    /// A file that is no expectation.
    Expectation {
        /// The path.
        path: String,
        /// Line and column where it is no JSON; `None` where it asserts nothing, or is too large.
        place: Option<(usize, usize)>,
    },
    /// A batch without any input.
    NoInputs,
    /// The command line is wrong.
    Usage {
        /// The command whose help says more.
        command: String,
        /// What is wrong.
        error: UsageError,
    },
    /// A fault of the program itself.
    Internal {
        /// Where, for a bug report.
        place: &'static str,
    },
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
        let text = match self {
            Self::Transport(_)
            | Self::Card(_)
            | Self::UnknownCard
            | Self::UnsupportedKind(_)
            | Self::NoSuchApplication(_)
            | Self::DifferentCard
            | Self::OtherCardsOption { .. }
            | Self::BadReaderAddress(_)
            | Self::UnknownSimKind { .. }
            | Self::UnknownSimOption { .. }
            | Self::BadSimSeed
            | Self::UnknownSimFault(_)
            | Self::NoPhone { .. }
            | Self::NotAPhone { .. }
            | Self::CannotListen { .. }
            | Self::PhoneLostAtExtended
            | Self::NotBuilt { .. } => reader::text(self, platform),
            Self::CredentialWrong { .. }
            | Self::CredentialBlocked { .. }
            | Self::LastTry { .. }
            | Self::NoCounter { .. }
            | Self::CounterUnknown { .. }
            | Self::PinSettingUnknown { .. }
            | Self::AnswerLost { .. }
            | Self::AlreadyTried { .. }
            | Self::MissingCredential { .. }
            | Self::BadCredentialLine { .. }
            | Self::BadCredentialsFile
            | Self::BadBirthDate(_)
            | Self::BadEntry(_)
            | Self::TooManyEntries { .. }
            | Self::UncountedWrong { .. }
            | Self::CardHandshake => credential::text(self),
            Self::ScrubRefused { .. } => recording::text(self),
            Self::NotAnInput { .. }
            | Self::InputTooLarge { .. }
            | Self::NotAFile { .. }
            | Self::FolderLoop { .. }
            | Self::ListLine { .. }
            | Self::ExpectationUnused { .. }
            | Self::Expectation { .. }
            | Self::NoInputs => batch::text(self),
            Self::Usage { command, error } => usage::text(command, error),
            _ => files::text(self),
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

impl From<CardError> for Problem {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Transport(error) => Self::Transport(error),
            other => Self::Card(other),
        }
    }
}

/// A message in both languages.
struct Text {
    id: &'static str,
    exit: ExitCode,
    ja: [String; 2],
    en: [String; 2],
}

impl Text {
    /// `ja` and `en` each: what happened, what to do.
    fn new<A, B, C, D>(id: &'static str, exit: ExitCode, ja: (A, B), en: (C, D)) -> Self
    where
        A: Into<String>,
        B: Into<String>,
        C: Into<String>,
        D: Into<String>,
    {
        Self { id, exit, ja: [ja.0.into(), ja.1.into()], en: [en.0.into(), en.1.into()] }
    }

    fn in_lang(self, lang: Lang) -> Message {
        let [what, todo] = match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        };
        Message { id: self.id, what, todo, exit: self.exit }
    }
}

#[cfg(test)]
mod tests;
