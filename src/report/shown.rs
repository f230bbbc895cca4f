//! Text from a card with its external characters (外字): a numbered mark in text, a picture in HTML.

use crate::{
    cards::CardText,
    image::{self, Raster},
    text::MARK,
};

use super::{Report, clean::visible};

/// Rows and columns of an external character (spec licence 7.4, I).
const SIDE: u32 = 50;

/// A piece of what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Harmless text.
    Text(String),
    /// A character that only a picture shows, by its slot.
    External(u8),
}

/// A value as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown(pub(super) Vec<Piece>);

impl Shown {
    /// Text of this program or a formatted value; made harmless all the same.
    pub(super) fn new(text: &str) -> Self {
        Self(vec![Piece::Text(visible(text))])
    }

    /// Text from a card.
    pub(super) fn of(text: &CardText) -> Self {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        for (index, c) in text.text.chars().enumerate() {
            let slot = text.external.iter().find(|(at, _)| *at == index && c == MARK).map(|(_, slot)| *slot);
            match slot {
                Some(slot) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(visible(&std::mem::take(&mut plain))));
                    }
                    pieces.push(Piece::External(slot));
                }
                None => plain.push(c),
            }
        }
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(visible(&plain)));
        }
        Self(pieces)
    }

    /// Whether a picture is in it.
    pub(super) fn has_external(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::External(_)))
    }

    /// For a terminal: each mark with its slot after it.
    pub(super) fn plain(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::External(slot) => mark(*slot),
        };
        self.0.iter().map(piece).collect()
    }
}

/// The mark of an external character with its slot.
pub(super) fn mark(slot: u8) -> String {
    format!("{MARK}[{slot}]")
}

impl Report<'_> {
    /// The picture of an external character; `None` if the card holds none or it does not decode.
    pub(super) fn external(&self, slot: u8) -> Option<(&'static str, Raster)> {
        let character = self.findings.external.iter().find(|character| character.slot == slot)?;
        Some((character.file, image::decode_fax(&character.raster, SIDE, SIDE).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_carry_their_slot_and_a_printed_geta_stays_one() {
        let text = CardText { text: "〓山〓\u{202E}〓".into(), external: vec![(2, 3), (4, 1), (1, 7), (90, 2)] };
        assert_eq!(Shown::of(&text).plain(), "〓山〓[3][U+202E]〓[1]");
        assert_eq!(Shown::of(&"".into()).plain(), "");
        assert_eq!(Shown::of(&text).0.len(), 4);
    }
}
