//! A recipe: which card, whose, with which faults. The text form is what follows `sim:` in a reader's address.

use std::{any::Any, fmt::Debug, num::ParseIntError, str::FromStr, sync::Arc};

use crate::kind::CardKind;

use super::{FaultError, Faults, IssueError, SimKind, SimulatedCard, kinds};

/// What a simulated card is made from. The same recipe gives the same bytes for ever.
#[derive(Debug, Clone)]
pub struct Recipe {
    kind: CardKind,
    sim: Option<&'static SimKind>,
    /// The holder's seed.
    pub seed: u64,
    /// What is wrong with the card.
    pub faults: Faults,
    given: Vec<Arc<dyn Given>>,
}

/// A holder, a picture, a profile: what a card takes instead of the seed's or its own.
trait Given: Any + Debug + Send + Sync {}

impl<T: Any + Debug + Send + Sync> Given for T {}

/// Why a text is not a recipe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// No card kind that can be simulated.
    #[error("no simulated card has this name")]
    Kind,
    /// A part after `?` that is neither `fault=` nor `seed=`.
    #[error("a simulated card takes fault=… and seed=…")]
    Option,
    /// The seed is not a number.
    #[error("the seed is not a number from 0 to 18446744073709551615")]
    Seed(#[from] ParseIntError),
    /// A fault that the table does not have, or a wrong value.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

impl Recipe {
    /// An honest card of a seed's holder: the first that is simulated of this kind.
    pub fn new(kind: CardKind, seed: u64) -> Self {
        let sim = kinds().find(|known| known.kind == kind);
        Self { kind, sim, seed, faults: Faults::default(), given: Vec::new() }
    }

    /// The same of a simulated kind.
    pub fn of(sim: &'static SimKind, seed: u64) -> Self {
        Self { sim: Some(sim), ..Self::new(sim.kind, seed) }
    }

    /// What kind of card.
    pub fn kind(&self) -> CardKind {
        self.kind
    }

    /// The same with faults.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// The same with a holder, a picture or its own profile, in the type that the card takes.
    #[must_use]
    pub fn with<T: Any + Debug + Send + Sync>(mut self, value: T) -> Self {
        self.given.push(Arc::new(value));
        self
    }

    /// The same with a change of what was given, or of its default.
    #[must_use]
    pub fn adjust<T: Any + Debug + Send + Sync + Clone + Default>(self, change: impl FnOnce(&mut T)) -> Self {
        let mut value = self.given::<T>().cloned().unwrap_or_default();
        change(&mut value);
        self.with(value)
    }

    /// What was given of a type.
    pub fn given<T: Any>(&self) -> Option<&T> {
        self.given.iter().rev().find_map(|given| {
            let given: &dyn Any = &**given;
            given.downcast_ref()
        })
    }

    /// Makes the card: a few signatures, the most of them once a process.
    ///
    /// # Errors
    /// [`IssueError`] when a hand-made holder does not fit, or the pool is damaged.
    pub fn card(&self) -> Result<SimulatedCard, IssueError> {
        let sim = self.sim.ok_or(IssueError::NoSuchKind)?;
        let mut card = (sim.make)(self)?;
        card.kind = Some(self.kind);
        self.faults.apply(&mut card)?;
        Ok(card)
    }
}

impl FromStr for Recipe {
    type Err = RecipeError;

    /// Reads `KIND`, `KIND?seed=7`, `KIND?fault=expired,filler&seed=7`.
    fn from_str(text: &str) -> Result<Self, RecipeError> {
        let (name, options) = text.split_once('?').unwrap_or((text, ""));
        let mut recipe = Self::of(kinds().find(|known| known.name == name).ok_or(RecipeError::Kind)?, 1);
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
        assert_eq!("licence-changed".parse::<Recipe>().unwrap().kind, CardKind::LICENCE);
        assert_eq!(error("my-number?size=3"), RecipeError::Option);
        assert!(matches!(error("my-number?seed=x"), RecipeError::Seed(_)));
        assert!(matches!(error("my-number?fault=nonsense"), RecipeError::Fault(_)));
    }
}
