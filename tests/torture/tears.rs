//! Cards that leave, answers that are lost, readers that answer something else: at every exchange of every flow. The exit
//! code, the counters and what was presented are asserted; never a second VERIFY, never a wrong value that counts as signed.

use std::collections::BTreeSet;

use crate::common::reading::{TIME, card, judge, nonces, request_for};
use taimen::{
    cards::{self, Ask, Credentials, FlowError, Outcome, ReadError, Reference, Request, registry},
    dump::{Dump, Scope},
    iso7816::PinGate,
    messages::{ExitCode, Problem},
    simulator::{self, SimKind, SimulatedCard},
    transport::{Transport, TransportError},
    verify::{Overall, Verdict},
};

/// What goes wrong with an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The card is gone before the command reaches it, for good.
    Gone,
    /// The card executes the command; the answer is lost, and the card is gone.
    Lost,
    /// The same, but the card is there again for the next command.
    LostOnce,
    /// The reader waits for ever, that is until its time limit.
    Stalls,
    /// The answer is that of the command before.
    Stale,
    /// From here on every answer is that of the command before.
    Late,
    /// The last byte of the data is missing.
    Shorter,
    /// The data have a byte more.
    Longer,
    /// The reader has the card answer with a correct length first.
    OtherLength,
}

use Trouble::{Gone, Late, Longer, Lost, LostOnce, OtherLength, Shorter, Stale, Stalls};

const TROUBLES: [Trouble; 9] = [Gone, Lost, LostOnce, Stalls, Stale, Late, Shorter, Longer, OtherLength];

/// A simulated card behind a reader with a trouble.
struct Reader<'a> {
    card: &'a mut SimulatedCard,
    trouble: Option<(usize, Trouble)>,
    exchanges: usize,
    selected: Vec<u8>,
    former: Vec<u8>,
    /// Each reference that was presented, in order, as application and number.
    presented: Vec<(Vec<u8>, u8)>,
    /// Which exchanges presented one.
    presenting: BTreeSet<usize>,
}

impl<'a> Reader<'a> {
    fn new(card: &'a mut SimulatedCard, trouble: Option<(usize, Trouble)>) -> Self {
        let former = vec![0x6F, 0x00];
        let (selected, presented, presenting) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { card, trouble, exchanges: 0, selected, former, presented, presenting }
    }

    fn note(&mut self, command: &[u8]) {
        match command {
            [_, 0xA4, 0x04, _, _, aid @ ..] => self.selected = aid.to_vec(),
            [_, 0x20, _, p2, _, _, ..] => {
                self.presented.push((self.selected.clone(), *p2));
                self.presenting.insert(self.exchanges);
            }
            _ => {}
        }
    }
}

impl Transport for Reader<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchanges += 1;
        let trouble = match self.trouble {
            Some((at, trouble)) if at == self.exchanges => Some(trouble),
            Some((at, Late)) if at < self.exchanges => Some(Late),
            Some((at, Gone | Lost | Stalls)) if at < self.exchanges => return Err(TransportError::Removed),
            _ => None,
        };
        self.note(command);
        if trouble == Some(Gone) {
            return Err(TransportError::Removed);
        }
        let answer = self.card.exchange(command)?;
        let (data, status) = answer.split_at(answer.len() - 2);
        let changed = match trouble {
            Some(Lost) => return Err(TransportError::Removed),
            Some(LostOnce) => return Err(TransportError::Reader { code: 0x8010_0013 }),
            Some(Stalls) => return Err(TransportError::Connection(std::io::ErrorKind::TimedOut)),
            Some(Stale | Late) => self.former.clone(),
            Some(Shorter) => [&data[..data.len().saturating_sub(1)], status].concat(),
            Some(Longer) => [data, &[0], status].concat(),
            Some(OtherLength) => vec![0x6C, u8::try_from(data.len() % 256).unwrap()],
            Some(Gone) | None => answer.clone(),
        };
        self.former = answer;
        Ok(changed)
    }
}

/// How a card is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// In one transaction.
    One,
    /// Somebody is asked in the middle.
    Asked,
    /// It is recognised only.
    Identify,
}

/// What a flow ends with: a dump (`None`: recognised only), or the error.
type Ended = Result<Option<Dump>, FlowError>;

fn run(flow: Flow, request: &Request, known: &Credentials, reader: &mut Reader<'_>) -> Ended {
    let gate = &mut PinGate::new(false);
    match flow {
        Flow::Identify => cards::identify(reader, request, &mut nonces()).map(|_| None),
        Flow::One => cards::read(reader, request, known.shared(), gate, &mut nonces(), &mut |_| {}).map(Some),
        Flow::Asked => {
            let request = request.clone().ask(Ask::Always);
            let ask = Credentials::default();
            let looked = match cards::start(reader, &request, ask, gate, &mut nonces(), &mut |_| {})? {
                Outcome::Done(dump) => return Ok(Some(*dump)),
                Outcome::Ask(looked) => looked,
            };
            reader.card.power_off();
            reader.card.power_on();
            let time = TIME.parse().unwrap();
            looked.read(reader, time, known.shared(), gate, &mut nonces(), &mut |_| {}).map(Some)
        }
    }
}

/// Every signed text of a reading whose check passed.
fn signed(dump: &Dump) -> BTreeSet<String> {
    let findings = judge(dump);
    let holder = &findings.holder;
    let passed = |check: Option<_>| check.is_some_and(|id| findings.verdict(id) == Some(Verdict::Passed));
    let mut all = BTreeSet::new();
    all.extend(holder.name.as_ref().filter(|one| passed(one.signed_by)).map(|one| one.value.text.clone()));
    all.extend(holder.address.as_ref().filter(|one| passed(one.signed_by)).map(|one| one.value.text.clone()));
    all.extend(holder.birth_date.as_ref().filter(|one| passed(one.signed_by)).map(|one| one.value.to_string()));
    all
}

/// Every reference that any card has: one card may hold another's application.
fn references() -> Vec<&'static Reference> {
    let mut seen = BTreeSet::new();
    let all = registry::specs().flat_map(|spec| spec.references.iter().copied());
    all.filter(|reference| seen.insert((reference.application.aid, reference.sfi))).collect()
}

fn counters(card: &mut SimulatedCard, of: &[&Reference]) -> Vec<Option<u8>> {
    of.iter().map(|reference| card.retry_counter(reference)).collect()
}

/// One flow of one kind, honest and with every trouble.
struct Case {
    sim: &'static SimKind,
    flow: Flow,
    request: Request,
    /// Whether what is entered is wrong.
    wrong: bool,
}

impl Case {
    fn known(&self, card: &SimulatedCard) -> Credentials {
        if self.wrong { Credentials::from(&anothers(self.sim)) } else { Credentials::from(card) }
    }

    fn name(&self) -> String {
        format!("{}, {:?}{}", self.sim.name, self.flow, if self.wrong { ", wrong entries" } else { "" })
    }

    fn runs(&self, number: usize) -> usize {
        let honest = {
            let mut simulated = card(self.sim.name);
            let known = self.known(&simulated);
            let mut reader = Reader::new(&mut simulated, None);
            let ended = run(self.flow, &self.request, &known, &mut reader);
            assert_eq!(ended.is_ok(), !self.wrong || self.flow == Flow::Identify, "{}: {ended:?}", self.name());
            (reader.exchanges, reader.presenting, ended.ok().flatten())
        };
        let (exchanges, presenting, dump) = honest;
        let values = dump.as_ref().map(signed).unwrap_or_default();
        let mut runs = 0;
        for at in 1..=exchanges {
            for (index, trouble) in TROUBLES.into_iter().enumerate() {
                // Around a VERIFY always; elsewhere one in so many, unless there is time.
                let near = presenting.iter().any(|one| one.abs_diff(at) <= 1);
                let every = if near { 1 } else { 29 };
                if std::env::var_os("TAIMEN_LONG").is_some() || (at + 5 * index + number).is_multiple_of(every) {
                    self.one(at, trouble, &presenting, &values);
                    runs += 1;
                }
            }
        }
        runs
    }

    fn one(&self, at: usize, trouble: Trouble, presenting: &BTreeSet<usize>, values: &BTreeSet<String>) {
        let what = format!("{}: {trouble:?} at exchange {at}", self.name());
        let mut simulated = card(self.sim.name);
        let known = self.known(&simulated);
        let references = references();
        let before = counters(&mut simulated, &references);
        let mut reader = Reader::new(&mut simulated, Some((at, trouble)));
        let ended = run(self.flow, &self.request, &known, &mut reader);
        let presented = std::mem::take(&mut reader.presented);
        let after = counters(&mut simulated, &references);

        let once: BTreeSet<_> = presented.iter().collect();
        assert_eq!(once.len(), presented.len(), "{what}: nothing is presented twice");
        let spent: Vec<u8> =
            before.iter().zip(&after).map(|(before, after)| before.unwrap_or(0) - after.unwrap_or(0)).collect();
        // A reader that says that a wrong entry was right makes the next application's reference be tried as well.
        let tears = matches!(trouble, Gone | Lost | LostOnce | Stalls);
        let most = if tears { spent.iter().sum() } else { spent.iter().copied().max().unwrap_or(0) };
        assert!(most <= u8::from(self.wrong), "{what}: {spent:?} tries are spent");

        // What nothing counts may be presented again.
        let of_verify = presenting.contains(&at) && before.iter().any(Option::is_some);
        match &ended {
            Ok(Some(dump)) => {
                assert!(!matches!(trouble, Gone | Lost | Stalls), "{what}: the reading goes on without a card");
                if judge(dump).overall() == Overall::Authentic {
                    assert!(signed(dump).is_subset(values), "{what}: a value that the card does not hold");
                }
            }
            Ok(None) => {}
            Err(error) => {
                let exit = Problem::from(error.clone()).exit();
                match trouble {
                    Gone | Lost | LostOnce | Stalls => {
                        assert_eq!(exit, ExitCode::Card, "{what}: {error:?}");
                        let says = matches!(error, FlowError::Read(ReadError::AnswerLost { .. }));
                        assert_eq!(says, of_verify, "{what}: {error:?}");
                    }
                    // A card that seems to be of another kind wants other entries.
                    _ => assert!(
                        matches!(exit, ExitCode::Card | ExitCode::Credential | ExitCode::Usage),
                        "{what}: {error:?}"
                    ),
                }
            }
        }
    }
}

/// Another person's card of the same kind: its entries are well formed and wrong.
fn anothers(sim: &SimKind) -> SimulatedCard {
    card(&format!("{}?seed=4242", sim.name))
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for sim in simulator::kinds() {
        let spec = registry::specs().find(|spec| spec.kind == sim.kind).unwrap();
        let full = request_for(sim.kind).scope(Scope::FULL);
        let case = |flow, request, wrong| Case { sim, flow, request, wrong };
        all.push(case(Flow::One, full.clone(), false));
        all.push(case(Flow::Asked, full.clone(), false));
        all.push(case(Flow::Identify, full.clone(), false));
        if holds_counters(sim) && counted(sim) && refuses(sim) {
            all.push(case(Flow::Asked, full.clone(), true));
        }
        for scope in spec.scopes.iter().filter(|scope| scope.scope != Scope::FULL) {
            all.push(case(Flow::Asked, full.clone().scope(scope.scope), false));
        }
        if spec.extra.is_some() {
            all.push(case(Flow::One, full.extra(true), false));
        }
    }
    all
}

/// Whether the honest reading presents something that is counted.
fn counted(sim: &SimKind) -> bool {
    let mut simulated = card(sim.name);
    let known = Credentials::from(&simulated);
    let mut reader = Reader::new(&mut simulated, None);
    let _ = run(Flow::One, &request_for(sim.kind), &known, &mut reader);
    !reader.presented.is_empty()
}

fn holds_counters(sim: &SimKind) -> bool {
    counters(&mut card(sim.name), &references()).iter().any(Option::is_some)
}

/// Whether it refuses another card's entries: not if no PIN was ever set.
fn refuses(sim: &SimKind) -> bool {
    let known = Credentials::from(&anothers(sim));
    run(Flow::One, &request_for(sim.kind), &known, &mut Reader::new(&mut card(sim.name), None)).is_err()
}

#[test]
fn whatever_happens_to_an_exchange_no_try_is_lost_and_nothing_wrong_is_signed() {
    let runs: usize = cases().iter().enumerate().map(|(number, case)| case.runs(number)).sum();
    eprintln!("{runs} torn or lying readers");
    assert!(runs > 1000, "{runs} runs");
}

/// Between two exchanges another program uses the same card, as a reader without transactions would let it.
#[test]
fn another_program_between_any_two_exchanges_spends_no_try_and_mixes_nothing() {
    let intruders: [&[&[u8]]; 5] = [
        // Selects something else.
        &[&[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00]],
        &[b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"],
        // Asks for a random number.
        &[&[0x00, 0x84, 0x00, 0x00, 0x08]],
        // Reads elsewhere.
        &[&[0x00, 0xB0, 0x81, 0x00, 0x10]],
        // Another current file.
        &[&[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x01]],
    ];
    struct Between<'a> {
        reader: Reader<'a>,
        at: usize,
        commands: &'a [&'a [u8]],
    }
    impl Transport for Between<'_> {
        fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            if self.reader.exchanges + 1 == self.at {
                for intruding in self.commands {
                    let _ = self.reader.card.exchange(intruding);
                }
            }
            self.reader.exchange(command)
        }
    }
    let mut runs = 0;
    for (number, sim) in simulator::kinds().enumerate() {
        let request = request_for(sim.kind);
        let mut honest = card(sim.name);
        let known = Credentials::from(&honest);
        let mut reader = Reader::new(&mut honest, None);
        let dump = run(Flow::One, &request, &known, &mut reader).unwrap().unwrap();
        let (exchanges, values) = (reader.exchanges, signed(&dump));
        for at in 1..=exchanges {
            for (index, commands) in intruders.into_iter().enumerate() {
                if std::env::var_os("TAIMEN_LONG").is_none() && (at + 3 * index + number) % 11 != 0 {
                    continue;
                }
                let what = format!("{}: program {index} before exchange {at}", sim.name);
                runs += 1;
                let mut simulated = card(sim.name);
                let references = references();
                let before = counters(&mut simulated, &references);
                let mut between = Between { reader: Reader::new(&mut simulated, None), at, commands };
                let gate = &mut PinGate::new(false);
                let ended = cards::read(&mut between, &request, known.shared(), gate, &mut nonces(), &mut |_| {});
                assert_eq!(counters(&mut simulated, &references), before, "{what}: a try is spent");
                if let Ok(dump) = ended
                    && judge(&dump).overall() == Overall::Authentic
                {
                    assert!(signed(&dump).is_subset(&values), "{what}: a mixed reading");
                }
            }
        }
    }
    assert!(runs >= 90, "{runs} runs");
}

/// Another program spends the tries of a card, down to the last, while somebody types: it is left alone.
#[test]
fn tries_that_another_program_spent_while_somebody_typed_are_counted_before_anything_is_presented() {
    for sim in simulator::kinds().filter(|sim| counted(sim) && holds_counters(sim)) {
        let mut simulated = card(sim.name);
        let known = Credentials::from(&simulated);
        let request = request_for(sim.kind).ask(Ask::Always);
        let gate = &mut PinGate::new(false);
        let looked = cards::start(&mut simulated, &request, Credentials::default(), gate, &mut nonces(), &mut |_| {});
        let Ok(Outcome::Ask(looked)) = looked else { panic!("{}", sim.name) };
        let references = references();
        for reference in &references {
            simulated.set_retry_counter(reference, 1);
        }
        simulated.power_off();
        simulated.power_on();
        let before = counters(&mut simulated, &references);
        let mut reader = Reader::new(&mut simulated, None);
        let time = TIME.parse().unwrap();
        let ended = looked.read(&mut reader, time, known, gate, &mut nonces(), &mut |_| {});
        assert!(reader.presented.is_empty(), "{}", sim.name);
        // The counters of a My Number Card are part of what is known of it: with others it counts as another card.
        let error = ended.unwrap_err();
        let expected =
            if error == FlowError::Read(ReadError::OtherCard) { ExitCode::Card } else { ExitCode::Credential };
        assert_eq!(Problem::from(error).exit(), expected, "{}", sim.name);
        assert_eq!(counters(&mut simulated, &references), before, "{}", sim.name);
    }
}
