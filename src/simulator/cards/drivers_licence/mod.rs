//! Simulated licences: 運転免許証 with its own chip, and マイナ免許証 as a guest on a simulated My Number Card (spec
//! licence 8).
//!
//! Whatever no source settles is a switch in [`LicenceProfile`]. Which bytes a real licence signs is not public: the
//! simulated one signs the first layout of the table, so that its check passes shows nothing about a real licence.

mod chip;
mod faults;
mod fields;
mod holder;
mod issue;
mod menkyo;
pub mod profile;
pub mod text;

pub use faults::{LICENCE_FAULTS, MENKYO_FAULTS};
pub use fields::FieldFile;
pub use holder::{Change, Commission, LicenceHolder};
pub use issue::{EXTERNALS, IssuedLicence, LicenceOrder, LicenceSigner, PORTRAITS, issue, key_identifier};
pub use profile::LicenceProfile;

use crate::{
    cards::drivers_licence::files::{DEFAULT_PIN, MENKYO_SETTING, PIN_SETTING, PinSetting},
    dump::Dump,
    kind::CardKind,
    simulator::{Credentials, IssueError, Persona, Recipe, SimulatedCard},
};

use super::{Like, Twin, my_number, sim_kinds};

pub(crate) const TWIN: Twin = Twin {
    kinds: sim_kinds! {
        "licence", LICENCE, "運転免許証（模擬。電子署名の対象の配置は未公表）", "simulated driver's licence (what a real one signs is not public)", &[LICENCE_FAULTS], licence;
        "licence-nopin", LICENCE, "暗証番号を設定していない運転免許証（模擬）", "simulated driver's licence whose PINs were never set", &[LICENCE_FAULTS], |recipe| licence(&recipe.clone().with(PinSetting::NotSet));
        "licence-changed", LICENCE, "氏名・住所等の変更を追記した運転免許証（模擬）", "simulated driver's licence with changes of name, address, conditions and domicile", &[LICENCE_FAULTS], changed;
        "menkyo", MENKYO, "マイナ免許証を載せたマイナンバーカード（模擬）", "simulated My Number Card with the licence application", &[MENKYO_FAULTS], menkyo;
    },
    like,
};

/// What is ordered, before the licence is issued.
#[derive(Debug)]
pub(crate) struct Plan {
    pub order: LicenceOrder,
    pub profile: LicenceProfile,
}

/// The issued files, still to be changed.
#[derive(Debug)]
pub(crate) struct Draft {
    pub plan: Plan,
    pub issued: IssuedLicence,
}

type Issue = fn(&LicenceOrder, &LicenceProfile) -> Result<IssuedLicence, IssueError>;

fn draft(recipe: &Recipe, order: LicenceOrder, issue: Issue) -> Result<Draft, IssueError> {
    let mut plan = Plan { order, profile: recipe.given().cloned().unwrap_or_default() };
    recipe.faults.apply(&mut plan)?;
    let mut draft = Draft { issued: issue(&plan.order, &plan.profile)?, plan };
    recipe.faults.apply(&mut draft)?;
    Ok(draft)
}

fn holder(recipe: &Recipe) -> LicenceHolder {
    recipe.given().cloned().unwrap_or_else(|| LicenceHolder::from_seed(recipe.seed))
}

fn setting(recipe: &Recipe) -> PinSetting {
    recipe.given().copied().unwrap_or(PinSetting::Set)
}

fn licence(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    let setting = setting(recipe);
    let draft = draft(recipe, LicenceOrder::new(holder(recipe), setting), issue)?;
    let LicenceHolder { pin1, pin2, .. } = &draft.plan.order.holder;
    let (pins, own) = match setting {
        PinSetting::NotSet => ([&DEFAULT_PIN[..]; 2], Credentials::default()),
        PinSetting::Set => {
            ([pin1.as_bytes(), pin2.as_bytes()], Credentials::default().with("pin1", pin1).with("pin2", pin2))
        }
    };
    Ok(SimulatedCard::new(chip::licence(&draft, pins)?, chip::Commands, Some(own)))
}

fn changed(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    licence(&recipe.clone().with(holder(recipe).with_changes(recipe.seed)))
}

fn menkyo(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    let holder = holder(recipe);
    let mut order = my_number::order(recipe);
    if recipe.given::<Persona>().is_none() {
        // Old enough for a licence.
        order.persona.birth = holder.persona.birth;
    }
    let draft = draft(recipe, menkyo::order(LicenceOrder::new(holder, setting(recipe))), menkyo::issue)?;
    let pin = &draft.plan.order.holder.menkyo_pin;
    my_number::make(recipe, order, Some(chip::guest(&draft)?), |own| own.with("licence-pin", pin))
}

/// A card whose PINs are set if those of the read card are.
fn like(dump: &Dump, seed: u64) -> Option<Like> {
    let file = [(CardKind::LICENCE, PIN_SETTING), (CardKind::MENKYO, MENKYO_SETTING)];
    let (_, file) = file.into_iter().find(|(kind, _)| *kind == dump.kind)?;
    let setting = dump.file(file.name).and_then(|file| PinSetting::from_byte(*file.get(2)?));
    let recipe = Recipe::new(dump.kind, seed);
    Some(Ok((recipe.with(setting.unwrap_or(PinSetting::Set)), false)))
}
