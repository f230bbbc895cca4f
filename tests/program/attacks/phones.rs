//! Documents on phones: what only they are open to.

use super::bench::{Authentic, Bench, Kind, Rejected, Undetermined};

const LICENCE: Kind = Kind {
    name: "mobile-licence",
    options: &["--application", "mobile-licence"],
    honest: &[
        "mdoc-issuer-signature: passed",
        "mdoc-issuer-certificate: passed",
        "mdoc-elements: passed",
        "mdoc-document-type: passed",
        "mdoc-device: passed",
        "mdoc-shared: passed",
        "not-expired: passed",
        "mdoc-issuer-agrees: passed",
        "mdoc-age-agrees: not_done(not_shared)",
        "mdoc-reader-trusted: not_done(reader_unknown)",
        "revocation: not_done(not_available)",
    ],
    saved: &[],
};

const MY_NUMBER: Kind = Kind {
    name: "mobile-my-number",
    options: &[],
    honest: &[
        "mdoc-issuer-signature: passed",
        "mdoc-issuer-certificate: passed",
        "mdoc-elements: passed",
        "mdoc-document-type: passed",
        "mdoc-device: passed",
        "mdoc-shared: passed",
        "not-expired: passed",
        "mdoc-issuer-agrees: not_done(not_shared)",
        "mdoc-age-agrees: not_done(not_shared)",
        "mdoc-reader-trusted: not_done(reader_unknown)",
        "revocation: not_done(not_available)",
    ],
    saved: &[],
};

const BOTH: [&Kind; 2] = [&MY_NUMBER, &LICENCE];

/// What rests on the elements: the My Number Card states no issuer, and no age is asked for with a name.
fn resting(kind: &Kind) -> Vec<&'static str> {
    let agrees = (kind.name == LICENCE.name).then_some("mdoc-issuer-agrees: not_done(depends_on mdoc-elements)");
    agrees.into_iter().collect()
}

/// What rests on the signer's certificate.
fn uncertified(kind: &Kind, certificate: &'static str) -> Vec<&'static str> {
    let signed = [
        certificate,
        "mdoc-issuer-signature: not_done(depends_on mdoc-issuer-certificate)",
        "mdoc-elements: not_done(depends_on mdoc-issuer-signature)",
        "mdoc-document-type: not_done(depends_on mdoc-issuer-signature)",
        "mdoc-device: not_done(depends_on mdoc-issuer-signature)",
        "not-expired: not_done(depends_on mdoc-issuer-signature)",
    ];
    [&signed[..], &resting(kind)].concat()
}

#[test]
fn document_copied_to_another_phone() {
    let bench = Bench::new();
    for kind in BOTH {
        bench.live(kind, "fault=foreign-device-key").expect(Rejected, &["mdoc-device: failed(device_signature)"]);
        bench.live(kind, "fault=no-device-proof").expect(Rejected, &["mdoc-device: failed(device_auth_form)"]);
        bench.live(kind, "fault=two-device-proofs").expect(Rejected, &["mdoc-device: failed(device_auth_form)"]);
    }
}

#[test]
fn answer_of_another_session() {
    let bench = Bench::new();
    for kind in BOTH {
        bench.live(kind, "fault=replayed-session").expect(Rejected, &["mdoc-device: failed(device_signature)"]);
    }
}

#[test]
fn elements_of_somebody_else() {
    let bench = Bench::new();
    for kind in BOTH {
        for (fault, reason) in [
            ("swapped-portrait", "digest_mismatch"),
            ("changed-name", "digest_mismatch"),
            ("missing-digest", "digest_missing"),
        ] {
            let elements = format!("mdoc-elements: failed({reason})");
            let differ = [&[elements.as_str()], &resting(kind)[..]].concat();
            bench.live(kind, &format!("fault={fault}")).expect(Rejected, &differ);
        }
    }
}

#[test]
fn iaca_of_his_own() {
    let bench = Bench::new();
    for kind in BOTH {
        let forged = uncertified(kind, "mdoc-issuer-certificate: failed(signature_mismatch)");
        bench.live(kind, "fault=wrong-iaca").expect(Rejected, &forged);
        let unknown = uncertified(kind, "mdoc-issuer-certificate: not_done(no_anchor)");
        bench.live(kind, "fault=unknown-iaca").expect(Undetermined, &unknown);
        // The document of nobody that a second phone presents is not left open.
        for (fault, reason) in [("foreign-device-key", "device_signature"), ("changed-name", "digest_mismatch")] {
            let judged = bench.live(kind, &format!("fault=unknown-iaca,{fault}"));
            assert_eq!(judged.outcome.code, Some(1), "{fault}");
            let checks = judged.outcome.checks();
            assert!(checks.iter().any(|check| check.ends_with(&format!(": failed({reason})"))), "{checks:?}");
        }
    }
}

#[test]
fn readers_certificate_as_signer() {
    let bench = Bench::new();
    for kind in BOTH {
        let signer = uncertified(kind, "mdoc-issuer-certificate: failed(certificate_profile)");
        bench.live(kind, "fault=reader-certificate").expect(Rejected, &signer);
    }
}

#[test]
fn salt_that_can_be_guessed() {
    let bench = Bench::new();
    for kind in BOTH {
        let differ = [&["mdoc-elements: failed(random_too_short)"], &resting(kind)[..]].concat();
        bench.live(kind, "fault=short-random").expect(Rejected, &differ);
    }
}

#[test]
fn document_of_another_type() {
    let bench = Bench::new();
    for kind in BOTH {
        bench.live(kind, "fault=other-document-type").expect(Rejected, &["mdoc-document-type: failed(document_type)"]);
    }
}

/// The reader holds every key of its session: the honest reading stands for the one that he made up, which looks the same.
#[test]
fn made_up_code_of_a_phone() {
    let bench = Bench::new();
    for kind in BOTH {
        bench.live(kind, "fault=mac").expect(Authentic, &[]);
        let dump = bench.dump(kind, "fault=mac");
        bench
            .saved(kind, &dump, &["--at", &dump.read_at.to_string()])
            .expect(Undetermined, &["mdoc-device: not_done(self_reported)"]);
        // A signature only the phone can make.
        let dump = bench.dump(kind, "");
        bench.saved(kind, &dump, &["--at", &dump.read_at.to_string()]).expect(Authentic, &[]);
    }
}

#[test]
fn number_that_nobody_asked_for() {
    let bench = Bench::new();
    let recording = bench.folder.file("number.apdu");
    let path = recording.display().to_string();
    let pushing = Kind { options: &["--lang", "en"], ..MY_NUMBER };
    let query = "fault=pushes-number";
    let judged = bench.live(&pushing, query).expect(Authentic, &[]);
    assert!(!judged.outcome.stdout.contains("SIMULATED, NOT A NUMBER"));
    let address = format!("sim:mobile-my-number?{query}");
    let outcome = bench.run(&["check", "--reader", &address, "--record", &path]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(!recording.exists(), "a session in which the number came is not recorded");
    let dump = bench.dump(&MY_NUMBER, query).to_json();
    assert!(!dump.contains(&hex::encode("SIMULATED, NOT A NUMBER")));
    assert!(!dump.contains("individual_number"));
}
