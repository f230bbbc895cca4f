//! Several programs at one reader and one card of the real PC/SC stack: never a mixed reading, never a spent try.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use taimen::kind::CardKind;

use super::laid::{ADDRESS, Laid, Trouble, check, presents};
use crate::common::{
    pcscd::Pcscd,
    program::{Outcome, Program},
    web::{Counter, Shop, html, name},
};

/// How many rounds: few in every run, more with `scripts/torture tears`.
fn rounds() -> usize {
    if std::env::var_os("TAIMEN_LONG").is_some() { 20 } else { 2 }
}

impl Laid {
    /// How often an entry was presented since this was asked last.
    fn presented(&self) -> usize {
        self.take_commands().iter().filter(|command| presents(command)).count()
    }
}

#[test]
fn checks_at_the_same_time_of_one_card_are_whole_or_say_that_it_is_taken() {
    for (name, kind) in [("my-number", CardKind::MY_NUMBER), ("licence", CardKind::LICENCE)] {
        let pcscd = Pcscd::start();
        let laid = Laid::on(&pcscd, name, Trouble::Nothing);
        let full = laid.counters(kind);
        let (mut whole, mut taken) = (0, 0);
        let alone = {
            let program = Program::new();
            let credentials = laid.credentials(&program);
            let alone = check(&program, &credentials).expect(0);
            (alone.checks(), alone.json()["holder"].clone(), laid.presented())
        };
        let rounds = rounds();
        for _ in 0..rounds {
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
            assert_eq!(laid.presented(), alone.2 * here, "nothing is presented for who is refused");
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
    let laid = Laid::on(&pcscd, "my-number", Trouble::Nothing);
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

/// Two checks while the counter's page waits for the customer's entries, and while it reads.
#[test]
fn checks_beside_a_counter_that_reads_the_same_card() {
    let pcscd = Pcscd::start();
    let counter = Counter::start(&["--reader", ADDRESS, "--accept", "simulated"]);
    let mut shop = Shop::open(&counter);
    shop.shown.named(&["waiting"]);
    for _ in 0..rounds() {
        shop.anew();
        let laid = Laid::on(&pcscd, "licence", Trouble::Nothing);
        let (full, known) = (laid.counters(CardKind::LICENCE), laid.entries());
        // The card waits for nobody: it was looked at, and lies there.
        assert_eq!(name(&shop.read(&[])), "asking");
        let (seen, outcomes) = thread::scope(|scope| {
            let checks = [(); 2].map(|()| {
                scope.spawn(|| {
                    let program = Program::new();
                    let credentials = laid.credentials(&program);
                    check(&program, &credentials)
                })
            });
            let seen = shop.read(&known);
            (seen, checks.map(|one| one.join().unwrap()))
        });
        for outcome in outcomes {
            match outcome.code {
                Some(0) => assert!(outcome.checks().iter().all(|one| !one.contains("failed")), "{}", outcome.stdout),
                Some(4) => assert_eq!(outcome.json()["error"]["id"], "busy", "{}", outcome.stdout),
                other => panic!("{other:?}: {}{}", outcome.stdout, outcome.stderr),
            }
        }
        match name(&seen) {
            "checked" => {}
            "trouble" | "failed" => assert!(html(&seen).contains("Another program is using the card"), "{seen}"),
            other => panic!("{other}: {seen}"),
        }
        assert_eq!(laid.counters(CardKind::LICENCE), full, "no try is spent");
        shop.anew();
        drop(laid);
        shop.shown.named(&["waiting"]);
    }
    drop(shop);
    assert_eq!(counter.interrupt(), Some(0));
}
