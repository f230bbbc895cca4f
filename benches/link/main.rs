//! What reading each kind of card takes of the link (`scripts/bench link`, `docs/performance.md`): exchanges and bytes, which are
//! counted, and the time on the air that they stand for, which is computed. Nothing here depends on the machine.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

use std::sync::Arc;

use myna_card::{
    Pin, Transmit,
    ap::surface::{self, SurfaceAp},
};
use taimen::{
    cards::{self, Credentials, Request, my_number},
    dump::Dump,
    iso7816::PinGate,
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::{LinkFigures, NonceError, Nonces, Transport, TransportError},
    trust::{Hierarchy, TrustStore},
};

/// A byte at 106 kbit/s: eight bits, a parity bit or the start and stop bits, at 9.44 µs each.
const MS_A_BYTE: f64 = 0.094;

/// What a reader, its driver and the card add to an exchange: 10 to 30 ms are usual.
const MS_AN_EXCHANGE: f64 = 15.0;

const KINDS: [&str; 9] = [
    "my-number",
    "licence",
    "licence-changed",
    "menkyo",
    "residence1",
    "residence1-special",
    "residence1-child",
    "residence2",
    "residence2-special",
];

struct Zeros;

impl Nonces for Zeros {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        Ok(vec![0x11; bytes])
    }
}

fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap().card().unwrap()
}

/// Reads a card; without a store nothing is left out.
fn read(recipe: &str, trust: Option<Arc<TrustStore>>) -> (Dump, LinkFigures) {
    let mut card = card(recipe);
    let (known, kind) = (Credentials::from(&card), card.kind().unwrap_or(CardKind::MY_NUMBER));
    let mut request = Request::new("bench", "2026-11-22T03:00:00Z".parse().unwrap());
    if kind == CardKind::MENKYO {
        request = request.application(kind);
    }
    if let Some(trust) = trust {
        request = request.inferring(trust);
    }
    let dump =
        cards::read(&mut card, &request, known, &mut PinGate::new(false), &mut Zeros, &mut |_| {}).expect("it is read");
    let figures = dump.link;
    (dump, figures)
}

/// A card that counts what passes, up to the SELECT of another application if there is one.
struct Counting {
    card: SimulatedCard,
    until: &'static [u8],
    figures: LinkFigures,
    done: bool,
}

impl Counting {
    fn of(recipe: &str, until: &'static [u8]) -> Self {
        Self { card: card(recipe), until, figures: LinkFigures::default(), done: false }
    }
}

impl Transport for Counting {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        self.done |= !self.until.is_empty() && command.ends_with(self.until);
        if !self.done {
            self.figures.exchanges += 1;
            self.figures.bytes_sent += command.len() as u64;
            self.figures.bytes_received += answer.len() as u64;
        }
        Ok(answer)
    }
}

/// The other reader's way to a card.
struct Peer<'a>(&'a mut Counting);

impl Transmit for Peer<'_> {
    fn transmit(&mut self, command: &[u8]) -> myna_card::Result<Vec<u8>> {
        self.0.exchange(command).map_err(|error| myna_card::Error::Malformed(error.to_string()))
    }
}

/// The face application of the same card: counter, 照合番号B, card face, certificate, challenge. taimen's and the peer's.
fn beside_a_peer() {
    let mut counting = Counting::of("my-number", my_number::files::TEXT.aid);
    let known = Credentials::from(&counting.card);
    let number = counting.card.credentials().unwrap().get("number-b").unwrap();
    let number = Pin::numeric(std::str::from_utf8(number.expose()).unwrap()).unwrap();
    let request = Request::new("bench", "2026-11-22T03:00:00Z".parse().unwrap());
    cards::read(&mut counting, &request, known, &mut PinGate::new(false), &mut Zeros, &mut |_| {}).expect("it is read");
    let ours = counting.figures;

    let mut counting = Counting::of("my-number", &[]);
    let mut other = myna_card::Card::new(Peer(&mut counting));
    let mut face = SurfaceAp::select(&mut other).unwrap();
    face.retries(surface::ef::CODE_B).unwrap();
    face.verify_code_b(&number).unwrap();
    let record = face.read_card_face().unwrap();
    let certificate = face.read_certificate().unwrap();
    record.verify(&certificate.public_key).unwrap();
    face.sign(&[0x11; 32]).unwrap();
    let theirs = counting.figures;

    println!("\nthe face application of a My Number Card: exchanges, bytes sent, bytes received");
    for (name, figures) in [("taimen", ours), ("myna-card", theirs)] {
        println!("{name:<19} {:>9} {:>6} {:>9}", figures.exchanges, figures.bytes_sent, figures.bytes_received);
    }
}

fn on_air(figures: LinkFigures) -> f64 {
    (figures.bytes_sent + figures.bytes_received) as f64 * MS_A_BYTE
}

fn with_exchanges(figures: LinkFigures) -> f64 {
    on_air(figures) + figures.exchanges as f64 * MS_AN_EXCHANGE
}

/// Bytes of a whole reading before the filler of each file.
fn meaningful(mut whole: Dump) -> usize {
    let end = |bytes: &[u8]| match bytes.last() {
        Some(filler @ (0x00 | 0xFF)) => bytes.iter().rposition(|byte| byte != filler).map_or(0, |at| at + 1),
        _ => bytes.len(),
    };
    whole.files_mut().map(|(_, bytes)| end(bytes)).sum()
}

fn main() {
    let trust = Arc::new(TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated));
    println!(
        "{:<19} {:<8} {:>9} {:>6} {:>9} {:>8} {:>8} | {:>9} {:>8} {:>8} | {:>10}",
        "card", "APDUs", "exchanges", "sent", "received", "ms", "+15 ms", "of whole", "bytes", "+15 ms", "meaningful"
    );
    for kind in KINDS {
        for (form, fault) in [("extended", ""), ("short", "?fault=no-extended")] {
            let recipe = format!("{kind}{fault}");
            let (_, lean) = read(&recipe, Some(Arc::clone(&trust)));
            let (dump, whole) = read(&recipe, None);
            // What an ideal reader takes that reads every file whole: that of this form, which asks for no byte twice.
            println!(
                "{kind:<19} {form:<8} {:>9} {:>6} {:>9} {:>8.0} {:>8.0} | {:>9} {:>8.2} {:>8.2} | {:>10.2}",
                lean.exchanges,
                lean.bytes_sent,
                lean.bytes_received,
                on_air(lean),
                with_exchanges(lean),
                whole.exchanges,
                on_air(lean) / on_air(whole),
                with_exchanges(lean) / with_exchanges(whole),
                lean.bytes_received as f64 / meaningful(dump) as f64,
            );
        }
    }
    beside_a_peer();
}
