//! What a My Number Card is, as data.

use crate::{kind::CardKind, lang::Bilingual};

impl CardKind {
    /// マイナンバーカード
    pub const MY_NUMBER: Self = Self::new("my-number", Bilingual::new("マイナンバーカード", "My Number Card"));
    /// マイナンバーカード without a face picture (infants)
    pub const MY_NUMBER_NO_PHOTO: Self = Self::new(
        "my-number-no-photo",
        Bilingual::new("マイナンバーカード（顔写真なし）", "My Number Card without a photo"),
    );
}

/// The kinds of this card.
pub const KINDS: &[CardKind] = &[CardKind::MY_NUMBER, CardKind::MY_NUMBER_NO_PHOTO];
