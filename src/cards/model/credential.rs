//! Credentials: what opens a card, who knows it, how it is made of what a person types, and the one place that reads it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::{
    cards::FlowError,
    iso7816::PinGate,
    lang::Bilingual,
    privacy::{MAX_CREDENTIAL_LENGTH, Pin},
    text::{PrintedDate, PrintedDateError, check_digit, zone_date},
    transport::{Replay, recording::GivenCredential},
};

use super::{EntrySpec, EntryValue};

/// Who enters a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Staff, from what is printed on the card.
    Staff,
    /// The holder alone, who knows it.
    Customer,
}

/// A credential that a card may want.
pub struct CredentialSpec {
    /// The machine name.
    pub id: &'static str,
    /// The name that people use.
    pub title: Bilingual,
    /// Who enters it.
    pub who: Who,
    /// Each way to make it of entries. A person is asked for the last one; of several that a file allows the first counts.
    pub ways: &'static [&'static [Part]],
    /// Bytes of the value, as a replay sends zeros; 0 if a recording says how many.
    pub length: usize,
    /// Whether a reading goes on with less if it was not given.
    pub optional: bool,
    /// Whether both sides prove by mutual authentication that they know it, so that it is never sent.
    pub handshake: bool,
    /// Who unblocks it, and what to do now.
    pub unblock_at: Bilingual,
    /// What else to say if it was refused: how the card can be checked without it.
    pub without: Bilingual,
    /// The end of "If it is right, …", after the card refused one that is not counted.
    pub if_right: Bilingual,
}

impl PartialEq for CredentialSpec {
    /// Names are unique, which a test of the registry keeps.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for CredentialSpec {}

impl std::fmt::Debug for CredentialSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CredentialSpec({})", self.id)
    }
}

impl CredentialSpec {
    /// What most credentials are: the holder's, needed, and sent to the card.
    pub(crate) const PLAIN: Self = Self {
        id: "",
        title: Bilingual::new("", ""),
        who: Who::Customer,
        ways: &[],
        length: 0,
        optional: false,
        handshake: false,
        unblock_at: Bilingual::new("", ""),
        without: Bilingual::new("", ""),
        if_right: Bilingual::new(
            "カードの方式が名乗っている種類や世代のものと違うことが考えられます。別の確認方法を使ってください。",
            "the card follows another protocol than its kind and generation do: use another way to check it.",
        ),
    };

    /// A gate for one person's entries that lets this credential's last try through, and no other's.
    pub fn last_try(&'static self) -> PinGate {
        let references = crate::cards::registry::specs().flat_map(|spec| spec.references.iter());
        let own = references.filter(|reference| reference.credential == Some(self));
        PinGate::last_try_of(own.map(|reference| (reference.application.aid.to_vec(), reference.sfi)))
    }

    /// The entries that a person is asked for, in this order.
    pub fn asked(&self) -> impl Iterator<Item = &'static EntrySpec> + use<> {
        self.ways.last().into_iter().flat_map(|way| way.iter().map(|part| part.entry))
    }

    /// Whether a way that has all its entries is written as in a machine-readable zone.
    fn is_of_zone(&self, entries: &Entries) -> bool {
        let complete = |way: &[Part]| way.iter().all(|part| entries.contains_key(part.entry.id));
        self.ways.iter().any(|way| complete(way) && way.iter().any(|part| part.zone))
    }

    /// The value, made of what was entered; `None` unless one way has all its entries.
    fn of(&self, entries: &Entries) -> Option<Pin> {
        self.ways.iter().find_map(|way| {
            // As long as it may become: what grows leaves copies behind.
            let mut value = Zeroizing::new(String::with_capacity(MAX_CREDENTIAL_LENGTH));
            for part in *way {
                let digits;
                let entry = match &**entries.get(part.entry.id)? {
                    EntryValue::Text(text) => text,
                    EntryValue::Date(date) => {
                        digits = Zeroizing::new(if part.zone { zone_date(date.date()) } else { date.digits() });
                        &digits
                    }
                    EntryValue::ZoneDate(date) => {
                        digits = Zeroizing::new(part.zone.then(|| zone_date(date.date()))?);
                        &digits
                    }
                };
                value.push_str(part.take.map_or(Some(entry.as_str()), |length| entry.get(..length))?);
                if part.zone {
                    value.push(check_digit(entry)?);
                }
            }
            Pin::new(std::mem::take(&mut *value)).ok()
        })
    }
}

/// An entry, or the beginning of one, as a part of a credential.
#[derive(Debug)]
pub struct Part {
    /// The entry.
    pub entry: &'static EntrySpec,
    /// How many of its leading characters; `None`: all.
    pub take: Option<usize>,
    /// Whether it is written as in a machine-readable zone: a day with its Western year, and a check digit behind.
    pub zone: bool,
}

impl Part {
    /// A whole entry.
    pub const fn all(entry: &'static EntrySpec) -> Self {
        Self { entry, take: None, zone: false }
    }

    /// The first characters of an entry.
    pub const fn first(entry: &'static EntrySpec, take: usize) -> Self {
        Self { take: Some(take), ..Self::all(entry) }
    }

    /// A whole entry as in a machine-readable zone.
    pub const fn in_zone(entry: &'static EntrySpec) -> Self {
        Self { zone: true, ..Self::all(entry) }
    }
}

/// The most bytes of a credentials file.
pub const MAX_FILE: usize = 4 * 1024;

/// Why entries cannot be used. Holds nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// A line is not `name = value`.
    #[error("line {line} is not `name = value`")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// A name that no entry has.
    #[error("line {line} has an unknown name")]
    UnknownName {
        /// The line, from 1.
        line: usize,
    },
    /// A name twice.
    #[error("line {line} repeats a name")]
    Repeated {
        /// The line, from 1.
        line: usize,
    },
    /// Larger than [`MAX_FILE`], or not UTF-8.
    #[error("not a credentials file")]
    NotText,
    /// The value has another form than a card compares.
    #[error("{}: the value is not in the form that the card compares", .0.id)]
    Form(&'static EntrySpec),
    /// The value is not a birth date as printed.
    #[error("{}: {}", .0.id, .1)]
    Date(&'static EntrySpec, PrintedDateError),
}

/// What a person typed or showed, for any card. What the card at hand does not need is never sent to it.
///
/// A value of another form would cost a try: it is refused when it comes in. `Debug` shows only names.
#[derive(Default)]
pub struct Credentials {
    entries: Entries,
    recorded: Option<Arc<Recorded>>,
}

/// Entries by their names. Two readings of one recording share them; an entry is wiped with the last that holds it.
type Entries = BTreeMap<&'static str, Arc<EntryValue>>;

/// What a recording gives instead of credentials.
struct Recorded {
    /// Whether the recording contains the handshake, so that the credential itself is needed.
    handshake: bool,
    /// The session keys that came of handshakes that are not told, in order.
    keys: Vec<Zeroizing<Vec<u8>>>,
    /// What was given for the extra application.
    given: Vec<GivenCredential>,
}

/// How a card under mutual authentication is opened.
pub(crate) enum Opening<'a> {
    /// With the credential.
    Value(Pin),
    /// From a recording whose handshake is left out: the session key that came of it, or none if it failed.
    Recorded(Option<&'a [u8]>),
}

/// MUTUAL AUTHENTICATE, whose data show whether a recording needs the credential.
const HANDSHAKE: u8 = 0x82;

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.keys()).finish()
    }
}

impl Credentials {
    /// These, and one entry more; `id` is an entry's name, for example `birth`.
    ///
    /// # Errors
    /// [`EntryError`]; [`EntryError::UnknownName`] at line 0 for a name that no entry has.
    pub fn with(mut self, id: &str, text: &str) -> Result<Self, EntryError> {
        let entry = crate::cards::registry::entry(id).ok_or(EntryError::UnknownName { line: 0 })?;
        self.insert(entry, text)?;
        Ok(self)
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// [`EntryError::Form`], [`EntryError::Date`].
    pub fn insert(&mut self, entry: &'static EntrySpec, text: &str) -> Result<(), EntryError> {
        self.entries.insert(entry.id, Arc::new(entry.parse(text)?));
        Ok(())
    }

    /// Adds an entry that is a day.
    pub fn insert_date(&mut self, entry: &'static EntrySpec, date: PrintedDate) {
        self.entries.insert(entry.id, Arc::new(EntryValue::Date(date)));
    }

    /// Whether an entry is there.
    pub fn holds(&self, entry: &EntrySpec) -> bool {
        self.entries.contains_key(entry.id)
    }

    /// Wipes one entry.
    pub fn remove(&mut self, entry: &EntrySpec) {
        self.entries.remove(entry.id);
    }

    /// Whether somebody who is alive today, a day in Japan, can have entered these: another day would cost a try.
    ///
    /// # Errors
    /// [`EntryError::Date`].
    pub fn plausible(&self, today: Date) -> Result<(), EntryError> {
        self.entries.iter().try_for_each(|(id, value)| match (&**value, crate::cards::registry::entry(id)) {
            (EntryValue::Date(date) | EntryValue::ZoneDate(date), Some(entry)) => {
                date.lived(today).map(|_| ()).map_err(|error| EntryError::Date(entry, error))
            }
            _ => Ok(()),
        })
    }

    /// Adds everything that others hold.
    pub fn extend(&mut self, others: Self) {
        self.entries.extend(others.entries);
    }

    /// The same for another reading; no entry is copied.
    #[doc(hidden)]
    #[must_use]
    pub fn shared(&self) -> Self {
        Self { entries: self.entries.clone(), recorded: self.recorded.clone() }
    }

    /// Reads a credentials file: lines `name = value`, `#` comments, blank lines.
    ///
    /// # Errors
    /// [`EntryError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let text = std::str::from_utf8(bytes).map_err(|_| EntryError::NotText)?;
        if bytes.len() > MAX_FILE {
            return Err(EntryError::NotText);
        }
        let mut credentials = Self::default();
        let mut refused = None;
        for (line, content) in (1..).zip(text.strip_prefix('\u{FEFF}').unwrap_or(text).lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let (name, value) = content.split_once('=').ok_or(EntryError::Line { line })?;
            let entry = crate::cards::registry::entry(name.trim()).ok_or(EntryError::UnknownName { line })?;
            if credentials.entries.contains_key(entry.id) {
                return Err(EntryError::Repeated { line });
            }
            match credentials.insert(entry, value) {
                Err(error @ EntryError::Date(entry, PrintedDateError::BareWestern(date))) => {
                    credentials.entries.insert(entry.id, Arc::new(EntryValue::ZoneDate(date)));
                    refused = Some(error);
                }
                inserted => inserted?,
            }
        }
        // Such a day stays if the lines make a credential of it; a card that compares it as printed refuses it.
        match refused {
            Some(error) if !crate::cards::registry::credentials().any(|one| one.is_of_zone(&credentials.entries)) => {
                Err(error)
            }
            _ => Ok(credentials),
        }
    }

    /// What a recording is opened with: as many zeros as were sent then, and the session key in its header. A recording
    /// that contains the handshake needs the credential as well.
    pub fn recorded(replay: &Replay) -> Self {
        let header = replay.header();
        let keys = header.session_keys.iter().map(|key| Zeroizing::new(key.to_vec())).collect();
        let given = header.jpki.clone().map(|header| header.given).unwrap_or_default();
        let recorded = Recorded { handshake: replay.tells(HANDSHAKE), keys, given };
        Self { entries: BTreeMap::new(), recorded: Some(Arc::new(recorded)) }
    }

    /// Wipes every entry that none of these credentials is made of.
    pub(crate) fn keep(&mut self, needed: impl IntoIterator<Item = &'static CredentialSpec>) {
        let parts = needed.into_iter().flat_map(|credential| credential.ways.iter().copied().flatten());
        let needed: Vec<&str> = parts.map(|part| part.entry.id).collect();
        self.entries.retain(|id, _| needed.contains(id));
    }

    /// Whether the credential can be presented.
    pub fn has(&self, credential: &CredentialSpec) -> bool {
        if credential.handshake { self.opening(credential, 0).is_some() } else { self.value(credential).is_some() }
    }

    /// What is missing of a credential that cannot be presented, or wrong with what is there.
    pub(crate) fn lack(&self, credential: &'static CredentialSpec) -> FlowError {
        for part in credential.ways.iter().copied().flatten() {
            if let (Some(EntryValue::ZoneDate(date)), false) =
                (self.entries.get(part.entry.id).map(|it| &**it), part.zone)
            {
                return EntryError::Date(part.entry, PrintedDateError::BareWestern(*date)).into();
            }
        }
        let missing = |way: &&'static [Part]| -> Vec<&'static str> {
            way.iter().map(|part| part.entry.id).filter(|id| !self.entries.contains_key(id)).collect()
        };
        let ways =
            credential.ways.iter().rev().filter(|way| way.iter().any(|part| self.entries.contains_key(part.entry.id)));
        let best = ways.chain(credential.ways.last()).next().map(missing);
        FlowError::Missing(credential, best.unwrap_or_default())
    }

    /// The credential's bytes, as the card compares them.
    pub(crate) fn value(&self, credential: &CredentialSpec) -> Option<Pin> {
        if let Some(value) = credential.of(&self.entries) {
            return Some(value);
        }
        let recorded = self.recorded.as_ref().filter(|_| !credential.handshake)?;
        let length = match recorded.given.iter().find(|given| given.id == credential.id) {
            Some(given) => given.length.map_or(credential.length, usize::from),
            // What opens an extra application was given only if the header says so.
            None if crate::cards::registry::is_extra(credential) => return None,
            None => credential.length,
        };
        Pin::new(vec![b'0'; length]).ok()
    }

    /// For the header of a recording: which of these were given, never what they are.
    pub fn given(&self, credentials: &[&'static CredentialSpec]) -> Vec<GivenCredential> {
        let given = credentials.iter().filter_map(|credential| {
            let value = self.value(credential)?;
            let length = if credential.length == 0 { u8::try_from(value.expose().len()).ok() } else { None };
            Some(GivenCredential { id: credential.id.to_owned(), length })
        });
        given.collect()
    }

    /// The session keys of a recording, in order; `None` if this is not a recording.
    pub(crate) fn recorded_keys(&self) -> Option<&[Zeroizing<Vec<u8>>]> {
        self.recorded.as_ref().map(|recorded| recorded.keys.as_slice())
    }

    /// What opens a card under mutual authentication; `times` is how often it was opened before in this reading.
    pub(crate) fn opening(&self, credential: &CredentialSpec, times: usize) -> Option<Opening<'_>> {
        match (credential.of(&self.entries), &self.recorded) {
            (Some(value), _) => Some(Opening::Value(value)),
            (None, Some(recorded)) if !recorded.handshake => {
                Some(Opening::Recorded(recorded.keys.get(times).map(|key| key.as_slice())))
            }
            (None, _) => None,
        }
    }
}

#[cfg(all(test, feature = "simulator"))]
#[path = "credential_tests.rs"]
mod tests;
