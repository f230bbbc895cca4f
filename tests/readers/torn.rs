//! A card that leaves a reader of the real PC/SC stack at any exchange, whose answer is lost there, or that does not answer: what the
//! program says, how it ends, and that no try is spent that no wrong entry spent.

use std::{
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    time::Duration,
};

use taimen::kind::CardKind;

use super::laid::{ADDRESS, Laid, Trouble, check, check_arguments, check_with, presents};
use crate::common::{
    pcscd::{Pcscd, wait_for},
    program::{Outcome, Program, Running},
};

type Torn = (&'static str, CardKind, &'static [&'static str]);

/// What every run tears, and what the long form (`scripts/torture tears`) tears as well; with what names its application.
const SHORT: [Torn; 3] = [
    ("my-number", CardKind::MY_NUMBER, &[]),
    ("licence", CardKind::LICENCE, &[]),
    ("menkyo", CardKind::MENKYO, &["--application", "menkyo"]),
];
const LONG: [Torn; 3] = [
    ("residence1", CardKind::RESIDENCE1, &[]),
    ("residence2", CardKind::RESIDENCE2, &[]),
    ("passport", CardKind::PASSPORT, &[]),
];

#[test]
fn a_card_that_leaves_at_an_exchange_costs_no_try_and_gives_no_report() {
    let long = std::env::var_os("TAIMEN_LONG").is_some();
    let mut torn = 0;
    for (name, kind, more) in SHORT.into_iter().chain(LONG.into_iter().filter(|_| long)) {
        let program = Program::new();
        let (commands, credentials) = {
            let pcscd = Pcscd::start();
            let laid = Laid::on(&pcscd, name, Trouble::Nothing);
            let credentials = laid.credentials(&program);
            check_with(&program, &credentials, more).expect(0);
            (laid.take_commands(), credentials)
        };
        for at in 1..=commands.len() {
            let presented = presents(&commands[at - 1]);
            if !(long || presented || at == 1) {
                continue;
            }
            // Anew each time, so that other tests get their turn.
            let pcscd = Pcscd::start();
            for trouble in [Trouble::LeavesBefore(at), Trouble::LeavesAfter(at)] {
                let what = format!("{name}: {trouble:?} of {}", commands.len());
                let laid = Laid::on(&pcscd, name, trouble);
                let full = laid.counters(kind);
                let outcome = check_with(&program, &credentials, more);
                assert_eq!(outcome.code, Some(4), "{what}: {}{}", outcome.stdout, outcome.stderr);
                outcome.assert_no_report();
                let counted = full.iter().any(Option::is_some);
                let wanted = if presented && counted { "answer-lost" } else { "removed" };
                assert_eq!(outcome.json()["error"]["id"], wanted, "{what}");
                assert_eq!(laid.counters(kind), full, "{what}: no try is spent");
                let executed = if trouble == Trouble::LeavesAfter(at) { at } else { at - 1 };
                assert_eq!(laid.take_commands().len(), executed, "{what}: nothing is repeated");
                torn += 1;
            }
        }
    }
    eprintln!("{torn} torn checks on pcscd");
    assert!(torn >= 16, "{torn}");
}

/// The entries are another card's: the try that the card counted is spent, and no other.
#[test]
fn a_wrong_entry_whose_answer_is_lost_costs_one_try() {
    let pcscd = Pcscd::start();
    for (name, kind, more) in SHORT {
        let program = Program::new();
        let credentials = Laid::on(&pcscd, &format!("{name}?seed=4242"), Trouble::Nothing).credentials(&program);
        let (first, full) = {
            let laid = Laid::on(&pcscd, name, Trouble::Nothing);
            let full = laid.counters(kind);
            check_with(&program, &credentials, more).expect(5);
            let first = laid.take_commands().iter().position(|command| presents(command)).unwrap() + 1;
            (first, full)
        };
        for (trouble, spent) in [(Trouble::LeavesBefore(first), 0), (Trouble::LeavesAfter(first), 1)] {
            let laid = Laid::on(&pcscd, name, trouble);
            let outcome = check_with(&program, &credentials, more).expect(4);
            assert_eq!(outcome.json()["error"]["id"], "answer-lost", "{name}: {trouble:?}");
            let sum = |counters: &[Option<u8>]| counters.iter().flatten().map(|left| u32::from(*left)).sum::<u32>();
            assert_eq!(sum(&full) - sum(&laid.counters(kind)), spent, "{name}: {trouble:?}");
        }
    }
}

fn identify(program: &Program) -> Outcome {
    program.run(["identify", "--reader", ADDRESS, "--wait", "5", "--json"])
}

#[test]
fn a_card_that_leaves_while_it_is_recognised_costs_no_try() {
    let long = std::env::var_os("TAIMEN_LONG").is_some();
    for (name, kind, _) in SHORT {
        let program = Program::new();
        let pcscd = Pcscd::start();
        let exchanges = {
            let laid = Laid::on(&pcscd, name, Trouble::Nothing);
            identify(&program).expect(0);
            laid.take_commands().len()
        };
        assert!(exchanges >= 2, "{name}");
        for at in (1..=exchanges).filter(|at| long || [1, exchanges].contains(at)) {
            for trouble in [Trouble::LeavesBefore(at), Trouble::LeavesAfter(at)] {
                let what = format!("{name}: {trouble:?} of {exchanges}");
                let laid = Laid::on(&pcscd, name, trouble);
                let full = laid.counters(kind);
                let outcome = identify(&program).expect(4);
                outcome.assert_no_report();
                assert_eq!(outcome.json()["error"]["id"], "removed", "{what}");
                assert_eq!(laid.counters(kind), full, "{what}: no try is spent");
                let executed = if trouble == Trouble::LeavesAfter(at) { at } else { at - 1 };
                assert_eq!(laid.executed(), executed, "{what}: nothing is repeated");
            }
        }
    }
}

/// The credentials of a card and which of a check's commands is the first that presents one of them.
fn first_entry(pcscd: &Pcscd, program: &Program, name: &str) -> (String, usize) {
    let laid = Laid::on(pcscd, name, Trouble::Nothing);
    let credentials = laid.credentials(program);
    check(program, &credentials).expect(0);
    let first = laid.take_commands().iter().position(|command| presents(command)).unwrap() + 1;
    (credentials, first)
}

#[test]
fn a_card_that_takes_seconds_for_an_answer_is_read() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let (credentials, first) = first_entry(&pcscd, &program, "licence");
    for at in [1, first] {
        let laid = Laid::on(&pcscd, "licence", Trouble::Slow(at));
        let full = laid.counters(CardKind::LICENCE);
        check(&program, &credentials).expect(0);
        assert_eq!(laid.counters(CardKind::LICENCE), full, "no try is spent");
        let presented = laid.take_commands().iter().filter(|command| presents(command)).count();
        assert_eq!(presented, 2, "each PIN once");
    }
}

/// Nothing limits an exchange but the reader's driver, and that of vpcd does not: whoever waits ends the program.
#[test]
fn a_check_of_a_card_that_never_answers_ends_with_ctrl_c() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let (credentials, first) = first_entry(&pcscd, &program, "licence");
    for at in [1, first] {
        let laid = Laid::on(&pcscd, "licence", Trouble::Mute(at));
        let full = laid.counters(CardKind::LICENCE);
        let mut command = of_a_terminal(&program.command(check_arguments(&credentials)));
        let mut process = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        assert!(wait_for(Duration::from_secs(60), || laid.executed() == at).is_some(), "exchange {at} begins");
        interrupt(process.0.id());
        assert!(wait_for(Duration::from_secs(60), || process.0.try_wait().unwrap().is_some()).is_some(), "it ends");
        // No handler is in the way: 130 in a shell.
        assert_eq!(process.0.wait().unwrap().signal(), Some(2));
        let mut said = String::new();
        std::io::Read::read_to_string(process.0.stdout.as_mut().unwrap(), &mut said).unwrap();
        assert_eq!(said, "");
        assert_eq!(
            (laid.counters(CardKind::LICENCE), laid.executed()),
            (full, at),
            "no try is spent, nothing is repeated"
        );
        drop(laid);
        // The service has survived it.
        let _laid = Laid::on(&pcscd, "licence", Trouble::Nothing);
        check(&program, &credentials).expect(0);
    }
}

/// The command as a terminal starts it: a shell that runs the tests in the background lets all their children ignore Ctrl-C.
fn of_a_terminal(command: &Command) -> Command {
    let mut env = Command::new("env");
    env.arg("--default-signal=INT").arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => env.env(name, value),
            None => env.env_remove(name),
        };
    }
    env
}

fn interrupt(process: u32) {
    assert!(Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap().success());
}
