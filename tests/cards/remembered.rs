//! A process that lives on: what is remembered is not read again, and changes no verdict.

use std::sync::Arc;

use crate::common::reading::{card, judge, look, printed, read, read_looked, request, simulated_trust};
use taimen::{
    cards::{FlowError, ReadError, Remembered},
    dump::{Dump, Scope},
    simulator::cards::my_number::FAULTS,
    transport::LinkFigures,
    verify::{CheckId, Overall, Reason, Verdict},
};

const CERTIFICATES: [&str; 2] = ["face/0004", "text/0004"];

fn reads(recipe: &str, remembered: Option<&Arc<Remembered>>) -> Result<(Dump, LinkFigures), FlowError> {
    let mut simulated = card(recipe);
    let known = printed(&simulated);
    let request = remembered.map_or_else(request, |remembered| request().remembering(Arc::clone(remembered)));
    read(&mut simulated, &request, &known)
}

/// What a process knows after these cards.
fn after(recipes: &[&str]) -> Arc<Remembered> {
    let trust = simulated_trust();
    let remembered = Arc::new(Remembered::new(&trust));
    for recipe in recipes {
        if let Ok((dump, _)) = reads(recipe, Some(&remembered)) {
            remembered.learn(&dump, &judge(&dump), &trust);
        }
    }
    remembered
}

#[test]
fn the_second_card_of_a_municipality_gives_slices_of_its_certificates() {
    let (plain, full) = reads("my-number", None).unwrap();
    let remembered = after(&["my-number"]);
    let (dump, less) = reads("my-number", Some(&remembered)).unwrap();
    let spared: usize = CERTIFICATES.iter().map(|file| plain.file(file).unwrap().len() - 89).sum();
    assert_eq!(less.exchanges, full.exchanges);
    assert_eq!(less.bytes_received + u64::try_from(spared).unwrap(), full.bytes_received);
    for file in CERTIFICATES {
        assert!(dump.is_remembered(file) && !plain.is_remembered(file), "{file}");
        assert_eq!(dump.file(file), plain.file(file), "the dump is whole: {file}");
    }
    assert_eq!(judge(&dump).checks, judge(&plain).checks);
    // What was saved says so, and is checked from its bytes alone.
    let saved = Dump::from_json(dump.to_json().as_bytes()).unwrap();
    assert!(saved.is_remembered("face/0004"));
    assert!(!plain.to_json().contains("remembered"));
    assert_eq!(judge(&saved).verdict(CheckId::FaceSignature), Some(Verdict::Passed));
}

#[test]
fn a_person_who_types_changes_nothing() {
    let remembered = after(&["my-number"]);
    for scope in [Scope::FULL, Scope::AGE] {
        let request = request().scope(scope).remembering(Arc::clone(&remembered));
        let mut simulated = card("my-number");
        let known = printed(&simulated);
        let looked = look(&mut simulated, &request).unwrap();
        simulated.power_off();
        simulated.power_on();
        let (dump, figures) = read_looked(*looked, &mut simulated, &known).unwrap();
        assert!(dump.is_remembered("face/0004"));
        assert_eq!(judge(&dump).overall(), Overall::Authentic);
        assert_eq!(figures.after_entry_exchanges, Some(if scope == Scope::AGE { 7 } else { 14 }));
    }
}

#[test]
fn a_card_of_another_municipality_is_read_whole() {
    let remembered = after(&["my-number?seed=1"]);
    let slice = |recipe: &str| reads(recipe, None).unwrap().0.file("face/0004").unwrap()[255..344].to_vec();
    let first = slice("my-number?seed=1");
    let other = (2..50).map(|seed| format!("my-number?seed={seed}")).find(|other| slice(other) != first).unwrap();
    let (plain, full) = reads(&other, None).unwrap();
    let (dump, figures) = reads(&other, Some(&remembered)).unwrap();
    assert_eq!(figures.exchanges, full.exchanges + 2, "a slice of each, in vain");
    for file in CERTIFICATES {
        assert_eq!((dump.is_remembered(file), dump.file(file)), (false, plain.file(file)), "{file}");
    }
    assert_eq!(judge(&dump).overall(), Overall::Authentic);
}

#[test]
fn nothing_is_learnt_of_what_did_not_pass() {
    for recipe in ["my-number?fault=wrong-ca", "my-number?fault=unknown-issuer"] {
        let remembered = after(&[recipe]);
        let (dump, _) = reads("my-number", Some(&remembered)).unwrap();
        assert!(!dump.is_remembered("face/0004"), "{recipe}");
        assert_eq!(judge(&dump).overall(), Overall::Authentic);
    }
}

/// A remembered certificate stands for the card's own, and for nothing else: whatever is wrong with the data or the chip comes out.
#[test]
fn no_fault_hides_behind_a_remembered_certificate() {
    let remembered = after(&["my-number"]);
    for row in FAULTS {
        let recipe = format!("my-number?fault={}", row.example);
        let (Ok((plain, _)), Ok((dump, _))) = (reads(&recipe, None), reads(&recipe, Some(&remembered))) else {
            continue;
        };
        let (without, with) = (judge(&plain), judge(&dump));
        for check in &with.checks {
            let before = without.verdict(check.id).unwrap();
            let rests_on_certificate = without.verdict(CheckId::FaceCertificate) != Some(Verdict::Passed)
                || without.verdict(CheckId::TextCertificate) != Some(Verdict::Passed);
            assert!(check.verdict == before || rests_on_certificate, "{recipe} {:?}: {before:?}", check.id);
        }
        let authentic = |findings: &taimen::cards::Findings| findings.overall() == Overall::Authentic;
        let certificate = without.verdict(CheckId::FaceCertificate) != Some(Verdict::Passed);
        assert!(!authentic(&with) || authentic(&without) || certificate, "{recipe}");
    }
}

/// A card with the same key, certified by nobody: its own certificate is read and refused, whatever is known of another's.
#[test]
fn a_card_with_a_forged_certificate_of_the_same_key_is_not_taken_for_the_one_before() {
    let remembered = after(&["my-number"]);
    for (file, check) in CERTIFICATES.into_iter().zip([CheckId::FaceCertificate, CheckId::TextCertificate]) {
        let forged = || {
            let mut forged = card("my-number");
            forged.file_mut(file).unwrap()[312..568].iter_mut().for_each(|byte| *byte ^= 0x5A);
            forged
        };
        let known = printed(&forged());
        let refused = |dump: &Dump| {
            assert!(!dump.is_remembered(file));
            assert_eq!(judge(dump).verdict(check), Some(Verdict::Failed(Reason::SignatureMismatch)), "{file}");
            // The text is not required for the face to be authentic; its own checks say what is wrong.
            let overall = if file == "face/0004" { Overall::Rejected } else { Overall::Authentic };
            assert_eq!(judge(dump).overall(), overall, "{file}");
        };
        refused(&read(&mut forged(), &request(), &known).unwrap().0);
        let remembering = request().remembering(Arc::clone(&remembered));
        refused(&read(&mut forged(), &remembering, &known).unwrap().0);
        // The genuine card lies there while the person types, then the other one.
        for request in [request(), remembering] {
            let looked = look(&mut card("my-number"), &request).unwrap();
            match (file, read_looked(*looked, &mut forged(), &known)) {
                ("face/0004", read) => assert_eq!(read.unwrap_err(), FlowError::Read(ReadError::OtherCard)),
                (_, read) => refused(&read.unwrap().0),
            }
        }
    }
}
