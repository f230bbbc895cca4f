//! Each fault of the table does what its row says: a second, small opinion about every faulty card, made of the library's
//! layers below the checks.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod simulator_common;

use taimen::{
    cards::my_number::files::{
        self, FACE, FACE_CERTIFICATE, FACE_DATA, FACE_NUMBER_B, File, SIGN, TEXT, TEXT_NUMBER_B,
    },
    crypto::{PublicKey, sha256, sha256_digest_info},
    iso7816::{Command, FileReadError, PinGate, PinOutcome, Refusal, Session, Status, Tries},
    kind::CardKind,
    simulator::{Expected, FAULTS, Recipe, SimulatedCard},
    text::compact_date,
    tlv::{self, Object, Tag},
    trust::{Hierarchy, KeyId, TrustStore},
    verify::{
        CheckId::{self, *},
        Overall, Reason, Verdict, Why,
    },
};

use Verdict::{Failed, NotDone, Passed};

/// What ends a check before its verdict.
#[derive(Debug, PartialEq)]
enum Stopped {
    Refused,
    Gate(Refusal),
    Card,
}

type Opinion = Result<Vec<(CheckId, Verdict)>, Stopped>;

fn stopped<E>(_: E) -> Stopped {
    Stopped::Card
}

fn verdict<T, E>(result: &Result<T, E>, reason: Reason) -> Verdict {
    if result.is_ok() { Passed } else { Failed(reason) }
}

fn open(
    session: &mut Session<SimulatedCard>,
    reference: &files::Reference,
    card: &taimen::privacy::Pin,
) -> Result<(), Stopped> {
    // A card in its first exchange may answer 6F00 once.
    if session.select(reference.application.aid).is_err() {
        session.select(reference.application.aid).map_err(stopped)?;
    }
    let tries = session.ask_tries(reference.sfi).map_err(stopped)?;
    let permit = PinGate::new(false).permit(reference.application.aid, reference.sfi, tries).map_err(Stopped::Gate)?;
    match session.verify(permit, card).map_err(stopped)? {
        PinOutcome::Accepted => Ok(()),
        _ => Err(Stopped::Refused),
    }
}

/// A file's bytes; `None` when its structure does not let it be read.
fn read(session: &mut Session<SimulatedCard>, file: &File) -> Result<Option<Vec<u8>>, Stopped> {
    match session.read_tlv_file(file.sfi, file.limit, &mut |_, _| {}) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(FileReadError::Card(_)) => Err(Stopped::Card),
        Err(_) => Ok(None),
    }
}

const MESSAGE: &[u8] = b"a challenge of the fault tests";

fn challenge(session: &mut Session<SimulatedCard>) -> Result<Result<Vec<u8>, Status>, Stopped> {
    let info = sha256_digest_info(&sha256(&[MESSAGE]));
    let response = session.send(&Command::with_data(SIGN, &info, true)).map_err(stopped)?;
    Ok(if response.status.is_ok() { Ok(response.data) } else { Err(response.status) })
}

fn key(bytes: &[u8]) -> PublicKey {
    let (exponent, rest) = tlv::object(bytes, 0).unwrap();
    let (modulus, _) = tlv::object(rest, 0).unwrap();
    PublicKey::new(modulus.value, exponent.value).unwrap()
}

fn certificate(file: &[u8]) -> (Verdict, PublicKey) {
    let (outer, _) = tlv::file(file, FACE_CERTIFICATE.tag).unwrap();
    let body = outer.child(files::CV_BODY).unwrap().value;
    let signature = outer.child(files::CV_SIGNATURE).unwrap().value;
    let id = KeyId(body[..16].try_into().unwrap());
    let store = TrustStore::shipped().unwrap();
    let verdict = match store.cv_keys(&id).next() {
        None => NotDone(Why::NoAnchor),
        Some((anchor, ca)) => {
            assert!([Hierarchy::Simulated, Hierarchy::Production].contains(&anchor.hierarchy));
            verdict(&ca.key.verify_sha256(&[body], signature), Reason::SignatureMismatch)
        }
    };
    (verdict, key(&body[32..]))
}

fn raw<'a>(object: &Object<'a>, tags: &[Tag]) -> Option<Vec<u8>> {
    tags.iter()
        .map(|tag| object.child(*tag).ok().map(|child| child.raw.to_vec()))
        .collect::<Option<Vec<_>>>()
        .map(|v| v.concat())
}

/// Verdict about the face signature, and the chip's key.
fn face_signature<'a>(bytes: Option<&'a [u8]>, signer: &PublicKey) -> (Verdict, Option<PublicKey>, Option<Object<'a>>) {
    const MALFORMED: Verdict = Failed(Reason::Malformed);
    let Some(Ok((face, _))) = bytes.map(|bytes| tlv::file(bytes, FACE_DATA.tag)) else {
        return (MALFORMED, None, None);
    };
    let table = face.child(files::FACE_OFFSETS.tag).unwrap().value;
    let starts: Option<Vec<u8>> = files::offset_targets(&FACE_DATA)
        .map(|field| face.child(field.tag).ok().map(|child| u16::try_from(child.at).unwrap().to_be_bytes()))
        .collect::<Option<Vec<_>>>()
        .map(|offsets| offsets.concat());
    let groups = [
        raw(&face, &[files::FACE_BIRTH.tag, files::FACE_SEX.tag, files::FACE_KEY.tag]),
        raw(&face, &[files::FACE_NAME.tag, files::FACE_ADDRESS.tag]),
        raw(&face, &[files::FACE_PHOTO.tag]),
    ];
    let [Some(first), Some(second), Some(third)] = groups else { return (MALFORMED, None, Some(face)) };
    if starts.as_deref() != Some(table) {
        return (MALFORMED, None, Some(face));
    }
    let groups = [sha256(&[&first]), sha256(&[&second]), sha256(&[&third])];
    let signature = face.child(files::FACE_SIGNATURE.tag).unwrap().value;
    let chip = key(face.child(files::FACE_KEY.tag).unwrap().value);
    (verdict(&signer.verify_triple_sha256(&groups, signature), Reason::SignatureMismatch), Some(chip), Some(face))
}

fn answer_verdict(answer: &Result<Vec<u8>, Status>, chip: &PublicKey) -> Verdict {
    match answer {
        Err(_) => Failed(Reason::ChallengeRefused),
        Ok(answer) => verdict(&chip.verify_sha256(&[MESSAGE], answer), Reason::ChallengeMismatch),
    }
}

/// `NotDone(depends_on)` where the check below did not pass.
fn resting(below: (CheckId, Verdict), own: impl FnOnce() -> Verdict) -> Verdict {
    if below.1 == Passed { own() } else { NotDone(Why::DependsOn(below.0)) }
}

fn opinion(card: SimulatedCard) -> Opinion {
    let number_b = card.credentials().unwrap().number_b().unwrap();
    let mut session = Session::new(card);
    open(&mut session, &FACE_NUMBER_B, &number_b)?;
    let face_certificate = read(&mut session, &FACE_CERTIFICATE)?.unwrap();
    let face_bytes = read(&mut session, &FACE_DATA)?;
    let face_answer = challenge(&mut session)?;
    open(&mut session, &TEXT_NUMBER_B, &number_b)?;
    let mut text = |file: &File| read(&mut session, file).map(Option::unwrap);
    let (text_certificate, attributes) = (text(&files::TEXT_CERTIFICATE)?, text(&files::TEXT_ATTRIBUTES)?);
    let (digests, text_key) = (text(&files::TEXT_DIGESTS)?, text(&files::TEXT_KEY)?);
    let text_answer = challenge(&mut session)?;

    let (certificate_verdict, signer) = certificate(&face_certificate);
    let (own, chip, face) = face_signature(face_bytes.as_deref(), &signer);
    let signature = resting((FaceCertificate, certificate_verdict), || own);
    let chip_key = resting((FaceSignature, signature), || answer_verdict(&face_answer, &chip.unwrap()));
    let expiry = face.and_then(|face| compact_date(face.child(files::FACE_EXPIRY.tag).unwrap().value));
    let not_expired = match expiry {
        None => NotDone(Why::NotRead),
        Some(day) if day.year() < 2026 => Failed(Reason::Expired),
        Some(_) => Passed,
    };

    let (text_certificate, signer) = certificate(&text_certificate);
    let attributes = tlv::file(&attributes, files::TEXT_ATTRIBUTES.tag).unwrap().0;
    let digests = tlv::file(&digests, files::TEXT_DIGESTS.tag).unwrap().0;
    let text_key = tlv::file(&text_key, files::TEXT_KEY.tag).unwrap().0;
    let tags = [files::TEXT_NAME.tag, files::TEXT_ADDRESS.tag, files::TEXT_BIRTH.tag, files::TEXT_SEX.tag];
    let value = |object: &Object<'_>, field: files::Field| object.child(field.tag).unwrap().value.to_vec();
    let certified = value(&text_key, files::TEXT_CHIP_KEY);
    let text_signature = resting((TextCertificate, text_certificate), || {
        let signed = raw(&digests, &[files::DIGEST_NUMBER.tag, files::DIGEST_ATTRIBUTES.tag]).unwrap();
        let data = signer.verify_sha256(&[&signed], &value(&digests, files::DIGEST_SIGNATURE));
        let key_signature = value(&text_key, files::TEXT_KEY_SIGNATURE);
        let chip = signer.verify_sha256(&[&raw(&text_key, &[files::TEXT_CHIP_KEY.tag]).unwrap()], &key_signature);
        let digest = value(&digests, files::DIGEST_ATTRIBUTES) == sha256(&[&raw(&attributes, &tags).unwrap()]);
        match (data.and(chip), digest) {
            (Err(_), _) => Failed(Reason::SignatureMismatch),
            (Ok(()), false) => Failed(Reason::DigestMismatch),
            (Ok(()), true) => Passed,
        }
    });
    let text_chip_key = resting((TextSignature, text_signature), || answer_verdict(&text_answer, &key(&certified)));
    let agrees = resting((FaceSignature, signature), || {
        resting((TextSignature, text_signature), || {
            let face = face.unwrap();
            let same = value(&face, files::FACE_BIRTH) == value(&attributes, files::TEXT_BIRTH)
                && value(&face, files::FACE_SEX) == value(&attributes, files::TEXT_SEX);
            if same { Passed } else { Failed(Reason::Disagrees) }
        })
    });
    Ok(vec![
        (FaceCertificate, certificate_verdict),
        (FaceSignature, signature),
        (ChipKey, chip_key),
        (NotExpired, not_expired),
        (TextCertificate, text_certificate),
        (TextSignature, text_signature),
        (TextChipKey, text_chip_key),
        (TextAgrees, agrees),
    ])
}

#[test]
fn every_fault_has_the_outcome_of_its_row_and_the_honest_card_passes() {
    for seed in [1, 2, 3] {
        let recipe = Recipe::new(CardKind::MyNumber, seed);
        let honest = opinion(recipe.card().unwrap()).unwrap();
        assert!(honest.iter().all(|(_, verdict)| *verdict == Passed), "seed {seed}: {honest:?}");
        for row in FAULTS {
            let faulty = recipe.clone().with_faults(row.example.parse().unwrap());
            let found = opinion(faulty.card().unwrap());
            let expected = match row.expected {
                Expected::Verdict(_) => Ok(honest
                    .iter()
                    .map(|(id, verdict)| *row.differs.iter().find(|(other, _)| other == id).unwrap_or(&(*id, *verdict)))
                    .collect()),
                Expected::CredentialRefused => Err(Stopped::Refused),
                Expected::CredentialBlocked => Err(Stopped::Gate(Refusal::Blocked)),
                Expected::LastTry => Err(Stopped::Gate(Refusal::LastTry)),
                Expected::CounterUnknown => Err(Stopped::Gate(Refusal::CounterUnknown)),
                Expected::CardTrouble => Err(Stopped::Card),
            };
            assert_eq!(found, expected, "seed {seed}, {}", row.example);
        }
    }
}

#[test]
fn faults_combine() {
    let both = Recipe::new(CardKind::MyNumber, 4).with_faults("expired,cloned,filler=7,get-response".parse().unwrap());
    let found = opinion(both.card().unwrap()).unwrap();
    let wrong: Vec<_> = found.into_iter().filter(|(_, verdict)| *verdict != Passed).collect();
    assert_eq!(
        wrong,
        [
            (ChipKey, Failed(Reason::ChallengeMismatch)),
            (NotExpired, Failed(Reason::Expired)),
            (TextChipKey, Failed(Reason::ChallengeMismatch)),
        ]
    );
}

#[test]
fn a_huge_picture_announces_its_pixels() {
    let recipe = Recipe::new(CardKind::MyNumber, 1).with_faults("huge-picture".parse().unwrap());
    let mut card = recipe.card().unwrap();
    let bytes = card.file_mut(&FACE, FACE_DATA.sfi).unwrap().clone();
    let photo = tlv::file(&bytes, FACE_DATA.tag).unwrap().0.child(files::FACE_PHOTO.tag).unwrap().value;
    let size = [25_000_u32.to_be_bytes(), 40_000_u32.to_be_bytes()].concat();
    assert!(photo.windows(12).any(|window| window[..4] == *b"ihdr" && window[4..] == size));
    assert!(photo.windows(2).any(|window| window == [0xFF, 0x51]));
}

#[test]
fn counters_are_told_as_the_faults_say() {
    let tries = |fault: &str| {
        let card = Recipe::new(CardKind::MyNumber, 1).with_faults(fault.parse().unwrap()).card().unwrap();
        let mut session = Session::new(card);
        assert!(session.select(TEXT.aid).unwrap());
        session.ask_tries(TEXT_NUMBER_B.sfi).unwrap()
    };
    assert_eq!(tries("filler"), Tries::Left(10));
    assert_eq!(tries("last-try"), Tries::Left(1));
    assert_eq!(tries("blocked"), Tries::Blocked);
    assert_eq!(tries("tries-unknown"), Tries::NoCounter);
}

#[test]
fn every_exit_code_of_a_verdict_is_in_the_table() {
    let has = |overall| FAULTS.iter().any(|row| row.expected == Expected::Verdict(overall));
    assert!(has(Overall::Authentic) && has(Overall::Rejected) && has(Overall::Undetermined));
    assert!(FAULTS.iter().all(|row| matches!(row.expected.exit_code(), 0 | 1 | 3 | 4 | 5)));
}
