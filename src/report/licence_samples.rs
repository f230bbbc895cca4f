//! Findings of simulated licences, read through the library, for the tests of every form of the report.

use crate::{
    cards::{Findings, drivers_licence, recognise},
    dump::Scope,
    iso7816::{PinGate, Session},
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::LinkFigures,
    trust::{Hierarchy, TrustStore},
    verify::Basis,
};

use super::{Context, Source};

const TIME: &str = "2026-11-22T01:02:03Z";

fn trust() -> TrustStore {
    TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated)
}

fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap().card().unwrap()
}

/// A 運転免許証, read as far as the scope goes and checked.
pub(super) fn licence(recipe: &str, scope: Scope) -> Findings {
    let mut card = card(recipe);
    let own = card.credentials().cloned();
    let mut session = Session::new(&mut card);
    let recognised = recognise(&mut session).unwrap();
    let prepared = drivers_licence::prepare(&mut session, &recognised.licence).unwrap();
    let own = own.as_ref();
    let reading = drivers_licence::Reading {
        scope,
        pins: drivers_licence::Pins { pin1: own.and_then(|own| own.pin1()), pin2: own.and_then(|own| own.pin2()) },
        gate: &mut PinGate::new(false),
        prepared,
        released: false,
        time: TIME.parse().unwrap(),
        reader: "sim:licence".to_owned(),
        progress: &mut |_, _, _| {},
    };
    let dump = reading.run(&mut session).unwrap();
    drivers_licence::check(&dump, &trust(), Basis::Live(TIME.parse().unwrap()))
}

/// A マイナ免許証, read and checked.
pub(super) fn menkyo(recipe: &str, scope: Scope) -> Findings {
    let mut card = card(recipe);
    let own = card.credentials().cloned();
    let mut session = Session::new(&mut card);
    let recognised = recognise(&mut session).unwrap();
    assert!(recognised.guests.contains(&CardKind::MENKYO));
    let prepared = drivers_licence::prepare_menkyo(&mut session).unwrap();
    let reading = drivers_licence::MenkyoReading {
        scope,
        pin: own.as_ref().and_then(|own| own.licence_pin()),
        gate: &mut PinGate::new(false),
        prepared,
        released: false,
        time: TIME.parse().unwrap(),
        reader: "sim:menkyo".to_owned(),
        progress: &mut |_, _, _| {},
    };
    let mut dump = reading.run(&mut session).unwrap();
    dump.guests = vec![CardKind::MY_NUMBER];
    drivers_licence::check_menkyo(&dump, &trust(), Basis::Live(TIME.parse().unwrap()))
}

fn context(reader: &str) -> Context {
    Context {
        source: Source::Live,
        reader: reader.to_owned(),
        read_at: TIME.parse().unwrap(),
        link: LinkFigures { exchanges: 19, bytes_sent: 212, bytes_received: 5_484, card_ms: 940, host_ms: 12 },
        tries: Vec::new(),
        accepted: vec![Hierarchy::Simulated],
        sealed_by: None,
    }
}

/// A seed whose holder has an external character in the name.
pub(super) const SEED: &str = "seed=3";

/// Every sample by name.
pub(super) fn all() -> Vec<(&'static str, Findings, Context)> {
    let changed = format!("licence-changed?{SEED}");
    vec![
        ("licence", licence("licence?seed=7", Scope::FULL), context("sim:licence")),
        ("licence_changed", licence(&changed, Scope::FULL), context("sim:licence-changed")),
        ("licence_pin1", licence("licence?seed=7", Scope::PIN1), context("sim:licence")),
        ("licence_without_pin", licence("licence?seed=7", Scope::WITHOUT_PIN), context("sim:licence")),
        ("menkyo", menkyo("menkyo?seed=7", Scope::FULL), context("sim:menkyo")),
        ("menkyo_without_pin", menkyo("menkyo?seed=7", Scope::WITHOUT_PIN), context("sim:menkyo")),
    ]
}
