//! Rules of spelling for addresses. No gazetteer: both sides come from the same person, so that equal text after rules suffices.

use crate::text::is_hyphen;

use super::{
    engine::Pair,
    spelling::{is_ideograph, is_kana, is_space},
};

const NUMERALS: &str = "〇零一二三四五六七八九十百千壱弐参拾";

pub(super) fn is_numeral(c: char) -> bool {
    NUMERALS.contains(c)
}

/// Whether a space between these two separates numbers: 一 二三 is not 一二 三.
pub(super) fn separates_numbers(left: char, right: char) -> bool {
    [left, right].into_iter().all(|c| c.is_numeric() || is_numeral(c))
}

fn starts(side: &[char], at: usize, word: &str) -> bool {
    let mut chars = side.get(at..).unwrap_or_default().iter();
    word.chars().all(|c| chars.next() == Some(&c))
}

/// Kanji numerals in front of a unit, or beside a hyphen that stands between numbers, as digits; 三国ヶ丘 stays.
pub(super) fn digits(side: &[char]) -> Vec<char> {
    const UNITS: [&str; 6] = ["丁", "番", "号", "条", "線", "の"];
    let number = |c: &char| c.is_ascii_digit() || is_numeral(*c);
    let mut out: Vec<char> = Vec::with_capacity(side.len());
    let mut rest = side;
    while let Some(c) = rest.first() {
        let run = rest.iter().take_while(|c| is_numeral(**c)).count();
        let (numerals, behind) = rest.split_at(run);
        let joined = |hyphen: Option<&char>, next: Option<&char>| {
            hyphen.is_some_and(|c| is_hyphen(*c)) && next.is_some_and(number)
        };
        let unit = UNITS.iter().any(|unit| starts(behind, 0, unit));
        let hyphened = joined(behind.first(), behind.get(1)) || joined(out.last(), out.iter().nth_back(1));
        let last = behind.first().is_none_or(|c| is_space(*c)) && follows_unit(&out);
        // 2三 is no number that anybody writes.
        let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
        let mixed = digit(out.last()) || digit(behind.first());
        let value = if (unit || hyphened || last) && !mixed { value(numerals) } else { None };
        match value {
            Some(value) => out.extend(value.to_string().chars()),
            None if run > 0 => out.extend(numerals),
            None => out.push(*c),
        }
        rest = rest.get(run.max(1)..).unwrap_or_default();
    }
    out
}

/// Whether the text ends with a number and its unit, or with の behind either: the last number of an address follows.
fn follows_unit(text: &[char]) -> bool {
    let of = text.strip_suffix(&['の']).or_else(|| text.strip_suffix(&['ノ'])).or_else(|| text.strip_suffix(&['之']));
    let words: [&[char]; 5] = [&['丁', '目'], &['番', '地'], &['番'], &['号'], &['丁']];
    let number = |text: &[char]| text.last().is_some_and(char::is_ascii_digit);
    let unit = words.iter().find_map(|word| of.unwrap_or(text).strip_suffix(*word)).is_some_and(number);
    unit || of.is_some_and(number)
}

/// A number in kanji: 二十三, 二三, 百五; `None` for what is none (三五十).
fn value(numerals: &[char]) -> Option<u32> {
    let digit = |c: char| {
        Some(match c {
            '〇' | '零' => 0,
            '一' | '壱' => 1,
            '二' | '弐' => 2,
            '三' | '参' => 3,
            '四' => 4,
            '五' => 5,
            '六' => 6,
            '七' => 7,
            '八' => 8,
            '九' => 9,
            _ => return None,
        })
    };
    if numerals.is_empty() || numerals.len() > 8 {
        return None;
    }
    if let Some(digits) = numerals.iter().map(|c| digit(*c)).collect::<Option<Vec<u32>>>() {
        let leading_zero = digits.len() > 1 && digits.first() == Some(&0);
        let number = digits.iter().try_fold(0_u32, |sum, digit| sum.checked_mul(10)?.checked_add(*digit));
        return number.filter(|_| !leading_zero);
    }
    let (mut sum, mut pending, mut last) = (0, None, 10_000);
    for c in numerals {
        let ten = match c {
            '千' => 1000,
            '百' => 100,
            '十' | '拾' => 10,
            c => {
                let digit = digit(*c).filter(|digit| *digit > 0 && pending.is_none())?;
                pending = Some(digit);
                continue;
            }
        };
        if ten >= last {
            return None;
        }
        sum += ten * pending.take().unwrap_or(1);
        last = ten;
    }
    Some(sum + pending.unwrap_or(0))
}

/// Whatever stands for a hyphen between digits, as one.
pub(super) fn hyphens(side: &[char]) -> Vec<char> {
    let digit = |at: Option<usize>| at.and_then(|at| side.get(at)).is_some_and(char::is_ascii_digit);
    let between = |at: usize| digit(at.checked_sub(1)) && digit(Some(at + 1));
    side.iter().enumerate().map(|(at, c)| if is_hyphen(*c) && between(at) { '-' } else { *c }).collect()
}

/// Characters between two parts of a place name, each as `to`.
pub(super) fn between(side: &[char], these: &[char], to: char) -> Vec<char> {
    let part = |at: Option<usize>| {
        at.and_then(|at| side.get(at)).is_some_and(|c| is_ideograph(*c) || c.is_ascii_digit() || is_numeral(*c))
    };
    let replaced = |(at, c): (usize, &char)| {
        let joins = these.contains(c) && part(at.checked_sub(1)) && part(Some(at + 1));
        if joins { to } else { *c }
    };
    side.iter().enumerate().map(replaced).collect()
}

/// Whether a name follows, so that 字 in front of it may be a prefix; it ends the name in 十文字1 and 文字町.
fn names_place(rest: &[char]) -> bool {
    rest.first().is_some_and(|c| is_name(*c) && !"町村".contains(*c))
}

pub(super) fn is_name(c: char) -> bool {
    is_ideograph(c) || is_kana(c)
}

/// Without 大字 and 字 in front of a name, where a part begins.
pub(super) fn aza(side: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(side.len());
    let mut rest = side;
    while let Some(c) = rest.first() {
        let municipality = out.last().is_some_and(|last| "市区町村郡".contains(*last));
        let begins = municipality || out.last().is_none_or(|last| is_space(*last));
        let behind = |length: usize| rest.get(length..).unwrap_or_default();
        let dropped = if starts(rest, 0, "大字") && begins && behind(2).first().is_some_and(|c| is_name(*c)) {
            2
        } else {
            usize::from(*c == '字' && municipality && names_place(behind(1)))
        };
        if dropped == 0 {
            out.push(*c);
        }
        rest = rest.get(dropped.max(1)..).unwrap_or_default();
    }
    out
}

/// Without the 字 that one side alone has in front of a name behind 大字: whether it is part of the name, nobody can see.
pub(super) fn small_aza(pair: &mut Pair) {
    let count = |side: &[char]| side.iter().enumerate().filter(|(at, c)| **c == '字' && !ends_large(side, *at)).count();
    match count(&pair.form).cmp(&count(&pair.chip)) {
        std::cmp::Ordering::Greater => pair.form = without_small_aza(&pair.form),
        std::cmp::Ordering::Less => pair.chip = without_small_aza(&pair.chip),
        std::cmp::Ordering::Equal => {}
    }
}

/// Whether the 字 at this place belongs to 大字.
fn ends_large(side: &[char], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|at| starts(side, at, "大字"))
}

fn without_small_aza(side: &[char]) -> Vec<char> {
    let mut plain = side.to_vec();
    let large = (0..side.len()).find(|at| starts(side, *at, "大字"));
    let prefix = |at: &usize| starts(side, *at, "字") && side.get(at + 1..).is_some_and(names_place);
    if let Some(at) = large.and_then(|large| (large + 3..side.len()).find(prefix)) {
        plain.remove(at);
    }
    plain
}

const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// How long the prefecture in front is.
fn prefecture_length(side: &[char]) -> usize {
    PREFECTURES.iter().find(|name| starts(side, 0, name)).map_or(0, |name| name.chars().count())
}

/// The longest name of a municipality or a district with its last character is shorter.
const LONGEST_NAME: usize = 10;

/// Where a name that ends with one of these ends.
fn name_end(side: &[char], ends: &str) -> Option<usize> {
    let name = side.iter().take(LONGEST_NAME).take_while(|c| !c.is_ascii_digit() && !is_space(**c));
    let end = name.enumerate().skip(1).find(|(_, c)| ends.contains(**c)).map(|(at, _)| at + 1)?;
    Some(end)
}

/// Without a prefecture that stands in front of a municipality on one side alone.
pub(super) fn prefecture(pair: &mut Pair) {
    let shortened = |side: &mut Vec<char>, length: usize| {
        if side.get(length..).is_some_and(|rest| name_end(rest, "市区町村郡").is_some()) {
            side.drain(..length);
        }
    };
    match (prefecture_length(&pair.form), prefecture_length(&pair.chip)) {
        (length @ 1.., 0) => shortened(&mut pair.form, length),
        (0, length @ 1..) => shortened(&mut pair.chip, length),
        _ => {}
    }
}

/// Without a district (郡) that stands in front of a town on one side alone.
pub(super) fn district(pair: &mut Pair) {
    fn length(side: &[char]) -> Option<(usize, usize)> {
        let start = prefecture_length(side);
        let rest = side.get(start..)?;
        let end = name_end(rest, "郡")?;
        name_end(rest.get(end..)?, "町村")?;
        Some((start, start + end))
    }
    match (length(&pair.form), length(&pair.chip)) {
        (Some((start, end)), None) => drop(pair.form.drain(start..end)),
        (None, Some((start, end))) => drop(pair.chip.drain(start..end)),
        _ => {}
    }
}

/// What a number of an address counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Chome,
    Banchi,
    Go,
    /// 号室 where 号 could stand: 3号室 is not 3号.
    Room,
}

/// `1丁目2番地の3`, `1丁目2番3号` and `1-2-3` as `1-2-3`, unless the two sides count different things: 2丁目 is not 2番地.
pub(super) fn blocks(pair: &mut Pair) {
    let ((form, form_units), (chip, chip_units)) = (hyphened(&pair.form), hyphened(&pair.chip));
    let conflict = |(form, chip): (&Option<Unit>, &Option<Unit>)| form.is_some() && chip.is_some() && form != chip;
    if !form_units.iter().zip(&chip_units).any(conflict) {
        (pair.form, pair.chip) = (form, chip);
    }
}

/// The text with hyphens for units, and the unit of every number in it.
fn hyphened(side: &[char]) -> (Vec<char>, Vec<Option<Unit>>) {
    const WORDS: [(&str, Unit); 5] =
        [("丁目", Unit::Chome), ("番地", Unit::Banchi), ("番", Unit::Banchi), ("丁", Unit::Chome), ("号", Unit::Go)];
    let (mut out, mut units) = (Vec::with_capacity(side.len()), Vec::new());
    let mut at = 0;
    while let Some(c) = side.get(at) {
        out.push(*c);
        at += 1;
        let ends = c.is_ascii_digit() && !side.get(at).is_some_and(char::is_ascii_digit);
        if !ends {
            continue;
        }
        let word = WORDS.iter().find(|(word, _)| starts(side, at, word));
        let mut behind = at + word.map_or(0, |(word, _)| word.chars().count());
        let joint = side.get(behind).is_some_and(|c| "のノ之".contains(*c) || is_hyphen(*c));
        let joined = joint && side.get(behind + 1).is_some_and(char::is_ascii_digit);
        if joined {
            behind += 1;
        }
        let blanks = side.get(behind..).unwrap_or_default().iter().take_while(|c| is_space(**c)).count();
        let next = side.get(behind + blanks);
        let number = next.is_some_and(char::is_ascii_digit);
        let before = out.iter().rev().skip_while(|c| c.is_ascii_digit()).find(|c| !is_space(**c));
        let counted = before.is_some_and(|c| *c == '-' || c.is_ascii_digit());
        let unit = match word.map(|(_, unit)| *unit) {
            Some(Unit::Go) if starts(side, behind, "室") && counted => Some(Unit::Room),
            unit => unit,
        };
        let replaced: Option<(&[char], usize)> = match unit {
            None if joined => Some((&['-'], behind)),
            None => None,
            Some(Unit::Go) if starts(side, behind, "室") && side.get(behind + 1).is_none() => Some((&[], behind + 1)),
            // Three numbers make a block; what stands behind them with a hyphen is a room.
            Some(Unit::Room) if side.get(behind + 1).is_none() && units.len() > 2 => Some((&[], behind + 1)),
            Some(Unit::Room) => None,
            _ if next.is_none() => Some((&[], side.len())),
            Some(Unit::Chome | Unit::Banchi) if number => Some((&['-'], behind + blanks)),
            Some(Unit::Chome) => None,
            // 一番町 and 十四号 are names of places; 2番地 and 3号 end what a building stands behind.
            Some(Unit::Banchi) if blanks > 0 || starts(side, at, "番地") => Some((&[' '], behind + blanks)),
            Some(Unit::Go) if !number && out.contains(&'-') => Some((&[' '], behind + blanks)),
            Some(Unit::Banchi | Unit::Go) => None,
        };
        // A unit that stays is compared as it stands.
        units.push(unit.filter(|_| replaced.is_some()));
        if let Some((text, next)) = replaced {
            out.extend(text);
            at = next;
        }
    }
    (out, units)
}
