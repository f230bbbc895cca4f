//! Every row of the tables of licences' faults: each check by its id, the verdict, or the named trouble.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::reading::{card, findings, read_card};
use taimen::{
    cards::{
        FlowError, ReadError, RecogniseError,
        drivers_licence::files::{LICENCE_LAYOUTS, MENKYO_LAYOUTS},
    },
    dump::Scope,
    iso7816::{CardError, Refusal},
    kind::CardKind,
    simulator::{Expected, FaultRow, faults_of},
    transport::TransportError,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

type Verdicts = Vec<(CheckId, Verdict)>;

/// The verdicts of an honest card.
fn honest(kind: CardKind) -> Verdicts {
    let revocation = (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable));
    let required: &[CheckId] = match kind {
        CardKind::LICENCE => {
            &[CheckId::LicenceSignature, CheckId::LicenceSigner, CheckId::NotExpired, CheckId::NoUnsignedChanges]
        }
        _ => &[CheckId::MenkyoSignature, CheckId::MenkyoSigner, CheckId::NotExpired],
    };
    required.iter().map(|id| (*id, Verdict::Passed)).chain([revocation]).collect()
}

fn verdicts(recipe: &str) -> Result<(Overall, Verdicts), FlowError> {
    let findings = findings(recipe)?;
    Ok((findings.overall(), findings.checks.iter().map(|check| (check.id, check.verdict)).collect()))
}

fn expected(kind: CardKind, row: &FaultRow) -> Verdicts {
    let differs = |id| row.differs.iter().find(|(other, _)| *other == id).map(|(_, verdict)| *verdict);
    honest(kind).into_iter().map(|(id, verdict)| (id, differs(id).unwrap_or(verdict))).collect()
}

/// What is wrong with a row, if anything.
fn complaint(kind: CardKind, row: &FaultRow) -> Option<String> {
    let outcome = verdicts(&format!("{kind}?fault={}", row.example));
    let fits = match (row.expected, &outcome) {
        (Expected::Verdict(overall), Ok((found, checks))) => *found == overall && *checks == expected(kind, row),
        (Expected::CredentialRefused, Err(FlowError::Read(ReadError::Wrong { left: Some(_), .. }))) => true,
        (Expected::CredentialBlocked, Err(FlowError::Read(ReadError::Refused { refusal: Refusal::Blocked, .. }))) => {
            true
        }
        (Expected::LastTry, Err(FlowError::Read(ReadError::Refused { refusal: Refusal::LastTry, .. }))) => true,
        (Expected::PinSettingUnknown, Err(FlowError::Read(ReadError::PinSetting { .. }))) => true,
        (Expected::CardTrouble, Err(trouble)) => matches!(
            trouble,
            FlowError::Recognise(RecogniseError::Card(CardError::Transport(TransportError::Removed)))
                | FlowError::Read(ReadError::Card(CardError::Transport(TransportError::Removed)))
                | FlowError::Read(ReadError::AnswerLost { error: TransportError::Removed, .. })
        ),
        _ => false,
    };
    (!fits).then(|| {
        let found = match outcome {
            Ok((overall, checks)) => {
                let wanted = expected(kind, row);
                let differ: Vec<_> = checks.iter().zip(&wanted).filter(|(found, wanted)| found != wanted).collect();
                format!("{overall:?}, found and wanted: {differ:?}")
            }
            Err(trouble) => format!("{trouble:?}"),
        };
        format!("{kind} {}: wanted {:?}, got {found}", row.example, row.expected)
    })
}

#[test]
fn honest_licences_pass_every_check() {
    for seed in 1..=20 {
        for name in ["licence", "licence-nopin", "menkyo"] {
            let (overall, checks) = verdicts(&format!("{name}?seed={seed}")).unwrap();
            let kind = if name == "menkyo" { CardKind::MENKYO } else { CardKind::LICENCE };
            assert_eq!(checks, honest(kind), "{name} {seed}");
            assert_eq!(overall, Overall::Authentic);
        }
        let (overall, checks) = verdicts(&format!("licence-changed?seed={seed}")).unwrap();
        assert!(
            checks.contains(&(CheckId::NoUnsignedChanges, Verdict::Failed(Reason::UnsignedChanges))),
            "{seed}: {checks:?}"
        );
        assert_eq!(overall, Overall::Authentic, "changes only inform");
    }
}

#[test]
fn every_fault_fails_exactly_what_the_table_says() {
    let kinds = [CardKind::LICENCE, CardKind::MENKYO];
    let complaints: Vec<String> =
        kinds.into_iter().flat_map(|kind| faults_of(kind).filter_map(move |row| complaint(kind, row))).collect();
    assert!(kinds.iter().all(|kind| faults_of(*kind).count() > 20));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_licence_pulled_away_at_any_exchange_ends_in_a_clear_error() {
    for (name, exchanges) in [("licence", 25_u32), ("menkyo", 12)] {
        let mut card = card(name);
        let (_, figures) = read_card(&mut card, Scope::FULL).unwrap();
        assert!(figures.exchanges <= u64::from(exchanges), "{name}: {} exchanges", figures.exchanges);
        for exchange in 1..=u32::try_from(figures.exchanges).unwrap() {
            for fault in ["removed-at", "one-byte-at"] {
                let trouble = verdicts(&format!("{name}?fault={fault}={exchange}")).unwrap_err();
                let removed = match &trouble {
                    FlowError::Recognise(RecogniseError::Card(error)) | FlowError::Read(ReadError::Card(error)) => {
                        *error == CardError::Transport(TransportError::Removed)
                    }
                    FlowError::Read(ReadError::AnswerLost { error, .. }) => *error == TransportError::Removed,
                    _ => false,
                };
                assert!(removed, "{name} {fault}={exchange}: {trouble:?}");
            }
        }
    }
}

#[test]
fn only_layouts_that_cover_everything_pass() {
    // Seed 2 has external characters, so that the layouts with them differ.
    let layouts = LICENCE_LAYOUTS.iter().map(|layout| (CardKind::LICENCE, CheckId::LicenceSignature, layout));
    let guests = MENKYO_LAYOUTS.iter().map(|layout| (CardKind::MENKYO, CheckId::MenkyoSignature, layout));
    for (kind, id, layout) in layouts.chain(guests) {
        let findings = findings(&format!("{kind}?seed=2&fault=layout={}", layout.name)).unwrap();
        let expected = if layout.covers { Verdict::Passed } else { Verdict::NotDone(Why::LayoutUnknown) };
        assert_eq!(findings.verdict(id), Some(expected), "{kind} {}", layout.name);
        assert_eq!(findings.check(id).unwrap().evidence.shown("layout").as_deref(), Some(layout.name), "{kind}");
    }
}
