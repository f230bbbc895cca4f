//! Every byte of every signed file, flipped: never authentic, and the check that fails is known for each range.

use std::ops::Range;

use crate::common::reading::{TIME, card, read_card, simulated_trust};
use taimen::{
    cards::my_number::{check, files},
    dump::{Dump, Scope},
    tlv,
    trust::TrustStore,
    verify::{Basis, CheckId, Overall, Verdict},
};

/// What a flipped byte of a range may do: the checks of which at least one must then not pass.
struct Rule {
    range: Range<usize>,
    what: &'static str,
    /// One of these does not pass. Empty: nothing covers the range, and the verdict stays.
    breaks: &'static [CheckId],
    /// Whether the card may still be authentic (only advisory checks cover the range, or none does).
    may_be_authentic: bool,
}

fn outcome(dump: &Dump, trust: &TrustStore) -> (Overall, Vec<(CheckId, Verdict)>) {
    let findings = check(dump, trust, Basis::Live(TIME.parse().unwrap()));
    (findings.overall(), findings.checks.iter().map(|check| (check.id, check.verdict)).collect())
}

fn flip(dump: &mut Dump, file: &str, at: usize, mask: u8) {
    let (_, bytes) = dump.files_mut().find(|(name, _)| *name == file).expect("the file is in the dump");
    bytes[at] ^= mask;
}

/// Flips one bit of each byte of a range (each byte a different bit) and asserts the rule.
fn assert_rule(honest: &Dump, trust: &TrustStore, file: &str, rule: &Rule) {
    let mut dump = honest.clone();
    for at in rule.range.clone() {
        let mask = 1 << (at % 8);
        flip(&mut dump, file, at, mask);
        let (overall, checks) = outcome(&dump, trust);
        let what = format!("{file} byte {at} ({})", rule.what);
        if !rule.may_be_authentic {
            assert_ne!(overall, Overall::Authentic, "{what}: {checks:?}");
        }
        let broken: Vec<CheckId> =
            checks.iter().filter(|(_, verdict)| *verdict != Verdict::Passed).map(|(id, _)| *id).collect();
        if rule.breaks.is_empty() {
            assert_eq!(broken, [CheckId::Revocation], "{what}");
        } else {
            assert!(rule.breaks.iter().any(|id| broken.contains(id)), "{what}: {checks:?}");
            assert_eq!(broken.first(), rule.breaks.first(), "{what}: the first check that does not pass");
        }
        flip(&mut dump, file, at, mask);
    }
    assert_eq!(outcome(&dump, trust), outcome(honest, trust), "every flip was undone");
}

fn honest(scope: Scope) -> (Dump, TrustStore) {
    let (dump, _) = read_card(&mut card("my-number"), scope).unwrap();
    let trust = simulated_trust();
    let (overall, checks) = outcome(&dump, &trust);
    assert_eq!(overall, Overall::Authentic, "the unflipped card is authentic: {checks:?}");
    (dump, trust)
}

fn object(dump: &Dump, file: &files::File, field: files::Field) -> Range<usize> {
    let bytes = dump.file(file.name).unwrap();
    let child = tlv::file(bytes, file.own.tag).unwrap().0.child(field.tag).unwrap();
    child.at..child.at + child.raw.len()
}

#[test]
fn every_byte_of_the_face_data() {
    let (dump, trust) = honest(Scope::FULL);
    let file = &files::FACE_DATA;
    let of = |field| object(&dump, file, field);
    let offsets = of(files::FACE_OFFSETS);
    let expiry = of(files::FACE_EXPIRY);
    let code = of(files::FACE_CODE);
    let face: &[CheckId] = &[CheckId::FaceSignature];
    let rules = [
        Rule { range: 0..offsets.start, what: "outer header", breaks: face, may_be_authentic: false },
        Rule { range: offsets.clone(), what: "offsets, not signed", breaks: face, may_be_authentic: false },
        Rule {
            range: offsets.end..expiry.start,
            what: "signed objects and signature",
            breaks: face,
            may_be_authentic: false,
        },
        // A changed tag or length hides the expiry, or runs past the end; changed digits are an impossible or another
        // day. None of that is signed, and a later day passes: the report says that the expiry is not signed.
        Rule {
            range: expiry.start..expiry.start + 3,
            what: "header of the expiry",
            breaks: &[CheckId::FaceSignature, CheckId::NotExpired],
            may_be_authentic: false,
        },
        // The picture's header is structure; its bytes are not signed, and nothing rests on them.
        Rule { range: code.start + 5..code.end, what: "security code picture", breaks: &[], may_be_authentic: true },
    ];
    for rule in &rules {
        let mut rule = Rule { range: rule.range.clone(), ..*rule };
        if rule.what == "header of the expiry" {
            // Which check notices depends on the byte: it is asserted below for all of them.
            for at in rule.range.clone() {
                let mut dump = dump.clone();
                flip(&mut dump, file.name, at, 1 << (at % 8));
                let (overall, checks) = outcome(&dump, &trust);
                assert_ne!(overall, Overall::Authentic, "byte {at}: {checks:?}");
            }
            rule.range = 0..0;
        }
        assert_rule(&dump, &trust, file.name, &rule);
    }
    for at in expiry.start + 3..expiry.end {
        let mut dump = dump.clone();
        flip(&mut dump, file.name, at, 1 << (at % 8));
        let (_, checks) = outcome(&dump, &trust);
        let only: Vec<_> = checks
            .iter()
            .filter(|(id, verdict)| *verdict != Verdict::Passed && *id != CheckId::Revocation)
            .map(|(id, _)| *id)
            .collect();
        assert!(only.is_empty() || only == [CheckId::NotExpired], "expiry byte {at}: {checks:?}");
    }
}

#[test]
fn every_byte_of_the_certificates() {
    let (dump, trust) = honest(Scope::FULL);
    for (file, id, required) in [
        (&files::FACE_CERTIFICATE, CheckId::FaceCertificate, true),
        (&files::TEXT_CERTIFICATE, CheckId::TextCertificate, false),
    ] {
        let range = 0..dump.file(file.name).unwrap().len();
        let breaks: &[CheckId] = if required { &[CheckId::FaceCertificate] } else { &[CheckId::TextCertificate] };
        let rule = Rule { range, what: id.as_str(), breaks, may_be_authentic: !required };
        assert_rule(&dump, &trust, file.name, &rule);
    }
}

#[test]
fn every_byte_of_the_text_files() {
    let (dump, trust) = honest(Scope::FULL);
    let attributes = &files::TEXT_ATTRIBUTES;
    let offsets = object(&dump, attributes, files::TEXT_OFFSETS);
    let length = dump.file(attributes.name).unwrap().len();
    let text: &[CheckId] = &[CheckId::TextSignature];
    for (range, what) in [(0..offsets.start, "outer header"), (offsets.end..length, "attributes")] {
        assert_rule(&dump, &trust, attributes.name, &Rule { range, what, breaks: text, may_be_authentic: true });
    }
    let key = &files::TEXT_KEY;
    let range = 0..dump.file(key.name).unwrap().len();
    let chip: &[CheckId] = &[CheckId::TextChipKey];
    assert_rule(&dump, &trust, key.name, &Rule { range, what: "chip key", breaks: chip, may_be_authentic: true });
}

#[test]
fn every_byte_of_the_digests() {
    let (honest, trust) = honest(Scope::FULL);
    let name = files::TEXT_DIGESTS.name;
    let bytes = honest.private_file(name).unwrap().expose().clone();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        let mut dump = honest.clone();
        dump.keep_private(name, changed);
        let (_, checks) = outcome(&dump, &trust);
        let broken: Vec<CheckId> =
            checks.iter().filter(|(_, verdict)| *verdict != Verdict::Passed).map(|(id, _)| *id).collect();
        assert_eq!(broken, [CheckId::TextSignature, CheckId::Revocation], "byte {at}: {checks:?}");
    }
}

#[test]
fn every_byte_of_the_age_record() {
    let (dump, trust) = honest(Scope::AGE);
    let file = &files::FACE_AGE;
    let range = 0..dump.file(file.name).unwrap().len();
    let breaks: &[CheckId] = &[CheckId::AgeSignature];
    assert_rule(&dump, &trust, file.name, &Rule { range, what: "age record", breaks, may_be_authentic: false });
}

#[test]
fn every_byte_of_the_answers_to_the_challenges() {
    let (honest, trust) = honest(Scope::FULL);
    for (application, id) in [("face", CheckId::ChipKey), ("text", CheckId::TextChipKey)] {
        for at in 0..256 {
            let mut dump = honest.clone();
            for (name, challenge) in dump.challenges_mut() {
                if let (true, taimen::dump::ChallengeResponse::Signature(bytes)) =
                    (name == application, &mut challenge.answer)
                {
                    bytes.0[at] ^= 1 << (at % 8);
                }
            }
            let (overall, checks) = outcome(&dump, &trust);
            let broken: Vec<CheckId> =
                checks.iter().filter(|(_, verdict)| *verdict != Verdict::Passed).map(|(id, _)| *id).collect();
            assert_eq!(broken, [id, CheckId::Revocation], "{application} byte {at}: {checks:?}");
            assert_eq!(overall == Overall::Authentic, id == CheckId::TextChipKey);
        }
    }
}

#[test]
fn a_challenge_of_another_time_or_length_proves_nothing() {
    let (honest, trust) = honest(Scope::FULL);
    let chip = |dump: &Dump| {
        let findings = check(dump, &trust, Basis::Live(TIME.parse().unwrap()));
        findings.verdict(CheckId::ChipKey).unwrap()
    };
    assert_eq!(chip(&honest), Verdict::Passed);
    let mut later = honest.clone();
    later.read_at = "2026-11-23T03:00:00Z".parse().unwrap();
    assert_eq!(chip(&later), Verdict::Failed(taimen::verify::Reason::ChallengeMismatch));
    let mut both = later.clone();
    for (_, challenge) in both.challenges_mut() {
        challenge.time = later.read_at;
    }
    assert_eq!(chip(&both), Verdict::Failed(taimen::verify::Reason::ChallengeMismatch), "the chip signed the time");
    let mut short = honest.clone();
    for (_, challenge) in short.challenges_mut() {
        challenge.random.0.truncate(8);
    }
    assert_eq!(chip(&short), Verdict::Failed(taimen::verify::Reason::ChallengeMismatch));
}
