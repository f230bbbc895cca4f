//! Passports: what only they are open to.

use super::bench::{Authentic, Bench, Kind, PASSPORT, Rejected, Undetermined};

/// A passport of another state, whose chip proves its key by an agreement.
const AGREEING: Kind = Kind { name: "passport-ca", ..PASSPORT };

/// A passport whose chip proves its key in PACE alone.
const MAPPING: Kind = Kind { name: "passport-cam", ..PASSPORT };

#[test]
fn withheld_chip_key() {
    Bench::new()
        .live(&PASSPORT, "fault=withheld-key")
        .expect(Rejected, &["chip-key: failed(key_withheld)", "access-agrees: not_done(not_on_card)"]);
    // One that is proven in PACE, and not otherwise.
    for (fault, access) in [("hidden-pace", "failed(protocol_hidden)"), ("refused-challenge", "passed")] {
        Bench::new()
            .live(&MAPPING, &format!("fault={fault}"))
            .expect(Rejected, &["chip-key: failed(key_withheld)", &format!("access-agrees: {access}")]);
    }
}

#[test]
fn copied_passport() {
    let bench = Bench::new();
    for (fault, reason) in [
        ("cloned", "challenge_mismatch"),
        ("stale-answer", "challenge_mismatch"),
        ("refused-challenge", "challenge_refused"),
    ] {
        for kind in [&PASSPORT, &AGREEING] {
            let chip = format!("chip-key: failed({reason})");
            let details = if kind.name == AGREEING.name { &["details-signed: passed"][..] } else { &[] };
            let differs = [&[chip.as_str()], details].concat();
            bench.live(kind, &format!("fault={fault}")).expect(Rejected, &differs);
        }
    }
}

#[test]
fn other_states_signer() {
    let bench = Bench::new();
    bench.live(&PASSPORT, "fault=foreign-signer").expect(Rejected, &["signer-certificate: failed(other_state)"]);
    bench
        .live(&PASSPORT, "fault=unlisted-state")
        .expect(Undetermined, &["signer-certificate: not_done(unlisted_state)"]);
    bench.live(&PASSPORT, "fault=wrong-csca").expect(Rejected, &["signer-certificate: failed(signature_mismatch)"]);
}

#[test]
fn chip_of_another_passport() {
    Bench::new().live(&PASSPORT, "fault=other-print").expect(Rejected, &["printed-agrees: failed(print_differs)"]);
}

#[test]
fn hidden_protocol() {
    Bench::new().live(&PASSPORT, "fault=hidden-pace").expect(Authentic, &["access-agrees: failed(protocol_hidden)"]);
    let refused = &["access-agrees: failed(protocol_refused)"];
    Bench::new().live(&PASSPORT, "fault=refused-pace").expect(Authentic, refused);
}

#[test]
fn identity_card_as_a_passport() {
    Bench::new().live(&PASSPORT, "fault=not-a-passport").expect(
        Undetermined,
        &["data-groups: not_done(not_a_book)", "printed-agrees: not_done(depends_on data-groups)"],
    );
}

/// Whoever reads with a key of his own holds all that chip authentication leaves behind: the honest reading stands for the one that
/// he made up, which looks the same.
#[test]
fn made_up_chip_authentication() {
    let bench = Bench::new();
    let dump = bench.dump(&AGREEING, "");
    // A time that somebody names vouches for nothing.
    bench
        .saved(&AGREEING, &dump, &["--at", &dump.read_at.to_string()])
        .expect(Undetermined, &["chip-key: not_done(self_reported)", "details-signed: passed"]);
}
