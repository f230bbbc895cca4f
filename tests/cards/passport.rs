//! Passports: honest ones of every simulated kind, every fault, every byte, what a saved reading may claim, and hostile chips.

use std::ops::Range;

use crate::common::{
    faults::{Honest, is_removed, verdicts},
    reading::{
        TIME, card, entry, findings, judge, look, read, read_card, read_looked, request, request_for, simulated_trust,
    },
};
use taimen::{
    cards::{
        self, Credentials, FlowError, PictureFormat, ReadError,
        passport::{PLAIN, TYPED, TYPED_WITH_KEY, WITH_KEY, files, spec::STEPS},
    },
    dump::{ChallengeResponse, Dump, NotRead, Scope},
    iso7816::CardError,
    kind::CardKind,
    simulator::{
        LINK_FAULTS, Recipe, SimulatedCard,
        cards::passport::{
            PASSPORT_FAULTS, PassportProfile,
            profile::{LongProof, MasterFile, Opens},
        },
    },
    tlv::{self, der},
    transport::{Transport, TransportError},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

pub const PASSED: Verdict = Verdict::Passed;

/// The verdicts of an honest passport with a key.
const HONEST: [(CheckId, Verdict); 12] = [
    (CheckId::ChipKey, PASSED),
    (CheckId::NotExpired, PASSED),
    (CheckId::DocumentSignature, PASSED),
    (CheckId::SignerCertificate, PASSED),
    (CheckId::DataGroups, PASSED),
    (CheckId::PrintedAgrees, PASSED),
    (CheckId::MrzConsistent, PASSED),
    (CheckId::AccessAgrees, PASSED),
    (CheckId::DetailsSigned, Verdict::NotDone(Why::NotOnCard)),
    (CheckId::WeakCryptography, PASSED),
    (CheckId::SignerPeriod, PASSED),
    (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
];

const KINDS: [&str; 6] = ["passport", "passport-bac", "passport-ca", "passport-cam", "passport-rsa", "passport-dh"];

pub fn honest(changes: &[(CheckId, Verdict)]) -> Vec<(CheckId, Verdict)> {
    let change = |id| changes.iter().find(|(known, _)| *known == id).map(|(_, verdict)| *verdict);
    HONEST.into_iter().map(|(id, verdict)| (id, change(id).unwrap_or(verdict))).collect()
}

#[test]
fn an_honest_passport_of_every_kind_is_authentic_with_every_check_as_expected() {
    for (recipe, differs) in [
        ("passport", &[][..]),
        ("passport?seed=2", &[]),
        (
            "passport-bac",
            &[
                (CheckId::ChipKey, Verdict::NotDone(Why::NotOffered)),
                (CheckId::AccessAgrees, Verdict::NotDone(Why::NotOnCard)),
            ],
        ),
        ("passport-ca", &[(CheckId::DetailsSigned, PASSED)]),
        ("passport-cam", &[]),
        ("passport-rsa", &[(CheckId::AccessAgrees, Verdict::NotDone(Why::NotOnCard))]),
        ("passport-dh", &[]),
    ] {
        let (overall, checks) = verdicts(recipe).unwrap_or_else(|error| panic!("{recipe}: {error:?}"));
        assert_eq!(checks, honest(differs), "{recipe}");
        assert_eq!(overall, Overall::Authentic, "{recipe}");
    }
}

#[test]
fn a_report_has_the_holder_the_document_and_the_face() {
    let found = findings("passport-ca?seed=3").unwrap();
    assert_eq!(found.kind, CardKind::PASSPORT);
    let name = &found.holder.name.as_ref().unwrap();
    assert!(!name.value.text.is_empty() && name.signed_by == Some(CheckId::DataGroups));
    assert!(found.holder.birth_date.is_some());
    let ids: Vec<&str> = found.items.iter().map(|item| item.id).collect();
    for id in ["document_kind", "nationality", "document_number", "expiry", "issuer", "name_national", "issue_date"] {
        assert!(ids.contains(&id), "{id} of {ids:?}");
    }
    let photo = found.picture("photo").unwrap();
    assert_eq!((photo.format, photo.signed_by), (PictureFormat::Jpeg2000, Some(CheckId::DataGroups)));
    let notes: Vec<&str> = found.notes.iter().map(|note| note.id).collect();
    assert!(notes.contains(&"no-address") && notes.contains(&"compare-face") && !notes.contains(&"copy"), "{notes:?}");
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
    assert!(findings("passport-bac").unwrap().notes.iter().any(|note| note.id == "copy"));
}

#[test]
fn a_rejected_passport_still_says_that_it_shows_no_address() {
    let found = findings("passport?fault=swapped-photo").unwrap();
    assert!(found.notes.iter().any(|note| note.id == "no-address"));
}

#[test]
fn what_is_not_a_passport_is_named_as_what_it_is() {
    let found = findings("passport?fault=not-a-passport").unwrap();
    assert_eq!(found.verdict(CheckId::DataGroups), Some(Verdict::NotDone(Why::NotABook)));
    assert_eq!(found.title().en, "identity card or residence permit, not a passport");
    let notes: Vec<&str> = found.notes.iter().map(|note| note.id).collect();
    assert!(notes.contains(&"not-a-book") && !notes.contains(&"no-address"), "{notes:?}");
    assert_eq!(found.presentation.no_address, None, "a permit may hold one");
    assert_eq!(findings("passport").unwrap().title(), CardKind::PASSPORT.name());
    // A visa has a zone as large as that of a passport.
    for (document, title) in [("V<", "visa, not a passport"), ("X<", "a document that is not a passport")] {
        let dump = hostile(files::DG1.name, |bytes| bytes[5..7].copy_from_slice(document.as_bytes())).unwrap();
        let found = judge(&dump);
        assert_eq!((found.title().en, found.overall()), (title, Overall::Rejected));
    }
}

fn table() -> Honest {
    Honest {
        kind: CardKind::PASSPORT,
        overall: Overall::Authentic,
        checks: HONEST.to_vec(),
        refuses: |error| matches!(error, ReadError::UncountedRefused { left: None, .. }),
    }
}

#[test]
fn every_fault_fails_exactly_what_the_table_says() {
    let complaints: Vec<String> =
        PASSPORT_FAULTS.iter().chain(LINK_FAULTS).filter_map(|row| table().complaint(row)).collect();
    assert!(PASSPORT_FAULTS.len() >= 20, "{} faults", PASSPORT_FAULTS.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_passport_pulled_away_at_any_exchange_ends_in_a_clear_error() {
    for kind in KINDS {
        let exchanges = read_card(&mut card(kind), Scope::FULL).unwrap().1.exchanges;
        for exchange in 1..=exchanges {
            for fault in ["removed-at", "one-byte-at"] {
                let trouble = verdicts(&format!("{kind}?fault={fault}={exchange}")).unwrap_err();
                assert!(is_removed(&trouble), "{kind} {fault}={exchange}: {trouble:?}");
            }
        }
        assert!(verdicts(&format!("{kind}?fault=removed-at={}", exchanges + 1)).is_ok());
    }
}

/// Counts the commands after the session is open.
struct Counted<'a>(&'a mut SimulatedCard, Vec<Vec<u8>>);

impl Transport for Counted<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.1.push(command.to_vec());
        self.0.exchange(command)
    }
}

/// Commands under secure messaging, SELECT of the application not counted: it belongs to the access.
fn after_access(recipe: &str) -> usize {
    let mut simulated = card(recipe);
    let known = Credentials::from(&simulated);
    let mut counted = Counted(&mut simulated, Vec::new());
    read(&mut counted, &request(), &known).unwrap();
    counted.1.iter().filter(|command| command[0] == 0x0C && command[1] != 0xA4).count()
}

#[test]
fn a_reading_takes_at_most_nine_exchanges_after_access() {
    // DG1, SOD, DG14, DG15, active authentication, DG2.
    assert_eq!(after_access("passport"), 6);
    // DG1, SOD, DG2.
    assert_eq!(after_access("passport-bac"), 3);
    // DG1, SOD, DG14, two of chip authentication, the proof, DG2; and DG11, DG12 because it has them.
    assert_eq!(after_access("passport-ca"), 9);
    // EF.CardSecurity in place of a proof of its own.
    assert_eq!(after_access("passport-cam"), 5);
    assert_eq!(after_access("passport-rsa"), 5);
    // As that with curves, without details.
    assert_eq!(after_access("passport-dh"), 7);
    let all: u64 = STEPS.iter().map(|step| step.exchanges).sum();
    let taken = read_card(&mut card("passport"), Scope::FULL).unwrap().1.exchanges;
    // Recognition, and MSE with four steps of PACE.
    assert!(taken <= all + 6, "{taken} of {all}");
}

#[test]
fn the_card_access_number_opens_a_chip_with_pace_and_compares_nothing() {
    let mut simulated = card("passport");
    let can = taimen::simulator::cards::passport::PassportHolder::from_seed(1).can;
    let (dump, _) = read(&mut simulated, &request(), &entry("can", &can)).unwrap();
    let found = judge(&dump);
    assert_eq!(found.verdict(CheckId::PrintedAgrees), Some(Verdict::NotDone(Why::NotTyped)));
    assert_eq!((found.overall(), found.requirement), (Overall::Authentic, &WITH_KEY));
    let refused = read(&mut card("passport"), &request(), &entry("can", "000000"));
    assert!(matches!(refused, Err(FlowError::Read(ReadError::UncountedRefused { .. }))), "{refused:?}");
    let other = read(&mut card("passport-bac"), &request(), &entry("can", &can));
    assert!(matches!(other, Err(FlowError::Read(ReadError::OtherEntry { .. }))), "BAC takes none: {other:?}");
}

#[test]
fn the_three_fields_open_it_as_the_zone_does() {
    let holder = taimen::simulator::cards::passport::PassportHolder::from_seed(1);
    let known = entry("document-number", &holder.number);
    let known = known.with("birth", &format!("western:{}", holder.birth)).unwrap();
    let known = known.with("expiry", &holder.expiry.to_string()).unwrap();
    let (dump, _) = read(&mut card("passport-bac"), &request(), &known).unwrap();
    assert_eq!(judge(&dump).requirement, &TYPED);
    assert_eq!(judge(&dump).verdict(CheckId::PrintedAgrees), Some(PASSED));
}

#[test]
fn one_wrong_entry_is_presented_once() {
    let other = taimen::simulator::cards::passport::PassportHolder::from_seed(77).zone();
    for recipe in ["passport", "passport-bac"] {
        let mut simulated = card(recipe);
        let mut counted = Counted(&mut simulated, Vec::new());
        let refused = read(&mut counted, &request(), &entry("mrz", &other[44..]));
        assert!(matches!(refused, Err(FlowError::Read(ReadError::UncountedRefused { .. }))), "{recipe}: {refused:?}");
        let attempts = |ins: u8, p1: u8| counted.1.iter().filter(|c| c[0] == 0 && c[1] == ins && c[2] == p1).count();
        assert_eq!(attempts(0x82, 0) + attempts(0x22, 0xC1), 1, "{recipe}: never PACE and BAC with one refused secret");
    }
}

/// What each chip's proof and access say of themselves.
#[test]
fn every_kind_of_key_and_of_pace_is_used_by_some_kind() {
    let said = |kind: &str, id, name| {
        let found = findings(kind).unwrap();
        found.check(id).unwrap().evidence.shown(name).unwrap_or_default().into_owned()
    };
    for (kind, proof, scheme, used) in [
        ("passport", "active authentication", "ECDSA, secp256r1, SHA-256", "PACE ECDH-GM, AES-128, parameters 12"),
        ("passport-bac", "", "", "BAC"),
        (
            "passport-ca",
            "chip authentication",
            "ECDH, brainpoolP256r1, AES-128",
            "PACE ECDH-GM, AES-256, parameters 13",
        ),
        ("passport-cam", "chip authentication mapping", "", "PACE ECDH-CAM, AES-128, parameters 12"),
        ("passport-rsa", "active authentication", "RSA-2048 (ISO/IEC 9796-2), SHA-256", "BAC"),
        ("passport-dh", "chip authentication", "DH, 2048 bits, AES-256", "PACE DH-IM, AES-128, parameters 0"),
    ] {
        assert_eq!(said(kind, CheckId::ChipKey, "proof"), proof, "{kind}");
        assert_eq!(said(kind, CheckId::ChipKey, "scheme"), scheme, "{kind}");
        assert_eq!(said(kind, CheckId::AccessAgrees, "used"), used, "{kind}");
    }
}

#[test]
fn a_copy_of_every_kind_with_a_key_is_rejected_for_its_key_alone() {
    for kind in KINDS.into_iter().filter(|kind| *kind != "passport-bac") {
        for fault in ["cloned", "stale-answer"] {
            let (overall, checks) = verdicts(&format!("{kind}?fault={fault}")).unwrap();
            let failed: Vec<_> = checks.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Failed(_))).collect();
            assert_eq!(failed, [&(CheckId::ChipKey, Verdict::Failed(Reason::ChallengeMismatch))], "{kind} {fault}");
            assert_eq!(overall, Overall::Rejected, "{kind} {fault}");
        }
    }
    for kind in ["passport-rsa", "passport-dh", "passport-ca"] {
        let (overall, checks) = verdicts(&format!("{kind}?fault=refused-challenge")).unwrap();
        assert!(checks.contains(&(CheckId::ChipKey, Verdict::Failed(Reason::ChallengeRefused))), "{kind}");
        assert_eq!(overall, Overall::Rejected, "{kind}");
    }
}

#[test]
fn a_chip_that_leaves_its_mapping_out_withholds_its_key() {
    let hidden = Verdict::Failed(Reason::ProtocolHidden);
    let refused = Verdict::Failed(Reason::ProtocolRefused);
    // In its last answer; in EF.CardAccess; with a status word.
    for (fault, access, said, what) in [
        ("refused-challenge", PASSED, "detail", "the chip left its proof out of the last answer of PACE"),
        ("hidden-pace", hidden, "file", files::CARD_ACCESS.name),
        ("refused-pace", refused, "status", "6A80"),
    ] {
        let found = findings(&format!("passport-cam?fault={fault}")).unwrap();
        let check = found.check(CheckId::ChipKey).unwrap();
        assert_eq!(check.verdict, Verdict::Failed(Reason::KeyWithheld), "{fault}");
        assert_eq!(check.evidence.shown(said).as_deref(), Some(what), "{fault}");
        assert_eq!(found.verdict(CheckId::AccessAgrees), Some(access), "{fault}");
        assert_eq!((found.overall(), found.requirement), (Overall::Rejected, &TYPED_WITH_KEY), "{fault}");
    }
}

#[test]
fn a_mapping_proof_counts_only_under_a_signed_key_of_the_same_authority() {
    let honest = saved("passport-cam");
    let at = TIME.parse().unwrap();
    let chip = |dump: &Dump, basis| {
        let found = cards::check(dump, &simulated_trust(), basis).unwrap();
        (found.verdict(CheckId::ChipKey).unwrap(), found.overall())
    };
    assert_eq!(chip(&honest, Basis::Sealed(at)), (PASSED, Overall::Authentic));
    assert_eq!(chip(&honest, Basis::Now(at)), (Verdict::NotDone(Why::SelfReported), Overall::Undetermined));
    let json: serde_json::Value = serde_json::from_str(&honest.to_json()).unwrap();
    let changed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json);
        chip(&Dump::from_json(json.to_string().as_bytes()).unwrap(), Basis::Sealed(at))
    };
    let without = changed(&|json| {
        json["files"].as_object_mut().unwrap().remove(files::CARD_SECURITY.name);
    });
    assert_eq!(without, (Verdict::Failed(Reason::KeyWithheld), Overall::Rejected));
    let unproven = changed(&|json| {
        json["challenges"].as_object_mut().unwrap().remove(files::MAPPING);
    });
    assert_eq!(unproven, (Verdict::NotDone(Why::NotRead), Overall::Undetermined));
    // The security object's signer signs another thing.
    let other = saved("passport");
    let swapped = changed(&|json| {
        json["files"][files::CARD_SECURITY.name] = hex::encode(other.file(files::SOD.name).unwrap()).into();
    });
    assert_eq!(swapped, (Verdict::Failed(Reason::Malformed), Overall::Rejected));
}

#[test]
fn a_link_without_extended_commands_leaves_a_long_proof_open_and_forges_nothing() {
    for kind in ["passport-rsa", "passport-dh"] {
        let found = findings(&format!("{kind}?fault=no-extended")).unwrap();
        let check = found.check(CheckId::ChipKey).unwrap();
        assert_eq!(check.verdict, Verdict::NotDone(Why::NotRead), "{kind}");
        let detail = check.evidence.shown("detail").unwrap_or_default();
        assert!(detail.contains("longer than a short APDU"), "{kind}: {detail}");
        assert_eq!(found.overall(), Overall::Undetermined, "{kind}");
    }
    for kind in ["passport", "passport-ca"] {
        assert_eq!(verdicts(&format!("{kind}?fault=no-extended")).unwrap().0, Overall::Authentic, "{kind}");
    }
    // What was read in plain has shown that no extended command passes, so that no session is lost over it.
    assert_eq!(verdicts("passport-cam?fault=no-extended").unwrap().0, Overall::Authentic);
    // The proof of the mapping belongs to a session that was left: another chip may answer in the next one.
    let found = findings("passport-cam?fault=broken-mac=3").unwrap();
    let check = found.check(CheckId::ChipKey).unwrap();
    assert_eq!(check.verdict, Verdict::NotDone(Why::NotRead));
    assert_eq!(check.evidence.shown("detail").as_deref(), Some("the session of the mapping was left"));
    assert_eq!(found.overall(), Overall::Undetermined);
}

pub fn saved(recipe: &str) -> Dump {
    let (dump, _) = read_card(&mut card(recipe), Scope::FULL).unwrap();
    Dump::from_json(dump.to_json().as_bytes()).unwrap()
}

#[test]
fn a_saved_reading_proves_a_key_only_by_a_signature_of_the_chip() {
    let at = TIME.parse().unwrap();
    let trust = simulated_trust();
    let active = cards::check(&saved("passport"), &trust, Basis::Now(at)).unwrap();
    assert_eq!(active.verdict(CheckId::ChipKey), Some(PASSED));
    assert_eq!(active.verdict(CheckId::PrintedAgrees), Some(Verdict::NotDone(Why::NotStored)));
    // Nobody signed what the chip says before it is opened.
    assert_eq!(active.verdict(CheckId::AccessAgrees), Some(Verdict::NotDone(Why::SelfReported)));
    assert_eq!((active.overall(), active.requirement), (Overall::Authentic, &WITH_KEY));
    let agreed = saved("passport-ca");
    let found = cards::check(&agreed, &trust, Basis::Now(at)).unwrap();
    assert_eq!(found.verdict(CheckId::ChipKey), Some(Verdict::NotDone(Why::SelfReported)));
    assert_eq!(found.overall(), Overall::Undetermined);
    for vouched in [Basis::Sealed(at), Basis::Operator(at)] {
        let found = cards::check(&agreed, &trust, vouched).unwrap();
        assert_eq!(found.verdict(CheckId::ChipKey), Some(PASSED), "{vouched:?}");
        assert_eq!(found.verdict(CheckId::AccessAgrees), Some(PASSED), "{vouched:?}");
    }
    assert_eq!(cards::check(&saved("passport-bac"), &trust, Basis::Now(at)).unwrap().requirement, &PLAIN);
}

#[test]
fn a_challenge_of_another_time_or_another_answer_proves_nothing() {
    let honest = saved("passport");
    let chip = |dump: &Dump| judge(dump).verdict(CheckId::ChipKey).unwrap();
    let mut later = honest.clone();
    later.read_at = "2026-11-23T03:00:00Z".parse().unwrap();
    assert_eq!(chip(&later), Verdict::Failed(Reason::ChallengeMismatch));
    let mut both = later.clone();
    both.challenges_mut().for_each(|(_, challenge)| challenge.time = later.read_at);
    assert_eq!(chip(&both), Verdict::Failed(Reason::ChallengeMismatch), "the chip signed the time");
    let agreed = saved("passport-ca");
    for at in [0, 5, 12] {
        let mut dump = agreed.clone();
        for (_, challenge) in dump.challenges_mut() {
            if let ChallengeResponse::Signature(bytes) = &mut challenge.answer {
                bytes.0[at] ^= 1;
            }
        }
        assert_eq!(chip(&dump), Verdict::Failed(Reason::ChallengeMismatch), "{at}");
    }
}

/// Flips one bit of every byte of a file, or of every `step`th, and asserts the check that must fail.
fn flipped(dump: &Dump, name: &str, step: usize, breaks: impl Fn(usize) -> &'static [CheckId]) {
    let length = dump.file(name).unwrap().len();
    println!("{name}: {} of {length} bytes", length.div_ceil(step));
    for at in (0..length).step_by(step) {
        let mut dump = dump.clone();
        for (file, bytes) in dump.files_mut() {
            if file == name {
                bytes[at] ^= 1 << (at % 8);
            }
        }
        let found = judge(&dump);
        assert_ne!(found.overall(), Overall::Authentic, "{name} byte {at}");
        let broken = |id: &CheckId| matches!(found.verdict(*id), Some(Verdict::Failed(_)));
        assert!(breaks(at).iter().any(broken), "{name} byte {at}: {:?}", found.checks);
    }
}

/// All of them with `scripts/test-long`, else a sample; never none of a file's regions.
fn step(of: usize) -> usize {
    if std::env::var_os("TAIMEN_LONG").is_some() { 1 } else { of }
}

#[test]
fn every_byte_of_every_signed_file() {
    let (dump, _) = read_card(&mut card("passport"), Scope::FULL).unwrap();
    let hashed = |_| &[CheckId::DataGroups][..];
    flipped(&dump, files::DG1.name, step(3), hashed);
    flipped(&dump, files::DG14.name, step(3), hashed);
    flipped(&dump, files::DG15.name, step(3), hashed);
    flipped(&dump, files::DG2.name, step(101), hashed);
    let (dump, _) = read_card(&mut card("passport-ca"), Scope::FULL).unwrap();
    for file in [&files::DG11, &files::DG12] {
        flipped(&dump, file.name, step(3), |_| &[CheckId::DataGroups]);
        flipped(&dump, file.name, step(3), |_| &[CheckId::DetailsSigned]);
    }
    for kind in ["passport-rsa", "passport-dh"] {
        let (dump, _) = read_card(&mut card(kind), Scope::FULL).unwrap();
        for file in [&files::DG14, &files::DG15].into_iter().filter(|file| dump.file(file.name).is_some()) {
            flipped(&dump, file.name, step(17), hashed);
        }
    }
}

/// EF.CardAccess is not signed, so a change is a hint at the link (advisory), or hides nothing that matters.
#[test]
fn every_byte_of_the_plain_access_information_is_compared_with_the_signed_one() {
    let (honest, _) = read_card(&mut card("passport"), Scope::FULL).unwrap();
    let name = files::CARD_ACCESS.name;
    let length = honest.file(name).unwrap().len();
    let mut noticed = 0;
    for at in 0..length {
        let mut dump = honest.clone();
        dump.files_mut().filter(|(file, _)| *file == name).for_each(|(_, bytes)| bytes[at] ^= 1 << (at % 8));
        let found = judge(&dump);
        let verdict = found.verdict(CheckId::AccessAgrees).unwrap();
        assert!(matches!(verdict, PASSED | Verdict::Failed(Reason::ProtocolHidden)), "byte {at}: {verdict:?}");
        assert_eq!(found.overall(), Overall::Authentic, "byte {at}: it is an advisory check");
        noticed += usize::from(verdict != PASSED);
    }
    // The version is the one byte that nothing is decided by.
    assert_eq!(noticed, length - 1);
}

/// What of a signed message nobody signs and nothing is decided by: its version and its list of hash algorithms; the version of the
/// signer's part, and the issuer's name in it, which states write in other types of string than in the certificate.
fn undecided(sod: &[u8]) -> Vec<usize> {
    let find = |pattern: &[u8], last: bool| {
        let mut found = sod.windows(pattern.len()).enumerate().filter(|(_, bytes)| *bytes == pattern).map(|(at, _)| at);
        if last { found.next_back().unwrap() } else { found.next().unwrap() }
    };
    let version = find(&[0x02, 0x01, 0x03, 0x31], false);
    let list = version + 5..version + 5 + usize::from(sod[version + 4]);
    let of_signer = find(&[0x02, 0x01, 0x01, 0x30], true);
    let name = of_signer + 5..of_signer + 7 + usize::from(sod[of_signer + 6]);
    [version + 2, of_signer + 2].into_iter().chain(list).chain(name).collect()
}

/// What of a security object a change breaks, by where it is: one of the checks no longer passes.
fn regions(sod: &[u8]) -> [(&'static str, Range<usize>, &'static [CheckId]); 6] {
    let range = |part: &[u8]| {
        let from = part.as_ptr() as usize - sod.as_ptr() as usize;
        from..from + part.len()
    };
    let outer = tlv::file(sod, files::SOD.own.tag).unwrap().0;
    let info = der::children(der::element(outer.value).unwrap().content).unwrap();
    let data = der::children(der::element(info[1].content).unwrap().content).unwrap();
    let list = der::element(der::children(data[2].content).unwrap()[1].content).unwrap();
    let certificate = der::children(der::element(data[3].content).unwrap().content).unwrap();
    let signer = der::children(der::element(data[4].content).unwrap().content).unwrap();
    assert!(der::children(signer[3].content).is_some_and(|attributes| attributes.len() == 3));
    let message: &[CheckId] = &[CheckId::DocumentSignature];
    let either: &[CheckId] = &[CheckId::DocumentSignature, CheckId::SignerCertificate];
    [
        ("list of hashes", range(list.content), message),
        ("signed attributes", range(signer[3].content), message),
        ("signature", range(signer[5].content), message),
        ("certificate", range(certificate[0].raw), either),
        ("certificate's algorithm", range(certificate[1].raw), either),
        // The first byte says how many bits are unused.
        ("certificate's signature", range(&certificate[2].content[1..]), &[CheckId::SignerCertificate]),
    ]
}

#[test]
fn every_byte_of_the_security_object() {
    for kind in ["passport", "passport-rsa"] {
        let (honest, _) = read_card(&mut card(kind), Scope::FULL).unwrap();
        let name = files::SOD.name;
        let sod = honest.file(name).unwrap();
        let (undecided, regions) = (undecided(sod), regions(sod));
        let mut flips = 0;
        for at in (0..sod.len()).step_by(step(17)).filter(|at| !undecided.contains(at)) {
            let mut dump = honest.clone();
            dump.files_mut().filter(|(file, _)| *file == name).for_each(|(_, bytes)| bytes[at] ^= 1 << (at % 8));
            let found = judge(&dump);
            assert_ne!(found.overall(), Overall::Authentic, "{kind} byte {at}");
            // What names an algorithm, an issuer or a time that nobody knows leaves it open; everything else fails.
            let spoken = |id: &CheckId| {
                matches!(
                    found.verdict(*id),
                    Some(
                        Verdict::Failed(_)
                            | Verdict::NotDone(Why::UnsupportedAlgorithm | Why::NotOnCard | Why::NoAnchor)
                    )
                )
            };
            let region = regions.iter().find(|(_, range, _)| range.contains(&at));
            let (what, checks) = region.map_or(("frame", [].as_slice()), |(what, _, checks)| (what, *checks));
            let any = [CheckId::DocumentSignature, CheckId::SignerCertificate, CheckId::DataGroups];
            let checks = if checks.is_empty() { &any } else { checks };
            assert!(checks.iter().any(spoken), "{kind} byte {at} ({what}): {:?}", found.checks);
            flips += 1;
        }
        println!("{kind}: {flips} of {} bytes of the security object", sod.len());
    }
}

/// EF.CardSecurity has a signature of its own, on which the proof of a mapping rests.
#[test]
fn every_byte_of_the_signed_access_information() {
    let (honest, _) = read_card(&mut card("passport-cam"), Scope::FULL).unwrap();
    let name = files::CARD_SECURITY.name;
    let file = honest.file(name).unwrap();
    let (undecided, length) = (undecided(file), file.len());
    let mut flips = 0;
    for at in (0..length).step_by(step(17)).filter(|at| !undecided.contains(at)) {
        let mut dump = honest.clone();
        dump.files_mut().filter(|(file, _)| *file == name).for_each(|(_, bytes)| bytes[at] ^= 1 << (at % 8));
        let found = judge(&dump);
        assert_ne!(found.verdict(CheckId::ChipKey), Some(PASSED), "byte {at}");
        assert_ne!(found.overall(), Overall::Authentic, "byte {at}");
        flips += 1;
    }
    println!("{flips} of {length} bytes of the signed access information");
}

#[test]
fn every_byte_of_the_chips_answer() {
    let (honest, _) = read_card(&mut card("passport"), Scope::FULL).unwrap();
    for at in 0..64 {
        let mut dump = honest.clone();
        for (_, challenge) in dump.challenges_mut() {
            if let ChallengeResponse::Signature(bytes) = &mut challenge.answer {
                bytes.0[at] ^= 1 << (at % 8);
            }
        }
        let found = judge(&dump);
        assert_eq!(found.verdict(CheckId::ChipKey), Some(Verdict::Failed(Reason::ChallengeMismatch)), "{at}");
        assert_eq!(found.overall(), Overall::Rejected);
    }
}

#[test]
fn a_key_that_is_taken_out_of_a_saved_reading_is_withheld() {
    let honest = saved("passport");
    let json: serde_json::Value = serde_json::from_str(&honest.to_json()).unwrap();
    for name in [files::DG15.name, files::DG14.name] {
        let mut json = json.clone();
        json["files"].as_object_mut().unwrap().remove(name);
        let dump = Dump::from_json(json.to_string().as_bytes()).unwrap();
        let found = judge(&dump);
        assert_eq!(found.verdict(CheckId::ChipKey), Some(Verdict::Failed(Reason::KeyWithheld)), "{name}");
        assert_eq!(found.overall(), Overall::Rejected, "{name}");
    }
    let mut json = json;
    json["not_read"][files::DG15.name] = serde_json::json!({ "why": "not_on_card" });
    let silent = Dump::from_json(json.to_string().as_bytes()).unwrap();
    assert_eq!(judge(&silent).overall(), Overall::Authentic, "what is there counts");
}

#[test]
fn a_chip_that_refuses_the_pace_that_it_offers_is_named_in_a_saved_reading_too() {
    let dump = saved("passport?fault=refused-pace");
    let asked = dump.challenge(files::PACE).unwrap();
    assert_eq!(asked.answer, ChallengeResponse::Refused("6A80".to_owned()));
    let found = cards::check(&dump, &simulated_trust(), Basis::Now(TIME.parse().unwrap())).unwrap();
    let check = found.check(CheckId::AccessAgrees).unwrap();
    assert_eq!(check.verdict, Verdict::Failed(Reason::ProtocolRefused));
    let said = |name| check.evidence.shown(name).unwrap_or_default().into_owned();
    assert_eq!((said("used").as_str(), said("status").as_str()), ("BAC", "6A80"));
    assert_eq!(said("refused"), "PACE ECDH-GM, AES-128, parameters 12");
    assert_eq!(found.overall(), Overall::Authentic, "data and chip key hold without it");
    let honest = judge(&saved("passport"));
    let used = honest.check(CheckId::AccessAgrees).unwrap().evidence.shown("used").unwrap_or_default().into_owned();
    assert_eq!(used, said("refused"));
    assert!(saved("passport").challenge(files::PACE).is_none());
}

/// Changes what the chip holds before it is read, as a hostile one may.
fn hostile(name: &str, change: impl Fn(&mut Vec<u8>)) -> Result<Dump, FlowError> {
    let mut simulated: SimulatedCard = "passport".parse::<Recipe>().unwrap().card().unwrap();
    change(simulated.file_mut(name).unwrap());
    Ok(read_card(&mut simulated, Scope::FULL)?.0)
}

#[test]
fn lengths_beyond_the_limits_are_named_and_end_nothing() {
    let lying = |tag: &'static [u8], length: &'static [u8]| {
        move |bytes: &mut Vec<u8>| *bytes = [tag, length, &bytes[2..]].concat()
    };
    for (name, tag) in [
        (files::DG1.name, &[0x61][..]),
        (files::SOD.name, &[0x77]),
        (files::DG2.name, &[0x75]),
        (files::DG15.name, &[0x6F]),
    ] {
        for length in [&[0x84, 0xFF, 0xFF, 0xFF, 0xFF][..], &[0x83, 0x0F, 0xFF, 0xFF], &[0x80], &[0x88]] {
            let length: &'static [u8] = length.to_vec().leak();
            let tag: &'static [u8] = tag.to_vec().leak();
            let dump = hostile(name, lying(tag, length)).unwrap();
            assert!(matches!(dump.not_read(name), Some(NotRead::Malformed { .. })), "{name} {length:02X?}");
            assert_ne!(judge(&dump).overall(), Overall::Authentic, "{name}");
        }
        let dump = hostile(name, Vec::clear).unwrap();
        assert!(dump.file(name).is_none(), "{name}");
    }
}

#[test]
fn a_large_picture_is_read_with_odd_instructions() {
    // 40,000 bytes: offsets beyond 15 bits, in extended and in short pieces.
    for fault in ["", "?fault=no-extended"] {
        let mut simulated = card(&format!("passport{fault}"));
        let file = simulated.file_mut(files::DG2.name).unwrap();
        *file = [&[0x75, 0x82, 0x9C, 0x40][..], &[0xA5; 40_000]].concat();
        let expected = file.clone();
        let (dump, _) = read_card(&mut simulated, Scope::FULL).unwrap();
        assert!(dump.file(files::DG2.name) == Some(expected.as_slice()), "{fault}");
        assert_eq!(judge(&dump).verdict(CheckId::DataGroups), Some(Verdict::Failed(Reason::DigestMismatch)));
    }
}

/// A simulated passport with some of its switches turned.
pub fn turned(recipe: &str, turn: impl FnOnce(&mut PassportProfile)) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap().adjust(turn).card().unwrap()
}

/// What was sent, and what came of it.
pub fn told(simulated: &mut SimulatedCard) -> (Dump, Vec<String>) {
    let known = Credentials::from(&*simulated);
    let mut counted = Counted(simulated, Vec::new());
    let (dump, _) = read(&mut counted, &request(), &known).unwrap();
    let sent = counted.1.iter().map(hex::encode_upper).collect();
    (dump, sent)
}

/// How often the chip was opened.
pub fn openings(sent: &[String]) -> usize {
    sent.iter().filter(|command| command.starts_with("10860000027C0000")).count()
}

#[test]
fn a_chip_that_answers_less_than_was_asked_is_read_to_the_end() {
    let mut simulated = turned("passport", |profile| profile.most = Some(231));
    let file = simulated.file_mut(files::DG2.name).unwrap();
    *file = [&[0x75, 0x82, 0x4E, 0x20][..], &[0xA5; 20_000]].concat();
    let expected = file.clone();
    let (dump, sent) = told(&mut simulated);
    assert!(dump.file(files::DG2.name) == Some(expected.as_slice()));
    assert_eq!(openings(&sent), 1);
}

#[test]
fn the_access_information_is_read_before_anything_is_selected() {
    for master in [MasterFile::Selected, MasterFile::Refused, MasterFile::Pretended] {
        for (kind, first) in
            [("passport", &["00B09C0000"][..]), ("passport-rsa", &["00B09C0000", "00A4020C02", "00A4040C07"])]
        {
            let mut simulated = turned(kind, |profile| {
                profile.master = master;
                profile.opens = if kind == "passport" { Opens::Both } else { Opens::BacAlone };
            });
            let (dump, sent) = told(&mut simulated);
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{kind} {master:?}");
            let outline: Vec<&str> = sent.iter().take(first.len()).map(|command| &command[..10]).collect();
            assert_eq!(outline, first, "{kind} {master:?}");
            assert!(!sent.iter().any(|command| command.starts_with("00A400")), "{kind} {master:?}");
        }
    }
}

#[test]
fn a_passport_is_the_same_after_the_question_whatever_its_access_information_answers_then() {
    let looked = |recipe: &str| look(&mut card(recipe), &request()).unwrap();
    let run = |first: &str, second: &mut SimulatedCard| {
        let known = Credentials::from(&*second);
        read_looked(*looked(first), second, &known).map(|(dump, _)| dump)
    };
    let dump = run("passport", &mut card("passport")).unwrap();
    assert_eq!(judge(&dump).overall(), Overall::Authentic);
    // Two chips that offer different forms are two chips.
    let other = run("passport", &mut card("passport-ca"));
    assert_eq!(other.unwrap_err(), FlowError::Read(ReadError::OtherCard));
    // What was not read shows nothing.
    for (first, second) in [("passport?fault=hidden-pace", "passport"), ("passport", "passport?fault=hidden-pace")] {
        let dump = run(first, &mut card(second)).unwrap();
        let found = judge(&dump);
        assert_eq!(found.overall(), Overall::Authentic, "{first}, {second}");
        let hidden = found.verdict(CheckId::AccessAgrees) == Some(Verdict::Failed(Reason::ProtocolHidden));
        assert_eq!(hidden, second != "passport", "what the chip says now counts");
    }
    let dump = run("passport-bac", &mut card("passport-bac")).unwrap();
    assert_eq!(judge(&dump).overall(), Overall::Authentic);
}

#[test]
fn the_master_file_is_selected_before_a_chip_is_opened_again() {
    for (master, forms) in [
        (MasterFile::Selected, &["00A4000C023F00"][..]),
        (MasterFile::Pretended, &["00A4000C023F00"]),
        (MasterFile::Refused, &["00A4000C023F00", "00A4000C", "00A40000023F00", "00A40000"]),
    ] {
        let mut simulated = turned("passport", |profile| {
            profile.master = master;
            profile.broken_mac_at = Some(3);
        });
        let (dump, sent) = told(&mut simulated);
        assert_eq!(judge(&dump).overall(), Overall::Authentic, "{master:?}");
        let selects: Vec<&String> = sent.iter().filter(|command| command.starts_with("00A400")).collect();
        assert_eq!(selects, forms, "{master:?}");
        assert_eq!(openings(&sent), 2);
    }
}

#[test]
fn a_proof_that_the_chip_does_not_give_to_an_extended_command_is_asked_for_with_a_short_one() {
    let authenticates = |sent: &[String]| sent.iter().filter(|command| command.starts_with("0C88")).count();
    for plain in [false, true] {
        for answer in [LongProof::Named, LongProof::Refused, LongProof::Empty] {
            let mut simulated = turned("passport", |profile| {
                (profile.long_proof, profile.plain_errors) = (answer, plain);
            });
            let (dump, sent) = told(&mut simulated);
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{answer:?}, in plain {plain}");
            let ended = plain && answer != LongProof::Empty;
            assert_eq!((authenticates(&sent), openings(&sent)), (2, 1 + usize::from(ended)), "{answer:?} {plain}");
            // RSA-2048 does not fit a short answer, so that another extended form is asked for in the same session.
            let mut simulated = turned("passport-rsa", |profile| {
                (profile.long_proof, profile.plain_errors, profile.opens) = (answer, plain, Opens::BacAlone);
            });
            let found = judge(&told(&mut simulated).0);
            let lost = ended || answer == LongProof::Refused;
            let verdict = if lost { Verdict::NotDone(Why::NotRead) } else { PASSED };
            assert_eq!(found.verdict(CheckId::ChipKey), Some(verdict), "{answer:?} {plain}");
        }
    }
    // Any other word is a refusal, and not asked again.
    let (dump, sent) = told(&mut card("passport?fault=refused-challenge"));
    assert_eq!(judge(&dump).verdict(CheckId::ChipKey), Some(Verdict::Failed(Reason::ChallengeRefused)));
    assert_eq!(authenticates(&sent), 1);
}

#[test]
fn a_chip_that_reads_nothing_past_the_end_is_opened_once_more_and_read_in_exact_pieces() {
    for kind in ["passport", "passport-ca"] {
        for (extended, plain) in [(true, true), (true, false), (false, true)] {
            let mut simulated = turned(kind, |profile| {
                (profile.strict_end, profile.plain_errors, profile.extended) = (true, plain, extended);
            });
            let (dump, sent) = told(&mut simulated);
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{kind} {extended} {plain}");
            assert_eq!(openings(&sent), 2, "{kind} {extended} {plain}");
        }
    }
}

#[test]
fn a_file_that_a_chip_refuses_in_plain_ends_nothing_but_itself() {
    // Data groups 11 and 12; 14 is needed for the key, and 2 for the face.
    for (hidden, openings_wanted) in [(&[0x0B, 0x0C][..], 5), (&[0x0E], 3), (&[0x02], 3)] {
        let mut simulated = turned("passport-ca", |profile| {
            (profile.hidden, profile.plain_errors) = (hidden.to_vec(), true);
        });
        let (dump, sent) = told(&mut simulated);
        let refused = NotRead::Unreadable { detail: "the chip answered 6A82 without protection".to_owned() };
        for sfi in hidden {
            assert_eq!(dump.not_read(&format!("emrtd/{sfi:02X}")), Some(&refused));
        }
        assert!(dump.file(files::DG1.name).is_some());
        assert_eq!(openings(&sent), openings_wanted, "{hidden:02X?}");
        // The form of the commands is what it was before: extended.
        let last = sent.iter().rfind(|command| command.starts_with("0CB0")).unwrap();
        assert!(hidden.contains(&0x0C) || &last[8..10] == "00", "{hidden:02X?} {last}");
    }
    let found = judge(&told(&mut turned("passport-ca", |profile| profile.hidden = vec![0x0B, 0x0C])).0);
    assert_eq!(found.verdict(CheckId::ChipKey), Some(PASSED));
}

/// EF.CardAccess by its short identifier, which such a word may be about.
#[test]
fn a_chip_that_does_not_take_the_short_identifier_is_asked_by_the_other() {
    struct Without<'a>(&'a mut SimulatedCard, [u8; 2]);
    impl Transport for Without<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if command.starts_with(&[0x00, 0xB0, 0x9C]) { Ok(self.1.to_vec()) } else { self.0.exchange(command) }
        }
    }
    for word in [[0x6A, 0x82], [0x6A, 0x86], [0x6B, 0x00]] {
        let mut simulated = card("passport-cam");
        let known = Credentials::from(&simulated);
        let mut without = Without(&mut simulated, word);
        let (dump, _) = read(&mut without, &request_for(CardKind::PASSPORT), &known).unwrap();
        assert_eq!(judge(&dump).overall(), Overall::Authentic, "{word:02X?}");
    }
}

/// Whatever a chip says in plain, and in whatever order: it is opened a few times, and no more.
#[test]
fn a_chip_that_refuses_every_file_in_plain_is_not_opened_without_end() {
    struct Refusing<'a>(&'a mut SimulatedCard, Vec<[u8; 2]>, usize);
    impl Transport for Refusing<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            self.2 += usize::from(command.starts_with(&[0x00, 0x22, 0xC1, 0xA4]));
            match command.starts_with(&[0x0C, 0xB0]) {
                true => {
                    self.1.rotate_left(1);
                    Ok(self.1[0].to_vec())
                }
                false => self.0.exchange(command),
            }
        }
    }
    for words in [vec![[0x6A, 0x82], [0x69, 0x85]], vec![[0x6F, 0x00]], vec![[0x6B, 0x00], [0x6A, 0x82], [0x67, 0x00]]]
    {
        let mut simulated = card("passport");
        let known = Credentials::from(&simulated);
        let mut refusing = Refusing(&mut simulated, words.clone(), 0);
        let read = read(&mut refusing, &request_for(CardKind::PASSPORT), &known);
        assert!(matches!(read, Err(FlowError::Read(ReadError::Handshake { .. }))), "{words:02X?}");
        assert!((2..=8).contains(&refusing.2), "{words:02X?}: {} openings", refusing.2);
    }
}

#[test]
fn a_chip_that_wants_the_group_named_is_asked_again_with_it() {
    let (dump, sent) = told(&mut card("passport?fault=wants-parameters"));
    let begins: Vec<&String> = sent.iter().filter(|command| command.starts_with("0022C1A4")).collect();
    assert_eq!(begins.len(), 2);
    assert!(!begins[0].ends_with("84010C") && begins[1].ends_with("84010C"));
    let found = judge(&dump);
    let used = found.check(CheckId::AccessAgrees).unwrap().evidence.shown("used").unwrap_or_default().into_owned();
    assert!(used.starts_with("PACE"), "{used}");
}

#[test]
fn a_chip_that_answers_nothing_but_ok_ends_the_reading() {
    struct Silent<'a>(&'a mut SimulatedCard, usize);
    impl Transport for Silent<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if command[0] == 0x0C {
                self.1 += 1;
                return Ok(vec![0x90, 0x00]);
            }
            self.0.exchange(command)
        }
    }
    let mut simulated = card("passport");
    let known = Credentials::from(&simulated);
    let mut silent = Silent(&mut simulated, 0);
    let ended = read(&mut silent, &request(), &known);
    assert!(
        matches!(ended, Err(FlowError::Read(ReadError::Handshake { .. } | ReadError::Card(CardError::Status(_))))),
        "{ended:?}"
    );
    assert!(silent.1 < 10, "{} commands", silent.1);
}

/// Changes one bit of the answer to one exchange.
struct Harmed<'a>(&'a mut SimulatedCard, u64, u64);

impl Transport for Harmed<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut answer = self.0.exchange(command)?;
        self.1 += 1;
        if self.1 == self.2 && answer.len() > 2 {
            let middle = (answer.len() - 2) / 2;
            answer[middle] ^= 0x10;
        }
        Ok(answer)
    }
}

#[test]
fn a_bit_that_the_link_changes_never_makes_a_genuine_passport_a_forgery() {
    for kind in KINDS {
        let exchanges = read_card(&mut card(kind), Scope::FULL).unwrap().1.exchanges;
        for at in 1..=exchanges {
            let mut simulated = card(kind);
            let known = Credentials::from(&simulated);
            let read = read(&mut Harmed(&mut simulated, 0, at), &request(), &known);
            if let Ok((dump, _)) = read {
                let found = judge(&dump);
                assert_ne!(found.overall(), Overall::Rejected, "{kind}, exchange {at}: {:?}", found.checks);
            }
        }
    }
}
