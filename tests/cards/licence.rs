//! Driver's licence and licence application, from the simulated card to the findings.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use crate::common::{
    reading::{self, look, read_looked, request},
    trust::anchor,
};
use proptest::prelude::*;
use taimen::{
    cards::{
        Credentials, Findings, FlowError, ItemValue, ReadError, check,
        drivers_licence::{
            self, LICENCE_REQUIREMENT, MENKYO_STEPS, STEPS,
            files::{self, PIN1, PIN2},
        },
    },
    dump::{Dump, NotRead, Scope},
    iso7816::Refusal,
    kind::CardKind,
    lang::Lang,
    simulator::{
        Recipe, SimulatedCard,
        cards::drivers_licence::{
            LicenceProfile,
            profile::{BlockedQuery, PastEnd, SignatureForm},
        },
        certificate::{CertificateOrder, PoolKey, midnight, usage},
    },
    transport::{LinkFigures, Transport, TransportError},
    trust::{Hierarchy, Purpose, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

const TIME: &str = "2026-11-22T03:00:00Z";

/// Recognition of a licence; of the application on a My Number Card, whose SELECT the first step counts.
const RECOGNITION: u64 = 2;
const RECOGNITION_OF_A_GUEST: u64 = 0;

fn recipe(text: &str) -> Recipe {
    text.parse().unwrap()
}

fn read(card: &mut SimulatedCard, scope: Scope) -> Result<(Dump, LinkFigures), FlowError> {
    let (dump, figures) = reading::read_card(card, scope)?;
    assert_eq!(dump.kind, CardKind::LICENCE);
    Ok((dump, figures))
}

fn read_menkyo(card: &mut SimulatedCard, scope: Scope) -> (Dump, LinkFigures) {
    let (dump, figures) = reading::read_card(card, scope).unwrap();
    assert_eq!((dump.kind, &dump.guests[..]), (CardKind::MENKYO, &[][..]));
    (dump, figures)
}

fn trust() -> TrustStore {
    crate::common::trust::simulated_trust()
}

fn judged(dump: &Dump) -> Findings {
    check(dump, &trust(), Basis::Live(TIME.parse().unwrap())).unwrap()
}

fn findings(text: &str, scope: Scope) -> Findings {
    judged(&read(&mut recipe(text).card().unwrap(), scope).unwrap().0)
}

fn text(findings: &Findings, id: &str) -> Option<String> {
    findings.items.iter().find(|item| item.id == id).map(|item| match &item.value {
        ItemValue::Term { id, .. } => (*id).to_owned(),
        value => value.plain(Lang::En),
    })
}

#[test]
fn an_honest_licence_is_authentic_and_shows_everything() {
    for name in ["licence", "licence-nopin"] {
        let found = findings(name, Scope::FULL);
        assert_eq!(found.overall(), Overall::Authentic, "{name}: {:?}", found.checks);
        assert_eq!(found.warnings, [], "{name}");
        assert_eq!(found.hierarchy, Some(Hierarchy::Simulated), "{name}");
        let setting = if name == "licence" { "set" } else { "not-set" };
        assert_eq!(text(&found, "pin_setting").as_deref(), Some(setting));
        assert_eq!(
            found.check(CheckId::LicenceSignature).unwrap().evidence.shown("layout").as_deref(),
            Some("whole-files")
        );
        assert_eq!(found.verdict(CheckId::NoUnsignedChanges), Some(Verdict::Passed));
        assert!(found.holder.name.is_some() && found.holder.address.is_some() && found.holder.birth_date.is_some());
        assert_eq!(found.holder.current, None);
        assert!(found.picture("photo").is_some());
        assert_eq!(text(&found, "licence_number").unwrap().len(), 12);
        assert_eq!(text(&found, "spec_version").as_deref(), Some("010"));
        let domicile = found.items.iter().find(|item| item.id == "domicile").unwrap();
        assert!(domicile.masked && domicile.signed_by == Some(CheckId::LicenceSignature));
        assert!(found.items.iter().filter(|item| item.masked).count() == 1);
        assert_eq!(found.retry_counters.iter().map(|counter| counter.left).collect::<Vec<_>>(), [3, 3]);
    }
}

#[test]
fn changes_stand_beside_the_signed_values() {
    for seed in 1..6 {
        let found = findings(&format!("licence-changed?seed={seed}"), Scope::FULL);
        assert_eq!(found.overall(), Overall::Authentic, "changes are advisory");
        assert_eq!(found.verdict(CheckId::NoUnsignedChanges), Some(Verdict::Failed(Reason::UnsignedChanges)));
        let current = found.holder.current.clone().unwrap();
        let address = current.address.unwrap();
        assert!(address.starts_with("仮想県例示市新町"), "the newest day, whatever its slot: {}", &*address);
        assert_ne!(found.holder.address.as_ref().unwrap().value, address);
        let name = current.name.unwrap();
        assert_eq!(name.external, [(2, 3)]);
        assert_eq!(name.chars().nth(2), Some('〓'));
        assert!(current.conditions.unwrap().iter().any(|condition| condition.starts_with("補聴器")));
        assert!(current.domicile.unwrap().starts_with("架空県"));
        assert!(found.external.iter().any(|external| external.slot == 3 && external.file == "df1/0005"));
        let days: Vec<_> = found.history.iter().map(|change| change.date).collect();
        assert!(days.is_sorted() && days.iter().all(Option::is_some));
        assert!(
            found.history.iter().any(|change| change.masked) && found.notes.iter().any(|note| note.id == "changed")
        );
    }
}

#[test]
fn without_pins_it_is_undetermined_and_says_why() {
    let free = findings("licence", Scope::WITHOUT_PIN);
    assert_eq!(free.overall(), Overall::Undetermined);
    assert_eq!(free.verdict(CheckId::NotExpired), Some(Verdict::Passed));
    assert_eq!(free.verdict(CheckId::LicenceSignature), Some(Verdict::NotDone(Why::NotRead)));
    assert!(text(&free, "expiry").is_some() && text(&free, "issue_date").is_some());
    assert_eq!(text(&free, "pin_setting").as_deref(), Some("set"));
    assert_eq!(free.retry_counters.len(), 2);
    let noted = |found: &Findings, id| found.notes.iter().any(|note| note.id == id);
    assert!(noted(&free, "without-pin") && !noted(&free, "pin1-only") && free.holder.name.is_none());

    let one = findings("licence", Scope::PIN1);
    assert_eq!(one.overall(), Overall::Undetermined);
    assert!(noted(&one, "pin1-only") && !noted(&one, "without-pin"));
    assert!(one.holder.name.is_some() && one.picture("photo").is_none() && text(&one, "domicile").is_none());
    assert_eq!(one.verdict(CheckId::NoUnsignedChanges), Some(Verdict::NotDone(Why::NotRead)));
}

/// No signature covers the files of changes, and whoever holds a saved reading can take entries away.
#[test]
fn a_saved_reading_shows_no_absence_of_changes_unless_somebody_vouches_for_it() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let (changed, _) = read(&mut recipe("licence-changed").card().unwrap(), Scope::FULL).unwrap();
    let at = TIME.parse().unwrap();
    let unsigned = Verdict::NotDone(Why::Unsigned);
    for (basis, verdict) in [
        (Basis::Live(at), Verdict::Passed),
        (Basis::Sealed(at), Verdict::Passed),
        (Basis::Operator(at), Verdict::Passed),
        (Basis::Now(at), unsigned),
        (Basis::Named(at), unsigned),
    ] {
        let changes = |dump| check(dump, &trust(), basis).unwrap().verdict(CheckId::NoUnsignedChanges);
        assert_eq!(changes(&dump), Some(verdict), "{basis:?}");
        assert_eq!(changes(&changed), Some(Verdict::Failed(Reason::UnsignedChanges)), "{basis:?}");
    }
}

#[test]
fn the_issuer_decides() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let at = Basis::Live(TIME.parse().unwrap());
    let shipped = check(&dump, &TrustStore::shipped().unwrap(), at).unwrap();
    assert_eq!(shipped.overall(), Overall::Rejected);
    assert_eq!(shipped.verdict(CheckId::LicenceSigner), Some(Verdict::Failed(Reason::HierarchyNotAccepted)));
    let expired = check(&dump, &trust(), Basis::Live("2099-01-01T00:00:00Z".parse().unwrap())).unwrap();
    assert_eq!(expired.verdict(CheckId::NotExpired), Some(Verdict::Failed(Reason::Expired)));
    let later = check(&dump, &trust(), Basis::Live("2101-01-01T00:00:00Z".parse().unwrap())).unwrap();
    assert_eq!(later.verdict(CheckId::LicenceSigner), Some(Verdict::NotDone(Why::AnchorExpired)));

    // A key of which no certificate is known, and nothing is said about forgery.
    let (unknown, _) = read(&mut recipe("licence?fault=unknown-signer").card().unwrap(), Scope::FULL).unwrap();
    let found = judged(&unknown);
    assert_eq!(found.overall(), Overall::Undetermined);
    assert_eq!(found.verdict(CheckId::LicenceSignature), Some(Verdict::NotDone(Why::NoAnchor)));
    // The first byte of the signature: bad padding.
    let mut bad = dump.clone();
    let (_, file) = bad.files_mut().find(|(name, _)| *name == files::SIGNATURE.name).unwrap();
    file[4] ^= 1;
    assert_eq!(judged(&bad).verdict(CheckId::LicenceSignature), Some(Verdict::Failed(Reason::SignatureMismatch)));
}

fn change(dump: &Dump, name: &str, edit: impl Fn(&mut Vec<u8>)) -> Findings {
    let mut changed = dump.clone();
    edit(changed.files_mut().find(|(known, _)| *known == name).unwrap().1);
    judged(&changed)
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    bytes[at..at + new.len()].copy_from_slice(new);
}

/// How a card stores the key identifier is not known. The signature says whose certificate it is.
#[test]
fn a_key_identifier_in_another_form_does_not_hide_the_signer() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let own = dump.file(files::SIGNATURE.name).unwrap();
    let own = own[own.len() - 32..].to_vec();
    let padded = |byte| [&own[..20], &[byte; 12]].concat();
    for form in [padded(0x00), padded(0xFF), padded(b' '), [&[0x04, 0x14], &own[..30]].concat()] {
        let found = change(&dump, files::SIGNATURE.name, |file| replace(file, &own, &form));
        assert_eq!(found.overall(), Overall::Authentic, "{form:02X?}: {:?}", found.checks);
        let signer = found.check(CheckId::LicenceSigner).unwrap();
        assert_eq!(signer.evidence.anchor().unwrap().name, "taimen simulated licence signer");
        // Of another's key nothing is said: nobody is known who made the signature.
        let (mut other, _) = read(&mut recipe("licence?fault=unknown-signer").card().unwrap(), Scope::FULL).unwrap();
        let (_, file) = other.files_mut().find(|(name, _)| *name == files::SIGNATURE.name).unwrap();
        let at = file.len() - 32;
        file[at..].copy_from_slice(&form);
        assert_eq!(judged(&other).verdict(CheckId::LicenceSigner), Some(Verdict::NotDone(Why::NoAnchor)));
    }
}

#[test]
fn a_signer_with_a_key_of_another_kind_is_not_verified_and_not_called_forged() {
    let key = PoolKey::Ec("zairyu-signer2");
    let (from, to) = (midnight(2020, 1, 1), midnight(2099, 1, 1));
    let mut order = CertificateOrder::authority(key, "a signer of licences", 1, from, to);
    (order.constraints, order.key_usage) = (None, Some(usage::DIGITAL_SIGNATURE));
    let anchor = anchor(Purpose::DriversLicence, Hierarchy::Installed, &order);
    let (mut dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let (_, file) = dump.files_mut().find(|(name, _)| *name == files::SIGNATURE.name).unwrap();
    file.truncate(file.len() - 33);
    file.push(20);
    file.extend(order.subject_key_id.clone().unwrap());
    file.extend([0xFF; 12]);
    let found = check(&dump, &trust().with(vec![anchor]), Basis::Live(TIME.parse().unwrap())).unwrap();
    assert_eq!(found.verdict(CheckId::LicenceSigner), Some(Verdict::NotDone(Why::UnsupportedKey)));
    assert_eq!(found.overall(), Overall::Undetermined);
}

/// The record date of a driving history is no day of issue.
#[test]
fn a_record_from_before_the_signers_certificate_is_not_a_forgery() {
    let (dump, _) = read_menkyo(&mut recipe("menkyo").card().unwrap(), Scope::FULL);
    let recorded = dump.file(files::MENKYO_DATA.name).unwrap()[..9].to_vec();
    assert_eq!(recorded[..2], [0xC2, 0x07]);
    let found = change(&dump, files::MENKYO_DATA.name, |file| replace(file, &recorded, b"\xC2\x074200401"));
    assert_eq!(found.verdict(CheckId::MenkyoSigner), Some(Verdict::Passed));
    assert_eq!(found.overall(), Overall::Undetermined, "the data are not those that were signed");
    assert!(found.notes.iter().any(|note| note.id == "no-issue-date"));
}

/// A card that does not know a file by the short identifier that nobody states.
struct NoShort(SimulatedCard, [u8; 2], u32);

impl Transport for NoShort {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.2 += u32::from(matches!(command, [_, 0xA4, 0x02, ..]));
        match command {
            [_, 0xB0, 0x9B | 0x9C, ..] => Ok(self.1.to_vec()),
            _ => self.0.exchange(command),
        }
    }
}

#[test]
fn a_licence_record_without_short_identifiers_is_selected() {
    use std::sync::Arc;
    let request = || request().application(CardKind::MENKYO);
    let inferring = || request().inferring(Arc::new(trust()));
    for refusal in [[0x6A, 0x82], [0x6A, 0x86]] {
        for (text, request, selected) in [
            ("menkyo", request(), 2),
            ("menkyo", inferring(), 2),
            // The signature covers no filler: the rest is read after all.
            ("menkyo?fault=layout=up-to-filler", inferring(), 3),
        ] {
            let mut card = NoShort(recipe(text).card().unwrap(), refusal, 0);
            let known = Credentials::from(&card.0);
            let (dump, _) = reading::read(&mut card, &request, &known).unwrap();
            assert_eq!(judged(&dump).overall(), Overall::Authentic, "{text} {refusal:02X?}");
            assert_eq!(card.2, selected, "{text}");
        }
    }
    // Another refusal is the card's answer.
    let mut card = NoShort(recipe("menkyo").card().unwrap(), [0x69, 0x82], 0);
    let known = Credentials::from(&card.0);
    let (dump, _) = reading::read(&mut card, &request(), &known).unwrap();
    assert_eq!((card.2, dump.file(files::MENKYO_DATA.name)), (0, None));
}

#[test]
fn a_file_that_is_shorter_than_its_table_keeps_what_was_read() {
    for extended in [true, false] {
        let strict = recipe("licence")
            .adjust(|p: &mut LicenceProfile| (p.past_end, p.extended_le) = (PastEnd::WrongLength, extended));
        let mut card = strict.card().unwrap();
        let file = card.file_mut(files::DATA.name).unwrap();
        file.truncate(873);
        let stored = file.clone();
        let (dump, _) = read(&mut card, Scope::FULL).unwrap();
        assert_eq!(dump.file(files::DATA.name), Some(&stored[..]), "{extended}");
        assert!(dump.file(files::PHOTO.name).is_some_and(|photo| photo.len() == 2_005));
    }
}

#[test]
fn each_fault_of_the_signer_has_its_own_name() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let signer = |found: &Findings| (found.verdict(CheckId::LicenceSigner), found.verdict(CheckId::LicenceSignature));
    let depends = Some(Verdict::NotDone(Why::DependsOn(CheckId::LicenceSigner)));
    let key_id = |name: &str| {
        let anchors = TrustStore::shipped().unwrap();
        let mut certificates = anchors.certificates(Purpose::DriversLicence);
        let (_, certificate) = certificates.find(|(anchor, _)| anchor.name.contains(name)).unwrap();
        certificate.subject_key_id.clone().unwrap()
    };
    let own = dump.file(files::SIGNATURE.name).unwrap();
    let own = own[own.len() - 32..].to_vec();

    // The CA's certificate may sign certificates and no data.
    let found = change(&dump, files::SIGNATURE.name, |file| replace(file, &own, &key_id("CA")));
    assert_eq!(signer(&found), (Some(Verdict::Failed(Reason::WrongKeyUsage)), depends));
    assert_eq!(found.overall(), Overall::Rejected);
    // Another signer's certificate: its key does not open the padding.
    let found = change(&dump, files::SIGNATURE.name, |file| replace(file, &own, &key_id("menkyo")));
    let mismatch = Some(Verdict::Failed(Reason::SignatureMismatch));
    assert_eq!(signer(&found), (Some(Verdict::Passed), mismatch));
    // Issued before the certificate was valid.
    let issued = {
        let file = dump.file(files::DATA.name).unwrap();
        let at = file.windows(2).position(|w| w == [0x18, 0x07]).unwrap();
        file[at..at + 9].to_vec()
    };
    let found = change(&dump, files::DATA.name, |file| replace(file, &issued, b"\x18\x074220401"));
    assert_eq!(signer(&found), (Some(Verdict::Failed(Reason::NotValidAtIssue)), depends));
    assert!(found.warnings.iter().any(|warning| warning.file == "mf/2F01"), "the free days differ now");
    // No day of issue at all.
    let found = change(&dump, files::DATA.name, |file| replace(file, &issued, b"\x18\x074000000"));
    let unknown = Some(Verdict::NotDone(Why::LayoutUnknown));
    assert_eq!(signer(&found), (unknown, unknown));
}

/// The field with a tag in a file, tag and length before it.
fn field(dump: &Dump, file: &str, tag: u8, length: u8) -> Vec<u8> {
    let bytes = dump.file(file).unwrap();
    let at = bytes.windows(2).position(|header| header == [tag, length]).unwrap();
    bytes[at..at + 2 + usize::from(length)].to_vec()
}

/// A file that was read and says no day: it is not that it was not read.
#[test]
fn an_expiry_that_is_no_day_names_the_file_and_the_tag_that_decide() {
    let (licence, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let (menkyo, _) = read_menkyo(&mut recipe("menkyo").card().unwrap(), Scope::FULL);
    let (free, _) = read(&mut recipe("licence").card().unwrap(), Scope::WITHOUT_PIN).unwrap();
    let open = Verdict::NotDone;
    let unknown = open(Why::LayoutUnknown);
    let revocation = (CheckId::Revocation, open(Why::NotAvailable));
    for (dump, file, tag, length, others) in [
        (
            &licence,
            files::DATA.name,
            0x1B,
            7,
            &[
                (CheckId::LicenceSignature, unknown),
                (CheckId::LicenceSigner, Verdict::Passed),
                (CheckId::NoUnsignedChanges, Verdict::Passed),
                revocation,
            ][..],
        ),
        (
            &menkyo,
            files::MENKYO_DATA.name,
            0xC5,
            7,
            &[(CheckId::MenkyoSignature, unknown), (CheckId::MenkyoSigner, Verdict::Passed), revocation],
        ),
        (
            &free,
            files::COMMON_DATA.name,
            0x45,
            11,
            &[
                (CheckId::LicenceSignature, open(Why::NotRead)),
                (CheckId::LicenceSigner, open(Why::NotRead)),
                (CheckId::NoUnsignedChanges, open(Why::NotRead)),
                revocation,
            ],
        ),
    ] {
        let stored = field(dump, file, tag, length);
        let blank = [&[tag, length][..], &[b' '; 11][..length.into()]].concat();
        let none = [&[tag, length][..], &b"00101010000"[..length.into()]].concat();
        for other in [blank, none, vec![tag, 0], Vec::new()] {
            let found = change(dump, file, |bytes| {
                let at = bytes.windows(stored.len()).position(|window| window == stored).unwrap();
                bytes.splice(at..at + stored.len(), other.iter().copied());
            });
            let expiry = found.check(CheckId::NotExpired).unwrap();
            assert_eq!(expiry.verdict, unknown, "{file} {other:02X?}");
            let said = |name| expiry.evidence.shown(name).unwrap_or_default().into_owned();
            assert_eq!(
                (said("file"), said("detail")),
                (file.to_owned(), format!("tag {tag:02X} holds no day of expiry"))
            );
            for (id, verdict) in others {
                assert_eq!(found.verdict(*id), Some(*verdict), "{file} {other:02X?} {id:?}");
            }
            assert_eq!((found.overall(), found.checks.len()), (Overall::Undetermined, others.len() + 1));
        }
    }
}

#[test]
fn no_change_hides_behind_broken_bytes() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let verdict = |bytes: &[u8]| {
        let found = change(&dump, files::CHANGES.name, |file| file[..bytes.len()].copy_from_slice(bytes));
        // What no signature covers takes nothing from the files that it does cover.
        assert_eq!(found.verdict(CheckId::LicenceSignature), Some(Verdict::Passed), "{bytes:02X?}");
        assert_eq!(found.verdict(CheckId::LicenceSigner), Some(Verdict::Passed), "{bytes:02X?}");
        assert_eq!(found.overall(), Overall::Authentic, "{bytes:02X?}: changes are advisory");
        found.verdict(CheckId::NoUnsignedChanges)
    };
    let malformed = Some(Verdict::Failed(Reason::Malformed));
    assert_eq!(verdict(&[0x50, 0x81]), malformed, "a length of another form");
    assert_eq!(verdict(&[0x50, 0x00, 0x60, 0x02, 0x90, 0x23]), malformed, "an entry that is too short");
    assert_eq!(verdict(&[0x10, 0x01]), malformed, "another tag");
}

#[test]
fn a_signature_tells_padding_from_content() {
    use taimen::{crypto::Recovered, simulator::keys::signer};
    let key = signer("licence-signer").unwrap();
    let public = key.public_key().unwrap();
    let hash = taimen::crypto::sha256(&[b"data"]);
    assert_eq!(public.recover(&key.sign_sha256(&[b"data"]).unwrap()), Ok(Recovered::Sha256(hash)));
    assert_eq!(public.recover(&key.sign_padded(&hash).unwrap()), Ok(Recovered::Other { length: 32 }), "no DigestInfo");
    let long = [taimen::crypto::sha256_digest_info(&hash), vec![0]].concat();
    assert_eq!(
        public.recover(&key.sign_padded(&long).unwrap()),
        Ok(Recovered::Other { length: long.len() }),
        "bytes behind the hash"
    );
    assert!(public.recover(&signer("impostor").unwrap().sign_sha256(&[b"data"]).unwrap()).is_err());
    for wrong in [vec![], vec![0; 255], vec![0; 256], vec![0xFF; 256], vec![1; 257]] {
        assert!(public.recover(&wrong).is_err());
    }
}

/// Every byte of the signed files: never authentic. Good padding over other data is not proof of forgery.
#[test]
fn no_flipped_byte_is_authentic() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let trust = trust();
    let at = Basis::Live(TIME.parse().unwrap());
    for name in [files::DATA.name, files::DOMICILE.name, files::PHOTO.name, files::SIGNATURE.name] {
        let size = dump.file(name).unwrap().len();
        for at_byte in 0..size {
            let mut changed = dump.clone();
            let (_, file) = changed.files_mut().find(|(known, _)| *known == name).unwrap();
            file[at_byte] ^= 0x01;
            let found = check(&changed, &trust, at).unwrap();
            let names_only = name == files::SIGNATURE.name
                && found.verdict(CheckId::LicenceSignature) == Some(Verdict::Passed)
                && dump.file(name).unwrap()[..260] == changed.file(name).unwrap()[..260];
            assert!(found.overall() != Overall::Authentic || names_only, "{name} byte {at_byte}");
        }
    }
}

#[test]
fn only_layouts_that_cover_everything_pass() {
    use taimen::simulator::cards::drivers_licence::{LicenceHolder, LicenceOrder, LicenceProfile, issue};
    for layout in files::LICENCE_LAYOUTS {
        let mut order = LicenceOrder::new(LicenceHolder::from_seed(3), files::PinSetting::NotSet);
        order.layout = layout;
        let profile = LicenceProfile { signature: SignatureForm::Short, ..LicenceProfile::default() };
        let issued = issue(&order, &profile).unwrap();
        let mut dump = Dump::new(CardKind::LICENCE, Scope::FULL, "test", TIME.parse().unwrap());
        for file in &issued.files {
            dump.keep(file.file().name, file.encode().unwrap());
        }
        let found = judged(&dump);
        let check = found.check(CheckId::LicenceSignature).unwrap();
        assert_eq!(check.evidence.shown("layout").as_deref(), Some(layout.name), "{check:?}");
        let expected = if layout.covers { Verdict::Passed } else { Verdict::NotDone(Why::LayoutUnknown) };
        assert_eq!(check.verdict, expected, "{}", layout.name);
    }
}

/// An item that changes its file leaves the hash as it was; the files no longer hold their own items.
#[test]
fn an_item_in_another_file_does_not_pass() {
    let (dump, _) = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap();
    let mut moved = dump.clone();
    let tail: Vec<u8> = {
        let (_, file) = moved.files_mut().find(|(name, _)| *name == files::DATA.name).unwrap();
        file.split_off(file.len() - 9)
    };
    let (_, file) = moved.files_mut().find(|(name, _)| *name == files::DOMICILE.name).unwrap();
    file.splice(..0, tail);
    let found = judged(&moved);
    assert_eq!(
        found.verdict(CheckId::LicenceSignature),
        Some(Verdict::NotDone(Why::LayoutUnknown)),
        "{:?}",
        found.checks
    );
}

#[test]
fn the_steps_add_up_and_stay_within_the_budget() {
    let of = |text: &str, scope| read(&mut recipe(text).card().unwrap(), scope).unwrap().1;
    for scope in [Scope::FULL, Scope::PIN1, Scope::WITHOUT_PIN] {
        let told = RECOGNITION
            + STEPS.iter().filter(|step| step.scopes.contains(&scope)).map(|step| step.exchanges).sum::<u64>();
        assert_eq!(of("licence", scope).exchanges, told, "{scope:?}");
    }
    let full = of("licence", Scope::FULL);
    assert_eq!(full.exchanges, 19, "{full:?}");
    assert_eq!(of("licence-nopin", Scope::FULL).exchanges, 17, "no PIN of a holder could lose a try");
    let data = full.bytes_received - 2 * full.exchanges;
    assert!((5_388..=5_388 * 102 / 100).contains(&data), "{full:?}");

    let menkyo = read_menkyo(&mut recipe("menkyo").card().unwrap(), Scope::FULL).1;
    let told = RECOGNITION_OF_A_GUEST + MENKYO_STEPS.iter().map(|step| step.exchanges).sum::<u64>();
    assert_eq!(menkyo.exchanges, told);
}

/// Readers without extended APDUs, and cards that answer in every other way: the same bytes, none of them twice.
#[test]
fn every_way_of_answering_gives_the_same_bytes() {
    let whole = read(&mut recipe("licence").card().unwrap(), Scope::FULL).unwrap().0;
    for past_end in [PastEnd::Short, PastEnd::Warned, PastEnd::Exact, PastEnd::WrongLength] {
        for extended in [true, false] {
            let mut other = recipe("licence");
            other = other.adjust(|p: &mut LicenceProfile| (p.past_end, p.extended_le) = (past_end, extended));
            let (dump, figures) = read(&mut other.card().unwrap(), Scope::FULL).unwrap();
            for file in files::FILES.iter().filter(|file| file.application != files::DF3) {
                assert_eq!(dump.file(file.name), whole.file(file.name), "{past_end:?} {extended} {}", file.name);
            }
            assert!(figures.bytes_received - 2 * figures.exchanges <= 5_395, "{past_end:?} {extended} {figures:?}");
        }
    }
    for fault in ["short-answers=84", "short-answers=250", "short-answers=400", "get-response"] {
        let Ok(recipe) = format!("licence?fault={fault}").parse::<Recipe>() else { continue };
        let (dump, _) = read(&mut recipe.card().unwrap(), Scope::FULL).unwrap();
        assert_eq!(dump.file(files::PHOTO.name), whole.file(files::PHOTO.name), "{fault}");
    }
}

#[test]
fn a_blocked_folder_spends_no_try_and_shows_what_is_free() {
    let blocked = recipe("licence").adjust(|p: &mut LicenceProfile| p.blocked_folders = true);
    let mut card = blocked.card().unwrap();
    let (dump, _) = read(&mut card, Scope::FULL).unwrap();
    assert_eq!(dump.not_read(files::DATA.name), Some(&NotRead::Status { status: "6283".to_owned() }));
    let found = judged(&dump);
    assert_eq!(found.overall(), Overall::Undetermined);
    assert!(text(&found, "expiry").is_some() && found.notes.iter().any(|note| note.id == "chip-blocked"));
    card.power_off();
    card.power_on();
    assert_eq!(look(&mut card, &request()).unwrap().wanted(), []);
    // Nor are PINs presented that were given beforehand.
    assert_eq!(attempt(&mut card, "0000", "0000", false), (Ok(()), vec![]));
}

/// Counts VERIFY commands with data, by reference.
struct Verifies<'a> {
    card: &'a mut SimulatedCard,
    sent: Vec<u8>,
    lost: bool,
}

impl Transport for Verifies<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command);
        if let [_, 0x20, _, reference, _, _, ..] = command {
            self.sent.push(*reference);
            if self.lost {
                return Err(TransportError::Removed);
            }
        }
        answer
    }
}

fn attempt(card: &mut SimulatedCard, pin1: &str, pin2: &str, lost: bool) -> (Result<(), FlowError>, Vec<u8>) {
    let known = Credentials::default().with("pin1", pin1).unwrap().with("pin2", pin2).unwrap();
    card.power_off();
    card.power_on();
    let mut counted = Verifies { card, sent: Vec::new(), lost };
    let result = reading::read(&mut counted, &request(), &known);
    (result.map(|_| ()), counted.sent)
}

/// A wrong PIN.
fn other_than(right: &str) -> String {
    if right == "9876" { "9875".to_owned() } else { "9876".to_owned() }
}

#[test]
fn tries_are_precious() {
    let mut card = recipe("licence").card().unwrap();
    let own = card.credentials().unwrap().clone();
    let as_text = |pin: Option<&taimen::privacy::Pin>| String::from_utf8(pin.unwrap().expose().to_vec()).unwrap();
    let (right1, right2) = (as_text(own.get("pin1")), as_text(own.get("pin2")));
    let wrong1 = other_than(&right1);

    let (result, sent) = attempt(&mut card, &wrong1, &right2, false);
    assert!(
        matches!(result, Err(FlowError::Read(ReadError::Wrong { left: Some(2), reference })) if reference.sfi == PIN1.sfi)
    );
    assert_eq!(sent, [0x81]);
    // A card that answers 6300 names no count: it is asked, and never said to have no limit.
    let plain = recipe("licence").adjust(|p: &mut LicenceProfile| p.plain_mismatch = true);
    let (result, sent) = attempt(&mut plain.card().unwrap(), &wrong1, &right2, false);
    assert!(
        matches!(result, Err(FlowError::Read(ReadError::Wrong { left: Some(2), reference })) if reference.sfi == PIN1.sfi)
    );
    assert_eq!(sent, [0x81]);
    // PIN 2 on its last try: PIN 1 is not even presented.
    card.set_retry_counter(&PIN2, 1);
    let (result, sent) = attempt(&mut card, &right1, &right2, false);
    assert!(
        matches!(result, Err(FlowError::Read(ReadError::Refused { refusal: Refusal::LastTry, reference })) if reference.sfi == PIN2.sfi)
    );
    assert_eq!(sent.len(), 0);
    card.set_retry_counter(&PIN2, 0);
    let (result, sent) = attempt(&mut card, &right1, &right2, false);
    assert!(matches!(result, Err(FlowError::Read(ReadError::Refused { refusal: Refusal::Blocked, .. }))));
    assert_eq!((sent, card.retry_counter(&PIN1)), (vec![], Some(2)));
    card.set_retry_counter(&PIN2, 3);
    let (result, sent) = attempt(&mut card, &right1, &right2, true);
    assert!(matches!(result, Err(FlowError::Read(ReadError::AnswerLost { .. }))));
    assert_eq!(sent, [0x81], "never a second one after a lost answer");
    let (result, sent) = attempt(&mut card, &right1, &right2, false);
    assert!(result.is_ok());
    assert_eq!(sent, [0x81, 0x82]);
}

#[test]
fn an_unknown_setting_tries_no_pin() {
    let mut card = recipe("licence").card().unwrap();
    card.file_mut(files::PIN_SETTING.name).unwrap()[2] = 0x02;
    let (result, sent) = attempt(&mut card, "1111", "2222", false);
    assert!(matches!(result, Err(FlowError::Read(ReadError::PinSetting { .. }))));
    assert_eq!((sent, card.retry_counter(&PIN1)), (vec![], Some(3)));
    card.power_off();
    card.power_on();
    let (dump, _) = reading::read(&mut card, &request().scope(Scope::WITHOUT_PIN), &Credentials::default()).unwrap();
    let found = judged(&dump);
    assert!(text(&found, "expiry").is_some(), "the free part is shown");
    assert!(found.warnings.iter().any(|warning| warning.file == "mf/000A"), "{:?}", found.warnings);
}

#[test]
fn another_card_in_the_middle_is_noticed() {
    let mut card = recipe("licence").card().unwrap();
    let run = |card: &mut SimulatedCard| {
        let looked = look(&mut recipe("licence").card().unwrap(), &request()).unwrap();
        card.power_off();
        card.power_on();
        let known = Credentials::from(&*card);
        let mut counted = Verifies { card, sent: Vec::new(), lost: false };
        let result = read_looked(*looked, &mut counted, &known);
        (result.map(|(dump, _)| judged(&dump).overall()), counted.sent.len())
    };
    assert_eq!(run(&mut card), (Ok(Overall::Authentic), 2));
    assert_eq!(run(&mut recipe("licence?seed=2").card().unwrap()), (Err(ReadError::OtherCard.into()), 0));
    card.set_retry_counter(&PIN1, 2);
    assert_eq!(run(&mut card), (Err(ReadError::OtherCard.into()), 0));
}

#[test]
fn the_licence_application() {
    for filler in [0x00, 0xFF] {
        let mut recipe = recipe("menkyo");
        recipe = recipe.adjust(|p: &mut LicenceProfile| p.guest_filler = filler);
        let (dump, _) = read_menkyo(&mut recipe.card().unwrap(), Scope::FULL);
        let found = judged(&dump);
        assert_eq!(found.overall(), Overall::Authentic, "{:?} {:?}", found.checks, found.warnings);
        assert_eq!((found.kind, found.warnings.len()), (CardKind::MENKYO, 0), "{:?}", found.warnings);
        assert_eq!(found.hierarchy, Some(Hierarchy::Simulated));
        assert!(text(&found, "driver_class").is_some());
        assert!(found.picture("photo").is_some() && text(&found, "expiry").is_some());
        assert!(found.holder.name.is_none() && found.retry_counters[0].left == 10);
        assert!(found.notes.iter().any(|note| note.id == "not-tied"));
    }
    let (dump, _) = read_menkyo(&mut recipe("menkyo").card().unwrap(), Scope::FULL);
    let number = field(&dump, files::MENKYO_DATA.name, 0xE7, 12);
    let mut wrong = number.clone();
    wrong[12] = if wrong[12] == b'9' { b'8' } else { b'9' };
    let found = change(&dump, files::MENKYO_DATA.name, |file| replace(file, &number, &wrong));
    let warnings: Vec<_> = found.warnings.iter().map(|warning| (warning.file, warning.detail.as_str())).collect();
    assert_eq!(warnings, [(files::MENKYO_DATA.name, "the check digit of the licence number is wrong")]);
    let (dump, _) = read_menkyo(&mut recipe("menkyo").card().unwrap(), Scope::WITHOUT_PIN);
    assert_eq!(judged(&dump).overall(), Overall::Undetermined);
    let again = Dump::from_json(dump.to_json().as_bytes()).unwrap();
    assert_eq!(again.retry_counter("menkyo/0006"), Some(10), "counters are saved");
}

#[test]
fn no_flipped_byte_of_the_licence_application_is_authentic() {
    let (dump, _) = read_menkyo(&mut recipe("menkyo").card().unwrap(), Scope::FULL);
    for name in [files::MENKYO_DATA.name, files::MENKYO_SIGNATURE.name] {
        for at in 0..dump.file(name).unwrap().len() {
            let found = change(&dump, name, |file| file[at] ^= 0x01);
            // Behind the signature's own 261 bytes stand names that are evidence and no proof.
            let names_only = name == files::MENKYO_SIGNATURE.name && at >= 261;
            assert!(found.overall() != Overall::Authentic || names_only, "{name} byte {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the files hold: no panic, and never authentic.
    #[test]
    fn arbitrary_files_are_never_authentic(
        data in proptest::collection::vec(any::<u8>(), 0..900),
        domicile in proptest::collection::vec(any::<u8>(), 0..90),
        changes in proptest::collection::vec(any::<u8>(), 0..640),
        signature in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut dump = Dump::new(CardKind::LICENCE, Scope::FULL, "test", TIME.parse().unwrap());
        dump.keep(files::DATA.name, data.clone());
        dump.keep(files::DOMICILE.name, domicile);
        dump.keep(files::CHANGES.name, changes.clone());
        dump.keep(files::DOMICILE_CHANGES.name, changes);
        dump.keep(files::PHOTO.name, data.clone());
        dump.keep(files::SIGNATURE.name, signature.clone());
        dump.keep(files::COMMON_DATA.name, signature.clone());
        prop_assert_ne!(judged(&dump).overall(), Overall::Authentic);
        let mut dump = Dump::new(CardKind::MENKYO, Scope::FULL, "test", TIME.parse().unwrap());
        dump.keep(files::MENKYO_DATA.name, data);
        dump.keep(files::MENKYO_SIGNATURE.name, signature);
        prop_assert_ne!(judged(&dump).overall(), Overall::Authentic);
    }

    /// Over random counters, wrong PINs and lost answers no VERIFY is sent that the gate forbids, and never two for one
    /// entry and reference.
    #[test]
    fn the_gate_holds(steps in proptest::collection::vec((0_u8..4, 0_u8..4, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()), 1..4)) {
        let recipe = recipe("licence").adjust(|p: &mut LicenceProfile| p.blocked_query = BlockedQuery::Blocked);
        let mut card = recipe.card().unwrap();
        let own = card.credentials().unwrap().clone();
        let as_text = |pin: Option<&taimen::privacy::Pin>| String::from_utf8(pin.unwrap().expose().to_vec()).unwrap();
        for (left1, left2, wrong1, wrong2, lost, preset) in steps {
            if preset {
                card.set_retry_counter(&PIN1, left1);
                card.set_retry_counter(&PIN2, left2);
            }
            let before = (card.retry_counter(&PIN1).unwrap(), card.retry_counter(&PIN2).unwrap());
            let pin = |right: String, wrong: bool| if wrong { other_than(&right) } else { right };
            let (_, sent) = attempt(&mut card, &pin(as_text(own.get("pin1")), wrong1), &pin(as_text(own.get("pin2")), wrong2), lost);
            let of = |reference| sent.iter().filter(|other| **other == reference).count();
            prop_assert!(of(0x81) <= 1 && of(0x82) <= 1);
            prop_assert!(before.0 > 1 && before.1 > 1 || sent.is_empty(), "{:?} {:?}", before, sent);
            prop_assert!(!wrong1 || of(0x82) == 0);
        }
    }
}

/// The requirement of the design's table.
#[test]
fn the_requirement_is_that_of_the_design() {
    let names: Vec<_> = LICENCE_REQUIREMENT.required.iter().map(|id| id.as_str()).collect();
    assert_eq!(names, ["licence-signature", "licence-signer", "not-expired"]);
    let names: Vec<_> = drivers_licence::MENKYO_REQUIREMENT.required.iter().map(|id| id.as_str()).collect();
    assert_eq!(names, ["menkyo-signature", "menkyo-signer", "not-expired"]);
}
