//! Whose word a judgement takes for the time, and for what the card's issuer did not sign.

use jiff::{SignedDuration, Timestamp};

use crate::{lang::Bilingual, text::whole_seconds};

/// The clocks of two computers may differ by this much before a reading counts as one from the future.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The time as of which a card is judged, and who vouches for it and for the entries that nobody signed.
///
/// Anybody who holds a saved reading can write any time into it and change what is not signed. So both count only if
/// somebody vouches for the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A card that is there: the reader's own clock.
    Live(Timestamp),
    /// A saved reading for which nobody vouches, as of now.
    Now(Timestamp),
    /// A saved reading for which nobody vouches, as of a time that the operator named (`--at TIME`).
    Named(Timestamp),
    /// A saved reading whose seal was demanded (`--sealed-by`), as of its own time: the person who sealed it vouches for all of it.
    Sealed(Timestamp),
    /// The operator vouches for the whole reading (`--at recorded`), or for the time of a live or sealed one.
    Operator(Timestamp),
}

/// What `--at` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The time of the reading itself; with it the operator vouches for the whole file.
    Recorded,
    /// This time; nobody vouches for the file by it.
    Time(Timestamp),
}

/// A reading that names a time which has not come yet: a clock is wrong, or somebody wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time of the reading is in the future")]
pub struct InTheFuture;

impl Basis {
    /// The basis of a card that was read just now.
    pub fn live(read_at: Timestamp, at: Option<At>) -> Self {
        match at {
            Some(At::Time(time)) => Self::Operator(time),
            Some(At::Recorded) | None => Self::Live(read_at),
        }
    }

    /// The basis of a saved reading. `sealed` says that a seal was demanded and holds; a seal that nobody asked for
    /// proves nothing, because anybody who changes a file can seal it with a key of his own.
    ///
    /// # Errors
    /// [`InTheFuture`], unless the operator vouches.
    pub fn saved(read_at: Timestamp, at: Option<At>, sealed: bool, now: Timestamp) -> Result<Self, InTheFuture> {
        let basis = match (at, sealed) {
            (Some(At::Recorded), false) => Self::Operator(read_at),
            (Some(At::Time(time)), true) => Self::Operator(time),
            (Some(At::Time(time)), false) => Self::Named(time),
            (Some(At::Recorded) | None, true) => Self::Sealed(read_at),
            (None, false) => Self::Now(whole_seconds(now)),
        };
        let future = read_at.duration_since(now) > CLOCK_SKEW;
        if future && !matches!(basis, Self::Operator(_)) { Err(InTheFuture) } else { Ok(basis) }
    }

    /// As of when.
    pub fn at(self) -> Timestamp {
        match self {
            Self::Live(at) | Self::Now(at) | Self::Named(at) | Self::Sealed(at) | Self::Operator(at) => at,
        }
    }

    /// Whether somebody vouches for what the issuer did not sign. If not, it can speak against a card, never for it.
    pub fn vouches(self) -> bool {
        match self {
            Self::Live(_) | Self::Sealed(_) | Self::Operator(_) => true,
            Self::Now(_) | Self::Named(_) => false,
        }
    }

    /// The machine name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live(_) => "live",
            Self::Now(_) => "now",
            Self::Named(_) => "named",
            Self::Sealed(_) => "sealed",
            Self::Operator(_) => "operator",
        }
    }

    /// What people read beside the time; nothing for a card that is there.
    pub fn name(self) -> Option<Bilingual> {
        match self {
            Self::Live(_) => None,
            Self::Now(_) => Some(Bilingual::new("現在", "now")),
            Self::Named(_) => Some(Bilingual::new("操作した人の指定", "the operator's choice")),
            Self::Sealed(_) => Some(Bilingual::new("封印した人の言葉", "the sealer's word")),
            Self::Operator(_) => Some(Bilingual::new("操作した人の言葉", "the operator's word")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn who_vouches_decides_as_of_when_a_saved_reading_is_judged() {
        let [read, now, other] = ["2026-01-01T00:00:00Z", "2026-11-27T00:00:00Z", "2026-06-01T00:00:00Z"].map(time);
        for (at, sealed, expected, vouches) in [
            (None, false, Basis::Now(now), false),
            (None, true, Basis::Sealed(read), true),
            (Some(At::Recorded), false, Basis::Operator(read), true),
            (Some(At::Recorded), true, Basis::Sealed(read), true),
            (Some(At::Time(other)), false, Basis::Named(other), false),
            (Some(At::Time(other)), true, Basis::Operator(other), true),
        ] {
            let basis = Basis::saved(read, at, sealed, now).unwrap();
            assert_eq!((basis, basis.vouches()), (expected, vouches), "{at:?} {sealed}");
        }
        assert_eq!(Basis::live(read, None), Basis::Live(read));
        assert_eq!(Basis::live(read, Some(At::Recorded)), Basis::Live(read));
        assert_eq!(Basis::live(read, Some(At::Time(other))), Basis::Operator(other));
    }

    #[test]
    fn a_reading_from_the_future_counts_only_by_the_operators_word() {
        let now = time("2026-11-27T00:00:00Z");
        let late = time("2026-11-27T00:05:01Z");
        for (at, sealed) in [(None, false), (None, true), (Some(At::Time(now)), false)] {
            assert_eq!(Basis::saved(late, at, sealed, now), Err(InTheFuture), "{at:?} {sealed}");
            assert!(Basis::saved(now + CLOCK_SKEW, at, sealed, now).is_ok(), "{at:?} {sealed}");
        }
        assert_eq!(Basis::saved(late, Some(At::Recorded), false, now), Ok(Basis::Operator(late)));
        let far = time("9999-01-01T00:00:00Z");
        assert_eq!(Basis::saved(far, None, false, time("0001-01-01T00:00:00Z")), Err(InTheFuture));
    }
}
