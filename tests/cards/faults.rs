//! Every row of the simulator's fault table: each check by its id, the verdict, or the named trouble.

use crate::common::{
    faults::{Honest, is_removed, verdicts},
    reading::{self, findings},
};
use taimen::{
    cards::{FlowError, ReadError},
    iso7816::Refusal,
    kind::CardKind,
    simulator::{LINK_FAULTS, cards::my_number::FAULTS},
    verify::{CheckId, Overall, Verdict, Why},
};

/// The verdicts of an honest card.
const HONEST: [(CheckId, Verdict); 9] = [
    (CheckId::FaceCertificate, Verdict::Passed),
    (CheckId::FaceSignature, Verdict::Passed),
    (CheckId::ChipKey, Verdict::Passed),
    (CheckId::NotExpired, Verdict::Passed),
    (CheckId::TextCertificate, Verdict::Passed),
    (CheckId::TextSignature, Verdict::Passed),
    (CheckId::TextChipKey, Verdict::Passed),
    (CheckId::TextAgrees, Verdict::Passed),
    (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
];

fn honest() -> Honest {
    Honest {
        kind: CardKind::MY_NUMBER,
        overall: Overall::Authentic,
        checks: HONEST.to_vec(),
        refuses: |error| matches!(error, ReadError::Wrong { left: Some(9), .. }),
    }
}

#[test]
fn an_honest_card_passes_every_check() {
    for seed in [1, 2, 3] {
        let (overall, checks) = verdicts(&format!("my-number?seed={seed}")).unwrap();
        assert_eq!(checks, HONEST, "seed {seed}");
        assert_eq!(overall, Overall::Authentic);
    }
}

#[test]
fn every_fault_fails_exactly_what_the_table_says() {
    let complaints: Vec<String> = FAULTS.iter().chain(LINK_FAULTS).filter_map(|row| honest().complaint(row)).collect();
    assert!(FAULTS.len() >= 20, "{} faults", FAULTS.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_card_pulled_away_at_any_exchange_ends_in_a_clear_error() {
    for exchange in 1..=14 {
        for fault in ["removed-at", "one-byte-at"] {
            let trouble = verdicts(&format!("my-number?fault={fault}={exchange}")).unwrap_err();
            assert!(is_removed(&trouble), "{fault}={exchange}: {trouble:?}");
        }
    }
    assert!(verdicts("my-number?fault=removed-at=15").is_ok(), "14 exchanges are all there are");
}

#[test]
fn a_card_that_never_tells_its_counter_gets_no_verify() {
    // The counter is asked at exchange 2, and again at 5 after the application was left and selected again.
    let trouble = verdicts("my-number?fault=status-at=2:9000,status-at=5:9000").unwrap_err();
    assert!(
        matches!(trouble, FlowError::Read(ReadError::Refused { refusal: Refusal::CounterUnknown, .. })),
        "{trouble:?}"
    );
    assert!(verdicts("my-number?fault=status-at=2:9000").is_ok(), "leaving the application clears the status");
}

#[test]
fn a_card_without_a_photo_is_a_kind_of_its_own_and_undetermined() {
    let findings = findings("my-number-no-photo").unwrap();
    assert_eq!(findings.kind.as_str(), "my-number-no-photo");
    assert_eq!(findings.verdict(CheckId::FaceCertificate), Some(Verdict::Passed));
    assert_eq!(findings.verdict(CheckId::FaceSignature), Some(Verdict::NotDone(Why::LayoutUnknown)));
    assert_eq!(findings.verdict(CheckId::ChipKey), Some(Verdict::NotDone(Why::DependsOn(CheckId::FaceSignature))));
    assert_eq!(findings.overall(), Overall::Undetermined);
}

#[test]
fn text_is_shown_only_when_everything_about_it_passed() {
    let shown = |recipe: &str| {
        let holder = findings(recipe).unwrap().holder;
        assert_eq!(holder.name.is_some(), holder.address.is_some(), "{recipe}");
        holder.name.is_some()
    };
    assert!(shown("my-number"));
    for fault in ["text-mixed", "text-changed", "text-digest", "text-key", "changed-birth-date", "unknown-issuer"] {
        assert!(!shown(&format!("my-number?fault={fault}")), "{fault}");
    }
    // A relay that passes the face application through and answers for the text application: exchanges 12 and 13 read
    // its certificate and its key.
    for exchange in 10..=14 {
        let recipe = format!("my-number?fault=status-at={exchange}:6A82");
        assert_eq!(findings(&recipe).unwrap().overall(), Overall::Authentic, "{recipe}: the face data stands alone");
        assert!(!shown(&recipe), "{recipe}");
    }
}

#[test]
fn a_free_certificate_that_could_not_be_read_is_read_again() {
    // Exchange 4 of the first transaction is the certificate.
    let mut card = reading::card("my-number?fault=status-at=4:6F00");
    let number = reading::printed(&card);
    let looked = reading::look(&mut card, &reading::request()).unwrap();
    let (dump, _) = reading::read_looked(*looked, &mut card, &number).unwrap();
    assert_eq!(reading::judge(&dump).overall(), Overall::Authentic);
}

#[test]
fn bad_padding_is_a_failure_even_where_the_layout_is_unknown() {
    use taimen::verify::Reason;
    for faults in
        ["missing-photo,bad-face-signature", "wrong-offsets,bad-face-signature", "wrong-offsets,changed-birth-date"]
    {
        let (overall, checks) = verdicts(&format!("my-number?fault={faults}")).unwrap();
        assert_eq!(overall, Overall::Rejected, "{faults}");
        assert_eq!(checks[1], (CheckId::FaceSignature, Verdict::Failed(Reason::SignatureMismatch)), "{faults}");
    }
}
