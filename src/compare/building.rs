//! A building that one side of an address leaves out.

use crate::text::is_hyphen;

use super::{
    address::{is_name, is_numeral},
    engine::Pair,
    spelling::is_space,
};

/// Without a building that one side alone has behind its block number; if `sure`, only what can be nothing else.
pub(super) fn left_out(pair: &mut Pair, sure: bool) {
    let alone = |side: &[char], other: &[char]| match building_start(other, false) {
        Some(_) => None,
        None => building_start(side, sure),
    };
    match (alone(&pair.form, &pair.chip), alone(&pair.chip, &pair.form)) {
        (Some(start), _) => pair.form.truncate(start),
        (_, Some(start)) => pair.chip.truncate(start),
        _ => {}
    }
}

/// Where the block number ends, if a building stands behind it: behind numbers with hyphens between them, or behind one
/// number and a space.
fn building_start(side: &[char], sure: bool) -> Option<usize> {
    let digit = |at: usize| side.get(at).is_some_and(char::is_ascii_digit);
    let number_end = |mut at: usize| {
        while digit(at) {
            at += 1;
        }
        at
    };
    let mut at = 0;
    while at < side.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let mut end = number_end(at);
        let single = end;
        while side.get(end).is_some_and(|c| *c == '-') && digit(end + 1) {
            end = number_end(end + 1);
        }
        let spaced = side.get(end).is_some_and(|c| is_space(*c));
        if end > single || spaced {
            let behind = side.get(end..)?;
            let name: Vec<char> = behind.iter().copied().skip_while(|c| is_space(*c)).collect();
            // Behind a single number, 北3 西1丁目 and a 字 may go on.
            let places = if end > single { "" } else { "東西南北上下" };
            let goes_on = name.first().is_some_and(|c| places.contains(*c));
            let clear = end > single && spaced;
            return (!goes_on && names_building(&name, sure) && (clear || !sure)).then_some(end);
        }
        at = end;
    }
    None
}

/// Whether a text may be the name of a building; if `sure`, that it is no part of a lot number either (甲, イ, 枝3, 第3).
fn names_building(text: &[char], sure: bool) -> bool {
    const GOES_ON: &str = "条線丁番号区町村字の";
    const LOT: &str = "甲乙丙丁戊己庚辛壬癸枝第番地号室階字条線先外他内合";
    let letter = |c: &char| c.is_ascii_alphabetic() || is_name(*c);
    let usual =
        |c: &char| letter(c) || c.is_ascii_digit() || is_space(*c) || is_hyphen(*c) || "〇・.,'&()/#".contains(*c);
    let letters: Vec<char> = text.iter().copied().take_while(letter).collect();
    let starts_well = if sure {
        letters.len() >= 3 && !letters.iter().take(3).any(|c| is_numeral(*c) || LOT.contains(*c))
    } else {
        letters.iter().filter(|c| !is_numeral(**c)).count() >= 2
    };
    let goes_on = letters.first().is_some_and(|c| GOES_ON.contains(*c));
    starts_well && !goes_on && text.iter().all(usual)
}
