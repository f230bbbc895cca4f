use serde_json::Value;

use crate::{
    cards::{Sex, Signed},
    trust::Hierarchy,
    verify::{Check, CheckId, Evidence, Reason, Why},
};

use super::{
    Colour, Graphics, Headline, Options, licence_samples, residence_samples,
    samples::{self, EN, JA, all, authentic, context, report, with},
};

/// The headline of every sample, and words of what stands below it.
const LED_BY: &[(&str, [&str; 2], [&str; 2])] = &[
    (
        "authentic",
        ["○ AUTHENTIC", "The issuer's signatures and the chip's answer hold."],
        ["○ 真正なカードです", "発行者の電子署名とICチップの応答を確認しました。"],
    ),
    (
        "simulated",
        ["△ SIMULATED CARD: NOT A REAL ONE", "It proves nobody's identity."],
        ["△ 模擬カード：本物ではありません", "本人確認には使えません。"],
    ),
    (
        "forged",
        ["× REJECTED: FORGED OR CHANGED DATA", "the signature does not fit the data"],
        ["× 偽造または改ざんの疑いがあります", "電子署名がデータと一致しません"],
    ),
    ("expired", ["× EXPIRED", "it is not a forgery"], ["× 有効期限が切れています", "偽造ではありません"]),
    (
        "not_accepted",
        ["× NOT ACCEPTED: A SIMULATED CARD", "Nobody was issued this card"],
        ["× 受け付けられません：模擬カードです", "実際に交付されたカードではありません。"],
    ),
    (
        "no_anchor",
        ["△ UNDETERMINED", "No key of this issuer is known"],
        ["△ 真正かどうか判定できません", "この発行者の鍵を持っていないため、確認できません。"],
    ),
    ("age", ["○ AUTHENTIC", "Age 46 years"], ["○ 真正なカードです", "年齢 46歳"]),
    (
        "licence",
        ["△ SIMULATED CARD: NOT A REAL ONE", "driver's licence"],
        ["△ 模擬カード：本物ではありません", "運転免許証"],
    ),
    (
        "licence_changed",
        ["△ SIMULATED CARD: NOT A REAL ONE", "Entries were changed after issue"],
        ["△ 模擬カード：本物ではありません", "記載事項の変更があります"],
    ),
    (
        "licence_pin1",
        ["△ UNDETERMINED", "PIN 2 was not entered"],
        ["△ 真正かどうか判定できません", "暗証番号2がないため"],
    ),
    (
        "licence_without_pin",
        ["△ UNDETERMINED", "The PINs were not entered"],
        ["△ 真正かどうか判定できません", "暗証番号なしで読みました。"],
    ),
    (
        "menkyo",
        ["△ SIMULATED CARD: NOT A REAL ONE", "driver's licence on a My Number Card"],
        ["△ 模擬カード：本物ではありません", "マイナ免許証"],
    ),
    (
        "menkyo_without_pin",
        ["△ UNDETERMINED", "The PINs were not entered"],
        ["△ 真正かどうか判定できません", "暗証番号なしで読みました。"],
    ),
    (
        "residence1",
        ["○ AUTHENTIC (by a CA certificate with the published fingerprint)", "The expiry was not checked"],
        ["○ 真正なカードです（公表された指紋と一致するCA証明書による）", "有効期間は確認していません"],
    ),
    (
        "residence1_unpinned",
        ["△ HOLDS ONLY UNDER A CA KEY THAT THE ISSUER DID NOT PUBLISH", "until its source is known"],
        ["△ 公表されたものではないCA鍵でのみ確認できました", "出所を確かめるまで"],
    ),
    (
        "residence1_child",
        ["△ UNDETERMINED", "The card holds no signature."],
        ["△ 真正かどうか判定できません", "電子署名の記録がないカードです。"],
    ),
    (
        "residence1_old_authority",
        ["△ UNDETERMINED", "That is no sign of a forgery."],
        ["△ 真正かどうか判定できません", "偽造を示すものではありません。"],
    ),
    (
        "residence2",
        ["○ AUTHENTIC (by a CA certificate with the published fingerprint)", "A copied chip cannot be told."],
        ["○ 真正なカードです（公表された指紋と一致するCA証明書による）", "ICチップの複製は検出できません。"],
    ),
    (
        "residence2_simulated",
        ["△ SIMULATED CARD: NOT A REAL ONE", "It proves nobody's identity."],
        ["△ 模擬カード：本物ではありません", "本人確認には使えません。"],
    ),
    (
        "residence2_no_authority",
        ["△ UNDETERMINED", "taimen trust add --purpose residence-card"],
        ["△ 真正かどうか判定できません", "taimen trust add --purpose residence-card"],
    ),
    (
        "residence2_forged",
        ["× REJECTED: FORGED OR CHANGED DATA", "the signature does not fit the data"],
        ["× 偽造または改ざんの疑いがあります", "電子署名がデータと一致しません"],
    ),
    ("residence2_expired", ["× EXPIRED", "the data was not changed"], ["× 有効期限が切れています", "改ざんではない"]),
];

#[test]
fn a_report_leads_with_its_headline() {
    let samples: Vec<_> = all().into_iter().chain(licence_samples::all()).chain(residence_samples::all()).collect();
    assert_eq!(samples.len(), LED_BY.len());
    for ((name, findings, context), (known, en, ja)) in samples.into_iter().zip(LED_BY) {
        assert_eq!(name, *known);
        for (options, [title, below]) in [(EN, en), (JA, ja)] {
            let text = report(&findings, &context, options).text(Colour::Plain);
            let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
            let bare = |words: &str| words.split_whitespace().collect::<String>();
            assert!(text.starts_with(&bare(title)), "{name}: {title}\n{text}");
            assert!(text.contains(&bare(below)), "{name}: {below}\n{text}");
        }
    }
}

#[test]
fn headlines() {
    let real = || authentic(Hierarchy::Production);
    let failed = |id, reason| Check::failed(id, reason, Evidence::new());
    let not_done = |id, why| Check::not_done(id, why, Evidence::new());
    let expired = failed(CheckId::NotExpired, Reason::Expired);
    let forged = failed(CheckId::FaceSignature, Reason::SignatureMismatch);
    let copied = failed(CheckId::ChipKey, Reason::ChallengeMismatch);
    let unread = not_done(CheckId::FaceSignature, Why::NotRead);
    let rests = not_done(CheckId::ChipKey, Why::DependsOn(CheckId::FaceSignature));
    let table: Vec<(crate::cards::Findings, Headline, &str)> = vec![
        (real(), Headline::Authentic, "○"),
        (authentic(Hierarchy::Installed), Headline::AuthenticUnpinned, "△"),
        (authentic(Hierarchy::Simulated), Headline::NotARealCard(Some(Hierarchy::Simulated)), "△"),
        (authentic(Hierarchy::Test), Headline::NotARealCard(Some(Hierarchy::Test)), "△"),
        (samples::expired(), Headline::Expired { otherwise_authentic: true }, "×"),
        (with(real(), &[expired.clone(), unread.clone()]), Headline::Expired { otherwise_authentic: false }, "×"),
        (with(real(), &[expired.clone(), forged]), Headline::Forged(Reason::SignatureMismatch), "×"),
        (with(real(), &[expired, copied.clone()]), Headline::Copied(Reason::ChallengeMismatch), "×"),
        (samples::forged(), Headline::Forged(Reason::SignatureMismatch), "×"),
        (samples::not_accepted(), Headline::NotAccepted(Some(Hierarchy::Simulated)), "×"),
        (samples::no_anchor(), Headline::Undetermined(Why::NoAnchor), "△"),
        (with(real(), &[unread, rests]), Headline::Undetermined(Why::NotRead), "△"),
        (
            with(real(), &[not_done(CheckId::FaceSignature, Why::LayoutUnknown)]),
            Headline::Undetermined(Why::LayoutUnknown),
            "△",
        ),
        // What only informs changes nothing.
        (with(real(), &[failed(CheckId::TextSignature, Reason::SignatureMismatch)]), Headline::Authentic, "○"),
    ];
    for (findings, headline, symbol) in table {
        let found = Headline::of(&findings);
        assert_eq!((found, found.symbol()), (headline, symbol));
    }
    let mut none = real();
    none.hierarchy = None;
    assert_eq!(Headline::of(&none), Headline::NotARealCard(None));
    let mut absent = real();
    absent.checks.retain(|check| check.id != CheckId::ChipKey);
    assert_eq!(Headline::of(&absent), Headline::Undetermined(Why::NotRead));
    let context = context();
    let json: Value = serde_json::from_str(&report(&absent, &context, JA).json()).unwrap();
    assert_eq!(json["checks"][2]["id"], "chip-key");
    assert_eq!(json["checks"][2]["reason"], "not_read");
}

/// Text from the card that tries to leave its place.
const HOSTILE: &str = "山田\u{1B}[2J\u{202E}</td><script>alert(1)</script>\"\n○ 真正\u{9B}1m\u{7}&amp;";

fn hostile() -> crate::cards::Findings {
    let mut findings = authentic(Hierarchy::Production);
    findings.holder.name = Some(Signed::new(HOSTILE.into(), Some(CheckId::TextSignature)));
    findings.holder.address = Some(Signed::new(HOSTILE.into(), None));
    findings.items[0].value = crate::cards::ItemValue::Text(HOSTILE.into());
    findings.checks[0].evidence = Evidence::new().with("anchor", HOSTILE).with("anchor_source", HOSTILE);
    findings
}

#[test]
fn hostile_text_stays_in_its_place() {
    let findings = hostile();
    let mut context = context();
    context.reader = HOSTILE.to_owned();
    let text = report(&findings, &context, JA).text(Colour::Plain);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.contains('\u{202E}') && text.contains("[U+001B][2J[U+202E]"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("○ 真正")));
    let json = report(&findings, &context, JA).json();
    assert!(json.chars().all(|c| c == '\n' || !c.is_control()), "{json:?}");
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["holder"]["name"], HOSTILE);
    assert_eq!(report(&findings, &context, JA).json_line().lines().count(), 1);
}

#[test]
fn the_sex_is_shown_only_when_asked_for() {
    let (findings, context) = (authentic(Hierarchy::Production), context());
    for options in [JA, EN] {
        let without = report(&findings, &context, options);
        assert!(serde_json::from_str::<Value>(&without.json()).unwrap()["holder"].get("sex").is_none());
        assert!(!without.text(Colour::Plain).contains("性別   ") && !without.text(Colour::Plain).contains("Sex "));
        let with = report(&findings, &context, Options { sex: true, ..options });
        let json: Value = serde_json::from_str(&with.json()).unwrap();
        assert_eq!(json["holder"]["sex"], Sex::Female.as_str());
        assert_eq!(json["signed_by"]["holder.sex"], "face-signature");
    }
}

#[test]
fn an_age_report_shows_the_age_and_nothing_else_of_the_person() {
    let (findings, context) = (samples::age(), context());
    for options in [JA, EN, Options { age: true, sex: true, ..JA }] {
        let report = report(&findings, &context, options);
        let text = report.text(Colour::Plain);
        for shown in [&report.json(), &text, &report.html()] {
            for personal in ["見本", "千代田", "1980", "昭和", "Showa", "2035", "female"] {
                assert!(!shown.contains(personal), "{personal}: {shown}");
            }
        }
        let json: Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["holder"], serde_json::json!({ "age": 46 }));
        assert_eq!(json["photo"]["present"], false);
        assert_eq!(json["pictures"], serde_json::json!([]));
        assert_eq!(json["items"], serde_json::json!([]));
        assert_eq!(json["signed_by"], serde_json::json!({ "holder.age": "age-signature" }));
    }
}

#[test]
fn what_no_passed_check_covers_is_marked() {
    let context = context();
    let findings = samples::forged();
    let text = report(&findings, &context, EN).text(Colour::Plain);
    let line = |start: &str| text.lines().find(|line| line.trim_start().starts_with(start)).unwrap().to_owned();
    assert!(line("Birth date").ends_with("(signature not confirmed)"), "{text}");
    assert!(line("Expiry  ").ends_with("(unsigned)"), "{text}");
    assert!(line("Name").ends_with("(as text: compare with the picture)"), "{text}");
}

#[test]
fn colour_only_repeats_what_the_words_say() {
    let (findings, context) = (samples::forged(), context());
    let report = report(&findings, &context, JA);
    let coloured = report.text(Colour::Ansi);
    assert!(coloured.contains("\u{1B}[31m"));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1B}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    let plain: Vec<String> = report.text(Colour::Plain).lines().map(|line| line.trim_end().to_owned()).collect();
    assert_eq!(stripped.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>(), plain);
}

#[test]
fn the_page_is_self_contained_and_escaped() {
    let (findings, mut context) = (hostile(), context());
    context.reader = HOSTILE.to_owned();
    for options in [JA, EN] {
        let page = report(&findings, &context, options).html();
        assert!(page.chars().all(|c| c == '\n' || !c.is_control()) && !page.contains('\u{202E}'));
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("default-src 'none'"));
        // Nothing is fetched: every address is a picture's own data.
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("));
        assert!(page.match_indices("src=\"").all(|(at, _)| page[at..].starts_with("src=\"data:image/png;base64,")));
        assert_eq!(page.matches("<img ").count(), 4);
    }
}

#[test]
fn the_terminal_shows_the_photo_or_nothing() {
    let (mut findings, context) = (authentic(Hierarchy::Production), context());
    assert!(!report(&findings, &context, JA).photo(Graphics::Blocks).is_empty());
    assert_eq!(report(&findings, &context, Options { age: true, ..JA }).photo(Graphics::Blocks), "");
    findings.pictures[0].bytes.truncate(900);
    assert_eq!(report(&findings, &context, JA).photo(Graphics::Blocks), "");
}

#[test]
fn a_picture_that_does_not_decode_is_named() {
    let (mut findings, context) = (authentic(Hierarchy::Production), context());
    findings.pictures[0].bytes.truncate(900);
    let page = report(&findings, &context, JA).html();
    assert_eq!(page.matches("<img ").count(), 3);
    assert!(page.contains("顔写真: 表示できない画像です"));
}
