//! A whole session with an honest card in which one byte of one answer is another.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use taimen::{
    cards::{self, Credentials, Request},
    dump::{ChallengeResponse, Dump, HexBytes, Scope},
    iso7816::PinGate,
    simulator::{self, SeededNonces, SimKind, SimulatedCard},
    tlv,
    transport::{LinkFigures, Transport, TransportError},
    trust::{Hierarchy, TrustStore},
    verify::{Basis, Overall},
};

use super::super::{
    seeds::{TIME, one},
    twin::Twin,
};

/// How a card is read.
#[derive(Clone, Copy)]
pub struct Way {
    sim: &'static SimKind,
    scope: Scope,
    extra: bool,
    /// Whether filler is left out, as `taimen check` does.
    lean: bool,
}

/// Every simulated kind as the default check reads it, and the other ways that have answers of their own.
pub fn ways() -> Vec<Way> {
    let each = |sim: &'static SimKind| {
        let spec = cards::registry::specs().find(|spec| spec.kind == sim.kind);
        let first = simulator::kinds().find(|other| other.kind == sim.kind).is_some_and(|other| other.name == sim.name);
        let scopes = spec.filter(|_| first).into_iter().flat_map(|spec| spec.scopes).map(|scope| scope.scope);
        let whole = Way { sim, scope: Scope::FULL, extra: false, lean: false };
        let others = scopes.filter(|scope| *scope != Scope::FULL).map(move |scope| Way { scope, ..whole });
        let extra = spec.filter(|spec| first && spec.extra.is_some()).map(|_| Way { extra: true, ..whole });
        let lean = first.then_some(Way { lean: true, ..whole });
        [whole].into_iter().chain(lean).chain(others).chain(extra).collect::<Vec<_>>()
    };
    simulator::kinds().flat_map(each).collect()
}

impl Way {
    /// What the table calls it.
    pub fn name(&self) -> String {
        let scope = if self.scope == Scope::FULL { String::new() } else { format!(", {}", self.scope.as_str()) };
        let extra = if self.extra { ", with its extra application" } else { "" };
        format!("{}{scope}{extra}{}", self.sim.name, if self.lean { ", without filler" } else { "" })
    }

    /// The place of its kind among the simulated ones.
    fn place(&self) -> usize {
        simulator::kinds().position(|kind| kind.name == self.sim.name).expect("a kind")
    }

    fn card(&self) -> SimulatedCard {
        one(self.place()).expect("it is issued")
    }

    fn request(&self) -> Request {
        let mut request = Request::new("evidence", TIME.parse().expect("a time")).scope(self.scope);
        if cards::registry::is_guest(self.sim.kind) {
            request = request.application(self.sim.kind);
        }
        let request = request.extra(self.extra);
        if self.lean { request.inferring(Arc::clone(accepting())) } else { request }
    }

    fn read(&self, transport: &mut dyn Transport, entered: Credentials) -> Option<Dump> {
        let (mut gate, mut nonces) = (PinGate::new(false), SeededNonces::new(7));
        cards::read(transport, &self.request(), entered, &mut gate, &mut nonces, &mut |_| {}).ok()
    }
}

fn accepting() -> &'static Arc<TrustStore> {
    static STORE: OnceLock<Arc<TrustStore>> = OnceLock::new();
    STORE.get_or_init(|| {
        let shipped = TrustStore::shipped().expect("the shipped anchors are good");
        Arc::new(shipped.accepting(Hierarchy::Simulated))
    })
}

/// The verdict, and all that it rests on: the dump without what the link took, and every check; first with the challenges and what
/// the card made of them, then without.
fn judged(dump: &Dump) -> Option<(Overall, Rest)> {
    let findings = cards::check(dump, accepting(), Basis::Live(dump.read_at))?;
    let overall = findings.overall();
    if overall != Overall::Authentic {
        return Some((overall, Rest::default()));
    }
    let checks: Vec<_> = findings.checks.iter().map(|check| (check.id, check.verdict)).collect();
    let mut dump = dump.clone();
    dump.link = LinkFigures::default();
    let challenged = format!("{}{checks:?}", dump.to_json());
    for (_, challenge) in dump.challenges_mut() {
        challenge.random.0.clear();
        challenge.answer = ChallengeResponse::Signature(HexBytes(Vec::new()));
    }
    Some((overall, Rest([challenged, format!("{}{checks:?}", dump.to_json())])))
}

#[derive(Clone, PartialEq, Eq, Default)]
struct Rest([String; 2]);

impl Rest {
    /// Whether it is that of the other. A session that went on with the real card has other challenges; whether they hold is
    /// what the checks say.
    fn is_like(&self, other: &Self, live: bool) -> bool {
        let which = usize::from(live);
        self.0.get(which) == other.0.get(which)
    }
}

/// Keeps what went over the link.
struct Keeping {
    card: SimulatedCard,
    kept: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Transport for Keeping {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        self.kept.push((command.to_vec(), answer.clone()));
        Ok(answer)
    }
}

/// A whole session with an honest card.
pub struct Session {
    way: Way,
    entered: Credentials,
    exchanges: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the answer of each exchange lies.
    places: Vec<Place>,
    /// The bytes that are tags or lengths, by exchange.
    structure: Vec<BTreeSet<usize>>,
    /// What the honest card is, and what that rests on.
    overall: Option<Overall>,
    rest: Rest,
    /// The same of the card read with its filler, which the program reads if anything is wrong.
    whole: Rest,
}

/// What an answer is: part of a file, or the answer of a command.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    what: String,
    offset: usize,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The card is authentic, and something else was read, or another check differs.
    Authentic,
    /// The change did nothing: it was asked for again, or the byte says nothing.
    Same,
    /// The card is not authentic.
    Refused,
    /// The reading ended without a dump.
    Unread,
}

/// One changed byte.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// Which exchange.
    pub exchange: usize,
    /// Which byte of its answer.
    pub at: usize,
    /// What it is changed by (XOR).
    pub mask: u8,
}

/// The card of a session with one byte of one answer changed. Once the program asks something else than it asked the
/// honest card, the real one goes on from where the session stood.
struct Mutated<'a> {
    session: &'a Session,
    mutant: Mutant,
    at: usize,
    live: Option<Twin>,
}

impl Transport for Mutated<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.live.is_none()
            && let Some((known, answer)) = self.session.exchanges.get(self.at)
            && known == command
        {
            let mut answer = answer.clone();
            if self.at == self.mutant.exchange
                && let Some(byte) = answer.get_mut(self.mutant.at)
            {
                *byte ^= self.mutant.mask;
            }
            self.at += 1;
            return Ok(answer);
        }
        let before = self.session.exchanges.iter().take(self.at).map(|(command, _)| command.as_slice());
        let live = self.live.get_or_insert_with(|| Twin::after(self.session.way.place(), before));
        live.exchange(command)
    }
}

impl Session {
    /// Reads an honest card; it is authentic.
    pub fn of(way: Way) -> Self {
        let card = way.card();
        let entered = Credentials::from(&card);
        let mut keeping = Keeping { card, kept: Vec::new() };
        let dump = way.read(&mut keeping, entered.shared()).unwrap_or_else(|| panic!("{} is read", way.name()));
        let exchanges = keeping.kept;
        let places = exchanges.iter().map(|(command, answer)| Place::of(&dump, command, answer)).collect();
        let (overall, rest) = judged(&dump).map_or((None, Rest::default()), |(overall, rest)| (Some(overall), rest));
        let whole = Way { lean: false, ..way }.read(&mut way.card(), entered.shared());
        let whole = whole.and_then(|dump| judged(&dump)).map_or_else(Rest::default, |(_, rest)| rest);
        let structure = Vec::new();
        let mut session = Self { way, entered, exchanges, places, structure, overall, rest, whole };
        session.structure = session.structures(&dump);
        session
    }

    /// Its name in the table.
    pub fn name(&self) -> String {
        self.way.name()
    }

    /// Whether the honest card is authentic.
    pub fn is_authentic(&self) -> bool {
        self.overall == Some(Overall::Authentic)
    }

    /// Whether the same went over the link in both.
    pub fn is_like(&self, other: &Self) -> bool {
        self.exchanges == other.exchanges
    }

    /// All bytes of all answers.
    pub fn bytes(&self) -> usize {
        self.exchanges.iter().map(|(_, answer)| answer.len()).sum()
    }

    fn structures(&self, dump: &Dump) -> Vec<BTreeSet<usize>> {
        fn walk(bytes: &[u8], start: usize, depth: usize, found: &mut BTreeSet<usize>) {
            let mut rest = bytes;
            while let Ok((object, after)) = tlv::object(rest, 0) {
                let at = start + bytes.len() - rest.len();
                let header = object.raw.len() - object.value.len();
                found.extend(at..at + header);
                // Only what consists of objects (bit 6 of the tag).
                if depth < 8 && object.raw.first().is_some_and(|tag| tag & 0x20 != 0) {
                    walk(object.value, at + header, depth + 1, found);
                }
                if after.len() >= rest.len() {
                    break;
                }
                rest = after;
            }
        }
        let mut files = BTreeMap::new();
        for (name, bytes) in dump.clone().files_mut() {
            let mut found = BTreeSet::new();
            walk(bytes, 0, 0, &mut found);
            files.insert(name.to_owned(), found);
        }
        let of = |(place, (_, answer)): (&Place, &(Vec<u8>, Vec<u8>))| {
            let data = answer.len().saturating_sub(2);
            let mut found: BTreeSet<usize> = (0..data.min(4)).chain(data..answer.len()).collect();
            let inside = files.get(&place.what).into_iter().flatten();
            found.extend(inside.filter_map(|at| at.checked_sub(place.offset)).filter(|at| *at < data));
            found
        };
        self.places.iter().zip(&self.exchanges).map(of).collect()
    }

    /// Reads the card with this byte changed, and judges it.
    pub fn run(&self, mutant: Mutant) -> Outcome {
        let mut card = Mutated { session: self, mutant, at: 0, live: None };
        match self.way.read(&mut card, self.entered.shared()) {
            None => Outcome::Unread,
            Some(dump) => match judged(&dump) {
                Some((Overall::Authentic, rest))
                    if [&self.rest, &self.whole].into_iter().any(|known| rest.is_like(known, card.live.is_some())) =>
                {
                    Outcome::Same
                }
                Some((Overall::Authentic, _)) => Outcome::Authentic,
                _ => Outcome::Refused,
            },
        }
    }

    /// Every mutant: all 255 other values of status words, of the first bytes of an answer, of tags and of lengths, and
    /// `elsewhere` values of every other byte.
    pub fn mutants(&self, elsewhere: usize) -> impl Iterator<Item = Mutant> {
        let each = move |(exchange, (_, answer)): (usize, &(Vec<u8>, Vec<u8>))| {
            let structure = self.structure.get(exchange).cloned().unwrap_or_default();
            (0..answer.len()).flat_map(move |at| {
                let count = if structure.contains(&at) { 255 } else { elsewhere.min(255) };
                (0..count).map(move |number| Mutant { exchange, at, mask: mask(at, number) })
            })
        };
        self.exchanges.iter().enumerate().flat_map(each)
    }

    /// Where a mutant's byte lies: what it is part of, and which byte of that.
    pub fn place(&self, mutant: Mutant) -> (String, usize) {
        let data = self.exchanges.get(mutant.exchange).map_or(0, |(_, answer)| answer.len().saturating_sub(2));
        let place = self.places.get(mutant.exchange);
        let what = place.map(|place| place.what.as_str()).unwrap_or_default();
        match mutant.at.checked_sub(data) {
            Some(which) => (format!("status word: {what}"), which),
            None => (what.to_owned(), mutant.at + place.map_or(0, |place| place.offset)),
        }
    }
}

/// The `number`th change of a byte: first each bit by itself, beginning with another one at each byte, then the rest.
fn mask(at: usize, number: usize) -> u8 {
    let bit = |number: usize| 1_u8 << ((at + number) % 8);
    if number < 8 {
        return bit(number);
    }
    // What has more than one bit, in order.
    (1..=u8::MAX).filter(|mask| mask.count_ones() > 1).nth(number - 8).unwrap_or(1)
}

impl Place {
    fn of(dump: &Dump, command: &[u8], answer: &[u8]) -> Self {
        let data = answer.get(..answer.len().saturating_sub(2)).unwrap_or_default();
        let reads = matches!(command, [_, 0xB0 | 0xB1 | 0xC0, ..]);
        if reads && data.len() >= 2 {
            // EF.CardAccess may stand in another file again: the smaller one it is.
            let mut dump = dump.clone();
            let within = |(name, bytes): (&str, &mut Vec<u8>)| {
                let offset = bytes.windows(data.len()).position(|window| window == data)?;
                Some((bytes.len(), Self { what: name.to_owned(), offset }))
            };
            if let Some((_, place)) = dump.files_mut().filter_map(within).min_by_key(|(length, _)| *length) {
                return place;
            }
        }
        let head = command.get(1).copied().unwrap_or_default();
        let parameters: String =
            command.get(2..4).unwrap_or_default().iter().map(|byte| format!("{byte:02X}")).collect();
        let what = match head {
            0xA4 => "SELECT".to_owned(),
            0x20 if command.len() <= 5 => format!("VERIFY {parameters} for its counter"),
            0x20 => format!("VERIFY {parameters}"),
            0x84 => "GET CHALLENGE".to_owned(),
            0x88 => "INTERNAL AUTHENTICATE".to_owned(),
            0xB0 | 0xB1 => format!("READ BINARY {parameters}"),
            _ => format!("instruction {head:02X} {parameters}"),
        };
        let secure = command.first().is_some_and(|class| class & 0x0C != 0);
        Self { what: if secure { format!("{what}, secured") } else { what }, offset: 0 }
    }
}
