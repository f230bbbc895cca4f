//! The report of residence cards: pictures instead of text, codes, the authority's fingerprint, the page for void numbers.

use serde_json::Value;

use crate::{
    cards::{Findings, ItemValue},
    lang::Lang,
    trust::Hierarchy,
    verify::{Check, CheckId, Evidence, Overall, Reason, Why},
};

use super::{
    Colour, Graphics, Headline, INQUIRY_PAGE, Options, Tone,
    residence_samples::{self, FRONT_ONLY, all, context, first, second},
    samples::{EN, JA, report, with},
};

fn json(findings: &Findings, options: Options) -> Value {
    serde_json::from_str(&report(findings, &context(), options).json()).unwrap()
}

fn text(findings: &Findings, options: Options) -> String {
    report(findings, &context(), options).text(Colour::Plain)
}

/// Whether a text says this, wherever its lines are broken.
fn says(text: &str, words: &str) -> bool {
    count(text, words) > 0
}

fn count(text: &str, words: &str) -> usize {
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    bare(text).matches(&bare(words)).count()
}

#[test]
fn headlines_tell_whose_certificate_it_was() {
    let headline = |findings: &Findings| Headline::of(findings);
    assert_eq!(headline(&first(Hierarchy::Production, "yes")), Headline::Authentic);
    assert_eq!(headline(&first(Hierarchy::Installed, "yes")), Headline::AuthenticPublished);
    assert_eq!(headline(&first(Hierarchy::Installed, "no")), Headline::AuthenticUnpinned);
    assert_eq!(Headline::AuthenticPublished.tone(), Tone::Good);
    // It is authentic to a program, which asked for it; people are told first.
    assert_eq!(Headline::AuthenticUnpinned.tone(), Tone::Unsure);
    let unpinned = text(&first(Hierarchy::Installed, "no"), EN);
    assert!(says(&unpinned, "DID NOT PUBLISH") && says(&unpinned, "NOT a fingerprint"), "{unpinned}");
    let pinned = text(&first(Hierarchy::Installed, "yes"), EN);
    assert!(says(&pinned, "fingerprint published by the issuer") && !pinned.contains("NOT a"), "{pinned}");
    // The same by way of the checks.
    assert_eq!(headline(&residence_samples::installed(true)), Headline::AuthenticPublished);
    assert_eq!(headline(&residence_samples::installed(false)), Headline::AuthenticUnpinned);
    // Without any word on it the certificate counts as not published.
    let silent = Check::passed(CheckId::CardCertificate, Evidence::new());
    assert_eq!(headline(&with(second(Hierarchy::Installed, "yes"), &[silent])), Headline::AuthenticUnpinned);
}

#[test]
fn a_clone_is_never_excluded() {
    for (name, findings, context) in all() {
        for (options, words) in [(JA, "複製は検出できません"), (EN, "A copied chip cannot be told")] {
            let report = report(&findings, &context, options);
            let real = matches!(report.headline(), Headline::Authentic | Headline::AuthenticPublished);
            assert_eq!(says(&report.text(Colour::Plain), words), real, "{name}");
            let passed = findings.check(CheckId::CardSignature).is_some_and(Check::is_passed);
            let limits = ["データの丸ごとの複製は見分けられません", "A complete copy of the data cannot be told"];
            let flat = report.html();
            assert_eq!(limits.iter().any(|limit| says(&flat, limit)), passed, "{name}");
        }
    }
}

#[test]
fn a_child_is_undetermined_and_not_called_forged() {
    let child = residence_samples::child();
    assert_eq!(child.overall(), Overall::Undetermined);
    assert_eq!(Headline::of(&child), Headline::Undetermined(Why::NotSigned));
    for options in [JA, EN] {
        let text = text(&child, options);
        let words = match options.lang {
            Lang::Ja => ["16歳以上なら、受け付けないでください", "カードに電子署名が記録されていません"],
            Lang::En => ["For somebody under 16 its absence does not mean forged", "the card stores no signature"],
        };
        assert!(words.iter().all(|words| says(&text, words)), "{text}");
        assert!(!text.contains("no key of the issuer") && !text.contains("発行者の鍵が見つかりません"), "{text}");
    }
    assert_eq!(json(&child, EN)["photo"]["present"], false);
}

#[test]
fn an_expired_authority_is_a_state_of_its_own() {
    let old = residence_samples::old_authority();
    assert_eq!(Headline::of(&old), Headline::Undetermined(Why::AnchorExpired));
    assert!(says(&text(&old, EN), "up to the issuer's CA certificate, whose validity is over"));
    // Which of the two certificates it is stands in the evidence.
    let signer = residence_samples::simulated("residence1?fault=expired-certificate");
    assert!(says(&text(&signer, EN), "the validity of the signer's own certificate is over"));
    let authority = residence_samples::simulated("residence2?fault=expired-ca");
    assert!(says(&text(&authority, EN), "CA certificate, whose validity is over"));
    let unread = Check::not_done(CheckId::CardSignature, Why::NotRead, Evidence::new());
    let both = with(old, &[unread]);
    assert!(!says(&text(&both, EN), "holds up to"));
}

#[test]
fn what_only_a_picture_shows_is_said_so() {
    let first = first(Hierarchy::Installed, "yes");
    for options in [Options { sex: true, ..JA }, Options { sex: true, ..EN }] {
        let shown = text(&first, options);
        assert_eq!(shown.matches(FRONT_ONLY.get(options.lang)).count(), 3, "{shown}");
    }
    let told = json(&first, EN);
    assert_eq!(told["holder"]["name"], Value::Null);
    assert_eq!(told["holder"]["birth_date"], Value::Null);
    assert!(told["holder"]["address"].is_string() && told["signed_by"]["holder.address"].is_null());
    assert_eq!(told["signed_by"]["pictures.front"], "card-signature");
    assert_eq!(told["pictures"][0]["width"], 96);
    let second = second(Hierarchy::Installed, "yes");
    let told = json(&second, EN);
    assert_eq!(told["holder"]["birth_date"], "1995-12-24");
    assert_eq!(told["signed_by"]["pictures.name"], "card-signature");
    assert!(told["signed_by"]["pictures.address"].is_null() && told["signed_by"]["card_number"].is_null());
    assert!(told["holder"].get("sex").is_none());
    assert_eq!(json(&second, Options { sex: true, ..EN })["holder"]["sex"], "unspecified");
}

#[test]
fn every_picture_is_in_the_page_and_a_broken_one_is_named() {
    for (findings, pictures) in [(first(Hierarchy::Installed, "yes"), 2), (second(Hierarchy::Installed, "yes"), 3)] {
        let page = report(&findings, &context(), JA).html();
        assert_eq!(page.matches("<img class=\"picture-").count(), pictures);
        let mut broken = findings.clone();
        broken.pictures.iter_mut().filter(|picture| picture.id != "photo").for_each(|picture| picture.bytes.fill(0));
        let page = report(&broken, &context(), JA).html();
        assert_eq!(page.matches("<img class=\"picture-").count(), 1);
        assert_eq!(page.matches("表示できない画像です").count(), pictures - 1);
        assert_eq!(count(&text(&broken, EN), "this picture cannot be shown"), pictures - 1);
    }
}

#[test]
fn the_page_for_void_numbers_is_text_and_never_a_link() {
    for (name, findings, context) in all() {
        let rejected = findings.overall() == Overall::Rejected;
        for options in [JA, EN] {
            let report = report(&findings, &context, options);
            for shown in [report.text(Colour::Ansi), report.html(), report.json()] {
                assert_eq!(shown.contains(INQUIRY_PAGE), !rejected, "{name}");
                assert!(!shown.contains("href") && !shown.contains("\x1B]8"), "{name}");
            }
        }
    }
    let second = second(Hierarchy::Installed, "yes");
    assert_eq!(json(&second, EN)["inquiry"]["card_number"], "ZZ00000000ZZ");
    assert_eq!(json(&second, EN)["inquiry"]["expiry"], "2028-04-01");
    let first = json(&first(Hierarchy::Installed, "yes"), EN);
    assert!(first["inquiry"]["card_number"].is_null() && first["inquiry"]["expiry"].is_null());
    let (_, licence, context) = super::licence_samples::all().remove(0);
    assert!(!report(&licence, &context, EN).json().contains("inquiry"));
}

#[test]
fn codes_send_staff_to_the_papers_and_nobody_is_judged() {
    let mut second = second(Hierarchy::Installed, "yes");
    let shown = text(&second, EN);
    assert!(says(&shown, "paper of designation") && says(&shown, "does not judge"), "{shown}");
    assert!(shown.contains("0000000001 (table not public)") && shown.contains("1 year 3 months"), "{shown}");
    assert!(text(&second, JA).contains("0000000001（対応表は公表されていません）"));
    let told = json(&second, EN);
    let item = |id: &str| told["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
    assert_eq!(item("period_of_stay")["value"], "P1Y3M");
    assert_eq!((&item("work")["value"], item("work")["meaning"].is_string()), (&"per-designation".into(), true));
    assert_eq!(item("residence_status")["value"], "0000000001");
    // A rejected card sends nobody anywhere.
    let failed = Check::failed(CheckId::CardSignature, Reason::SignatureMismatch, Evidence::new());
    second = with(second, &[failed]);
    assert!(!says(&text(&second, EN), "Ask for that paper"));
}

#[test]
fn an_expired_card_is_not_called_a_licence() {
    let expired = residence_samples::expired();
    assert_eq!(Headline::of(&expired), Headline::Expired { otherwise_authentic: true });
    assert!(says(&text(&expired, JA), "申請中と記録されています"));
    assert!(!says(&text(&expired, JA), "指定書を確認"));
    for (_, findings, context) in all() {
        for options in [JA, EN] {
            let report = report(&findings, &context, options);
            for shown in [report.text(Colour::Plain), report.html()] {
                for foreign in ["licence", "免許", "暗証番号", "照合番号", "PIN "] {
                    assert!(!shown.contains(foreign), "{foreign}: {shown}");
                }
            }
        }
    }
}

#[test]
fn a_terminal_draws_the_pictures_of_text_where_they_can_be_read() {
    let (findings, context) = (second(Hierarchy::Installed, "yes"), context());
    let report = report(&findings, &context, EN);
    for graphics in [Graphics::Kitty, Graphics::Iterm2, Graphics::Sixel] {
        let drawn = report.text_pictures(graphics);
        assert!(drawn.starts_with("name\n\x1B") && drawn.contains("\naddress (unsigned)\n\x1B"), "{drawn:?}");
    }
    assert_eq!(report.text_pictures(Graphics::Blocks), "");
    assert_eq!(report.text_pictures(Graphics::None), "");
}

#[test]
fn hostile_values_stay_in_their_place() {
    const HOSTILE: &str = "\u{1B}[2J</td><script>alert(1)</script>\u{202E}";
    let mut findings = second(Hierarchy::Installed, "yes");
    for item in &mut findings.items {
        match &mut item.value {
            ItemValue::Text(text) => *text = HOSTILE.into(),
            ItemValue::Code { code, .. } => HOSTILE.clone_into(code),
            _ => {}
        }
    }
    for options in [JA, EN] {
        let text = text(&findings, options);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202E}'), "{text}");
        let page = report(&findings, &context(), options).html();
        assert!(!page.contains("<script") && !page.contains('\u{1B}') && page.contains("&lt;script&gt;"));
        let told = json(&findings, options);
        assert_eq!(told["inquiry"]["card_number"], HOSTILE);
    }
}

#[test]
fn what_the_simulated_cards_tell_is_shown_in_every_form() {
    let kinds = [("residence1", 2), ("residence1-special", 2), ("residence1-child", 1), ("residence2", 3)];
    for (kind, pictures) in kinds.into_iter().chain([("residence2-special", 3)]) {
        let found = residence_samples::simulated(kind);
        assert_eq!(found.kind.as_str(), kind);
        let child = kind == "residence1-child";
        assert_eq!(found.overall(), if child { Overall::Undetermined } else { Overall::Authentic }, "{kind}");
        assert_eq!(found.warnings, [], "{kind}");
        for options in [JA, EN] {
            let shown = text(&found, options);
            let page = report(&found, &context(), options).html();
            assert_eq!(page.matches("<img class=\"picture-").count(), pictures, "{kind}");
            assert!(shown.contains(FRONT_ONLY.get(options.lang)) == kind.starts_with("residence1"), "{kind}");
            assert!(!says(&shown, "cannot be shown") && !shown.contains("表示できない"), "{kind}");
            // Whether somebody may work is a 在留カード's matter, and nobody's judgement here.
            assert!(says(&shown, "taimenでは判定しません") || says(&shown, "taimen does not judge"), "{kind}");
            assert_eq!(json(&found, options)["pictures"].as_array().unwrap().len(), pictures, "{kind}");
        }
    }
    let photo = report(&residence_samples::simulated("residence1"), &context(), EN).photo(Graphics::Blocks);
    assert!(photo.contains('▀'));
}

#[test]
fn a_picture_that_cannot_be_shown_sends_staff_to_the_print() {
    let broken = residence_samples::simulated("residence1?fault=broken-picture");
    assert_eq!(broken.overall(), Overall::Authentic);
    assert!(says(&text(&broken, EN), "A picture of the chip cannot be shown"));
    assert!(!says(&text(&residence_samples::simulated("residence1"), EN), "A picture of the chip cannot be shown"));
}
