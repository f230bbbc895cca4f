//! Another reader of the same card: the crate `myna-card`. Both verify the face of one simulated My Number Card and nothing else: the
//! counter is asked for, the printed number presented, the certificate and the face file read and verified, a challenge signed and
//! verified. The card denies its text application, which taimen would read too.

use std::hint::black_box;

use myna_card::{
    Card, CardVerifiableCertificate, Error, Pin, RsaPublicKey, Transmit,
    ap::surface::{self, SurfaceAp},
};
use taimen::{
    cards::{self, Credentials, my_number},
    iso7816::PinGate,
    report::{Context, Options, Report, Source},
    simulator::SimulatedCard,
    transport::{Transport, TransportError},
    trust::{KeyId, TrustStore},
    verify::{Basis, Overall},
};

use crate::{
    common::reading::{TIME, card, nonces, printed, request},
    counted, markdown,
    split::fresh_trust,
};

/// What a card answers that does not hold an application.
const NOT_FOUND: [u8; 2] = [0x6A, 0x82];

/// The exchanges of a reading.
#[derive(Default, Clone)]
struct Exchanges(Vec<(Vec<u8>, Vec<u8>)>);

/// A card whose exchanges are kept.
struct Kept<'a> {
    card: &'a mut SimulatedCard,
    exchanges: Exchanges,
    /// Whether it shows its text application.
    whole: bool,
}

impl Transport for Kept<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if !self.whole && command.ends_with(my_number::files::TEXT.aid) {
            return Ok(NOT_FOUND.to_vec());
        }
        let answer = self.card.exchange(command)?;
        self.exchanges.0.push((command.to_vec(), answer.clone()));
        Ok(answer)
    }
}

/// The same answers again, so that the card's own work does not count.
struct Played<'a> {
    rest: std::slice::Iter<'a, (Vec<u8>, Vec<u8>)>,
    whole: bool,
}

impl Transport for Played<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if !self.whole && command.ends_with(my_number::files::TEXT.aid) {
            return Ok(NOT_FOUND.to_vec());
        }
        let (expected, answer) = self.rest.next().expect("no more exchanges than before");
        assert_eq!(command, expected);
        Ok(answer.clone())
    }
}

struct Adapter<T>(T);

impl<T: Transport> Transmit for Adapter<T> {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        self.0.exchange(command).map_err(|error| Error::Malformed(error.to_string()))
    }
}

fn by_taimen(link: &mut dyn Transport, known: &Credentials, trust: &TrustStore) {
    let gate = &mut PinGate::new(false);
    let dump = cards::read(link, &request(), known.shared(), gate, &mut nonces(), &mut |_| {}).unwrap();
    let findings = cards::check(&dump, trust, Basis::Live(TIME.parse().unwrap())).unwrap();
    assert_eq!(findings.overall(), Overall::Authentic);
    black_box(findings);
}

fn by_the_other<T: Transport>(link: T, number: &Pin, ca: &dyn Fn(&CardVerifiableCertificate) -> RsaPublicKey) {
    let mut card = Card::new(Adapter(link));
    let mut face = SurfaceAp::select(&mut card).unwrap();
    face.retries(surface::ef::CODE_B).unwrap();
    let certificate = face.read_certificate().unwrap();
    certificate.verify_with(&ca(&certificate)).unwrap();
    face.verify_code_b(number).unwrap();
    let record = face.read_card_face().unwrap();
    record.verify(&certificate.public_key).unwrap();
    let challenge = [7; 32];
    let answer = face.sign(&challenge).unwrap();
    record.public_key.verify_pkcs1_sha256(&challenge, &answer).unwrap();
    black_box(record);
}

/// The simulated authority: the other crate's table has none of ours.
fn simulated_ca(store: &TrustStore, certificate: &CardVerifiableCertificate) -> RsaPublicKey {
    let id = KeyId(*certificate.issuer_key_id.as_bytes());
    let (_, ca) = store.cv_keys(&id).next().unwrap();
    RsaPublicKey { exponent: ca.key.exponent(), modulus: ca.key.modulus().to_vec() }
}

fn number(card: &SimulatedCard) -> Pin {
    let credentials = card.credentials().unwrap();
    Pin::numeric(credentials.get("number-b").unwrap().expose()).unwrap()
}

fn exchanges_of_taimen(store: &TrustStore) -> (Exchanges, Credentials) {
    let mut card = card("my-number");
    let known = printed(&card);
    let mut kept = Kept { card: &mut card, exchanges: Exchanges::default(), whole: false };
    by_taimen(&mut kept, &known, store);
    (kept.exchanges, known)
}

fn exchanges_of_the_other(store: &TrustStore) -> (Exchanges, Pin) {
    let mut card = card("my-number");
    let number = number(&card);
    let mut kept = Kept { card: &mut card, exchanges: Exchanges::default(), whole: false };
    by_the_other(Borrowed(&mut kept), &number, &|certificate| simulated_ca(store, certificate));
    (kept.exchanges, number)
}

struct Borrowed<'a, T>(&'a mut T);

impl<T: Transport> Transport for Borrowed<'_, T> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.exchange(command)
    }
}

/// A whole check of a My Number Card, text included, and its JSON report, on the same answers, so many times.
pub fn check(rounds: u32) {
    let store = fresh_trust();
    let mut card = card("my-number");
    let known = Credentials::from(&card);
    let mut kept = Kept { card: &mut card, exchanges: Exchanges::default(), whole: true };
    let read = |link: &mut dyn Transport, trust: &TrustStore| {
        let gate = &mut PinGate::new(false);
        let dump = cards::read(link, &request(), known.shared(), gate, &mut nonces(), &mut |_| {}).unwrap();
        let findings = cards::check(&dump, trust, Basis::Live(TIME.parse().unwrap())).unwrap();
        assert_eq!(findings.overall(), Overall::Authentic);
        let context = Context::of(&dump, Source::Live);
        black_box(Report { findings: &findings, context: &context, options: Options::default() }.json());
    };
    read(&mut kept, &store);
    for _ in 0..rounds {
        read(&mut Played { rest: kept.exchanges.0.iter(), whole: true }, &fresh_trust());
    }
}

/// Our reader on the same answers, so many times.
pub fn taimen_face(rounds: u32) {
    let (exchanges, known) = exchanges_of_taimen(&fresh_trust());
    (0..rounds).for_each(|_| by_taimen(&mut Played { rest: exchanges.0.iter(), whole: false }, &known, &fresh_trust()));
}

/// The other reader on the same answers, so many times.
pub fn other_face(rounds: u32) {
    let store = fresh_trust();
    let (exchanges, number) = exchanges_of_the_other(&store);
    for _ in 0..rounds {
        by_the_other(Played { rest: exchanges.0.iter(), whole: false }, &number, &|certificate| {
            simulated_ca(&store, certificate)
        });
    }
}

pub fn table() -> String {
    let store = fresh_trust();
    let both = [
        ("taimen", "face taimen", exchanges_of_taimen(&store).0),
        ("myna-card", "face myna-card", exchanges_of_the_other(&store).0),
    ];
    let rows: Vec<Vec<String>> = both
        .into_iter()
        .map(|(name, task, Exchanges(exchanges))| {
            let bytes = |of: fn(&(Vec<u8>, Vec<u8>)) -> usize| exchanges.iter().map(of).sum::<usize>().to_string();
            let instructions = counted::instructions(task);
            vec![
                name.to_owned(),
                exchanges.len().to_string(),
                bytes(|(command, _)| command.len()),
                bytes(|(_, answer)| answer.len()),
                instructions.map_or_else(|| "no valgrind".to_owned(), |count| format!("{:.2}", count as f64 / 1e6)),
            ]
        })
        .collect();
    markdown(
        &["face of a My Number Card", "exchanges", "bytes sent", "bytes received", "million instructions of the host"],
        &rows,
    )
}
