//! A phone as the reader: cards offered over vpcd's protocol, by honest peers and by hostile ones.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::common::{
    limit::Limit,
    vicc::{ATR, Event, Vicc},
};
use taimen::{
    kind::CardKind,
    simulator::{Recipe, vpcd},
    transport::{
        Transport, TransportError,
        phone::{Limits, MAX_ATR, PhoneReader},
        vpcd::{MAX_MESSAGE, receive, send},
    },
};

const WAIT: Duration = Duration::from_secs(5);

/// Limits that a test can wait for.
const SOON: Limits = Limits { greeting: Duration::from_millis(300), exchange: Duration::from_millis(300) };

const COMMAND: [u8; 5] = [0x00, 0xB0, 0x8A, 0x00, 0x04];

fn listen(wait: Duration) -> PhoneReader {
    PhoneReader::listen("127.0.0.1:0".parse().unwrap(), wait).unwrap().with_limits(SOON)
}

/// Answers the command's length in three bytes, or as many bytes as an extended Le asks for.
fn counting(command: &[u8]) -> Vec<u8> {
    let data = match *command {
        [0, 0xB0, _, _, 0, high, low] => vec![0x5A; usize::from(u16::from_be_bytes([high, low]))],
        _ => command.len().to_be_bytes()[5..].to_vec(),
    };
    [&data[..], &[0x90, 0x00]].concat()
}

/// Somebody who connects and does what he likes with the connection.
fn peer<R: Send + 'static>(at: SocketAddr, does: impl FnOnce(TcpStream) -> R + Send + 'static) -> JoinHandle<R> {
    let stream = TcpStream::connect(at).unwrap();
    stream.set_nodelay(true).unwrap();
    thread::spawn(move || does(stream))
}

/// Behaves as a card until the reader's first command, which it takes from the stream.
fn greet(stream: &mut TcpStream) {
    while let Ok(Some(message)) = receive(stream, MAX_MESSAGE) {
        match message.as_slice() {
            [0..=2] => {}
            [4] => send(stream, ATR).unwrap(),
            command => {
                assert_eq!(command, COMMAND);
                return;
            }
        }
    }
}

/// Waits until the reader has closed the connection.
fn until_closed(stream: &mut TcpStream) {
    let _ = stream.set_read_timeout(Some(WAIT));
    let mut rest = [0; 1_024];
    while let Ok(1..) = stream.read(&mut rest) {}
}

fn refuses(at: SocketAddr) -> bool {
    TcpStream::connect(at).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

#[test]
fn commands_of_every_length_that_the_protocol_carries() {
    let mut reader = listen(WAIT);
    let card = Vicc::insert(reader.address().port(), counting);
    reader.wait_for_card().unwrap();
    {
        let mut link = reader.open().unwrap();
        assert_eq!(link.exchange(&[0, 0xA4, 4, 0x0C]), Ok(vec![0, 0, 4, 0x90, 0]));
        for length in [262, 4_096, 65_534, MAX_MESSAGE] {
            let mut long = vec![0xEE; length];
            long[..7].copy_from_slice(&[0, 0xD6, 0, 0, 0, 0xFF, 0xF8]);
            let [.., high, middle, low] = length.to_be_bytes();
            assert_eq!(link.exchange(&long), Ok(vec![high, middle, low, 0x90, 0]));
        }
        for size in [0x0100_u16, 0x0FFF, 0x7FFF, 0xFFFD] {
            let [high, low] = size.to_be_bytes();
            assert_eq!(link.exchange(&[0, 0xB0, 0x81, 0, 0, high, low]).unwrap().len(), usize::from(size) + 2);
        }
        // What the protocol cannot carry is not sent, nor what would be an event.
        for length in [MAX_MESSAGE + 1, 65_538] {
            assert_eq!(link.exchange(&vec![0; length]), Err(TransportError::LengthUnsupported));
        }
        for short in [&[][..], &[4], &[0, 0xB0], &[0, 0xB0, 0]] {
            assert_eq!(link.exchange(short), Err(TransportError::Connection(ErrorKind::InvalidInput)));
        }
        assert_eq!(link.exchange(&COMMAND), Ok(vec![0, 0, 5, 0x90, 0]));
    }
    assert!(!reader.lost_at_extended());
    let events = card.events();
    assert_eq!(events[..3], [Event::PowerOn, Event::PowerOff, Event::PowerOn], "each opening switches off and on");
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Command(_))).count(), 10);
    drop(reader);
    let off = || card.events().last() == Some(&Event::PowerOff);
    assert!(crate::common::pcscd::wait_for(WAIT, off).is_some(), "{:?}", card.events());
}

#[test]
fn short_commands_alone_where_asked_for() {
    let mut reader = listen(WAIT).without_extended();
    let card = Vicc::insert(reader.address().port(), counting);
    reader.wait_for_card().unwrap();
    let mut link = reader.open().unwrap();
    assert_eq!(link.exchange(&[0, 0xB0, 0x82, 0, 0, 0, 0]), Err(TransportError::LengthUnsupported));
    assert_eq!(link.exchange(&COMMAND), Ok(vec![0, 0, 5, 0x90, 0]));
    drop(link);
    assert_eq!(card.events().iter().filter(|event| matches!(event, Event::Command(_))).count(), 1);
}

#[test]
fn one_connection_and_none_behind_it() {
    let mut reader = listen(WAIT);
    let at = reader.address();
    let card = Vicc::insert(at.port(), counting);
    reader.wait_for_card().unwrap();
    assert!(refuses(at), "nothing listens while a card is in use");
    assert!(reader.open().unwrap().exchange(&COMMAND).is_ok());
    reader.wait_again(&mut || panic!("the card is still there")).unwrap();
    assert!(refuses(at));

    // The card is lifted while a person is asked, and laid on the phone again.
    card.remove();
    assert_eq!(reader.open().map(drop), Err(TransportError::Removed));
    let again = thread::spawn(move || Vicc::insert(at.port(), counting));
    let mut told = 0;
    reader.wait_again(&mut || told += 1).unwrap();
    let card = again.join().unwrap();
    assert_eq!(told, 1);
    assert!(reader.open().unwrap().exchange(&COMMAND).is_ok());
    drop(reader);
    assert!(refuses(at), "nothing listens when the reader is gone");
    card.remove();
}

#[test]
fn a_connection_that_ends_is_a_card_that_left() {
    for taken in [0, 1, 2, 5] {
        let mut reader = listen(WAIT);
        let other = peer(reader.address(), move |mut stream| {
            greet(&mut stream);
            // Cut before the length, inside it, after it, and inside the answer.
            stream.write_all(&[0, 8, 1, 2, 3][..taken]).unwrap();
        });
        reader.wait_for_card().unwrap();
        let mut link = reader.open().unwrap();
        assert_eq!(link.exchange(&COMMAND), Err(TransportError::Removed), "{taken} bytes");
        assert_eq!(link.exchange(&COMMAND), Err(TransportError::Removed), "for good");
        drop(link);
        assert!(!reader.lost_at_extended());
        other.join().unwrap();
    }
    // Fewer bytes than a status word has.
    for answer in [&[][..], &[0x90]] {
        let mut reader = listen(WAIT);
        let other = peer(reader.address(), move |mut stream| {
            greet(&mut stream);
            send(&mut stream, answer).unwrap();
            until_closed(&mut stream);
        });
        reader.wait_for_card().unwrap();
        assert_eq!(reader.open().unwrap().exchange(&COMMAND), Err(TransportError::Removed));
        drop(reader);
        other.join().unwrap();
    }
}

#[test]
fn a_phone_that_loses_the_card_over_a_long_command_is_told_apart() {
    let mut reader = listen(WAIT);
    let other = peer(reader.address(), |mut stream| {
        while let Ok(Some(message)) = receive(&mut stream, MAX_MESSAGE) {
            match message.len() {
                1 if message == [4] => send(&mut stream, ATR).unwrap(),
                1 => {}
                5 => send(&mut stream, &[0x90, 0x00]).unwrap(),
                _ => return,
            }
        }
    });
    reader.wait_for_card().unwrap();
    let mut link = reader.open().unwrap();
    assert_eq!(link.exchange(&COMMAND), Ok(vec![0x90, 0x00]));
    assert_eq!(link.exchange(&[0, 0xB0, 0x82, 0, 0, 0, 0]), Err(TransportError::Removed));
    drop(link);
    assert!(reader.lost_at_extended());
    other.join().unwrap();
}

#[test]
fn silence_and_drops_of_bytes_end_in_bounded_time_and_a_late_answer_counts_for_nothing() {
    /// How many bytes of an answer it got rid of.
    type Behaviour = fn(&mut TcpStream) -> usize;
    let _limit = Limit::new();
    let silent: Behaviour = |_| 0;
    let drip_length: Behaviour = |stream| drip(stream, &[0, 2, 0x90]);
    // A byte at a time: without one time for all it would take hours.
    let drip_forever: Behaviour = |stream| drip(stream, &FOREVER);
    let late: Behaviour = |stream| {
        thread::sleep(SOON.exchange + Duration::from_millis(100));
        let _ = send(stream, &[0x90, 0x00]);
        2
    };
    for behaviour in [silent, drip_length, drip_forever, late] {
        let mut reader = listen(WAIT);
        let other = peer(reader.address(), move |mut stream| {
            greet(&mut stream);
            let dropped = behaviour(&mut stream);
            until_closed(&mut stream);
            dropped
        });
        reader.wait_for_card().unwrap();
        let mut link = reader.open().unwrap();
        assert_eq!(link.exchange(&COMMAND), Err(TransportError::Connection(ErrorKind::TimedOut)));
        thread::sleep(Duration::from_millis(150));
        assert_eq!(link.exchange(&COMMAND), Err(TransportError::Removed), "the connection is over");
        drop(link);
        drop(reader);
        assert!(other.join().unwrap() < FOREVER.len(), "the reader left in the middle");
    }
}

/// The start of the longest answer that can be announced.
const FOREVER: [u8; 200] = [0xFF; 200];

fn drip(stream: &mut TcpStream, bytes: &[u8]) -> usize {
    for (dropped, byte) in bytes.iter().enumerate() {
        if stream.write_all(&[*byte]).is_err() {
            return dropped;
        }
        thread::sleep(Duration::from_millis(130));
    }
    bytes.len()
}

#[test]
fn what_was_not_asked_for_ends_the_connection() {
    let mut reader = listen(WAIT);
    let other = peer(reader.address(), |mut stream| {
        greet(&mut stream);
        send(&mut stream, &[0x6A, 0x82]).unwrap();
        send(&mut stream, &[0x90, 0x00]).unwrap();
        until_closed(&mut stream);
    });
    reader.wait_for_card().unwrap();
    let mut link = reader.open().unwrap();
    assert_eq!(link.exchange(&COMMAND), Ok(vec![0x6A, 0x82]));
    thread::sleep(Duration::from_millis(50));
    assert_eq!(link.exchange(&COMMAND), Err(TransportError::Connection(ErrorKind::InvalidData)));
    drop(link);
    drop(reader);
    other.join().unwrap();
}

#[test]
fn who_is_no_card_is_left_and_a_card_behind_him_is_served() {
    let _limit = Limit::new();
    let long = [&[0, 65, 0x3B][..], &[0; 64]].concat();
    assert_eq!(long.len() - 2, MAX_ATR + 1);
    let strangers: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"SSH-2.0-OpenSSH\r\n".to_vec(),
        vec![0xFF; 70_000],
        vec![0, 0],
        vec![0, 1, 0x3B],
        vec![0, 2, 0x90, 0x00],
        // A good answer to reset and more after it.
        [&[0, 5][..], ATR, &[0, 2, 0x90, 0]].concat(),
        long,
    ];
    for words in strangers {
        let mut reader = listen(WAIT);
        let shown = format!("{:02X?}", &words[..words.len().min(24)]);
        let stranger = peer(reader.address(), move |mut stream| {
            let _ = stream.write_all(&words);
            until_closed(&mut stream);
        });
        let card = Vicc::insert(reader.address().port(), counting);
        reader.wait_for_card().unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(reader.open().unwrap().exchange(&COMMAND), Ok(vec![0, 0, 5, 0x90, 0]), "{shown}");
        drop(card);
        drop(reader);
        stranger.join().unwrap();
    }

    // Without a card behind him the stranger is what is told.
    let mut reader = listen(Duration::from_millis(400));
    let stranger = peer(reader.address(), |mut stream| {
        let _ = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
        until_closed(&mut stream);
    });
    assert_eq!(reader.wait_for_card(), Err(TransportError::Connection(ErrorKind::InvalidData)));
    drop(reader);
    stranger.join().unwrap();
    assert_eq!(listen(Duration::from_millis(200)).wait_for_card(), Err(TransportError::NoCard { seconds: 0 }));
}

#[test]
fn a_port_that_is_taken() {
    let reader = listen(WAIT);
    let again = PhoneReader::listen(reader.address(), WAIT);
    assert_eq!(again.unwrap_err(), TransportError::Connection(ErrorKind::AddrInUse));
}

#[test]
fn the_simulator_serves_a_card_over_it() {
    let mut reader = listen(WAIT);
    let card = peer(reader.address(), |stream| {
        let mut card = Recipe::new(CardKind::MY_NUMBER, 1).card().unwrap();
        vpcd::serve(stream, &mut card)
    });
    reader.wait_for_card().unwrap();
    let mut link = reader.open().unwrap();
    let select = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
    assert_eq!(link.exchange(&select), Ok(vec![0x90, 0x00]));
    assert_eq!(link.exchange(&[0x00, 0x20, 0x00, 0x92]), Ok(vec![0x63, 0xCA]));
    drop(link);
    drop(reader);
    card.join().unwrap().unwrap();
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]

    /// Whatever a peer says, each call ends, without a panic, and only a whole answer is one.
    #[test]
    fn whatever_a_peer_says(greeting in proptest::bool::ANY, words in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let quick = Limits { greeting: Duration::from_millis(60), exchange: Duration::from_millis(60) };
        let mut reader = listen(Duration::from_millis(80)).with_limits(quick);
        let said = words.clone();
        let other = peer(reader.address(), move |mut stream| {
            if greeting {
                greet(&mut stream);
            }
            let _ = stream.write_all(&said);
            until_closed(&mut stream);
        });
        let _limit = Limit::new();
        if reader.wait_for_card().is_ok()
            && let Ok(mut link) = reader.open()
            && let Ok(answer) = link.exchange(&COMMAND)
        {
            let [high, low, ..] = words[..] else { panic!("an answer out of {} bytes", words.len()) };
            let length = usize::from(u16::from_be_bytes([high, low]));
            assert_eq!(answer, words[2..2 + length]);
        }
        drop(reader);
        other.join().unwrap();
    }
}

#[cfg(feature = "cli")]
mod program {
    use std::{
        io::{BufRead, BufReader},
        process::{Child, Stdio},
        sync::{Arc, Mutex, mpsc},
    };

    use serde_json::{Value, json};
    use taimen::transport::Recording;

    use super::*;
    use crate::common::{
        person::Person,
        program::{Outcome, Program, Running, argument},
    };

    /// A command that waits for a phone: it listens on a port that the system chose, and says where.
    struct Counter {
        child: Running,
        at: SocketAddr,
        said: Arc<Mutex<String>>,
        ended: mpsc::Receiver<()>,
    }

    impl Counter {
        fn waits(program: &Program, arguments: &[&str]) -> Self {
            Self::waits_at(program, "phone:127.0.0.1:0", arguments)
        }

        fn waits_at(program: &Program, address: &str, arguments: &[&str]) -> Self {
            let mut command = program.command([arguments, &["--reader", address]].concat());
            let mut child: Child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let mut errors = BufReader::new(child.stderr.take().unwrap());
            let mut said = String::new();
            let at = loop {
                let mut line = String::new();
                assert_ne!(errors.read_line(&mut line).unwrap(), 0, "it ended:\n{said}");
                said.push_str(&line);
                if let Some(at) = line.trim().strip_prefix("vpcd://") {
                    break at.parse().unwrap();
                }
            };
            let said = Arc::new(Mutex::new(said));
            let (shared, (sender, ended)) = (Arc::clone(&said), mpsc::channel());
            thread::spawn(move || {
                let mut rest = String::new();
                let _ = errors.read_to_string(&mut rest);
                shared.lock().unwrap().push_str(&rest);
                drop(sender);
            });
            Self { child: Running(child), at, said, ended }
        }

        fn ends(mut self) -> Outcome {
            let mut stdout = String::new();
            self.child.0.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
            let code = self.child.0.wait().unwrap().code();
            let _ = self.ended.recv_timeout(WAIT);
            let stderr = self.said.lock().unwrap().clone();
            assert!(refuses(self.at), "nothing listens when the command has ended");
            Outcome { code, stdout, stderr }
        }
    }

    /// A simulated card as a process of its own, which plays the phone.
    fn phone(program: &Program, kind: &str, at: SocketAddr) -> Running {
        let credentials = argument(&program.home.file("credentials"));
        let arguments = ["simulate", kind, "--vpcd", &at.to_string(), "--credentials-out", &credentials];
        Running(program.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// The entries of a simulated card, before a phone offers it.
    fn credentials(program: &Program, kind: &str) -> String {
        let file = argument(&program.home.file("credentials"));
        let nobody = ["simulate", kind, "--vpcd", "127.0.0.1:1", "--credentials-out", &file];
        program.run(nobody).expect(2);
        file
    }

    fn check(kind: &str, more: &[&str]) -> (Outcome, bool) {
        let program = Program::new();
        let credentials = credentials(&program, kind);
        let common = ["check", "--json", "--wait", "10", "--credentials", &credentials];
        let counter = Counter::waits(&program, &[&common, more].concat());
        let mut phone = phone(&program, kind, counter.at);
        let outcome = counter.ends();
        let ended_well = crate::common::pcscd::wait_for(WAIT, || phone.0.try_wait().unwrap().is_some()).is_some()
            && phone.0.wait().unwrap().success();
        (outcome, ended_well)
    }

    #[test]
    fn a_whole_check_takes_the_exchanges_of_a_card_in_the_process_and_says_the_same() {
        for kind in ["my-number", "licence", "my-number?fault=no-extended", "menkyo", "residence1", "residence2"] {
            let (outcome, ended_well) = check(kind, &["--accept", "simulated"]);
            assert!(ended_well, "{kind}: the phone sees a clean end");
            let inside = Program::new().run(["check", "--json", "--reader", &format!("sim:{kind}")]).expect(0);
            let (over, within) = (outcome.expect(0), inside);
            let (over_network, mut inside) = (over.checks(), within.checks());
            let holds_digests = kind.starts_with("my-number") || kind == "menkyo";
            if holds_digests {
                let text = inside.iter_mut().find(|check| check.starts_with("text-signature")).unwrap();
                assert_eq!(text, "text-signature: passed");
                "text-signature: not_done(not_over_network)".clone_into(text);
            }
            assert_eq!(over_network, inside, "{kind}");
            let (over, within) = (over.json(), within.json());
            assert_eq!(over["overall"], "authentic");
            assert_eq!(over["hierarchy"], "simulated");
            let figure = |report: &Value, key: &str| report["link"][key].as_u64().unwrap();
            // The file with the digests, 336 bytes, in one piece or in two.
            let spared = match (holds_digests, kind.ends_with("no-extended")) {
                (true, false) => [1, 7, 338],
                (true, true) => [2, 10, 340],
                (false, _) => [0, 0, 0],
            };
            for (key, spared) in ["exchanges", "bytes_sent", "bytes_received"].into_iter().zip(spared) {
                assert_eq!(figure(&over, key) + spared, figure(&within, key), "{kind}: {key}");
            }
            assert!(figure(&over, "exchanges") > 10);
            // Without its digests nobody vouches for the text.
            let text = ["name", "address"].map(|key| (&within["holder"][key], key));
            for (value, key) in text.into_iter().filter(|_| holds_digests) {
                assert_eq!((&over["holder"][key], &over["holder_unconfirmed"][key]), (&Value::Null, value), "{kind}");
            }
            let holder = if holds_digests { "pictures" } else { "holder" };
            for key in ["card", "applications", holder, "photo", "items", "headline"] {
                assert_eq!(over[key], within[key], "{kind}: {key}");
            }
            assert!(over["reader"].as_str().unwrap().starts_with("phone:127.0.0.1:"), "{}", over["reader"]);
        }
    }

    #[test]
    fn a_card_over_the_network_is_accepted_as_simulated_only_where_asked_for() {
        let (outcome, _) = check("my-number", &[]);
        let outcome = outcome.expect(1);
        assert_eq!(outcome.json()["headline"], "simulated-not-accepted");
        assert!(
            outcome.stderr.contains("adb reverse tcp:") && outcome.stderr.contains("app shows"),
            "{}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains('█'), "no picture where no terminal is");
    }

    #[test]
    fn short_commands_alone_take_more_of_them() {
        let program = Program::new();
        let credentials = credentials(&program, "my-number");
        let arguments = ["check", "--json", "--wait", "10", "--accept", "simulated", "--credentials", &credentials];
        let counter = Counter::waits_at(&program, "phone:127.0.0.1:0?short", &arguments);
        let _phone = phone(&program, "my-number", counter.at);
        let report = counter.ends().expect(0).json();
        let long = program.run(["check", "--json", "--reader", "sim:my-number"]).expect(0).json();
        let exchanges = |report: &Value| report["link"]["exchanges"].as_u64().unwrap();
        assert!(exchanges(&report) > exchanges(&long), "{} and {}", exchanges(&report), exchanges(&long));
    }

    #[test]
    fn identified_recorded_and_played_back() {
        let program = Program::new();
        let counter = Counter::waits(&program, &["identify", "--json", "--wait", "10"]);
        let (at, _phone) = (counter.at, phone(&program, "licence", counter.at));
        let identified = counter.ends().expect(0).json();
        assert_eq!(identified["card"]["kind"], "licence");
        assert_eq!(identified["reader"], json!(format!("phone:{at}")));

        let credentials = credentials(&program, "my-number");
        let file = program.home.file("phone.apdu");
        let record = argument(&file);
        let arguments =
            ["check", "--json", "--accept", "simulated", "--credentials", &credentials, "--record", &record];
        let counter = Counter::waits(&program, &arguments);
        let (at, _phone) = (counter.at, phone(&program, "my-number", counter.at));
        counter.ends().expect(0);
        let recording = Recording::parse(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(recording.header.reader, Some(format!("phone:{at}")));
        // No file with the short identifier 3 was asked for: the digests, which give the 個人番号 away.
        let heads: Vec<String> = recording.steps.iter().map(|step| hex::encode_upper(step.command.head())).collect();
        assert!(
            heads.iter().any(|head| head.starts_with("00B082")) && heads.iter().all(|head| !head.starts_with("00B083"))
        );
        let address = format!("replay:{record}");
        let replayed = program
            .run(["check", "--reader", &address, "--accept", "simulated", "--json", "--at", "recorded"])
            .expect(0)
            .json();
        assert_eq!(replayed["link"]["exchanges"], recording.steps.len());
    }

    #[test]
    fn a_card_that_leaves_leaves_nothing_half_said() {
        for exchange in [1, 6, 12] {
            let (outcome, ended_well) =
                check(&format!("my-number?fault=removed-at={exchange}"), &["--accept", "simulated"]);
            let outcome = outcome.expect(4);
            assert!(!ended_well);
            outcome.assert_no_report();
        }
    }

    #[test]
    fn nobody_and_strangers_and_a_port_that_is_taken() {
        let program = Program::new();
        let outcome = Counter::waits(&program, &["identify", "--wait", "1"]).ends().expect(4);
        assert!(outcome.stderr.contains("No phone offered a card at 127.0.0.1:"), "{}", outcome.stderr);

        let counter = Counter::waits(&program, &["identify", "--wait", "1"]);
        let stranger = peer(counter.at, |mut stream| {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
            until_closed(&mut stream);
        });
        let outcome = counter.ends().expect(4);
        assert!(outcome.stderr.contains("did not answer as a card"), "{}", outcome.stderr);
        stranger.join().unwrap();

        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("phone:{}", taken.local_addr().unwrap());
        let outcome = program.run(["identify", "--reader", &address]).expect(2);
        assert!(outcome.stderr.contains("cannot listen at 127.0.0.1:"), "{}", outcome.stderr);
        let outcome = program.run(["identify", "--reader", "phone:192.0.2.1"]).expect(2);
        assert!(outcome.stderr.contains("cannot listen at 192.0.2.1:35970"), "{}", outcome.stderr);
    }

    #[test]
    fn on_all_addresses_it_warns_and_shows_its_own() {
        let program = Program::new();
        // Whether this machine has an address that others could use is not ours to know, so the port is told here.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("phone:0.0.0.0:{free}");
        let outcome = program.run(["identify", "--wait", "0", "--reader", &address]).expect(4);
        assert!(outcome.stderr.contains("this link is not encrypted"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("vpcd://0.0.0.0") && !outcome.stderr.contains("adb"), "{}", outcome.stderr);
    }

    #[test]
    fn the_program_refuses_a_second_phone() {
        let program = Program::new();
        let counter = Counter::waits(&program, &["identify", "--json", "--wait", "10"]);
        let at = counter.at;
        let card = peer(at, move |mut stream| {
            greet(&mut stream);
            refuses(at)
        });
        counter.ends().expect(4);
        assert!(card.join().unwrap(), "a second connection is refused while the first one has a command");
    }

    /// The address that a person sees beside the code.
    fn shown(person: &Person) -> SocketAddr {
        person.sees("adb reverse", 1);
        let screen = person.screen();
        let link = screen.split("vpcd://").nth(1).expect("the address is shown");
        link.split_whitespace().next().unwrap().parse().unwrap()
    }

    #[test]
    fn a_person_lifts_the_card_to_read_its_print_and_lays_it_on_the_phone_again() {
        let program = Program::new();
        let arguments = ["check", "--reader", "phone:127.0.0.1:0", "--accept", "simulated", "--wait", "10"];
        let mut person = Person::at(&program, "en", &arguments);
        let at = shown(&person);
        assert!(person.screen().contains("\u{2580}"), "the code is drawn: {}", person.screen());
        let held = phone(&program, "licence", at);
        person.sees("PIN 1 (four digits)", 1);
        drop(held);
        let entries = std::fs::read_to_string(program.home.file("credentials")).unwrap();
        let entry = |name: &str| entries.lines().find_map(|line| line.strip_prefix(name)).unwrap()[3..].to_owned();
        person.types(&entry("pin1"));
        person.sees("PIN 2", 1);
        person.types(&entry("pin2"));
        person.sees("adb reverse", 2);
        let _again = phone(&program, "licence", at);
        let (code, screen) = person.leaves();
        assert_eq!(code, Some(0), "{screen}");
        assert!(refuses(at));

        // Another card than the one that was asked about is refused, and no PIN goes to it.
        let mut person = Person::at(&program, "ja", &arguments);
        let at = shown(&person);
        let held = phone(&program, "licence", at);
        person.sees("暗証番号1（4桁）", 1);
        drop(held);
        person.types(&entry("pin1"));
        person.sees("暗証番号2（4桁", 1);
        person.types(&entry("pin2"));
        person.sees("adb reverse", 2);
        let _other = phone(&program, "licence-nopin?seed=2", at);
        let (code, screen) = person.leaves();
        assert_eq!(code, Some(4), "{screen}");
    }
}
