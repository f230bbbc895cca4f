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

use taimen::{
    cards::{self, Credentials, Request, drivers_licence::files::PinSetting},
    dump::Dump,
    iso7816::PinGate,
    kind::CardKind,
    simulator::{
        Recipe, SimulatedCard,
        cards::drivers_licence::{LicenceHolder, LicenceOrder, LicenceProfile, issue},
    },
    transport::{LinkFigures, NonceError, Nonces},
    trust::{Hierarchy, TrustStore},
};

/// A byte at 106 kbit/s: eight bits, a parity bit or the start and stop bits, at 9.44 µs each.
const MS_A_BYTE: f64 = 0.094;

/// What a reader, its driver and the card add to an exchange: 10 to 30 ms are usual.
const MS_AN_EXCHANGE: f64 = 15.0;

const KINDS: [&str; 10] = [
    "my-number",
    "licence",
    SMALL_PHOTO,
    "licence-changed",
    "menkyo",
    "residence1",
    "residence1-special",
    "residence1-child",
    "residence2",
    "residence2-special",
];

/// A licence whose photo has 1,500 bytes; the photos of the other simulated ones fill their file, and those of real ones are said not to.
const SMALL_PHOTO: &str = "licence, photo 1,500";

struct Zeros;

impl Nonces for Zeros {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        Ok(vec![0x11; bytes])
    }
}

fn card(recipe: &str) -> SimulatedCard {
    let Some(options) = recipe.strip_prefix(SMALL_PHOTO) else {
        return recipe.parse::<Recipe>().unwrap().card().unwrap();
    };
    let holder = LicenceHolder::from_seed(1);
    let mut order = LicenceOrder::new(holder.clone(), PinSetting::Set);
    order.photo.truncate(1_500);
    let issued = issue(&order, &LicenceProfile::default()).unwrap();
    let mut card = format!("licence{options}").parse::<Recipe>().unwrap().with(holder).card().unwrap();
    for file in issued.files {
        *card.file_mut(file.file().name).unwrap() = file.encode().unwrap();
    }
    card
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
        "{:<20} {:<8} {:>9} {:>6} {:>9} {:>8} {:>8} | {:>9} {:>8} {:>8} | {:>10}",
        "card", "APDUs", "exchanges", "sent", "received", "ms", "+15 ms", "of whole", "bytes", "+15 ms", "meaningful"
    );
    for kind in KINDS {
        for (form, fault) in [("extended", ""), ("short", "?fault=no-extended")] {
            let recipe = format!("{kind}{fault}");
            let (_, lean) = read(&recipe, Some(Arc::clone(&trust)));
            let (dump, whole) = read(&recipe, None);
            // What an ideal reader takes that reads every file whole: that of this form, which asks for no byte twice.
            println!(
                "{kind:<20} {form:<8} {:>9} {:>6} {:>9} {:>8.0} {:>8.0} | {:>9} {:>8.2} {:>8.2} | {:>10.2}",
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
}
