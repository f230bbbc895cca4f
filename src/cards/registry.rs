//! The registry: one line a card.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    dump::{Scope, UnknownScope},
    kind::{CardKind, UnknownKind},
};

use super::{drivers_licence, my_number, residence_card};

/// The kinds of every card.
const KINDS: &[&[CardKind]] = &[my_number::KINDS, drivers_licence::KINDS, residence_card::KINDS];

impl CardKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().flat_map(|kinds| kinds.iter().copied())
    }
}

impl FromStr for CardKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::all().find(|kind| kind.as_str() == name).ok_or(UnknownKind)
    }
}

impl Serialize for CardKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CardKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Every scope of every card.
const SCOPES: &[Scope] = &[Scope::FULL, Scope::AGE, Scope::PIN1, Scope::WITHOUT_PIN];

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        SCOPES.iter().find(|scope| scope.as_str() == name).copied().ok_or(UnknownScope)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for kind in CardKind::all() {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(serde_json::from_value::<CardKind>(kind.as_str().into()).unwrap(), kind);
        }
        assert_eq!("visa".parse::<CardKind>(), Err(UnknownKind));
    }
}
