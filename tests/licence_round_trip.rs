//! Holder → simulated licence → reading → the same holder, for a thousand seeds with rare characters.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use taimen::{
    cards::{
        CardText, Findings, ItemValue,
        drivers_licence::{self, Pins, Reading, prepare},
        recognise,
    },
    dump::{Dump, Scope},
    iso7816::{PinGate, Session},
    kind::CardKind,
    simulator::{
        Recipe,
        licence::{LicenceHolder, text::licence_text},
    },
    trust::{Hierarchy, TrustStore},
    verify::Overall,
};

const TIME: &str = "2026-11-22T03:00:00Z";
const SEEDS: u64 = 1_000;

fn read(recipe: &Recipe) -> Dump {
    let mut card = recipe.card().unwrap();
    let own = card.credentials().unwrap().clone();
    let mut session = Session::new(&mut card);
    let recognised = recognise(&mut session).unwrap();
    let prepared = prepare(&mut session, &recognised.licence).unwrap();
    let reading = Reading {
        scope: Scope::Full,
        pins: Pins { pin1: own.pin1(), pin2: own.pin2() },
        gate: &mut PinGate::new(false),
        prepared,
        released: false,
        time: TIME.parse().unwrap(),
        reader: "test".to_owned(),
        progress: &mut |_, _, _| {},
    };
    reading.run(&mut session).unwrap()
}

/// What a reading must show for a holder's text: marks for external characters, the minus of JIS.
fn shown(text: &str) -> CardText {
    let mut shown = CardText::from(&licence_text(text));
    shown.text = shown.text.replace('\u{FF0D}', "\u{2212}").replace('\u{FF5E}', "\u{301C}");
    shown
}

fn item(found: &Findings, id: &str) -> Option<ItemValue> {
    found.items.iter().find(|item| item.id == id).map(|item| item.value.clone())
}

fn same(seed: u64, holder: &LicenceHolder, found: &Findings) {
    let text = |id: &str, expected: &str| {
        let expected = (!expected.is_empty()).then(|| ItemValue::Text(shown(expected)));
        assert!(item(found, id) == expected, "seed {seed}: {id} is not {expected:?}");
    };
    assert!(found.holder.name.as_ref().unwrap().value == shown(&holder.persona.name), "seed {seed}: name");
    assert!(found.holder.address.as_ref().unwrap().value == shown(&holder.persona.address), "seed {seed}: address");
    assert_eq!(found.holder.birth_date.as_ref().unwrap().value, holder.persona.birth, "seed {seed}");
    text("name_kana", &holder.kana);
    text("alias", &holder.alias);
    text("unified_name_kana", &holder.unified_kana);
    text("reference_number", &holder.reference_number);
    text("colour_class", holder.colour);
    text("commission", holder.commission.name);
    text("licence_number", &holder.number);
    text("domicile", &holder.domicile);
    for (at, condition) in holder.conditions.iter().enumerate() {
        text(&format!("condition_{}", at + 1), condition);
    }
    assert_eq!(item(found, "expiry"), Some(ItemValue::Date(holder.expiry)), "seed {seed}");
    assert_eq!(item(found, "issue_date"), Some(ItemValue::Date(holder.issue)), "seed {seed}");
    let held = found.items.iter().filter(|item| item.id.starts_with("cat_")).count();
    assert_eq!(held, holder.categories.len(), "seed {seed}");
    for (category, day) in &holder.categories {
        assert_eq!(item(found, category), Some(ItemValue::Date(*day)), "seed {seed}: {category}");
    }
    assert_eq!(found.history.len(), holder.changes.len(), "seed {seed}");
    for change in &holder.changes {
        let known = found.history.iter().any(|entry| {
            entry.id == change.field
                && entry.date == Some(change.day)
                && entry.value == shown(&change.text)
                && &*entry.commission == change.commission.seal
        });
        assert!(known, "seed {seed}: {} of {}", change.field, change.day);
    }
    let mut slots: Vec<u8> = holder.externals.iter().map(|(slot, _)| *slot).collect();
    slots.sort_unstable();
    assert_eq!(found.external.iter().map(|external| external.slot).collect::<Vec<_>>(), slots, "seed {seed}");
}

#[test]
fn a_thousand_holders_read_back() {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
    let mut rare = 0;
    for seed in 0..SEEDS {
        let mut holder = LicenceHolder::from_seed(seed);
        if seed % 2 == 1 {
            holder = holder.with_changes(seed);
        }
        let mut recipe = Recipe::new(CardKind::Licence, seed);
        recipe.holder = Some(holder.clone());
        let found = drivers_licence::check(&read(&recipe), &trust, TIME.parse().unwrap());
        same(seed, &holder, &found);
        assert!(found.overall() != Overall::Undetermined, "seed {seed}: {:?}", found.checks);
        assert_eq!(found.warnings.len(), 0, "seed {seed}: {:?}", found.warnings);
        rare += u64::from(!found.external.is_empty());
    }
    assert!(rare > SEEDS / 2, "{rare} licences hold external characters");
}
