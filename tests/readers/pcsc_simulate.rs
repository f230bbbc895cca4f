//! `taimen simulate` in the real PC/SC stack: several cards, scripts, and programs that know nothing of this one.
#![cfg(all(feature = "pcsc", feature = "cli", target_os = "linux"))]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStderr, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::common::{
    offer::Offered,
    pcscd::{Pcscd, wait_for},
    program::{Program, Running, argument, assert_private, installed, run},
};
use taimen::{
    simulator::{Recipe, SimulatedCard, kinds},
    transport::{Transport, pcsc as reader},
};

const READERS: [&str; 2] = ["Virtual PCD 00 00", "Virtual PCD 00 01"];

/// How long something that must happen may take.
const SOON: Duration = Duration::from_secs(60);

/// Which of the two readers have a card, as pcscd says.
fn taken() -> [bool; 2] {
    let found = reader::readers().unwrap_or_default();
    READERS.map(|name| found.iter().any(|reader| reader.name == name && reader.card))
}

/// A `taimen simulate` under way.
struct Simulate {
    child: Running,
    told: BufReader<ChildStderr>,
}

impl Simulate {
    fn start(program: &Program, pcscd: &Pcscd, arguments: &[&str]) -> Self {
        let vpcd = format!("127.0.0.1:{}", pcscd.port());
        let mut command = program.command([&["simulate", "--vpcd", &vpcd], arguments].concat());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        Self { child: Running(child), told }
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.told.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn interrupt(&self) {
        interrupt(&self.child.0);
    }

    /// Exit code, and what else it said.
    fn end(mut self) -> (Option<i32>, String) {
        let ended = wait_for(SOON, || !matches!(self.child.0.try_wait(), Ok(None)));
        assert!(ended.is_some(), "it did not end");
        let mut rest = String::new();
        self.told.read_to_string(&mut rest).unwrap();
        (self.child.0.wait().unwrap().code(), rest)
    }
}

fn interrupt(child: &Child) {
    let mut kill = Command::new("sh");
    kill.args(["-c", &format!("kill -INT {}", child.id())]);
    run(kill).expect(0);
}

fn opensc(arguments: &[&str]) -> String {
    let mut command = Command::new(installed("opensc-tool", "opensc"));
    command.args(arguments).stdin(Stdio::null());
    run(command).expect(0).stdout
}

#[test]
fn two_cards_in_two_readers_are_checked_at_the_same_time() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let out = argument(&program.home.file("entries.txt"));
    let mut simulate =
        Simulate::start(&program, &pcscd, &["my-number", "residence2", "--seed", "3", "--credentials-out", &out]);
    let port = pcscd.port();
    assert_eq!(simulate.hear(), format!("Offering a simulated card (127.0.0.1:{port}): my-number?seed=3"));
    assert_eq!(simulate.hear(), format!("Offering a simulated card (127.0.0.1:{}): residence2?seed=3", port + 1));
    assert_eq!(simulate.hear(), "Ctrl-C ends it");
    assert!(wait_for(SOON, || taken() == [true, true]).is_some(), "{:?}", taken());

    let listed = opensc(&["--list-readers"]);
    for name in READERS {
        assert!(listed.lines().any(|line| line.contains("Yes") && line.ends_with(name)), "{listed}");
    }

    let checks: Vec<Running> = (1..=2)
        .map(|number| {
            let entries = program.home.file(&format!("entries-{number}.txt"));
            assert_private(&entries);
            let (address, entries) = (format!("pcsc:{}", READERS[number - 1]), argument(&entries));
            let arguments =
                ["check", "--reader", &address, "--credentials", &entries, "--json", "--accept", "simulated"];
            let mut command = program.command(arguments);
            Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
        })
        .collect();
    let reports: Vec<serde_json::Value> = checks
        .into_iter()
        .map(|mut check| {
            let mut text = String::new();
            check.0.stdout.take().unwrap().read_to_string(&mut text).unwrap();
            serde_json::from_str(&text).unwrap()
        })
        .collect();
    for (report, kind) in reports.iter().zip(["my-number", "residence2"]) {
        assert_eq!((&report["overall"], &report["card"]["kind"]), (&"authentic".into(), &kind.into()), "{report}");
    }

    simulate.interrupt();
    assert_eq!(simulate.end(), (Some(0), String::new()));
    assert!(wait_for(SOON, || taken() == [false, false]).is_some(), "{:?}", taken());
}

#[test]
fn a_card_that_a_fault_takes_away_leaves_the_other_one_where_it_is() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let mut simulate = Simulate::start(&program, &pcscd, &["licence?fault=removed-at=1", "licence"]);
    for _ in 0..3 {
        simulate.hear();
    }
    assert!(wait_for(SOON, || taken() == [true, true]).is_some(), "{:?}", taken());
    program.run(["identify", "--reader", &format!("pcsc:{}", READERS[0]), "--wait", "1"]).expect(4);
    assert_eq!(simulate.hear(), "The simulated card has left reader 1");
    assert!(wait_for(SOON, || taken() == [false, true]).is_some(), "{:?}", taken());
    let other = program.run(["identify", "--reader", &format!("pcsc:{}", READERS[1]), "--json"]).expect(0).json();
    assert_eq!(other["card"]["kind"], "licence", "{other}");
    simulate.interrupt();
    assert_eq!(simulate.end().0, Some(0));
}

#[test]
fn a_script_lays_cards_down_and_takes_them_away() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let script = "insert 1 my-number?seed=7\nwait 1500ms\ninsert 2 licence # beside it\nwait 1500ms\nremove 1\nwait \
                  1500ms\nremove 2\nwait 1500ms\nrepeat 2\n";
    let script = argument(&program.home.write("both.script", script));
    let mut simulate = Simulate::start(&program, &pcscd, &["--script", &script]);
    let mut seen = vec![taken()];
    let start = Instant::now();
    while matches!(simulate.child.0.try_wait(), Ok(None)) {
        let now = taken();
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the script does not end: {seen:?}");
        sleep(Duration::from_millis(50));
    }
    let (code, told) = simulate.end();
    assert_eq!(code, Some(0), "{told}");
    let (none, first, both, second) = ([false, false], [true, false], [true, true], [false, true]);
    assert_eq!(seen, [none, first, both, second, none, first, both, second, none], "{told}");
    let port = pcscd.port();
    let once = [
        format!("Offering a simulated card (127.0.0.1:{port}): my-number?seed=7"),
        format!("Offering a simulated card (127.0.0.1:{}): licence", port + 1),
        "The simulated card has left reader 1".to_owned(),
        "The simulated card has left reader 2".to_owned(),
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), [&once[..], &once[..]].concat());
}

#[test]
fn ctrl_c_ends_a_script_without_an_end() {
    let pcscd = Pcscd::start();
    let program = Program::new();
    let script = argument(&program.home.write("ever.script", "insert 1 my-number\nwait 60\nrepeat\n"));
    let out = argument(&program.home.file("entries.txt"));
    let simulate = Simulate::start(&program, &pcscd, &["--script", &script, "--credentials-out", &out]);
    assert!(wait_for(SOON, || taken() == [true, false]).is_some(), "{:?}", taken());
    assert_private(&program.home.file("entries.txt"));
    simulate.interrupt();
    assert_eq!(simulate.end().0, Some(0));
    assert!(wait_for(SOON, || taken() == [false, false]).is_some(), "{:?}", taken());
}

/// The first of a card's commands: `00A4…` selects, the rest reads what is free.
fn commands(kind: &str) -> &'static [&'static str] {
    match kind {
        "licence" | "licence-nopin" | "licence-changed" => &["00A40000023F00", "00B08A0004"],
        "passport-bac" | "passport-rsa" => &["00A4040C07A0000002471001", "0084000008"],
        // As any reader of Type 4 tags: the application, its container, the length of its message, the message.
        name if name.starts_with("mobile") => &[
            "00A4040007D276000085010100",
            "00A4000C02E103",
            "00B000000F",
            "00A4000C02E104",
            "00B0000002",
            "00B0000200",
        ],
        name if name.starts_with("passport") => &["00A4020C02011C", "00B0000008"],
        name if name.starts_with("residence") && name != "residence-specified" => &["00A40000023F00", "00B08B0004"],
        _ => &["00A4040C0AD3921000310001010402", "00B0830008"],
    }
}

#[test]
fn every_kind_answers_programs_that_know_nothing_of_this_one() {
    let pcscd = Pcscd::start();
    for kind in kinds() {
        let make = || -> SimulatedCard { kind.name.parse::<Recipe>().unwrap().card().unwrap() };
        let mut own = make();
        let offered = Offered::insert(pcscd.port(), make());
        assert!(wait_for(SOON, || taken()[0]).is_some(), "{}: pcscd sees no card", kind.name);

        let atr = opensc(&["--reader", READERS[0], "--atr"]);
        assert_eq!(hex::decode(atr.trim().replace(':', "")).unwrap(), own.atr(), "{}", kind.name);

        let sent = commands(kind.name);
        let arguments = sent.iter().flat_map(|command| ["--send-apdu", *command]);
        let arguments: Vec<&str> =
            ["--reader", READERS[0], "--card-driver", "default"].into_iter().chain(arguments).collect();
        let printed = opensc(&arguments);
        let expected: Vec<Vec<u8>> =
            sent.iter().map(|command| own.exchange(&hex::decode(command).unwrap()).unwrap()).collect();
        assert!(expected.iter().all(|answer| answer.ends_with(&[0x90, 0x00])), "{}: {expected:?}", kind.name);
        assert!(expected.last().unwrap().len() > 2, "{}: READ BINARY has data", kind.name);
        assert_eq!(received(&printed), expected, "{}: {printed}", kind.name);
        if kind.name.starts_with("mobile") {
            let engagement = b"iso.org:18013:deviceengagement";
            let message = expected.last().unwrap();
            assert!(message.windows(engagement.len()).any(|part| part == engagement), "{}: no handover", kind.name);
        }

        let mut scan = Command::new(installed("pcsc_scan", "pcsc-tools"));
        scan.args(["-n", "-t", "1"]).stdin(Stdio::null());
        let scanned = run(scan).stdout;
        let spaced = own.atr().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
        assert!(scanned.contains(READERS[0]) && scanned.contains(&spaced), "{}: {scanned}", kind.name);

        drop(offered);
        assert!(wait_for(SOON, || !taken()[0]).is_some(), "{}: pcscd still sees a card", kind.name);
    }
}

/// The answers that `opensc-tool --send-apdu` prints: a line with the status word, then the data in lines of hex.
fn received(printed: &str) -> Vec<Vec<u8>> {
    let mut answers: Vec<(Vec<u8>, [u8; 2])> = Vec::new();
    for line in printed.lines() {
        if let Some((_, status)) = line.split_once("SW1=0x") {
            let byte = |text: &str| u8::from_str_radix(&text[..2], 16).unwrap();
            answers.push((Vec::new(), [byte(status), byte(status.split_once("SW2=0x").unwrap().1)]));
        } else if let Some((data, _)) = answers.last_mut().filter(|_| !line.starts_with("Sending")) {
            data.extend(line.split(' ').map_while(|word| match word.len() {
                2 => u8::from_str_radix(word, 16).ok(),
                _ => None,
            }));
        }
    }
    answers.into_iter().map(|(data, status)| [&data[..], &status].concat()).collect()
}

/// The published crate `emrtd`, built by `scripts/test` as a package of its own (tests/emrtd).
#[test]
fn a_published_reader_reads_the_files_of_a_simulated_passport() {
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/target/emrtd/debug/taimen-foreign-emrtd");
    if !std::path::Path::new(reader).exists() {
        eprintln!("{reader} is not there: scripts/test builds it");
        return;
    }
    let pcscd = Pcscd::start();
    let program = Program::new();
    let simulate = Simulate::start(&program, &pcscd, &["passport-bac", "--seed", "3"]);
    assert!(wait_for(SOON, || taken()[0]).is_some(), "{:?}", taken());
    let holder = taimen::simulator::cards::passport::PassportHolder::from_seed(3);
    let day = |date: jiff::civil::Date| date.strftime("%y%m%d").to_string();
    let mut command = Command::new(reader);
    command.args([READERS[0], &holder.number, &day(holder.birth), &day(holder.expiry)]).stdin(Stdio::null());
    let printed = run(command).expect(0).stdout;
    let mut card: SimulatedCard = "passport-bac?seed=3".parse::<Recipe>().unwrap().card().unwrap();
    for name in ["emrtd/1D", "emrtd/01", "emrtd/02"] {
        let expected = format!("{name} {}", hex::encode_upper(card.file_mut(name).unwrap()));
        assert!(printed.lines().any(|line| line == expected), "{name}");
    }
    simulate.interrupt();
    simulate.end();
}
