//! The card kinds: the names that reports, `sim:` addresses, dumps and fixtures share.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::lang::Bilingual;

/// What kind of card, or of application on a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CardKind {
    /// マイナンバーカード
    MyNumber,
    /// マイナンバーカード without a face picture (infants)
    MyNumberNoPhoto,
    /// 運転免許証
    Licence,
    /// マイナ免許証, an application on a My Number Card
    Menkyo,
    /// 在留カード of the first generation
    Residence1,
    /// 特別永住者証明書 of the first generation
    Residence1Special,
    /// 在留カード of the first generation, holder under 16
    Residence1Child,
    /// 在留カード of the second generation
    Residence2,
    /// 特別永住者証明書 of the second generation
    Residence2Special,
    /// 特定在留カード
    ResidenceSpecified,
}

/// One row a kind: kind, machine name, the name that people use.
const KINDS: [(CardKind, &str, Bilingual); 10] = [
    (CardKind::MyNumber, "my-number", Bilingual::new("マイナンバーカード", "My Number Card")),
    (
        CardKind::MyNumberNoPhoto,
        "my-number-no-photo",
        Bilingual::new("マイナンバーカード（顔写真なし）", "My Number Card without a photo"),
    ),
    (CardKind::Licence, "licence", Bilingual::new("運転免許証", "driver's licence")),
    (CardKind::Menkyo, "menkyo", Bilingual::new("マイナ免許証", "driver's licence on a My Number Card")),
    (CardKind::Residence1, "residence1", Bilingual::new("在留カード（第1世代）", "residence card, first generation")),
    (
        CardKind::Residence1Special,
        "residence1-special",
        Bilingual::new("特別永住者証明書（第1世代）", "special permanent resident certificate, first generation"),
    ),
    (
        CardKind::Residence1Child,
        "residence1-child",
        Bilingual::new("在留カード（第1世代・16歳未満）", "residence card, first generation, under 16"),
    ),
    (CardKind::Residence2, "residence2", Bilingual::new("在留カード（第2世代）", "residence card, second generation")),
    (
        CardKind::Residence2Special,
        "residence2-special",
        Bilingual::new("特別永住者証明書（第2世代）", "special permanent resident certificate, second generation"),
    ),
    (CardKind::ResidenceSpecified, "residence-specified", Bilingual::new("特定在留カード", "specified residence card")),
];

impl CardKind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|(kind, ..)| *kind)
    }

    /// The machine name, for example `my-number`.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// The name that people use.
    pub fn name(self) -> Bilingual {
        self.row().2
    }

    fn row(self) -> &'static (CardKind, &'static str, Bilingual) {
        // The table holds every kind (a test counts them), so the first row is never the answer by accident.
        KINDS.iter().find(|(kind, ..)| *kind == self).unwrap_or(&KINDS[0])
    }
}

impl fmt::Display for CardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CardKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind).ok_or(UnknownKind)
    }
}

/// A name that is no card kind's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no card kind has this name")]
pub struct UnknownKind;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_read_back() {
        for kind in CardKind::all() {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("visa".parse::<CardKind>(), Err(UnknownKind));
    }
}
