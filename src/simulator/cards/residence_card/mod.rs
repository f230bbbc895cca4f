//! Simulated residence cards: 在留カード and 特別永住者証明書 of both generations, the certificates of their issuer, and the
//! residence application on a simulated My Number Card, as far as it is known.
//!
//! The chip keeps to spec residence section 8; whatever no source settles is a switch in [`ResidenceProfile`]. No genuine
//! signature or certificate is public, so that a simulated card passes shows nothing about a real one.

mod authorities;
mod chip;
mod contents;
mod faults;
mod holder;
mod issue;
pub mod profile;
mod tiff;

pub use authorities::{CA, CA2, authorities};
pub use contents::ResidenceFile;
pub use faults::{RESIDENCE_CHILD_FAULTS, RESIDENCE_FAULTS, RESIDENCE1_FAULTS, RESIDENCE2_FAULTS};
pub use holder::ResidenceHolder;
pub use issue::{IssuedResidence, PORTRAITS, ResidenceOrder, issue, leaf, signed_message};
pub use profile::ResidenceProfile;

use crate::{
    cards::{self, residence_card::files},
    dump::Dump,
    image::tiff_extent,
    kind::CardKind,
    simulator::{Credentials, IssueError, Recipe, SimulatedCard},
    trust::TrustStore,
    verify::{Basis, CheckId, Verdict, Why},
};

use super::{Like, Twin, my_number, sim_kinds};

pub(crate) const TWIN: Twin = Twin {
    kinds: sim_kinds! {
        "residence1", RESIDENCE1, "在留カード（第1世代・模擬）", "simulated residence card, first generation", &[RESIDENCE1_FAULTS, RESIDENCE_FAULTS], residence;
        "residence1-special", RESIDENCE1_SPECIAL, "特別永住者証明書（第1世代・模擬）", "simulated special permanent resident certificate, first generation", &[RESIDENCE1_FAULTS, RESIDENCE_FAULTS], residence;
        "residence1-child", RESIDENCE1_CHILD, "16歳未満の人の在留カード（第1世代・模擬。電子署名と顔写真はない）", "simulated residence card, first generation, holder under 16: neither signed nor with a photo", &[RESIDENCE_CHILD_FAULTS], residence;
        "residence2", RESIDENCE2, "在留カード（第2世代・模擬）", "simulated residence card, second generation", &[RESIDENCE2_FAULTS, RESIDENCE_FAULTS], residence;
        "residence2-special", RESIDENCE2_SPECIAL, "特別永住者証明書（第2世代・模擬）", "simulated special permanent resident certificate, second generation", &[RESIDENCE2_FAULTS, RESIDENCE_FAULTS], residence;
        "residence-specified", RESIDENCE_SPECIFIED, "特定在留カード（模擬。実物の読取り手順は未公表のため、種類の判定のみ）", "simulated specified residence card (how a real one is read is not known here: recognition only)", &[], specified;
    },
    like,
};

/// What is ordered, before the card is issued.
#[derive(Debug)]
pub(crate) struct Plan {
    pub order: ResidenceOrder,
    pub profile: ResidenceProfile,
}

/// The issued files, still to be changed.
#[derive(Debug)]
pub(crate) struct Draft {
    pub plan: Plan,
    pub issued: IssuedResidence,
    /// The number that opens the card.
    pub number: String,
}

fn holder(recipe: &Recipe) -> ResidenceHolder {
    recipe.given().cloned().unwrap_or_else(|| ResidenceHolder::from_seed(recipe.seed))
}

fn residence(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    let profile: ResidenceProfile = recipe.given().cloned().unwrap_or_default();
    let mut plan = Plan { order: ResidenceOrder::new(recipe.kind(), holder(recipe), &profile), profile };
    recipe.faults.apply(&mut plan)?;
    let (issued, number) = (issue(&plan.order, &plan.profile)?, plan.order.holder.number.clone());
    let own = Credentials::default().with("card-number", &number);
    let mut draft = Draft { plan, issued, number };
    recipe.faults.apply(&mut draft)?;
    let (chip, commands) = chip::residence(draft, recipe.seed)?;
    Ok(SimulatedCard::new(chip, commands, Some(own)))
}

fn specified(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    let guest = chip::guest(&recipe.given().cloned().unwrap_or_default());
    let number = holder(recipe).number;
    my_number::make(recipe, my_number::order(recipe), Some(guest), |own| own.with("card-number", number))
}

/// A card of the same kind, which takes short reads under secure messaging if the real card did. That it is a child's
/// card the wire does not show, except that nobody signed it.
fn like(dump: &Dump, seed: u64) -> Option<Like> {
    let unsigned = || {
        let findings =
            TrustStore::shipped().ok().and_then(|store| cards::check(dump, &store, Basis::Operator(dump.read_at)))?;
        Some(findings.verdict(CheckId::CardSignature)? == Verdict::NotDone(Why::NotSigned))
    };
    let kind = match dump.kind {
        CardKind::RESIDENCE1 if unsigned() == Some(true) => CardKind::RESIDENCE1_CHILD,
        kind => kind,
    };
    TWIN.kinds.iter().any(|known| known.kind == kind).then(|| {
        let recipe = Recipe::new(kind, seed);
        let picture_length = picture_length(dump);
        let adjusted = |profile: &mut ResidenceProfile| {
            (profile.short_secure_read, profile.picture_length) = (true, picture_length);
        };
        Ok((recipe.adjust(adjusted), false))
    })
}

/// Bytes of the picture whose zeros were not read: they decide what was.
fn picture_length(dump: &Dump) -> Option<usize> {
    [(&files::FRONT, 4), (&files::ADDRESS_PICTURE, 5)].into_iter().find_map(|(file, header)| {
        dump.inferred(file.name)?;
        tiff_extent(dump.file(file.name)?.get(header..)?).ok()
    })
}
