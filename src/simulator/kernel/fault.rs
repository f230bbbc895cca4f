//! What can be wrong with a simulated card: faults, rows of tables that describe them, and those that every card can have.
//!
//! A fault is a function of one stage of a card's making: what is ordered, the issued files, or the finished card.

use std::{any::Any, fmt, sync::Arc};

use crate::{
    kind::CardKind,
    lang::Bilingual,
    simulator::cards::kinds,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

use super::{IssueError, SimulatedCard};

/// How a fault is produced. It acts on only one type of stage.
pub(crate) type Effect = Arc<dyn Fn(&mut dyn Any) -> Result<(), IssueError> + Send + Sync>;

/// An effect on a stage.
pub(crate) fn on<T: Any>(change: impl Fn(&mut T) + Send + Sync + 'static) -> Effect {
    attempt(move |stage: &mut T| {
        change(stage);
        Ok(())
    })
}

/// An effect that may fail.
pub(crate) fn attempt<T: Any>(change: impl Fn(&mut T) -> Result<(), IssueError> + Send + Sync + 'static) -> Effect {
    Arc::new(move |stage| stage.downcast_mut().map_or(Ok(()), &change))
}

/// An effect on the finished card.
pub(crate) fn card(change: impl Fn(&mut SimulatedCard) + Send + Sync + 'static) -> Effect {
    on(change)
}

/// Why a text names no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The table has no such name.
    #[error("no fault has this name")]
    Unknown,
    /// The value does not fit the fault.
    #[error("the fault's value is wrong")]
    Value,
}

/// The faults of one card, brought about in the order given.
#[derive(Clone, Default)]
pub struct Faults(Vec<(String, Effect)>);

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(text, _)| text)).finish()
    }
}

impl Faults {
    /// Reads faults of a kind of card: `name`, `name=value`, several with commas between.
    pub fn parse(kind: CardKind, text: &str) -> Result<Self, FaultError> {
        let one = |one: &str| {
            let (name, value) = one.split_once('=').map_or((one, None), |(name, value)| (name, Some(value)));
            let row = faults_of(kind).find(|row| row.name == name).ok_or(FaultError::Unknown)?;
            Ok((one.to_owned(), (row.make)(value).ok_or(FaultError::Value)?))
        };
        text.split(',').map(one).collect::<Result<_, _>>().map(Self)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the card is honest.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds others.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Brings about what concerns this stage.
    pub(crate) fn apply<T: Any>(&self, stage: &mut T) -> Result<(), IssueError> {
        self.0.iter().try_for_each(|(_, effect)| effect(stage))
    }
}

/// How a check of the faulty card must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// With this verdict.
    Verdict(Overall),
    /// The card refuses the credential.
    CredentialRefused,
    /// The credential is blocked; nothing is tried.
    CredentialBlocked,
    /// One try is left; nothing is tried unasked.
    LastTry,
    /// The card counts no tries; nothing is tried unasked.
    NoCounter,
    /// The card does not say in a known way whether PINs were set; nothing is tried.
    PinSettingUnknown,
    /// The holder shares nothing.
    NothingShared,
    /// The card left, or gave a malformed answer.
    CardTrouble,
}

impl Expected {
    /// The program's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Verdict(Overall::Authentic) => 0,
            Self::Verdict(Overall::Rejected) => 1,
            Self::Verdict(Overall::Undetermined) => 3,
            Self::CardTrouble => 4,
            Self::CredentialRefused
            | Self::CredentialBlocked
            | Self::LastTry
            | Self::NoCounter
            | Self::NothingShared
            | Self::PinSettingUnknown => 5,
        }
    }
}

/// One row: a fault of a card, and its expected result.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FaultRow {
    /// Its name in `fault=…`.
    pub name: &'static str,
    /// How its value is written, if it takes one; in brackets if it may be left out.
    pub value: Option<&'static str>,
    /// The fault as a test writes it.
    pub example: &'static str,
    /// What it does.
    pub what: Bilingual,
    /// Checks whose verdict differs from the honest card's, with the verdict that they must have. Empty if the
    /// check ends before a verdict.
    pub differs: Differs,
    /// How the check ends.
    pub expected: Expected,
    /// Makes the fault from its value; `None` for a value that does not fit.
    pub(crate) make: fn(Option<&str>) -> Option<Effect>,
}

/// What [`FaultRow::differs`] holds.
pub(crate) type Differs = &'static [(CheckId, Verdict)];

pub(crate) const fn failed(id: CheckId, reason: Reason) -> (CheckId, Verdict) {
    (id, Verdict::Failed(reason))
}

pub(crate) const fn open(id: CheckId, why: Why) -> (CheckId, Verdict) {
    (id, Verdict::NotDone(why))
}

pub(crate) const fn rests(id: CheckId, on: CheckId) -> (CheckId, Verdict) {
    open(id, Why::DependsOn(on))
}

pub(crate) const AUTHENTIC: Expected = Expected::Verdict(Overall::Authentic);
pub(crate) const REJECTED: Expected = Expected::Verdict(Overall::Rejected);
pub(crate) const UNDETERMINED: Expected = Expected::Verdict(Overall::Undetermined);
pub(crate) const REFUSED: Expected = Expected::CredentialRefused;
pub(crate) const BLOCKED: Expected = Expected::CredentialBlocked;
pub(crate) const LAST_TRY: Expected = Expected::LastTry;
pub(crate) const NOTHING_SHARED: Expected = Expected::NothingShared;
pub(crate) const TROUBLE: Expected = Expected::CardTrouble;

/// Rows of a table of faults, one a line: name, what it does in both languages, its effect, the checks that differ, and
/// how a check ends. One that takes a value is written `"name" = "VALUE"("example")`, and its effect is made from that.
macro_rules! rows {
    ($($name:literal $(= $value:literal($example:literal))?, $ja:expr, $en:expr, $effect:expr, $differs:expr, $expected:expr;)*) => {
        &[$($crate::simulator::kernel::fault::rows!(@row $name $(= $value($example))?, $ja, $en, $effect, $differs, $expected)),*]
    };
    (@row $name:literal, $ja:expr, $en:expr, $effect:expr, $differs:expr, $expected:expr) => {
        $crate::simulator::FaultRow {
            name: $name,
            value: None,
            example: $name,
            what: $crate::lang::Bilingual::new($ja, $en),
            differs: $differs,
            expected: $expected,
            make: |value| value.is_none().then(|| $effect),
        }
    };
    (@row $name:literal = $value:literal($example:literal), $ja:expr, $en:expr, $make:expr, $differs:expr, $expected:expr) => {
        $crate::simulator::FaultRow {
            name: $name,
            value: Some($value),
            example: concat!($name, "=", $example),
            what: $crate::lang::Bilingual::new($ja, $en),
            differs: $differs,
            expected: $expected,
            make: $make,
        }
    };
}

pub(crate) use rows;

/// Troubles of the link, which every card can have.
pub const LINK_FAULTS: &[FaultRow] = rows! {
    "removed-at" = "N"("3"), "N回目のやり取りでカードが離れる（命令は実行され、応答は失われる）", "the card leaves at exchange N: the command is executed, its answer lost",
        |value| number(value).map(|at| card(move |c| c.link.removed_at = Some(at))), &[], TROUBLE;
    "status-at" = "N:SW"("1:6F00"), "N回目のやり取りでSWだけを返し、何も実行しない", "answers the status word SW at exchange N and executes nothing",
        |value| exchange_and_status(value).map(|at| card(move |c| c.link.status_at.push(at))), &[], AUTHENTIC;
    "one-byte-at" = "N"("3"), "N回目のやり取りの応答が1バイトしかない", "one byte is all that comes back at exchange N",
        |value| number(value).map(|at| card(move |c| c.link.one_byte_at = Some(at))), &[], TROUBLE;
    "short-answers" = "[N]"("64"), "READ BINARYが一度にNバイトまでしか返さない", "READ BINARY returns at most N bytes (64)",
        |value| up_to(value.or(Some("64")), usize::MAX).filter(|most| *most > 0).map(|most| card(move |c| short_answers(c, most))), &[], AUTHENTIC;
    "no-extended", "拡張長に対応しない（6700）", "no extended lengths (6700)", card(no_extended), &[], AUTHENTIC;
    "get-response", "データを61xxで返す", "data by way of 61xx", card(|c| c.link.get_response = true), &[], AUTHENTIC;
    "exact-length", "長すぎるLeに6Cxxを返す", "answers 6Cxx to a Le that is too long", card(|c| { no_extended(c); c.link.exact_length = true }), &[], AUTHENTIC;
    "slow" = "[MILLISECONDS]"("5"), "1回のやり取りに時間がかかる", "each exchange takes so many milliseconds (50)",
        |value| up_to(value.or(Some("50")), 60_000).map(|pause| card(move |c| c.link.pause = pause)), &[], AUTHENTIC;
};

/// Cut after the secure channel if there is one: its objects would not survive it.
fn short_answers(card: &mut SimulatedCard, most: usize) {
    if card.chip.rules.secure_channel {
        card.chip.rules.most = Some(most)
    } else {
        card.link.short_answers = Some(most)
    }
}

fn no_extended(card: &mut SimulatedCard) {
    (card.chip.rules.extended, card.chip.rules.short_secure) = (false, true);
}

/// An exchange's number, from 1.
fn number(value: Option<&str>) -> Option<u32> {
    value?.parse().ok().filter(|number| *number > 0)
}

fn exchange_and_status(value: Option<&str>) -> Option<(u32, u16)> {
    let (exchange, status) = value?.split_once(':')?;
    let word = u16::from_str_radix(status, 16).ok().filter(|_| status.len() == 4)?;
    Some((number(Some(exchange))?, word))
}

/// A number up to a limit.
pub(crate) fn up_to<N: core::str::FromStr + PartialOrd>(value: Option<&str>, most: N) -> Option<N> {
    value?.parse().ok().filter(|number| *number <= most)
}

/// The faults that a kind of simulated card can have.
pub fn faults_of(kind: CardKind) -> impl Iterator<Item = &'static FaultRow> {
    let own = kinds().find(|known| known.kind == kind).into_iter().flat_map(|known| known.faults);
    own.copied().flatten().chain(LINK_FAULTS)
}

/// What `bit-flip` does, with whatever files a kind has.
pub(crate) const BIT_FLIP: Bilingual = Bilingual::new(
    "ファイルFILEのBYTE番目（0から）の最下位ビットを反転",
    "the lowest bit of byte BYTE (from 0) of the file FILE flipped",
);

/// Reads `FILE:BYTE`; `None` for a file that is not among those of the card.
pub(crate) fn bit_flip(mut files: impl Iterator<Item = &'static str>, value: Option<&str>) -> Option<Effect> {
    /// No file is longer.
    const LAST_BYTE: usize = 0x7FFF;
    let (name, byte) = value?.split_once(':')?;
    let (name, at) = (files.find(|file| *file == name)?, up_to(Some(byte), LAST_BYTE)?);
    Some(attempt(move |card: &mut SimulatedCard| {
        let byte = card.file_mut(name).and_then(|bytes| bytes.get_mut(at));
        *byte.ok_or(IssueError::NoSuchByte)? ^= 0x01;
        Ok(())
    }))
}

/// Changes the last bit of a value.
pub(crate) fn flip(bytes: Option<&mut Vec<u8>>) {
    if let Some(last) = bytes.and_then(|bytes| bytes.last_mut()) {
        *last ^= 0x01;
    }
}

#[cfg(test)]
pub(crate) mod checks {
    use super::*;

    /// Every row of a kind's tables is complete, reads its own example, and has a name of its own.
    pub fn complete(kind: CardKind) {
        assert!(faults_of(kind).next().is_some(), "{kind}");
        for row in faults_of(kind) {
            assert_eq!(Faults::parse(kind, row.example).unwrap().len(), 1, "{kind} {}", row.name);
            assert_eq!(row.value.is_some(), row.example.contains('='), "{kind} {}", row.name);
            assert_eq!(faults_of(kind).filter(|other| other.name == row.name).count(), 1, "{kind} {}", row.name);
            assert!(!row.what.ja.is_empty() && !row.what.en.is_empty(), "{kind} {}", row.name);
        }
    }

    /// A row's exit code is what its checks say, where `required` are those that *authentic* needs.
    pub fn exit_codes_agree(rows: impl IntoIterator<Item = &'static FaultRow>, required: &[CheckId]) {
        let mut seen = 0;
        for row in rows {
            let of = |wanted: fn(&Verdict) -> bool| {
                row.differs.iter().any(|(id, verdict)| required.contains(id) && wanted(verdict))
            };
            let expected = match (of(|v| matches!(v, Verdict::Failed(_))), of(|v| matches!(v, Verdict::NotDone(_)))) {
                (true, _) => 1,
                (false, true) => 3,
                (false, false) if matches!(row.expected, Expected::Verdict(_)) => 0,
                _ => row.expected.exit_code(),
            };
            assert_eq!(row.expected.exit_code(), expected, "{}", row.name);
            seen += 1;
        }
        assert!(seen > 0);
    }
}
