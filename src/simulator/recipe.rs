//! A recipe: which card, whose, with which faults. The text form is what follows `sim:` in a reader's address.

use std::{num::ParseIntError, str::FromStr};

use crate::{kind::CardKind, lang::Bilingual};

use super::{
    card::{Credentials, SimulatedCard},
    contents::Contents,
    fault::{FaultError, Faults},
    issue::{self, IssueError, Order},
    persona::Persona,
    profile::Profile,
};

/// What a simulated card is made from. The same recipe gives the same bytes for ever.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// What kind of card.
    pub kind: CardKind,
    /// The holder's seed.
    pub seed: u64,
    /// The holder, where not the seed's.
    pub persona: Option<Persona>,
    /// What is wrong with the card.
    pub faults: Faults,
    /// Which of the uncertain answers it gives; faults change some.
    pub profile: Profile,
}

/// The kinds that can be simulated, with a line for `--help`.
pub const KINDS: &[(CardKind, Bilingual)] = &[
    (CardKind::MyNumber, Bilingual::new("マイナンバーカード（模擬）", "simulated My Number Card")),
    (
        CardKind::MyNumberNoPhoto,
        Bilingual::new(
            "顔写真のないマイナンバーカード（模擬。実物の配置は未公表）",
            "simulated My Number Card without a photo (the real layout is not public)",
        ),
    ),
];

/// Why a text is no recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
        Self { kind, seed, persona: None, faults: Faults::default(), profile: Profile::default() }
    }

    /// The same with faults.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Makes the card. Costs three RSA signatures once the certificates are made.
    ///
    /// # Errors
    /// [`IssueError`] when a hand-made persona does not fit, or the pool is damaged.
    pub fn card(&self) -> Result<SimulatedCard, IssueError> {
        let mut order = Order::new(self.persona.clone().unwrap_or_else(|| Persona::from_seed(self.seed)));
        if self.kind == CardKind::MyNumberNoPhoto {
            order.photo = None;
        }
        let mut profile = self.profile.clone();
        self.faults.prepare(&mut order, &mut profile);
        let mut issued = issue::issue(&order)?;
        self.faults.tamper(&mut issued, &order)?;
        let contents = Contents::my_number(&issued, &profile)?;
        let credentials = Credentials::of(self.kind, &order.persona);
        let mut card = SimulatedCard::assemble(contents, profile, self.seed, Some(credentials));
        self.faults.arm(&mut card)?;
        Ok(card)
    }
}

impl FromStr for Recipe {
    type Err = RecipeError;

    /// Reads `KIND`, `KIND?seed=7`, `KIND?fault=expired,filler&seed=7`.
    fn from_str(text: &str) -> Result<Self, RecipeError> {
        let (name, options) = text.split_once('?').unwrap_or((text, ""));
        let kind = name.parse().map_err(|_| RecipeError::Kind)?;
        if !KINDS.iter().any(|(known, _)| *known == kind) {
            return Err(RecipeError::Kind);
        }
        let mut recipe = Self::new(kind, 1);
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("seed", seed)) => recipe.seed = seed.parse()?,
                Some(("fault", faults)) => recipe.faults.extend(faults.parse()?),
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
        assert_eq!((recipe.kind, recipe.seed, recipe.faults.len()), (CardKind::MyNumber, 7, 2));
        assert_eq!("my-number-no-photo".parse::<Recipe>().unwrap().seed, 1);
        assert_eq!("my-number?fault=expired&fault=filler".parse::<Recipe>().unwrap().faults.len(), 2);
        let error = |text: &str| text.parse::<Recipe>().unwrap_err();
        assert_eq!(error("visa"), RecipeError::Kind);
        assert_eq!(error("licence"), RecipeError::Kind, "not simulated yet");
        assert_eq!(error("my-number?size=3"), RecipeError::Option);
        assert!(matches!(error("my-number?seed=x"), RecipeError::Seed(_)));
        assert!(matches!(error("my-number?fault=nonsense"), RecipeError::Fault(_)));
    }
}
