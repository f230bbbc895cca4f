//! The pool's 12-dot font, by character: JIS X 0208 glyphs and half-width digits. Format: `pool/FONT-LICENCE.md`.

use encoding_rs::EUC_JP;

/// Dots a side of a glyph.
pub const SIZE: usize = 12;

const FONT: &[u8] = include_bytes!("pool/font12.bin");
const CELLS: usize = 94;
const GLYPH: usize = SIZE * SIZE / 8;

/// What is drawn for a character that the font does not have: 〓, the mark that printers use for a missing type.
const MISSING: char = '〓';

/// A glyph of 12 by 12 dots.
#[derive(Debug, Clone, Copy)]
pub struct Glyph(&'static [u8]);

impl Glyph {
    /// Whether there is ink at column `x` of line `y`, both from 0; outside the glyph there is none.
    pub fn ink(&self, x: usize, y: usize) -> bool {
        let bit = SIZE * y + x;
        x < SIZE && self.0.get(bit / 8).is_some_and(|byte| (byte >> (7 - bit % 8)) & 1 == 1)
    }
}

/// The glyph of a character; 〓 for one that JIS X 0208 does not have.
pub fn glyph(character: char) -> Glyph {
    find(character).or_else(|| find(MISSING)).unwrap_or(Glyph(&[]))
}

fn find(character: char) -> Option<Glyph> {
    let (row, cell) = row_and_cell(character)?;
    let start = (row * CELLS + cell) * GLYPH;
    let glyph = FONT.get(start..start + GLYPH)?;
    let blank = matches!(character, ' ' | '\u{3000}');
    (blank || glyph.iter().any(|byte| *byte != 0)).then_some(Glyph(glyph))
}

/// 区点, both from 0.
fn row_and_cell(character: char) -> Option<(usize, usize)> {
    let character = match character {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(u32::from(character) + 0xFEE0)?,
        // Two Unicode characters share the cell 1-33; the encoder knows the other one. 1-61 it maps from both.
        '\u{301C}' => '\u{FF5E}',
        other => other,
    };
    let mut buffer = [0; 4];
    let (bytes, _, unmappable) = EUC_JP.encode(character.encode_utf8(&mut buffer));
    match (unmappable, bytes.as_ref()) {
        (false, [row @ 0xA1..=0xF4, cell @ 0xA1..=0xFE]) => Some((usize::from(row - 0xA1), usize::from(cell - 0xA1))),
        _ => None,
    }
}

/// Width of a half-width digit in dots.
pub const DIGIT_WIDTH: usize = 6;

/// Five columns and seven lines a digit, drawn for this program; the low five bits of a byte are one line.
const DIGITS: [[u8; 7]; 10] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
];

/// Whether a half-width digit has ink at column `x` (0 to 5) of line `y` (0 to 11). No ink for other characters.
pub fn digit_ink(digit: char, x: usize, y: usize) -> bool {
    let Some(lines) = digit.to_digit(10).and_then(|value| DIGITS.get(usize::try_from(value).ok()?)) else {
        return false;
    };
    let line = y.checked_sub(2).and_then(|line| lines.get(line)).copied().unwrap_or(0);
    x < DIGIT_WIDTH - 1 && (line >> (DIGIT_WIDTH - 2 - x)) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn art(glyph: Glyph) -> Vec<String> {
        (0..SIZE).map(|y| (0..SIZE).map(|x| if glyph.ink(x, y) { '#' } else { '.' }).collect()).collect()
    }

    #[test]
    fn finds_the_glyph_of_the_format_page() {
        let art = art(glyph('見'));
        assert_eq!(art[1], "..#######...");
        assert_eq!(art[11], "##.....####.");
    }

    #[test]
    fn both_code_points_of_a_cell_give_its_glyph() {
        assert_eq!(row_and_cell('\u{FF0D}'), Some((0, 60)));
        assert_eq!(row_and_cell('\u{2212}'), Some((0, 60)));
        assert_eq!(row_and_cell('\u{FF5E}'), Some((0, 32)));
        assert_eq!(row_and_cell('\u{301C}'), Some((0, 32)));
        assert_eq!(art(glyph('A')), art(glyph('Ａ')));
    }

    #[test]
    fn what_the_font_lacks_is_marked() {
        for outside in ['😀', '髙', 'é', '\u{FF76}'] {
            assert_eq!(art(glyph(outside)), art(glyph('〓')), "{outside}");
        }
        for space in [' ', '\u{3000}'] {
            assert!(art(glyph(space)).iter().all(|line| !line.contains('#')));
        }
    }

    #[test]
    fn every_digit_looks_different() {
        let art = |digit| -> Vec<bool> { (0..72).map(|dot| digit_ink(digit, dot % 6, dot / 6)).collect() };
        let different: std::collections::HashSet<_> = ('0'..='9').map(art).collect();
        assert_eq!(different.len(), 10);
        assert!(art('x').iter().all(|ink| !ink));
    }
}
