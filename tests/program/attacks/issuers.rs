//! Forged issuers, and genuine ones of the wrong kind.

use taimen::{
    cards::my_number::{CvCertificate, files},
    crypto::EcdsaForm,
    simulator::{
        certificate::{CertificateOrder, PoolKey},
        keys,
    },
    tlv,
    trust::Certificate,
};

use crate::common::program::argument;

use super::bench::{
    Authentic, Bench, KINDS, LICENCE, MENKYO, MY_NUMBER, RESIDENCE, RESIDENCE1, RESIDENCE2, Rejected, Undetermined,
    get, put,
};

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
    for kind in RESIDENCE {
        bench.live(kind, "fault=forged-ca").expect(
            Rejected,
            &["card-certificate: failed(signature_mismatch)", "card-signature: not_done(depends_on card-certificate)"],
        );
        for fault in ["other-ca-key", "unknown-ca"] {
            bench.live(kind, &format!("fault={fault}")).expect(
                Undetermined,
                &["card-certificate: not_done(no_anchor)", "card-signature: not_done(depends_on card-certificate)"],
            );
        }
    }
}

#[test]
fn self_made_ca_under_a_production_id() {
    let bench = Bench::new();
    let own = keys::signer("impostor").unwrap();
    let modulus = own.public_key().unwrap();
    let folder = argument(&bench.folder.file("anchors"));
    let key_file = |number: &str| {
        let id = hex::encode([number.as_bytes(), &[8, 5], b"002", &[0; 4]].concat());
        let key = format!(
            "{{\"issuer_key_id\":\"{id}\",\"modulus\":\"{}\",\"exponent\":\"010001\"}}",
            hex::encode(modulus.modulus())
        );
        argument(&bench.folder.write(&format!("{number}.json"), key))
    };
    let add = |number: &str, more: &[&str]| {
        let file = key_file(number);
        let add = ["trust", "add", "--purpose", "my-number-card", &file, "--trust-dir", &folder];
        bench.run(&[&add[..], more].concat())
    };
    // Under a production id, and under one that nobody knows.
    for number in ["5000023", "5000033", "9000023", "ABCDE23"] {
        let refused = add(number, &[]).expect(2);
        assert!(refused.stderr.contains("The issuer did not publish this"), "{number}: {}", refused.stderr);
    }
    for number in ["5000023", "5000033"] {
        add(number, &["--unpinned"]).expect(0);
    }
    // The municipality's certificates, issued again; the rest of the card is as it was.
    let mut dump = bench.dump(&MY_NUMBER, "");
    // Nor does the reading itself say that the card is simulated.
    "ACS ACR122U 00 00".clone_into(&mut dump.reader);
    for (file, number) in [(&files::FACE_CERTIFICATE, "5000023"), (&files::TEXT_CERTIFICATE, "5000033")] {
        let bytes = get(&dump, file.name);
        let genuine = CvCertificate::parse(&bytes).unwrap();
        let issuer = [number.as_bytes(), &[8, 5], b"002", &[0; 4]].concat();
        let body = [&issuer[..], &genuine.body[16..]].concat();
        let signature = own.sign_sha256(&[&body]).unwrap();
        let content = [tlv::encode(files::CV_BODY, &body), tlv::encode(files::CV_SIGNATURE, &signature)].concat();
        put(&mut dump, file.name, tlv::encode(file.own.tag, &content));
    }
    let judged = bench.saved(&MY_NUMBER, &dump, &["--trust-dir", &folder]).expect(Authentic, &[]);
    let report = judged.outcome.json();
    assert_eq!((&report["headline"], &report["hierarchy"]), (&"authentic-unpinned".into(), &"installed".into()));
    let staff = report["for_staff"].to_string();
    assert!(staff.contains("unpinned-anchor") && !staff.contains("unofficial-anchor"), "{staff}");
    let path = argument(&bench.folder.write("unpinned.json", dump.to_json()));
    for (lang, words) in [
        ("en", "△ VALID ONLY UNDER A CA KEY NOT KNOWN TO BE THE ISSUER'S"),
        ("ja", "△ 発行者のものと確かめられないCA鍵でのみ確認できました"),
    ] {
        let verify = ["verify", &path, "--at", "recorded", "--trust-dir", &folder, "--lang", lang];
        let text = bench.run(&verify).expect(0).stdout;
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn intermediate_as_ca() {
    // Anybody who holds a municipality's key certifies a key of his own with it.
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
        put(&mut dump, files::FACE_CERTIFICATE.name, tlv::encode(files::FACE_CERTIFICATE.own.tag, &content));
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
fn signer_as_ca() {
    // Anybody who holds the key that signs residence cards certifies a key of his own with it.
    let bench = Bench::new();
    for (kind, signer, own) in [
        (&RESIDENCE1, PoolKey::Rsa("zairyu-signer"), PoolKey::Rsa("impostor")),
        (&RESIDENCE2, PoolKey::Ec("zairyu-signer2"), PoolKey::Ec("impostor2")),
    ] {
        let dump = bench.dump(kind, "");
        let file = get(&dump, "df3/02");
        // Tag DB or DD, a length of two bytes, the certificate.
        let at =
            (0..file.len()).rfind(|at| matches!(file[*at..], [0xDB | 0xDD, 0x82, _, _, 0x30, 0x82, ..])).unwrap() + 4;
        let length = 4 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        let genuine = Certificate::parse(&file[at..at + length]).unwrap();
        let subject = genuine.subject.rsplit("CN=").next().unwrap().to_owned();
        let mut forged = CertificateOrder::leaf(own, "owner of a forged card", signer, &subject);
        forged.subject_key_id = None; // The field has room for no more.
        let forged = forged.build().unwrap();
        let room = file.len() - at;
        assert!(forged.len() <= room, "{} of {room} bytes", forged.len());
        let mut file = file[..at].to_vec();
        file.extend(&forged);
        file.resize(at + room, 0);
        // His key signs the card's data too, so that nothing but the issuer is wrong.
        match kind.name {
            "residence1" => {
                let signed = [&get(&dump, "df1/05")[4..7004], &get(&dump, "df1/06")[4..3004]].concat();
                let signature = keys::signer("impostor").unwrap().sign_sha256(&[&signed]).unwrap();
                file[4..260].copy_from_slice(&signature);
            }
            _ => {
                let (entries, pictures) = (get(&dump, "df1/03"), get(&dump, "df1/04"));
                let lengths = [8, 8, 1, 3, 10, 4, 2, 8, 1, 8];
                let mut values = Vec::new();
                let mut from = 0;
                for length in lengths {
                    assert_eq!(usize::from(entries[from + 1]), length);
                    values.extend(&entries[from + 2..from + 2 + length]);
                    from += 2 + length;
                }
                let signed = [&values[..], &pictures[2508..5508], &pictures[4..2504]].concat();
                let key = keys::ec_signer("impostor2").unwrap();
                file[2..98].copy_from_slice(&key.sign_sha256(&[&signed], EcdsaForm::Fixed).unwrap());
            }
        }
        let mut dump = dump.clone();
        put(&mut dump, "df3/02", file);
        let judged = bench.saved(kind, &dump, &[]);
        judged.expect(
            Undetermined,
            &["card-certificate: not_done(no_anchor)", "card-signature: not_done(depends_on card-certificate)"],
        );
        // A certificate that says it is an authority signs no cards either.
        bench.live(kind, "fault=signer-is-ca").expect(
            Rejected,
            &["card-certificate: failed(path_too_long)", "card-signature: not_done(depends_on card-certificate)"],
        );
    }
}

#[test]
fn expired_or_future_certificate() {
    let bench = Bench::new();
    for kind in RESIDENCE {
        for fault in ["expired-ca", "expired-certificate"] {
            bench
                .live(kind, &format!("fault={fault}"))
                .expect(Undetermined, &["card-certificate: not_done(anchor_expired)"]);
        }
        bench.live(kind, "fault=not-valid-at-issue").expect(
            Rejected,
            &["card-certificate: failed(issuer_over)", "card-signature: not_done(depends_on card-certificate)"],
        );
        bench.live(kind, "fault=older-than-ca").expect(Undetermined, &["card-certificate: not_done(issuer_newer)"]);
    }
    bench.live(&RESIDENCE2, "fault=not-yet-valid").expect(Undetermined, &["card-certificate: not_done(not_yet_valid)"]);
    // Certificates of My Number Cards have no dates. Those of licences that a user installed do.
    let licence = bench.dump(&LICENCE, "");
    bench.saved(&LICENCE, &licence, &["--at", "2999-01-01T00:00:00Z"]).expect(
        Rejected,
        &[
            "licence-signer: not_done(anchor_expired)",
            "licence-signature: not_done(depends_on licence-signer)",
            "not-expired: failed(expired)",
            "no-unsigned-changes: not_done(unsigned)",
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
        assert_eq!(judged.outcome.json()["headline"], "simulated-not-accepted");
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
    for kind in RESIDENCE {
        unaccepted(
            kind,
            &[
                "card-certificate: failed(hierarchy_not_accepted)",
                "card-signature: not_done(depends_on card-certificate)",
            ],
        );
    }
    // Accepted by name, the report still never calls it a real card.
    for kind in KINDS {
        assert_eq!(bench.live(kind, "").outcome.json()["headline"], "simulated-passed", "{}", kind.name);
    }
}
