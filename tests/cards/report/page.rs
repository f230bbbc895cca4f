//! The page.

use taimen::trust::Hierarchy;

use super::{EN, JA, Sample, text::hostile};

#[test]
fn the_page_is_self_contained() {
    for name in ["my-number/genuine", "licence-changed/genuine", "residence2/genuine"] {
        let mut sample = Sample::of(name);
        hostile(&mut sample);
        for options in [JA, EN] {
            let page = sample.report(options).html();
            assert!(page.starts_with("<!DOCTYPE html><html lang=") && page.contains("default-src 'none'"));
            // Nothing is fetched and nothing runs: every address is a picture's own data.
            for word in ["http://", "url(", "href", "onclick", "onload", "<a ", "@import"] {
                assert!(!page.contains(word), "{name}: {word}");
            }
            assert!(page.match_indices("src=\"").all(|(at, _)| page[at..].starts_with("src=\"data:image/png;base64,")));
            let pictures = page.matches("<img ").count();
            assert!(pictures > 0 && page.matches(" alt=\"").count() == pictures, "{name}");
        }
    }
}

#[test]
fn every_picture_is_in_the_page_and_a_broken_one_is_named() {
    for (name, pictures) in [("my-number/genuine", 4), ("residence1/genuine", 2), ("residence2/genuine", 3)] {
        let mut sample = Sample::of(name);
        assert_eq!(sample.report(JA).html().matches("<img class=\"picture-").count(), pictures, "{name}");
        sample.findings.pictures.iter_mut().filter(|picture| picture.id != "photo").for_each(|picture| {
            picture.bytes.fill(0);
        });
        let page = sample.report(JA).html();
        assert_eq!(page.matches("<img class=\"picture-").count(), 1, "{name}");
        assert_eq!(page.matches("表示できない画像です").count(), pictures - 1, "{name}");
        assert!(page.contains("ICチップに、表示できない画像があります"), "{name}");
    }
}

#[test]
fn expiry_and_number_stand_beside_the_photo() {
    for (name, titles) in [
        ("my-number/genuine", ["生年月日", "有効期限"]),
        ("licence/genuine", ["有効期間の末日", "免許証の番号"]),
        ("menkyo/genuine", ["有効期間の末日", "免許情報記録の番号"]),
        ("residence2/genuine", ["有効期間の満了日", "カード番号"]),
    ] {
        let page = Sample::of(name).report(JA).html();
        let (_, person) = page.split_once("<section class=\"person\">").unwrap();
        let (person, _) = person.split_once("</section>").unwrap();
        for title in titles {
            assert!(person.contains(&format!("<dt>{title}</dt>")), "{name}: {title}");
        }
    }
}

#[test]
fn only_a_card_that_nobody_was_issued_has_a_watermark() {
    let real = Sample::of("my-number/genuine").issued_by(Hierarchy::Production);
    let page = real.report(EN).html();
    assert!(!page.contains("class=\"unreal\"") && !page.contains("class=\"watermark\""));
    assert!(page.contains("Compare the print on the card, this picture and the face"));
    let page = Sample::of("my-number/genuine").report(EN).html();
    assert!(page.contains("class=\"watermark\"") && page.contains("do not identify anybody by this picture"));
}
