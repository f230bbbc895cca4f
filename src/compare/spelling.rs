//! Rules of spelling for any text: width, marks, kana, Latin letters.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

use crate::text::is_hyphen;

/// Compatibility ideographs as the ideographs that Unicode unifies them with. Twelve of the block are ideographs of their own
/// and stay.
pub(super) fn compat_ideographs(side: &[char]) -> Vec<char> {
    let unified = |c: &char| {
        let mut unified = *c;
        if is_compat(*c) {
            decompose_canonical(*c, |to| unified = to);
        }
        unified
    };
    side.iter().map(unified).collect()
}

fn is_compat(c: char) -> bool {
    matches!(c, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

/// NFC, which would turn compatibility ideographs into others too: that is a rule of its own.
pub(super) fn nfc(side: &[char]) -> Vec<char> {
    side.chunk_by(|left, right| is_compat(*left) == is_compat(*right))
        .flat_map(|run| -> Vec<char> {
            let compat = run.first().is_some_and(|c| is_compat(*c));
            if compat { run.to_vec() } else { run.iter().copied().nfc().collect() }
        })
        .collect()
}

/// Without the selectors behind ideographs.
pub(super) fn without_selectors(side: &[char]) -> Vec<char> {
    let mut plain: Vec<char> = Vec::with_capacity(side.len());
    for c in side {
        let selects = matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}');
        if !(selects && plain.last().is_some_and(|last| is_ideograph(*last))) {
            plain.push(*c);
        }
    }
    plain
}

/// Full-width letters, digits and signs, half-width kana and the ideographic space in their usual width.
pub(super) fn width(side: &[char]) -> Vec<char> {
    let wide = |c: char| matches!(c, '\u{3000}' | '\u{FF01}'..='\u{FFEF}');
    let mut usual: Vec<char> = Vec::with_capacity(side.len());
    for run in side.chunk_by(|left, right| wide(*left) == wide(*right)) {
        match run {
            // A half-width voicing mark belongs to what stands in front of it.
            ['\u{FF9E}' | '\u{FF9F}', ..] => {
                let marked = usual.pop();
                usual.extend(marked.into_iter().chain(run.iter().copied().nfkc()).nfc());
            }
            [first, ..] if wide(*first) => usual.extend(run.iter().copied().nfkc()),
            run => usual.extend(run),
        }
    }
    usual
}

/// The same of a text.
pub(super) fn widths(text: &str) -> String {
    width(&text.chars().collect::<Vec<char>>()).into_iter().collect()
}

/// Latin letters in one case, long vowels short: OH, OU, OO as O; UU as U.
pub(super) fn latin(side: &[char]) -> Vec<char> {
    let mut plain: Vec<char> = Vec::with_capacity(side.len());
    let mut letters = side.iter().copied().map(|c| c.to_ascii_uppercase()).peekable();
    while let Some(c) = letters.next() {
        plain.push(match c {
            'Ō' | 'ō' | 'Ô' | 'ô' => 'O',
            'Ū' | 'ū' | 'Û' | 'û' => 'U',
            c => c,
        });
        let silent = |next: &char| match plain.last() {
            Some('O') => matches!(next, 'H' | 'U' | 'O'),
            Some('U') => *next == 'U',
            _ => false,
        };
        // The H of OHARA begins the next syllable.
        let next = letters.peek().copied();
        if next.is_some_and(|next| silent(&next)) {
            let mut behind = letters.clone();
            behind.next();
            let begins = next == Some('H') && behind.peek().is_some_and(|c| "AIUEO".contains(*c));
            if !begins {
                letters.next();
            }
        }
    }
    plain
}

/// With one space for each run of spaces between two characters of which `keep` says that the space counts.
pub(super) fn spaced(side: &[char], keep: impl Fn(char, char) -> bool) -> Vec<char> {
    let mut plain: Vec<char> = Vec::with_capacity(side.len());
    let mut behind_space = false;
    for c in side {
        if is_space(*c) {
            behind_space = true;
            continue;
        }
        if behind_space && plain.last().is_some_and(|last| keep(*last, *c)) {
            plain.push(' ');
        }
        plain.push(*c);
        behind_space = false;
    }
    plain
}

/// Whether a space between these two separates numbers: 1 23 is not 12 3.
pub(super) fn separates_digits(left: char, right: char) -> bool {
    left.is_numeric() && right.is_numeric()
}

/// The words of a name in Latin letters, in alphabetical order.
pub(super) fn latin_order(side: &[char]) -> Vec<char> {
    let separates = |c: &char| is_space(*c) || *c == ',';
    let latin = |c: &char| separates(c) || c.is_ascii_alphabetic() || matches!(c, '-' | '\'' | '.');
    if !side.iter().all(latin) {
        return side.to_vec();
    }
    let mut words: Vec<&[char]> = side.split(separates).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(&' ')
}

/// Hiragana as katakana.
pub(super) fn katakana(side: &[char]) -> Vec<char> {
    side.iter().map(|c| to_katakana(*c)).collect()
}

fn to_katakana(c: char) -> char {
    match c {
        '\u{3041}'..='\u{3096}' | '\u{309D}' | '\u{309E}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        c => c,
    }
}

/// Kana that registers of names write in one way or the other: small ones large; ヴ as ブ, ヅ as ズ, ヂ as ジ.
pub(super) fn loose_kana(side: &[char]) -> Vec<char> {
    const SMALL: &str = "ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ";
    const LARGE: &str = "アイウエオツヤユヨワカケあいうえおつやゆよわかけ";
    let loose = |c: &char| match c {
        'ヴ' => 'ブ',
        'ヅ' => 'ズ',
        'ヂ' => 'ジ',
        'ゔ' => 'ぶ',
        'づ' => 'ず',
        'ぢ' => 'じ',
        c => SMALL.chars().zip(LARGE.chars()).find(|(small, _)| small == c).map_or(*c, |(_, large)| large),
    };
    side.iter().map(loose).collect()
}

/// What stands for a long vowel behind kana as ー; never in front of a digit, where it is a hyphen.
pub(super) fn long_vowels(side: &[char]) -> Vec<char> {
    let mut plain: Vec<char> = Vec::with_capacity(side.len());
    for (at, c) in side.iter().enumerate() {
        let after_kana = plain.last().is_some_and(|last| is_kana(*last));
        let before_digit = side.get(at + 1).is_some_and(|next| next.is_numeric());
        let long = after_kana && !before_digit && (is_hyphen(*c) || matches!(c, '~' | '～' | '〜'));
        plain.push(if long { 'ー' } else { *c });
    }
    plain
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}' | '\t' | '\u{A0}')
}

/// Whether nobody sees it on paper: controls, marks of the direction of writing, blank letters. A tab counts as a space.
pub(super) fn is_hidden(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    let blank = matches!(
        c,
        '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'
            ..='\u{180F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}'
    );
    let category = get_general_category(c);
    blank || (c != '\t' && matches!(category, Control | Format | LineSeparator | ParagraphSeparator))
}

pub(super) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{309E}' | '\u{30A1}'..='\u{30FE}' | '\u{FF66}'..='\u{FF9F}')
}

pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '々' | '〆' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Whether it stands for a character that somebody could not write: the marks of cards and forms, and private characters.
pub(super) fn is_stand_in(c: char) -> bool {
    matches!(c, '〓' | '■' | '□' | '？' | '?' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}
