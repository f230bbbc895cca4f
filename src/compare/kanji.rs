//! Which kanji stand for the same: old and new forms of one character (strong), and other variants (weak).
//!
//! The grounds of the second kind come from MJ縮退マップ by way of the package `jntajis`; `kanji.txt` has what must be certain.

use encoding_rs::EUC_JP;
use jntajis::codec::mj_shrink::{MJShrinkScheme, MJShrinkSchemes, mj_shrink_candidates};

use super::spelling::is_ideograph;

/// Lines of pairs, with standing and ground in front; `#` begins a remark.
const PAIRS: &str = include_str!("kanji.txt");

fn lines(standing: &str) -> impl Iterator<Item = &'static str> {
    PAIRS.lines().filter(move |line| line.strip_prefix(standing).is_some_and(|line| line.starts_with('/')))
}

/// What stands behind a character in the pairs of this standing.
fn paired(standing: &str, first: char) -> impl Iterator<Item = char> {
    let behind = move |line: &'static str| line.split(' ').skip(1).filter_map(move |pair| pair.strip_prefix(first));
    lines(standing).filter(move |line| line.contains(first)).flat_map(behind).filter_map(|rest| rest.chars().next())
}

fn are_paired(standing: &str, left: char, right: char) -> bool {
    paired(standing, left).any(|c| c == right) || paired(standing, right).any(|c| c == left)
}

/// The new form of an old one; any other character stays. No two characters of JIS level 1 have the same new form.
pub(super) fn new_form(c: char) -> char {
    let row = jis_row(c);
    if !is_ideograph(c) || row.is_some_and(is_common) {
        return c;
    }
    if let Some(new) = paired("strong", c).next() {
        return new;
    }
    if row.is_some_and(is_standard) || paired("weak", c).next().is_some() {
        return c;
    }
    // A character that JIS X 0208 lacks, and for which the map names a single one, as the same character in another form.
    let schemes = MJShrinkSchemes::builder()
        .with(MJShrinkScheme::JISIncorporationUCSUnificationRule)
        .with(MJShrinkScheme::MOJNotice582);
    match candidates(c, schemes)[..] {
        [to] if jis_row(to).is_some_and(is_standard) => paired("strong", to).next().unwrap_or(to),
        _ => c,
    }
}

/// Whether two different kanji are joined by any ground; two people may differ in just this.
pub(super) fn are_variants(left: char, right: char) -> bool {
    if !is_ideograph(left) || !is_ideograph(right) || are_paired("apart", left, right) {
        return false;
    }
    if are_paired("weak", left, right) {
        return true;
    }
    let (of_left, of_right) = (candidates(left, MJShrinkSchemes::ALL), candidates(right, MJShrinkSchemes::ALL));
    of_left.contains(&right) || of_right.contains(&left) || {
        let register = MJShrinkSchemes::builder().with(MJShrinkScheme::MOJFamilyRegisterActRelatedNotice);
        let shared = candidates(left, register);
        candidates(right, register).iter().any(|to| shared.contains(to))
    }
}

#[cfg(test)]
pub(super) fn every_listed(standing: &'static str) -> Vec<(char, char)> {
    let pairs = lines(standing).flat_map(|line| line.split(' ').skip(1));
    pairs.map(|pair| (pair.chars().next().unwrap(), pair.chars().nth(1).unwrap())).collect()
}

#[cfg(test)]
pub(super) fn have_ground(left: char, right: char) -> bool {
    candidates(left, MJShrinkSchemes::ALL).contains(&right) || candidates(right, MJShrinkSchemes::ALL).contains(&left)
}

fn candidates(c: char, schemes: MJShrinkSchemes) -> Vec<char> {
    let single = |text: String| {
        let mut chars = text.chars();
        chars.next().filter(|to| chars.next().is_none() && *to != c)
    };
    // A kanji has a handful of candidates.
    mj_shrink_candidates(c.encode_utf8(&mut [0; 4]), schemes).take(16).filter_map(single).collect()
}

/// JIS X 0208, level 1.
pub(super) fn is_common(row: u8) -> bool {
    (16..=47).contains(&row)
}

/// The kanji of JIS X 0208, without the rows that vendors added.
fn is_standard(row: u8) -> bool {
    (16..=84).contains(&row)
}

/// The row of JIS X 0208 (区).
pub(super) fn jis_row(c: char) -> Option<u8> {
    match *EUC_JP.encode(c.encode_utf8(&mut [0; 4])).0 {
        [row @ 0xA1..=0xFE, _] => Some(row - 0xA0),
        _ => None,
    }
}
