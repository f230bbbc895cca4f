//! What a residence card and a special permanent resident certificate are, as data.

use crate::{kind::CardKind, lang::Bilingual};

impl CardKind {
    /// 在留カード of the first generation
    pub const RESIDENCE1: Self =
        Self::new("residence1", Bilingual::new("在留カード（第1世代）", "residence card, first generation"));
    /// 特別永住者証明書 of the first generation
    pub const RESIDENCE1_SPECIAL: Self = Self::new(
        "residence1-special",
        Bilingual::new("特別永住者証明書（第1世代）", "special permanent resident certificate, first generation"),
    );
    /// 在留カード of the first generation, holder under 16
    pub const RESIDENCE1_CHILD: Self = Self::new(
        "residence1-child",
        Bilingual::new("在留カード（第1世代・16歳未満）", "residence card, first generation, under 16"),
    );
    /// 在留カード of the second generation
    pub const RESIDENCE2: Self =
        Self::new("residence2", Bilingual::new("在留カード（第2世代）", "residence card, second generation"));
    /// 特別永住者証明書 of the second generation
    pub const RESIDENCE2_SPECIAL: Self = Self::new(
        "residence2-special",
        Bilingual::new("特別永住者証明書（第2世代）", "special permanent resident certificate, second generation"),
    );
    /// 特定在留カード
    pub const RESIDENCE_SPECIFIED: Self =
        Self::new("residence-specified", Bilingual::new("特定在留カード", "specified residence card"));
}

/// The kinds of this card.
pub const KINDS: &[CardKind] = &[
    CardKind::RESIDENCE1,
    CardKind::RESIDENCE1_SPECIAL,
    CardKind::RESIDENCE1_CHILD,
    CardKind::RESIDENCE2,
    CardKind::RESIDENCE2_SPECIAL,
    CardKind::RESIDENCE_SPECIFIED,
];
