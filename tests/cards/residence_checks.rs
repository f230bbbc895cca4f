//! Checks of residence cards over dumps made from issued files: what each state of the data must say, by the check's id;
//! and that nothing that was changed ever passes.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use proptest::prelude::*;
use taimen::{
    cards::{
        self, Findings, ItemValue, PictureFormat, Sex,
        residence_card::files::{self, File, Generation},
    },
    crypto::EcdsaForm,
    dump::{Dump, NotRead, Scope},
    kind::CardKind,
    simulator::{
        cards::residence_card::{
            IssuedResidence, ResidenceHolder, ResidenceOrder, ResidenceProfile, issue, leaf,
            profile::{Nothing, SignatureForm, Unsigned},
        },
        certificate::{BasicConstraints, OuterForm, PoolKey, last_second, midnight, usage},
        keys,
    },
    trust::{Hierarchy, Material, Purpose, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

use CheckId::{CardCertificate, CardSignature, NotExpired, Revocation};
use Verdict::{Failed, NotDone, Passed};

const SIGNED_KINDS: [CardKind; 4] =
    [CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL, CardKind::RESIDENCE2, CardKind::RESIDENCE2_SPECIAL];

const DEPENDS: Verdict = NotDone(Why::DependsOn(CardCertificate));

fn now() -> Timestamp {
    "2026-11-22T03:00:00Z".parse().unwrap()
}

fn shipped() -> TrustStore {
    TrustStore::shipped().unwrap()
}

fn simulated() -> TrustStore {
    crate::common::trust::simulated_trust()
}

/// A holder whose every field says something.
fn holder() -> ResidenceHolder {
    ResidenceHolder {
        sex: b'3',
        nationality: "UTO".to_owned(),
        status: "9912345678".to_owned(),
        period: "0103".to_owned(),
        permission_type: "01".to_owned(),
        work: b'4',
        comprehensive: b'1',
        individual: b'1',
        renewal: true,
        remark: true,
        ..ResidenceHolder::from_seed(7)
    }
}

fn order(kind: CardKind, profile: &ResidenceProfile) -> ResidenceOrder {
    ResidenceOrder::new(kind, holder(), profile)
}

fn dump_of(kind: CardKind, issued: &IssuedResidence) -> Dump {
    let mut dump = Dump::new(kind, Scope::FULL, "a test", now());
    for file in &issued.files {
        dump.keep(file.file().name, file.encode());
    }
    dump
}

/// A dump whose order, profile or files were changed as told.
fn dump_with(
    kind: CardKind,
    prepare: impl Fn(&mut ResidenceOrder, &mut ResidenceProfile),
    tamper: impl Fn(&mut IssuedResidence),
) -> Dump {
    let mut profile = ResidenceProfile::default();
    let mut order = order(kind, &profile);
    prepare(&mut order, &mut profile);
    let mut issued = issue(&order, &profile).unwrap();
    tamper(&mut issued);
    dump_of(kind, &issued)
}

/// An honest card, issued once a kind.
fn honest(kind: CardKind) -> Dump {
    static ISSUED: Mutex<BTreeMap<&str, Dump>> = Mutex::new(BTreeMap::new());
    let mut issued = ISSUED.lock().unwrap_or_else(PoisonError::into_inner);
    issued.entry(kind.as_str()).or_insert_with(|| dump_with(kind, |_, _| {}, |_| {})).clone()
}

fn prepared(kind: CardKind, prepare: impl Fn(&mut ResidenceOrder, &mut ResidenceProfile)) -> Dump {
    dump_with(kind, prepare, |_| {})
}

fn judged(dump: &Dump) -> Findings {
    cards::check(dump, &simulated(), Basis::Live(now())).unwrap()
}

fn bytes<'a>(dump: &'a mut Dump, file: &File) -> &'a mut Vec<u8> {
    dump.files_mut().find(|(name, _)| *name == file.name).unwrap().1
}

/// The card of another holder with another portrait.
fn another(kind: CardKind) -> Dump {
    let mut holder = ResidenceHolder::from_seed(8);
    holder.portrait = self::holder().portrait + 1;
    let order = ResidenceOrder::new(kind, holder, &ResidenceProfile::default());
    dump_of(kind, &issue(&order, &ResidenceProfile::default()).unwrap())
}

/// The verdicts of signature, certificate and, of the second generation, expiry.
fn verdicts(findings: &Findings) -> [Option<Verdict>; 3] {
    [CardSignature, CardCertificate, NotExpired].map(|id| findings.verdict(id))
}

#[track_caller]
fn expect(dump: &Dump, signature: Verdict, certificate: Verdict, overall: Overall) -> Findings {
    let findings = judged(dump);
    let found = verdicts(&findings);
    assert_eq!((found[0], found[1]), (Some(signature), Some(certificate)), "{:#?}", findings.checks);
    assert_eq!(findings.overall(), overall);
    findings
}

fn generation(kind: CardKind) -> Generation {
    Generation::of(kind).unwrap()
}

fn signature_file(kind: CardKind) -> File {
    if generation(kind) == Generation::First { files::SIGNATURE_1 } else { files::SIGNATURE_2 }
}

#[test]
fn honest_cards_are_authentic_by_each_required_check() {
    for kind in SIGNED_KINDS {
        let findings = expect(&honest(kind), Passed, Passed, Overall::Authentic);
        let second = generation(kind) == Generation::Second;
        assert_eq!(findings.verdict(NotExpired), second.then_some(Passed), "{kind}");
        assert_eq!(findings.verdict(Revocation), Some(NotDone(Why::NotAvailable)));
        assert_eq!((findings.kind, findings.hierarchy), (kind, Some(Hierarchy::Simulated)));
        assert_eq!(findings.warnings, [], "{kind}");
        let of = |id: CheckId| findings.check(id).unwrap().evidence.clone();
        let signature = of(CardSignature);
        let (form, covers) = if second { ("form", "df1/03 df1/04") } else { ("encoding", "df1/05 df1/06") };
        assert_eq!(signature.shown(form).as_deref(), Some(if second { "fixed" } else { "digest-info" }));
        assert_eq!(signature.shown("covers").as_deref(), Some(covers));
        let certificate = of(CardCertificate);
        assert_eq!(certificate.shown("anchor_hierarchy").as_deref(), Some("simulated"));
        assert_eq!(certificate.shown("anchor_official").as_deref(), Some("no"));
        let anchor = certificate.shown("anchor_sha256").unwrap();
        assert!(shipped().anchors().iter().any(|known| known.material.sha256() == anchor));
        for name in ["certificate_subject", "certificate_issuer", "certificate_serial", "not_before", "not_after"] {
            assert!(!certificate.shown(name).unwrap().is_empty(), "{name}");
        }
        let ids: Vec<&str> = findings.notes.iter().map(|note| note.id).collect();
        assert!(ids.starts_with(&["copy"]), "{ids:?}");
        assert!(ids.contains(&"not-production") && ids.contains(&"revocation"), "{ids:?}");
        assert!(ids.contains(&if second { "unsigned-number" } else { "front-only" }), "{ids:?}");
    }
}

#[test]
fn other_kinds_are_not_read() {
    let dump = Dump::new(CardKind::RESIDENCE_SPECIFIED, Scope::FULL, "a test", now());
    assert!(cards::check(&dump, &simulated(), Basis::Live(now())).is_none());
}

#[test]
fn what_the_first_generation_says() {
    let findings = judged(&honest(CardKind::RESIDENCE1));
    let address = findings.holder.address.clone().unwrap();
    assert_eq!((&*address.value, address.signed_by), (holder().address.as_str(), None), "the back is not signed");
    assert!(findings.holder.name.is_none() && findings.holder.current.is_none());
    let pictures: Vec<_> = findings.pictures.iter().map(|one| (one.id, one.format, one.bytes.len())).collect();
    assert_eq!(pictures, [("front", PictureFormat::Tiff, 7000), ("photo", PictureFormat::Jpeg2000, 3000)]);
    assert!(findings.pictures.iter().all(|picture| picture.signed_by == Some(CardSignature)));
    let ids: Vec<_> = findings.items.iter().map(|item| item.id).collect();
    assert_eq!(
        ids,
        ["version", "address_date", "municipality", "comprehensive_permission", "individual_permission", "renewal"]
    );
    assert!(findings.items.iter().all(|item| item.signed_by.is_none()));
    assert!(matches!(findings.items[5].value, ItemValue::Term { id: "pending", .. }));
}

#[test]
fn what_the_second_generation_says() {
    let findings = judged(&honest(CardKind::RESIDENCE2));
    let birth = findings.holder.birth_date.clone().unwrap();
    assert_eq!((birth.value, birth.signed_by), (holder().birth, Some(CardSignature)));
    let sex = findings.holder.sex.clone().unwrap();
    assert_eq!((sex.value, sex.signed_by), (Sex::Unspecified, Some(CardSignature)));
    assert!(findings.holder.address.is_none(), "it is a picture");
    let pictures: Vec<_> = findings.pictures.iter().map(|one| (one.id, one.format, one.signed_by)).collect();
    assert_eq!(
        pictures,
        [
            ("name", PictureFormat::Tiff, Some(CardSignature)),
            ("photo", PictureFormat::Jpeg2000, Some(CardSignature)),
            ("address", PictureFormat::Tiff, None),
        ]
    );
    let shown: Vec<_> = findings
        .items
        .iter()
        .map(|item| {
            let value = match &item.value {
                ItemValue::Term { id, .. } => (*id).to_owned(),
                other => other.plain(taimen::lang::Lang::En),
            };
            (item.id, value, item.signed_by.is_some())
        })
        .collect();
    let holder = holder();
    let expected = [
        ("version", "0002", false),
        ("card_number", holder.number.as_str(), false),
        ("expiry", &holder.expiry.to_string(), true),
        ("nationality", "UTO", true),
        ("residence_status", "9912345678", true),
        ("period_of_stay", "1 year 3 months", true),
        ("permission_type", "01", true),
        ("permission_date", &holder.permitted.to_string(), true),
        ("work", "per-designation", true),
        ("stay_expiry", &holder.expiry.to_string(), true),
        ("comprehensive_permission", "28-hours", false),
        ("comprehensive_expiry", &holder.expiry.to_string(), false),
        ("individual_permission", "permitted", false),
        ("renewal", "pending", false),
        ("remark", "present", false),
    ];
    let expected: Vec<_> = expected.iter().map(|(id, value, signed)| (*id, (*value).to_owned(), *signed)).collect();
    // The reserved text is of no fixed content.
    let shown: Vec<_> = shown.into_iter().filter(|(id, ..)| *id != "reserved").collect();
    assert_eq!(shown, expected);
    let code = |id| match &findings.items.iter().find(|item| item.id == id).unwrap().value {
        ItemValue::Code { remark, .. } => remark.en,
        other => panic!("{other:?}"),
    };
    assert_eq!(code("residence_status"), "table not public");
    assert_eq!(code("permission_type"), "table not public");
    assert!(code("nationality").contains("ISO 3166"));
}

#[test]
fn either_block_and_either_form_and_no_other() {
    for kind in SIGNED_KINDS {
        let dump = prepared(kind, |_, profile| {
            (profile.signature, profile.certificate_length) = (SignatureForm::Other, 590);
        });
        let findings = expect(&dump, Passed, Passed, Overall::Authentic);
        let evidence = &findings.check(CardSignature).unwrap().evidence;
        let (name, value) =
            if generation(kind) == Generation::First { ("encoding", "bare-hash") } else { ("form", "der") };
        assert_eq!(evidence.shown(name).as_deref(), Some(value));
    }
    // SHA-256 of the message behind other prefixes than the two: good padding, so a third form is possible; never a pass.
    let message = |dump: &Dump| {
        let value = |file: &File| dump.file(file.name).unwrap()[4..].to_vec();
        [value(&files::FRONT), value(&files::FACE_1)].concat()
    };
    let mut dump = honest(CardKind::RESIDENCE1);
    let hash = taimen::crypto::sha256(&[&message(&dump)]);
    let info = taimen::crypto::sha256_digest_info(&hash);
    let signer = keys::signer("zairyu-signer").unwrap();
    let without_null = [&[0x30, 0x2F, 0x30, 0x0B][..], &info[4..15], &info[17..]].concat();
    let other = taimen::crypto::sha256(&[b"other data"]);
    let unknown = NotDone(Why::LayoutUnknown);
    for (block, expected) in [
        (info.clone(), Passed),
        (hash.to_vec(), Passed),
        (taimen::crypto::sha256_digest_info(&other), Failed(Reason::SignatureMismatch)),
        (other.to_vec(), Failed(Reason::SignatureMismatch)),
        (without_null, unknown),
        ([&[0_u8][..], &hash].concat(), unknown),
        ([&hash[..], &[0]].concat(), unknown),
        ([&info[..], &hash].concat(), unknown),
        (info[2..].to_vec(), unknown),
        (hash[..31].to_vec(), unknown),
    ] {
        let signature = signer.sign_padded(&block).unwrap();
        bytes(&mut dump, &files::SIGNATURE_1)[4..260].copy_from_slice(&signature);
        let findings = judged(&dump);
        assert_eq!(findings.verdict(CardSignature), Some(expected), "{} bytes", block.len());
        let detail = findings.check(CardSignature).unwrap().evidence.shown("detail");
        assert_eq!(
            detail.as_deref().is_some_and(|detail| detail.contains("good padding")),
            expected == unknown,
            "{detail:?}"
        );
    }
}

/// The signature file of generation 2 with another value of DC.
fn with_dc(dump: &Dump, dc: &[u8]) -> Dump {
    let mut dump = dump.clone();
    let file = bytes(&mut dump, &files::SIGNATURE_2);
    let rest = file[98..].to_vec();
    *file = [&[0xDC, u8::try_from(dc.len()).unwrap()], dc, &rest].concat();
    file.truncate(704);
    dump
}

#[test]
fn signatures_of_the_second_generation() {
    // A short certificate leaves room for a longer signature.
    let dump = prepared(CardKind::RESIDENCE2, |_, profile| profile.certificate_length = 590);
    let fixed = dump.file(files::SIGNATURE_2.name).unwrap()[2..98].to_vec();
    let der = prepared(CardKind::RESIDENCE2, |_, profile| {
        (profile.signature, profile.certificate_length) = (SignatureForm::Other, 590);
    });
    let der_file = der.file(files::SIGNATURE_2.name).unwrap();
    let der = der_file[2..2 + usize::from(der_file[1])].to_vec();
    let zero_r = [&[0; 48][..], &fixed[48..]].concat();
    let zero_s = [&fixed[..48], &[0; 48]].concat();
    let swapped = [&fixed[48..], &fixed[..48]].concat();
    let mismatch = Failed(Reason::SignatureMismatch);
    let malformed = Failed(Reason::Malformed);
    for (dc, expected, what) in [
        (fixed.clone(), Passed, "fixed"),
        (der.clone(), Passed, "DER"),
        ([&der[..], &[0, 0]].concat(), Passed, "DER, zeros behind it"),
        ([&der[..], &[1]].concat(), mismatch, "DER, something behind it"),
        (der[..der.len() - 1].to_vec(), mismatch, "DER, cut"),
        (zero_r, mismatch, "r is zero"),
        (zero_s, mismatch, "s is zero"),
        (swapped, mismatch, "s and r"),
        (fixed[..95].to_vec(), mismatch, "95 bytes"),
        ([&fixed[..], &[0]].concat(), mismatch, "97 bytes"),
        (vec![0; 96], malformed, "zeros"),
        (vec![0xFF; 96], mismatch, "ones"),
        (vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00], mismatch, "DER of zeros"),
    ] {
        assert_eq!(judged(&with_dc(&dump, &dc)).verdict(CardSignature), Some(expected), "{what}");
    }
}

#[test]
fn every_byte_that_is_signed_and_every_byte_of_the_signature() {
    for kind in [CardKind::RESIDENCE1, CardKind::RESIDENCE2, CardKind::RESIDENCE2_SPECIAL] {
        let signed: &[File] = match kind {
            CardKind::RESIDENCE1 => &[files::FRONT, files::FACE_1, files::SIGNATURE_1],
            CardKind::RESIDENCE2 => &[files::ENTRIES_05, files::NAME_AND_FACE, files::SIGNATURE_2],
            _ => &[files::ENTRIES_05],
        };
        let trust = simulated();
        let honest = honest(kind);
        for file in signed {
            let length = honest.file(file.name).unwrap().len();
            // Every byte up to the end of the entries and of the signature; the pictures and the certificate by prime steps.
            let step = |at: usize| if at < 110 || (at < 270 && length < 2000) { 1 } else { 101 };
            let mut at = 0;
            while at < length {
                let mut dump = honest.clone();
                bytes(&mut dump, file)[at] ^= 1 << (at % 8);
                let findings = cards::check(&dump, &trust, Basis::Live(now())).unwrap();
                // The length of the certificate's field is not signed, as long as the certificate is all there.
                let same = signature_values(&dump) == signature_values(&honest)
                    && signed_values(&dump) == signed_values(&honest);
                if !same || file.name != signature_file(kind).name {
                    assert_ne!(findings.overall(), Overall::Authentic, "{kind} {} byte {at}", file.name);
                }
                at += step(at);
            }
        }
    }
}

#[test]
fn what_nothing_signs_may_change_and_is_marked_so() {
    for kind in SIGNED_KINDS {
        let dump = dump_with(
            kind,
            |_, _| {},
            |issued| {
                issued.set(&[files::ADDRESS], "address", "架空県偽造市９９".as_bytes());
                issued.set(&[files::ADDRESS_PICTURE], "address", b"II*\0 no picture at all");
                issued.set(&[files::NUMBER], "card_number", b"ZX00000000ZX");
                issued.set(&[files::COMPREHENSIVE], "comprehensive_permission", "見本".as_bytes());
                issued.set(&[files::RENEWAL_1], "renewal", b"0");
                issued.set(&[files::PERMISSIONS], "individual_permission", b"0");
            },
        );
        let findings = expect(&dump, Passed, Passed, Overall::Authentic);
        let unsigned = ["address", "card_number", "comprehensive_permission", "renewal", "individual_permission"];
        assert!(findings.items.iter().filter(|item| unsigned.contains(&item.id)).all(|item| item.signed_by.is_none()));
        assert!(findings.pictures.iter().filter(|one| one.id == "address").all(|one| one.signed_by.is_none()));
        assert!(findings.holder.address.iter().all(|address| address.signed_by.is_none()));
    }
}

#[test]
fn parts_of_another_card() {
    for kind in SIGNED_KINDS {
        let other = another(kind);
        let files: &[File] = match generation(kind) {
            Generation::First => &[files::FRONT, files::FACE_1],
            Generation::Second => &[files::ENTRIES_05, files::NAME_AND_FACE],
        };
        for file in files.iter().chain([&signature_file(kind)]) {
            let mut mixed = honest(kind);
            let theirs = other.file(file.name).unwrap();
            assert!(mixed.file(file.name) != Some(theirs), "{}", file.name);
            mixed.keep(file.name, theirs.to_vec());
            expect(&mixed, Failed(Reason::SignatureMismatch), Passed, Overall::Rejected);
        }
    }
    // The photo alone, in the file that also holds the name.
    let other = another(CardKind::RESIDENCE2);
    let mut mixed = honest(CardKind::RESIDENCE2);
    let photo = other.file(files::NAME_AND_FACE.name).unwrap()[2504..].to_vec();
    bytes(&mut mixed, &files::NAME_AND_FACE)[2504..].copy_from_slice(&photo);
    expect(&mixed, Failed(Reason::SignatureMismatch), Passed, Overall::Rejected);
}

#[test]
fn bytes_moved_from_one_field_to_the_next() {
    // Generation 1: the last byte of the front becomes the first of the face; the hashed bytes stay the same.
    let mut dump = honest(CardKind::RESIDENCE1);
    let front = bytes(&mut dump, &files::FRONT);
    let moved = front.pop().unwrap();
    front[2..4].copy_from_slice(&6999_u16.to_be_bytes());
    let face = bytes(&mut dump, &files::FACE_1);
    face[2..4].copy_from_slice(&3001_u16.to_be_bytes());
    face.insert(4, moved);
    expect(&dump, Failed(Reason::Malformed), Passed, Overall::Rejected);

    // Generation 2: the tags of expiry and birth date exchanged, their values where they were.
    let mut dump = honest(CardKind::RESIDENCE2);
    let entries = bytes(&mut dump, &files::ENTRIES_05);
    (entries[0], entries[10]) = (0xC6, 0xC5);
    // The birth date stands as the expiry now, so the card has expired too.
    let findings = expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Rejected);
    assert_eq!(findings.verdict(NotExpired), Some(Failed(Reason::Expired)));
    assert_eq!(findings.holder.birth_date.as_ref().unwrap().value, holder().expiry, "shown as the tags say");

    // One entry longer, the next shorter.
    let mut dump = honest(CardKind::RESIDENCE2);
    let entries = bytes(&mut dump, &files::ENTRIES_05);
    let at = 20;
    assert_eq!((entries[at], entries[at + 1], entries[at + 3], entries[at + 4]), (0xC7, 1, 0xC8, 3));
    let nationality = entries[at + 5];
    entries.splice(at..at + 8, [&[0xC7, 2, entries[at + 2], nationality, 0xC8, 2], &entries[at + 6..at + 8]].concat());
    expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);

    // Face and name: 3000 and 2500 bytes under each other's tags.
    let mut dump = honest(CardKind::RESIDENCE2);
    let file = bytes(&mut dump, &files::NAME_AND_FACE);
    let (name, face) = file.split_at(2504);
    *file = [face, name].concat();
    expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);
}

#[test]
fn the_shorter_entries_do_not_pass_for_longer_ones_that_say_nothing() {
    let mut dump = honest(CardKind::RESIDENCE2_SPECIAL);
    dump.kind = CardKind::RESIDENCE2;
    let entries = bytes(&mut dump, &files::ENTRIES_05);
    for (tag, size) in [(0xCA, 2), (0xCB, 8), (0xCC, 1), (0xCD, 8)] {
        entries.extend([&[tag, size][..], &vec![0; usize::from(size)]].concat());
    }
    assert_eq!(entries.len(), files::ENTRIES_05.extent.bytes());
    expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);
}

#[test]
fn doubled_and_unknown_tags_in_a_signed_file() {
    let mut dump = honest(CardKind::RESIDENCE2);
    let entries = bytes(&mut dump, &files::ENTRIES_05);
    entries.extend([0xC5, 8]);
    entries.extend(b"20991231");
    let findings = expect(&dump, Failed(Reason::Malformed), Passed, Overall::Rejected);
    assert!(findings.warnings.iter().any(|warning| warning.detail.contains("tag C5 appears twice")), "{findings:?}");

    let mut dump = honest(CardKind::RESIDENCE2);
    bytes(&mut dump, &files::ENTRIES_05).extend([0xCF, 1, b'1']);
    let findings = expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);
    assert!(findings.warnings.iter().any(|warning| warning.detail.contains("tag CF is not known")));

    let mut dump = honest(CardKind::RESIDENCE1);
    bytes(&mut dump, &files::FRONT).extend([0xD1, 1, 0]);
    expect(&dump, Failed(Reason::Malformed), Passed, Overall::Rejected);
    let mut dump = honest(CardKind::RESIDENCE1);
    bytes(&mut dump, &files::FRONT).extend([0, 0, 1]);
    expect(&dump, Failed(Reason::Malformed), Passed, Overall::Rejected);
}

#[test]
fn lengths_that_are_not_minimal() {
    let mut dump = honest(CardKind::RESIDENCE2);
    let entries = bytes(&mut dump, &files::ENTRIES_05);
    entries.splice(0..2, [0xC5, 0x82, 0x00, 0x08]);
    let signature = bytes(&mut dump, &files::SIGNATURE_2);
    signature.splice(0..2, [0xDC, 0x81, 0x60]);
    signature.truncate(704);
    let findings = judged(&dump);
    // The file is two bytes longer than any card's.
    assert_eq!(verdicts(&findings), [Some(NotDone(Why::LayoutUnknown)), Some(Passed), Some(Passed)]);
    let mut dump = honest(CardKind::RESIDENCE1);
    let signature = bytes(&mut dump, &files::SIGNATURE_1);
    assert_eq!(signature[..4], [0xDA, 0x82, 0x01, 0x00]);
    bytes(&mut dump, &files::RENEWAL_1).splice(1..2, [0x81, 0x01]);
    expect(&dump, Passed, Passed, Overall::Authentic);
}

#[test]
fn cards_of_children() {
    for unsigned in [Unsigned::Both, Unsigned::First] {
        for face in [Nothing::EmptyObject, Nothing::Zeros, Nothing::ZeroValues, Nothing::Absent] {
            let mut dump = prepared(CardKind::RESIDENCE1_CHILD, |_, profile| {
                (profile.unsigned, profile.child_face) = (unsigned, face);
            });
            let not_signed = NotDone(Why::NotSigned);
            for read_as in [CardKind::RESIDENCE1, CardKind::RESIDENCE1_CHILD] {
                dump.kind = read_as;
                let findings = expect(&dump, not_signed, not_signed, Overall::Undetermined);
                assert_eq!(findings.kind, CardKind::RESIDENCE1_CHILD);
                assert_eq!(findings.check(CardSignature).unwrap().evidence.shown("photo").as_deref(), Some("none"));
                assert!(findings.picture("photo").is_none() && findings.picture("front").is_some());
                assert!(findings.notes.iter().any(|note| note.id == "not-signed"));
                assert_eq!(findings.warnings, [], "{unsigned:?} {face:?}");
                assert_eq!(findings.hierarchy, None);
            }
            dump.kind = CardKind::RESIDENCE1_SPECIAL;
            let findings = expect(&dump, not_signed, not_signed, Overall::Undetermined);
            assert_eq!(findings.kind, CardKind::RESIDENCE1_SPECIAL, "there is no name for its child's card");
        }
    }
}

#[test]
fn a_dump_cannot_claim_to_be_a_childs() {
    let mut dump = honest(CardKind::RESIDENCE1);
    dump.kind = CardKind::RESIDENCE1_CHILD;
    let findings = expect(&dump, Passed, Passed, Overall::Authentic);
    assert_eq!(findings.kind, CardKind::RESIDENCE1);
    // An adult's card whose signature was taken out.
    let mut dump = honest(CardKind::RESIDENCE1);
    let file = bytes(&mut dump, &files::SIGNATURE_1);
    file.fill(0);
    file[0] = 0xDA;
    let findings = expect(&dump, NotDone(Why::NotSigned), NotDone(Why::NotSigned), Overall::Undetermined);
    assert_eq!(findings.check(CardSignature).unwrap().evidence.shown("photo").as_deref(), Some("present"));
    assert!(findings.warnings.iter().any(|warning| warning.detail.contains("photo without a signature")));
}

#[test]
fn a_signature_file_that_is_no_childs() {
    let malformed = Failed(Reason::Malformed);
    for kind in SIGNED_KINDS {
        let file = signature_file(kind);
        let mut zeros = honest(kind);
        bytes(&mut zeros, &file).fill(0);
        expect(&zeros, malformed, malformed, Overall::Rejected);

        let mut none = honest(kind);
        none.keep(file.name, Vec::new());
        expect(&none, malformed, malformed, Overall::Rejected);

        let mut alone = honest(kind);
        let end = if generation(kind) == Generation::First { 260 } else { 98 };
        bytes(&mut alone, &file)[end..].fill(0);
        let findings = expect(&alone, DEPENDS, malformed, Overall::Rejected);
        assert!(
            findings.warnings.iter().any(|warning| warning.detail.contains("is missing")),
            "{:?}",
            findings.warnings
        );

        let mut cut = honest(kind);
        bytes(&mut cut, &file).truncate(end + 100);
        let findings = expect(&cut, malformed, malformed, Overall::Rejected);
        assert!(findings.warnings.iter().any(|warning| warning.detail.contains("runs past the end")));

        let mut garbage = honest(kind);
        bytes(&mut garbage, &file)[end + 4..].fill(0xA5);
        let other = if generation(kind) == Generation::First { DEPENDS } else { malformed };
        expect(&garbage, other, malformed, Overall::Rejected);
    }
}

#[test]
fn files_that_were_not_read() {
    for kind in SIGNED_KINDS {
        let not_read = NotDone(Why::NotRead);
        let without = |file: &File, why: NotRead| {
            let full = honest(kind);
            let mut dump = Dump::new(kind, Scope::FULL, "a test", now());
            for other in files::files_of(kind).iter().filter(|other| other.name != file.name) {
                dump.keep(other.name, full.file(other.name).unwrap().to_vec());
            }
            dump.lacks(file.name, why);
            dump
        };
        let status = || NotRead::Status { status: "6A82".to_owned() };
        let dump = without(&signature_file(kind), status());
        expect(&dump, not_read, not_read, Overall::Undetermined);
        let signed = if generation(kind) == Generation::First { files::FACE_1 } else { files::NAME_AND_FACE };
        let findings = expect(&without(&signed, status()), not_read, Passed, Overall::Undetermined);
        assert_eq!(findings.check(CardSignature).unwrap().evidence.shown("status").as_deref(), Some("6A82"));
        assert!(findings.notes.iter().any(|note| note.id == "no-face"));
        // Nothing that was signed has been seen: no forgery.
        let unreadable = || NotRead::Unreadable { detail: "not one encrypted object".to_owned() };
        expect(&without(&signature_file(kind), unreadable()), not_read, not_read, Overall::Undetermined);
        let findings = expect(&without(&signed, unreadable()), not_read, Passed, Overall::Undetermined);
        assert_eq!(
            findings.check(CardSignature).unwrap().evidence.shown("detail").as_deref(),
            Some("not one encrypted object")
        );
        let broken = NotRead::Malformed { detail: "cut off".to_owned() };
        expect(&without(&signed, broken), Failed(Reason::Malformed), Passed, Overall::Rejected);
        if generation(kind) == Generation::Second {
            let findings = judged(&without(&files::ENTRIES_05, status()));
            assert_eq!(verdicts(&findings), [Some(not_read), Some(Passed), Some(not_read)]);
            assert!(findings.holder.birth_date.is_none());
        }
        let nothing = judged(&Dump::new(kind, Scope::FULL, "a test", now()));
        assert_eq!(nothing.overall(), Overall::Undetermined);
        assert!(nothing.checks.iter().all(|check| matches!(check.verdict, NotDone(_))));
    }
}

#[test]
fn signed_files_of_zeros() {
    for (kind, file) in [
        (CardKind::RESIDENCE1, files::FRONT),
        (CardKind::RESIDENCE1, files::FACE_1),
        (CardKind::RESIDENCE2, files::ENTRIES_05),
        (CardKind::RESIDENCE2, files::NAME_AND_FACE),
    ] {
        let mut dump = honest(kind);
        bytes(&mut dump, &file).fill(0);
        let findings = expect(&dump, Failed(Reason::Malformed), Passed, Overall::Rejected);
        let warned =
            findings.warnings.iter().any(|one| one.file == file.name && one.detail.contains("nothing but zeros"));
        assert!(warned, "{:?}", findings.warnings);
    }
}

#[test]
fn files_of_zeros_that_mean_none() {
    let dump = dump_with(
        CardKind::RESIDENCE1,
        |_, _| {},
        |issued| {
            for file in [files::ADDRESS, files::COMPREHENSIVE, files::INDIVIDUAL] {
                issued.file_mut(&file).unwrap().replace(Vec::new());
            }
        },
    );
    let findings = expect(&dump, Passed, Passed, Overall::Authentic);
    assert_eq!(findings.warnings, []);
    assert!(findings.holder.address.is_none());
    let none = |id: &str| {
        let item = findings.items.iter().find(|item| item.id == id);
        matches!(item.map(|item| &item.value), Some(ItemValue::Term { id: "none", .. }))
    };
    assert!(none("comprehensive_permission") && none("individual_permission"));
    assert!(!findings.items.iter().any(|item| item.id == "address_date" || item.id == "municipality"));
}

#[test]
fn a_signature_beside_no_face() {
    for kind in [CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL] {
        let mut dump = honest(kind);
        let face = bytes(&mut dump, &files::FACE_1);
        face.fill(0);
        face[0] = 0xD1;
        let findings = expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);
        let evidence = &findings.check(CardSignature).unwrap().evidence;
        assert_eq!(
            (evidence.shown("file").as_deref(), evidence.shown("detail").as_deref()),
            (Some("df1/06"), Some("a signature, but no face"))
        );
        let warned: Vec<_> = findings.warnings.iter().map(|one| (one.file, one.detail.as_str())).collect();
        assert_eq!(warned, [("df1/06", "a signature, but no face")]);
        // Something after the empty object is no such file.
        bytes(&mut dump, &files::FACE_1)[100] = 0x55;
        expect(&dump, Failed(Reason::Malformed), Passed, Overall::Rejected);
    }
}

#[test]
fn infants_of_the_second_generation() {
    // Zeros of full length are a layout that the table has, and the issuer signed them.
    let infant = |nothing| {
        prepared(CardKind::RESIDENCE2, move |order, profile| (order.photo, profile.infant_face) = (None, nothing))
    };
    let findings = expect(&infant(Nothing::Zeros), Passed, Passed, Overall::Authentic);
    assert!(findings.picture("photo").is_none());
    assert!(findings.notes.iter().any(|note| note.id == "no-face"));
    assert!(findings.warnings.iter().any(|warning| warning.detail == "df1/04, byte 2504: tag D1 is empty"));
    // What is signed if there is no picture at all is not known.
    expect(&infant(Nothing::EmptyObject), NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);
    // A signature over everything but the face, beside a face of zeros; and one that is none at all.
    let mut dump = infant(Nothing::Zeros);
    let pictures = dump.file(files::NAME_AND_FACE.name).unwrap().to_vec();
    let entries = dump.file(files::ENTRIES_05.name).unwrap().to_vec();
    let values = files::ENTRIES_05.own.fields.iter().scan(0, |at, field| {
        let from = *at + 2;
        *at = from + field.size;
        Some(entries[from..*at].to_vec())
    });
    let faceless = [values.collect::<Vec<_>>().concat(), pictures[4..2504].to_vec()].concat();
    assert_eq!(faceless.len(), 53 + 2500);
    let signer = keys::ec_signer("zairyu-signer2").unwrap();
    let signature = signer.sign_sha256(&[&faceless], taimen::crypto::EcdsaForm::Fixed).unwrap();
    bytes(&mut dump, &files::SIGNATURE_2)[2..98].copy_from_slice(&signature);
    let findings = expect(&dump, NotDone(Why::LayoutUnknown), Passed, Overall::Undetermined);
    let detail = findings.check(CardSignature).unwrap().evidence.shown("detail").unwrap();
    assert!(detail.contains("no face"), "{detail}");
    // With a face the same signature is one over other data.
    let face = honest(CardKind::RESIDENCE2).file(files::NAME_AND_FACE.name).unwrap()[2508..].to_vec();
    bytes(&mut dump, &files::NAME_AND_FACE)[2508..].copy_from_slice(&face);
    expect(&dump, Failed(Reason::SignatureMismatch), Passed, Overall::Rejected);
    // A card without any signature neither.
    let mut dump = honest(CardKind::RESIDENCE2);
    dump.keep(files::SIGNATURE_2.name, [&[0xDC, 0x00, 0xDD, 0x00][..], &[0; 700]].concat());
    let unknown = NotDone(Why::LayoutUnknown);
    expect(&dump, unknown, unknown, Overall::Undetermined);
}

#[test]
fn expiry_is_counted_in_japan_through_its_day() {
    let dump = honest(CardKind::RESIDENCE2);
    let last = holder().expiry;
    let next = last.tomorrow().unwrap();
    // 00:00 in Japan is 15:00 UTC of the day before.
    let at = |time: String| cards::check(&dump, &simulated(), Basis::Live(time.parse().unwrap())).unwrap();
    let still = at(format!("{last}T14:59:59Z"));
    assert_eq!(still.verdict(NotExpired), Some(Passed));
    let over = at(format!("{last}T15:00:00Z"));
    assert_eq!(over.verdict(NotExpired), Some(Failed(Reason::Expired)));
    assert_eq!(over.overall(), Overall::Rejected);
    let evidence = &over.check(NotExpired).unwrap().evidence;
    assert_eq!(evidence.shown("expiry").as_deref(), Some(last.to_string().as_str()));
    assert_eq!(evidence.shown("judged_on").as_deref(), Some(next.to_string().as_str()));
    assert_eq!(evidence.shown("signed").as_deref(), Some("yes"));
    let broken =
        dump_with(CardKind::RESIDENCE2, |_, _| {}, |issued| issued.set(&[files::ENTRIES_05], "expiry", b"20269999"));
    let findings = judged(&broken);
    assert_eq!(
        verdicts(&findings),
        [Some(Failed(Reason::SignatureMismatch)), Some(Passed), Some(NotDone(Why::LayoutUnknown))]
    );
    let shown = findings.items.iter().find(|item| item.id == "expiry").unwrap();
    assert_eq!(shown.value, ItemValue::Text("20269999".into()), "shown as it stands");
}

#[test]
fn certificates_that_do_not_count() {
    let failed = |reason| (DEPENDS, Failed(reason), Overall::Rejected);
    for kind in SIGNED_KINDS {
        let is_first = generation(kind) == Generation::First;
        let impostor = if is_first { PoolKey::Rsa("impostor") } else { PoolKey::Ec("impostor2") };
        let old = if is_first { PoolKey::Rsa("zairyu-ca-old") } else { PoolKey::Ec("zairyu-ca2-old") };
        let with = |change: &dyn Fn(&mut ResidenceOrder)| prepared(kind, |order, _| change(order));
        let check = |dump: Dump, (signature, certificate, overall)| expect(&dump, signature, certificate, overall);
        check(
            with(&|order| {
                (order.certificate.key, order.signer, order.certificate.signer) = (impostor, impostor, impostor);
            }),
            failed(Reason::SignatureMismatch),
        );
        let no_ca = Some(BasicConstraints { ca: true, path_length: None });
        check(with(&|order| order.certificate.constraints = no_ca), failed(Reason::PathTooLong));
        check(with(&|order| order.certificate.key_usage = Some(usage::CERT_SIGN)), failed(Reason::WrongKeyUsage));
        check(
            with(&|order| order.certificate.authority_key_id = impostor.key_id().ok()),
            failed(Reason::WrongKeyIdentifier),
        );
        let over = |order: &mut ResidenceOrder| {
            order.certificate.signer = old;
            order.certificate.authority_key_id = old.key_id().ok();
            order.certificate.not_before = midnight(2024, 1, 1);
        };
        check(with(&over), failed(Reason::IssuerOver));

        // No end (RFC 5280 4.1.2.5).
        check(with(&|order| order.certificate.not_after = Timestamp::MAX), (Passed, Passed, Overall::Authentic));

        // States of their own: the chain holds, so the signature says what it says.
        let findings = check(
            with(&|order| order.certificate.not_after = last_second(2026, 1, 1)),
            (Passed, NotDone(Why::AnchorExpired), Overall::Undetermined),
        );
        assert_eq!(findings.check(CardCertificate).unwrap().evidence.shown("about").as_deref(), Some("certificate"));
        let expired_ca = |order: &mut ResidenceOrder| {
            order.certificate.signer = old;
            order.certificate.authority_key_id = old.key_id().ok();
        };
        let expired = NotDone(Why::AnchorExpired);
        let findings = check(with(&expired_ca), (Passed, expired, Overall::Undetermined));
        assert_eq!(findings.check(CardCertificate).unwrap().evidence.shown("about").as_deref(), Some("anchor"));
        let changed = with(&|order| {
            expired_ca(order);
            order.signer = impostor;
        });
        check(changed, (Failed(Reason::SignatureMismatch), expired, Overall::Rejected));
        check(
            with(&|order| order.certificate.not_before = midnight(2030, 1, 1)),
            (Passed, NotDone(Why::NotYetValid), Overall::Undetermined),
        );

        // The authority may have had an older certificate of the same key.
        check(
            with(&|order| order.certificate.not_before = midnight(2019, 12, 31)),
            (Passed, NotDone(Why::IssuerNewer), Overall::Undetermined),
        );

        let long = prepared(kind, |order, _| order.certificate.form = OuterForm::LongLength);
        check(long, (DEPENDS, NotDone(Why::CertificateNotDer), Overall::Undetermined));
        let open = prepared(kind, |order, _| order.certificate.form = OuterForm::Indefinite);
        check(open, (Passed, Passed, Overall::Authentic));

        // The key of the other generation, certified by its authority.
        let other = if is_first { Generation::Second } else { Generation::First };
        let order = leaf(other);
        let mut dump = honest(kind);
        let der = order.build().unwrap();
        let value = bytes(&mut dump, &signature_file(kind));
        let at = if is_first { 260 } else { 98 };
        let length = u16::try_from(der.len()).unwrap().to_be_bytes();
        let tag = value[at];
        *value = [&value[..at], &[tag, 0x82], &length, &der].concat();
        check(dump, failed(Reason::BadKey));
    }
}

#[test]
fn a_key_that_is_not_supported() {
    // The authority certified exponent 65539.
    let mut dump = honest(CardKind::RESIDENCE1);
    let file = bytes(&mut dump, &files::SIGNATURE_1);
    let certificate = 264;
    let length = usize::from(u16::from_be_bytes([file[certificate + 6], file[certificate + 7]]));
    let tbs = certificate + 4..certificate + 8 + length;
    let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
    let at = tbs.start + file[tbs.clone()].windows(5).position(|window| window == exponent).unwrap() + 4;
    file[at] = 0x03;
    let signature = keys::signer("zairyu-ca").unwrap().sign_sha256(&[&file[tbs.clone()]]).unwrap();
    let from =
        tbs.end + file[tbs.end..].windows(5).position(|window| window == [0x03, 0x82, 0x01, 0x01, 0x00]).unwrap() + 5;
    file[from..from + 256].copy_from_slice(&signature);
    let findings = expect(&dump, DEPENDS, NotDone(Why::UnsupportedKey), Overall::Undetermined);
    let detail = findings.check(CardCertificate).unwrap().evidence.shown("detail");
    assert_eq!(detail.as_deref(), Some("the exponent is not 65537"));
}

#[test]
fn an_issuer_that_nobody_knows() {
    for kind in SIGNED_KINDS {
        let impostor =
            if generation(kind) == Generation::First { PoolKey::Rsa("impostor") } else { PoolKey::Ec("impostor2") };
        let stranger = |order: &mut ResidenceOrder| {
            "taimen stranger".clone_into(&mut order.certificate.issuer);
            order.certificate.signer = impostor;
        };
        let no_anchor = NotDone(Why::NoAnchor);
        let dump = prepared(kind, |order, _| stranger(order));
        let findings = expect(&dump, DEPENDS, no_anchor, Overall::Undetermined);
        let evidence = &findings.check(CardSignature).unwrap().evidence;
        assert_eq!(evidence.shown("fits_own_certificate").as_deref(), Some("yes"));
        assert_eq!(findings.hierarchy, None);
        // What does not even fit the card's own certificate was changed, whoever issued it.
        let changed = dump_with(
            kind,
            |order, _| stranger(order),
            |issued| {
                issued.set(&[files::FRONT], "front", b"II*\0 another");
                issued.set(&[files::ENTRIES_05], "birth_date", b"20010101");
            },
        );
        expect(&changed, Failed(Reason::SignatureMismatch), no_anchor, Overall::Rejected);
    }
}

#[test]
fn a_hierarchy_that_was_not_accepted() {
    for kind in SIGNED_KINDS {
        let findings = cards::check(&honest(kind), &shipped(), Basis::Live(now())).unwrap();
        let found = verdicts(&findings);
        assert_eq!((found[0], found[1]), (Some(DEPENDS), Some(Failed(Reason::HierarchyNotAccepted))), "{kind}");
        assert_eq!((findings.overall(), findings.hierarchy), (Overall::Rejected, Some(Hierarchy::Simulated)));
        assert!(findings.notes.iter().all(|note| note.id != "not-production"));
    }
}

#[test]
fn an_anchor_that_nobody_published() {
    // The simulated authority as if a user had installed it.
    for kind in SIGNED_KINDS {
        let installed = shipped()
            .anchors()
            .iter()
            .filter(|anchor| {
                anchor.purpose == Purpose::ResidenceCard && matches!(anchor.material, Material::Certificate(_))
            })
            .cloned()
            .map(|mut anchor| {
                anchor.hierarchy = Hierarchy::Installed;
                anchor
            })
            .collect::<Vec<_>>();
        assert_eq!(installed.len(), 4);
        let note = |official: bool| {
            let anchors = installed.iter().cloned().map(|mut anchor| {
                anchor.official = official;
                anchor
            });
            let findings = cards::check(&honest(kind), &shipped().with(anchors.collect()), Basis::Live(now())).unwrap();
            assert_eq!((findings.overall(), findings.hierarchy), (Overall::Authentic, Some(Hierarchy::Installed)));
            findings.notes.iter().any(|note| note.id == "unpinned-anchor")
        };
        assert!(note(false) && !note(true));
    }
}

#[test]
fn the_kind_that_the_card_says() {
    let mut dump = honest(CardKind::RESIDENCE1_SPECIAL);
    dump.kind = CardKind::RESIDENCE1;
    let findings = judged(&dump);
    assert!(findings.warnings.iter().any(|warning| warning.detail.contains("the kind on the card")), "{findings:?}");
    let mut other = honest(CardKind::RESIDENCE1);
    other.kind = CardKind::RESIDENCE2;
    assert_ne!(judged(&other).overall(), Overall::Authentic);
}

#[test]
fn a_signature_over_the_files_in_another_order() {
    let mut dump = honest(CardKind::RESIDENCE2);
    let values = |dump: &Dump| {
        let entries = dump.file(files::ENTRIES_05.name).unwrap().to_vec();
        let mut at = 0;
        let mut hashed = Vec::new();
        while at < entries.len() {
            let length = usize::from(entries[at + 1]);
            hashed.extend_from_slice(&entries[at + 2..at + 2 + length]);
            at += 2 + length;
        }
        let pictures = dump.file(files::NAME_AND_FACE.name).unwrap();
        (hashed, pictures[2508..].to_vec(), pictures[4..2504].to_vec())
    };
    let (entries, face, name) = values(&dump);
    let signer = keys::ec_signer("zairyu-signer2").unwrap();
    for (parts, expected) in [
        ([&entries, &face, &name], Passed),
        ([&entries, &name, &face], Failed(Reason::SignatureMismatch)),
        ([&face, &name, &entries], Failed(Reason::SignatureMismatch)),
    ] {
        let parts = parts.map(Vec::as_slice);
        let signature = signer.sign_sha256(&parts, EcdsaForm::Fixed).unwrap();
        bytes(&mut dump, &files::SIGNATURE_2)[2..98].copy_from_slice(&signature);
        assert_eq!(judged(&dump).verdict(CardSignature), Some(expected));
    }
}

/// The bytes that decide whether a card is authentic: those of the signed values, and their place.
fn signed_values(dump: &Dump) -> Vec<Option<Vec<u8>>> {
    let files: &[File] = match generation(dump.kind) {
        Generation::First => &[files::FRONT, files::FACE_1],
        Generation::Second => &[files::ENTRIES_05, files::NAME_AND_FACE],
    };
    let known = files::files_of(dump.kind);
    files
        .iter()
        .flat_map(|file| {
            let file = known.iter().find(|own| own.name == file.name).unwrap();
            let bytes = dump.file(file.name).unwrap_or_default();
            file.own.fields.iter().map(|field| value_by_tag(bytes, field.tag.0)).collect::<Vec<_>>()
        })
        .collect()
}

/// Signature and certificate, without the zeros after each.
fn signature_values(dump: &Dump) -> Vec<Option<Vec<u8>>> {
    let file = signature_file(dump.kind);
    let bytes = dump.file(file.name).unwrap_or_default();
    let trimmed = |mut value: Vec<u8>| {
        while value.last() == Some(&0) {
            value.pop();
        }
        value
    };
    file.own.fields.iter().map(|field| value_by_tag(bytes, field.tag.0).map(trimmed)).collect()
}

/// A second, careless reader of the same structure: the value of the first object with a tag.
fn value_by_tag(mut bytes: &[u8], tag: u32) -> Option<Vec<u8>> {
    while let [first, rest @ ..] = bytes {
        let (length, rest) = match rest {
            [0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
            [0x81, length, rest @ ..] => (usize::from(*length), rest),
            [length @ 0..=0x7F, rest @ ..] => (usize::from(*length), rest),
            _ => return None,
        };
        let value = rest.get(..length)?;
        if u32::from(*first) == tag {
            return Some(value.to_vec());
        }
        bytes = &rest[length..];
    }
    None
}

#[derive(Debug, Clone)]
enum Mutation {
    Flip(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Zero(usize, usize),
    Swap(usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0..8000_usize;
    prop_oneof![
        4 => (prop_oneof![0..300_usize, at.clone()], 1..=255_u8).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
        1 => at.clone().prop_map(Mutation::Cut),
        1 => (0..300_usize, prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        1 => (0..300_usize, 1..50_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        1 => (at, 1..4000_usize).prop_map(|(at, count)| Mutation::Zero(at, count)),
        1 => (0..80_usize, 0..80_usize).prop_map(|(one, other)| Mutation::Swap(one, other)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let length = bytes.len();
    let place = |at: usize| at % length.max(1);
    match mutation {
        _ if length == 0 => {}
        Mutation::Flip(at, bits) => bytes[place(*at)] ^= bits,
        Mutation::Cut(at) => bytes.truncate(place(*at)),
        Mutation::Insert(at, new) => {
            let at = place(*at);
            bytes.splice(at..at, new.iter().copied());
        }
        Mutation::Remove(at, count) => {
            let at = place(*at);
            bytes.drain(at..(at + count).min(length));
        }
        Mutation::Zero(at, count) => {
            let at = place(*at);
            bytes[at..(at + count).min(length)].fill(0);
        }
        Mutation::Swap(one, other) => bytes.swap(place(*one), place(*other)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_nothing_panics_and_nothing_false_is_authentic(
        kind in prop::sample::select(vec![
            CardKind::RESIDENCE1, CardKind::RESIDENCE1_SPECIAL, CardKind::RESIDENCE1_CHILD, CardKind::RESIDENCE2,
            CardKind::RESIDENCE2_SPECIAL,
        ]),
        claimed in prop::option::weighted(0.1, prop::sample::select(SIGNED_KINDS.to_vec())),
        changes in prop::collection::vec((any::<prop::sample::Index>(), mutation()), 1..4),
    ) {
        let before = honest(kind);
        let mut dump = before.clone();
        let names: Vec<String> = dump.files_mut().map(|(name, _)| name.to_owned()).collect();
        for (file, change) in &changes {
            let name = file.get(&names);
            let bytes = dump.files_mut().find(|(known, _)| known == name).unwrap().1;
            mutate(bytes, change);
        }
        dump.kind = claimed.unwrap_or(kind);
        let findings = cards::check(&dump, &simulated(), Basis::Live(now())).unwrap();
        if findings.overall() == Overall::Authentic {
            prop_assert_eq!(generation(dump.kind), generation(kind));
            let signed = dump.kind == kind || generation(kind) == Generation::First;
            prop_assert!(signed, "{} as {}", kind, dump.kind);
            prop_assert_eq!(signed_values(&dump), signed_values(&before));
        }
    }

    #[test]
    fn files_of_anything(
        kind in prop::sample::select(SIGNED_KINDS.to_vec()),
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 12),
    ) {
        let mut dump = Dump::new(kind, Scope::FULL, "a test", now());
        for (file, bytes) in files::files_of(kind).iter().zip(contents) {
            dump.keep(file.name, bytes);
        }
        prop_assert_ne!(cards::check(&dump, &simulated(), Basis::Live(now())).unwrap().overall(), Overall::Authentic);
    }
}
