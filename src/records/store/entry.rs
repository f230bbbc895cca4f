//! What one entry of the log is: its plain header, and what is sealed.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{crypto::Sha256Hash, text::named};

/// The most bytes of an entry's payload without a photo.
pub const MAX_PAYLOAD: usize = 64 * 1024;

/// The most bytes of an entry's payload with a photo.
pub const MAX_PAYLOAD_WITH_PHOTO: usize = 1024 * 1024;

/// The most texts by which one entry can be found.
pub const MAX_LOOKUPS: usize = 64;

/// The most bytes of a profile's id.
pub const MAX_PROFILE_ID: usize = 128;

named! {
    /// What an entry of the log is.
    pub enum EntryKind {
        /// The record of a check.
        Record = "record",
        /// A later change of what a record says.
        Amendment = "amendment",
        /// A relation or contract that ended.
        RelationEnd = "relation-end",
        /// A legal hold, set or released.
        Hold = "hold",
        /// Something that was exported.
        Export = "export",
        /// Entries whose content was emptied, by law and date.
        Purge = "purge",
        /// A new data key, from here on.
        Rekey = "rekey",
    }
}

/// What is given to the store.
#[derive(Clone)]
pub struct NewEntry {
    /// What it is.
    pub kind: EntryKind,
    /// The first record's id, if it belongs to one.
    pub of: Option<Uuid>,
    /// The profile that it serves: its id and SHA-256.
    pub profile: Option<(String, Sha256Hash)>,
    /// When; seconds count.
    pub created_at: Timestamp,
    /// What is sealed: JSON.
    pub payload: zeroize::Zeroizing<Vec<u8>>,
    /// Whether there is a photo in it, which may make it longer.
    pub with_photo: bool,
    /// What it can be found by: a kind of text and the normalised text. Only keyed hashes are stored.
    pub lookups: Vec<Lookup>,
}

/// A text that an entry can be found by.
#[derive(Clone)]
pub struct Lookup {
    /// What kind of text, such as `name`.
    pub kind: &'static str,
    /// The text in the one form that searches use too.
    pub text: zeroize::Zeroizing<String>,
}

impl Lookup {
    /// A text that an entry can be found by.
    pub fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: zeroize::Zeroizing::new(text.into()) }
    }
}

/// What is plain about an entry: anybody who has the database sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its number in the log, from 1, without gaps.
    pub seq: u64,
    /// Its name for ever.
    pub id: Uuid,
    /// What it is.
    pub kind: EntryKind,
    /// The first record's id, if it belongs to one.
    pub of: Option<Uuid>,
    /// The profile that it serves: its id and SHA-256.
    pub profile: Option<(String, Sha256Hash)>,
    /// When, in whole seconds.
    pub created_at: Timestamp,
    /// The data key that seals it.
    pub key_id: u32,
    /// The entries that a purge emptied.
    pub purges: Ranges,
    /// Whether its own content was emptied.
    pub emptied: bool,
}

/// How many seconds an entry may be earlier than the one before it: several clocks write into one log.
const BACK: i64 = 600;

/// Whether an entry of this time comes after one of a later time, by more than clocks differ.
pub(super) fn is_back(at: Timestamp, before: Timestamp) -> bool {
    before.as_second().saturating_sub(at.as_second()) > BACK
}

/// Numbers of entries, as ranges from first to last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// No number.
    pub const NONE: Self = Self(Vec::new());

    /// The ranges of some numbers, in any order.
    pub fn of(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut ranges = Self::NONE;
        for number in numbers {
            match ranges.0.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
                _ => ranges.0.push((number, number)),
            }
        }
        ranges
    }

    /// Whether a number is in one of them.
    pub fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, last)| number <= *last)
    }

    /// How many numbers.
    pub fn len(&self) -> u64 {
        self.0.iter().fold(0, |sum, (first, last)| sum.saturating_add(last.saturating_sub(*first)).saturating_add(1))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last number.
    pub fn last(&self) -> Option<u64> {
        self.0.last().map(|(_, last)| *last)
    }

    /// Each number once.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// Puts those of another purge to these.
    pub fn join(&mut self, other: &Self) {
        let mut all: Vec<(u64, u64)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        self.0.clear();
        for (first, last) in all {
            match self.0.last_mut() {
                Some((_, before)) if first <= before.saturating_add(1) => *before = last.max(*before),
                _ => self.0.push((first, last)),
            }
        }
    }

    /// Reads what [`ToString`] writes: `3,7-12`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::NONE);
        }
        let mut ranges = Vec::new();
        let mut after = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if first <= after || last < first {
                return None;
            }
            after = last;
            ranges.push((first, last));
        }
        let ranges = Self(ranges);
        (ranges.to_string() == text).then_some(ranges)
    }
}

impl std::fmt::Display for Ranges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl Header {
    /// The bytes that the seal and the leaf bind: a label, then every field with its length, so that no two headers have the
    /// same bytes.
    pub(super) fn bound(&self) -> Vec<u8> {
        let mut bytes = b"taimen.records/1\0".to_vec();
        let mut field = |value: &[u8]| {
            bytes.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend(value);
        };
        field(&self.seq.to_be_bytes());
        field(self.id.as_bytes());
        field(self.kind.as_str().as_bytes());
        field(self.of.as_ref().map_or(&[][..], |id| id.as_bytes()));
        let (profile, hash) = self.profile.as_ref().map_or(("", &[][..]), |(id, hash)| (id, hash.as_slice()));
        field(profile.as_bytes());
        field(hash);
        field(&self.created_at.as_second().to_be_bytes());
        field(&self.key_id.to_be_bytes());
        field(self.purges.to_string().as_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_written() {
        let ranges = Ranges::of([5, 1, 2, 3, 9, 5]);
        assert_eq!(ranges.to_string(), "1-3,5,9");
        assert_eq!(Ranges::parse("1-3,5,9"), Some(ranges.clone()));
        assert_eq!((ranges.len(), ranges.last()), (5, Some(9)));
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [1, 2, 3, 5, 9]);
        for number in 0..12 {
            assert_eq!(ranges.contains(number), [1, 2, 3, 5, 9].contains(&number), "{number}");
        }
        let mut joined = ranges;
        joined.join(&Ranges::of([4, 7, 8]));
        assert_eq!(joined.to_string(), "1-5,7-9");
        for wrong in ["0", "3-1", "2,1", "1,1", "1-", "-1", "a", "01", "1,", "1-1"] {
            assert_eq!(Ranges::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Ranges::parse(""), Some(Ranges::NONE));
    }
}
