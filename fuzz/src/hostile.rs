//! A card that answers anything, through the whole flow: it ends, and is never authentic; no PIN goes out twice.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use taimen::{
    cards::{self, Ask, Credentials, Outcome, Request},
    dump::{Dump, Scope},
    iso7816::PinGate,
    simulator::{self, SeededNonces, SimulatedCard},
    transport::{Transport, TransportError},
    trust::TrustStore,
    verify::Overall,
};

use super::{
    dumps,
    input::Input,
    seeds::{TIME, has_extra, one},
    twin::Twin,
};

/// The most exchanges of one reading, whatever the card answers.
const MOST: usize = 16_384;

/// The bits of the byte that also says whom to ask: whether filler is inferred, as every live reading does, and whether the extra
/// application is read.
const INFERS: u8 = 0x40;
const EXTRA: u8 = 0x80;

/// The anchors under whose keys filler is inferred.
fn store() -> Arc<TrustStore> {
    static STORE: OnceLock<Arc<TrustStore>> = OnceLock::new();
    Arc::clone(STORE.get_or_init(|| Arc::new(dumps::accepting().clone())))
}

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
    let kinds = simulator::kinds().count();
    if let Some(dump) = read(data) {
        let overall = dumps::show(&dump, dumps::is_shown(data));
        let is_a_card = Input(data).below(kinds + 1) < kinds;
        assert!(is_a_card || overall != Some(Overall::Authentic), "what is no card is authentic");
    }
}

/// The card's place, how it is read, and what it lies about.
fn read(data: &[u8]) -> Option<Dump> {
    let mut input = Input(data);
    let kinds = simulator::kinds().count();
    let which = input.below(kinds + 1);
    let scope = [Scope::FULL, Scope::AGE, Scope::WITHOUT_PIN][usize::from(input.byte() % 3)];
    let how = input.byte();
    let ask = [Ask::Never, Ask::IfMissing, Ask::Always][usize::from((how & !(INFERS | EXTRA)) % 3)];
    let card = one(which);
    let entered = card.as_ref().map(Credentials::from).unwrap_or_default();
    let time = TIME.parse().expect("a time");
    let mut request = Request::new("fuzz", time).scope(scope).ask(ask);
    let kind = card.as_ref().and_then(SimulatedCard::kind);
    if let Some(kind) = kind.filter(|kind| cards::registry::is_guest(*kind)) {
        request = request.application(kind);
    }
    if how & INFERS != 0 {
        request = request.inferring(store());
    }
    // Of a kind without one it would be refused at once.
    if how & EXTRA != 0 && kind.is_none_or(|kind| has_extra(kind, scope)) {
        request = request.extra(true);
    }
    let twin = (which < kinds).then(|| Twin::after(which, [].into_iter()));
    let mut liar = Liar { card: twin, input, exchanges: 0, presented: BTreeSet::new(), selected: Vec::new() };
    let (mut gate, mut nonces) = (PinGate::new(false), SeededNonces::new(9));
    match cards::start(&mut liar, &request, entered.shared(), &mut gate, &mut nonces, &mut |_| {}).ok()? {
        Outcome::Done(dump) => Some(*dump),
        Outcome::Ask(looked) => looked.read(&mut liar, time, entered, &mut gate, &mut nonces, &mut |_| {}).ok(),
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let kinds = u8::try_from(simulator::kinds().count()).unwrap_or(u8::MAX);
    let ways = [0, INFERS, EXTRA, INFERS | EXTRA].into_iter().flat_map(|bits| (0..3).map(move |ask| bits | ask));
    (0..=kinds).flat_map(|which| ways.clone().map(move |how| vec![which, 0, how, 0, 0, 0, 0, 0, 0, 210, 3])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_that_infer_and_the_extra_application_are_reached() {
        let (mut inferring, mut extra) = (0, 0);
        for which in 0..u8::try_from(simulator::kinds().count()).unwrap() {
            let kind = one(which.into()).unwrap().kind().unwrap();
            let [plain, mut more] = [0, INFERS | EXTRA].map(|how| read(&[which, 0, how]).unwrap());
            assert_eq!(dumps::show(&more, false), dumps::show(&plain, false), "{kind}");
            inferring += usize::from(more.inferences().next().is_some());
            let read = more.files_mut().any(|(name, _)| name.starts_with("jpki/"));
            assert_eq!(read, has_extra(kind, Scope::FULL), "{kind}");
            extra += usize::from(read);
        }
        assert!(inferring > 0 && extra > 0, "{inferring}, {extra}");
    }
}
