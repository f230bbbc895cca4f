//! Simulated passports: of Japan's kind with PACE and active authentication, of an older kind with BAC alone, and of another state with
//! chip authentication, brainpool curves and RSA-PSS.
//!
//! The chip keeps to spec passport section 11; whatever real chips differ in is a switch in [`PassportProfile`].

mod chip;
mod faults;
mod holder;
mod issue;
pub mod issuer;
mod message;
pub mod profile;

pub use faults::PASSPORT_FAULTS;
pub use holder::PassportHolder;
pub use issue::{ActiveKey, ActiveKind, IssuedPassport, PassportOrder, Sizes, issue};
pub use profile::PassportProfile;

use crate::{
    cards::passport::{
        Format, Mrz,
        files::{self, File},
    },
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
        "passport-cam", PASSPORT, "旅券（PACEでICチップの鍵も証明：CAM。模擬）", "simulated passport whose chip proves its key in PACE (CAM)", &[PASSPORT_FAULTS], mapping;
        "passport-rsa", PASSPORT, "旅券（BAC・RSAのAA。模擬）", "simulated older passport: BAC, active authentication with RSA", &[PASSPORT_FAULTS], with_rsa;
        "passport-dh", PASSPORT, "外国の旅券（PACE-IMとCAを曲線でなくDHで。模擬）", "simulated passport of another state: PACE (integrated mapping) and chip authentication with DH", &[PASSPORT_FAULTS], with_dh;
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

fn mapping(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, PassportOrder::mapping(holder(recipe)), PassportProfile::default())
}

fn with_rsa(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    let profile = PassportProfile { opens: profile::Opens::BacAlone, ..PassportProfile::default() };
    make(recipe, PassportOrder::with_rsa(holder(recipe)), profile)
}

fn with_dh(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, PassportOrder::with_dh(holder(recipe)), PassportProfile::default())
}

fn make(recipe: &Recipe, order: PassportOrder, profile: PassportProfile) -> Result<SimulatedCard, IssueError> {
    let mut plan = Plan { order, profile: recipe.given().cloned().unwrap_or(profile) };
    if let Some(sizes) = recipe.given::<Sizes>() {
        plan.order.sizes = *sizes;
        // Fillers make a picture longer, and nothing makes it shorter.
        let smallest = issue::PORTRAITS.into_iter().min_by_key(|portrait| portrait.len());
        plan.order.portrait = plan.order.portrait.or_else(|| smallest.map(<[u8]>::to_vec));
        plan.order.change = Some(short);
    }
    recipe.faults.apply(&mut plan)?;
    let issued = issue(&plan.order)?;
    // What is printed: a fault may change what the chip holds.
    let zone = plan.order.printed.clone().unwrap_or_else(|| plan.order.holder.zone());
    let own = Credentials::default().with("mrz", typed(&zone));
    let mut draft = Draft { plan, issued };
    recipe.faults.apply(&mut draft)?;
    let (chip, commands) = chip::passport(draft, recipe.seed)?;
    Ok(SimulatedCard::new(chip, commands, Some(own)))
}

/// What staff type: the second line of a book, the three fields of a card.
fn typed(zone: &str) -> String {
    match Mrz::parse(zone.as_bytes()) {
        Ok(card) if card.format != Format::Td3 => {
            let expiry = card.expiry().map(|day| day.to_string());
            format!("{} {} {}", card.number(), card.birth(), expiry.unwrap_or_default())
        }
        _ => zone.get(44..).unwrap_or_default().to_owned(),
    }
}

/// A passport whose files have the sizes of the read one's, if the chip proves its key as a simulated kind does. Its signer states no
/// types of documents, so that there is room for what fills the security object.
fn like(dump: &Dump, seed: u64) -> Option<Like> {
    if dump.kind != CardKind::PASSPORT {
        return None;
    }
    let size = |file: &File| dump.file(file.name).map(<[u8]>::len);
    let there = |file: &File| size(file).is_some();
    let names: &[&str] = match (there(&files::CARD_ACCESS), there(&files::DG15)) {
        _ if there(&files::CARD_SECURITY) => &["passport-cam"],
        (false, false) => &["passport-bac"],
        (false, true) => &["passport-rsa"],
        (true, true) => &["passport"],
        (true, false) => &["passport-ca", "passport-dh"],
    };
    let sizes = Sizes { picture: size(&files::DG2), person: size(&files::DG11), signature: size(&files::SOD) };
    let mut like = None;
    for sim in names.iter().filter_map(|name| TWIN.kinds.iter().find(|kind| kind.name == *name)) {
        let recipe = Recipe::of(sim, seed).with(sizes);
        let mut card = match recipe.card() {
            Ok(card) => card,
            Err(_) => return Some(Err(files::SOD.file.name)),
        };
        let differs = files::FILES.iter().find(|file| {
            let wanted = size(file);
            // A file that was not read may be there all the same.
            wanted.is_some() && card.file_mut(file.name).map(|bytes| bytes.len()) != wanted
        });
        match differs {
            None => return Some(Ok((recipe, false))),
            Some(file) => like = like.or(Some(Err(file.file.name))),
        }
    }
    like
}

/// Without what the simulated signers state beyond the usual.
fn short(message: &mut issuer::MessageOrder) {
    (message.signer.documents, message.signer.period) = (None, None);
    if let Ok(certificate) = message.signer.build() {
        message.certificates = vec![certificate];
    }
}
