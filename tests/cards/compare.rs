//! The application form against the chip: hand-made pairs, properties, surnames, hostile texts.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;
use taimen::compare::{
    Chip, Class, Comparison, Field, FieldResult, Form, FormError, FormFault, FormProblem, MAX_FORM, MAX_TEXT, Rule,
    Strength, compare_chip, compare_line,
};

fn compared(field: Field, form: &str, chip: &str) -> FieldResult {
    let form = Form::default().with(field, form).unwrap();
    let chip: Chip = serde_json::from_value(json!({ field.as_str(): chip })).unwrap();
    compare_chip(&form, &chip).field(field).unwrap().clone()
}

/// A text of a data file, where an invisible character stands as `\u{…}`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        plain.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        plain.push_str(rest);
    }
    plain
}

#[test]
fn every_pair_has_its_class_and_its_rules_in_both_directions() {
    let mut seen = BTreeSet::new();
    let pairs = include_str!("compare/pairs.tsv").lines().filter(|line| !line.starts_with('#'));
    for line in pairs.clone() {
        let [field, form, chip, class, rules] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let field: Field = field.parse().unwrap();
        let (form, chip) = (unescaped(form), unescaped(chip));
        for (form, chip) in [(&form, &chip), (&chip, &form)] {
            let result = compared(field, form, chip);
            let found: Vec<&str> = result.rules.iter().map(|rule| rule.as_str()).collect();
            let found = if found.is_empty() { "-".to_owned() } else { found.join(",") };
            assert_eq!((result.class.as_str(), &*found), (class, rules), "{line}");
            seen.extend(result.rules);
        }
    }
    assert!(pairs.count() >= 200);
    // The others are no rules of spelling: they come with the card.
    let unseen: Vec<Rule> = Rule::all().filter(|rule| !seen.contains(rule)).collect();
    assert_eq!(unseen, [Rule::Unsigned, Rule::Unconfirmed, Rule::Superseded]);
}

#[test]
fn no_two_common_surnames_are_the_same() {
    let names: BTreeSet<&str> = include_str!("compare/surnames.txt").split_whitespace().collect();
    assert!(names.len() >= 500, "{}", names.len());
    for name in &names {
        for kanji in name.chars() {
            // JIS X 0208, level 1: rows 16 to 47.
            let kanji = kanji.to_string();
            let (code, ..) = encoding_rs::EUC_JP.encode(&kanji);
            assert!(matches!(code[..], [0xB0..=0xCF, _]) || kanji == "々", "{name}: {kanji}");
        }
    }
    let written = |name: &&str| Form::default().with(Field::Name, *name).unwrap();
    let forms: Vec<Form> = names.iter().map(written).collect();
    for (at, name) in names.iter().enumerate() {
        let chip: Chip = serde_json::from_value(json!({ "name": name })).unwrap();
        for form in &forms[at + 1..] {
            let other = form.get(Field::Name).unwrap();
            assert!(!compare_chip(form, &chip).agrees(), "{name} and {other}");
        }
    }
}

/// Texts of what names and addresses are made of, with what the rules look for.
fn text() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "見",
        "本",
        "太",
        "郎",
        "嶋",
        "島",
        "斎",
        "斉",
        "齋",
        "高",
        "髙",
        "澤",
        "沢",
        "\u{FA19}",
        "神",
        "\u{E0100}",
        "\u{3099}",
        "か",
        "カ",
        "ｶ",
        "ﾞ",
        "ヶ",
        "が",
        "の",
        "ノ",
        "ー",
        "-",
        "－",
        "1",
        "２",
        "三",
        "十",
        "丁目",
        "番地",
        "番",
        "号",
        "室",
        "大字",
        "字",
        "東京都",
        "北海道",
        "市",
        "区",
        "郡",
        "町",
        " ",
        "\u{3000}",
        "〓",
        "?",
        "A",
        "a",
        "O",
        "H",
        "U",
        "\u{202E}",
        "\u{200B}",
        "ハイツ",
    ]);
    prop_oneof![3 => prop::collection::vec(parts, 1..14).prop_map(|parts| parts.concat()), 1 => "\\PC{1,24}"]
        .prop_filter("a form is not blank", |text| !text.trim().is_empty())
}

/// A block number in one of the ways to write it.
fn address([chome, block, number]: [u32; 3], style: usize) -> String {
    let wide = |number: u32| -> String {
        number.to_string().chars().map(|digit| char::from_u32(u32::from(digit) + 0xFEE0).unwrap()).collect()
    };
    let kanji = |number: u32| {
        let digit = |digit: u32| "〇一二三四五六七八九".chars().nth(digit as usize).unwrap().to_string();
        let tens = match number / 10 {
            0 => String::new(),
            1 => "十".to_owned(),
            tens => digit(tens) + "十",
        };
        if number.is_multiple_of(10) { tens } else { tens + &digit(number % 10) }
    };
    let numbers = match style {
        0 => format!("{chome}-{block}-{number}"),
        1 => format!("{chome}丁目{block}番{number}号"),
        2 => format!("{}丁目{}番地の{}", kanji(chome), kanji(block), kanji(number)),
        3 => format!("{}－{}－{}", wide(chome), wide(block), wide(number)),
        4 => format!("{}丁目{block}ー{number}", kanji(chome)),
        _ => format!("{chome}丁目 {block}番地{number}"),
    };
    format!("見本県試験市例町{numbers}")
}

fn spelled() -> impl Strategy<Value = Field> {
    prop::sample::select(vec![Field::Name, Field::Kana, Field::Address])
}

proptest! {
    #[test]
    fn a_text_is_the_same_as_itself(field in spelled(), text in text()) {
        prop_assert_eq!(compared(field, &text, &text).class, Class::Same);
    }

    #[test]
    fn the_sides_can_be_exchanged(field in spelled(), form in text(), chip in text()) {
        let (one, other) = (compared(field, &form, &chip), compared(field, &chip, &form));
        prop_assert_eq!((one.class, one.rules), (other.class, other.rules));
    }

    #[test]
    fn a_weak_rule_never_agrees_and_both_spellings_are_whole(field in spelled(), form in text(), chip in text()) {
        let result = compared(field, &form, &chip);
        let weak = result.rules.iter().any(|rule| rule.strength() == Strength::Weak);
        match result.class {
            Class::Same => prop_assert!(form == chip && result.rules.is_empty()),
            Class::SameAfter => prop_assert!(!weak && !result.rules.is_empty()),
            Class::Similar => prop_assert!(weak),
            Class::Different | Class::NotComparable => prop_assert!(result.rules.is_empty()),
        }
        if !result.segments.is_empty() {
            let side = |chip: bool| result.segments.iter().map(|part| if chip { &*part.chip } else { &*part.form }).collect::<String>();
            prop_assert_eq!((side(true), side(false)), (chip, form));
            prop_assert!(result.segments.iter().all(|part| part.equal == (part.chip == part.form)));
        }
    }

    #[test]
    fn addresses_agree_exactly_if_their_numbers_do(
        form in [1_u32..40, 1_u32..40, 1_u32..40], other in [1_u32..40, 1_u32..40, 1_u32..40], equal: bool,
        styles in [0_usize..6, 0_usize..6],
    ) {
        let chip = if equal { form } else { other };
        let result = compared(Field::Address, &address(form, styles[0]), &address(chip, styles[1]));
        prop_assert_eq!(result.class.agrees(), form == chip, "{:?}", result);
    }

    #[test]
    fn whatever_a_line_holds_is_a_result_or_a_fault(line in "\\PC{0,64}|[{}\":,a-z\\[\\]0-9 ]{0,64}") {
        let _ = compare_line(line.as_bytes());
    }
}

#[test]
fn hostile_texts_end_soon_and_agree_with_nothing() {
    let long = "一-".repeat(MAX_TEXT / 2);
    assert_eq!(compared(Field::Address, &long, &"1-".repeat(MAX_TEXT / 2)).rules, [Rule::Digits]);
    let marks = format!("見{}", "\u{3099}".repeat(MAX_TEXT - 1));
    assert_eq!(compared(Field::Name, &marks, "見本").class, Class::Different);
    let selectors = format!("見{}本", "\u{E0101}".repeat(MAX_TEXT - 2));
    assert_eq!(compared(Field::Name, &selectors, "見本").class, Class::SameAfter);
    let chip: Chip = serde_json::from_value(json!({ "name": "見".repeat(MAX_TEXT + 1) })).unwrap();
    let form = Form::default().with(Field::Name, "見本").unwrap();
    assert_eq!(compare_chip(&form, &chip).field(Field::Name).unwrap().class, Class::NotComparable);
    for invisible in
        ["\u{202E}", "\u{2066}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{3164}", "\u{115F}", "\u{00AD}", "\0", "\u{1B}"]
    {
        let class = compared(Field::Name, &format!("見本{invisible}太郎"), "見本太郎").class;
        assert_eq!(class, Class::Different, "{invisible:?}");
    }
}

#[test]
fn a_form_is_refused_by_field_and_never_repeated() {
    let fault = |text: &str| Form::from_json(text.as_bytes()).unwrap_err();
    let value = |field, problem| FormFault::Value(FormError { field, problem });
    let cases = [
        ("", FormFault::Malformed { line: 1, column: 1 }),
        ("[\"見本\",\"\",\"\",\"\",\"\"]", FormFault::Malformed { line: 1, column: 1 }),
        ("{\n\"nam\":\"x\"}", FormFault::Malformed { line: 2, column: 5 }),
        ("{\"name\":1}", FormFault::Malformed { line: 1, column: 9 }),
        ("{\"name\":\"a\",\"name\":\"b\"}", FormFault::Malformed { line: 1, column: 23 }),
        ("{}", FormFault::Empty),
        ("{\"name\":null}", FormFault::Empty),
        ("{\"name\":\" \u{3000}\"}", value(Field::Name, FormProblem::Blank)),
        ("{\"birth_date\":\"17\"}", value(Field::BirthDate, FormProblem::Date)),
        ("{\"birth_date\":\"昭和64年1月8日\"}", value(Field::BirthDate, FormProblem::Date)),
        ("{\"sex\":\"secret\"}", value(Field::Sex, FormProblem::Sex)),
    ];
    for (text, expected) in cases {
        assert_eq!(fault(text), expected, "{text}");
    }
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(MAX_TEXT + 1));
    assert_eq!(fault(&long), value(Field::Name, FormProblem::TooLong));
    assert_eq!(fault(&" ".repeat(MAX_FORM + 1)), FormFault::TooLarge);
    assert!(!fault("{\"sex\":\"secret\"}").to_string().contains("secret"));
    assert!(!serde_json::from_str::<Form>("{\"sex\":\"secret\"}").unwrap_err().to_string().contains("secret"));
}

#[test]
fn a_line_gives_a_result_for_every_field_of_the_form_and_no_sex() {
    let line = json!({
        "chip": { "name": "髙橋　花子", "birth_date": "1980-02-17", "sex": "female" },
        "form": { "name": "高橋花子", "address": "見本県", "birth_date": "昭和55年2月17日", "sex": "男" },
    });
    let comparison: Comparison = compare_line(line.to_string().as_bytes()).unwrap();
    assert!(!comparison.agrees());
    let expected = json!({
        "name": { "class": "same_after", "rules": ["kanji-joyo", "space"], "compared_with": "given", "segments": [
            { "equal": false, "chip": "髙", "form": "高" },
            { "equal": true, "chip": "橋", "form": "橋" },
            { "equal": false, "chip": "\u{3000}", "form": "" },
            { "equal": true, "chip": "花子", "form": "花子" },
        ] },
        "address": { "class": "not_comparable", "rules": [], "compared_with": null, "reason": "not-read" },
        "birth_date": { "class": "same_after", "rules": ["era"], "compared_with": "given", "segments": [
            { "equal": false, "chip": "1980-02-17", "form": "昭和55年2月17日" },
        ] },
        "sex": { "class": "different", "rules": [], "compared_with": "given" },
    });
    assert_eq!(serde_json::to_value(&comparison).unwrap(), expected);
}
