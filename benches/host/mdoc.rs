//! What a document on a phone costs beside the bare operations on its keys.

use std::hint::black_box;

use taimen::{
    cards::{
        self,
        mdoc::{
            cose::{agreed, encode_key},
            elements::DocType,
            engagement::Engagement,
            session::{Session, Side},
            transcript::{Handover, Transcript, read},
        },
    },
    crypto::{CurveSigner, EcdsaForm, Hash, NamedCurve, RowKey, SignatureAlgorithm},
    dump::Scope,
    simulator::cards::mdoc::issuer::Signer,
    trust::Certificate,
    verify::{Basis, Overall},
};

use crate::{
    Figure,
    Limit::AtMost,
    check::times,
    common::reading::{TIME, card, read_card, simulated_trust},
};

/// One verification with the key of a certificate, parsed before.
fn verification(signer: Signer) -> impl Fn() + use<> {
    let order = signer.order();
    let hash = order.key.hash().unwrap();
    let algorithm = SignatureAlgorithm::Ecdsa(hash);
    let signature = order.key.sign(b"data", EcdsaForm::Der).unwrap();
    let key = Certificate::parse(&order.build().unwrap()).unwrap().verify_key().unwrap();
    move || key.verify(algorithm, &[b"data"], black_box(&signature)).unwrap()
}

/// All checks of a live reading, whose issuer was met before: the issuer's signature, the phone's on P-256, a hash of each element.
fn checked(kind: &str, issuer: Signer) -> f64 {
    let at = Basis::Live(TIME.parse().unwrap());
    let trust = simulated_trust();
    let (dump, _) = read_card(&mut card(kind), Scope::FULL).unwrap();
    let whole = || {
        let findings = cards::check(&dump, &trust, at).unwrap();
        assert_eq!(findings.overall(), Overall::Authentic);
        black_box(findings);
    };
    whole();
    let (issuer, device) = (verification(issuer), verification(Signer::First));
    let rows = DocType::of(dump.kind).unwrap().elements();
    let elements: Vec<&[u8]> = rows.iter().filter_map(|row| dump.file(row.name)).collect();
    let base = || {
        issuer();
        device();
        for element in &elements {
            black_box(Hash::Sha256.of(&[element]));
        }
    };
    times(base, whole)
}

/// A session: the reader's key, agreement, keys, a request sealed, an answer opened.
fn session() -> f64 {
    let (dump, _) = read_card(&mut card("mobile-my-number"), Scope::FULL).unwrap();
    let (_, parts) = read(dump.file("mdoc/transcript").unwrap()).unwrap();
    let (request, plain) = (dump.file("mdoc/request").unwrap(), vec![7; 6_000]);
    let private = NamedCurve::P256.random_scalar(&[0x35; 40]);
    let phone_key = Engagement::parse(parts.engagement).unwrap().key;
    let Handover::Nfc { select, .. } = parts.handover else { panic!("a handover") };
    let opened = |answer: &[u8]| {
        let engagement = Engagement::parse(parts.engagement).unwrap();
        let public = encode_key(&CurveSigner::new(private.clone()).public_key()).unwrap();
        let transcript = Transcript::new(parts.engagement, &public, Handover::Nfc { select, request: None });
        let (reader, phone) = transcript.session_keys(&agreed(&private, &engagement.key).unwrap());
        let mut session = Session::new(Side::Reader, reader.clone(), phone.clone());
        let sealed = session.seal(request).unwrap();
        let answer = (!answer.is_empty()).then(|| session.open(answer).unwrap());
        (sealed, answer, reader, phone)
    };
    let (_, _, reader, phone) = opened(&[]);
    let answer = Session::new(Side::Phone, reader, phone).seal(&plain).unwrap();
    let bare = RowKey::from_slice(&[7; 32]).unwrap();
    let sealed = bare.seal(&[0; 12], &[], &plain);
    let base = || {
        black_box(CurveSigner::new(private.clone()).public_key());
        black_box(agreed(&private, &phone_key).unwrap());
        black_box(bare.open(&[0; 12], &[], &sealed).unwrap());
    };
    times(base, || {
        black_box(opened(&answer));
    })
}

/// The checks, and the session before them.
pub fn checks() -> Vec<Figure> {
    let signed = "in the signatures of issuer and phone and the hashes";
    vec![
        Figure::new(
            format!("all checks of an mdoc on P-256, {signed}"),
            checked("mobile-my-number", Signer::First),
            AtMost(2.0),
        ),
        Figure::new(
            format!("all checks of an mdoc on P-384, {signed}"),
            checked("mobile-licence", Signer::Second),
            AtMost(2.0),
        ),
        Figure::new("the session with a phone, in its key, agreement and decryption", session(), AtMost(2.0)),
    ]
}
