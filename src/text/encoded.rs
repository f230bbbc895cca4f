//! Text whose encoding is stated in a specification and not always kept.

use encoding_rs::SHIFT_JIS;

/// Text, and whether it had to be read in the second choice of encoding.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The text, without zeros after it.
    pub text: String,
    /// It is not UTF-8, and was read as Shift_JIS.
    pub second_choice: bool,
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoded({} bytes, second choice: {})", self.text.len(), self.second_choice)
    }
}

/// Reads UTF-8, as the specification says, else Shift_JIS, as some readers do (spec residence 7.1). Zeros after the text
/// are filler. `None`: neither.
pub fn utf8_or_shift_jis(bytes: &[u8]) -> Option<Encoded> {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let bytes = bytes.get(..end)?;
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Encoded { text: text.to_owned(), second_choice: false });
    }
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(Encoded { text: text.into_owned(), second_choice: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_first_then_shift_jis_then_nothing() {
        let read = |bytes: &[u8]| utf8_or_shift_jis(bytes).map(|found| (found.text, found.second_choice));
        assert_eq!(read("東京都見本区\0\0".as_bytes()), Some(("東京都見本区".to_owned(), false)));
        assert_eq!(read(&[0x93, 0x8C, 0x8B, 0x9E, 0, 0]), Some(("東京".to_owned(), true)));
        assert_eq!(read(&[0; 8]), Some((String::new(), false)));
        assert_eq!(read(&[0xFF, 0xFF]), None);
        assert_eq!(read(&[0x93]), None, "half a character");
        assert!(!format!("{:?}", utf8_or_shift_jis("見本".as_bytes()).unwrap()).contains("見本"));
    }
}
