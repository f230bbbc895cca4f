//! The report for a terminal.

use taimen::{
    cards::{CardText, ItemValue, Signed},
    report::{Colour, Graphics, Options},
    trust::Hierarchy,
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Overall, Reason},
};

use super::{EN, HOSTILE, JA, Sample, json, says};

#[test]
fn the_short_report_fits_a_window_whatever_the_card_says() {
    for (name, sample) in Sample::all() {
        let mut sample = sample.clone();
        for turn in 0..2 {
            for options in [JA, EN, Options { sex: true, domicile: true, ..EN }] {
                let report = sample.report(options);
                let text = report.text(Colour::Plain) + &report.page_saved("page.html");
                assert!(text.lines().count() <= 24, "{name}: {text}");
                let widest = text.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap();
                assert!(widest <= 80, "{name}, {widest}: {text}");
                let verdict = report.headline().words().get(options.lang);
                assert!(text.lines().next().unwrap().ends_with(verdict), "{name}: {text}");
                assert!(text.contains("1. ") && text.contains("--details"), "{name}: {text}");
            }
            // Once more with long values.
            let long: CardText = "長い名前".repeat(200).as_str().into();
            sample.findings.holder.name = Some(Signed::new(long.clone(), None));
            sample.findings.holder.address = Some(Signed::new(long.clone(), None));
            if let Some(current) = &mut sample.findings.holder.current {
                current.address = Some(long.clone());
            }
            assert!(turn == 1 || sample.findings.holder.name.is_some());
        }
    }
}

#[test]
fn the_short_report_names_what_did_not_pass() {
    let sample = Sample::of("my-number/bad-face-signature");
    let text = sample.report(EN).text(Colour::Plain);
    assert!(says(&text, "Required checks passed: 2/4"), "{text}");
    assert!(says(&text, "× signature of the face data: failed: the signature does not match the data"), "{text}");
    assert!(says(&text, "1. The data was changed or is damaged. Do not accept the card."), "{text}");
    let sample = Sample::of("licence/genuine");
    let text = sample.report(EN).text(Colour::Plain);
    assert!(says(&text, "Required checks passed: 3/3") && !text.contains('×'), "{text}");
    assert!(says(&text, "valid through") && says(&text, "licence number"), "{text}");
}

#[test]
fn a_change_after_issue_sends_staff_to_the_back_and_is_not_an_error() {
    let sample = Sample::of("licence-changed/genuine");
    assert_eq!(sample.findings.overall(), Overall::Authentic);
    for (options, look, back) in [(JA, "要確認", "裏面を確認"), (EN, "look", "check the back of the card")] {
        let report = sample.report(options);
        for shown in [report.text(Colour::Plain), report.details(Colour::Plain), report.html()] {
            assert!(!shown.contains('×') && says(&shown, look) && says(&shown, back), "{shown}");
        }
        assert_eq!(json(&report)["headline_notes"][0]["id"], "unsigned-changes");
    }
    let told = json(&sample.report(EN));
    assert_ne!(told["holder"]["address"], told["holder"]["current"]["address"]);
    assert_eq!(told["signed_by"]["holder.address"], "licence-signature");
    assert!(told["signed_by"]["holder.current"].is_null());
    let unchanged = Sample::of("licence/genuine");
    assert_eq!(json(&unchanged.report(EN))["headline_notes"], serde_json::json!([]));
}

#[test]
fn without_a_pin_the_expiry_day_stands_beside_the_verdict() {
    let sample = Sample::of("licence/without-pin");
    let day = sample.findings.items.iter().find(|item| item.id == "expiry").unwrap();
    let ItemValue::Date(day) = day.value else { panic!("a day") };
    let text = sample.report(EN).text(Colour::Plain);
    assert_eq!(text.lines().nth(2).unwrap(), format!("  valid through  {day} (unsigned)"));
    let page = sample.report(JA).html();
    assert!(page.contains("<p class=\"day\">有効期間の末日 <b>"), "{page}");
    assert!(!Sample::of("licence/genuine").report(JA).html().contains("class=\"day\""));
}

#[test]
fn the_sex_and_the_domicile_are_shown_only_when_asked_for() {
    let sample = Sample::of("my-number/genuine");
    for options in [JA, EN] {
        assert!(json(&sample.report(options))["holder"].get("sex").is_none());
        let asked = sample.report(Options { sex: true, ..options });
        assert_eq!(json(&asked)["signed_by"]["holder.sex"], "face-signature");
        let lines =
            |text: String| text.lines().filter(|line| line.starts_with("  性別") || line.starts_with("  Sex")).count();
        assert_eq!(lines(asked.text(Colour::Plain)), 1);
        assert_eq!(lines(sample.report(options).details(Colour::Plain)), 0);
    }
    let sample = Sample::of("licence-changed/genuine");
    let current = sample.findings.holder.current.as_ref().unwrap().domicile.as_ref().unwrap();
    for options in [JA, EN] {
        let report = sample.report(options);
        for shown in [report.text(Colour::Plain), report.details(Colour::Plain), report.html(), report.json()] {
            assert!(!shown.contains("本籍町"), "{shown}");
        }
        let told = json(&report);
        let item = told["items"].as_array().unwrap().iter().find(|item| item["id"] == "domicile").unwrap();
        assert!(item["value"].is_null() && item["masked"] == true);
        let asked = sample.report(Options { domicile: true, ..options });
        assert!(asked.details(Colour::Plain).contains("新本籍町"));
        assert_eq!(json(&asked)["holder"]["current"]["domicile"], current.text);
    }
}

#[test]
fn an_age_report_shows_the_age_and_nothing_else_of_the_person() {
    let mut sample = Sample::of("my-number/age");
    let mut whole = Sample::of("my-number/genuine").findings;
    whole.holder.name = Some(Signed::new("見本　花子".into(), None));
    // More than the age is here on purpose.
    let age = sample.findings.holder.age.clone();
    (sample.findings.holder, sample.findings.pictures, sample.findings.items) =
        (whole.holder.clone(), whole.pictures, whole.items);
    sample.findings.holder.age = age;
    for options in [JA, EN, Options { age: true, sex: true, ..JA }] {
        let report = sample.report(options);
        let name = &whole.holder.name.as_ref().unwrap().value.text;
        for shown in [report.json(), report.text(Colour::Plain), report.details(Colour::Plain), report.html()] {
            for personal in [name.as_str(), "架空県", "昭和", "Showa"] {
                assert!(!shown.contains(personal), "{personal}: {shown}");
            }
        }
        let told = json(&report);
        assert!(told["holder"]["age"].is_i64() && told["holder"].as_object().unwrap().len() == 1);
        assert_eq!((&told["photo"]["present"], &told["pictures"]), (&false.into(), &serde_json::json!([])));
        assert_eq!(told["signed_by"], serde_json::json!({ "holder.age": "age-signature" }));
    }
}

#[test]
fn what_no_passed_check_covers_is_marked() {
    let sample = Sample::of("my-number/genuine").with(&[Check::failed(
        CheckId::FaceSignature,
        Reason::SignatureMismatch,
        Evidence::new(),
    )]);
    let text = sample.report(EN).details(Colour::Plain);
    let line = |start: &str| text.lines().find(|line| line.trim_start().starts_with(start)).unwrap().to_owned();
    assert!(line("Birth date").ends_with("(signature not confirmed)"), "{text}");
    assert!(line("expiry  ").ends_with("(unsigned)"), "{text}");
    assert!(line("Name as text").ends_with("(nobody vouches for it: read the picture)"), "{text}");
}

#[test]
fn colour_only_repeats_what_the_words_say() {
    let sample = Sample::of("my-number/bad-face-signature");
    let report = sample.report(JA);
    for (coloured, plain) in [
        (report.text(Colour::Ansi), report.text(Colour::Plain)),
        (report.details(Colour::Ansi), report.details(Colour::Plain)),
    ] {
        assert!(coloured.contains("\u{1B}[31m"));
        let mut pieces = coloured.split('\u{1B}');
        let first = pieces.next().unwrap().to_owned();
        let stripped = pieces.fold(first, |text, piece| text + piece.split_once('m').unwrap().1);
        assert_eq!(stripped, plain);
    }
}

#[test]
fn hostile_text_stays_in_its_place() {
    for name in ["my-number/genuine", "licence-changed/genuine", "residence2/genuine"] {
        let mut sample = Sample::of(name).issued_by(Hierarchy::Production);
        hostile(&mut sample);
        for options in [Options { domicile: true, ..JA }, Options { domicile: true, ..EN }] {
            let report = sample.report(options);
            for text in [report.text(Colour::Plain), report.details(Colour::Plain)] {
                assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
                assert!(!text.contains('\u{202E}') && text.contains("[U+001B][2J[U+202E]"), "{text}");
                assert!(!text.lines().skip(1).any(|line| line.starts_with('○')));
            }
            assert!(report.json().chars().all(|c| c == '\n' || !c.is_control()));
            assert_eq!(json(&report)["holder"]["address"], HOSTILE);
            assert_eq!(report.json_line().lines().count(), 1);
            let page = report.html();
            assert!(page.chars().all(|c| c == '\n' || !c.is_control()) && !page.contains('\u{202E}'));
            assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        }
    }
}

/// Puts hostile text wherever a card or a reader can put text.
pub(super) fn hostile(sample: &mut Sample) {
    let findings = &mut sample.findings;
    let text = CardText { text: HOSTILE.to_owned(), external: vec![(0, 200), (90, 1), (3, 2)] };
    findings.holder.name = Some(Signed::new(text.clone(), None));
    findings.holder.address = Some(Signed::new(HOSTILE.into(), None));
    for item in &mut findings.items {
        match &mut item.value {
            ItemValue::Text(value) => *value = text.clone(),
            ItemValue::Code { code, .. } => HOSTILE.clone_into(code),
            _ => {}
        }
    }
    if let Some(current) = &mut findings.holder.current {
        (current.address, current.conditions) = (Some(text.clone()), Some(vec![text.clone()]));
    }
    for change in &mut findings.history {
        (change.value, change.commission, change.date) = (text.clone(), text.clone(), None);
    }
    for warning in &mut findings.warnings {
        HOSTILE.clone_into(&mut warning.detail);
    }
    for check in &mut findings.checks {
        let (name, sha256, source) = (HOSTILE.to_owned(), HOSTILE.to_owned(), HOSTILE.to_owned());
        let anchor =
            AnchorRef { name, hierarchy: Hierarchy::Production, sha256, source, official: false, unpinned: false };
        check.evidence = Evidence::new().fact(Fact::Anchor(anchor)).with("detail", HOSTILE);
    }
    HOSTILE.clone_into(&mut sample.context.reader);
}

#[test]
fn pictures_are_drawn_where_a_terminal_can() {
    let mut sample = Sample::of("licence-changed/genuine");
    assert!(!sample.report(JA).photo(Graphics::Blocks).is_empty());
    assert_eq!(sample.report(Options { age: true, ..JA }).photo(Graphics::Blocks), "");
    let all = Options { domicile: true, ..JA };
    assert!(sample.report(all).external_characters(Graphics::Blocks).contains('▀'));
    assert_eq!(sample.report(all).external_characters(Graphics::None), "");
    assert_eq!(sample.report(JA).text_pictures(Graphics::Kitty), "", "text stands beside them");
    sample.findings.pictures[0].bytes.truncate(900);
    assert_eq!(sample.report(JA).photo(Graphics::Blocks), "");
    let sample = Sample::of("residence2/genuine");
    for graphics in [Graphics::Kitty, Graphics::Iterm2, Graphics::Sixel] {
        let drawn = sample.report(EN).text_pictures(graphics);
        assert!(drawn.starts_with("name\n\x1B") && drawn.contains("\naddress (unsigned)\n\x1B"), "{drawn:?}");
    }
    assert_eq!(sample.report(EN).text_pictures(Graphics::Blocks), "");
}

#[test]
fn external_characters_are_numbered_marks_in_text_and_pictures_in_the_page() {
    let mut sample = Sample::of("licence/externals");
    let all = Options { domicile: true, ..JA };
    let slot = sample.findings.external[0].slot;
    assert!(sample.report(all).details(Colour::Plain).contains(&format!("〓[{slot}]")));
    assert!(sample.report(all).html().contains("<img class=\"external\""));
    assert!(!json(&sample.report(all)).to_string().contains("raster"));
    // One that does not decode: the mark stays.
    for character in &mut sample.findings.external {
        character.raster = vec![0; 90];
    }
    let page = sample.report(all).html();
    assert!(!page.contains("class=\"external\"") && page.contains(&format!("〓[{slot}]")));
}

#[test]
fn what_only_a_picture_shows_is_said_so() {
    let sample = Sample::of("residence1/genuine");
    for (options, words) in [(JA, "券面（表）の画像のみ"), (EN, "only in the picture of the front")] {
        let text = sample.report(Options { sex: true, ..options }).details(Colour::Plain);
        assert_eq!(text.matches(words).count(), 3, "{text}");
    }
    let told = json(&sample.report(EN));
    assert!(told["holder"]["name"].is_null() && told["signed_by"]["card.kind"].is_null());
    assert_eq!(told["signed_by"]["pictures.front"], "card-signature");
}

#[test]
fn the_page_for_void_numbers_is_text_and_never_a_link() {
    const PAGE: &str = "https://lapse-immi.moj.go.jp/";
    for (name, sample) in Sample::all() {
        let asked =
            sample.findings.kind.as_str().starts_with("residence") && sample.findings.overall() != Overall::Rejected;
        let report = sample.report(EN);
        for shown in [report.details(Colour::Ansi), report.html(), report.json()] {
            assert_eq!(shown.contains(PAGE), asked, "{name}");
            assert!(!shown.contains("href") && !shown.contains("\x1B]8"), "{name}");
        }
    }
    let inquiry = |name| json(&Sample::of(name).report(EN))["inquiry"].clone();
    assert!(inquiry("residence2/genuine")["card_number"].is_string());
    assert!(inquiry("residence2/genuine")["expiry"].is_string());
    assert!(inquiry("residence1/genuine")["card_number"].is_null() && inquiry("licence/genuine").is_null());
}

#[test]
fn a_card_is_reported_in_its_own_words() {
    let foreign: [(&str, &[&str]); 3] = [
        ("my-number", &["運転免許証", "暗証番号1", "driver's licence\n", "domicile", "本籍"]),
        ("licence", &["照合番号", "ICチップの応答", "chip's answer", "number B", "券面入力補助", "在留"]),
        ("residence", &["licence", "免許", "暗証番号", "照合番号", "PIN "]),
    ];
    for (name, sample) in Sample::all() {
        let Some((_, words)) = foreign.iter().find(|(kind, _)| sample.findings.kind.as_str().starts_with(kind)) else {
            continue;
        };
        for options in [JA, EN] {
            let text = sample.report(options).details(Colour::Plain);
            for word in *words {
                assert!(!text.contains(word), "{name}, {word}: {text}");
            }
        }
    }
}

#[test]
fn nobody_is_judged_and_codes_send_staff_to_the_papers() {
    let sample = Sample::of("residence2/genuine");
    let text = sample.report(EN).details(Colour::Plain);
    assert!(says(&text, "does not judge whether the holder may work or stay"), "{text}");
    assert!(text.contains("(table not public)"), "{text}");
    let failed = Check::failed(CheckId::CardSignature, Reason::SignatureMismatch, Evidence::new());
    let text = sample.with(&[failed]).report(EN).details(Colour::Plain);
    assert!(!says(&text, "does not judge") && !says(&text, "Compare the print"), "{text}");
}

#[test]
fn counters_are_shown_once() {
    let mut sample = Sample::of("licence/genuine");
    sample
        .context
        .retry_counters
        .push((sample.findings.retry_counters[0].reference.title, taimen::iso7816::RetryCounter::Left(2)));
    let told = json(&sample.report(EN));
    let left: Vec<_> = told["tries"].as_array().unwrap().iter().map(|row| row["left"].clone()).collect();
    assert_eq!(left, [2, 3]);
}
