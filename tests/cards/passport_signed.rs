//! What a passport's signed data say and its verdict rests on: the list of hashes, who signed it and when, the zone, the keys.

use crate::{
    common::reading::{card, judge, nonces, read, request},
    passport::{PASSED, honest, openings, saved, told, turned},
    passport_open::{file, judged, put, sign, signed},
};
use taimen::{
    cards::{
        self, Credentials, Findings, FlowError, RecogniseError,
        passport::{SecurityInfos, files, security_object::LDS_SECURITY_OBJECT},
    },
    crypto::Hash,
    dump::{Dump, Scope},
    kind::CardKind,
    simulator::{
        SimulatedCard,
        cards::passport::{
            PassportHolder,
            issuer::{MessageOrder, Signer, hash_list, security_object_file},
            profile::{KeyAnswers, Opens},
        },
        certificate::midnight,
    },
    tlv::der,
    transport::{Transport, TransportError},
    trust::{Cms, Hierarchy},
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

const OPEN: Verdict = Verdict::NotDone(Why::UnsupportedAlgorithm);
const NOT_ON_CARD: Verdict = Verdict::NotDone(Why::NotOnCard);
const ON_SIGNATURE: Verdict = Verdict::NotDone(Why::DependsOn(CheckId::DocumentSignature));
const ON_GROUPS: Verdict = Verdict::NotDone(Why::DependsOn(CheckId::DataGroups));

/// Every data group of the Japanese kind.
const GROUPS: [(u8, &str); 4] =
    [(1, files::DG1.file.name), (2, files::DG2.file.name), (14, files::DG14.file.name), (15, files::DG15.file.name)];

/// An object of less than 128 bytes.
fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
}

fn verdicts(found: &Findings) -> Vec<(CheckId, Verdict)> {
    found.checks.iter().map(|check| (check.id, check.verdict)).collect()
}

fn said(found: &Findings, id: CheckId, name: &str) -> Option<String> {
    found.check(id).unwrap().evidence.shown(name).map(std::borrow::Cow::into_owned)
}

/// The list of hashes that a chip holds.
fn list(simulated: &mut SimulatedCard) -> Vec<u8> {
    let sod = file(simulated, files::SOD.name);
    Cms::parse(der::element(&sod).unwrap().content).unwrap().content
}

/// A chip with this list, signed by its signer; the message may be changed before that.
fn listing(recipe: &str, content: Option<Vec<u8>>, change: impl Fn(&mut MessageOrder)) -> SimulatedCard {
    let mut simulated = card(recipe);
    let content = content.unwrap_or_else(|| list(&mut simulated));
    let signer = if recipe == "passport-ca" { Signer::Brainpool } else { Signer::Explicit };
    let message = signed(LDS_SECURITY_OBJECT, content, signer, change);
    put(&mut simulated, files::SOD.name, security_object_file(&message));
    simulated
}

/// Replaces the last byte of the first or the last place with these bytes.
fn replaced(mut bytes: Vec<u8>, pattern: &[u8], last: bool) -> Vec<u8> {
    let mut found = bytes.windows(pattern.len()).enumerate().filter(|(_, window)| *window == pattern);
    let (at, _) = if last { found.next_back() } else { found.next() }.unwrap();
    bytes[at + pattern.len() - 1] = 0x7F;
    bytes
}

const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const ECDSA_SHA256: [u8; 8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];

#[test]
fn a_list_of_hashes_that_cannot_be_judged_is_open_and_one_that_is_none_is_rejected() {
    let list = list(&mut card("passport"));
    let unknown_hash = listing("passport", Some(replaced(list.clone(), &SHA256, false)), |_| {});
    let mut unknown_signature = card("passport");
    let sod = replaced(file(&mut unknown_signature, files::SOD.name), &ECDSA_SHA256, true);
    put(&mut unknown_signature, files::SOD.name, sod);
    let next_version = listing("passport", Some(hash_list(2, Hash::Sha256, &[(1, b"one")])), |_| {});
    let malformed = Verdict::Failed(Reason::Malformed);
    // What the list says and nobody is known to have signed is used for nothing.
    for (what, simulated, verdict, [chip, access], overall) in [
        ("hash", unknown_hash, OPEN, [ON_SIGNATURE, NOT_ON_CARD], Overall::Undetermined),
        ("signature", unknown_signature, OPEN, [ON_GROUPS, ON_SIGNATURE], Overall::Undetermined),
        ("version", next_version, malformed, [ON_SIGNATURE, NOT_ON_CARD], Overall::Rejected),
    ] {
        let found = judged(simulated);
        let differs = [
            (CheckId::ChipKey, chip),
            (CheckId::DocumentSignature, verdict),
            (CheckId::SignerCertificate, ON_SIGNATURE),
            (CheckId::DataGroups, ON_SIGNATURE),
            (CheckId::PrintedAgrees, ON_GROUPS),
            (CheckId::AccessAgrees, access),
            (CheckId::WeakCryptography, ON_SIGNATURE),
            (CheckId::SignerPeriod, ON_SIGNATURE),
        ];
        assert_eq!(verdicts(&found), honest(&differs), "{what}");
        assert_eq!((found.overall(), found.hierarchy), (overall, None), "{what}");
    }
}

/// signingTime as the signer states it, in one form or another, and else the day of issue, if it is signed.
#[test]
fn the_time_of_signing_is_the_stated_one_or_the_day_of_issue() {
    let odd = [object(0x17, b"2504010000Z")];
    let issued = format!("{}T00:00:00Z", PassportHolder::from_seed(1).issued);
    const ODD: &str = "not in a known form, so it is ignored";
    for (recipe, stated, odd, verdict, words, at) in [
        ("passport", true, &[][..], PASSED, "2025-04-01T00:00:00Z", "2025-04-01T00:00:00Z"),
        ("passport", false, &[], NOT_ON_CARD, "–", "–"),
        ("passport", false, &odd, Verdict::NotDone(Why::LayoutUnknown), ODD, "–"),
        ("passport-ca", true, &[], PASSED, "2025-04-01T00:00:00Z", "2025-04-01T00:00:00Z"),
        ("passport-ca", false, &[], PASSED, "–", &issued),
        ("passport-ca", false, &odd, PASSED, ODD, &issued),
    ] {
        let found = judged(listing(recipe, None, |order| {
            order.signed_at = order.signed_at.filter(|_| stated);
            order.odd_times = odd.to_vec();
        }));
        assert_eq!(found.verdict(CheckId::SignerPeriod), Some(verdict), "{recipe} {words}");
        let said = |id, name| said(&found, id, name).unwrap();
        assert_eq!(said(CheckId::DocumentSignature, "signing_time"), words, "{recipe}");
        let of_period = (said(CheckId::SignerPeriod, "signing_time"), said(CheckId::SignerPeriod, "signed_at"));
        assert_eq!(of_period, (words.to_owned(), at.to_owned()), "{recipe}");
        assert_eq!(found.overall(), Overall::Authentic, "it is an advisory check");
    }
    // A day that nobody signed is none.
    let mut simulated = listing("passport-ca", None, |order| order.signed_at = None);
    let changed = String::from_utf8_lossy(&file(&mut simulated, files::DG12.name)).replace("SIMULATED", "simulated");
    put(&mut simulated, files::DG12.name, changed.into_bytes());
    let found = judged(simulated);
    assert_eq!(found.verdict(CheckId::DetailsSigned), Some(Verdict::Failed(Reason::DigestMismatch)));
    assert_eq!(found.verdict(CheckId::SignerPeriod), Some(NOT_ON_CARD));
}

#[test]
fn what_a_passport_was_signed_outside_of_is_named() {
    let outside = |change: &dyn Fn(&mut MessageOrder)| {
        let found = judged(listing("passport", None, change));
        assert_eq!(found.verdict(CheckId::DocumentSignature), Some(PASSED));
        assert_eq!(found.verdict(CheckId::SignerPeriod), Some(Verdict::Failed(Reason::OutsidePeriod)));
        said(&found, CheckId::SignerPeriod, "outside").unwrap()
    };
    const BOTH: &str = "the signer's validity, the period of the signer's key";
    assert_eq!(outside(&|order| order.signed_at = Some(midnight(2024, 3, 31))), BOTH);
    assert_eq!(outside(&|order| order.signed_at = Some(midnight(2090, 1, 1))), "the period of the signer's key");
    let early = |order: &mut MessageOrder| {
        order.signer.validity[0] = midnight(2019, 4, 1);
        order.certificates = vec![order.signer.build().unwrap()];
    };
    assert_eq!(outside(&early), "the period of the CSCA's key");
}

#[test]
fn several_signers_are_counted_and_one_is_not() {
    let signers = |change: &dyn Fn(&mut MessageOrder)| {
        let found = judged(listing("passport", None, change));
        assert_eq!(verdicts(&found), honest(&[]));
        assert_eq!((found.overall(), found.hierarchy), (Overall::Authentic, Some(Hierarchy::Simulated)));
        said(&found, CheckId::DocumentSignature, "signers")
    };
    assert_eq!(signers(&|_| {}), None);
    let second = |order: &mut MessageOrder| {
        let other = MessageOrder::new(LDS_SECURITY_OBJECT, order.content.clone(), &Signer::Rsa.order()).unwrap();
        order.certificates.extend(other.certificates.clone());
        order.others.push(other);
    };
    assert_eq!(signers(&second).as_deref(), Some("2"));
}

#[test]
fn a_signed_zone_that_is_no_passports_passes_nothing() {
    // A visa has a zone as large as that of a passport, and the signer signs passports.
    let mut simulated = card("passport");
    let mut zone = file(&mut simulated, files::DG1.name);
    zone[5..7].copy_from_slice(b"V<");
    put(&mut simulated, files::DG1.name, zone);
    sign(&mut simulated, Signer::Explicit, &GROUPS);
    let found = judged(simulated);
    let visa = [
        (CheckId::DataGroups, Verdict::NotDone(Why::NotABook)),
        (CheckId::PrintedAgrees, ON_GROUPS),
        (CheckId::SignerCertificate, Verdict::Failed(Reason::WrongPurpose)),
    ];
    assert_eq!(verdicts(&found), honest(&visa));
    assert_eq!(said(&found, CheckId::SignerCertificate, "document").as_deref(), Some("V"));
    assert_eq!(found.overall(), Overall::Rejected);

    let mut simulated = card("passport");
    put(&mut simulated, files::DG1.name, object(0x61, &[&[0x5F, 0x1F, 5][..], b"P<JPN"].concat()));
    sign(&mut simulated, Signer::Explicit, &GROUPS);
    let found = judged(simulated);
    let unread = [
        (CheckId::NotExpired, Verdict::NotDone(Why::LayoutUnknown)),
        (CheckId::SignerCertificate, ON_GROUPS),
        (CheckId::DataGroups, Verdict::NotDone(Why::LayoutUnknown)),
        (CheckId::PrintedAgrees, ON_GROUPS),
        (CheckId::MrzConsistent, ON_GROUPS),
    ];
    assert_eq!(verdicts(&found), honest(&unread));
    assert_eq!(found.overall(), Overall::Undetermined);

    // One that was not read is not of an unknown layout.
    let mut json: serde_json::Value = serde_json::from_str(&saved("passport").to_json()).unwrap();
    json["files"].as_object_mut().unwrap().remove(files::DG1.name);
    let found = judge(&Dump::from_json(json.to_string().as_bytes()).unwrap());
    for id in [CheckId::NotExpired, CheckId::DataGroups] {
        assert_eq!(found.verdict(id), Some(Verdict::NotDone(Why::NotRead)), "{id:?}");
    }
}

#[test]
fn forms_of_access_that_nobody_signed_are_compared_with_nothing() {
    let mut simulated = card("passport");
    let other = file(&mut card("passport-ca"), files::DG14.name);
    put(&mut simulated, files::DG14.name, other);
    let found = judged(simulated);
    assert_eq!(found.verdict(CheckId::DataGroups), Some(Verdict::Failed(Reason::DigestMismatch)));
    assert_eq!(found.verdict(CheckId::AccessAgrees), Some(NOT_ON_CARD));
    assert_eq!(found.overall(), Overall::Rejected);
}

#[test]
fn a_proof_that_fails_beside_one_that_passes_is_a_warning() {
    let mut simulated = card("passport");
    let other = file(&mut card("passport-ca"), files::DG14.name);
    put(&mut simulated, files::DG14.name, other);
    sign(&mut simulated, Signer::Explicit, &GROUPS);
    let found = judged(simulated);
    // The chip has no key of chip authentication, and no PACE of the other chip's.
    let hidden = [(CheckId::AccessAgrees, Verdict::Failed(Reason::ProtocolHidden))];
    assert_eq!(verdicts(&found), honest(&hidden));
    assert_eq!(said(&found, CheckId::ChipKey, "proof").as_deref(), Some("active authentication"));
    let warnings: Vec<_> = found.warnings.iter().map(|warning| (warning.file, warning.detail.as_str())).collect();
    let detail = "chip authentication failed (challenge_refused), although active authentication passed";
    assert_eq!(warnings, [(files::DG14.name, detail)]);
}

#[test]
fn a_signed_key_of_an_unknown_kind_leaves_the_chip_open() {
    let mut simulated = card("passport");
    // Ed25519 (RFC 8410).
    let key = [&[0x30, 0x2A, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 3, 0x21, 0][..], &[7; 32]].concat();
    put(&mut simulated, files::DG15.name, object(0x6F, &key));
    sign(&mut simulated, Signer::Explicit, &GROUPS);
    let found = judged(simulated);
    assert_eq!(verdicts(&found), honest(&[(CheckId::ChipKey, OPEN)]));
    assert_eq!(found.overall(), Overall::Undetermined);
}

/// Commands of active authentication.
fn challenges(sent: &[String]) -> usize {
    sent.iter().filter(|command| command.starts_with("0C88")).count()
}

#[test]
fn a_chip_that_refuses_its_proof_in_plain_is_asked_once_and_read_to_the_end() {
    let mut simulated =
        turned("passport", |profile| (profile.answers, profile.plain_errors) = (KeyAnswers::Refuses, true));
    let (dump, sent) = told(&mut simulated);
    let found = judge(&dump);
    let refused = Verdict::Failed(Reason::ChallengeRefused);
    assert_eq!(verdicts(&found), honest(&[(CheckId::ChipKey, refused)]));
    assert_eq!((challenges(&sent), openings(&sent)), (1, 2));
}

#[test]
fn a_chip_that_complains_of_every_length_is_asked_twice() {
    struct Complaining<'a>(&'a mut SimulatedCard, Vec<String>);
    impl Transport for Complaining<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            self.1.push(hex::encode_upper(command));
            if !command.starts_with(&[0x0C, 0x88]) {
                return self.0.exchange(command);
            }
            // Another length each time.
            Ok(vec![0x6C, if challenges(&self.1).is_multiple_of(2) { 0x20 } else { 0x10 }])
        }
    }
    let mut simulated = card("passport");
    let known = Credentials::from(&simulated);
    let mut complaining = Complaining(&mut simulated, Vec::new());
    let request = request().scope(Scope::FULL);
    let (dump, _) = read(&mut complaining, &request, &known).unwrap();
    assert_eq!(challenges(&complaining.1), 2);
    let found = judge(&dump);
    assert_eq!(said(&found, CheckId::ChipKey, "status").as_deref(), Some("6C20"));
    assert_eq!(found.verdict(CheckId::ChipKey), Some(Verdict::Failed(Reason::ChallengeRefused)));
    assert_eq!(found.verdict(CheckId::DataGroups), Some(PASSED));
}

#[test]
fn a_chip_without_the_application_is_a_passport_only_if_it_offers_pace() {
    let found = |mut simulated: SimulatedCard| {
        cards::identify(&mut simulated, &request(), &mut nonces()).map(|identified| identified.recognised.kind)
    };
    let alone = || turned("passport", |profile| profile.opens = Opens::PaceAlone);
    assert_eq!(found(alone()), Ok(CardKind::PASSPORT));
    let mut without = alone();
    put(&mut without, files::CARD_ACCESS.name, SecurityInfos::default().encode());
    assert_eq!(found(without), Err(FlowError::Recognise(RecogniseError::Unknown)));
}
