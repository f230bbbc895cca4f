//! What a recorder leaves out, whatever the layers above send.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use proptest::prelude::*;
use taimen::transport::{Log, NeverRecorded, Recorder, Transport, TransportError, recording::Header};

const TEXT: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08];
const FACE: &[u8] = &[0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02];
const LICENCE: &[u8] = &[0xA0, 0x00, 0x00, 0x02, 0x31, 0x01];

static NEVER: [NeverRecorded; 3] = [
    NeverRecorded { aid: FACE, sfi: 5, clear: 0 },
    NeverRecorded { aid: TEXT, sfi: 1, clear: 0 },
    NeverRecorded { aid: TEXT, sfi: 3, clear: 5 },
];

/// The byte that protected files, and nothing else, are full of; credentials consist of it too.
const MARKER: u8 = 0xA5;

/// Bytes of each file of the fake card.
const SIZE: usize = 700;

/// A card of three applications with eight files each, more obliging than any real one.
#[derive(Default)]
struct FakeCard {
    application: &'static [u8],
    current: u8,
    rest: Vec<u8>,
}

impl FakeCard {
    fn content(&self, sfi: u8) -> Option<Vec<u8>> {
        let row = NEVER.iter().find(|row| row.aid == self.application && row.sfi == sfi);
        let mut content = vec![0x11; row.map_or(SIZE, |row| row.clear)];
        content.resize(SIZE, MARKER);
        (1..=8).contains(&sfi).then_some(content)
    }

    fn select(&mut self, data: &[u8]) -> Vec<u8> {
        let known = [FACE, TEXT, LICENCE].into_iter().find(|aid| aid.starts_with(data));
        let Some(known) = known.filter(|_| !data.is_empty()) else {
            return vec![0x6A, 0x82];
        };
        // It keeps its current EF when the same application is selected again.
        if self.application != known {
            self.current = 0;
        }
        self.application = known;
        vec![0x90, 0x00]
    }

    fn read(&mut self, sfi: u8, offset: usize, le: usize) -> Vec<u8> {
        let Some(content) = self.content(sfi) else {
            return vec![0x6A, 0x82];
        };
        self.current = sfi;
        let mut answer = content.get(offset..).unwrap_or_default().to_vec();
        let more = answer.split_off(answer.len().min(le));
        // Some offsets it answers in pieces.
        if offset % 7 == 3 && !more.is_empty() {
            self.rest = more;
            answer.extend([0x61, 0x40]);
        } else {
            answer.extend([0x90, 0x00]);
        }
        answer
    }
}

impl Transport for FakeCard {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let &[_, ins, p1, p2, ref body @ ..] = command else {
            return Ok(vec![0x67, 0x00]);
        };
        let le = if body.len() == 3 { SIZE } else { body.first().map_or(0, |le| usize::from(le.wrapping_sub(1)) + 1) };
        let data = body.split_first().map_or(&[][..], |(lc, data)| &data[..data.len().min(usize::from(*lc))]);
        let by_sfi = |sfi: u8, current: u8| if sfi == 0 { current } else { sfi };
        Ok(match (ins, p1) {
            (0xA4, 4..8) => self.select(data),
            (0xA4, _) => match data.last() {
                Some(low) if self.content(low & 0x1F).is_some() => {
                    self.current = low & 0x1F;
                    vec![0x90, 0x00]
                }
                _ => vec![0x6A, 0x82],
            },
            (0xB0, 0x80..) => self.read(by_sfi(p1 & 0x1F, self.current), usize::from(p2), le),
            (0xB0, _) => self.read(self.current, usize::from(u16::from_be_bytes([p1, p2])), le),
            (0xB1, _) => self.read(by_sfi(p2 & 0x1F, self.current), 0, SIZE),
            (0xB2, _) => self.read(by_sfi(p2 >> 3, self.current), 0, le),
            (0xC0, _) => {
                let later = self.rest.split_off(self.rest.len().min(64));
                let mut answer = std::mem::replace(&mut self.rest, later);
                answer.extend(if self.rest.is_empty() { [0x90, 0x00] } else { [0x61, 0x40] });
                answer
            }
            (0x20, _) if p2 & 0x80 != 0 => {
                self.current = p2 & 0x1F;
                vec![0x90, 0x00]
            }
            // Both halves of a handshake are made of the secret; the card's may come in pieces.
            (0x82, _) => {
                self.rest = vec![MARKER; 8];
                let mut answer = vec![MARKER; 32];
                answer.extend([0x61, 0x08]);
                answer
            }
            (0x20 | 0x24 | 0x32 | 0x2A | 0x84 | 0x88, _) => vec![0x90, 0x00],
            _ => self.read(self.current, 0, 16),
        })
    }
}

/// A short command with data.
fn with(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    [&header[..], &[u8::try_from(data.len()).unwrap()], data].concat()
}

fn select(aid: &[u8]) -> Vec<u8> {
    with([0, 0xA4, 4, 0x0C], aid)
}

fn command() -> impl Strategy<Value = Vec<u8>> {
    let class = prop_oneof![9 => Just(0x00_u8), 1 => Just(0x80), 1 => Just(0x0C), 1 => Just(0x08), 1 => Just(0x01), 1 => Just(0x10)];
    let application = prop::sample::select(vec![FACE, TEXT, TEXT, LICENCE, &[9_u8; 7][..]]);
    let application = (application, 1..=10_usize, any::<bool>())
        .prop_map(|(aid, length, whole)| select(if whole { aid } else { &aid[..length.min(aid.len())] }));
    let file =
        (0..10_u8, prop::sample::select(vec![0_u8, 2, 8])).prop_map(|(id, p1)| with([0, 0xA4, p1, 0x0C], &[0, id]));
    let by_sfi = (0..9_u8, 0..8_u8, any::<bool>()).prop_map(|(sfi, offset, long)| {
        let le: &[u8] = if long { &[0, 0, 0] } else { &[0x20] };
        [&[0, 0xB0, 0x80 | sfi, offset], le].concat()
    });
    let by_offset = (0..600_u16).prop_map(|offset| {
        let [high, low] = offset.to_be_bytes();
        vec![0, 0xB0, high, low, 0x00]
    });
    let record = (0..9_u8).prop_map(|sfi| vec![0, 0xB2, 1, sfi << 3 | 4, 0x00]);
    let odd = (0..9_u8).prop_map(|sfi| vec![0, 0xB1, 0, sfi, 4, 0x54, 2, 0, 0, 0]);
    let pin = (0..9_u8, prop::sample::select(vec![0x20_u8, 0x24, 0x32]), 1..17_usize, any::<bool>());
    let pin = pin.prop_map(|(sfi, ins, length, sound)| {
        let mut command = with([0, ins, 0, 0x80 | sfi], &vec![MARKER; length]);
        if !sound {
            command[4] = 0x07;
        }
        command
    });
    let handshake = (1..41_usize, any::<bool>()).prop_map(|(length, sound)| {
        let mut command = with([0, 0x82, 0, 0], &vec![MARKER; length]);
        if !sound {
            command[4] = 0x07;
        }
        command.push(0x00);
        command
    });
    let other = (any::<u8>(), 0..16_u8, 0..64_u8).prop_map(|(ins, p1, p2)| vec![0, ins, p1, p2, 0x10]);
    let sign = Just(vec![0x80, 0x2A, 0, 0, 1, 0x31, 0]);
    let more = Just(vec![0, 0xC0, 0, 0, 0x40]);
    let any_command = prop_oneof![
        4 => application, 2 => file, 6 => by_sfi, 6 => by_offset, 1 => record, 1 => odd, 2 => pin, 1 => handshake, 1 => other,
        4 => more, 1 => sign,
    ];
    (class, any_command).prop_map(|(class, mut command)| {
        command[0] = class;
        command
    })
}

fn record(commands: &[Vec<u8>]) -> String {
    let mut log = Log::new(&NEVER).without_times();
    let mut recorder = Recorder::new(FakeCard::default(), &mut log);
    for command in commands {
        recorder.exchange(command).unwrap();
    }
    log.into_recording(Header::default()).to_text()
}

fn shows_marker(text: &str) -> bool {
    text.lines().any(|line| {
        let hex = line.get(2..).unwrap_or_default();
        hex.split(['<', '>']).any(|run| hex::decode(run).is_ok_and(|bytes| bytes.contains(&MARKER)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_marker_is_never_recorded(commands in prop::collection::vec(command(), 1..25)) {
        // A random instruction byte may itself be the marker.
        prop_assume!(commands.iter().all(|command| command[..4].iter().all(|byte| *byte != MARKER)));
        let text = record(&commands);
        prop_assert!(!shows_marker(&text), "{}", text);
    }
}

#[test]
fn a_refused_read_does_not_uncover_what_a_handshake_left_behind() {
    let handshake = [0, 0x82, 0, 0, 3, MARKER, MARKER, MARKER, 0];
    let commands = [
        select(&TEXT[..1]),
        with([0, 0x24, 0, 0x83], &[MARKER; 2]),
        handshake.to_vec(),
        vec![0, 0xB0, 0x80, 0, 0x20],
        select(&TEXT[..1]),
        vec![0, 0xC0, 0, 0, 0x40],
    ];
    let text = record(&commands);
    assert!(!shows_marker(&text), "{text}");
}

/// The answers of a recording, without the commands.
fn answers(commands: &[Vec<u8>]) -> Vec<String> {
    record(commands).lines().filter_map(|line| line.strip_prefix("< ")).map(str::to_owned).collect()
}

#[test]
fn the_header_of_a_protected_file_stays() {
    let answers = answers(&[
        select(TEXT),
        vec![0, 0xB0, 0x83, 0, 0x20],
        vec![0, 0xB0, 0x00, 0x20, 0x20],
        vec![0, 0xB0, 0x00, 0x02, 0x20],
        vec![0, 0xB0, 0x81, 0, 0x11],
    ]);
    let wanted = [
        "9000",
        "1111111111<27 secret bytes>9000",
        "<32 secret bytes>9000",
        "111111<29 secret bytes>9000",
        "<17 secret bytes>9000",
    ];
    assert_eq!(answers, wanted);
}

#[test]
fn other_files_and_applications_stay_readable() {
    let read = |sfi: u8| vec![0, 0xB0, 0x80 | sfi, 0, 0x10];
    let clear = [
        vec![select(TEXT), read(3), read(4), vec![0, 0xB0, 0, 0x10, 0x10]],
        vec![select(TEXT), read(3), select(FACE), read(3)],
        vec![select(TEXT), vec![0, 0x20, 0, 0x95], read(2), vec![0, 0xB0, 0, 0x10, 0x10]],
        vec![select(LICENCE), read(1)],
        // A card just powered up has none of the protected files selected.
        vec![read(1)],
        // A signature is not a file content.
        vec![select(TEXT), read(3), vec![0x80, 0x2A, 0, 0, 1, 1, 0]],
    ];
    for commands in clear {
        let last = answers(&commands).pop().unwrap();
        assert!(!last.contains("secret"), "{last}");
    }
}

#[test]
fn a_refused_select_leaves_both_states_possible() {
    let answers = answers(&[select(TEXT), select(&[9; 7]), vec![0, 0xB0, 0x81, 0, 0x10]]);
    assert_eq!(answers, ["9000", "6A82", "<16 secret bytes>9000"]);
}

#[test]
fn another_logical_channel_shows_nothing() {
    let answers = answers(&[vec![0x01, 0xB0, 0x82, 0, 0x10], vec![0x41, 0xC0, 0, 0, 0x10]]);
    assert_eq!(answers, ["<16 secret bytes>9000".to_owned(), "9000".to_owned()]);
}

#[test]
fn continuations_count_from_the_first_byte() {
    // Offset 3 makes the fake card answer in pieces: two readable bytes are left of five.
    let more = || vec![0, 0xC0, 0, 0, 0x40];
    let answers = answers(&[select(TEXT), vec![0, 0xB0, 0x83, 3, 0x01], more(), more()]);
    assert_eq!(answers[1..], ["116140", "11<63 secret bytes>6140", "<64 secret bytes>6140"]);
}

#[test]
fn credentials_are_masked_where_they_stand() {
    let recorded = record(&[
        vec![0x00, 0x20, 0x00, 0x92],
        vec![0x00, 0x20, 0x00, 0x92, 0x02, MARKER, MARKER],
        vec![0x8C, 0x24, 0x01, 0x80, 0x02, MARKER, MARKER, 0x00],
        vec![0x00, 0x20, 0x00, 0x92, 0x00, 0x00, 0x02, MARKER, MARKER],
        vec![0x00, 0x20, 0x00, 0x92, 0x09, MARKER, MARKER],
        vec![0x00, 0x20, 0x00, 0x92, 0x01, MARKER, MARKER],
        vec![0x00, 0x20, 0x00, 0x92, MARKER],
    ]);
    let commands: Vec<&str> = recorded.lines().filter_map(|line| line.strip_prefix("> ")).collect();
    let wanted = [
        "00200092",
        "0020009202<2 secret bytes>",
        "8C24018002<2 secret bytes>00",
        "00200092000002<2 secret bytes>",
        "00200092<3 secret bytes>",
        "00200092<3 secret bytes>",
        "00200092<1 secret bytes>",
    ];
    assert_eq!(commands, wanted);
}

#[test]
fn both_halves_of_a_handshake_are_masked_and_the_challenge_is_not() {
    let recorded = record(&[
        vec![0x00, 0x84, 0x00, 0x00, 0x08],
        [&[0x00, 0x82, 0x00, 0x00, 0x28][..], &[MARKER; 40], &[0x00]].concat(),
        vec![0x00, 0xC0, 0x00, 0x00, 0x08],
        [&[0x08, 0x20, 0x00, 0x86, 0x13, 0x86, 0x11, 0x01][..], &[MARKER; 16]].concat(),
        vec![0x00, 0x82, 0x00, 0x00, MARKER, MARKER],
        vec![0x00, 0x82, 0x00, 0x00, MARKER],
    ]);
    let lines: Vec<&str> = recorded.lines().filter(|line| line.starts_with(['>', '<'])).collect();
    let wanted = [
        "> 0084000008",
        "< 9000",
        "> 0082000028<40 secret bytes>00",
        "< <32 secret bytes>6108",
        "> 00C0000008",
        "< <8 secret bytes>9000",
        "> 0820008613<19 secret bytes>",
        "< 9000",
        "> 00820000<2 secret bytes>",
        "< <32 secret bytes>6108",
        "> 00820000<1 secret bytes>",
        "< <32 secret bytes>6108",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn what_is_selected_inside_pace_is_a_passports_unless_a_protected_application_was_there() {
    let read = |sfi: u8| vec![0, 0xB0, 0x80 | sfi, 0, 0x10];
    let token = with([0, 0x86, 0, 0], &[&[0x7C, 0x0A, 0x85, 0x08][..], &[0x11; 8]].concat());
    // The fake card takes an encrypted name for a plain one.
    let inside = |aid: &[u8]| with([0x0C, 0xA4, 4, 0x0C], aid);
    let last = |before: &[u8]| answers(&[select(before), read(1), token.clone(), inside(FACE), read(3)]).pop().unwrap();
    assert!(!last(LICENCE).contains("secret"), "a passport's files stay readable");
    assert!(last(TEXT).contains("secret"), "this card has a protected file, PACE or not");
}
