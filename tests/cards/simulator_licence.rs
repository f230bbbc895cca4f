//! The simulated licence against spec licence section 8: a table of commands and answers, and what its files hold.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::simulator::Is::{self, Answer, Bytes};
use crate::common::simulator::{EVENT, OK, run, send};
use proptest::prelude::*;
use taimen::{
    cards::drivers_licence::files::{self, DATA, DOMICILE, Form, LICENCE_LAYOUTS, PHOTO, PIN1, PIN2, SIGNATURE},
    cards::drivers_licence::tlv as licence,
    crypto::{PublicKey, sha256},
    kind::CardKind,
    simulator::{
        Recipe, SimulatedCard,
        cards::drivers_licence::{
            LicenceHolder, LicenceProfile, key_identifier,
            profile::{BlockedQuery, NotHeld, PastEnd, PhotoForm, SignatureForm, VerifiedQuery},
        },
    },
    tlv::Tag,
    transport::Transport,
    trust::{Material, Purpose, TrustStore},
};
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

const MF: &str = "00A40000";
const IN_DF1: &str = "00A4040C10 A0000002310100000000000000000000";
const IN_DF2: &str = "00A4040C10 A0000002310200000000000000000000";
const IN_DF3: &str = "00A4040C10 A0000002480300000000000000000000";
const RIGHT1: &str = "0020008104 31313131";
const WRONG1: &str = "0020008104 31313132";
const RIGHT2: &str = "0020008204 32323232";
const WRONG2: &str = "0020008204 32323233";

fn sample() -> LicenceHolder {
    let mut holder = LicenceHolder::from_seed(1);
    holder.pin1 = "1111".to_owned();
    holder.pin2 = "2222".to_owned();
    holder.menkyo_pin = "3333".to_owned();
    holder
}

fn card_with(kind: CardKind, change: impl FnOnce(&mut LicenceProfile)) -> SimulatedCard {
    let mut recipe = Recipe::new(kind, 1);
    recipe = recipe.with(sample());
    recipe = recipe.adjust(change);
    recipe.card().unwrap()
}

fn card() -> SimulatedCard {
    card_with(CardKind::LICENCE, |_| {})
}

/// Name and steps; every scenario begins with a card that was just powered on.
type Scenario = (&'static str, &'static [(&'static str, Is)]);

const SCENARIOS: &[Scenario] = &[
    (
        "the session of spec 3.3",
        &[
            (IN_DF1, OK),
            (MF, OK),
            ("00A4020C02 2F01", OK),
            ("00B0000011", Bytes(17)),
            ("00A4020C02 000A", OK),
            ("00B0000003", Answer("050101 9000")),
            ("00200081", Answer("63C3")),
            ("00200082", Answer("63C3")),
            (RIGHT1, OK),
            (RIGHT2, OK),
            (IN_DF1, OK),
            ("00B0810000000370", Answer("6700")),
            ("00B08100000370", Bytes(880)),
            ("00B08200000052", Bytes(82)),
            ("00B08300000000", Bytes(264)),
            ("00B08400000000", Bytes(640)),
            ("00B08500000000", Bytes(663)),
            ("00B08600000000", Bytes(256)),
            ("00B08700000000", Bytes(578)),
            (IN_DF2, OK),
            ("00B08100000000", Bytes(2005)),
            (IN_DF3, OK),
            ("00B08100000000", Bytes(512)),
        ],
    ),
    (
        "recognition from a cold start",
        &[("00B08A0004", Answer("050101 9000")), ("00B0000003", Answer("050101 9000")), ("00B0810001", Answer("6A82"))],
    ),
    (
        "select",
        &[
            ("00A40000023F00", OK),
            ("00A4000002 3F01", Answer("6A82")),
            ("00A4000001 3F", Answer("6A87")),
            ("00A4000C", Answer("6A86")),
            ("00A4040010 A0000002310100000000000000000000", Answer("6A86")),
            ("00A4040C10 A0000002310600000000000000000000", Answer("6A82")),
            ("00A4040C0F A00000023101000000000000000000", Answer("6A87")),
            ("00A4020C02 2F02", Answer("6A82")),
            ("00A4020C01 2F", Answer("6A87")),
            ("00A402000 22F01", Answer("6A86")),
            ("00A4020C02 0001", OK),
            ("00B0000001", Answer("6981")),
            ("00A4020C02 0003", Answer("6A82")),
            (IN_DF1, OK),
            ("00B0000001", Answer("6986")),
            ("00A4020C02 000A", Answer("6A82")),
            ("00A4020C02 0007", OK),
            ("00A4040C10 A0000002310600000000000000000000", Answer("6A82")),
            ("00B0000001", Answer("6982")),
            (IN_DF2, OK),
            ("00A4020C02 0002", Answer("6A82")),
            ("00A4020C02 0001", OK),
            ("00A4040C00", Answer("6700")),
        ],
    ),
    (
        "counters: each PIN has its own",
        &[
            (WRONG1, Answer("63C2")),
            ("00200081", Answer("63C2")),
            ("00200082", Answer("63C3")),
            (WRONG2, Answer("63C2")),
            (RIGHT1, OK),
            ("00200081", Answer("63C3")),
            ("00200082", Answer("63C2")),
            ("0020008103 313131", Answer("6700")),
            ("0020008105 3131313131", Answer("6700")),
            ("0020008304 31313131", Answer("6A86")),
            ("0020018104 31313131", Answer("6A86")),
            ("00200081", Answer("63C3")),
            ("00200080", Answer("6986")),
            ("00A4020C02 0002", OK),
            ("00200080", Answer("63C2")),
            ("0020008004 32323232", OK),
            ("00200082", Answer("63C3")),
            ("00A4020C02 2F01", OK),
            ("00200080", Answer("6981")),
            (IN_DF1, OK),
            (RIGHT1, Answer("6A82")),
            ("00200081", Answer("6A82")),
            ("00A4020C02 0001", OK),
            ("00200080", Answer("6981")),
        ],
    ),
    (
        "blocked by three wrong entries, and for good",
        &[
            (WRONG1, Answer("63C2")),
            (WRONG1, Answer("63C1")),
            (WRONG1, Answer("63C0")),
            (RIGHT1, Answer("6984")),
            ("00200081", Answer("6984")),
            ("power off", EVENT),
            ("00200081", Answer("the card was removed")),
            ("power on", EVENT),
            (RIGHT1, Answer("6984")),
            (RIGHT2, OK),
            (IN_DF1, OK),
            ("00B0810001", Answer("6982")),
        ],
    ),
    (
        "rights: one PIN, both, and what ends them",
        &[
            (RIGHT2, OK),
            (IN_DF1, OK),
            ("00B0810001", Answer("6982")),
            ("00B0820001", Answer("6982")),
            (MF, OK),
            (RIGHT1, OK),
            (IN_DF1, OK),
            ("00B0810001", Answer("119000")),
            ("00B0820001", Answer("419000")),
            ("00B0880001", Answer("6A82")),
            ("00B0820001", Answer("419000")),
            (MF, OK),
            (WRONG2, Answer("63C2")),
            (IN_DF1, OK),
            ("00B0870001", Answer("B19000")),
            ("00B0820001", Answer("6982")),
            ("00B0860001", Answer("6982")),
            (IN_DF2, OK),
            ("00B0810001", Answer("6982")),
            ("warm reset", EVENT),
            ("00A4020C02 2F01", OK),
            (IN_DF1, OK),
            ("00B0810001", Answer("6982")),
        ],
    ),
    (
        "read",
        &[
            ("00B0000001", Answer("6986")),
            ("00B08A00", Answer("6700")),
            ("00B08A0001", Answer("059000")),
            ("00B08A0201", Answer("019000")),
            ("00B08A0301", Answer("6B00")),
            ("00B0800001", Answer("6A86")),
            ("00B09F0001", Answer("6A86")),
            (RIGHT1, OK),
            (IN_DF1, OK),
            ("00B081FF00", Bytes(256)),
            ("00B0036F01", Bytes(1)),
            ("00B0037001", Answer("6B00")),
            ("00B0036810", Bytes(8)),
        ],
    ),
    (
        "the rest",
        &[
            ("08B08A0003", Answer("6882")),
            ("01B08A0003", Answer("6E00")),
            ("80CA000000", Answer("6E00")),
            ("0084000008", Answer("6D00")),
            ("0024008108 3131313132323232", Answer("6D00")),
            ("00A4", Answer("6700")),
        ],
    ),
];

#[test]
fn answers_of_section_8() {
    for (name, steps) in SCENARIOS {
        run(name, &mut card(), steps);
    }
}

#[test]
fn profiles_change_the_answers_that_are_not_known() {
    let check = |name: &str, change: fn(&mut LicenceProfile), steps: &[(&str, Is)]| {
        run(name, &mut card_with(CardKind::LICENCE, change), steps);
    };
    check("no extended Le", |p| p.extended_le = false, &[("00B08A00000003", Answer("6700")), ("00B08A0003", Bytes(3))]);
    check("6282", |p| p.past_end = PastEnd::Warned, &[("00B08A0004", Answer("0501016282")), ("00B08A0003", Bytes(3))]);
    check("6Cxx", |p| p.past_end = PastEnd::Exact, &[("00B08A0004", Answer("6C03")), ("00B08A0003", Bytes(3))]);
    check("6700", |p| p.past_end = PastEnd::WrongLength, &[("00B08A0004", Answer("6700")), ("00B08A0003", Bytes(3))]);
    check("6300", |p| p.plain_mismatch = true, &[(WRONG1, Answer("6300")), ("00200081", Answer("63C2"))]);
    check(
        "63C0",
        |p| p.blocked_query = BlockedQuery::NoTries,
        &[(WRONG1, Answer("63C2")), (WRONG1, Answer("63C1")), (WRONG1, Answer("63C0")), ("00200081", Answer("63C0"))],
    );
    check(
        "verified",
        |p| p.verified_query = VerifiedQuery::Ok,
        &[(RIGHT1, OK), ("00200081", OK), ("00200082", Answer("63C3"))],
    );
    check(
        "blocked DF",
        |p| p.blocked_folders = true,
        &[(RIGHT1, OK), (IN_DF1, Answer("6283")), ("00B0810001", Bytes(1))],
    );
}

/// The bytes of every file that can be read.
fn files(card: &mut SimulatedCard) -> Vec<(files::File, Vec<u8>)> {
    files::FILES.iter().map(|file| (*file, card.file_mut(file.name).unwrap().clone())).collect()
}

fn value(bytes: &[u8], rules: licence::Rules, tag: u32) -> Vec<u8> {
    licence::items(bytes, rules).get(Tag(tag)).map(|object| object.value.to_vec()).unwrap_or_default()
}

/// The certificate of a shipped simulated anchor: its key identifier, its key.
fn shipped_certificates() -> Vec<(Vec<u8>, PublicKey, String)> {
    let store = TrustStore::shipped().unwrap();
    let of_licences = store.anchors().iter().filter(|anchor| anchor.purpose == Purpose::DriversLicence);
    of_licences
        .map(|anchor| {
            let Material::Certificate(der) = &anchor.material else { panic!("{anchor:?}") };
            let (_, certificate) = X509Certificate::from_der(der).unwrap();
            let id = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
                _ => None,
            });
            let info = certificate.public_key().parsed().unwrap();
            let x509_parser::public_key::PublicKey::RSA(key) = info else { panic!("not RSA") };
            let modulus = key.modulus.strip_prefix(&[0]).unwrap_or(key.modulus);
            (id.unwrap(), PublicKey::new(modulus, key.exponent).unwrap(), format!("{:X}", certificate.serial))
        })
        .collect()
}

/// The key of the shipped certificate whose identifier and serial the signature file names.
fn signer(id: &[u8], serial: &[u8]) -> PublicKey {
    let known = shipped_certificates();
    let (_, key, number) = known.iter().find(|(known, ..)| known == id).expect("a shipped certificate");
    assert_eq!(number.as_bytes(), serial);
    key.clone()
}

#[test]
fn every_file_has_its_size_and_is_well_formed() {
    for kind in ["licence", "licence-nopin", "licence-changed"] {
        for seed in 0..60 {
            let recipe: Recipe = format!("{kind}?seed={seed}").parse().unwrap();
            for (file, bytes) in files(&mut recipe.card().unwrap()) {
                assert_eq!(bytes.len(), file.extent.bytes(), "{kind} {seed} {}", file.name);
                let items = licence::items(&bytes, file.own.rules);
                assert!(items.faults.is_empty(), "{kind} {seed} {}: {:?}", file.name, items.faults);
                for object in &items.objects {
                    let field = files::field_of(&file, object.tag).expect("in the table");
                    assert!(object.value.len() <= field.max, "{kind} {seed} {}: {}", file.name, object.tag);
                }
                if file == SIGNATURE {
                    assert_eq!(items.end, 578, "no filling at maximum lengths");
                }
            }
        }
    }
}

#[test]
fn the_signature_verifies_with_the_shipped_certificate() {
    let mut card = Recipe::new(CardKind::LICENCE, 7).card().unwrap();
    let all = files(&mut card);
    let of = |file: files::File| all.iter().find(|(known, _)| *known == file).unwrap().1.clone();
    let signature = of(SIGNATURE);
    let field = |tag| value(&signature, SIGNATURE.own.rules, tag);
    let key = signer(&field(0xB6), &field(0xB2));
    let layout = LICENCE_LAYOUTS[files::SIMULATED];
    assert!(layout.covers && layout.parts.iter().all(|(_, form)| *form == Form::Whole));
    let (data, domicile, photo) = (of(DATA), of(DOMICILE), of(PHOTO));
    key.verify_sha256(&[&data, &domicile, &photo], &field(0xB1)).unwrap();
    assert!(key.verify_sha256(&[&data, &domicile], &field(0xB1)).is_err());
    assert!(String::from_utf8(field(0xB5)).unwrap().contains("SIMULATED. NOT A REAL ISSUER"));
}

#[test]
fn certificates_name_the_pools_keys() {
    let known = shipped_certificates();
    assert_eq!(known.len(), 3);
    for name in ["licence-ca", "licence-signer", "menkyo-signer"] {
        let key = taimen::simulator::keys::signer(name).unwrap();
        let id = key_identifier(key).unwrap();
        let (_, public, _) = known.iter().find(|(known, ..)| *known == id).expect(name);
        assert_eq!(*public, key.public_key().unwrap());
    }
}

#[test]
fn a_seed_gives_the_same_licence_for_ever() {
    let digest = |name: &str| {
        let mut card = name.parse::<Recipe>().unwrap().card().unwrap();
        let all: Vec<u8> = match name {
            "menkyo" => files::MENKYO_FILES.iter().flat_map(|f| card.file_mut(f.name).unwrap().clone()).collect(),
            _ => files(&mut card).into_iter().flat_map(|(_, bytes)| bytes).collect(),
        };
        hex::encode(sha256(&[&all]))
    };
    assert_eq!(
        ["licence", "licence-nopin", "licence-changed", "menkyo"].map(digest),
        [
            "e1f413590e1f3e67ab95cdc14f2cb7d3244ce1064bcb26c4d22b90a8a0620051",
            "65cfae501cdd5e7a3975ea7172d217f8aefc03bb07726aaea9c21be06ad0e4ef",
            "379c2a600cd83c2f4ba58d18f346bef69a5afd10c4013d919858d350e8b9de95",
            "a4840afd35f70782f29fb8b58a9059edaf527003041a83bbf4efa3fb636fb49c"
        ]
    );
}

#[test]
fn forms_that_are_not_known_are_switches() {
    let file = |file: files::File, change: fn(&mut LicenceProfile)| {
        let mut card = card_with(CardKind::LICENCE, change);
        card.file_mut(file.name).unwrap().clone()
    };
    let not_held = |change| value(&file(DATA, change), DATA.own.rules, 0x27);
    assert_eq!(not_held(|_| {}), b"4000000");
    assert_eq!(not_held(|p| p.not_held = NotHeld::Zero), b"0000000");
    assert_eq!(not_held(|p| p.not_held = NotHeld::Empty), b"");
    assert_eq!(value(&file(DATA, |_| {}), DATA.own.rules, 0x34), b"4000000");
    let without = file(DATA, |p| p.spare_dates = false);
    assert!(licence::items(&without, DATA.own.rules).get(Tag(0x34)).is_none() && without.len() == 880);
    let old = file(DATA, |p| p.version = *b"006");
    assert!(licence::items(&old, DATA.own.rules).get(Tag(0x33)).is_none());
    assert_eq!(&file(files::COMMON_DATA, |p| p.version = *b"006")[..5], b"\x45\x0B006");
    let photo = |change| value(&file(PHOTO, change), PHOTO.own.rules, 0x5F40);
    assert!(photo(|_| {}).starts_with(&hex::decode("0000000C6A5020200D0A870A").unwrap()));
    assert!(photo(|p| p.photo = PhotoForm::Codestream).starts_with(&[0xFF, 0x4F, 0xFF, 0x51]));
    assert!(!photo(|p| p.photo = PhotoForm::NoEnd).ends_with(&[0xFF, 0xD9]));
    let short = file(SIGNATURE, |p| p.signature = SignatureForm::Short);
    assert!(licence::items(&short, SIGNATURE.own.rules).end < 578 && short.len() == 578 && short.ends_with(&[0xFF; 8]));
    let slots = Recipe::new(CardKind::LICENCE, 1).adjust(|p: &mut LicenceProfile| p.empty_slots = false);
    let changes = slots.card().unwrap().file_mut(files::CHANGES.name).unwrap().clone();
    assert_eq!(changes[..4], [0x50, 0x01, 0x00, 0xFF]);
}

#[test]
fn pins_that_were_never_set() {
    let mut card = "licence-nopin".parse::<Recipe>().unwrap().card().unwrap();
    let own = card.credentials().unwrap().clone();
    assert!(own.get("pin1").is_none() && own.get("pin2").is_none() && own.get("licence-pin").is_none());
    run(
        "no PIN",
        &mut card,
        &[
            ("00B08A0004", Answer("050100 9000")),
            (IN_DF1, OK),
            ("00B0810001", Answer("6982")),
            (MF, OK),
            ("0020008104 2A2A2A2A", OK),
            ("0020008204 2A2A2A2A", OK),
            (IN_DF1, OK),
            ("00B0820001", Answer("419000")),
        ],
    );
}

#[test]
fn a_licence_offers_its_pins_and_its_counters() {
    let mut card = card();
    let own = card.credentials().unwrap().clone();
    assert_eq!((own.get("pin1").unwrap().expose(), own.get("pin2").unwrap().expose()), (&b"1111"[..], &b"2222"[..]));
    assert!(own.get("licence-pin").is_none());
    assert_eq!((card.retry_counter(&PIN1), card.retry_counter(&PIN2)), (Some(3), Some(3)));
    card.set_retry_counter(&PIN2, 1);
    assert_eq!(send(&mut card, "00200082"), "63C1");
    assert_eq!(hex::encode_upper(card.atr()), "3B888001000000009181C100D8");
}

#[test]
fn changes_stand_in_their_files() {
    let mut card = "licence-changed?seed=5".parse::<Recipe>().unwrap().card().unwrap();
    let changes = card.file_mut(files::CHANGES.name).unwrap().clone();
    let entry = |tag| value(&changes, files::CHANGES.own.rules, tag);
    assert_eq!(entry(0x50), [0x11]);
    for tag in [0x51, 0x60, 0x68, 0x70, 0x71, 0x78, 0x88] {
        let entry = entry(tag);
        assert!(entry.len() >= 25, "{tag:02X}");
        assert!(entry[1..15].chunks(2).all(|digit| digit[0] == 0x23 && (0x30..=0x39).contains(&digit[1])), "{tag:02X}");
    }
    assert_eq!(entry(0x51).len(), 25, "a commission without text");
    assert!(entry(0x60).windows(2).any(|pair| pair == [0xFF, 0xF3]), "外字3 in the new name");
    let domicile = card.file_mut(files::DOMICILE_CHANGES.name).unwrap().clone();
    assert!(value(&domicile, files::DOMICILE_CHANGES.own.rules, 0xAB).windows(2).any(|pair| pair == [0xFF, 0xF4]));
    let externals = card.file_mut(files::CHANGED_EXTERNAL.name).unwrap().clone();
    assert!(value(&externals, files::CHANGED_EXTERNAL.own.rules, 0xA1).len() > 40);
    assert!(value(&externals, files::CHANGED_EXTERNAL.own.rules, 0xA3).is_empty());
}

#[test]
fn recognised_as_what_they_are() {
    let kind = |card: &mut SimulatedCard| {
        let recognised = crate::common::reading::recognised(card);
        (recognised.kind, recognised.guests)
    };
    assert_eq!(kind(&mut card()), (CardKind::LICENCE, vec![]));
    assert_eq!(kind(&mut card_with(CardKind::LICENCE, |p| p.blocked_folders = true)).0, CardKind::LICENCE);
    for past_end in [PastEnd::Warned, PastEnd::Exact, PastEnd::WrongLength] {
        let mut card = card_with(CardKind::LICENCE, |p| p.past_end = past_end);
        assert_eq!(kind(&mut card).0, CardKind::LICENCE, "{past_end:?}");
    }
    assert_eq!(kind(&mut card_with(CardKind::MENKYO, |_| {})), (CardKind::MY_NUMBER, vec![CardKind::MENKYO]));
}

const IN_MENKYO: &str = "00A4040C10 A0000002310600000000000000000000";
const IN_FACE: &str = "00A4040C0A D3921000310001010402";
const RIGHT: &str = "0020008604 33333333";

#[test]
fn the_licence_application_of_section_8_7() {
    let steps: &[(&str, Is)] = &[
        ("00A4040C10 A0000002310400000000000000000000", Answer("6A82")),
        ("00A4040C10 A0000002310500000000000000000000", Answer("6A82")),
        (IN_MENKYO, OK),
        ("00B09A0003", Answer("C10101 9000")),
        ("00A4020C02 001A", OK),
        ("00B0000003", Answer("C10101 9000")),
        ("00B09B0001", Answer("6982")),
        ("00200082", Answer("6A82")),
        ("0020008204 33333333", Answer("6A82")),
        ("00200086", Answer("63CA")),
        ("0020008604 33333334", Answer("63C9")),
        (RIGHT, OK),
        ("00B09B00000000", Bytes(5_845)),
        ("00B09C00000000", Bytes(584)),
        ("00A4020C02 0006", OK),
        ("0020008004 33333333", OK),
        (IN_FACE, OK),
        (IN_MENKYO, OK),
        ("00B09B0001", Answer("6982")),
        ("00200086", Answer("63CA")),
    ];
    run("menkyo", &mut card_with(CardKind::MENKYO, |_| {}), steps);
    run(
        "the right stays",
        &mut card_with(CardKind::MENKYO, |p| p.guest_right_stays = true),
        &[
            (IN_MENKYO, OK),
            (RIGHT, OK),
            (IN_FACE, OK),
            ("00B0820001", Answer("6982")),
            (IN_MENKYO, OK),
            ("00B09B0001", Answer("C29000")),
            ("power on", EVENT),
            (IN_MENKYO, OK),
            ("00B09B0001", Answer("6982")),
        ],
    );
    let mut plain = Recipe::new(CardKind::MY_NUMBER, 1).card().unwrap();
    assert_eq!(send(&mut plain, IN_MENKYO), "6A82");
}

#[test]
fn the_licence_applications_signature_verifies() {
    for filler in [0xFF, 0x00] {
        let mut card = card_with(CardKind::MENKYO, |p| p.guest_filler = filler);
        assert_eq!(card.credentials().unwrap().get("licence-pin").unwrap().expose(), b"3333");
        let data = card.file_mut(files::MENKYO_DATA.name).unwrap().clone();
        let signature = card.file_mut(files::MENKYO_SIGNATURE.name).unwrap().clone();
        assert_eq!((data.len(), data.last(), signature.len()), (5_845, Some(&filler), 584));
        let items = licence::items(&data, files::MENKYO_DATA.own.rules);
        assert!(items.faults.is_empty(), "{:?}", items.faults);
        assert_eq!(items.get(Tag(0xFF)).unwrap().value, b"0000000", "the real tag FF");
        let field = |tag| value(&signature, files::MENKYO_SIGNATURE.own.rules, tag);
        signer(&field(0x10D), &field(0x109)).verify_sha256(&[&data], &field(0x108)).unwrap();
    }
}

proptest! {
    /// Whatever is sent, there is an answer, no PIN gains a try but by its right value, and none is ever above its limit.
    #[test]
    fn any_commands_are_answered(
        commands in proptest::collection::vec(
            (prop_oneof![4 => Just(0_u8), 1 => any::<u8>()],
             prop_oneof![Just(0xA4_u8), Just(0x20), Just(0xB0), any::<u8>()],
             any::<u8>(),
             prop_oneof![Just(0x81_u8), Just(0x82), Just(0x80), any::<u8>()],
             proptest::collection::vec(any::<u8>(), 0..8)),
            1..40,
        ),
        guest in any::<bool>(),
    ) {
        let mut card = card_with(if guest { CardKind::MENKYO } else { CardKind::LICENCE }, |_| {});
        for (cla, ins, p1, p2, body) in commands {
            let before = (card.retry_counter(&PIN1), card.retry_counter(&PIN2), card.retry_counter(&files::MENKYO_PIN));
            let command = [&[cla, ins, p1, p2], body.as_slice()].concat();
            prop_assert!(card.exchange(&command).unwrap().len() >= 2);
            let after = (card.retry_counter(&PIN1), card.retry_counter(&PIN2), card.retry_counter(&files::MENKYO_PIN));
            prop_assert!(after.0 <= before.0 && after.1 <= before.1 && after.2 <= before.2, "{} {:?} {:?}", hex::encode(&command), before, after);
        }
    }
}
