//! Text broken into lines for a terminal, where a Japanese character takes two columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that lines are broken at.
pub(super) const WIDTH: usize = 78;

/// A text broken at [`WIDTH`]: between words, and between any two wide characters.
pub(super) fn broken(start: &str, follow: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = start.to_owned();
    let mut width = columns(start);
    let mut empty = true;
    for word in words(text) {
        let more = word.trim_end().width();
        if !empty && width + more > WIDTH && !word.starts_with(NEVER_FIRST) {
            lines.push(std::mem::replace(&mut line, follow.to_owned()).trim_end().to_owned());
            width = follow.width();
        }
        line.push_str(word);
        width += word.width();
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Columns of a text, colour codes not counted.
fn columns(text: &str) -> usize {
    let mut pieces = text.split('\u{1B}');
    let plain = pieces.next().map_or(0, UnicodeWidthStr::width);
    plain + pieces.filter_map(|piece| piece.split_once('m')).map(|(_, rest)| rest.width()).sum::<usize>()
}

/// 行頭禁則: what never begins a line.
const NEVER_FIRST: [char; 10] = ['。', '、', '）', '」', '】', '：', '・', 'ー', '）', '，'];

/// Pieces that a line may be broken between.
fn words(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    let wide = |c: char| c.width().unwrap_or(0) > 1;
    for (index, c) in text.char_indices() {
        let breaks = before.is_some_and(|before| before == ' ' || wide(before) || wide(c));
        // An opening bracket stays with what follows.
        let glued = before.is_some_and(|before| matches!(before, '（' | '「' | '【'));
        if breaks && !glued && c.width().unwrap_or(0) > 0 {
            pieces.extend(text.get(start..index));
            start = index;
        }
        before = Some(c);
    }
    pieces.extend(text.get(start..));
    pieces
}

/// A text filled up with spaces to a number of columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}
