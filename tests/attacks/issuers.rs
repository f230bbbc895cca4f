//! Forged issuers, and genuine ones of the wrong kind.

use taimen::{
    cards::my_number::{CvCertificate, files},
    simulator::keys,
    tlv,
};

use crate::bench::{Bench, LICENCE, MENKYO, MY_NUMBER, Rejected, Undetermined, get, put};

#[test]
fn self_made_ca() {
    let bench = Bench::new();
    bench.live(&MY_NUMBER, "fault=wrong-ca").expect(
        Rejected,
        &[
            "face-certificate: failed(signature_mismatch)",
            "face-signature: not_done(depends_on face-certificate)",
            "chip-key: not_done(depends_on face-signature)",
            "text-agrees: not_done(depends_on face-signature)",
        ],
    );
    bench.live(&MY_NUMBER, "fault=forged-production").expect(
        Rejected,
        &[
            "face-certificate: failed(signature_mismatch)",
            "face-signature: not_done(depends_on face-certificate)",
            "chip-key: not_done(depends_on face-signature)",
            "text-certificate: failed(signature_mismatch)",
            "text-signature: not_done(depends_on text-certificate)",
            "text-chip-key: not_done(depends_on text-certificate)",
            "text-agrees: not_done(depends_on face-signature)",
        ],
    );
    // An issuer that nobody knows says nothing for or against the card.
    bench.live(&MY_NUMBER, "fault=unknown-issuer").expect(
        Undetermined,
        &[
            "face-certificate: not_done(no_anchor)",
            "face-signature: not_done(depends_on face-certificate)",
            "chip-key: not_done(depends_on face-signature)",
            "text-certificate: not_done(no_anchor)",
            "text-signature: not_done(depends_on text-certificate)",
            "text-chip-key: not_done(depends_on text-certificate)",
            "text-agrees: not_done(depends_on face-signature)",
        ],
    );
    bench.live(&LICENCE, "fault=wrong-key").expect(Rejected, &["licence-signature: failed(signature_mismatch)"]);
    bench
        .live(&LICENCE, "fault=unknown-signer")
        .expect(Undetermined, &["licence-signature: not_done(no_anchor)", "licence-signer: not_done(no_anchor)"]);
    bench.live(&MENKYO, "fault=wrong-key").expect(Rejected, &["menkyo-signature: failed(signature_mismatch)"]);
    bench
        .live(&MENKYO, "fault=unknown-signer")
        .expect(Undetermined, &["menkyo-signature: not_done(no_anchor)", "menkyo-signer: not_done(no_anchor)"]);
}

#[test]
fn intermediate_as_ca() {
    // Whoever holds a municipality's key certifies a key of his own with it.
    let bench = Bench::new();
    let dump = bench.dump(&MY_NUMBER, "");
    let bytes = get(&dump, files::FACE_CERTIFICATE.name);
    let genuine = CvCertificate::parse(&bytes).unwrap();
    let (municipality, own) = (keys::signer("my-number-municipality-face").unwrap(), keys::signer("impostor").unwrap());
    let modulus = own.public_key().unwrap();
    let key =
        [tlv::encode(files::KEY_EXPONENT, &[1, 0, 1]), tlv::encode(files::KEY_MODULUS, modulus.modulus())].concat();
    for (issuer, said) in [
        // In its own name: no anchor has it.
        (genuine.subject, "not_done(no_anchor)"),
        // In the name of its CA.
        (genuine.issuer, "failed(signature_mismatch)"),
    ] {
        let body = [&issuer.0[..], &genuine.subject.0, &key].concat();
        let signature = municipality.sign_sha256(&[&body]).unwrap();
        let content = [tlv::encode(files::CV_BODY, &body), tlv::encode(files::CV_SIGNATURE, &signature)].concat();
        let mut dump = dump.clone();
        put(&mut dump, files::FACE_CERTIFICATE.name, tlv::encode(files::FACE_CERTIFICATE.tag, &content));
        let judged = bench.saved(&MY_NUMBER, &dump, &[]);
        let overall = if said.starts_with("not") { Undetermined } else { Rejected };
        judged.expect(
            overall,
            &[
                &format!("face-certificate: {said}"),
                "face-signature: not_done(depends_on face-certificate)",
                "chip-key: not_done(depends_on face-signature)",
                "text-agrees: not_done(depends_on face-signature)",
            ],
        );
    }
}

#[test]
fn expired_or_future_certificate() {
    let bench = Bench::new();
    // Certificates of My Number Cards have no dates. Those of licences that a user installed do.
    let licence = bench.dump(&LICENCE, "");
    bench.saved(&LICENCE, &licence, &["--at", "2999-01-01T00:00:00Z"]).expect(
        Rejected,
        &[
            "licence-signer: not_done(anchor_expired)",
            "licence-signature: not_done(depends_on licence-signer)",
            "not-expired: failed(expired)",
        ],
    );
    let menkyo = bench.dump(&MENKYO, "");
    bench.saved(&MENKYO, &menkyo, &["--at", "2999-01-01T00:00:00Z"]).expect(
        Rejected,
        &[
            "menkyo-signer: not_done(anchor_expired)",
            "menkyo-signature: not_done(depends_on menkyo-signer)",
            "not-expired: failed(expired)",
        ],
    );
}

#[test]
fn test_card_shown_as_production() {
    let bench = Bench::new();
    // Nothing but production and installed is accepted unless it is asked for by name.
    let unaccepted = |kind, differ: &[&str]| {
        let dump = bench.dump(kind, "");
        let judged = bench.saved(kind, &dump, &["--accept", "test"]).expect(Rejected, differ);
        assert_eq!(judged.outcome.json()["headline"], "not-accepted");
    };
    unaccepted(
        &MY_NUMBER,
        &[
            "face-certificate: failed(hierarchy_not_accepted)",
            "face-signature: not_done(depends_on face-certificate)",
            "chip-key: not_done(depends_on face-signature)",
            "text-certificate: failed(hierarchy_not_accepted)",
            "text-chip-key: not_done(depends_on text-certificate)",
            "text-agrees: not_done(depends_on face-signature)",
        ],
    );
    unaccepted(
        &LICENCE,
        &["licence-signer: failed(hierarchy_not_accepted)", "licence-signature: not_done(depends_on licence-signer)"],
    );
    unaccepted(
        &MENKYO,
        &["menkyo-signer: failed(hierarchy_not_accepted)", "menkyo-signature: not_done(depends_on menkyo-signer)"],
    );
    // Accepted by name, the report still never calls it a real card.
    for kind in [&MY_NUMBER, &LICENCE, &MENKYO] {
        assert_eq!(bench.live(kind, "").outcome.json()["headline"], "not-a-real-card", "{}", kind.name);
    }
}
