//! Every row of the tables of residence cards' faults: each check by its id, the verdict, or the named trouble.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::{
    faults::{Honest, Verdicts, verdicts},
    reading::{RESIDENCE_KINDS, TIME, card, findings, read_card, simulated_trust},
    trust::anchor,
};
use taimen::{
    cards::{
        ReadError, check,
        residence_card::files::{Generation, files_of},
    },
    dump::{Dump, Scope},
    kind::CardKind,
    simulator::{
        Recipe,
        cards::residence_card::{ResidenceHolder, ResidenceProfile, leaf},
        certificate::{CertificateOrder, PoolKey, midnight, usage},
        faults_of,
    },
    trust::{Hierarchy, Purpose},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

/// The verdicts of an honest card. A child's is not signed.
fn checks(kind: CardKind) -> Verdicts {
    let signed = match kind {
        CardKind::RESIDENCE1_CHILD => Verdict::NotDone(Why::NotSigned),
        _ => Verdict::Passed,
    };
    let mut verdicts = vec![(CheckId::CardSignature, signed), (CheckId::CardCertificate, signed)];
    if matches!(kind, CardKind::RESIDENCE2 | CardKind::RESIDENCE2_SPECIAL) {
        verdicts.push((CheckId::NotExpired, Verdict::Passed));
    }
    verdicts.push((CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)));
    verdicts
}

fn honest_overall(kind: CardKind) -> Overall {
    if kind == CardKind::RESIDENCE1_CHILD { Overall::Undetermined } else { Overall::Authentic }
}

fn honest(kind: CardKind) -> Honest {
    let refuses = |error: &ReadError| matches!(error, ReadError::UncountedRefused { left: None, .. });
    Honest { kind, overall: honest_overall(kind), checks: checks(kind), refuses }
}

fn kinds() -> impl Iterator<Item = CardKind> {
    RESIDENCE_KINDS.into_iter().map(|name| name.parse().unwrap())
}

#[test]
fn honest_cards_pass_every_check() {
    for (kind, seed) in kinds().flat_map(|kind| (1..=12).map(move |seed| (kind, seed))) {
        let (overall, checks) = verdicts(&format!("{kind}?seed={seed}")).unwrap();
        assert_eq!(checks, self::checks(kind), "{kind} {seed}");
        assert_eq!(overall, honest_overall(kind), "{kind} {seed}");
    }
}

#[test]
fn every_fault_fails_exactly_what_the_table_says() {
    let mut complaints = Vec::new();
    for kind in kinds() {
        assert_eq!(verdicts(&kind.to_string()).unwrap(), (honest_overall(kind), checks(kind)), "{kind}, unharmed");
        complaints.extend(faults_of(kind).filter_map(|row| honest(kind).complaint(row)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Every file of a dump.
fn files(dump: &Dump) -> Vec<(&'static str, Option<Vec<u8>>)> {
    files_of(dump.kind).iter().map(|file| (file.name, dump.file(file.name).map(<[u8]>::to_vec))).collect()
}

/// A value of the evidence of a check.
fn evidence(recipe: &str, id: CheckId, name: &str) -> String {
    let findings = findings(recipe).unwrap();
    findings.check(id).unwrap().evidence.shown(name).as_deref().unwrap_or_default().to_owned()
}

#[test]
fn forms_that_pass_are_named() {
    let signature = |recipe: &str, name| evidence(recipe, CheckId::CardSignature, name);
    assert_eq!(signature("residence1", "encoding"), "digest-info");
    assert_eq!(signature("residence1?fault=bare-hash", "encoding"), "bare-hash");
    assert_eq!(signature("residence2", "form"), "fixed");
    assert_eq!(signature("residence2?fault=der-signature", "form"), "der");
    for (fault, about) in [("expired-ca", "anchor"), ("expired-certificate", "certificate")] {
        for kind in ["residence1", "residence2"] {
            let recipe = format!("{kind}?fault={fault}");
            assert_eq!(evidence(&recipe, CheckId::CardCertificate, "about"), about, "{recipe}");
        }
    }
    assert!(evidence("residence2?fault=expired-ca", CheckId::CardCertificate, "anchor").ends_with("(expired)"));
}

#[test]
fn every_limit_of_a_reader_gives_the_same_bytes() {
    for kind in kinds().filter(|kind| *kind != CardKind::RESIDENCE1_CHILD) {
        let (honest, figures) = read_card(&mut card(&kind.to_string()), Scope::FULL).unwrap();
        let faults =
            ["response-limit=256", "response-limit=1693", "response-limit=7013", "no-extended", "short-answers=64"];
        for fault in faults {
            let (dump, other) = read_card(&mut card(&format!("{kind}?fault={fault}")), Scope::FULL).unwrap();
            assert_eq!(files(&dump), files(&honest), "{kind} {fault}");
            assert!(other.exchanges >= figures.exchanges, "{kind} {fault}");
        }
    }
}

#[test]
fn a_copy_of_a_genuine_card_passes_and_the_report_says_so() {
    // There is no secret on the card that a copy would lack (spec residence 5.5): whoever read a card and knows its number
    // can answer for it. Here one chip serves another's files.
    let copy = Recipe::new(CardKind::RESIDENCE2, 4).with(ResidenceHolder::from_seed(3));
    let mut copy = copy.card().unwrap();
    let (original, _) = read_card(&mut card("residence2?seed=3"), Scope::FULL).unwrap();
    let (dump, _) = read_card(&mut copy, Scope::FULL).unwrap();
    assert_eq!(files(&dump), files(&original));
    let findings = check(&dump, &simulated_trust(), Basis::Live(TIME.parse().unwrap())).unwrap();
    assert_eq!(findings.overall(), Overall::Authentic);
    assert!(findings.notes.iter().any(|note| note.id == "copy"));
}

#[test]
fn a_child_is_told_from_an_adult_by_the_signature_file_alone() {
    for fault in ["", "?fault=one-object", "?fault=zero-photo", "?fault=absent-photo"] {
        let recipe = format!("residence1-child{fault}");
        assert_eq!(findings(&recipe).unwrap().kind, CardKind::RESIDENCE1_CHILD, "{recipe}");
    }
    assert_eq!(findings("residence1?fault=no-signature").unwrap().kind, CardKind::RESIDENCE1);
}

#[test]
fn a_fault_touches_its_own_file_alone() {
    let (honest, _) = read_card(&mut card("residence2"), Scope::FULL).unwrap();
    for (fault, touched) in [
        ("missing-photo", &["df1/04"][..]),
        ("blank-photo", &["df1/04"]),
        ("changed-address", &["df1/06"]),
        ("renewal-pending", &["df2/02"]),
        ("missing-back", &["df2/01", "df2/02", "df2/03"]),
        ("long-lengths", &["df3/02"]),
    ] {
        let (dump, _) = read_card(&mut card(&format!("residence2?fault={fault}")), Scope::FULL).unwrap();
        let differ = files(&dump).into_iter().zip(files(&honest)).filter(|(found, wanted)| found != wanted);
        let differ: Vec<&str> = differ.map(|((name, _), _)| name).collect();
        assert_eq!(differ, touched, "{fault}");
    }
}

type Change = fn(&mut CertificateOrder);

#[test]
fn an_anchor_that_may_not_certify_carries_no_card() {
    const NAME: &str = "taimen simulated certificate of no CA";
    let no_ca = |order: &mut CertificateOrder| order.constraints = None;
    let no_signer = |order: &mut CertificateOrder| order.key_usage = Some(usage::CRL_SIGN);
    let silent = |order: &mut CertificateOrder| order.key_usage = None;
    let cases: [(Change, Verdict); 3] = [
        (no_ca, Verdict::Failed(Reason::NotACa)),
        (no_signer, Verdict::Failed(Reason::WrongKeyUsage)),
        (silent, Verdict::Passed),
    ];
    for (kind, generation, key) in [
        (CardKind::RESIDENCE1, Generation::First, PoolKey::Rsa("zairyu-ca")),
        (CardKind::RESIDENCE2, Generation::Second, PoolKey::Ec("zairyu-ca2")),
    ] {
        for (change, verdict) in cases {
            let mut authority = CertificateOrder::authority(key, NAME, 1, midnight(2020, 1, 1), midnight(2099, 1, 1));
            change(&mut authority);
            let certificate = CertificateOrder { issuer: NAME.to_owned(), ..leaf(generation) };
            let profile = ResidenceProfile { certificate: Some(certificate), ..ResidenceProfile::default() };
            let recipe = Recipe::new(kind, 1).with(profile);
            let (dump, _) = read_card(&mut recipe.card().unwrap(), Scope::FULL).unwrap();
            let trust = simulated_trust().with(vec![anchor(Purpose::ResidenceCard, Hierarchy::Simulated, &authority)]);
            let findings = check(&dump, &trust, Basis::Live(TIME.parse().unwrap())).unwrap();
            assert_eq!(findings.verdict(CheckId::CardCertificate), Some(verdict), "{kind}");
            let overall = if verdict == Verdict::Passed { Overall::Authentic } else { Overall::Rejected };
            assert_eq!(findings.overall(), overall, "{kind}");
        }
    }
}
