//! Which class two spellings have, and by which rules.

use super::{
    Class, Field, FieldResult, Incomparable, MAX_TEXT, Rule, Segment, Standing, address, aligned, building, chip::Said,
    date, kanji, spelling,
};

/// Compares one field with every value that the chip has of it; the best result counts.
pub(super) fn field(field: Field, form: &str, said: &Said) -> FieldResult {
    let results = said.values.iter().map(|(value, standing)| result(field, form, value.expose(), *standing));
    let best = results.min_by_key(|result| result.class);
    best.unwrap_or_else(|| FieldResult { picture: said.picture, ..FieldResult::none(field, said.absent()) })
}

fn result(field: Field, form: &str, chip: &str, standing: Standing) -> FieldResult {
    match class(field, form, chip) {
        Err(reason) => FieldResult { standing: Some(standing), ..FieldResult::none(field, reason) },
        Ok((mut class, mut rules)) => {
            if class <= Class::Similar
                && let Some(caveat) = standing.caveat()
            {
                class = Class::Similar;
                rules.push(caveat);
            }
            let shown = form != chip && field != Field::Sex;
            let segments = match field {
                _ if !shown => Vec::new(),
                // The digits of an era's year and of a Western one have nothing to do with each other.
                Field::BirthDate => vec![Segment::changed(chip, form)],
                _ => aligned::segments(chip, form),
            };
            FieldResult { field, class, rules, standing: Some(standing), reason: None, picture: None, segments }
        }
    }
}

fn class(field: Field, form: &str, chip: &str) -> Result<(Class, Vec<Rule>), Incomparable> {
    if form.chars().count() > MAX_TEXT || chip.chars().count() > MAX_TEXT {
        return Err(Incomparable::TooLong);
    }
    match field {
        Field::BirthDate => {
            let (Some((form_day, form_era)), Some((chip_day, chip_era))) = (date::read(form), date::read(chip)) else {
                return Err(Incomparable::Unreadable);
            };
            let rule = if form_era == chip_era { Rule::DateForm } else { Rule::Era };
            Ok(agreeing(form_day == chip_day, form == chip, rule))
        }
        Field::Sex => {
            let (Some(form_sex), Some(chip_sex)) = (sex(form), sex(chip)) else { return Err(Incomparable::Unreadable) };
            Ok(agreeing(form_sex == chip_sex, form == chip, Rule::Sex))
        }
        Field::Name | Field::Kana | Field::Address => spelled(field, form, chip),
    }
}

fn agreeing(agrees: bool, equal: bool, rule: Rule) -> (Class, Vec<Rule>) {
    match (agrees, equal) {
        (false, _) => (Class::Different, Vec::new()),
        (true, true) => (Class::Same, Vec::new()),
        (true, false) => (Class::SameAfter, vec![rule]),
    }
}

/// A sex as people, cards and machines write it.
pub(super) fn sex(text: &str) -> Option<&'static str> {
    let text = spelling::widths(text).trim().to_lowercase();
    let known: [(&'static str, &[&str]); 5] = [
        ("male", &["男", "男性", "1", "m", "male"]),
        ("female", &["女", "女性", "2", "f", "female"]),
        ("not-applicable", &["適用不能", "9", "not-applicable"]),
        ("unknown", &["不明", "0", "unknown"]),
        ("unspecified", &["記載なし", "3", "x", "unspecified"]),
    ];
    known.into_iter().find(|(_, names)| names.contains(&text.as_str())).map(|(sex, _)| sex)
}

/// Both sides while rules are applied to them.
#[derive(Clone)]
pub(super) struct Pair {
    pub field: Field,
    pub form: Vec<char>,
    pub chip: Vec<char>,
}

impl Pair {
    fn new(field: Field, form: &str, chip: &str) -> Self {
        Self { field, form: form.chars().collect(), chip: chip.chars().collect() }
    }

    /// Applies what looks at one side only.
    pub(super) fn each(&mut self, rule: impl Fn(&[char]) -> Vec<char>) {
        self.form = rule(&self.form);
        self.chip = rule(&self.chip);
    }
}

fn spelled(field: Field, form: &str, chip: &str) -> Result<(Class, Vec<Rule>), Incomparable> {
    if form == chip {
        return Ok((Class::Same, Vec::new()));
    }
    let pair = Pair::new(field, form, chip);
    let sides = [&pair.form, &pair.chip];
    if field != Field::Kana && sides.into_iter().any(|side| mostly_marks(side)) {
        return Err(Incomparable::Gaiji);
    }
    if sides.into_iter().flatten().any(|c| spelling::is_hidden(*c)) {
        return Ok((Class::Different, Vec::new()));
    }
    let all: Vec<Rule> = Rule::of(field).collect();
    let strong: Vec<Rule> = all.iter().copied().filter(|rule| !rule.is_weak()).collect();
    if equal(&pair, &strong) {
        return Ok((Class::SameAfter, smallest(&pair, strong)));
    }
    if equal(&pair, &all) {
        return Ok((Class::Similar, smallest(&pair, all)));
    }
    Ok((Class::Different, Vec::new()))
}

/// More marks for characters than characters: such a text agrees with too much.
fn mostly_marks(side: &[char]) -> bool {
    let marks = side.iter().filter(|c| spelling::is_stand_in(**c)).count();
    marks * 2 > side.iter().filter(|c| !c.is_whitespace()).count()
}

/// The smallest set of rules that makes the two equal: one, else two, else what is left when none can be spared.
fn smallest(pair: &Pair, rules: Vec<Rule>) -> Vec<Rule> {
    if let Some(one) = rules.iter().find(|rule| equal(pair, &[**rule])) {
        return vec![*one];
    }
    for (at, first) in rules.iter().enumerate() {
        if let Some(second) = rules.iter().skip(at + 1).find(|second| equal(pair, &[*first, **second])) {
            return vec![*first, *second];
        }
    }
    let mut spared: Vec<Rule> = rules.clone();
    spared.sort_by_key(|rule| (!rule.is_weak(), std::cmp::Reverse(*rule)));
    let mut needed = rules;
    for rule in spared {
        let without: Vec<Rule> = needed.iter().copied().filter(|other| *other != rule).collect();
        if equal(pair, &without) {
            needed = without;
        }
    }
    needed
}

/// Whether the two are equal after these rules, which stand in the order of application.
fn equal(pair: &Pair, rules: &[Rule]) -> bool {
    let mut pair = pair.clone();
    for rule in rules {
        apply(*rule, &mut pair);
    }
    let (variants, marks) = (rules.contains(&Rule::KanjiItai), rules.contains(&Rule::Gaiji));
    let joined = |(form, chip): (&char, &char)| {
        form == chip
            || (marks && (spelling::is_stand_in(*form) || spelling::is_stand_in(*chip)))
            || (variants && kanji::are_variants(*form, *chip))
    };
    pair.form.len() == pair.chip.len() && pair.form.iter().zip(&pair.chip).all(joined)
}

fn apply(rule: Rule, pair: &mut Pair) {
    match rule {
        Rule::CompatIdeograph => pair.each(spelling::compat_ideographs),
        Rule::Nfc => pair.each(spelling::nfc),
        Rule::Ivs => pair.each(spelling::without_selectors),
        Rule::Width => pair.each(spelling::width),
        Rule::KanjiJoyo => pair.each(|side| side.iter().map(|c| kanji::new_form(*c)).collect()),
        Rule::Latin => pair.each(spelling::latin),
        Rule::LatinOrder => pair.each(spelling::latin_order),
        Rule::Kana => pair.each(spelling::katakana),
        Rule::KanaLoose => pair.each(spelling::loose_kana),
        Rule::LongVowel => pair.each(spelling::long_vowels),
        Rule::Digits => pair.each(address::digits),
        Rule::Hyphen => pair.each(address::hyphens),
        Rule::Pref => address::prefecture(pair),
        Rule::Gun => address::district(pair),
        Rule::AzaSmall => address::small_aza(pair),
        Rule::Aza => pair.each(address::aza),
        Rule::SmallKe => pair.each(|side| address::between(side, &['ヶ', 'ケ', 'が', 'ガ'], 'ケ')),
        Rule::SmallKa => pair.each(|side| address::between(side, &['ヵ', 'カ', 'か', 'ヶ', 'ケ', 'が', 'ガ'], 'ケ')),
        Rule::No => pair.each(|side| address::between(side, &['の', 'ノ', '之'], 'の')),
        Rule::NoRare => pair.each(|side| address::between(side, &['の', 'ノ', '之', '乃'], 'の')),
        Rule::Tsu => pair.each(|side| address::between(side, &['ッ', 'ツ', 'っ', 'つ'], 'ツ')),
        Rule::Banchi => address::blocks(pair),
        Rule::Building => building::left_out(pair, true),
        Rule::BuildingUnsure => building::left_out(pair, false),
        Rule::Space => spaces(pair),
        Rule::SpaceMoved => without_spaces(pair),
        // These two join single characters, when everything else is done; the others are no rules of spelling.
        _ => {}
    }
}

/// Without spaces, but for those that separate numbers.
fn without_spaces(pair: &mut Pair) {
    match pair.field {
        Field::Address => pair.each(|side| spelling::spaced(side, address::separates_numbers)),
        _ => pair.each(|side| spelling::spaced(side, spelling::separates_digits)),
    }
}

/// The same if one side has no other spaces. If both have them, they may say where a name ends: 南 里美 is not 南里 美.
fn spaces(pair: &mut Pair) {
    pair.each(|side| spelling::spaced(side, |_, _| true));
    if pair.field == Field::Address {
        // Beside a number no name goes on.
        let beside = |left: char, right: char| left.is_ascii_digit() || right.is_ascii_digit();
        let keep = |left, right| address::separates_numbers(left, right) || !beside(left, right);
        pair.each(|side| spelling::spaced(side, keep));
    }
    let mut plain = pair.clone();
    without_spaces(&mut plain);
    if plain.form == pair.form || plain.chip == pair.chip {
        *pair = plain;
    }
}

/// Fails unless the reported rules make the two equal and none of them can be spared.
#[cfg(test)]
pub(super) fn assert_smallest(field: Field, form: &str, chip: &str) {
    let Ok((class, rules)) = spelled(field, form, chip) else { return };
    if rules.is_empty() {
        return;
    }
    let pair = Pair::new(field, form, chip);
    assert!(equal(&pair, &rules), "{rules:?}");
    for spared in &rules {
        let rest: Vec<Rule> = rules.iter().copied().filter(|rule| rule != spared).collect();
        assert!(!equal(&pair, &rest), "{spared} of {rules:?}");
    }
    assert_eq!(class == Class::Similar, rules.iter().any(|rule| rule.is_weak()));
}
