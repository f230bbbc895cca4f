//! The report of licences: what is said of changes, masked values, external characters and missing PINs.

use serde_json::Value;

use crate::{
    cards::CardText,
    dump::Scope,
    simulator::cards::drivers_licence::LicenceHolder,
    verify::{Check, CheckId, Evidence, Overall, Reason},
};

use super::{
    Colour, Graphics, Options,
    licence_samples::{all, licence},
    samples::{EN, JA, report, with},
};

fn sample(name: &str) -> (crate::cards::Findings, super::Context) {
    let (_, findings, context) = all().into_iter().find(|(known, ..)| *known == name).unwrap();
    (findings, context)
}

const DOMICILED: [Options; 2] = [Options { domicile: true, ..JA }, Options { domicile: true, ..EN }];

fn json(report: &super::Report<'_>) -> Value {
    serde_json::from_str(&report.json()).unwrap()
}

#[test]
fn the_domicile_is_shown_only_when_asked_for() {
    let (findings, context) = sample("licence_changed");
    let signed = findings.items.iter().find(|item| item.masked).unwrap();
    let crate::cards::ItemValue::Text(signed) = &signed.value else { panic!("text") };
    let current = findings.holder.current.as_ref().unwrap().domicile.as_ref().unwrap();
    for options in [JA, EN] {
        let report = report(&findings, &context, options);
        for shown in [report.text(Colour::Plain), report.html(), report.json()] {
            assert!(!shown.contains("本籍町"), "{shown}");
        }
        let json = json(&report);
        let item = json["items"].as_array().unwrap().iter().find(|item| item["id"] == "domicile").unwrap();
        assert_eq!((&item["value"], &item["masked"]), (&Value::Null, &Value::Bool(true)));
        assert!(json["holder"]["current"].get("domicile").is_none());
    }
    for options in DOMICILED {
        let report = report(&findings, &context, options);
        let text = report.text(Colour::Plain);
        assert!(text.contains(&**signed) && text.contains("新本籍町") && !text.contains("--domicile"), "{text}");
        let json = json(&report);
        assert_eq!(json["holder"]["current"]["domicile"], current.text);
        let item = json["items"].as_array().unwrap().iter().find(|item| item["id"] == "domicile").unwrap();
        assert!(item["value"] == signed.text && item.get("masked").is_none());
    }
    // A licence without its PINs has none to show or to hide.
    let (findings, context) = sample("licence_without_pin");
    assert!(!report(&findings, &context, JA).text(Colour::Plain).contains("--domicile"));
}

#[test]
fn changes_are_told_beside_the_verdict() {
    for (name, findings, context) in all() {
        let changed = name == "licence_changed";
        let report = report(&findings, &context, JA);
        assert_eq!(json(&report)["headline_notes"].as_array().unwrap().len(), usize::from(changed), "{name}");
        let line = report.text(Colour::Plain).lines().nth(2).unwrap().to_owned();
        assert_eq!(line.contains("記載事項の変更があります"), changed, "{line}");
        assert_eq!(report.html().contains("記載事項の変更があります"), changed);
        assert_eq!(json(&report)["holder"]["current"].is_null(), !changed);
        assert_eq!(json(&report)["signed_by"].get("holder.current").is_some(), changed);
    }
    // The signed values stay what they were.
    let (findings, context) = sample("licence_changed");
    let json = json(&report(&findings, &context, JA));
    let holder = LicenceHolder::from_seed(3);
    assert_eq!(json["holder"]["address"], holder.persona.address);
    assert_ne!(json["holder"]["address"], json["holder"]["current"]["address"]);
    assert_eq!(json["signed_by"]["holder.address"], "licence-signature");
}

#[test]
fn external_characters_are_drawn_where_a_terminal_can_and_only_those_that_are_shown() {
    let (findings, context) = sample("licence_changed");
    let drawn = |options, graphics| report(&findings, &context, options).external_characters(graphics);
    let all = drawn(DOMICILED[0], Graphics::Blocks);
    assert!(all.contains("〓[1]") && all.contains("〓[3]") && all.contains("〓[4]") && all.contains('▀'), "{all}");
    let masked = drawn(JA, Graphics::Blocks);
    assert!(masked.contains("〓[3]") && !masked.contains("〓[4]"), "the domicile stays masked");
    assert_eq!(drawn(DOMICILED[0], Graphics::None), "");
}

#[test]
fn external_characters_are_pictures_in_html_and_numbered_marks_in_text() {
    let (mut findings, context) = sample("licence_changed");
    let options = DOMICILED[0];
    let text = report(&findings, &context, options).text(Colour::Plain);
    assert!(text.contains("〓[1]") && text.contains("〓[3]") && text.contains("〓[4]"), "{text}");
    let page = report(&findings, &context, options).html();
    // The name; the new name and the new domicile, each as current value and as entry.
    assert_eq!(page.matches("<img class=\"external\"").count(), 5);
    assert!(page.contains("alt=\"〓[1]\" title=\"外字 1 (df1/0003)\" src=\"data:image/png;base64,"));
    let listed = json(&report(&findings, &context, options));
    let marks = |slot: usize| listed["external_characters"][slot]["marks"].clone();
    assert_eq!(marks(0), serde_json::json!([{ "field": "holder.name", "index": 3 }]));
    assert_eq!(marks(2)[0]["field"], "holder.current.domicile");
    assert!(!listed.to_string().contains("raster"));
    // One that does not decode, and one that the card does not hold: the mark stays.
    findings.external.retain(|character| character.slot != 1);
    for character in &mut findings.external {
        character.raster = vec![0; 90];
    }
    let page = report(&findings, &context, options).html();
    assert!(!page.contains("class=\"external\"") && page.contains("〓[1]") && page.contains("〓[3]"));
    let listed = json(&report(&findings, &context, options));
    assert_eq!(listed["external_characters"][0]["file"], Value::Null);
}

#[test]
fn hostile_changes_stay_in_their_place() {
    const HOSTILE: &str = "〓\u{1B}[2J</td><script>alert(1)</script>\n○\u{202E}";
    let (mut findings, context) = sample("licence_changed");
    let text = CardText { text: HOSTILE.to_owned(), external: vec![(0, 200), (90, 1), (3, 2)] };
    let current = findings.holder.current.as_mut().unwrap();
    current.address = Some(text.clone());
    current.conditions = Some(vec![text.clone()]);
    for change in &mut findings.history {
        (change.value, change.commission, change.date) = (text.clone(), text.clone(), None);
    }
    findings.warnings.push(crate::cards::Warning { file: "df1/0001", detail: HOSTILE.to_owned() });
    for options in DOMICILED {
        let report = report(&findings, &context, options);
        let text = report.text(Colour::Plain);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202E}'), "{text}");
        assert!(text.contains("〓[200][U+001B][2J"), "{text}");
        let page = report.html();
        assert!(!page.contains("<script") && !page.contains('\u{1B}') && page.contains("&lt;script&gt;"));
    }
}

#[test]
fn nothing_of_another_card_is_said() {
    for (name, findings, context) in all() {
        for options in [JA, EN] {
            let report = report(&findings, &context, options);
            for shown in [report.text(Colour::Plain), report.html()] {
                for foreign in ["照合番号", "ICチップの応答", "chip's answer", "number B", "券面入力補助"]
                {
                    assert!(!shown.contains(foreign), "{name}: {foreign}");
                }
            }
        }
    }
    for (name, findings, context) in super::samples::all() {
        for options in [JA, EN] {
            let text = report(&findings, &context, options).text(Colour::Plain);
            for foreign in ["運転免許証", "暗証番号1", "driver's licence\n", "domicile", "本籍"] {
                assert!(!text.contains(foreign), "{name}: {foreign}");
            }
        }
    }
}

#[test]
fn a_licence_without_its_pins_says_why_it_is_undetermined() {
    for name in ["licence_without_pin", "menkyo_without_pin"] {
        let (findings, context) = sample(name);
        assert_eq!(findings.overall(), Overall::Undetermined);
        let report = report(&findings, &context, EN);
        assert!(report.text(Colour::Plain).contains("The PINs were not entered: nothing signed was read"));
        assert_eq!(json(&report)["scope"], "without-pin");
        assert!(!report.text(Colour::Plain).contains("no key of the issuer was found"));
    }
}

#[test]
fn a_licence_is_never_said_to_have_answered() {
    let (mut findings, context) = sample("licence");
    findings.hierarchy = Some(crate::trust::Hierarchy::Installed);
    let text = |findings: &crate::cards::Findings| report(findings, &context, JA).text(Colour::Plain);
    assert!(text(&findings).contains("利用者が追加した鍵による"));
    findings.hierarchy = Some(crate::trust::Hierarchy::Production);
    assert!(text(&findings).contains("ICチップの複製は検出できません"), "{}", text(&findings));
    let expired = with(findings, &[Check::failed(CheckId::NotExpired, Reason::Expired, Evidence::new())]);
    assert!(text(&expired).contains("電子署名は正しい") && !text(&expired).contains("ICチップは正常"));
}

#[test]
fn counters_of_both_pins_are_shown_once() {
    let (findings, mut context) = sample("licence");
    context.tries.push((findings.tries[0].reference.title, crate::iso7816::Tries::Left(2)));
    let json = json(&report(&findings, &context, JA));
    let left: Vec<&Value> = json["tries"].as_array().unwrap().iter().map(|row| &row["left"]).collect();
    assert_eq!(left, [2, 3]);
    let unset = licence("licence-nopin?seed=7", Scope::FULL);
    assert!(report(&unset, &context, JA).text(Colour::Plain).contains("未設定（署名なし）"));
}
