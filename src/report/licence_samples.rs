//! Findings of simulated licences, read through the library, for the tests of every form of the report.

use crate::{
    cards::{self, Credentials, Findings, Request},
    dump::Scope,
    iso7816::PinGate,
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::{LinkFigures, draws::ListedDraws},
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
    read(recipe, Request::new("sim:licence", TIME.parse().unwrap()).scope(scope))
}

/// A マイナ免許証, read and checked.
pub(super) fn menkyo(recipe: &str, scope: Scope) -> Findings {
    read(recipe, Request::new("sim:menkyo", TIME.parse().unwrap()).scope(scope).application(CardKind::MENKYO))
}

fn read(recipe: &str, request: Request) -> Findings {
    let mut card = card(recipe);
    let credentials = Credentials::from(&card);
    let (gate, draws) = (&mut PinGate::new(false), &mut ListedDraws::new(Vec::new()));
    let mut dump = cards::read(&mut card, &request, credentials, gate, draws, &mut |_| {}).unwrap();
    if dump.kind == CardKind::MENKYO {
        dump.guests = vec![CardKind::MY_NUMBER];
    }
    cards::check(&dump, &trust(), Basis::Live(TIME.parse().unwrap())).unwrap()
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
