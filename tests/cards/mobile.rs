//! Documents on simulated phones: honest ones, every fault, what is asked for and what is kept, recordings, hostile phones.

use std::sync::Arc;

use crate::common::{
    faults::{Honest, is_removed, verdicts},
    reading::{Counting, TIME, card, judge, read, read_card, request, request_for},
};
use taimen::{
    cards::{
        Credentials, FlowError, ReadError, Sharing,
        mdoc::{
            STEPS,
            elements::{self, DocType},
        },
        never_recorded,
    },
    dump::{Dump, NotRead, Scope},
    iso7816::PinGate,
    kind::CardKind,
    simulator::{
        LINK_FAULTS, Recipe, SimulatedCard,
        cards::mdoc::{
            PHONE_FAULTS, PhoneProfile, holder,
            profile::{Consent, Engaged, Proof},
            qr_text,
        },
    },
    transport::{Log, Nonces, Recorder, Recording, Transport, nonces::RecordedNonces, recording::Header},
    verify::{Basis, CheckId, Overall, Verdict, Why},
};

const PASSED: Verdict = Verdict::Passed;

const KINDS: [CardKind; 2] = [CardKind::MOBILE_MY_NUMBER, CardKind::MOBILE_LICENCE];

/// The verdicts of an honest document.
const HONEST: [(CheckId, Verdict); 11] = [
    (CheckId::NotExpired, PASSED),
    (CheckId::MdocIssuerSignature, PASSED),
    (CheckId::MdocIssuerCertificate, PASSED),
    (CheckId::MdocElements, PASSED),
    (CheckId::MdocDocumentType, PASSED),
    (CheckId::MdocDevice, PASSED),
    (CheckId::MdocShared, PASSED),
    (CheckId::MdocIssuerAgrees, PASSED),
    // Who asks for an identity asks for no age, and who asks for an age for no birth date.
    (CheckId::MdocAgeAgrees, Verdict::NotDone(Why::NotShared)),
    (CheckId::MdocReaderTrusted, Verdict::NotDone(Why::ReaderUnknown)),
    (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
];

fn honest(kind: CardKind) -> Vec<(CheckId, Verdict)> {
    // A My Number Card states no country that could differ from its certificate's.
    let other = |id| kind == CardKind::MOBILE_MY_NUMBER && id == CheckId::MdocIssuerAgrees;
    let verdict = |(id, verdict)| (id, if other(id) { Verdict::NotDone(Why::NotShared) } else { verdict });
    HONEST.into_iter().map(verdict).collect()
}

pub fn phone(kind: CardKind, profile: PhoneProfile) -> SimulatedCard {
    Recipe::new(kind, 1).with(profile).card().unwrap()
}

fn dump(card: &mut SimulatedCard, kind: CardKind, sharing: Sharing) -> Result<Dump, FlowError> {
    read(card, &request_for(kind).application(kind).sharing(sharing), &Credentials::default()).map(|(dump, _)| dump)
}

#[test]
fn an_honest_phone_of_every_kind_is_authentic_with_every_check_as_expected() {
    for kind in KINDS {
        for recipe in [format!("{kind}"), format!("{kind}?seed=2"), format!("{kind}?fault=negotiated")] {
            let (overall, checks) = verdicts(&recipe).unwrap_or_else(|error| panic!("{recipe}: {error:?}"));
            assert_eq!(checks, honest(kind), "{recipe}");
            assert_eq!(overall, Overall::Authentic, "{recipe}");
        }
    }
}

#[test]
fn every_fault_fails_exactly_what_the_table_says() {
    let mut complaints = Vec::new();
    for kind in KINDS {
        for row in PHONE_FAULTS.iter().chain(LINK_FAULTS) {
            let mut checks = honest(kind);
            // What a licence states of its issuer rests on its elements; the broken response shows none.
            let elements = row.differs.iter().find(|(id, _)| *id == CheckId::MdocElements);
            if let (Some(_), CardKind::MOBILE_LICENCE) = (elements, kind) {
                let shared = !row.differs.iter().any(|(id, _)| *id == CheckId::MdocShared);
                let why = if shared { Why::DependsOn(CheckId::MdocElements) } else { Why::NotShared };
                let agrees = checks.iter_mut().find(|(id, _)| *id == CheckId::MdocIssuerAgrees).unwrap();
                agrees.1 = Verdict::NotDone(why);
            }
            let table = Honest { kind, overall: Overall::Authentic, checks, refuses: |_| false };
            complaints.extend(table.complaint(row));
        }
    }
    assert!(PHONE_FAULTS.len() >= 30, "{} faults", PHONE_FAULTS.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_phone_pulled_away_at_any_exchange_ends_in_a_clear_error_or_has_answered() {
    for kind in KINDS {
        let exchanges = read_card(&mut card(kind.as_str()), Scope::FULL).unwrap().1.exchanges;
        for exchange in 1..=exchanges {
            let outcome = read_card(&mut card(&format!("{kind}?fault=removed-at={exchange}")), Scope::FULL);
            match outcome {
                Err(error) => assert!(is_removed(&error), "{kind} {exchange}: {error:?}"),
                // The last exchange only ends the session.
                Ok((dump, _)) => {
                    assert_eq!(exchange, exchanges, "{kind}");
                    assert_eq!(judge(&dump).overall(), Overall::Authentic);
                }
            }
        }
    }
}

/// A phone that is asked first: what recognition, engagement, request and end take, and no more.
#[test]
fn a_reading_takes_the_fewest_exchanges() {
    let stated: u64 = STEPS.iter().map(|step| step.exchanges).sum();
    for kind in KINDS {
        let exchanges = |profile| {
            let mut card = phone(kind, profile);
            read(&mut card, &request().application(kind), &Credentials::default()).unwrap().1.exchanges
        };
        assert_eq!(exchanges(PhoneProfile::default()), stated, "{kind}");
        assert_eq!(stated, 9);
        let negotiated = PhoneProfile { engaged: Engaged::Negotiated, slow_reads: 3, ..PhoneProfile::default() };
        // Two messages written, one read, NLEN asked for three times, one more read.
        assert_eq!(exchanges(negotiated), stated + 2 + 2 + 3 + 2, "{kind}");
    }
}

#[test]
fn nothing_is_kept_that_was_not_asked_for() {
    let rows = |dump: &Dump, doc_type: DocType| -> Vec<&'static str> {
        doc_type.elements().iter().map(|row| row.name).filter(|name| dump.file(name).is_some()).collect()
    };
    for (kind, doc_type) in [(KINDS[0], DocType::MyNumber), (KINDS[1], DocType::Licence)] {
        let identity = dump(&mut card(kind.as_str()), kind, Sharing::default()).unwrap();
        let identity_rows = rows(&identity, doc_type);
        assert!(identity_rows.contains(&"mdoc/portrait") && identity_rows.contains(&"mdoc/birth_date"));
        assert!(!identity_rows.contains(&"mdoc/sex") && !identity_rows.contains(&"mdoc/age_over"));
        let mut sharing = Sharing::default();
        sharing.sex = true;
        let with_sex = dump(&mut card(kind.as_str()), kind, sharing.clone()).unwrap();
        assert!(rows(&with_sex, doc_type).contains(&"mdoc/sex"));
        // An age, and the face that it is said of: no name, no birth date.
        for age in [18, 20, 21, 64] {
            sharing.age = age;
            let asked = request().application(kind).scope(Scope::AGE).sharing(sharing.clone());
            let (dump, _) = read(&mut card(kind.as_str()), &asked, &Credentials::default()).unwrap();
            assert_eq!(rows(&dump, doc_type), ["mdoc/portrait", "mdoc/age_over"], "{kind} {age}");
            assert_eq!(judge(&dump).overall(), Overall::Authentic, "{kind} {age}");
            let request = elements::Asked::read(embedded(dump.file("mdoc/request").unwrap())).unwrap().age();
            assert_eq!(request, Some(age));
        }
    }
}

/// What stands behind tag 24 and a head of two or three bytes.
fn embedded(bytes: &[u8]) -> &[u8] {
    match bytes {
        [0xD8, 0x18, 0x58, _, rest @ ..] | [0xD8, 0x18, 0x59, _, _, rest @ ..] => rest,
        _ => panic!("no embedded item"),
    }
}

/// Records a reading; the recording, as the program writes it, and whether it may be written.
pub fn recorded(
    card: &mut impl Transport,
    kind: CardKind,
    sharing: &Sharing,
) -> (Result<Dump, FlowError>, Recording, bool) {
    let mut log = Log::new(never_recorded()).without_times();
    let mut nonces = RecordedNonces::new(Counting::default());
    let mut recorder = Recorder::new(card, &mut log);
    let asked = request().application(kind).sharing(sharing.clone());
    let gate = &mut PinGate::new(false);
    let read = taimen::cards::read(&mut recorder, &asked, Credentials::default(), gate, &mut nonces, &mut |_| {});
    let header = Header {
        card: Some(kind.as_str().to_owned()),
        time: Some(TIME.parse().unwrap()),
        scope: Some("full".to_owned()),
        random: nonces.drawn().to_vec(),
        session_keys: nonces.session_keys().map(<[u8]>::to_vec).collect(),
        ..Header::default()
    };
    (read, log.into_recording(header), nonces.is_withdrawn())
}

#[test]
fn a_recording_plays_back_without_the_readers_private_key() {
    for kind in KINDS {
        for (profile, shares) in [
            (PhoneProfile::default(), true),
            (PhoneProfile { proof: Proof::Mac, ..PhoneProfile::default() }, true),
            (PhoneProfile { engaged: Engaged::Negotiated, ..PhoneProfile::default() }, true),
            (PhoneProfile { command: 255, response: 256, ..PhoneProfile::default() }, true),
            (PhoneProfile { consent: Consent::Nothing, ..PhoneProfile::default() }, false),
            (PhoneProfile { nfc: false, ..PhoneProfile::default() }, false),
        ] {
            let (live, recording, withdrawn) = recorded(&mut phone(kind, profile), kind, &Sharing::default());
            assert_eq!((live.is_ok(), withdrawn), (shares, false), "{live:?}");
            assert!(recording.header.random.is_empty(), "no draw is kept");
            // As a file, and played by whoever has that alone.
            let recording = Recording::parse(recording.to_text().as_bytes()).unwrap();
            let played = taimen::cards::read_recording(&recording);
            match (live, played) {
                (Ok(mut live), Ok(mut played)) => {
                    (live.link, played.link) = Default::default();
                    (live.reader, played.reader) = Default::default();
                    assert_eq!(played.to_json(), live.to_json(), "{kind}");
                }
                (Err(live), Err(played)) => assert_eq!(live, played),
                (live, played) => panic!("{live:?} {played:?}"),
            }
        }
    }
}

#[test]
fn the_number_is_dropped_unseen_and_nothing_of_its_session_is_recorded() {
    let kind = CardKind::MOBILE_MY_NUMBER;
    let mut card = card("mobile-my-number?fault=pushes-number");
    let (dump, recording, withdrawn) = recorded(&mut card, kind, &Sharing::default());
    let dump = dump.unwrap();
    assert!(withdrawn);
    let holds = |bytes: &[u8]| bytes.windows(8).any(|part| holder::NO_NUMBER.as_bytes().starts_with(part));
    let number = hex::encode(holder::NO_NUMBER);
    assert!(!dump.to_json().contains(&number) && !dump.to_json().contains(holder::NO_NUMBER));
    for step in &recording.steps {
        assert!(!holds(step.answer.as_ref().unwrap().head()), "what passed the link is encrypted");
    }
    let found = judge(&dump);
    assert_eq!(found.overall(), Overall::Authentic);
    assert!(found.notes.iter().any(|note| note.id == "mdoc-unrequested"), "{:?}", found.notes);
    // An element that nobody asked for and that is no number is dropped too, and may be recorded.
    let profile = PhoneProfile { unasked: vec!["local_gov_code_unicode".to_owned()], ..PhoneProfile::default() };
    let (dump, _, withdrawn) = recorded(&mut phone(kind, profile), kind, &Sharing::default());
    assert!(!withdrawn && dump.unwrap().file("mdoc/unrequested").is_some());
}

#[test]
fn a_phone_that_shows_a_code_is_read_by_it_and_the_report_says_so() {
    for kind in KINDS {
        let profile = PhoneProfile { engaged: Engaged::Qr, ..PhoneProfile::default() };
        let code = qr_text(1, &profile);
        assert!(code.starts_with("mdoc:"));
        let mut sharing = Sharing::default();
        sharing.found = Some(Arc::new(taimen::cards::mdoc::engagement::scanned(&code).unwrap()));
        let (dump, recording, _) = recorded(&mut phone(kind, profile.clone()), kind, &sharing);
        let dump = dump.unwrap();
        assert_eq!(dump.not_read("ndef/handover-select"), Some(&NotRead::NotUsed));
        let found = judge(&dump);
        assert_eq!(found.overall(), Overall::Authentic);
        assert!(found.notes.iter().any(|note| note.id == "mdoc-by-code"));
        let played = taimen::cards::read_recording(&recording).unwrap();
        assert_eq!(played.file("mdoc/transcript"), dump.file("mdoc/transcript"));
        // Another phone's code opens no session.
        let other = qr_text(2, &profile);
        sharing.found = Some(Arc::new(taimen::cards::mdoc::engagement::scanned(&other).unwrap()));
        let (failed, ..) = recorded(&mut phone(kind, profile.clone()), kind, &sharing);
        assert!(matches!(failed, Err(FlowError::Read(ReadError::Session { .. }))), "{failed:?}");
        // Without a code there is nothing to begin with.
        let (missing, ..) = recorded(&mut phone(kind, profile), kind, &Sharing::default());
        assert!(matches!(missing, Err(FlowError::Read(ReadError::Session { .. }))), "{missing:?}");
    }
}

#[test]
fn a_phone_that_wants_bluetooth_gets_that_sentence_and_a_refusal_is_an_answer_of_its_own() {
    let error = |recipe: &str| read_card(&mut card(recipe), Scope::FULL).map(|_| ()).unwrap_err();
    for kind in KINDS {
        for fault in ["bluetooth-only", "bluetooth-only,negotiated"] {
            let found = error(&format!("{kind}?fault={fault}"));
            assert_eq!(found, FlowError::Read(ReadError::WantsBluetooth), "{fault}");
        }
        for fault in ["declined", "declined-empty"] {
            let found = error(&format!("{kind}?fault={fault}"));
            assert_eq!(found, FlowError::Read(ReadError::NothingShared), "{fault}");
        }
    }
    // A phone without the document is asked, and has nothing to share.
    let missing = dump(&mut card("mobile-my-number"), CardKind::MOBILE_LICENCE, Sharing::default());
    assert_eq!(missing.map(|_| ()), Err(FlowError::Read(ReadError::NothingShared)));
}

/// A phone that shows a code may have a tag of its own, which says nothing of it.
#[test]
fn a_phone_that_shows_a_code_is_found_whatever_its_tag_holds() {
    /// An NDEF application beside the phone's: an empty file, or a message that is no handover.
    struct Tagged<'a> {
        card: &'a mut SimulatedCard,
        file: &'static [u8],
        /// The file that is selected, if the tag is.
        tag: Option<u8>,
    }
    impl Transport for Tagged<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, taimen::transport::TransportError> {
            let container = &[0, 0x0F, 0x20, 0, 0xFF, 0, 0xFF, 4, 6, 0xE1, 4, 0, 0xFF, 0, 0xFF][..];
            let data = match (command, self.tag) {
                ([_, 0xA4, 4, 0, _, aid @ .., _], _) if aid == elements::NDEF.aid => {
                    self.tag = Some(0);
                    &[]
                }
                ([_, 0xA4, 0, ..], Some(_)) => {
                    self.tag = command.last().copied();
                    &[]
                }
                ([_, 0xB0, _, offset, le], Some(file)) => {
                    let whole = if file == 3 { container } else { self.file };
                    let offset = usize::from(*offset).min(whole.len());
                    &whole[offset..whole.len().min(offset + usize::from(*le))]
                }
                _ => {
                    self.tag = None;
                    return self.card.exchange(command);
                }
            };
            Ok([data, &[0x90, 0x00]].concat())
        }
    }
    let kind = CardKind::MOBILE_MY_NUMBER;
    let profile = PhoneProfile { engaged: Engaged::Qr, ..PhoneProfile::default() };
    let mut sharing = Sharing::default();
    sharing.found = Some(Arc::new(taimen::cards::mdoc::engagement::scanned(&qr_text(1, &profile)).unwrap()));
    // An empty text record.
    for file in [&[0, 0][..], &[0, 7, 0xD1, 1, 3, b'T', 2, b'e', b'n']] {
        let mut card = phone(kind, profile.clone());
        let (dump, ..) = recorded(&mut Tagged { card: &mut card, file, tag: None }, kind, &sharing);
        assert_eq!(judge(&dump.unwrap()).overall(), Overall::Authentic);
    }
}

#[test]
fn a_code_proves_nothing_in_a_saved_reading() {
    for kind in KINDS {
        let dump = read_card(&mut card(&format!("{kind}?fault=mac")), Scope::FULL).unwrap().0;
        assert!(dump.file("mdoc/mac-key").is_some());
        assert_eq!(judge(&dump).overall(), Overall::Authentic);
        let saved = Dump::from_json(dump.to_json().as_bytes()).unwrap();
        let trust = crate::common::trust::simulated_trust();
        let now = taimen::cards::check(&saved, &trust, Basis::Now(TIME.parse().unwrap())).unwrap();
        let device = now.checks.iter().find(|check| check.id == CheckId::MdocDevice).unwrap();
        assert_eq!(device.verdict, Verdict::NotDone(Why::SelfReported), "{kind}");
    }
}

/// Every bit of what passes is either of no importance or noticed: never authentic with other content, never a panic.
#[test]
fn no_changed_byte_of_a_session_is_authentic_with_other_content() {
    struct Flipping<'a>(&'a mut SimulatedCard, usize, usize);
    impl Transport for Flipping<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, taimen::transport::TransportError> {
            let mut answer = self.0.exchange(command)?;
            if command.get(1) == Some(&0xC3)
                && let Some(byte) = answer.get_mut(self.1)
            {
                *byte ^= 1 << self.2;
            }
            Ok(answer)
        }
    }
    // `TAIMEN_LONG` flips every byte, some 20 minutes.
    let step = if std::env::var_os("TAIMEN_LONG").is_some() { 1 } else { 997 };
    for kind in KINDS {
        let honest = dump(&mut card(kind.as_str()), kind, Sharing::default()).unwrap();
        let length = honest.file("mdoc/portrait").unwrap().len() + 1_500;
        for at in (0..40).chain((40..length).step_by(step)) {
            let mut phone = card(kind.as_str());
            let mut flipping = Flipping(&mut phone, at, at % 8);
            let asked = request().application(kind);
            if let Ok((dump, _)) = read(&mut flipping, &asked, &Credentials::default()) {
                let same = dump.to_json() == honest.to_json();
                assert!(judge(&dump).overall() != Overall::Authentic || same, "{kind}, byte {at}");
            }
        }
    }
}

/// The whole draws of a reading are keys: none is used twice.
#[test]
fn every_session_has_its_own_keys() {
    #[derive(Default)]
    struct Fixed;
    impl Nonces for Fixed {
        fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, taimen::transport::NonceError> {
            Ok(vec![7; bytes])
        }
    }
    // Even if a reader's draws were the same, the phone's key is new after every power-up.
    let mut card = card("mobile-my-number");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let asked = request().application(CardKind::MOBILE_MY_NUMBER);
        let gate = &mut PinGate::new(false);
        let dump = taimen::cards::read(&mut card, &asked, Credentials::default(), gate, &mut Fixed, &mut |_| {});
        let engagement = dump.unwrap().file("mdoc/engagement").unwrap().to_vec();
        assert!(!seen.contains(&engagement));
        seen.push(engagement);
        card.power_on();
    }
}

/// PEM of a block.
fn pem(label: &str, der: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in der.chunks(3) {
        let number = three.iter().chain([&0, &0]).take(3).fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        for at in 0..4 {
            text.push(if at <= three.len() { char::from(ALPHABET[(number >> (18 - 6 * at)) & 0x3F]) } else { '=' });
        }
    }
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

#[test]
fn a_reader_that_says_who_it_is_signs_its_request_for_this_session() {
    use taimen::{
        cbor,
        crypto::{NamedCurve, ReaderKey},
        simulator::{
            cards::mdoc::issuer::{CertificateOrder, Key, Name, READER},
            certificate::{last_second, midnight},
        },
    };
    let kind = CardKind::MOBILE_MY_NUMBER;
    let root = CertificateOrder::root(&Name::new("JP", "reader CA"), Key::Curve(NamedCurve::P256, "reader CA"), 1);
    for (curve, head) in [
        (NamedCurve::P256, &[0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20][..]),
        (NamedCurve::P384, &[0x30, 0x35, 0x02, 0x01, 0x01, 0x04, 0x30]),
    ] {
        let key = Key::Curve(curve, "reader");
        let validity = [midnight(2026, 1, 1), last_second(2026, 12, 31)];
        let certificate = root.leaf("reader", key, 2, validity, Some(READER)).build().unwrap();
        let private = [head, &key.scalar().unwrap().expose()[..]].concat();
        let file = [pem("EC PRIVATE KEY", &private), pem("CERTIFICATE", &certificate)].concat();
        let mut sharing = Sharing::default();
        sharing.reader = Some(Arc::new(ReaderKey::from_pem(file.as_bytes()).unwrap()));
        let (dump, recording, _) = recorded(&mut card(kind.as_str()), kind, &sharing);
        let dump = dump.unwrap();
        // ReaderAuthentication (ISO/IEC 18013-5 9.1.4): over this session's transcript and this request.
        let transcript = cbor::decode(dump.file("mdoc/transcript").unwrap()).unwrap().embedded().unwrap();
        let request = dump.file("mdoc/request").unwrap();
        let signed = cbor::embedded(&cbor::array(&[&cbor::text("ReaderAuthentication"), transcript, request]));
        let auth = cbor::decode(dump.file("mdoc/reader-auth").unwrap()).unwrap();
        let auth = taimen::cards::mdoc::cose::Signed::sign1(&auth).unwrap();
        assert_eq!(auth.chain, [certificate.as_slice()]);
        let public = taimen::cards::mdoc::cose::Key::Ec(key.public().unwrap());
        auth.verify(&public, Some(&signed)).unwrap();
        assert!(auth.verify(&public, Some(&[signed.as_slice(), &[0]].concat())).is_err());
        // Whoever plays the recording has no key, and sends the same.
        let played = taimen::cards::read_recording(&recording).unwrap();
        assert_eq!(played.file("mdoc/reader-auth"), dump.file("mdoc/reader-auth"));
        // A key without its certificate, another key's certificate, two keys, something else.
        let other = root.leaf("reader", Key::Curve(curve, "another"), 2, validity, Some(READER)).build().unwrap();
        for wrong in [
            pem("EC PRIVATE KEY", &private),
            pem("CERTIFICATE", &certificate),
            [pem("EC PRIVATE KEY", &private), pem("CERTIFICATE", &other)].concat(),
            [file.clone(), pem("EC PRIVATE KEY", &private)].concat(),
            "nothing".to_owned(),
        ] {
            assert!(ReaderKey::from_pem(wrong.as_bytes()).is_err());
        }
    }
}

/// Found by the fuzz target `dump`: the family name alone was shown as the name of the holder, and as signed.
#[test]
fn a_part_of_a_name_is_not_a_name() {
    for (withheld, shown) in [("given_name", "family_name"), ("family_name", "given_name")] {
        let mut card = card(&format!("mobile-licence?fault=withheld={withheld}"));
        let findings = judge(&read_card(&mut card, Scope::FULL).unwrap().0);
        assert!(findings.holder.name.is_none());
        let parts: Vec<_> = findings.items.iter().map(|item| item.id).filter(|id| id.ends_with("_name")).collect();
        assert_eq!(parts, [shown]);
        assert_eq!(findings.overall(), Overall::Undetermined);
        assert_eq!(findings.verdict(CheckId::MdocShared), Some(Verdict::NotDone(Why::NotShared)));
        assert!(findings.notes.iter().any(|note| note.id == "mdoc-name-in-part"));
    }
    let whole = judge(&read_card(&mut card("mobile-licence"), Scope::FULL).unwrap().0);
    assert!(whole.notes.iter().all(|note| note.id != "mdoc-name-in-part"));
    assert!(whole.holder.name.is_some() && whole.items.iter().all(|item| !item.id.ends_with("_name")));
}
