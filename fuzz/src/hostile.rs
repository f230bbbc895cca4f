//! A card that answers anything, through the whole flow: it ends, and is never authentic; no PIN goes out twice.

use std::collections::BTreeSet;

use taimen::{
    cards::{self, Ask, Credentials, Outcome, Request},
    dump::Scope,
    iso7816::PinGate,
    simulator::{SeededNonces, SimulatedCard},
    transport::{Transport, TransportError},
    verify::Overall,
};

use super::{
    dumps,
    input::Input,
    seeds::{TIME, one},
    twin::Twin,
};

/// The most exchanges of one reading, whatever the card answers.
const MOST: usize = 16_384;

/// A simulated card of which the input changes some answers; or no card at all.
struct Liar<'a> {
    card: Option<Twin>,
    input: Input<'a>,
    exchanges: usize,
    presented: BTreeSet<Vec<u8>>,
    selected: Vec<u8>,
}

impl Transport for Liar<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchanges += 1;
        assert!(self.exchanges <= MOST, "the reading does not end");
        match command {
            [_, 0xA4, 0x04, _, _, aid @ ..] => self.selected = aid.to_vec(),
            [_, 0x20, _, p2, _, _, ..] => {
                let place = [self.selected.clone(), vec![*p2]].concat();
                assert!(self.presented.insert(place), "a second VERIFY of one reference");
            }
            _ => {}
        }
        let honest = self.card.as_mut().map(|card| card.exchange(command)).transpose()?;
        if self.input.is_empty() {
            return Ok(honest.unwrap_or_else(|| vec![0x6F, 0x00]));
        }
        let honest = honest.unwrap_or_default();
        Ok(match self.input.byte() {
            0..=199 if self.card.is_some() => honest,
            200..=209 => {
                let mut answer = honest;
                let at = self.input.below(answer.len());
                if let Some(byte) = answer.get_mut(at) {
                    *byte = self.input.byte();
                }
                answer
            }
            210..=214 => honest[..self.input.below(honest.len() + 1)].to_vec(),
            215..=219 => return Err(TransportError::Removed),
            220..=229 => [self.input.byte(), self.input.byte()].to_vec(),
            _ => {
                let length = self.input.below(80);
                [self.input.bytes(length), &[0x90, 0x00]].concat()
            }
        })
    }
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let kinds = taimen::simulator::kinds().count();
    let which = input.below(kinds + 1);
    let scope = [Scope::FULL, Scope::AGE, Scope::WITHOUT_PIN][usize::from(input.byte() % 3)];
    let ask = [Ask::Never, Ask::IfMissing, Ask::Always][usize::from(input.byte() % 3)];
    let card = one(which);
    let entered = card.as_ref().map(Credentials::from).unwrap_or_default();
    let time = TIME.parse().expect("a time");
    let mut request = Request::new("fuzz", time).scope(scope).ask(ask);
    if let Some(kind) = card.as_ref().and_then(SimulatedCard::kind).filter(|kind| cards::registry::is_guest(*kind)) {
        request = request.application(kind);
    }
    let honest = input.is_empty();
    let twin = (which < kinds).then(|| Twin::after(which, [].into_iter()));
    let mut liar = Liar { card: twin, input, exchanges: 0, presented: BTreeSet::new(), selected: Vec::new() };
    let (mut gate, mut nonces) = (PinGate::new(false), SeededNonces::new(9));
    let read = match cards::start(&mut liar, &request, entered.shared(), &mut gate, &mut nonces, &mut |_| {}) {
        Ok(Outcome::Done(dump)) => Ok(*dump),
        Ok(Outcome::Ask(looked)) => looked.read(&mut liar, time, entered, &mut gate, &mut nonces, &mut |_| {}),
        Err(error) => Err(error),
    };
    if let Ok(dump) = read {
        let overall = dumps::show(&dump, false);
        assert!(honest || which < kinds || overall != Some(Overall::Authentic));
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    (0..16).flat_map(|which| (0..3).map(move |ask| vec![which, 0, ask, 0, 0, 0, 0, 0, 0, 210, 3])).collect()
}
