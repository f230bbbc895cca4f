//! A holder's texts: plain strings in which marks stand for external characters (spec licence 7.2).

use crate::{
    simulator::IssueError,
    text::{JisText, Piece},
};

/// Marks an external character in a holder's texts: U+E001 to U+E007 for 外字1 to 7.
const FIRST_EXTERNAL: u32 = 0xE000;
/// Marks 欠字, a character that is missing and has no picture.
pub(crate) const MISSING: char = '\u{E00A}';
/// External characters that a licence can hold: two in EF03, five in EF05.
pub const EXTERNAL_SLOTS: u8 = 7;

/// The mark of 外字 `slot`, 1 to 7; `MISSING` for another number.
pub fn external(slot: u8) -> char {
    let mark = char::from_u32(FIRST_EXTERNAL + u32::from(slot));
    mark.filter(|_| (1..=EXTERNAL_SLOTS).contains(&slot)).unwrap_or(MISSING)
}

/// The text as a reader decodes it: marks become external characters.
pub fn licence_text(text: &str) -> JisText {
    let piece = |character| match character {
        MISSING => Piece::Missing,
        other => {
            let slot = (1..=EXTERNAL_SLOTS).find(|slot| external(*slot) == other);
            slot.map_or(Piece::Char(other), Piece::External)
        }
    };
    JisText { pieces: text.chars().map(piece).collect(), ..JisText::default() }
}

const NOT_IN_JIS: IssueError = IssueError::Unfit("text");

/// The text as a licence stores it.
///
/// # Errors
/// [`IssueError::Unfit`] for a character that needs an external one; rows 9 to 15 and 85 to 94, which some encoders fill, are not JIS X 0208.
pub(crate) fn jis_x_0208(text: &str) -> Result<Vec<u8>, IssueError> {
    let codes = licence_text(text).encode().ok_or(NOT_IN_JIS)?;
    let is_vendor = |code: &[u8; 2]| matches!(code, [0x29..=0x2F | 0x75..=0x7E, _]);
    if codes.as_chunks().0.iter().any(is_vendor) { Err(NOT_IN_JIS) } else { Ok(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_texts() {
        // Spec licence 9.2.
        let hex = |text| jis_x_0208(text).map(hex::encode_upper);
        assert_eq!(hex("試験　太郎").unwrap(), "3B6E3833212142404F3A");
        assert_eq!(hex("優良").unwrap(), "4D254E49");
        assert_eq!(hex("眼鏡等").unwrap(), "346336404579");
        assert_eq!(hex("霞が関２\u{2212}１").unwrap(), "3262242C34582332215D2331");
        assert_eq!(hex("２－１").unwrap(), "2332215D2331");
        assert_eq!(hex("\u{301C}").unwrap(), "2141");
    }

    #[test]
    fn external_characters_and_what_is_none() {
        let text = format!("見{}{}{MISSING}", external(1), external(7));
        assert_eq!(jis_x_0208(&text).unwrap()[2..], [0xFF, 0xF1, 0xFF, 0xF7, 0xFF, 0xFA]);
        assert_eq!(licence_text(&text).pieces[1], Piece::External(1));
        assert_eq!((external(0), external(8)), (MISSING, MISSING));
        for outside in ["①", "髙", "﨑", "𠮷", "A", "ｱ", "é"] {
            assert_eq!(jis_x_0208(outside), Err(NOT_IN_JIS), "{outside}");
        }
        assert!(jis_x_0208("凜熙彌遙齋瑤堯槇").is_ok());
    }
}
