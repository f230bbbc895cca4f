//! Makes text from a card harmless to show.

use std::fmt::Write;

use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether a terminal, a browser or a reader's eye would obey this character instead of seeing it.
///
/// Variation selectors stay: they choose the right form of a kanji in a name.
fn is_obeyed(c: char) -> bool {
    // Most of a report, decided quickly.
    if matches!(c, ' '..='~') {
        return false;
    }
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    matches!(get_general_category(c), Control | Format | LineSeparator | ParagraphSeparator)
        || matches!(
            c,
            // Invisible though they are letters, marks or unassigned (Default_Ignorable_Code_Point, Unicode 4.4 and 5.21):
            // joiners, fillers, inherent vowels, selectors of Mongolian forms, and what is kept for more of them.
            '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2065}'
            | '\u{3164}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{E0000}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}'
        )
}

/// The text with every control, bidirectional and invisible character replaced by its code, for example `[U+001B]`.
pub fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) {
            // Writing to a string cannot fail.
            let _ = write!(clean, "[U+{:04X}]", u32::from(c));
        } else {
            clean.push(c);
        }
    }
    clean
}

/// JSON with the same characters as `\u` escapes: the same values, harmless when shown on a terminal. Newlines between
/// the tokens stay; inside strings JSON has none.
pub fn json_escaped(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    let mut kept = 0;
    for (at, c) in json.char_indices() {
        if c != '\n' && is_obeyed(c) {
            clean.push_str(json.get(kept..at).unwrap_or_default());
            kept = at + c.len_utf8();
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(clean, "\\u{unit:04x}");
            }
        }
    }
    clean.push_str(json.get(kept..).unwrap_or_default());
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_obeyed_becomes_visible() {
        assert_eq!(visible("山\u{1B}[2J田\u{202E}\n\u{9B}x"), "山[U+001B][2J田[U+202E][U+000A][U+009B]x");
        assert_eq!(visible("葛\u{E0100}飾区 髙橋"), "葛\u{E0100}飾区 髙橋");
        assert_eq!(visible("a\u{200B}b\u{FEFF}"), "a[U+200B]b[U+FEFF]");
    }

    #[test]
    fn every_format_character_is_one_of_them() {
        let formats = ('\0'..=char::MAX).filter(|c| get_general_category(*c) == GeneralCategory::Format);
        let shown: Vec<char> = formats.clone().filter(|c| !is_obeyed(*c)).collect();
        assert_eq!(shown, [], "{shown:X?}");
        assert!(formats.count() >= 170, "the table is that of a Unicode version of today");
        // Some of those that were missing once, and what is beside the category.
        for c in "\u{0600}\u{0605}\u{06DD}\u{070F}\u{0890}\u{08E2}\u{110BD}\u{110CD}\u{13430}\u{1343F}\u{1BCA0}\u{1D173}\u{1D17A}\
                  \u{2028}\u{2029}\u{2065}\u{FFF0}\u{E0FFF}\u{115F}\u{3164}".chars()
        {
            assert!(is_obeyed(c), "{c:?}");
        }
        for c in "\u{FE00}\u{FE0F}\u{E0100}\u{E01EF}\u{3000}葛あＡ0￥・".chars() {
            assert!(!is_obeyed(c), "{c:?}");
        }
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "name": "a\u{1B}\u{9B}\u{202E}\u{E0041}\u{7F}\n山" });
        let text = json_escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || !is_obeyed(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
