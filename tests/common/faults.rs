//! Runs the rows of the simulator's fault tables: each check by its id, the verdict, or the named trouble.

use taimen::{
    cards::{FlowError, ReadError, RecogniseError},
    iso7816::{CardError, Refusal},
    kind::CardKind,
    simulator::{Expected, FaultRow},
    transport::TransportError,
    verify::{CheckId, Overall, Verdict},
};

use super::reading::findings;

/// Every check of a report, and its verdict.
pub type Verdicts = Vec<(CheckId, Verdict)>;

/// What a simulated card yields.
pub fn verdicts(recipe: &str) -> Result<(Overall, Verdicts), FlowError> {
    let findings = findings(recipe)?;
    Ok((findings.overall(), findings.checks.iter().map(|check| (check.id, check.verdict)).collect()))
}

/// An unharmed card of one kind.
pub struct Honest {
    pub kind: CardKind,
    pub overall: Overall,
    pub checks: Verdicts,
    /// What the card says of a wrong credential.
    pub refuses: fn(&ReadError) -> bool,
}

impl Honest {
    fn expected(&self, row: &FaultRow) -> Verdicts {
        let differs = |id| row.differs.iter().find(|(other, _)| *other == id).map(|(_, verdict)| *verdict);
        self.checks.iter().map(|(id, verdict)| (*id, differs(*id).unwrap_or(*verdict))).collect()
    }

    fn fits(&self, row: &FaultRow, outcome: &Result<(Overall, Verdicts), FlowError>) -> bool {
        use ReadError::{NothingShared, PinSetting, Refused};
        match (row.expected, outcome) {
            (Expected::Verdict(overall), Ok((found, checks))) => {
                // The link's faults leave a card what it is, which need not be authentic.
                let overall = if overall == Overall::Authentic { self.overall } else { overall };
                *found == overall && *checks == self.expected(row)
            }
            (Expected::CardTrouble, Err(trouble)) => {
                is_removed(trouble)
                    // What presents nothing is no known card.
                    || *trouble == FlowError::Recognise(RecogniseError::Unknown)
                    || matches!(
                        trouble,
                        FlowError::Read(
                            ReadError::Handshake { .. }
                                | ReadError::Session { .. }
                                | ReadError::WantsBluetooth
                                | ReadError::Card(CardError::Endless)
                                | ReadError::Card(CardError::Transport(TransportError::LengthUnsupported))
                        )
                    )
            }
            (expected, Err(FlowError::Read(error))) => match (expected, error) {
                (Expected::CredentialRefused, error) => (self.refuses)(error),
                (Expected::CredentialBlocked, Refused { refusal, .. }) => *refusal == Refusal::Blocked,
                (Expected::LastTry, Refused { refusal, .. }) => *refusal == Refusal::LastTry,
                (Expected::NoCounter, Refused { refusal, .. }) => *refusal == Refusal::NoCounter,
                (Expected::PinSettingUnknown, PinSetting { .. }) | (Expected::NothingShared, NothingShared) => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// What is wrong with a row, if anything.
    pub fn complaint(&self, row: &FaultRow) -> Option<String> {
        let outcome = verdicts(&format!("{}?fault={}", self.kind, row.example));
        if self.fits(row, &outcome) {
            return None;
        }
        let found = match outcome {
            Ok((overall, checks)) => {
                let wanted = self.expected(row);
                let differ: Vec<_> = checks.iter().zip(&wanted).filter(|(found, wanted)| found != wanted).collect();
                format!("{overall:?}, found and wanted: {differ:?}")
            }
            Err(trouble) => format!("{trouble:?}"),
        };
        Some(format!("{} {}: wanted {:?}, got {found}", self.kind, row.example, row.expected))
    }
}

/// Whether a reading ended because the card went away.
pub fn is_removed(trouble: &FlowError) -> bool {
    match trouble {
        FlowError::Recognise(RecogniseError::Card(error)) | FlowError::Read(ReadError::Card(error)) => {
            *error == CardError::Transport(TransportError::Removed)
        }
        // An exchange that carried a credential: nobody knows whether a try was spent.
        FlowError::Read(ReadError::AnswerLost { error, .. }) => *error == TransportError::Removed,
        _ => false,
    }
}
