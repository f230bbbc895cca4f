//! What decides a verdict, a warning, an item or a note: case by case, over files that a card could hold.

use jiff::Timestamp;

use super::{
    check,
    decode::Record,
    files::{self, Generation},
    signature::{covered, has_key},
};
use crate::{
    cards::{Findings, ItemValue, remarks},
    dump::{Dump, Scope},
    kind::CardKind,
    simulator::cards::residence_card::{ResidenceHolder, ResidenceOrder, ResidenceProfile, issue},
    trust::{Hierarchy, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};
use CheckId::{CardCertificate, CardSignature};

fn time() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn card_of(kind: CardKind, holder: ResidenceHolder) -> Dump {
    let profile = ResidenceProfile::default();
    let issued = issue(&ResidenceOrder::new(kind, holder, &profile), &profile).unwrap();
    let mut dump = Dump::new(kind, Scope::FULL, "a test", time());
    for file in &issued.files {
        dump.keep(file.file().name, file.encode());
    }
    dump
}

fn honest(kind: CardKind) -> Dump {
    card_of(kind, ResidenceHolder { renewal: true, ..ResidenceHolder::from_seed(7) })
}

fn judged(dump: &Dump) -> Findings {
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
    check(dump, &trust, Basis::Live(time()))
}

/// These bytes, then zeros up to so many.
fn filled(bytes: &[u8], size: usize) -> Vec<u8> {
    let mut file = bytes.to_vec();
    file.resize(size, 0);
    file
}

/// A card for a child: neither signature nor face.
fn child() -> Dump {
    let mut dump = honest(CardKind::RESIDENCE1);
    dump.keep(files::SIGNATURE_1.name, filled(&[0xDA, 0, 0xDB, 0], 1464));
    dump.keep(files::FACE_1.name, filled(&[], 3004));
    dump
}

fn warned(dump: &Dump) -> Vec<(&'static str, String)> {
    judged(dump).warnings.iter().map(|warning| (warning.file, warning.detail.clone())).collect()
}

fn item<'a>(findings: &'a Findings, id: &str) -> Option<&'a ItemValue> {
    findings.items.iter().find(|item| item.id == id).map(|item| &item.value)
}

fn is_term(value: Option<&ItemValue>, wanted: &str) -> bool {
    matches!(value, Some(ItemValue::Term { id, .. }) if *id == wanted)
}

#[test]
fn a_signature_file_without_content_is_a_childs_only_in_its_two_forms() {
    let not_signed = Verdict::NotDone(Why::NotSigned);
    let malformed = Verdict::Failed(Reason::Malformed);
    for (bytes, expected) in [
        (&[0xDA, 0, 0xDB, 0][..], not_signed),
        (&[0xDA, 0], not_signed),
        // A tag that is not known beside the same.
        (&[0xDA, 0, 0xDB, 0, 0xC0, 1, b'1'], malformed),
        (&[0xDB, 0], malformed),
    ] {
        let mut dump = child();
        dump.keep(files::SIGNATURE_1.name, filled(bytes, 1464));
        let findings = judged(&dump);
        for id in [CardSignature, CardCertificate] {
            let check = findings.check(id).unwrap();
            assert_eq!(check.verdict, expected, "{id:?} {bytes:02X?}");
            assert_eq!(check.evidence.shown("file").as_deref(), Some("df3/02"), "{id:?} {bytes:02X?}");
            let detail = check.evidence.shown("detail").unwrap_or_default();
            assert_eq!(!detail.is_empty(), expected == malformed, "{id:?} {bytes:02X?} {detail}");
        }
    }
}

#[test]
fn whether_the_cards_own_key_can_prove_anything() {
    assert!(has_key(&honest(CardKind::RESIDENCE1)));
    assert!(!has_key(&child()));
    let mut dump = honest(CardKind::RESIDENCE1);
    dump.keep(files::SIGNATURE_1.name, filled(&[], 1464));
    assert!(!has_key(&dump));
    assert!(!has_key(&Dump::new(CardKind::RESIDENCE1, Scope::FULL, "a test", time())));
}

#[test]
fn what_is_covered_and_how_it_is_signed() {
    for (kind, scheme, files) in [
        (CardKind::RESIDENCE1, "RSA-2048 PKCS#1 v1.5, SHA-256", "df1/05 df1/06"),
        (CardKind::RESIDENCE2, "ECDSA P-384, SHA-256", "df1/03 df1/04"),
    ] {
        let findings = judged(&honest(kind));
        assert_eq!(findings.overall(), Overall::Authentic);
        let evidence = &findings.check(CardSignature).unwrap().evidence;
        assert_eq!(evidence.shown("scheme").as_deref(), Some(scheme));
        assert_eq!(evidence.shown("covers").as_deref(), Some(files));
    }
    let front = || Record::decode(&files::FRONT, &[]);
    let face = || Record::decode(&files::FACE_1, &[]);
    let kind = || Record::decode(&files::KIND_1, &[]);
    assert_eq!(covered(Generation::First, &[kind(), front()]), ["df1/05"]);
    assert_eq!(covered(Generation::First, &[kind(), face(), front()]), ["df1/05", "df1/06"]);
    assert_eq!(covered(Generation::First, &[kind()]), [""; 0]);
}

#[test]
fn what_a_childs_card_holds_in_place_of_photo_and_signature_is_not_odd_and_all_else_is() {
    assert_eq!(warned(&child()), []);
    let other = |file: &files::File, bytes: Vec<u8>| {
        let mut dump = child();
        dump.keep(file.name, bytes);
        warned(&dump)
    };
    let blank = |file| vec![(file, format!("{file}, byte 0: the file holds nothing but zeros"))];
    assert_eq!(other(&files::COMMON_DATA, filled(&[], 6)), blank("mf/0B"));
    let long = |file, size| vec![(file, format!("{file}, byte {size}: {} bytes instead of {size}", size + 1))];
    assert_eq!(other(&files::FACE_1, filled(&[], 3005)), long("df1/06", 3004));
    assert_eq!(other(&files::SIGNATURE_1, filled(&[0xDA, 0], 1465)), long("df3/02", 1464));
    let address = [&[0xD2, 8][..], b"20260401", &[0xD3, 6], b"131016"].concat();
    assert_eq!(
        other(&files::ADDRESS, filled(&address, 342)),
        [("df2/01", "df2/01, byte 0: tag D4 is missing".to_owned())]
    );
    // None of it is a child's on a card that is signed.
    let mut signed = honest(CardKind::RESIDENCE1);
    signed.keep(files::FACE_1.name, filled(&[], 3004));
    assert_eq!(warned(&signed), blank("df1/06"));
}

#[test]
fn permissions_that_are_none_are_shown_and_other_fields_that_are_empty_are_not() {
    let mut dump = honest(CardKind::RESIDENCE1);
    dump.keep(files::COMPREHENSIVE.name, filled(&[], 122));
    dump.keep(files::INDIVIDUAL.name, filled(&[0xD6, 120], 122));
    let address = [&[0xD2, 8][..], &[0; 8], &[0xD3, 6], b"131016", &[0xD4, 0x82, 1, 0x40]].concat();
    dump.keep(files::ADDRESS.name, filled(&address, 342));
    let findings = judged(&dump);
    for id in ["comprehensive_permission", "individual_permission"] {
        assert!(is_term(item(&findings, id), "none"), "{id}");
    }
    assert_eq!(item(&findings, "address_date"), None);
    assert!(matches!(item(&findings, "municipality"), Some(ItemValue::Text(text)) if text.text == "131016"));
}

#[test]
fn codes_that_the_table_does_not_have_and_the_one_of_no_state() {
    let mut dump = honest(CardKind::RESIDENCE1);
    dump.keep(files::RENEWAL_1.name, vec![0xD7, 1, b'7']);
    let unknown = ItemValue::Code { code: "7".to_owned(), remark: remarks::UNKNOWN };
    assert_eq!(item(&judged(&dump), "renewal"), Some(&unknown));
    let of = |nationality: &str| {
        let holder = ResidenceHolder { nationality: nationality.to_owned(), ..ResidenceHolder::from_seed(7) };
        item(&judged(&card_of(CardKind::RESIDENCE2, holder)), "nationality").cloned()
    };
    assert!(is_term(of("XXX").as_ref(), "stateless"));
    assert_eq!(of("UTO"), Some(ItemValue::Code { code: "UTO".to_owned(), remark: remarks::ISO_3166 }));
}

#[test]
fn notes_name_only_what_such_a_card_has() {
    for (kind, before, last, permissions) in [
        (CardKind::RESIDENCE1, &["copy", "front-only", "unsigned-kind"][..], "unsigned-back", true),
        (CardKind::RESIDENCE1_SPECIAL, &["copy", "front-only", "unsigned-kind"], "unsigned-back", false),
        (CardKind::RESIDENCE2, &["copy"], "unsigned-number", true),
        (CardKind::RESIDENCE2_SPECIAL, &["copy"], "unsigned-number", false),
    ] {
        let findings = judged(&honest(kind));
        let ids: Vec<_> = findings.notes.iter().map(|note| note.id).collect();
        assert!(ids.starts_with(&[before, &[last]].concat()), "{kind} {ids:?}");
        let unsigned = findings.notes.iter().find(|note| note.id == last).unwrap();
        // Only a 在留カード has permissions and renewals.
        assert_eq!(
            unsigned.text.en.contains("permissions, renewal") || unsigned.text.en.contains("permissions and renewal"),
            permissions,
            "{kind}"
        );
        assert_eq!(ids.contains(&"renewal"), permissions, "{kind} {ids:?}");
    }
}
