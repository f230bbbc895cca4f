//! Two programs that know nothing of each other agree on the same card: the reader of the crate `myna-card` reads our
//! simulated card, and our reader reads the bytes of its genuine JPKI test card.

use crate::common::{fixtures::fixture, reading};
use myna_card::{
    Card, CardVerifiableCertificate, Error, MasterFile, Pin, Retries, RsaPublicKey, Sex, Transmit,
    ap::{
        common::CommonAp,
        jpki::{JpkiAp, SignatureScheme},
        surface::{self, SurfaceAp},
        text::{self, TextAp},
    },
    data::ImageFormat,
};
use taimen::{
    cards::{
        self, Credentials, Event, FlowError, ReadError, Request,
        my_number::{self, files},
    },
    dump::{Dump, NotRead, Scope},
    iso7816::{PinGate, RetryCounter},
    kind::CardKind,
    simulator::{
        Persona, Recipe, SimulatedCard,
        cards::my_number::{Profile, issue, with_files},
    },
    transport::{Transport, nonces::ListedNonces},
    trust::{Hierarchy, KeyId, TrustStore},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

/// Our transports, as the other reader wants them.
struct Adapter<T>(T);

impl<T: Transport> Transmit for Adapter<T> {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        self.0.exchange(command).map_err(|error| Error::Malformed(error.to_string()))
    }
}

fn recipe(seed: u64) -> Recipe {
    Recipe::new(CardKind::MY_NUMBER, seed)
}

/// The other reader's own rule for 照合番号B, from what is printed on a persona's card.
fn number_b(persona: &Persona) -> Pin {
    let birth = myna_card::Date::parse(day(persona.birth).as_bytes()).unwrap();
    let year = u16::try_from(persona.expiry_year).unwrap();
    myna_card::verification_code_b(birth, year, persona.security_code.as_bytes()).unwrap()
}

fn day(date: jiff::civil::Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn sex(persona: &Persona) -> Sex {
    Sex::from_byte(persona.sex)
}

/// The simulated CA key that the certificate names: the other crate's table has none of ours.
fn simulated_ca(certificate: &CardVerifiableCertificate) -> RsaPublicKey {
    let unknown = certificate.verify().unwrap_err();
    assert!(matches!(unknown, Error::UnknownCertificateAuthority(_)), "{unknown}");
    let store = TrustStore::shipped().unwrap();
    let id = KeyId(*certificate.issuer_key_id.as_bytes());
    let (anchor, key) = store.cv_keys(&id).next().expect("our anchors name the issuer");
    assert_eq!(anchor.hierarchy, Hierarchy::Simulated);
    RsaPublicKey { exponent: key.key.exponent(), modulus: key.key.modulus().to_vec() }
}

/// Reads the face application as the other crate does, compares every field with the persona, verifies every signature.
fn reads_the_face<T: Transport>(card: &mut Card<Adapter<T>>, persona: &Persona) {
    let mut face = SurfaceAp::select(card).unwrap();
    assert_eq!(face.retries(surface::ef::BIRTH_DATE).unwrap(), Retries::Remaining(10));
    assert_eq!(face.retries(surface::ef::CODE_B).unwrap(), Retries::Remaining(10));
    assert_eq!(face.retries(surface::ef::CODE_A).unwrap(), Retries::Blocked);

    let basics = face.read_ap_basic_data().unwrap();
    assert_eq!(basics.municipality_code, persona.municipality);
    assert_eq!(basics.public_key_id.to_string(), "7000024/001");
    assert_eq!((basics.identification.specification_version, basics.version), (6, 0));

    let certificate = face.read_certificate().unwrap();
    assert_eq!(certificate.issuer_key_id.to_string(), "7000023/001");
    assert_eq!(certificate.subject_key_id.to_string(), format!("{}21/000", persona.municipality));
    certificate.verify_with(&simulated_ca(&certificate)).unwrap();

    // Closed before the credential, and closed again to a wrong one.
    assert!(matches!(face.read_card_face().unwrap_err(), Error::Status(status) if status.value() == 0x6982));
    let wrong = Pin::numeric("00000000000000").unwrap();
    let refused = face.verify_code_b(&wrong).unwrap_err();
    assert!(matches!(refused, Error::PinIncorrect { retries: Some(9) }), "{refused}");
    assert_eq!(face.retries(surface::ef::CODE_B).unwrap(), Retries::Remaining(9));
    assert!(matches!(face.read_card_face().unwrap_err(), Error::Status(status) if status.value() == 0x6982));

    face.verify_code_b(&number_b(persona)).unwrap();
    assert_eq!(face.retries(surface::ef::CODE_B).unwrap(), Retries::NotReported, "verified in this session");
    let record = face.read_card_face().unwrap();
    assert_eq!(record.birth_date.to_string(), persona.birth.to_string());
    assert_eq!(record.expiry.to_string(), persona.expiry().to_string());
    assert_eq!(record.sex, sex(persona));
    let photo = issue::PORTRAITS[usize::from(persona.portrait)];
    assert_eq!((record.photo.format, record.photo.data.as_slice()), (ImageFormat::Jpeg2000, photo));
    use taimen::simulator::cards::my_number::picture;
    for (image, drawn) in [
        (&record.name_image, picture::name(&persona.name)),
        (&record.address_image, picture::address(&persona.address)),
        (&record.security_code_image, picture::security_code(&persona.security_code)),
    ] {
        assert_eq!((image.format, &image.data), (ImageFormat::Png, &drawn.unwrap()));
    }
    record.verify(&certificate.public_key).unwrap();
    assert!(record.verify(&record.public_key).is_err(), "the municipality signs, not the card");

    answers_a_challenge(&record.public_key, |challenge| face.sign(challenge));

    // The birth date opens the age record and nothing else.
    let mut face = SurfaceAp::select(card).unwrap();
    let birth = Pin::numeric(&number_b(persona).as_bytes()[..6]).unwrap();
    face.verify_birth_date(&birth).unwrap();
    let age = face.read_age_record().unwrap();
    assert_eq!(age.birth_date.to_string(), persona.birth.to_string());
    assert_eq!(age.public_key, record.public_key);
    age.verify(&certificate.public_key).unwrap();
    for hidden in [surface::ef::MY_NUMBER_IMAGE, 0x001A] {
        assert!(face.read_ef(hidden).is_err(), "{hidden:04X}");
    }
}

/// The same of the text application.
fn reads_the_text<T: Transport>(card: &mut Card<Adapter<T>>, persona: &Persona) {
    let mut text = TextAp::select(card).unwrap();
    for (reference, retry_counter) in [
        (text::ef::PIN, Retries::Remaining(3)),
        (text::ef::CODE_B, Retries::Remaining(10)),
        (text::ef::CODE_A, Retries::Blocked),
        (text::ef::BLOCKED_0012, Retries::Blocked),
    ] {
        assert_eq!(text.retries(reference).unwrap(), retry_counter, "{reference:04X}");
    }
    let basics = text.read_ap_basic_data().unwrap();
    assert_eq!(basics.public_key_id.to_string(), "7000034/001");
    assert!(basics.digest().is_some(), "32 bytes and filler");
    let certificate = text.read_certificate().unwrap();
    assert_eq!(certificate.issuer_key_id.to_string(), "7000033/001");
    assert_eq!(certificate.subject_key_id.to_string(), format!("{}31/000", persona.municipality));
    certificate.verify_with(&simulated_ca(&certificate)).unwrap();
    assert!(text.read_attributes().is_err() && text.read_signed_public_key().is_err(), "closed");

    text.verify_code_b(&number_b(persona)).unwrap();
    let attributes = text.read_attributes().unwrap();
    assert_eq!((&attributes.name, &attributes.address), (&persona.name, &persona.address));
    assert_eq!(attributes.birth_date.to_string(), persona.birth.to_string());
    assert_eq!(attributes.sex, sex(persona));

    let integrity = text.read_integrity_record().unwrap();
    integrity.verify(&certificate.public_key).unwrap();
    let file = text.read_ef(text::ef::ATTRIBUTES).unwrap();
    assert!(integrity.matches_attributes_file(&file).unwrap());
    assert_eq!(integrity.my_number_digest, persona.number_digest);
    assert!(text.read_my_number().is_err(), "no 個人番号 is there to be read");

    let key = text.read_signed_public_key().unwrap();
    key.verify(&certificate.public_key).unwrap();
    answers_a_challenge(&key.public_key, |challenge| text.sign(challenge));
    assert_eq!(text.read_session_key_public_key().unwrap().public_key.bits(), 2048);
}

/// What the other reader reads elsewhere on the card.
fn reads_the_rest<T: Transport>(card: &mut Card<Adapter<T>>, persona: &Persona) {
    let info = CommonAp::select(card).unwrap().read_card_info().unwrap();
    assert_eq!((&info.serial, &info.municipality_code), (&persona.serial, &persona.municipality));
    assert_eq!(info.expiry.to_string(), persona.expiry().to_string());

    let mut jpki = JpkiAp::select(card).unwrap();
    assert!(jpki.read_token_type().unwrap().is_physical_card());
    let available = jpki.read_certificate_availability().unwrap();
    assert!(available.has_auth_certificate() && available.has_sign_certificate());
    assert_eq!(jpki.auth_pin_retries().unwrap(), Retries::Remaining(3));
    assert_eq!(jpki.sign_pin_retries().unwrap(), Retries::Remaining(5));
    let leaf = jpki.read_auth_certificate().unwrap();
    leaf.verify_signature(&jpki.read_auth_ca_certificate().unwrap()).unwrap();
    assert!(
        leaf.issuer().contains("SIMULATED") && leaf.subject().contains(&persona.municipality),
        "{}",
        leaf.subject()
    );
    assert!(jpki.read_sign_certificate().is_err(), "closed");
    let challenge = b"a challenge of the other reader";
    assert!(jpki.sign_with_auth_key(SignatureScheme::Sha256DigestInfo, challenge).is_err(), "closed");
    jpki.verify_auth_pin(&Pin::new(persona.pin.as_bytes()).unwrap()).unwrap();
    answers_a_challenge(&leaf.public_key().unwrap(), |challenge| {
        jpki.sign_with_auth_key(SignatureScheme::Sha256DigestInfo, challenge)
    });
    jpki.verify_sign_pin(&Pin::new(persona.sign_password().as_bytes()).unwrap()).unwrap();
    let signing = jpki.read_sign_certificate().unwrap();
    signing.verify_signature(&jpki.read_sign_ca_certificate().unwrap()).unwrap();
    assert_eq!(signing.signature_algorithm(), "1.2.840.113549.1.1.11");

    let mut issuer = MasterFile::select(card).unwrap();
    assert_eq!(issuer.data_object(myna_card::mf::tag::EXPIRY).unwrap(), day(persona.expiry()).as_bytes());
    assert_eq!(issuer.data_object(myna_card::mf::tag::MUNICIPALITY_CODE).unwrap(), persona.municipality.as_bytes());
}

fn answers_a_challenge(key: &RsaPublicKey, sign: impl FnOnce(&[u8]) -> myna_card::Result<Vec<u8>>) {
    let challenge = b"a challenge of the other reader";
    let signature = sign(challenge).unwrap();
    SignatureScheme::Sha256DigestInfo.verify(key, challenge, &signature).unwrap();
    assert!(SignatureScheme::Sha256DigestInfo.verify(key, b"another challenge", &signature).is_err());
}

#[test]
fn another_reader_reads_and_verifies_the_simulated_cards() {
    for seed in [1, 2, 3, 20, u64::MAX] {
        let persona = Persona::from_seed(seed);
        let mut card = Card::new(Adapter(recipe(seed).card().unwrap()));
        reads_the_face(&mut card, &persona);
        reads_the_text(&mut card, &persona);
        reads_the_rest(&mut card, &persona);
        let mut card = card.into_transport().0;
        assert_eq!(card.retry_counter(&files::FACE_NUMBER_B), Some(10), "a success sets the counter back");
    }
}

#[test]
fn another_reader_sees_the_filler_and_a_counter_that_runs_out() {
    let mut recipe = recipe(7);
    recipe = recipe.adjust(|p: &mut Profile| p.filler = 300);
    let persona = Persona::from_seed(7);
    let mut card = Card::new(Adapter(recipe.card().unwrap()));
    reads_the_face(&mut card, &persona);
    reads_the_text(&mut card, &persona);

    let mut face = SurfaceAp::select(&mut card).unwrap();
    let wrong = Pin::numeric("00000000000000").unwrap();
    for left in (1..10).rev() {
        assert!(matches!(face.verify_code_b(&wrong), Err(Error::PinIncorrect { retries: Some(told) }) if told == left));
        assert_eq!(face.retries(surface::ef::CODE_B).unwrap(), Retries::Remaining(left));
    }
    assert!(matches!(face.verify_code_b(&wrong), Err(Error::PinBlocked)));
    assert_eq!(face.retries(surface::ef::CODE_B).unwrap(), Retries::Blocked);
    assert!(matches!(face.verify_code_b(&number_b(&persona)), Err(Error::PinBlocked)), "the right one comes too late");
}

/// The same over pcscd and vpcd: our PC/SC transport passes another program's commands as they are.
#[cfg(all(feature = "pcsc", target_os = "linux"))]
#[test]
fn another_reader_reads_the_simulated_card_over_our_pcsc_link() {
    use crate::common::{offer::Offered, pcscd::Pcscd};
    use taimen::transport::pcsc::PcscReader;

    let pcscd = Pcscd::start();
    let persona = Persona::from_seed(5);
    let offered = Offered::insert(pcscd.port(), recipe(5).card().unwrap());
    let mut reader =
        PcscReader::find(Some("Virtual PCD 00 00"), std::time::Duration::from_secs(5), &mut |_| {}).unwrap();
    {
        let mut card = Card::new(Adapter(reader.open().unwrap()));
        reads_the_face(&mut card, &persona);
        reads_the_text(&mut card, &persona);
        reads_the_rest(&mut card, &persona);
    }
    let mut card = offered.remove();
    assert_eq!(card.retry_counter(&files::FACE_NUMBER_B), Some(10));
    assert_eq!(card.retry_counter(&files::TEXT_NUMBER_B), Some(10));
}

/// The genuine JPKI test card's worked values (spec my-number 2.2).
const NUMBER_B: &[u8] = b"55021720352285";
const BIRTH_DATE: &[u8] = b"550217";
const TIME: &str = "2026-11-22T03:00:00Z";

/// The genuine JPKI test card's files in a card without its private keys.
fn genuine() -> SimulatedCard {
    let names =
        ["face/0001", "face/0002", "face/0003", "face/0004"].map(|name| (name, name.replace("face/", "surface-")));
    let texts = ["text/0002", "text/0003", "text/0004", "text/0005", "text/0006", "text/0007"];
    let texts = texts.map(|name| (name, name.replace('/', "-")));
    let given: Vec<(&str, Vec<u8>)> =
        names.into_iter().chain(texts).map(|(name, file)| (name, fixture(&format!("{file}.bin")))).collect();
    let given: Vec<(&str, &[u8])> = given.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let references =
        [(files::FACE_NUMBER_B, NUMBER_B), (files::FACE_BIRTH_DATE, BIRTH_DATE), (files::TEXT_NUMBER_B, NUMBER_B)];
    with_files(&given, &references, None, None, Profile::default()).unwrap()
}

/// Recognises and reads a card as `taimen check` does.
fn read(card: &mut SimulatedCard, scope: Scope, number: &[u8]) -> Result<Dump, FlowError> {
    let known = Credentials::default().with("number-b", std::str::from_utf8(number).unwrap()).unwrap();
    let request = Request::new("fixtures", TIME.parse().unwrap()).scope(scope);
    let nonces = &mut ListedNonces::new(vec![vec![0x11; 32], vec![0x22; 32]]);
    let mut steps = Vec::new();
    let tell = &mut |event: Event<'_>| match event {
        Event::Recognised(card) => assert_eq!((card.kind, card.guests.len()), (CardKind::MY_NUMBER, 0)),
        Event::Step { title, .. } => steps.push(title),
        _ => {}
    };
    let dump = cards::read(card, &request, known, &mut PinGate::new(false), nonces, tell)?;
    steps.dedup();
    let told = my_number::STEPS.iter().filter(|step| step.scopes.contains(&scope)).map(|step| step.title);
    assert_eq!(steps, told.collect::<Vec<_>>());
    Ok(dump)
}

fn verdicts(dump: &Dump, accepted: &[Hierarchy]) -> (Overall, Vec<(CheckId, Verdict)>) {
    let store = accepted.iter().fold(TrustStore::shipped().unwrap(), |store, next| store.accepting(*next));
    let findings = my_number::check(dump, &store, Basis::Live(TIME.parse().unwrap()));
    (findings.overall(), findings.checks.iter().map(|check| (check.id, check.verdict)).collect())
}

fn depends(id: CheckId) -> Verdict {
    Verdict::NotDone(Why::DependsOn(id))
}

#[test]
fn our_reader_reads_the_genuine_test_card_and_every_passive_check_passes() {
    let mut card = genuine();
    let dump = read(&mut card, Scope::FULL, NUMBER_B).unwrap();
    for (name, file) in [
        ("face/0002", "surface-0002.bin"),
        ("face/0004", "surface-0004.bin"),
        ("text/0002", "text-0002.bin"),
        ("text/0004", "text-0004.bin"),
        ("text/0007", "text-0007.bin"),
    ] {
        assert_eq!(dump.file(name), Some(fixture(file).as_slice()), "{name}");
    }
    assert_eq!(dump.private_file("text/0003").unwrap().expose(), &fixture("text-0003.bin"));
    assert_eq!(dump.missing().collect::<Vec<_>>(), [("text/0003", &NotRead::NotStored)]);
    assert_eq!(card.retry_counter(&files::FACE_NUMBER_B), Some(10));

    let (overall, checks) = verdicts(&dump, &[Hierarchy::Test]);
    assert_eq!(
        checks,
        [
            (CheckId::FaceCertificate, Verdict::Passed),
            (CheckId::FaceSignature, Verdict::Passed),
            (CheckId::ChipKey, Verdict::Failed(Reason::ChallengeRefused)),
            (CheckId::NotExpired, Verdict::Passed),
            (CheckId::TextCertificate, Verdict::Passed),
            (CheckId::TextSignature, Verdict::Passed),
            (CheckId::TextChipKey, Verdict::Failed(Reason::ChallengeRefused)),
            (CheckId::TextAgrees, Verdict::Passed),
            (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
        ]
    );
    assert_eq!(overall, Overall::Rejected, "the private keys are not there, so nothing answers");
}

#[test]
fn our_reader_rejects_the_genuine_test_card_where_nobody_asked_for_its_hierarchy() {
    let dump = read(&mut genuine(), Scope::FULL, NUMBER_B).unwrap();
    for accepted in [&[][..], &[Hierarchy::Simulated]] {
        let (overall, checks) = verdicts(&dump, accepted);
        assert_eq!(
            checks,
            [
                (CheckId::FaceCertificate, Verdict::Failed(Reason::HierarchyNotAccepted)),
                (CheckId::FaceSignature, depends(CheckId::FaceCertificate)),
                (CheckId::ChipKey, depends(CheckId::FaceSignature)),
                (CheckId::NotExpired, Verdict::Passed),
                (CheckId::TextCertificate, Verdict::Failed(Reason::HierarchyNotAccepted)),
                (CheckId::TextSignature, depends(CheckId::TextCertificate)),
                (CheckId::TextChipKey, depends(CheckId::TextCertificate)),
                (CheckId::TextAgrees, depends(CheckId::FaceSignature)),
                (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
            ]
        );
        assert_eq!(overall, Overall::Rejected);
    }
}

#[test]
fn our_reader_reads_the_genuine_age_record_alone() {
    let mut card = genuine();
    let dump = read(&mut card, Scope::AGE, NUMBER_B).unwrap();
    assert_eq!(dump.file("face/0001"), Some(fixture("surface-0001.bin").as_slice()));
    assert_eq!(dump.file("face/0002"), None);
    let (overall, checks) = verdicts(&dump, &[Hierarchy::Test]);
    assert_eq!(
        checks,
        [
            (CheckId::FaceCertificate, Verdict::Passed),
            (CheckId::AgeSignature, Verdict::Passed),
            (CheckId::ChipKey, Verdict::Failed(Reason::ChallengeRefused)),
            (CheckId::NotExpired, Verdict::NotDone(Why::NotOnCard)),
            (CheckId::Revocation, Verdict::NotDone(Why::NotAvailable)),
        ]
    );
    assert_eq!(overall, Overall::Rejected);
}

#[test]
fn a_wrong_number_costs_the_genuine_card_one_try() {
    let mut card = genuine();
    let error = read(&mut card, Scope::FULL, b"55021720352286").unwrap_err();
    assert_eq!(error, ReadError::Wrong { reference: &files::FACE_NUMBER_B, left: Some(9) }.into());
    assert_eq!(card.retry_counter(&files::FACE_NUMBER_B), Some(9));
    assert_eq!(card.retry_counter(&files::TEXT_NUMBER_B), Some(10), "the text application was not asked");
    card.power_off();
    card.power_on();
    let looked = reading::look(&mut card, &reading::request()).unwrap();
    assert_eq!(looked.wanted()[0].counter, Some((&files::FACE_NUMBER_B, RetryCounter::Left(9))));
}
