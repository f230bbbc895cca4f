//! What a driver's licence is, as data: the card, and the application on a My Number Card.

use crate::{dump::Scope, kind::CardKind, lang::Bilingual};

impl CardKind {
    /// 運転免許証
    pub const LICENCE: Self = Self::new("licence", Bilingual::new("運転免許証", "driver's licence"));
    /// マイナ免許証, an application on a My Number Card
    pub const MENKYO: Self =
        Self::new("menkyo", Bilingual::new("マイナ免許証", "driver's licence on a My Number Card"));
}

impl Scope {
    /// What a licence shows after PIN 1 alone: no 本籍, no photo.
    pub const PIN1: Self = Self::new("pin1");
}

/// The kinds of this card.
pub const KINDS: &[CardKind] = &[CardKind::LICENCE, CardKind::MENKYO];
