//! The JPKI application: its checks never change the verdict, so that what stops a forger here is what the report says of
//! them and the values that it withholds.

use serde_json::Value;

use super::bench::{Authentic, Bench, JPKI, Judged};

/// A card whose JPKI application was attacked.
fn attacked(bench: &Bench, fault: &str) -> Judged {
    bench.live(&JPKI, &format!("fault={fault}"))
}

/// Whether the report shows the holder of the signing certificate.
fn shows_holder(judged: &Judged) -> bool {
    let report = judged.outcome.json();
    let items = report["items"].as_array().unwrap();
    items.iter().any(|item| item["id"] == "jpki_name" && item["value"] != Value::Null)
}

#[test]
fn jpki_key_elsewhere() {
    let bench = Bench::new();
    for fault in ["jpki-cloned", "jpki-stale-challenge"] {
        attacked(&bench, fault).expect(Authentic, &["jpki-auth-key: failed(challenge_mismatch)"]);
    }
    attacked(&bench, "jpki-challenge-refused").expect(Authentic, &["jpki-auth-key: failed(challenge_refused)"]);
}

#[test]
fn jpki_of_somebody_else() {
    let bench = Bench::new();
    assert!(shows_holder(&bench.live(&JPKI, "").expect(Authentic, &[])), "of an honest card");
    for fault in ["jpki-other-person", "jpki-other-name"] {
        let judged = attacked(&bench, fault).expect(Authentic, &["jpki-agrees: failed(disagrees)"]);
        assert!(!shows_holder(&judged), "{fault}");
    }
}

#[test]
fn jpki_self_made_ca() {
    let bench = Bench::new();
    let judged = attacked(&bench, "jpki-wrong-signer").expect(
        Authentic,
        &[
            "jpki-auth-chain: failed(signature_mismatch)",
            "jpki-auth-key: not_done(depends_on jpki-auth-chain)",
            "jpki-sign-chain: failed(signature_mismatch)",
            "jpki-agrees: not_done(depends_on jpki-sign-chain)",
        ],
    );
    assert!(!shows_holder(&judged));
    attacked(&bench, "jpki-unknown-issuer").expect(
        Authentic,
        &["jpki-auth-chain: not_done(no_anchor)", "jpki-auth-key: not_done(depends_on jpki-auth-chain)"],
    );
}

#[test]
fn jpki_certificate_for_something_else() {
    let bench = Bench::new();
    for (fault, reason) in [
        ("jpki-auth-key-usage", "wrong_key_usage"),
        ("jpki-authority", "wrong_key_usage"),
        ("jpki-no-client-auth", "wrong_purpose"),
        ("jpki-other-policy", "wrong_policy"),
    ] {
        let chain = format!("jpki-auth-chain: failed({reason})");
        attacked(&bench, fault).expect(Authentic, &[&chain, "jpki-auth-key: not_done(depends_on jpki-auth-chain)"]);
    }
    attacked(&bench, "jpki-sign-key-usage").expect(
        Authentic,
        &["jpki-sign-chain: failed(wrong_key_usage)", "jpki-agrees: not_done(depends_on jpki-sign-chain)"],
    );
    // Each of the two in the other's place: the roots of the two purposes are not interchangeable.
    attacked(&bench, "jpki-swapped").expect(
        Authentic,
        &[
            "jpki-auth-chain: not_done(no_anchor)",
            "jpki-auth-key: not_done(depends_on jpki-auth-chain)",
            "jpki-sign-chain: not_done(no_anchor)",
            "jpki-agrees: not_done(depends_on jpki-sign-chain)",
        ],
    );
}

#[test]
fn jpki_expired_certificate() {
    attacked(&Bench::new(), "jpki-expired").expect(
        Authentic,
        &[
            "jpki-auth-chain: failed(expired)",
            "jpki-auth-key: not_done(depends_on jpki-auth-chain)",
            "jpki-sign-chain: failed(expired)",
            "jpki-agrees: not_done(depends_on jpki-sign-chain)",
        ],
    );
}
