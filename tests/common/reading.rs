//! Reads a card through the library, whichever it is: in one transaction, or with a question in the middle.

use taimen::{
    cards::{self, Ask, Credentials, Findings, FlowError, Looked, Outcome, Recognised, Request},
    dump::{Dump, Scope},
    iso7816::PinGate,
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::{LinkFigures, NonceError, Nonces, Transport},
    verify::Basis,
};

/// How many random cases: few in every run, a hundred times as many with `scripts/test-long`.
pub fn cases(short: u32) -> proptest::prelude::ProptestConfig {
    let factor = if std::env::var_os("TAIMEN_LONG").is_some() { 100 } else { 1 };
    proptest::prelude::ProptestConfig { cases: short * factor, ..Default::default() }
}

/// The time of every reading in these tests.
pub const TIME: &str = "2026-11-22T03:00:00Z";

/// Every simulated kind of residence card that is read.
pub const RESIDENCE_KINDS: [&str; 5] =
    ["residence1", "residence1-special", "residence1-child", "residence2", "residence2-special"];

/// As many bytes as are wanted, another value each time, beginning with 01.
#[derive(Default)]
pub struct Counting(u8);

impl Nonces for Counting {
    fn draw(&mut self, bytes: usize) -> Result<Vec<u8>, NonceError> {
        self.0 += 1;
        Ok(vec![self.0; bytes])
    }
}

/// Random bytes for every challenge; the system's need the feature `cli`.
pub fn nonces() -> Counting {
    Counting::default()
}

/// A simulated card from its recipe.
pub fn card(recipe: &str) -> SimulatedCard {
    recipe.parse::<Recipe>().unwrap_or_else(|error| panic!("{recipe}: {error}")).card().expect("it is issued")
}

/// What is asked of a card of its own kind.
pub fn request() -> Request {
    Request::new("test", TIME.parse().unwrap())
}

/// What is asked of a simulated card of this kind.
pub fn request_for(kind: CardKind) -> Request {
    if cards::registry::is_guest(kind) { request().application(kind) } else { request() }
}

/// One entry alone.
pub fn entry(id: &str, text: &str) -> Credentials {
    Credentials::default().with(id, text).unwrap_or_else(|error| panic!("{error}"))
}

/// What is printed on a simulated My Number Card, and nothing that its holder alone knows.
pub fn printed(card: &SimulatedCard) -> Credentials {
    let number = card.credentials().expect("a persona's card").get("number-b").unwrap();
    entry("number-b", std::str::from_utf8(number.expose()).unwrap())
}

/// Recognises and reads in one transaction. What the link carried is beside the dump.
pub fn read(
    transport: &mut dyn Transport,
    request: &Request,
    known: &Credentials,
) -> Result<(Dump, LinkFigures), FlowError> {
    read_drawing(transport, request, known, &mut nonces())
}

/// The same with random bytes of the caller.
pub fn read_drawing(
    transport: &mut dyn Transport,
    request: &Request,
    known: &Credentials,
    nonces: &mut dyn Nonces,
) -> Result<(Dump, LinkFigures), FlowError> {
    cards::read(transport, request, known.shared(), &mut PinGate::new(false), nonces, &mut |_| {}).map(apart)
}

/// Dump and link figures.
fn apart(mut dump: Dump) -> (Dump, LinkFigures) {
    let figures = std::mem::take(&mut dump.link);
    (dump, figures)
}

/// Reads a simulated card with all that opens it; the licence application if that is what it was made for.
pub fn read_card(card: &mut SimulatedCard, scope: Scope) -> Result<(Dump, LinkFigures), FlowError> {
    let known = Credentials::from(&*card);
    let kind = card.kind().unwrap_or(CardKind::MY_NUMBER);
    read(card, &request_for(kind).scope(scope), &known)
}

/// The first transaction: nothing is presented.
pub fn look(transport: &mut dyn Transport, request: &Request) -> Result<Box<Looked>, FlowError> {
    let request = request.clone().ask(Ask::Always);
    let gate = &mut PinGate::new(false);
    match cards::start(transport, &request, Credentials::default(), gate, &mut nonces(), &mut |_| {})? {
        Outcome::Ask(looked) => Ok(looked),
        Outcome::Done(dump) => panic!("{} was read and nobody was asked", dump.kind),
    }
}

/// The second transaction, with what was entered.
pub fn read_looked(
    looked: Looked,
    transport: &mut dyn Transport,
    known: &Credentials,
) -> Result<(Dump, LinkFigures), FlowError> {
    let (time, gate) = (TIME.parse().unwrap(), &mut PinGate::new(false));
    looked.read(transport, time, known.shared(), gate, &mut nonces(), &mut |_| {}).map(apart)
}

pub use super::trust::simulated_trust;

/// Checks with the simulated hierarchy accepted.
pub fn judge(dump: &Dump) -> Findings {
    cards::check(dump, &simulated_trust(), Basis::Live(TIME.parse().unwrap())).expect("a kind that is checked")
}

/// Reads everything that the default check shows, and checks.
pub fn findings(recipe: &str) -> Result<Findings, FlowError> {
    Ok(judge(&read_card(&mut card(recipe), Scope::FULL)?.0))
}

/// Which card it is.
pub fn recognised(card: &mut dyn Transport) -> Recognised {
    cards::identify(card, &request(), &mut nonces()).unwrap().recognised
}
