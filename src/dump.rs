//! What was read from a card: every file byte for byte, the challenges and their answers, what was not read and why.
//!
//! A dump is all that decoding and checking need. Saved as JSON (`taimen.dump/1`, see `docs/dump.md`) it can be checked
//! again later without the card. Some files never leave the memory of the live check: [`Dump::keep_private`].

mod challenge;
mod hex_bytes;
mod not_read;
mod seal;

pub(crate) use challenge::challenge_message;
pub use challenge::{CHALLENGE_RANDOM, Challenge, ChallengeResponse};
pub use hex_bytes::HexBytes;
pub use not_read::NotRead;
pub use seal::{Seal, SealError};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{kind::CardKind, privacy::Private, text::whole_seconds, transport::LinkFigures};

/// The schema name of a saved dump.
pub const SCHEMA: &str = "taimen.dump/1";

/// The largest dump file that is read, in bytes: hex doubles the size of a card's 30 kB.
#[doc(hidden)]
pub const MAX_DUMP: usize = 4 * 1024 * 1024;

/// What a check of a card rests on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dump {
    /// [`SCHEMA`].
    pub schema: String,
    /// What kind of card was read.
    pub kind: CardKind,
    /// The reader's time when the reading began.
    pub read_at: Timestamp,
    /// Which address and reader it was read through.
    pub reader: String,
    /// What was asked of the card.
    pub scope: Scope,
    /// Other applications on the same chip.
    #[serde(default)]
    pub guests: Vec<CardKind>,
    /// Whether the card's extra application was asked for too (`--jpki`).
    #[serde(default, rename = "jpki", skip_serializing_if = "std::ops::Not::not")]
    pub extra: bool,
    /// File name (for example `face/0002`) to its bytes, as stored, filler included if it was read.
    files: BTreeMap<String, HexBytes>,
    /// File name to why it was not read, or is not here.
    not_read: BTreeMap<String, NotRead>,
    /// File name to what was not read of it because it is filler, by the reader's guess. A claim: what checks the dump proves it
    /// again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    inferred: BTreeMap<String, Inferred>,
    /// The challenges that the card was asked to sign, by the application whose key signs.
    challenges: BTreeMap<String, Challenge>,
    /// Credential's file (for example `mf/0001`) to the tries that were left before any was presented; 0: blocked.
    #[serde(rename = "tries", default, skip_serializing_if = "BTreeMap::is_empty")]
    retry_counters: BTreeMap<String, u8>,
    /// Of the files, those that the card did not give again: a slice of each was compared with what was remembered. For the
    /// record only; whatever is here is checked like everything else.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    remembered: BTreeSet<String>,
    /// What the link carried.
    pub link: LinkFigures,
    /// Who vouches that nothing was changed since; see [`Dump::seal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seal: Option<Seal>,
    /// Whether it was read from a file that says more than is kept here, or something twice: no seal covers such a file.
    #[serde(skip)]
    loose: bool,
    /// Files that never leave the live check.
    #[serde(skip)]
    private: BTreeMap<String, Private<Vec<u8>>>,
}

/// How much of a card was asked for. A card whose steps know more scopes than these declares them in its own folder; the
/// registry of cards reads names back.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    id: &'static str,
}

impl Scope {
    /// Everything that the default check shows.
    pub const FULL: Self = Self::new("full");
    /// The age record alone (`--age`).
    pub const AGE: Self = Self::new("age");
    /// What the card reports without any credential (`--without-pin`).
    pub const WITHOUT_PIN: Self = Self::new("without-pin");

    /// A scope by its machine name.
    pub(crate) const fn new(id: &'static str) -> Self {
        Self { id }
    }

    /// The machine name, which dumps and recordings share.
    pub const fn as_str(self) -> &'static str {
        self.id
    }
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scope({})", self.id)
    }
}

/// A name that is not a scope's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no scope has this name")]
pub struct UnknownScope;

/// What the rest of a file is, by the reader's guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inferred {
    /// Bytes of the whole file.
    pub length: usize,
    /// What fills the rest: one byte.
    pub filler: HexBytes,
}

impl Dump {
    /// An empty dump of a reading that begins now.
    pub fn new(kind: CardKind, scope: Scope, reader: impl Into<String>, read_at: Timestamp) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            kind,
            read_at: whole_seconds(read_at),
            reader: reader.into(),
            scope,
            guests: Vec::new(),
            extra: false,
            files: BTreeMap::new(),
            not_read: BTreeMap::new(),
            inferred: BTreeMap::new(),
            challenges: BTreeMap::new(),
            retry_counters: BTreeMap::new(),
            remembered: BTreeSet::new(),
            link: LinkFigures::default(),
            seal: None,
            loose: false,
            private: BTreeMap::new(),
        }
    }

    /// Keeps a file.
    pub fn keep(&mut self, file: &str, bytes: Vec<u8>) {
        self.remembered.remove(file);
        self.files.insert(file.to_owned(), HexBytes(bytes));
    }

    /// Notes that a kept file goes on to `length` bytes with nothing but `filler`.
    pub fn infer(&mut self, file: &str, length: usize, filler: u8) {
        self.inferred.insert(file.to_owned(), Inferred { length, filler: HexBytes(vec![filler]) });
    }

    /// What a file is said to go on with; it proves nothing.
    pub fn inferred(&self, file: &str) -> Option<&Inferred> {
        self.inferred.get(file)
    }

    /// Every file that is said to go on.
    pub fn inferences(&self) -> impl Iterator<Item = (&str, &Inferred)> {
        self.inferred.iter().map(|(file, inferred)| (file.as_str(), inferred))
    }

    /// Keeps a file whole after all.
    pub(crate) fn keep_whole(&mut self, file: &str, bytes: Vec<u8>) {
        self.inferred.remove(file);
        self.not_read.remove(file);
        self.keep(file, bytes);
    }

    /// Keeps a file that the card did not give again.
    pub fn keep_remembered(&mut self, file: &str, bytes: Vec<u8>) {
        self.keep(file, bytes);
        self.remembered.insert(file.to_owned());
    }

    /// Whether the card did not give a file again because it was remembered.
    pub fn is_remembered(&self, file: &str) -> bool {
        self.remembered.contains(file)
    }

    /// Keeps a file in memory only; a saved dump says `not_stored`.
    pub fn keep_private(&mut self, file: &str, bytes: Vec<u8>) {
        self.private.insert(file.to_owned(), Private::new(bytes));
        self.not_read.insert(file.to_owned(), NotRead::NotStored);
    }

    /// Notes why a file is not here.
    pub fn lacks(&mut self, file: &str, why: NotRead) {
        // What stood there before is not this card's.
        self.files.remove(file);
        self.remembered.remove(file);
        self.inferred.remove(file);
        self.not_read.insert(file.to_owned(), why);
    }

    /// Keeps a challenge of an application's key.
    pub fn challenged(&mut self, application: &str, challenge: Challenge) {
        self.challenges.insert(application.to_owned(), challenge);
    }

    /// Forgets a challenge that no longer says anything of the device.
    pub(crate) fn unchallenged(&mut self, application: &str) {
        self.challenges.remove(application);
    }

    /// Notes the tries that a credential has left; 0: blocked.
    pub fn counted(&mut self, reference: &str, left: u8) {
        self.retry_counters.insert(reference.to_owned(), left);
    }

    /// The tries that a credential had left before any was presented; 0: blocked.
    pub fn retry_counter(&self, reference: &str) -> Option<u8> {
        self.retry_counters.get(reference).copied()
    }

    /// A file's bytes.
    pub fn file(&self, file: &str) -> Option<&[u8]> {
        self.files.get(file).map(|bytes| bytes.0.as_slice())
    }

    /// A file that lives in memory only.
    pub fn private_file(&self, file: &str) -> Option<&Private<Vec<u8>>> {
        self.private.get(file)
    }

    /// Why a file is not here.
    pub fn not_read(&self, file: &str) -> Option<&NotRead> {
        self.not_read.get(file)
    }

    /// Every file that is not here.
    pub fn missing(&self) -> impl Iterator<Item = (&str, &NotRead)> {
        self.not_read.iter().map(|(file, why)| (file.as_str(), why))
    }

    /// The challenge of an application's key.
    pub fn challenge(&self, application: &str) -> Option<&Challenge> {
        self.challenges.get(application)
    }

    /// The bytes of every file, for tampering tests and simulators.
    pub fn files_mut(&mut self) -> impl Iterator<Item = (&str, &mut Vec<u8>)> {
        self.files.iter_mut().map(|(file, bytes)| (file.as_str(), &mut bytes.0))
    }

    /// The challenges, for tampering tests and simulators.
    pub fn challenges_mut(&mut self) -> impl Iterator<Item = (&str, &mut Challenge)> {
        self.challenges.iter_mut().map(|(application, challenge)| (application.as_str(), challenge))
    }

    /// As it is saved: JSON, bytes in hex, private files left out.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a saved dump.
    ///
    /// # Errors
    /// [`DumpError`].
    pub fn from_json(json: &[u8]) -> Result<Self, DumpError> {
        if json.len() > MAX_DUMP {
            return Err(DumpError::TooLarge);
        }
        let mut dump: Self = match serde_json::from_slice::<Self>(json) {
            Ok(dump) if dump.schema == SCHEMA => dump,
            Ok(_) => return Err(DumpError::OtherSchema),
            // Of another version even the form may differ, so the version is what is reported.
            Err(error) => {
                let schema: SchemaOnly = serde_json::from_slice(json)?;
                return Err(if schema.schema == SCHEMA { error.into() } else { DumpError::OtherSchema });
            }
        };
        dump.loose = dump.seal.is_some() && !seal::says_all(json, &dump);
        Ok(dump)
    }
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: String,
}

/// Why a file is not a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// Larger than any card.
    #[error("the file is larger than {MAX_DUMP} bytes")]
    TooLarge,
    /// Not JSON of a dump's form. The place is reported, never the content.
    #[error("the file is not a dump: line {line}, column {column}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// Another version, or another kind of file.
    #[error("the file's schema is not {SCHEMA}")]
    OtherSchema,
}

impl From<serde_json::Error> for DumpError {
    fn from(error: serde_json::Error) -> Self {
        Self::Malformed { line: error.line(), column: error.column() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump() -> Dump {
        let mut dump =
            Dump::new(CardKind::MY_NUMBER, Scope::FULL, "sim:my-number", "2026-11-22T01:02:03.5Z".parse().unwrap());
        dump.keep("face/0002", vec![0xFF, 0x20]);
        dump.keep_private("text/0003", b"hash of a number".to_vec());
        dump
    }

    #[test]
    fn a_private_file_is_never_written() {
        let json = dump().to_json();
        assert!(!json.contains(&hex::encode("hash of a number")), "{json}");
        let read = Dump::from_json(json.as_bytes()).unwrap();
        assert_eq!(read.file("face/0002"), Some(&[0xFF, 0x20][..]));
        assert_eq!(read.not_read("text/0003"), Some(&NotRead::NotStored));
        assert!(read.private_file("text/0003").is_none());
        assert!(!format!("{:?}", dump()).contains("hash"));
    }

    #[test]
    fn other_files_are_refused_by_name() {
        assert_eq!(Dump::from_json(b"{}").unwrap_err(), DumpError::Malformed { line: 1, column: 2 });
        let other = dump().to_json().replace(SCHEMA, "taimen.dump/9");
        assert_eq!(Dump::from_json(other.as_bytes()).unwrap_err(), DumpError::OtherSchema);
        let odd = dump().to_json().replace("\"ff20\"", "\"ff2\"");
        assert!(matches!(Dump::from_json(odd.as_bytes()).unwrap_err(), DumpError::Malformed { .. }));
    }

    #[test]
    fn a_reason_has_its_own_members_and_no_others() {
        let reasons = [
            NotRead::NotStored,
            NotRead::NotOverNetwork,
            NotRead::Status { status: "6A82".to_owned() },
            NotRead::Malformed { detail: "cut".to_owned() },
            NotRead::Unreadable { detail: "empty".to_owned() },
            NotRead::NoApplication,
            NotRead::NotOnCard,
            NotRead::NotUsed,
            NotRead::NotOpened { reason: "without_pin2".to_owned() },
        ];
        for why in reasons {
            let written = serde_json::to_string(&why).unwrap();
            assert_eq!(serde_json::from_str::<NotRead>(&written).unwrap(), why);
            for more in ["remark", "status", "detail", "reason", "why"] {
                let said = written.replacen('{', &format!("{{\"{more}\":\"x\","), 1);
                assert!(serde_json::from_str::<NotRead>(&said).is_err(), "{said}");
            }
        }
        for said in ["{\"why\":\"status\"}", "{\"why\":\"no_reason\"}", "{}", "\"not_stored\""] {
            assert!(serde_json::from_str::<NotRead>(said).is_err(), "{said}");
        }
    }

    #[test]
    fn scopes_have_the_names_that_dumps_write() {
        for name in ["full", "age", "pin1", "without-pin"] {
            let scope = name.parse::<Scope>().unwrap();
            assert_eq!(serde_json::to_value(scope).unwrap(), name);
        }
        assert_eq!("all".parse::<Scope>(), Err(UnknownScope));
    }

    #[test]
    fn a_challenge_names_its_time() {
        let time = "2026-11-22T01:02:03.5Z".parse().unwrap();
        assert_eq!(challenge_message(time, b"xyz"), b"taimen challenge 1\n2026-11-22T01:02:03Z\nxyz");
    }
}
