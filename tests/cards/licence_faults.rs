//! Every row of the tables of licences' faults: each check by its id, the verdict, or the named trouble.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::{
    faults::{Honest, Verdicts, is_removed, verdicts},
    reading::{card, findings, read_card},
};
use taimen::{
    cards::{
        ReadError,
        drivers_licence::files::{LICENCE_LAYOUTS, MENKYO_LAYOUTS},
    },
    dump::Scope,
    kind::CardKind,
    simulator::faults_of,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

/// The verdicts of an honest card.
fn checks(kind: CardKind) -> Verdicts {
    let revocation = (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable));
    let required: &[CheckId] = match kind {
        CardKind::LICENCE => {
            &[CheckId::LicenceSignature, CheckId::LicenceSigner, CheckId::NotExpired, CheckId::NoUnsignedChanges]
        }
        _ => &[CheckId::MenkyoSignature, CheckId::MenkyoSigner, CheckId::NotExpired],
    };
    required.iter().map(|id| (*id, Verdict::Passed)).chain([revocation]).collect()
}

fn honest(kind: CardKind) -> Honest {
    let refuses = |error: &ReadError| matches!(error, ReadError::Wrong { left: Some(_), .. });
    Honest { kind, overall: Overall::Authentic, checks: checks(kind), refuses }
}

#[test]
fn honest_licences_pass_every_check() {
    for seed in 1..=20 {
        for name in ["licence", "licence-nopin", "menkyo"] {
            let (overall, checks) = verdicts(&format!("{name}?seed={seed}")).unwrap();
            let kind = if name == "menkyo" { CardKind::MENKYO } else { CardKind::LICENCE };
            assert_eq!(checks, self::checks(kind), "{name} {seed}");
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
        kinds.into_iter().flat_map(|kind| faults_of(kind).filter_map(move |row| honest(kind).complaint(row))).collect();
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
                assert!(is_removed(&trouble), "{name} {fault}={exchange}: {trouble:?}");
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
