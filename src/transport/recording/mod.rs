//! The recording format `taimen-recording 2` (`docs/recording.md`): what went over the link, as text.

mod parse;

use std::{fmt::Write as _, time::Duration};

use jiff::Timestamp;

use parse::Parser;

use crate::text::{errors, whole_seconds};

use super::{
    LinkKind,
    masked::{Masked, MaskedError},
    phone,
};

/// The first line of every recording.
#[doc(hidden)]
pub const FIRST_LINE: &str = "taimen-recording 2";

/// The first line of those that versions before 0.2 made: the same lines, of programs that asked a card for more, in another order.
pub(crate) const OLDER_FIRST_LINE: &str = "taimen-recording 1";

/// What the first line of every version begins with.
const FAMILY: &str = "taimen-recording ";

/// The largest recording that is read, in bytes.
#[doc(hidden)]
pub const MAX_RECORDING: usize = 16 * 1024 * 1024;

/// The longest line, in bytes: the longest APDU in hex and some spaces.
#[doc(hidden)]
pub const MAX_LINE: usize = 140 * 1024;

/// The most steps.
#[doc(hidden)]
pub const MAX_STEPS: usize = 100_000;

/// The most random draws, and the most session keys.
pub(crate) const MAX_DRAWS: usize = 1_000;

/// The longest header value, in bytes.
const MAX_VALUE: usize = 512;

/// What a program exchanged with a card, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recording {
    /// What was known besides the exchanges.
    pub header: Header,
    /// The exchanges.
    pub steps: Vec<Step>,
}

/// The header lines. Never a card number, never a credential.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// `card:` the kind of card, a machine name such as `my-number`.
    pub card: Option<String>,
    /// `reader:` the reader's name, or another address.
    pub reader: Option<String>,
    /// `scope:` what was asked of the card, a machine name such as `full` or `age`.
    pub scope: Option<String>,
    /// `jpki:` the card's extra application was asked for too, and with what.
    pub jpki: Option<ExtraHeader>,
    /// `link: network`: others could see what passed. In recordings without it the reader's name shows it.
    pub network: bool,
    /// `time:` the reader's time that went into the challenges, whole seconds.
    pub time: Option<Timestamp>,
    /// `random:` one line a draw, in order.
    pub random: Vec<Vec<u8>>,
    /// `session-key:` one line a key of secure messaging, in order: with it the answers can be read, and the credential
    /// that it came of cannot be found.
    pub session_keys: Vec<Vec<u8>>,
    /// Whether the first line is that of an older version.
    pub older: bool,
}

/// The value of `link:`.
const NETWORK: &str = "network";

impl Header {
    /// Who could see what passed then.
    pub fn link(&self) -> LinkKind {
        let phone = self.reader.as_deref().is_some_and(|reader| reader.starts_with(phone::NAME_PREFIX));
        if self.network || phone { LinkKind::Network } else { LinkKind::Local }
    }
}

/// What was given for an extra application: `certificates`, then each credential that was, with `/LENGTH` if that is not
/// fixed. Never the values; the length is that of the masked VERIFY.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExtraHeader {
    /// The credentials, in order.
    pub given: Vec<GivenCredential>,
}

/// A credential that was given, and how long it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenCredential {
    /// Its machine name.
    pub id: String,
    /// Its length in bytes, 1 to 16; `None` if every such credential has the same.
    pub length: Option<u8>,
}

/// The word that every line about an extra application begins with.
const CERTIFICATES: &str = "certificates";

/// The most credentials on such a line.
const MAX_GIVEN: usize = 4;

impl ExtraHeader {
    fn to_text(&self) -> String {
        let mut text = CERTIFICATES.to_owned();
        for GivenCredential { id, length } in &self.given {
            text.push(' ');
            text.push_str(id);
            if let Some(length) = length {
                text.push_str(&format!("/{length}"));
            }
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        if words.next() != Some(CERTIFICATES) {
            return None;
        }
        let mut given: Vec<GivenCredential> = Vec::new();
        for word in words {
            let (id, length) = match word.split_once('/') {
                Some((id, length)) => (id, Some(length.parse().ok().filter(|length| (1..=16).contains(length))?)),
                None => (word, None),
            };
            let known = given.iter().any(|known| known.id == id);
            if known || given.len() >= MAX_GIVEN || !id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-')) {
                return None;
            }
            given.push(GivenCredential { id: id.to_owned(), length });
        }
        Some(Self { given })
    }
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whether the card was powered up again before this step, a line `= power`: a person was asked in between. The
    /// first step always begins with a powered-up card and does not say so.
    pub powered: bool,
    /// What was sent.
    pub command: Masked,
    /// What came: data and status word, or why nothing came.
    pub answer: Result<Masked, LinkFailure>,
    /// How long the answer took.
    pub elapsed: Option<Duration>,
}

/// Why a command had no answer. Only what a program reacts to is recorded; after any other error the recording ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkFailure {
    /// Reader or card cannot do this length, and the program goes on with shorter commands.
    Length,
    /// The card left.
    Removed,
}

/// A failure and its word in the file.
const FAILURES: [(LinkFailure, &str); 2] = [(LinkFailure::Length, "length"), (LinkFailure::Removed, "removed")];

impl Recording {
    /// The file's text. Reading it back gives the same recording.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", if self.header.older { OLDER_FIRST_LINE } else { FIRST_LINE });
        let mut line = |key: &str, value: &str| {
            text.push_str(key);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        };
        let Header { card, reader, scope, jpki, network, time, random, session_keys, .. } = &self.header;
        for (key, value) in [("card", card), ("reader", reader), ("scope", scope)] {
            if let Some(value) = value.as_deref().map(one_line).filter(|value| !value.is_empty()) {
                line(key, &value);
            }
        }
        if *network {
            line("link", NETWORK);
        }
        if let Some(jpki) = jpki {
            line("jpki", &jpki.to_text());
        }
        if let Some(time) = time {
            line("time", &whole_seconds(*time).to_string());
        }
        for draw in random.iter().filter(|draw| !draw.is_empty()) {
            line("random", &hex::encode_upper(draw));
        }
        for key in session_keys.iter().filter(|key| !key.is_empty()) {
            line("session-key", &hex::encode_upper(key));
        }
        for step in &self.steps {
            step.print(&mut text);
        }
        text
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// [`RecordingError`], which names the line and never shows its content.
    pub fn parse(file: &[u8]) -> Result<Self, RecordingError> {
        if file.len() > MAX_RECORDING {
            return Err(RecordingError::TooLarge);
        }
        let mut parser = Parser::default();
        let mut number = 0;
        for line in file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file).split(|byte| *byte == b'\n') {
            number += 1;
            parser.line(number, line).map_err(|problem| parser.at(number, problem))?;
        }
        match parser.open {
            Some((_, line)) => Err(RecordingError::Line { line, problem: Problem::NoAnswer }),
            None => Ok(parser.recording),
        }
    }
}

impl Step {
    fn print(&self, text: &mut String) {
        let answer = match &self.answer {
            Ok(answer) => format!("< {}", answer.to_text()),
            Err(failure) => format!("! {}", failure.word()),
        };
        if self.powered {
            text.push_str("\n= power\n");
        }
        // Writing into a String cannot fail.
        let _ = write!(text, "\n> {}\n{answer}", self.command.to_text());
        if let Some(elapsed) = self.elapsed {
            let _ = write!(text, " ; {} us", elapsed.as_micros());
        }
        text.push('\n');
    }
}

impl LinkFailure {
    fn word(self) -> &'static str {
        FAILURES.iter().find(|(failure, _)| *failure == self).map_or("removed", |(_, word)| word)
    }
}

/// A value that stays on its line and within its limit.
fn one_line(value: &str) -> String {
    let mut short = String::new();
    for character in value.chars().filter(|character| !character.is_control()) {
        if short.len() + character.len_utf8() > MAX_VALUE {
            break;
        }
        short.push(character);
    }
    short.trim().to_owned()
}

/// Why a file is not a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// Larger than any session.
    #[error("the file is larger than {MAX_RECORDING} bytes")]
    TooLarge,
    /// A line is wrong.
    #[error("line {line}: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: Problem,
    },
}

errors! {
    /// What is wrong with a line.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Problem {
        NotARecording = "a recording begins with the line {FIRST_LINE:?}",
        OtherVersion = "this version of the format is not known; {FIRST_LINE:?} is",
        NotUtf8 = "the line is not UTF-8",
        LineTooLong = "the line has more than {MAX_LINE} bytes",
        TooManySteps = "there are more than {MAX_STEPS} steps",
        UnknownLine = "a line is `key: value`, `# comment`, `> command`, `< answer`, `! failure` or `= power`",
        /// Another event than `= power`, or one where no card was powered up again.
        UnknownEvent = "the only event is `= power`, between two steps",
        UnknownKey = "the header has no such key",
        KeyTwice = "this header key may appear only once",
        /// A header value that its key does not take.
        Value = "the value does not fit its key",
        HeaderBehindSteps = "header lines come before the first step",
        NoAnswer = "this command has no answer",
        NoCommand = "an answer without a command before it",
        NoCommandHeader = "a command begins with four readable bytes",
        /// An answer that does not end in a readable status word.
        NoStatusWord = "an answer ends with the two readable bytes of its status word",
        UnknownFailure = "a failure is `! length` or `! removed`",
        Time = "the time after an answer is written ` ; 12345 us`",
        Bytes(#[from] MaskedError) = "{0}",
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Header")
            .field("card", &self.card)
            .field("reader", &self.reader)
            .field("time", &self.time)
            .field("random", &self.random.len())
            .field("session_keys", &self.session_keys.len())
            .finish()
    }
}
