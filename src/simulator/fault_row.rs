//! One row of the tables of faults: its type, how it is written, and what every table's tests ask of a row.

use crate::{
    lang::Bilingual,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

use super::fault::Fault;

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
    /// The card left, or gave an answer that is none.
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
            | Self::PinSettingUnknown => 5,
        }
    }
}

/// One row: a fault of a card, and what must come of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FaultRow {
    /// Its name in `fault=…`.
    pub name: &'static str,
    /// How its value is written, where it takes one; in brackets where it may be left out.
    pub value: Option<&'static str>,
    /// The fault as a test writes it.
    pub example: &'static str,
    /// What it does.
    pub what: Bilingual,
    /// Checks whose verdict differs from the honest card's, with the verdict that they must have. Empty where the
    /// check ends before a verdict.
    pub differs: &'static [(CheckId, Verdict)],
    /// How the check ends.
    pub expected: Expected,
    /// Makes the fault from its value; `None` for a value that does not fit.
    pub make: fn(Option<&str>) -> Option<Fault>,
}

pub(super) const fn failed(id: CheckId, reason: Reason) -> (CheckId, Verdict) {
    (id, Verdict::Failed(reason))
}

pub(super) const fn rests(id: CheckId, on: CheckId) -> (CheckId, Verdict) {
    (id, Verdict::NotDone(Why::DependsOn(on)))
}

pub(super) const AUTHENTIC: Expected = Expected::Verdict(Overall::Authentic);
pub(super) const REJECTED: Expected = Expected::Verdict(Overall::Rejected);
pub(super) const UNDETERMINED: Expected = Expected::Verdict(Overall::Undetermined);

/// What [`FaultRow::differs`] holds.
pub(super) type Differs = &'static [(CheckId, Verdict)];

/// A row of a fault without a value (a variant of [`Fault`], or what becomes one), or of a fault with one.
macro_rules! row {
    ($name:literal, $ja:literal, $en:literal, $fault:ident, $differs:expr, $expected:expr) => {
        row!(@bare $name, $ja, $en, Fault::$fault, $differs, $expected)
    };
    ($name:literal, $ja:literal, $en:literal, $fault:expr, $differs:expr, $expected:expr) => {
        row!(@bare $name, $ja, $en, Fault::from($fault), $differs, $expected)
    };
    (@bare $name:literal, $ja:literal, $en:literal, $fault:expr, $differs:expr, $expected:expr) => {
        FaultRow {
            name: $name,
            value: None,
            example: $name,
            what: Bilingual::new($ja, $en),
            differs: $differs,
            expected: $expected,
            make: |value| value.is_none().then(|| $fault),
        }
    };
    ($name:literal = $value:literal ($example:literal), $ja:expr, $en:expr, $make:expr, $differs:expr, $expected:expr) => {
        FaultRow {
            name: $name,
            value: Some($value),
            example: concat!($name, "=", $example),
            what: Bilingual::new($ja, $en),
            differs: $differs,
            expected: $expected,
            make: $make,
        }
    };
}

pub(super) use row;

#[cfg(test)]
pub(super) mod checks {
    use super::*;
    use crate::{
        kind::CardKind,
        simulator::{Faults, faults_of},
    };

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
