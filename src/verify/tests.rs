//! What reports say of checks: the words of a basis, of a saved reading, and of what a check rested on.

use jiff::civil::date;

use super::*;
use crate::trust::{Hierarchy, Place};

#[test]
fn every_basis_has_its_time_and_its_name() {
    let time: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for (basis, machine, person) in [
        (Basis::Live(time), "live", None),
        (Basis::Now(time), "now", Some("now")),
        (Basis::Named(time), "named", Some("the operator's choice")),
        (Basis::Sealed(time), "sealed", Some("the sealer's word")),
        (Basis::Operator(time), "operator", Some("the operator's word")),
    ] {
        assert_eq!(basis.at(), time, "{machine}");
        assert_eq!((basis.as_str(), basis.name().map(|name| name.en)), (machine, person));
    }
}

#[test]
fn a_saved_reading_limits_what_rests_on_an_answer_or_on_a_clock() {
    let limited = |text: &str| {
        let says = |id: &CheckId| saved_limit(*id).is_some_and(|limit| limit.en.contains(text));
        CheckId::all().filter(says).collect::<Vec<_>>()
    };
    assert_eq!(limited("the phone answered once"), [CheckId::MdocDevice]);
    assert_eq!(limited("the chip answered once"), [CheckId::ChipKey, CheckId::TextChipKey, CheckId::JpkiAuthKey]);
    assert_eq!(limited("an expiry that is not signed"), [CheckId::NotExpired]);
    assert_eq!(limited("whose signature was not confirmed"), [CheckId::TextAgrees, CheckId::NoUnsignedChanges]);
    assert_eq!(CheckId::all().filter(|id| saved_limit(*id).is_some()).count(), 7);
}

#[test]
fn evidence_is_shown_in_its_order_and_found_by_what_it_is() {
    let anchor = AnchorRef {
        name: "見本 CA".to_owned(),
        hierarchy: Hierarchy::Simulated,
        sha256: "00ff".to_owned(),
        source: "made up".to_owned(),
        official: false,
        unpinned: true,
    };
    let expiry = Fact::Expiry { day: date(2030, 3, 31), judged_on: date(2026, 11, 28), signed: true };
    let evidence = Evidence::new()
        .with("algorithm", "RSA")
        .fact(Fact::Anchor(anchor.clone()))
        .fact(Fact::About(Place::Anchor))
        .fact(expiry)
        .with("left", "2");
    let shown = |evidence: &Evidence| {
        evidence.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    let rest = "anchor=見本 CA anchor_hierarchy=simulated anchor_sha256=00ff anchor_source=made up anchor_official=no \
                about=anchor expiry=2030-03-31 judged_on=2026-11-28 signed=yes";
    assert_eq!(shown(&evidence), format!("algorithm=RSA {rest} left=2"));
    assert_eq!(serde_json::to_value(&evidence).unwrap()["signed"], "yes");
    assert_eq!(evidence.anchor(), Some(&anchor));
    assert_eq!(evidence.about(), Some(Place::Anchor));
    assert_eq!(evidence.expiry_signed(), Some(true));
    assert_eq!((evidence.shown("left").as_deref(), evidence.shown("right")), (Some("2"), None));
    assert_eq!(shown(&evidence.without("algorithm").without("left")), rest);
    let nothing = Evidence::new();
    assert_eq!(
        (nothing.anchor(), nothing.about(), nothing.expiry_signed(), shown(&nothing)),
        (None, None, None, String::new())
    );
}

#[test]
fn a_check_that_rests_on_another_is_not_done_unless_that_passed() {
    let passed = Check::passed(CheckId::DataGroups, Evidence::new());
    let failed = Check::failed(CheckId::DataGroups, Reason::Disagrees, Evidence::new());
    let not_done = Check::not_done(CheckId::DataGroups, Why::NotShared, Evidence::new());
    assert_eq!(passed.required_by(CheckId::ChipKey), Ok(()));
    for first in [failed, not_done] {
        let missing = first.required_by(CheckId::ChipKey).unwrap_err();
        assert_eq!(
            (missing.id, missing.verdict),
            (CheckId::ChipKey, Verdict::NotDone(Why::DependsOn(CheckId::DataGroups)))
        );
        assert!(!first.is_passed() && !missing.is_passed());
    }
}

#[test]
fn a_requirement_knows_its_checks() {
    let requirement = Requirement { required: &[CheckId::ChipKey], advisory: &[CheckId::TextAgrees] };
    assert!(requirement.requires(CheckId::ChipKey));
    assert!(!requirement.requires(CheckId::TextAgrees) && !requirement.requires(CheckId::DataGroups));
}
