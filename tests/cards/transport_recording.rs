//! Recordings: the format, and playing back.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use proptest::prelude::*;
use taimen::transport::{
    Log, Masked, NonceError, Nonces, Recorder, Recording, Replay, Transport, TransportError,
    masked::MaskedError,
    recording::{
        ExtraHeader, FIRST_LINE, GivenCredential, Header, LinkFailure, MAX_LINE, MAX_RECORDING, MAX_STEPS, Problem,
        RecordingError, Step,
    },
    replay::UnusedSteps,
};
use taimen::{
    cards::Trace,
    kind::CardKind,
    simulator::{Recipe, Shape},
};

const EXAMPLE: &str = "taimen-recording 2\r
# comments and blank lines may stand anywhere

card: my-number
reader: Virtual PCD 00 00
time: 2026-11-22T01:02:03Z
random: 00 01 02
random: ff
> 00a4 040c 0A D3921000310001010402
< 9000 ; 21040 us
> 002000920E<14 secret bytes>
# the card thinks
< 9000

> 00B08200000000
! length ; 7 us
> 00B0830000
<FF3082014B<331 secret bytes>9000
";

const PRINTED: &str = "taimen-recording 2
card: my-number
reader: Virtual PCD 00 00
time: 2026-11-22T01:02:03Z
random: 000102
random: FF

> 00A4040C0AD3921000310001010402
< 9000 ; 21040 us

> 002000920E<14 secret bytes>
< 9000

> 00B08200000000
! length ; 7 us

> 00B0830000
< FF3082014B<331 secret bytes>9000
";

fn example() -> Recording {
    Recording::parse(EXAMPLE.as_bytes()).unwrap()
}

#[test]
fn reads_and_prints() {
    let recording = example();
    assert_eq!(recording.to_text(), PRINTED);
    assert_eq!(Recording::parse(PRINTED.as_bytes()).unwrap(), recording);
    assert_eq!(recording.header.time, Some("2026-11-22T01:02:03Z".parse().unwrap()));
    assert_eq!(recording.steps.len(), 4);
    assert_eq!(recording.steps[0].elapsed, Some(Duration::from_micros(21_040)));
    assert_eq!(recording.steps[2].answer, Err(LinkFailure::Length));
    let with_mark = format!("\u{feff}{PRINTED}");
    assert_eq!(Recording::parse(with_mark.as_bytes()).unwrap(), recording);
}

#[test]
fn the_example_of_the_page_is_a_recording() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recording.md")).unwrap();
    let example: String = page
        .lines()
        .skip_while(|line| line.trim() != FIRST_LINE)
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    assert_eq!(Recording::parse(example.as_bytes()).unwrap().steps.len(), 4);
}

#[test]
fn debug_shows_no_content() {
    let shown = format!("{:?}", example());
    assert!(!shown.contains("D392") && !shown.contains("211, 146"), "{shown}");
}

#[test]
fn each_error_names_its_line() {
    let step = "> 00B0820000\n< 9000\n";
    let long = format!("> {}", "00".repeat(MAX_LINE / 2));
    let cases: &[(&str, usize, Problem)] = &[
        ("", 1, Problem::NotARecording),
        ("taimen-recordings\n", 1, Problem::NotARecording),
        ("taimen-recording 3\n", 1, Problem::OtherVersion),
        ("@hello", 2, Problem::UnknownLine),
        ("@# ok\n\nnumber: 12", 4, Problem::UnknownKey),
        ("@card: a\ncard: a", 3, Problem::KeyTwice),
        ("@card: My Number", 2, Problem::Value),
        ("@card:", 2, Problem::Value),
        ("@reader:  ", 2, Problem::Value),
        ("@time: 2026-11-22", 2, Problem::Value),
        ("@time: 2026-11-22T01:02:03.5Z", 2, Problem::Value),
        ("@random:", 2, Problem::Value),
        ("@random: 0", 2, Problem::Bytes(MaskedError::OddHex)),
        ("@random: <2 secret bytes>", 2, Problem::Bytes(MaskedError::Hex)),
        ("@STEPcard: a", 4, Problem::HeaderBehindSteps),
        ("@> 00B0820000\ncard: a", 3, Problem::HeaderBehindSteps),
        ("@> 00B0820000\n", 2, Problem::NoAnswer),
        ("@> 00B0820000\n\n> 00B0820000\n< 9000\n", 2, Problem::NoAnswer),
        ("@STEP< 9000", 4, Problem::NoCommand),
        ("@! removed", 2, Problem::NoCommand),
        ("@> 00B082", 2, Problem::NoCommandHeader),
        ("@> 00<3 secret bytes>", 2, Problem::NoCommandHeader),
        ("@> 00B0820000 ; 3 us", 2, Problem::Bytes(MaskedError::Hex)),
        ("@> 00B0820000\n< ", 3, Problem::NoStatusWord),
        ("@> 00B0820000\n< 90", 3, Problem::NoStatusWord),
        ("@> 00B0820000\n< 00<5 secret bytes>00", 3, Problem::NoStatusWord),
        ("@> 00B0820000\n< 9000 ; 12 ms", 3, Problem::Time),
        ("@> 00B0820000\n< 9000 ; us", 3, Problem::Time),
        ("@> 00B0820000\n< 9000 ; -1 us", 3, Problem::Time),
        ("@> 00B0820000\n< 9000 ; 99999999999999999999 us", 3, Problem::Time),
        ("@> 00B0820000\n! broken", 3, Problem::UnknownFailure),
        ("@> 00B0820000\n< 9O00", 3, Problem::Bytes(MaskedError::Hex)),
        ("@> 00B0820000\n< 900", 3, Problem::Bytes(MaskedError::OddHex)),
        ("@> 00B0820000\n< <5 secret byte>9000", 3, Problem::Bytes(MaskedError::Run)),
        ("@> 00B0820000\n< <5 secret bytes9000", 3, Problem::Bytes(MaskedError::Run)),
        ("@> 00B0820000\n< <65537 secret bytes>9000", 3, Problem::Bytes(MaskedError::SecretTooLong)),
        ("@> 00B0820000\n< 00112233445566778899<65536 secret bytes>9000", 3, Problem::Bytes(MaskedError::TooLong)),
        ("@LONG", 2, Problem::LineTooLong),
    ];
    for (text, line, problem) in cases {
        let file = text.replace('@', "taimen-recording 2\n").replace("STEP", step).replace("LONG", &long);
        let error = Recording::parse(file.as_bytes()).unwrap_err();
        assert_eq!(error, RecordingError::Line { line: *line, problem: *problem }, "{text}");
        assert!(error.to_string().starts_with(&format!("line {line}: ")), "{error}");
    }
    let not_utf8 = Recording::parse(b"taimen-recording 2\n\n# \xFF").unwrap_err();
    assert_eq!(not_utf8, RecordingError::Line { line: 3, problem: Problem::NotUtf8 });
}

#[test]
fn limits_of_the_whole_file() {
    let mut file = b"taimen-recording 2\n".to_vec();
    file.resize(MAX_RECORDING + 1, b'\n');
    assert_eq!(Recording::parse(&file), Err(RecordingError::TooLarge));

    let steps = |count: usize| format!("{FIRST_LINE}\n{}", ">00B08200\n<9000\n".repeat(count));
    assert_eq!(Recording::parse(steps(MAX_STEPS).as_bytes()).unwrap().steps.len(), MAX_STEPS);
    let line = 2 + 2 * MAX_STEPS;
    assert_eq!(
        Recording::parse(steps(MAX_STEPS + 1).as_bytes()),
        Err(RecordingError::Line { line, problem: Problem::TooManySteps })
    );
}

fn given(auth_pin: bool, sign_password: Option<u8>) -> ExtraHeader {
    let pin = auth_pin.then(|| GivenCredential { id: "auth-pin".to_owned(), length: None });
    let password = sign_password.map(|length| GivenCredential { id: "sign-password".to_owned(), length: Some(length) });
    ExtraHeader { given: pin.into_iter().chain(password).collect() }
}

#[test]
fn a_header_that_a_program_made_reads_back() {
    let header = Header {
        card: Some("my-number".into()),
        reader: Some("odd\nname\u{7f} 読取機".repeat(100)),
        scope: Some("full".into()),
        jpki: Some(given(true, Some(10))),
        network: true,
        time: Some("2026-11-22T01:02:03.9Z".parse().unwrap()),
        random: vec![vec![1; 512], vec![]],
        session_keys: vec![vec![2; 16]],
        older: false,
    };
    let text = Recording { header, steps: vec![] }.to_text();
    let read = Recording::parse(text.as_bytes()).unwrap();
    assert_eq!(read.to_text(), text);
    assert!(read.header.reader.unwrap().starts_with("oddname 読取機odd"));
    assert_eq!(read.header.random, [vec![1; 512]]);
}

#[test]
fn a_jpki_line_tells_what_was_given() {
    let jpki = |line: &str| Recording::parse(format!("taimen-recording 2\njpki: {line}\n").as_bytes());
    for (line, auth_pin, sign_password) in [
        ("certificates", false, None),
        ("certificates auth-pin", true, None),
        ("certificates sign-password/6", false, Some(6)),
        ("certificates auth-pin sign-password/16", true, Some(16)),
    ] {
        let recording = jpki(line).unwrap();
        assert_eq!(recording.header.jpki, Some(given(auth_pin, sign_password)));
        assert!(recording.to_text().contains(&format!("\njpki: {line}\n")), "{line}");
    }
    for wrong in [
        "",
        "yes",
        "auth-pin",
        "certificates auth-pin auth-pin",
        "certificates sign-password/0",
        "certificates sign-password/17",
        "certificates sign-password/",
        "certificates sign-password/6 auth-pin sign-password/6",
        "certificates AUTH-PIN",
        "certificates sign-password/ABC123",
    ] {
        assert_eq!(jpki(wrong), Err(RecordingError::Line { line: 2, problem: Problem::Value }), "{wrong}");
    }
}

#[test]
fn plays_back_in_strict_order() {
    let mut replay = Replay::new(example());
    assert_eq!(replay.time(), Some("2026-11-22T01:02:03Z".parse().unwrap()));
    let select = [0x00, 0xA4, 0x04, 0x0C, 0x0A, 0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
    assert_eq!(replay.exchange(&select), Ok(vec![0x90, 0x00]));

    let verify = |length: u8| {
        let mut command = vec![0x00, 0x20, 0x00, 0x92, length];
        command.extend(vec![0x37; usize::from(length)]);
        command
    };
    let error = replay.exchange(&verify(4)).unwrap_err();
    assert_eq!(
        error,
        TransportError::Mismatch { step: 2, expected: "00200092, 19 bytes".into(), sent: "00200092, 9 bytes".into() }
    );
    assert!(!error.to_string().contains("37"), "{error}");
    assert_eq!(replay.exchange(&verify(14)), Ok(vec![0x90, 0x00]));
    assert_eq!(replay.exchange(&[0, 0xB0, 0x82, 0, 0, 0, 0]), Err(TransportError::LengthUnsupported));
    let answer = replay.exchange(&[0, 0xB0, 0x83, 0, 0]).unwrap();
    assert_eq!(answer.len(), 5 + 331 + 2);
    assert_eq!(&answer[..6], [0xFF, 0x30, 0x82, 0x01, 0x4B, 0x00]);
    assert_eq!(replay.exchange(&select), Err(TransportError::RecordingEnded { steps: 4 }));
    assert_eq!(replay.finish(), Ok(()));

    let mut early = Replay::new(example());
    early.exchange(&select).unwrap();
    assert_eq!(early.finish(), Err(UnusedSteps { unused: 3, steps: 4 }));
}

#[test]
fn what_was_drawn_is_drawn_again() {
    let mut random = Replay::new(example()).random();
    assert_eq!(random.draw(3), Ok(vec![0, 1, 2]));
    assert_eq!(random.draw(32), Err(NonceError::Length { draw: 2, listed: 1, wanted: 32 }));
    assert_eq!(random.draw(1), Ok(vec![0xFF]));
    assert_eq!(random.draw(1), Err(NonceError::Ended(3)));
}

/// Answers from a list.
struct Scripted(Vec<Result<Vec<u8>, TransportError>>);

impl Transport for Scripted {
    fn exchange(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.remove(0)
    }
}

#[test]
fn failures_are_recorded_and_play_back() {
    let mut log = Log::new(&[]).without_times();
    let answers =
        vec![Ok(vec![0x90, 0x00]), Err(TransportError::LengthUnsupported), Err(TransportError::Busy), Ok(vec![])];
    let mut recorder = Recorder::new(Scripted(answers), &mut log);
    for p2 in 0..4 {
        let _ = recorder.exchange(&[0, 0xB0, 0, p2]);
    }
    let recording = log.into_recording(Header::default());
    assert_eq!(
        recording.to_text(),
        "taimen-recording 2\n\n> 00B00000\n< 9000\n\n> 00B00001\n! length\n\n> 00B00003\n! removed\n"
    );
    let mut replay = Replay::new(recording);
    assert!(replay.exchange(&[0, 0xB0, 0, 0]).is_ok());
    assert_eq!(replay.exchange(&[0, 0xB0, 0, 1]), Err(TransportError::LengthUnsupported));
    assert_eq!(replay.exchange(&[0, 0xB0, 0, 3]), Err(TransportError::Removed));
}

#[test]
fn times_are_recorded_unless_told_otherwise() {
    let mut log = Log::new(&[]);
    Recorder::new(Scripted(vec![Ok(vec![0x90, 0x00])]), &mut log).exchange(&[0, 0xB0, 0, 0]).unwrap();
    assert!(log.steps()[0].elapsed.is_some());
}

fn masked() -> impl Strategy<Value = Masked> {
    prop::collection::vec((prop::collection::vec(any::<u8>(), 0..9), 0..40_usize), 0..4).prop_map(|pieces| {
        let mut masked = Masked::new();
        for (clear, secret) in pieces {
            masked.push_clear(&clear);
            masked.push_secret(secret);
        }
        masked
    })
}

fn framed(head: usize, middle: &Masked, tail: usize) -> Masked {
    let text = format!("{}{}{}", "00".repeat(head), middle.to_text(), "90".repeat(tail));
    Masked::parse(&text).unwrap()
}

fn step() -> impl Strategy<Value = Step> {
    let answer = prop_oneof![
        8 => masked().prop_map(|answer| Ok(framed(0, &answer, 2))),
        1 => Just(Err(LinkFailure::Length)),
        1 => Just(Err(LinkFailure::Removed)),
    ];
    (masked(), answer, prop::option::of(any::<u64>()), any::<bool>()).prop_map(|(command, answer, micros, powered)| {
        Step { powered, command: framed(4, &command, 0), answer, elapsed: micros.map(Duration::from_micros) }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back(
        mut steps in prop::collection::vec(step(), 0..6),
        random in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..4),
        reader in "[ -~あ-ん]{0,30}",
    ) {
        if let Some(first) = steps.first_mut() {
            first.powered = false;
        }
        let reader = Some(reader.trim().to_owned()).filter(|reader| !reader.is_empty());
        let recording = Recording { header: Header { reader, random, ..Header::default() }, steps };
        let text = recording.to_text();
        prop_assert_eq!(Recording::parse(text.as_bytes()), Ok(recording));
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), begin in any::<bool>()) {
        if begin {
            bytes.splice(0..0, *b"taimen-recording 2\n");
        }
        let _ = Recording::parse(&bytes);
    }

    #[test]
    fn no_lines_make_it_panic(
        lines in prop::collection::vec("[><!#=]? ?([0-9A-F<>; :]|secret bytes|us|random|time|card|power|length|removed){0,12}", 0..12),
    ) {
        let text = format!("{FIRST_LINE}\n{}", lines.join("\n"));
        if let Ok(recording) = Recording::parse(text.as_bytes()) {
            prop_assert_eq!(Recording::parse(recording.to_text().as_bytes()), Ok(recording));
        }
    }

    #[test]
    fn every_step_has_a_name(
        kind in prop::option::of(prop::sample::select(CardKind::all().collect::<Vec<_>>())),
        commands in prop::collection::vec((any::<[u8; 2]>(), prop::sample::select(vec![0xA4, 0xB0, 0xB2, 0x20, 0x82, 0xC0, 0xCA, 0x00]), any::<[u8; 2]>(), prop::collection::vec(any::<u8>(), 0..20)), 0..12),
    ) {
        let mut trace = Trace::new(kind);
        for ([cla, status], ins, [p1, p2], body) in commands {
            let command = Masked::clear(&[&[cla, ins, p1, p2][..], &body].concat());
            let answer = Ok(Masked::clear(&[0x90 | status >> 4, status]));
            let meaning = trace.step(&Step { powered: status == 0, command, answer, elapsed: None });
            prop_assert!(!meaning.ja.is_empty() && !meaning.en.is_empty());
        }
    }
}

proptest! {
    // A card is issued for each case.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_shape_makes_a_card_panic(
        steps in prop::collection::vec(step(), 0..6),
        commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..3),
    ) {
        let mut card = Recipe::new(CardKind::LICENCE, 1).card().unwrap();
        card.power_on();
        let recording = Recording { header: Header::default(), steps };
        let mut shape = Shape::new(&recording);
        for command in recording.steps.iter().map(|step| step.command.with_zeros()).chain(commands) {
            let _ = shape.on(&mut card).exchange(&command);
        }
        prop_assert!(recording.steps.is_empty() || shape.finish().is_ok());
    }
}
