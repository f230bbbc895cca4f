//! `taimen simulate` with a listener of the test in vpcd's place.
#![cfg(all(feature = "cli", unix))]
// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::common::program::{Outcome, Program, argument, run};

/// A listener on a port whose next one is free too.
fn two_ports() -> (TcpListener, u16) {
    for _ in 0..50 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return (listener, port);
        }
    }
    panic!("no two free ports");
}

/// Runs `taimen simulate` to its end, while `reader` does what vpcd would.
fn simulate(arguments: &[&str], listener: TcpListener, reader: impl FnOnce(TcpListener) + Send + 'static) -> Outcome {
    let program = Program::new();
    let at = listener.local_addr().unwrap().to_string();
    let reader = thread::spawn(move || reader(listener));
    let outcome = run(program.command([&["simulate", "--vpcd", &at], arguments].concat()));
    reader.join().unwrap();
    outcome
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

fn exchange(stream: &mut TcpStream, message: &[u8]) -> Vec<u8> {
    stream.write_all(&[&u16::try_from(message.len()).unwrap().to_be_bytes(), message].concat()).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    answer
}

/// Whether the other side has closed the connection.
fn closed(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0]), Ok(0) | Err(_))
}

const SELECT: &[u8] = &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00];

#[test]
fn options_add_faults_to_the_card() {
    let (listener, _) = two_ports();
    let arguments = ["licence?fault=slow=1", "--fault", "status-at=1:6F00", "--fault", "status-at=2:6A82"];
    let outcome = simulate(&arguments, listener, |listener| {
        let mut card = accept(&listener);
        let answers: Vec<Vec<u8>> = (0..3).map(|_| exchange(&mut card, SELECT)).collect();
        assert_eq!(answers, [[0x6F, 0x00], [0x6A, 0x82], [0x90, 0x00]]);
    });
    assert!(outcome.expect(0).stderr.contains("licence?fault=slow=1&fault=status-at=1:6F00&fault=status-at=2:6A82"));
}

#[test]
fn a_card_that_a_fault_takes_away_is_card_trouble() {
    let (listener, _) = two_ports();
    let outcome = simulate(&["licence", "--fault", "removed-at=1"], listener, |listener| {
        let mut card = accept(&listener);
        card.write_all(&[&[0, 7], SELECT].concat()).unwrap();
        assert!(closed(&mut card));
    });
    outcome.expect(4);
}

#[test]
fn a_reader_that_is_not_there_ends_the_program_and_takes_the_first_card_away() {
    let (listener, port) = two_ports();
    let outcome = simulate(&["licence", "menkyo"], listener, |listener| assert!(closed(&mut accept(&listener))));
    let told = outcome.expect(2).stderr;
    assert!(told.contains(&format!("cannot connect to vpcd at 127.0.0.1:{}", port + 1)), "{told}");
}

#[test]
fn a_script_goes_on_when_a_fault_takes_its_card_and_ends_when_the_reader_goes_away() {
    let program = Program::new();
    let script = "insert 1 licence?fault=removed-at=1\nwait 1\nremove 1\ninsert 1 licence\nwait 20\n";
    let script = argument(&program.home.write("script", script));
    let (listener, port) = two_ports();
    let outcome = simulate(&["--script", &script], listener, |listener| {
        let mut first = accept(&listener);
        first.write_all(&[&[0, 7], SELECT].concat()).unwrap();
        assert!(closed(&mut first));
        let mut second = accept(&listener);
        assert_eq!(exchange(&mut second, SELECT), [0x90, 0x00]);
    });
    let told = outcome.expect(2).stderr;
    assert_eq!(told.matches("has left reader 1").count(), 1, "{told}");
    assert!(told.contains(&format!("cannot connect to vpcd at 127.0.0.1:{port}, or the connection broke")), "{told}");
}

#[test]
fn a_script_comes_from_standard_input_and_each_insert_is_a_new_card() {
    let program = Program::new();
    let (listener, port) = two_ports();
    let reader = thread::spawn(move || {
        for _ in 0..2 {
            let mut card = accept(&listener);
            // A wrong PIN 1 each time: a card that kept its counter would tell one try less.
            exchange(&mut card, SELECT);
            let verify = [0x00, 0x20, 0x00, 0x81, 0x04, 0x39, 0x39, 0x39, 0x39];
            assert_eq!(exchange(&mut card, &verify), [0x63, 0xC2]);
            assert!(closed(&mut card));
        }
    });
    let mut command: Command = program.command(["simulate", "--script", "-", "--vpcd", &format!("127.0.0.1:{port}")]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let script = "insert 1 licence?seed=2\nwait 1\nremove 1\nrepeat 2";
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let outcome = child.wait_with_output().unwrap();
    reader.join().unwrap();
    assert_eq!(outcome.status.code(), Some(0), "{}", String::from_utf8_lossy(&outcome.stderr));
}
