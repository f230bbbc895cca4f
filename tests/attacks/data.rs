//! Changed and mixed data under genuine signatures.

use taimen::{cards::my_number::files, tlv};

use crate::bench::{Authentic, Bench, LICENCE, MENKYO, MY_NUMBER, Rejected, Undetermined, get, put};

/// The face data is not what was signed.
const FACE_CHANGED: &[&str] = &[
    "face-signature: failed(signature_mismatch)",
    "chip-key: not_done(depends_on face-signature)",
    "text-agrees: not_done(depends_on face-signature)",
];

/// What a licence signs is not public, so that changed data cannot be told from an unknown layout: never authentic.
const LICENCE_CHANGED: &[&str] = &["licence-signature: not_done(layout_unknown)"];
const MENKYO_CHANGED: &[&str] = &["menkyo-signature: not_done(layout_unknown)"];

#[test]
fn others_photo() {
    let bench = Bench::new();
    bench.live(&MY_NUMBER, "fault=swapped-photo").expect(Rejected, FACE_CHANGED);
    bench.live(&LICENCE, "fault=swapped-photo").expect(Undetermined, LICENCE_CHANGED);
    bench.live(&MENKYO, "fault=swapped-photo").expect(Undetermined, MENKYO_CHANGED);
}

#[test]
fn others_name_or_address() {
    let bench = Bench::new();
    for fault in ["changed-name-picture", "changed-address-picture", "changed-birth-date", "changed-sex"] {
        bench.live(&MY_NUMBER, &format!("fault={fault}")).expect(Rejected, FACE_CHANGED);
    }
    // As text they are advisory: withheld from the report, and the pictures stay.
    let digest = ["text-signature: failed(digest_mismatch)"];
    let judged = bench.live(&MY_NUMBER, "fault=text-changed").expect(Authentic, &digest);
    assert_eq!(judged.outcome.json()["holder"]["name"], serde_json::Value::Null);
    let signature = ["text-signature: failed(signature_mismatch)"];
    let judged = bench.live(&MY_NUMBER, "fault=text-digest").expect(Authentic, &signature);
    assert_eq!(judged.outcome.json()["holder"]["name"], serde_json::Value::Null);
    for fault in ["changed-name", "changed-address", "changed-domicile"] {
        bench.live(&LICENCE, &format!("fault={fault}")).expect(Undetermined, LICENCE_CHANGED);
    }
}

#[test]
fn changed_expiry() {
    let bench = Bench::new();
    // Not signed on a My Number Card: it passes, and the report says so.
    let judged = bench.live(&MY_NUMBER, "fault=changed-expiry").expect(Authentic, &[]).admits("expiry is not signed");
    assert!(judged.outcome.json()["for_staff"].to_string().contains("unsigned-print"));
    bench.live(&LICENCE, "fault=changed-expiry").expect(Undetermined, LICENCE_CHANGED);
    bench.live(&MENKYO, "fault=changed-expiry").expect(Undetermined, MENKYO_CHANGED);
    bench.live(&MY_NUMBER, "fault=expired").expect(Rejected, &["not-expired: failed(expired)"]);
}

#[test]
fn mixed_cards() {
    let bench = Bench::new();
    let one = bench.dump(&MY_NUMBER, "seed=1");
    let two = bench.dump(&MY_NUMBER, "seed=2");
    let mixed = |names: &[&str]| {
        let mut dump = one.clone();
        names.iter().for_each(|name| put(&mut dump, name, get(&two, name)));
        dump
    };
    // The other person's face data, under the first chip.
    let face = mixed(&["face/0002"]);
    bench
        .saved(&MY_NUMBER, &face, &[])
        .expect(Rejected, &["chip-key: failed(challenge_mismatch)", "text-agrees: failed(disagrees)"]);
    // The other person's text.
    bench.saved(&MY_NUMBER, &mixed(&["text/0002"]), &[]).expect(Authentic, &["text-agrees: failed(disagrees)"]);
    // The other card's signed text key.
    bench
        .saved(&MY_NUMBER, &mixed(&["text/0007"]), &[])
        .expect(Authentic, &["text-chip-key: failed(challenge_mismatch)"]);

    let (one, two) = (bench.dump(&LICENCE, "seed=1"), bench.dump(&LICENCE, "seed=4"));
    for name in ["df1/0001", "df1/0002", "df2/0001", "df1/0007"] {
        let mut dump = one.clone();
        assert_ne!(get(&one, name), get(&two, name), "{name} differs between these two");
        put(&mut dump, name, get(&two, name));
        bench.saved(&LICENCE, &dump, &[]).expect(Undetermined, LICENCE_CHANGED);
    }
    let (mut one, two) = (bench.dump(&MENKYO, "seed=1"), bench.dump(&MENKYO, "seed=2"));
    put(&mut one, "menkyo/001B", get(&two, "menkyo/001B"));
    bench.saved(&MENKYO, &one, &[]).expect(Undetermined, MENKYO_CHANGED);
}

#[test]
fn lengths() {
    let bench = Bench::new();
    let unreadable = [
        "face-signature: failed(malformed)",
        "chip-key: not_done(depends_on face-signature)",
        "not-expired: not_done(not_read)",
        "text-agrees: not_done(depends_on face-signature)",
    ];
    for fault in ["lying-length", "truncated-file"] {
        bench.live(&MY_NUMBER, &format!("fault={fault}")).expect(Rejected, &unreadable);
        bench.live(&LICENCE, &format!("fault={fault}")).expect(Undetermined, LICENCE_CHANGED);
        bench.live(&MENKYO, &format!("fault={fault}")).expect(Undetermined, MENKYO_CHANGED);
    }
    // Every cut of the signed face data, some bytes apart.
    let honest = bench.dump(&MY_NUMBER, "");
    let whole = get(&honest, files::FACE_DATA.name);
    for end in (0..whole.len()).step_by(311) {
        let mut dump = honest.clone();
        put(&mut dump, files::FACE_DATA.name, whole[..end].to_vec());
        bench.saved(&MY_NUMBER, &dump, &[]).expect(Rejected, &unreadable);
    }
}

#[test]
fn duplicate_tags() {
    // Two birth dates, the signed one and another: which one is shown must not be the other.
    let bench = Bench::new();
    let mut dump = bench.dump(&MY_NUMBER, "");
    let bytes = get(&dump, files::FACE_DATA.name);
    let outer = tlv::file(&bytes, files::FACE_DATA.tag).unwrap().0;
    let other = tlv::encode(files::FACE_BIRTH.tag, b"19991231");
    for (front, back) in [(&other[..], &[][..]), (&[], &other[..])] {
        let content = [front, outer.value, back].concat();
        put(&mut dump, files::FACE_DATA.name, tlv::encode(files::FACE_DATA.tag, &content));
        let judged = bench.saved(&MY_NUMBER, &dump, &[]).expect(
            Rejected,
            &[
                "face-signature: failed(malformed)",
                "chip-key: not_done(depends_on face-signature)",
                "not-expired: not_done(not_read)",
                "text-agrees: not_done(depends_on face-signature)",
            ],
        );
        assert_eq!(judged.outcome.json()["holder"]["birth_date"], serde_json::Value::Null);
    }
}
