//! What is said first. A simulated or test card never looks like a real one, whatever else is true of it.

use taimen::{
    report::{Case, Colour, Tone},
    trust::{Hierarchy, Place},
    verify::{AnchorRef, Check, CheckId, Evidence, Fact, Overall, Reason, Why},
};

use super::{EN, JA, Sample, installed, json, says};

fn failed(id: CheckId, reason: Reason) -> Check {
    Check::failed(id, reason, Evidence::new())
}

fn not_done(id: CheckId, why: Why) -> Check {
    Check::not_done(id, why, Evidence::new())
}

#[test]
fn real_cards() {
    let real = || Sample::of("my-number/genuine").issued_by(Hierarchy::Production);
    let expired = failed(CheckId::NotExpired, Reason::Expired);
    let forged = failed(CheckId::FaceSignature, Reason::SignatureMismatch);
    let copied = failed(CheckId::ChipKey, Reason::ChallengeMismatch);
    let unread = not_done(CheckId::FaceSignature, Why::NotRead);
    let rests = not_done(CheckId::ChipKey, Why::DependsOn(CheckId::FaceSignature));
    let refused = failed(CheckId::FaceCertificate, Reason::HierarchyNotAccepted);
    let licence = || Sample::of("licence/genuine").issued_by(Hierarchy::Installed);
    let residence = |official| {
        let evidence = installed(official);
        Sample::of("residence2/genuine")
            .issued_by(Hierarchy::Installed)
            .with(&[Check::passed(CheckId::CardCertificate, evidence)])
    };
    let insisted = {
        let anchor = installed(false).anchor().map(|anchor| AnchorRef { unpinned: true, ..anchor.clone() }).unwrap();
        let passed = Check::passed(CheckId::SignerCertificate, Evidence::new().fact(Fact::Anchor(anchor)));
        Sample::of("passport/genuine").issued_by(Hierarchy::Installed).with(&[passed])
    };
    let table = [
        (real(), "authentic", "○", Case::Authentic),
        (licence(), "authentic-installed", "○", Case::AuthenticInstalled),
        (residence(true), "authentic-published", "○", Case::AuthenticPublished),
        (residence(false), "authentic-unpinned", "△", Case::AuthenticUnpinned),
        (insisted, "authentic-unpinned", "△", Case::AuthenticUnpinned),
        (real().with(std::slice::from_ref(&expired)), "expired", "×", Case::Expired { otherwise_authentic: true }),
        (real().with(&[expired.clone(), unread.clone()]), "expired", "×", Case::Expired { otherwise_authentic: false }),
        (real().with(&[expired.clone(), forged.clone()]), "forged", "×", Case::Forged(Reason::SignatureMismatch)),
        (real().with(&[expired, copied.clone()]), "copied", "×", Case::Copied(Reason::ChallengeMismatch)),
        (real().with(&[forged]), "forged", "×", Case::Forged(Reason::SignatureMismatch)),
        (real().with(&[copied]), "copied", "×", Case::Copied(Reason::ChallengeMismatch)),
        (real().with(&[refused]), "not-accepted", "×", Case::NotAccepted),
        (real().with(&[unread, rests]), "undetermined", "△", Case::Undetermined(Why::NotRead)),
        // What only informs changes nothing.
        (real().with(&[failed(CheckId::TextSignature, Reason::SignatureMismatch)]), "authentic", "○", Case::Authentic),
    ];
    for (sample, id, symbol, case) in table {
        let headline = sample.report(JA).headline();
        assert_eq!((headline.as_str(), headline.symbol(), headline.case), (id, symbol, case));
        assert_eq!(headline.unreal, None, "{id}");
    }
    let mut none = real();
    none.findings.hierarchy = None;
    assert_eq!(none.report(JA).headline().as_str(), "not-a-real-card");
    let mut absent = real();
    absent.findings.checks.retain(|check| check.id != CheckId::ChipKey);
    assert_eq!(absent.report(JA).headline().case, Case::Undetermined(Why::NotRead));
    assert_eq!(json(&absent.report(JA))["checks"][2]["reason"], "not_read");
}

#[test]
fn a_simulated_or_test_card_says_so_first_in_every_form() {
    let genuine = || Sample::of("my-number/genuine");
    let refused = failed(CheckId::FaceCertificate, Reason::HierarchyNotAccepted);
    let table = [
        (genuine(), "passed"),
        (genuine().with(&[failed(CheckId::NotExpired, Reason::Expired)]), "expired"),
        (genuine().with(&[refused]), "not-accepted"),
        (genuine().with(&[failed(CheckId::ChipKey, Reason::ChallengeMismatch)]), "copied"),
        (genuine().with(&[failed(CheckId::FaceSignature, Reason::SignatureMismatch)]), "forged"),
        (genuine().with(&[not_done(CheckId::FaceSignature, Why::NotRead)]), "undetermined"),
    ];
    for (sample, case) in table {
        for (hierarchy, id, ja, en) in [
            (
                Hierarchy::Simulated,
                "simulated",
                "模擬カード（本物の書類ではありません）",
                "SIMULATED CARD, NOT A REAL DOCUMENT",
            ),
            (Hierarchy::Test, "test", "試験用カード（本物の書類ではありません）", "TEST CARD, NOT A REAL DOCUMENT"),
        ] {
            let sample = sample.clone().issued_by(hierarchy);
            assert_eq!(json(&sample.report(EN))["headline"], format!("{id}-{case}"));
            for (options, words) in [(JA, ja), (EN, en)] {
                says_first(&sample, options, words);
            }
        }
    }
}

/// In every form, and nothing that is said of real cards.
fn says_first(sample: &Sample, options: taimen::report::Options, words: &str) {
    let report = sample.report(options);
    assert_ne!(report.headline().tone(), Tone::Good);
    for text in [report.text(Colour::Plain), report.details(Colour::Plain)] {
        let first = text.lines().next().unwrap();
        let mut pieces = first.splitn(2, ' ');
        assert!(["△", "×"].contains(&pieces.next().unwrap()) && pieces.next().unwrap().starts_with(words), "{first}");
        for real in ["not a forgery", "偽造ではありません", "AUTHENTIC", "真正なカード"] {
            assert!(!says(&text, real), "{real}: {text}");
        }
    }
    assert!(json(&report)["headline_text"].as_str().unwrap().starts_with(words));
    let page = report.html();
    assert!(page.contains(&format!("<title>{words}")) && page.contains(&format!("<p class=\"unreal\">{words}</p>")));
    assert!(page.contains(&format!("<h1>{words}")) && page.contains("class=\"watermark\""));
}

#[test]
fn no_recording_of_a_simulated_card_looks_real() {
    let all = Sample::all();
    assert!(all.len() > 150, "{}", all.len());
    for (name, sample) in all {
        says_first(sample, EN, "SIMULATED CARD, NOT A REAL DOCUMENT");
        // By way of a real reader too, as far as an issuer was found.
        let mut there = sample.clone();
        "Virtual PCD 00 00".clone_into(&mut there.context.reader);
        let headline = there.report(EN).headline();
        assert!(headline.unreal.is_some() || there.findings.overall() != Overall::Authentic, "{name}");
    }
    for name in ["my-number/genuine", "licence/genuine", "residence2/genuine", "licence/without-pin"] {
        says_first(&Sample::unaccepted(name), JA, "模擬カード（本物の書類ではありません）");
    }
}

#[test]
fn whose_certificate_it_was_is_said() {
    let residence = |official| {
        let evidence = installed(official);
        Sample::of("residence2/genuine")
            .issued_by(Hierarchy::Installed)
            .with(&[Check::passed(CheckId::CardCertificate, evidence)])
            .report(EN)
            .details(Colour::Plain)
    };
    assert!(says(&residence(false), "NOT KNOWN TO BE") && says(&residence(false), "NOT a fingerprint"));
    assert!(says(&residence(true), "fingerprint published by the issuer") && !residence(true).contains("NOT a"));
    // Without any word on it the certificate counts as not published.
    let silent = Check::passed(CheckId::CardCertificate, Evidence::new());
    let silent = Sample::of("residence2/genuine").issued_by(Hierarchy::Installed).with(&[silent]);
    assert_eq!(silent.report(EN).headline().case, Case::AuthenticUnpinned);
}

#[test]
fn a_chip_that_proves_nothing_is_not_said_to_have_answered() {
    for name in ["licence/genuine", "residence1/genuine", "residence2/genuine"] {
        let real = Sample::of(name).issued_by(Hierarchy::Production);
        let text = real.report(EN).text(Colour::Plain);
        assert!(says(&text, "The chip cannot show that it is not a copy"), "{text}");
        let expired = real.with(&[failed(CheckId::NotExpired, Reason::Expired)]);
        assert!(!says(&expired.report(EN).text(Colour::Plain), "Signatures and chip are in order"));
    }
}

#[test]
fn an_unsigned_card_and_an_expired_authority_are_not_called_forged() {
    let mut child = Sample::of("residence1-child/genuine");
    "ACS".clone_into(&mut child.context.reader);
    assert_eq!(child.report(JA).headline().case, Case::Undetermined(Why::NotSigned));
    let text = child.report(EN).details(Colour::Plain);
    assert!(says(&text, "Under 16, it does not mean forged") && says(&text, "the card stores no signature"));
    let over = |about| {
        let evidence = Evidence::new().fact(Fact::About(about));
        Sample::of("residence2/genuine").issued_by(Hierarchy::Installed).with(&[Check::not_done(
            CheckId::CardCertificate,
            Why::AnchorExpired,
            evidence,
        )])
    };
    let text = |sample: &Sample| sample.report(EN).text(Colour::Plain);
    assert!(says(&text(&over(Place::Anchor)), "up to the issuer's CA certificate, which has expired"));
    assert!(says(&text(&over(Place::Leaf)), "the signer's own certificate has expired"));
    let unread = over(Place::Anchor).with(&[not_done(CheckId::CardSignature, Why::NotRead)]);
    assert!(!says(&text(&unread), "holds up to"));
}

#[test]
fn a_licence_without_its_pins_says_why_it_is_undetermined() {
    for name in ["licence/without-pin", "menkyo/without-pin"] {
        let mut sample = Sample::of(name);
        "ACS".clone_into(&mut sample.context.reader);
        assert_eq!(sample.findings.overall(), Overall::Undetermined);
        let text = sample.report(EN).details(Colour::Plain);
        assert!(says(&text, "No PIN was entered, so taimen read nothing that is signed"), "{text}");
        assert!(!says(&text, "no key of the issuer was found"));
    }
}
