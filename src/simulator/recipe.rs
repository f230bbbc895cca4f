//! A recipe: which card, whose, with which faults. The text form is what follows `sim:` in a reader's address.

use std::{num::ParseIntError, str::FromStr};

use crate::{
    cards::{
        drivers_licence::files::{DEFAULT_PIN, PinSetting},
        residence_card::{files::Generation, protocol::CardNumber},
    },
    kind::CardKind,
    lang::Bilingual,
};

use super::{
    card::{Credentials, SimulatedCard},
    contents::Contents,
    fault::{FaultError, Faults},
    issue::{self, IssueError, Order},
    licence::{self, IssuedLicence, LicenceChip, LicenceHolder, LicenceOrder, menkyo},
    persona::Persona,
    prng::SplitMix64,
    profile::Profile,
    residence::{self, ResidenceChip, ResidenceHolder, ResidenceOrder},
};

/// What a simulated card is made from. The same recipe gives the same bytes for ever.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// What kind of card.
    pub kind: CardKind,
    /// Which of the cards of this kind.
    pub variant: Variant,
    /// The holder's seed.
    pub seed: u64,
    /// The holder, where not the seed's.
    pub persona: Option<Persona>,
    /// The face picture of a My Number Card, where not the holder's.
    pub photo: Option<Vec<u8>>,
    /// The holder of a licence, where not the seed's.
    pub holder: Option<LicenceHolder>,
    /// The holder of a residence card, where not the seed's.
    pub resident: Option<ResidenceHolder>,
    /// What is wrong with the card.
    pub faults: Faults,
    /// Which of the uncertain answers it gives; faults change some.
    pub profile: Profile,
}

/// Which of the cards of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Variant {
    /// The plain one: PINs are set, nothing was changed after issue.
    #[default]
    Plain,
    /// A licence whose PINs were never set.
    NoPin,
    /// A licence with changes after issue.
    Changed,
}

/// A card that can be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimKind {
    /// Its name in a reader's address.
    pub name: &'static str,
    /// Its kind, which may be simulated under several names.
    pub kind: CardKind,
    /// Which of this kind.
    pub variant: Variant,
    /// A line for `--help`.
    pub what: Bilingual,
}

const fn kind(name: &'static str, kind: CardKind, variant: Variant, ja: &'static str, en: &'static str) -> SimKind {
    SimKind { name, kind, variant, what: Bilingual::new(ja, en) }
}

/// The cards that can be simulated.
pub const KINDS: &[SimKind] = &[
    kind("my-number", CardKind::MY_NUMBER, Variant::Plain, "マイナンバーカード（模擬）", "simulated My Number Card"),
    kind(
        "my-number-no-photo",
        CardKind::MY_NUMBER_NO_PHOTO,
        Variant::Plain,
        "顔写真のないマイナンバーカード（模擬。実物の配置は未公表）",
        "simulated My Number Card without a photo (the real layout is not public)",
    ),
    kind(
        "licence",
        CardKind::LICENCE,
        Variant::Plain,
        "運転免許証（模擬。電子署名の対象の配置は未公表）",
        "simulated driver's licence (what a real one signs is not public)",
    ),
    kind(
        "licence-nopin",
        CardKind::LICENCE,
        Variant::NoPin,
        "暗証番号を設定していない運転免許証（模擬）",
        "simulated driver's licence whose PINs were never set",
    ),
    kind(
        "licence-changed",
        CardKind::LICENCE,
        Variant::Changed,
        "氏名・住所等の変更を追記した運転免許証（模擬）",
        "simulated driver's licence with changes of name, address, conditions and domicile",
    ),
    kind(
        "menkyo",
        CardKind::MENKYO,
        Variant::Plain,
        "マイナ免許証を載せたマイナンバーカード（模擬）",
        "simulated My Number Card with the licence application",
    ),
    kind(
        "residence1",
        CardKind::RESIDENCE1,
        Variant::Plain,
        "在留カード（第1世代・模擬）",
        "simulated residence card, first generation",
    ),
    kind(
        "residence1-special",
        CardKind::RESIDENCE1_SPECIAL,
        Variant::Plain,
        "特別永住者証明書（第1世代・模擬）",
        "simulated special permanent resident certificate, first generation",
    ),
    kind(
        "residence1-child",
        CardKind::RESIDENCE1_CHILD,
        Variant::Plain,
        "16歳未満の人の在留カード（第1世代・模擬。電子署名と顔写真はない）",
        "simulated residence card, first generation, holder under 16: neither signed nor with a photo",
    ),
    kind(
        "residence2",
        CardKind::RESIDENCE2,
        Variant::Plain,
        "在留カード（第2世代・模擬）",
        "simulated residence card, second generation",
    ),
    kind(
        "residence2-special",
        CardKind::RESIDENCE2_SPECIAL,
        Variant::Plain,
        "特別永住者証明書（第2世代・模擬）",
        "simulated special permanent resident certificate, second generation",
    ),
    kind(
        "residence-specified",
        CardKind::RESIDENCE_SPECIFIED,
        Variant::Plain,
        "特定在留カード（模擬。実物の読取り手順は未公表のため、種類の判定のみ）",
        "simulated specified residence card (how a real one is read is not known here: recognition only)",
    ),
];

/// Why a text is no recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// No card kind that can be simulated.
    #[error("no simulated card has this name")]
    Kind,
    /// A part behind `?` that is neither `fault=` nor `seed=`.
    #[error("a simulated card takes fault=… and seed=…")]
    Option,
    /// The seed is no number.
    #[error("the seed is no number from 0 to 18446744073709551615")]
    Seed(#[from] ParseIntError),
    /// A fault that the table does not have, or a wrong value.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

impl Recipe {
    /// An honest card of a seed's persona.
    pub fn new(kind: CardKind, seed: u64) -> Self {
        Self {
            kind,
            variant: Variant::Plain,
            seed,
            persona: None,
            photo: None,
            holder: None,
            resident: None,
            faults: Faults::default(),
            profile: Profile::default(),
        }
    }

    /// The same with faults.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Makes the card. Costs five RSA signatures once the certificates are made.
    ///
    /// # Errors
    /// [`IssueError`] when a hand-made persona does not fit, or the pool is damaged.
    pub fn card(&self) -> Result<SimulatedCard, IssueError> {
        match self.kind {
            CardKind::LICENCE => return self.licence(),
            kind if Generation::of(kind).is_some() => return self.residence(),
            _ => {}
        }
        let holder = self.licence_holder();
        let mut order = Order::new(self.persona.clone().unwrap_or_else(|| Persona::from_seed(self.seed)));
        if let Some(photo) = &self.photo {
            order.photo = Some(photo.clone());
        }
        if self.kind == CardKind::MENKYO && self.persona.is_none() {
            // Old enough for a licence.
            order.persona.birth = holder.persona.birth;
        }
        if self.kind == CardKind::MY_NUMBER_NO_PHOTO {
            order.photo = None;
        }
        let mut profile = self.profile.clone();
        self.faults.prepare(&mut order, &mut profile);
        let mut issued = issue::issue(&order)?;
        self.faults.tamper(&mut issued, &order)?;
        let mut contents = Contents::my_number(&issued, &profile)?;
        let mut credentials = Credentials::of(self.kind, &order.persona);
        if self.kind == CardKind::MENKYO {
            let mut order = menkyo::order(LicenceOrder::new(holder, self.pin_setting()));
            self.faults.prepare_licence(&mut order, &mut profile.licence);
            let mut issued = menkyo::issue(&order, &profile.licence)?;
            let sign = |issued: &mut IssuedLicence| menkyo::sign(issued, &order, &profile.licence);
            self.faults.tamper_licence(&mut issued, &order, &profile.licence, sign)?;
            let pin = order.holder.menkyo_pin.clone();
            contents.put_guest(&issued, pin.as_bytes())?;
            credentials = credentials.with_pins_of(&order.holder).map_err(|_| IssueError::Pin)?;
        }
        if self.kind == CardKind::RESIDENCE_SPECIFIED {
            contents.put_residence_guest(&residence::specified_files(&profile.residence));
            credentials = credentials.with_card_number(self.resident().number.parse()?);
        }
        let mut card = SimulatedCard::assemble(contents, profile, self.seed, Some(credentials));
        self.faults.arm(&mut card)?;
        Ok(card)
    }

    fn licence_holder(&self) -> LicenceHolder {
        match (&self.holder, self.variant) {
            (Some(holder), _) => holder.clone(),
            (None, Variant::Changed) => LicenceHolder::from_seed(self.seed).with_changes(self.seed),
            (None, _) => LicenceHolder::from_seed(self.seed),
        }
    }

    fn resident(&self) -> ResidenceHolder {
        self.resident.clone().unwrap_or_else(|| ResidenceHolder::from_seed(self.seed))
    }

    fn residence(&self) -> Result<SimulatedCard, IssueError> {
        let mut profile = self.profile.residence.clone();
        let mut order = ResidenceOrder::new(self.kind, self.resident(), &profile);
        self.faults.prepare_residence(&mut order, &mut profile);
        let mut issued = residence::issue(&order, &profile)?;
        self.faults.tamper_residence(&mut issued, &order, &profile)?;
        let number: CardNumber = order.holder.number.parse()?;
        let credentials = Credentials::of(self.kind, &Persona::from_seed(self.seed)).with_card_number(number.clone());
        // Another stream than the holder's.
        let random = SplitMix64::new(self.seed ^ 0x7461_696D_656E_5A43);
        let mut card = SimulatedCard::residence(ResidenceChip::new(&issued, number, profile, random), credentials);
        self.faults.arm(&mut card)?;
        Ok(card)
    }

    fn pin_setting(&self) -> PinSetting {
        if self.variant == Variant::NoPin { PinSetting::NotSet } else { PinSetting::Set }
    }

    fn licence(&self) -> Result<SimulatedCard, IssueError> {
        let mut profile = self.profile.licence.clone();
        let mut order = LicenceOrder::new(self.licence_holder(), self.pin_setting());
        self.faults.prepare_licence(&mut order, &mut profile);
        let mut issued = licence::issue(&order, &profile)?;
        let sign = |issued: &mut IssuedLicence| issued.sign(&order, &profile);
        self.faults.tamper_licence(&mut issued, &order, &profile, sign)?;
        let holder = &order.holder;
        let mut credentials = Credentials::of(self.kind, &holder.persona);
        let mut pins = [&DEFAULT_PIN[..]; 2];
        if self.variant != Variant::NoPin {
            pins = [holder.pin1.as_bytes(), holder.pin2.as_bytes()];
            credentials = credentials.with_pins_of(holder).map_err(|_| IssueError::Pin)?;
        }
        let mut card = SimulatedCard::licence(LicenceChip::new(licence::folders(&issued, pins)?, profile), credentials);
        self.faults.arm(&mut card)?;
        Ok(card)
    }
}

impl FromStr for Recipe {
    type Err = RecipeError;

    /// Reads `KIND`, `KIND?seed=7`, `KIND?fault=expired,filler&seed=7`.
    fn from_str(text: &str) -> Result<Self, RecipeError> {
        let (name, options) = text.split_once('?').unwrap_or((text, ""));
        let known = KINDS.iter().find(|known| known.name == name).ok_or(RecipeError::Kind)?;
        let mut recipe = Self::new(known.kind, 1);
        recipe.variant = known.variant;
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("seed", seed)) => recipe.seed = seed.parse()?,
                Some(("fault", faults)) => recipe.faults.extend(Faults::parse(recipe.kind, faults)?),
                _ => return Err(RecipeError::Option),
            }
        }
        Ok(recipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses() {
        let recipe: Recipe = "my-number?fault=expired,removed-at=3&seed=7".parse().unwrap();
        assert_eq!((recipe.kind, recipe.seed, recipe.faults.len()), (CardKind::MY_NUMBER, 7, 2));
        assert_eq!("my-number-no-photo".parse::<Recipe>().unwrap().seed, 1);
        assert_eq!("my-number?fault=expired&fault=filler".parse::<Recipe>().unwrap().faults.len(), 2);
        let error = |text: &str| text.parse::<Recipe>().unwrap_err();
        assert_eq!(error("visa"), RecipeError::Kind);
        assert_eq!(error("residence3"), RecipeError::Kind);
        let changed: Recipe = "licence-changed".parse().unwrap();
        assert_eq!((changed.kind, changed.variant), (CardKind::LICENCE, Variant::Changed));
        assert_eq!(error("my-number?size=3"), RecipeError::Option);
        assert!(matches!(error("my-number?seed=x"), RecipeError::Seed(_)));
        assert!(matches!(error("my-number?fault=nonsense"), RecipeError::Fault(_)));
    }
}
