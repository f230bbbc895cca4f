//! Changed and mixed data under genuine signatures.

use taimen::{cards::my_number::files, tlv};

use super::bench::{
    Authentic, Bench, LICENCE, MENKYO, MY_NUMBER, RESIDENCE, RESIDENCE1, RESIDENCE2, Rejected, Undetermined, get, put,
};

/// The face data is not what was signed.
const FACE_CHANGED: &[&str] = &[
    "face-signature: failed(signature_mismatch)",
    "chip-key: not_done(depends_on face-signature)",
    "text-agrees: not_done(depends_on face-signature)",
];

/// What a licence signs is not public, so that changed data cannot be told from an unknown layout: never authentic.
const LICENCE_CHANGED: &[&str] = &["licence-signature: not_done(layout_unknown)"];
const MENKYO_CHANGED: &[&str] = &["menkyo-signature: not_done(layout_unknown)"];

/// What a residence card's issuer signed is not what is there.
const CARD_CHANGED: &[&str] = &["card-signature: failed(signature_mismatch)"];
const CARD_MALFORMED: &[&str] = &["card-signature: failed(malformed)"];

#[test]
fn others_photo() {
    let bench = Bench::new();
    bench.live(&MY_NUMBER, "fault=swapped-photo").expect(Rejected, FACE_CHANGED);
    bench.live(&LICENCE, "fault=swapped-photo").expect(Undetermined, LICENCE_CHANGED);
    bench.live(&MENKYO, "fault=swapped-photo").expect(Undetermined, MENKYO_CHANGED);
    for kind in RESIDENCE {
        bench.live(kind, "fault=swapped-photo").expect(Rejected, CARD_CHANGED);
    }
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
    bench.live(&RESIDENCE1, "fault=changed-front").expect(Rejected, CARD_CHANGED);
    bench.live(&RESIDENCE2, "fault=changed-name-picture").expect(Rejected, CARD_CHANGED);
    // The back of a residence card, and the address picture of the second generation, are signed by nobody.
    for (kind, place) in [(&RESIDENCE1, "holder.address"), (&RESIDENCE2, "pictures.address")] {
        let judged = bench.live(kind, "fault=changed-address").expect(Authentic, &[]).admits("are not");
        let report = judged.outcome.json();
        assert_eq!(report["signed_by"].get(place), Some(&serde_json::Value::Null), "{place}");
        assert!(report["for_staff"].to_string().contains("not signed"), "{}", kind.name);
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
    bench.live(&RESIDENCE2, "fault=changed-entries").expect(Rejected, CARD_CHANGED);
    for kind in [&MY_NUMBER, &RESIDENCE2] {
        bench.live(kind, "fault=expired").expect(Rejected, &["not-expired: failed(expired)"]);
    }
    // The first generation has its expiry in the picture alone: staff are told to look.
    let judged = bench.live(&RESIDENCE1, "").expect(Authentic, &[]);
    assert!(judged.outcome.json()["for_staff"].to_string().contains("expiry"));
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
        assert!(get(&one, name) != get(&two, name), "{name} differs between these two");
        put(&mut dump, name, get(&two, name));
        bench.saved(&LICENCE, &dump, &[]).expect(Undetermined, LICENCE_CHANGED);
    }
    let (mut one, two) = (bench.dump(&MENKYO, "seed=1"), bench.dump(&MENKYO, "seed=2"));
    put(&mut one, "menkyo/001B", get(&two, "menkyo/001B"));
    bench.saved(&MENKYO, &one, &[]).expect(Undetermined, MENKYO_CHANGED);

    for (kind, signed, unsigned) in [
        (&RESIDENCE1, &["df1/05", "df1/06", "df3/02"][..], &["df2/01"][..]),
        (&RESIDENCE2, &["df1/03", "df1/04", "df3/02"], &["df1/01", "df1/06"]),
    ] {
        let (one, two) = (bench.dump(kind, "seed=1"), bench.dump(kind, "seed=4"));
        let mixed = |name: &&str| {
            let mut dump = one.clone();
            assert!(get(&one, name) != get(&two, name), "{name} differs between these two");
            put(&mut dump, name, get(&two, name));
            bench.saved(kind, &dump, &[])
        };
        for name in signed {
            mixed(name).expect(Rejected, CARD_CHANGED);
        }
        for name in unsigned {
            mixed(name).expect(Authentic, &[]).admits("are not");
        }
    }
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
    for kind in RESIDENCE {
        bench.live(kind, "fault=truncated-photo").expect(Rejected, CARD_MALFORMED);
    }
    // A byte taken from one signed field and given to the next leaves what is hashed as it was: the sizes are fixed.
    let mut dump = bench.dump(&RESIDENCE2, "");
    let mut entries = get(&dump, "df1/03");
    let (expiry, birth) = (0, 10);
    assert_eq!((entries[expiry], entries[birth]), (0xC5, 0xC6));
    entries.remove(expiry + 9);
    entries[expiry + 1] = 7;
    entries.insert(birth + 1, 0x30);
    entries[birth] = 9;
    entries.swap(birth - 1, birth);
    put(&mut dump, "df1/03", entries);
    let judged = bench.saved(&RESIDENCE2, &dump, &[]);
    assert_ne!(judged.outcome.json()["overall"], "authentic");
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
    let outer = tlv::file(&bytes, files::FACE_DATA.own.tag).unwrap().0;
    let other = tlv::encode(files::FACE_BIRTH.tag, b"19991231");
    for (front, back) in [(&other[..], &[][..]), (&[], &other[..])] {
        let content = [front, outer.value, back].concat();
        put(&mut dump, files::FACE_DATA.name, tlv::encode(files::FACE_DATA.own.tag, &content));
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

    // Two expiries among the entries of a residence card: in one more field, and instead of the birth date.
    let dump = bench.dump(&RESIDENCE2, "");
    let entries = get(&dump, "df1/03");
    let expiry = [&[0xC5, 8][..], b"20991231"].concat();
    let mut instead = entries.clone();
    instead[10] = 0xC5;
    for forged in [[&expiry[..], &entries].concat(), [&entries[..], &expiry].concat(), instead] {
        let mut dump = dump.clone();
        put(&mut dump, "df1/03", forged);
        let judged = bench.saved(&RESIDENCE2, &dump, &[]);
        let report = judged.outcome.json();
        assert_ne!(report["overall"], "authentic");
        let shown = report["items"].to_string();
        assert!(!shown.contains("2099-12-31") || report["overall"] == "rejected", "{shown}");
    }
}
