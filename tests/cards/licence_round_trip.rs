//! Holder → simulated card → reading → the same holder, with rare and external characters.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::reading::findings;
use jiff::civil::Date;
use taimen::{
    cards::{CardText, Findings, ItemValue},
    simulator::cards::drivers_licence::{
        EXTERNALS, LicenceHolder, PORTRAITS,
        text::{external, licence_text},
    },
    verify::Overall,
};

/// How many holders; more with `scripts/test-long`.
fn seeds() -> u64 {
    if std::env::var_os("TAIMEN_LONG").is_some() { 1_000 } else { 200 }
}

fn text(of: &str) -> CardText {
    CardText::from(&licence_text(of))
}

/// The item of this name; more than one is a mistake.
fn item<'a>(findings: &'a Findings, id: &str) -> Option<&'a ItemValue> {
    let mut found = findings.items.iter().filter(|item| item.id == id);
    let first = found.next();
    assert!(found.next().is_none(), "{id} stands twice");
    first.map(|item| &item.value)
}

fn assert_text(findings: &Findings, id: &str, of: &str, seed: u64) {
    let expected = Some(ItemValue::Text(text(of))).filter(|_| !of.is_empty());
    assert_eq!(item(findings, id), expected.as_ref(), "seed {seed}: {id}");
}

fn assert_day(findings: &Findings, id: &str, day: Option<Date>, seed: u64) {
    assert_eq!(item(findings, id), day.map(ItemValue::Date).as_ref(), "seed {seed}: {id}");
}

const CATEGORIES: [&str; 15] = [
    "cat_large",
    "cat_ordinary",
    "cat_large_special",
    "cat_large_motorcycle",
    "cat_ordinary_motorcycle",
    "cat_small_special",
    "cat_moped",
    "cat_towing",
    "cat_large_2",
    "cat_ordinary_2",
    "cat_large_special_2",
    "cat_towing_2",
    "cat_medium",
    "cat_medium_2",
    "cat_semi_medium",
];
const FIRSTS: [&str; 3] = ["date_motorcycle_smallspecial_moped", "date_other", "date_class2"];
const CONDITIONS: [&str; 4] = ["condition_1", "condition_2", "condition_3", "condition_4"];

/// What both cards hold.
fn assert_common(findings: &Findings, holder: &LicenceHolder, seed: u64) {
    assert_eq!(findings.overall(), Overall::Authentic, "seed {seed}");
    assert!(findings.warnings.is_empty(), "seed {seed}: {:?}", findings.warnings);
    assert_day(findings, "expiry", Some(holder.expiry), seed);
    assert_text(findings, "licence_number", &holder.number, seed);
    assert_text(findings, "colour_class", holder.colour, seed);
    for (at, id) in CONDITIONS.into_iter().enumerate() {
        assert_text(findings, id, holder.conditions.get(at).copied().unwrap_or_default(), seed);
    }
    for (id, day) in FIRSTS.into_iter().zip(holder.first) {
        assert_day(findings, id, day, seed);
    }
    assert_eq!(findings.pictures.len(), 1);
    assert_eq!(findings.pictures[0].bytes, PORTRAITS[usize::from(holder.persona.portrait)], "seed {seed}");
}

/// The picture of a slot is the pool's.
fn assert_externals(findings: &Findings, holder: &LicenceHolder, slots: std::ops::RangeInclusive<u8>, seed: u64) {
    let held: Vec<_> = holder.externals.iter().filter(|(slot, _)| slots.contains(slot)).collect();
    assert_eq!(findings.external.len(), held.len(), "seed {seed}");
    for (slot, picture) in held {
        let found = findings.external.iter().find(|external| external.slot == *slot).expect("in its slot");
        assert_eq!(found.raster, EXTERNALS[usize::from(*picture)], "seed {seed}, slot {slot}");
    }
}

#[test]
fn a_licence_reads_back_as_its_holder() {
    let mut with_external = 0;
    for seed in 0..seeds() {
        let holder = LicenceHolder::from_seed(seed);
        let findings = findings(&format!("licence?seed={seed}")).unwrap();
        assert_common(&findings, &holder, seed);
        let persona = &holder.persona;
        assert_eq!(findings.holder.name.as_ref().unwrap().value, text(&persona.name), "seed {seed}");
        assert_eq!(findings.holder.address.as_ref().unwrap().value, text(&persona.address), "seed {seed}");
        assert_eq!(findings.holder.birth_date.as_ref().unwrap().value, persona.birth, "seed {seed}");
        assert!(findings.holder.current.is_none() && findings.history.is_empty());
        for (id, of) in [
            ("name_kana", holder.kana.as_str()),
            ("alias", &holder.alias),
            ("unified_name_kana", &holder.unified_kana),
            ("reference_number", &holder.reference_number),
            ("commission", holder.commission.name),
            ("domicile", &holder.domicile),
            ("charset_year", &format!("19{:02X}", holder.edition)),
        ] {
            assert_text(&findings, id, of, seed);
        }
        assert_day(&findings, "issue_date", Some(holder.issue), seed);
        for id in CATEGORIES {
            let day = holder.categories.iter().find(|(held, _)| *held == id).map(|(_, day)| *day);
            assert_day(&findings, id, day, seed);
        }
        assert_externals(&findings, &holder, 1..=7, seed);
        with_external += u64::from(persona.name.contains(external(1)));
    }
    assert!(with_external > seeds() / 20, "{with_external} names with an external character");
}

#[test]
fn changes_read_back_with_their_days() {
    for seed in 0..seeds() / 5 {
        let holder = LicenceHolder::from_seed(seed).with_changes(seed);
        let findings = findings(&format!("licence-changed?seed={seed}")).unwrap();
        assert_eq!(findings.holder.name.as_ref().unwrap().value, text(&holder.persona.name), "the signed name stays");
        assert_eq!(findings.history.len(), holder.changes.len(), "seed {seed}");
        for change in &holder.changes {
            let commission = text(change.commission.seal);
            let same = findings.history.iter().any(|found| {
                (found.id, found.date, &found.value, &found.commission)
                    == (change.field, Some(change.day), &text(&change.text), &commission)
            });
            assert!(same, "seed {seed}: {change:?}");
        }
        let newest = |field| {
            let of = holder.changes.iter().filter(|change| change.field == field);
            of.max_by_key(|change| change.day).map(|change| text(&change.text))
        };
        let current = findings.holder.current.as_ref().unwrap();
        assert_eq!(current.name, newest("new_name"), "seed {seed}");
        assert_eq!(current.address, newest("new_address"), "seed {seed}");
        assert_eq!(current.domicile, newest("new_domicile"), "seed {seed}");
        assert_externals(&findings, &holder, 1..=7, seed);
    }
}

#[test]
fn a_licence_application_reads_back_as_its_holder() {
    for seed in 0..seeds() / 5 {
        let holder = LicenceHolder::from_seed(seed);
        let findings = findings(&format!("menkyo?seed={seed}")).unwrap();
        assert_common(&findings, &holder, seed);
        assert_day(&findings, "record_date", Some(holder.issue), seed);
        assert_text(&findings, "history_number", &holder.number, seed);
        for id in CATEGORIES {
            let held = holder.categories.iter().any(|(held, _)| *held == id);
            let told = matches!(item(&findings, id), Some(ItemValue::Term { id: "held", .. }));
            assert_eq!(told, held, "seed {seed}: {id}");
        }
        assert_externals(&findings, &holder, 1..=5, seed);
    }
}
