//! What a program that uses the library might print by accident: Debug forms, errors, events, link figures. None of it holds what
//! was entered or whose card it is, in any form.

use std::{
    backtrace::Backtrace,
    cell::RefCell,
    collections::BTreeSet,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::{Arc, Mutex},
};

use crate::common::{
    marks::{SEED, contains, found, is_short},
    reading::{self, card, judge, nonces, read_card, request_for},
};
use taimen::{
    cards::{self, Ask, Credentials, Outcome},
    dump::{Dump, Scope},
    iso7816::PinGate,
    messages::Problem,
    report::{Context, Options, Report, Source},
    simulator::{self, SimKind, SimulatedCard},
    transport::{Log, Recorder, Transport, TransportError, recording::Header},
};

fn issued(sim: &SimKind) -> SimulatedCard {
    card(&format!("{}?seed={SEED}", sim.name))
}

/// What was entered.
fn entries(simulated: &SimulatedCard) -> Vec<String> {
    let entries = simulated.credentials().into_iter().flat_map(|own| own.entries());
    entries.map(|(_, value)| value.to_string()).collect()
}

/// Every PIN of every kind: PIN 1 and 2 of two licences, that of the authentication certificate of four My Number Cards, and that of
/// the マイナ免許証 on one of them.
const PINS: usize = 9;

/// Everything of a card that is somebody's: entries, and the texts of the holder.
fn marks(sim: &SimKind) -> Vec<String> {
    let mut simulated = issued(sim);
    let mut marks = entries(&simulated);
    let (dump, _) = read_card(&mut simulated, Scope::FULL).unwrap();
    let holder = judge(&dump).holder;
    let texts = [&holder.name, &holder.address].into_iter().flatten().map(|text| text.value.text.clone());
    marks.extend(texts.filter(|text| text.chars().count() >= 4));
    marks
}

struct Torn<'a>(&'a mut dyn Transport, usize);

impl Transport for Torn<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.1 == 0 {
            return Err(TransportError::Removed);
        }
        self.1 -= 1;
        self.0.exchange(command)
    }
}

#[test]
fn no_debug_form_and_no_error_says_whose_card_it_is_or_what_was_entered() {
    let (mut searched, mut pins, mut refused) = (0, 0, 0);
    for sim in simulator::kinds() {
        let marks = marks(sim);
        assert!(!marks.is_empty(), "{}", sim.name);
        let said = RefCell::new(String::new());
        let say = |what: &dyn Debug| said.borrow_mut().push_str(&format!("{what:?}\n{what:#?}\n"));

        let mut simulated = issued(sim);
        let known = Credentials::from(&simulated);
        let request = request_for(sim.kind);
        say(&known);
        say(&request);
        let mut log = Log::new(cards::never_recorded());
        let mut recorder = Recorder::new(&mut simulated, &mut log);
        let (dump, figures) = reading::read(&mut recorder, &request, &known).unwrap();
        let recording = log.into_recording(Header::default());
        let findings = judge(&dump);
        let context = Context::of(&dump, Source::Live);
        say(&(&dump, &figures, &findings, &recording));
        say(&Report { findings: &findings, context: &context, options: Options::default() });
        say(&Dump::from_json(dump.to_json().as_bytes()));

        // Asked, and what every event says.
        let mut events = String::new();
        let asked = request.clone().ask(Ask::Always);
        let gate = &mut PinGate::new(false);
        let mut simulated = issued(sim);
        let started = cards::start(&mut simulated, &asked, Credentials::default(), gate, &mut nonces(), &mut |event| {
            events.push_str(&format!("{event:?}\n"));
        });
        say(&started.is_ok());
        if let Ok(Outcome::Ask(looked)) = &started {
            say(looked);
        }
        say(&gate);

        // Every error on the way.
        for at in (0..usize::try_from(figures.exchanges).unwrap()).step_by(4) {
            let mut simulated = issued(sim);
            if let Err(error) = reading::read(&mut Torn(&mut simulated, at), &request, &known) {
                say(&error);
                say(&error.to_string());
                say(&Problem::from(error));
            }
        }
        // Another's card refuses what was entered, unless anything opens it.
        if let Err(error) = reading::read(&mut card(&format!("{}?seed=4242", sim.name)), &request, &known) {
            say(&error);
            say(&error.to_string());
            say(&Problem::from(error));
            refused += 1;
        }
        let said = said.into_inner() + &events;

        let seen: BTreeSet<_> = marks.iter().flat_map(|mark| found(mark, said.as_bytes())).collect();
        assert!(seen.is_empty(), "{}: {seen:?}", sim.name);
        // The search finds what is there: the report shows the holder.
        let report = Report { findings: &findings, context: &context, options: Options::default() }.json();
        searched += usize::from(marks.iter().any(|mark| !found(mark, report.as_bytes()).is_empty()));
        pins += marks.iter().filter(|mark| is_short(mark)).count();
    }
    assert_eq!(pins, PINS);
    assert!(searched >= 8, "{searched} reports show a mark");
    assert_eq!(refused, 17, "two phones and a licence without PINs ask for nothing that is its holder's");
}

#[test]
fn a_recording_and_a_dump_hold_nothing_that_was_entered() {
    let mut pins = 0;
    for sim in simulator::kinds() {
        let mut simulated = issued(sim);
        let known = Credentials::from(&simulated);
        let entries = entries(&simulated);
        let mut log = Log::new(cards::never_recorded());
        let mut recorder = Recorder::new(&mut simulated, &mut log);
        let (dump, _) = reading::read(&mut recorder, &request_for(sim.kind), &known).unwrap();
        let saved = log.into_recording(Header::default()).to_text() + &dump.to_json();
        // What is printed may be on the chip too (a card number, an MRZ); what only the holder knows is not.
        let mut files = dump.clone();
        let chip: Vec<Vec<u8>> = files.files_mut().map(|(_, bytes)| bytes.clone()).collect();
        let on_chip = |entry: &&String| chip.iter().any(|bytes| contains(bytes, entry.as_bytes()));
        for entry in entries.iter().filter(|entry| !on_chip(entry)) {
            let forms = found(entry, saved.as_bytes());
            assert!(forms.is_empty(), "{}: {forms:?}", sim.name);
            pins += usize::from(is_short(entry));
        }
    }
    assert_eq!(pins, PINS);
}

/// A transport that panics in the middle, as the code of somebody who uses the library may.
struct Panics<'a>(&'a mut dyn Transport, usize);

impl Transport for Panics<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        assert!(self.1 > 0, "an exchange fails");
        self.1 -= 1;
        self.0.exchange(command)
    }
}

#[test]
fn a_panic_says_nothing_of_what_was_entered_or_read() {
    let said = Arc::new(Mutex::new(String::new()));
    let (told, before) = (Arc::clone(&said), take_hook());
    set_hook(Box::new(move |panic| {
        if panic.to_string().contains("an exchange fails") {
            told.lock().unwrap().push_str(&format!("{panic}\n{}", Backtrace::force_capture()));
        } else {
            before(panic);
        }
    }));
    for sim in simulator::kinds() {
        let marks = marks(sim);
        let mut simulated = issued(sim);
        let (known, request) = (Credentials::from(&simulated), request_for(sim.kind));
        let mut payloads = 0;
        for at in [2, 5, 9] {
            let read = AssertUnwindSafe(|| reading::read(&mut Panics(&mut simulated, at), &request, &known).is_ok());
            if let Err(payload) = catch_unwind(read) {
                assert_eq!(payload.downcast_ref::<&str>(), Some(&"an exchange fails"));
                payloads += 1;
            }
        }
        assert!(payloads > 0, "{}", sim.name);
        let said = std::mem::take(&mut *said.lock().unwrap());
        assert!(said.contains("an exchange fails"), "{}", sim.name);
        let seen: BTreeSet<_> = marks.iter().flat_map(|mark| found(mark, said.as_bytes())).collect();
        assert!(seen.is_empty(), "{}: {seen:?}", sim.name);
    }
}
