//! Simulated passports: of Japan's kind with PACE and active authentication, of an older kind with BAC alone, and of another state with
//! chip authentication, brainpool curves and RSA-PSS.
//!
//! The chip keeps to spec passport section 11; whatever real chips differ in is a switch in [`PassportProfile`].

mod chip;
mod faults;
mod holder;
mod issue;
pub mod issuer;
pub mod profile;

pub use faults::PASSPORT_FAULTS;
pub use holder::PassportHolder;
pub use issue::{IssuedPassport, PassportOrder, issue};
pub use profile::PassportProfile;

use crate::{
    dump::Dump,
    kind::CardKind,
    simulator::{Credentials, IssueError, Recipe, SimulatedCard},
};

use super::{Like, Twin, sim_kinds};

pub(crate) const TWIN: Twin = Twin {
    kinds: sim_kinds! {
        "passport", PASSPORT, "旅券（PACE・AA。模擬）", "simulated passport with PACE and active authentication", &[PASSPORT_FAULTS], japanese;
        "passport-bac", PASSPORT, "旅券（BACのみ、ICチップの鍵なし。模擬）", "simulated older passport: BAC alone, no key in the chip", &[PASSPORT_FAULTS], older;
        "passport-ca", PASSPORT, "外国の旅券（CA・brainpool・RSA-PSS。模擬）", "simulated passport of another state: chip authentication, brainpool curves, RSA-PSS", &[PASSPORT_FAULTS], foreign;
    },
    like,
};

/// What is ordered, before the passport is issued.
#[derive(Debug)]
pub(crate) struct Plan {
    pub order: PassportOrder,
    pub profile: PassportProfile,
}

/// The issued files, still to be changed.
#[derive(Debug)]
pub(crate) struct Draft {
    pub plan: Plan,
    pub issued: IssuedPassport,
}

fn holder(recipe: &Recipe) -> PassportHolder {
    recipe.given().cloned().unwrap_or_else(|| PassportHolder::from_seed(recipe.seed))
}

fn japanese(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, PassportOrder::japanese(holder(recipe)), PassportProfile::default())
}

fn older(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    let profile = PassportProfile { opens: profile::Opens::BacAlone, ..PassportProfile::default() };
    make(recipe, PassportOrder::older(holder(recipe)), profile)
}

fn foreign(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, PassportOrder::foreign(holder(recipe)), PassportProfile::default())
}

fn make(recipe: &Recipe, order: PassportOrder, profile: PassportProfile) -> Result<SimulatedCard, IssueError> {
    let mut plan = Plan { order, profile: recipe.given().cloned().unwrap_or(profile) };
    recipe.faults.apply(&mut plan)?;
    let issued = issue(&plan.order)?;
    // What is printed: a fault may change what the chip holds.
    let zone = plan.order.printed.clone().unwrap_or_else(|| plan.order.holder.zone());
    let own = Credentials::default().with("mrz", zone.get(44..).unwrap_or_default());
    let mut draft = Draft { plan, issued };
    recipe.faults.apply(&mut draft)?;
    let (chip, commands) = chip::passport(draft, recipe.seed)?;
    Ok(SimulatedCard::new(chip, commands, Some(own)))
}

/// A passport of the kind that answers as the read one did; its files have other sizes, so a recording of a real one is not scrubbed.
fn like(dump: &Dump, seed: u64) -> Option<Like> {
    if dump.kind != CardKind::PASSPORT {
        return None;
    }
    let fits = |name: &'static str| {
        let sim = TWIN.kinds.iter().find(|kind| kind.name == name)?;
        Some(Recipe::of(sim, seed))
    };
    let listed = |file: &str| dump.file(file).is_some();
    let name = match (listed("mf/1C"), listed("emrtd/0F")) {
        (false, _) => "passport-bac",
        (true, true) => "passport",
        (true, false) => "passport-ca",
    };
    fits(name).map(|recipe| Ok((recipe, false)))
}
