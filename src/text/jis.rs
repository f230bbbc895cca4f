//! Text as driver's licences store it: JIS X 0208 in two raw bytes a character, external characters (外字) by code, and
//! JIS X 0201 (spec licence 7.1, 7.2).
//!
//! It is not Shift_JIS and has no escape sequences. Both bytes lie in 21..7E; with 80 added they are EUC-JP. A code
//! `FFF1` to `FFF7` points at a picture on the same card and is never decoded as anything else.

use std::fmt;

use encoding_rs::EUC_JP;

use super::errors;

/// What is in plain text for a character that only exists as a picture: GETA MARK.
pub const MARK: char = '〓';

/// First byte of a code that points at a picture.
const EXTERNAL: u8 = 0xFF;

/// Second bytes of such codes: F1 to F7 are slots 1 to 7 (7.2, C2+).
const SLOTS: std::ops::RangeInclusive<u8> = 0xF1..=0xF7;

/// Second byte of 欠字: a character that is missing altogether (7.2, C2+).
const MISSING: u8 = 0xFA;

/// Characters for which the library's table (WHATWG, after Microsoft) has another Unicode character than JIS. We choose
/// JIS everywhere, so that 2141 is WAVE DASH and 215D is MINUS SIGN (7.1).
const NORMALISED: [(char, char); 6] = [
    ('\u{FF5E}', '\u{301C}'),
    ('\u{FF0D}', '\u{2212}'),
    ('\u{2225}', '\u{2016}'),
    ('\u{FFE0}', '\u{00A2}'),
    ('\u{FFE1}', '\u{00A3}'),
    ('\u{FFE2}', '\u{00AC}'),
];

/// One place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A character of JIS X 0208.
    Char(char),
    /// 外字: the picture in this slot of the card, 1 to 7.
    External(u8),
    /// 欠字: a character that the issuer left out.
    Missing,
}

/// A text from the card, nothing of it lost.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct JisText {
    /// Its characters.
    pub pieces: Vec<Piece>,
    /// What could not be decoded: everything from the first fault on, as stored.
    pub rest: Vec<u8>,
    /// Whether it holds characters of NEC row 13 or the IBM extensions (①, 髙), which JIS X 0208 does not have. Cards
    /// should store those as external characters.
    pub vendor: bool,
}

/// Why a text, or the rest of one, is not text in its encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at}")]
pub struct JisError {
    /// Offset from the start of the value.
    pub at: usize,
    /// What is wrong there.
    pub kind: JisErrorKind,
}

errors! {
    /// What can be wrong with a text.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub enum JisErrorKind {
        Odd = "half a character",
        /// A byte outside 21..7E.
        Byte = "a byte that JIS X 0208 does not have",
        Unassigned = "a code without a character",
        External = "an external code that is not defined",
        Latin = "a byte that JIS X 0201 does not have",
        Digits = "no digits",
    }
}

impl JisText {
    /// Decodes JIS X 0208 text. Decoding stops at the first fault, which is reported; the bytes from there on are kept.
    pub fn decode(bytes: &[u8]) -> (Self, Option<JisError>) {
        let mut text = Self::default();
        let mut rest = bytes;
        loop {
            let kind = match rest {
                [] => return (text, None),
                [EXTERNAL, slot, ..] if SLOTS.contains(slot) => {
                    text.pieces.push(Piece::External(slot - SLOTS.start() + 1));
                    None
                }
                [EXTERNAL, MISSING, ..] => {
                    text.pieces.push(Piece::Missing);
                    None
                }
                [EXTERNAL, _, ..] => Some(JisErrorKind::External),
                [high @ 0x21..=0x7E, low @ 0x21..=0x7E, ..] => match character(*high, *low) {
                    Some(c) => {
                        text.pieces.push(Piece::Char(c));
                        text.vendor |= is_vendor_row(*high);
                        None
                    }
                    None => Some(JisErrorKind::Unassigned),
                },
                [_, _, ..] => Some(JisErrorKind::Byte),
                [_] => Some(JisErrorKind::Odd),
            };
            if let Some(kind) = kind {
                text.rest = rest.to_vec();
                return (text, Some(JisError { at: bytes.len() - rest.len(), kind }));
            }
            rest = rest.get(2..).unwrap_or_default();
        }
    }

    /// A text without external characters.
    pub fn plain_text(text: &str) -> Self {
        Self { pieces: text.chars().map(Piece::Char).collect(), ..Self::default() }
    }

    /// The bytes of this text on a card; `None` if a character is not in JIS X 0208.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.pieces.len() * 2 + self.rest.len());
        for piece in &self.pieces {
            match piece {
                Piece::Char(c) => bytes.extend(code(*c)?),
                Piece::External(slot @ 1..=7) => bytes.extend([EXTERNAL, SLOTS.start() + slot - 1]),
                Piece::External(_) => return None,
                Piece::Missing => bytes.extend([EXTERNAL, MISSING]),
            }
        }
        bytes.extend(&self.rest);
        Some(bytes)
    }

    /// For people and for JSON: [`MARK`] for each character that only a picture shows, and undecodable bytes in hex
    /// between `〔〕`.
    pub fn plain(&self) -> String {
        let mut text: String = self
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Char(c) => *c,
                Piece::External(_) | Piece::Missing => MARK,
            })
            .collect();
        if !self.rest.is_empty() {
            text.push('〔');
            text.push_str(&hex::encode_upper(&self.rest));
            text.push('〕');
        }
        text
    }

    /// Where [`JisText::plain`] has marks for pictures: index of the character, slot.
    pub fn external(&self) -> impl Iterator<Item = (usize, u8)> {
        self.pieces.iter().enumerate().filter_map(|(at, piece)| match piece {
            Piece::External(slot) => Some((at, *slot)),
            Piece::Char(_) | Piece::Missing => None,
        })
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.rest.is_empty()
    }
}

/// Names and addresses do not belong in logs.
impl fmt::Debug for JisText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JisText({} characters, {} bytes not decoded)", self.pieces.len(), self.rest.len())
    }
}

/// Rows that JIS X 0208 leaves empty and vendors filled: 9 to 15, and everything after 84.
fn is_vendor_row(high: u8) -> bool {
    (0x29..=0x2F).contains(&high) || high > 0x74
}

fn character(high: u8, low: u8) -> Option<char> {
    let euc = [high | 0x80, low | 0x80];
    let decoded = EUC_JP.decode_without_bom_handling_and_without_replacement(&euc)?;
    let mut chars = decoded.chars();
    let (c, None) = (chars.next()?, chars.next()) else { return None };
    Some(NORMALISED.iter().find(|(theirs, _)| *theirs == c).map_or(c, |(_, ours)| *ours))
}

fn code(c: char) -> Option<[u8; 2]> {
    let c = NORMALISED.iter().find(|(_, ours)| *ours == c).map_or(c, |(theirs, _)| *theirs);
    let mut buffer = [0_u8; 4];
    let (bytes, _, replaced) = EUC_JP.encode(c.encode_utf8(&mut buffer));
    match *bytes {
        [high @ 0xA1..=0xFE, low @ 0xA1..=0xFE] if !replaced => Some([high & 0x7F, low & 0x7F]),
        _ => None,
    }
}

/// Decodes JIS X 0201: ASCII, but ¥ and ‾ at 5C and 7E, and half-width kana from A1 on.
///
/// # Errors
/// [`JisErrorKind::Latin`] at the first byte that has no character, control bytes among them.
pub fn jis_x0201(bytes: &[u8]) -> Result<String, JisError> {
    let character = |(at, byte): (usize, &u8)| match *byte {
        0x5C => Ok('¥'),
        0x7E => Ok('‾'),
        byte @ 0x20..=0x7D => Ok(char::from(byte)),
        byte @ 0xA1..=0xDF => char::from_u32(0xFF61 + u32::from(byte - 0xA1)).ok_or(latin(at)),
        _ => Err(latin(at)),
    };
    bytes.iter().enumerate().map(character).collect()
}

fn latin(at: usize) -> JisError {
    JisError { at, kind: JisErrorKind::Latin }
}

/// The ASCII digits of full-width digits (2330..2339), the form of days in change entries (7.1, 7.3).
///
/// # Errors
/// [`JisErrorKind::Digits`] at the first other character.
pub fn full_width_digits(bytes: &[u8]) -> Result<Vec<u8>, JisError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let wrong = |at| JisError { at, kind: JisErrorKind::Digits };
    if !rest.is_empty() {
        return Err(wrong(bytes.len() - 1));
    }
    let digit = |(at, pair): (usize, &[u8; 2])| match pair {
        [0x23, digit @ b'0'..=b'9'] => Ok(*digit),
        _ => Err(wrong(at * 2)),
    };
    pairs.iter().enumerate().map(digit).collect()
}

/// The edition of JIS X 0208 that a text was written under: two BCD digits of its year (7.1, D).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Edition(pub u8);

impl Edition {
    /// The year, for example 1978; `None` when the byte is not BCD.
    pub fn year(self) -> Option<u16> {
        let (tens, ones) = (self.0 >> 4, self.0 & 0x0F);
        (tens < 10 && ones < 10).then(|| 1_900 + u16::from(tens) * 10 + u16::from(ones))
    }

    /// Whether 22 pairs of kanji had exchanged places: text under the edition of 1978 is decoded as 1990 here and may
    /// show the other form of such a character (7.1, I).
    pub fn is_of_1978(self) -> bool {
        self.0 == 0x78
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(hex: &str) -> (String, Option<JisError>) {
        let (text, error) = JisText::decode(&hex::decode(hex).unwrap());
        (text.plain(), error)
    }

    #[test]
    fn the_worked_vector_reads() {
        assert_eq!(plain("3b6e3833212142404f3a").0, "試験　太郎");
        assert_eq!(
            plain("456c357e455440694265454436683262242c34582332215d2331215d2332").0,
            "東京都千代田区霞が関２−１−２"
        );
        assert_eq!(plain("346336404579"), ("眼鏡等".to_owned(), None));
        assert_eq!(plain("4d254e49").0, "優良");
        assert_eq!(plain("3f37352c").0, "新規");
        assert_eq!(plain("243d244e423e").0, "その他");
    }

    #[test]
    fn the_typing_fault_of_the_draft_is_told_and_kept() {
        // 04 and 91 are not bytes of JIS X 0208 (spec licence 9.2).
        let (text, error) = plain("463364045791");
        assert_eq!(error, Some(JisError { at: 2, kind: JisErrorKind::Byte }));
        assert_eq!(text, format!("{}〔64045791〕", plain("4633").0));
    }

    #[test]
    fn external_characters_are_places_not_text() {
        let bytes = hex::decode("3b6efff14f3afff7fffa").unwrap();
        let (text, error) = JisText::decode(&bytes);
        assert_eq!(error, None);
        assert_eq!(text.plain(), "試〓郎〓〓");
        assert_eq!(text.external().collect::<Vec<_>>(), [(1, 1), (3, 7)]);
        assert_eq!(text.pieces[4], Piece::Missing);
        assert_eq!(text.encode(), Some(bytes));
    }

    #[test]
    fn wave_dash_and_minus_are_those_of_jis() {
        assert_eq!(plain("2141215d214221712172224c").0, "〜−‖¢£¬");
        assert_eq!(JisText::plain_text("〜−").encode(), Some(vec![0x21, 0x41, 0x21, 0x5D]));
    }

    #[test]
    fn every_fault_has_its_name_and_place() {
        let error = |hex: &str| plain(hex).1.unwrap();
        assert_eq!(error("3b6e38"), JisError { at: 2, kind: JisErrorKind::Odd });
        assert_eq!(error("3b6eff"), JisError { at: 2, kind: JisErrorKind::Odd });
        assert_eq!(error("3b6efff8").kind, JisErrorKind::External);
        assert_eq!(error("3b6effff"), JisError { at: 2, kind: JisErrorKind::External });
        assert_eq!(error("2921").kind, JisErrorKind::Unassigned);
        assert_eq!(error("3bff").kind, JisErrorKind::Byte);
        assert!(JisText::decode(&hex::decode("2d21").unwrap()).0.vendor, "NEC row 13");
        assert_eq!(jis_x0201(b"12\x0034"), Err(JisError { at: 2, kind: JisErrorKind::Latin }));
        assert_eq!(jis_x0201(b"A\\~\xB1").unwrap(), "A¥‾ｱ");
        assert_eq!(full_width_digits(b"#5#0").unwrap(), b"50");
        assert_eq!(full_width_digits(b"#5$0"), Err(JisError { at: 2, kind: JisErrorKind::Digits }));
        assert_eq!(full_width_digits(b"#5#").unwrap_err().at, 2);
    }

    #[test]
    fn the_edition_is_a_year() {
        assert_eq!(Edition(0x78).year(), Some(1978));
        assert_eq!(Edition(0x90).year(), Some(1990));
        assert_eq!(Edition(0x9A).year(), None);
        assert!(Edition(0x78).is_of_1978() && !Edition(0x97).is_of_1978());
    }

    #[test]
    fn all_of_jis_x_0208_reads_back() {
        let mut assigned = 0;
        for (high, low) in (0x21..=0x74_u8).flat_map(|high| (0x21..=0x7E_u8).map(move |low| (high, low))) {
            let Some(c) = character(high, low) else { continue };
            if is_vendor_row(high) {
                continue;
            }
            assigned += 1;
            assert_eq!(code(c), Some([high, low]), "{c}");
        }
        assert_eq!(assigned, 6_879, "the characters of JIS X 0208:1990");
    }

    #[test]
    fn debug_does_not_show_text() {
        assert_eq!(format!("{:?}", JisText::plain_text("試験")), "JisText(2 characters, 0 bytes not decoded)");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_none_is_lost(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let (text, error) = JisText::decode(&bytes);
            prop_assert_eq!(text.pieces.len() * 2 + text.rest.len(), bytes.len());
            prop_assert_eq!(error.is_some(), !text.rest.is_empty());
            if !text.vendor {
                prop_assert_eq!(text.encode(), Some(bytes.clone()));
            }
            let _ = (jis_x0201(&bytes), full_width_digits(&bytes));
        }
    }
}
