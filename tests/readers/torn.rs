//! A card that leaves a reader of the real PC/SC stack at any exchange of a check, or whose answer is lost there: what the
//! program says, how it ends, and that no try is spent that no wrong entry spent.

use taimen::kind::CardKind;

use super::laid::{Laid, Leaves, check, presents};
use crate::common::{pcscd::Pcscd, program::Program};

/// What every run tears, and what the long form (`scripts/torture tears`) tears as well.
const SHORT: [(&str, CardKind); 2] = [("my-number", CardKind::MY_NUMBER), ("licence", CardKind::LICENCE)];
const LONG: [(&str, CardKind); 3] =
    [("residence1", CardKind::RESIDENCE1), ("residence2", CardKind::RESIDENCE2), ("passport", CardKind::PASSPORT)];

#[test]
fn a_card_that_leaves_at_an_exchange_costs_no_try_and_gives_no_report() {
    let long = std::env::var_os("TAIMEN_LONG").is_some();
    let mut torn = 0;
    for (name, kind) in SHORT.into_iter().chain(LONG.into_iter().filter(|_| long)) {
        let program = Program::new();
        let (commands, credentials) = {
            let pcscd = Pcscd::start();
            let laid = Laid::on(&pcscd, name, Leaves::Never);
            let credentials = laid.credentials(&program);
            check(&program, &credentials).expect(0);
            (laid.take_commands(), credentials)
        };
        for at in 1..=commands.len() {
            let presented = presents(&commands[at - 1]);
            if !(long || presented || at == 1) {
                continue;
            }
            // Anew each time, so that other tests get their turn.
            let pcscd = Pcscd::start();
            for leaves in [Leaves::Before(at), Leaves::After(at)] {
                let what = format!("{name}: {leaves:?} of {}", commands.len());
                let laid = Laid::on(&pcscd, name, leaves);
                let full = laid.counters(kind);
                let outcome = check(&program, &credentials);
                assert_eq!(outcome.code, Some(4), "{what}: {}{}", outcome.stdout, outcome.stderr);
                outcome.assert_no_report();
                let counted = full.iter().any(Option::is_some);
                let wanted = if presented && counted { "answer-lost" } else { "removed" };
                assert_eq!(outcome.json()["error"]["id"], wanted, "{what}");
                assert_eq!(laid.counters(kind), full, "{what}: no try is spent");
                let executed = if leaves == Leaves::After(at) { at } else { at - 1 };
                assert_eq!(laid.take_commands().len(), executed, "{what}: nothing is repeated");
                torn += 1;
            }
        }
    }
    eprintln!("{torn} torn checks on pcscd");
    assert!(torn >= 12, "{torn}");
}

/// The entries are another card's: the try that the card counted is spent, and no other.
#[test]
fn a_wrong_entry_whose_answer_is_lost_costs_one_try() {
    let pcscd = Pcscd::start();
    for (name, kind) in SHORT {
        let program = Program::new();
        let credentials = Laid::on(&pcscd, &format!("{name}?seed=4242"), Leaves::Never).credentials(&program);
        let (first, full) = {
            let laid = Laid::on(&pcscd, name, Leaves::Never);
            let full = laid.counters(kind);
            check(&program, &credentials).expect(5);
            let first = laid.take_commands().iter().position(|command| presents(command)).unwrap() + 1;
            (first, full)
        };
        for (leaves, spent) in [(Leaves::Before(first), 0), (Leaves::After(first), 1)] {
            let laid = Laid::on(&pcscd, name, leaves);
            let outcome = check(&program, &credentials).expect(4);
            assert_eq!(outcome.json()["error"]["id"], "answer-lost", "{name}: {leaves:?}");
            let sum = |counters: &[Option<u8>]| counters.iter().flatten().map(|left| u32::from(*left)).sum::<u32>();
            assert_eq!(sum(&full) - sum(&laid.counters(kind)), spent, "{name}: {leaves:?}");
        }
    }
}
