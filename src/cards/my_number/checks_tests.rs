//! What decides a verdict, a name that is shown, or a note: case by case.

use jiff::Timestamp;

use super::{issuer::same_issuer, *};
use crate::{
    cards::{self, Credentials, Note, Request},
    iso7816::PinGate,
    simulator::{Recipe, SeededNonces},
    trust::{Hierarchy, Material, Purpose},
};
use Verdict::{Failed, NotDone, Passed};

fn time() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn live() -> Basis {
    Basis::Live(time())
}

fn shipped() -> TrustStore {
    TrustStore::shipped().unwrap()
}

fn trust() -> TrustStore {
    shipped().accepting(Hierarchy::Simulated)
}

/// The simulated CA keys of the card as keys of another hierarchy, beside the shipped ones.
fn also(hierarchy: Hierarchy, official: bool) -> TrustStore {
    let simulated = shipped();
    let keys = simulated.anchors().iter().filter(|anchor| {
        anchor.purpose == Purpose::MyNumberCard
            && anchor.hierarchy == Hierarchy::Simulated
            && matches!(anchor.material, Material::CvKey(_))
    });
    let keys = keys.cloned().map(|mut anchor| {
        (anchor.hierarchy, anchor.official) = (hierarchy, official);
        anchor
    });
    shipped().with(keys.collect())
}

fn read(recipe: &str, scope: Scope, extra: bool) -> Dump {
    let mut card = recipe.parse::<Recipe>().unwrap().card().unwrap();
    let (known, gate, nonces) = (Credentials::from(&card), &mut PinGate::new(false), &mut SeededNonces::new(1));
    let request = Request::new("test", time()).scope(scope).extra(extra);
    cards::read(&mut card, &request, known, gate, nonces, &mut |_| {}).unwrap()
}

fn findings(checks: Vec<Check>) -> Findings {
    let dump = Dump::new(CardKind::MY_NUMBER, Scope::FULL, "a test", time());
    Findings { checks, ..Findings::of(&dump, live(), &REQUIREMENT, &PRESENTATION) }
}

fn of(id: CheckId, verdict: Verdict) -> Check {
    Check { id, verdict, evidence: Evidence::new() }
}

fn ids(notes: &[Note]) -> Vec<&'static str> {
    notes.iter().map(|note| note.id).collect()
}

#[test]
fn what_becomes_of_the_text() {
    let wrong = Failed(Reason::SignatureMismatch);
    let rests = NotDone(Why::DependsOn(CheckId::TextSignature));
    let not_stored = NotDone(Why::NotStored);
    let over_network = NotDone(Why::NotOverNetwork);
    for (certificate, chip, signature, agrees, expected) in [
        (Passed, Passed, Passed, Passed, Standing::Confirmed),
        (wrong, Passed, Passed, Passed, Standing::Withheld),
        (Passed, wrong, Passed, Passed, Standing::Withheld),
        (wrong, wrong, Passed, Passed, Standing::Withheld),
        (Passed, Passed, wrong, Passed, Standing::Withheld),
        (Passed, Passed, Passed, wrong, Standing::Withheld),
        (Passed, Passed, Passed, rests, Standing::Withheld),
        (Passed, Passed, not_stored, rests, Standing::Unconfirmed),
        (Passed, Passed, not_stored, Passed, Standing::Unconfirmed),
        (Passed, Passed, over_network, Passed, Standing::Unconfirmed),
        (wrong, Passed, not_stored, Passed, Standing::Withheld),
        (Passed, wrong, not_stored, Passed, Standing::Withheld),
        (wrong, wrong, over_network, rests, Standing::Withheld),
        (Passed, Passed, not_stored, wrong, Standing::Withheld),
        (Passed, Passed, NotDone(Why::NotRead), Passed, Standing::Withheld),
    ] {
        let found = standing(&findings(vec![
            of(CheckId::TextCertificate, certificate),
            of(CheckId::TextChipKey, chip),
            of(CheckId::TextSignature, signature),
            of(CheckId::TextAgrees, agrees),
        ]));
        assert_eq!(found, expected, "{certificate:?} {chip:?} {signature:?} {agrees:?}");
    }
}

#[test]
fn the_birthday_itself_counts() {
    for (birth, day, years) in [
        ("2000-03-15", "2026-03-14", Some(25)),
        ("2000-03-15", "2026-03-15", Some(26)),
        ("2000-03-15", "2026-03-16", Some(26)),
        ("2000-03-15", "2026-02-28", Some(25)),
        ("2000-03-15", "2026-04-01", Some(26)),
        ("2000-02-29", "2026-02-28", Some(25)),
        ("2000-02-29", "2026-03-01", Some(26)),
        ("2026-03-15", "2026-03-15", Some(0)),
        ("2026-03-15", "2026-03-14", None),
    ] {
        assert_eq!(age_on(birth.parse().unwrap(), day.parse().unwrap()), years, "{birth} {day}");
    }
}

#[test]
fn a_report_says_whose_hierarchy_and_which_card() {
    let full = check(&read("my-number", Scope::FULL, false), &trust(), live());
    assert_eq!((full.hierarchy, full.kind), (Some(Hierarchy::Simulated), CardKind::MY_NUMBER));
    assert_eq!(ids(&full.notes), ["compare-face", "compare-text", "unsigned-print", "not-production", "revocation"]);
    let mut dump = read("my-number", Scope::AGE, false);
    // What a dump calls the card says nothing: no file of this reading shows whether it has a photo.
    dump.kind = CardKind::MY_NUMBER_NO_PHOTO;
    let age = check(&dump, &trust(), live());
    assert_eq!((age.hierarchy, age.kind), (Some(Hierarchy::Simulated), CardKind::MY_NUMBER));
    assert_eq!(ids(&age.notes), ["age-only", "not-production", "revocation"]);
    let faceless = check(&read("my-number?fault=missing-photo", Scope::FULL, false), &trust(), live());
    assert_eq!((ids(&faceless.notes).first(), faceless.kind), (Some(&"no-photo"), CardKind::MY_NUMBER_NO_PHOTO));
}

#[test]
fn an_offset_table_that_contradicts_the_objects_is_of_no_known_layout() {
    let findings = check(&read("my-number?fault=wrong-offsets", Scope::FULL, false), &trust(), live());
    assert_eq!(findings.verdict(CheckId::FaceSignature), Some(NotDone(Why::LayoutUnknown)));
}

#[test]
fn notes_by_the_standing_of_the_text() {
    let notes = |signature, text| ids(&notes_for(&findings(vec![of(CheckId::TextSignature, signature)]), false, text));
    let (not_stored, over_network) = (NotDone(Why::NotStored), NotDone(Why::NotOverNetwork));
    for (signature, text, first) in [
        (Passed, None, "text-not-read"),
        (Passed, Some(Standing::Confirmed), "compare-text"),
        (over_network, Some(Standing::Withheld), "text-withheld"),
        (not_stored, Some(Standing::Unconfirmed), "text-unconfirmed"),
        (over_network, Some(Standing::Unconfirmed), "text-unconfirmed-over-network"),
    ] {
        assert_eq!(notes(signature, text), [first, "unsigned-print", "revocation"], "{signature:?} {text:?}");
    }
}

#[test]
fn notes_by_the_hierarchy_speak_of_a_certificate_that_passed() {
    use Hierarchy::{Installed, Production, Simulated, Test};
    for (hierarchy, unofficial, expected) in [
        (Some(Test), false, Some("not-production")),
        (Some(Test), true, Some("not-production")),
        (Some(Simulated), true, Some("not-production")),
        (Some(Production), true, Some("unofficial-anchor")),
        (Some(Production), false, None),
        (Some(Installed), true, Some("unpinned-anchor")),
        (Some(Installed), false, None),
        (None, true, None),
    ] {
        for (verdict, expected) in [(Passed, expected), (Failed(Reason::HierarchyNotAccepted), None)] {
            let certificate = of(CheckId::FaceCertificate, verdict);
            let notes = hierarchy_notes(&Findings { hierarchy, ..findings(vec![certificate]) }, unofficial);
            let expected: Vec<_> = expected.into_iter().chain(["revocation"]).collect();
            assert_eq!(ids(&notes), expected, "{hierarchy:?} {unofficial} {verdict:?}");
        }
    }
}

#[test]
fn of_two_keys_under_one_id_the_accepted_one_counts() {
    let dump = read("my-number", Scope::FULL, false);
    for official in [true, false] {
        // The simulated one comes first and does not count.
        let trust = also(Hierarchy::Production, official);
        let issuer = certificate_check(&dump, &trust, &files::FACE_CERTIFICATE, KeyRole::Face);
        assert_eq!((issuer.check.verdict, issuer.hierarchy), (Passed, Some(Hierarchy::Production)));
        assert_eq!(issuer.unofficial, !official);
    }
    let issuer = certificate_check(&dump, &shipped(), &files::FACE_CERTIFICATE, KeyRole::Face);
    assert_eq!(issuer.check.verdict, Failed(Reason::HierarchyNotAccepted));
}

#[test]
fn text_of_another_hierarchy_or_municipality_is_not_of_this_card() {
    let dump = read("my-number", Scope::FULL, false);
    let face = certificate_check(&dump, &trust(), &files::FACE_CERTIFICATE, KeyRole::Face);
    let text = |change: fn(&mut Issuer)| {
        let mut text = certificate_check(&dump, &trust(), &files::TEXT_CERTIFICATE, KeyRole::Text);
        change(&mut text);
        let judged = same_issuer(text, &face);
        (judged.check.verdict, judged.key.is_some())
    };
    assert_eq!(text(|_| {}), (Passed, true));
    let other = (Failed(Reason::Disagrees), false);
    assert_eq!(text(|text| text.hierarchy = Some(Hierarchy::Test)), other);
    assert_eq!(text(|text| text.municipality = Some("99999".to_owned())), other);
}

#[test]
fn a_jpki_anchor_that_has_expired_says_nothing_of_the_certificate() {
    let dump = read("my-number", Scope::FULL, true);
    for (at, expected) in [
        // The card's own certificates end before their anchors do.
        ("2099-12-31T03:00:00Z", Failed(Reason::Expired)),
        ("2100-01-02T03:00:00Z", NotDone(Why::AnchorExpired)),
    ] {
        let findings = check(&dump, &trust(), Basis::Live(at.parse().unwrap()));
        for id in [CheckId::JpkiAuthChain, CheckId::JpkiSignChain] {
            assert_eq!(findings.verdict(id), Some(expected), "{id:?} {at}");
        }
    }
}

#[test]
fn a_simulated_jpki_certificate_does_not_belong_on_a_card_that_people_hold() {
    let dump = read("my-number", Scope::FULL, true);
    for (hierarchy, expected) in [
        (Hierarchy::Production, Failed(Reason::Disagrees)),
        (Hierarchy::Installed, Failed(Reason::Disagrees)),
        (Hierarchy::Simulated, Passed),
    ] {
        let face = match hierarchy {
            Hierarchy::Simulated => trust(),
            real => also(real, true),
        };
        let issuer = certificate_check(&dump, &face, &files::FACE_CERTIFICATE, KeyRole::Face);
        assert_eq!((issuer.check.verdict, issuer.hierarchy), (Passed, Some(hierarchy)));
        let signature = of(CheckId::FaceSignature, Passed);
        let others = Others { issuer: &issuer, face_signature: &signature, face: None, text: None };
        let part = jpki_part(&dump, &trust(), live(), &others);
        for id in [CheckId::JpkiAuthChain, CheckId::JpkiSignChain] {
            let found = part.checks.iter().find(|check| check.id == id).unwrap();
            assert_eq!(found.verdict, expected, "{id:?} {hierarchy:?}");
        }
    }
}

#[test]
fn text_without_its_signature_agrees_only_if_somebody_vouches() {
    let saved = Dump::from_json(read("my-number", Scope::FULL, false).to_json().as_bytes()).unwrap();
    let rests = NotDone(Why::DependsOn(CheckId::TextSignature));
    for (basis, expected) in [(Basis::Now(time()), rests), (Basis::Sealed(time()), Passed)] {
        let findings = check(&saved, &trust(), basis);
        assert_eq!(findings.verdict(CheckId::TextSignature), Some(NotDone(Why::NotStored)));
        let agrees = findings.check(CheckId::TextAgrees).unwrap();
        assert_eq!(agrees.verdict, expected, "{basis:?}");
        for field in ["birth_date", "sex"] {
            assert_eq!(agrees.evidence.shown(field).as_deref(), Some("same"), "{basis:?} {field}");
        }
    }
    let mixed = check(&read("my-number?fault=text-mixed", Scope::FULL, false), &trust(), live());
    let agrees = mixed.check(CheckId::TextAgrees).unwrap();
    assert_eq!(agrees.verdict, Failed(Reason::Disagrees));
    assert_eq!(agrees.evidence.shown("birth_date").as_deref(), Some("different"));
}
