//! Several programs at one reader and one card of the real PC/SC stack: never a mixed reading, never a spent try.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use taimen::{
    cards::registry,
    kind::CardKind,
    simulator::{Recipe, SimulatedCard},
    transport::{Transport, pcsc as reader},
};

use crate::common::{
    pcscd::{Pcscd, wait_for},
    program::{Outcome, Program, argument},
    vicc::Vicc,
};

const ADDRESS: &str = "pcsc:Virtual PCD 00 00";

/// A card on the first reader whose memory the test sees.
struct Laid {
    _vicc: Vicc,
    card: Arc<Mutex<SimulatedCard>>,
    /// How often an entry was presented to it.
    presented: Arc<Mutex<usize>>,
}

impl Laid {
    fn on(pcscd: &Pcscd, kind: &str) -> Self {
        // pcscd looks for the card of before every 400 ms.
        let gone = || reader::readers().is_ok_and(|all| all.iter().all(|one| !one.card));
        assert!(wait_for(Duration::from_secs(30), gone).is_some());
        let mut card = kind.parse::<Recipe>().unwrap().card().unwrap();
        card.power_on();
        let (card, presented) = (Arc::new(Mutex::new(card)), Arc::new(Mutex::new(0)));
        let (answering, counting) = (Arc::clone(&card), Arc::clone(&presented));
        let vicc = Vicc::powered(pcscd.port(), move |command| {
            let mut card = answering.lock().unwrap();
            let Some(command) = command else {
                card.power_on();
                return Some(Vec::new());
            };
            if matches!(command, [_, 0x20, _, _, _, _, ..]) {
                *counting.lock().unwrap() += 1;
            }
            Some(card.exchange(command).unwrap_or_default())
        });
        let there =
            || reader::readers().is_ok_and(|all| all.iter().any(|one| ADDRESS.ends_with(&one.name) && one.card));
        assert!(wait_for(Duration::from_secs(30), there).is_some());
        Self { _vicc: vicc, card, presented }
    }

    fn counters(&self, kind: CardKind) -> Vec<Option<u8>> {
        let references = registry::specs().filter(|spec| spec.kind == kind).flat_map(|spec| spec.references.iter());
        let mut card = self.card.lock().unwrap();
        references.map(|reference| card.retry_counter(reference)).collect()
    }

    fn credentials(&self, program: &Program) -> String {
        let card = self.card.lock().unwrap();
        let entries = card.credentials().into_iter().flat_map(|own| own.entries());
        let text: String = entries.map(|(id, value)| format!("{id} = {}\n", *value)).collect();
        argument(&program.home.write("credentials", text))
    }
}

fn check(program: &Program, credentials: &str) -> Outcome {
    let common =
        ["check", "--reader", ADDRESS, "--wait", "5", "--credentials", credentials, "--accept", "simulated", "--json"];
    program.run(common)
}

#[test]
fn checks_at_the_same_time_of_one_card_are_whole_or_say_that_it_is_taken() {
    let pcscd = Pcscd::start();
    for (name, kind) in [("my-number", CardKind::MY_NUMBER), ("licence", CardKind::LICENCE)] {
        let laid = Laid::on(&pcscd, name);
        let full = laid.counters(kind);
        let (mut whole, mut taken) = (0, 0);
        let alone = {
            let program = Program::new();
            let credentials = laid.credentials(&program);
            let alone = check(&program, &credentials).expect(0);
            (alone.checks(), alone.json()["holder"].clone(), *laid.presented.lock().unwrap())
        };
        let rounds = if std::env::var_os("TAIMEN_LONG").is_some() { 50 } else { 2 };
        for _ in 0..rounds {
            *laid.presented.lock().unwrap() = 0;
            let outcomes: Vec<Outcome> = thread::scope(|scope| {
                let one = || {
                    let program = Program::new();
                    let credentials = laid.credentials(&program);
                    check(&program, &credentials)
                };
                let running: Vec<_> = (0..3).map(|_| scope.spawn(one)).collect();
                running.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let mut here = 0;
            for outcome in outcomes {
                match outcome.code {
                    Some(0) => {
                        assert_eq!((outcome.checks(), &outcome.json()["holder"]), (alone.0.clone(), &alone.1));
                        here += 1;
                    }
                    Some(4) => {
                        assert_eq!(outcome.json()["error"]["id"], "busy", "{}", outcome.stdout);
                        taken += 1;
                    }
                    other => panic!("{other:?}: {}{}", outcome.stdout, outcome.stderr),
                }
            }
            assert!(here >= 1, "somebody is first");
            assert_eq!(*laid.presented.lock().unwrap(), alone.2 * here, "nothing is presented for who is refused");
            whole += here;
        }
        assert_eq!(laid.counters(kind), full, "{name}: no try is spent");
        assert_eq!(whole + taken, rounds * 3);
    }
}

/// A program that connects, selects and asks without a pause, as a middleware that polls does.
#[test]
fn a_program_that_uses_the_card_all_the_time_spoils_no_reading() {
    let pcscd = Pcscd::start();
    let laid = Laid::on(&pcscd, "my-number");
    let full = laid.counters(CardKind::MY_NUMBER);
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
            while !ends.load(Ordering::Relaxed) {
                if let Ok(card) = context.connect(c"Virtual PCD 00 00", pcsc::ShareMode::Shared, pcsc::Protocols::ANY) {
                    let mut buffer = [0; 300];
                    let _ = card.transmit(b"\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01", &mut buffer);
                    let _ = card.transmit(&[0x00, 0x84, 0x00, 0x00, 0x08], &mut buffer);
                    let _ = card.disconnect(pcsc::Disposition::LeaveCard);
                }
                thread::sleep(Duration::from_millis(2));
            }
        });
        let program = Program::new();
        let credentials = laid.credentials(&program);
        for _ in 0..3 {
            let outcome = check(&program, &credentials);
            match outcome.code {
                Some(0) => {}
                Some(4) => assert_eq!(outcome.json()["error"]["id"], "busy", "{}", outcome.stdout),
                other => panic!("{other:?}: {}{}", outcome.stdout, outcome.stderr),
            }
        }
        ends.store(true, Ordering::Relaxed);
    });
    assert_eq!(laid.counters(CardKind::MY_NUMBER), full, "no try is spent");
}
